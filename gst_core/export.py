"""A lens as files: a table of all rows, the embeddings, and the transform."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gst_core.corpus import ColumnLabels, Corpus, OwnColumn, is_missing, table_as_csv, table_as_parquet, whole
from gst_core.encoding import view_words
from gst_core.errors import GstError, TransformError
from gst_core.workspace import Label, is_brought

if TYPE_CHECKING:
    import pandas as pd

    from gst_core.map import Frame
    from gst_core.transform import GuidedSpaceTransform

FILE = "file"  # who said the labels of a file's column, as nothing tells whether a person did
NO_CLUSTER = -1
LABELS, WORDS = "labels", "words"  # what a prediction rests on
WHOLE_LABEL = (OwnColumn.LABEL, OwnColumn.SAID_BY, OwnColumn.SAID_BY_MODEL, OwnColumn.CONFIDENCE)


def lens_table(
    corpus: Corpus, frame: "Frame", labels: Mapping[str, Label] | None, groups: Mapping[int, str] | None = None
) -> "pd.DataFrame":
    """Return the lens as a table with one row for each row of the source.

    Parameters
    ----------
    corpus : Corpus
    frame : Frame
        A final one of this corpus.
    labels : mapping of str to Label, or None
        The label that counts of each document id; None for a map without a lens.
    groups : mapping of int to str, optional
        What the frame's clusters are called.

    Returns
    -------
    DataFrame
        Our id, the text, the file's other columns under their own names, and the rest of `OwnColumn`; a row without
        text has nothing in ours. `OwnColumn.SAID_BY` is the label's `who`, `OwnColumn.SAID_BY_MODEL` which LLM that was
        and `OwnColumn.CONFIDENCE` what it stated; empty where there is no label. `OwnColumn.RESTS_ON` is "words" where
        the predicted class has no label, only a name, else "labels". Columns of ours that the file has from an earlier
        export are replaced, and without a lens keep the labels that they hold.
    """
    import pandas as pd  # not with this module, which the page imports before anything is exported

    metadata = corpus.rows.reset_index(drop=True)
    ours = _own_columns(corpus, frame, labels, groups or {})
    if labels is None:
        ours = ours.drop(columns=[c for c in WHOLE_LABEL if c in metadata.columns])
    known = corpus.document_of_row >= 0
    ours = ours.reindex(pd.Index(np.where(known, corpus.document_of_row, -1))).reset_index(drop=True)
    first = ours.iloc[:, :2]
    rest = ours.iloc[:, 2:]
    return pd.concat([first, metadata.drop(columns=[c for c in ours if c in metadata.columns]), rest], axis=1)


def listed_table(
    table: "pd.DataFrame", corpus: Corpus, documents: NDArray[np.integer], columns: Sequence[str]
) -> "pd.DataFrame":
    """Return some documents of a lens' table, each once, in their order and with some of its columns.

    Parameters
    ----------
    table : DataFrame
        Of `lens_table`.
    corpus : Corpus
    documents : ndarray of shape (m,), int
    columns : sequence of str
        Behind the id and the text, which are always there; what the table does not have is left out.

    Returns
    -------
    DataFrame of m rows
        Of a text that stands in several rows of the source, the first.
    """
    first = np.zeros(len(corpus), dtype=np.int64)
    known = np.flatnonzero(corpus.document_of_row >= 0)[::-1]
    first[corpus.document_of_row[known]] = known  # the last that is written counts
    names = [str(OwnColumn.ID), text_heading(corpus)]
    names += [c for c in dict.fromkeys(columns) if c in table.columns and c not in names]
    return table.iloc[first[documents]][names].reset_index(drop=True)


def text_heading(corpus: Corpus) -> str:
    """Return what the column of texts is called in an export: as in the file, unless that is a name of ours."""
    return corpus.text_column if corpus.text_column not in set(OwnColumn) else "text"


def file_labels(corpus: Corpus, labels: ColumnLabels) -> dict[str, Label]:
    """Return the labels of a file's column; those of an earlier export say who gave them and how sure a model was.

    Parameters
    ----------
    corpus : Corpus
    labels : ColumnLabels
        What the column says, see `column_labels`.
    """
    details = [c for c in WHOLE_LABEL[1:] if labels.column == OwnColumn.LABEL and c in corpus.rows.columns]
    given: dict[str, Label] = {}
    for document, name, row in zip(corpus.ids, labels.classes, labels.rows, strict=True):
        if name is None:
            continue
        said = {c: corpus.rows[c].iloc[row] for c in details}
        who, model = (_word(said.get(c)) for c in (OwnColumn.SAID_BY, OwnColumn.SAID_BY_MODEL))
        given[document] = Label(document, name, who or FILE, "", _number(said.get(OwnColumn.CONFIDENCE)), model)
    return given


def predictions_table(
    corpus: Corpus, classes: NDArray[Any], probabilities: NDArray[np.float32], label_counts: NDArray[np.int64]
) -> "pd.DataFrame":
    """Return each document with its likeliest class, that class' probability, and what the prediction rests on.

    Parameters
    ----------
    corpus : Corpus
    classes : ndarray of shape (n_classes,)
    probabilities : ndarray of shape (n, n_classes), float32
    label_counts : ndarray of shape (n_classes,), int64

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
            str(OwnColumn.ID): corpus.ids,
            text_heading(corpus): [whole(t) for t in corpus.texts],
            str(OwnColumn.PREDICTED): [str(classes[c]) for c in best],
            str(OwnColumn.PROBABILITY): probabilities.max(axis=1),
            str(OwnColumn.RESTS_ON): [LABELS if label_counts[c] else WORDS for c in best],
        }
    )


