"""A lens as files: a table of all rows, the embeddings, and the transform."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gst_core.corpus import Corpus
from gst_core.errors import GstError, TransformError
from gst_core.workspace import Label

if TYPE_CHECKING:
    import pandas as pd

    from gst_core.map import Frame
    from gst_core.transform import GuidedSpaceTransform

OURS = ("id", "label", "said_by", "said_by_model", "confidence", "predicted", "probability", "cluster", "x", "y")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs a cell that starts so


def lens_table(corpus: Corpus, frame: "Frame", labels: Mapping[str, Label]) -> "pd.DataFrame":
    """Return the lens as a table with one row for each row of the source.

    Parameters
    ----------
    corpus : Corpus
    frame : Frame
        A final one of this corpus.
    labels : mapping of str to Label
        The label that counts of each document id.

    Returns
    -------
    DataFrame
        The text, the source's metadata, and `OURS`; a row without text has nothing there. ``said_by`` is the label's
        `who`, ``said_by_model`` which LLM that was and ``confidence`` what it stated; empty where there is no label. A
        metadata column that is called as one of ours gets an underscore behind its name.
    """
    import pandas as pd  # not with this module, which the page imports before anything is exported

    documents = pd.DataFrame({"id": corpus.ids, corpus.text_column: corpus.texts})
    given = [labels.get(i) for i in corpus.ids]
    documents["label"] = [None if label is None else label.class_name for label in given]
    documents["said_by"] = [None if label is None else label.who for label in given]
    documents["said_by_model"] = [None if label is None else label.model or None for label in given]
    documents["confidence"] = pd.Series(
        [None if label is None else label.confidence for label in given], dtype="float64"
    )
    documents["predicted"], documents["probability"] = _predictions(frame)
    documents["cluster"] = frame.clusters if frame.clusters is not None else -1
    documents["x"], documents["y"] = frame.positions[:, 0], frame.positions[:, 1]
    documents["cluster"] = documents["cluster"].astype("Int64")
    known = corpus.document_of_row >= 0
    rows = documents.iloc[np.where(known, corpus.document_of_row, 0)].reset_index(drop=True)
    rows = rows.mask(pd.Series(~known), other=pd.NA) if not known.all() else rows
    metadata = corpus.rows.reset_index(drop=True)
    metadata.columns = _free_names([str(c) for c in metadata.columns], {corpus.text_column, *OURS})
    first = ["id", corpus.text_column]
    return pd.concat([rows[first], metadata, rows[[c for c in rows.columns if c not in first]]], axis=1)


def predictions_table(corpus: Corpus, classes: NDArray[Any], probabilities: NDArray[np.float32]) -> "pd.DataFrame":
    """Return each document with its likeliest class and that class' probability.

    Raises
    ------
    TransformError
        There is no class.
    """
    import pandas as pd

    if not len(classes):
        raise TransformError("The transform knows no class: it was fitted without labels.")
    best = probabilities.argmax(axis=1)
    return pd.DataFrame(
        {
            "id": corpus.ids,
            corpus.text_column: corpus.texts,
            "predicted": [str(classes[c]) for c in best],
            "probability": probabilities.max(axis=1),
        }
    )


def write_lens(folder: Path, corpus: Corpus, frame: "Frame", labels: Mapping[str, Label]) -> None:
    """Write documents.csv, documents.parquet, embeddings.npy and, with labels, transform/ into a folder."""
    table = lens_table(corpus, frame, labels)
    (folder / "documents.csv").write_bytes(table_as_csv(table))
    (folder / "documents.parquet").write_bytes(table_as_parquet(table))
    (folder / "embeddings.npy").write_bytes(array_as_npy(frame.embedding))
    if frame.transform is not None:
        frame.transform.save(folder / "transform")


def table_as_csv(table: "pd.DataFrame") -> bytes:
    """Return a table as CSV in UTF-8 that a spreadsheet opens without running any cell as a formula."""
    import pandas as pd

    safe = table.copy()
    for column in safe.columns:
        if safe[column].dtype.kind in "OT" or pd.api.types.is_string_dtype(safe[column]):
            safe[column] = safe[column].map(_as_text, na_action="ignore")
    return safe.to_csv(index=False).encode("utf-8-sig", "replace")


def table_as_parquet(table: "pd.DataFrame") -> bytes:
    """Return a table as Parquet."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def array_as_npy(array: NDArray[np.float32]) -> bytes:
    """Return an array as a ``.npy`` file."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def transform_as_zip(transform: "GuidedSpaceTransform | None") -> bytes:
    """Return a transform's folder (safetensors and JSON) as a ZIP file.

    Raises
    ------
    GstError
        The lens has no transform yet.
    """
    if transform is None:
        raise GstError("This lens has no transform yet: label two texts of different kinds first.")
    buffer = io.BytesIO()
    with TemporaryDirectory() as folder, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        transform.save(folder)
        for file in sorted(Path(folder).iterdir()):
            archive.write(file, file.name)
    return buffer.getvalue()


def _free_names(names: list[str], taken: set[str]) -> list[str]:
    """Return the names with as many underscores behind them as keep every one its own."""
    free: list[str] = []
    for name in names:
        others = taken.union(free, (n for n in names if n != name))
        while name in others:
            name += "_"
        free.append(name)
    return free


def _predictions(frame: "Frame") -> tuple[list[str | None], NDArray[np.float64]]:
    n = len(frame.positions)
    if frame.probabilities is None or not frame.classes:
        return [None] * n, np.full(n, np.nan)
    best = frame.probabilities.argmax(axis=1)
    return [frame.classes[c] for c in best], frame.probabilities.max(axis=1).astype(np.float64)


def _as_text(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
