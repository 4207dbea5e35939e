import numpy as np
import pytest

from gst_core.analysis import in_generic_space, in_lens_space
from gst_core.transform import GuidedSpaceTransform
from gst_core.workspace import default_views

TEXTS = [f"{who} waited {how} for the {what}" for who in ("we", "they") for how in ("long", "an hour")
         for what in ("lift", "train", "food")]  # fmt: skip


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    return default_views(TEXTS, workspace=tmp_path_factory.mktemp("views"))


def test_a_text_of_the_corpus_lies_where_it_lies_in_the_corpus(views):
    assert views.lexical is not None
    y = ["travel" if "train" in text else "stay" if "lift" in text else None for text in TEXTS]
    transform = GuidedSpaceTransform(views=views.widths, random_state=0).fit(views, y)
    embedding, probabilities = in_lens_space(TEXTS[:4], "all-MiniLM-L6-v2", transform)
    assert np.allclose(embedding, transform.transform(views)[:4], atol=1e-4)
    assert np.allclose(probabilities, transform.predict_proba(views)[:4], atol=1e-3)


def test_a_transform_of_one_view_is_given_one():
    X = in_generic_space(TEXTS, "all-MiniLM-L6-v2")
    transform = GuidedSpaceTransform(random_state=0).fit(X, ["a", "b", *[None] * (len(TEXTS) - 2)])
    assert np.allclose(
        in_lens_space(TEXTS[:2], "all-MiniLM-L6-v2", transform)[0], transform.transform(X)[:2], atol=1e-4
    )


def test_a_sentence_lies_nearest_to_the_texts_that_say_the_like(views):
    near = views.first @ in_generic_space(["a delayed railway journey"], "all-MiniLM-L6-v2")[0]
    assert "train" in TEXTS[int(near.argmax())]
