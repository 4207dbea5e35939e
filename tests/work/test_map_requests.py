"""What a lens' map is asked for: by labels, by names alone, and by neither."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd

from gst_core.work import map_requests
from gst_core.work.left_out import LeftOutColumns
from gst_core.work.map_requests import Said, descriptions_of, generic_request, lens_request, words_form_maps
from gst_core.workspace import ClassDefinition, CorpusEntry, LabelSet, Lens

IDS = ("a", "b", "c")
ENTRY = CorpusEntry("1", "corpus", "", 3, "encoder", own_embeddings=False, content="texts")
OWN = CorpusEntry("1", "corpus", "", 3, "encoder", own_embeddings=True, content="texts")
LENS = Lens("2", "1", "mood", "mood", "", classes=("calm", "cross"))


def asked(said=None, lens=LENS, entry=ENTRY):
    return lens_request(entry, "identity", lens, IDS, said or Said({}), class_names=None)


def test_names_form_a_map_from_two_on_where_they_may_and_can():
    assert words_form_maps(ENTRY, LENS)
    assert not words_form_maps(ENTRY, Lens("2", "1", "mood", "mood", "", classes=("calm",)))
    assert not words_form_maps(ENTRY, Lens("2", "1", "mood", "mood", "", by_words=False, classes=("calm", "cross")))
    assert not words_form_maps(OWN, LENS)


def test_a_map_by_names_alone_is_another_one_with_other_names_or_another_instruction():
    keys = {
        generic_request(ENTRY, "identity", 3).key,
        asked().key,
        asked(lens=Lens("2", "1", "mood", "mood", "", classes=("calm", "angry"))).key,
        asked(lens=Lens("2", "1", "mood", "how it feels", "", classes=("calm", "cross"))).key,
        asked(Said({}, descriptions={"calm": ("nothing stirs",)})).key,
    }
    assert len(keys) == 5
    assert asked(lens=Lens("2", "1", "mood", "mood", "", classes=("cross", "calm"))).key == asked().key


def test_a_gesture_is_asked_for_with_its_labels():
    labels = {"a": "calm", "c": "calm"}
    one = asked(Said(labels, groups={"a": "moment", "c": "moment"}))
    assert one.y == ["calm", None, "calm"]
    assert one.groups == ["moment", None, "moment"]
    each = asked(Said(labels))
    assert each.groups is None
    assert each.key != one.key


def test_definitions_and_examples_say_what_a_class_is():
    classes = (ClassDefinition("calm", "nothing stirs", ("a", "all is well")), ClassDefinition("cross"))
    assert descriptions_of(LabelSet(classes), {"a": "A quiet night."}) == {
        "calm": ("nothing stirs", "A quiet night.", "all is well")
    }


def test_the_name_of_what_is_none_of_these_says_nothing_of_its_texts(monkeypatch):
    given = []
    monkeypatch.setattr(
        map_requests, "class_name_vectors_if_any", lambda _, classes, *a, **b: given.append(classes) or {}
    )
    lens = Lens("2", "1", "mood", "mood", "", classes=("calm", "none of these", "cross"))
    asked(lens=lens).names(SimpleNamespace(widths=(2,), lexical=None))
    assert given == [("calm", "cross")]


def test_what_is_left_out_makes_another_map():
    columns = LeftOutColumns(pd.DataFrame({"airline": ["x", "y", "x"]}), "one")
    same = LeftOutColumns(pd.DataFrame({"airline": ["x", "y", "x"]}), "one")
    said = [Said({"a": "calm"}, left_out=left_out) for left_out in (None, columns, same)]
    keys = [asked(one).key for one in said]
    assert keys[0] != keys[1] == keys[2]
    assert asked(said[1]).left_out is columns.columns
    words = replace(LENS, left_out_words=("@",))
    assert asked(said[0], lens=words).key not in keys
    assert asked(Said({}, left_out=columns), lens=replace(LENS, classes=(), meanings=())).y == [None] * 3


def test_the_map_knows_a_renamed_class_by_the_words_that_it_had(monkeypatch):
    known = []

    def vectors(instruction, classes, *_args, descriptions, **_more):
        known.append((instruction, classes, descriptions))
        return {name: len(name) for name in classes}

    monkeypatch.setattr("gst_core.work.map_requests.class_name_vectors_if_any", vectors)
    renamed = replace(LENS, instruction="feeling", meant="mood", classes=("calm", "angry"), meanings=("calm", "cross"))
    said = Said({"a": "angry"}, descriptions={"angry": ("bad",)})
    E = SimpleNamespace(widths=(1,), lexical=None)
    assert asked(said, lens=renamed).names(E) == {"calm": 4, "angry": 5}
    assert known == [("mood", ("calm", "cross"), {"cross": ("bad",)})]
    assert asked(said, lens=renamed).key != asked(said, lens=replace(renamed, meanings=("calm", "angry"))).key
