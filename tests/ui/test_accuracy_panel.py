"""What the page says of how right the map is, and the check of drawn texts that it offers."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gst_core.annotate import CheckCount
from gst_core.corpus import read_corpus
from gst_core.transform import AccuracyReport, ClassReport, Share
from gst_core.ui import accuracy_panel, state
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file

SURE = Share(0.8, 0.6, 0.9)
NOTHING_DRAWN = CheckCount()
HALF_WAY = CheckCount(20, 8, 6, "a")


def reported(names=("calm", "cross"), confusions=((7, 1), (3, 9)), **more):
    classes = tuple(ClassReport(name, 10, 1 / len(names), SURE, None) for name in names)
    return AccuracyReport(0.62, (0.52, 0.71), 24, 0.05, classes, confusions, **more)


def test_the_button_says_the_estimate_with_its_interval():
    assert accuracy_panel.headline(reported(), NOTHING_DRAWN) == "About 62% right (52–71)"


def test_where_nothing_is_known_the_button_asks():
    assert accuracy_panel.headline(None, CheckCount(20, 2, 2, "a")) == "How right is it?"


def test_drawn_texts_alone_say_how_right_a_map_is_that_has_no_label_to_learn_from():
    assert accuracy_panel.headline(None, CheckCount(20, 20, 13)) == "About 65% right (47–80)"
    said = accuracy_panel.sentence(None, CheckCount(20, 20, 13), words_alone=True)
    assert said.endswith("of 20 texts drawn at random 13 are right.")


def test_drawn_texts_that_the_map_has_learned_from_do_not_say_how_right_it_is():
    learned = CheckCount(20, 20, 19, apart=False)
    assert accuracy_panel.headline(reported(), learned) == "About 62% right (52–71)"
    assert "drawn" not in accuracy_panel.sentence(reported(), learned, words_alone=False)
    assert accuracy_panel.headline(None, learned) == "How right is it?"


def test_drawn_texts_move_and_narrow_the_estimate():
    alone = accuracy_panel.rightness(reported(), NOTHING_DRAWN)
    checked = accuracy_panel.rightness(reported(), CheckCount(60, 60, 54))
    assert checked.value > alone.value
    assert checked.high - checked.low < alone.high - alone.low


def test_the_sentence_says_what_it_rests_on_and_what_more_labels_would_add():
    said = accuracy_panel.sentence(
        reported(learning_curve=((12, 0.5), (24, 0.6), (48, 0.72))), NOTHING_DRAWN, words_alone=False
    )
    assert "62 %" in said
    assert "ten more labels would add about 5 points" in said
    assert said.endswith("From 24 labels.")


def test_the_table_has_a_row_for_each_class_and_no_name_is_taken_for_markup():
    table = accuracy_panel.class_table(reported(("<b>calm</b>", "cross")), ("cross", "<b>calm</b>"))
    assert table.count("<tr>") == 3
    assert "<b>" not in table
    assert table.index("cross") < table.index("calm")
    assert '<span title="between 60% and 90%">80%</span>' in table
    assert "<td>–</td>" in table


def test_confusions_are_said_in_words_the_most_frequent_first():
    assert accuracy_panel.confusions(reported()) == ["cross taken for calm: 3 labels", "calm taken for cross: 1 label"]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (NOTHING_DRAWN, "Labels that were chosen"),
        (HALF_WAY, "8 of 20 are labelled"),
        (CheckCount(20, 20, 13), "13 of 20 drawn texts are right."),
        (CheckCount(20, 20, 19, apart=False), "20 drawn texts teach the map now"),
    ],
)
def test_a_check_says_what_it_is_for_how_far_it_is_and_what_it_found(count, words):
    assert accuracy_panel.check_words(count).startswith(words)


def page():
    from gst_core.annotate import count_check
    from gst_core.corpus import Corpus
    from gst_core.ui import accuracy_panel, actions, check_panel, state

    workspace = state.workspace()
    entry = workspace.corpora()[0]
    lens, corpus = workspace.lenses(entry.id)[0], workspace.read_corpus(entry.id)
    assert isinstance(corpus, Corpus)
    labels, check = workspace.labels(lens.id), workspace.random_check(lens.id)
    count = count_check(check, labels, dict.fromkeys(check.documents, "calm"), corpus.ids)
    accuracy_panel.draw_check(corpus, lens, labels, count)
    if count.following is not None:
        check_panel.draw(corpus, lens, count)
    actions.show_refusal()


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    lines = "".join(f"text number {i}\n" for i in range(30))
    made = Workspace(tmp_path / "workspace")
    corpus = read_corpus(file("text\n" + lines), text="text", embeddings=np.eye(30))
    lens = made.add_lens(made.add_corpus(corpus).id, "mood", classes=["calm", "cross"])
    made.set_labels(lens.id, dict.fromkeys(corpus.ids[:5], "calm"))

    class FewJobs:
        def corpus(self, corpus_id):
            return made.read_corpus(corpus_id)

    monkeypatch.setattr(state, "workspace", lambda: made)
    monkeypatch.setattr(state, "jobs", FewJobs)
    return made


def test_a_check_goes_through_drawn_texts_one_after_the_other(workspace):
    shown = AppTest.from_function(page, default_timeout=60).run()
    lens = workspace.lenses(workspace.corpora()[0].id)[0]
    before = {label.document for label in workspace.labels(lens.id)}
    shown.button(key="draw-check").click().run()
    drawn = workspace.random_check(lens.id).documents
    assert len(drawn) == 20
    assert not before & set(drawn)
    for document, class_name in zip(drawn[:2], ("cross", "calm"), strict=True):
        shown.pills[0].set_value(class_name).run()
        assert {x.document: x.class_name for x in workspace.labels(lens.id)}[document] == class_name
    assert not shown.exception
    assert not {x.document for x in workspace.teaching_labels(lens.id)} & set(drawn)
    shown.checkbox[0].uncheck().run()
    assert {x.document for x in workspace.teaching_labels(lens.id)} == before | set(drawn[:2])
    shown.button(key="stop-check-here").click().run()
    assert workspace.random_check(lens.id).documents == drawn[:2]
    assert not shown.exception
