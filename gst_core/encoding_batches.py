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

BATCH = 64
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
    order = encoding_order(texts)
    run = partial(_run, model, texts)
    yield run(order[:FIRST_CHUNK])
    rest = order[FIRST_CHUNK:]
    workers = torch.get_num_threads() if model.device.type == "cpu" else 1
    if workers == 1 or len(rest) <= BATCH:
        yield from (run(rest[i : i + CHUNK]) for i in range(0, len(rest), CHUNK))
        return
    size = BATCH * max(CHUNK // (BATCH * workers), 1)
    tasks = (rest[i : i + size] for i in range(0, len(rest), size))
    parts: list[Part] = []
    with _a_core_each(workers) as pool:
        running: set[Future[Part]] = set()
        while True:
            running |= {pool.submit(run, rows) for rows in islice(tasks, 2 * workers - len(running))}
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            parts += [part.result() for part in done]
            if sum(len(rows) for rows, _ in parts) >= CHUNK:
                yield _joined(parts)
                parts = []
    if parts:
        yield _joined(parts)


def encoding_order(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return the order in which texts are encoded: what is there early should be a fair sample, and little be padded.

    The first two chunks are random texts; then come random batches of the texts of a random window, and each batch is
    of texts of like length.
    """
    rng = np.random.default_rng(0)
    order = rng.permutation(len(texts))
    at_random = FIRST_CHUNK + CHUNK
    parts = [order[:at_random]]
    for start in range(at_random, len(texts), WINDOW):
        window = order[start : start + WINDOW]
        by_length = window[np.argsort([-len(texts[i]) for i in window], kind="stable")]
        batches = [by_length[i : i + BATCH] for i in range(0, len(window), BATCH)]
        parts += [batches[i] for i in rng.permutation(len(batches))]
    return np.concatenate(parts)


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
