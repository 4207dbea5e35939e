"""Which texts the table lists, in which order, and what stands beside them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from gst_core.analysis import CLASS, GROUP, LABEL, PROBABILITY, TextQuery, category_column, file_columns, number_column
from gst_core.corpus import read_corpus
from gst_core.map import ClusterName, Frame
from gst_core.ui import finding, shown_texts, state, text_table
from gst_core.ui.shown_texts import ALL, BORDER, FOUND, NEAR, NEAR_LENS, OF_CLASS, OF_GROUP, SELECTED, SHOWN
from gst_core.work import MapState
from tests.corpus.test_corpus import file

N = 8
CLASSES = ("calm", "cross", "glad")
CLUSTERS = np.array([0, 0, 0, 1, 1, 1, -1, 0], dtype=np.int32)
STARS = [3, 1, 5, 2, 4, 1, 5, 2]
CITIES = ["Bergen", "Oslo", "Bergen", "", "Oslo", "Aarhus", "Oslo", "Bergen"]


class View(SimpleNamespace):
    """What the table asks of a lens' view, of eight texts."""

    def columns(self):
        return self.known

    def hits(self):
        return self.found


@pytest.fixture
def drawn(monkeypatch):
    """A view for a page with a session of its own."""
    monkeypatch.setattr(finding, "query", lambda: None)
    rows = "".join(f"text {i} of a hotel in Norway,{STARS[i]},{CITIES[i]}\n" for i in range(N))
    corpus = read_corpus(file("text,stars,city\n" + rows), text="text")
    angles = np.radians(np.arange(N) * 20.0)
    X = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    monkeypatch.setattr(state, "jobs", lambda: SimpleNamespace(generic=lambda _: X))
    P = np.random.default_rng(0).dirichlet(np.ones(3), N).astype(np.float32)
    frame = Frame(X, CLUSTERS, "clusters", 0.0, True, X[::-1].copy(), P, CLASSES)
    guess = P.argmax(axis=1)
    labels = np.full(N, -1)
    labels[2] = 1
    known = file_columns(corpus.metadata).followed_by(
        category_column(CLASS, guess, CLASSES),
        category_column(LABEL, labels, CLASSES),
        number_column(PROBABILITY, P.max(axis=1)),
        category_column(GROUP, CLUSTERS, ("hotel", "Norway")),
    )
    names = [ClusterName(0, 4, ("hotel",), 0.0, 0.0), ClusterName(1, 3, ("norway",), 0.0, 0.0)]
    return View(
        entry=SimpleNamespace(id="inn", files="", name="inn"),
        lens=SimpleNamespace(id="lens", name="mood"),
        corpus=corpus,
        classes=CLASSES,
        class_numbers=(0, 1, 2),
        known=known,
        found=[],
        shown=None,
        looked=None,
        clusters=CLUSTERS,
        names=names,
        numbers={0: 0, 1: 1},
        labels=[],
        grouped=None,
        state=MapState(revision=1, frame=frame, clusters=CLUSTERS),
        tells_classes=True,
    )


