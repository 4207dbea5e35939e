"""A corpus on disk: one Parquet file for its source rows, one for its documents."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gst_core.atomic_files import atomic_file
from gst_core.corpus.corpus import Corpus, CorpusReport
from gst_core.errors import WorkspaceError

DOCUMENTS_SUFFIX = ".documents.parquet"


def write_corpus(path: Path, corpus: Corpus) -> None:
    """Write a corpus to one Parquet file: a line for each source row, the texts on the first line of each document."""
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
    with atomic_file(path.with_suffix(DOCUMENTS_SUFFIX)) as file:
        pq.write_table(documents, file)
    with atomic_file(path) as file:
        pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), b"gst": about}), file)


def read_corpus_file(path: Path, name: str) -> Corpus:
    """Read a corpus that `write_corpus` wrote.

    Raises
    ------
    WorkspaceError
        The file is missing or damaged.
    """
    try:
        table = pq.read_table(path)
        documents = pq.read_table(path.with_suffix(DOCUMENTS_SUFFIX))
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
    report: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in about["report"].items()}
    return Corpus(
        name,
        tuple(documents.column("id").to_pylist()),
        tuple(documents.column("text").to_pylist()),
        frame,
        document_of_row,
        CorpusReport(**report),
        about["text_column"],
        embeddings,
    )
