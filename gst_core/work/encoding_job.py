"""The background encoding of one corpus."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding import (
    CUT,
    EncodingProgress,
    chosen_way,
    cut_texts,
    encode,
    encoder_identity,
    long_texts_sentence,
    view_widths,
)
from gst_core.errors import Cancelled, GstError, unexpected
from gst_core.workspace import NoLongerThere

if TYPE_CHECKING:
    from gst_core.compute import Embeddings
    from gst_core.corpus import Corpus
    from gst_core.workspace import Workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EncodingState:
    """An encoding job as a page sees it.

    Attributes
    ----------
    status : {"running", "done", "cancelled", "failed"}
    progress : EncodingProgress or None
        None before the first chunk.
    error : str
        A sentence when it failed.
    seconds : float
        How long it ran.
    """

    status: Literal["running", "done", "cancelled", "failed"]
    progress: EncodingProgress | None = None
    error: str = ""
    seconds: float = 0.0


class EncodingJob:
    """Encodes one corpus in a thread of its own; finished chunks are on disk, so that a later job resumes.

    Parameters
    ----------
    corpus : Corpus
    encoder : str
    workspace : Workspace
    corpus_id : str
        The corpus in the workspace: should that be deleted, by another process say, the work stops and keeps nothing.
    long : {"cut", "chunks"}, optional
        What becomes of texts that are longer than the encoder reads, see `gst_core.encode`.

    Attributes
    ----------
    state : EncodingState
    embeddings : Embeddings or None
        None before the job is done.
    identity : str
        Which encoder's these are, and how long texts were read; empty before.
    cut : ndarray of shape (n,), bool, or None
        Which texts are longer than the encoder reads; None before it is known, soon after the embeddings are.
    long_texts : str
        A sentence on them, empty when there are none or it is not known yet.
    """

    def __init__(
        self, corpus: "Corpus", encoder: str, workspace: "Workspace", corpus_id: str = "", long: str | None = None
    ) -> None:
        self._corpus, self._encoder, self._workspace = corpus, encoder, workspace
        self._corpus_id = corpus_id
        self._long = long
        self.identity = ""
        self.cut: NDArray[np.bool_] | None = None
        self.long_texts = ""
        self._cancelled = threading.Event()
        self._started = time.monotonic()
        self.state = EncodingState("running")
        self.embeddings: Embeddings | None = None
        self._widths: tuple[int, ...] | None = None
        self._parts: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
        self._thread = threading.Thread(target=self._run, name="encoding", daemon=True)
        self._thread.start()

    @property
    def arrived(self) -> int:
        """How many texts `sample` would give."""
        return sum(len(rows) for rows, _ in self._parts)

    def sample(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the texts that are encoded so far, a fair sample of all: their numbers (m,) and first view (m, d)."""
        from gst_core.compute import first_view

        parts = list(self._parts)
        if not parts:
            return np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
        vectors = np.concatenate([vectors for _, vectors in parts])
        return np.concatenate([rows for rows, _ in parts]), first_view(vectors, self._widths)

    def cancel(self) -> None:
        """Ask the job to stop after the current chunk; what is encoded is kept."""
        self._cancelled.set()

    def join(self, seconds: float) -> None:
        """Wait until the thread has ended, at most so many seconds."""
        self._thread.join(seconds)

    def wait(self, seconds: float | None = None) -> EncodingState:
        """Wait until the job ends, at most so many seconds, and return its state."""
        self._thread.join(seconds)
        return self.state

    def _run(self) -> None:
        try:
            from gst_core.compute import Embeddings

            self._widths = view_widths(self._encoder)
            matrix = encode(
                self._corpus.texts,
                self._encoder,
                views="all",
                long=self._long,
                store=self._workspace.embeddings,
                progress=self._report,
                arrived=lambda rows, vectors: self._parts.append((rows, vectors)),
                cancelled=lambda: self._cancelled.is_set() or _is_gone(self._workspace, self._corpus_id),
            )
            self.identity = encoder_identity(self._encoder, "all")
            if self._long != CUT:
                self._look_for_long_texts()
            self.embeddings = Embeddings(matrix, self._widths)
            self._end("done")
            if self.cut is None:
                self._look_for_long_texts()  # takes a while and changes nothing, so that nobody waits for it
        except Cancelled:
            self._end("cancelled")
        except GstError as error:
            self._end("failed", str(error))
        except Exception as error:
            log.exception("encoding failed")
            self._end("failed", unexpected("Encoding", error))
        finally:
            keep_nothing_of_what_is_gone(self._workspace, self._corpus_id, self._corpus.texts)

    def _look_for_long_texts(self) -> None:
        """Find the texts that are cut, and note in the identity whether they were read in chunks."""
        cut = cut_texts(self._corpus.texts, self._encoder, store=self._workspace.embeddings)
        if cut.any() and chosen_way(cut, self._long) != CUT:
            self.identity += f"-{chosen_way(cut, self._long)}"
        self.long_texts = long_texts_sentence(cut, self._long, self._encoder)
        self.cut = cut

    def _report(self, progress: EncodingProgress) -> None:
        self.state = EncodingState("running", progress, seconds=time.monotonic() - self._started)

    def _end(self, status: Literal["done", "cancelled", "failed"], error: str = "") -> None:
        self._parts = []
        self.state = EncodingState(status, self.state.progress, error, time.monotonic() - self._started)


def keep_nothing_of_what_is_gone(workspace: "Workspace", corpus_id: str, texts: Sequence[str]) -> None:
    """Forget what was made of texts whose corpus was deleted meanwhile, by another process say."""
    try:
        if _is_gone(workspace, corpus_id):
            workspace.forget_texts(texts)
    except GstError as error:
        log.warning("embeddings of a corpus that was deleted may be there still: %s", error)


def _is_gone(workspace: "Workspace", corpus_id: str) -> bool:
    try:
        if corpus_id:
            workspace.corpus_entry(corpus_id)
    except NoLongerThere:
        return True
    return False
