"""What `gst-studio annotate` does: classes proposed, a sample labelled, the table written, and the cost said."""

import argparse
import hashlib
import json
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gst_core.annotate import (
    MERGING,
    NAMING,
    STATING,
    Budget,
    ChatModel,
    ConstructionProgress,
    Counts,
    Labeller,
    MachineLabel,
    Provider,
    candidates,
    construct_label_set,
    in_batches,
    label_in_rounds,
    plan_sample,
    price,
    prompts,
    stored_rows,
)
from gst_core.atomic_files import atomic_file
from gst_core.cli.inputs import opened_workspace
from gst_core.cli.screen import printable, progress_bars, screen
from gst_core.corpus import Corpus, OwnColumn, table_as_csv
from gst_core.counting import counted
from gst_core.errors import AnnotationError, GstError
from gst_core.export import text_heading
from gst_core.workspace import LLM, NONE_OF_THESE, Answer, AnswerStatus, ClassDefinition, LabelSet, Workspace

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from gst_core.compute import Embeddings

LOOK_SECONDS = 0.5  # between two looks at how many were asked: unusable answers give no label
Result = TypeVar("Result")


@dataclass(frozen=True)
class Material:
    """What is annotated: the texts, all views of them, and the workspace."""

    corpus: Corpus
    embeddings: "Embeddings"
    workspace: Workspace


def annotate(
    corpus: Corpus,
    embeddings: "Embeddings",
    instruction: str,
    given: LabelSet | None,
    provider: Provider,
    options: argparse.Namespace,
) -> None:
    """Label a sample of a corpus and write the table.

    Parameters
    ----------
    corpus : Corpus
    embeddings : Embeddings
        All views of the texts.
    instruction : str
    given : LabelSet or None
        The classes; proposed by the model where there are none.
    provider : Provider
    options : Namespace
        Of the command.

    Raises
    ------
    AnnotationError
        The provider cannot be asked, or the classes or none of the answers can be used.
    """
    material = Material(corpus, embeddings, opened_workspace(options))

    def work(cancelled: threading.Event) -> None:
        chat = ChatModel(provider, budget=Budget(options.budget), cancelled=cancelled.is_set)
        try:
            try:
                label_set = given or _proposed(material, instruction, chat, options, cancelled.is_set)
            except GstError:
                _say(_what_was_spent(chat, options))
                raise
            _say_classes(label_set)
            _label(material, instruction, label_set, chat, options)
        finally:
            chat.close()

    interruptible(work)


def say_where_it_goes(provider: Provider) -> None:
    """Say whether what is sent stays on this machine."""
    where = "stays on this machine" if provider.local else f"goes to {provider.host}"
    _say([printable(f"What is sent {where}, to the model {provider.model}.")])


def interruptible(work: Callable[[threading.Event], Result]) -> Result:
    """Do work in a thread, so that Ctrl-C asks it to stop and waits until what is under way is stored.

    Raises
    ------
    KeyboardInterrupt
        After the work has stopped.
    """
    cancelled = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="annotate-command") as pool:
        future = pool.submit(work, cancelled)
        try:
            return future.result()
        except KeyboardInterrupt:
            cancelled.set()
            raise


def labels_table(corpus: Corpus, labels: Sequence[MachineLabel], model: str) -> pd.DataFrame:
    """Return labels as a table in the corpus' order.

    Parameters
    ----------
    corpus : Corpus
    labels : sequence of MachineLabel
    model : str

    Returns
    -------
    DataFrame
        Our id, the text under its own name, and our label ("none of these" where the model said so), confidence and who
        said so, see `OwnColumn`.
    """
    ordered = sorted(labels, key=lambda label: label.document)
    return pd.DataFrame(
        {
            str(OwnColumn.ID): [corpus.ids[label.document] for label in ordered],
            text_heading(corpus): [corpus.texts[label.document] for label in ordered],
            str(OwnColumn.LABEL): [
                NONE_OF_THESE if label.class_name is None else label.class_name for label in ordered
            ],
            str(OwnColumn.CONFIDENCE): [round(label.confidence, 4) for label in ordered],
            str(OwnColumn.SAID_BY): LLM,
            str(OwnColumn.SAID_BY_MODEL): model,
        }
    )


