import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from gst_core.annotate.agreement import (
    USUAL_TRUST,
    agreement,
    disagreements,
    independent_labels,
    label_weights,
    machine_trust,
)
from gst_core.corpus import read_corpus
from gst_core.map import map_key, reform
from gst_core.work import Jobs
from gst_core.workspace import HUMAN, LLM, Label, Workspace
from tests.conftest import few
from tests.corpus.test_corpus import file

CLASSES = ("good", "bad", "other")
FIRST, SECOND, THIRD = "2024-01-01", "2024-01-02", "2024-01-03"

classes = st.sampled_from(CLASSES)
answers = st.lists(st.tuples(classes, classes), min_size=1, max_size=40)


def labels_of(pairs, person=FIRST, start=0):
    """Both judges' labels of so many documents; the LLM speaks on the second day, the person when we say."""
    said = []
    for i, (by_person, by_machine) in enumerate(pairs, start):
        said += [Label(f"d{i}", by_person, HUMAN, person), Label(f"d{i}", by_machine, LLM, SECOND, 0.9)]
    return said


def alone(count):
    """So many labels of the LLM that no person looked at."""
    return [Label(f"alone{i}", "good", LLM, SECOND, 0.9) for i in range(count)]


@settings(deadline=None)  # on a busy machine any example may take long
@given(answers)
def test_kappa_is_what_scikit_learn_computes(pairs):
    found = agreement(labels_of(pairs))
    assert found.both == len(pairs)
    assert found.same == sum(a == b for a, b in pairs)
    if len({c for pair in pairs for c in pair}) == 1:
        assert found.kappa is None
    else:
        assert found.kappa == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))


def test_documents_of_one_judge_are_no_overlap():
    found = agreement([Label("a", "good", HUMAN, FIRST), Label("b", "bad", LLM, SECOND)])
    assert (found.both, found.same, found.kappa) == (0, 0, None)


def test_without_a_comparison_the_trust_is_the_usual():
    assert machine_trust(alone(300)) == USUAL_TRUST


@settings(deadline=None)  # on a busy machine any example may take long
@given(answers, st.integers(0, 39))
def test_one_more_agreement_never_lowers_the_trust(pairs, at):
    at %= len(pairs)
    agreeing = [(a, a) if i == at else (a, b) for i, (a, b) in enumerate(pairs)]
    for person in (FIRST, THIRD):
        assert machine_trust(labels_of(agreeing, person), CLASSES) >= machine_trust(labels_of(pairs, person), CLASSES)


@settings(deadline=None)  # on a busy machine any example may take long
@given(answers, classes)
def test_a_further_document_moves_the_trust_to_where_it_points(pairs, name):
    before = machine_trust(labels_of(pairs), CLASSES)
    other = "bad" if name != "bad" else "good"
    assert machine_trust(labels_of([*pairs, (name, name)]), CLASSES) >= before
    assert machine_trust(labels_of([*pairs, (name, other)]), CLASSES) <= before


@settings(deadline=None)  # on a busy machine any example may take long
@given(answers, answers)
def test_trust_is_a_share(first, after):
    said = labels_of(first) + labels_of(after, THIRD, start=100)
    assert 0.0 <= machine_trust(said) <= 1.0


def test_much_agreement_is_trusted_and_a_guesser_is_not():
    assert machine_trust(labels_of([("good", "good"), ("bad", "bad")] * 50)) > 0.97
    assert machine_trust(labels_of([("good", "good"), ("bad", "good")] * 50)) < 0.1
    assert machine_trust(labels_of([("good", "bad")] * 10)) == 0.0


def test_a_few_corrections_do_not_silence_the_other_labels():
    corrected = labels_of([("good", "bad")] * 6, THIRD)
    assert 0.75 < machine_trust(corrected + alone(294)) < USUAL_TRUST
    assert machine_trust(corrected) == 0.0


def test_only_what_the_person_said_first_is_an_independent_comparison():
    first, after = labels_of([("good", "good")] * 4), labels_of([("good", "bad")] * 3, THIRD, start=10)
    found = agreement(first + after)
    assert (found.both, found.same, found.overruled) == (7, 4, 3)
    assert agreement(independent_labels(first + after)).both == 4


def test_who_spoke_first_stays_so_when_a_run_is_undone_and_redone_or_classes_merge(lens):
    jobs, ids, one = lens
    jobs.workspace.set_labels(one.id, {ids[0]: "red", ids[1]: "green"})
    jobs.workspace.set_labels(one.id, {ids[i]: "red" for i in range(20)}, LLM, step="run")
    jobs.workspace.set_labels(one.id, {ids[i]: "green" for i in range(2, 7)})
    before = jobs.workspace.labels(one.id)
    jobs.workspace.undo(one.id, LLM)
    jobs.workspace.redo(one.id, LLM)
    after = jobs.workspace.labels(one.id)
    assert machine_trust(after) == machine_trust(before)
    assert agreement(after) == agreement(before)
    jobs.workspace.rename_class(one.id, "red", "blue")
    merged = jobs.workspace.labels(one.id)
    assert agreement(independent_labels(merged)) == agreement(independent_labels(before))
    assert agreement(independent_labels(merged)).both == 2


