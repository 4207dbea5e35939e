import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core.annotate.batches import in_batches
from gst_core.annotate.budget import Budget
from gst_core.annotate.chat import ChatModel
from gst_core.annotate.labelling import Labeller
from gst_core.annotate.provider import Provider
from gst_core.annotate.rounds import ROUND, candidates, label_in_rounds, plan_sample, stored_rows
from gst_core.errors import AnnotationError
from gst_core.workspace import ClassDefinition, LabelSet
from tests.llm_server import MODEL, Fault

KINDS = ("red", "green", "blue")
TEXTS = [f"text {i} that is {KINDS[i % 3]}" for i in range(300)]
TRUTH = {text: KINDS[i % 3] for i, text in enumerate(TEXTS)}
SET = LabelSet(tuple(ClassDefinition(kind) for kind in KINDS))
ASKED = "Which colour is it?"


def labeller(server, store, requests=400):
    return Labeller(TEXTS, ASKED, SET, ChatModel(Provider(server.url, MODEL), budget=Budget(requests)), store)


rows = st.sets(st.integers(0, 59), max_size=60)


@given(count=st.integers(0, 90), stored=rows, labelled=rows, seen=rows)
@settings(deadline=None)
def test_a_plan_holds_no_text_twice_and_none_too_many(count, stored, labelled, seen):
    plan = plan_sample(candidates(60), count, sorted(stored), labelled, labelled - seen)
    planned = [*plan.first, *plan.open.tolist()]
    assert len(planned) == len(set(planned))
    assert len(plan.first) <= plan.total <= min(count, len(planned))
    assert plan.total == min(count, len(planned)) or len(planned) > count
    assert not set(plan.open.tolist()) & (labelled | stored)
    new = set(plan.first) - stored
    assert new <= labelled - seen
    assert len(new) <= max(0, count // 10)


def test_candidates_of_a_large_corpus_hold_what_a_person_labelled_and_are_always_the_same(monkeypatch):
    monkeypatch.setattr("gst_core.annotate.rounds.CANDIDATES", 50)
    found = candidates(10_000, [3, 9_999])
    assert {3, 9_999} <= set(found.tolist())
    assert 50 <= len(found) == len(set(found.tolist())) <= 52
    assert np.array_equal(found, candidates(10_000, [3, 9_999]))


def test_stored_answers_of_another_model_or_question_are_not_ours(server, store):
    assert stored_rows(range(300), TEXTS, ASKED, SET, MODEL, store) == []
    list(labeller(server, store).label(range(20)))
    assert stored_rows(range(300), TEXTS, ASKED, SET, MODEL, store) == list(range(20))
    assert stored_rows(range(300), TEXTS, ASKED, SET, "another", store) == []
    assert stored_rows(range(300), TEXTS, ASKED, SET.add("mauve"), MODEL, store) == []
    assert stored_rows(range(300), TEXTS, "Why?", SET, MODEL, store) == []


def test_each_round_looks_again_at_where_the_transform_is_unsure(server, store, blobs):
    looked = []
    unsure = np.tile(np.array([0.98, 0.01, 0.01], dtype=np.float32), (300, 1))
    unsure[200:260] = 1 / 3

    def probabilities():
        looked.append(len(server.documents()))
        return unsure if len(looked) > 1 else None

    plan = plan_sample(candidates(300), 2 * ROUND)
    work = labeller(server, store)
    found = [label.document for label in label_in_rounds(work, blobs[0], plan, probabilities)]
    assert looked == [0, ROUND]
    assert len(found) == len(set(found)) == 2 * ROUND
    second = np.array(found[ROUND:])
    assert np.sum((second >= 200) & (second < 260)) > ROUND // 2 - 5


def test_no_round_begins_when_the_budget_is_spent(server, store, blobs):
    work = labeller(server, store, requests=30)
    plan = plan_sample(candidates(300), 200)
    assert len(list(label_in_rounds(work, blobs[0], plan, lambda: None))) == 30
    assert work.budget_spent


def test_texts_that_got_no_answer_are_not_asked_again_in_the_same_run(server, store, blobs, monkeypatch):
    monkeypatch.setattr("gst_core.annotate.faults.FIRST_WAIT", 0.0)
    server.script.fault_for = lambda _, document: Fault("500") if document.startswith("text 7 ") else None
    work = labeller(server, store)
    assert len(list(label_in_rounds(work, blobs[0], plan_sample(candidates(300), 300), lambda: None))) == 299
    assert work.counts.failed == 1
    assert len(server.documents()) == 299 + 6


def test_batches_come_in_time_and_hold_everything_in_order():
    gate = threading.Event()

    def slowly():
        yield from range(25)
        gate.wait(30)
        yield 25

    batches = in_batches(slowly(), 10, 0.05)
    got = []
    while len(got) < 25:
        got += next(batches)
    assert next(batches) == []  # nothing came, and nobody waits longer
    gate.set()
    for batch in batches:
        got += batch
    assert got == list(range(26))


def test_an_error_comes_after_what_was_before_it():
    def broken():
        yield from range(3)
        raise AnnotationError("Broken.")

    batches = in_batches(broken(), 10, 5.0)
    assert next(batches) == [0, 1, 2]
    with pytest.raises(AnnotationError, match="Broken"):
        next(batches)


def test_a_batch_takes_what_has_piled_up():
    def quickly():
        yield from range(1_000)

    batches = in_batches(quickly(), 10, 1.0)
    sizes = [len(next(batches))]
    time.sleep(0.2)
    sizes += [len(batch) for batch in batches]
    assert sum(sizes) == 1_000
    assert max(sizes) > 10
