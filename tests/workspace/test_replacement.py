"""A file that was edited and is opened again: what is different is said, and labels follow their texts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core.corpus import Corpus, CorpusReport, read_corpus
from gst_core.errors import WorkspaceError
from gst_core.workspace import DEMOS, LLM, AnnotationRun, ClassDefinition, CorpusChanged, LabelSet, open_demo
from gst_core.workspace.workspace import Workspace
from tests.corpus.test_corpus import file
from tests.stored_bytes import stored_bytes
from tests.workspace.conftest import counting

LINES = ["k1,first text,1", "k2,second text,2", "k3,third text,3", "k4,fourth text,4"]


def table(lines, head="key,text,n", name="survey", embeddings=None):
    content = file(head + "\n" + "\n".join(lines) + "\n")
    return read_corpus(content, text="text", id="key", name=name, embeddings=embeddings)


@pytest.fixture
def survey(workspace):
    return workspace.add_corpus(table(LINES))


@pytest.fixture
def labelled(workspace, survey):
    lens = workspace.add_lens(survey.id, "order", classes=["low", "high"])
    workspace.set_labels(lens.id, {"k1": "low", "k2": "low", "k4": "high"})
    return lens


CHANGES = {
    "ids": ["a,first text,1", "k2,second text,2", "k3,third text,3", "k4,fourth text,4"],
    "a value": ["k1,first text,7", *LINES[1:]],
    "the order": [*LINES[1:], LINES[0]],
    "a text": ["k1,first text!,1", *LINES[1:]],
    "a new row": [*LINES, "k5,fifth text,5"],
    "a repeated row": [*LINES, "k1,first text,9"],
    "a row less": LINES[1:],
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_file_that_changed_is_never_shown_as_it_was_without_a_word(workspace, survey, what):
    if what == "a repeated row":  # ids of rows that repeat a text are their first row's
        changed = read_corpus(file("text,n\na,1\nb,2\na,3\n"), text="text", name="s")
        workspace.add_corpus(read_corpus(file("text,n\na,1\nb,2\n"), text="text", name="s"))
    else:
        changed = table(CHANGES[what])
    with pytest.raises(CorpusChanged, match="already, and this file is not the same") as refused:
        workspace.add_corpus(changed)
    assert refused.value.changes.any
    assert workspace.same_texts(changed) == refused.value.changes
    both = workspace.add_corpus(changed, keep_both=True)
    assert both.name == f"{changed.name} (2)"
    assert workspace.read_corpus(both.id).texts == changed.texts
    assert workspace.add_corpus(changed).id == both.id, "the second is found, too"
    assert workspace.same_texts(changed) is None


def test_columns_and_embeddings_that_changed_are_seen(workspace):
    rng = np.random.default_rng(0)
    vectors, others = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    workspace.add_corpus(table(LINES, embeddings=vectors))
    assert workspace.same_texts(table(LINES, embeddings=vectors)) is None
    assert "embeddings are others" in workspace.same_texts(table(LINES, embeddings=others)).sentence()
    assert (
        "columns came or went (n, m)" in workspace.same_texts(table(LINES, "key,text,m", embeddings=vectors)).sentence()
    )


def test_another_file_of_the_same_name_is_another_corpus(workspace, survey):
    other = table(["a,cats,1", "b,dogs,2", "c,first text,3"])
    assert workspace.same_texts(other) is None
    assert workspace.add_corpus(other).name == "survey (2)"


def test_labels_follow_their_texts_to_other_ids_and_what_cannot_follow_is_said(workspace, survey, labelled):
    workspace.set_labels(labelled.id, {"k3": "high"}, LLM)
    workspace.save_annotation_run(labelled.id, AnnotationRun("model", 3, 3, without_class=("k1", "k4")))
    workspace.keep_label(labelled.id, "k2", "high")
    workspace.extend_check(labelled.id, ["k4", "k1"])
    examples = LabelSet((ClassDefinition("low", "", ("k1", "k4", "a statement")), ClassDefinition("high")))
    workspace.define_classes(labelled.id, examples)
    workspace.save_proposal(labelled.id, examples)
    changed = table(["k2,first text,1", "k1,second text,2", "k3,third text,3", "k5,a new text,4"])
    assert "1 label of texts that are gone" in workspace.same_texts(changed).sentence()
    replaced = workspace.replace_corpus(survey.id, changed)
    assert (replaced.followed, replaced.lost) == (2, 1)
    assert replaced.sentence() == (
        "“survey” was replaced. 2 labels followed their texts to other ids. "
        "1 label went with texts that are no longer there."
    )
    assert counting(workspace, labelled) == {"k2": "low", "k1": "low", "k3": "high"}
    assert workspace.annotation_run(labelled.id).without_class == ("k2",)
    assert workspace.kept_labels(labelled.id) == {"k1": "high"}
    assert workspace.random_check(labelled.id).documents == ("k2",)
    for moved in (workspace.label_set(labelled.id), workspace.proposal(labelled.id)):
        assert moved.classes[0].examples == ("k2", "a statement")
    assert workspace.undo(labelled.id) == 2, "their history follows, too"
    assert workspace.add_corpus(changed) == replaced.entry
    corpus = workspace.read_corpus(survey.id)
    assert corpus.ids == changed.ids
    assert len(list((workspace.folder / "corpora").iterdir())) == 2, "the files before are gone"


def test_replacing_takes_what_is_gone_from_every_file(workspace, survey, labelled):
    keys = workspace.read_corpus(survey.id).texts
    assert any(b"fourth text" in path.read_bytes() for path in workspace.folder.rglob("*.parquet"))
    workspace.replace_corpus(survey.id, table(LINES[:3]))
    assert keys[3] == "fourth text"
    assert not [path for path, written in stored_bytes(workspace.folder).items() if b"fourth text" in written]


def test_a_corpus_whose_files_are_damaged_is_mended_by_its_file(workspace, survey, labelled):
    for path in (workspace.folder / "corpora").iterdir():
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(WorkspaceError, match="Open its file again: its lenses and labels are kept"):
        workspace.read_corpus(survey.id)
    assert workspace.add_corpus(table(LINES)).id == survey.id
    assert workspace.read_corpus(survey.id).texts[0] == "first text"
    assert counting(workspace, labelled) == {"k1": "low", "k2": "low", "k4": "high"}


def test_a_demo_that_a_new_version_brings_otherwise_keeps_what_was_said_on_it(workspace, monkeypatch):
    entry = open_demo(workspace, DEMOS[0])
    lens, corpus = workspace.lenses(entry.id)[0], workspace.read_corpus(entry.id)
    labels = counting(workspace, lens)
    fewer = replace(corpus, rows=corpus.rows.assign(newly="x"))
    monkeypatch.setattr("gst_core.workspace.demos.read_corpus", lambda *_, **__: fewer)
    assert open_demo(workspace, DEMOS[0]).id == entry.id
    assert "newly" in workspace.read_corpus(entry.id).rows.columns
    assert counting(workspace, lens) == labels


def test_two_that_open_a_file_at_once_make_one_corpus(workspace, monkeypatch):
    other, add = Workspace(workspace.folder), workspace._add
    monkeypatch.setattr(workspace, "_add", lambda *args: (other.add_corpus(table(LINES)), add(*args))[1])
    entry = workspace.add_corpus(table(LINES))
    assert [one.id for one in workspace.corpora()] == [entry.id]


texts = st.lists(st.sampled_from([f"text {i}" for i in range(12)]), min_size=1, max_size=12, unique=True)


@settings(max_examples=60, deadline=None)
@given(texts, texts, st.randoms(use_true_random=False), st.data())
def test_each_label_is_at_its_text_or_gone_whatever_ids_and_texts_become(tmp_path_factory, old, new, random, data):
    def made(some):
        ids = random.sample([f"id {i}" for i in range(12)], len(some))
        rows = pd.DataFrame({"n": range(len(some))})
        return Corpus(
            "c", tuple(ids), tuple(some), rows, np.arange(len(some)), CorpusReport(len(some), len(some), 0, 0)
        )

    workspace = Workspace(tmp_path_factory.mktemp("ws"))
    before, after = made(old), made(new)
    entry = workspace.add_corpus(before)
    lens = workspace.add_lens(entry.id, "x")
    said = {i: data.draw(st.sampled_from(["a", "b"])) for i in before.ids}
    workspace.set_labels(lens.id, said)
    replaced = workspace.replace_corpus(entry.id, after)
    of_text = {text: said[i] for i, text in zip(before.ids, before.texts, strict=True)}
    expected = {i: of_text[text] for i, text in zip(after.ids, after.texts, strict=True) if text in of_text}
    assert counting(workspace, lens) == expected
    assert replaced.lost == len(set(old) - set(new))


COLUMNS = {
    "whole numbers with blanks": pd.array([1, None, 3], dtype="Int64"),
    "numbers with blanks": [1.5, np.nan, 3.0],
    "text with blanks": ["a", None, "NA"],
    "yes and no": [True, False, True],
    "yes, no and blank": pd.array([True, None, False], dtype="boolean"),
    "days": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
    "moments with a zone": pd.to_datetime(["2024-01-01 10:00", "2024-01-02 11:00", "2024-03-01 12:00"]).tz_localize(
        "Europe/Berlin"
    ),
    "durations": pd.to_timedelta(["1h", "2h", "3 days"]),
    "kinds": pd.Categorical(["x", "y", "x"], categories=["y", "x", "z"], ordered=True),
    "lists": pd.Series([[1, 2], [], None]),
    "arrays": pd.Series([np.array([1.5]), np.array([2.5, np.nan]), None]),
    "records": pd.Series([{"a": 1}, {"b": "x"}, {}]),
    "lists of records": pd.Series([[{"role": "user"}], [{"role": "bot", "n": 2}], []]),
    "things of many kinds": pd.Series([1, "one", 2.5], dtype=object),
    "nothing": pd.Series([None, None, None], dtype=object),
    "bytes": pd.Series([b"\x00\xff", b"", None]),
    "half an emoji": pd.Series(["\ud83d", "ok", ""], dtype=object),
    "long digits": pd.Series(["12345678901234567890", "007", "1e5"]),
    "moments far away": pd.Series([pd.Timestamp("1600-01-01"), pd.Timestamp("2024-01-01"), pd.NaT]),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_of_any_type_comes_back_and_is_no_change(workspace, column):
    rows = pd.DataFrame({"column": COLUMNS[column], "meta:x": 1, "document": 2})
    report = CorpusReport(3, 3, 0, 0)
    corpus = Corpus("c", ("a", "b", "c"), ("one", "two", "three"), rows, np.arange(3), report)
    entry = workspace.add_corpus(corpus)
    stored = workspace.read_corpus(entry.id).rows
    assert list(stored.columns) == list(rows.columns)
    assert stored["column"].dtype == rows["column"].dtype
    same = [_same(a, b) for a, b in zip(stored["column"], rows["column"], strict=True)]
    assert all(same), list(stored["column"])
    assert workspace.add_corpus(corpus).id == entry.id


def test_what_no_file_can_hold_is_said_in_a_sentence_and_nothing_is_left(workspace):
    rows, report = pd.DataFrame({"n": [1]}), CorpusReport(1, 1, 0, 0)
    with pytest.raises(WorkspaceError, match="broken characters"):
        workspace.add_corpus(Corpus("c", ("a",), ("half an \ud83d",), rows, np.arange(1), report))
    assert not list((workspace.folder / "corpora").iterdir())


def _same(stored, given):
    if isinstance(given, np.ndarray):
        return np.array_equal(np.array(stored, dtype=float), given, equal_nan=True)
    if isinstance(given, list | dict):
        return stored == given
    return (pd.isna(stored) and pd.isna(given)) or (stored == given and type(stored) is type(given))


def test_of_several_versions_the_one_that_a_file_is_likest_to_is_the_one_in_question(workspace, survey):
    other = [*(line.replace("text", "words") for line in LINES[:2]), *LINES[2:]]
    workspace.add_corpus(table(other), keep_both=True)
    changed = table(CHANGES["a new row"])
    assert workspace.same_texts(changed).entry.id == survey.id
    with pytest.raises(CorpusChanged) as refused:
        workspace.add_corpus(changed)
    assert refused.value.changes.entry.id == survey.id
