"""A corpus on disk: one Parquet file for its source rows, one for its documents."""

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from gst_core.atomic_files import atomic_file
from gst_core.corpus import Corpus, CorpusReport, Problem
from gst_core.errors import WorkspaceError


def write_corpus(rows_file: Path, documents_file: Path, corpus: Corpus) -> None:
    """Write a corpus to two Parquet files: its source rows without the texts, and its documents."""
    import pandas as pd  # with pyarrow half a second, which a workspace that is only looked at need not wait for
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = corpus.rows.reset_index(drop=True)
    columns = {f"meta:{c}": rows[c] for c in rows.columns}
    table = pa.table(pd.DataFrame({"document": corpus.document_of_row, **columns}))
    documents = pa.table({"id": list(corpus.ids), "text": list(corpus.texts)})
    if corpus.embeddings is not None:
        flat = pa.array(corpus.embeddings.reshape(-1))
        documents = documents.append_column(
            "embedding", pa.FixedSizeListArray.from_arrays(flat, corpus.embeddings.shape[1])
        )
    about = json.dumps({"text_column": corpus.text_column, "report": asdict(corpus.report)}).encode()
    with atomic_file(documents_file) as file:
        pq.write_table(documents, file)
    with atomic_file(rows_file) as file:
        pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), b"gst": about}), file)


def read_corpus_file(rows_file: Path, documents_file: Path, name: str) -> Corpus:
    """Read a corpus that `write_corpus` wrote.

    Raises
    ------
    WorkspaceError
        The file is missing or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(rows_file)
        documents = pq.read_table(documents_file)
        about = json.loads((table.schema.metadata or {})[b"gst"])
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise WorkspaceError(f"The stored corpus “{name}” cannot be read ({error}). Open its file again.") from error
    frame = table.to_pandas()
    document_of_row = frame.pop("document").to_numpy(dtype=np.int64)
    frame.columns = [c.removeprefix("meta:") for c in frame.columns]
    embeddings = None
    if "embedding" in documents.column_names:
        column = documents.column("embedding").combine_chunks()
        embeddings = column.values.to_numpy().reshape(len(documents), -1)
    return Corpus(
        name,
        tuple(documents.column("id").to_pylist()),
        tuple(documents.column("text").to_pylist()),
        frame,
        document_of_row,
        _report(about["report"]),
        about["text_column"],
        embeddings,
    )


def _report(stored: dict[str, Any]) -> CorpusReport:
    known = {f.name for f in fields(CorpusReport)}  # other versions wrote more
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in stored.items() if k in known}
    values["problems"] = tuple(Problem(**p) for p in values.get("problems", ()))
    return CorpusReport(**values)
