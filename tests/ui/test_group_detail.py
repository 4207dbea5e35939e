"""A group opens in place: its words, texts and mixes are drawn as they are, whatever is written in them."""

from concurrent.futures import Future
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gst_core.analysis import file_columns, group_details
from gst_core.annotate import ParsedName, Provider
from gst_core.map import ClusterName, Keywords, Later
from gst_core.ui import group_acts, group_name, language_model, new_texts, state
from gst_core.ui.language_model import Connection

TEXTS = [f"<b>waited</b> an hour at the desk {i}" for i in range(8)] + [
    f"cold breakfast of *eggs* {i}" for i in range(8)
]
CLUSTERS = np.repeat([0, 1], 8).astype(np.int32)


class View(SimpleNamespace):
    def columns(self):
        return self.file


@pytest.fixture
def view(monkeypatch):
    rng = np.random.default_rng(0)
    Z = (np.eye(2, 4)[CLUSTERS] + rng.normal(scale=0.1, size=(16, 4))).astype(np.float32)
    frame = SimpleNamespace(embedding=Z / np.linalg.norm(Z, axis=1, keepdims=True), later=None)
    words = Keywords(TEXTS)
    monkeypatch.setattr(state, "keywords", lambda _: words)
    monkeypatch.setattr(language_model, "connection", Connection)
    days = pd.date_range("2024-03-01", periods=16).strftime("%Y-%m-%d")
    columns = file_columns(pd.DataFrame({"<i>city</i>": ["Ulm"] * 6 + ["Bonn"] * 10, "day": days}))
    names = [ClusterName(0, 8, ("waited", "<desk>"), 0, 0), ClusterName(1, 8, ("cold", "eggs"), 1, 1)]
    corpus = SimpleNamespace(texts=tuple(TEXTS), ids=tuple(f"d{i}" for i in range(16)))
    return View(
        entry=SimpleNamespace(id="c", texts="t"), lens=None, corpus=corpus, clusters=CLUSTERS, names=names,
        numbers={0: 0, 1: 1}, state=SimpleNamespace(frame=frame), shown=None, file=columns,
        looked=None, left_out_words=frozenset({"hour"}),
    )  # fmt: skip


def page(view, cluster):
    import streamlit as st

    from gst_core.ui import group_detail, state

    if "opened" not in st.session_state:
        st.session_state["opened"] = True
        state.show_group(cluster)
    group_detail.draw(view)


def opened(view, cluster=0):
    shown = AppTest.from_function(page, args=(view, cluster), default_timeout=60).run()
    assert not shown.exception
    return shown


def html(shown):
    return "\n".join(item.proto.body for item in shown.get("html"))


def button(shown, key):
    return next(b for b in shown.button if b.key == key)


def test_a_group_says_its_size_words_and_columns_and_nothing_of_it_is_markup(view):
    found = html(opened(view))
    assert "waited, &lt;desk&gt; · 8 texts" in found
    assert ">desk</span>" in found
    assert ">hour</span>" not in found, "it is left out"
    assert "&lt;i&gt;city&lt;/i&gt;" in found
    assert "<b>waited" not in found
    assert 'title="Ulm: 6 texts, 75% of the group, 0% of the rest"' in found
    assert "group-times" in found


def test_what_the_filters_leave_is_counted_and_a_group_without_any_text_left_says_so(view):
    view.shown = np.arange(16) % 2 == 0
    assert "4 of 8 texts" in html(opened(view))
    view.shown = np.zeros(16, dtype=bool)
    assert "The filters leave none of its texts." in html(opened(view))


def test_a_typical_text_is_selected_by_a_click_and_so_is_the_whole_group(view):
    shown = opened(view)
    first = group_detail_of(view).typical[0]
    button(shown, f"show-of-group-Typical-{first}").click().run()
    assert shown.session_state[state.SELECTION] == (first,)
    button(shown, "select-group").click().run()
    assert shown.session_state[state.SELECTION] == tuple(range(8))


def test_a_group_is_closed_and_one_that_is_gone_is_not_drawn(view):
    shown = opened(view)
    button(shown, "close-group").click().run()
    assert not shown.get("html")
    assert not opened(view, 7).get("html")


def group_detail_of(view):
    return group_details(0, CLUSTERS, view.state.frame.embedding, state.keywords(None), view.file)


def test_a_connected_model_is_asked_for_a_name_which_is_taken_by_a_click(view, monkeypatch):
    provider, answer, kept = Provider("http://127.0.0.1:1/v1", "tiny"), Future(), []
    answer.set_result(ParsedName("long *waits*", "Guests who had to wait."))
    monkeypatch.setattr(language_model, "connection", lambda: Connection(provider))
    monkeypatch.setattr(group_name, "background", lambda: SimpleNamespace(ask=lambda *_: answer))
    monkeypatch.setattr(state, "workspace", lambda: SimpleNamespace(answers=SimpleNamespace(of=str)))
    monkeypatch.setattr(group_acts, "name_group", lambda _, cluster, name: kept.append((cluster, name)))
    shown = opened(view)
    button(shown, "ask-group-name").click().run()
    assert not shown.exception
    assert "Guests who had to wait." in html(shown)
    button(shown, "take-group-name").click().run()
    assert kept == [(0, "long *waits*")]


def test_new_texts_that_fit_no_group_are_said_and_selected(view):
    def later_page(view):
        from gst_core.ui import new_texts

        new_texts.draw(view)

    view.corpus = list(range(16))
    view.state.frame.later = Later(10, np.array([11, 15]))
    shown = AppTest.from_function(later_page, args=(view,), default_timeout=60).run()
    assert not shown.exception
    assert "6 new texts are on the map, which has not moved. 2 fit no group." in html(shown)
    button(shown, "select-strange").click().run()
    assert shown.session_state[state.SELECTION] == (11, 15)
    button(shown, "select-new").click().run()
    assert shown.session_state[state.SELECTION] == tuple(range(10, 16))
    view.state.frame.later = None
    assert not AppTest.from_function(later_page, args=(view,), default_timeout=60).run().get("html")
    assert "All fit its groups" in new_texts.sentence(Later(10, np.array([], dtype=np.int64)), 16)
