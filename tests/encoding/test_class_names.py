"""Class names as texts: in every view, in sentences."""

import numpy as np
import pytest

from gst_core.encoding import class_name_vectors, encode, learn_lexical_view
from gst_core.encoding.class_names import SENTENCES, class_name_vectors_if_any
from gst_core.errors import EncoderError

ENCODER = "all-MiniLM-L6-v2"
WORDS = learn_lexical_view(["the kindle is late", "a kindle", "my kindle", "the phone is late", "a phone", "my phone"])


def test_a_name_is_the_mean_of_it_in_a_few_sentences():
    (vector,) = class_name_vectors("How is it?", ["good"], ENCODER).values()
    texts = [s.format(name="good", instruction="How is it?") for s in SENTENCES]
    assert texts[:3] == ["good", "How is it? good", "I feel good about it."]
    assert np.allclose(vector, encode(texts, ENCODER).mean(axis=0), atol=1e-5)


def test_a_name_has_columns_in_every_view_and_none_in_embeddings_of_the_analyst():
    widths = (12, 384, 384, WORDS.width)
    known, unknown = class_name_vectors("", ["kindle", "zebra"], ENCODER, widths=widths, lexical=WORDS).values()
    parts = np.split(known, np.cumsum(widths)[:-1])
    assert [bool(part.any()) for part in parts] == [False, True, True, True]
    assert not unknown[-WORDS.width :].any()
    assert np.allclose(parts[3], WORDS.transform(["kindle"])[0], atol=1e-6)


def test_a_description_counts_as_much_as_a_sentence():
    alone, described = (
        class_name_vectors("", ["device"], ENCODER, descriptions=more)["device"]
        for more in (None, {"device": ["a kindle", "a phone"]})
    )
    more = encode(["a kindle", "a phone"], ENCODER)
    assert np.allclose(6 * described, 4 * alone + more.sum(axis=0), atol=1e-4)


def test_views_that_are_not_by_the_encoder_have_no_names():
    with pytest.raises(EncoderError, match="Fit without names"):
        class_name_vectors("", ["good"], ENCODER, widths=(12, 12))
    assert class_name_vectors_if_any("", ["good"], ENCODER, widths=(12, 12)) == {}
    assert class_name_vectors("", [], ENCODER) == {}
