"""`gst-studio annotate`: from an instruction to a table of labels; the work is in `cli.labelling`."""

import argparse
import json
import math
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gst_core.annotate import WORKERS
from gst_core.cli.options import add_corpus_options, add_seed_option, add_spreadsheet_option
from gst_core.errors import AnnotationError
from gst_core.workspace import ClassDefinition, LabelSet

if TYPE_CHECKING:
    from gst_core.annotate import Provider

BUDGET = 300  # requests; of them a label set takes about 213 where none is given
NO_PROVIDER = (
    "Say where the language model is: --base-url http://127.0.0.1:11434/v1, or OPENAI_BASE_URL, or OPENAI_API_KEY "
    "alone for OpenAI's own. `make llm` starts a small one on this machine."
)


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
    add_seed_option(parser, "sample")
    parser.add_argument("--price-in", type=_price, metavar="X", help="price of a million tokens that are sent")
    parser.add_argument("--price-out", type=_price, metavar="X", help="price of a million tokens that are answered")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help="CSV file of the texts with their labels (gst:label), which `fit` and `export` read again",
    )
    add_spreadsheet_option(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command.

    Raises
    ------
    AnnotationError
        There is no provider, it cannot be asked, the classes or none of the answers can be used, or the table cannot be
        written.
    """
    from gst_core.cli import labelling  # brings pandas, which a word on a wrong option need not wait for
    from gst_core.cli.inputs import given_corpus, given_embeddings

    instruction = " ".join(options.instruction.split())
    if not instruction:
        raise AnnotationError("Say in --instruction what the texts are to be grouped by.")
    if options.out.is_dir():
        raise AnnotationError(f"{options.out} is a folder. Give the name of a file.")
    given = _given_classes(options)
    _check_writable(options.out)
    provider = _provider(options)
    labelling.say_where_it_goes(provider)
    corpus = given_corpus(options)
    E = given_embeddings(corpus, options)
    labelling.annotate(corpus, E, instruction, given, provider, options)


def _given_classes(options: argparse.Namespace) -> LabelSet | None:
    """Return the classes that the options name, or None when the model is to propose them."""
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
    from gst_core.annotate import KEY_SETTING, MODEL_SETTING, URL_SETTING, first_model, provider_from

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
    return provider


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
