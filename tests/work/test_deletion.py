"""What is deleted is gone: nothing of it is in any file of the workspace, though jobs run and processes die."""

import hashlib
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from gst_core.annotate import Provider, prompts
from gst_core.corpus import read_corpus
from gst_core.encoding import EmbeddingStore
from gst_core.encoding.text_keys import text_keys
from gst_core.errors import WorkspaceError
from gst_core.map import save_map
from gst_core.work import Jobs
from gst_core.work.turns import computing
from gst_core.workspace import ClassDefinition, LabelSet, Workspace, generic_map
from tests.corpus.test_corpus import file
from tests.llm_server import MODEL, Script, scripted_server
from tests.stored_bytes import stored_bytes

LONG = 60.0
SECRET = [f"confidential remark {i} about {('trains', 'soup', 'rooms')[i % 3]}" for i in range(60)]
SHARED = [f"public remark {i} about {('trains', 'soup', 'rooms')[i % 3]}" for i in range(20)]
CLASSES = ("whispered praise", "whispered blame")


def corpus(texts, name):
    return read_corpus(file("text\n" + "\n".join(texts)), text="text", name=name)


def found(folder, *needles):
    return sorted(
        {
            (str(path.relative_to(folder)), n)
            for path, data in stored_bytes(folder).items()
            for n in needles
            if n in data
        }
    )


def traces(texts, vectors=()):
    """The bytes that would give texts, or their embeddings, away."""
    return [*(t.encode() for t in texts), *(np.ascontiguousarray(v[:8], np.float32).tobytes() for v in vectors)]


class Desk:
    """Two corpora that share some texts, encoded and drawn, and a lens on one with all that a lens can have."""

    def __init__(self, folder):
        self.workspace = Workspace(folder)
        self.jobs = Jobs(self.workspace, random_state=0)
        self.secret = self.workspace.add_corpus(corpus(SECRET + SHARED, "secret"))
        self.public = self.workspace.add_corpus(corpus(SHARED, "public"))
        for entry in (self.secret, self.public):
            self.jobs.encoding(entry.id).wait(LONG)
        self.lens = self.workspace.add_lens(self.secret.id, "How do they whisper?", classes=CLASSES)
        ids = self.jobs.corpus(self.secret.id).ids
        self.workspace.set_labels(self.lens.id, {ids[i]: CLASSES[i % 2] for i in range(8)})
        self.workspace.set_labels(self.lens.id, {ids[0]: None, ids[1]: CLASSES[0]})
        proposal = LabelSet((ClassDefinition("murmured doubt", "they murmur", ("mumbled example",)),))
        self.workspace.save_proposal(self.lens.id, proposal)
        self.jobs.reforming(self.secret.id, self.lens.id).wait(LONG)
        matrix = self.jobs.embeddings(self.secret.id).matrix
        self.vectors, self.shared = np.array(matrix[:60]), np.array(matrix[60:])
        self.ids = ids[:60]

    def of_lens(self):
        words = ["whisper", *CLASSES, "murmured doubt", "they murmur", "mumbled example", self.lens.id]
        names = [*CLASSES, *(f"How do they whisper? {c}" for c in CLASSES)]
        keys = text_keys(names).tolist()
        return [*(w.encode() for w in words), *(bytes(key) for key in keys)]


def label_by_a_model(desk, count):
    """Let a model that always answers the same label some texts of the desk's lens."""
    with scripted_server(Script(truth=dict.fromkeys(SECRET + SHARED, CLASSES[0]))) as server:
        job = desk.jobs.annotation(desk.lens.id)
        job.label(Provider(server.url, MODEL), count=count)
        assert job.wait(LONG).status == "done"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "workspace")


def test_a_deleted_corpus_leaves_no_text_vector_class_name_or_map_while_its_jobs_run(desk):
    folder, secret = desk.workspace.folder, traces(SECRET, desk.vectors)
    assert found(folder, *secret)
    assert found(folder, *desk.of_lens())
    desk.workspace.set_labels(desk.lens.id, {desk.ids[20]: CLASSES[0]})
    job = desk.jobs.reforming(desk.secret.id, desk.lens.id)  # it runs now
    assert job.state.running
    desk.jobs.delete_corpus(desk.secret.id)
    assert not job.busy, "it is waited for"
    assert found(folder, *secret, *desk.of_lens(), *(i.encode() for i in desk.ids)) == []
    assert [path.name for path in (folder / "maps").glob("*")] in ([], [generic_map(desk.public.id)])
    again = desk.jobs.encoding(desk.public.id).wait(LONG)
    assert again.progress.encoded == 0, "texts that another corpus has stay encoded"
    assert np.allclose(desk.jobs.embeddings(desk.public.id).matrix, desk.shared)


