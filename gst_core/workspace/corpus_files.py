"""A corpus on disk: one Parquet file for its source rows, one for its documents.

They cannot be computed again, so each page of them has a checksum, and what is read is compared with the hash of texts
and embeddings in the corpus' line. A file says itself which corpus it is of, should that line be lost.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from gst_core.corpus import Corpus, CorpusReport, Problem, arrow_column
from gst_core.errors import WorkspaceError
from gst_core.workspace.corpora import content_of
from gst_core.workspace.records import CorpusEntry

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ABOUT = b"gst"
PREFIX = "meta:"  # before the file's own columns, beside the one that is ours


def write_rows(file: IO[bytes], corpus: Corpus, entry: CorpusEntry) -> None:
    """Write a corpus' source rows without the texts, and what is known of it."""
    import pyarrow as pa  # with pandas half a second, which a workspace that is only looked at need not wait for
    import pyarrow.parquet as pq

    names, arrays, as_json = [], [], []
    for place, name in enumerate(corpus.rows.columns):
        array = _array(corpus.rows.iloc[:, place])
        if array is None:
            as_json.append(str(name))
            array = pa.array([_json(value) for value in corpus.rows.iloc[:, place]], pa.string())
        names.append(f"{PREFIX}{name}")
        arrays.append(array)
    document = pa.array(np.asarray(corpus.document_of_row, dtype=np.int64))
    table = pa.Table.from_arrays([document, *arrays], names=["document", *names])
    about = {
        "text_column": corpus.text_column,
        "report": asdict(corpus.report),
        "types": {str(name): str(corpus.rows.dtypes.iloc[place]) for place, name in enumerate(corpus.rows.columns)},
        "json": as_json,
        "name": entry.name,
        "encoder": entry.encoder,
        "content": entry.content,
    }
    table = table.replace_schema_metadata({ABOUT: json.dumps(about).encode()})
    pq.write_table(table, file, write_page_checksum=True)


def write_documents(file: IO[bytes], corpus: Corpus) -> None:
    """Write a corpus' documents, and the embeddings that came with them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    documents = pa.table({"id": list(corpus.ids), "text": list(corpus.texts)})
    if corpus.embeddings is not None:
        flat = pa.array(corpus.embeddings.reshape(-1))
        column = pa.FixedSizeListArray.from_arrays(flat, corpus.embeddings.shape[1])
        documents = documents.append_column("embedding", column)
    pq.write_table(documents, file, write_page_checksum=True)


def read_corpus_file(rows_file: Path, documents_file: Path, name: str, content: str = "") -> Corpus:
    """Read a corpus that was written to two files.

    Parameters
    ----------
    rows_file, documents_file : Path
    name : str
    content : str
        What `content_of` has to give, if that is known.

    Raises
    ------
    WorkspaceError
        A file is missing or damaged, or is of another corpus.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(rows_file, page_checksum_verification=True)
        documents = pq.read_table(documents_file, page_checksum_verification=True)
        corpus = _corpus(table, documents, name)
    except (OSError, pa.ArrowException, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise _unreadable(name) from error
    about = _about(table)
    if content and (content_of(corpus) != content or about.get("content", content) != content):
        raise _unreadable(name)
    if len(corpus.rows) and not -1 <= corpus.document_of_row.min() <= corpus.document_of_row.max() < len(corpus):
        raise _unreadable(name)
    return corpus


def read_texts(documents_file: Path) -> list[str] | None:
    """Return the texts in a file of documents, or None where it cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        texts: list[str] = pq.read_table(documents_file, columns=["text"]).column("text").to_pylist()
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return None
    return texts


def about_corpus(rows_file: Path) -> dict[str, Any]:
    """Return what a file of rows says of its corpus: its name, its encoder; nothing in an earlier version's."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return _about(pq.read_schema(rows_file))
    except (OSError, pa.ArrowException, ValueError):
        return {}


def _unreadable(name: str) -> WorkspaceError:
    return WorkspaceError(
        f"The stored texts of “{name}” are damaged or gone. Open its file again: its lenses and labels are kept."
    )


def _about(table: "pa.Table | pa.Schema") -> dict[str, Any]:
    schema = getattr(table, "schema", table)
    about: dict[str, Any] = json.loads((schema.metadata or {}).get(ABOUT, b"{}"))
    return about


def _corpus(table: "pa.Table", documents: "pa.Table", name: str) -> Corpus:
    about = _about(table)
    embeddings = None
    if "embedding" in documents.column_names:
        column = documents.column("embedding").combine_chunks()
        embeddings = column.values.to_numpy().reshape(len(documents), -1)
    return Corpus(
        name,
        tuple(documents.column("id").to_pylist()),
        tuple(documents.column("text").to_pylist()),
        _rows(table, about),
        table.column("document").to_numpy().astype(np.int64),
        _report(about["report"]),
        about["text_column"],
        embeddings,
    )


def _rows(table: "pa.Table", about: Mapping[str, Any]) -> "pd.DataFrame":
    import pandas as pd

    names = [name for name in table.column_names if name != "document"]
    if "types" not in about:  # an earlier version's, of which pandas knows the types
        frame = table.select(names).to_pandas()
        frame.columns = [c.removeprefix(PREFIX) for c in frame.columns]
        return frame.reset_index(drop=True)
    columns = {}
    for stored in names:
        name = stored.removeprefix(PREFIX)
        columns[name] = _series(table.column(stored), about["types"][name], as_json=name in about["json"])
    return pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows))


