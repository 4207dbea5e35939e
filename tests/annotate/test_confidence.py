import numpy as np
import pytest

from gst_core.annotate.confidence import class_probability
from gst_core.annotate.protocol import TokenChoice


def spelled(*tokens):
    """Tokens from (text, probability, others)."""
    return [
        TokenChoice(t, float(np.log(p)), ((t, float(np.log(p))), *((o, float(np.log(q))) for o, q in rest)))
        for t, p, rest in tokens
    ]


def test_the_probability_of_a_class_is_its_share_among_the_choices():
    tokens = spelled(
        ('{"label": "', 1.0, ()),
        ("neg", 0.3, (("pos", 0.1), (" I", 0.6))),
        ("ative", 0.9, (("x", 0.1),)),
        ('"}', 1.0, ()),
    )
    assert class_probability(tokens, "negative", ("negative", "positive")) == pytest.approx(0.75)
    assert class_probability(tokens, "negative", ("negative", "neutral", "positive")) == pytest.approx(0.75)
    assert class_probability((), "negative", ("negative", "positive")) is None


def test_a_class_that_begins_as_another_is_told_by_its_end():
    tokens = spelled(
        ('{"label":"', 1.0, ()), ("card", 0.8, (("cash", 0.2),)), ('"', 0.5, ((" lost", 0.5),)), ("}", 1.0, ())
    )
    assert class_probability(tokens, "card", ("card", "card lost", "cash")) == pytest.approx(0.4)


def test_where_the_deciding_token_is_not_among_the_likeliest_nobody_knows():
    tokens = [TokenChoice('{"label":"', 0.0, ()), TokenChoice("red", -20.0, (("I", -0.1),)), TokenChoice('"}', 0.0, ())]
    assert class_probability(tokens, "red", ("red", "blue")) is None
