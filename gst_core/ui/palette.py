"""Colours: Okabe-Ito for the first eight kinds, Glasbey beyond, a perceptually uniform scale for numbers."""

import colorcet
import numpy as np
from numpy.typing import NDArray

# Okabe and Ito, "Color Universal Design", 2008; black, which no dark page shows, is left to the page's own text colour.
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D46", "#F0E442")
NOISE = "#9aa0a6"
NEAR = 60.0  # a Glasbey colour closer than this (in RGB) to one of the first eight is left out
SCALE = tuple(colorcet.bmy[20:236])


def _rgb(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64)


def _many() -> tuple[str, ...]:
    first = np.array([_rgb(c) for c in OKABE_ITO])
    glasbey = [c for c in colorcet.palette["glasbey_bw"] if 150 < _rgb(c).sum() < 620]
    far = [c for c in glasbey if np.linalg.norm(first - _rgb(c), axis=1).min() > NEAR]
    return (*OKABE_ITO, *far)


CATEGORIES = _many()


def category(number: int) -> str:
    """Return the colour of the kind with this number; it never depends on how many kinds there are."""
    return NOISE if number < 0 else CATEGORIES[number % len(CATEGORIES)]


def faint(colour: str, opacity: float) -> str:
    """Return a colour that lets so much through, as CSS."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:.2f})"
