"""Words that are left out of names of groups and of the lexical view: a list, handles, addresses of pages.

Two entries of a list stand for many words: `HANDLES` for what mostly stands behind an @ in the corpus, `ADDRESSES` for
what mostly stands in addresses of pages. They hold a sign that no word has.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from gst_core.encoding import terms_of
from gst_core.map import words_of

HANDLES, ADDRESSES = "@", "://"
PATTERNS = {HANDLES: re.compile(r"(?<!\w)@\w+"), ADDRESSES: re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)}
MOSTLY = 0.5  # of the times that a word stands in the corpus


def resolved_words(texts: Sequence[str], given: Collection[str]) -> frozenset[str]:
    """Return the words that a list of entries leaves out of a corpus.

    Parameters
    ----------
    texts : sequence of str
        Of the corpus.
    given : collection of str
        Words, `HANDLES`, `ADDRESSES`.

    Returns
    -------
    frozenset of str
        In small letters, as names of groups and as the lexical view tell words apart.
    """
    words = {word for entry in given if entry not in PATTERNS for word in _words([entry])}
    patterns = [PATTERNS[entry] for entry in given if entry in PATTERNS]
    if patterns:
        inside = Counter(w for text in texts for p in patterns if p.search(text) for w in _words(p.findall(text)))
        everywhere = Counter(word for text in texts for word in _words([text]) if word in inside)
        words |= {word for word, count in inside.items() if count >= MOSTLY * everywhere[word]}
    return frozenset(words)


def _words(texts: Iterable[str]) -> list[str]:
    """Return the words of some texts by both ways of telling them apart; one that both find stands once for each."""
    return [word for text in texts for found in (words_of(text), terms_of(text)) for word in found]
