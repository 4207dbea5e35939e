"""What a program may hand to `read_corpus` by mistake is refused in a typed sentence."""

import io

import numpy as np
import pandas as pd
import pytest
import torch

from gst_core import CorpusError, read_corpus
from tests.mutations import named, originals

LONGEST_SENTENCE = 700
CODECS = ("utf-8", "latin-1", "rot13", "base64", "idna", "undefined", "unicode_escape", "cp037", "utf-16", "", "none")
ODD = [
    *(None, "", 0, -1, 3, 2.5, 10**30, np.nan, True, object(), [], ["text"], {}, b"text", ("a", "b"), lambda: None),
    *("\ud83d", "a\x00b", "x" * 100_000, "text", "stars", "id", "../..", np.zeros(3), np.str_("text"), ";;", '"', "\n"),
]
EMBEDDINGS = [
    *(np.ones((40, 3)), np.ones((39, 3)), [[1.0, 2.0]] * 40, np.full((40, 3), np.nan), np.ones((40, 3)) * 1j),
    *(np.ones(40), torch.ones(40, 4), torch.ones(40, 4).requires_grad_(), pd.DataFrame(np.ones((40, 3))), "stars"),
    *("nofile.npy", io.BytesIO(b"x"), io.StringIO("x"), 3, "", b"x", np.ones((40, 3), object), np.full((40, 3), 1e300)),
    *(np.ones((40, 2, 2)), "/dev/zero", "/", np.ma.masked_array(np.ones((40, 3)), True), [[1.0], [2.0, 3.0]], {}),
]
CHOICES = ("text", "id", "name", "encoding", "sheet", "header", "delimiter", "records", "strict", "embeddings")


def odd_options(rng):
    options = {}
    for name in CHOICES:
        if rng.random() < 0.25:
            table = {"encoding": CODECS, "embeddings": EMBEDDINGS}.get(name, ODD) if rng.random() < 0.7 else ODD
            options[name] = table[rng.integers(len(table))]
    return options


@pytest.mark.filterwarnings("ignore")
@pytest.mark.long(short=200, long=5_000)
def test_an_odd_choice_is_taken_or_refused_in_a_typed_sentence(seeds):
    for seed in seeds:
        rng = np.random.default_rng(seed)
        name, data = originals()[rng.integers(len(originals()))]
        options, sentence = odd_options(rng), "."
        try:
            read_corpus(named(data, name), **options).report.sentence()
        except CorpusError as error:
            sentence = str(error)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {name}, {options!r:.300}: {error!r:.200}") from error
        assert 0 < len(sentence) < LONGEST_SENTENCE, f"seed {seed}: {sentence:.80}"
        assert "crashed" not in sentence, f"seed {seed}: {name}, {options!r:.300}"


@pytest.mark.parametrize(
    "source",
    [
        None,
        3,
        "",
        b"x",
        "a\x00b",
        "~nobody-at-all/x.csv",
        [],
        object(),
        io.StringIO("text\na"),
        "x" * 5_000,
        "\ud83d.csv",
    ],
    ids=lambda source: repr(source)[:20],
)
def test_what_is_no_file_is_refused_in_a_typed_sentence(source):
    with pytest.raises(CorpusError) as refused:
        read_corpus(source)
    assert len(str(refused.value)) < LONGEST_SENTENCE
