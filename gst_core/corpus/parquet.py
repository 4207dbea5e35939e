"""Parquet: every column with its own type, an index of pandas among them."""

import json
from typing import TYPE_CHECKING, Any

from gst_core.corpus.characters import Mender
from gst_core.corpus.chats import add_chat_text
from gst_core.corpus.headers import unique_names
from gst_core.corpus.parts import Parts
from gst_core.corpus.reading import Problems
from gst_core.corpus.size_limits import CELLS_ANYWAY, check_size
from gst_core.corpus.sources import unpacked_limit
from gst_core.corpus.values import arrow_column
from gst_core.errors import CorpusError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from gst_core.corpus.values import Series

BATCH = 1 << 12  # rows
INDEX_COLUMN = "index"
UNNAMED_LEVEL = "__index_level_"


def read_parquet(name: str, data: bytes, problems: Problems) -> Parts:
    """Read all columns of a Parquet file; errors as for `read_table`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        _check_claims(name, pq.read_metadata(pa.BufferReader(data)), len(data))
        table = _table(name, data, len(data))
        table.validate()
        return _parts(name, table, problems)
    except (CorpusError, MemoryError):
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, NotImplementedError, RuntimeError) as error:
        what = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise CorpusError(f"{name} is not a Parquet file that can be read: {what}") from None


def _check_claims(name: str, metadata: "pq.FileMetaData", size: int) -> None:
    """Refuse what is far larger than its file, before any of it is unpacked."""
    check_size(name, metadata.num_rows, max(metadata.num_columns, 1), size)
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    unpacked = sum(group.total_byte_size for group in groups)
    values = sum(group.column(i).num_values for group in groups for i in range(group.num_columns))
    limit = unpacked_limit(size)
    if unpacked > limit or values > 8 * (CELLS_ANYWAY + size):  # lists of numbers are many values
        raise CorpusError(
            f"{name} unpacks to {unpacked >> 20:,} MB and {values:,} values, more than a file of its size should. "
            "It was not opened."
        )


def _table(name: str, data: bytes, size: int) -> "pa.Table":
    """Read a file in small batches; texts that repeat are measured before they are written out."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.read_schema(pa.BufferReader(data))
    packed = [field.name for field in schema if _is_text(field.type)]
    file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=packed)
    limit, taken = unpacked_limit(size), 0
    batches = []
    for batch in file.iter_batches(batch_size=BATCH, use_threads=False):
        taken += sum(map(_unpacked, batch.columns))
        if taken > limit:
            raise CorpusError(f"{name} unpacks to more than {limit >> 20:,} MB, more than a file of its size should.")
        columns = [c.cast(f.type) if c.type != f.type else c for c, f in zip(batch.columns, schema, strict=True)]
        batches.append(pa.RecordBatch.from_arrays(columns, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)


def _is_text(kind: "pa.DataType") -> bool:
    import pyarrow.types as is_

    return bool(is_.is_string(kind) or is_.is_large_string(kind) or is_.is_binary(kind) or is_.is_large_binary(kind))


def _unpacked(column: "pa.Array") -> int:
    """Return the bytes of a column when each of its texts is written out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary).cast("int64")
    return int(pc.sum(lengths.take(column.indices)).as_py() or 0) + int(column.indices.nbytes)


def _parts(name: str, table: "pa.Table", problems: Problems) -> Parts:
    index = _index_names(table.schema.metadata)
    names = unique_names([_column_name(n, index, table.column_names) for n in table.column_names], problems)
    columns: dict[str, Series] = {n: column_of_array(table.column(i), problems) for i, n in enumerate(names)}
    columns |= _range_index(table, names)
    chats = {n: table.column(i).to_pylist() for i, n in enumerate(names) if _may_be_chat(table.schema.field(i).type)}
    return Parts(add_chat_text(columns, chats), range(1, len(table) + 1))


def _index_names(metadata: "dict[bytes, bytes] | None") -> list[Any]:
    try:
        return list(json.loads((metadata or {}).get(b"pandas", b"{}")).get("index_columns", []))
    except (ValueError, AttributeError, TypeError):
        return []


def _column_name(name: str, index: list[Any], names: list[str]) -> str:
    """Name an index that had no name."""
    if not name.startswith(UNNAMED_LEVEL) or name not in index:
        return name
    level = name.removeprefix(UNNAMED_LEVEL).strip("_")
    free = INDEX_COLUMN if level == "0" else f"{INDEX_COLUMN} {level}"
    return name if free in names else free


def _range_index(table: "pa.Table", names: list[str]) -> dict[str, "Series"]:
    """Return the index that pandas only describes because it can be counted, unless it is the rows' places."""
    import pandas as pd

    for index in _index_names(table.schema.metadata):
        if not isinstance(index, dict) or index.get("kind") != "range":
            continue
        start, step = index.get("start", 0), index.get("step", 1)
        named = str(index.get("name") or INDEX_COLUMN)
        plain = index.get("name") is None and (start, step) == (0, 1)
        if plain or named in names or not isinstance(start, int) or not isinstance(step, int):
            continue
        return {named: pd.Series(range(start, start + step * len(table), step), dtype="int64") if step else pd.Series()}
    return {}


def _may_be_chat(kind: "pa.DataType") -> bool:
    import pyarrow.types as is_

    return bool((is_.is_list(kind) or is_.is_large_list(kind)) and is_.is_struct(kind.value_type))


def column_of_array(array: "pa.ChunkedArray", problems: Problems) -> "Series":
    """Return an Arrow column with pandas' type where that loses nothing, and with its own otherwise."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as is_

    if isinstance(array.type, pa.BaseExtensionType):
        array = pa.chunked_array([chunk.storage for chunk in array.chunks], array.type.storage_type)
    kind = array.type
    if is_.is_string(kind) or is_.is_large_string(kind) or is_.is_string_view(kind) or is_.is_null(kind):
        return _strings(array, problems)
    array.validate(full=True)
    if is_.is_integer(kind) and array.null_count:
        return pd.Series(pd.array(array.to_pylist(), dtype=_nullable(kind)))
    if is_.is_boolean(kind):
        return (
            pd.Series(array.to_pandas(), dtype="bool")
            if not array.null_count
            else pd.Series(pd.array(array.to_pylist(), dtype="boolean"))
        )
    if is_.is_integer(kind) or is_.is_duration(kind) or is_.is_timestamp(kind):
        return array.to_pandas()
    if is_.is_floating(kind) and not (array.null_count and pc.any(pc.is_nan(array)).as_py()):
        return array.to_pandas()
    if is_.is_dictionary(kind) and not is_.is_nested(kind.value_type):
        return array.to_pandas()
    return arrow_column(array)


def _nullable(kind: "pa.DataType") -> str:
    return str(kind).replace("int", "Int").replace("uI", "UI")


def _strings(array: "pa.ChunkedArray", problems: Problems) -> "Series":
    """Return strings; bytes that are no UTF-8 and zero characters are mended, and their rows named."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        array.validate(full=True)
        strings = array.cast(pa.large_string())
        if not pc.any(pc.match_substring(strings, "\x00")).as_py():
            return pd.Series(strings.to_pandas(), dtype="str")
    except pa.ArrowInvalid:
        strings = array
    mender = Mender(problems, "utf-8")
    found = enumerate(strings.cast(pa.large_binary()).to_pylist(), start=1)
    mended = [None if b is None else mender.text(b.decode("utf-8", "surrogateescape"), row) for row, b in found]
    return pd.Series(mended, dtype="str")
