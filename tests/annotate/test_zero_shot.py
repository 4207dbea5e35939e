import numpy as np
import pytest

from gst_core import encode
from gst_core.annotate.zero_shot import Guesses, guess, most_useful
from gst_core.encoding import EmbeddingStore
from gst_core.errors import AnnotationError

FOOD = [f"the {dish} was {how}" for dish in ("soup", "bread", "pasta", "cake") for how in ("tasty", "cold", "salty")]
TRAVEL = [f"the {ride} was {how}" for ride in ("train", "bus", "flight", "ferry") for how in ("late", "full", "slow")]
CLASSES = ("food", "transport")


@pytest.fixture(scope="module", name="X")
def embedded():
    return encode(FOOD + TRAVEL)


def test_class_names_alone_tell_food_from_transport(X):
    guesses = guess(X, "What is it about?", CLASSES)
    assert guesses.probabilities.shape == (24, 2)
    assert guesses.probabilities.dtype == np.float32
    assert guesses.probabilities.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    right = guesses.likeliest == np.repeat([0, 1], 12)
    assert right.mean() > 0.9
    assert guesses.confidence.max() < 0.99


def test_only_the_view_that_the_names_live_in_is_compared(X):
    both = encode(FOOD + TRAVEL, views="all")
    alone, beside = guess(X, "", CLASSES), guess(both, "", CLASSES, views=(384, 384))
    assert np.allclose(alone.probabilities, beside.probabilities, atol=1e-4)
    with pytest.raises(AnnotationError, match="did not encode these texts"):
        guess(both, "", CLASSES)


def test_names_are_encoded_once(X, tmp_path):
    store = EmbeddingStore(tmp_path)
    first = guess(X, "topic", CLASSES, store=store)
    written = sorted(f.stat().st_mtime_ns for f in tmp_path.rglob("*.npy"))
    assert written
    assert np.array_equal(guess(X, "topic", CLASSES, store=store).probabilities, first.probabilities)
    assert sorted(f.stat().st_mtime_ns for f in tmp_path.rglob("*.npy")) == written


def test_one_class_or_an_encoder_that_is_not_there_is_a_sentence(X):
    with pytest.raises(AnnotationError, match="at least two"):
        guess(X, "topic", ["food", "food"])
    with pytest.raises(AnnotationError, match="cannot be had"):
        guess(X, "topic", CLASSES, "no/such-encoder")


def test_the_first_questions_cover_the_guessed_classes_and_show_the_guess():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 16)).astype(np.float32)  # the texts alone have no groups
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    probabilities = np.full((200, 4), 0.02, dtype=np.float32)
    rare = np.r_[np.zeros(140, dtype=np.int64), np.repeat([1, 2, 3], 20)]
    probabilities[np.arange(200), rare] = 0.94
    chosen = most_useful(Guesses(("a", "b", "c", "d"), probabilities), X, np.zeros(200, dtype=bool), count=6)
    assert len({one.index for one in chosen}) == 6
    assert {rare[one.index] for one in chosen} == {0, 1, 2, 3}
    assert all("94% sure" in one.reason for one in chosen)


def test_with_labels_doubtful_guesses_are_asked_about_and_labelled_texts_are_not(X):
    probabilities = np.tile(np.array([0.98, 0.02], dtype=np.float32), (24, 1))
    probabilities[5] = probabilities[20] = 0.5
    labelled = np.zeros(24, dtype=bool)
    labelled[:3] = True
    chosen = most_useful(Guesses(CLASSES, probabilities), X, labelled, count=4)
    assert {5, 20} <= {one.index for one in chosen}
    assert not labelled[[one.index for one in chosen]].any()


def test_a_corpus_of_two_texts_has_questions_too():
    X = np.eye(2, 4, dtype=np.float32)
    guesses = Guesses(CLASSES, np.array([[0.7, 0.3], [0.4, 0.6]], dtype=np.float32))
    assert len(most_useful(guesses, X, np.zeros(2, dtype=bool))) == 2
