"""A sample of a corpus, labelled by a language model: which texts, and their labels as they come."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gst_core.annotate import prompts
from gst_core.annotate.asking import WORKERS, Answered, Ended, ask_all
from gst_core.annotate.budget import BudgetSpent, Estimate
from gst_core.annotate.parsing import UNSAID_CONFIDENCE, ParsedLabel, clamped, parse_label
from gst_core.annotate.provider import ChatModel, Reply, TokenChoice
from gst_core.errors import AnnotationError
from gst_core.suggest import suggest
from gst_core.workspace.answers import Answer, AnswerStore, Status
from gst_core.workspace.label_set import NONE_OF_THESE, LabelSet

DEFAULT_LABELS, MOST_LABELS = 300, 3_000
COVERAGE = 0.25  # of a choice goes on covering the corpus when a transform says where it is unsure
ANSWER_TOKENS = 20  # of an answer to `prompts.label`, about
REGIONS = 128  # that coverage looks for; of each, texts from its middle outwards
LOOKED_AT = 6_000  # rows among which is chosen; a fair sample of more covers as well


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


def choose_next(
    X: NDArray[np.float32],
    probabilities: NDArray[np.float32] | None,
    done: Iterable[int],
    count: int,
    random_state: int = 0,
) -> NDArray[np.int64]:
    """Choose which texts to label next.

    Without a transform: texts that cover the corpus. With one: a quarter of them on covering it, the others where it is
    unsure or far from every label, spread out.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Generic embeddings, unit rows.
    probabilities : ndarray of shape (n, n_classes), float32, optional
        Of the present transform.
    done : iterable of int
        Rows that are labelled, or were asked about.
    count : int
    random_state : int

    Returns
    -------
    ndarray of int64
        At most `count` rows, none twice and none of `done`.
    """
    taken = np.zeros(len(X), dtype=bool)
    taken[np.fromiter(done, dtype=np.int64)] = True
    count = min(count, int((~taken).sum()))
    if count < 1:
        return np.array([], dtype=np.int64)
    unsure: list[int] = []
    if probabilities is not None and probabilities.shape[1] > 1 and taken.any():
        classes = tuple(str(c) for c in range(probabilities.shape[1]))
        wanted = count - math.ceil(COVERAGE * count)
        unsure = [s.index for s in suggest(X, taken, probabilities, classes, wanted, random_state)]
        taken[unsure] = True
    covering = _covering(X, np.flatnonzero(~taken), count - len(unsure), random_state)
    return np.array([*unsure, *covering], dtype=np.int64)


def estimate_labelling(texts: Sequence[str], rows: Iterable[int], instruction: str, label_set: LabelSet) -> Estimate:
    """Return what labelling these rows takes when nothing of it is stored yet."""
    questions = [prompts.label(texts[row], instruction, label_set) for row in rows]
    return _estimate(questions)


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

    def estimate(self, rows: Iterable[int]) -> Estimate:
        """Return what labelling these rows will take, without those whose answers are stored."""
        model = self._chat.provider.model
        open_questions = {
            key: question
            for question in (self._question(row) for row in rows)
            if self._answers.get(key := question.key(model)) is None
        }
        return _estimate(list(open_questions.values()))

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
        if parsed.status is not Status.USABLE:
            return Answer(parsed.status)
        return Answer(Status.USABLE, parsed.class_name, confidence_of(reply, parsed, self._label_set.choices))

    def _counted(self, row: int, item: Answered) -> MachineLabel | None:
        counts = replace(self.counts, from_cache=self.counts.from_cache + item.stored)
        # a stored answer is of a label set by its key, yet the file is not ours alone: look again
        usable = item.answer is not None and item.answer.status is Status.USABLE
        if item.answer is None:
            self.counts = replace(counts, failed=counts.failed + 1)
        elif item.answer.status is Status.MALFORMED:
            self.counts = replace(counts, malformed=counts.malformed + 1)
        elif not usable or item.answer.content not in self._label_set.choices:
            self.counts = replace(counts, out_of_set=counts.out_of_set + 1)
        else:
            self.counts = replace(counts, answered=counts.answered + 1)
            name = None if item.answer.content == NONE_OF_THESE else item.answer.content
            return MachineLabel(row, name, clamped(item.answer.confidence or UNSAID_CONFIDENCE))
        return None


def confidence_of(reply: Reply, parsed: ParsedLabel, choices: Sequence[str]) -> float:
    """Return how sure the model is of a class.

    From the probabilities of the class' tokens where the server gives them, else what the answer states, else
    `UNSAID_CONFIDENCE`.
    """
    probability = class_probability(reply.tokens, parsed.class_name, choices)
    if probability is not None:
        return clamped(probability)
    return parsed.confidence if parsed.confidence is not None else UNSAID_CONFIDENCE


def class_probability(tokens: Sequence[TokenChoice], name: str, choices: Sequence[str]) -> float | None:
    """Return the probability of a class among the choices, from the tokens that spell it.

    At every token of the class the likeliest others are looked at: those that would have led to another choice compete
    with it, all others (a space, a word that the schema forbids) do not count. A server may give the probabilities
    before or after it applied the schema; both come out alike.

    Parameters
    ----------
    tokens : sequence of TokenChoice
        Of the whole answer.
    name : str
        The class that was read from it.
    choices : sequence of str

    Returns
    -------
    float or None
        None when there are no tokens, the class is not in them as it is called, or the token that decided is not among
        the likeliest, so that nobody knows how likely the others were.
    """
    whole = "".join(t.text for t in tokens)
    key = re.search(r'"label"\s*:\s*"', whole)
    start = key.end() if key else whole.find(name)
    if not tokens or start < 0 or not whole.startswith(name, start):
        return None
    end = start + len(name) + 1  # the quote behind it tells a class from one that goes on
    probability, position = 1.0, 0
    for token in tokens:
        if position < end and position + len(token.text) > start:
            lead = token.text[: max(start - position, 0)]  # what stands in the token before the class: a quote, a space
            share = _share(token, lead, whole[start:position], name, choices)
            if share is None:
                return None
            probability *= share
        position += len(token.text)
    return probability


def _share(token: TokenChoice, lead: str, before: str, name: str, choices: Sequence[str]) -> float | None:
    """Return the share of the tokens that continue `before` towards a class among those towards any choice."""
    rivals = [c for c in choices if c != name and c.startswith(before)]
    if not rivals:
        return 1.0  # decided by the tokens before
    likeliest = dict(token.others)
    if token.text not in likeliest:
        return None
    own = everyone = 0.0
    for text, logprob in likeliest.items():
        if not text.startswith(lead):
            continue
        spelled = before + text[len(lead) :]
        towards_own = text == token.text or _leads_to(spelled, name)
        own += math.exp(logprob) * towards_own
        everyone += math.exp(logprob) * (towards_own or any(_leads_to(spelled, c) for c in rivals))
    return own / everyone if everyone > 0 else None


def _leads_to(spelled: str, choice: str) -> bool:
    """Say whether a text is the beginning of a choice, or the choice with the quote behind it."""
    return bool(spelled) and (choice.startswith(spelled) or spelled.startswith(f'{choice}"'))


def _estimate(questions: Sequence[prompts.Question]) -> Estimate:
    return Estimate(len(questions), sum(q.prompt_tokens for q in questions), ANSWER_TOKENS * len(questions))


def _covering(X: NDArray[np.float32], rows: NDArray[np.int64], count: int, seed: int) -> list[int]:
    """Choose texts from the middle of each of many regions outwards, a text of each region in turn."""
    from sklearn.cluster import MiniBatchKMeans

    if count < 1:
        return []
    rng = np.random.default_rng(seed)
    if len(rows) > LOOKED_AT:
        rows = np.sort(rng.choice(rows, max(LOOKED_AT, count), replace=False))
    points = np.asarray(X[rows])
    model = MiniBatchKMeans(min(count, REGIONS), random_state=seed, n_init=1, batch_size=1024).fit(points)
    closeness = (points * model.cluster_centers_[model.labels_]).sum(axis=1)
    order = np.lexsort((-closeness, model.labels_))
    region = model.labels_[order]
    turn = np.arange(len(order)) - np.searchsorted(region, region)  # of a text in its region: 0, 1, 2, …
    chosen = order[np.lexsort((rng.permutation(len(order)), turn))[:count]]
    return [int(row) for row in rows[chosen]]
