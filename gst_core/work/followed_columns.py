"""A lens that starts from a column of the file: its values as classes, a sample of its texts as labels."""

from typing import TYPE_CHECKING

from gst_core.analysis import TextColumn, classes_of_column, spread_sample
from gst_core.workspace import LONGEST_CLASS_NAME, OF_COLUMN, Label, Lens, Workspace, clean_class_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gst_core.corpus import Corpus


def follow_column(
    workspace: Workspace,
    corpus_id: str,
    corpus: "Corpus",
    column: TextColumn,
    per_class: int | None,
    X: "NDArray[np.float32]",
    *,
    session: str = "",
) -> Lens:
    """Make a lens of a column; its labels are said by the column, and one step of undo takes them back.

    Parameters
    ----------
    workspace : Workspace
    corpus_id : str
    corpus : Corpus
    column : TextColumn
        Of the file.
    per_class : int or None
        How many texts of each value are labelled; None for all.
    X : ndarray of shape (n, d), float32
        Generic embeddings, over which a sample is spread out.
    session : str
        Which session of the page asks for it.

    Raises
    ------
    WorkspaceError
        The column has no values that could be classes, or it cannot be written. No lens is left then.
    """
    codes, values = classes_of_column(column)
    names = [clean_class_name(name[:LONGEST_CLASS_NAME].rstrip()) if name else "" for name in values]
    name = column.key.removeprefix(OF_COLUMN)
    rows = spread_sample(codes, per_class, X)
    labels = [Label(corpus.ids[row], names[codes[row]], f"{OF_COLUMN}{name}", "") for row in rows]
    lens = workspace.add_lens(corpus_id, name, classes=[one for one in names if one])
    try:
        workspace.bring_labels(lens.id, labels, session=session)
    except BaseException:
        workspace.delete_lens(lens.id)
        raise
    return workspace.lens(lens.id)
