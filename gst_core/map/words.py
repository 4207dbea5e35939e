"""The words of a text, in any script: with their vowel marks, and found where no blanks stand between them.

Where a script has blanks a word is a run of letters with the marks on them, which for Hindi, Tamil or vowelled Arabic
are no letters themselves. Chinese is cut by jieba's dictionary; Japanese and Thai are cut by BudouX, whose phrases lose
the particles at their ends.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from budoux.parser import Parser

LONGEST = 40  # letters; longer runs are codes and addresses
FEWEST_SIGNS = 2
LOOKED_AT = 500  # texts by which their language is told
SPOKEN = 0.1  # share of a language's stop words among all words, from which on texts are of that language
NEARLY = 0.7  # of the best language's share: texts of two languages, or of two that are alike
ENGLISH_ENDS = ("s", "ll", "ve", "re", "d", "m")  # behind an apostrophe
ELIDED = 2  # letters before an apostrophe that are a word of their own: l'hôtel, qu'il
MORE_ENGLISH = """
im ive dont didnt doesnt isnt wasnt cant couldnt wont wouldnt youre theyre thats theres weve id ill let lets
just really very got get gets getting like one two would could also even still much many please want need
said say says know make made thing things way time times day days
"""

# A word may hold joiners, which shape Persian and Indian letters, and an apostrophe.
RUN = regex.compile(r"\p{L}[\p{L}\p{M}\u200c\u200d]*(?:['’]\p{L}[\p{L}\p{M}]*)*")
ASCII_RUN = re.compile(r"[a-z]+(?:'[a-z]+)*")
# Numbers that Python counts among the letters: ², ½, ③.
NUMBERS = (
    r"\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2079\u2080-\u2089\u2150-\u218b\u2460-\u249b\u24ea-\u24ff\u2776-\u2793"
)
LETTER = rf"[^\W\d_{NUMBERS}]"
PLAIN_RUN = re.compile(f"{LETTER}+(?:'{LETTER}+)*")
# What scripts beside the European ones are written with, and marks: a text without any of it has words of plain runs.
NOT_PLAIN = re.compile(
    "[\u02b0-\u036f\u0483-\u0489\u0530-\u1dff\u200c\u200d\u20d0-\u20ff\u2c60-\ud7ff\uf900-\ufe0d\ufe10-\uffef"
    "\U00010000-\U0001efff\U00020000-\U0010ffff]"
)
WITHOUT_BLANKS = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}ー々]+")
KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
THAI = regex.compile(r"\p{Thai}")
PARTICLES = regex.compile(r"(?<=[\p{Han}\p{Katakana}ー々])\p{Hiragana}+$")
HIRAGANA = regex.compile(r"\p{Hiragana}+")


def words_of(text: str) -> list[str]:
    """Return the words of a text in their order, in small letters.

    Examples
    --------
    >>> words_of("The hotel's Wi-Fi wasn't good; l'hôtel était sale")
    ['the', 'hotel', 'wi', 'fi', 'wasnt', 'good', 'hôtel', 'était', 'sale']
    >>> words_of("कमरा बहुत सुन्दर था"), words_of("早餐太差了")
    (['कमरा', 'बहुत', 'सुन्दर', 'था'], ['早餐', '太差', '了'])
    """
    small = text.lower()
    if small.isascii():  # most of English, in a fifth of the time
        return _plain(ASCII_RUN.findall(small))
    if NOT_PLAIN.search(small) is None:  # with typographic signs and emoji, or another European language
        return _plain(PLAIN_RUN.findall(small.replace("’", "'")))
    return _words_in_any_script(small)


def _words_in_any_script(text: str) -> list[str]:
    found: list[str] = []
    japanese = KANA.search(text) is not None
    for run in RUN.findall(text):
        end = 0
        for part in WITHOUT_BLANKS.finditer(run):
            found.append(_spaced(run[end : part.start()]))
            found += _unspaced(part[0], japanese)
            end = part.end()
        found.append(_spaced(run[end:]))
    return [word for word in found if 0 < len(word) <= LONGEST]


def _plain(runs: list[str]) -> list[str]:
    words = [_spaced(run) if "'" in run else run for run in runs]
    return [word for word in words if 0 < len(word) <= LONGEST]


def says_little(word: str) -> bool:
    """Say whether a word seldom says what a text is about by its look: one sign, a or 了, or Japanese grammar alone."""
    signs = sum(not unicodedata.category(sign).startswith(("M", "C")) for sign in word)
    return signs < FEWEST_SIGNS or HIRAGANA.fullmatch(word) is not None


def stop_words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that say nothing of what texts are about, in English and in the languages that they are in.

    They have no vowel marks, see `without_vowels`.
    """
    counts = Counter(without_vowels(word) for text in islice(texts, LOOKED_AT) for word in words_of(text))
    total = max(sum(counts.values()), 1)
    shares = {name: sum(counts[w] for w in known) / total for name, known in _known_stop_words().items()}
    least = max(SPOKEN, NEARLY * max(shares.values()))
    spoken = [_known_stop_words()[name] for name, share in shares.items() if share >= least]
    return _english().union(*spoken)


@lru_cache(maxsize=1 << 16)
def without_vowels(word: str) -> str:
    """Return a word without the vowel marks of Arabic and Hebrew, which most writers leave out."""
    return word if word.isascii() else re.sub("[\u064b-\u065f\u0670\u0640\u0591-\u05c7]", "", word)


def _spaced(run: str) -> str:
    """Return the word in a run of letters: without an elided one at either end, and without its apostrophes."""
    first, *rest = re.split("['’]", run)
    if rest and len(first) <= ELIDED < len(rest[-1]):
        first = ""
    if rest and rest[-1] in ENGLISH_ENDS:
        rest.pop()
    return first + "".join(rest)


def cut_unspaced(run: str, *, japanese: bool) -> list[str]:
    """Cut letters without blanks into words, or phrases, that make up the whole run; of Thai, Chinese or Japanese."""
    if THAI.search(run):
        return list(_phrases("th", run))
    if not japanese:
        import rjieba  # with its dictionary of 60 ms, which texts of other scripts need not wait for

        return list(rjieba.cut(run))
    return list(_phrases("ja", run))


def _unspaced(run: str, japanese: bool) -> list[str]:
    words = cut_unspaced(run, japanese=japanese)
    return [PARTICLES.sub("", word) for word in words] if japanese and not THAI.search(run) else words


@lru_cache(maxsize=1 << 14)  # what people write without a stop they often write again, and it takes a while
def _phrases(language: str, run: str) -> tuple[str, ...]:
    return tuple(_parser(language).parse(run))


@lru_cache(maxsize=2)
def _parser(language: str) -> "Parser":
    import budoux

    return {"ja": budoux.load_default_japanese_parser, "th": budoux.load_default_thai_parser}[language]()


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # not on the way to a first page

    return frozenset(ENGLISH_STOP_WORDS.union(MORE_ENGLISH.split()))


@lru_cache(maxsize=1)
def _known_stop_words() -> dict[str, frozenset[str]]:
    """Return the stop words of each language that has a list, as `words_of` gives them; English has its own."""
    import stop_words as lists

    return {
        language: frozenset(without_vowels(w) for listed in lists.get_stop_words(language) for w in words_of(listed))
        for language in lists.AVAILABLE_LANGUAGES
        if language != "english"
    }