def _proposed(
    material: Material,
    instruction: str,
    chat: ChatModel,
    options: argparse.Namespace,
    cancelled: Callable[[], bool],
) -> LabelSet:
    """Return the classes that the model proposes, those of an earlier call where there was one.

    An answer that was missing then, because it failed say, would give other classes, and the labels of the first ones
    would have been paid for in vain.
    """
    from gst_core.encoding import encode

    answers = material.workspace.answers.of(material.corpus.key())
    key = _proposal_key(material.corpus, instruction, chat.provider.model, options)
    known = answers.get(key)
    if known is not None:
        screen.print("The classes are those of an earlier call; another --seed gives others.", highlight=False)
        return _read_label_set(known.content)
    with progress_bars() as bars:
        label_set = construct_label_set(
            material.corpus.texts,
            material.embeddings.first,
            instruction,
            chat,
            answers,
            lambda texts: encode(texts, options.encoder),
            ids=material.corpus.ids,
            workers=options.workers,
            progress=_stages(bars),
            cancelled=cancelled,
            random_state=options.seed,
        )
    if chat.budget.requests_left > 0:
        answers.put(key, Answer(AnswerStatus.USABLE, json.dumps(asdict(label_set))))
    return label_set


def _stages(bars: "Progress") -> Callable[[ConstructionProgress], None]:
    """Return what shows a bar for each stage of a construction."""
    titles = {STATING: "Asking what texts say", NAMING: "Naming groups", MERGING: "Merging synonyms"}
    tasks: dict[str, TaskID] = {}

    def show(now: ConstructionProgress) -> None:
        if now.stage not in tasks:
            tasks[now.stage] = bars.add_task(titles[now.stage], total=now.total)
        bars.update(tasks[now.stage], completed=now.done)

    return show


def _proposal_key(corpus: Corpus, instruction: str, model: str, options: argparse.Namespace) -> str:

    asked = [prompts.PROMPT_VERSION, "label set", corpus.key(), instruction, model, options.encoder, options.seed]
    return hashlib.sha256(json.dumps(asked).encode("utf-8")).hexdigest()


def _read_label_set(content: str) -> LabelSet:

    stored = json.loads(content)
    classes = (ClassDefinition(c["name"], c["definition"], tuple(c["examples"])) for c in stored["classes"])
    return LabelSet(tuple(classes), stored["none_of_these"])


def _label(
    material: Material, instruction: str, label_set: LabelSet, chat: ChatModel, options: argparse.Namespace
) -> None:
    """Label the sample, write the table, and say what it cost; what was paid for is written before an error is told."""
    corpus, model = material.corpus, chat.provider.model
    answers = material.workspace.answers.of(corpus.key())  # they go with the texts, should a corpus of those be deleted
    rows = candidates(len(corpus), (), options.seed)
    stored = stored_rows(rows, corpus.texts, instruction, label_set, model, answers)
    plan = plan_sample(rows, options.count or options.budget, stored)
    labeller = Labeller(corpus.texts, instruction, label_set, chat, answers, options.workers)
    labels: list[MachineLabel] = []

    def probabilities() -> NDArray[np.float32] | None:
        return _probabilities(material, instruction, labels, options)

    X = material.embeddings.first
    arriving = _noted(label_in_rounds(labeller, X, plan, probabilities, options.seed), labels)
    failure = _go_through(arriving, labeller, plan.total)
    if labels:
        with atomic_file(options.out) as file:
            file.write(table_as_csv(labels_table(corpus, labels, model), spreadsheet=options.spreadsheet))
    _say_result(labeller, labels, plan.total, chat, options)
    if failure is not None:
        raise failure
    if not labels:
        why = labeller.stopped or f"No answer of {model} could be used: take another model."
        raise AnnotationError(f"{why} No text was labelled, and no table was written.")


