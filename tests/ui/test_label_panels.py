"""A person follows a column, leaves one out, and takes labels over from a column, each with one step back."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gst_core.corpus import read_corpus
from gst_core.ui import state
from gst_core.work import Jobs
from gst_core.workspace import Workspace, deciding_labels
from tests.corpus.test_corpus import file

N = 24


def page():
    from types import SimpleNamespace

    from gst_core.ui import actions, follow_panel, label_import_panel, labelling, left_out_panel, state

    entry = state.current_corpus()
    corpus, lens = state.jobs().corpus(entry.id), state.current_lens(entry.id)
    if lens is None:
        follow_panel.draw(entry, corpus)
    else:
        view = SimpleNamespace(entry=entry, lens=lens, corpus=corpus, labels=state.workspace().labels(lens.id))
        labelling.draw_warning(lens)
        left_out_panel.draw(view)
        label_import_panel.draw(view)
    actions.show_refusal()


@pytest.fixture
def opened(tmp_path, monkeypatch):
    lines = "".join(f"text number {i},{['Delta', 'United'][i % 2]},{i % 3},k{i}\n" for i in range(N))
    X = np.random.default_rng(0).normal(size=(N, 5))
    workspace = Workspace(tmp_path / "workspace")
    entry = workspace.add_corpus(read_corpus(file("text,airline,stars,row_key\n" + lines), text="text", embeddings=X))
    jobs = Jobs(workspace)
    monkeypatch.setattr(state, "workspace", lambda: workspace)
    monkeypatch.setattr(state, "jobs", lambda: jobs)
    monkeypatch.setattr(state, "text_columns", _columns_of(jobs, entry))
    return workspace, entry, AppTest.from_function(page, default_timeout=60)


def _columns_of(jobs, entry):
    from gst_core.analysis import file_columns

    known = file_columns(jobs.corpus(entry.id).metadata)
    return lambda _entry: known


def counting(workspace, lens):
    return {d: x.class_name for d, x in deciding_labels(workspace.labels(lens.id)).items()}


def test_a_column_is_followed_by_a_lens_that_is_chosen(opened):
    workspace, entry, app = opened
    app.run()
    app.selectbox(key=f"follow-each-{entry.id}").set_value(4).run()
    app.button(key="follow-it").click().run()
    assert not app.exception
    (lens,) = workspace.lenses(entry.id)
    assert sorted(counting(workspace, lens).values()) == ["Delta"] * 4 + ["United"] * 4
    assert "8 labels by the column airline" in app.session_state[state.NOTICE]
    assert app.session_state[f"lens-{entry.id}"] == lens.id


def test_columns_and_words_are_left_out_and_one_that_is_an_id_is_refused(opened):
    workspace, entry, app = opened
    lens = workspace.add_lens(entry.id, "mood")
    app.run()
    assert app.multiselect[0].options == ["airline", "stars", "row_key"], "as they are: it reads no Markdown"
    app.multiselect[0].set_value(["airline", "stars"]).run()
    assert workspace.lens(lens.id).left_out == ("airline", "stars")
    app.toggle[0].set_value(True).run()
    app.text_input[0].set_value("Flight, delta").run()
    assert workspace.lens(lens.id).left_out_words == ("@", "flight", "delta")
    app.multiselect[0].set_value(["stars"]).run()
    assert workspace.lens(lens.id).left_out == ("stars",)
    assert not app.exception
    app.multiselect[0].set_value(["stars", "row_key"]).run()
    assert workspace.lens(lens.id).left_out == ("stars",)
    assert "“row_key” cannot be left out" in app.error[0].value.replace("\\", "")


def test_labels_of_a_column_are_looked_at_and_taken_over_in_one_step(opened):
    workspace, entry, app = opened
    lens, ids = workspace.add_lens(entry.id, "mood"), workspace.read_corpus(entry.id).ids
    workspace.set_labels(lens.id, {ids[0]: "United", ids[1]: "United"})
    app.run()
    app.segmented_control[0].set_value("A column").run()
    said = " ".join(x.proto.body for x in app.get("html"))
    assert f"{N - 2} new, 1 as they are here, 1 contradict." in said
    app.button(key=f"bring-labels-{lens.id}").click().run()
    assert len(workspace.labels(lens.id)) == N
    assert counting(workspace, lens)[ids[0]] == "United", "mine count until theirs are chosen"
    app.segmented_control(key=f"bring-whose-{lens.id}").set_value("theirs count").run()
    app.button(key=f"bring-labels-{lens.id}").click().run()
    assert counting(workspace, lens)[ids[0]] == "Delta"
    workspace.undo(lens.id)
    assert counting(workspace, lens)[ids[0]] == "United"
    assert workspace.undo(lens.id) == N - 2


def test_a_label_for_very_many_texts_is_warned_of_until_it_is_not_the_last_step(opened, monkeypatch):
    from gst_core.ui import labelling

    workspace, entry, app = opened
    monkeypatch.setattr(labelling, "MANY", 10)
    lens, corpus = workspace.add_lens(entry.id, "mood", classes=["calm"]), workspace.read_corpus(entry.id)
    app.run()
    assert not app.warning
    noted = []
    monkeypatch.setattr(state, "warn_of_many", noted.append)
    for name in ("select", "notify"):
        monkeypatch.setattr(state, name, lambda _: None)
    monkeypatch.setattr(state, "session", lambda: "")
    monkeypatch.setattr(state, "selection", lambda: ())
    monkeypatch.setattr(state, "jobs", lambda: Jobs(workspace))
    labelling.label(corpus, lens, range(10), "calm")
    assert not noted
    labelling.label(corpus, lens, range(12), "calm")
    assert noted == [(lens.id, 2, "12 texts at once are labelled calm.")]
    app.session_state[state.MANY_LABELLED] = noted[0]
    assert "12 texts at once" in app.run().warning[0].value
    app.button(key="undo-many").click().run()
    assert len(workspace.labels(lens.id)) == 10
    assert not app.warning
