from gst_core.corpus import read_corpus
from gst_core.work import labels_in_file, lens_of_file
from gst_core.workspace import Workspace, deciding_labels
from tests.corpus.test_corpus import file

EXPORT = """gst:id,text,gst:label,gst:said_by,gst:said_by_model,gst:confidence
a,One,red,human,,
b,Two,blue,llm,llama,0.75
c,Three,Red,file,,
d,Four,blue,llm,other,
e,Five,,,,
"""


def test_labels_of_an_export_become_a_lens_and_keep_who_said_them(tmp_path):
    workspace, corpus = Workspace(tmp_path), read_corpus(file(EXPORT))
    entry = workspace.add_corpus(corpus)
    found = labels_in_file(workspace.read_corpus(entry.id))
    lens = lens_of_file(workspace, entry.id, corpus, found)
    labels = deciding_labels(workspace.labels(lens.id))
    assert {i: (x.class_name, x.who, x.model, x.confidence) for i, x in labels.items()} == {
        "a": ("red", "human", "", None),
        "b": ("blue", "llm", "llama", 0.75),
        "c": ("Red", "human", "", None),
        "d": ("blue", "llm", "other", None),
    }
    assert lens.classes == ("red", "blue", "Red")


def test_a_file_without_labels_of_ours_offers_none():
    assert labels_in_file(read_corpus(file("text,label\nOne,red\nTwo,\n"))) is None
    assert labels_in_file(read_corpus(file("gst:id,text,gst:label\na,One,\nb,Two,\n"))) is None