@pytest.fixture
def view(drawn, monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    return drawn


def listed(view):
    return shown_texts.order(view).tolist()


def test_the_selection_is_listed_where_there_is_one_else_all_that_is_shown(view):
    assert listed(view) == list(range(N))
    assert shown_texts.headline(view) == "8 texts"
    state.select((5, 2))
    assert shown_texts.chosen(view) == SELECTED
    assert listed(view) == [2, 5]
    assert shown_texts.headline(view) == "2 of 8 texts"


def test_a_row_that_is_selected_in_the_table_leaves_it_as_it_is(view):
    state.select((5, 2, 7))
    state.take_selection((7,), state.selection_basis(), in_table=True)
    assert listed(view) == [2, 5, 7]
    state.select(())  # labelling does it
    assert listed(view) == [2, 5, 7]


def test_a_new_selection_is_listed_whatever_was_chosen_before(view):
    shown_texts.choose(f"{OF_GROUP}1")
    assert listed(view) == [3, 4, 5]
    state.select((0,))
    assert listed(view) == [0]


def test_found_texts_are_listed_in_the_order_of_the_search(view):
    view.found = [6, 1, 3]
    assert shown_texts.chosen(view) == FOUND
    assert listed(view) == [6, 1, 3]


def test_a_class_and_a_group_are_listed(view):
    shown_texts.choose(f"{OF_CLASS}cross")
    assert listed(view) == np.flatnonzero(view.known[CLASS].codes == 1).tolist()
    shown_texts.choose(f"{OF_GROUP}0")
    assert listed(view) == [0, 1, 2, 7]
    view.clusters = np.array([0, 0, 1, 1, 1, 1, -1, 0], dtype=np.int32)  # somebody moved a text
    assert listed(view) == [0, 1, 7]


def test_filters_leave_less_of_everything_but_of_the_whole_corpus(view):
    view.shown = np.arange(N) % 2 == 0
    assert shown_texts.chosen(view) == SHOWN
    assert listed(view) == [0, 2, 4, 6]
    state.select((1, 2))
    assert listed(view) == [2]
    shown_texts.choose(ALL)
    assert listed(view) == list(range(N))
    view.shown = None
    assert ALL not in shown_texts.choices(view), "without a filter it says nothing else than the texts shown"
    assert shown_texts.chosen(view) == SELECTED


def test_of_a_group_that_is_looked_into_only_its_texts_are_listed(view):
    view.looked = SimpleNamespace(map=SimpleNamespace(rows=np.array([3, 4, 5])))
    assert listed(view) == [3, 4, 5]
    shown_texts.choose(f"{OF_GROUP}0")
    assert listed(view) == [], "a text that is not on the map is not labelled unseen"
    shown_texts.choose(f"{OF_GROUP}1")
    assert listed(view) == [3, 4, 5]


def test_a_heading_sorts_and_a_second_click_turns_the_order_round(view):
    shown_texts.turn("column:stars")
    assert listed(view) == [1, 5, 3, 7, 0, 4, 2, 6]
    shown_texts.turn("column:stars")
    assert listed(view) == [2, 6, 4, 0, 3, 7, 1, 5]
    shown_texts.turn("column:city")
    assert listed(view) == [5, 0, 2, 7, 1, 4, 6, 3], "as in a dictionary, and last what has none"
    shown_texts.turn(PROBABILITY)
    assert listed(view) == np.argsort(view.known[PROBABILITY].numbers, kind="stable").tolist()


def test_texts_are_sorted_by_nearness_to_what_is_selected_in_either_space(view):
    assert NEAR not in shown_texts.sortings(view), "nothing is selected"
    state.select((0, 3, 5, 7))
    state.take_selection((3,), state.selection_basis(), in_table=True)
    shown_texts.sort_by(NEAR)
    assert listed(view) == [3, 5, 0, 7]
    state.take_selection((7,), state.selection_basis(), in_table=True)
    assert listed(view) == [3, 5, 0, 7], "near to what was selected when it was asked for"
    shown_texts.sort_by(NEAR_LENS)
    assert listed(view)[0] == 7


def test_texts_are_sorted_by_the_border_between_two_classes_or_their_own_two(view):
    shown_texts.sort_by(BORDER)
    P = np.sort(view.state.frame.probabilities.astype(float), axis=1)
    assert listed(view) == np.argsort(P[:, 2] - P[:, 1], kind="stable").tolist()
    shown_texts.between(("calm", "glad"))
    of_two = listed(view)
    P = view.state.frame.probabilities.astype(float)
    assert of_two[0] == (P.max(axis=1) - P[:, [0, 2]].min(axis=1)).argmin()
    view.classes = ("calm", "cross")
    assert shown_texts.sorting(view).classes == (), "a class is gone"


def test_what_can_no_longer_be_sorted_by_is_forgotten(view):
    shown_texts.turn("column:stars")
    view.known = file_columns(pd.DataFrame({"other": range(N)}))
    assert shown_texts.sorting(view).by == ""
    assert listed(view) == list(range(N))


def test_rows_stay_where_they_are_while_the_map_re_forms(view):
    shown_texts.turn(PROBABILITY)
    before = listed(view)
    turned = number_column(PROBABILITY, -view.known[PROBABILITY].numbers)
    view.known = view.known.followed_by(turned)
    view.state = MapState(revision=2, frame=view.state.frame, running=True, clusters=CLUSTERS)
    assert listed(view) == before
    view.state = MapState(revision=3, frame=view.state.frame, clusters=CLUSTERS)
    assert listed(view) == before[::-1]


def test_ours_and_the_first_columns_of_the_file_stand_beside_a_text_until_somebody_chooses(view):
    assert [c.key for c in shown_texts.columns(view)] == [CLASS, PROBABILITY, LABEL, "column:stars"]
    shown_texts.choose_columns("inn", (GROUP, "column:gone", "column:city"))
    assert [c.key for c in shown_texts.columns(view)] == [GROUP, "column:city"]
    shown_texts.choose_columns("inn", ())
    assert shown_texts.columns(view) == []


def test_cells_say_what_their_columns_do_and_kinds_have_the_maps_colours(view):
    shown_texts.choose_columns("inn", (CLASS, PROBABILITY, LABEL, "column:stars", "column:city"))
    found = shown_texts.cells(view, [3, 99, 2])
    assert found.rows == [3, 2]
    assert found.texts[0] == "text 3 of a hotel in Norway"
    said = dict(zip([c.key for c in shown_texts.columns(view)], found.values, strict=True))
    assert said["column:stars"] == ["2", "5"]
    assert said["column:city"] == ["", "Bergen"]
    assert said[LABEL] == ["", "cross"]
    assert said[PROBABILITY][0].endswith("%")
    colours = {c.key: c.colours for c in shown_texts.table_columns(view)}
    assert set(colours[CLASS]) == set(CLASSES)
    assert colours["column:city"] == {}


def test_hits_and_the_keywords_of_a_texts_own_group_are_marked(view, monkeypatch):
    monkeypatch.setattr(finding, "query", lambda: TextQuery.of("text"))
    of_hotel, of_norway, of_none = shown_texts.cells(view, [0, 3, 6]).marks
    assert of_hotel == [(0, 4, "hit"), (12, 17, "keyword")]
    assert of_norway == [(0, 4, "hit"), (21, 27, "keyword")]
    assert of_none == [(0, 4, "hit")]
    assert shown_texts.whole(view, 3) == (3, "text 3 of a hotel in Norway", of_norway)
    assert shown_texts.whole(view, 99) is None


def test_cells_are_known_to_be_others_when_the_columns_or_the_search_are(view):
    before = shown_texts.version(view)
    assert shown_texts.version(view) == before
    view.known = view.known.followed_by()
    after = shown_texts.version(view)
    assert after != before
    shown_texts.choose_columns("inn", (GROUP,))
    assert shown_texts.version(view) != after


def test_what_is_listed_leaves_as_a_table_in_its_order_with_its_columns(view):
    state.select((4, 1, 2))
    shown_texts.turn("column:stars")
    shown_texts.choose_columns("inn", (CLASS, PROBABILITY, LABEL, "column:stars", "column:city"))
    table = text_table.table_of(view, shown_texts.order(view), shown_texts.columns(view))
    assert table["text"].tolist() == [f"text {i} of a hotel in Norway" for i in (1, 4, 2)]
    assert table.columns.tolist()[:2] == ["gst:id", "text"]
    assert table["stars"].tolist() == [1, 4, 5]
    assert set(table.columns) >= {"gst:predicted", "gst:probability", "gst:label", "city"}
    assert "gst:x" not in table.columns


def test_files_hold_what_the_table_lists_though_they_are_made_without_the_session(view, monkeypatch):
    made = []
    monkeypatch.setattr(st, "download_button", lambda _label, data, *_, **__: made.append(data))
    state.select((4, 1, 2))
    shown_texts.turn("column:stars")
    shown_texts.choose_columns("inn", ("column:stars",))
    text_table._draw_files(view)
    monkeypatch.setattr(st, "session_state", {})
    csv = made[0]().decode("utf-8-sig").splitlines()
    assert [line.partition(",")[2] for line in csv] == [
        "text,stars", *(f"text {i} of a hotel in Norway,{STARS[i]}" for i in (1, 4, 2))
    ]  # fmt: skip


def page(view):
    from gst_core.ui import text_table

    text_table.draw(view)


def test_the_table_is_one_line_until_it_is_unfolded(drawn):
    shown = AppTest.from_function(page, kwargs={"view": drawn}, default_timeout=60).run()
    assert not shown.exception
    assert [button.label for button in shown.button] == ["8 texts"]
    assert not shown.selectbox
    shown.button[0].click().run()
    texts, sort = shown.selectbox
    assert texts.options[:1] == ["all texts"]
    assert "by stars" in sort.options
    shown.button[0].click().run()
    assert not shown.selectbox


def test_what_is_chosen_above_the_table_stays_chosen(drawn):
    shown = AppTest.from_function(page, kwargs={"view": drawn}, default_timeout=60).run()
    shown.button[0].click().run()
    shown.selectbox[0].set_value(f"{OF_GROUP}1").run()
    assert shown.button[0].label == "3 of 8 texts"
    shown.selectbox[1].set_value(BORDER).run()
    between = shown.multiselect[0]
    assert between.placeholder == "the two likeliest classes"
    between.set_value(["calm"]).run()
    assert shown.session_state[state.TABLE_SORTING].classes == (), "the other one is still to come"
    shown.multiselect[0].set_value(["calm", "glad"]).run()
    assert shown.session_state[state.TABLE_SORTING].classes == ("calm", "glad")
    assert not shown.exception
