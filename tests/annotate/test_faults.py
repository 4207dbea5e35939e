"""What stands in the way of an answer, each named in one sentence: over real sockets."""

import socket
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from gst_core.annotate import prompts
from gst_core.annotate.budget import Budget
from gst_core.annotate.chat import ROOM, THINKING_ROOM, ChatModel, ProviderUnusable, first_model
from gst_core.annotate.labelling import Labeller
from gst_core.annotate.provider import Provider, provider_from
from gst_core.errors import AnnotationError
from gst_core.workspace import ClassDefinition, LabelSet
from tests.llm_server import MODEL, Fault

COLOURS = LabelSet((ClassDefinition("red"), ClassDefinition("blue")))
TRUTH = {"a rose": "red", "the sky": "blue"}
QUESTION = prompts.label("a rose", "which colour?", COLOURS)


def chat_with(server, *, requests=50, url="", **options):
    return ChatModel(Provider(url or server.url, MODEL, "sk-1234567890"), budget=Budget(requests), **options)


def labels(server, store, texts=tuple(TRUTH), **options):
    chat = chat_with(server, **options)
    work = Labeller(texts, "which colour?", COLOURS, chat, store, workers=1)
    return {texts[label.document]: label.class_name for label in work.label(range(len(texts)))}, chat, work


def test_a_model_that_thinks_aloud_gets_room_for_it_once_it_was_cut_off(server, store):
    server.script.thought = "hmm " * 100
    found, chat, _ = labels(server, store)
    assert found == TRUTH
    rooms = [s.body["max_tokens"] - QUESTION.max_tokens for s in server.seen]
    assert rooms == [0, THINKING_ROOM[0], THINKING_ROOM[0]]  # the second text is not cut first
    assert chat.remarks() == ""


def test_a_model_that_thinks_for_too_long_is_said_and_its_answers_are_not_paid_for_again(server, store):
    server.script.thought = "h" * 20_000
    found, chat, work = labels(server, store)
    assert found == {}
    assert work.counts.malformed == 2
    assert "turn the model's thinking off" in chat.remarks()
    asked = len(server.seen)
    labels(server, store)
    assert len(server.seen) == asked


def test_an_answer_that_was_cut_off_is_asked_for_with_more_room(server, store):
    server.script.faults = [Fault("truncated")]
    assert labels(server, store, texts=("a rose",))[0] == {"a rose": "red"}
    assert [s.body["max_tokens"] - QUESTION.max_tokens for s in server.seen] == [0, ROOM]


@pytest.mark.parametrize("kind", ["filtered", "refusal"])
def test_a_text_that_a_content_filter_refuses_ends_nothing_and_is_asked_about_once(server, store, kind):
    texts = (*TRUTH, *(f"something bad, {i}" for i in range(8)))
    server.script.fault_for = lambda _, document: Fault(kind) if "bad" in document else None
    found, chat, work = labels(server, store, texts)
    assert found == TRUTH
    assert work.counts.malformed == 8
    assert "8 questions were refused by the content filter" in chat.remarks()
    labels(server, store, texts)
    assert len(server.seen) == 10


def test_when_nothing_is_usable_the_reason_is_said(server, store):
    server.script.fault_for = lambda *_: Fault("filtered")
    texts = tuple(f"text {i}" for i in range(30))
    with pytest.raises(AnnotationError, match=r"None of 20 answers.*content filter"):
        labels(server, store, texts)


@pytest.mark.parametrize(("kind", "said"), [("page", "a web page is at this address"), ("404", "ends in /v1")])
def test_an_address_without_a_chat_is_named_at_once(server, kind, said):
    server.script.fault_for = lambda *_: Fault(kind)
    with pytest.raises(ProviderUnusable, match=said):
        chat_with(server).ask(QUESTION)
    assert len(server.seen) == 1


