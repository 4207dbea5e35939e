"""Files are read in a process of its own: what it may take, what is said of it, and that it leaves nothing behind."""

import io
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from gst_core.corpus import file_at, read_corpus, read_table, read_table_apart, reading_process
from gst_core.corpus.reading_answers import read_answer
from gst_core.corpus.reading_process import run_apart
from gst_core.corpus.size_limits import MEGABYTE, ReadingLimits
from gst_core.errors import Cancelled, CorpusError

ROOT = Path(__file__).parents[2]
SMALL = ReadingLimits(memory=100 * MEGABYTE, seconds=1)


def apart(task, *arguments, cancelled=None):
    return run_apart(task, arguments, {}, name="odd.xlsx", size=1, cancelled=cancelled)


def named(data, name):
    file = io.BytesIO(data)
    file.name = name
    return file


def hoard():
    return len(bytearray(2_000 * MEGABYTE))


def hoard_and_refuse():
    try:
        bytearray(2_000 * MEGABYTE)
    except MemoryError:
        raise CorpusError("odd.xlsx is not a workbook") from None


def compute():
    while True:
        pass


def fail():
    raise KeyError("secret")


def compute_after(path):
    Path(path).write_text(str(os.getpid()))
    compute()


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(reading_process, "reading_limits", lambda size: SMALL)


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


def until(condition):
    while not condition():
        time.sleep(0.02)


def test_a_table_read_apart_is_the_table():
    data = b"text,stars\nLovely room,5\nCold soup,2\n"
    here, there = read_table(named(data, "a.csv")), read_table_apart(named(data, "a.csv"))
    assert there.frame.equals(here.frame)
    assert there.row_numbers.tolist() == here.row_numbers.tolist()
    assert (there.name, there.format, there.encoding) == (here.name, here.format, here.encoding)


def test_one_process_reads_one_file_after_the_other():
    first = apart(os.getpid)
    with pytest.raises(CorpusError, match="no bytes"):
        read_table_apart(named(b"", "empty.csv"))
    assert apart(os.getpid) == first != os.getpid()


def oom_score():
    return Path("/proc/self/oom_score_adj").read_text().strip()


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="Linux only")
def test_where_the_memory_of_the_machine_ends_the_reading_goes_and_not_the_server():
    assert apart(oom_score) == "1000"


@pytest.mark.parametrize("task", [hoard, hoard_and_refuse])
@pytest.mark.usefixtures("small")
def test_a_file_that_takes_too_much_memory_is_refused_with_what_it_may_take(task):
    with pytest.raises(CorpusError, match=r"odd.xlsx needs more memory .* 100 MB"):
        apart(task)


@pytest.mark.usefixtures("small")
def test_a_file_that_takes_too_long_is_refused_with_what_it_may_take():
    with pytest.raises(CorpusError, match="longer to read than the 1 seconds"):
        apart(compute)
    assert apart(os.getpid)


@pytest.mark.parametrize("task", [os.abort, fail])
def test_a_reader_that_crashes_is_one_sentence_without_what_it_said(task):
    with pytest.raises(CorpusError, match=r"^odd.xlsx cannot be read: what reads such files crashed") as refused:
        apart(task)
    assert "secret" not in str(refused.value)
    assert apart(os.getpid)


def test_a_reading_that_is_not_wanted_any_more_stops_and_its_process_ends(tmp_path):
    told = tmp_path / "pid"
    with pytest.raises(Cancelled):
        apart(compute_after, told, cancelled=lambda: told.exists() and bool(told.read_text()))
    until(lambda: gone(int(told.read_text())))


