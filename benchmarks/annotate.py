"""How well a lens follows an instruction when a model labels: `python -m benchmarks.annotate FOLDER [--out docs]`.

An oracle that knows the true classes answers in the model's place, over HTTP, without errors and with a share of them.
The lens that comes out, end to end, is compared with a transform that was given as many labels of the same oracle for
texts that were drawn at random, or 16 of each class, as the quality benchmark does it.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gst_core import encode, read_corpus
from gst_core.annotate import Provider
from gst_core.compute import bound_threads, keep_compiled_code
from gst_core.encoding import EmbeddingStore, view_widths
from gst_core.evaluation import (
    CAP,
    Dataset,
    clustering_v_measure,
    few_per_class,
    neighbour_purity,
    read_dataset,
    some_at_random,
    this_machine,
    versions,
    write_section,
)
from gst_core.transform import GuidedSpaceTransform
from gst_core.work import Jobs
from gst_core.workspace import Workspace, WorkspaceFiles, effective_labels
from tests.llm_server import Script, ScriptedServer, oracle, scripted_server

FACETS = {
    "clinc150/domain": "Which part of life is the request about?",
    "ag_news/topic": "What is the news about?",
}
PER_CLASS = 16  # of the quality benchmark's few labels; the number of classes times this is one of the counts
COUNTS = (160, 300)
WRONG = (0.0, 0.2)
SEEDS = 3
ANSWER_SECONDS = 0.25  # of an answer of the oracle: about an API's with a small model
ASKED = 3.0  # V-measure points that the lens may be behind
LONGEST = 3_600.0  # seconds of a run
POINTS = 100.0  # shares are shown as points


@dataclass(frozen=True)
class Quality:
    """V-measure and purity, in points, on the texts that nobody labelled."""

    v_measure: float
    purity: float


@dataclass(frozen=True)
class Run:
    """One lens that a model labelled, beside transforms with as many labels.

    `per_class` is None where the count is not `PER_CLASS` for each class. `outside` are the seconds of the labelling
    in which no question was under way, `settling` those from its end to the settled map, `labelling` those in all.
    """

    facet: str
    count: int
    wrong: float
    seed: int
    lens: Quality
    random: Quality
    per_class: Quality | None
    labelled: int
    labelling: float
    outside: float
    settling: float


class Desk:
    """A corpus with its true classes, in a workspace of its own, and the oracle's server.

    The workspace keeps its embeddings in `store`, so that nothing is encoded twice.
    """

    def __init__(self, dataset: Dataset, facet: str, instruction: str, server: ScriptedServer, folder: Path, store):
        self.facet, self.instruction, self.server = f"{dataset.name}/{facet}", instruction, server
        store.folder.mkdir(parents=True, exist_ok=True)
        folder.mkdir(parents=True)
        WorkspaceFiles(folder).embeddings.symlink_to(store.folder.resolve())
        table = folder / f"{dataset.name}.parquet"
        pd.DataFrame({"text": dataset.texts}).to_parquet(table)
        self.workspace = Workspace(folder)
        self.corpus = read_corpus(table, text="text")
        truth = dict(zip(dataset.texts, dataset.facets[facet].tolist(), strict=True))
        self.truth = np.array([truth[text] for text in self.corpus.texts])
        self.classes = sorted(set(self.truth.tolist()) - {""})
        self.entry = self.workspace.add_corpus(self.corpus)
        self.X = np.asarray(encode(self.corpus.texts, views="all", store=self.workspace.embeddings))

    def counts(self, wanted: Sequence[int]) -> list[int]:
        """Return the numbers of labels to try: those that are wanted, and the quality benchmark's few of each class."""
        return sorted({*wanted, PER_CLASS * len(self.classes)})

    def said(self, wrong: float) -> np.ndarray:
        """Return what the oracle says of each text, shape (n,)."""
        answer = oracle(Script(dict(zip(self.corpus.texts, self.truth.tolist(), strict=True)), wrong))
        schema = {"properties": {"label": {"enum": self.classes}}}
        body = {"response_format": {"json_schema": {"schema": schema}}}
        return np.array([answer("label", text, body)["label"] for text in self.corpus.texts])