def write_lens(
    folder: Path,
    corpus: Corpus,
    frame: "Frame",
    labels: Mapping[str, Label] | None,
    groups: Mapping[int, str] | None = None,
) -> None:
    """Write a lens into a folder: three tables, the embeddings and, where there are classes, what is known of them.

    The tables are for programs, for spreadsheets, and Parquet. The folder `transform` can be loaded; beside it
    ``lens.json`` says what predictions rest on and ``accuracy.json``, where it is known, how right they are.
    """
    table = lens_table(corpus, frame, labels, groups)
    (folder / "documents.csv").write_bytes(table_as_csv(table))
    (folder / "documents-spreadsheet.csv").write_bytes(table_as_csv(table, spreadsheet=True))
    (folder / "documents.parquet").write_bytes(table_as_parquet(table))
    (folder / "embeddings.npy").write_bytes(array_as_npy(frame.embedding))
    if frame.transform is not None:
        frame.transform.save(folder / "transform")
        report = frame.transform.report_
        if report is not None:
            about = {"sentence": report.sentence(), **report.as_dict()}
            (folder / "accuracy.json").write_text(json.dumps(about, indent=2, ensure_ascii=False), "utf-8", "replace")
        about = about_predictions(frame.transform, own_embeddings=corpus.embeddings is not None)
        (folder / "lens.json").write_text(json.dumps(about, indent=2, ensure_ascii=False), "utf-8", "replace")


def about_predictions(transform: "GuidedSpaceTransform", *, own_embeddings: bool) -> dict[str, Any]:
    """Return what a person should know of a transform's predictions, as what JSON can hold.

    Parameters
    ----------
    transform : GuidedSpaceTransform
        Fitted.
    own_embeddings : bool
        Whether the corpus came with embeddings.

    Returns
    -------
    dict
        ``rests_on``: "words" where no text is labelled, else "labels", None without a class. ``accuracy``: a sentence
        with the estimated share of right classes.
        ``views``: a word for each that counts. ``labels``: how many each class has. ``left_out``: whether a column was.
    """
    from gst_core.transform import accuracy_sentence, class_name

    classes = [class_name(c) for c in transform.classes_.tolist()]
    words = transform.words_only_
    return {
        "rests_on": (WORDS if words else LABELS) if classes else None,
        "accuracy": accuracy_sentence(transform.report_, words) if len(classes) > 1 else None,
        "views": list(view_words(transform.seen_, own_embeddings=own_embeddings)),
        "labels": dict(zip(classes, transform.label_counts_.tolist(), strict=True)),
        "left_out": transform.erasure_ is not None,
    }


def predictions_sentence(transform: "GuidedSpaceTransform", *, own_embeddings: bool) -> str:
    """Say how right predictions are and by which views they are made; parameters as for `about_predictions`."""
    about = about_predictions(transform, own_embeddings=own_embeddings)
    return f"{about['accuracy'] or ''} Views that count: {' and '.join(about['views'])}.".strip()


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


def _own_columns(
    corpus: Corpus, frame: "Frame", labels: Mapping[str, Label] | None, groups: Mapping[int, str]
) -> "pd.DataFrame":
    """Return our columns and the text, one row for each document."""
    import pandas as pd

    clusters = np.full(len(corpus), NO_CLUSTER) if frame.clusters is None else frame.clusters

    given = [(labels or {}).get(i) for i in corpus.ids]
    predicted, probability = _predictions(frame)
    columns = {
        OwnColumn.ID: pd.Series(corpus.ids, dtype="str"),
        text_heading(corpus): pd.Series([whole(t) for t in corpus.texts], dtype="str"),
        OwnColumn.LABEL: pd.Series([None if label is None else label.class_name for label in given], dtype="str"),
        OwnColumn.SAID_BY: pd.Series([None if label is None else label.who for label in given], dtype="str"),
        OwnColumn.SAID_BY_MODEL: pd.Series(
            [None if label is None else label.model or None for label in given], dtype="str"
        ),
        OwnColumn.CONFIDENCE: pd.Series(
            [None if label is None else label.confidence for label in given], dtype="float64"
        ),
        OwnColumn.PREDICTED: pd.Series(predicted, dtype="str"),
        OwnColumn.PROBABILITY: probability,
        OwnColumn.RESTS_ON: pd.Series(_rests_on(frame, predicted), dtype="str"),
        OwnColumn.CLUSTER: pd.Series(clusters, dtype="Int64"),
        OwnColumn.GROUP: pd.Series([groups.get(c) for c in clusters.tolist()], dtype="str"),
        OwnColumn.X: frame.positions[:, 0],
        OwnColumn.Y: frame.positions[:, 1],
    }
    return pd.DataFrame({str(name): values for name, values in columns.items()})


def _predictions(frame: "Frame") -> tuple[list[str | None], NDArray[np.float64]]:
    n = len(frame.positions)
    if frame.probabilities is None or not frame.classes:
        return [None] * n, np.full(n, np.nan)
    best = frame.probabilities.argmax(axis=1)
    return [frame.classes[c] for c in best], frame.probabilities.max(axis=1).astype(np.float64)


def _rests_on(frame: "Frame", predicted: list[str | None]) -> list[str | None]:
    """Return whether each prediction rests on labels of its class or on its name alone."""
    if frame.transform is None:
        return [None] * len(predicted)
    labels = dict(zip(frame.classes, frame.transform.label_counts_.tolist(), strict=True))
    return [None if name is None else LABELS if labels[name] else WORDS for name in predicted]


def _word(value: object) -> str:
    word = "" if is_missing(value) else str(value)
    return word if is_brought(word) else word.strip()  # a column's name may end in a blank


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0.0 <= number <= 1.0 else None
