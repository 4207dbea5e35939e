"""A name for the open group from a language model, where one is connected: asked for, shown, and taken or not."""

from concurrent.futures import Future
from typing import TYPE_CHECKING

import streamlit as st

from gst_core.analysis import GroupDetails
from gst_core.annotate import READ, ParsedName, Provider, name_of_group
from gst_core.errors import AnnotationError
from gst_core.ui import group_acts, language_model, state, theme
from gst_core.ui.actions import attempt_for_page, catch_up, show_error
from gst_core.ui.background import background

if TYPE_CHECKING:
    from gst_core.ui.lens_view import LensView

ASKED, SHOWN = "_group_name_asked", "_group_name_shown"
POLL_SECONDS = 0.5
Key = tuple[str, str, tuple[str, ...]]


def draw(view: "LensView", detail: GroupDetails) -> None:
    """Offer to ask the connected model, or draw what it said; nothing without a model."""
    provider = language_model.connection().provider
    if provider is None or not provider.model or not detail.typical:
        return
    texts = tuple(view.corpus.texts[row] for row in detail.typical)
    key: Key = (view.lens.id if view.lens else view.entry.id, provider.model, texts)
    if st.session_state.get(ASKED) != key:
        st.button(
            f"Ask {theme.plain(provider.model)} for a name", type="tertiary", key="ask-group-name",
            icon=":material/auto_awesome:",
            help=theme.plain(language_model.where_texts_go(min(len(texts), READ), provider)),
            on_click=st.session_state.update, args=({ASKED: key},),
        )  # fmt: skip
        return
    asked = _ask(view, provider, key)
    st.fragment(_draw_answer, run_every=None if asked.done() else POLL_SECONDS)(view, detail, key, asked)


def _ask(view: "LensView", provider: Provider, key: Key) -> Future[ParsedName]:
    instruction = view.lens.instruction if view.lens else ""
    answers = state.workspace().answers.of(view.lens.id if view.lens else view.entry.texts)
    taken = tuple(x.title for x in view.names if x.cluster != state.open_group())
    return background().ask(
        ("group name", key), lambda: name_of_group(key[2], instruction, provider, answers, taken), POLL_SECONDS
    )


def _draw_answer(view: "LensView", detail: GroupDetails, key: Key, asked: Future[ParsedName]) -> None:
    catch_up()
    if not asked.done():
        theme.aside(f"{key[1]} reads its texts …")
        return
    if st.session_state.get(SHOWN) != key:  # the polling has done its work
        st.session_state[SHOWN] = key
        st.rerun()
    failure = asked.exception()
    if failure is not None:
        show_error(failure if isinstance(failure, AnnotationError) else AnnotationError("The model gave no name."))
        st.button(
            "Ask again", type="tertiary", key="ask-group-name-again", on_click=attempt_for_page, args=(_again, key)
        )
        return
    found = asked.result()
    st.button(
        f"Call it “{theme.plain(found.name)}”", key="take-group-name", icon=":material/check:",
        on_click=attempt_for_page, args=(_take, view, detail, found.name),
    )  # fmt: skip
    theme.aside(found.definition, "group-definition")


def _again(key: Key) -> None:
    background().forget(("group name", key))


def _take(view: "LensView", detail: GroupDetails, name: str) -> None:
    """Call the group so: a step on the groups of this map that can be taken back."""
    group_acts.name_group(view, detail.cluster, name)
    st.session_state.pop(ASKED, None)
