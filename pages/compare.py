"""Compare: two lenses, or a lens and a column, side by side."""

from gst_core.ui import empty_states, state, theme


def compare() -> None:
    """Draw the corpus, and then two ways to see it."""
    entry = state.current_corpus()
    if entry is None:
        empty_states.no_corpus()
        return
    theme.unseen_heading("Compare", level=1)
    state.jobs()  # one thread loads numeric libraries, and the others wait for it
    from gst_core.ui import compare_view, encoding

    if encoding.ready(entry, with_map=True):
        compare_view.draw(entry)


compare()
