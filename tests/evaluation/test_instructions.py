"""What is typed for a facet of the benchmark."""

from gst_core.evaluation.instructions import instruction_of, readable_names


def test_a_facet_that_is_not_known_is_asked_for_by_its_name():
    assert instruction_of("mine", "kind_of_trip") == "What is the kind of trip?"
    assert instruction_of("tweet_emotion", "emotion") == "What does the writer feel?"


def test_names_have_blanks_and_stay_different():
    assert readable_names(["toys_games", "a b", "a_b"]) == {"toys_games": "toys games", "a b": "a b", "a_b": "a_b"}
