"""The parts of a page fold away, and stay so."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from gst_core.ui import sections, state

    def draw_both():
        with sections.section("one", "One *word*") as is_open:
            if is_open:
                st.text("first")
        with sections.section("two", "Two", folded=True) as is_open:
            if is_open:
                st.text("second")

    st.button("fold one", on_click=state.unfold, args=("one", False))
    st.button("open two", on_click=state.unfold, args=("two",))
    st.checkbox("elsewhere", key="elsewhere")
    if not st.session_state.elsewhere:
        draw_both()


def texts(shown):
    assert not shown.exception
    return [one.value for one in shown.text]


def test_what_is_folded_is_not_made_and_its_title_is_seen():
    shown = AppTest.from_function(page).run()
    assert [one.label for one in shown.expander] == ["One \\*word\\*", "Two"]
    assert texts(shown) == ["first"]


def test_what_a_person_folds_stays_folded_on_other_pages_and_back():
    shown = AppTest.from_function(page).run()
    shown.button[0].click().run()
    shown.button[1].click().run()
    assert texts(shown) == ["second"]
    shown.checkbox[0].check().run()
    assert texts(shown) == []
    shown.checkbox[0].uncheck().run()
    assert texts(shown) == ["second"]
    assert [one.proto.expanded for one in shown.expander] == [False, True]


def sides():
    import streamlit as st

    from gst_core.ui import sections

    left, middle, _ = sections.columns()
    with left, sections.side("left") as is_open:
        if is_open:
            st.text("beside")
    middle.text("map")


def test_a_side_folds_away_as_a_whole_and_comes_back():
    shown = AppTest.from_function(sides).run()
    assert texts(shown) == ["beside", "map"]
    shown.button[0].click().run()
    assert texts(shown) == ["map"]
    assert shown.button[0].label == "Show the panels at the left"
    shown.button[0].click().run()
    assert texts(shown) == ["beside", "map"]
