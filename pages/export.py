"""Export: a lens as files."""

from gst_core.ui import empty_states, lens_bar, state


def export() -> None:
    """Draw the corpus and the lens, and then their files."""
    entry = state.current_corpus()
    if entry is None:
        empty_states.no_corpus()
        return
    lens = lens_bar.pickers(entry)

    from gst_core.ui import encoding, export_panel  # numeric libraries come with them, after the pickers

    if encoding.ready(entry):
        export_panel.draw(entry, lens)


export()
