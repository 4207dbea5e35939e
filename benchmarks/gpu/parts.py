"""What is measured: the transform, neighbours, the layout, re-forming and encoding, each on the GPU and on the CPU.

Whatever a part needs is imported when it runs, so that one that lacks a library does not keep the others from running.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

GPU, CPU = "gpu", "cpu"  # the two sides of a comparison; with --device cpu both are the CPU
CLASSES, LABELS = 10, 5  # classes, and labels per class
NEIGHBOURS = 15
REPEATED_BELOW = 2.0  # seconds; what is quicker is measured three times, and the median counts
FIRST_TEXTS = 64  # that an encoder warms up with
WORDS = 400  # of the vocabulary that texts are made of


@dataclass(frozen=True)
class Figures:
    """What a part found: which library did it, seconds by what was done, and other numbers."""

    library: str
    seconds: dict[str, float]
    numbers: dict[str, float] = field(default_factory=dict)


class Lacking(Exception):  # noqa: N818 - it says what is
    """Something that a part needs is not there."""


class Bench:
    """The corpus of the size that is measured, made when it is first asked for, and where the two sides compute.

    Parameters
    ----------
    device : str
        "cuda", or "cpu" to go through the same code without a GPU.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        self.rows = 0
        self._made: dict[str, object] = {}

    def of(self, rows: int) -> "Bench":
        """Turn to a corpus of another size and forget the last one."""
        if rows != self.rows:
            self.rows, self._made = rows, {}
        return self

    def side(self, side: str) -> str:
        """Return the device of a side."""
        return self.device if side == GPU else "cpu"

    def accelerator(self, side: str):
        """Return what computes neighbours and layouts on a side, None on the CPU."""
        if side == CPU:
            return None
        import torch

        from gst_core.compute.gpu import Accelerator, installed_library

        library = installed_library()
        if library is None:
            raise Lacking("neither cuML nor TorchDR can be imported")
        return Accelerator(torch.device(self.device), "torchdr" if self.device == "cpu" else library)

    def made(self, name: str, make: Callable[[], object]):
        """Return something of this corpus, made once."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    @property
    def X(self) -> np.ndarray:  # noqa: N802 - as everywhere
        """Embeddings (n, 384)."""
        from gst_core.evaluation.realtime import embeddings

        return self.made("X", lambda: embeddings(self.rows, None))

    @property
    def y(self) -> list:
        """A few labels for each of the regions around ten of the texts."""
        from gst_core.evaluation.realtime import few

        return self.made("y", lambda: few((self.X @ self.X[:CLASSES].T).argmax(axis=1), LABELS))

    @property
    def points(self) -> np.ndarray:
        """What neighbours are looked for among, (n, 64)."""
        from gst_core.compute.neighbours import pca_projection

        return self.made("points", lambda: pca_projection(self.X))


def transform(bench: Bench, side: str) -> Figures:
    """Fit a transform to labels and apply it to all texts."""
    from gst_core.transform import GuidedSpaceTransform

    X, y, device = bench.X, bench.y, bench.side(side)

    def fit() -> GuidedSpaceTransform:
        return GuidedSpaceTransform(random_state=0, device=device).fit(X, y)

    fitting = _seconds(fit)  # nobody holds what was fitted, so that the next fit cannot build on it
    gst = fit()
    return Figures("torch", {"fit": fitting, "transform": _seconds(lambda: gst.transform(X))})


def neighbours(bench: Bench, side: str) -> Figures:
    """Find each text's nearest others; the CPU's are approximate where there are many, and their recall is said."""
    from gst_core.compute.neighbours import nearest

    points, accelerator = bench.points, bench.accelerator(side)
    found = {}
    seconds = _seconds(lambda: found.update(index=nearest(points, NEIGHBOURS, accelerator)[1]))
    numbers = {}
    if accelerator is not None:
        bench.made("exact", lambda: found["index"])
    elif (exact := bench.made("exact", lambda: None)) is not None:
        asked = np.random.default_rng(0).permutation(len(points))[:1_000]
        same = [np.isin(exact[row], found["index"][row]).mean() for row in asked]
        numbers["share of the GPU's neighbours that the CPU finds"] = float(np.mean(same))
    library = "faiss" if accelerator is None else accelerator.library
    return Figures(library, {"neighbours": seconds}, numbers)


def layout(bench: Bench, side: str) -> Figures:
    """Lay all texts out from their two principal directions, for as many epochs as a map of that size refines."""
    from gst_core.map import layout as layouts
    from gst_core.map.graph import fuzzy_graph
    from gst_core.map.moves import MEDIUM, REFINING_CHUNKS, REFINING_EPOCHS, REFINING_STRENGTH

    points, accelerator = bench.points, bench.accelerator(side)
    graph = bench.made("graph", lambda: fuzzy_graph(points, accelerator))
    plane = points[:, -2:] - points[:, -2:].mean(axis=0)
    start = np.ascontiguousarray(layouts.WIDTH * plane / np.ptp(plane, axis=0).max(), dtype=np.float32)
    epochs = round(REFINING_EPOCHS * max(len(points) / MEDIUM, 1.0) ** 0.45)
    options = layouts.LayoutOptions(None, accelerator)

    def work() -> None:
        for _ in layouts.layout(
            start, graph, options, epochs=epochs, strength=REFINING_STRENGTH, chunks=REFINING_CHUNKS
        ):
            pass

    library = "numba" if accelerator is None else accelerator.library
    return Figures(library, {"layout": _seconds(work)}, {"epochs": epochs})


def reform(bench: Bench, side: str) -> Figures:
    """Draw the first map of a corpus, and re-form it after the first labels."""
    from gst_core.compute.device import pick_accelerator
    from gst_core.evaluation.realtime import first_that_moved, timed
    from gst_core.map.reforming import reform as reformed

    X, y, device = bench.X, bench.y, bench.side(side)
    generic, cold = timed(reformed(X, None, device=device))
    frames, seconds = timed(reformed(X, y, generic[-1], device=device))
    first = seconds[first_that_moved(generic[-1], frames)]
    accelerator = pick_accelerator(device)
    library = "torch, faiss, numba" if accelerator is None else f"torch, {accelerator.library}"
    return Figures(library, {"first map": cold[-1], "first frame": first, "settled": seconds[-1]})


def encoding(bench: Bench, side: str) -> Figures:
    """Encode texts with the packaged encoder in fp32, and on the GPU in bf16 too, and say how far they agree."""
    import copy

    import torch

    from gst_core.encoding.encoders import load_encoder

    wanted = made_up_texts(bench.rows)
    model = copy.deepcopy(load_encoder()).to(bench.side(side))
    full, seconds = _encoded(model, wanted)
    if side == CPU:
        return Figures("sentence-transformers", {"fp32": seconds})
    half, half_seconds = _encoded(model.to(torch.bfloat16), wanted)
    return Figures("sentence-transformers", {"fp32": seconds, "bf16": half_seconds}, _agreement(full, half))


def _encoded(model, texts: list[str]) -> tuple[np.ndarray, float]:
    from gst_core.encoding.batches import encode_in_chunks

    for _ in encode_in_chunks(model, texts[:FIRST_TEXTS]):
        pass
    start, vectors = time.perf_counter(), {}
    for rows, chunk in encode_in_chunks(model, texts):
        vectors.update(zip(rows.tolist(), chunk, strict=True))
    seconds = time.perf_counter() - start
    return np.array([vectors[row] for row in range(len(texts))]), seconds


def _agreement(full: np.ndarray, half: np.ndarray) -> dict[str, float]:
    """Compare two encodings of the same texts: their cosines, and the share of the 10 nearest neighbours they share."""
    half = half / np.linalg.norm(half, axis=1, keepdims=True)
    cosine = (full * half).sum(axis=1)
    near = [np.argsort(-(Z[:1_000] @ Z[:1_000].T), axis=1)[:, 1:11] for Z in (full, half)]
    same = float(np.mean([np.isin(a, b).mean() for a, b in zip(*near, strict=True)]))
    return {
        "cosine of bf16 with fp32, mean": float(cosine.mean()),
        "cosine of bf16 with fp32, lowest": float(cosine.min()),
        "share of the 10 nearest texts that bf16 keeps": same,
    }


def made_up_texts(count: int) -> list[str]:
    """Return different texts of 3 to 60 made-up words, as many short as long."""
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnoprstuvwz"))
    words = ["".join(rng.choice(letters, rng.integers(2, 9))) for _ in range(WORDS)]
    return [f"{' '.join(rng.choice(words, rng.integers(3, 60)))} {i}" for i in range(count)]


PARTS: dict[str, Callable[[Bench, str], Figures]] = {
    "transform": transform,
    "neighbours": neighbours,
    "layout": layout,
    "reform": reform,
    "encoding": encoding,
}


def run_part(bench: Bench, part: str, rows: int, side: str) -> Figures:
    """Run a part.

    Raises
    ------
    Lacking
        Something that it needs is not installed, or too little memory is there; the message says what.
    """
    from gst_core.errors import GstError

    try:
        return PARTS[part](bench.of(rows), side)
    except Lacking:
        raise
    except ImportError as error:
        raise Lacking(f"{error.name or error} is not installed") from error
    except GstError as error:
        raise Lacking(str(error)) from error
    except Exception as error:  # the others are measured all the same, whatever a library raises
        first = (str(error).splitlines() or [""])[0]
        raise Lacking(f"{type(error).__name__}: {first}") from error


def _seconds(work: Callable[[], object]) -> float:
    return float(np.median(list(_times(work))))


def _times(work: Callable[[], object]) -> Iterator[float]:
    spent = 0.0
    for repeat in range(3):
        if repeat and spent > REPEATED_BELOW:
            return
        start = time.perf_counter()
        work()
        spent = time.perf_counter() - start
        yield spent


@lru_cache(maxsize=1)
def bench_on(device: str) -> Bench:
    """Return the bench of this process."""
    return Bench(device)
