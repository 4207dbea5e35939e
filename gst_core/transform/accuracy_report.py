"""How right a transform's classes are, as plain numbers that a page draws and a file keeps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from scipy.special import betaincinv

CONFIDENCE = 0.9  # of every interval
NORMAL_QUANTILE = 1.645  # of an interval of 90 %
TEN_MORE = 10  # labels
LEAST_GAIN = 0.005  # of the accuracy, that is worth a clause
MOST_WORTH = 1_000.0  # texts drawn at random that an estimate is ever worth
DISCOUNT = 0.25  # of its worth beside such texts; at 1 the interval of 20 of them held the accuracy in 74 % of runs
WORDS_ONLY = "How right the classes are nobody can tell from words alone: label a few texts of each."
TOO_FEW = "How right the classes are shows once most of them have two labels each."


@dataclass(frozen=True)
class Share:
    """A share and its interval of 90 %, each from 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassReport:
    """How right one class is.

    Attributes
    ----------
    name : str
    labels : int
        Texts labelled so: the support.
    share : float
        Of all texts that are predicted to be of it, from 0 to 1.
    precision : Share or None
        Of the texts that are predicted to be of it, the share that is; None where no text is.
    recall : Share or None
        Of the texts that are of it, the share that is predicted so; None where it has no label.
    """

    name: str
    labels: int
    share: float
    precision: Share | None
    recall: Share | None


@dataclass(frozen=True)
class AccuracyReport:
    """How right a transform's classes are, estimated from the analyst's labels.

    Attributes
    ----------
    accuracy : float
        Share of all texts whose predicted class is right, from 0 to 1.
    interval : tuple of float
        Holds the accuracy in nine of ten cases.
    labels : int
        That the estimate rests on.
    checked : int
        How many of them were drawn at random to check it, see `checked_report`; 0 where it is only an estimate.
    checked_right : int
        Of these, whose predicted class was right.
    calibration_error : float
        Expected calibration error of the probabilities (Guo et al., ICML 2017, eq. 3) on held-out labels, from 0 to 1.
    classes : tuple of ClassReport
        As in `classes_`.
    confusions : tuple of tuple of int
        Of labelled texts, each predicted while its own label was held out: row is the label, column the prediction.
    learning_curve : tuple of (int, float)
        Numbers of labels, rising, and the accuracy to expect; the last ones are ahead of what is labelled.
    """

    accuracy: float
    interval: tuple[float, float]
    labels: int
    calibration_error: float
    classes: tuple[ClassReport, ...]
    confusions: tuple[tuple[int, ...], ...]
    learning_curve: tuple[tuple[int, float], ...] = ()
    checked: int = 0
    checked_right: int = 0

    def gain(self, more: int = TEN_MORE) -> float | None:
        """Return by how much the accuracy should rise with some more labels; None where nothing is known of it."""
        if len(self.learning_curve) < 2:
            return None
        return max(0.0, self._expected(self.labels + more) - self._expected(self.labels))

    def sentence(self) -> str:
        """Return one sentence for a person: the estimate, its interval, what it rests on, and what more would add."""
        low, high = (round(100 * side) for side in self.interval)
        text = f"About {100 * self.accuracy:.0f} % of the texts are in the right class ({low} to {high} %)"
        if self.checked:
            text += f"; of {self.checked} drawn at random {self.checked_right} were"
        gain = self.gain()
        if gain is not None and gain >= LEAST_GAIN:
            points = round(100 * gain)
            text += f"; ten more labels would add about {points} point{'s' if points != 1 else ''}"
        return f"{text}."

    def as_dict(self) -> dict[str, Any]:
        """Return it as what JSON can hold; `report_from` takes it back."""
        return asdict(self)

    def _expected(self, labels: float) -> float:
        """Return the learning curve at a number of labels, straight between its points."""
        (n0, a0), *rest = self.learning_curve
        for n1, a1 in rest:
            if labels <= n1:
                return a0 + (a1 - a0) * (labels - n0) / (n1 - n0)
            n0, a0 = n1, a1
        return a0


