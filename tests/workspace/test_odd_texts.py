"""What is no list of texts, no encoder or no embeddings is refused in a typed sentence; odd texts are encoded."""

import numpy as np
import pandas as pd
import pytest

from gst_core import Embeddings, GstError, default_views, encode, encode_class_names, view_widths


@pytest.fixture
def views(tmp_path):
    return lambda texts, **more: default_views(texts, workspace=tmp_path, **more)


@pytest.mark.parametrize(
    "texts",
    [
        ["a b", "c d"],
        [],
        ["half \ud83d an emoji", "a\x00b", ""],
        [" ", "\u202e", "🙂" * 300],
        np.array(["a", "b"]),
        pd.Series(["a", "b"], index=[5, 7]),
        {"a": 1},
        (letter for letter in "ab"),
    ],
    ids=lambda texts: type(texts).__name__,
)
def test_odd_texts_are_encoded(texts, views):
    E = views(texts)
    assert np.isfinite(E.matrix).all()
    assert E.matrix.shape[1] == sum(view_widths())


@pytest.mark.parametrize("texts", ["text", b"text", None, 3, [None], [3], [b"a"], ["a", ["b"]], np.zeros(3)])
def test_what_is_no_list_of_texts_is_refused(texts, views):
    with pytest.raises(GstError):
        encode(texts)
    with pytest.raises(GstError):
        views(texts)
    with pytest.raises(GstError):
        views(texts, embeddings=np.ones((7, 3)))


@pytest.mark.parametrize("encoder", [None, 3, [], b"x"])
def test_what_is_no_encoder_is_refused(encoder):
    with pytest.raises(GstError, match="encoder is"):
        encode(["a"], encoder)
    with pytest.raises(GstError, match="encoder is"):
        view_widths(encoder)


@pytest.mark.parametrize("matrix", [None, "x", np.ones(3), [[1, 2, 3]]])
def test_what_is_no_embeddings_is_refused(matrix):
    with pytest.raises(GstError):
        Embeddings(matrix, (3,))
    with pytest.raises(GstError):
        encode_class_names("mood", ["calm", "cross"], matrix)