def test_a_deleted_lens_leaves_nothing_of_what_was_typed_on_it(desk):
    desk.workspace.set_labels(desk.lens.id, {desk.ids[20]: CLASSES[0]})
    desk.jobs.reforming(desk.secret.id, desk.lens.id)
    desk.jobs.delete_lens(desk.lens.id)
    assert found(desk.workspace.folder, *desk.of_lens()) == []
    assert desk.jobs.reforming(desk.secret.id).wait(LONG).frame is not None, "its corpus goes on"
    with pytest.raises(WorkspaceError, match="no longer"):
        desk.workspace.undo(desk.lens.id) or desk.workspace.lens(desk.lens.id)


def test_a_corpus_that_is_being_encoded_leaves_nothing_when_it_is_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr("gst_core.encoding.batches.FIRST_CHUNK", 8)
    monkeypatch.setattr("gst_core.encoding.batches.CHUNK", 8)
    workspace = Workspace(tmp_path)
    jobs, arrived = Jobs(workspace), threading.Event()
    add = workspace.embeddings.add

    def note(identity, keys, vectors):
        add(identity, keys, vectors)
        arrived.set()

    monkeypatch.setattr(workspace.embeddings, "add", note)
    entry = workspace.add_corpus(corpus(SECRET, "secret"))
    job = jobs.encoding(entry.id)
    assert arrived.wait(LONG)
    jobs.delete_corpus(entry.id)
    assert job.state.status in ("cancelled", "done")
    assert not [path for path in tmp_path.rglob("*.npy")]
    assert found(tmp_path, *traces(SECRET)) == []


def test_what_another_process_deleted_is_not_brought_back_by_what_is_saved_late(desk):
    frame = desk.jobs.reforming(desk.secret.id, desk.lens.id).wait(LONG).frame
    with computing:  # both maps are asked for, and cannot begin before the corpus is gone
        desk.workspace.set_labels(desk.lens.id, {desk.ids[20]: CLASSES[0]})
        job = desk.jobs.reforming(desk.secret.id, desk.lens.id)
        Workspace(desk.workspace.folder).delete_corpus(desk.secret.id)
    job.wait(LONG)
    job.join(LONG)
    with pytest.raises(WorkspaceError, match="no longer"), desk.workspace.while_there(desk.secret.id, desk.lens.id):
        save_map(desk.workspace.map_folder(desk.lens.id), "late", frame)
    assert not desk.workspace.map_folder(desk.lens.id).exists()
    assert not desk.workspace.map_folder(generic_map(desk.secret.id)).exists()


def test_an_encoding_keeps_nothing_of_a_corpus_that_another_process_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr("gst_core.encoding.batches.FIRST_CHUNK", 8)
    monkeypatch.setattr("gst_core.encoding.batches.CHUNK", 8)
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(corpus(SECRET, "secret"))
    add, deleted = workspace.embeddings.add, []

    def delete_first(identity, keys, vectors):
        if not deleted:
            deleted.append(entry.id)
            Workspace(tmp_path).delete_corpus(entry.id)
        add(identity, keys, vectors)

    monkeypatch.setattr(workspace.embeddings, "add", delete_first)
    assert Jobs(workspace).encoding(entry.id).wait(LONG).status == "cancelled"
    assert not list(tmp_path.rglob("*.npy"))


def test_answers_go_with_their_lens_and_one_that_comes_late_is_not_kept(desk):
    label_by_a_model(desk, 30)
    answers = desk.workspace.answers
    assert len(answers) >= 30
    late = answers.of(desk.lens.id)
    kept = answers.get("another's") or answers.of("another").put("another's", _usable("of another lens"))
    desk.jobs.delete_lens(desk.lens.id)
    late.put("late", _usable(CLASSES[0]))
    assert kept is None
    assert len(answers) == 1
    assert found(desk.workspace.folder, CLASSES[0].encode()) == []


def test_answers_of_earlier_versions_go_with_the_first_corpus_that_goes(desk):
    desk.workspace.answers.put("of nobody knows whom", _usable("whispered"))
    desk.workspace.answers.of("a lens").put("of a lens", _usable("plain"))
    desk.jobs.delete_lens(desk.lens.id)
    assert len(desk.workspace.answers) == 2, "it may be about another lens"
    desk.jobs.delete_corpus(desk.secret.id)
    assert desk.workspace.answers.get("of nobody knows whom") is None
    assert desk.workspace.answers.get("of a lens") is not None
    assert found(desk.workspace.folder, b"whispered") == []


