"""Characters that no text can hold, each mended and named by row: bytes that did not fit, half an emoji, zeros."""

import re
from typing import Any

from gst_core.corpus.reading import Problems

MARKS = re.compile("[\x00\ud800-\udfff]")
SURROGATES = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"


class Mender:
    """Mends the strings of one file.

    Parameters
    ----------
    problems : Problems
        Where what was mended is named.
    encoding : str or None
        What the file was decoded with; bytes that did not fit are surrogates from DC80 to DCFF then.
    needed : bool
        Whether there is anything to mend; looked up once for a whole text.
    """

    def __init__(self, problems: Problems, encoding: str | None = None, *, needed: bool = True) -> None:
        self.needed = needed
        self._problems, self._encoding = problems, encoding

    def text(self, text: str, row: int | None) -> str:
        """Return a string without marks, and name the row that it stands in."""
        if not self.needed or not MARKS.search(text):
            return text
        if "\x00" in text:
            self._problems.add("nul", "holds a zero character, which was taken out", row)
            text = text.replace("\x00", "")
        if not SURROGATES.search(text):
            return text
        if any("\udc80" <= c <= "\udcff" for c in text):
            encoding = (self._encoding or "its encoding").upper().removesuffix("-SIG")
            self._problems.add("byte", f"holds a byte that is not {encoding}; “{REPLACEMENT}” stands there", row)
        else:
            self._problems.add("surrogate", f"holds half an emoji; “{REPLACEMENT}” stands there", row)
        return SURROGATES.sub(REPLACEMENT, text)

    def cells(self, cells: list[str], row: int) -> list[str]:
        """Return a row's strings without marks."""
        return [self.text(c, row) for c in cells] if self.needed else cells

    def value(self, value: Any, row: int) -> Any:  # noqa: ANN401 - what JSON holds
        """Return what was in JSON with all of its strings mended."""
        if not self.needed:
            return value
        if type(value) is str:
            return self.text(value, row)
        if isinstance(value, dict):
            return {self.text(k, row): self.value(v, row) for k, v in value.items()}
        if isinstance(value, list):
            return [self.value(v, row) for v in value]
        return value
