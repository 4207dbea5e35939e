"""Corpora with class labels, read from a folder of tables.

A dataset is a Parquet or CSV file with a text column and one or more *facets*: columns of class names. Rows stay as
they are in the file, repeated texts included, so that an `.npy` file beside it lines up with them.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gst_core.corpus import check_precomputed, guess_text_column, plain_columns, read_table
from gst_core.errors import CorpusError

if TYPE_CHECKING:
    from gst_core.compute import Embeddings
    from gst_core.encoding import EmbeddingStore, EncodingProgress
    from gst_core.workspace import Workspace

ENDINGS = (".parquet", ".csv")
CAP = 5_000  # texts of a corpus, so that the largest does not take all of the time
CAP_SEED = 0
FEWEST_CLASSES, MOST_CLASSES = 2, 200
ROWS_A_CLASS = 5  # on average, at least; columns with fewer are names or remarks, not classes
EMBEDDINGS_SUFFIX = ".minilm.npy"


@dataclass(frozen=True)
class Dataset:
    """Texts and their classes under each facet.

    Attributes
    ----------
    name : str
    texts : tuple of str
        Length n, in the file's order.
    facets : mapping of str to ndarray of shape (n,), str
        Class names; "" where a text has none.
    stored : ndarray of shape (n, d), float32, or None
        Embeddings that lay beside the file, L2-normalised.
    """

    name: str
    texts: tuple[str, ...]
    facets: Mapping[str, NDArray[np.str_]]
    stored: NDArray[np.float32] | None = field(default=None, repr=False)

    def key(self, *facets: str) -> str:
        """Return a hash of the texts and of their classes under one facet or several."""
        digest = hashlib.sha256()
        for text, *names in zip(self.texts, *(self.facets[f].tolist() for f in facets), strict=True):
            digest.update(("\x00".join([text, *names]) + "\x01").encode("utf-8", "surrogatepass"))
        return digest.hexdigest()[:16]


def read_datasets(folder: Path, cap: int = CAP, named: Sequence[str] = ()) -> list[Dataset]:
    """Read every Parquet and CSV file of a folder that has a facet, by name.

    Parameters
    ----------
    folder : path
    cap : int
        The most texts of one dataset; see `capped_rows`.
    named : sequence of str
        Columns that are facets whatever they hold.

    Returns
    -------
    list of Dataset

    Raises
    ------
    CorpusError
        The folder is not there, a file in it cannot be read, or no file has a facet.
    """
    if not folder.is_dir():
        raise CorpusError(f"There is no folder {folder} with Parquet or CSV files.")
    files = sorted(f for f in folder.iterdir() if f.suffix.lower() in ENDINGS)
    found = [d for f in files if (d := read_dataset(f, cap, named)).facets]
    if not found:
        raise CorpusError(
            f"{folder} has no Parquet or CSV file with a column of class names ({FEWEST_CLASSES} to {MOST_CLASSES} "
            f"different values, at least {ROWS_A_CLASS} rows for each on average)."
        )
    return found


def read_dataset(file: Path, cap: int = CAP, named: Sequence[str] = ()) -> Dataset:
    """Read one file; parameters and errors as for `read_datasets`."""
    table = read_table(file)
    column = guess_text_column(table)
    frame = table.frame
    texts = frame[column].map(lambda v: v.strip() if isinstance(v, str) else "")
    rows = np.flatnonzero((texts != "").to_numpy())
    rows = rows[capped_rows(len(rows), cap)]
    facets = {name: _class_names(frame[name])[rows] for name in facet_columns(frame.drop(columns=[column]), named)}
    beside = file.with_name(file.stem + EMBEDDINGS_SUFFIX)
    stored = None
    if beside.exists():
        stored = np.load(beside, mmap_mode="r", allow_pickle=False)
        if len(stored) != len(frame):
            raise CorpusError(f"{beside.name} has {len(stored):,} rows and {file.name} has {len(frame):,}.")
        stored = check_precomputed(stored[rows], len(rows), beside.name)
    return Dataset(file.stem, tuple(texts.iloc[rows]), facets, stored)


def capped_rows(n: int, cap: int) -> NDArray[np.int64]:
    """Return at most `cap` of n row numbers, drawn with a fixed seed, ascending."""
    return np.sort(np.random.default_rng(CAP_SEED).permutation(n)[:cap])


def facet_columns(frame: pd.DataFrame, named: Sequence[str] = ()) -> list[str]:
    """Return the columns that hold class names.

    Those are columns of words with 2 to 200 different values, nearly all of them in two rows or more, and several rows
    a value on average; and those that are named.
    """
    plain = plain_columns(frame)
    return [c for c in plain.columns if c in named or _looks_like_classes(plain[c])]


def _looks_like_classes(values: pd.Series) -> bool:
    if not (pd.api.types.is_string_dtype(values) or pd.api.types.is_object_dtype(values)):
        return False
    counts = values[values.astype(str).str.strip() != ""].value_counts()
    return (
        FEWEST_CLASSES <= len(counts) <= MOST_CLASSES
        and counts.sum() >= ROWS_A_CLASS * len(counts)
        and (counts > 1).mean() > 0.9
    )


def _class_names(values: pd.Series) -> NDArray[np.str_]:
    return np.array(["" if missing else str(v).strip() for v, missing in zip(values, values.isna(), strict=True)])


def final_embeddings(
    dataset: Dataset,
    store: "EmbeddingStore | None" = None,
    progress: "Callable[[EncodingProgress], None] | None" = None,
) -> NDArray[np.float32]:
    """Return the encoder's own output, shape (n, d), float32: from beside the file, else encoded (once, with a store).

    Raises
    ------
    EncoderError
        The texts have to be encoded and the encoder cannot be had.
    """
    from gst_core.encoding import encode

    if dataset.stored is not None:
        return dataset.stored
    return np.asarray(encode(dataset.texts, store=store, progress=progress))


def default_views_of(dataset: Dataset, workspace: "Workspace | None" = None) -> "Embeddings | None":
    """Return the product's default views of the texts, or None where the encoder cannot be had."""
    from gst_core.errors import EncoderError
    from gst_core.workspace import default_views

    try:
        return default_views(dataset.texts, workspace=None if workspace is None else workspace.folder)
    except EncoderError:
        return None


def columns_of_view(E: "Embeddings", which: str) -> slice | None:
    """Return the columns of one of the default views, None where it is not among them.

    Parameters
    ----------
    E : Embeddings
        Of `default_views`.
    which : {"final", "layer", "lexical"}
    """
    ends = np.cumsum(E.widths).tolist()
    of_the_encoder = len(ends) - (E.lexical is not None)
    if which == "lexical":
        return slice(ends[-1] - E.widths[-1], ends[-1]) if E.lexical is not None else None
    place = ("final", "layer").index(which)
    return slice(ends[place] - E.widths[place], ends[place]) if place < of_the_encoder else None
