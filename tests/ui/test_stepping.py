"""The keys u and Ctrl+Shift+Z: the last step goes back, whatever it was done to, and the page says what it was."""

import pytest
import streamlit as st

from gst_core.ui import group_acts, labelling, state, stepping
from tests.ui.test_groups_panel import kept, labels_of
from tests.ui.test_groups_panel import view as view_of_groups

view = view_of_groups


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


def told():
    return st.session_state.pop(state.NOTICE, "")


def test_u_takes_back_what_was_done_last_and_says_what_it_was(view):
    view.follow(view.state)
    labelling.label(view.corpus, view.lens, [0, 1], "ride", quietly=True)
    group_acts.name_group(view, 0, "rides")
    labelling.label(view.corpus, view.lens, [2], "ride", quietly=True)
    stepping.undo(view)
    assert (len(labels_of(view)), kept(view), told()) == (2, ["name"], "Taken back: 1 label. Redo brings it again.")
    stepping.undo(view)
    assert (len(labels_of(view)), kept(view)) == (2, []), "the name came after these labels"
    assert told() == "Taken back: the name “rides”. Redo brings it again."
    stepping.undo(view)
    assert (labels_of(view), told()) == ({}, "Taken back: 2 labels. Redo brings them again.")
    stepping.undo(view)
    assert told() == "", "there is nothing to take back"


def test_steps_are_done_again_in_the_order_in_which_they_were_taken_back(view):
    view.follow(view.state)
    labelling.label(view.corpus, view.lens, [0], "ride", quietly=True)
    group_acts.name_group(view, 0, "rides")
    stepping.undo(view)
    stepping.undo(view)
    stepping.redo(view)
    assert (len(labels_of(view)), kept(view)) == (1, [])
    stepping.redo(view)
    assert (len(labels_of(view)), kept(view)) == (1, ["name"])


def test_without_a_lens_u_is_about_groups(view):
    view.follow(view.state)
    view.lens = None
    group_acts.mark_as_noise(view, 0)
    stepping.undo(view)
    assert state.workspace().group_steps(view.entry.id) == []
    assert told() == "Taken back: a group as noise. Redo brings it again."
    stepping.redo(view)
    assert [step.kind for step in state.workspace().group_steps(view.entry.id)] == ["noise"]


def test_u_after_a_skip_says_that_the_text_is_suggested_again(view):
    labelling.skip(view.corpus, view.lens, 3)
    stepping.undo(view)
    assert told() == "Taken back: a text that was skipped is suggested again."
