"""How widgets act: in callbacks, before the page runs; what cannot be done is said after the run, in one place.

With every run that it asks for, and a fragment that polls asks all the time, a browser sends what it knows of all
fields. Until it has heard of a page that changed, that looks as if a person had set fields back, or had just used those
that are gone. So a field's callback is `when_changed`, and where the page gives a field its value, the value is in its
key: a field that is shown is not set to another value.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import streamlit as st

from gst_core.errors import GstError, unexpected
from gst_core.ui import theme

REFUSAL, PAGE_IS_BEHIND = "_refusal", "_page_is_behind"
READING_SECONDS = 8.0  # for which a refusal stays, through the runs that a moving map causes, or until the next action

logger = logging.getLogger(__name__)
Parameters = ParamSpec("Parameters")
Value = TypeVar("Value")


def attempt(action: Callable[Parameters, object], *args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
    """Do something in a callback, where nothing can be drawn yet; what goes wrong is said after the run."""
    succeeds(action, *args, **kwargs)


def succeeds(action: Callable[Parameters, object], *args: Parameters.args, **kwargs: Parameters.kwargs) -> bool:
    """Attempt something, and say whether it was done."""
    st.session_state.pop(REFUSAL, None)
    try:
        action(*args, **kwargs)
    except GstError as error:
        st.session_state[REFUSAL] = (str(error), time.monotonic())
        return False
    return True


def when_changed(key: str, given: Value, action: Callable[[Value], object]) -> Callable[[], None]:
    """Return the callback of a field: it attempts an action with a new value of the field, once.

    Parameters
    ----------
    key : str
        Of the field.
    given : str or None
        The value that the field is drawn with.
    action : callable
    """
    known = [given]

    def act() -> None:
        value: Value = st.session_state[key]
        if known != [value]:
            known[:] = [value]
            attempt(action, value)

    return act


def attempt_for_page(action: Callable[Parameters, object], *args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
    """Do something in the callback of a widget in a fragment, after which the whole page has to run."""
    attempt(action, *args, **kwargs)
    ask_for_page()


def show_refusal() -> None:
    """Say why the last action could not be done, for as long as it takes to read."""
    why, since = st.session_state.get(REFUSAL, ("", 0.0))
    if why and time.monotonic() - since < READING_SECONDS:
        st.error(theme.plain(why), icon=":material/error:")


def show_error(error: GstError) -> None:
    """Show, where it is met while the page runs, an error as the sentence that it is."""
    st.error(theme.plain(str(error)), icon=":material/error:")


def say(error: Exception) -> bool:
    """Say in a sentence what nobody has caught, and that it is said; `serve` gives this to Streamlit, too."""
    sentence = str(error) if isinstance(error, GstError) else unexpected("The page", error)
    st.error(theme.plain(sentence), icon=":material/error:")
    return True


@contextmanager
def errors_said() -> Iterator[None]:
    """Show what goes wrong in a block, and on the way to it, as a page with a sentence and never as a traceback."""
    try:
        yield
    except GstError as error:
        say(error)
    except Exception as error:
        logger.exception("The page stopped")
        say(error)


def ask_for_page() -> None:
    """Have the whole page run, though the widget that was used is in a fragment; see `catch_up`."""
    st.session_state[PAGE_IS_BEHIND] = True


def catch_up() -> None:
    """Run the whole page if a callback asked for it; called in fragments, which run alone after their callbacks."""
    if st.session_state.pop(PAGE_IS_BEHIND, False):
        st.rerun()


def page_begins() -> None:
    """Note that the whole page runs now."""
    st.session_state.pop(PAGE_IS_BEHIND, None)
