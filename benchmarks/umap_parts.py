"""What of UMAP is our own code, and why: `python -m benchmarks.umap_parts [--rows 20000] [--out docs]`.

Each part of umap-learn that GST Studio has a version of runs beside it on the same input, each in processes of its own:
once in a new process, which is what a person waits for after a start, and then again, warm.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from gst_core.evaluation import made_up, this_machine, trustworthiness, versions, write_section

EPOCHS = 60
REPEATS = 5
PARTS = {
    "graph, ours": "the fuzzy graph of given neighbours",
    "graph, umap-learn": "`fuzzy_simplicial_set` of the same neighbours",
    "layout, ours": f"{EPOCHS} epochs of SGD on all cores",
    "layout, umap-learn": f"`optimize_layout_euclidean`, {EPOCHS} epochs, parallel",
}


def neighbours(X):
    from gst_core.compute import nearest

    similarity, index = nearest(X, 15)
    distance = np.clip(1.0 - similarity, 0.0, 2.0).astype(np.float32)
    index[:, 0], distance[:, 0] = np.arange(len(X)), 0.0
    return index, distance


def graph_ours(X) -> Callable[[], object]:
    index, distance = neighbours(X)
    from gst_core.map import membership, symmetric

    return lambda: symmetric(index, membership(distance))


def graph_umap(X) -> Callable[[], object]:
    index, distance = neighbours(X)

    def run():
        from umap.umap_ import fuzzy_simplicial_set

        state = np.random.RandomState(0)
        return fuzzy_simplicial_set(X, 15, state, "cosine", knn_indices=index, knn_dists=distance)

    return run


def start_of(X):
    from gst_core.map import start_positions

    graph = graph_of(X)
    return graph.weights.tocsr(), start_positions(X, graph, 0)


def graph_of(X):
    from gst_core.map import fuzzy_graph

    return fuzzy_graph(X)


def layout_ours(X) -> Callable[[], object]:
    weights, start = start_of(X)

    def run():
        from gst_core.map import UmapSGD

        sgd = UmapSGD(start, weights, None)
        for epoch in range(EPOCHS):
            sgd.epoch(epoch, 1.0 - epoch / EPOCHS)
        return sgd.positions

    return run


def layout_umap(X) -> Callable[[], object]:
    from gst_core.map import CURVE

    weights, start = start_of(X)
    edges = weights.tocoo()
    strong = edges.data >= edges.data.max() / EPOCHS  # as umap-learn does before its layout
    head, tail, strength = edges.row[strong], edges.col[strong], edges.data[strong]

    def run():
        from umap.layouts import optimize_layout_euclidean
        from umap.umap_ import make_epochs_per_sample

        states = np.random.default_rng(0).integers(np.iinfo(np.int32).min + 1, np.iinfo(np.int32).max, 3)
        return optimize_layout_euclidean(
            start.copy(),
            start.copy(),
            head,
            tail,
            EPOCHS,
            len(X),
            make_epochs_per_sample(strength, EPOCHS),
            *CURVE,
            states.astype(np.int64),
            parallel=True,
            move_other=True,
        )

    return run


MAKE = dict(zip(PARTS, (graph_ours, graph_umap, layout_ours, layout_umap), strict=True))


def in_this_process(part: str, rows: int) -> str:
    """Time one part, the first call with its imports and the median of those after it, and return that as JSON."""
    from gst_core.compute import pca_projection

    X = pca_projection(made_up(np.random.default_rng(0), rows))
    run = MAKE[part](X)
    seconds = []
    for _ in range(REPEATS + 1):
        begun = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - begun)
    truth = trustworthiness(X, np.asarray(found, np.float32)) if part.startswith("layout") else 0.0
    return json.dumps({"first": seconds[0], "warm": float(np.median(seconds[1:])), "trustworthiness": truth})


def measure(part: str, rows: int) -> dict[str, float]:
    code = f"from benchmarks.umap_parts import in_this_process; print(in_this_process({part!r}, {rows}))"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    options = parser.parse_args()
    found = {part: measure(part, options.rows) for part in PARTS}
    rows = "\n".join(
        f"| {part} | {PARTS[part]} | {x['first']:.2f} s | {x['warm']:.3f} s | "
        + (f"{x['trustworthiness']:.4f} |" if x["trustworthiness"] else "|")
        for part, x in found.items()
    )
    ratio = {p: found[f"{p}, umap-learn"]["warm"] / found[f"{p}, ours"]["warm"] for p in ("graph", "layout")}
    first = {p: found[f"{p}, umap-learn"]["first"] / found[f"{p}, ours"]["first"] for p in ("graph", "layout")}
    section = f"""## What of UMAP is our own

Made by `python -m benchmarks.umap_parts --rows {options.rows}` on {this_machine().sentence()}; {options.rows:,} made-up
rows, each line in a new process, with compiled code in numba's cache where a library keeps it there.

| part | | first call, with imports | after it | trustworthiness |
| --- | --- | ---: | ---: | ---: |
{rows}

umap-learn's graph takes {first["graph"]:.0f} × as long at first and {ratio["graph"]:.1f} × afterwards, its layout
{first["layout"]:.0f} × and {ratio["layout"]:.1f} ×. Tests hold both of ours against theirs on the same graph. Besides,
theirs runs in one call, which can be neither watched nor stopped. The curve's two numbers are umap-learn's, and groups
are found by hdbscan itself.
"""
    data = {"rows": options.rows, "machine": asdict(this_machine()), "versions": versions(), "parts": found}
    for file in write_section(options.out, "umap-parts", section, data):
        print(f"Wrote {file}")
    print(section)


if __name__ == "__main__":
    main()
