"""A damaged file costs a recomputation, not a corpus: every file of a workspace, damaged in every way."""

import errno
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest

from gst_core import encode
from gst_core.corpus import read_corpus
from gst_core.errors import GstError, WorkspaceError
from gst_core.work import Jobs
from gst_core.workspace import Answer, AnswerStatus, AnswerStore, Workspace, database, sqlite_files
from gst_core.workspace.annotation_runs import AnnotationRun
from gst_core.workspace.label_set import ClassDefinition, LabelSet
from tests.corpus.test_corpus import file
from tests.workspace.conftest import counting

LONG = 60.0
TEXTS = [f"remark {i} about {('trains', 'soup', 'rooms')[i % 3]}" for i in range(40)]
OTHERS = [f"note {i} about {('cats', 'dogs')[i % 2]}" for i in range(40)]


def zero_length(path):
    path.write_bytes(b"")


def cut_in_half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path):
    data = bytearray(path.read_bytes())
    for place in range(len(data) // 3, len(data), max(1, len(data) // 300)):
        data[place] ^= 0x41
    path.write_bytes(bytes(data))


def one_bit(path):
    data = bytearray(path.read_bytes())
    data[len(data) * 2 // 3] ^= 0x80
    path.write_bytes(bytes(data))


def vanished(path):
    path.unlink()


def a_folder(path):
    path.unlink()
    path.mkdir()
    (path / "inside").write_bytes(b"x")


def another_kind(path):
    path.write_bytes(b'{"this": "is JSON"}' * 40)


DAMAGES = [zero_length, cut_in_half, flipped, one_bit, vanished, a_folder, another_kind]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with two encoded corpora and a labelled lens, whose maps are drawn."""
    folder = tmp_path_factory.mktemp("made") / "ws"
    workspace = Workspace(folder)
    jobs = Jobs(workspace, random_state=0)
    for name, texts in (("remarks", TEXTS), ("notes", OTHERS)):
        entry = workspace.add_corpus(read_corpus(file("text,n\n" + "".join(f"{t},1\n" for t in texts)), name=name))
        assert jobs.encoding(entry.id).wait(LONG).status == "done"
    entry = workspace.corpora()[1]
    lens = workspace.add_lens(entry.id, "what it is about", classes=["trains", "soup"])
    ids = jobs.corpus(entry.id).ids
    workspace.set_labels(lens.id, {ids[0]: "trains", ids[1]: "soup", ids[3]: "trains"})
    assert jobs.reforming(entry.id, lens.id).wait(LONG).frame is not None
    workspace.save_proposal(lens.id, LabelSet((ClassDefinition("rooms"),)))
    workspace.save_annotation_run(lens.id, AnnotationRun("model", 3, 4))
    workspace.define_classes(lens.id, LabelSet((ClassDefinition("trains", "", ("a", "b")), ClassDefinition("soup"))))
    for number in range(50):
        workspace.answers.put(f"question {number}", Answer(AnswerStatus.USABLE, f"answer {number}"))
    workspace.answers.close()
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "ws"))


def files(folder, pattern):
    found = sorted(path for path in folder.rglob(pattern) if path.is_file())
    assert found, pattern
    return found


def swap(one, other):
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def all_well(folder, reencoded=()):
    """Draw the lens' map of what is there, and say that both corpora and all labels are; `reencoded` are corpora."""
    workspace = Workspace(folder)
    assert workspace.notices == ()
    jobs = Jobs(workspace, random_state=0)
    by_name = {entry.name: entry for entry in workspace.corpora()}
    for name, texts in (("remarks", TEXTS), ("notes", OTHERS)):
        state = jobs.encoding(by_name[name].id).wait(LONG)
        assert (state.status, state.error) == ("done", "")
        assert (state.progress.encoded > 0) == (name in reencoded), "only what was damaged is encoded again"
        assert np.allclose(jobs.embeddings(by_name[name].id).first, encode(texts), atol=1e-4)
    lens = workspace.lenses(by_name["remarks"].id)[0]
    job = jobs.reforming(lens.corpus, lens.id)
    state = job.wait(LONG)
    assert state.error == ""
    assert np.isfinite(state.frame.positions).all()
    assert state.frame.probabilities.shape == (40, 2)
    assert np.isfinite(state.frame.probabilities).all()
    assert sorted(counting(workspace, lens).values()) == ["soup", "trains", "trains"]
    job.join(LONG)
    again = Jobs(workspace, random_state=0)
    again.encoding(lens.corpus).wait(LONG)
    assert again.reforming(lens.corpus, lens.id).wait(LONG).seconds == 0, "it is there"


def matrix_of(folder, texts):
    """The matrix of some texts in a workspace."""
    from gst_core.encoding.store import _digest
    from gst_core.encoding.text_keys import text_keys

    return files(folder, f"matrix-{_digest(text_keys(texts))}-*.npy")[0]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_matrix_is_encoded_again_and_no_other_corpus(folder, damage):
    damage(matrix_of(folder, TEXTS))
    all_well(folder, reencoded={"remarks"})


@pytest.mark.parametrize("damage", DAMAGES)
def test_files_that_are_damaged_while_they_are_used_harm_no_map(folder, damage):
    workspace = Workspace(folder)
    entry, jobs = workspace.corpora()[1], Jobs(Workspace(folder), random_state=0)
    assert jobs.encoding(entry.id).wait(LONG).status == "done"
    for path in files(folder / "embeddings", "*.npy") + files(folder / "maps", "map.npz") + files(folder, "*.parquet"):
        damage(path)
    state = jobs.reforming(entry.id, workspace.lenses(entry.id)[0].id).wait(LONG)
    assert state.error == ""
    assert np.isfinite(state.frame.positions).all()


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_keys_cost_nothing_that_is_seen(folder, damage):
    damage(matrix_of(folder, TEXTS).with_name(f"matrix-{matrix_of(folder, TEXTS).name.split('-')[1]}.keys.npy"))
    all_well(folder)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_part_is_encoded_again(folder, damage, monkeypatch):
    from gst_core.encoding.text_keys import text_keys

    workspace = Workspace(folder)
    matrix, identity = np.load(matrix_of(folder, TEXTS)), matrix_of(folder, TEXTS).parent.name
    matrix_of(folder, TEXTS).unlink()
    workspace.embeddings.add(identity, text_keys(TEXTS[:20]), matrix[:20])
    workspace.embeddings.add(identity, text_keys(TEXTS[20:]), matrix[20:])
    damage(files(folder / "embeddings", "part-*.npy")[0])
    all_well(folder, reencoded={"remarks"})


def test_matrices_that_were_swapped_or_overwritten_are_encoded_again(folder):
    swap(matrix_of(folder, TEXTS), matrix_of(folder, OTHERS))
    all_well(folder, reencoded={"remarks", "notes"})
    with matrix_of(folder, OTHERS).open("wb") as opened:
        np.save(opened, np.full((40, 768), np.nan, np.float32))
    with matrix_of(folder, TEXTS).open("wb") as opened:
        np.save(opened, np.eye(40, 700, dtype=np.float32))
    all_well(folder, reencoded={"remarks", "notes"})


@pytest.mark.parametrize("values", [np.nan, 5.0, 1e30, -np.inf])
def test_a_matrix_of_an_earlier_version_without_a_hash_is_looked_at(folder, values):
    path = matrix_of(folder, TEXTS)
    old = path.with_name("-".join(path.name.split("-")[:2]) + ".npy")
    matrix = np.load(path)
    path.unlink()
    np.save(old, matrix)
    all_well(folder)
    matrix[7, 3] = values
    np.save(old, matrix)
    all_well(folder, reencoded={"remarks"})


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("pattern", ["map.npz", "transform.safetensors", "transform.json", "lexical.*"])
def test_a_damaged_map_is_made_again(folder, damage, pattern):
    for path in files(folder / "maps", pattern):
        damage(path)
    all_well(folder)


def test_a_map_that_was_changed_for_anothers_is_made_again(folder):
    one, other = files(folder / "maps", "map.npz")
    swap(one, other)
    all_well(folder)


@pytest.mark.parametrize("damage", [cut_in_half, one_bit, vanished, a_folder])
@pytest.mark.parametrize("pattern", ["lexical.safetensors", "lexical.json", "keys.npy", "matrix-*.npy"])
def test_damaged_words_of_a_corpus_are_learned_again(folder, damage, pattern):
    for path in files(folder / "lexical", pattern):
        damage(path)
    all_well(folder)


@pytest.mark.parametrize("where", ["embeddings", "maps", "class_names", "lexical"])
def test_a_folder_of_what_can_be_computed_may_go(folder, where):
    shutil.rmtree(folder / where)
    all_well(folder, reencoded={"remarks", "notes"} if where == "embeddings" else ())


@pytest.mark.parametrize("damage", [*DAMAGES, "swapped"])
@pytest.mark.parametrize("which", [".documents.parquet", ".parquet"])
def test_damaged_texts_are_said_in_a_sentence_and_mended_by_the_file(folder, damage, which):
    workspace = Workspace(folder)
    entry, other = workspace.corpora()[1], workspace.corpora()[0]
    path = folder / "corpora" / f"{entry.id}{which}"
    if damage == "swapped":
        swap(path, folder / "corpora" / f"{other.id}{which}")
    else:
        damage(path)
    with suppress(WorkspaceError):  # where the damage met nothing that counts
        assert workspace.read_corpus(entry.id).texts == tuple(TEXTS)
        return
    with pytest.raises(WorkspaceError, match=r"^[^.]+ damaged or gone\. Open its file again[^.]+\.$"):
        workspace.read_corpus(entry.id)
    if damage != "swapped":
        assert workspace.read_corpus(other.id).texts == tuple(OTHERS)
    again = read_corpus(file("text,n\n" + "".join(f"{t},1\n" for t in TEXTS)), name="remarks")
    assert workspace.add_corpus(again).id == entry.id
    assert workspace.read_corpus(entry.id).texts == tuple(TEXTS)
    assert len(workspace.labels(workspace.lenses(entry.id)[0].id)) == 3


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_is_set_aside_by_name_and_corpora_are_found_again(folder, damage):
    before = (folder / "workspace.sqlite").read_bytes()
    damage(folder / "workspace.sqlite")
    workspace = Workspace(folder)
    assert sorted(entry.name for entry in workspace.corpora()) == ["notes", "remarks"]
    assert {entry.encoder for entry in workspace.corpora()} == {"all-MiniLM-L6-v2"}
    for entry in workspace.corpora():
        assert len(workspace.read_corpus(entry.id)) == 40
    aside = list(folder.glob("workspace.damaged-*.sqlite"))
    if (folder / "workspace.sqlite").read_bytes() == before or not workspace.notices:
        assert damage in (one_bit, flipped), "in free pages it is no damage that SQLite sees"
        return
    (notice,) = workspace.notices
    assert "2 corpora" in notice
    if damage is vanished:
        assert "was gone" in notice
        assert not aside
    else:
        assert aside[0].name in notice
    assert Workspace(folder).notices == ()


def test_what_can_be_read_of_a_damaged_database_is_kept(tmp_path):
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(read_corpus(file("text\n" + "\n".join(TEXTS))))
    lens = workspace.add_lens(entry.id, "what", classes=["a"])
    for start in range(0, 3000, 300):
        workspace.set_labels(lens.id, {f"document {i}": "a" for i in range(start, start + 300)})
    path = tmp_path / "workspace.sqlite"
    data = bytearray(path.read_bytes())
    pages = len(data) // 4096
    middle = (pages * 2 // 3) * 4096
    data[middle : middle + 4096] = random.Random(0).randbytes(4096)
    path.write_bytes(bytes(data))
    again = Workspace(tmp_path)
    assert "damaged" in again.notices[0]
    assert again.lens(lens.id).classes == ("a",)
    assert len(again.labels(lens.id)) > 1500
    assert again.set_labels(lens.id, {"another": "a"}) == 1


def test_a_database_with_a_damaged_header_keeps_everything(folder):
    path = folder / "workspace.sqlite"
    data = bytearray(path.read_bytes())
    for place in (0, 5, 18, 22, 47):
        data[place] ^= 0x55
    path.write_bytes(bytes(data))
    workspace = Workspace(folder)
    assert "2 corpora, 1 lens and 3 labels" in workspace.notices[0]


def test_another_programs_database_is_never_written_to(tmp_path):
    path = tmp_path / "workspace.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
        db.execute("INSERT INTO recipes VALUES ('soup')")
        db.commit()
    before = path.read_bytes()
    with pytest.raises(WorkspaceError, match="another program's"):
        Workspace(tmp_path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["workspace.sqlite"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_answers_are_set_aside_and_what_can_be_read_is_kept(folder, damage):
    damage(folder / "answers.sqlite")
    workspace = Workspace(folder)
    assert len(workspace.answers) in range(51)
    workspace.answers.put("new", Answer(AnswerStatus.USABLE, "red"))
    assert workspace.answers.get("new").content == "red"
    if damage in (cut_in_half, a_folder, another_kind):
        assert next(folder.glob("answers.damaged-*.sqlite")).name in workspace.notices[0]


def test_answers_go_on_when_their_file_is_moved_away_meanwhile(folder):
    workspace = Workspace(folder)
    assert workspace.answers.get("question 1").content == "answer 1"
    (folder / "answers.sqlite").rename(folder / "elsewhere.sqlite")
    workspace.answers.put("new", Answer(AnswerStatus.USABLE, "red"))
    assert AnswerStore(folder / "answers.sqlite").get("new").content == "red"


def test_a_database_that_goes_while_the_page_is_open_is_not_replaced_by_an_empty_one(folder):
    workspace = Workspace(folder)
    (folder / "workspace.sqlite").unlink()
    with pytest.raises(WorkspaceError, match="is gone"):
        workspace.corpora()
    assert not (folder / "workspace.sqlite").exists()


def test_a_database_that_another_program_holds_is_said_in_a_sentence(folder, monkeypatch):
    monkeypatch.setattr(sqlite_files, "BUSY_SECONDS", 0.1)
    workspace = Workspace(folder)
    lens = workspace.lenses(workspace.corpora()[1].id)[0]
    with closing(sqlite3.connect(folder / "workspace.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WorkspaceError, match="another program has held it"):
            workspace.set_labels(lens.id, {"a": "trains"})
        Workspace(folder).corpora()
        other.execute("ROLLBACK")
    assert workspace.set_labels(lens.id, {"a": "trains"}) == 1


@pytest.mark.parametrize("column", ["examples", "label_set", "run"])
@pytest.mark.parametrize("content", ["", "{", "[1, 2", '{"classes": 3}', "7", "null", '{"model": 3}'])
def test_damaged_json_in_the_database_is_no_lens_lost(folder, column, content):
    table = {"examples": "classes", "label_set": "proposals", "run": "annotation_runs"}[column]
    with closing(sqlite3.connect(folder / "workspace.sqlite")) as db:
        db.execute(f"UPDATE {table} SET {column} = ?", (content,))
        db.commit()
    workspace = Workspace(folder)
    lens = workspace.lenses(workspace.corpora()[1].id)[0]
    assert workspace.label_set(lens.id).names == ("trains", "soup")
    workspace.proposal(lens.id)
    workspace.annotation_run(lens.id)
    assert Jobs(workspace).annotation(lens.id).state.status in ("idle", "proposed", "stopped")


def test_a_flipped_byte_in_a_name_costs_a_character(folder):
    with closing(sqlite3.connect(folder / "workspace.sqlite")) as db:
        db.execute("UPDATE corpora SET name = CAST(X'72656DFF726B73' AS TEXT) WHERE name = 'remarks'")
        db.commit()
    assert "rem\ufffdrks" in [entry.name for entry in Workspace(folder).corpora()]


@pytest.mark.parametrize("place", ["a file", "below a file", "in /proc"])
def test_a_folder_that_cannot_be_one_is_said_in_a_sentence(tmp_path, place):
    (tmp_path / "file").write_bytes(b"")
    where = {"a file": tmp_path / "file", "below a file": tmp_path / "file" / "ws", "in /proc": Path("/proc/nowhere")}
    with pytest.raises(WorkspaceError, match="cannot be written"):
        Workspace(where[place])


def test_a_read_only_folder_is_said_in_a_sentence(folder, monkeypatch):
    workspace = Workspace(folder)
    lens = workspace.lenses(workspace.corpora()[1].id)[0]
    monkeypatch.setattr(database, "connected", lambda path, *_: sqlite_files.connected(path, "ro"))
    with pytest.raises(WorkspaceError, match="read-only"):
        workspace.set_labels(lens.id, {"a": "trains"})
    with pytest.raises(WorkspaceError, match="read-only"):
        Workspace(folder).add_lens(lens.corpus, "x")
    monkeypatch.undo()

    def refuse(**_):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(WorkspaceError, match="the folder is read-only"):
        workspace.add_corpus(read_corpus(file("text\nnew one\nnew two\n"), name="new"))


@pytest.mark.long(short=10, long=1_000)
def test_whatever_is_damaged_wherever_costs_a_sentence_and_no_other_corpus(made, tmp_path, seeds):
    for seed in seeds:
        chance, folder = random.Random(seed), tmp_path / str(seed)
        shutil.copytree(made, folder)
        path = chance.choice(sorted(path for path in folder.rglob("*") if path.is_file()))
        how = chance.choice([*DAMAGES, "noise"])
        if how == "noise":
            data = bytearray(path.read_bytes())
            for _ in range(chance.choice([1, 10, 100])):
                data[chance.randrange(len(data))] = chance.randrange(256)
            path.write_bytes(bytes(data))
        else:
            how(path)
        try:
            said = look_at_everything(folder)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {how} on {path.relative_to(folder)}") from error
        assert len(said) <= 1, (seed, said)
        shutil.rmtree(folder)


def look_at_everything(folder):
    """Use all that is in a workspace, and return what was refused, each in one sentence or two."""
    workspace, said = Workspace(folder), []
    jobs = Jobs(workspace, random_state=0)
    workspace.answers.get("question 1")
    for entry in workspace.corpora():
        try:
            texts = jobs.corpus(entry.id).texts
            assert set(texts) in (set(TEXTS), set(OTHERS))
            assert jobs.encoding(entry.id).wait(LONG).status == "done"
            for lens in (None, *workspace.lenses(entry.id)):
                state = jobs.reforming(entry.id, lens.id if lens else None).wait(LONG)
                assert np.isfinite(state.frame.positions).all()
                if lens:
                    workspace.label_set(lens.id)
                    workspace.proposal(lens.id)
                    workspace.annotation_run(lens.id)
                    workspace.undo(lens.id)
        except GstError as error:
            said.append(str(error))
        for thread in [t for t in threading.enumerate() if t.name == "map"]:
            thread.join(LONG)
    return said


def test_without_a_home_the_workspace_says_so(monkeypatch):
    monkeypatch.setattr(Path, "expanduser", lambda _: (_ for _ in ()).throw(RuntimeError("no home")))
    monkeypatch.setenv("GST_WORKSPACE", "~/ws")
    with pytest.raises(WorkspaceError, match="GST_WORKSPACE"):
        Workspace()
    with pytest.raises(WorkspaceError, match="home folder"):
        Workspace("~/ws")


FULL = """
import io, sys
from gst_core.corpus import read_corpus
from gst_core.errors import GstError
from gst_core.workspace import Workspace
import resource, numpy as np

workspace = Workspace(sys.argv[1])
entry = workspace.corpora()[1]
lens = workspace.lenses(entry.id)[0]
named = io.BytesIO(("text\\n" + "\\n".join(f"a text that takes room {i} {hash(i)}" for i in range(9000))).encode())
named.name = "new.csv"
corpus = read_corpus(named, text="text")
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
def tried(work, *args):
    try:
        work(*args)
    except GstError as error:
        print(type(error).__name__, error)
tried(workspace.add_corpus, corpus)
tried(workspace.set_labels, lens.id, {f"document {i}": "trains" for i in range(20_000)})
tried(workspace.embeddings.add, "e", np.zeros(9000, "V16"), np.zeros((9000, 4), np.float32))
tried(workspace.delete_lens, "nothing")
print("labels", len(workspace.labels(lens.id)), "corpora", len(workspace.corpora()))
"""


def test_a_full_disk_is_said_in_a_sentence_and_changes_nothing(folder):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(folder)], capture_output=True, text=True, timeout=LONG, check=False
    )
    *said, last = done.stdout.splitlines()
    assert last == "labels 3 corpora 2", done.stdout + done.stderr
    assert len(said) == 3
    assert all(line.startswith("WorkspaceError") for line in said)
    assert not [path for path in folder.rglob(".*") if path.is_file()]
    all_well(folder)


def test_two_processes_and_threads_that_encode_at_once_do_not_disturb_each_other(tmp_path):
    program = """
import sys
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from gst_core.encoding.store import EmbeddingStore
from gst_core.encoding.text_keys import text_keys

from pathlib import Path
store = EmbeddingStore(Path(sys.argv[1]))

def vectors(texts):
    unit = np.array([[hash_of(t) % 1000 + 1, 1.0] for t in texts], np.float32)
    return unit / np.linalg.norm(unit, axis=1, keepdims=True)

def hash_of(text):
    return sum(text.encode())

def fill(name):
    texts = [f"shared {i}" for i in range(40)] + [f"{name} {i}" for i in range(40)]
    keys = text_keys(texts)
    for _ in range(5):
        while True:
            missing = store.missing("e", keys)
            for start in range(0, len(missing), 4):
                rows = missing[start : start + 4]
                store.add("e", keys[rows], vectors([texts[i] for i in rows]))
            try:
                matrix = store.assemble("e", keys)
                break
            except KeyError:
                pass
        assert np.array_equal(matrix, vectors(texts))
        store.remove_texts(set(text_keys([f"{name} {i}" for i in range(40)]).tolist()).__contains__)
    return True

with ThreadPoolExecutor(2) as pool:
    assert all(pool.map(fill, [sys.argv[2] + "a", sys.argv[2] + "b"]))
"""
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in ("one", "two")]
    assert [process.wait(LONG) for process in running] == [0, 0]


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_all_that_stands_before_the_cut_is_kept_of_a_database_that_was_cut_off(workspace, lens, share):
    ids = workspace.read_corpus(lens.corpus).ids
    for turn in range(400):  # of history, behind everything else
        workspace.set_labels(lens.id, {i: ("good", "bad")[turn % 2] for i in ids})
    path = workspace.files.database
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    again = Workspace(workspace.folder)
    assert {x.class_name for x in again.labels(lens.id)} == {"bad"}
    assert len(again.labels(lens.id)) == len(ids)


def test_answers_that_are_an_empty_file_are_said(tmp_path):
    Workspace(tmp_path)
    (tmp_path / "answers.sqlite").touch()
    assert "answers.sqlite was empty" in Workspace(tmp_path).notices[0]
    assert Workspace(tmp_path).notices == ()


def test_a_database_that_lost_its_tables_while_it_was_open_is_one_sentence(folder):
    workspace = Workspace(folder)
    workspace.files.database.write_bytes(b"")
    with pytest.raises(WorkspaceError, match="lost its tables"):
        workspace.corpora()
