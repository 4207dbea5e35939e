"""What the estimator refuses, and what it says."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from gst_core import Embeddings, GuidedSpaceTransform
from gst_core.compute import check_embeddings
from gst_core.encoding import learn_lexical_view
from gst_core.errors import TransformError
from gst_core.transform.validation import check_groups, check_labels, with_named
from tests.conftest import few


@pytest.mark.parametrize(
    "bad",
    [np.full((4, 3), np.nan), np.zeros(4), np.array([["a", "b"]]), np.zeros((0, 3))],
    ids=["nan", "one axis", "strings", "no rows"],
)
def test_embeddings_that_cannot_be_used_are_refused(bad):
    with pytest.raises(TransformError):
        GuidedSpaceTransform().fit(bad, None)


def test_labels_of_another_length_are_refused(blobs):
    with pytest.raises(TransformError, match="300 rows"):
        GuidedSpaceTransform().fit(blobs[0], ["a", "b"])


def test_a_class_name_of_another_width_is_refused(blobs):
    X, kinds = blobs
    with pytest.raises(TransformError, match="class name"):
        GuidedSpaceTransform().fit(X, few(kinds, 2), names={"red": np.ones(3)})


def test_columns_in_another_order_are_refused(blobs):
    table = pd.DataFrame(blobs[0], columns=[f"e{i}" for i in range(24)])
    gst = GuidedSpaceTransform().fit(table)
    with pytest.raises(TransformError, match="feature names"):
        gst.transform(table[table.columns[::-1]])


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (csr_array(np.eye(4)), "sparse"),
        (np.eye(4) * 1j, "Complex"),
        (np.zeros((4, 0)), "0 feature"),
        (np.ones(4), "2D"),
    ],
    ids=["sparse", "complex", "no columns", "one axis"],
)
def test_odd_tables_are_refused_by_what_is_odd_about_them(bad, says):
    with pytest.raises(TransformError, match=says):
        GuidedSpaceTransform().fit(bad)


def test_labels_that_nobody_trusts_are_refused(blobs):
    X, kinds = blobs
    with pytest.raises(TransformError, match="sample_weight is zero"):
        GuidedSpaceTransform().fit(X, few(kinds, 2), sample_weight=np.zeros(len(X)))


@pytest.mark.parametrize(("setting", "says"), [({"guidance": 1.5}, "guidance is 1.5"), ({"hidden": 0}, "hidden is 0")])
def test_a_parameter_out_of_its_range_is_refused_by_name(blobs, setting, says):
    with pytest.raises(TransformError, match=says):
        GuidedSpaceTransform(**setting).fit(blobs[0])


def test_named_classes_join_the_labelled_ones_in_order():
    classes, codes = with_named(*check_labels(["b", None, "d"], 3), {"c": np.ones(2), "a": np.ones(2)})
    assert classes.tolist() == ["a", "b", "c", "d"]
    assert codes.tolist() == [1, -1, 3]


@pytest.mark.parametrize("wrong", [{"guidance": 1.5}, {"hidden": 0}, {"random_state": -1}])
def test_parameters_outside_their_range_are_refused_with_their_name(blobs, wrong):
    with pytest.raises(TransformError, match=next(iter(wrong))):
        GuidedSpaceTransform(**wrong).fit(blobs[0], few(blobs[1], 2))


@pytest.mark.parametrize(
    "wrong",
    [
        {"guidance": "x"},
        {"guidance": None},
        {"guidance": np.nan},
        {"expand": "no"},
        {"hidden": 2.5},
        {"hidden": "8"},
        {"views": 24},
        {"views": (12.5, 11.5)},
        {"views": ()},
        {"device": None},
        {"device": "tpu9"},
        {"device": "meta"},
        {"random_state": "x"},
        {"random_state": 2.5},
        {"random_state": 2**70},
    ],
    ids=str,
)
def test_a_parameter_of_another_type_is_refused_by_name(blobs, wrong):
    with pytest.raises(TransformError, match=next(iter(wrong))):
        GuidedSpaceTransform(**wrong).fit(blobs[0], few(blobs[1], 2))


def test_a_generator_as_random_state_is_taken_as_scikit_learn_takes_it(blobs, tmp_path):
    X, y = blobs[0], few(blobs[1], 3)
    first, second = (GuidedSpaceTransform(random_state=np.random.RandomState(3)).fit(X, y) for _ in range(2))
    assert np.array_equal(first.transform(X), second.transform(X))
    first.save(tmp_path)
    assert np.allclose(GuidedSpaceTransform.load(tmp_path).transform(X), first.transform(X), atol=1e-5)


@pytest.mark.parametrize(
    ("y", "says"),
    [
        ([["a"], None, None], "Row 0 of y is a list"),
        ([{"a": 1}, None, None], "is a dict"),
        ("red", "shape"),
        ([f"class {i}" for i in range(3)] * 2, "shape"),
    ],
)
def test_what_is_no_label_is_refused_with_its_row(y, says):
    with pytest.raises(TransformError, match=says):
        check_labels(y, 3)


def test_a_column_that_is_no_label_column_is_refused_before_it_takes_the_memory():
    with pytest.raises(TransformError, match="5,000 classes"):
        check_labels([f"ticket {i}" for i in range(5_000)], 5_000)


def test_numbers_with_gaps_give_classes_without_a_decimal_point():
    classes, codes = with_named(*check_labels(np.array([1.0, np.nan, 2.0]), 3), {"3": np.ones(2)})
    assert classes.tolist() == ["1", "2", "3"]
    assert codes.tolist() == [0, -1, 1]


def test_names_that_differ_by_a_zero_byte_are_two_classes():
    assert check_labels(["a", "a\x00"], 2)[1].tolist() == [0, 1]


@pytest.mark.parametrize("names", [["red"], "red", {"red": "x"}, {"": np.ones(24)}, {"red": np.full(24, np.inf)}])
def test_what_is_no_class_name_with_its_embedding_is_refused(blobs, names):
    with pytest.raises(TransformError):
        GuidedSpaceTransform().fit(blobs[0], few(blobs[1], 2), names=names)


def test_masked_values_are_not_taken_for_numbers(blobs):
    masked = np.ma.masked_array(blobs[0], mask=blobs[0] > 0.5)
    with pytest.raises(TransformError, match="masked"):
        GuidedSpaceTransform().fit(masked)


@pytest.mark.parametrize("size", [1e300, 1e-300])
def test_rows_too_large_or_small_for_single_precision_keep_their_direction(blobs, size):
    assert np.allclose(check_embeddings(blobs[0].astype(float) * size), blobs[0], atol=1e-6)


def test_one_class_alone_is_said_to_be_predicted_everywhere(blobs):
    with pytest.warns(UserWarning, match="“red” is the only class"):
        GuidedSpaceTransform().fit(blobs[0], ["red", *[None] * 299])


@pytest.mark.parametrize("apart", [0, 1e-8, 1e-7, 1e-6])
@pytest.mark.parametrize("width", [8, 384])
def test_vectors_that_are_almost_equal_are_fitted(apart, width):
    rng = np.random.default_rng(0)
    X = rng.normal(size=width) + apart * rng.normal(size=(700, width))
    gst = GuidedSpaceTransform(random_state=0).fit(X, ["a", "b"] * 6 + [None] * 688)
    assert np.isfinite(gst.transform(X)).all()
    assert np.isfinite(gst.predict_proba(X)).all()


def test_groups_are_numbered_and_rows_on_their_own_are_not(blobs):
    assert check_groups(["lasso", None, "lasso", 3, float("nan"), ""], 6).tolist() == [0, -1, 0, 1, -1, -1]
    with pytest.raises(TransformError, match="300 rows"):
        GuidedSpaceTransform().fit(blobs[0], few(blobs[1], 2), groups=["a"])


def test_embeddings_say_the_widths_of_their_views_themselves(blobs):
    gst = GuidedSpaceTransform(random_state=0).fit(Embeddings(blobs[0], (12, 12)), few(blobs[1], 4))
    assert gst.widths_ == (12, 12)
    assert gst.transform(Embeddings(blobs[0], (12, 12))).shape == (300, 3 + 12)


def test_groups_are_looked_at_where_there_is_no_label_too(blobs):
    with pytest.raises(TransformError, match="groups has the shape"):
        GuidedSpaceTransform().fit(blobs[0], groups=["a"])


def test_a_class_has_one_embedding_of_its_name(blobs):
    with pytest.raises(TransformError, match="two embeddings for the class “0”"):
        GuidedSpaceTransform().fit(blobs[0], names={0: blobs[0][0], "0": blobs[0][1]})


def test_names_are_not_more_than_can_be_told_apart(blobs):
    names = {f"class {i}": blobs[0][i % 300] for i in range(501)}
    with pytest.raises(TransformError, match="501 classes"):
        GuidedSpaceTransform().fit(blobs[0], names=names)


def test_a_name_that_is_no_word_is_said_to_be_none(blobs):
    with pytest.raises(TransformError, match="A key of names is a tuple"):
        GuidedSpaceTransform().fit(blobs[0], names={("a",): blobs[0][0]})


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1e300, 3e38, 1e-44, 1e-300])
@pytest.mark.parametrize("leave_out", [None, ["p", "q"] * 150])
def test_embeddings_of_names_of_any_length_say_the_same(blobs, size, leave_out):
    X = blobs[0]
    names = {"a": X[0].astype(float), "b": X[1].astype(float)}
    scaled = {name: vector * size for name, vector in names.items()}
    plain = GuidedSpaceTransform(random_state=0).fit(X, names=names, leave_out=leave_out)
    other = GuidedSpaceTransform(random_state=0).fit(X, names=scaled, leave_out=leave_out)
    assert np.allclose(plain.predict_proba(X), other.predict_proba(X), atol=1e-3)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("given", [{"sample_weight": np.ones(300, complex)}, {"sample_weight": np.full(300, 1e300)}])
def test_numbers_that_are_no_weights_are_refused_without_a_warning(blobs, given):
    with pytest.raises(TransformError, match="between 0 and 1"):
        GuidedSpaceTransform().fit(blobs[0], few(blobs[1], 2), **given)


def test_embeddings_with_other_views_are_not_taken_for_those_of_the_fit(blobs):
    gst = GuidedSpaceTransform(random_state=0).fit(Embeddings(blobs[0], (16, 8)), few(blobs[1], 4))
    with pytest.raises(TransformError, match=r"views of \(8, 16\) columns"):
        gst.transform(Embeddings(blobs[0], (8, 16)))


def test_words_counted_by_another_vocabulary_are_not_taken_for_those_of_the_fit(blobs):
    first, second = (
        learn_lexical_view([f"{a} {b}" for a in words for b in words])
        for words in (["late", "train", "room", "bus"], ["soup", "cold", "nice", "warm"])
    )
    widths = (24 - first.width, first.width)
    gst = GuidedSpaceTransform(random_state=0).fit(Embeddings(blobs[0], widths, first), few(blobs[1], 4))
    assert len(gst.transform(Embeddings(blobs[0], widths, first))) == 300
    with pytest.raises(TransformError, match="another vocabulary"):
        gst.transform(Embeddings(blobs[0], widths, second))
