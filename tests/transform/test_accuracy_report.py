"""How right the classes are, as numbers that a page draws and a file keeps."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_core.transform.accuracy_report import (
    AccuracyReport,
    ClassReport,
    Share,
    accuracy_sentence,
    checked_report,
    report_from,
    share_of,
)

CURVE = ((10, 0.5), (20, 0.6), (40, 0.66))


def a_report(accuracy: float = 0.6, low: float = 0.5, high: float = 0.7, labels: int = 20) -> AccuracyReport:
    classes = (
        ClassReport("calm", 12, 0.5, Share(0.6, 0.4, 0.8), None),
        ClassReport("cross", 8, 0.5, None, Share(0.5, 0.3, 0.7)),
    )
    return AccuracyReport(accuracy, (low, high), labels, 0.05, classes, ((10, 2), (3, 5)), CURVE)


def test_a_report_comes_back_from_json_as_it_was() -> None:
    report = checked_report(a_report(), 15, 20)
    assert report_from(json.loads(json.dumps(report.as_dict()))) == report


def test_a_stored_report_whose_accuracy_is_outside_its_interval_is_refused() -> None:
    stored = a_report(accuracy=0.6).as_dict() | {"interval": [0.7, 0.9]}
    with pytest.raises(ValueError, match="not within"):
        report_from(stored)


def test_the_sentence_says_the_estimate_its_interval_and_what_ten_more_labels_would_add() -> None:
    assert a_report().sentence() == (
        "About 60 % of the texts are in the right class (50 to 70 %); ten more labels would add about 3 points."
    )


def test_the_sentence_says_how_many_of_the_texts_drawn_at_random_were_right() -> None:
    assert "of 20 drawn at random 15 were" in checked_report(a_report(), 15, 20).sentence()


def test_without_a_report_the_sentence_says_what_is_missing() -> None:
    assert "two labels each" in accuracy_sentence(None)
    assert "words alone" in accuracy_sentence(None, words_only=True)
    assert accuracy_sentence(a_report()) == a_report().sentence()


def test_the_gain_of_more_labels_is_read_off_the_learning_curve() -> None:
    assert a_report().gain(20) == pytest.approx(0.06)
    assert a_report().gain(0) == 0.0


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_share_lies_within_its_interval_and_the_interval_within_0_and_1(right: int, of: int) -> None:
    share = share_of(min(right, of), of)
    assert 0.0 <= share.low <= share.value <= share.high <= 1.0


@given(st.floats(0.3, 0.7), st.floats(0.02, 0.2), st.integers(0, 60), st.integers(0, 60))
def test_drawn_texts_pull_the_estimate_towards_their_own_share(
    accuracy: float, half: float, right: int, wrong: int
) -> None:
    report = a_report(accuracy, accuracy - half, accuracy + half)
    if not right + wrong:
        return
    checked = checked_report(report, right, right + wrong)
    between = sorted((accuracy, right / (right + wrong)))
    assert between[0] - 1e-9 <= checked.accuracy <= between[1] + 1e-9
    assert checked.interval[0] <= checked.accuracy <= checked.interval[1]


def test_with_many_drawn_texts_only_they_count() -> None:
    checked = checked_report(a_report(0.6, 0.55, 0.65), 9_000, 10_000)
    assert checked.accuracy == pytest.approx(0.9, abs=0.01)
    assert checked.interval[1] - checked.interval[0] < 0.02


def test_drawn_texts_beside_the_estimate_say_more_than_they_say_alone() -> None:
    after = checked_report(a_report(0.6, 0.45, 0.75), 12, 20)
    alone = share_of(12, 20)
    assert after.interval[1] - after.interval[0] < alone.high - alone.low


@pytest.mark.parametrize(
    ("damage", "part"),
    [
        ({"labels": -1}, "labels"),
        ({"checked": 2, "checked_right": 3}, "labels"),
        ({"calibration_error": float("nan")}, "calibration_error"),
        ({"confusions": [[1, 2]]}, "confusions"),
        ({"confusions": [[1, 2], [3, -4]]}, "confusions"),
        ({"learning_curve": [[20, 0.5], [10, 0.6]]}, "learning_curve"),
        ({"learning_curve": [[20, 7.0]]}, "learning_curve"),
    ],
)
def test_a_stored_report_whose_numbers_cannot_be_is_refused(damage: dict[str, object], part: str) -> None:
    with pytest.raises(ValueError, match=f"the {part} of its report"):
        report_from(a_report().as_dict() | damage)


@pytest.mark.parametrize(
    "damage", [{"share": 2.0}, {"labels": -1}, {"precision": {"value": "0.9", "low": 0.95, "high": 1.0}}]
)
def test_a_stored_report_on_a_class_whose_numbers_cannot_be_is_refused(damage: dict[str, object]) -> None:
    stored = a_report().as_dict()
    stored["classes"] = [stored["classes"][0] | damage, stored["classes"][1]]
    with pytest.raises(ValueError, match="the classes of its report"):
        report_from(stored)
