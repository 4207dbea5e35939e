"""A corpus on disk: one Parquet file for its source rows, one for its documents.

They cannot be computed again, so each page of them has a checksum, and what is read is compared with the hash of texts
and embeddings in the corpus' line. A file says itself which corpus it is of, should that line be lost.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from gst_core.atomic_files import StagedFile, written
from gst_core.corpus import Corpus, CorpusReport, Problem, array_of, series_of
from gst_core.errors import WorkspaceError
from gst_core.workspace.corpora import content_of
from gst_core.workspace.folder import WorkspaceFiles
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
        array, is_json = array_of(corpus.rows.iloc[:, place])
        as_json += [str(name)] if is_json else []
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


@contextmanager
def staged_corpus(files: WorkspaceFiles, entry: CorpusEntry, corpus: Corpus) -> Iterator[Callable[[], None]]:
    """Write a corpus' files, and give what puts them into their places, which is quick.

    Raises
    ------
    WorkspaceError
        It holds something that cannot be stored, or cannot be written.
    """
    rows = files.corpus_rows(entry.id, entry.files)
    documents = files.corpus_documents(entry.id, entry.files)
    with written(rows), ExitStack() as stack:
        staged = [StagedFile(file.parent, file.name) for file in (rows, documents)]
        for one in staged:
            stack.callback(one.close)
        try:
            write_rows(staged[0].file, corpus, entry)
            write_documents(staged[1].file, corpus)
        except (NotImplementedError, OverflowError, TypeError, ValueError) as error:
            raise WorkspaceError(
                f"“{corpus.name}” holds something that cannot be stored ({error}). Look for broken characters, "
                "and open it again."
            ) from error

        def put_in_place() -> None:
            staged[1].commit(documents)
            staged[0].commit(rows)

        yield put_in_place


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
        columns[name] = series_of(table.column(stored), about["types"][name], as_json=name in about["json"])
    return pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows))


def _report(stored: dict[str, Any]) -> CorpusReport:
    known = {f.name for f in fields(CorpusReport)}  # other versions wrote more
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in stored.items() if k in known}
    values["problems"] = tuple(Problem(**problem) for problem in values.get("problems", ()))
    return CorpusReport(**values)