def test_the_version_of_azure_and_its_key_go_with_every_request(server):
    base = server.url.removesuffix("/v1")
    typed = f"{base}/openai/deployments/scripted/chat/completions?api-version=2025-01-01"
    provider = provider_from({"OPENAI_BASE_URL": typed, "OPENAI_API_KEY": "secret"})
    ChatModel(provider, budget=Budget(1)).ask(QUESTION)
    (seen,) = server.seen
    assert seen.path == "/openai/deployments/scripted/chat/completions?api-version=2025-01-01"
    assert seen.headers["api-key"] == "secret"
    assert "secret" not in repr(provider)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "socks5h://127.0.0.1:9"])
def test_a_socks_proxy_is_named(monkeypatch, proxy):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", proxy)
    provider = Provider("https://api.example/v1", MODEL, "sk-1234567890")
    with pytest.raises(ProviderUnusable, match="SOCKS proxy"):
        ChatModel(provider, budget=Budget(9)).ask(QUESTION)
    with pytest.raises(AnnotationError, match="SOCKS proxy"):
        first_model(provider)


def test_a_certificate_that_is_not_trusted_is_named(tmp_path):
    with (
        tls_server(tmp_path) as url,
        pytest.raises(ProviderUnusable, match=r"certificate is not trusted.*SSL_CERT_FILE"),
    ):
        chat_with(None, url=url).ask(QUESTION)


def test_a_server_that_does_not_speak_https_is_named(server):
    with pytest.raises(ProviderUnusable, match=r"does not speak https.*http://"):
        chat_with(server, url=server.url.replace("http:", "https:")).ask(QUESTION)
    assert not server.seen


def test_a_request_that_is_sent_again_is_the_same_to_a_server_that_knows_such(server):
    server.script.once = True
    server.script.faults = [Fault("slow", seconds=1.0)]
    assert '"red"' in chat_with(server, timeout=0.4).ask(QUESTION).text
    assert len({s.headers["idempotency-key"] for s in server.seen}) == 1
    server.script.faults = [Fault("500", retry_after="0")]
    chat_with(server).ask(prompts.label("the sky", "which colour?", COLOURS))
    assert len({s.headers["idempotency-key"] for s in server.seen}) == 3  # after an error it is to answer anew


ASKING = """
import sys
from pathlib import Path
from gst_core.annotate import prompts
from gst_core.annotate.asking import ask_once
from gst_core.annotate.budget import Budget
from gst_core.annotate.chat import ChatModel
from gst_core.annotate.provider import Provider
from gst_core.workspace import Answer, AnswerStatus, AnswerStore, ClassDefinition, LabelSet
colours = LabelSet((ClassDefinition("red"), ClassDefinition("blue")))
question = prompts.label("a rose", "which colour?", colours)
chat = ChatModel(Provider(sys.argv[1], "scripted", "k"), budget=Budget(9))
answer, _ = ask_once(question, lambda r: Answer(AnswerStatus.USABLE, r.text), chat, AnswerStore(Path(sys.argv[2])))
print(answer.content)
"""


def test_an_answer_is_paid_for_once_though_the_work_is_killed_while_it_is_under_way(server, store):
    server.script.once, server.script.seconds = True, 1.0
    command = [sys.executable, "-c", ASKING, server.url, str(store.path)]
    killed = subprocess.Popen(command)
    wait_until(lambda: server.seen)
    killed.kill()
    killed.wait()
    wait_until(lambda: server.paid)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert '"red"' in done.stdout
    assert len(server.seen) == 2
    assert len(server.paid) == 1


def wait_until(state):
    pause = threading.Event()
    while not state():
        pause.wait(0.01)


@contextmanager
def tls_server(folder: Path):
    """Run a server whose certificate nobody knows."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{folder}/key", "-out", f"{folder}/cert"]  # fmt: skip
    try:
        subprocess.run(made, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl makes the certificate, and is not here")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert", folder / "key")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}/v1"
