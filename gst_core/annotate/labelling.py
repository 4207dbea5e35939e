"""A language model's labels for texts of a corpus, as they come."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gst_core.annotate import prompts
from gst_core.annotate.asking import WORKERS, Answered, Ended, ask_all
from gst_core.annotate.budget import BudgetSpent, Estimate
from gst_core.annotate.chat import ChatModel, Reply
from gst_core.annotate.confidence import confidence_of
from gst_core.annotate.parsing import UNSAID_CONFIDENCE, clamped, parse_label
from gst_core.errors import AnnotationError
from gst_core.workspace import NONE_OF_THESE, Answer, AnswerStatus, AnswerStore, LabelSet

DEFAULT_LABELS, MOST_LABELS = 300, 3_000
ANSWER_TOKENS = 20  # of an answer to `prompts.label`, about


@dataclass(frozen=True)
class MachineLabel:
    """What the model says of one document.

    Attributes
    ----------
    document : int
        Its row.
    class_name : str or None
        None: none of these.
    confidence : float
        From 0.05 to 0.99.
    """

    document: int
    class_name: str | None
    confidence: float


@dataclass(frozen=True)
class Counts:
    """What became of the documents so far.

    Attributes
    ----------
    answered : int
        Labels that were yielded, those from the store included.
    from_cache : int
        Answers that were stored already, or are another document's of the same text, and cost nothing now.
    out_of_set, malformed : int
        Answers that were discarded: for a class that is none, and because no class could be read.
    failed : int
        Documents without an answer.
    """

    answered: int = 0
    from_cache: int = 0
    out_of_set: int = 0
    malformed: int = 0
    failed: int = 0


def estimate_labelling(texts: Sequence[str], rows: Iterable[int], instruction: str, label_set: LabelSet) -> Estimate:
    """Return what labelling these rows takes when nothing of it is stored yet."""
    questions = [prompts.label(texts[row], instruction, label_set) for row in rows]
    return Estimate(len(questions), sum(q.prompt_tokens for q in questions), ANSWER_TOKENS * len(questions))


class Labeller:
    """Labels texts of a corpus by asking a model about each.

    Parameters
    ----------
    texts : sequence of str, length n
    instruction : str
    label_set : LabelSet
        With at least two choices.
    chat : ChatModel
    answers : AnswerStore
    workers : int
        Questions under way at once.

    Attributes
    ----------
    counts : Counts
        Up to the last label that was yielded.
    stopped : str
        Why labelling ended before its end, in a sentence: the budget is spent, or someone asked to stop. Else empty.
    budget_spent : bool
        Whether that was the budget.

    Raises
    ------
    AnnotationError
        There are not two choices.
    """

    def __init__(
        self,
        texts: Sequence[str],
        instruction: str,
        label_set: LabelSet,
        chat: ChatModel,
        answers: AnswerStore,
        workers: int = WORKERS,
    ) -> None:
        if len(label_set.choices) < 2:
            raise AnnotationError("A label set needs at least two classes before texts can be labelled with it.")
        self._texts = texts
        self._instruction = instruction
        self._label_set = label_set
        self._chat = chat
        self._answers = answers
        self._workers = workers
        self.counts = Counts()
        self.stopped = ""
        self.budget_spent = False

    def label(self, rows: Iterable[int]) -> Iterator[MachineLabel]:
        """Label rows and yield the labels as the answers come, stored ones first.

        An answer is stored before its label is yielded. When the budget is spent or someone asks to stop, the iterator
        ends after what is under way, and `stopped` says why. Discarded answers yield nothing and are counted.

        Raises
        ------
        ProviderUnusable
            The key, the model or the address is wrong.
        AnnotationError
            The provider is down, answers cannot be stored, or none of the first ones can be used.
        """
        order = [int(row) for row in rows]
        questions = [self._question(row) for row in order]
        self.stopped, self.budget_spent = "", False
        try:
            proven = self.counts.answered > 0
            for item in ask_all(questions, self._read, self._chat, self._answers, self._workers, proven=proven):
                label = self._counted(order[item.position], item)
                if label is not None:
                    yield label
        except Ended as end:
            self.stopped = str(end)
            self.budget_spent = isinstance(end.cause, BudgetSpent)

    def _question(self, row: int) -> prompts.Question:
        return prompts.label(self._texts[row], self._instruction, self._label_set)

    def _read(self, reply: Reply) -> Answer:
        parsed = parse_label(reply.text, self._label_set.choices)
        if parsed.status is not AnswerStatus.USABLE:
            return Answer(parsed.status)
        return Answer(AnswerStatus.USABLE, parsed.class_name, confidence_of(reply, parsed, self._label_set.choices))

    def _counted(self, row: int, item: Answered) -> MachineLabel | None:
        counts = replace(self.counts, from_cache=self.counts.from_cache + item.stored)
        # a stored answer is of a label set by its key, yet the file is not ours alone: look again
        usable = item.answer is not None and item.answer.status is AnswerStatus.USABLE
        if item.answer is None:
            self.counts = replace(counts, failed=counts.failed + 1)
        elif item.answer.status is AnswerStatus.MALFORMED:
            self.counts = replace(counts, malformed=counts.malformed + 1)
        elif not usable or item.answer.content not in self._label_set.choices:
            self.counts = replace(counts, out_of_set=counts.out_of_set + 1)
        else:
            self.counts = replace(counts, answered=counts.answered + 1)
            name = None if item.answer.content == NONE_OF_THESE else item.answer.content
            return MachineLabel(row, name, clamped(item.answer.confidence or UNSAID_CONFIDENCE))
        return None
