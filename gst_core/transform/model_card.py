"""The card that goes with an exported model: what guided it, how good it is, and how to use it."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from gst_core.transform.accuracy_report import Share, accuracy_sentence

if TYPE_CHECKING:
    from gst_core.transform.accuracy_report import AccuracyReport
    from gst_core.transform.fitted import FittedTransform

TAGS = ("sentence-transformers", "sentence-similarity", "feature-extraction", "dense", "instruction-following")
CARD = """\
---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: {tags}
{base_model}---

# Embeddings that follow an instruction

Instruction: {instruction}

{guided}

## Use

```python
from sentence_transformers import SentenceTransformer
model = SentenceTransformer("path/to/this/folder")
embeddings = model.encode(["A text.", "Another text."])
```

Embeddings have {width} dimensions and length 1; compare them by cosine. The modules are sentence-transformers' own,
of version {version}.
{classes}{accuracy}{scores}
## How it was made

A guided space transformation (Feng et al., ACL 2025) of the embeddings of `{encoder}`, fitted with GST Studio.
"""


def model_card(fitted: "FittedTransform", encoder: str, instruction: str, scores: Mapping[str, float]) -> str:
    """Return the card as Markdown, with the front matter that model hubs read.

    Parameters
    ----------
    fitted : FittedTransform
    encoder : str
        Name that others can look up.
    instruction : str
        May be empty.
    scores : mapping of str to float
        Measures and their values.

    Returns
    -------
    str
    """
    labels = dict(zip(fitted.classes.tolist(), fitted.label_counts.tolist(), strict=True))
    return CARD.format(
        tags=json.dumps(TAGS),
        base_model=f"base_model: {json.dumps(encoder)}\n" if "/" in encoder else "",
        encoder=encoder,
        instruction=f"“{_one_line(instruction)}”" if instruction.strip() else "none was written.",
        guided=_guided(fitted, labels),
        width=fitted.n_features_out,
        version=version("sentence-transformers"),
        classes=_table("Classes", ("class", "labels"), {k: str(v) for k, v in labels.items()}),
        accuracy=_accuracy(fitted.report, fitted.words_only) if labels else "",
        scores=_table("Scores", ("measure", "value"), {k: f"{v:.4g}" for k, v in scores.items()}),
    )


def _guided(fitted: "FittedTransform", labels: Mapping[str, int]) -> str:
    if not labels:
        return "No text was labelled: these are the encoder's own embeddings, scaled to length 1."
    if fitted.words_only:
        said = "Texts that are alike in what the names of the classes below say are close together; none was labelled."
    else:
        said = (
            "Texts that are alike in what the labels below mean are close together. Labels in all: "
            f"{sum(labels.values())}; classes: {len(labels)}."
        )
    return said


def _accuracy(report: "AccuracyReport | None", words_only: bool) -> str:
    """Return what is known of how right the classes are, as a section."""
    text = f"\n## How right the classes are\n\n{accuracy_sentence(report, words_only)}\n"
    if report is None:
        return text
    text += "Brackets hold intervals of 90 %.\n\n| class | precision | recall |\n| --- | --- | --- |\n"
    rows = (f"| {_one_line(c.name)} | {_in_words(c.precision)} | {_in_words(c.recall)} |\n" for c in report.classes)
    return text + "".join(rows)


def _in_words(share: Share | None) -> str:
    return "–" if share is None else f"{share.value:.0%} ({share.low:.0%} to {share.high:.0%})"


def _table(title: str, head: tuple[str, str], rows: Mapping[str, str]) -> str:
    if not rows:
        return ""
    lines = [f"| {head[0]} | {head[1]} |", "| --- | ---: |"]
    lines += [f"| {_one_line(name)} | {value} |" for name, value in rows.items()]
    return f"\n## {title}\n\n" + "\n".join(lines) + "\n"


def _one_line(text: object) -> str:
    """Return a text that breaks neither a paragraph nor a table."""
    return " ".join(str(text).split()).replace("|", "\\|")
