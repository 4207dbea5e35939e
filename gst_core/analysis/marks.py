"""What is marked in a text: the places that a search has found, and the keywords of the text's group."""

from collections.abc import Sequence
from typing import Literal

from gst_core.analysis.text_query import TextQuery

Mark = tuple[int, int, Literal["hit", "keyword"]]


def marks(text: str, query: TextQuery | None, keywords: Sequence[str] = ()) -> list[Mark]:
    """Return what is marked in a text.

    Parameters
    ----------
    text : str
    query : TextQuery or None
        What is searched for.
    keywords : sequence of str
        Single words.

    Returns
    -------
    list of (start, end, {"hit", "keyword"})
        In characters, rising and apart; what a search has found counts before a keyword.
    """
    hits = query.spans(text) if query else []
    words = TextQuery.of(" ".join(f'"{word}"' for word in keywords)).spans(text) if keywords else []
    free = [(start, end) for start, end in words if not any(start < e and s < end for s, e in hits)]
    return sorted([*((s, e, "hit") for s, e in hits), *((s, e, "keyword") for s, e in free)])
