"""How far a person and an LLM agree, and how much the LLM's labels weigh for it.

A person who labels first and an LLM that speaks of the same text later are two independent judges. A person who speaks
after the LLM has usually seen its label, and speaks where it is wrong: such texts say nothing about how often it is
right, and five corrections among three hundred labels must not silence the other 295. So the weight is learned from the
texts that the person labelled first, and every overruled label counts as one wrong among all that the LLM said.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from gst_core.workspace import HUMAN, LLM, Label, deciding_labels, effective_labels

USUAL_TRUST = 0.8  # of an LLM that nobody has checked: 10 % wrong of two classes, 18 % of ten
WORTH_OF_USUAL = 5.0  # labels; as many that a person gave first weigh as much as the usual trust
FINEST_TRUST = 2  # decimals, so that a weight, and with it a map, does not change for nothing


@dataclass(frozen=True)
class Agreement:
    """How person and LLM agree on the documents that both labelled.

    Attributes
    ----------
    both, same : int
        Documents that both labelled, and those of them with the same class.
    overruled : int
        Documents of `both` that the person gave another class after the LLM had spoken. They are no fair sample.
    kappa : float or None
        Cohen's kappa: 1 for perfect agreement, 0 for that of chance. None where it is not defined, because there is no
        such document or both gave one and the same class to all of them.
    """

    both: int
    same: int
    overruled: int
    kappa: float | None


@dataclass(frozen=True)
class Disagreement:
    """A document to which person and LLM gave different classes.

    Attributes
    ----------
    document : str
    person, machine : str
        The class that each gave it; the person's is the one that counts.
    confidence : float or None
        What the LLM stated.
    overruled : bool
        Whether the person spoke after the LLM, and so has looked at its label already.
    model : str
        Which LLM it was; empty where nobody noted it.
    """

    document: str
    person: str
    machine: str
    confidence: float | None
    overruled: bool
    model: str


def agreement(labels: Sequence[Label]) -> Agreement:
    """Compare a person's labels with an LLM's on the documents that both labelled.

    Parameters
    ----------
    labels : sequence of Label
        Of one lens, see `Workspace.labels`.

    Returns
    -------
    Agreement

    References
    ----------
    Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological Measurement 20 (1960), 37-46:
    ``(observed - expected) / (1 - expected)``, the expected agreement being that of the two judges' shares of classes.
    """
    pairs = _pairs(labels)
    same = sum(person.class_name == machine.class_name for person, machine in pairs)
    overruled = sum(_overruled(person, machine) for person, machine in pairs)
    return Agreement(len(pairs), same, overruled, _kappa([(p.class_name, m.class_name) for p, m in pairs]))


def independent_labels(labels: Sequence[Label]) -> list[Label]:
    """Leave out the LLM's labels that a person spoke of afterwards, of which `agreement` is no fair measure."""
    seen = {machine.document for person, machine in _pairs(labels) if _after(person, machine)}
    return [label for label in labels if label.who == HUMAN or label.document not in seen]


def disagreements(labels: Sequence[Label]) -> list[Disagreement]:
    """List the documents that are worth a second look.

    Parameters
    ----------
    labels : sequence of Label

    Returns
    -------
    list of Disagreement
        Those that the person has not looked at since the LLM spoke come first, then those that the LLM was surest of.
    """
    found = [
        Disagreement(
            person.document,
            person.class_name,
            machine.class_name,
            machine.confidence,
            _overruled(person, machine),
            machine.model,
        )
        for person, machine in _pairs(labels)
        if person.class_name != machine.class_name
    ]
    return sorted(found, key=lambda d: (d.overruled, -(d.confidence or 0.0)))