def _array(values: "pd.Series") -> "pa.Array | None":
    """Return a column as Parquet can hold it, or None where something of it would be lost."""
    import pyarrow as pa

    try:
        array = pa.Array.from_pandas(values)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return None
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if values.dtype == object and (pa.types.is_nested(array.type) or pa.types.is_null(array.type)):
        return None if _loses(values, array) else array
    return array


def _loses(values: "pd.Series", array: "pa.Array") -> bool:
    """Say whether objects come back from an array otherwise than they went in, such as with keys that they lacked."""
    import pyarrow as pa

    if not _holdable(array.type) or pa.types.is_null(array.type):
        return True
    before = [value.tolist() if isinstance(value, np.ndarray) else value for value in values]
    return bool(before != array.to_pylist())


def _holdable(kind: "pa.DataType") -> bool:
    """Say whether Parquet has a type: it has no structure without fields, at any depth."""
    import pyarrow as pa

    inner = [kind.field(i).type for i in range(kind.num_fields)]
    return not (pa.types.is_struct(kind) and not inner) and all(map(_holdable, inner))


def _series(column: "pa.ChunkedArray", kind: str, *, as_json: bool) -> "pd.Series":
    """Return a column with the values and of the type that it had."""
    import pandas as pd

    if as_json:
        values = [None if value is None else json.loads(value) for value in column.to_pylist()]
        return pd.Series(values, dtype=object)
    if kind == "object":
        return pd.Series(column.to_pylist(), dtype=object)
    if kind[:1] in "IU" or kind in ("boolean", "Float32", "Float64"):  # pandas' own, which know a missing value
        return pd.Series(pd.array(column.to_pylist(), dtype=kind))
    if kind.endswith("[pyarrow]"):
        return arrow_column(column)
    series = column.to_pandas()
    with_type: pd.Series = series if str(series.dtype) == kind or kind.startswith("category") else _cast(series, kind)
    return with_type


def _cast(series: "pd.Series", kind: str) -> "pd.Series":
    try:
        return series.astype(kind)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return series


def _json(value: Any) -> str | None:  # noqa: ANN401 - cells hold anything
    """Return what a cell holds as JSON; None for nothing."""
    if value is None:
        return None
    return json.dumps(value, default=lambda x: x.tolist() if hasattr(x, "tolist") else str(x))


def _report(stored: dict[str, Any]) -> CorpusReport:
    known = {f.name for f in fields(CorpusReport)}  # other versions wrote more
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in stored.items() if k in known}
    values["problems"] = tuple(Problem(**problem) for problem in values.get("problems", ()))
    return CorpusReport(**values)
