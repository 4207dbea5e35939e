"""What a new instruction costs by re-encoding every text, and what it costs here."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gst_core.encoding import encode, load_encoder
from gst_core.evaluation.realtime import AFTER, few
from gst_core.transform import GuidedSpaceTransform


@dataclass(frozen=True)
class EncodingSpeed:
    """Seconds for one corpus.

    Attributes
    ----------
    corpus, facet : str
    texts, classes : int
    theirs : float
        `SentenceTransformer.encode` of all texts.
    ours, ours_all : float
        `gst_core.encode` of all texts, the encoder's own output and all views.
    fit, transform : float
        `GuidedSpaceTransform` on the encoder's own output, with five labels per class.
    """

    corpus: str
    facet: str
    texts: int
    classes: int
    theirs: float
    ours: float
    ours_all: float
    fit: float
    transform: float


def measure_encoding(corpus: str, facet: str, texts: Sequence[str], truth: Sequence[str]) -> EncodingSpeed:
    """Encode a corpus in three ways, and fit and apply a transform; minutes for tens of thousands of texts.

    Parameters
    ----------
    corpus, facet : str
        Names, for the table.
    texts : sequence of str, length n
    truth : sequence of str, length n
        The class of each text; five of each are used.
    """
    model = load_encoder()
    encode(texts[:64], views="all")
    model.encode(list(texts[:64]), show_progress_bar=False)
    theirs = _seconds(lambda: model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False))
    start = time.perf_counter()
    X = encode(texts)
    ours = time.perf_counter() - start
    ours_all = _seconds(lambda: encode(texts, views="all"))
    y = few(np.asarray(truth), AFTER)
    gst = GuidedSpaceTransform(random_state=0).fit(X[:2_000], y[:2_000])
    gst.transform(X[:2_000])
    start = time.perf_counter()
    gst = GuidedSpaceTransform(random_state=0).fit(X, y)
    fit = time.perf_counter() - start
    transform = float(np.median([_seconds(lambda: gst.transform(X)) for _ in range(3)]))
    return EncodingSpeed(corpus, facet, len(texts), len(set(truth)), theirs, ours, ours_all, fit, transform)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
