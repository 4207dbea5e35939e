"""Export: a lens as files."""

from gst_core.ui import empty_states, lens_bar, state, theme


def export() -> None:
    """Draw the corpus and the lens, and then their files."""
    entry = state.current_corpus()
    if entry is None:
        empty_states.no_corpus()
        return
    theme.unseen_heading("Export", level=1)
    lens, _ = lens_bar.pickers(entry)

    state.jobs()  # one thread loads numeric libraries, after the pickers are painted, and the others wait for it
    from gst_core.ui import encoding, export_panel

    if encoding.ready(entry):
        export_panel.draw(entry, lens)


export()
