"""A selected text is explained: its classes, the labels it is near to, its words, and who contradicts its label."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gst_core.analysis import WordEffect
from gst_core.corpus import read_corpus
from gst_core.suggest import DoubtfulLabel, Suggestion
from gst_core.ui import doubts, explain_panel, long_texts, state
from gst_core.ui.lens_view import LensView
from gst_core.workspace import HUMAN, LLM, Label, Workspace
from tests.corpus.test_corpus import file

TEXTS = ["A quiet night", "So calm", "Never again!", "The <b>worst</b> room", "A bad lift"]
X = np.array([[1, 0], [0.8, 0.6], [0, 1], [0.6, 0.8], [0.28, 0.96]], dtype=np.float32)
ANGRY = np.array([0.1, 0.1, 0.9, 0.8, 0.7], dtype=np.float32)
SELECTED = 4


class Transform:
    lexical_, words_only_ = None, False


@pytest.fixture
def view(tmp_path, monkeypatch):
    made = Workspace(tmp_path / "workspace")
    entry = made.add_corpus(read_corpus(file("text\n" + "\n".join(TEXTS) + "\n"), text="text"))
    lens, corpus = made.add_lens(entry.id, "mood", classes=["calm", "angry"]), made.read_corpus(entry.id)
    made.set_labels(lens.id, {corpus.ids[1]: "calm"})
    made.set_labels(lens.id, {corpus.ids[2]: "angry"}, LLM, model="small-1")
    monkeypatch.setattr(state, "workspace", lambda: made)
    monkeypatch.setattr(state, "jobs", lambda: SimpleNamespace(generic=lambda _: X))
    frame = SimpleNamespace(
        embedding=X, probabilities=np.stack([1 - ANGRY, ANGRY], axis=1), classes=("calm", "angry"),
        transform=Transform(), positions=X,
    )  # fmt: skip
    now = SimpleNamespace(frame=frame, running=False, revision=1, clusters=None)
    made_view = LensView(entry, lens, corpus, None, SimpleNamespace(key="map"), now, None, [], None)
    made_view.read_labels()
    monkeypatch.setattr(LensView, "suggestions", lambda _: [Suggestion(SELECTED, "angry or calm?")])
    monkeypatch.setattr(doubts, "doubted", lambda _: [])
    monkeypatch.setattr(long_texts, "cut", lambda _: None)
    monkeypatch.setattr(explain_panel, "in_lens_space", in_lens_space)
    monkeypatch.setattr(explain_panel, "PATIENCE", 30.0)
    explain_panel.background.clear()
    return made_view


def in_lens_space(texts, encoder, transform, long):
    angry = np.array([0.9 if "bad" in text else 0.4 for text in texts], dtype=np.float32)
    return None, np.stack([1 - angry, angry], axis=1)


def page(view, selected):
    from gst_core.ui import explain_panel, state

    state.select((selected,))
    explain_panel.draw(view)


def shown_for(view, selected=SELECTED):
    shown = AppTest.from_function(page, default_timeout=60, args=(view, selected)).run()
    assert not shown.exception
    return shown


def words(shown):
    return " ".join(one.value if hasattr(one, "value") else one.proto.body for one in shown.get("html"))


def test_a_text_is_explained_by_its_classes_and_by_the_labels_that_it_is_near_to(view):
    shown = shown_for(view)
    said = words(shown)
    assert "Suggested for labelling: angry or calm?" in said
    assert said.index("angry</span>") < said.index("calm</span>"), "the likeliest first"
    assert "0.96 near · labelled by small-1" in said
    assert "labelled by you" in said
    assert {one.key for one in shown.button} >= {"show-near-1-2", "show-near-0-1"}


def test_the_words_that_matter_are_marked_when_somebody_asks(view):
    shown = shown_for(view)
    assert "<mark" not in words(shown)
    shown.button(key=f"words-{SELECTED}").click().run()
    assert not shown.exception
    said = words(shown)
    assert ">bad</mark>" in said
    assert "for it speak “bad”" in said


def test_a_text_is_shown_as_it_is_written(view):
    effects = [WordEffect(4, 16, 1.0), WordEffect(17, 21, -0.5)]
    html = explain_panel.words_html(TEXTS[3], effects, "angry")
    assert "<b>" not in html
    assert "&lt;b&gt;worst" in html
    assert 'class="against"' in html
    assert "no word" in explain_panel.words_sentence(TEXTS[3], [WordEffect(0, 3, 0.01)], "angry").lower()
    assert "one word" in explain_panel.words_html("bad", [], "angry")


def test_a_label_in_doubt_is_shown_with_the_texts_that_contradict_it_and_who_says_so(view, monkeypatch):
    view.labels.append(Label(view.corpus.ids[SELECTED], "calm", HUMAN, "2026-01-01"))
    view.codes[SELECTED] = 0
    monkeypatch.setattr(doubts, "doubted", lambda _: [DoubtfulLabel(SELECTED, 1, 0.83)])
    said = words(shown_for(view))
    assert "Labelled calm by you." in said
    assert "angry at 83% on average, not calm" in said
    assert "labelled angry by small-1" in said
    assert "angry 80%, says the map" in said


def test_vectors_that_came_with_the_file_say_nothing_of_words(view):
    view.entry = replace(view.entry, own_embeddings=True)
    shown = shown_for(view)
    assert not [one for one in shown.button if one.label == "Which words matter?"]
    assert "came with the file" in shown.caption[0].value
