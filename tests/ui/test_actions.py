"""How widgets act: callbacks, what is said when something cannot be done, and a browser that repeats itself."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from gst_core.errors import WorkspaceError
from gst_core.ui import actions


def fail():
    raise WorkspaceError("This *lens* is gone.")


@pytest.fixture(autouse=True)
def _session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


def test_what_cannot_be_done_is_said_and_not_raised():
    assert not actions.succeeds(fail)
    assert st.session_state[actions.REFUSAL][0] == "This *lens* is gone."


def test_the_next_action_takes_a_refusal_away():
    actions.attempt(fail)
    actions.attempt(lambda: None)
    assert actions.REFUSAL not in st.session_state


def test_an_error_that_nobody_foresaw_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        actions.attempt(lambda: 1 / 0)


def test_a_field_that_a_browser_repeats_acts_once_on_each_value():
    done = []
    act = actions.when_changed("field", "", done.append)
    for value in ("a", "a", "b", "b"):
        st.session_state["field"] = value
        act()
    assert done == ["a", "b"]


def test_a_field_that_nobody_has_touched_does_not_act():
    done = []
    st.session_state["field"] = "given"
    actions.when_changed("field", "given", done.append)()
    assert done == []


def test_a_field_that_is_set_back_at_once_acts_on_both():
    done = []
    act = actions.when_changed("field", "given", done.append)
    for value in ("other", "given"):
        st.session_state["field"] = value
        act()
    assert done == ["other", "given"]


def test_a_field_that_is_drawn_anew_acts_again():
    done = []
    st.session_state["field"] = "a"
    actions.when_changed("field", "", done.append)()
    actions.when_changed("field", "", done.append)()
    assert done == ["a", "a"]


def refusing_page():
    import streamlit as st

    from gst_core.errors import WorkspaceError
    from gst_core.ui import actions

    def fail():
        raise WorkspaceError("This *lens* is gone.")

    actions.page_begins()
    st.button("Refused", on_click=actions.attempt, args=(fail,))
    st.button("Done", on_click=actions.attempt, args=(lambda: None,))
    actions.show_refusal()


def test_a_refusal_is_shown_as_text_until_the_next_action(monkeypatch):
    monkeypatch.undo()
    page = AppTest.from_function(refusing_page, default_timeout=60).run()
    page.button[0].click().run()
    assert [one.value for one in page.error] == [r"This \*lens\* is gone\."]
    page.run()
    assert page.error
    page.button[1].click().run()
    assert not page.error


def fragment_page():
    import streamlit as st

    from gst_core.ui import actions

    actions.page_begins()
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.session_state.setdefault("chosen", "nothing")

    def choose():
        st.session_state["chosen"] = "a group"

    @st.fragment
    def map_of():
        actions.catch_up()
        st.button("Choose", on_click=actions.attempt_for_page, args=(choose,))

    st.caption(f"{st.session_state['chosen']} · {st.session_state['runs']}")
    map_of()


def test_an_action_in_a_fragment_is_seen_on_the_whole_page_and_runs_it_once(monkeypatch):
    monkeypatch.undo()
    page = AppTest.from_function(fragment_page, default_timeout=60).run()
    assert page.caption[0].value == "nothing · 1"
    page.button[0].click().run()
    assert page.caption[0].value == "a group · 2"
