"""What was found in a file, in numbers and in a sentence or two."""

from dataclasses import dataclass, field

from gst_core.corpus.reading import Problem, told
from gst_core.counting import counted

EXAMPLES = 5  # rows named in a report
FORUM_MARKS = frozenset({"[deleted]", "[removed]", "[deleted by user]", "[removed by reddit]", "deleted", "removed"})
NOTHING = frozenset(
    {
        "n/a",
        "na",
        "#n/a",
        "n.a.",
        "n.a",
        "none",
        "null",
        "nan",
        "nil",
        "nothing",
        "no comment",
        "no comments",
        "no answer",
    }
    | {"not applicable", "no response", "(no text)", "(empty)", "[empty]", "(blank)", "(null)", "<na>", "undefined"}
    | {"keine angabe", "k.a.", "keine", "nichts", "aucun", "aucune", "rien", "néant", "ninguno", "ninguna", "nada"}
    | {"nessuno", "niente", "geen", "нет", "無", "无", "なし", "没有"}
)


@dataclass(frozen=True)
class CorpusReport:
    """What was found in a file; row numbers are the file's own."""

    rows: int
    documents: int
    empty_rows: int
    duplicate_rows: int
    empty_examples: tuple[int, ...] = ()
    duplicate_examples: tuple[int, ...] = ()
    longest: int = 0
    encoding: str | None = None
    problems: tuple[Problem, ...] = ()
    problem_counts: dict[str, int] = field(default_factory=dict, hash=False)
    probably_empty_rows: int = 0
    probably_empty_examples: tuple[int, ...] = ()

    def sentence(self) -> str:
        """Return what was found as a sentence or two."""
        parts = [
            f"{counted(self.rows, 'row')}, {counted(self.documents, 'different text')}, "
            f"the longest has {counted(self.longest, 'character')}."
        ]
        if self.empty_rows:
            parts.append(
                f"{counted(self.empty_rows, 'row has', 'rows have')} no text "
                f"(row {_listed(self.empty_examples, self.empty_rows)})."
            )
        if self.duplicate_rows:
            parts.append(
                f"{counted(self.duplicate_rows, 'row repeats', 'rows repeat')} an earlier text (row "
                f"{_listed(self.duplicate_examples, self.duplicate_rows)}); each text is kept once, and an export "
                "gives every row back."
            )
        if self.probably_empty_rows:
            parts.append(
                f"{counted(self.probably_empty_rows, 'row is', 'rows are')} probably empty, like “[deleted]” or “n/a” "
                f"(row {_listed(self.probably_empty_examples, self.probably_empty_rows)})."
            )
        parts += told(self.problems, self.problem_counts)
        if self.encoding not in (None, "utf-8", "utf-8-sig", "ascii"):
            parts.append(f"The file was read as {self.encoding}.")
        return " ".join(parts)


def is_probably_empty(text: str) -> bool:
    """Say whether a text stands for none: what forums leave of a deleted one, “n/a”, or signs without a letter."""
    if len(text) > 40:
        return False
    bare = text.strip().casefold()
    if bare in FORUM_MARKS or bare in NOTHING or bare.rstrip(".!") in NOTHING:
        return True
    return len(bare) <= 3 and all(c in "-–—_.,;:?/\\*#xX~'\"" for c in bare)


def _listed(examples: tuple[int, ...], total: int) -> str:
    return ", ".join(f"{row:,}" for row in examples) + (", …" if total > len(examples) else "")
