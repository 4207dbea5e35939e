"""Texts that come later: behind those of a corpus, with its columns; whatever is there already stays as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gst_core.corpus.columns import is_missing
from gst_core.corpus.corpus import Corpus, text_id
from gst_core.counting import counted
from gst_core.errors import CorpusError

if TYPE_CHECKING:
    import pandas as pd

SameId = Literal["leave", "add"]
NAMED = 5  # ids and columns that a sentence names


@dataclass(frozen=True, eq=False)
class Addition:
    """A corpus with the new texts of a file behind its own.

    Attributes
    ----------
    corpus : Corpus
        The first rows and documents are those that were there, in their order and with their ids.
    new, there : int
        Texts of the file that are new, and that are there already.
    same_id : tuple of str
        Ids of new texts that another text of the corpus has.
    left : int
        Those of these texts that were left out.
    columns : mapping of str to str
        Which column of the corpus each column of the file goes on with.
    new_columns, missing_columns : tuple of str
        Columns that only the file has, in which the texts that were there have no value; and that only the corpus has.
    """

    corpus: Corpus
    new: int
    there: int
    same_id: tuple[str, ...]
    left: int
    columns: Mapping[str, str]
    new_columns: tuple[str, ...]
    missing_columns: tuple[str, ...]

    def sentence(self) -> str:
        """Say how many texts are new, how many are there, and what becomes of the columns."""
        parts = [f"{counted(self.new, 'text is', 'texts are')} new, {self.there:,} are there already and stay."]
        if self.columns:
            parts.append(f"The same columns: {_listed(list(self.columns.values()))}.")
        if self.new_columns:
            parts.append(f"New columns, without a value for the texts before: {_listed(self.new_columns)}.")
        if self.missing_columns:
            parts.append(f"Columns that the new texts have no value in: {_listed(self.missing_columns)}.")
        return " ".join(parts)

    def question(self) -> str:
        """Say which ids stand for another text than here; empty where none does."""
        if not self.same_id:
            return ""
        texts = counted(len(self.same_id), "new text has", "new texts have")
        return f"{texts} an id that another text has here already ({_listed(self.same_id)})."


def with_additions(
    old: Corpus, new: Corpus, *, same_id: SameId = "leave", goes_on: Mapping[str, str] | None = None
) -> Addition:
    """Set the new texts of a file behind those of a corpus.

    Parameters
    ----------
    old, new : Corpus
        A text of `new` that `old` has already is not added again, nor are its rows; rows without a text are left.
    same_id : {"leave", "add"}
        A new text whose id another text of `old` has is left out, or added under an id made from it.
    goes_on : mapping of str to str, optional
        Which column of `old` each column of `new` goes on with, and no other; `match_columns` guesses it when left out.

    Returns
    -------
    Addition

    Raises
    ------
    CorpusError
        Only one of the two has embeddings, they are not as wide, a column is named that is not there, or `same_id` is
        something else.
    """
    if same_id not in get_args(SameId):
        raise CorpusError(f"same_id is {same_id!r:.80}; it is one of {', '.join(get_args(SameId))}.")
    _check_embeddings(old, new)
    names = (
        _checked(goes_on, old, new)
        if goes_on is not None
        else match_columns([*map(str, old.rows.columns)], [*map(str, new.rows.columns)])
    )
    text_of = dict(zip(old.ids, old.texts, strict=True))
    there = set(old.texts)
    is_new = np.array([text not in there for text in new.texts], dtype=bool)
    taken = is_new & np.array([i in text_of for i in new.ids], dtype=bool)
    added = is_new if same_id == "add" else is_new & ~taken
    ids = _free_ids(old, new, np.flatnonzero(added))
    number = np.where(added, len(old) + np.cumsum(added) - 1, -1)
    document = np.where(new.document_of_row < 0, -1, number[new.document_of_row])
    rows = _rows(old.rows, new.rows[document >= 0], names)
    vectors = old.embeddings
    if vectors is not None and new.embeddings is not None:
        vectors = np.concatenate([vectors, new.embeddings[added]])
    texts = [text for text, one in zip(new.texts, added.tolist(), strict=True) if one]
    report = replace(
        old.report,
        rows=len(rows),
        documents=len(old) + len(texts),
        duplicate_rows=old.report.duplicate_rows + int((document >= 0).sum()) - len(texts),
        longest=max([old.report.longest, *map(len, texts)]),
    )
    corpus = Corpus(
        old.name,
        (*old.ids, *ids),
        (*old.texts, *texts),
        rows,
        np.concatenate([old.document_of_row, document[document >= 0]]),
        report,
        old.text_column,
        vectors,
    )
    return Addition(
        corpus,
        new=int(is_new.sum()),
        there=int((~is_new).sum()),
        same_id=tuple(new.ids[i] for i in np.flatnonzero(taken)),
        left=int((is_new & ~added).sum()),
        columns=names,
        new_columns=tuple(str(c) for c in new.rows.columns if str(c) not in names),
        missing_columns=tuple(str(c) for c in old.rows.columns if str(c) not in names.values()),
    )


def match_columns(old: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    """Guess which column of a corpus each column of a later file goes on with: of the same name, or nearly.

    Capitals, blanks, hyphens and underscores do not count, where only one column is meant.

    Examples
    --------
    >>> match_columns(["Star rating", "date"], ["star_rating", "date", "city"])
    {'date': 'date', 'star_rating': 'Star rating'}
    """
    found = {str(c): str(c) for c in new if c in set(old)}
    for name in map(str, new):
        like = [str(c) for c in old if _plain(c) == _plain(name) and str(c) not in found.values()]
        if name not in found and len(like) == 1:
            found[name] = like[0]
    return found


def guess_id_column(corpus: Corpus) -> str | None:
    """Return the column that a corpus' ids were read from; None where they were made from the texts."""
    first = corpus.metadata.head(NAMED)
    for place, name in enumerate(first.columns):
        values = first.iloc[:, place].tolist()
        if values and [str(value).strip() for value in values] == list(corpus.ids[: len(values)]):
            return str(name)
    return None


