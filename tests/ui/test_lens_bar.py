"""The pickers and the instruction: a person's words make, rename and choose lenses; another session's are followed."""

import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gst_core.corpus import read_corpus
from gst_core.ui import state
from gst_core.ui.lens_bar import told_apart
from gst_core.workspace import Workspace

WORDS = "how the guest feels"


def page():
    from gst_core.ui import actions, lens_bar, state

    entry = state.current_corpus()
    lens_bar.instruction_box(entry, lens_bar.pickers(entry)[0])
    actions.show_refusal()


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    file = io.BytesIO(b"text\none\ntwo\nthree\n")
    file.name = "texts.csv"
    made = Workspace(tmp_path / "workspace")
    made.add_corpus(read_corpus(file, text="text", embeddings=np.eye(3)))
    monkeypatch.setattr(state, "workspace", lambda: made)
    return made


@pytest.fixture
def shown(workspace):
    return AppTest.from_function(page, default_timeout=60).run()


def lenses(workspace):
    return [lens.instruction for lens in workspace.lenses(workspace.corpora()[0].id)]


def say(shown, words):
    shown.text_area[0].set_value(words).run()
    assert not shown.exception


def test_an_instruction_makes_a_lens_and_chooses_it(workspace, shown):
    say(shown, WORDS)
    assert lenses(workspace) == [WORDS]
    assert shown.text_area[0].value == WORDS
    assert shown.selectbox[1].value == workspace.lenses(workspace.corpora()[0].id)[0].id


def test_another_instruction_renames_a_lens_without_labels(workspace, shown):
    say(shown, WORDS)
    say(shown, "who travels")
    assert lenses(workspace) == ["who travels"]


def test_beside_labels_another_instruction_makes_a_lens(workspace, shown):
    say(shown, WORDS)
    entry = workspace.corpora()[0]
    lens = workspace.lenses(entry.id)[0]
    document = workspace.read_corpus(entry.id).ids[0]
    workspace.set_labels(lens.id, {document: workspace.add_class(lens.id, "good")})
    shown.run()
    say(shown, "who travels")
    assert lenses(workspace) == [WORDS, "who travels"]
    shown.selectbox[1].set_value(lens.id).run()
    assert shown.text_area[0].value == WORDS


def test_an_emptied_instruction_comes_back(workspace, shown):
    say(shown, WORDS)
    say(shown, "   ")
    assert lenses(workspace) == [WORDS]
    assert shown.text_area[0].value == WORDS


def test_an_instruction_that_another_session_rewords_is_followed_and_not_set_back(workspace, shown):
    say(shown, WORDS)
    workspace.rename_lens(workspace.lenses(workspace.corpora()[0].id)[0].id, "who travels")
    shown.run()
    assert lenses(workspace) == ["who travels"]
    assert shown.text_area[0].value == "who travels"


def test_rewording_keeps_the_lens(workspace, shown):
    say(shown, WORDS)
    shown.text_input[1].set_value("who  travels").run()
    assert lenses(workspace) == ["who travels"]
    assert shown.text_area[0].value == "who travels"


def test_a_new_lens_begins_with_an_empty_instruction_and_the_old_one_can_be_chosen_again(workspace, shown):
    say(shown, WORDS)
    shown.button(key="new-lens").click().run()
    assert shown.text_area[0].value == ""
    say(shown, "who travels")
    first = workspace.lenses(workspace.corpora()[0].id)[0]
    shown.selectbox[1].set_value(first.id).run()
    assert shown.text_area[0].value == WORDS


def test_two_lenses_of_the_same_words_can_both_be_chosen(workspace, shown):
    entry = workspace.corpora()[0]
    first, second = (workspace.add_lens(entry.id, WORDS) for _ in range(2))
    shown.run()
    for lens in (first, second, first):
        shown.selectbox[1].set_value(lens.id).run()
        assert shown.selectbox[1].value == shown.query_params[state.LENS] == lens.id


def test_names_that_repeat_are_numbered():
    assert told_apart({"a": "one", "b": "one", "c": "two"}) == {"a": "one", "b": "one (2)", "c": "two"}
