"""How soon a map re-forms after a label, against umap-learn and hdbscan from scratch; each size in its own process.

The ordinary stack is ``umap.UMAP(metric="cosine").fit_transform`` on the new embedding and ``hdbscan.HDBSCAN().fit`` on
what it gives, both warm. Ours starts from cached embeddings, the last map, and one more label of each class, and its
time includes the transform's fit.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gst_core.errors import GstError
from gst_core.evaluation.memory import forget_peak, memory_now, memory_peak
from gst_core.map import Frame

CLASSES, BEFORE, AFTER = 10, 4, 5  # labels per class on the last map, and on the one that re-forms
FAR_ENOUGH, SAME_WAY = 0.2, 0.7  # of its way, and cosine with it: a frame that has visibly moved
NEIGHBOURS, JUDGED = 15, 500
REPEATS = 3
BLUR = 0.6  # length of what is added to a text's embedding where there are fewer texts than rows
BLOCK = 20_000  # rows that are blurred at once, by each core
WARM_UP_ROWS = 7_000


@dataclass(frozen=True)
class Reforming:
    """What was measured at one size; seconds are medians over the repeats.

    Attributes
    ----------
    rows : int
    cold : float
        The first map, no positions known.
    fit : float
        The transform's fit, on top of the last map's, and its output for all rows; a part of what follows.
    first, settled : float
        After a label: the first frame that has visibly moved, and the last.
    memory : float
        GB that the process held at most, libraries included, without the embeddings.
    growth : float
        GB by which it grew while a map re-formed.
    truth : float
        Trustworthiness of the settled positions.
    still : float
        How far the median point moves when nothing changed, of the map's width.
    ordinary_map, ordinary_groups, ordinary_truth : float or None
        Seconds of umap-learn and hdbscan on the same embedding, and its trustworthiness; None where it was not run.
    """

    rows: int
    cold: float
    fit: float
    first: float
    settled: float
    memory: float
    growth: float
    truth: float
    still: float
    ordinary_map: float | None = None
    ordinary_groups: float | None = None
    ordinary_truth: float | None = None


def measure_in_own_process(rows: int, folder: Path | None, *, ordinary: bool, device: str = "auto") -> Reforming:
    """Start a fresh Python and measure one size there.

    Raises
    ------
    GstError
        It failed; the message ends with its last words.
    """
    arguments = json.dumps([rows, str(folder.resolve()) if folder else None, ordinary, device])
    code = f"from gst_core.evaluation.realtime import main; main({arguments!r})"
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise GstError(f"{rows:,} rows could not be measured: {reason}")
    return Reforming(**json.loads(done.stdout.splitlines()[-1]))


def main(arguments: str) -> None:
    """Measure in this process and write the result as a line of JSON."""
    rows, folder, ordinary, device = json.loads(arguments)
    X = embeddings(rows, Path(folder) if folder else None)
    sys.stdout.write(json.dumps(asdict(measure(X, ordinary=ordinary, device=device))) + "\n")


def embeddings(rows: int, folder: Path | None) -> NDArray[np.float32]:
    """Return unit rows (n, 384): of the texts in a folder, blurred copies where there are too few, else made up."""
    rng = np.random.default_rng(0)
    known = made_up(rng) if folder is None else stored(folder)
    if len(known) >= rows:
        return known[rng.permutation(len(known))[:rows]]
    X = known[rng.integers(len(known), size=rows)]
    blocks = np.array_split(X, -(-rows // BLOCK))  # views, so that a million rows need little memory beside their own
    with ThreadPoolExecutor() as pool:
        list(pool.map(_blur, blocks, rng.spawn(len(blocks))))
    return X


def _blur(block: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Move unit rows a little, in place."""
    block += rng.standard_normal(block.shape, dtype=np.float32) * np.float32(BLUR / block.shape[1] ** 0.5)
    block /= np.linalg.norm(block, axis=1, keepdims=True)


def stored(folder: Path) -> NDArray[np.float32]:
    """Return all embeddings that lie in a folder as NAME.minilm.npy, one below the other.

    Raises
    ------
    GstError
        There are none.
    """
    files = sorted(folder.glob("*.minilm.npy"))
    if not files:
        raise GstError(f"{folder} holds no file called NAME.minilm.npy. Leave the folder out for made-up embeddings.")
    X = np.vstack([np.load(f).astype(np.float32) for f in files])
    return np.asarray(X / np.linalg.norm(X, axis=1, keepdims=True), dtype=np.float32)


def made_up(rng: np.random.Generator, rows: int = 40_000, width: int = 384) -> NDArray[np.float32]:
    """Return unit rows around 300 topics of 20 themes, with noise that falls off over the dimensions."""
    themes = rng.standard_normal((20, width), dtype=np.float32)
    topics = themes[rng.integers(20, size=300)] + 0.9 * rng.standard_normal((300, width), dtype=np.float32)
    fall = (1.0 + np.arange(width, dtype=np.float32)) ** -0.4
    X = topics[rng.integers(300, size=rows)] + 3.0 * fall * rng.standard_normal((rows, width), dtype=np.float32)
    return np.asarray(X / np.linalg.norm(X, axis=1, keepdims=True), dtype=np.float32)


