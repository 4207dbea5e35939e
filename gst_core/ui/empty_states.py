"""What the page says while there is little to see."""

from collections.abc import Sequence

import streamlit as st

from gst_core.counting import counted
from gst_core.errors import GstError
from gst_core.ui import state, theme
from gst_core.ui.actions import show_error
from gst_core.workspace import DEMOS, CorpusEntry, Demo, Label, Lens, effective_labels, open_demo

CORPUS_PAGE = "pages/corpus.py"
EXPLORE_PAGE = "pages/explore.py"


def no_corpus() -> None:
    """Draw the three ways to begin; where the address names a corpus that is not there, say so and offer the others."""
    if entries := state.workspace().corpora():
        _corpus_not_there(entries)
        return
    st.title("Steer a text map with words and a few clicks")
    st.write("Open a corpus, say what it should be grouped by, label a handful of texts, and watch the map follow.")
    demo, file, vectors = st.columns(3)
    with demo.container(border=True, height=340):
        st.subheader("A demo")
        for one in DEMOS:
            demo_button(one)
    with file.container(border=True, height=340):
        st.subheader("A file")
        st.write("CSV, TSV, JSONL, JSON, Parquet, Excel, ODS, or one text per line. It stays on this computer.")
        st.page_link(CORPUS_PAGE, label="Open a file", icon=":material/upload_file:")
    with vectors.container(border=True, height=340):
        st.subheader("Vectors you have")
        st.write("A file of texts with its own embeddings, as .npy or as a Parquet column.")
        st.page_link(CORPUS_PAGE, label="Open texts and vectors", icon=":material/scatter_plot:")


def _corpus_not_there(entries: Sequence[CorpusEntry]) -> None:
    theme.unseen_heading("No such corpus", level=1)
    st.warning(
        "There is no corpus at this address: it was deleted, or it is in another workspace.",
        icon=":material/search_off:",
    )
    st.write("Open one that is there:")
    for entry in entries:
        st.button(
            f"{theme.plain(entry.name)} · {counted(entry.documents, 'text')}",
            key=f"instead-{entry.id}",
            icon=":material/scatter_plot:",
            on_click=state.choose_corpus,
            args=(entry.id,),
        )


def lens_not_there(lens: Lens | None) -> None:
    """Say that the address named a lens that is not there, and what is shown instead, until a person chooses one."""
    if state.lens_is_gone():
        shown = "the map without an instruction" if lens is None else f"the newest one, “{theme.plain(lens.name)}”,"
        st.warning(
            f"There is no lens at this address: {shown} is shown; the picker above has the others.",
            icon=":material/search_off:",
        )


def demo_button(demo: Demo) -> None:
    """Draw a button that opens a demo and goes to its map."""
    if st.button(
        f"Open {theme.plain(demo.name)}", icon=":material/play_arrow:", key=f"demo-{demo.file}", width="stretch"
    ):
        try:
            entry = open_demo(state.workspace(), demo)
        except GstError as error:
            show_error(error)
            return
        state.choose_corpus(entry.id)
        st.switch_page(EXPLORE_PAGE)
    st.caption(demo.about)


def next_step(
    lens: Lens | None,
    labels: Sequence[Label],
    *,
    guessed: bool = False,
    formed: bool = False,
    own_embeddings: bool = False,
) -> None:
    """Say what moves the map next, while there are too few labels for it to follow.

    Parameters
    ----------
    lens : Lens or None
    labels : sequence of Label
        Of the lens.
    guessed : bool
        Whether what is suggested comes with guesses from the class names.
    formed : bool
        Whether the class names have formed the map.
    own_embeddings : bool
        Whether embeddings came with the corpus; names have no part in its maps then.
    """
    if lens is None:
        st.info("Type an instruction at the left: what should the map group by?", icon=":material/edit:")
        return
    given = effective_labels(labels)
    kinds = len(set(given.values()))
    follows = "the map starts to follow the names, and then your labels"
    if own_embeddings:
        follows = "the map starts to follow once one text of each is labelled"
    if kinds >= 2:
        return
    if given and len(lens.classes) == 1:
        text = (
            "Only one class: the map cannot tell it from anything. Name a second under Classes, and label a text of it."
        )
    elif not lens.classes:
        text = f"Name two kinds of text under Classes: {follows}."
    elif not given and len(lens.classes) == 1:
        text = f"One class alone moves nothing. Name a second kind of text under Classes: {follows}."
    elif formed and not given:
        text = "The map follows the class names alone. Label a few texts, and it follows you."
    elif guessed and not given:
        text = "Guesses from the class names alone. Label two texts of different kinds and the map starts to follow."
    elif not given:
        text = "Label two texts of different kinds and the map starts to follow. These are typical of their regions:"
    else:
        text = "Now one that is different."
    st.info(text, icon=":material/sell:")