def test_answers_about_texts_go_with_them_when_their_corpus_is_replaced_and_others_are_not_asked_for_again(desk):
    label_by_a_model(desk, 60)
    answers = desk.workspace.answers
    answers.of(desk.lens.id).put("a group of texts", _usable("hushed voices"))
    before = len(answers)
    staying = SECRET[:30]
    desk.jobs.replace_corpus(desk.secret.id, corpus(staying + SHARED, "secret"))
    assert found(desk.workspace.folder, b"hushed voices") == []
    keys = [prompts.label(t, desk.lens.instruction, desk.workspace.label_set(desk.lens.id)).key(MODEL) for t in SECRET]
    assert all(answers.get(key) is None for key in keys[30:])
    assert 0 < sum(answers.get(key) is not None for key in keys[:30]) < before
    hashes = [hashlib.sha256(text.encode()).hexdigest().encode() for text in SECRET[30:]]
    assert found(desk.workspace.folder, *hashes) == []


def test_answers_for_texts_without_a_lens_go_with_them_and_are_kept_when_the_texts_come_back(desk):
    answers = desk.workspace.answers.of(corpus(SECRET + SHARED, "secret").key())
    answers.put("asked", _usable("hushed voices"))
    desk.jobs.delete_corpus(desk.secret.id)
    assert answers.get("asked") is None
    assert found(desk.workspace.folder, b"hushed voices") == []
    answers.put("asked again", _usable("hushed voices"))
    assert answers.get("asked again") is not None


def _usable(content):
    from gst_core.workspace import Answer, AnswerStatus

    return Answer(AnswerStatus.USABLE, content)


def test_a_corpus_whose_texts_are_damaged_leaves_no_vector_either(desk):
    next((desk.workspace.folder / "corpora").glob(f"{desk.secret.id}.documents*")).write_bytes(b"damaged")
    desk.jobs.delete_corpus(desk.secret.id)
    assert found(desk.workspace.folder, *traces(SECRET, desk.vectors)) == []
    assert desk.jobs.encoding(desk.public.id).wait(LONG).progress.encoded == 0


KILLED = """
import os, signal, sys
from gst_core.encoding import EmbeddingStore
from gst_core.workspace import Workspace

workspace = Workspace(sys.argv[1])
EmbeddingStore.remove_texts = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if len(sys.argv) == 3:
    workspace.delete_corpus(sys.argv[2])
else:
    workspace.replace_corpus(sys.argv[2], workspace.read_corpus(sys.argv[3]))
"""


def test_a_replacement_that_was_killed_is_finished_by_the_next_start(desk):
    folder, secret = desk.workspace.folder, traces(SECRET, desk.vectors)
    command = [sys.executable, "-c", KILLED, str(folder), desk.secret.id, desk.public.id]
    assert subprocess.run(command, check=False, timeout=LONG).returncode == -signal.SIGKILL
    again = Workspace(folder)
    assert again.read_corpus(desk.secret.id).texts == tuple(SHARED)
    assert again.labels(desk.lens.id) == []
    assert found(folder, *secret) == []
    assert len(list((folder / "corpora").iterdir())) == 4


def test_a_deletion_that_was_killed_is_finished_by_the_next_start(desk):
    folder, secret = desk.workspace.folder, traces(SECRET, desk.vectors)
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), desk.secret.id], check=False, timeout=LONG)
    assert done.returncode == -signal.SIGKILL
    assert found(folder, *secret)
    again = Workspace(folder)
    assert [entry.name for entry in again.corpora()] == ["public"]
    assert found(folder, *secret, *desk.of_lens()) == []


