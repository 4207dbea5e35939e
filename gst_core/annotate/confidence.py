"""How sure a language model is of a class: from the probabilities of its tokens, or from what it states."""

import math
import re
from collections.abc import Sequence

from gst_core.annotate.parsing import UNSAID_CONFIDENCE, ParsedLabel, clamped
from gst_core.annotate.protocol import Reply, TokenChoice


def confidence_of(reply: Reply, parsed: ParsedLabel, choices: Sequence[str]) -> float:
    """Return how sure the model is of a class.

    From the probabilities of the class' tokens where the server gives them, else what the answer states, else
    `UNSAID_CONFIDENCE`.
    """
    probability = class_probability(reply.tokens, parsed.class_name, choices)
    if probability is not None:
        return clamped(probability)
    return parsed.confidence if parsed.confidence is not None else UNSAID_CONFIDENCE


def class_probability(tokens: Sequence[TokenChoice], name: str, choices: Sequence[str]) -> float | None:
    """Return the probability of a class among the choices, from the tokens that spell it.

    At every token of the class the likeliest others are looked at: those that would have led to another choice compete
    with it, all others (a space, a word that the schema forbids) do not count. A server may give the probabilities
    before or after it applied the schema; both come out alike.

    Parameters
    ----------
    tokens : sequence of TokenChoice
        Of the whole answer.
    name : str
        The class that was read from it.
    choices : sequence of str

    Returns
    -------
    float or None
        None when there are no tokens, the class is not in them as it is called, or the token that decided is not among
        the likeliest, so that nobody knows how likely the others were.
    """
    whole = "".join(t.text for t in tokens)
    key = re.search(r'"label"\s*:\s*"', whole)
    start = key.end() if key else whole.find(name)
    if not tokens or start < 0 or not whole.startswith(name, start):
        return None
    end = start + len(name) + 1  # the quote behind it tells a class from one that goes on
    probability, position = 1.0, 0
    for token in tokens:
        if position < end and position + len(token.text) > start:
            lead = token.text[: max(start - position, 0)]  # what stands in the token before the class: a quote, a space
            share = _share(token, lead, whole[start:position], name, choices)
            if share is None:
                return None
            probability *= share
        position += len(token.text)
    return probability


def _share(token: TokenChoice, lead: str, before: str, name: str, choices: Sequence[str]) -> float | None:
    """Return the share of the tokens that continue `before` towards a class among those towards any choice."""
    rivals = [c for c in choices if c != name and c.startswith(before)]
    if not rivals:
        return 1.0  # decided by the tokens before
    likeliest = dict(token.others)
    if token.text not in likeliest:
        return None
    own = everyone = 0.0
    for text, logprob in likeliest.items():
        if not text.startswith(lead):
            continue
        spelled = before + text[len(lead) :]
        towards_own = text == token.text or _leads_to(spelled, name)
        own += math.exp(logprob) * towards_own
        everyone += math.exp(logprob) * (towards_own or any(_leads_to(spelled, c) for c in rivals))
    return own / everyone if everyone > 0 else None


def _leads_to(spelled: str, choice: str) -> bool:
    """Say whether a text is the beginning of a choice, or the choice with the quote behind it."""
    return bool(spelled) and (choice.startswith(spelled) or spelled.startswith(f'{choice}"'))
