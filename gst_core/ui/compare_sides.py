"""What can be compared: the groups or classes of a lens or of the generic map, and the columns of the file."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from gst_core.analysis import CLASS, FILE, GROUP, Grouping, TextColumn
from gst_core.ui import slicing, state, theme
from gst_core.ui.kinds import has_kinds, kinds_of
from gst_core.ui.lens_view import LensView
from gst_core.workspace import CorpusEntry, Lens

A, B = "a", "b"  # the two sides, as the address calls them
SIDES = "_sides"
OF = "/"  # between a lens and what of it: LENS/class, none/group
EVERY_KIND = 10_000  # none is folded into the rest


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two that are compared.

    Attributes
    ----------
    choice : str
        LENS/group, LENS/class, none/group, or column:NAME.
    view : LensView
        Of the lens; for a column that of the other side.
    column : TextColumn or None
        None while the map has no groups, or no classes, yet.
    """

    choice: str
    view: LensView
    column: TextColumn | None

    def grouping(self, most: int = EVERY_KIND) -> Grouping | None:
        """Return the kinds that are compared, the largest and the rest; None while there are none."""
        if self.column is None or not has_kinds(self.column):
            return None
        return kinds_of(self.view, self.column, most).grouping


def offered(entry: CorpusEntry) -> dict[str, str]:
    """Return all that can be compared, and what it is called."""
    found = {f"{state.NO_LENS}{OF}{GROUP}": "No instruction · groups"}
    for lens in state.workspace().lenses(entry.id):
        found[f"{lens.id}{OF}{GROUP}"] = f"{lens.name} · groups"
        if len(lens.classes) > 1:
            found[f"{lens.id}{OF}{CLASS}"] = f"{lens.name} · classes"
    columns = state.text_columns(entry)
    return found | {key: f"Column · {theme.cut(c.title, 60)}" for key, c in columns.items() if has_kinds(c)}


def chosen(entry: CorpusEntry, found: Mapping[str, str]) -> tuple[str, str]:
    """Return what is compared: as the address says, or this session chose, else this lens and another thing."""
    corpus, known = st.session_state.get(SIDES, ("", {}))
    kept: Mapping[str, str] = known if corpus == entry.id else {}
    said: dict[str, str] = {side: st.query_params.get(side) or kept.get(side, "") for side in (A, B)}
    left = said[A] if said[A] in found else _usual(entry, found)
    right = said[B] if said[B] in found else _another(left, found)
    choose(entry, {A: left, B: right})
    return left, right


def choose(entry: CorpusEntry, sides: Mapping[str, str]) -> None:
    """Compare these, of which one may be left as it is; the address says it."""
    corpus, known = st.session_state.get(SIDES, ("", {}))
    st.session_state[SIDES] = (entry.id, {**(known if corpus == entry.id else {}), **sides})
    for side, choice in sides.items():
        st.query_params[side] = choice


def sides_of(entry: CorpusEntry, choices: tuple[str, str]) -> tuple[Side, Side]:
    """Return both sides as they are now; asks for their maps and waits for none."""
    lenses = {lens.id: lens for lens in state.workspace().lenses(entry.id)}
    wanted = [lenses.get(choice.partition(OF)[0]) for choice in choices]
    on_a_map = [not choice.startswith(FILE) for choice in choices]
    for i, other in ((0, 1), (1, 0)):
        if not on_a_map[i]:  # a column is shown on the map beside it
            wanted[i] = wanted[other]
    views = [LensView.of(entry, wanted[0])]
    views.append(views[0] if _same(wanted) else LensView.of(entry, wanted[1]))
    left, right = (Side(c, v, _column_of(v, c)) for c, v in zip(choices, views, strict=True))
    return left, right


def _same(lenses: list[Lens | None]) -> bool:
    return lenses[0] == lenses[1]


def _column_of(view: LensView, choice: str) -> TextColumn | None:
    key = choice if choice.startswith(FILE) else choice.partition(OF)[2]
    return slicing.columns(view).get(key)


def _usual(entry: CorpusEntry, found: Mapping[str, str]) -> str:
    lens = state.current_lens(entry.id)
    wanted = [f"{lens.id}{OF}{CLASS}", f"{lens.id}{OF}{GROUP}"] if lens else []
    return next((choice for choice in wanted if choice in found), next(iter(found)))


def _another(left: str, found: Mapping[str, str]) -> str:
    """Return something of another lens, else of another kind."""
    lens = left.partition(OF)[0]
    others = [choice for choice in found if not choice.startswith(lens + OF) and not choice.startswith(FILE)]
    columns = [choice for choice in found if choice.startswith(FILE)]
    newest = [c for c in reversed(others) if not c.startswith(state.NO_LENS)]
    return next(iter([*newest, *others, *columns]), left)
