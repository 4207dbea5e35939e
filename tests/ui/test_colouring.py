import numpy as np

from gst_core.ui.colouring import cluster_numbers

CLUSTERS = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, -1], dtype=np.int32)


def test_without_classes_a_cluster_has_its_own_colour():
    assert cluster_numbers(CLUSTERS, None, 0) == {0: 0, 1: 1, 2: 2}


def test_a_cluster_of_mostly_one_class_has_that_class_colour_and_no_other_has_it():
    guess = np.array([1, 1, 1, 0, 1, 1, 1, 0, 1, 0], dtype=np.int16)
    numbers = cluster_numbers(CLUSTERS, guess, 2)
    assert numbers[0] == 1  # three of four
    assert numbers[1] == 2 + 1  # all of class 1, whose colour the larger one has
    assert numbers[2] == 2 + 2  # half and half
