import json

import numpy as np
import pytest

from gst_core.encoding import LexicalView, learn_lexical_view
from gst_core.encoding import lexical_learning as learning
from gst_core.encoding import lexical_view as module
from gst_core.errors import TransformError

RNG = np.random.default_rng(0)
AIRLINES = ["@united", "jetblue", "Lufthansa", "east air"]
TEXTS = [
    f"{AIRLINES[i % 4]} {' '.join(RNG.choice(['lost', 'late', 'bag', 'flight', 'seat', 'crew', 'again'], 4))}"
    for i in range(80)
]


@pytest.fixture(scope="module")
def view():
    return learn_lexical_view(TEXTS)


def test_texts_that_mention_the_same_name_are_alike(view):
    rows = view.transform(TEXTS)
    likeness = rows @ rows.T
    same = np.equal.outer(np.arange(80) % 4, np.arange(80) % 4)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert likeness[same].mean() > 2 * likeness[~same].mean()


def test_names_are_found_where_no_blanks_stand_between_words():
    hotels, said = ("京都飯店", "東方酒店", "海景旅館"), ("早餐太差了", "房間很乾淨", "位置非常好", "服務員很親切")
    texts = [f"{hotels[i % 3]}的{said[i % 4]}，第{i}天。" for i in range(60)]
    rows = learn_lexical_view(texts).transform(["京都飯店很好", "我住在京都飯店", "海景旅館很好"])
    assert rows[0] @ rows[1] > 2 * rows[0] @ rows[2]


def test_a_text_has_the_same_columns_alone_and_among_others(view):
    rows = view.transform(TEXTS)
    assert all(np.array_equal(view.transform([text])[0], row) for text, row in zip(TEXTS, rows, strict=True))


def test_texts_are_counted_in_blocks_without_a_difference(view, monkeypatch):
    rows = view.transform(TEXTS)
    monkeypatch.setattr(module, "BLOCK", 50)
    assert np.array_equal(view.transform(TEXTS), rows)


def test_a_text_without_a_known_word_is_a_row_of_zeros(view):
    assert not view.transform(["???", "", "quite unheard of"]).any()


def test_terms_of_too_few_and_of_too_many_texts_do_not_count_but_pairs_with_frequent_ones_do():
    few = [f"the room number{i}" for i in range(2)]
    texts = [*few, *(f"the room is clean {i}" for i in range(3)), *(f"the soup tastes of fish {i}" for i in range(14))]
    view = learn_lexical_view(texts)
    single = view.words[: view.singles]
    assert {"room", "clean"} <= {*single}
    assert not {"the", "soup", "number0"} & {*single}
    pairs = {(view.words[a], view.words[b]) for a, b in view.pairs}
    assert ("the", "room") in pairs
    assert ("the", "soup") not in pairs


def test_a_text_that_is_repeated_counts_once():
    assert learn_lexical_view(["late again"] * 9 + ["cold soup", "warm soup"]) is None


def test_a_corpus_without_common_words_has_no_lexical_view():
    assert learn_lexical_view([]) is None
    assert learn_lexical_view(["one", "two three", "four"]) is None
    assert learn_lexical_view([f"one {i}" for i in (3, 4, 5)] + ["six", "seven", "eight"]) is None, "of one word alone"


def test_the_vocabulary_keeps_the_most_frequent_terms(monkeypatch, view):
    monkeypatch.setattr(learning, "TERMS", 5)
    small = learn_lexical_view(TEXTS)
    assert len(small.idf) == 5
    assert small.width <= 5
    assert small.idf.max() < view.idf.max()


def test_a_large_corpus_is_known_by_a_sample(monkeypatch):
    monkeypatch.setattr(learning, "CHARACTERS", 40 * 25)
    assert len(learning._sample(TEXTS, 0)) < 60
    monkeypatch.setattr(learning, "TEXTS", 30)
    assert len(learning._sample(TEXTS, 0)) == 30
    assert learn_lexical_view(TEXTS).transform(TEXTS).any(axis=1).all()


def test_the_same_number_gives_the_same_view(view):
    again = learn_lexical_view(TEXTS)
    assert again.words == view.words
    assert np.array_equal(again.projection, view.projection)


def test_a_saved_view_gives_the_same_columns(view, tmp_path):
    view.save(tmp_path / "view")
    assert {file.suffix for file in (tmp_path / "view").iterdir()} == {".safetensors", ".json"}
    loaded = LexicalView.load(tmp_path / "view")
    assert np.array_equal(loaded.transform(TEXTS), view.transform(TEXTS))


def _change_words(about):
    about["words"][0] = about["words"][1]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_change_words, "words does not fit"),
        (lambda about: about["words"].pop(), "pairs does not fit"),
        (lambda about: about.update(singles=-1), "singles does not fit"),
        (lambda about: about.update(singles=about["singles"] - 1), "idf does not fit"),
        (lambda about: about.pop("words"), "damaged"),
        (lambda about: about.update(format=0), "another version"),
    ],
)
def test_a_damaged_vocabulary_is_told(view, tmp_path, spoil, says):
    view.save(tmp_path)
    about = json.loads((tmp_path / "lexical.json").read_text())
    spoil(about)
    (tmp_path / "lexical.json").write_text(json.dumps(about))
    with pytest.raises(TransformError, match=says):
        LexicalView.load(tmp_path)


def test_damaged_numbers_and_a_folder_without_a_view_are_told(view, tmp_path):
    with pytest.raises(TransformError, match="holds no lexical view"):
        LexicalView.load(tmp_path)
    broken = LexicalView(view.words, view.singles, view.pairs, view.idf, view.projection * np.float16("nan"))
    broken.save(tmp_path)
    with pytest.raises(TransformError, match="projection does not fit"):
        LexicalView.load(tmp_path)
    LexicalView(view.words, view.singles, view.pairs[::-1].copy(), view.idf, view.projection).save(tmp_path)
    with pytest.raises(TransformError, match="not sorted"):
        LexicalView.load(tmp_path)
    (tmp_path / "lexical.safetensors").write_bytes(b"{}")
    with pytest.raises(TransformError, match="damaged"):
        LexicalView.load(tmp_path)
