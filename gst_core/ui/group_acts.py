"""What a person does to groups: each is kept as a step before the page says so, and may teach the lens as well."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gst_core.annotate import usable_name
from gst_core.counting import counted
from gst_core.errors import GstError, WorkspaceError
from gst_core.map import ClusterName
from gst_core.ui import labelling, looking, state
from gst_core.ui.lens_view import LensView
from gst_core.workspace import GroupStep

NAME_WORDS = 2  # of a group that make the name of its class
TYPICAL = 8  # texts that say what a class is; as many as a person labels of one to begin with


def name_group(view: LensView, cluster: int, typed: str) -> None:
    """Call a group so."""
    if typed.strip():
        _keep(view, GroupStep("name", (_ids(view, members(view, cluster)),), typed))


def merge(view: LensView, cluster: int, other: int, *, teach: bool = False) -> None:
    """Join two groups; where it teaches, typical texts of both become labels of the larger one's class."""
    both = sorted((cluster, other), key=lambda one: -len(members(view, one)))
    _keep(view, GroupStep("merge", tuple(_ids(view, members(view, one)) for one in both)))
    state.show_group(both[0])
    if teach:
        rows = np.concatenate([typical(view, members(view, one)) for one in both])
        _teach(view, rows, class_of(named(view, both[0])))
    state.notify("The two groups are one now.")


def split(view: LensView, cluster: int, parts: Sequence[NDArray[np.int64]], *, teach: bool = False) -> None:
    """Take a group apart; where it teaches, typical texts of each part become labels of a class of its own."""
    _keep(view, GroupStep("split", tuple(_ids(view, rows) for rows in (members(view, cluster), *parts))))
    if teach:
        for part, title in zip(parts, part_titles(view, parts), strict=True):
            _teach(view, typical(view, part), title)
    state.notify(f"The group is {len(parts)} groups now.")


def move(view: LensView, documents: Sequence[int], cluster: int | None, *, teach: bool = False) -> None:
    """Give texts to a group, or without one to a new group."""
    rows = np.array(documents, dtype=np.int64)
    group = () if cluster is None else (_ids(view, members(view, cluster)),)
    _keep(view, GroupStep("move", (_ids(view, rows), *group)))
    if teach and cluster is not None:
        _teach(view, rows, class_of(named(view, cluster)))
    state.notify(f"{counted(len(rows), 'text')} moved.")


def take_out(view: LensView, documents: Sequence[int]) -> None:
    """Let texts be in no group."""
    _keep(view, GroupStep("out", (_ids(view, np.array(documents, dtype=np.int64)),)))


def mark_as_noise(view: LensView, cluster: int) -> None:
    """Let all texts of a group be in none."""
    _keep(view, GroupStep("noise", (_ids(view, members(view, cluster)),)))
    state.show_group(None)


def give_to_nearest(view: LensView, documents: Sequence[int] = ()) -> None:
    """Give texts that are in no group to their nearest one; all of them, where none are given."""
    parts = (_ids(view, np.array(documents, dtype=np.int64)),) if documents else ()
    _keep(view, GroupStep("nearest", parts))


def set_number(view: LensView, number: int) -> None:
    """Have so many groups."""
    _keep(view, GroupStep("number", number=number))
    state.show_group(None)


def make_class(view: LensView, cluster: int, *, everything: bool) -> None:
    """Make a class of a group, and label its typical texts, or all of them."""
    rows = members(view, cluster)
    _teach(view, rows if everything else typical(view, rows), class_of(named(view, cluster)))


def look_into(view: LensView, cluster: int) -> None:
    """Have the texts of a group alone on the map."""
    rows = members(view, cluster)
    looking.into(view.entry, view.lens, view.state, rows, named(view, cluster).title)


