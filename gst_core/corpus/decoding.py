"""Bytes become text: which encoding, and what happens to the few bytes that do not fit it.

A byte that does not fit becomes a lone surrogate (`surrogateescape`), which readers turn into U+FFFD where they know
the row, see `gst_core.corpus.characters`.
"""

import re
import unicodedata
from collections import Counter
from itertools import pairwise

from gst_core.errors import CorpusError

ENCODING_SAMPLE = 1 << 16  # bytes around the first that is not UTF-8, which the guess of an encoding looks at
COMMONEST = "cp1252"  # of the encodings that are not UTF-8
# What files really come in: of the others, some have a letter for every byte and look right whatever a text is
LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "cp1258", "iso8859_2", "cp850", "mac_roman")
OTHERS = (
    *("cp1251", "cp1253", "cp1255", "cp1256", "cp874", "iso8859_5", "koi8_r", "koi8_u", "cp866", "mac_cyrillic"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
)
PIECES = 8  # of a sample that say which encoding it has
PIECE = 30  # bytes at least of one
TURKISH = "cp1254"
TURKISH_BYTES = re.compile(b"[\xd0\xdd\xde\xf0\xfd\xfe]")  # all that it has otherwise than the commonest
JAPANESE = "cp932"
KANA = re.compile("[\u3041-\u30fa]")
NO_JAPANESE = {0x80: "\udc80", 0xF8F0: "\udca0", 0xF8F1: "\udcfd", 0xF8F2: "\udcfe", 0xF8F3: "\udcff"}  # its bad bytes
KANA_SHARE = 0.2  # of the characters beyond ASCII: every Japanese text has more, and no other that is read as one
FEW_ACCENTS = 0.3  # of the bytes: above, the alphabet is not Latin
INSIDE_WORDS = re.compile(r"(?<=[^\W\d_])[\u0080-\uffff](?=[^\W\d_])")  # beyond ASCII, between two letters
APOSTROPHES = "’‘´·–—\u00ad"
BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
ESCAPED = re.compile("[\udc80-\udcff]")  # bytes that did not fit
FEW_BAD = 0.1  # of the bytes beyond ASCII: with more, the encoding is another
FEW_OF_ALL = 0.01  # of all bytes: a text of the wrong encoding has more accents than that
FEW_ZEROS = 10  # that a short text may have
MANY_ZEROS = 0.01  # of the bytes: a text has fewer, unless it is UTF-16
PLAUSIBLE = 0.95  # of the characters: letters, marks, digits, punctuation, signs, spaces


def decode(name: str, data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Turn bytes into text, and say which encoding did it.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    data : bytes
    encoding : str, optional
        Use this one and no other.

    Returns
    -------
    text, encoding : str, str
        In the text, a lone surrogate stands for each byte that did not fit.

    Raises
    ------
    CorpusError
        The encoding does not exist or does not fit, or none could be found; the message names the line.
    """
    if encoding is not None:
        return _as_told(name, data, encoding), encoding
    for bom, from_bom in BOMS:
        if data.startswith(bom):
            return _as_told(name, data, from_bom, sure=True), from_bom
    if b"\x00" in data:
        wide = _without_bom(data)
        if wide is not None:
            return _as_told(name, data, wide, sure=True), wide
        _refuse_binary(name, data)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        start = error.start
        if (halves := _with_halves(data)) is not None:
            return halves, "utf-8"
        if _is_cut(data, error) or (_mostly_utf8(data) and not _is_japanese(data[:ENCODING_SAMPLE])):
            return data.decode("utf-8", "surrogateescape"), "utf-8"
    return _by_guess(name, data, start)


def _with_halves(data: bytes) -> str | None:
    """Return a text whose emoji some programs wrote as two halves; None if that is not what is wrong with it."""
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return HALVES.sub(lambda both: both[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _by_guess(name: str, data: bytes, start: int) -> tuple[str, str]:
    """Decode what is not UTF-8 from this byte on."""
    around = max(0, start - ENCODING_SAMPLE // 2)
    few = FEW_BAD * _beyond_ascii(data)
    for candidate in _likely_encodings(data[around : around + ENCODING_SAMPLE]):
        text = data.decode(candidate, "surrogateescape")
        text = text.translate(NO_JAPANESE) if candidate == JAPANESE else text
        if len(ESCAPED.findall(text)) <= few:
            return text, candidate
    line = data[:start].count(b"\n") + 1
    raise CorpusError(f"{name} is not UTF-8 (line {line}) and its encoding cannot be told. Save it as UTF-8.")


def _as_told(name: str, data: bytes, encoding: str, *, sure: bool = False) -> str:
    """Decode with one encoding, as long as few bytes do not fit it or the file itself says that it is this one."""
    wide = encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32"))
    unit = 1 if not wide else 4 if "32" in encoding else 2
    rest = len(data) % unit
    try:
        text = data[: len(data) - rest].decode(encoding, "surrogatepass" if wide else "surrogateescape")
        bad = ESCAPED.search(text)
        few = max(FEW_BAD * _beyond_ascii(data), FEW_OF_ALL * len(data))
        if bad is None or sure or len(ESCAPED.findall(text)) <= few:
            return text + ("\udcff" if rest else "")
        line = text.count("\n", 0, bad.start()) + 1
    except LookupError:
        raise CorpusError(f"There is no character encoding called “{encoding}”; try utf-8 or cp1252.") from None
    except UnicodeError as error:
        line = data[: getattr(error, "start", 0)].count(b"\n") + 1
    raise CorpusError(
        f"{name} is not written in {encoding}: line {line} has a byte that does not exist there. "
        "Choose another encoding, or save the file as UTF-8."
    )


def _beyond_ascii(data: bytes) -> int:
    return len(data) - len(data.translate(None, delete=bytes(range(128, 256))))


def _is_cut(data: bytes, error: UnicodeDecodeError) -> bool:
    """Say whether all that is wrong is that a file ends inside a character of several bytes."""
    return error.reason == "unexpected end of data" and len(data) - error.start >= 2


def _mostly_utf8(data: bytes) -> bool:
    """Say whether more bytes beyond ASCII are right than wrong; of another encoding one in ten is so by chance."""
    text = data.decode("utf-8", "surrogateescape")
    bad = len(ESCAPED.findall(text))
    right = _beyond_ascii(data) - bad
    return bad <= right


def _without_bom(data: bytes) -> str | None:
    """Return UTF-16's kind where zero bytes stand in every second place only, as they do in it."""
    sample = data[: 2 * ENCODING_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if even + odd < max(2, MANY_ZEROS * len(sample)):
        return None
    encoding, other = ("utf-16-le", even) if odd > even else ("utf-16-be", odd)
    if other > 0.05 * (even + odd):
        return None
    text = sample[: len(sample) // 2 * 2].decode(encoding, "surrogatepass")
    plausible = sum(unicodedata.category(c)[0] in "LMNPSZ" or c in "\r\n\t" for c in text)
    return encoding if plausible >= PLAUSIBLE * len(text) else None


def _refuse_binary(name: str, data: bytes) -> None:
    zeros = data.count(0)
    if zeros > max(FEW_ZEROS, MANY_ZEROS * len(data)):
        line = data[: data.find(b"\x00")].count(b"\n") + 1
        raise CorpusError(f"{name} is not a text file: line {line} holds a zero byte, and {zeros:,} are in it.")


def _likely_encodings(sample: bytes) -> list[str]:
    """Return what bytes around the first that is not UTF-8 may be written in, likeliest first.

    In a text with few accents one Latin code page looks like another, and cp1252 is by far the commonest; a guess of
    another one counts where cp1252 would set signs inside words. One byte that fits no encoding hides the right one
    from a guess of the whole, so that its pieces are asked too.
    """
    if _is_japanese(sample):
        return [JAPANESE, COMMONEST]
    letters = sum(bytes([byte]).isalpha() for byte in sample)  # of ASCII; with fewer the alphabet is not Latin
    pages = [*LATIN, *OTHERS] if letters >= _beyond_ascii(sample) else [*OTHERS]
    from charset_normalizer import from_bytes  # a fifth of a second, for the few files that are not UTF-8

    votes: Counter[str] = Counter()
    for part in (sample, *_pieces(sample)):
        guess = from_bytes(part, cp_isolation=pages).best()
        if guess is not None:
            votes[guess.encoding] += 1
    if not votes:
        return [COMMONEST]
    guessed = votes.most_common(1)[0][0]
    as_commonest = sample.decode(COMMONEST, "replace")
    inside = [c for c in INSIDE_WORDS.findall(as_commonest) if c not in APOSTROPHES]
    signs = sum(not c.isalpha() for c in inside)
    latin = sum(byte > 127 for byte in sample) < FEW_ACCENTS * len(sample) and signs * 10 <= len(inside)
    if latin and not (guessed == TURKISH and TURKISH_BYTES.search(sample)):
        return [COMMONEST, guessed]
    return [guessed, COMMONEST]


def _is_japanese(sample: bytes) -> bool:
    """Say whether bytes are Japanese as Windows writes it: half of them may pass for UTF-8, or all for Korean."""
    text = sample.decode(JAPANESE, "surrogateescape")
    beyond = sum(not c.isascii() for c in text)
    return len(KANA.findall(text)) > KANA_SHARE * beyond and len(ESCAPED.findall(text)) <= FEW_BAD * beyond


def _pieces(sample: bytes) -> list[bytes]:
    """Cut bytes into a few parts that end where a line does."""
    lines = sample.splitlines(keepends=True)
    parts = min(PIECES, len(lines), len(sample) // PIECE)
    places = [len(lines) * i // parts for i in range(parts + 1)] if parts > 1 else []
    return [b"".join(lines[a:b]) for a, b in pairwise(places)]
