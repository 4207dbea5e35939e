"""Measured rows, kept as JSON lines as they come, so that a run that was stopped goes on where it was."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

Key = tuple[str, str, str, int, str, str, str]


@dataclass(frozen=True)
class Record:
    """One method on one facet, with one regime of labels and one seed.

    Attributes
    ----------
    dataset, facet, regime, method : str
    seed : int
    data : str
        A hash of the texts and classes.
    code : str
        The version of what was measured.
    texts, classes, labels : int
        Texts that were scored, their classes, and the labels that were given.
    v_measure, purity, triplets, spearman : float or None
        Shares from 0 to 1 (the last from -1 to 1); None where not measured.
    accuracy : float or None
        Share of texts whose likeliest class is right.
    calibration_error : float or None
        See `expected_calibration_error`.
    estimate, low, high : float or None
        The accuracy that the transform itself expects, and its interval at 90 %.
    left_out, left_out_before : float or None
        What clusters tell of the column that was left out (adjusted mutual information), after and before.
    groups_left_out, groups_left_out_before, groups_wanted, groups_wanted_before : float or None
        What the groups of the map tell of the column that was left out, and of the wanted facet, after and before.
    purity_before : float or None
        Before the column was left out.
    seconds : float
        For the fit and the transform of all texts.
    encode_seconds : float
        For encoding the texts again, where a method must.
    note : str
    """

    dataset: str
    facet: str
    regime: str
    seed: int
    method: str
    data: str
    code: str
    texts: int = 0
    classes: int = 0
    labels: int = 0
    v_measure: float | None = None
    purity: float | None = None
    triplets: float | None = None
    spearman: float | None = None
    accuracy: float | None = None
    calibration_error: float | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    left_out: float | None = None
    left_out_before: float | None = None
    groups_left_out: float | None = None
    groups_left_out_before: float | None = None
    groups_wanted: float | None = None
    groups_wanted_before: float | None = None
    purity_before: float | None = None
    seconds: float = 0.0
    encode_seconds: float = 0.0
    note: str = ""

    @property
    def key(self) -> Key:
        """What a record is of; the same key is not measured twice."""
        return self.dataset, self.facet, self.regime, self.seed, self.method, self.data, self.code


class RecordLog:
    """Records in a file.

    Parameters
    ----------
    file : path
        JSON lines; made when the first record comes. A last line that was cut off is passed over.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.records: dict[Key, Record] = {r.key: r for r in _read(file)}

    def add(self, record: Record) -> None:
        """Keep a record, on disk before this returns."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab+") as file:
            if file.tell() and not _ends_with_newline(file.fileno(), file.tell()):
                file.write(b"\n")
            file.write(json.dumps(asdict(record), ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.records[record.key] = record

    def take_over(self, older: str, now: Mapping[str, str]) -> int:
        """Count rows of an older version of the code as rows of today's, and return how many.

        Parameters
        ----------
        older : str
            The version, as `Record.code` has it; whoever names it knows that nothing but names changed since.
        now : mapping of str to str
            Today's version of each method.
        """
        older_rows = [r for r in self.records.values() if r.code == older and now.get(r.method, older) != older]
        taken = [replace(r, code=now[r.method]) for r in older_rows]
        new = [r for r in taken if r.key not in self.records]
        for record in new:
            self.add(record)
        return len(new)

    def older_versions(self, now: Mapping[str, str]) -> dict[str, int]:
        """Return how many rows there are of each older version of the code that today's has no row of yet."""
        older = (r for r in self.records.values() if now.get(r.method, r.code) != r.code)
        return dict(Counter(r.code for r in older if replace(r, code=now[r.method]).key not in self.records))


def _ends_with_newline(handle: int, size: int) -> bool:
    return os.pread(handle, 1, size - 1) == b"\n"


def _read(file: Path) -> list[Record]:
    if not file.exists():
        return []
    names = {f.name for f in fields(Record)}
    found = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            values = json.loads(line)
            found.append(Record(**{k: v for k, v in values.items() if k in names}))
        except (json.JSONDecodeError, TypeError, AttributeError):
            continue  # cut off when a run was killed
    return found