def _go_through(arriving: Iterator[MachineLabel], labeller: Labeller, total: int) -> GstError | None:
    """Take labels as they come, and show how many; return what ended it before its end."""
    try:
        with progress_bars() as bars:
            task = bars.add_task("Labelling", total=total)
            for _ in in_batches(arriving, 1, LOOK_SECONDS):
                bars.update(task, completed=_asked(labeller.counts))
    except GstError as error:
        return error
    return None


def _noted(arriving: Iterator[MachineLabel], into: list[MachineLabel]) -> Iterator[MachineLabel]:
    """Add labels to a list as they come, before a next round looks at it."""
    for label in arriving:
        into.append(label)
        yield label


def _probabilities(
    material: Material, instruction: str, labels: Sequence[MachineLabel], options: argparse.Namespace
) -> NDArray[np.float32] | None:
    """Fit a transform to the labels so far and return each text's probabilities; None while they are of one class."""
    from gst_core.encoding import class_name_vectors_if_any
    from gst_core.transform import GuidedSpaceTransform

    given = {label.document: label.class_name for label in labels if label.class_name is not None}
    classes = sorted(set(given.values()))
    if len(classes) < 2:
        return None
    own = material.corpus.embeddings is not None
    store, E = material.workspace.class_names, material.embeddings
    names = {}
    if not own:
        names = class_name_vectors_if_any(
            instruction, classes, options.encoder, store, widths=E.widths, lexical=E.lexical
        )
    transform = GuidedSpaceTransform(random_state=options.seed)
    transform.fit(E, [given.get(row) for row in range(len(E))], names=names)
    return np.asarray(transform.predict_proba(E), dtype=np.float32)


def _say_classes(label_set: LabelSet) -> None:
    screen.print("Classes:", highlight=False)
    for one in label_set.classes:
        line = f"  {one.name}" + (f" – {one.definition}" if one.definition else "")
        screen.print(printable(line), markup=False, highlight=False, soft_wrap=True)


def _say_result(
    labeller: Labeller, labels: Sequence[MachineLabel], total: int, chat: ChatModel, options: argparse.Namespace
) -> None:
    counts = labeller.counts
    none = sum(label.class_name is None for label in labels)
    lines = [
        f"{_asked(counts):,} of {counted(total, 'text')}: {counts.answered - none:,} labelled, {none:,} none of these, "
        f"{counts.out_of_set:,} out of set, {counts.malformed:,} malformed, {counts.failed:,} failed",
        *_what_was_spent(chat, options, counts.from_cache),
    ]
    if chat.remarks():
        lines.append(chat.remarks())
    if labels:
        lines.append(f"Wrote {options.out}")
    if labels and labeller.budget_spent:
        lines.append(f"{labeller.stopped} The same command goes on from here.")
    _say(lines)


def _what_was_spent(chat: ChatModel, options: argparse.Namespace, stored: int | None = None) -> list[str]:
    """Say what was sent, how many answers cost nothing where that is known, and the cost where prices are given."""
    spent = chat.spent
    free = (
        "" if stored is None else f"; {counted(stored, 'answer was', 'answers were')} stored already and cost nothing"
    )
    requests, tokens = counted(spent.requests, "request"), counted(spent.prompt_tokens, "token")
    lines = [f"Sent now: {requests}, {tokens} sent and {spent.completion_tokens:,} answered{free}"]
    if options.price_in is not None or options.price_out is not None:
        cost = price(spent, options.price_in or 0.0, options.price_out or 0.0)
        lines.append(f"Cost now, at the prices given: {_money(cost)}")
    return lines


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        screen.print(line, markup=False, highlight=False, soft_wrap=True)


def _money(cost: float) -> str:
    """Return an amount with two digits behind its first one, as a run may cost a thousandth of a unit."""
    return f"{cost:,.2f}" if cost >= 1 or cost == 0 else f"{cost:.{2 - math.floor(math.log10(cost))}f}"


def _asked(counts: Counts) -> int:
    return counts.answered + counts.out_of_set + counts.malformed + counts.failed
