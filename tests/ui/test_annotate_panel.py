"""What the page says of a language model and its labels, and the classes it makes of the groups on a map."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from gst_core.annotate import Estimate, Provider, Spent
from gst_core.map import ClusterName
from gst_core.ui import agreement_panel, annotate_panel, language_model, palette, proposal_dialog, theme
from gst_core.ui.background import Background
from gst_core.ui.lens_view import who_said_what
from gst_core.work import AnnotationState
from gst_core.workspace import HUMAN, LLM, NONE_OF_THESE, AnnotationRun, Label

LOCAL = Provider("http://127.0.0.1:11434/v1", "llama3.1")
REMOTE = Provider("https://api.example.com/v1", "large", "sk-secret")


def said(document, name, who, minute, confidence=None):
    return Label(document, name, who, f"2025-01-01T00:{minute:02}:00.000000", confidence)


def test_the_page_says_that_texts_go_to_an_api_and_stay_with_a_local_model():
    assert "200 texts of this corpus go to api.example.com" in language_model.where_texts_go(200, REMOTE)
    assert "1 text of this corpus goes to" in language_model.where_texts_go(1, REMOTE)
    assert "nothing leaves it" in language_model.where_texts_go(200, LOCAL)
    assert "nothing leaves" not in language_model.where_texts_go(200, REMOTE)


def test_the_key_is_in_nothing_that_the_page_says():
    words = language_model.where_texts_go(3, REMOTE) + repr(language_model.Connection(REMOTE))
    assert "sk-secret" not in words


def test_a_cost_is_said_only_where_prices_are_known():
    estimate = Estimate(300, 1_000_000, 500_000)
    assert language_model.what_it_takes(estimate, None) == "About 300 requests, 1,500,000 tokens."
    assert "2.00 at your prices" in language_model.what_it_takes(estimate, (1.0, 2.0))
    assert language_model.what_it_took(Spent(2, 80, 20), None) == "100 tokens"


@pytest.mark.parametrize("given", [{}, {"GST_LLM_PRICE_IN": "1"}, {"GST_LLM_PRICE_IN": "x", "GST_LLM_PRICE_OUT": "1"}])
def test_prices_that_are_not_both_numbers_are_none(given):
    assert language_model.prices(given) is None


def test_two_prices_are_read_as_numbers():
    assert language_model.prices({"GST_LLM_PRICE_IN": "0.15", "GST_LLM_PRICE_OUT": "0.6"}) == (0.15, 0.6)


def test_settings_come_from_the_environment_without_a_file_of_secrets(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_BASE_URL", LOCAL.base_url)
    monkeypatch.setenv("GST_LLM_MODEL", "llama3.1")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert language_model.connection().provider == LOCAL


def test_an_address_that_is_none_is_an_error_to_show_and_no_failure(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "ftp//nowhere")
    connected = language_model.connection()
    assert connected.provider is None
    assert "OPENAI_BASE_URL" in connected.error


@pytest.mark.parametrize(("model", "weak"), [("smollm2-135m-instruct", True), ("smollm2:135m", True), ("large", False)])
def test_the_small_local_model_is_known_to_be_weak(model, weak):
    assert language_model.is_weak(model) is weak


def test_progress_counts_what_could_not_be_used():
    now = AnnotationState("labelling", "labelling 300 texts", 120, 300, out_of_set=3, malformed=1, work="labelling")
    assert annotate_panel.progress_words(now) == "labelling · 120 of 300 · 3 out of set · 1 unreadable"


def test_a_proposal_says_its_stage():
    now = AnnotationState("proposing", "asking what 200 texts say", 32, 200, work="proposing")
    assert annotate_panel.progress_words(now) == "asking what 200 texts say · 32 of 200"


@pytest.mark.parametrize("status", ["running", "cancelled", "failed"])
def test_a_run_that_did_not_come_to_its_end_says_where_it_stopped(status):
    run = AnnotationRun("large", 300, 360, done=120, status=status, requests=125)
    assert annotate_panel.ending_words(run) == "stopped at 120 of 300"
    assert annotate_panel.requests_left(run) == 235


def test_a_spent_budget_and_a_finished_run_are_told_apart():
    spent = AnnotationRun("large", 300, 100, done=95, status="budget spent", requests=100)
    done = AnnotationRun("large", 300, 360, done=300, status="done", none_of_these=12, out_of_set=2)
    assert annotate_panel.ending_words(spent) == "budget spent at 95 of 300"
    assert annotate_panel.requests_left(spent) == 0
    assert annotate_panel.ending_words(done) == "300 read, 12 none of these · 2 out of set"


def test_a_text_says_who_labelled_it():
    person, machine = said("a", "angry", HUMAN, 2), said("a", "content", LLM, 1, 0.81)
    assert who_said_what(person, None) == "labelled angry by you"
    assert who_said_what(None, machine) == "content 81% by a model"
    machine = replace(machine, model="large")
    assert who_said_what(person, machine) == "labelled angry by you · content 81% by large"


def test_agreement_is_said_with_the_number_of_texts():
    labels = [said(str(i), "ab"[i % 2], HUMAN, 1) for i in range(10)]
    labels += [said(str(i), "ab"[i % 2] if i else "b", LLM, 2, 0.9) for i in range(10)]
    words = agreement_panel.agreement_words(labels, ("a", "b"))
    assert words.startswith("Agreement 0.80 on 10 texts, the same on 9.")


def test_corrections_are_no_agreement_and_the_page_says_what_to_do():
    labels = [said("1", "a", LLM, 1, 0.9), said("1", "b", HUMAN, 2)]
    assert agreement_panel.agreement_words(labels, ("a", "b")).startswith("Label a few texts yourself")


def test_a_correction_is_decided_and_not_asked_about_again():
    labels = [said("1", "a", LLM, 1, 0.9), said("1", "b", HUMAN, 2)]
    labels += [said("2", "b", HUMAN, 1), said("2", "a", LLM, 2, 0.9)]
    assert [one.document for one in agreement_panel.undecided(labels)] == ["2"]


def test_the_least_sure_labels_are_the_models_alone():
    labels = [said("1", "a", LLM, 1, 0.9), said("2", "a", LLM, 1, 0.3), said("3", "a", LLM, 1, 0.1)]
    labels += [said("3", "b", HUMAN, 2), said("4", "b", HUMAN, 2)]
    assert [label.document for label in agreement_panel.least_sure(labels)] == ["2", "1"]


def test_groups_on_the_map_become_classes_with_their_middle_as_examples():
    clusters = np.array([0, 0, 0, 0, 1, 1, 2, -1], dtype=np.int32)
    positions = np.array([[0, 0], [9, 9], [1, 0], [0, 2], [5, 5], [5, 6], [8, 8], [3, 3]], dtype=np.float32)
    names = [
        ClusterName(0, 4, ("pool", "spa", "water"), 0.0, 0.0),
        ClusterName(1, 2, ("pool", "spa", "kids"), 5.0, 6.0),
        ClusterName(2, 1, (), 8.0, 8.0),
    ]
    made = proposal_dialog.from_groups(names, positions, clusters, [f"d{i}" for i in range(8)])
    assert made.names == ("pool spa", "pool spa 2", "group 3")
    assert made.classes[0].examples == ("d0", "d2", "d3")
    assert made.classes[1].examples == ("d5", "d4")
    assert made.none_of_these


def test_a_group_that_is_called_none_of_these_gets_another_name():
    names = [ClusterName(i, 2, words, 0.0, 0.0) for i, words in enumerate([("none of", "these"), ("a", "b")])]
    made = proposal_dialog.from_groups(
        names, np.zeros((4, 2), dtype=np.float32), np.array([0, 0, 1, 1], dtype=np.int32), list("abcd")
    )
    assert NONE_OF_THESE not in made.names


def test_examples_are_the_documents_texts_and_cut():
    lines = proposal_dialog.example_lines(("d1", "a statement"), {"d1": "very\n" + "long " * 50})
    assert lines[0].startswith("very long")
    assert len(lines[0]) == proposal_dialog.CUT
    assert lines[1] == "a statement"


def test_names_are_read_between_commas():
    assert proposal_dialog.parts_of(" late , rude,, ") == ["late", "rude"]


def test_no_mark_of_a_text_reaches_markdown():
    assert theme.plain("![x](http://a) <b>") == r"\!\[x\]\(http\:" + "\u2060" + r"//a\) \<b\>"


def test_a_faint_colour_is_the_same_colour():
    assert palette.faint("#0072B2", 0.45) == "rgba(0,114,178,0.45)"


def test_background_work_is_done_once_and_again_when_forgotten():
    work, calls, go = Background(), [], threading.Event()

    def make():
        go.wait(10)
        calls.append(1)
        return len(calls)

    asked = work.ask("key", make)
    assert not asked.done()
    go.set()
    assert work.ask("key", make, 10).result() == 1
    work.forget("key")
    assert work.ask("key", make, 10).result() == 2


def test_background_work_that_fails_says_why():
    def fail():
        raise ValueError("no")

    assert isinstance(Background().ask("key", fail, 10).exception(), ValueError)


def test_an_address_that_is_none_is_said_and_asking_again_is_not_offered(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_BASE_URL", "127.0.0.1:11434/v1")
    connected = language_model.connection()
    assert "no web address" in connected.error
    assert not connected.may_answer