def test_several_threads_read_at_once():
    texts = {}

    def read(i):
        texts[i] = read_corpus(named(f"text\nnumber {i} of many\n".encode(), f"{i}.csv")).texts

    threads = [threading.Thread(target=read, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {i: (f"number {i} of many",) for i in range(8)}


def test_a_script_without_a_main_guard_reads_and_leaves_no_process(tmp_path):
    script = tmp_path / "script.py"
    (tmp_path / "a.csv").write_text("text\none\ntwo\n")
    script.write_text(
        "import os\nfrom gst_core import read_corpus\nfrom gst_core.corpus.reading_process import run_apart\n"
        "print(len(read_corpus('a.csv')))\nprint(run_apart(os.getpid, (), {}, name='', size=0))\n"
    )
    done = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    count, pid = done.stdout.split()
    assert count == "2"
    until(lambda: gone(int(pid)))


def test_a_program_that_is_killed_takes_its_reading_process_along(tmp_path):
    told = tmp_path / "pid"
    program = "import sys; from tests.corpus.test_reading_process import *; apart(compute_after, sys.argv[1])"
    parent = subprocess.Popen([sys.executable, "-c", program, told], cwd=ROOT)
    until(lambda: told.exists() and told.read_text())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    until(lambda: gone(int(told.read_text())))


FORKING = """
import os
from gst_core.corpus.reading_process import run_apart
def apart():
    return run_apart(os.getpid, (), {}, name="", size=0)
before = apart()
if os.fork() == 0:
    print("other" if apart() != before else "same", flush=True)
    os._exit(0)
os.wait()
print("still mine" if apart() == before else "lost")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_does_not_speak_with_the_reading_process_of_its_parent():
    done = subprocess.run([sys.executable, "-c", FORKING], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["other", "still mine"]


def fifo(folder):
    os.mkfifo(folder / "a.csv")
    return folder / "a.csv"


def listening(folder):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(folder / "a.csv"))
    return folder / "a.csv"


@pytest.mark.parametrize(
    "make",
    [lambda _: "/dev/zero", lambda _: "/dev/tty", fifo, listening],
    ids=["without end", "terminal", "pipe", "socket"],
)
def test_only_ordinary_files_are_read(make, tmp_path):
    with pytest.raises(CorpusError, match=r"no ordinary file"):
        read_corpus(make(tmp_path))


def test_a_file_that_may_not_be_read_looks_like_one_that_is_not_there(tmp_path, monkeypatch):
    secret = tmp_path / "secret.csv"
    secret.write_text("text\na\n")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(CorpusError) as forbidden:
        file_at(secret)
    secret.unlink()
    with pytest.raises(CorpusError) as missing:
        file_at(secret)
    assert str(forbidden.value) == str(missing.value)


TYPES = {
    "text": ["one", None, "three"],
    "int": pd.array([1, None, 2**62], "Int64"),
    "unsigned": pd.array([2**64 - 1, 0, 1], "uint64"),
    "flag": pd.array([True, None, False], "boolean"),
    "real": [0.1, float("nan"), -1e300],
    "kind": pd.Categorical(["b", "a", None], categories=["b", "a", "c"], ordered=True),
    "when": pd.to_datetime(["2024-03-30", None, "2024-03-31"]).tz_localize("Europe/Berlin"),
    "took": pd.to_timedelta([1, None, 3], "s"),
    "parts": [[{"a": 1}], None, [{"a": 2}, {"a": None}]],
}


def test_a_table_of_any_types_is_answered_as_it_is():
    data = io.BytesIO()
    pd.DataFrame(TYPES).to_parquet(data)
    here, there = read_table(named(data.getvalue(), "a.parquet")), read_table_apart(named(data.getvalue(), "a.parquet"))
    pd.testing.assert_frame_equal(there.frame, here.frame, check_index_type="exact")
    assert (there.reading, there.alternatives, there.problems) == (here.reading, here.alternatives, here.problems)


class Trap:
    """What would run a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch trapped",)


@pytest.mark.parametrize(
    "said",
    [
        pickle.dumps((0, Trap())),
        struct.pack("!Q", 2) + b"{}",
        struct.pack("!Q", 1 << 40) + b"{}",
        struct.pack("!Q", 34) + b'{"outcome": 0, "table": {"a": [1]}}',
        struct.pack("!Q", 47) + b'{"outcome": 0, "error": ["__builtins__", "eval"]}',
    ],
    ids=["pickle", "nothing", "too little", "no table", "no error of ours"],
)
def test_an_answer_that_is_none_runs_nothing(said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((EOFError, AttributeError, KeyError, TypeError, ValueError, OSError)):
        read_answer(io.BytesIO(said))
    assert not (tmp_path / "trapped").exists()
