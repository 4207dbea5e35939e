"""Colours: Okabe-Ito for the first eight kinds, Glasbey beyond, a perceptually uniform scale for numbers."""

import colorcet
import numpy as np
from numpy.typing import NDArray

# Okabe and Ito, "Color Universal Design", 2008, in their order; black, which no dark page shows, is left to the page's
# own text colour, and what was too pale for a white page (purple, orange, sky blue, yellow) is darker in the same hue.
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#C4729F", "#BC8100", "#0199C1", "#8C6149", "#8D9200")
NOISE = "#82888F"
BACKGROUNDS = ("#FFFFFF", "#F4F5F7", "#14171D", "#1C2028")  # of pages and maps, light and dark: .streamlit/config.toml
SEEN = 3.0  # to 1, the contrast of a mark with what is behind it: WCAG 2.2, success criterion 1.4.11
NEAR = 40.0  # a Glasbey colour closer than this (in RGB) to an earlier one is left out
SCALE = tuple(colorcet.bmy[20:236])


def _rgb(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64)


def luminance(colour: str) -> float:
    """Return a colour's relative luminance, 0 to 1, as WCAG 2.2 defines it."""
    part = _rgb(colour) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(colour: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((luminance(colour), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _many() -> tuple[str, ...]:
    kept = list(OKABE_ITO)
    for colour in colorcet.palette["glasbey_bw"]:
        seen = min(contrast(colour, behind) for behind in BACKGROUNDS) >= SEEN
        if seen and min(np.linalg.norm(_rgb(colour) - _rgb(other)) for other in kept) > NEAR:
            kept.append(colour)
    return tuple(kept)


CATEGORIES = _many()


def category(number: int) -> str:
    """Return the colour of the kind with this number; it never depends on how many kinds there are."""
    return NOISE if number < 0 else CATEGORIES[number % len(CATEGORIES)]


def faint(colour: str, opacity: float) -> str:
    """Return a colour that lets so much through, as CSS."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:.2f})"