def test_a_start_removes_what_kills_left_and_nothing_that_somebody_writes(tmp_path):
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(corpus(SHARED, "public"))
    store = EmbeddingStore(workspace.files.embeddings)
    left = [
        tmp_path / "corpora" / ".abc.parquet.q1w2e3r4",
        tmp_path / "corpora" / "nobody.documents.parquet",
        tmp_path / "embeddings" / "encoder" / ".part-1.npy.q1w2e3r4",
        tmp_path / "maps" / "gone" / "key" / "map.npz",
        tmp_path / "maps" / generic_map(entry.id) / ".key.q1w2e3r4" / "map.npz",
        tmp_path / ".workspace.sqlite.q1w2e3r4",
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half of it")
    (tmp_path / ".streamlit").mkdir()
    mine = tmp_path / ".streamlit" / "config.toml"
    mine.write_text("", "utf-8")
    from gst_core.atomic_files import atomic_file, atomic_folder

    with (
        atomic_file(tmp_path / "embeddings" / "encoder" / "slow.npy") as written,
        atomic_folder(tmp_path / "maps" / generic_map(entry.id) / "slow") as drawn,
    ):
        (drawn / "map.npz").write_bytes(b"all of it")
        Workspace(tmp_path)
        written.write(b"all of it")
    assert [path for path in left if path.exists()] == []
    assert not (tmp_path / "maps" / "gone").exists()
    assert mine.exists()
    assert (tmp_path / "embeddings" / "encoder" / "slow.npy").read_bytes() == b"all of it"
    assert (tmp_path / "maps" / generic_map(entry.id) / "slow" / "map.npz").exists()
    assert workspace.read_corpus(entry.id).texts == tuple(SHARED)
    assert store.missing("encoder", text_keys(SHARED)).size == len(SHARED)


WRITER = """
import sys
from gst_core.corpus import read_corpus
from gst_core.encoding.text_keys import text_keys
from gst_core.workspace import Workspace
import io, numpy as np

workspace = Workspace(sys.argv[1])
for i in range(1000):
    texts = [f"text {i} {j}" for j in range(50)]
    named = io.BytesIO(("text\\n" + "\\n".join(texts)).encode())
    named.name = "a.csv"
    workspace.add_corpus(read_corpus(named, text="text", name=f"corpus {i}"))
    keys = text_keys(texts)
    workspace.embeddings.add("encoder", keys, np.eye(50, dtype=np.float32))
    workspace.embeddings.assemble("encoder", keys)
    print(i, flush=True)
"""


def test_a_kill_at_any_moment_leaves_whole_files_once_the_workspace_is_opened_again(tmp_path):
    for kills in range(4):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(1 + kills):
            writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        workspace = Workspace(tmp_path)
        stored = {entry.id for entry in workspace.corpora()}
        assert all(len(workspace.read_corpus(entry)) == 50 for entry in stored)
        on_disk = {path.name.split(".")[0] for path in (tmp_path / "corpora").iterdir()}
        assert on_disk == stored
        assert not [path for path in tmp_path.rglob(".*")]


def test_an_older_copy_of_the_database_costs_no_corpus_that_was_opened_after_it(tmp_path):
    first = Workspace(tmp_path)
    first.add_corpus(corpus(SHARED, "public"))
    with first._database.transaction() as db:
        older = bytes(db.serialize())
    entry = first.add_corpus(corpus(SECRET, "opened later"))
    gone = first.add_corpus(corpus([f"{t}!" for t in SECRET], "deleted"))
    first.delete_corpus(gone.id)
    for beside in tmp_path.glob("workspace.sqlite*"):
        beside.unlink()
    (tmp_path / "workspace.sqlite").write_bytes(older)
    again = Workspace(tmp_path)
    assert {e.name for e in again.corpora()} == {"public", "opened later"}
    assert again.read_corpus(entry.id).texts == tuple(SECRET)
    assert "“opened later”" in " ".join(again.notices)
    assert Workspace(tmp_path).notices == ()


def test_an_older_copy_of_the_database_finds_the_version_of_a_corpus_that_came_after_it(tmp_path):
    first = Workspace(tmp_path)
    entry = first.add_corpus(corpus(SHARED, "public"))
    with first._database.transaction() as db:
        older = bytes(db.serialize())
    first.replace_corpus(entry.id, corpus([*SHARED, "one more remark"], "public"))
    for beside in tmp_path.glob("workspace.sqlite*"):
        beside.unlink()
    (tmp_path / "workspace.sqlite").write_bytes(older)
    again = Workspace(tmp_path)
    assert [e.id for e in again.corpora()] == [entry.id]
    assert again.read_corpus(entry.id).texts == (*SHARED, "one more remark")


def test_damaged_files_of_a_corpus_that_no_record_knows_are_left_and_said(tmp_path):
    Workspace(tmp_path)
    files = [tmp_path / "corpora" / name for name in ("abc.parquet", "abc.documents.parquet")]
    for path in files:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"damaged")
    again = Workspace(tmp_path)
    assert all(path.exists() for path in files)
    assert "cannot be read" in again.notices[0]


def test_a_damaged_version_of_a_corpus_is_left_where_its_own_files_are_gone(tmp_path):
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(corpus(SHARED, "public"))
    files = [tmp_path / "corpora" / f"{entry.id}~abc{ending}" for ending in (".parquet", ".documents.parquet")]
    for path in files:
        path.write_bytes(b"damaged")
    workspace.files.corpus_rows(entry.id).unlink()
    Workspace(tmp_path)
    assert all(path.exists() for path in files)
