"""The keys that take a step back and do it again: the last one, whether it was done to labels or to groups."""

from gst_core.ui import group_acts, labelling, state
from gst_core.ui.lens_view import LensView
from gst_core.workspace import HUMAN


def undo(view: LensView) -> None:
    """Take back what this session did last, and say what that was; runs of a model when nothing else is left."""
    group_step = state.workspace().last_group_step(view.entry.id, group_acts.lens_id(view), session=state.session())
    if group_step is not None and group_step.created > _last_label_step(view):
        group_acts.undo(view)
        state.notify(f"Taken back: {group_acts.said(group_step)}. Redo brings it again.")
    elif view.lens is not None:
        labelling.undo(view.lens)


def redo(view: LensView) -> None:
    """Do again what this session took back last."""
    groups = state.workspace().group_history(view.entry.id, group_acts.lens_id(view), session=state.session()).redo
    labels = view.lens is not None and state.workspace().history(view.lens.id, session=state.session()).redo
    if groups and (state.taken_back_last() == state.OF_GROUPS or not labels):
        group_acts.redo(view)
    elif view.lens is not None:
        labelling.redo(view.lens)


def _last_label_step(view: LensView) -> str:
    if view.lens is None:
        return ""
    return state.workspace().last_step_made(view.lens.id, HUMAN, session=state.session())
