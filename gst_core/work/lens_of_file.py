"""A lens made of the labels that a file brings along, those of an earlier export say."""

from dataclasses import replace
from typing import TYPE_CHECKING

from gst_core.corpus import ColumnLabels, OwnColumn, column_labels
from gst_core.export import file_labels
from gst_core.workspace import HUMAN, LLM, Lens, Workspace, is_brought

if TYPE_CHECKING:
    from gst_core.corpus import Corpus

LENS_OF_FILE = "Labels of the file"


def labels_in_file(corpus: "Corpus") -> ColumnLabels | None:
    """Return the labels that an earlier export left in a corpus' file; None where there are none."""
    if OwnColumn.LABEL not in corpus.rows.columns:
        return None
    found = column_labels(corpus, OwnColumn.LABEL)
    return found if any(name is not None for name in found.classes) else None


def lens_of_file(workspace: Workspace, corpus_id: str, corpus: "Corpus", labels: ColumnLabels) -> Lens:
    """Make a lens with the labels of a file, each said by whom it was said before; a person, where that is not known.

    Parameters
    ----------
    workspace : Workspace
    corpus_id : str
    corpus : Corpus
    labels : ColumnLabels

    Raises
    ------
    WorkspaceError
        The labels cannot be those of a lens, or cannot be written. No lens is left then.
    """
    said = file_labels(corpus, labels).values()
    lens = workspace.add_lens(corpus_id, LENS_OF_FILE, classes=list(dict.fromkeys(label.class_name for label in said)))
    try:
        workspace.bring_labels(lens.id, [x if _is_annotator(x.who) else replace(x, who=HUMAN) for x in said])
    except BaseException:
        workspace.delete_lens(lens.id)
        raise
    return workspace.lens(lens.id)


def _is_annotator(who: str) -> bool:
    return who in (HUMAN, LLM) or is_brought(who)
