"""Texts through an encoder: in which order, and on which cores."""

import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from gst_core.encoding.long_texts import sound

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 64  # texts at most
LETTERS = 4_000  # of a batch at most, padded; what is computed of more no longer fits a core's cache
CHUNK = 512  # texts between two reports and two files on disk: about a second on two cores
FIRST_CHUNK = 64  # the first report comes sooner
READ = 1_200  # letters of a text, about 256 tokens
WINDOW = 8 * CHUNK  # texts among which batches of like length are made: padding is a tenth of the work otherwise

_starting = threading.Lock()

Part = tuple[NDArray[np.int64], NDArray[np.float32]]


def encode_in_chunks(model: "SentenceTransformer", texts: Sequence[str]) -> Generator[Part, None, None]:
    """Encode different texts chunk by chunk; closing the generator stops the work within a batch or a few.

    On the CPU each core takes batches of its own: cores that share one wait for the slowest, so that whatever else
    takes a part of one holds up all of them.

    Yields
    ------
    tuple of ndarray of shape (m,), int64, and ndarray of shape (m, d), float32
        Numbers of texts and their embeddings, see `encoding_order`.
    """
    run, on_cpu = partial(_run, model, texts), model.device.type == "cpu"
    batches = encoding_order(texts, LETTERS if on_cpu else None)
    parts, wanted = [run(batches[0])], FIRST_CHUNK
    rest = iter(batches[1:])
    with _workers(len(batches) - 1, on_cpu) as (pool, workers):
        running: set[Future[Part]] = set()
        while True:
            if sum(len(rows) for rows, _ in parts) >= wanted:
                yield _joined(parts)
                parts, wanted = [], CHUNK
            running |= {pool.submit(run, rows) for rows in islice(rest, 2 * workers - len(running))}
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            parts += [part.result() for part in done]
    if parts:
        yield _joined(parts)


def encoding_order(texts: Sequence[str], letters: int | None = LETTERS) -> list[NDArray[np.int64]]:
    """Return the batches in which texts are encoded: what is there early should be a fair sample, and little be padded.

    Each batch holds texts of like length out of a window of random texts, and a window's batches come in random order.
    The first two windows are as large as the first two chunks, so that these are a fair sample altogether. A batch has
    at most `BATCH` texts and, padded, so many letters; of a text only the first `READ` count, few encoders read more.
    """
    rng = np.random.default_rng(0)
    order = rng.permutation(len(texts))
    batches: list[NDArray[np.int64]] = []
    ends = [FIRST_CHUNK, *range(FIRST_CHUNK + CHUNK, len(texts), WINDOW)]
    for window in np.split(order, [end for end in ends if end < len(texts)]):
        alike = _of_like_length(texts, window, letters)
        batches += [alike[i] for i in rng.permutation(len(alike))]
    return batches


def _of_like_length(texts: Sequence[str], rows: NDArray[np.int64], letters: int | None) -> list[NDArray[np.int64]]:
    lengths = np.array([min(len(texts[i]), READ) for i in rows])
    longest_first = np.argsort(-lengths, kind="stable")
    rows, lengths = rows[longest_first], lengths[longest_first]
    batches, start = [], 0
    while start < len(rows):
        fitting = BATCH if letters is None else letters // max(int(lengths[start]), 1)
        end = start + max(min(BATCH, fitting), 1)
        batches.append(rows[start:end])
        start = end
    return batches


def _run(model: "SentenceTransformer", texts: Sequence[str], rows: NDArray[np.int64]) -> Part:
    chosen = [sound(texts[i]) for i in rows]
    vectors = model.encode(chosen, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
    return rows, np.asarray(vectors, dtype=np.float32)


def _joined(parts: list[Part]) -> Part:
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([vectors for _, vectors in parts])


@contextmanager
def _workers(batches: int, on_cpu: bool) -> Iterator[tuple[ThreadPoolExecutor, int]]:
    """Open a pool of threads; on the CPU of as many as cores, and torch computes on one core in each of them.

    What still waits in it at the end is dropped.
    """
    if not on_cpu or batches < 2:
        with ThreadPoolExecutor(1, "encoding") as pool:
            yield pool, 1
        return
    with _starting:
        cores = torch.get_num_threads()
        workers = min(cores, batches)
        started = threading.Barrier(workers + 1)
        pool = ThreadPoolExecutor(workers, "encoding", initializer=partial(_take_one_core, started))
        try:
            for _ in range(workers):
                pool.submit(int)
            started.wait()
        except BaseException:
            started.abort()  # a thread could not begin, and the others must not wait for it
            raise
        finally:
            torch.set_num_threads(cores)  # for the threads that begin from now on
    try:
        yield pool, workers
    finally:
        pool.shutdown(cancel_futures=True)


def _take_one_core(started: threading.Barrier) -> None:
    torch.get_num_threads()  # at its first question a thread takes over the number that all have
    torch.set_num_threads(1)
    started.wait()
