"""From an instruction to a label set: statements about a sample of texts, grouped, and the groups named.

After Feng et al., "Don't Reinvent the Wheel" (GSTransform), ACL 2025, section 3.1: a language model says of each text
of a diverse sample what the instruction asks about; the statements are embedded and clustered; it names the groups and
merges synonyms. Wherever a weak model, or a spent budget, leaves a gap, the words of the statements fill it.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gst_core.annotate import prompts
from gst_core.annotate.asking import WORKERS, Answered, Ended, Reader, ask_all
from gst_core.annotate.budget import BudgetSpent, Estimate
from gst_core.annotate.chat import ChatModel, Reply
from gst_core.annotate.parsing import parse_name, parse_statement, parse_synonyms, usable_name
from gst_core.counting import counted
from gst_core.errors import AnnotationError, Cancelled
from gst_core.workspace import NONE_OF_THESE, Answer, AnswerStatus, AnswerStore, ClassDefinition, LabelSet

log = logging.getLogger(__name__)

SAMPLE = 200  # texts about which statements are made; the number of the paper's diverse sample
FEWEST_CLASSES, MOST_CLASSES = 2, 12  # groups that are looked for
SHOWN = 8  # statements of a group from which it is named: those nearest its middle
EXAMPLES = 3  # of a class
SAME_NAME = 0.9  # cosine of two names' embeddings from which on they are one: "refund" and "refunds" have 0.93
MAY_MERGE = 0.5  # cosine below which two groups stay apart whatever the model says; weak ones say that all are the same
NAME_WORDS = 2  # key words that make a name where the model gives none
STATEMENT_ANSWER, NAME_ANSWER = 15, 40  # tokens of an answer, about
NAMING, STATING, MERGING = "names", "statements", "synonyms"

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class ConstructionProgress:
    """How far a construction is: its stage ("statements", "names", "synonyms"), and questions done of those in it."""

    stage: str
    done: int
    total: int


Progress = Callable[[ConstructionProgress], None]


@dataclass(frozen=True)
class _Group:
    """Statements that belong together.

    Attributes
    ----------
    rows : ndarray of int64
        Positions among the statements, nearest the middle first.
    middle : ndarray of shape (d,), float32
    name, definition : str
    """

    rows: NDArray[np.int64]
    middle: NDArray[np.float32]
    name: str = ""
    definition: str = ""


class _Asker:
    """Asks the questions of one construction; when the budget is spent the rest stays unanswered."""

    def __init__(
        self, chat: ChatModel, answers: AnswerStore, workers: int, progress: Progress, stop: Callable[[], bool]
    ) -> None:
        self._chat, self._answers, self._workers = chat, answers, workers
        self._progress, self._stop = progress, stop
        self.budget_spent = False

    def __call__(self, stage: str, questions: Sequence[prompts.Question], read: Reader) -> list[str]:
        """Return the usable answer to each question, "" where there is none."""
        found = [""] * len(questions)
        self._progress(ConstructionProgress(stage, 0, len(questions)))
        proven = stage != STATING  # groups that the model cannot name are called by their words
        stream = ask_all(questions, read, self._chat, self._answers, self._workers, proven=proven)
        try:
            for done, item in enumerate(stream, start=1):
                found[item.position] = _usable(item)
                self._progress(ConstructionProgress(stage, done, len(questions)))
                if self._stop():
                    raise Cancelled("Stopped. What was answered is kept.")
        except Ended as end:
            if not isinstance(end.cause, BudgetSpent):
                raise end.cause from None
            self.budget_spent = True
            log.info("the budget was spent while asking for %s", stage)
        finally:
            stream.close()  # what is under way is stored
        return found


def construct_label_set(
    texts: Sequence[str],
    X: NDArray[np.float32],
    instruction: str,
    chat: ChatModel,
    answers: AnswerStore,
    encode: Encode,
    *,
    sample: int = SAMPLE,
    classes: int | None = None,
    ids: Sequence[str] | None = None,
    workers: int = WORKERS,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    random_state: int = 0,
) -> LabelSet:
    """Propose a label set for an instruction.

    Parameters
    ----------
    texts : sequence of str, length n
    X : ndarray of shape (n, d), float32
        Generic embeddings, unit rows; the sample is spread over them.
    instruction : str
    chat : ChatModel
    answers : AnswerStore
    encode : callable
        Texts to unit rows, with the encoder of the corpus.
    sample : int
        Texts about which statements are made; fewer where the budget leaves no requests to name the groups with.
    classes : int, optional
        How many; found from the statements, between 2 and 12, when left out.
    ids : sequence of str, length n, optional
        Of the documents, for the examples; without them the examples are statements.
    workers : int
        Questions under way at once.
    progress, cancelled : callable, optional
    random_state : int

    Returns
    -------
    LabelSet
        At least two classes, the largest first, and "none of these".

    Raises
    ------
    BudgetSpent
        The budget was spent before there were two classes.
    AnnotationError
        The provider cannot be asked, or what it said gives no two classes.
    Cancelled
        Someone asked to stop.
    """
    ask = _Asker(chat, answers, workers, progress or (lambda _: None), cancelled or (lambda: False))
    spare = chat.budget.requests_left - (classes or MOST_CLASSES) - 1  # one to name each group, one for synonyms
    rows = diverse_sample(X, sample if spare < FEWEST_CLASSES else min(sample, spare), random_state)
    said = ask(STATING, [prompts.state(texts[row], instruction) for row in rows], _read_statement)
    kept = [i for i, statement in enumerate(said) if statement]
    statements = [said[i] for i in kept]
    if len({s.casefold() for s in statements}) < FEWEST_CLASSES:
        if ask.budget_spent:
            raise BudgetSpent(
                f"The budget of {counted(chat.budget.requests, 'request')} was spent before there were two classes. "
                "Raise it to go on."
            )
        raise AnnotationError(_too_few(len(rows), len(statements)))
    groups = group_statements(encode(statements), classes, random_state)
    named = _named(groups, statements, instruction, ask)
    merged = _merged(named, instruction, ask, encode, classes or FEWEST_CLASSES)
    source = [ids[rows[i]] for i in kept] if ids is not None else statements
    return LabelSet(tuple(_definition(group, source) for group in merged))


def estimate_construction(
    texts: Sequence[str], instruction: str, sample: int = SAMPLE, classes: int | None = None
) -> Estimate:
    """Return what a construction takes when nothing of it is stored yet, by the mean length of the texts."""
    looked = list(texts[:: max(1, len(texts) // sample)])[:sample]
    asked = [prompts.state(text, instruction).prompt_tokens for text in looked]
    named = (classes or MOST_CLASSES) + 1
    naming = prompts.name_group(["x" * prompts.CHARACTERS_PER_TOKEN * 8] * SHOWN, instruction).prompt_tokens
    return Estimate(
        len(asked) + named, sum(asked) + named * naming, len(asked) * STATEMENT_ANSWER + named * NAME_ANSWER
    )


def diverse_sample(X: NDArray[np.float32], count: int, random_state: int = 0) -> NDArray[np.int64]:
    """Return rows (m,) of at most `count` texts, one from the middle of each of as many regions."""
    from gst_core.suggest import suggest  # scikit-learn: only when a sample is drawn

    chosen = suggest(X, np.zeros(len(X), dtype=bool), count=count, random_state=random_state)
    return np.array(sorted(s.index for s in chosen), dtype=np.int64)


def group_statements(E: NDArray[np.float32], classes: int | None = None, random_state: int = 0) -> list[_Group]:
    """Group statements by their embeddings.

    Parameters
    ----------
    E : ndarray of shape (m, d), float32
        Unit rows.
    classes : int, optional
        How many groups; by the best mean silhouette when left out.
    random_state : int

    Returns
    -------
    list of _Group
        Largest first; fewer than asked for where fewer statements differ.
    """
    distinct = len(np.unique(E.round(4), axis=0))
    if classes is not None:
        codes = _k_means(E, min(classes, distinct), random_state)
    else:
        codes = _best_by_silhouette(E, distinct, random_state)
    return sorted((_group(E, np.flatnonzero(codes == c)) for c in np.unique(codes)), key=lambda g: -len(g.rows))


def _best_by_silhouette(E: NDArray[np.float32], distinct: int, random_state: int) -> NDArray[np.int32]:
    from sklearn.metrics import silhouette_score

    best, best_codes = -np.inf, np.arange(len(E), dtype=np.int32)
    for count in range(FEWEST_CLASSES, min(MOST_CLASSES, distinct) + 1):
        codes = _k_means(E, count, random_state)
        sizes = np.unique_counts(codes).counts
        if not 1 < len(sizes) < len(E):
            continue
        alone = int((sizes == 1).sum())  # one statement that is like no other is no class
        score = float(silhouette_score(E, codes, metric="cosine")) - alone
        if score > best:
            best, best_codes = score, codes
    return best_codes


def _k_means(E: NDArray[np.float32], count: int, random_state: int) -> NDArray[np.int32]:
    from sklearn.cluster import KMeans

    codes: NDArray[np.int32] = KMeans(count, n_init=4, random_state=random_state).fit_predict(E)
    return codes


def _group(E: NDArray[np.float32], rows: NDArray[np.int64]) -> _Group:
    middle = E[rows].mean(axis=0)
    middle = middle / max(float(np.linalg.norm(middle)), 1e-12)
    return _Group(rows[np.argsort(-(E[rows] @ middle), kind="stable")], middle)


def _named(groups: list[_Group], statements: Sequence[str], instruction: str, ask: _Asker) -> list[_Group]:
    """Name each group by the model, and by its key words where the model gives no name that can be used."""
    from gst_core.map import Keywords  # scikit-learn: only when groups are named

    shown = [list(dict.fromkeys(statements[i] for i in g.rows))[:SHOWN] for g in groups]
    given = ask(NAMING, [prompts.name_group(s, instruction) for s in shown], _read_name)
    codes = np.full(len(statements), -1, dtype=np.int32)
    for i, group in enumerate(groups):
        codes[group.rows] = i
    words = Keywords(statements).best(codes, NAME_WORDS)
    named = []
    for i, group in enumerate(groups):
        parsed = parse_name(given[i]) if given[i] else None
        name, definition = (parsed.name, parsed.definition) if parsed else ("", "")
        if not name or name.casefold() == NONE_OF_THESE:
            name = _name_without_model([statements[r] for r in group.rows], words.get(i, ()))
        if not name or name.casefold() == NONE_OF_THESE:
            name = f"group {i + 1}"
        named.append(replace(group, name=name, definition=definition))
    return named


def _name_without_model(statements: Sequence[str], words: Sequence[str]) -> str:
    """Name a group by what most of its statements say, else by its key words, else by the likest of them."""
    commonest, count = Counter(s.casefold() for s in statements).most_common(1)[0]
    if 2 * count > len(statements) and usable_name(commonest):
        return usable_name(commonest)
    return usable_name(" ".join(words)) or next((n for n in map(usable_name, statements) if n), "")


def _merged(groups: list[_Group], instruction: str, ask: _Asker, encode: Encode, fewest: int) -> list[_Group]:
    """Merge groups of one name, of nearly one name, and of names that the model calls synonyms; keep at least `fewest`.

    Groups of one name merge in any case unless fewer than two would be left; then they get numbers.
    """
    groups = _together(groups, [(a, b) for a, b in _pairs(groups) if _alike(groups, a, b)], FEWEST_CLASSES)
    groups = _with_own_names(groups)
    E = encode([g.name for g in groups])
    close = E @ E.T
    names = [g.name for g in groups]
    same = [(a, b) for a, b in _pairs(groups) if close[a, b] >= SAME_NAME]
    if len(groups) > fewest:
        (answer,) = ask(MERGING, [prompts.merge_synonyms(names, instruction)], _reader_of_synonyms(names))
        for synonyms in parse_synonyms(answer, names):
            first, *others = sorted(names.index(n) for n in synonyms)
            near = [
                (first, o) for o in others if max(close[first, o], groups[first].middle @ groups[o].middle) >= MAY_MERGE
            ]
            same += near
    return _together(groups, same, fewest)


def _together(groups: list[_Group], same: Iterable[tuple[int, int]], fewest: int) -> list[_Group]:
    """Put groups together, pair by pair, as long as more than `fewest` are left; the larger one's name stays."""
    root = list(range(len(groups)))
    left = len(groups)
    for a, b in same:
        low, high = sorted((root[a], root[b]))
        if low == high or left <= fewest:
            continue
        root = [low if r == high else r for r in root]
        left -= 1
    out = []
    for r in sorted(set(root)):
        members = [groups[i] for i in range(len(groups)) if root[i] == r]
        rows = np.concatenate([m.rows for m in members])  # the largest first, so its examples come first
        out.append(replace(members[0], rows=rows))
    return sorted(out, key=lambda g: -len(g.rows))


