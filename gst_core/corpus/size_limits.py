"""How large a file may be, and how large a table may become of it: what memory and time a reading is given follows."""

from dataclasses import dataclass

from gst_core.errors import CorpusError

MAX_BYTES = 1 << 30  # larger files do not fit a laptop's memory several times over, as reading them needs
MEGABYTE = 1 << 20
MOST_COLUMNS = 5_000  # more than the numbers of a wide embedding; each costs half a millisecond
ROWS_ANYWAY, BYTES_OF_ROW = 1_000_000, 10  # a packed file of equal rows may hold any number of them
CELLS_ANYWAY = 2_000_000  # and one for each byte of the file, as a CSV file has at most


@dataclass(frozen=True)
class ReadingLimits:
    """What reading one file may take.

    Attributes
    ----------
    memory : int
        Bytes, above what the process has before.
    seconds : int
        Of computing.
    """

    memory: int
    seconds: int


def reading_limits(size: int) -> ReadingLimits:
    """Return what reading a file of this many bytes may take.

    CSV of 150 MB took 15 times its size and 10 seconds, workbooks of 1 MB a hundred times theirs and up to 5 seconds;
    a file below 1 MB stays below 10 seconds and 1 GB with all that comes after.
    """
    beyond = max(size - MEGABYTE, 0) / MEGABYTE
    return ReadingLimits(memory=384 * MEGABYTE + round(40 * beyond * MEGABYTE), seconds=round(8 + 12 * beyond))


def refuse_large(name: str, size: int) -> None:
    """Refuse a file of more than `MAX_BYTES`.

    Raises
    ------
    CorpusError
        It is too large.
    """
    if size > MAX_BYTES:
        raise CorpusError(
            f"{name} has {size / 2**30:.1f} GB; up to {MAX_BYTES / 2**30:.0f} GB can be opened. "
            "Keep only the columns you need, or split it."
        )


def check_size(name: str, rows: int, columns: int, size: int) -> None:
    """Refuse a table that is out of proportion to its file.

    Parameters
    ----------
    name : str
        The file's name.
    rows, columns : int
        Of the table, as far as they are known.
    size : int
        Of the file, in bytes.

    Raises
    ------
    CorpusError
        It has too many columns or rows, or both together.
    """
    if columns > MOST_COLUMNS:
        raise CorpusError(
            f"{name} has {columns:,} columns; up to {MOST_COLUMNS:,} can be opened. Keep only the columns you need."
        )
    most = ROWS_ANYWAY + size // BYTES_OF_ROW
    if rows > most:
        raise CorpusError(
            f"{name} has {rows:,} rows; of a file of its size up to {most:,} can be opened. Leave out empty and equal "
            "rows, or split it."
        )
    cells = CELLS_ANYWAY + size
    if rows * columns > cells:
        raise CorpusError(
            f"{name} has {rows:,} rows of {columns:,} columns; of a file of its size up to {cells:,} cells can be "
            "opened. Keep only the columns you need."
        )