def machine_trust(labels: Sequence[Label], classes: Sequence[str] = ()) -> float:
    """Return how much a label by the LLM weighs against one by the person.

    The share of agreement on independently labelled documents, with a Beta prior worth `WORTH_OF_USUAL` labels, is
    corrected for the agreement of a guess among the classes (Bennett et al.'s S rather than Cohen's kappa, because one
    more agreement must not lower the trust, and because kappa is not defined while all are of one class). The result
    is multiplied by the share of the LLM's labels that the person did not overrule. What the LLM states of its own
    confidence has no part in it.

    Parameters
    ----------
    labels : sequence of Label
        Of one lens.
    classes : sequence of str
        The lens' classes; those that occur in the labels when left out.

    Returns
    -------
    float
        From 0 to 1, with `FINEST_TRUST` decimals; `USUAL_TRUST` where nothing was compared.

    References
    ----------
    Bennett, Alpert and Goldstein, "Communications Through Limited-Response Questioning", Public Opinion Quarterly 18
    (1954), 303-308.
    """
    pairs = _pairs(labels)
    independent = [(person, machine) for person, machine in pairs if not _after(person, machine)]
    same = sum(person.class_name == machine.class_name for person, machine in independent)
    chance = 1.0 / max(2, len({*classes, *(label.class_name for label in labels)}))
    corrected = (same - chance * len(independent)) / (1.0 - chance)  # labels' worth of agreement above chance
    trust = (corrected + WORTH_OF_USUAL * USUAL_TRUST) / (len(independent) + WORTH_OF_USUAL)
    spoken = sum(label.who == LLM for label in labels)
    wrong = sum(_overruled(person, machine) for person, machine in pairs)
    return round(max(0.0, trust) * (1.0 - wrong / max(spoken, 1)), FINEST_TRUST)


def label_weights(labels: Sequence[Label], classes: Sequence[str] = ()) -> dict[str, float]:
    """Return the weight of each document's label in the transform: the LLM's trust where it spoke alone, else 1.

    Parameters
    ----------
    labels : sequence of Label
        Of one lens.
    classes : sequence of str
        As for `machine_trust`.

    Returns
    -------
    dict of str to float
        By document; 0 for a label of an LLM that agrees with the person no better than a guess.
    """
    trust = machine_trust(labels, classes)
    return {document: trust if label.who == LLM else 1.0 for document, label in deciding_labels(labels).items()}


def counting_labels(
    labels: Sequence[Label], classes: Sequence[str], documents: Collection[str]
) -> tuple[dict[str, str], dict[str, float]]:
    """Return the labels that a map is made of.

    The LLM's labels weigh what its agreement with the person is worth, whatever confidence it states: that is badly
    calibrated, and the agreement has its usual errors in it already. Those that are worth nothing are left out.

    Parameters
    ----------
    labels : sequence of Label
        Of one lens.
    classes : sequence of str
        As for `machine_trust`.
    documents : collection of str
        Of the corpus; labels of others do not count.

    Returns
    -------
    classes : dict of str to str
        The class of each labelled document.
    weights : dict of str to float
        Of those of these documents whose label does not weigh 1.
    """
    if not labels:
        return {}, {}
    known, weights = set(documents), label_weights(labels, classes)
    counting = {d: name for d, name in effective_labels(labels).items() if d in known and weights[d] > 0}
    return counting, {d: weights[d] for d in counting if weights[d] < 1}


def _pairs(labels: Sequence[Label]) -> list[tuple[Label, Label]]:
    """Return the person's and the LLM's label of each document that has both."""
    machine = {label.document: label for label in labels if label.who == LLM}
    return [(label, machine[label.document]) for label in labels if label.who == HUMAN and label.document in machine]


def _after(person: Label, machine: Label) -> bool:
    return person.created > machine.created


def _overruled(person: Label, machine: Label) -> bool:
    return _after(person, machine) and person.class_name != machine.class_name


def _kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    if not pairs:
        return None
    person, machine = (np.array(given) for given in zip(*pairs, strict=True))
    names = np.unique([person, machine])
    expected = sum(float((person == name).mean() * (machine == name).mean()) for name in names)
    if len(names) == 1:
        return None
    return (float((person == machine).mean()) - expected) / (1.0 - expected)
