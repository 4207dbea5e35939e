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

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 64  # texts at most
LETTERS = 4_000  # of a batch at most, padded; what is computed of more no longer fits a core's cache
CHUNK = 512  # texts between two reports and two files on disk: about a second on two cores
FIRST_CHUNK = 64  # the first report comes sooner
WINDOW = 8 * CHUNK  # texts among which batches of like length are made: padding is a tenth of the work otherwise

Part = tuple[NDArray[np.int64], NDArray[np.float32]]


def encoded(model: "SentenceTransformer", texts: Sequence[str]) -> Generator[Part, None, None]:
    """Encode different texts chunk by chunk; closing the generator stops the work within a batch or a few.

    On the CPU each core takes batches of its own. Cores that share one wait for the slowest: beside something else that
    took a third of a core, sharing took a third longer.

    Yields
    ------
    tuple of ndarray of shape (m,), int64, and ndarray of shape (m, d), float32
        Numbers of texts and their embeddings, see `encoding_order`.
    """
    run = partial(_run, model, texts)
    batches = iter(encoding_order(texts))
    workers = torch.get_num_threads() if model.device.type == "cpu" else 1
    parts, wanted = [run(next(batches))], FIRST_CHUNK
    with _a_core_each(workers) as pool:
        running: set[Future[Part]] = set()
        while True:
            if sum(len(rows) for rows, _ in parts) >= wanted:
                yield _joined(parts)
                parts, wanted = [], CHUNK
            running |= {pool.submit(run, rows) for rows in islice(batches, 2 * workers - len(running))}
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            parts += [part.result() for part in done]
    if parts:
        yield _joined(parts)


def encoding_order(texts: Sequence[str]) -> list[NDArray[np.int64]]:
    """Return the batches in which texts are encoded: what is there early should be a fair sample, and little be padded.

    Each batch holds texts of like length out of a window of random texts, and a window's batches come in random order.
    The first two windows are as large as the first two chunks, so that these are a fair sample altogether.
    """
    rng = np.random.default_rng(0)
    order = rng.permutation(len(texts))
    batches: list[NDArray[np.int64]] = []
    ends = [FIRST_CHUNK, *range(FIRST_CHUNK + CHUNK, len(texts), WINDOW)]
    for window in np.split(order, [end for end in ends if end < len(texts)]):
        alike = _of_like_length(texts, window)
        batches += [alike[i] for i in rng.permutation(len(alike))]
    return batches


def _of_like_length(texts: Sequence[str], rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    lengths = np.array([len(texts[i]) for i in rows])
    longest_first = np.argsort(-lengths, kind="stable")
    rows, lengths = rows[longest_first], lengths[longest_first]
    batches, start = [], 0
    while start < len(rows):
        end = start + max(min(BATCH, LETTERS // max(int(lengths[start]), 1)), 1)
        batches.append(rows[start:end])
        start = end
    return batches


def _run(model: "SentenceTransformer", texts: Sequence[str], rows: NDArray[np.int64]) -> Part:
    chosen = [texts[i] for i in rows]
    vectors = model.encode(chosen, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
    return rows, np.asarray(vectors, dtype=np.float32)


def _joined(parts: list[Part]) -> Part:
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([vectors for _, vectors in parts])


@contextmanager
def _a_core_each(workers: int) -> Iterator[ThreadPoolExecutor]:
    """Open a pool of threads in which torch computes on one core; what still waits in it at the end is dropped."""
    started = threading.Barrier(workers + 1)

    def begin() -> None:
        torch.set_num_threads(1)  # of this thread, and of those that begin before it is set back below
        started.wait()

    pool = ThreadPoolExecutor(workers, "encoding", initializer=begin)
    try:
        for _ in range(workers):
            pool.submit(int)
        started.wait()
        torch.set_num_threads(workers)
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
