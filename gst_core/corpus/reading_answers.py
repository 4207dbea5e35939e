"""What the process that reads files answers: JSON, and the columns of a table as an Arrow stream. Nothing in it is run.

What was read may have been made to take over the process that read it; the one that asked believes it no more than a
file: it takes numbers, texts and columns from it, and no code.
"""

import json
import struct
from dataclasses import asdict
from typing import IO, Any

import numpy as np

from gst_core import errors
from gst_core.corpus.arrow_columns import array_of, series_of
from gst_core.corpus.reading import Problem, Reading
from gst_core.corpus.tables import Table
from gst_core.errors import GstError

LENGTH = "!Q"  # before JSON: how many bytes it has
LONGEST = 1 << 28  # bytes of JSON, which names thousands of columns
ROW_NUMBERS = "rows"  # the first column of the stream; the table's own are called by their places
TABLE, ERROR, VALUE = "table", "error", "value"


def write_answer(out: IO[bytes], outcome: int, value: object) -> None:
    """Write how a task went, and the table, the error or the plain value that it gave.

    Parameters
    ----------
    out : binary file
    outcome : int
    value : Table, GstError, or what JSON has
    """
    if isinstance(value, Table):
        _write_table(out, outcome, value)
    elif isinstance(value, GstError):
        _write_json(out, {"outcome": outcome, ERROR: [type(value).__name__, str(value)]})
    else:
        _write_json(out, {"outcome": outcome, VALUE: value})


def read_answer(stream: IO[bytes]) -> tuple[int, Any]:
    """Return the outcome and what came with it.

    Raises
    ------
    EOFError
        The other process ended before it had said everything.
    ValueError, KeyError, TypeError, ArrowException
        What it said is no answer.
    """
    about = json.loads(_exactly(stream, *struct.unpack(LENGTH, _exactly(stream, struct.calcsize(LENGTH)))))
    if TABLE in about:
        return about["outcome"], _read_table(stream, about[TABLE])
    if ERROR in about:
        name, sentence = about[ERROR]
        kind = getattr(errors, name)
        return about["outcome"], kind(sentence) if issubclass(kind, GstError) else GstError(sentence)
    return about["outcome"], about[VALUE]


def _write_table(out: IO[bytes], outcome: int, table: Table) -> None:
    import pyarrow as pa

    columns = [table.frame.iloc[:, place] for place in range(len(table.frame.columns))]
    arrays = [array_of(column) for column in columns]
    about = {
        "names": [str(name) for name in table.frame.columns],
        "types": [str(column.dtype) for column in columns],
        "json": [is_json for _, is_json in arrays],
        "name": table.name,
        "format": table.format,
        "encoding": table.encoding,
        "reading": asdict(table.reading),
        "alternatives": table.alternatives,
        "problems": [asdict(problem) for problem in table.problems],
        "problem_counts": table.problem_counts,
    }
    _write_json(out, {"outcome": outcome, TABLE: about})
    names = [ROW_NUMBERS, *map(str, range(len(arrays)))]
    data = pa.Table.from_arrays([pa.array(table.row_numbers), *(array for array, _ in arrays)], names=names)
    with pa.ipc.new_stream(out, data.schema) as stream:
        stream.write_table(data)


def _read_table(stream: IO[bytes], about: dict[str, Any]) -> Table:
    import pandas as pd
    import pyarrow as pa

    with pa.ipc.open_stream(stream) as columns:
        data = columns.read_all()
    data.validate(full=True)
    frame = pd.DataFrame(
        {
            name: series_of(data.column(place + 1), about["types"][place], as_json=about["json"][place])
            for place, name in enumerate(about["names"])
        },
        index=range(data.num_rows),
    )
    return Table(
        frame,
        about["name"],
        about["format"],
        about["encoding"],
        data.column(0).to_numpy().astype(np.int64),
        Reading(**about["reading"]),
        {choice: tuple(values) for choice, values in about["alternatives"].items()},
        tuple(Problem(**problem) for problem in about["problems"]),
        about["problem_counts"],
    )


def _write_json(out: IO[bytes], about: dict[str, Any]) -> None:
    message = json.dumps(about).encode()
    out.write(struct.pack(LENGTH, len(message)) + message)


def _exactly(stream: IO[bytes], count: int) -> bytes:
    if count > LONGEST:
        raise ValueError("this is no answer")
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
