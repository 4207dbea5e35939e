r"""What an analyst types to find texts by their words.

=============  ===================================================================================================
luggage bag    texts with both words, in any order; a word is found wherever a word begins so, `bag` in "bags" too
"lost bag"     these very words side by side
-delay         texts without it; stands before a phrase or a pattern as well
/bags?\\b/      a pattern, a regular expression: in any case, with accents as they are written
=============  ===================================================================================================

Words and phrases are found in any case and with or without accents: texts and words are *folded*, decomposed (NFKD)
and without the marks that writers leave out. Where a script has no blanks, words are found anywhere.
"""

import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from gst_core.encoding import UNSPACED
from gst_core.errors import SearchError

LONGEST = 500  # characters: what is typed is in the page's address
PATTERN_SECONDS = 10.0  # for all texts: 100,000 are looked through in half a second, with a back reference in seven
SIGN_SECONDS = 0.05  # for the places in one text, which are marked where it is shown

# Accents of European scripts, Arabic and Hebrew vowels and lengthening, and signs that no reader sees. The vowel signs
# of Indian scripts and the voicing of Japanese ones are no accents: other words are written with them.
_MARKS = regex.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\u00ad\u200b-\u200f\ufe00-\ufe0f]+"
)
# Letters with a stroke, which Unicode takes for letters of their own, and signs that have a straight and a round form.
_ALIKE = str.maketrans("øØłŁđĐħĦı‘’‚“”„–‑", "oOlLdDhHi'''\"\"\"--")
_LETTER = r"[\p{L}\p{M}\p{N}_]"
_CLUSTER = regex.compile(r"\X")
_TOKEN = regex.compile(
    r"""(?P<minus>-(?=\S))?
    (?: ["“„](?P<phrase>[^"“”„]*)["”“] | /(?P<pattern>(?:\\.|[^\\])+?)/(?=\s|$) | (?P<word>\S+) )""",
    regex.VERBOSE,
)


def fold(text: str) -> str:
    """Return a text in small letters and without accents.

    Examples
    --------
    >>> fold("Crème BRÛLÉE"), fold("Straße"), fold("الطَّعام"), fold("が")
    ('creme brulee', 'strasse', 'الطعام', 'が')
    """
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", bare).translate(_ALIKE).casefold()


