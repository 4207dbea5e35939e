"""The lexical view of texts: which words and pairs of words stand in them, in a few columns.

An encoder knows what texts are about and forgets which name is mentioned. Here words and pairs of words are counted,
weighed by how rare they are (TF-IDF), and projected onto the directions that most of their variation lies in (latent
semantic analysis, Deerwester et al. 1990). Vocabulary, weights and projection are learned once from a corpus and kept,
so that a text that comes later has the vector that it would have had in the corpus.
"""

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding.terms import READ, terms_of
from gst_core.errors import TransformError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from gst_core.compute import Embeddings, LexicalColumns

BLOCK = 2_000_000  # characters of texts that are counted at once
VIEW, ABOUT = "lexical.safetensors", "lexical.json"
FORMAT = 1
LARGEST_WEIGHT = 1e3  # far above any: the logarithm of how many texts there are


@dataclass(frozen=True, eq=False)
class LexicalView:
    """Vocabulary, weights and projection: what makes the lexical columns of texts.

    Attributes
    ----------
    words : tuple of str
        All terms that are looked up, see `gst_core.encoding.terms`.
    singles : int
        How many of them count by themselves; these come first. The others stand in pairs only.
    pairs : ndarray of shape (p, 2), int32
        Numbers of two words that stand side by side, sorted.
    idf : ndarray of shape (singles + p,), float32
        The weight of each single word, then of each pair: ``log((1 + n) / (1 + df)) + 1``.
    projection : ndarray of shape (singles + p, k), float16
        Weighted counts times this are the columns.

    Examples
    --------
    >>> from gst_core.encoding.lexical_learning import learn_lexical_view
    >>> view = learn_lexical_view(["late again", "late train", "train was late", "a train", "nice", "so nice", "nice!"])
    >>> view.transform(["the late train", "???"]).round(2).any(axis=1).tolist()
    [True, False]
    """

    words: tuple[str, ...]
    singles: int
    pairs: NDArray[np.int32]
    idf: NDArray[np.float32]
    projection: NDArray[np.float16]

    @property
    def width(self) -> int:
        """How many columns the view has, at most 256."""
        return self.projection.shape[1]

    @cached_property
    def identity(self) -> str:
        """A hash of all that makes the columns of a text, which tells this view from others."""
        digest = hashlib.sha256(json.dumps([FORMAT, self.words, self.singles]).encode())
        for part in (self.pairs, self.idf, self.projection):
            digest.update(np.ascontiguousarray(part).data)
        return digest.hexdigest()[:32]

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the lexical columns of texts, whichever corpus they are from.

        Parameters
        ----------
        texts : sequence of str, length m

        Returns
        -------
        ndarray of shape (m, width), float32
            Rows of length 1; zeros for a text without a known word. A row depends on its own text alone.
        """
        rows, projection = np.empty((len(texts), self.width), dtype=np.float32), self.projection.astype(np.float32)
        for block in blocks_of(texts):
            rows[block] = self.counted(texts[block]) @ projection
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.divide(rows, length, out=rows, where=length > 0)

    def counted(self, texts: Sequence[str]) -> "csr_matrix":
        """Return weighted counts of words and pairs, ``(1 + log(count)) idf``, sparse (m, singles + p), float32."""
        terms = Terms.of(texts, self._number_of)
        codes = terms.pairs(len(self.words))
        place = np.searchsorted(self._pair_codes, codes.terms)
        known = np.zeros(len(codes.terms), dtype=np.bool_)
        inside = place < len(self._pair_codes)
        known[inside] = self._pair_codes[place[inside]] == codes.terms[inside]
        single = (terms.terms >= 0) & (terms.terms < self.singles)
        rows = np.concatenate([terms.texts[single], codes.texts[known]])
        columns = np.concatenate([terms.terms[single], self.singles + place[known]])
        return _weighted(rows, columns, (len(texts), len(self.idf)), self.idf)

    def without(self, words: Collection[str]) -> "LexicalView":
        """Return a view that counts as this one, and whose columns say nothing of some words and of pairs with one."""
        gone = np.array([word in words for word in self.words], dtype=np.bool_)
        projection = self.projection.copy()
        projection[np.concatenate([gone[: self.singles], gone[self.pairs].any(axis=1)])] = 0
        return replace(self, projection=projection)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the view into a folder: numbers as safetensors, words as JSON.

        Parameters
        ----------
        folder : path
            Made when it is not there; gets `lexical.safetensors` and `lexical.json`.

        Raises
        ------
        OSError
            The folder cannot be written to.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import save_file

        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        tensors: dict[str, NDArray[Any]] = {
            "pairs": self.pairs,
            "idf": self.idf,
            "projection": np.ascontiguousarray(self.projection),
        }
        try:
            save_file(tensors, path / VIEW)
        except SafetensorError as error:  # which hides the system's own, of a full disk say
            raise OSError(f"{path / VIEW} cannot be written: {error}") from error
        about = {"format": FORMAT, "identity": self.identity, "singles": self.singles, "words": self.words}
        (path / ABOUT).write_text(json.dumps(about, ensure_ascii=False), "utf-8")

    @staticmethod
    def remove(folder: Path) -> None:
        """Remove what `save` wrote into a folder, if anything.

        Raises
        ------
        OSError
            It cannot be removed.
        """
        for name in (VIEW, ABOUT):
            (folder / name).unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "LexicalView":
        """Read what `save` wrote.

        Parameters
        ----------
        folder : path

        Raises
        ------
        TransformError
            The folder holds no lexical view, or a damaged one, or one of another version.
        """
        from safetensors.numpy import load_file

        path = Path(folder)
        try:
            about = json.loads((path / ABOUT).read_text("utf-8"))
            if about["format"] == FORMAT:
                return _checked(about, load_file(path / VIEW))
        except FileNotFoundError:
            raise TransformError(f"{path} holds no lexical view: {ABOUT} or {VIEW} is missing.") from None
        except OSError as error:
            raise TransformError(f"The lexical view in {path} cannot be read: {error.strerror}.") from None
        except Exception as error:  # a damaged file lets many kinds through
            raise TransformError(f"The lexical view in {path} is damaged ({str(error)[:200]}).") from error
        raise TransformError(f"The lexical view in {path} was saved by another version of GST Studio.")

    @cached_property
    def _number_of(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def _pair_codes(self) -> NDArray[np.int64]:
        return self.pairs[:, 0].astype(np.int64) * len(self.words) + self.pairs[:, 1]


@dataclass(frozen=True, eq=False)
class Terms:
    """Terms of texts in their order, as numbers.

    Attributes
    ----------
    terms : ndarray of shape (t,), int64
        -1 for a term without a number.
    texts : ndarray of shape (t,), int64
        Which text each stands in.
    """

    terms: NDArray[np.int64]
    texts: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], numbers: dict[str, int], *, grow: bool = False) -> "Terms":
        """Return the terms of texts by their numbers; `grow` gives new ones a number."""
        terms: list[int] = []
        lengths = np.empty(len(texts), dtype=np.int64)
        for i, text in enumerate(texts):
            found = terms_of(text)
            lengths[i] = len(found)
            if grow:
                terms += [numbers.setdefault(term, len(numbers)) for term in found]
            else:
                terms += [numbers.get(term, -1) for term in found]
        return cls(np.array(terms, dtype=np.int64), np.repeat(np.arange(len(texts)), lengths))

    def pairs(self, base: int) -> "Terms":
        """Return the pairs of numbered terms that stand side by side in a text, as ``first * base + second``."""
        beside = (self.texts[1:] == self.texts[:-1]) & (self.terms[1:] >= 0) & (self.terms[:-1] >= 0)
        return Terms((self.terms[:-1] * base + self.terms[1:])[beside], self.texts[1:][beside])

    def frequencies(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the numbers of the different terms, and how many texts each stands in."""
        known = self.terms >= 0
        kinds, number = np.unique(self.terms[known], return_inverse=True)
        once = np.unique(self.texts[known] * max(len(kinds), 1) + number)
        return kinds, np.bincount(once % max(len(kinds), 1), minlength=len(kinds))


