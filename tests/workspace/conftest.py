"""A workspace with one lens on three texts, and what its labels say."""

import pytest

from gst_core.corpus import read_corpus
from gst_core.workspace.label_set import ClassDefinition, LabelSet
from gst_core.workspace.records import effective_labels
from gst_core.workspace.workspace import Workspace
from tests.corpus.test_corpus import file


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "ws")


@pytest.fixture
def lens(workspace):
    entry = workspace.add_corpus(read_corpus(file("text,n\nfirst text,1\nsecond text,2\nthird text,3\n"), text="text"))
    return workspace.add_lens(entry.id, "  how  it feels ", classes=["good", "bad"])


def counting(workspace, lens):
    return effective_labels(workspace.labels(lens.id))


def said(workspace, lens):
    """All labels: who said what of which document, and how sure they were."""
    return {(x.document, x.who): (x.class_name, x.confidence) for x in workspace.labels(lens.id)}


def when(workspace, lens):
    """All labels: when each was said."""
    return {(x.document, x.who): x.created for x in workspace.labels(lens.id)}


DEFINED = LabelSet(
    (ClassDefinition("Bad", "the guest is cross", ("a", "b")), ClassDefinition("calm", "nothing stirs")), False
)
