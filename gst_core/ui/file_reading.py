"""The file that a session opens: read beside the page, anew when it is read otherwise, and dropped with the session."""

import ctypes
import gc
import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gst_core.corpus import Corpus, Kind, Reading, Table, read_table_apart
from gst_core.errors import CorpusError, GstError, unexpected
from gst_core.workspace import CorpusChanges

Source = IO[bytes] | Path
FOLLOWING = {
    "encoding": ("delimiter", "header", "records"),
    "sheet": ("encoding", "delimiter", "header", "records"),
    "delimiter": ("header",),
}

logger = logging.getLogger(__name__)


class FileReading:
    """One reading of a file, in a thread that waits for the process which reads.

    Parameters
    ----------
    source : path or binary file object
    reading : Reading
    """

    def __init__(self, source: Source, reading: Reading) -> None:
        self._started = time.monotonic()
        self._stop = threading.Event()
        self._result: Future[Table] = Future()
        threading.Thread(target=self._read, args=(source, reading), name="read-file", daemon=True).start()

    def _read(self, source: Source, reading: Reading) -> None:
        try:
            self._result.set_result(read_table_apart(source, reading, cancelled=self._stop.is_set))
        except GstError as error:
            self._result.set_exception(error)
        except Exception as error:
            logger.exception("Reading a file failed")
            self._result.set_exception(CorpusError(unexpected("Reading the file", error)))

    def is_done(self, patience: float = 0.0) -> bool:
        """Say whether it has come to its end, within so many seconds."""
        return bool(wait((self._result,), patience).done)

    def table(self) -> Table:
        """Return the table.

        Raises
        ------
        CorpusError
            The file cannot be read.
        Cancelled
            It was stopped.
        """
        return self._result.result()

    def cancel(self) -> None:
        """Stop reading."""
        self._stop.set()

    @property
    def seconds(self) -> float:
        """How long it reads already."""
        return time.monotonic() - self._started


class OpenFile:
    """The file of one session, how it is to be read, and what was made of it."""

    def __init__(self) -> None:
        self.mark = ""  # tells this file from another one, and one version of it from another
        self._job: FileReading | None = None
        self.uploads = 0  # how often the uploader was emptied
        self.drop()

    def drop(self) -> None:
        """Forget the file and all that was read of it."""
        if self._job is not None:
            self._job.cancel()
        self._job = None
        self.mark, self.reading = "", Reading()
        self.table: Table | None = None  # the last one that could be read, which knows the choices
        self.corpus: Corpus | None = None
        self.kinds: dict[str, Kind] = {}  # what the analyst says that columns hold
        self.choice: tuple[object, ...] = ()  # of columns and embeddings, that the corpus was made by
        self.ask()

    @property
    def job(self) -> FileReading:
        """The reading that was begun last."""
        assert self._job is not None, "a file is taken first"
        return self._job

    def take(self, mark: str, source: Source) -> None:
        """Begin to read a file, unless it is the one that is read already."""
        if mark != self.mark:
            self.drop()
            self.mark, self._source = mark, source
            self.read_again()

    def read_again(self) -> None:
        """Read the file once more, in the way that is chosen."""
        self.corpus = None
        self._job = FileReading(self._source, self.reading)

    def choose(self, field: str, value: object) -> None:
        """Have the file read otherwise; what follows from the choice is found anew."""
        self.job.cancel()
        anew = dict.fromkeys(FOLLOWING.get(field, ()))
        self.reading = replace(self.reading, **anew | {field: value})
        self.read_again()

    def say_kinds(self, kinds: Mapping[str, Kind | None]) -> None:
        """Take what the analyst says that columns hold; None for one that is what was guessed."""
        said = {**self.kinds, **kinds}
        self.kinds = {name: kind for name, kind in said.items() if kind is not None}

    def ask(self, changes: CorpusChanges | None = None, name: str = "", encoder: str = "") -> None:
        """Have the analyst asked about a corpus that is here already; without one, about none."""
        self._asks, self._asked_for = changes, (self.corpus, name, encoder)

    def asked_about(self, name: str, encoder: str) -> CorpusChanges | None:
        """Return what the analyst is asked about, unless something else has been chosen since."""
        return self._asks if self._asked_for == (self.corpus, name, encoder) else None

    def close(self) -> None:
        """Give back what the file took: when it has become a corpus, and when the session ends."""
        self.drop()
        _give_memory_back()


def _give_memory_back() -> None:
    """Let the system have what was freed: frames hold each other, and the C library keeps what it got of small pieces.

    Of 17 MB of CSV 79 MB were held when the corpus was made, 38 MB of them after a collection, and none after this.
    """
    gc.collect()
    with suppress(OSError, AttributeError, TypeError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


@st.cache_resource(show_spinner=False, scope="session", on_release=OpenFile.close)
def open_file() -> OpenFile:
    """Return this session's file."""
    return OpenFile()


def forget_upload(file_id: str) -> None:
    """Have Streamlit drop the bytes of an uploaded file, which it would keep until the session ends."""
    context = get_script_run_ctx()
    if context is not None and file_id:
        context.uploaded_file_mgr.remove_file(context.session_id, file_id)  # type: ignore[attr-defined]
