"""What the page says moves the map next."""

import pytest
from streamlit.testing.v1 import AppTest


def page(classes, formed, own_embeddings=False):
    from gst_core.ui import empty_states
    from gst_core.workspace import Lens

    lens = Lens("a", "b", "mood", "mood", "2025-01-01T00:00:00.000000", classes=tuple(classes))
    empty_states.next_step(lens, [], formed=formed, own_embeddings=own_embeddings)


@pytest.mark.parametrize(
    ("classes", "formed", "words"),
    [
        ((), False, "Name two kinds of text"),
        (("calm",), False, "One class alone moves nothing."),
        (("calm", "cross"), False, "Label two texts of different kinds"),
        (("calm", "cross"), True, "The map follows the class names alone."),
    ],
)
def test_a_lens_without_labels_says_what_moves_its_map(classes, formed, words):
    shown = AppTest.from_function(page, args=(classes, formed), default_timeout=60).run()
    assert not shown.exception
    assert shown.info[0].value.startswith(words)


@pytest.mark.parametrize("classes", [(), ("calm",)])
def test_names_are_not_said_to_move_a_map_of_embeddings_that_came_with_the_corpus(classes):
    shown = AppTest.from_function(page, args=(classes, False, True), default_timeout=60).run()
    assert "names" not in shown.info[0].value
    assert "once one text of each is labelled" in shown.info[0].value
