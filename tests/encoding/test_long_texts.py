import numpy as np
import pytest

from gst_core import encode
from gst_core.encoding import cut_texts, long_texts_sentence, view_widths
from gst_core.encoding.long_texts import pieces_of
from gst_core.encoding.store import EmbeddingStore
from gst_core.encoding.text_keys import every_key
from gst_core.errors import EncoderError

SHORT = [f"guest number {i} liked the soup" for i in range(30)]
SOUP = "The soup was cold and the bread was stale. "
DESK = "The receptionist was rude and kept us waiting. "
LONG = [SOUP * 40 + DESK * 40, DESK * 90, "word" * 3000, "房间很干净" * 100, "x " * 250]


def test_texts_that_the_encoder_cuts_are_found_and_no_others():
    fits, one_more = "soup " * 254, "soup " * 255
    texts = [*SHORT, *LONG, fits, one_more, ""]
    expected = [False] * 30 + [True, True, False, True, False] + [False, True, False]
    assert cut_texts(texts).tolist() == expected  # a word of 12,000 letters is one unknown piece


def test_that_none_is_cut_is_seen_without_loading_the_encoder(monkeypatch):
    monkeypatch.setattr("gst_core.encoding.long_texts.load_encoder", lambda _: pytest.fail("loaded"))
    assert not cut_texts(SHORT).any()


def test_which_are_cut_is_found_out_once(tmp_path, monkeypatch):
    store = EmbeddingStore(tmp_path)
    first = cut_texts([*SHORT, *LONG], store=store)
    monkeypatch.setattr("gst_core.encoding.long_texts._found_out", lambda *_: pytest.fail("looked again"))
    assert np.array_equal(cut_texts([*SHORT, *LONG], store=store), first)


@pytest.mark.parametrize("text", [*LONG, "ab" * 5000, "a. b " * 3000, "क्षि " * 900, "\n\t " * 400 + "end"])
def test_pieces_are_the_whole_text_and_none_of_them_is_cut(text):
    (found,) = pieces_of([text])
    assert "".join(found.texts) == text
    assert not cut_texts(found.texts).any()
    assert all(0 < n <= 254 for n in found.lengths)


@pytest.mark.parametrize("views", ["final", "all"])
def test_a_long_text_in_chunks_is_the_mean_of_its_pieces_by_their_lengths(views):
    X = encode([*SHORT, *LONG], views=views, long="chunks")
    (found,) = pieces_of([LONG[0]])
    parts = encode(list(found.texts), views=views, long="cut")
    widths = view_widths() if views == "all" else (parts.shape[1],)
    mean = (parts * np.array(found.lengths)[:, None]).sum(axis=0)
    own = np.split(mean, np.cumsum(widths)[:-1])
    expected = np.concatenate([view / np.linalg.norm(view) for view in own]) / np.sqrt(len(widths))
    assert np.allclose(X[30], expected, atol=1e-4)
    assert np.allclose(np.linalg.norm(X, axis=1), 1, atol=1e-5)
    assert np.allclose(X[:30], encode(SHORT, views=views, long="cut"), atol=1e-4)


def test_what_stands_behind_the_cut_counts_in_chunks_only():
    about = encode([SOUP, DESK])
    cut, whole = (encode([LONG[0]], long=way)[0] for way in ("cut", "chunks"))
    assert (whole @ about[1]) > (cut @ about[1]) + 0.1


def test_chunks_are_the_way_where_more_than_a_tenth_is_cut():
    few, many = [*SHORT, LONG[0]], [*SHORT[:5], LONG[0]]
    assert np.allclose(encode(few), encode(few, long="cut"), atol=1e-4)
    assert np.allclose(encode(many), encode(many, long="chunks"), atol=1e-4)
    assert not np.allclose(encode(many)[-1], encode(many, long="cut")[-1], atol=1e-2)


def test_vectors_of_the_two_ways_never_mix_and_short_texts_are_encoded_once(tmp_path):
    store, encoded = EmbeddingStore(tmp_path), []
    texts = [*SHORT, LONG[0], LONG[1]]
    cut = np.array(encode(texts, long="cut", store=store))
    chunks = encode(texts, long="chunks", store=store, progress=lambda p: encoded.append(p.encoded))
    assert max(encoded) == 2
    assert np.array_equal(chunks[:30], cut[:30])
    assert not np.allclose(chunks[30], cut[30], atol=1e-2)
    assert np.array_equal(encode(texts, long="cut", store=store), cut)
    store.remove_texts(every_key(texts).__contains__)
    assert not [f for f in tmp_path.rglob("*") if f.is_file()]


def test_many_long_texts_arrive_block_by_block_each_once(monkeypatch):
    monkeypatch.setattr("gst_core.encoding.mean_of_pieces.FIRST_BLOCK", 4)
    monkeypatch.setattr("gst_core.encoding.mean_of_pieces.BLOCK", 10)
    came = {}
    texts = [*SHORT, *LONG]

    def take(rows, vectors):
        assert not came.keys() & set(rows.tolist())
        came.update(zip(rows.tolist(), vectors, strict=True))

    X = encode(texts, long="chunks", arrived=take)
    assert np.allclose([came[i] for i in range(len(texts))], X)


def test_half_of_a_surrogate_pair_is_encoded():
    assert np.isfinite(encode(["half a smile \ud83d here", "\ud83d " * 300], long="chunks")).all()


def test_what_becomes_of_long_texts_is_said():
    cut = np.array([True] + [False] * 19)
    assert long_texts_sentence(cut) == (
        "1 of 20 texts is longer than the 256 word pieces that the encoder reads at once: what comes after them is not "
        "read."
    )
    assert "in pieces" in long_texts_sentence(cut, "chunks")
    assert "in pieces" in long_texts_sentence(cut[:5])
    assert long_texts_sentence(np.zeros(3, dtype=bool)) == ""


def test_an_unknown_way_is_refused():
    with pytest.raises(EncoderError, match="cut and chunks"):
        encode(SHORT, long="whole")
