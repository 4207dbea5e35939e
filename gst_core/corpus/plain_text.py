"""Plain text: a document for each line."""

import re

from gst_core.corpus.characters import Mender
from gst_core.corpus.parts import Parts

TEXT_COLUMN = "text"
LINE_END = re.compile(r"\r\n|\r|\n")  # and no other, as U+2028 and U+0085 stand inside scraped texts


def read_lines(text: str, mender: Mender) -> Parts:
    """Read each line as it stands."""
    lines = LINE_END.split(text)
    if not lines[-1]:
        lines.pop()
    return Parts({TEXT_COLUMN: [mender.text(t, n) for n, t in enumerate(lines, start=1)]}, range(1, len(lines) + 1))