def report_from(stored: Mapping[str, Any]) -> AccuracyReport:
    """Return the report that `AccuracyReport.as_dict` gave, or JSON made of it.

    Raises
    ------
    TypeError, ValueError, KeyError
        It is something else.
    """
    report = AccuracyReport(
        accuracy=float(stored["accuracy"]),
        interval=(float(stored["interval"][0]), float(stored["interval"][1])),
        labels=int(stored["labels"]),
        calibration_error=float(stored["calibration_error"]),
        classes=tuple(_class_from(c) for c in stored["classes"]),
        confusions=tuple(tuple(int(n) for n in row) for row in stored["confusions"]),
        learning_curve=tuple((int(n), float(a)) for n, a in stored["learning_curve"]),
        checked=int(stored["checked"]),
        checked_right=int(stored["checked_right"]),
    )
    if not 0.0 <= report.interval[0] <= report.accuracy <= report.interval[1] <= 1.0:
        raise ValueError("its accuracy is not within its interval")
    numbers, expected = [n for n, _ in report.learning_curve], [a for _, a in report.learning_curve]
    counts = [n for row in report.confusions for n in row]
    fits = {
        "labels": report.labels >= 0 and 0 <= report.checked_right <= report.checked,
        "calibration_error": 0.0 <= report.calibration_error <= 1.0,
        "classes": all(map(_is_possible, report.classes)),
        "confusions": [len(row) for row in report.confusions] == [len(report.classes)] * len(report.classes)
        and min(counts, default=0) >= 0,
        "learning_curve": numbers == sorted(set(numbers)) and all(0.0 <= a <= 1.0 for a in expected),
    }
    wrong = [part for part, fit in fits.items() if not fit]
    if wrong:
        raise ValueError(f"the {wrong[0]} of its report cannot be")
    return report


def checked_report(report: AccuracyReport, right: int, drawn: int) -> AccuracyReport:
    """Return the report that texts drawn at random confirm or correct.

    The estimate is a prior, a beta distribution with its mean and a quarter of what its interval is worth, because it
    errs on a whole corpus and not on single texts. The drawn texts are counted into it (Gelman et al., "Bayesian Data
    Analysis", 2013, section 2.4): with many of them only they count.

    Parameters
    ----------
    report : AccuracyReport
        Of a transform that has not seen what the drawn texts are.
    right : int
        Drawn texts whose predicted class is right, at least 0.
    drawn : int
        Drawn at random, at least `right`.

    Returns
    -------
    AccuracyReport
    """
    before = DISCOUNT * _worth(report)
    sure = share_of(report.accuracy * before + right, before + drawn)
    return replace(report, accuracy=sure.value, interval=(sure.low, sure.high), checked=drawn, checked_right=right)


def accuracy_sentence(report: AccuracyReport | None, words_only: bool = False) -> str:
    """Return the report's sentence, or one that says why there is no report.

    Parameters
    ----------
    report : AccuracyReport or None
    words_only : bool
        Whether the transform was fitted by class names without any label.
    """
    if report is not None:
        return report.sentence()
    return WORDS_ONLY if words_only else TOO_FEW


def share_of(right: float, of: float) -> Share:
    """Return a share with the interval of a beta distribution whose prior is Jeffreys'.

    Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", Statistical Science 2001, section 3.1.3.

    Parameters
    ----------
    right, of : float
        Counts, or sums of weights; 0 <= right <= of, of above 0.

    Returns
    -------
    Share
        The interval holds the value.
    """
    value = right / of
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = (float(betaincinv(right + 0.5, of - right + 0.5, q)) for q in (tail, 1.0 - tail))
    return Share(value, min(low, value), max(high, value))


def _worth(report: AccuracyReport) -> float:
    """Return how many texts drawn at random would leave an interval as wide (the normal one of a share)."""
    half = max((report.interval[1] - report.interval[0]) / 2.0, 1e-6)
    spread = max(report.accuracy * (1.0 - report.accuracy), 0.05)  # of an accuracy of 0.95: near 1 the normal one fails
    return float(min(spread * (NORMAL_QUANTILE / half) ** 2, MOST_WORTH))


def _class_from(stored: Mapping[str, Any]) -> ClassReport:
    shares = {name: None if stored[name] is None else _share_from(stored[name]) for name in ("precision", "recall")}
    return ClassReport(str(stored["name"]), int(stored["labels"]), float(stored["share"]), **shares)


def _share_from(stored: Mapping[str, Any]) -> Share:
    return Share(float(stored["value"]), float(stored["low"]), float(stored["high"]))


def _is_possible(one: ClassReport) -> bool:
    shares = [share for share in (one.precision, one.recall) if share is not None]
    return (
        one.labels >= 0
        and 0.0 <= one.share <= 1.0
        and all(0.0 <= share.low <= share.value <= share.high <= 1.0 for share in shares)
    )