def _pairs(groups: Sequence[_Group]) -> list[tuple[int, int]]:
    return [(a, b) for a in range(len(groups)) for b in range(a + 1, len(groups))]


def _alike(groups: Sequence[_Group], a: int, b: int) -> bool:
    return groups[a].name.casefold() == groups[b].name.casefold()


def _with_own_names(groups: list[_Group]) -> list[_Group]:
    """Give names that are there twice a number."""
    seen: set[str] = set()
    out = []
    for group in groups:
        name, number = group.name, 2
        while name.casefold() in seen:
            name, number = f"{group.name} {number}", number + 1
        seen.add(name.casefold())
        out.append(replace(group, name=name))
    return out


def _definition(group: _Group, source: Sequence[str]) -> ClassDefinition:
    examples = tuple(dict.fromkeys(source[i] for i in group.rows))[:EXAMPLES]
    return ClassDefinition(group.name, group.definition, examples)


def _read_statement(reply: Reply) -> Answer:
    return _read(parse_statement(reply.text))


def _read_name(reply: Reply) -> Answer:
    return _read(reply.text if parse_name(reply.text) else None)


def _reader_of_synonyms(names: Sequence[str]) -> Reader:
    return lambda reply: _read(reply.text if parse_synonyms(reply.text, names) else '{"same": []}')


def _read(content: str | None) -> Answer:
    return Answer(AnswerStatus.USABLE, content) if content else Answer(AnswerStatus.MALFORMED)


def _usable(item: Answered) -> str:
    return item.answer.content if item.answer is not None and item.answer.status is AnswerStatus.USABLE else ""


def _too_few(asked: int, usable: int) -> str:
    if not usable:
        return (
            f"The model said nothing usable about any of {counted(asked, 'text')}. "
            "Try another model, or type the classes."
        )
    return (
        f"The model said the same of all {counted(usable, 'text')} that it could be read for, "
        "so there are no two classes. Ask a more specific question, or type the classes."
    )
