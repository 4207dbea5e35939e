from gst_core.ui import state


def test_a_group_that_is_opened_stays_open_until_it_is_closed():
    assert state.open_group() is None
    state.show_group(3)
    assert state.open_group() == 3
    state.show_group(None)
    assert state.open_group() is None
