"""A model labels a lens: a real HTTP server that follows a script, real threads, a real workspace and real maps."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from gst_core.annotate import Provider, independent_labels
from gst_core.annotate.agreement import agreement
from gst_core.corpus import read_corpus
from gst_core.errors import AnnotationError, WorkspaceError
from gst_core.ui.annotate_panel import asks_otherwise
from gst_core.work.annotation_job import AnnotationJob
from gst_core.work.jobs import Jobs
from gst_core.work.turns import computing
from gst_core.workspace import LLM, CorpusEntry, Lens, Workspace, effective_labels, models_of
from tests.corpus.test_corpus import file
from tests.llm_server import MODEL, Fault, Script, ScriptedServer, scripted_server
from tests.stored_bytes import stored_bytes

KINDS = ("red", "green", "blue")
TEXTS = [f"text {i} that is {KINDS[i % 3]}" for i in range(300)]
TRUTH = {text: KINDS[i % 3] for i, text in enumerate(TEXTS)}
KEY = "sk-very-secret-0123456789"
LONG = 60.0
CHILD = """
import sys, time
from gst_core.annotate.provider import Provider
from gst_core.work.jobs import Jobs
from gst_core.workspace.workspace import Workspace

folder, lens, url, count, budget = sys.argv[1:]
jobs = Jobs(Workspace(folder))
jobs.annotation(lens).label(Provider(url, "scripted"), count=int(count), budget=int(budget))
time.sleep(60)
"""


@dataclass
class Desk:
    """A lens with three classes on 300 texts, in a workspace, and the jobs of a server."""

    workspace: Workspace
    entry: CorpusEntry
    lens: Lens
    jobs: Jobs
    ids: tuple[str, ...]

    @property
    def job(self) -> AnnotationJob:
        return self.jobs.annotation(self.lens.id)

    def labels(self, who=LLM):
        return {x.document: x.class_name for x in self.workspace.labels(self.lens.id) if x.who == who}

    def text(self, document):
        return TEXTS[self.ids.index(document)]


def opened(folder, lens_id=None):
    """Open a workspace as a server that has just started does."""
    workspace = Workspace(folder)
    entry = workspace.corpora()[0]
    lens = workspace.lens(lens_id) if lens_id else workspace.lenses(entry.id)[0]
    jobs = Jobs(workspace, random_state=0)
    return Desk(workspace, entry, lens, jobs, jobs.corpus(entry.id).ids)


@pytest.fixture
def desk(tmp_path, blobs):
    workspace = Workspace(tmp_path / "workspace")
    corpus = read_corpus(file("text\n" + "\n".join(TEXTS)), text="text", embeddings=blobs[0])
    entry = workspace.add_corpus(corpus)
    workspace.add_lens(entry.id, "Which colour is it?", classes=KINDS)
    return opened(tmp_path / "workspace")


@pytest.fixture
def server():
    with scripted_server(Script(TRUTH, seconds=0.01)) as running:
        yield running


def at(server: ScriptedServer, key=""):
    return Provider(server.url, MODEL, key)


def until(condition, seconds=LONG):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to this in time"
        time.sleep(0.01)


def test_a_proposal_is_kept_until_somebody_decides(desk, server):
    desk.job.propose(at(server))
    state = desk.job.wait(LONG)
    assert (state.status, state.work, state.error) == ("proposed", "proposing", "")
    assert set(desk.workspace.proposal(desk.lens.id).names) == set(KINDS)
    assert state.spent.requests == len(server.seen)
    assert opened(desk.workspace.folder).job.state.status == "proposed"


def test_a_proposal_that_its_budget_cannot_pay_says_so(desk, server):
    desk.job.propose(at(server), budget=1)
    state = desk.job.wait(LONG)
    assert state.status == "budget spent"
    assert "1 request was spent" in state.error
    assert len(server.seen) == 1
    assert desk.workspace.proposal(desk.lens.id) is None


def test_labels_come_into_the_lens_while_the_model_answers(desk, server):
    server.script.seconds = 0.05
    desk.job.label(at(server), count=80)
    until(lambda: 0 < len(desk.labels()) < 80)
    assert desk.job.state.running
    state = desk.job.wait(LONG)
    assert (state.status, state.done, state.total, state.labelled) == ("done", 80, 80, 80)
    assert {desk.text(d): name for d, name in desk.labels().items()}.items() <= TRUTH.items()
    assert len(desk.labels()) == 80
    assert state.seconds_outside >= 0.0
    said = desk.workspace.labels(desk.lens.id)
    assert all(x.confidence == pytest.approx(0.9) for x in said)
    assert {x.model for x in said} == {state.model}
    assert models_of(said) == state.model


def test_a_second_session_joins_what_runs(desk, server):
    desk.job.label(at(server), count=60)
    desk.jobs.annotation(desk.lens.id).label(at(server), count=60)
    assert desk.job.wait(LONG).done == 60
    assert len(server.documents()) == len(set(server.documents())) == 60


def test_a_cancelled_run_goes_on_and_asks_nothing_twice(desk, server):
    server.script.seconds = 0.03
    desk.job.label(at(server), count=100)
    until(lambda: desk.job.state.done >= 20)
    desk.job.cancel()
    state = desk.job.wait(LONG)
    assert state.status == "cancelled"
    asked = len(server.documents())
    assert len(desk.labels()) == state.done == asked < 100
    first = desk.workspace.annotation_run(desk.lens.id)

    again = opened(desk.workspace.folder)
    assert (again.job.state.status, again.job.state.done, again.job.state.total) == ("cancelled", asked, 100)
    again.job.label(at(server), count=100)
    state = again.job.wait(LONG)
    assert (state.status, state.done, state.from_cache) == ("done", 100, asked)
    assert len(server.documents()) == len(set(server.documents())) == 100
    run = again.workspace.annotation_run(desk.lens.id)
    assert (run.id, run.requests) == (first.id, 100)
    assert again.workspace.undo(desk.lens.id, LLM) == 100


def test_a_killed_run_loses_no_answer_and_asks_none_again(desk, server, tmp_path):
    server.script.seconds = 0.04
    arguments = [str(desk.workspace.folder), desk.lens.id, server.url, "60", "70"]
    child = subprocess.Popen([sys.executable, "-c", CHILD, *arguments], env=os.environ | {"OMP_NUM_THREADS": "1"})
    until(lambda: len(server.seen) >= 25)
    child.send_signal(signal.SIGKILL)
    child.wait()
    sent = len(server.seen)
    assert sent < 60
    server.script.seconds = 0.0

    desk = opened(desk.workspace.folder)
    stored = len(desk.workspace.answers)
    assert stored > 0
    run = desk.workspace.annotation_run(desk.lens.id)
    assert sent <= run.requests <= run.budget == 70
    assert desk.job.state.status == "stopped"
    desk.job.label(at(server), count=60, budget=70 - run.requests)
    state = desk.job.wait(LONG)
    assert (state.status, state.done, state.from_cache) == ("done", 60, stored)
    assert len(server.seen) == sent + 60 - stored <= 70
    assert len(desk.labels()) == 60


def test_the_budget_is_never_passed_and_what_it_bought_is_kept(desk, server):
    server.script.faults = [Fault("429", retry_after="0"), None, Fault("500")] * 4
    desk.job.label(at(server), count=40, budget=30)
    state = desk.job.wait(LONG)
    assert state.status == "budget spent"
    assert "30 requests" in state.error
    assert len(server.seen) == state.spent.requests == 30
    assert len(desk.labels()) == 22
    assert opened(desk.workspace.folder).job.state.status == "budget spent"
    desk.job.label(at(server), count=40, budget=18)
    assert desk.job.wait(LONG).status == "done"
    assert desk.workspace.annotation_run(desk.lens.id).requests == len(server.seen) == 48


def test_a_person_has_the_last_word_during_a_run(desk, server):
    server.script.seconds = 0.03
    desk.job.label(at(server), count=90)
    until(lambda: len(desk.labels()) >= 10)
    corrected = next(d for d, name in desk.labels().items() if name != "red")
    mine = next(d for d in desk.ids if d not in desk.labels())
    desk.workspace.set_labels(desk.lens.id, {corrected: "red", mine: "green"})
    assert desk.job.wait(LONG).status == "done"
    said = effective_labels(desk.workspace.labels(desk.lens.id))
    assert (said[corrected], said[mine]) == ("red", "green")
    assert desk.workspace.undo(desk.lens.id) == 2
    assert effective_labels(desk.workspace.labels(desk.lens.id))[corrected] == TRUTH[desk.text(corrected)]


def test_some_texts_that_a_person_labelled_before_are_asked_about_to_compare(desk, server):
    server.script.wrong = 0.3
    mine = {d: TRUTH[desk.text(d)] for d in desk.ids[:40]}
    desk.workspace.set_labels(desk.lens.id, mine)
    desk.job.label(at(server), count=100)
    assert desk.job.wait(LONG).done == 100
    labels = desk.workspace.labels(desk.lens.id)
    assert len(set(desk.labels()) & set(mine)) == 10
    compared = agreement(independent_labels(labels))
    assert compared.both == 10
    assert effective_labels(labels).items() >= mine.items()


def test_a_map_settles_while_a_model_labels_and_follows_the_person_at_once(desk, server):
    server.script.seconds = 0.03
    desk.job.label(at(server), count=120)
    until(lambda: len(desk.labels()) >= 10)
    with computing:  # the map has begun and cannot end
        map_job = desk.jobs.reforming(desk.entry.id, desk.lens.id)
        before, labels = map_job.key, len(desk.labels())
        assert map_job.state.running
        until(lambda: len(desk.labels()) > labels)
        assert desk.jobs.reforming(desk.entry.id, desk.lens.id).key == before
        assert desk.job.state.running
        desk.workspace.set_labels(desk.lens.id, {desk.ids[0]: "red"})
        assert desk.jobs.reforming(desk.entry.id, desk.lens.id).key != before
        until(lambda: not desk.job.state.running)
    settled = desk.jobs.reforming(desk.entry.id, desk.lens.id)
    assert settled.wait(LONG).frame.final
    final = settled.key
    assert opened(desk.workspace.folder).jobs.reforming(desk.entry.id, desk.lens.id).key == final


def test_the_map_of_all_labels_is_made_without_anybody_who_looks(desk, server):
    folder = desk.workspace.map_folder(desk.lens.id)
    desk.job.label(at(server), count=40)
    until(lambda: list(folder.glob("*/transform")))
    found = opened(desk.workspace.folder).jobs.reforming(desk.entry.id, desk.lens.id).wait(LONG)
    assert found.seconds == 0.0, "it is there already"
    frame = found.frame
    right = [frame.classes[row] == KINDS[i % 3] for i, row in enumerate(frame.probabilities.argmax(axis=1))]
    assert sum(right) > 280


def test_none_of_these_and_answers_of_no_use_are_counted_and_are_no_labels(desk, server):
    server.script.truth = {text: kind for text, kind in TRUTH.items() if kind != "blue"}
    bad = {TEXTS[0]: "malformed", TEXTS[1]: "out-of-set"}
    server.script.fault_for = lambda _kind, document: Fault(bad[document]) if document in bad else None
    desk.job.label(at(server), count=300)
    state = desk.job.wait(LONG)
    assert (state.done, state.labelled, state.none_of_these) == (300, 198, 100)
    assert (state.malformed, state.out_of_set, state.failed) == (1, 1, 0)
    assert set(desk.labels().values()) == {"red", "green"}
    assert desk.workspace.lens(desk.lens.id).classes == KINDS
    run = desk.workspace.annotation_run(desk.lens.id)
    assert len(run.without_class) == 100
    assert not {desk.text(document) for document in run.without_class} & server.script.truth.keys()
    desk.job.label(at(server), count=300)
    assert desk.job.wait(LONG).from_cache == 300
    assert len(server.seen) == 300


def test_a_larger_number_adds_to_what_is_there(desk, server):
    for count in (40, 70):
        desk.job.label(at(server), count=count)
        assert desk.job.wait(LONG).done == count
    assert len(server.seen) == len(desk.labels()) == 70
    assert desk.workspace.undo(desk.lens.id, LLM) == 30


def test_the_key_is_nowhere(desk, server, caplog):
    server.script.fault_for = lambda _kind, document: Fault("401") if document == TEXTS[5] else None
    states = []
    for _ in range(2):
        desk.job.label(at(server, KEY), count=300)
        states.append(desk.job.wait(LONG))
    assert states[-1].status == "failed"
    assert any(KEY in seen.authorization for seen in server.seen)
    assert KEY not in f"{states}{desk.job!r}{vars(desk.job)}{caplog.text}"
    assert KEY not in repr(desk.workspace.annotation_run(desk.lens.id))
    assert not [path for path, written in stored_bytes(desk.workspace.folder).items() if KEY.encode() in written]


def test_a_changed_class_ends_a_run_and_is_not_brought_back(desk, server):
    server.script.seconds = 0.03
    desk.job.label(at(server), count=100)
    until(lambda: len(desk.labels()) >= 10)
    desk.workspace.rename_class(desk.lens.id, "blue", "azure")
    state = desk.job.wait(LONG)
    assert state.status == "cancelled"
    assert "changed" in state.error
    assert desk.workspace.lens(desk.lens.id).classes == ("red", "green", "azure")
    asked, stored = len(server.seen), len(desk.workspace.answers)
    assert stored == asked < 100  # what was under way is not lost


def test_a_class_that_is_added_ends_a_run_with_a_sentence(desk, server):
    server.script.seconds = 0.03
    desk.job.label(at(server), count=100)
    until(lambda: len(desk.labels()) >= 10)
    desk.workspace.add_class(desk.lens.id, "violet")
    state = desk.job.wait(LONG)
    assert (state.status, "classes were changed" in state.error) == ("cancelled", True)


def test_a_run_with_other_classes_is_a_new_one_and_can_be_told_before(desk, server):
    desk.job.label(at(server), count=40, budget=15)
    assert desk.job.wait(LONG).status == "budget spent"
    run, label_set = desk.workspace.annotation_run(desk.lens.id), desk.workspace.label_set(desk.lens.id)
    assert not asks_otherwise(run, desk.lens.instruction, label_set)
    assert asks_otherwise(run, "Which other question?", label_set)
    assert asks_otherwise(run, desk.lens.instruction, label_set.redefine("red", "Warm ones."))
    desk.workspace.add_class(desk.lens.id, "violet")
    assert asks_otherwise(run, desk.lens.instruction, desk.workspace.label_set(desk.lens.id))
    desk.job.label(at(server), count=10)
    assert desk.job.wait(LONG).spent.requests == 10
    assert desk.workspace.annotation_run(desk.lens.id).id != run.id


def test_a_model_that_says_nothing_usable_fails(desk, server):
    server.script.fault_for = lambda *_: Fault("malformed")
    desk.job.label(at(server), count=200)
    state = desk.job.wait(LONG)
    assert (state.status, "another model" in state.error) == ("failed", True)
    assert len(server.seen) < 25


@pytest.mark.parametrize("what", ["lens", "lens by another server", "corpus"])
def test_work_on_what_is_deleted_ends(desk, server, what):
    server.script.seconds = 0.03
    job = desk.job
    job.label(at(server), count=200)
    until(lambda: len(desk.labels()) >= 10)
    if what == "lens":
        desk.jobs.delete_lens(desk.lens.id)
    elif what == "lens by another server":
        desk.workspace.delete_lens(desk.lens.id)
    else:
        desk.jobs.delete_corpus(desk.entry.id)
    assert job.wait(LONG).status == "cancelled"
    assert len(server.seen) < 200
    with pytest.raises(WorkspaceError):
        desk.jobs.annotation(desk.lens.id)


def test_without_embeddings_or_classes_nothing_is_asked(desk, server, tmp_path):
    empty = desk.workspace.add_lens(desk.entry.id, "Another question")
    with pytest.raises(AnnotationError, match="two classes"):
        desk.jobs.annotation(empty.id).label(at(server))
    unencoded = desk.workspace.add_corpus(read_corpus(file("text\none\ntwo")), encoder=str(tmp_path / "nowhere"))
    lens = desk.workspace.add_lens(unencoded.id, "What is it?", classes=KINDS)
    for start in (desk.jobs.annotation(lens.id).propose, desk.jobs.annotation(lens.id).label):
        with pytest.raises(AnnotationError, match="encoded"):
            start(at(server))
    assert not server.seen


def test_the_first_model_is_taken_where_none_is_named(desk, server):
    desk.job.label(Provider(server.url, ""), count=10)
    assert desk.job.wait(LONG).model == MODEL
    assert desk.workspace.annotation_run(desk.lens.id).model == MODEL


def test_an_address_where_nothing_is_gives_a_sentence(desk, server):
    desk.job.label(Provider("http://127.0.0.1:9/v1", ""), count=10)
    state = desk.job.wait(LONG)
    assert state.status == "failed"
    assert state.error.endswith(".")


def test_an_estimate_is_what_a_run_takes_without_what_is_stored(desk, server):
    estimate = desk.job.estimate_labelling(50)
    assert estimate.requests == 50
    assert 50 * 50 < estimate.prompt_tokens < 50 * 400
    assert desk.job.estimate_proposal().requests == 213
    desk.job.label(at(server), count=30)
    desk.job.wait(LONG)
    assert desk.job.estimate_labelling(50, MODEL).requests == 20
    assert desk.job.estimate_labelling(30, MODEL).tokens == 0
