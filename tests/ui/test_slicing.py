"""The filters of a session: they stay while maps re-form, and go with a sentence where there is nothing for them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from gst_core.analysis import CLASS, FILE, GROUP, LABEL, WHO, Condition, file_columns
from gst_core.map import ClusterName, Frame
from gst_core.ui import slicing, state
from gst_core.work import MapState
from gst_core.workspace import HUMAN, LLM, Label

CITY = f"{FILE}city"
FILE_COLUMNS = file_columns(pd.DataFrame({"city": ["Rome", "Oslo", "Rome", "Oslo"]}))


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", {})


class _View:
    """What slicing takes of a `LensView` of four texts in two groups."""

    file_columns = FILE_COLUMNS

    def __init__(self, groups, classes, lens, running, labels):
        points, chance = np.zeros((4, 2), np.float32), np.array([[0.9, 0.1]] * 3 + [[0.2, 0.8]], np.float32)
        self.clusters = np.array([0, 0, 1, -1], dtype=np.int32)
        told = {"probabilities": chance, "classes": classes} if len(classes) > 1 else {}
        frame = Frame(points, self.clusters, "clusters", 0.0, True, points, **told)
        self.state = MapState(frame=frame, clusters=self.clusters, running=running)
        self.entry, self.lens = SimpleNamespace(id="corpus"), SimpleNamespace(id=lens) if lens else None
        self.corpus = SimpleNamespace(ids=("a", "b", "c", "d"))
        self.labels, self.classes = list(labels), classes
        self.names = [ClusterName(i, 2, tuple(title.split(", ")), 0.0, 0.0) for i, title in enumerate(groups)]
        given = {label.document: classes.index(label.class_name) for label in labels if label.who == HUMAN}
        given = {label.document: classes.index(label.class_name) for label in labels} | given
        self.looked = None
        self.codes = np.array([given.get(i, -1) for i in self.corpus.ids])

    def columns(self):
        return slicing.columns(self)


def view(groups=("late, wait", "view, sunrise"), classes=("angry", "glad"), lens="moods", running=False, labels=()):
    return _View(groups, classes, lens, running, labels)


def left(view):
    shown = slicing.shown(view)
    return None if shown is None else np.flatnonzero(shown).tolist()


def test_a_filter_is_in_the_address_and_a_session_that_begins_with_it_has_it():
    slicing.filter_by("corpus", CITY, Condition(values=("Rome",)))
    assert st.query_params == {"filter": "column:city=in:Rome"}
    st.session_state.clear()
    assert left(view()) == [0, 2]


def test_a_filter_is_written_into_the_address_again_after_another_page_was_open():
    slicing.filter_by("corpus", CITY, Condition(values=("Rome",)))
    st.query_params.clear()
    assert left(view()) == [0, 2]
    assert st.query_params == {"filter": "column:city=in:Rome"}


def test_filters_stay_when_the_lens_changes():
    slicing.filter_by("corpus", CITY, Condition(values=("Rome",)))
    slicing.filter_by("corpus", CLASS, Condition(values=("angry",)))
    assert left(view(lens="moods")) == [0, 2]
    assert left(view(lens="other", classes=("angry", "calm"))) == [0, 2]
    assert state.NOTICE not in st.session_state


def test_a_filter_on_classes_goes_with_a_sentence_on_a_lens_without_them():
    slicing.filter_by("corpus", CLASS, Condition(values=("angry",)))
    slicing.filter_by("corpus", CITY, Condition(values=("Rome",)))
    assert left(view(lens=None, classes=())) == [0, 2]
    assert "“class”" in st.session_state[state.NOTICE]
    assert st.query_params == {"filter": "column:city=in:Rome"}


def test_a_filter_waits_for_what_a_map_that_is_being_made_does_not_have_yet():
    slicing.filter_by("corpus", CLASS, Condition(values=("angry",)))
    assert left(view(classes=("angry",), running=True)) is None
    assert left(view()) == [0, 1, 2]


def test_a_filter_on_a_group_follows_the_group_when_it_is_called_otherwise():
    assert left(view()) is None
    slicing.filter_by("corpus", GROUP, Condition(values=("late, wait",)))
    assert left(view(groups=("wait, desk", "view, sunrise"), running=True)) == [0, 1]
    assert slicing.current("corpus").of(GROUP).values == ("wait, desk",)


def test_a_filter_on_a_group_does_not_follow_its_number_to_another_lens():
    assert left(view()) is None
    slicing.filter_by("corpus", GROUP, Condition(values=("late, wait",)))
    assert left(view(groups=("rooms, beds", "food, soup"), lens="other")) is None
    assert "late, wait" in st.session_state[state.NOTICE]


def test_a_filter_on_a_group_waits_while_one_looks_into_a_group():
    assert left(view()) is None
    slicing.filter_by("corpus", GROUP, Condition(values=("late, wait",)))
    inside = view(groups=("desk, queue", "bus, train"))
    inside.looked = object()
    assert left(inside) is None
    assert left(view()) == [0, 1]
    assert state.NOTICE not in st.session_state


def test_what_people_and_models_said_is_a_column_that_stays_when_all_is_undone():
    labels = [Label("a", "angry", HUMAN, "now"), Label("c", "glad", LLM, "now", 0.9, "smol")]
    labels += [Label("a", "glad", LLM, "now", 0.9, "smol"), Label("d", "glad", "column:mood", "now")]
    slicing.filter_by("corpus", WHO, Condition(values=("you",)))
    assert left(view(labels=labels)) == [0]
    columns = slicing.columns(view(labels=labels))
    assert [columns[WHO].shown(i) for i in range(4)] == ["you", "", "smol", "column mood"]
    assert [columns[LABEL].shown(i) for i in range(4)] == ["angry", "", "glad", "glad"]
    assert left(view()) == []
    assert state.NOTICE not in st.session_state


def test_columns_are_made_once_while_nothing_changes():
    one = view()
    assert slicing.columns(one) is slicing.columns(one)
    assert slicing.facets(one) is slicing.facets(one)
    slicing.filter_by("corpus", CITY, Condition(values=("Rome",)))
    assert [f.left.sum() + f.missing_left for f in slicing.facets(one) if f.column.key in (CITY, GROUP)] == [4, 2]


def test_another_corpus_begins_without_the_filters_of_this_one():
    slicing.filter_by("corpus", CITY, Condition(values=("Rome",)))
    state.choose_corpus("other")
    assert not slicing.current("other")
    assert "filter" not in st.query_params
    slicing.filter_by("other", CITY, Condition(values=("Rome",)))
    assert not slicing.current("the next one, as the other was deleted")
    assert "filter" not in st.query_params