def measure(X: NDArray[np.float32], *, ordinary: bool, device: str = "auto") -> Reforming:
    """Measure in this process; memory is only right when nothing larger ran here before."""
    from sklearn.cluster import MiniBatchKMeans

    from gst_core.map import reform

    codes = MiniBatchKMeans(CLASSES, random_state=0, n_init=1, batch_size=2_048).fit_predict(X)
    timed(reform(X[:WARM_UP_ROWS], few(codes[:WARM_UP_ROWS], BEFORE), device=device))
    at_start = memory_now()
    forget_peak()
    generic, cold = timed(reform(X, None, device=device))
    before, _ = timed(reform(X, few(codes, BEFORE), generic[-1], device=device))
    last = before[-1]
    again, _ = timed(reform(X, few(codes, BEFORE), last, device=device))
    width = float(np.ptp(last.positions, axis=0).max())
    still = float(np.median(np.linalg.norm(again[-1].positions - last.positions, axis=1))) / width
    firsts, settled, fits = [], [], []
    for _ in range(REPEATS):
        frames, seconds = timed(reform(X, few(codes, AFTER), last, device=device))
        firsts.append(seconds[first_that_moved(last, frames)])
        settled.append(seconds[-1])
        fits.append(_fit_seconds(X, few(codes, AFTER), device))
    peak = memory_peak()
    final = frames[-1]
    found = Reforming(
        len(X),
        cold[-1],
        float(np.median(fits)),
        float(np.median(firsts)),
        float(np.median(settled)),
        (peak - X.nbytes) / 1e9,
        max(peak - at_start, 0) / 1e9,
        trustworthiness(final.embedding, final.positions),
        still,
    )
    return _with_ordinary(found, final.embedding) if ordinary else found


def few(codes: NDArray[np.int32], per_class: int) -> list[str | None]:
    """Label the first rows of each class."""
    y: list[str | None] = [None] * len(codes)
    for code in np.unique(codes):
        for row in np.flatnonzero(codes == code)[:per_class]:
            y[row] = f"class {code}"
    return y


def trustworthiness(Z: NDArray[np.float32], positions: NDArray[np.float32]) -> float:
    """Return how many of a point's neighbours on the map are its neighbours in the embedding, from 0 to 1.

    Venna and Kaski, "Neighborhood Preservation in Nonlinear Projection Methods", 2001, eq. 1, over a sample of the
    points, with cosine in the embedding.
    """
    from scipy.spatial import cKDTree

    n, k = len(Z), NEIGHBOURS
    asked = np.random.default_rng(0).permutation(n)[:JUDGED]
    near = cKDTree(positions).query(positions[asked], k + 1)[1]
    unit = Z / np.maximum(np.linalg.norm(Z, axis=1, keepdims=True), 1e-12)
    wrong = 0.0
    for row, neighbours in zip(asked, near, strict=True):
        similarity = unit @ unit[row]
        similarity[row] = np.inf
        others = neighbours[neighbours != row][:k]
        ranks = (similarity[None, :] > similarity[others][:, None]).sum(axis=1)
        wrong += float(np.maximum(ranks - k, 0).sum())
    return 1.0 - 2.0 * wrong / (len(asked) * k * (2 * n - 3 * k - 1))


def timed(frames: Iterator[Frame]) -> tuple[list[Frame], list[float]]:
    """Take all frames, and note for each after how many seconds it came."""
    start, kept, seconds = time.perf_counter(), [], []
    for frame in frames:
        kept.append(frame)
        seconds.append(time.perf_counter() - start)
    return kept, seconds


def first_that_moved(before: Frame, frames: Sequence[Frame]) -> int:
    """Return the number of the first frame on which the points have visibly moved the way they go."""
    way = frames[-1].positions - before.positions
    length = np.maximum(np.linalg.norm(way, axis=1), 1e-9)
    for i, frame in enumerate(frames):
        step = frame.positions - before.positions
        along = (step * way).sum(axis=1) / length
        gone = np.median(along / length)
        same_way = np.median(along / np.maximum(np.linalg.norm(step, axis=1), 1e-9))
        if gone >= FAR_ENOUGH and same_way >= SAME_WAY:
            return i
    return len(frames) - 1


def _fit_seconds(X: NDArray[np.float32], y: list[str | None], device: str) -> float:
    from gst_core.transform import GuidedSpaceTransform

    start = time.perf_counter()
    GuidedSpaceTransform(random_state=0, device=device).fit(X, y).transform(X)
    return time.perf_counter() - start


def _with_ordinary(found: Reforming, Z: NDArray[np.float32]) -> Reforming:
    import hdbscan
    import umap

    small = umap.UMAP(metric="cosine").fit_transform(Z[:WARM_UP_ROWS])
    hdbscan.HDBSCAN().fit(small)
    start = time.perf_counter()
    positions = umap.UMAP(metric="cosine").fit_transform(Z)
    drawn = time.perf_counter()
    hdbscan.HDBSCAN().fit(positions)
    end = time.perf_counter()
    truth = trustworthiness(Z, np.asarray(positions, dtype=np.float32))
    return replace(found, ordinary_map=drawn - start, ordinary_groups=end - drawn, ordinary_truth=truth)
