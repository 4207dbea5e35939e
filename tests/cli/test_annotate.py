"""The `annotate` command as a person runs it: real files, the real encoder, and a server that follows a script."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from gst_core import read_corpus
from gst_core.cli.main import main
from gst_core.errors import AnnotationError
from tests.annotate.test_construction import ASKED, TEXTS, TRUTH
from tests.llm_server import MODEL, Fault, Script, scripted_server
from tests.stored_bytes import stored_bytes

KEY = "sk-very-secret-0123456789"
CLASSES = "food,staff,noise"


@pytest.fixture
def server():
    with scripted_server(Script(TRUTH)) as running:
        yield running


@pytest.fixture
def reviews(tmp_path, monkeypatch):
    monkeypatch.setenv("GST_WORKSPACE", str(tmp_path / "workspace"))
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "GST_LLM_MODEL"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "reviews.csv"
    pd.DataFrame({"review": TEXTS, "stars": 3}).to_csv(path, index=False)
    return path


def command(reviews, server, *more, labels=CLASSES):
    given = ["--labels", labels] if labels else []
    where = ["--base-url", server.url, "--model", MODEL, "--out", str(reviews.with_name("labels.csv"))]
    return ["annotate", str(reviews), "--text", "review", "--instruction", ASKED, *given, *where, *more]


def table(reviews):
    return pd.read_csv(reviews.with_name("labels.csv"), keep_default_na=False)


def test_a_sample_is_labelled_with_the_classes_that_are_given(reviews, server, capsys):
    assert main(command(reviews, server, "--budget", "40")) == 0
    found = table(reviews)
    assert list(found.columns) == [
        "gst:id",
        "review",
        "gst:label",
        "gst:confidence",
        "gst:said_by",
        "gst:said_by_model",
    ]
    assert len(found) == 40
    assert (found["gst:label"] == found["review"].map(TRUTH)).all()
    assert set(found["gst:said_by_model"]) == {MODEL}
    assert set(found["gst:confidence"]) == {0.9}
    said = capsys.readouterr().err
    assert f"stays on this machine, to the model {MODEL}." in said
    assert "40 of 40 texts: 40 labelled, 0 none of these, 0 out of set, 0 malformed, 0 failed" in said
    assert "Sent now: 40 requests, 4,000 tokens sent and 400 answered; 0 answers" in said
    assert "Cost" not in said


def test_the_same_command_again_asks_nothing_and_writes_the_same(reviews, server, capsys):
    assert main(command(reviews, server, "--budget", "30")) == 0
    before = table(reviews)
    asked = len(server.seen)
    reviews.with_name("labels.csv").unlink()
    assert main(command(reviews, server, "--budget", "30")) == 0
    assert len(server.seen) == asked
    pd.testing.assert_frame_equal(table(reviews), before)
    assert "30 answers were stored already" in capsys.readouterr().err


def test_classes_are_proposed_within_the_budget_and_stay_the_same_when_it_goes_on(reviews, server, capsys):
    assert main(command(reviews, server, "--budget", "80", "--count", "50", labels="")) == 0
    first = table(reviews)
    assert set(first["gst:label"]) == {"food", "staff", "noise"}
    assert len(server.seen) == 80
    said = capsys.readouterr().err
    assert "budget of 80 requests is spent" in said
    assert "goes on from here" in said
    assert "food – Texts about food." in said
    assert main(command(reviews, server, "--budget", "80", "--count", "50", labels="")) == 0
    assert len(table(reviews)) == 50
    assert len({(s.kind, s.document) for s in server.seen}) == len(server.seen)
    assert set(table(reviews)["gst:id"]) > set(first["gst:id"])


def test_classes_do_not_change_when_an_answer_that_was_missing_could_be_had(reviews, server, monkeypatch):
    monkeypatch.setattr("gst_core.annotate.faults.FIRST_WAIT", 0.0)
    down = Fault("500")
    server.script.fault_for = lambda kind, document: down if (kind, document) == ("statement", TEXTS[0]) else None
    assert main(command(reviews, server, "--budget", "90", labels="")) == 0
    asked = len(server.seen)
    server.script.fault_for = None
    assert main(command(reviews, server, "--budget", "90", labels="")) == 0
    assert {s.kind for s in server.seen[asked:]} == {"label"}


def test_a_killed_command_goes_on_and_pays_for_nothing_twice(reviews, server):
    server.script.seconds = 0.05
    arguments = command(reviews, server, "--budget", "60", "--workers", "2")
    child = subprocess.Popen([sys.executable, "-m", "gst_core", *arguments], stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while len(server.seen) < 25:
        assert time.monotonic() < end
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    sent = server.documents()
    assert len(sent) < 60
    assert not reviews.with_name("labels.csv").exists()
    server.script.seconds = 0.0
    assert main(arguments) == 0
    assert len(table(reviews)) == 60
    twice = len(server.documents()) - len(set(server.documents()))
    assert twice <= 2  # what was under way when it was killed


INTERRUPTIBLE = """
import signal, sys
from gst_core import read_corpus
from gst_core.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job, such as a CI's, ignores it
sys.exit(main())
"""


def test_an_interrupted_command_waits_for_what_is_under_way_and_goes_on(reviews, server):
    server.script.seconds = 0.05
    arguments = command(reviews, server, "--budget", "60")
    child = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, *arguments], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    end = time.monotonic() + 60
    while len(server.seen) < 20:
        assert time.monotonic() < end
        time.sleep(0.01)
    server.script.seconds = 0.5  # or a busy machine is done before the signal is there
    os.killpg(child.pid, signal.SIGINT)
    said = child.communicate(timeout=60)[1]
    assert child.returncode == 130
    assert "same command goes on" in " ".join(said.split())
    assert "Sent now" in said
    assert "Traceback" not in said
    server.script.seconds = 0.0
    assert main(arguments) == 0
    assert len(server.documents()) == len(set(server.documents())) == 60


def test_the_cost_is_said_when_prices_are_given(reviews, server, capsys):
    assert main(command(reviews, server, "--budget", "20", "--price-in", "0.5", "--price-out", "10")) == 0
    assert "Cost now, at the prices given: 0.0030" in capsys.readouterr().err


def test_settings_come_from_the_environment_and_the_key_goes_nowhere(reviews, server, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    out = tmp_path / "labels.csv"
    asked = ["annotate", str(reviews), "--instruction", ASKED, "--labels", CLASSES, "--budget", "10"]
    assert main([*asked, "--out", str(out)]) == 0
    assert {s.authorization for s in server.seen} == {f"Bearer {KEY}"}
    server.script.fault_for = lambda *_: Fault("401")
    assert main([*asked, "--count", "20", "--out", str(out)]) == 7
    assert KEY not in capsys.readouterr().err
    assert not [path for path, written in stored_bytes(tmp_path).items() if KEY.encode() in written]


def test_definitions_are_sent_and_name_the_classes(reviews, server, tmp_path):
    definitions = tmp_path / "definitions.json"
    definitions.write_text(
        json.dumps({"food": "What one eats.", "staff": "Who works there.", "noise": "What is heard."})
    )
    assert main(command(reviews, server, "--budget", "5", "--definitions", str(definitions), labels="")) == 0
    assert "What one eats." in server.seen[0].body["messages"][-1]["content"]
    assert {s.kind for s in server.seen} == {"label"}


def test_nothing_of_a_text_becomes_a_formula_and_a_text_column_called_label_has_another_name(
    tmp_path, server, monkeypatch
):
    monkeypatch.setenv("GST_WORKSPACE", str(tmp_path / "workspace"))
    texts = ['=HYPERLINK("http://x")', "+1 plus", "@mention", "plain words", "more plain words", "words again"]
    path = tmp_path / "file.csv"
    pd.DataFrame({"label": texts}).to_csv(path, index=False)
    server.script.truth = dict.fromkeys(texts[:3], "odd")
    arguments = command(path, server, "--budget", "6", labels="odd,plain")
    arguments[arguments.index("review")] = "label"
    assert main(arguments) == 0
    found = table(path)
    assert found.set_index("label")["gst:label"].to_dict() == {
        **dict.fromkeys(texts[:3], "odd"),
        **dict.fromkeys(texts[3:], "none of these"),
    }
    assert main([*arguments, "--spreadsheet"]) == 0
    assert set(table(path)["label"]) == {"'" + t for t in texts[:3]} | set(texts[3:])
    assert set(read_corpus(path.with_name("labels.csv")).texts) == set(texts)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--labels", "one"], None),
        (["--labels", "one,ONE"], "two classes called"),
        (["--labels", " , "], "at least one class"),
        (["--instruction", "  "], "--instruction"),
        (["--base-url", "file:///etc/passwd"], "web address"),
        (["--base-url", "http://127.0.0.1:9/v1"], "nothing answers"),
        (["--definitions", "{folder}/none.json"], "cannot be read"),
        (["--out", "{folder}/reviews.csv/labels.csv"], "Give another file in --out"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(reviews, server, capsys, more, sentence, monkeypatch):
    monkeypatch.setattr("gst_core.annotate.faults.FIRST_WAIT", 0.0)
    if sentence is None:
        server.script.truth = {}
    code = main(command(reviews, server, "--budget", "40", *[m.format(folder=reviews.parent) for m in more]))
    said = capsys.readouterr().err
    assert "Traceback" not in said
    if sentence is None:  # one class, or none of these
        assert code == 0
    else:
        assert code == 7
        assert sentence in said


def test_a_budget_that_buys_nothing_is_an_error_and_leaves_an_older_table_alone(reviews, server, capsys):
    assert main(command(reviews, server, "--budget", "3")) == 0
    before = table(reviews)
    server.script.fault_for = lambda *_: Fault("429", retry_after="0")
    assert main(command(reviews, server, "--budget", "2", "--count", "9", labels="food,noise")) == 7
    assert "budget of 2 requests is spent" in capsys.readouterr().err
    pd.testing.assert_frame_equal(table(reviews), before)


def test_labels_that_were_paid_for_are_written_though_the_provider_fails(reviews, server, capsys):
    server.script.fault_for = lambda *_: Fault("401") if len(server.seen) >= 12 else None
    assert main(command(reviews, server, "--budget", "40", "--price-in", "1", "--workers", "1")) == 7
    assert len(table(reviews)) == 12
    said = capsys.readouterr().err
    assert "12 of 40 texts: 12 labelled" in said
    assert "Cost now" in said
    assert "refuses the key" in said


def test_a_model_that_says_nothing_usable_is_no_success_and_leaves_an_older_table_alone(reviews, server, capsys):
    assert main(command(reviews, server, "--budget", "3")) == 0
    before = table(reviews)
    server.script.fault_for = lambda *_: Fault("malformed")
    assert main(command(reviews, server, "--budget", "5", labels="food,noise")) == 7
    assert "No text was labelled" in capsys.readouterr().err
    assert main(command(reviews, server, "--budget", "40", labels="food,staff")) == 7
    said = capsys.readouterr().err
    assert "None of 20 answers" in said
    assert "Sent now: 2" in said
    pd.testing.assert_frame_equal(table(reviews), before)


def test_a_table_that_cannot_be_written_costs_nothing(reviews, server):
    assert main(command(reviews, server, "--out", str(reviews / "labels.csv"))) == 7
    assert not server.seen


def test_a_budget_too_small_for_classes_is_what_is_blamed(reviews, server, capsys):
    assert main(command(reviews, server, "--budget", "1", labels="")) == 7
    said = capsys.readouterr().err
    assert "budget of 1 request was spent" in said
    assert "Sent now: 1 request, " in said


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--budget", "x", "“x” is no whole number from 1 on"),
        ("--count", "0", "“0” is no whole number from 1 on"),
        ("--price-in", "-1", "“-1” is no price"),
        ("--price-out", "nan", "“nan” is no price"),
    ],
)
def test_numbers_of_no_use_are_refused_before_anything_is_asked(reviews, server, capsys, option, value, sentence):
    with pytest.raises(SystemExit) as ended:
        main(command(reviews, server, f"{option}={value}"))
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
    assert not server.seen


def test_without_a_provider_it_says_how_to_name_one(reviews, tmp_path, capsys):
    code = main(["annotate", str(reviews), "--instruction", ASKED, "--out", str(tmp_path / "x.csv")])
    assert code == 7
    assert "--base-url" in capsys.readouterr().err


def test_no_words_can_steer_the_terminal(reviews, server, capsys):
    assert main(command(reviews, server, "--budget", "3", labels="\x1b[31mfood,staff")) == 0
    assert "\x1b[31m" not in capsys.readouterr().err


def test_annotation_errors_have_an_exit_code_of_their_own():
    from gst_core.cli.main import EXIT_CODES

    assert [code for kind, code, _ in EXIT_CODES if issubclass(AnnotationError, kind)] == [7]