@dataclass(frozen=True)
class FoldedTexts:
    """The texts of a corpus, and what words are looked for in; made once for many searches.

    Attributes
    ----------
    texts, folded : tuple of str, length n
    """

    texts: tuple[str, ...]
    folded: tuple[str, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "FoldedTexts":
        """Fold texts."""
        return cls(tuple(texts), tuple(map(fold, texts)))


@dataclass(frozen=True)
class _Part:
    """One thing that is looked for.

    `core` stands in every folded text that it is found in; a pattern has none, and is looked for in the text as it is.
    """

    wanted: bool
    found: "regex.Pattern[str]"
    core: str = ""


@dataclass(frozen=True)
class TextQuery:
    """What is looked for in texts.

    Attributes
    ----------
    typed : str

    Examples
    --------
    >>> query = TextQuery.of('luggage -late "my bags"')
    >>> texts = FoldedTexts.of(["My bags: luggage lost", "luggage late, my bags", "My bag's luggage"])
    >>> query.rows(texts).tolist()
    [0]
    >>> query.spans(texts.texts[0])
    [(0, 7), (9, 16)]
    """

    typed: str
    _parts: tuple[_Part, ...]

    @classmethod
    def of(cls, typed: str) -> "TextQuery":
        """Read what somebody typed.

        Raises
        ------
        SearchError
            It is too long, a phrase or a pattern does not end, or a pattern is no regular expression.
        """
        if len(typed) > LONGEST:
            raise SearchError(f"A search has at most {LONGEST} characters; this one has {len(typed):,}.")
        return cls(typed, tuple(part for token in _TOKEN.finditer(typed) if (part := _part(token)) is not None))

    def __bool__(self) -> bool:
        return bool(self._parts)

    def rows(self, texts: FoldedTexts) -> NDArray[np.int64]:
        """Return the texts that have all that is wanted and nothing else that is not, rising.

        Parameters
        ----------
        texts : FoldedTexts
            Of n texts.

        Returns
        -------
        ndarray of shape (m,), int64
            None of them where nothing is looked for.

        Raises
        ------
        SearchError
            A pattern takes too long.
        """
        if not self._parts:
            return np.zeros(0, dtype=np.int64)
        rows: Sequence[int] = range(len(texts.texts))
        for part in sorted(self._parts, key=lambda one: (not one.core, not one.wanted, -len(one.core))):
            rows = _with_words(part, rows, texts.folded) if part.core else _with_pattern(part, rows, texts.texts)
        return np.array(rows, dtype=np.int64)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the wanted words, phrases and patterns stand in a text, as (start, end), rising and apart."""
        found: list[tuple[int, int]] = []
        words = [part for part in self._parts if part.wanted and part.core]
        if words:
            folded, starts, ends = _with_places(text)
            for part in words:
                found += [(starts[m.start()], ends[m.end() - 1]) for m in part.found.finditer(folded)]
        for part in self._parts:
            if part.wanted and not part.core:
                found += _pattern_spans(part, text)
        return _joined(sorted(found))


def _part(token: "regex.Match[str]") -> _Part | None:
    """Return what a token of the search asks for; None for an empty phrase."""
    wanted, word = token["minus"] is None, token["word"]
    if token["pattern"] is not None:
        return _Part(wanted, _compiled(token["pattern"]))
    if word is not None and word[0] in '"“„':
        raise SearchError('A phrase does not end: write it between two quotation marks, like "lost bag".')
    if word is not None and word[0] == "/" and len(word) > 1:
        raise SearchError(f"A pattern does not end: write it between two slashes, like /bags?/. For “{word}” as it is, "
                          f'write "{word}".')  # fmt: skip
    words = fold(token["phrase"] if word is None else word).split()
    if not words:
        return None
    core = max(words, key=len)
    found = r"\s+".join(map(regex.escape, words))
    if not UNSPACED.search(words[0]):
        found = rf"(?<!{_LETTER}){found}" if regex.match(_LETTER, words[0]) else found
        ends = word is None and regex.search(rf"{_LETTER}$", words[-1])
        found = rf"{found}(?!{_LETTER})" if ends else found
    return _Part(wanted, regex.compile(found), core)


def _compiled(pattern: str) -> "regex.Pattern[str]":
    try:
        return regex.compile(pattern, regex.IGNORECASE)
    except (regex.error, RecursionError, OverflowError) as error:
        raise SearchError(f"The pattern /{pattern}/ cannot be read: {error}.") from None


def _with_words(part: _Part, rows: Sequence[int], folded: Sequence[str]) -> list[int]:
    core, search = part.core, part.found.search
    if part.wanted:
        return [i for i in rows if core in folded[i] and search(folded[i])]
    return [i for i in rows if core not in folded[i] or not search(folded[i])]


def _with_pattern(part: _Part, rows: Sequence[int], texts: Sequence[str]) -> list[int]:
    end, search, found = time.monotonic() + PATTERN_SECONDS, part.found.search, []
    try:
        for i in rows:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if (search(texts[i], timeout=left, concurrent=True) is not None) == part.wanted:
                found.append(i)
    except (TimeoutError, MemoryError) as error:  # a pattern may call itself without end
        much = f"longer than {PATTERN_SECONDS:.0f} s" if isinstance(error, TimeoutError) else "too much memory"
        raise SearchError(
            f"The pattern /{part.found.pattern}/ takes {much} on these texts. Make it simpler: no repetition within a "
            "repetition, such as (a+)+."
        ) from None
    return found


def _pattern_spans(part: _Part, text: str) -> Iterator[tuple[int, int]]:
    try:
        for match in part.found.finditer(text, timeout=SIGN_SECONDS):
            if match.end() > match.start():
                yield match.span()
    except (TimeoutError, MemoryError):  # the search itself says so
        return


def _with_places(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Return a text folded, and where what became each of its letters begins and ends."""
    if text.isascii():
        return text.lower(), range(len(text)), range(1, len(text) + 1)
    parts, starts, ends = [], [], []
    for match in _CLUSTER.finditer(text):
        part = fold(match[0])
        parts.append(part)
        starts += [match.start()] * len(part)
        ends += [match.end()] * len(part)
    return "".join(parts), starts, ends


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put spans that overlap together."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out
