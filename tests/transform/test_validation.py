"""What the estimator refuses, and what it says."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from gst_core import GuidedSpaceTransform
from gst_core.errors import TransformError
from gst_core.transform.validation import check_labels, with_named
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