def _plain(name: object) -> str:
    return "".join(sign for sign in str(name).casefold() if sign.isalnum())


def _check_embeddings(old: Corpus, new: Corpus) -> None:
    ours, theirs = old.embeddings, new.embeddings
    if ours is None and theirs is not None:
        raise CorpusError(f"“{old.name}” has no embeddings of its own, so that new texts are added without them.")
    if ours is not None and theirs is None:
        raise CorpusError(f"“{old.name}” came with embeddings. Give those of the new texts, too.")
    if ours is not None and theirs is not None and ours.shape[1] != theirs.shape[1]:
        raise CorpusError(
            f"The embeddings of the new texts have {theirs.shape[1]:,} columns, those of “{old.name}” have "
            f"{ours.shape[1]:,}. They must be of the same encoder."
        )


def _checked(columns: Mapping[str, str], old: Corpus, new: Corpus) -> dict[str, str]:
    ours, theirs = {str(c) for c in old.rows.columns}, {str(c) for c in new.rows.columns}
    for name, goes_on in columns.items():
        if name not in theirs or goes_on not in ours:
            raise CorpusError(f"There is no column “{name if name not in theirs else goes_on}” to go on with.")
    if len(set(columns.values())) < len(columns):
        raise CorpusError("Two columns of the file cannot go on with the same column.")
    return dict(columns)


def _free_ids(old: Corpus, new: Corpus, rows: NDArray[np.int64]) -> list[str]:
    """Return an id that nothing else has for each text that is added: its own where that is free."""
    taken, ids = {*old.ids, *(new.ids[i] for i in rows)}, []
    before = set(old.ids)
    for i in rows:
        name, number = new.ids[i], 2
        if name in before:
            name = text_id(new.texts[i])
            while name in taken:
                name, number = f"{text_id(new.texts[i])}-{number}", number + 1
            taken.add(name)
        ids.append(name)
    return ids


def _rows(old: "pd.DataFrame", new: "pd.DataFrame", names: Mapping[str, str]) -> "pd.DataFrame":
    import pandas as pd  # not with this module, see `gst_core.corpus.tables`

    from_old = {goes_on: name for name, goes_on in names.items()}
    columns: dict[str, pd.Series] = {}
    for c in old.columns:
        name = from_old.get(str(c))
        columns[str(c)] = _behind(old[c], None if name is None else new[name], len(new), first=True)
    taken = set(columns)
    for c in new.columns:
        if str(c) not in names:
            columns[_free_name(str(c), taken)] = _behind(new[c], None, len(old), first=False)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(old) + len(new)))


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    taken.add(free)
    return free


def _behind(one: "pd.Series", other: "pd.Series | None", missing: int, *, first: bool) -> "pd.Series":
    """Set the values of one column behind those of another, or so many missing ones behind or before it."""
    import pandas as pd

    if other is not None and _is_empty(other):
        other = None
    if other is not None and _is_empty(one):
        one, other, missing, first = other, None, len(one), False
    if other is None:
        nullable = _NULLABLE.get(str(getattr(one.dtype, "kind", ""))) if missing else None
        one = one if nullable is None else _of_type(one, nullable)
        nothing = pd.Series([None] * missing, dtype=one.dtype)
        return pd.concat([one, nothing] if first else [nothing, one], ignore_index=True)
    if one.dtype != other.dtype:
        kind = _common(one, other)
        one, other = (_as_written(x) if kind is None else _of_type(x, kind) for x in (one, other))
    return pd.concat([one, other], ignore_index=True)


def _of_type(values: "pd.Series", kind: str) -> "pd.Series":
    converted: pd.Series = values.astype(kind)  # type: ignore[call-overload]
    return converted


_NULLABLE = {"i": "Int64", "u": "UInt64", "b": "boolean"}  # of pandas, which know a missing value


def _common(one: "pd.Series", other: "pd.Series") -> str | None:
    """Return the type of numbers that two columns have in common; None where only their words are."""
    kinds = {str(getattr(x.dtype, "kind", "")) for x in (one, other)}
    if kinds <= {"i"}:
        return "Int64"
    return "Float64" if kinds <= {"i", "u", "f"} else None


def _as_written(values: "pd.Series") -> "pd.Series":
    import pandas as pd

    written = [None if is_missing(v) else v if isinstance(v, str) else str(v) for v in values.tolist()]
    return pd.Series(written, dtype="str")


def _is_empty(values: "pd.Series") -> bool:
    return all(is_missing(v) or (isinstance(v, str) and not v.strip()) for v in values.tolist())


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name[:40] for name in names[:NAMED]) + (", …" if len(names) > NAMED else "")
