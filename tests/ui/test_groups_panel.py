"""Groups beside the map: fewer and more of them, names, and what is done with each, kept and taken back."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gst_core.corpus import read_corpus
from gst_core.map import Frame, Keywords
from gst_core.map.clusters import cluster_tree
from gst_core.ui import group_acts, looking, state
from gst_core.ui.lens_view import LensView
from gst_core.work import MapState
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file
from tests.map.test_condensed_tree import islands

WORDS = ("bus", "tram", "train", "soup", "bread", "cake")
TEXTS = [f"the {WORDS[i % 6]} number {i}" for i in range(900)]


@pytest.fixture
def view(tmp_path, monkeypatch):
    made = Workspace(tmp_path / "workspace")
    entry = made.add_corpus(read_corpus(file("text\n" + "\n".join(TEXTS) + "\n"), text="text", name="s"))
    lens, corpus = made.add_lens(entry.id, "what it is", classes=["ride"]), made.read_corpus(entry.id)
    points, words = islands(), Keywords(TEXTS)
    monkeypatch.setattr(state, "workspace", lambda: made)
    monkeypatch.setattr(state, "jobs", lambda: SimpleNamespace(corpus=lambda _: corpus))
    monkeypatch.setattr(state, "keywords", lambda _: words)
    tree = cluster_tree(points)
    clusters = tree.clusters(tree.chosen)
    frame = Frame(points, clusters, "clusters", 0.0, True, points, tree=tree)
    now = MapState(1, frame, clusters=clusters, tree=tree)
    return LensView(entry, lens, corpus, corpus.metadata, SimpleNamespace(key="map"), now, None, [], None)


def page(view, opened):
    import streamlit as st

    from gst_core.ui import actions, groups_panel

    view.labels = []
    view.follow(view.state)
    if opened is not None:
        st.session_state[f"icon-group-{opened}"] = True
    actions.show_refusal()
    groups_panel.draw(view)


def shown(view, opened=None):
    made = AppTest.from_function(page, default_timeout=60, args=(view, opened)).run()
    assert not made.exception
    return made


def rows(made):
    return [one.label for one in made.button if (one.key or "").startswith("cluster-")]


def labels_of(view):
    return {x.document: x.class_name for x in state.workspace().labels(view.lens.id)}


def kept(view):
    return [step.kind for step in state.workspace().group_steps(view.entry.id, view.lens.id)]


def test_a_group_that_is_opened_stays_open_until_it_is_closed():
    state.show_group(3)
    assert state.open_group() == 3
    state.show_group(None)
    assert state.open_group() is None


def test_a_click_opens_a_group_and_selects_its_texts(view):
    made = shown(view)
    made.button(key="cluster-1").click().run()
    assert made.session_state["_open_group"] == 1
    assert made.session_state["_selection"] == tuple(np.flatnonzero(view.clusters == 1))


def test_the_slider_gives_as_many_groups_and_undo_the_map_s_own_again(view):
    made = shown(view)
    before = rows(made)
    assert made.slider[0].value == len(before) == 3
    made.slider[0].set_value(6).run()
    assert not made.exception
    assert len(rows(made)) == made.slider[0].value == 6
    made.button(key="undo-group").click().run()
    assert rows(made) == before
    made.button(key="redo-group").click().run()
    assert len(rows(made)) == 6


def test_rows_say_how_many_of_a_group_the_filters_leave(view, monkeypatch):
    mask = np.arange(900) % 6 == 0
    monkeypatch.setattr(LensView, "shown", property(lambda _: mask))
    assert sum("150 of" in label for label in rows(shown(view))) == 1


def test_a_name_is_kept_shown_and_taken_back(view):
    made = shown(view, opened=0)
    field = next(one for one in made.text_input if one.label == "Name")
    field.set_value("what *we* eat").run()
    assert kept(view) == ["name"]
    assert any(label.startswith(r"what \*we\* eat · ") for label in rows(made))
    made.button(key="undo-group").click().run()
    assert not any("we" in label for label in rows(made))


def test_two_groups_are_merged_by_a_choice(view):
    made = shown(view, opened=0)
    made.selectbox[0].set_value(2).run()
    assert not made.exception
    assert (kept(view), len(rows(made))) == (["merge"], 2)


def test_the_parts_of_a_group_are_shown_before_it_is_split(view):
    view.follow(view.state)
    largest = view.names[0].cluster
    made = shown(view, opened=largest)
    assert any(one.value.startswith("Within it: ") for one in made.caption)
    made.button(key="split-group").click().run()
    assert not made.exception
    assert (kept(view), len(rows(made))) == (["split"], 4)


def test_the_texts_of_a_group_that_is_none_and_those_in_none_can_go_to_the_nearest(view):
    made = shown(view, opened=1)
    made.button(key="group-noise").click().run()
    assert len(rows(made)) == 2
    made.button(key="give-to-nearest").click().run()
    assert kept(view) == ["noise", "nearest"]
    assert (view.clusters >= 0).all()


def test_a_selected_text_in_no_group_is_told_its_nearest_one_and_how_much_it_is_of_it(view):
    view.follow(view.state)
    group_acts.name_group(view, 0, "rides")
    group_acts.take_out(view, [int(np.flatnonzero(view.clusters == 0)[0]), int(np.flatnonzero(view.clusters == 0)[1])])
    row = int(np.flatnonzero(view.clusters == 0)[0])

    def selecting(view, row):
        from gst_core.ui import groups_panel, state

        view.labels = []
        view.follow(view.state)
        state.select((row,))
        groups_panel.draw(view)

    made = AppTest.from_function(selecting, default_timeout=60, args=(view, row)).run()
    button = made.button(key="give-selected")
    assert button.label.endswith("to the nearest “rides” (100%)")
    button.click().run()
    assert not made.exception
    assert view.clusters[row] == 0
    assert np.sum(view.clusters < 0) == 1


def test_selected_texts_are_moved_to_a_group_or_become_one(view):
    view.follow(view.state)
    elsewhere = np.flatnonzero(view.clusters == 1)[:5].tolist()
    group_acts.move(view, elsewhere, 0)
    view.follow(view.state)
    assert set(view.clusters[elsewhere].tolist()) == {0}
    group_acts.move(view, elsewhere, None)
    view.follow(view.state)
    assert set(view.clusters[elsewhere].tolist()) == {3}
    group_acts.take_out(view, elsewhere)
    view.follow(view.state)
    assert set(view.clusters[elsewhere].tolist()) == {-1}


def test_a_group_becomes_a_class_by_typical_texts_or_by_all(view):
    view.follow(view.state)
    group_acts.name_group(view, 0, "rides")
    view.follow(view.state)
    group_acts.make_class(view, 0, everything=False)
    assert list(labels_of(view).values()) == ["rides"] * group_acts.TYPICAL
    group_acts.make_class(view, 0, everything=True)
    assert len(labels_of(view)) == np.sum(view.clusters == 0)
    assert "rides" in state.workspace().lens(view.lens.id).classes


def test_what_teaches_the_lens_becomes_labels_and_what_does_not_becomes_none(view):
    view.follow(view.state)
    group_acts.merge(view, 0, 1)
    assert labels_of(view) == {}
    group_acts.merge(view, 0, 1, teach=True)
    assert len(set(labels_of(view).values())) == 1
    assert len(labels_of(view)) == 2 * group_acts.TYPICAL


def test_a_group_that_is_gone_meanwhile_is_refused_in_a_sentence(view):
    view.follow(view.state)
    with pytest.raises(Exception, match=r"not on the map any more\."):
        group_acts.name_group(view, 17, "nobody")


def test_what_rests_is_said(view):
    view.follow(view.state)
    group_acts.name_group(view, 0, "the lot")
    state.workspace().add_group_step(
        view.entry.id, group_acts.GroupStep("number", number=view.state.tree.leaves), view.lens.id
    )
    view.follow(view.state)
    gone = [c.value for c in shown(view).caption if "rests" in c.value]
    assert bool(gone) == bool(view.grouped.resting)


def test_the_csv_of_a_group_holds_its_texts_and_its_name(view):
    from gst_core.ui import group_menu

    view.follow(view.state)
    group_acts.name_group(view, 0, "the lot")
    view.follow(view.state)
    lines = group_menu._as_csv(view, group_acts.named(view, 0)).decode().splitlines()
    assert len(lines) == 1 + np.sum(view.clusters == 0)
    assert all(",the lot," in line for line in lines[1:])


def test_a_group_is_looked_into_and_the_way_back_is_kept_until_another_lens_is_chosen(view, monkeypatch):
    view.follow(view.state)
    group_acts.look_into(view, 0)
    looked = looking.current(view.entry, view.lens)
    assert looked.title == group_acts.named(view, 0).title
    assert np.array_equal(looked.map.rows, np.flatnonzero(view.clusters == 0))
    assert looking.current(view.entry, None) is None
    assert looking.current(view.entry, view.lens) is None


def test_a_group_is_split_as_its_own_map_shows_it(view):
    view.follow(view.state)
    group = np.flatnonzero(view.clusters == 0)
    view.looked = SimpleNamespace(map=SimpleNamespace(rows=group))
    halves = np.full(900, -1, dtype=np.int32)
    halves[group] = np.arange(len(group)) >= len(group) / 3
    settled = view.state
    view.follow(replace(settled, clusters=halves))
    assert len(view.names) == 2
    group_acts.split_as_seen(view)
    view.looked = None
    view.follow(settled)
    assert len(view.names) == 4


def test_the_menu_of_a_group_stays_open_when_the_group_gets_a_name(view):
    made = shown(view, opened=0)
    next(one for one in made.text_input if one.label == "Name").set_value("meals").run()
    assert made.session_state["icon-group-0"]
    assert next(one for one in made.text_input if one.label == "Name").value == "meals"
