"""What a model thinks aloud before its answer, which is no part of the answer."""

import re

TAGS = "think|thinking|thought|thoughts|reasoning|reflection"
CLOSED = re.compile(rf"<({TAGS})\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
# Some chat templates open the thought themselves, so that an answer begins within it.
BEGUN_BEFORE = re.compile(rf"^.*</({TAGS})\s*>", re.DOTALL | re.IGNORECASE)
UNCLOSED = re.compile(rf"<({TAGS})\b[^>]*>.*$", re.DOTALL | re.IGNORECASE)
CHANNELS = re.compile(r"^.*<\|channel\|>\s*final\s*<\|message\|>", re.DOTALL)  # of gpt-oss, where a server shows them
ANALYSIS = re.compile(r"<\|channel\|>\s*analysis\b.*$", re.DOTALL)
END = re.compile(r"<\|(end|return)\|>\s*$")


def without_thoughts(text: str) -> str:
    """Return an answer without what was thought aloud before it; of a thought that has no end nothing is left.

    Examples
    --------
    >>> without_thoughts('<think>red? or blue</think> {"label": "red"}')
    '{"label": "red"}'
    >>> without_thoughts("<think>red? or")
    ''
    """
    if "<" not in text:
        return text
    said = CHANNELS.sub("", text)
    said = ANALYSIS.sub("", said) if said == text else END.sub("", said)
    said = CLOSED.sub("", said)
    said = BEGUN_BEFORE.sub("", said)
    said = UNCLOSED.sub("", said)
    return text if said == text else said.strip()