def measure(desk: Desk, count: int, wrong: float, seed: int, answer_seconds: float) -> Run:
    """Let the oracle label a new lens end to end, and measure it beside transforms with as many labels."""
    texts = zip(desk.corpus.texts, desk.truth.tolist(), strict=True)
    desk.server.script = Script({t: c for t, c in texts if c}, wrong, seconds=answer_seconds)
    jobs = Jobs(desk.workspace, random_state=seed)
    jobs.encoding(desk.entry.id).wait()
    jobs.reforming(desk.entry.id).wait(LONGEST)
    lens = desk.workspace.add_lens(desk.entry.id, desk.instruction, classes=desk.classes)
    model = f"oracle-{desk.facet}-{count}-{wrong}-{seed}"  # a name of its own, so that no run finds another's answers
    begun = time.monotonic()
    jobs.annotation(lens.id).label(Provider(desk.server.url, model), count=count)
    state = jobs.annotation(lens.id).wait(LONGEST)
    ended = time.monotonic()
    assert state.status == "done", state.error
    frame = jobs.reforming(desk.entry.id, lens.id).wait(LONGEST).frame
    settled = time.monotonic()
    labelled = set(effective_labels(desk.workspace.labels(lens.id)))
    open_rows = np.array([document not in labelled for document in desk.corpus.ids])
    jobs.forget_corpus(desk.entry.id)
    return _compared(desk, count, wrong, seed, frame.embedding, open_rows, (ended - begun, state, settled - ended))


def _compared(desk, count, wrong, seed, embedding, open_rows, timed) -> Run:
    """Measure on the texts that neither the lens nor any of the transforms has a label of."""
    said = desk.said(wrong)
    draws = [some_at_random(desk.truth, count, seed)]
    if count == PER_CLASS * len(desk.classes):
        draws.append(few_per_class(desk.truth, PER_CLASS, seed))
    rows = open_rows & (desk.truth != "")
    for drawn in draws:
        rows &= np.array([label is None for label in drawn])
    found = []
    for drawn in draws:
        y = [None if label is None else str(name) for label, name in zip(drawn, said, strict=True)]
        Z = GuidedSpaceTransform(views=view_widths(), random_state=seed).fit(desk.X, y).transform(desk.X)
        found.append(_quality(Z[rows], desk.truth[rows]))
    labelling, state, settling = timed
    return Run(
        desk.facet,
        count,
        wrong,
        seed,
        _quality(embedding[rows], desk.truth[rows]),
        found[0],
        found[1] if len(found) > 1 else None,
        state.labelled,
        labelling,
        state.seconds_outside,
        settling,
    )


def _quality(Z, truth) -> Quality:
    return Quality(POINTS * clustering_v_measure(Z, truth), POINTS * neighbour_purity(Z, truth))


