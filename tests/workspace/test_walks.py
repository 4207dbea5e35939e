"""Random walks through a workspace: whatever is opened, edited, labelled and deleted, each label is at its text."""

import random

import numpy as np
import pandas as pd
import pytest

from gst_core.corpus import Corpus, CorpusReport
from gst_core.workspace import CorpusChanged
from gst_core.workspace.workspace import Workspace
from tests.stored_bytes import stored_bytes
from tests.workspace.conftest import counting

STEPS = 25
POOL = [f"confidential sentence {i:02}" for i in range(14)]
NAMES = ("letters", "notes")
CLASSES = ("joyful", "furious")


class Walk:
    """A workspace, and what it has to hold: the texts of each corpus with their ids, and each lens' labels by text."""

    def __init__(self, folder, seed):
        self.chance = random.Random(seed)
        self.workspace = Workspace(folder)
        self.corpora, self.labels = {}, {}

    def step(self):
        self.chance.choice(
            [self.open_file, self.open_file, self.label, self.label, self.go_back, self.delete, self.start]
        )()
        self.check()

    def open_file(self):
        texts = self.chance.sample(POOL, self.chance.randint(1, len(POOL)))
        ids = self.chance.sample([f"id{i}" for i in range(20)], len(texts))
        report = CorpusReport(len(texts), len(texts), 0, 0)
        rows = pd.DataFrame({"n": [self.chance.randint(0, 3) for _ in texts]})
        corpus = Corpus(self.chance.choice(NAMES), tuple(ids), tuple(texts), rows, np.arange(len(texts)), report)
        try:
            entry = self.workspace.add_corpus(corpus)
        except CorpusChanged as refused:
            changes = refused.changes
            if self.chance.random() < 0.3:
                entry = self.workspace.add_corpus(corpus, keep_both=True)
            else:
                entry = changes.entry
                lost = sum(
                    text not in texts for lens in self.workspace.lenses(entry.id) for text in self.labels[lens.id]
                )
                replaced = self.workspace.replace_corpus(entry.id, corpus)
                assert (changes.labels, replaced.lost) == (lost, lost)
                for lens in self.workspace.lenses(entry.id):
                    self.labels[lens.id] = {t: c for t, c in self.labels[lens.id].items() if t in texts}
        self.corpora[entry.id] = dict(zip(texts, ids, strict=True))
        assert self.workspace.add_corpus(corpus).id in self.corpora

    def label(self):
        if not self.corpora:
            return
        corpus = self.chance.choice(list(self.corpora))
        if self.chance.random() < 0.3 or not self.workspace.lenses(corpus):
            self.labels[self.workspace.add_lens(corpus, "how they feel", classes=CLASSES).id] = {}
        lens = self.chance.choice(self.workspace.lenses(corpus))
        ids = self.corpora[corpus]
        said = {t: self.chance.choice([*CLASSES, None]) for t in self.chance.sample(list(ids), min(3, len(ids)))}
        self.workspace.set_labels(lens.id, {ids[t]: c for t, c in said.items()}, session=self.chance.choice("ab"))
        self.labels[lens.id] = {t: c for t, c in (self.labels[lens.id] | said).items() if c}

    def go_back(self):
        for lens in list(self.labels):
            session = self.chance.choice(["a", "b", None])
            if self.workspace.undo(lens, session=session):
                self.workspace.redo(lens, session=session)

    def delete(self):
        if self.labels and self.chance.random() < 0.7:
            lens = self.chance.choice(list(self.labels))
            self.workspace.delete_lens(lens)
            del self.labels[lens]
        elif self.corpora:
            corpus = self.chance.choice(list(self.corpora))
            for lens in self.workspace.lenses(corpus):
                del self.labels[lens.id]
            self.workspace.delete_corpus(corpus)
            del self.corpora[corpus]

    def start(self):
        self.workspace = Workspace(self.workspace.folder)
        assert self.workspace.notices == ()

    def check(self):
        assert {entry.id for entry in self.workspace.corpora()} == set(self.corpora)
        for corpus, ids in self.corpora.items():
            stored = self.workspace.read_corpus(corpus)
            assert dict(zip(stored.texts, stored.ids, strict=True)) == ids
            for lens in self.workspace.lenses(corpus):
                assert counting(self.workspace, lens) == {ids[t]: c for t, c in self.labels[lens.id].items()}
        kept = {text for ids in self.corpora.values() for text in ids}
        on_disk = b"".join(stored_bytes(self.workspace.folder).values())
        assert not [text for text in POOL if text not in kept and text.encode() in on_disk]


@pytest.mark.long(short=8, long=1_000)
def test_each_label_is_at_its_text_and_what_is_deleted_is_gone(tmp_path, seeds):
    for seed in seeds:
        walk = Walk(tmp_path / str(seed), seed)
        for _ in range(STEPS):
            walk.step()
