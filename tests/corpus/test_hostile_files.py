"""Damaged files, and small ones that are made to take much: a corpus or one sentence, within bounds."""

import os
import resource
from pathlib import Path

import pytest

from gst_core import read_corpus
from gst_core.corpus.reading_process import run_apart
from gst_core.errors import CorpusError
from tests.mutations import bombs, mutated, named

SECONDS, MEGABYTES = 10, 1_000  # of computing and of memory, for a file below 1 MB
LONGEST_SENTENCE = 700
BOMBS = bombs()


def used():
    """Computing time so far and the most memory so far, in MB, of this process."""
    times = resource.getrusage(resource.RUSAGE_SELF)
    peak = next((x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmHWM")), "0 0")
    return os.getpid(), times.ru_utime + times.ru_stime, int(peak.split()[1]) / 1024


def used_apart():
    return run_apart(used, (), {}, name="", size=0)


def opened(name, data):
    """Open a file within bounds, and return its corpus or the sentence that refuses it."""
    (_, here, most), (process, there, _) = used(), used_apart()
    try:
        corpus = read_corpus(named(data, name))
        assert len(corpus.metadata) == len(corpus) == len(set(corpus.ids)) > 0
        corpus.report.sentence()
    except CorpusError as error:
        corpus = str(error)
        assert 0 < len(corpus) < LONGEST_SENTENCE
        assert "crashed" not in corpus
    (_, here_after, most_after), (same, there_after, most_there) = used(), used_apart()
    assert here_after - here + there_after - (there if same == process else 0) < SECONDS
    assert most_after - most + most_there < MEGABYTES
    return corpus


@pytest.mark.long(short=150, long=10_000)
def test_a_damaged_file_is_a_corpus_or_one_sentence(seeds):
    found = [opened(*mutated(seed)) for seed in seeds]
    assert {isinstance(x, str) for x in found} == {True, False}


def test_the_same_seed_damages_the_same_file_in_the_same_way():
    assert mutated(7) == mutated(7) != mutated(8)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured by /proc")
@pytest.mark.parametrize("name", BOMBS)
def test_a_small_file_takes_neither_long_nor_much_memory(name):
    opened(name, BOMBS[name]())
