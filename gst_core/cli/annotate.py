"""`gst-studio annotate`: from an instruction to a table of labels; what is heavy is imported when it runs."""

import argparse
import hashlib
import json
import math
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gst_core.annotate.asking import WORKERS
from gst_core.atomic_files import atomic_file
from gst_core.cli.inputs import given_corpus, given_embeddings, given_views
from gst_core.cli.options import add_corpus_options
from gst_core.cli.screen import printable, progress_bars, screen
from gst_core.corpus.corpus import Corpus
from gst_core.errors import AnnotationError, GstError
from gst_core.workspace.workspace import Workspace

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from gst_core.annotate.chat import ChatModel
    from gst_core.annotate.construction import ConstructionProgress
    from gst_core.annotate.labelling import Counts, Labeller, MachineLabel
    from gst_core.annotate.provider import Provider
    from gst_core.workspace.label_set import LabelSet

LOOK_SECONDS = 0.5  # between two looks at how many were asked: unusable answers give no label
BUDGET = 300  # requests; of them a label set takes about 213 where none is given
COLUMNS = ("id", "label", "confidence", "said_by")  # beside the text's own
NO_PROVIDER = (
    "Say where the language model is: --base-url http://127.0.0.1:11434/v1, or OPENAI_BASE_URL, or OPENAI_API_KEY "
    "alone for OpenAI's own. `make llm` starts a small one on this machine."
)
Result = TypeVar("Result")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.description = (
        "Ask a language model behind an OpenAI-compatible address for the classes that an instruction "
        "means, unless they are given, and for the class of a sample of texts, and write the labels as CSV. Answers "
        "are kept in the workspace: the same command goes on where it was stopped, and asks nothing twice. The key is "
        "read from OPENAI_API_KEY, and is written nowhere."
    )
    add_corpus_options(parser)
    parser.add_argument(
        "--instruction", required=True, help="what the texts are grouped by: “How does the guest feel?”"
    )
    parser.add_argument("--labels", metavar="A,B,C", help="the classes; proposed by the model when left out")
    parser.add_argument(
        "--definitions", type=Path, metavar="FILE", help="JSON object of class names and a line on each; gives classes"
    )
    parser.add_argument("--base-url", help="address up to /v1 (default: OPENAI_BASE_URL, else OpenAI's)")
    parser.add_argument(
        "--model",
        help="its name there (default: GST_LLM_MODEL, else the only one that is there, or the first on this machine)",
    )
    parser.add_argument(
        "--budget",
        type=_at_least_one,
        default=BUDGET,
        metavar="N",
        help="the most requests that are sent, repeated ones included; proposing the classes takes about 213 of them "
        "when --labels is left out (default: %(default)s)",
    )
    parser.add_argument(
        "--count", type=_at_least_one, metavar="N", help="texts to label (default: as many as the budget)"
    )
    parser.add_argument(
        "--workers", type=_at_least_one, default=WORKERS, help="requests at once (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="same seed, same sample (default: %(default)s)")
    parser.add_argument("--price-in", type=_price, metavar="X", help="price of a million tokens that are sent")
    parser.add_argument("--price-out", type=_price, metavar="X", help="price of a million tokens that are answered")
    parser.add_argument("--out", type=Path, required=True, help="CSV file: id, text, label, confidence, said_by")


@dataclass(frozen=True)
class Material:
    """What is annotated: the texts, all views (n, d) of them, the widths of the views, and the workspace."""

    corpus: Corpus
    X: NDArray[np.float32]
    views: tuple[int, ...] | None
    workspace: Workspace


def run(options: argparse.Namespace) -> None:
    """Run the command.

    Raises
    ------
    AnnotationError
        There is no provider, it cannot be asked, the classes or none of the answers can be used, or the table cannot be
        written.
    """
    from gst_core.annotate.budget import Budget
    from gst_core.annotate.chat import ChatModel

    instruction = " ".join(options.instruction.split())
    if not instruction:
        raise AnnotationError("Say in --instruction what the texts are to be grouped by.")
    if options.out.is_dir():
        raise AnnotationError(f"{options.out} is a folder. Give the name of a file.")
    given = _given_classes(options)
    _check_writable(options.out)
    provider = _provider(options)
    corpus = given_corpus(options)
    X = given_embeddings(corpus, options)
    material = Material(corpus, X, given_views(corpus, options), Workspace(options.workspace))

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


def labels_table(corpus: Corpus, labels: "Sequence[MachineLabel]", said_by: str) -> pd.DataFrame:
    """Return labels as a table in the corpus' order.

    Parameters
    ----------
    corpus : Corpus
    labels : sequence of MachineLabel
    said_by : str

    Returns
    -------
    DataFrame
        Id, text, label ("none of these" where the model said so), confidence, said_by. The text's column keeps its
        name unless one of the others is called so.
    """
    from gst_core.workspace.label_set import NONE_OF_THESE

    ordered = sorted(labels, key=lambda label: label.document)
    text = "text" if corpus.text_column in COLUMNS else corpus.text_column
    return pd.DataFrame(
        {
            "id": [corpus.ids[label.document] for label in ordered],
            text: [corpus.texts[label.document] for label in ordered],
            "label": [NONE_OF_THESE if label.class_name is None else label.class_name for label in ordered],
            "confidence": [round(label.confidence, 4) for label in ordered],
            "said_by": said_by,
        }
    )


def _given_classes(options: argparse.Namespace) -> "LabelSet | None":
    """Return the classes that the options name, or None when the model is to propose them."""
    from gst_core.workspace.label_set import ClassDefinition, LabelSet

    definitions = _definitions(options.definitions) if options.definitions is not None else {}
    if options.labels is None and options.definitions is None:
        return None
    names = list(definitions)
    if options.labels is not None:
        names = [name.strip() for name in options.labels.split(",") if name.strip()]
    unknown = [name for name in definitions if name not in names]
    if unknown:
        raise AnnotationError(f"{options.definitions} defines “{unknown[0]}”, which --labels does not name.")
    if not names:
        raise AnnotationError("Name at least one class in --labels, or leave it out to have them proposed.")
    return LabelSet(tuple(ClassDefinition(name, definitions.get(name, "")) for name in names))


def _definitions(file: Path) -> dict[str, str]:
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AnnotationError(f"{file} cannot be read as JSON: {error}.") from error
    if not isinstance(read, dict) or not all(isinstance(v, str) for v in read.values()):
        raise AnnotationError(
            f'{file} is no JSON object of class names and lines: {{"angry": "The guest complains."}}.'
        )
    return read


def _check_writable(out: Path) -> None:
    """Make the table's folder, and a file in it that is gone at once, before anything is paid for."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(prefix=f".{out.name}.", dir=out.parent):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise AnnotationError(f"{out} cannot be written ({reason}). Give another file in --out.") from error


def _provider(options: argparse.Namespace) -> "Provider":
    from gst_core.annotate.chat import first_model
    from gst_core.annotate.provider import KEY_SETTING, MODEL_SETTING, URL_SETTING, provider_from

    settings = {
        URL_SETTING: options.base_url or os.environ.get(URL_SETTING, ""),
        KEY_SETTING: os.environ.get(KEY_SETTING, ""),
        MODEL_SETTING: options.model or os.environ.get(MODEL_SETTING, ""),
    }
    provider = provider_from(settings)
    if provider is None:
        raise AnnotationError(NO_PROVIDER)
    if not provider.model:
        provider = replace(provider, model=first_model(provider))
    where = "stays on this machine" if provider.local else f"goes to {provider.host}"
    _say([printable(f"What is sent {where}, to the model {provider.model}.")])
    return provider


def _proposed(
    material: Material,
    instruction: str,
    chat: "ChatModel",
    options: argparse.Namespace,
    cancelled: Callable[[], bool],
) -> "LabelSet":
    """Return the classes that the model proposes, those of an earlier call where there was one.

    An answer that was missing then, because it failed say, would give other classes, and the labels of the first ones
    would have been paid for in vain.
    """
    from gst_core.annotate.construction import construct_label_set
    from gst_core.compute.vectors import first_view
    from gst_core.encoding.embeddings import encode
    from gst_core.workspace.answers import Answer, AnswerStatus

    answers = material.workspace.answers
    key = _proposal_key(material.corpus, instruction, chat.provider.model, options)
    known = answers.get(key)
    if known is not None:
        screen.print("The classes are those of an earlier call; another --seed gives others.", highlight=False)
        return _read_label_set(known.content)
    with progress_bars() as bars:
        label_set = construct_label_set(
            material.corpus.texts,
            first_view(material.X, material.views),
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


def _stages(bars: "Progress") -> "Callable[[ConstructionProgress], None]":
    """Return what shows a bar for each stage of a construction."""
    from gst_core.annotate.construction import MERGING, NAMING, STATING

    titles = {STATING: "Asking what texts say", NAMING: "Naming groups", MERGING: "Merging synonyms"}
    tasks: dict[str, TaskID] = {}

    def show(now: "ConstructionProgress") -> None:
        if now.stage not in tasks:
            tasks[now.stage] = bars.add_task(titles[now.stage], total=now.total)
        bars.update(tasks[now.stage], completed=now.done)

    return show


def _proposal_key(corpus: Corpus, instruction: str, model: str, options: argparse.Namespace) -> str:
    from gst_core.annotate.prompts import PROMPT_VERSION

    asked = [PROMPT_VERSION, "label set", corpus.key(), instruction, model, options.encoder, options.seed]
    return hashlib.sha256(json.dumps(asked).encode("utf-8")).hexdigest()


def _read_label_set(content: str) -> "LabelSet":
    from gst_core.workspace.label_set import ClassDefinition, LabelSet

    stored = json.loads(content)
    classes = (ClassDefinition(c["name"], c["definition"], tuple(c["examples"])) for c in stored["classes"])
    return LabelSet(tuple(classes), stored["none_of_these"])


def _label(
    material: Material, instruction: str, label_set: "LabelSet", chat: "ChatModel", options: argparse.Namespace
) -> None:
    """Label the sample, write the table, and say what it cost; what was paid for is written before an error is told."""
    from gst_core.annotate.labelling import Labeller
    from gst_core.annotate.rounds import candidates, label_in_rounds, plan_sample, stored_rows
    from gst_core.compute.vectors import first_view
    from gst_core.export import table_as_csv

    corpus, answers, model = material.corpus, material.workspace.answers, chat.provider.model
    rows = candidates(len(corpus), (), options.seed)
    stored = stored_rows(rows, corpus.texts, instruction, label_set, model, answers)
    plan = plan_sample(rows, options.count or options.budget, stored)
    labeller = Labeller(corpus.texts, instruction, label_set, chat, answers, options.workers)
    labels: list[MachineLabel] = []

    def probabilities() -> NDArray[np.float32] | None:
        return _probabilities(material, instruction, labels, options)

    X = first_view(material.X, material.views)
    arriving = _noted(label_in_rounds(labeller, X, plan, probabilities, options.seed), labels)
    failure = _go_through(arriving, labeller, plan.total)
    if labels:
        with atomic_file(options.out) as file:
            file.write(table_as_csv(labels_table(corpus, labels, model)))
    _say_result(labeller, labels, plan.total, chat, options)
    if failure is not None:
        raise failure
    if not labels:
        why = labeller.stopped or f"No answer of {model} could be used: take another model."
        raise AnnotationError(f"{why} No text was labelled, and no table was written.")


def _go_through(arriving: "Iterator[MachineLabel]", labeller: "Labeller", total: int) -> GstError | None:
    """Take labels as they come, and show how many; return what ended it before its end."""
    from gst_core.annotate.batches import in_batches

    try:
        with progress_bars() as bars:
            task = bars.add_task("Labelling", total=total)
            for _ in in_batches(arriving, 1, LOOK_SECONDS):
                bars.update(task, completed=_asked(labeller.counts))
    except GstError as error:
        return error
    return None


def _noted(arriving: "Iterator[MachineLabel]", into: "list[MachineLabel]") -> "Iterator[MachineLabel]":
    """Add labels to a list as they come, before a next round looks at it."""
    for label in arriving:
        into.append(label)
        yield label


def _probabilities(
    material: Material, instruction: str, labels: "Sequence[MachineLabel]", options: argparse.Namespace
) -> NDArray[np.float32] | None:
    """Fit a transform to the labels so far and return each text's probabilities; None while they are of one class."""
    from gst_core.encoding.class_names import encode_class_names
    from gst_core.transform import GuidedSpaceTransform

    given = {label.document: label.class_name for label in labels if label.class_name is not None}
    classes = sorted(set(given.values()))
    if len(classes) < 2:
        return None
    own = material.corpus.embeddings is not None
    store = material.workspace.class_names
    names = {} if own else encode_class_names(instruction, classes, options.encoder, store)
    transform = GuidedSpaceTransform(views=material.views, random_state=options.seed)
    transform.fit(material.X, [given.get(row) for row in range(len(material.X))], names=names)
    return np.asarray(transform.predict_proba(material.X), dtype=np.float32)


def _say_classes(label_set: "LabelSet") -> None:
    screen.print("Classes:", highlight=False)
    for one in label_set.classes:
        line = f"  {one.name}" + (f" – {one.definition}" if one.definition else "")
        screen.print(printable(line), markup=False, highlight=False, soft_wrap=True)


def _say_result(
    labeller: "Labeller", labels: "Sequence[MachineLabel]", total: int, chat: "ChatModel", options: argparse.Namespace
) -> None:
    counts = labeller.counts
    none = sum(label.class_name is None for label in labels)
    lines = [
        f"{_asked(counts):,} of {total:,} texts: {counts.answered - none:,} labelled, {none:,} none of these, "
        f"{counts.out_of_set:,} out of set, {counts.malformed:,} malformed, {counts.failed:,} failed",
        *_what_was_spent(chat, options, counts.from_cache),
    ]
    if labels:
        lines.append(f"Wrote {options.out}")
    if labels and labeller.budget_spent:
        lines.append(f"{labeller.stopped} The same command goes on from here.")
    _say(lines)


def _what_was_spent(chat: "ChatModel", options: argparse.Namespace, stored: int | None = None) -> list[str]:
    """Say what was sent, how many answers cost nothing where that is known, and the cost where prices are given."""
    from gst_core.annotate.budget import price

    spent = chat.spent
    free = "" if stored is None else f"; {stored:,} answers were stored already and cost nothing"
    lines = [
        f"Sent now: {spent.requests:,} requests, {spent.prompt_tokens:,} tokens sent and {spent.completion_tokens:,} "
        f"answered{free}"
    ]
    if options.price_in is not None or options.price_out is not None:
        cost = price(spent, options.price_in or 0.0, options.price_out or 0.0)
        lines.append(f"Cost now, at the prices given: {_money(cost)}")
    return lines


def _say(lines: "Sequence[str]") -> None:
    for line in lines:
        screen.print(line, markup=False, highlight=False, soft_wrap=True)


def _money(cost: float) -> str:
    """Return an amount with two digits behind its first one, as a run may cost a thousandth of a unit."""
    return f"{cost:,.2f}" if cost >= 1 or cost == 0 else f"{cost:.{2 - math.floor(math.log10(cost))}f}"


def _asked(counts: "Counts") -> int:
    return counts.answered + counts.out_of_set + counts.malformed + counts.failed


def _at_least_one(value: str) -> int:
    if not value.strip().isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"“{value}” is no whole number from 1 on")
    return int(value)


def _price(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"“{value}” is no price: give a number from 0 on, such as 0.15")
    return number
