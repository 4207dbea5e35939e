"""The terms that the lexical view counts: words as they are written, and pairs of signs where no blanks are.

They are saved with transforms, so they depend on no dictionary that another version may have changed; the words that
name clusters on a map (`gst_core.map.words`) may. Names, codes and numbers are what an analyst looks for, so digits
are letters here: `@united`, `#covid19`, `737` and `E404` are words, the first of them the same as in "United was late".
"""

import re
import unicodedata
from itertools import pairwise

import regex

LONGEST = 40  # letters; longer runs are codes and addresses
READ = 100_000  # characters of a text, so that one of a hundred megabytes does not fill the memory

ASCII_RUN = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
# Letters with the marks on them and the joiners that shape Persian and Indian ones; a picture is a word of its own.
RUN = regex.compile(r"[\p{L}\p{N}](?:_?[\p{L}\p{M}\p{N}\u200c\u200d])*|\p{Extended_Pictographic}")
# Scripts that are written without blanks; and Korean, whose blanks stand between words that have grown endings.
UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々]+")
SIGN = regex.compile(r"\X")  # a letter with its marks


def terms_of(text: str) -> list[str]:
    """Return the terms of a text in their order.

    Where words are not told apart by blanks, the terms are all pairs of neighbouring signs, so that two terms side by
    side are three signs.

    Examples
    --------
    >>> terms_of("@United's flight AA_100 wasn't late")
    ['united', 's', 'flight', 'aa_100', 'wasn', 't', 'late']
    >>> terms_of("早餐太差 😡 Wi-Fi")
    ['早餐', '餐太', '太差', '😡', 'wi', 'fi']
    """
    small = text[:READ].lower()
    if small.isascii():  # most of English, in a fifth of the time
        return [run for run in ASCII_RUN.findall(small) if len(run) <= LONGEST]
    found: list[str] = []
    for run in RUN.findall(unicodedata.normalize("NFKC", small)):
        if UNSPACED.search(run) is None:
            found.append(run)
        else:
            found += _terms_in(run)
    return [term for term in found if len(term) <= LONGEST]


def _terms_in(run: str) -> list[str]:
    """Return the terms of a run in which some script has no blanks."""
    found: list[str] = []
    end = 0
    for part in UNSPACED.finditer(run):
        found += [run[end : part.start()]] * (end < part.start())
        signs = SIGN.findall(part[0])
        found += [a + b for a, b in pairwise(signs)] or signs
        end = part.end()
    return found + [run[end:]] * (end < len(run))
