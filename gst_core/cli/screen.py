"""What a person sees while a command runs: sentences and bars, on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

screen = Console(stderr=True)


@contextmanager
def bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar for the length of a block, which says how many of `total` are done."""
    with progress_bars() as bars:
        task = bars.add_task(title, total=total)
        yield lambda done: bars.update(task, completed=done)


def progress_bars() -> Progress:
    """Return bars as all commands show them."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=screen)


def say(sentence: str) -> None:
    """Show a sentence, whoever's words are in it."""
    screen.print(printable(sentence), markup=False, highlight=False, soft_wrap=True)


def printable(text: str) -> str:
    """Take out what a terminal would obey: the words may be a model's, a server's, or through them a document's."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)
