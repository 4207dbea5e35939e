import logging
import pickle
import socket
import threading
import time
import traceback

import pytest

from gst_core.annotate import prompts
from gst_core.annotate.budget import Budget, BudgetSpent
from gst_core.annotate.chat import ChatModel, ProviderUnusable, first_model
from gst_core.annotate.provider import Provider
from gst_core.errors import AnnotationError, Cancelled
from gst_core.workspace import ClassDefinition, LabelSet
from tests.llm_server import MODEL, Fault

KEY = "sk-very-secret-0123456789"
COLOURS = LabelSet((ClassDefinition("red"), ClassDefinition("blue")))
QUESTION = prompts.label("a rose", "which colour?", COLOURS)
TRUTH = {"a rose": "red"}


def chat_with(server, *, requests=20, **options):
    return ChatModel(Provider(server.url, MODEL, KEY), budget=Budget(requests), **options)


def test_a_question_goes_out_as_a_chat_with_a_schema_and_comes_back_with_its_cost(server):
    chat = chat_with(server)
    reply = chat.ask(QUESTION)
    (seen,) = server.seen
    assert seen.path == "/v1/chat/completions"
    assert seen.body["response_format"]["json_schema"]["schema"]["properties"]["label"]["enum"] == list(COLOURS.choices)
    assert seen.body["temperature"] == 0
    assert seen.authorization == f"Bearer {KEY}"
    assert '"red"' in reply.text
    assert (chat.spent.requests, chat.spent.prompt_tokens, chat.spent.completion_tokens) == (1, 100, 10)


@pytest.mark.parametrize("kind", ["429", "500", "dropped", "no-json"])
def test_a_passing_fault_is_tried_again_and_every_attempt_counts(server, kind):
    server.script.faults = [Fault(kind), Fault(kind)]
    chat = chat_with(server)
    assert '"red"' in chat.ask(QUESTION).text
    assert chat.spent.requests == len(server.seen) == 3


def test_a_slow_server_is_given_up_and_tried_again(server):
    server.script.faults = [Fault("slow", seconds=3)]
    chat = chat_with(server, timeout=0.4)
    assert '"red"' in chat.ask(QUESTION).text
    assert len(server.seen) == 2
    assert chat.spent.completion_tokens == 10 + QUESTION.max_tokens  # nobody knows what the lost answer cost


def test_the_server_says_how_long_to_wait(server):
    server.script.faults = [Fault("429", retry_after="1")]
    start = time.monotonic()
    chat_with(server).ask(QUESTION)
    assert time.monotonic() - start >= 1.0


def test_a_wait_that_is_too_long_ends_in_a_sentence_that_says_so(server):
    server.script.faults = [Fault("429", retry_after="3600")]
    with pytest.raises(AnnotationError, match="3,600 s"):
        chat_with(server).ask(QUESTION)
    assert len(server.seen) == 1


def test_after_all_retries_it_gives_up_with_one_sentence(server):
    server.script.fault_for = lambda *_: Fault("500", retry_after="0")
    with pytest.raises(AnnotationError, match=r"3 times: it answered 500 \(try later\)"):
        chat_with(server, retries=2).ask(QUESTION)
    assert len(server.seen) == 3


def test_the_budget_ends_retries_too(server):
    server.script.fault_for = lambda *_: Fault("500", retry_after="0")
    with pytest.raises(BudgetSpent, match="4 requests"):
        chat_with(server, requests=4, retries=50).ask(QUESTION)
    assert len(server.seen) == 4


@pytest.mark.parametrize(
    ("kind", "part"),
    [("no-schema", "response_format"), ("no-logprobs", "logprobs"), ("no-max-tokens", "max_tokens")],
)
def test_what_a_server_refuses_is_left_out_from_then_on(server, kind, part):
    server.script.fault_for = lambda *_: Fault(kind)
    chat = chat_with(server)
    for _ in range(2):
        assert '"red"' in chat.ask(QUESTION).text
    assert [part in s.body for s in server.seen] == [True, False, False]
    assert chat.spent.requests == 3


def test_tokens_are_estimated_where_the_server_counts_none(server):
    server.script.usage = False
    reply = chat_with(server).ask(QUESTION)
    assert reply.prompt_tokens == QUESTION.prompt_tokens
    assert reply.completion_tokens == -(-len(reply.text) // 4)


def test_waiting_ends_when_someone_asks_to_stop(server):
    server.script.fault_for = lambda *_: Fault("429", retry_after="50")
    stop = threading.Event()
    chat = chat_with(server, cancelled=stop.is_set)
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(Cancelled):
        chat.ask(QUESTION)
    assert len(server.seen) == 1


def test_a_wrong_key_is_not_tried_again(server):
    server.script.fault_for = lambda *_: Fault("401")
    with pytest.raises(ProviderUnusable, match="key"):
        chat_with(server).ask(QUESTION)
    assert len(server.seen) == 1


def test_an_address_where_nothing_answers_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    chat = ChatModel(Provider(f"http://127.0.0.1:{port}/v1", "m"), budget=Budget(5), retries=0)
    with pytest.raises(ProviderUnusable, match=f"127.0.0.1:{port} gave no answer: nothing answers"):
        chat.ask(QUESTION)


def test_the_key_is_in_no_error_log_or_representation(server, caplog):
    caplog.set_level(logging.DEBUG)
    chat = chat_with(server, retries=1)
    server.script.faults = [
        Fault("401"),
        Fault("500", retry_after="0"),
        Fault("no-json"),
        Fault("dropped"),
        Fault("429"),
    ]
    behind, shown = [], [repr(chat), repr(chat.provider), str(chat.provider), repr(vars(chat))]
    for _ in range(3):
        try:
            chat.ask(QUESTION)
        except AnnotationError as error:
            shown += [
                str(error),
                "".join(traceback.format_exception(error)),
                pickle.dumps(error.args).decode("latin-1"),
            ]
            behind.append(error.__context__)
    assert len(shown) > 6
    assert not any(behind), "nothing behind an error holds the request and its headers"
    shown += [record.getMessage() for record in caplog.records] + [caplog.text]
    assert not any(KEY in text for text in shown)


def test_logs_hold_nothing_of_a_document(server, caplog):
    caplog.set_level(logging.DEBUG, logger="gst_core")
    server.script.faults = [Fault("500", retry_after="0"), Fault("no-schema")]
    chat_with(server).ask(QUESTION)
    assert [r for r in caplog.records if r.name.startswith("gst_core")]
    assert not any("rose" in r.getMessage() for r in caplog.records if r.name.startswith("gst_core"))


def test_a_provider_is_asked_for_its_first_model(server):
    assert first_model(Provider(server.url, "")) == MODEL
    with pytest.raises(AnnotationError, match="Say which model"):
        first_model(Provider("http://127.0.0.1:9/v1", "", KEY))


def test_of_several_models_none_is_taken_that_may_cost_something(server, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    server.script.models = tuple(f"model-{i}" for i in range(12))
    assert first_model(Provider(server.url, "")) == "model-0"
    elsewhere = Provider(server.url.replace("127.0.0.1", "0.0.0.0"), "", KEY)  # this machine, and no loopback address
    with pytest.raises(AnnotationError, match=r"--model or GST_LLM_MODEL: model-0, .*model-9, …\.$"):
        first_model(elsewhere)
    server.script.models = ("the only one",)
    assert first_model(elsewhere) == "the only one"


def test_what_goes_to_this_machine_passes_no_proxy(server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert '"red"' in chat_with(server, retries=0).ask(QUESTION).text
