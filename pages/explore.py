"""Explore: look, say, label, watch."""

from typing import TYPE_CHECKING

from streamlit.delta_generator import DeltaGenerator

from gst_core.ui import empty_states, lens_bar, state, theme
from gst_core.workspace import CorpusEntry, Lens

if TYPE_CHECKING:
    from gst_core.ui.lens_view import LensView


def explore() -> None:
    """Draw the corpus and the lens, and then the map between its panels."""
    entry = state.current_corpus()
    if entry is None:
        empty_states.no_corpus()
        return
    theme.unseen_heading("Explore", level=1)
    lens, beside = lens_bar.pickers(entry)
    empty_states.lens_not_there(lens)
    draw_panels(entry, lens, beside)


def draw_panels(entry: CorpusEntry, lens: Lens | None, beside: DeltaGenerator) -> None:
    """Draw all that needs numeric libraries, which a server loads for its first page with a corpus."""
    state.jobs()  # one thread loads these libraries, and the others wait for it
    from gst_core.ui import (
        accuracy_panel,
        encoding,
        long_texts,
        looking,
        map_view,
        proposal_dialog,
        sections,
        text_table,
    )
    from gst_core.ui.lens_view import LensView

    if not encoding.ready(entry, with_map=True):
        return
    long_texts.say_once(entry)
    view = LensView.of(entry, lens, looking.current(entry, lens))
    with beside:
        accuracy_panel.draw(view)
    left, centre, right = sections.columns()
    with left, sections.side("left") as is_open:
        if is_open:
            draw_left(view)
    with centre:
        on_map, in_table = text_table.places()
        with on_map:
            looking.draw_way_back(view.looked)
            map_view.draw(view)
        with in_table:
            text_table.draw(view)
    with right, sections.side("right") as is_open:
        if is_open:
            draw_right(view)
    if lens is not None:
        proposal_dialog.draw(view.corpus, lens)


def draw_left(view: "LensView") -> None:
    """Draw what the map follows, and the filters on its texts."""
    from gst_core.ui import filter_rail
    from gst_core.ui.sections import section

    with section("lens", "Lens") as is_open:
        if is_open:
            draw_lens(view)
    with section(filter_rail.SECTION, filter_rail.headline(view)) as is_open:
        if is_open:
            filter_rail.draw(view)


def draw_right(view: "LensView") -> None:
    """Draw the group that is open, what is selected, what to label next, the groups, and how they differ."""
    from gst_core.ui import check_panel, documents_panel, groups_panel
    from gst_core.ui.sections import section

    lens, selected = view.lens, state.selection()
    draw_group(view)  # first: it opens where one looks
    with section("selected", f"Selected ({len(selected):,})") as is_open:
        if is_open:
            documents_panel.draw_selected(view.corpus, lens, view.facts(selected))
    draw_explanation(view)
    if lens is not None and (count := view.check_count).following is not None:
        check_panel.draw(view.corpus, lens, count)
    else:
        empty_states.next_step(
            lens,
            view.labels,
            guessed=view.names_only() is not None,
            formed=view.by_words_alone,
            own_embeddings=view.entry.own_embeddings,
        )
        if lens is not None:
            with section("next", "Label next") as is_open:
                if is_open:
                    documents_panel.draw_next(view.corpus, lens, view.suggestions())
    with section("groups", groups_panel.headline(view)) as is_open:
        if is_open:
            groups_panel.draw(view)
    draw_charts(view)


def draw_explanation(view: "LensView") -> None:
    """Draw why the one text that is selected is where it is."""
    from gst_core.ui import explain_panel
    from gst_core.ui.sections import section

    if explain_panel.offered(view):
        with section("explain", "Explain") as is_open:
            if is_open:
                explain_panel.draw(view)


def draw_group(view: "LensView") -> None:
    """Draw what became of texts that came later, and the group that is open."""
    from gst_core.ui import group_detail, new_texts
    from gst_core.ui.sections import section

    new_texts.draw(view)
    if group_detail.offered(view):
        with section("group", "Group") as is_open:
            if is_open:
                group_detail.draw(view)


def draw_lens(view: "LensView") -> None:
    """Draw the instruction, and the classes that are told apart."""
    from gst_core.ui import (
        annotate_panel,
        classes_panel,
        follow_panel,
        label_import_panel,
        labelling,
        labels_of_file,
        left_out_panel,
    )

    entry, lens = view.entry, view.lens
    lens_bar.instruction_box(entry, lens)
    if lens is None:
        follow_panel.draw(entry, view.corpus)
        labels_of_file.offer(entry, view.corpus)
        return
    classes_panel.draw_classes(lens, view.labels, own_embeddings=entry.own_embeddings)
    annotate_panel.draw(entry, lens, view.groups)
    classes_panel.draw_history(view.corpus, lens, view.labels, running=view.annotation.running)
    labelling.draw_warning(lens)
    left_out_panel.draw(view)
    label_import_panel.draw(view)


def draw_charts(view: "LensView") -> None:
    """Draw in what texts differ, and how columns are spread."""
    from gst_core.ui import charts_panel, differences_panel
    from gst_core.ui.sections import section

    with section("differs", "What differs") as is_open:
        if is_open:
            differences_panel.draw(view)
    with section("charts", "Columns", folded=True) as is_open:
        if is_open:
            charts_panel.draw(view)


explore()