def test_disagreements_begin_with_what_nobody_looked_at_and_the_machine_is_sure_of():
    said = [
        *labels_of([("good", "good")]),
        Label("seen", "good", HUMAN, THIRD),
        Label("seen", "bad", LLM, SECOND, 0.99),
        Label("unsure", "good", HUMAN, FIRST),
        Label("unsure", "bad", LLM, SECOND, 0.4),
        Label("sure", "good", HUMAN, FIRST),
        Label("sure", "bad", LLM, SECOND, 0.8),
    ]
    assert [d.document for d in disagreements(said)] == ["sure", "unsure", "seen"]
    assert disagreements(said)[0].person == "good"


def test_a_persons_word_weighs_one_and_a_machines_the_trust():
    said = labels_of([("good", "bad")]) + alone(1)
    assert label_weights(said) == {"d0": 1.0, "alone0": machine_trust(said)}
    assert machine_trust(said) < USUAL_TRUST


@pytest.fixture
def lens(tmp_path, blobs):
    """A lens on 300 points, its corpus and the jobs on it."""
    X, _ = blobs
    corpus = read_corpus(file("text\n" + "".join(f"text {i}\n" for i in range(300))), text="text", embeddings=X)
    jobs = Jobs(Workspace(tmp_path), random_state=0)
    entry = jobs.workspace.add_corpus(corpus)
    return jobs, corpus.ids, jobs.workspace.add_lens(entry.id, "colour", classes=["red", "green", "blue"])


def key_of(jobs, lens):
    return jobs.reforming(lens.corpus, lens.id).key


def test_a_map_of_a_persons_labels_alone_has_the_key_that_it_always_had(lens):
    jobs, ids, one = lens
    jobs.workspace.set_labels(one.id, {ids[0]: "red", ids[1]: "green"})
    content = jobs.workspace.corpus_entry(one.corpus).content
    assert key_of(jobs, one) == map_key(content, {ids[0]: "red", ids[1]: "green"})


def test_the_map_is_another_when_a_label_is_the_machines_or_its_trust_changes(lens):
    jobs, ids, one = lens
    labels = {ids[i]: ("red", "green", "blue")[i % 3] for i in range(12)}
    jobs.workspace.set_labels(one.id, labels)
    keys = [key_of(jobs, one)]
    jobs.workspace.undo(one.id)
    jobs.workspace.set_labels(one.id, labels, LLM)
    keys.append(key_of(jobs, one))
    content = jobs.workspace.corpus_entry(one.corpus).content
    assert keys[1] != map_key(content, labels)
    weights = dict.fromkeys(labels, USUAL_TRUST)
    assert keys[1] == map_key(content, labels, weights=weights)
    assert map_key(content, labels, weights=weights) != map_key(content, labels, weights={**weights, ids[0]: 0.5})


def test_a_machine_that_is_no_better_than_a_guess_is_not_heard(lens):
    jobs, ids, one = lens
    said = {ids[i]: "red" for i in range(10)}
    jobs.workspace.set_labels(one.id, said)
    before = key_of(jobs, one)
    jobs.workspace.set_labels(one.id, dict.fromkeys([*said, ids[20], ids[21]], "blue"), LLM)
    assert key_of(jobs, one) == before
    assert len(jobs.workspace.labels(one.id)) == 22


def test_a_lens_with_the_machines_labels_alone_gets_its_map(lens, blobs):
    jobs, ids, one = lens
    labels = {ids[i]: str(blobs[1][i]) for i in range(30)}
    jobs.workspace.set_labels(one.id, labels, LLM, confidences=dict.fromkeys(labels, 0.6))
    state = jobs.reforming(one.corpus, one.id).wait(60)
    assert not state.error
    assert state.frame.classes == ("blue", "green", "red")


def test_a_wrong_label_of_little_weight_turns_fewer_texts_than_one_of_full_weight(blobs):
    X, kinds = blobs
    y = few(kinds, 2)
    wrong = [i for i in range(300) if kinds[i] == "red" and y[i] is None][:6]
    for i in wrong:
        y[i] = "blue"
    weights = np.ones(300)
    weights[wrong] = 0.01
    red = np.array([kinds[i] == "red" and y[i] is None for i in range(300)])
    shares = [
        frame.probabilities[red, frame.classes.index("blue")].mean()
        for frame in (next(reform(X, y, weights=w, random_state=0)) for w in (weights, None))
    ]
    assert shares[0] < shares[1] - 0.02