def section(runs: Sequence[Run], command: str, cap: int, answer_seconds: float) -> str:
    """Return the page's section as Markdown."""
    seeds = sorted({run.seed for run in runs})
    lines = [
        "## From an instruction to labels",
        "",
        f"Made by `{command}` on {this_machine().sentence()}; {', '.join(f'{k} {v}' for k, v in versions().items())}. "
        f"Corpora capped at {cap:,} texts; means over seeds {', '.join(map(str, seeds))}, ± standard deviation.",
        "",
        "An oracle with the true classes answers over HTTP, as a language model would, in "
        f"{answer_seconds:g} s each; with errors, a fixed share of the texts gets another class. *Lens* is end to end: "
        "the classes are given, the texts are chosen and labelled, the map follows, and the embedding of the settled "
        "map is measured. *At random* and *16 per class* are the transform with as many labels of the same oracle, for "
        "texts drawn as in the quality table above; as there, they do not know the names of the classes, which the "
        "lens does. V-measure / purity in points, on texts that none of them has a "
        f"label of. *Difference* is that of V-measure to the better of the two; {ASKED:g} points behind are allowed.",
        "",
        "| | labels | wrong | lens | at random | 16 per class | difference |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for facet, count, wrong in _cells(runs):
        some = _of(runs, facet, count, wrong)
        per_class = [run.per_class for run in some if run.per_class is not None]
        cells = [_shown([run.lens for run in some]), _shown([run.random for run in some]), _shown(per_class)]
        lines.append(
            f"| {facet.replace('/', ', ')} | {count} | {wrong:.0%} | {' | '.join(cells)} | {difference(some):+.1f} |"
        )
    lines += [
        "",
        "Seconds, means over the runs of a row: of the labelling, those in which no question was under way, and those "
        "from the last answer to the settled map. The last two are all that is spent outside the language model.",
        "",
        "| | labels | labelling | of it outside the model | then settling | outside in all, per label |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for facet, count in sorted({(run.facet, run.count) for run in runs}):
        some = [run for run in runs if (run.facet, run.count) == (facet, count)]
        labelling, outside, settling = (
            float(np.mean([getattr(run, k) for run in some])) for k in ("labelling", "outside", "settling")
        )
        lines.append(
            f"| {facet.replace('/', ', ')} | {count} | {labelling:.1f} s | {outside:.2f} s | {settling:.2f} s "
            f"| {1000 * (outside + settling) / count:.0f} ms |"
        )
    return "\n".join(lines) + "\n"


def difference(runs: Sequence[Run]) -> float:
    """Return by how many points of V-measure the lens is before the better of the transforms; negative when behind."""
    rivals = [float(np.mean([run.random.v_measure for run in runs]))]
    per_class = [run.per_class.v_measure for run in runs if run.per_class is not None]
    if per_class:
        rivals.append(float(np.mean(per_class)))
    return float(np.mean([run.lens.v_measure for run in runs])) - max(rivals)


def _cells(runs: Sequence[Run]) -> list[tuple[str, int, float]]:
    return sorted({(run.facet, run.count, run.wrong) for run in runs})


def _of(runs: Sequence[Run], facet: str, count: int, wrong: float) -> list[Run]:
    return [run for run in runs if (run.facet, run.count, run.wrong) == (facet, count, wrong)]


def _shown(found: Sequence[Quality]) -> str:
    if not found:
        return "–"
    values = (np.array([getattr(q, k) for q in found]) for k in ("v_measure", "purity"))
    return " / ".join(f"{v.mean():.1f} ± {v.std():.1f}" for v in values)


def run_all(options, folder: Path, store: EmbeddingStore) -> Iterator[Run]:
    """Measure every facet, number of labels, share of errors and seed."""
    with scripted_server() as server:
        for name in options.facets.split(","):
            file, _, facet = name.partition("/")
            dataset = read_dataset(options.folder / f"{file}.parquet", options.cap, (facet,))
            instruction = FACETS.get(name, f"Which {facet} is it?")
            desk = Desk(dataset, facet, instruction, server, folder / f"{file}-{facet}", store)
            for count in desk.counts([int(c) for c in options.counts.split(",")]):
                for wrong in WRONG:
                    for seed in range(options.seeds):
                        yield measure(desk, count, wrong, seed, options.answer_seconds)


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="Parquet files with a text column and class columns")
    parser.add_argument("--facets", default=",".join(FACETS), help="comma-separated dataset/facet (%(default)s)")
    parser.add_argument("--counts", default=",".join(map(str, COUNTS)), help="numbers of labels (%(default)s)")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--cap", type=int, default=CAP, help="most texts of a corpus (%(default)s)")
    parser.add_argument("--answer-seconds", type=float, default=ANSWER_SECONDS, help="of the oracle (%(default)s)")
    parser.add_argument("--workspace", type=Path, help="where embeddings are kept (default: GST_WORKSPACE)")
    parser.add_argument("--out", type=Path, default=Path("docs"))
    options = parser.parse_args()
    workspace = Workspace(options.workspace)
    bound_threads()  # as in the app
    keep_compiled_code(workspace.files.compiled_code)
    from gst_core.map import warm_up

    warm_up()  # or the first run's seconds are the compiler's
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for run in run_all(options, Path(folder), workspace.embeddings):
            runs.append(run)
            print(
                f"{run.facet}, {run.count} labels, {run.wrong:.0%} wrong, seed {run.seed}: V {run.lens.v_measure:.1f}, "
                f"at random {run.random.v_measure:.1f}; {run.labelling:.1f} s, {run.outside:.2f} s outside",
                flush=True,
            )
    command = (
        f"python -m benchmarks.annotate FOLDER --facets {options.facets} --counts {options.counts} "
        f"--seeds {options.seeds} --cap {options.cap} --answer-seconds {options.answer_seconds:g}"
    )
    text = section(runs, command, options.cap, options.answer_seconds)
    data = {"machine": asdict(this_machine()), "versions": versions(), "runs": [asdict(run) for run in runs]}
    for file in write_section(options.out, "annotate", text, data):
        print(f"Wrote {file}")
    print(text)


if __name__ == "__main__":
    main()
