"""What was found stands under the map: as words say it, or with a threshold that one drags."""

from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gst_core.analysis import NearnessHistogram
from gst_core.ui import finding, search, search_results
from gst_core.ui.finding import Found

NEAR = np.array([0.1, 0.9, 0.5], dtype=np.float32)


def page():
    from types import SimpleNamespace

    from gst_core.ui import search, search_results
    from gst_core.workspace import CorpusEntry

    if search.current().typed == "":
        search.change(typed="a [lost] bag")
    view = SimpleNamespace(
        entry=CorpusEntry("one", "bags", "", 3, "encoder", False, "content"),
        corpus=SimpleNamespace(ids=("a", "b", "c"), texts=("one", "two", "three")),
        lens=None, shown=None, looked=None, tells_classes=False,
    )  # fmt: skip
    search_results.draw(view)


def shown_with(monkeypatch, found):
    monkeypatch.setattr(finding, "found", lambda view: found)
    shown = AppTest.from_function(page, default_timeout=60).run()
    assert not shown.exception
    return shown


def test_hits_of_words_are_selected_by_a_click(monkeypatch):
    shown = shown_with(monkeypatch, Found(np.array([2, 0])))
    assert shown.button(key="select-hits").label == r"Select the 2 texts with “a \[lost\] bag”"
    shown.button(key="select-hits").click().run()
    assert shown.session_state["_selection"] == (2, 0)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Found(), "No text has"),
        (Found(looking=True), "Looking through the texts"),
        (Found(refused="A phrase does not end."), "A phrase does not end"),
    ],
)
def test_where_nothing_is_found_the_line_says_why(monkeypatch, found, said):
    assert said in shown_with(monkeypatch, found).caption[0].value


def test_a_threshold_that_is_dragged_is_kept_and_can_be_dragged_on(monkeypatch):
    def found(view):
        chosen = search.current().threshold
        return Found(np.array([1]), NEAR, 0.8 if chosen is None else chosen)

    monkeypatch.setattr(finding, "found", found)
    shown = AppTest.from_function(page, default_timeout=60).run()
    slider = shown.slider[0]
    assert (slider.min, slider.max, slider.value) == (0.1, 0.9, 0.8)
    slider.set_value(0.4).run()
    assert shown.session_state["_search"].threshold == 0.4
    assert shown.slider[0].value == 0.4
    shown.slider[0].set_value(0.8).run()
    assert shown.session_state["_search"].threshold == 0.8, "also back to where it began"


def test_bars_show_which_texts_pass():
    html = search_results.bars_html(NearnessHistogram.of(NEAR, bars=4), 0.45)
    assert html.count("<i ") == 4
    assert html.count("class=in") == 3, "0.3 to 0.5, and above"


def test_like_one_text_is_said_by_its_words(monkeypatch):
    monkeypatch.setattr(search, "current", lambda: search.Search(by="meaning", like=("b",)))
    view = SimpleNamespace(corpus=SimpleNamespace(ids=("a", "b"), texts=("one", "two")))
    assert search_results.looked_for(view) == "like “two”"
    monkeypatch.setattr(search, "current", lambda: search.Search(by="meaning", like=("b", "a")))
    assert search_results.looked_for(view) == "like 2 texts"