def with_lexical_view(encoded: "Embeddings", texts: Sequence[str], view: "LexicalColumns") -> "Embeddings":
    """Set the lexical columns of texts behind their other views.

    Parameters
    ----------
    encoded : Embeddings
        Of the n texts.
    texts : sequence of str, length n
    view : LexicalColumns
        Of these texts' corpus, or of one that they come later than.
    """
    from gst_core.compute import Embeddings, side_by_side  # SciPy, which a page's first paint does without

    lexical = Embeddings(view.transform(texts), (view.width,))
    return side_by_side([encoded, lexical], view)


def without_words(views: "Embeddings", texts: Sequence[str], words: Collection[str]) -> "Embeddings":
    """Return views whose lexical one, if they have it, says nothing of some words.

    Parameters
    ----------
    views : Embeddings
        Of the n texts.
    texts : sequence of str, length n
    words : collection of str
        As `terms_of` gives them.
    """
    from gst_core.compute import Embeddings, check_embeddings  # as above

    known = views.lexical
    if not isinstance(known, LexicalView) or not words:
        return views
    others = Embeddings(check_embeddings(views.matrix[:, : -known.width]), views.widths[:-1])
    return with_lexical_view(others, texts, known.without(words))


def blocks_of(texts: Sequence[str]) -> Iterator[slice]:
    """Yield parts of the texts that have about `BLOCK` characters."""
    start, characters = 0, 0
    for i, text in enumerate(texts):
        characters += min(len(text), READ)
        if characters >= BLOCK:
            yield slice(start, i + 1)
            start, characters = i + 1, 0
    if start < len(texts):
        yield slice(start, len(texts))


def _weighted(
    rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int], idf: NDArray[np.float32]
) -> "csr_matrix":
    from scipy.sparse import csr_matrix

    counts = csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)
    counts.sum_duplicates()
    counts.data = (1 + np.log(counts.data)) * idf[counts.indices]
    return counts


def _checked(about: dict[str, Any], tensors: dict[str, NDArray[Any]]) -> LexicalView:
    """Put together what was read; errors of many kinds if it does not fit."""
    words, singles = tuple(about["words"]), about["singles"]
    pairs, idf, projection = tensors["pairs"], tensors["idf"], tensors["projection"]
    n, terms = len(words), singles + len(pairs)
    fits = {
        "words": all(isinstance(word, str) for word in words) and len(set(words)) == n,
        "singles": type(singles) is int and 0 <= singles <= n,
        "pairs": pairs.dtype == np.int32 and pairs.shape == (len(pairs), 2) and ((pairs >= 0) & (pairs < n)).all(),
        "idf": idf.dtype == np.float32 and idf.shape == (terms,) and ((idf > 0) & (idf < LARGEST_WEIGHT)).all(),
        "projection": projection.dtype == np.float16
        and projection.ndim == 2
        and projection.shape == (terms, max(projection.shape[1], 1))
        and bool(np.isfinite(projection).all()),
    }
    wrong = [part for part, fit in fits.items() if not fit]
    if wrong:
        raise ValueError(f"its {wrong[0]} does not fit the rest")
    view = LexicalView(words, singles, pairs, idf, projection)
    if (np.diff(view._pair_codes) <= 0).any():
        raise ValueError("its pairs are not sorted")
    if view.identity != about["identity"]:
        raise ValueError("it is not what was saved")
    return view
