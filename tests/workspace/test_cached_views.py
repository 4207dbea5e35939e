import numpy as np
import pandas as pd
import pytest

from gst_core import Embeddings, GuidedSpaceTransform, default_views, encode, encode_class_names
from gst_core.errors import CorpusError, EncoderError
from tests.encoding.test_embeddings import TEXTS as SAME_WORDS

TEXTS = [f"{text} {('of Anna', 'of Ben', 'of Carla', 'of Dan')[i % 4]}" for i, text in enumerate(SAME_WORDS)]
KINDS = ["room" if "room" in text else "soup" for text in TEXTS]


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("GST_WORKSPACE", str(tmp_path))
    return tmp_path


def test_default_views_are_the_encoders_and_are_kept_in_the_default_workspace(workspace):
    done = []
    E = default_views(TEXTS)
    again = default_views(TEXTS, progress=lambda now: done.append(now.encoded))
    assert E.widths == (384, 384, E.lexical.width)
    assert np.allclose(E.matrix[:, :768], encode(TEXTS, views="all") * (2 / 3) ** 0.5, atol=1e-5)
    assert np.allclose(E.matrix[:, 768:], E.lexical.transform(TEXTS) / 3**0.5, atol=1e-5)
    assert np.array_equal(again.matrix, E.matrix)
    assert done == [0]
    assert list((workspace / "embeddings").iterdir())


def test_texts_without_common_words_have_no_lexical_view():
    E = default_views(SAME_WORDS[:2])
    assert E.widths == (384, 384)
    assert E.lexical is None
    assert default_views(TEXTS, like=E).widths == (384, 384)


def test_own_embeddings_come_first_and_every_view_is_as_long_as_the_others():
    own = np.random.default_rng(0).normal(size=(len(TEXTS), 12))
    E = default_views(TEXTS, embeddings=own)
    assert E.widths == (12, 384, 384, E.lexical.width)
    assert E.matrix.dtype == np.float32
    parts = np.split(E.matrix, np.cumsum(E.widths)[:-1], axis=1)
    assert all(np.allclose(np.linalg.norm(part, axis=1), 0.5, atol=1e-5) for part in parts)
    assert np.allclose(E.first, own / np.linalg.norm(own, axis=1, keepdims=True), atol=1e-5)
    with pytest.raises(CorpusError, match="12 rows of embeddings and 120 texts"):
        default_views(TEXTS, embeddings=own[:12])


def test_views_and_class_names_guide_a_transform():
    E = default_views(TEXTS)
    names = encode_class_names("what it is about", ["room", "soup"], E)
    assert {name: vector.shape for name, vector in names.items()} == dict.fromkeys(["room", "soup"], E.matrix[0].shape)
    y = [*KINDS[:4], *[None] * (len(TEXTS) - 4)]
    gst = GuidedSpaceTransform(views=E.widths, random_state=0).fit(E.matrix, y, names=names)
    assert (gst.predict(E.matrix) == KINDS).mean() > 0.9


def test_class_names_guide_where_the_first_view_is_the_analysts():
    E = default_views(TEXTS, embeddings=np.eye(len(TEXTS), 12) + 0.1)
    names = encode_class_names("what it is about", ["room", "soup"], E)
    assert not any(vector[:12].any() for vector in names.values())
    assert all(vector[12 : 12 + 384].any() for vector in names.values())


def test_class_names_are_refused_where_no_view_is_by_their_encoder():
    E = Embeddings(np.eye(len(TEXTS), 12) + np.float32(0.1), (12,))
    with pytest.raises(EncoderError, match="Fit without names"):
        encode_class_names("what it is about", ["room", "soup"], E)


def test_long_texts_are_read_as_is_asked_for(workspace):
    texts = ["a calm room " * 200, "cold soup", *(f"short {i}" for i in range(20))]
    cut = default_views(texts, long="cut").matrix[0]
    chunks = default_views(texts, long="chunks").matrix[0]
    assert (default_views(texts).matrix[0] == cut).all()
    assert not np.allclose(cut, chunks, atol=1e-3)


def test_later_texts_have_the_vectors_that_they_have_in_the_corpus():
    E = default_views(TEXTS)
    later = default_views(TEXTS[5:8], like=E)
    assert later.lexical is E.lexical
    assert np.allclose(later.matrix, E.matrix[5:8], atol=1e-6)
    assert np.array_equal(later.matrix[:, 768:], E.matrix[5:8, 768:])


def test_a_text_without_a_known_word_is_known_by_the_other_views_alone():
    E = default_views(["???"], like=default_views(TEXTS))
    assert E.widths[2] > 0
    assert not E.matrix[:, 768:].any()
    assert np.allclose(np.linalg.norm(E.matrix, axis=1), 1, atol=1e-5)


def test_later_texts_have_in_a_saved_transform_the_vectors_that_they_have_in_the_corpus(tmp_path):
    E = default_views(TEXTS)
    GuidedSpaceTransform(random_state=0).fit(E, [*KINDS[:8], *[None] * (len(TEXTS) - 8)]).save(tmp_path / "saved")
    gst = GuidedSpaceTransform.load(tmp_path / "saved")
    later = default_views(TEXTS[40:43], like=gst)
    assert np.allclose(gst.transform(later), gst.transform(E)[40:43], atol=1e-5)


def test_all_views_are_kept_and_read_again(workspace):
    E = default_views(TEXTS)
    assert len(list((workspace / "lexical").rglob("matrix-*"))) == 2  # with the keys of its texts
    assert not default_views(TEXTS).matrix.flags.writeable
    assert default_views(TEXTS).lexical.identity == E.lexical.identity


@pytest.mark.parametrize("like", ["a corpus", np.ones((3, 3)), GuidedSpaceTransform()])
def test_what_is_like_no_corpus_is_refused(like):
    with pytest.raises(CorpusError, match="give the Embeddings of a corpus, or a fitted transform"):
        default_views(TEXTS, like=like)


def test_later_texts_need_the_analysts_embeddings_where_the_corpus_has_them():
    E = default_views(TEXTS, embeddings=np.random.default_rng(0).normal(size=(len(TEXTS), 12)))
    with pytest.raises(CorpusError, match="Give `embeddings` as there"):
        default_views(TEXTS[:2], like=E)


@pytest.mark.parametrize("collection", [np.array, pd.Series, pd.Index, iter, tuple])
def test_class_names_come_in_any_collection(collection):
    assert list(encode_class_names("", collection(["room", "soup"]), default_views(TEXTS))) == ["room", "soup"]


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"instruction": None}, "instruction is NoneType"),
        ({"classes": "room"}, "classes is str"),
        ({"classes": None}, "classes is NoneType"),
        ({"classes": ["room", 1]}, "classes holds 1"),
        ({"classes": ["room", " "]}, "classes holds ' '"),
        ({"descriptions": ["late"]}, "descriptions is list"),
        ({"descriptions": {"room": "a large one"}}, "texts is str"),
    ],
)
def test_what_is_no_class_name_is_refused_before_it_is_encoded(given, what):
    with pytest.raises(EncoderError, match=what):
        encode_class_names(**{"instruction": "", "classes": ["room", "soup"], "E": default_views(TEXTS), **given})
