"""Many questions at once: each is asked once, and its answer is on disk before anyone sees it."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from gst_core.annotate.budget import BudgetSpent
from gst_core.annotate.chat import ChatModel, ProviderUnusable, Reply
from gst_core.annotate.prompts import Question
from gst_core.errors import AnnotationError, Cancelled
from gst_core.workspace import Answer, AnswerStatus, AnswerStore, AnswersUnusable

WORKERS = 4  # questions under way at once; APIs and local servers take as many
FAILURES_IN_A_ROW = 5  # that did not pass with their retries: from here on the provider is down, not a text bad
UNUSABLE_ANSWERS = 20  # and no usable one: the model cannot do it, and every further answer costs as much

Reader = Callable[[Reply], Answer]


@dataclass(frozen=True)
class Answered:
    """An answer, or why there is none.

    Attributes
    ----------
    position : int
        Of the question.
    answer : Answer or None
    stored : bool
        It was on disk already and cost nothing now.
    error : AnnotationError or None
    """

    position: int
    answer: Answer | None = None
    stored: bool = False
    error: AnnotationError | None = None


class Ended(Exception):  # noqa: N818 - a reason, not an error
    """Asking ended before its end; the argument is the `BudgetSpent` or `Cancelled` that ended it."""

    def __init__(self, cause: BudgetSpent | Cancelled) -> None:
        super().__init__(str(cause))
        self.cause = cause


def ask_once(question: Question, read: Reader, chat: ChatModel, answers: AnswerStore) -> tuple[Answer, bool]:
    """Return the stored answer to a question, or ask it and store the answer; and whether it was stored.

    An answer that cannot be used is stored as such too: it was paid for, and asking again would bring the same.

    Raises
    ------
    AnnotationError
        As `ChatModel.ask` and `AnswerStore.put`.
    Cancelled
        Someone asked to stop.
    """
    key = question.key(chat.provider.model)
    known = answers.get(key)
    if known is not None:
        return known, True
    reply = chat.ask(question, lambda cut: read(cut).status is AnswerStatus.USABLE)
    answer = read(reply)
    answers.put(key, answer, question.about)
    return answer, False


def ask_all(
    questions: Sequence[Question],
    read: Reader,
    chat: ChatModel,
    answers: AnswerStore,
    workers: int = WORKERS,
    *,
    proven: bool = False,
) -> Generator[Answered, None, None]:
    """Ask questions from a few threads and yield the answers as they come, those that are stored first.

    Equal questions are asked once. Closing the iterator waits for what is under way, so that it is stored.

    Parameters
    ----------
    questions : sequence of Question
    read : callable
        Reads a reply.
    chat : ChatModel
    answers : AnswerStore
    workers : int
        Questions under way at once.
    proven : bool
        Whether the model gave usable answers before, or can do without any; else `UNUSABLE_ANSWERS` end it.

    Yields
    ------
    Answered
        One for each question, unless asking ends before.

    Raises
    ------
    Ended
        The budget is spent or someone asked to stop; all answers that came were yielded before.
    ProviderUnusable
        No question can be answered.
    AnswersUnusable
        Answers cannot be read or stored.
    AnnotationError
        `FAILURES_IN_A_ROW` questions in a row got no answer, or the first `UNUSABLE_ANSWERS` answers are of no use.
    """
    places: dict[str, list[int]] = {}
    for position, question in enumerate(questions):
        places.setdefault(question.key(chat.provider.model), []).append(position)
    waiting: deque[list[int]] = deque()
    for key, positions in places.items():
        known = answers.get(key)
        if known is None:
            waiting.append(positions)
        else:
            proven = proven or known.status is AnswerStatus.USABLE
            yield from (Answered(p, known, stored=True) for p in positions)
    yield from _ask_waiting(waiting, questions, read, chat, answers, workers, proven)


def _ask_waiting(
    waiting: deque[list[int]],
    questions: Sequence[Question],
    read: Reader,
    chat: ChatModel,
    answers: AnswerStore,
    workers: int,
    proven: bool,
) -> Generator[Answered, None, None]:
    ended: Exception | None = None
    failures = unusable = 0
    running: dict[Future[tuple[Answer, bool]], list[int]] = {}
    with ThreadPoolExecutor(max(1, workers), thread_name_prefix="annotate") as pool:
        while running or (waiting and ended is None):
            while waiting and len(running) < workers and ended is None:
                positions = waiting.popleft()
                running[pool.submit(ask_once, questions[positions[0]], read, chat, answers)] = positions
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                positions = running.pop(done)
                error = done.exception()
                if error is None:
                    failures = 0
                    answer, stored = done.result()
                    proven = proven or answer.status is AnswerStatus.USABLE
                    unusable += answer.status is not AnswerStatus.USABLE
                    yield from (Answered(p, answer, stored or i > 0) for i, p in enumerate(positions))
                    if not proven and unusable >= UNUSABLE_ANSWERS:
                        ended = ended or _useless(chat)
                elif _passing(error) and failures + 1 < FAILURES_IN_A_ROW:
                    failures += 1
                    assert isinstance(error, AnnotationError)
                    yield from (Answered(p, error=error) for p in positions)
                else:
                    ended = ended or _end(error)
    if ended is not None:
        raise ended


def _passing(error: BaseException) -> bool:
    return isinstance(error, AnnotationError) and not isinstance(
        error, BudgetSpent | ProviderUnusable | AnswersUnusable
    )


def _useless(chat: ChatModel) -> AnnotationError:
    return AnnotationError(
        f"None of {UNUSABLE_ANSWERS} answers of {chat.provider.model} could be used, so no more was asked. "
        f"{chat.remarks() or 'Take another model.'}"
    )


def _end(error: BaseException) -> Exception:
    if isinstance(error, BudgetSpent | Cancelled):
        return Ended(error)
    assert isinstance(error, Exception)
    return error
