"""A name for one group of a map, by a language model that reads a few of its texts."""

from collections.abc import Sequence

from gst_core.annotate.asking import ask_once
from gst_core.annotate.budget import Budget
from gst_core.annotate.chat import ChatModel
from gst_core.annotate.parsing import ParsedName, parse_name
from gst_core.annotate.prompts import name_group
from gst_core.annotate.protocol import Reply
from gst_core.annotate.provider import Provider
from gst_core.errors import AnnotationError
from gst_core.workspace import Answer, AnswerStatus, AnswerStore

READ = 8  # texts that the model reads
LONGEST = 300  # characters of each: eight fit into the window of a small model
ATTEMPTS = 6  # requests, those that fail for a passing reason included
NO_QUESTION = "What are these texts about?"


def name_of_group(
    texts: Sequence[str], instruction: str, provider: Provider, answers: AnswerStore, taken: Sequence[str] = ()
) -> ParsedName:
    """Ask a model for the name of a group and for a sentence that says which texts belong to it.

    Parameters
    ----------
    texts : sequence of str
        The most typical first; `READ` of them are read.
    instruction : str
        What the map groups by; may be empty.
    provider : Provider
    answers : AnswerStore
        The same question is asked once.
    taken : sequence of str
        Names that other groups have.

    Raises
    ------
    AnnotationError
        The model cannot be asked, or gives no name that can be used.
    """
    question = name_group([text[:LONGEST] for text in texts[:READ]], instruction or NO_QUESTION, taken)
    answer, _ = ask_once(question, _read, ChatModel(provider, budget=Budget(ATTEMPTS)), answers)
    name = parse_name(answer.content) if answer.status is AnswerStatus.USABLE else None
    if name is None:
        raise AnnotationError(f"{provider.model} gave no name that can be used. Type one yourself.")
    return name


def _read(reply: Reply) -> Answer:
    if parse_name(reply.text):
        return Answer(AnswerStatus.USABLE, reply.text)
    return Answer(AnswerStatus.MALFORMED)
