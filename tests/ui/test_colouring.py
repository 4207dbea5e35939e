from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gst_core.analysis import file_columns
from gst_core.map import ClusterName, Frame
from gst_core.ui import palette
from gst_core.ui.colouring import (
    LABEL,
    choices,
    class_colours,
    cluster_numbers,
    colour,
    column_colouring,
    columns,
    guesses,
    title,
    usual,
)
from gst_core.ui.map_component.contract import by_column
from gst_core.work import MapState

CLUSTERS = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, -1], dtype=np.int32)


def column(values, kind=None):
    table = pd.DataFrame({"a column": pd.Series(values, dtype=object if kind is None else None)})
    return file_columns(table, {"a column": kind} if kind else {})["column:a column"]


def test_without_classes_a_cluster_has_its_own_colour():
    assert cluster_numbers(CLUSTERS, None, ()) == {0: 0, 1: 1, 2: 2}


def test_a_cluster_of_mostly_one_class_has_that_class_colour_and_no_other_has_it():
    guess = np.array([1, 1, 1, 0, 1, 1, 1, 0, 1, 0], dtype=np.int16)
    numbers = cluster_numbers(CLUSTERS, guess, (0, 1))
    assert numbers[0] == 1  # three of four
    assert numbers[1] == 2 + 1  # all of class 1, whose colour the larger one has
    assert numbers[2] == 2 + 2  # half and half


def test_a_class_has_the_colour_of_its_number_and_no_group_has_it():
    assert list(class_colours(("late", "early"), (4, 0)).values()) == [palette.category(4), palette.category(0)]
    numbers = cluster_numbers(CLUSTERS, np.array([1, 1, 1, 0, 0, 0, 0, 0, 1, 0], dtype=np.int16), (4, 0))
    assert (numbers[0], numbers[1]) == (0, 4)
    assert numbers[2] == 4 + 1 + 2


def test_a_column_called_as_one_of_ours_is_told_apart_from_it():
    metadata = pd.DataFrame({"label": ["red", "red", "blue"], "cluster": ["a", "b", "c"], "mood": ["x", "y", "y"]})
    points = np.zeros((3, 2), np.float32)
    chance = np.full((3, 2), 0.5, np.float32)
    state = MapState(frame=Frame(points, None, "clusters", 0.0, True, points, chance, ("kind", "other")))
    known = file_columns(metadata)
    offered = choices(state, columns(known))
    assert usual(state) == "class"
    assert len({title(by) for by in offered}) == len(offered) == 7
    labels = np.array([0, -1, -1])

    def names(by):
        return colour(by, state, None, [], ("kind",), labels, {}, column_colouring(by, known)).names

    assert names(LABEL) == ("kind",)
    assert names(offered[4]) == ("blue", "red")
    assert title(offered[4]) == "column label"
    assert title(offered[6]) == "mood"


@pytest.mark.parametrize(
    ("values", "kind", "names"),
    [
        ([f"{i},50" for i in range(20)], "scale", ("0.5", "19.5")),
        ([f"{i + 1:02}-02-2015 11.35" for i in range(20)], "scale", ("2015-02-01", "2015-02-20")),
        ([f"1.{i:03}" for i in range(20)], "scale", ("1", "1.019")),
        (["1", "2", "10", "10", None], "categories", ("1", "2", "10")),
        (["red", "", "blue"], "categories", ("blue", "red")),
    ],
)
def test_a_column_is_coloured_by_what_it_means(values, kind, names):
    found = by_column(column(values))
    assert (found.kind, found.names) == (kind, names)
    assert len(found.values) == len(values)


def test_lists_and_ids_are_nothing_to_colour_by():
    for values in ([["a"], ["b", "c"]] * 10, [f"user-{i}" for i in range(200)], [{"a": 1}, None] * 5):
        assert by_column(column(values)) is None


def test_a_kind_that_the_analyst_says_is_coloured_by():
    assert by_column(column(list(range(20)), "category")).kind == "categories"
    assert by_column(column([42059, 42060], "date")).names == ("2015-02-24", "2015-02-25")
    assert by_column(column([1, 2, 2], "id")) is None


def test_doubt_is_drawn_where_classes_are_told_apart_from_the_probability_of_a_guess_on():
    points, chance = np.zeros((3, 2), np.float32), np.full((3, 2), 0.5, np.float32)
    clusters = np.array([0, 0, -1], dtype=np.int32)
    frame = Frame(points, clusters, "clusters", 0.0, True, points)
    told = replace(frame, probabilities=chance, classes=("kind", "other"))
    names = [ClusterName(0, 2, ("words",), 0.0, 0.0)]
    nobody = np.full(3, -1)
    for by in ("cluster", "class"):
        plain = colour(by, MapState(frame=frame), clusters, names, ("kind", "other"), nobody, {0: 0})
        assert plain.palest is None
        pale = colour(by, MapState(frame=told), clusters, names, ("kind", "other"), nobody, {0: 0})
        assert pale.palest == 0.5


def test_classes_are_no_colours_while_there_is_one_alone():
    points = np.zeros((3, 2), np.float32)
    chance = np.ones((3, 1), np.float32)
    state = MapState(frame=Frame(points, None, "clusters", 0.0, True, points, chance, ("kind",)))
    assert choices(state, []) == ["cluster"]
    assert usual(state) == "cluster"
    assert guesses(state, ("kind",))[0] is None
