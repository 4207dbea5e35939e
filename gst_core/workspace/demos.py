"""The demo corpora that come with the product, each with lenses that are labelled already."""

import json
from dataclasses import dataclass

from gst_core.corpus import read_corpus, text_id
from gst_core.errors import WorkspaceError
from gst_core.installation import app_folder
from gst_core.workspace.records import CorpusEntry
from gst_core.workspace.replacement import CorpusChanged
from gst_core.workspace.workspace import Workspace

FOLDER = app_folder() / "data"


@dataclass(frozen=True)
class Demo:
    """A corpus file in `FOLDER` and what to say of it; its lenses are in the ``.lenses.json`` beside it."""

    file: str
    name: str
    about: str


DEMOS = (
    Demo("hotel_reviews.csv", "hotel reviews", "Guests on what they found, how it felt, who they were with."),
    Demo("city_letters.csv", "city letters", "Residents who report, ask, thank, propose and object."),
    Demo("flight_feedback.csv", "flight feedback", "6,000 passengers of six airlines, by day: the guide's example."),
)


def open_demo(workspace: Workspace, demo: Demo) -> CorpusEntry:
    """Put a demo into the workspace with its ready lenses, or find it there.

    Raises
    ------
    WorkspaceError
        Its files are missing.
    """
    file = FOLDER / demo.file
    if not file.is_file():
        raise WorkspaceError(f"The demo {demo.name} is missing: there is no {file.name} in {FOLDER.name}/.")
    before = {entry.id for entry in workspace.corpora()}
    corpus = read_corpus(file, text="text", name=demo.name)
    try:
        entry = workspace.add_corpus(corpus)
    except CorpusChanged as error:  # this version brings another one, in which labels follow their texts
        return workspace.replace_corpus(error.changes.entry.id, corpus).entry
    if entry.id in before:
        return entry
    for ready in json.loads(file.with_suffix(".lenses.json").read_text("utf-8")):
        lens = workspace.add_lens(entry.id, ready["instruction"], classes=ready["classes"])
        labels = {text_id(text): class_name for class_name, texts in ready["labels"].items() for text in texts}
        workspace.set_labels(lens.id, labels)
    return entry
