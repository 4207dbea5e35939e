"""What the columns of a corpus hold: guessed, shown with an example, and changed where the guess is wrong."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from gst_core.analysis import FILE, TextColumn, TextColumns, file_columns
from gst_core.corpus import ColumnReading, Kind
from gst_core.counting import counted
from gst_core.ui import state, theme
from gst_core.ui.actions import attempt
from gst_core.workspace import CorpusEntry

if TYPE_CHECKING:
    import pandas as pd

CHOICES: tuple[Kind, ...] = ("category", "number", "date", "duration", "text", "id")
MOST = 200  # columns that are shown; a table of more is data of another kind
LOOKED_AT = 20_000  # rows of a file that is not opened yet
CHARACTERS = 60  # of a name or an example
ROW, MOST_ROWS = 35, 8  # pixels of a row, and rows until one scrolls
Chosen = Mapping[str, Kind]
Choose = Callable[[dict[str, Kind | None]], object]


def draw_of_file(mark: str, rows: "pd.DataFrame", chosen: Chosen, choose: Choose) -> None:
    """Draw what the columns of a file hold that is about to be opened.

    Parameters
    ----------
    mark : str
        Tells the file from others.
    rows : DataFrame
        Its rows without the text.
    chosen : mapping of str to str
        What was said of some columns so far.
    choose : callable
        Takes what was said anew; None for a column that is what was guessed.
    """
    if not len(rows.columns):
        return
    inputs = (mark, len(rows), "\n".join(map(str, rows.columns)), str(sorted(chosen.items())))
    head = rows.head(LOOKED_AT)
    guessed = state.memoize("columns-of-file", inputs[:-1], lambda: file_columns(head))
    columns = state.memoize("kinds-of-file", inputs, lambda: file_columns(head, chosen))
    with st.expander(f"What is in the other {counted(len(columns), 'column')}", expanded=True):
        _table(f"kinds-{mark}", columns, guessed, chosen, choose)


def draw_of_corpus(entry: CorpusEntry) -> None:
    """Draw what the columns of a corpus hold; what is said anew is on disk before the page shows it."""
    columns, chosen = state.text_columns(entry), state.workspace().column_kinds(entry.id)
    if not len(columns):
        st.caption("It has no column but the text.")
        return
    guessed = file_columns(state.metadata(entry))
    _table(f"kinds-{entry.id}", columns, guessed, chosen, partial(state.workspace().choose_column_kinds, entry.id))


def _table(key: str, columns: TextColumns, guessed: TextColumns, chosen: Chosen, choose: Choose) -> None:
    import pandas as pd  # not for who shows no table

    keys = list(columns)[:MOST]
    shown = pd.DataFrame([described(columns[k]) for k in keys], columns=["column", "kind", "example", "without"])
    key = f"{key}-{hash(tuple(sorted(chosen.items())))}"  # a table with other kinds is another field

    def changed() -> None:
        said = edited(st.session_state[key], keys)
        kinds = {k.removeprefix(FILE): None if kind == guessed[k].kind else kind for k, kind in said.items()}
        if kinds:
            attempt(choose, kinds)

    config = st.column_config
    st.data_editor(
        shown,
        hide_index=True,
        height=min(len(keys), MOST_ROWS) * ROW + ROW + 3,
        key=key,
        on_change=changed,
        disabled=["column", "example", "without"],
        column_config={
            "column": config.TextColumn("Column"),
            "kind": config.SelectboxColumn(
                "Holds", options=list(dict.fromkeys((*CHOICES, *shown["kind"]))), required=True,
                help="Guessed. Choose another kind where the guess is wrong; filters, colours and charts follow.",
            ),
            "example": config.TextColumn("For example"),
            "without": config.NumberColumn("Without", format="localized", help="Empty, or not to be read as this."),
        },
    )  # fmt: skip
    if len(columns) > MOST:
        st.caption(f"and {len(columns) - MOST:,} more")


def described(column: TextColumn) -> tuple[str, str, str, int]:
    """Return a column's name, its kind, an example of what is in it, and how many texts have no value."""
    first = int(column.missing.argmin())  # the first with a value
    example = theme.cut(column.shown(first), CHARACTERS)
    if column.numbers is not None and not column.missing[first]:
        read = ColumnReading(column.kind).shown(float(column.numbers[first]))
        example = example if read == example else f"{example} → {read}"
    name = theme.cut(column.key.removeprefix(FILE), CHARACTERS)
    return name, column.kind, example, int(column.missing.sum())


def edited(sent: Any, keys: list[str]) -> dict[str, Kind]:  # noqa: ANN401 - what Streamlit keeps of a table
    """Return the kinds that were chosen in the table; what is no kind, or no row, counts as nothing."""
    rows = sent.get("edited_rows", {}) if isinstance(sent, Mapping) else {}
    said = {keys[int(row)]: cells.get("kind") for row, cells in rows.items() if int(row) < len(keys)}
    return {key: kind for key, kind in said.items() if kind in CHOICES}
