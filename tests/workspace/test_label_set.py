import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_core.errors import GstError
from gst_core.workspace.label_set import ClassDefinition, LabelSet


@pytest.fixture
def colours():
    return LabelSet(
        (ClassDefinition("red", "warm", ("1",)), ClassDefinition("green", "calm", ("2",)), ClassDefinition("blue"))
    )


def test_every_edit_gives_a_new_set_and_leaves_the_old(colours):
    edited = colours.rename("red", "crimson").delete("GREEN").add("sand", "dry", ["7"]).redefine("blue", "cold")
    assert edited.classes == (
        ClassDefinition("crimson", "warm", ("1",)),
        ClassDefinition("blue", "cold"),
        ClassDefinition("sand", "dry", ("7",)),
    )
    assert colours.names == ("red", "green", "blue")


def test_merging_keeps_the_place_the_definitions_and_the_examples(colours):
    merged = colours.merge(["green", "red"], "lively")
    assert merged.classes[0] == ClassDefinition("lively", "warm calm", ("1", "2"))
    assert merged.names == ("lively", "blue")
    assert colours.merge(["red", "green"], "red").definition("red").definition == "warm"


def test_a_class_knows_what_it_was_through_renaming_and_merging_and_no_longer_when_split():
    read = LabelSet(tuple(ClassDefinition(name, was=(name,)) for name in ("red", "green", "blue")))
    edited = read.rename("red", "crimson").merge(["crimson", "green"], "lively").redefine("lively", "warm").add("red")
    assert [c.was for c in edited.classes] == [("red", "green"), ("blue",), ()]
    assert [c.was for c in read.split("blue", ["navy", "sky"]).classes[2:]] == [(), ()]


def test_splitting_puts_the_parts_in_the_place_of_the_whole(colours):
    parts = colours.split("green", ["lime", ClassDefinition("olive", "dark")])
    assert parts.names == ("red", "lime", "olive", "blue")
    assert parts.definition("lime").examples == ()


def test_what_cannot_be_is_refused_in_a_sentence(colours):
    for edit in (
        lambda: colours.rename("red", "Blue"),
        lambda: colours.add("  "),
        lambda: colours.add("x" * 81),
        lambda: colours.add("None of These"),
        lambda: colours.delete("violet"),
        lambda: colours.merge(["red"], "red"),
        lambda: colours.merge(["red", "green"], "blue"),
        lambda: colours.split("red", ["one"]),
    ):
        with pytest.raises(GstError, match=r"\.$"):
            edit()


def test_none_of_these_is_a_choice_and_no_class(colours):
    assert colours.choices == ("red", "green", "blue", "none of these")
    assert LabelSet(colours.classes, none_of_these=False).choices == colours.names


@given(st.lists(st.text(max_size=30), max_size=6), st.text(max_size=400))
def test_a_set_is_clean_or_refused(names, definition):
    try:
        made = LabelSet(tuple(ClassDefinition(n, definition) for n in names))
    except GstError:
        return
    assert len({n.casefold() for n in made.choices}) == len(names) + 1
    assert all(n == " ".join(n.split()) and n for n in made.names)
    assert all("\n" not in c.definition and len(c.definition) <= 300 for c in made.classes)
