"""What the search finds: by words and by meaning, in the generic space and in a lens's, with what cannot be said."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from gst_core.corpus import read_corpus
from gst_core.errors import EncoderError
from gst_core.ui import background, finding, search, state
from gst_core.workspace import CorpusEntry
from tests.corpus.test_corpus import file
from tests.ui.test_search import Address

TEXTS = ["My bag is lost", "A lost day", "The bag is late", "A fine day"]
GENERIC = np.array([[1, 0], [0.6, 0.8], [0.8, 0.6], [0, 1]], dtype=np.float32)
LENS = GENERIC[[0, 2, 1, 3]]


@dataclass
class View:
    """As much of a `LensView` as a search looks at."""

    entry: CorpusEntry
    corpus: object
    lens: object = None
    job: object = field(default_factory=lambda: SimpleNamespace(key="first"))
    state: object = field(default_factory=lambda: SimpleNamespace(frame=None, running=False, revision=1))
    shown: object = None
    looked: object = None


@pytest.fixture
def view(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", Address())
    monkeypatch.setattr(finding, "PATIENCE", 30.0)
    work = background.Background()
    monkeypatch.setattr(finding, "background", lambda: work)
    corpus = read_corpus(file("text\n" + "\n".join(TEXTS) + "\n"), text="text")
    jobs = SimpleNamespace(generic=lambda _: GENERIC, corpus=lambda _: corpus)
    monkeypatch.setattr(state, "jobs", lambda: jobs)
    finding._folded.clear()
    return View(CorpusEntry("one", "bags", "", 4, "encoder", False, "content"), corpus)


def in_lens(view, embedding=LENS, **changes):
    frame = SimpleNamespace(transform=object(), embedding=embedding)
    now = SimpleNamespace(frame=frame, **({"running": False, "revision": 1} | changes))
    return replace(view, lens=SimpleNamespace(id="lens"), state=now)


def test_words_are_found_and_what_has_a_minus_is_not(view):
    search.change(typed="bag -late")
    assert finding.found(view).rows.tolist() == [0]
    assert finding.query().spans(TEXTS[0]) == [(3, 6)]


def test_what_does_not_pass_the_filters_is_not_found(view):
    search.change(typed="bag")
    assert finding.found(view).rows.tolist() == [0, 2]
    view.shown = np.array([False, True, True, True])
    assert finding.found(view).rows.tolist() == [2]


def test_in_a_group_that_is_looked_into_its_texts_alone_are_found(view):
    search.change(typed="bag")
    view.looked = SimpleNamespace(map=SimpleNamespace(rows=np.array([1, 2, 3])))
    assert finding.found(view).rows.tolist() == [2]
    view.shown = np.array([True, True, False, True])
    assert not len(finding.found(view).rows), "the filters hold as well"
    view.shown = None
    search.find_like(view.corpus, [0])
    search.change(threshold=0.7)
    assert finding.found(view).rows.tolist() == [2]


def test_what_cannot_be_read_is_said_and_finds_nothing(view):
    search.change(typed='"bag')
    assert "phrase does not end" in finding.found(view).refused
    assert not len(finding.found(view).rows)
    assert finding.query() is None


def test_texts_like_one_come_nearest_first_down_to_the_threshold(view):
    search.find_like(view.corpus, [0])
    search.change(threshold=0.7)
    found = finding.found(view)
    assert found.rows.tolist() == [0, 2]
    assert np.allclose(found.nearness, [1, 0.6, 0.8, 0])
    assert not found.in_lens


def test_nearness_is_the_lens_own_unless_all_that_texts_say_counts(view):
    search.find_like(view.corpus, [0])
    search.change(threshold=0.7)
    assert finding.found(in_lens(view)).rows.tolist() == [0, 1]
    search.space_chosen(False)
    search.change(threshold=0.7)
    assert finding.found(in_lens(view)).rows.tolist() == [0, 2]


def test_what_was_found_stays_lit_while_the_map_re_forms(view):
    search.find_like(view.corpus, [0])
    search.change(threshold=0.7)
    before = finding.found(in_lens(view)).rows.tolist()
    moving = in_lens(view, GENERIC, running=True, revision=2)
    assert finding.found(moving).rows.tolist() == before
    settled = in_lens(view, GENERIC, revision=3)
    settled.job = SimpleNamespace(key="second")
    assert finding.found(settled).rows.tolist() == [0, 2], "and is found anew on the settled map"


def test_a_sentence_is_looked_for_in_the_space_of_the_map(view, monkeypatch):
    monkeypatch.setattr(finding, "in_generic_space", lambda texts, _: np.array([[0.0, 1.0]], dtype=np.float32))
    monkeypatch.setattr(finding, "in_lens_space", lambda texts, *_: (np.array([[1.0, 0.0]], dtype=np.float32), None))
    search.change(typed="a nice day", by=search.MEANING, threshold=0.9)
    assert finding.found(view).rows.tolist() == [3]
    assert finding.found(in_lens(view)).rows.tolist() == [0]


def test_a_sentence_is_refused_where_nobody_knows_the_encoder_or_it_cannot_be_had(view, monkeypatch):
    def gone(texts, encoder):
        raise EncoderError("The encoder cannot be had.")

    monkeypatch.setattr(finding, "in_generic_space", gone)
    search.change(typed="a nice day", by=search.MEANING)
    assert finding.found(view).refused == "The encoder cannot be had."
    own = replace(view, entry=replace(view.entry, id="two", own_embeddings=True))
    assert "came with the file" in finding.found(own).refused


def test_texts_that_are_gone_are_like_nothing(view):
    search.change(by=search.MEANING, like=("gone",))
    assert "no longer in this corpus" in finding.found(view).refused
