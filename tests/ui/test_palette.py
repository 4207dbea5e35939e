"""Colours of kinds: each is seen on every background, and told from the others."""

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np

from gst_core.ui import palette

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"


def channels(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def contrast(one, other):
    """Return WCAG's contrast ratio, written anew from its definition."""

    def luminance(colour):
        linear = [c / 12.92 if (c := v / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for v in channels(colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def backgrounds():
    theme = tomllib.loads(CONFIG.read_text("utf-8"))["theme"]
    names = ("backgroundColor", "secondaryBackgroundColor")
    return [theme[kind][name] for kind in ("light", "dark") for name in names]


def test_the_backgrounds_that_colours_are_chosen_for_are_those_of_the_page():
    assert sorted(palette.BACKGROUNDS) == sorted(backgrounds())


def test_every_colour_of_a_kind_has_a_contrast_of_three_to_one_on_light_and_dark():
    poor = [
        (colour, behind, round(contrast(colour, behind), 2))
        for colour in (*palette.CATEGORIES, palette.NOISE)
        for behind in backgrounds()
        if contrast(colour, behind) < 3.0
    ]
    assert not poor


def test_contrast_is_that_of_the_standard():
    assert palette.contrast("#000000", "#FFFFFF") == 21.0
    assert round(palette.contrast("#0072B2", "#FFFFFF"), 6) == round(contrast("#0072B2", "#FFFFFF"), 6)


def test_there_are_colours_for_thirty_kinds_and_no_two_are_alike():
    assert len(palette.CATEGORIES) >= 30
    nearest = min(np.linalg.norm(np.subtract(channels(a), channels(b))) for a, b in combinations(palette.CATEGORIES, 2))
    assert nearest > 35
