"""Where the words of a text stand in it, in any script; numbers and pictures are words, too."""

import regex

from gst_core.encoding import UNSPACED
from gst_core.map import cut_unspaced

# Letters with their marks and joiners, digits, an apostrophe within; or a picture with what colours it.
RUN = regex.compile(
    r"[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_\u200c\u200d]|['’](?=\p{L}))*"
    r"|\p{Extended_Pictographic}[\p{M}\p{Sk}\u200d\ufe0f\p{Extended_Pictographic}]*"
)
KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
HANGUL = regex.compile(r"\p{Hangul}")


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each word of a text, rising.

    Examples
    --------
    >>> text = "It wasn't 3am 😡 早餐太差了"
    >>> [text[a:b] for a, b in word_spans(text)]
    ['It', "wasn't", '3am', '😡', '早餐', '太差', '了']
    """
    found: list[tuple[int, int]] = []
    japanese = KANA.search(text) is not None
    for run in RUN.finditer(text):
        end = run.start()
        for part in UNSPACED.finditer(run[0]):
            if HANGUL.search(part[0]):
                continue  # its blanks stand between words
            start = run.start() + part.start()
            if end < start:
                found.append((end, start))
            end = start
            for word in cut_unspaced(part[0], japanese=japanese):
                found.append((end, end + len(word)))
                end += len(word)
        if end < run.end():
            found.append((end, run.end()))
    return found