def split_as_seen(view: LensView) -> None:
    """Split the group that is looked into as its own map falls into groups, and go back.

    Raises
    ------
    GstError
        It does not.
    """
    if view.looked is None or view.clusters is None or len(view.names) < 2:
        raise GstError("The group's own map does not fall into groups.")
    group, parts = view.looked.map.rows, [members(view, x.cluster) for x in view.names]
    _keep(view, GroupStep("split", tuple(_ids(view, rows) for rows in (group, *parts))))
    looking.back()
    state.notify(f"The group is {len(parts)} groups now.")


def undo(view: LensView) -> None:
    """Take this session's last step on the groups back."""
    state.workspace().undo_group_step(view.entry.id, lens_id(view), session=state.session())
    state.took_back(state.OF_GROUPS)


def redo(view: LensView) -> None:
    """Do again what this session took back last."""
    state.workspace().redo_group_step(view.entry.id, lens_id(view), session=state.session())
    state.did_again(state.OF_GROUPS)


def said(step: GroupStep) -> str:
    """Say in a word or two what a step was."""
    moved = counted(len(step.parts[0]), "text") if step.parts else "texts"
    return {
        "name": f"the name “{step.name}”",
        "number": f"{counted(step.number, 'group')} asked for",
        "merge": "a merge",
        "split": "a split",
        "move": f"{moved} moved",
        "noise": "a group as noise",
        "out": f"{moved} in no group",
        "nearest": f"{moved} given to the nearest group",
    }[step.kind]


def members(view: LensView, cluster: int) -> NDArray[np.int64]:
    """Return the rows of a group.

    Raises
    ------
    GstError
        It is not there any more.
    """
    rows = np.zeros(0, dtype=np.int64) if view.clusters is None else np.flatnonzero(view.clusters == cluster)
    if not len(rows):
        raise GstError("This group is not on the map any more. Choose another one.")
    return rows


def named(view: LensView, cluster: int) -> ClusterName:
    """Return a group as a person reads it."""
    return next(x for x in view.names if x.cluster == cluster)


def typical(view: LensView, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the texts nearest to the mean of some texts' embedding, the nearest first."""
    assert view.state.frame is not None, "there is a group"
    embedding = view.state.frame.embedding[rows]
    nearness = embedding @ embedding.mean(axis=0)
    return np.asarray(rows[np.argsort(-nearness, kind="stable")[:TYPICAL]])


def class_of(name: ClusterName) -> str:
    """Return what the class of a group is called: as people call the group, or its kind, or its first words."""
    words = usable_name(" ".join(name.keywords[:NAME_WORDS]))
    return name.given or name.kind or words or f"group {name.cluster + 1}"


def part_titles(view: LensView, parts: Sequence[NDArray[np.int64]]) -> list[str]:
    """Return what the parts of a group are called, by their words, each otherwise."""
    inside = np.full(len(view.corpus), -1, dtype=np.int32)
    for number, rows in enumerate(parts):
        inside[rows] = number
    words = state.keywords(view.entry).best(inside)
    titles: list[str] = []
    for number in range(len(parts)):
        title = ", ".join(words.get(number, ())) or f"part {number + 1}"
        titles.append(title if title not in titles else f"{title} ({number + 1})")
    return titles


def _teach(view: LensView, rows: NDArray[np.int64], class_name: str) -> None:
    assert view.lens is not None, "only a lens can be taught"
    labelling.label(view.corpus, view.lens, rows.tolist(), class_name)


def _keep(view: LensView, step: GroupStep) -> None:
    now = state.jobs().corpus(view.entry.id)
    if now is not view.corpus and now.ids != view.corpus.ids:
        raise WorkspaceError("This corpus was replaced meanwhile, so nothing was changed. Choose a group anew.")
    state.workspace().add_group_step(view.entry.id, step, lens_id(view), session=state.session())


def _ids(view: LensView, rows: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(view.corpus.ids[row] for row in rows.tolist())


def lens_id(view: LensView) -> str | None:
    """Return the lens whose groups these are; None for those of the generic map."""
    return view.lens.id if view.lens else None
