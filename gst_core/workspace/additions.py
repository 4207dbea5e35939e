"""Texts that come later to a corpus in the workspace: what becomes of its line, and what is said of it."""

from dataclasses import dataclass, replace

from gst_core.corpus import Addition, Corpus
from gst_core.counting import counted
from gst_core.encoding import EmbeddingStore, chosen_way, cut_texts
from gst_core.workspace.corpora import content_of
from gst_core.workspace.records import CorpusEntry, new_id


@dataclass(frozen=True, eq=False)
class Added:
    """What became of a corpus to which texts were added.

    Attributes
    ----------
    entry : CorpusEntry
        As it is now.
    addition : Addition
    """

    entry: CorpusEntry
    addition: Addition

    @property
    def new(self) -> int:
        """How many texts were added."""
        return self.addition.new - self.addition.left

    def sentence(self) -> str:
        """Say what was added, and what was left out."""
        left = self.addition.left
        said = f"{counted(self.new, 'text')} came to “{self.entry.name}”, which has {self.entry.documents:,} now."
        if not self.new:
            said = f"Nothing was added to “{self.entry.name}”" + ("." if left else ": it has these texts already.")
        if left:
            verb = "was" if left == 1 else "were"
            said += f" {counted(left, 'text')} with the id of another text {verb} left out."
        return said


def grown_entry(entry: CorpusEntry, old: Corpus, grown: Corpus, store: EmbeddingStore) -> CorpusEntry:
    """Return the line of a corpus that has grown.

    Its maps keep their names. Long texts are read as they were, though a tenth of all might be long now: else those
    that are there would have to be encoded once more.

    Raises
    ------
    EncoderError
        The corpus' encoder cannot be had.
    """
    long = entry.long
    if not long and not entry.own_embeddings:
        long = chosen_way(cut_texts(old.texts, entry.encoder, store=store), None)
    return replace(
        entry,
        documents=len(grown),
        content=content_of(grown),
        files=new_id(),
        long=long,
        grown_from=entry.origin,
    )
