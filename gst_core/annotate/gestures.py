"""Which labels a person gave in one gesture: a lasso around six hundred texts is one decision, not six hundred."""

from collections.abc import Sequence

from gst_core.workspace import HUMAN, Label, deciding_labels


def gestures(labels: Sequence[Label]) -> dict[str, str]:
    """Return what names the gesture of each document that was labelled together with others.

    Texts that a person labels at once, all with one class, have labels of the same moment. Labels of several classes
    at the same moment were not clicked: they come from a file or a program, where each stands for itself. A model
    reads each text by itself.

    Parameters
    ----------
    labels : sequence of Label
        Of one lens.

    Returns
    -------
    dict of str to str
        Documents without an entry were labelled on their own.
    """
    together: dict[str, list[Label]] = {}
    for label in labels:
        if label.who == HUMAN:
            together.setdefault(label.created, []).append(label)
    decided = deciding_labels(labels)
    return {
        label.document: moment
        for moment, given in together.items()
        if len(given) > 1 and len({label.class_name for label in given}) == 1
        for label in given
        if decided[label.document] is label
    }
