"""What is on disk: SQLite for what people typed, files for what can be recomputed.

What others use of it is found here by name and imported when it is first asked for, because the place of the files is
asked for before anything numeric is loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gst_core.workspace.annotation_runs import AnnotationRun
    from gst_core.workspace.answers import AnswerStore
    from gst_core.workspace.folder import WorkspaceFiles
    from gst_core.workspace.label_set import ClassDefinition, LabelSet
    from gst_core.workspace.records import HUMAN, LLM, CorpusEntry, HistoryState, Label, Lens
    from gst_core.workspace.workspace import Workspace

_HOMES = {
    "AnnotationRun": "annotation_runs",
    "AnswerStore": "answers",
    "WorkspaceFiles": "folder",
    "ClassDefinition": "label_set",
    "LabelSet": "label_set",
    **dict.fromkeys(("HUMAN", "LLM", "CorpusEntry", "HistoryState", "Label", "Lens"), "records"),
    "Workspace": "workspace",
}

__all__ = [
    "HUMAN",
    "LLM",
    "AnnotationRun",
    "AnswerStore",
    "ClassDefinition",
    "CorpusEntry",
    "HistoryState",
    "Label",
    "LabelSet",
    "Lens",
    "Workspace",
    "WorkspaceFiles",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the public names
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
