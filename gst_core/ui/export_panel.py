"""The files that a lens can leave as."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from gst_core.analysis import GroupedTexts
from gst_core.corpus import table_as_csv, table_as_parquet
from gst_core.counting import counted
from gst_core.export import array_as_npy, lens_table, transform_as_zip
from gst_core.ui import state, theme
from gst_core.ui.grouped import grouped
from gst_core.ui.table_preview import preview
from gst_core.workspace import CorpusEntry, Lens, deciding_labels

if TYPE_CHECKING:
    import pandas as pd

    from gst_core.map import Frame

WAIT_SECONDS = 0.5
PREVIEW = 200  # rows
TITLE = 150  # characters of the instruction: two lines of a heading


def draw(entry: CorpusEntry, lens: Lens | None) -> None:
    """Draw a preview of the table and one button per file; while the map re-forms, say so and wait."""
    job = state.jobs().reforming(entry.id, lens.id if lens else None)
    if job is None:
        return
    now = job.wait(WAIT_SECONDS)
    if now.error:
        st.error(theme.plain(f"{now.error} The Explore page can try again."), icon=":material/error:")
        return
    if now.running or now.frame is None or not now.frame.final:
        st.info(
            "The map is still re-forming; the files are ready when it has settled.", icon=":material/hourglass_top:"
        )
        st.fragment(_look_again, run_every=WAIT_SECONDS)(job.key)
        return
    labels = deciding_labels(state.workspace().labels(lens.id)) if lens else None
    corpus = state.jobs().corpus(entry.id)
    frame, names = with_groups(entry, now.frame, grouped(entry, lens, corpus, now))
    table = lens_table(corpus, frame, labels, names)
    st.subheader(theme.plain(theme.cut(lens.name, TITLE)) if lens else "The map without an instruction", anchor=False)
    st.write(
        f"{counted(len(table), 'row')}, one for each row of the file that was opened, with label, who said it, "
        "likeliest class, its probability, group (its number, -1: in none, and its name) and place on the map. These "
        "columns begin with “gst:”; those of the file keep their names. Each of the three tables can be opened here "
        "again with the same texts, ids and labels."
    )
    _downloads(table, frame, file_stem(entry.name, lens.name if lens else "generic"))
    st.dataframe(preview(table, PREVIEW), hide_index=True)
    if len(table) > PREVIEW:
        st.caption(f"The first {PREVIEW} rows; the files have all {len(table):,}.")


def with_groups(entry: CorpusEntry, frame: "Frame", groups: GroupedTexts | None) -> tuple["Frame", dict[int, str]]:
    """Return a map with its groups as the page shows them, and what these are called."""
    from gst_core.map import name_clusters

    if groups is None:
        return frame, {}
    words = state.keywords(entry).best(groups.clusters)
    names = name_clusters(words, frame.positions, groups.clusters, moving=True)
    return replace(frame, clusters=groups.clusters), {x.cluster: groups.names.get(x.cluster, x.title) for x in names}


def file_stem(corpus: str, lens: str) -> str:
    """Return a file's name without its ending, of letters, digits and dashes."""
    return re.sub(r"[^\w-]+", "-", f"{corpus}-{lens}".lower()).strip("-")[:80]


def _downloads(table: "pd.DataFrame", frame: "Frame", stem: str) -> None:
    programs, spreadsheets, parquet, vectors, transform = st.columns(5)
    programs.download_button(
        "CSV for programs", lambda: table_as_csv(table), f"{stem}.csv", "text/csv", icon=":material/table:",
        width="stretch", on_click="ignore", help="RFC 4180, UTF-8; every text as it was.",
    )  # fmt: skip
    spreadsheets.download_button(
        "CSV for spreadsheets", lambda: table_as_csv(table, spreadsheet=True), f"{stem}-spreadsheet.csv", "text/csv",
        icon=":material/table_view:", width="stretch", on_click="ignore",
        help="For Excel and the like: an apostrophe stands before what they would run as a formula. Opened here again, "
        "it is taken off.",
    )  # fmt: skip
    parquet.download_button(
        "Parquet", lambda: table_as_parquet(table), f"{stem}.parquet", icon=":material/table:",
        width="stretch", on_click="ignore", help="Lists, dates and whole numbers keep their types.",
    )  # fmt: skip
    vectors.download_button(
        "Embeddings as .npy", lambda: array_as_npy(frame.embedding), f"{stem}.npy", icon=":material/scatter_plot:",
        width="stretch", on_click="ignore", help=f"One row per different text: {frame.embedding.shape}",
    )  # fmt: skip
    transform.download_button(
        "Transform as .zip", lambda: transform_as_zip(frame.transform), f"{stem}-transform.zip",
        icon=":material/function:", width="stretch", on_click="ignore", disabled=frame.transform is None,
        help="safetensors and JSON; GuidedSpaceTransform.load(folder) reads it",
    )  # fmt: skip


def _look_again(_key: str) -> None:
    if st.session_state.get("_export_polled"):
        st.session_state["_export_polled"] = False
        st.rerun()
    st.session_state["_export_polled"] = True
