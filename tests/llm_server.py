"""A language model that follows a script: a real HTTP server with the protocol of OpenAI's chat completions.

It answers by an oracle (text -> class, wrong for a share of the texts), puts a fault of the script in the place of an
answer now and then, and records every request that reaches it.
"""

import hashlib
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "scripted"
NONE_OF_THESE = "none of these"
REFUSALS = {
    "no-schema": ("response_format", "'response_format' of type json_schema is not supported"),
    "no-logprobs": ("logprobs", "logprobs are not supported by this model"),
    "no-max-tokens": ("max_tokens", "'max_tokens' is not supported, use 'max_completion_tokens' instead"),
}


@dataclass(frozen=True)
class Fault:
    """What happens to a request in the place of an answer.

    `kind` is one of: "429", "500", "401", "slow", "malformed" (prose for an answer), "no-json" (a body
    that is none), "out-of-set", "truncated", "dropped" (the connection ends in the middle of the body),
    "filtered" (400, as Azure's filter does), "refusal" (a message of refusal), "page" (a web page), "404", or one of
    `REFUSALS`.
    """

    kind: str
    retry_after: str | None = None
    seconds: float = 1.0


@dataclass(frozen=True)
class Seen:
    """A request as it came: the question's kind, the document in it, the whole body, and what was done to it."""

    kind: str
    document: str
    body: dict
    authorization: str
    fault: str
    path: str = "/v1/chat/completions"
    headers: dict = field(default_factory=dict)


Answerer = Callable[[str, str, dict], dict | str]


@dataclass
class Script:
    """What the server does.

    Attributes
    ----------
    truth : mapping of document to class
        The oracle's; a document that is not there is none of these.
    wrong : float
        Share of the documents that get another class; always the same ones.
    faults : list of Fault or None
        For the first requests, one by one; None is an answer.
    fault_for : callable, optional
        From a request's kind and document to its fault.
    seconds : float
        That every answer takes.
    answer : callable, optional
        From kind, document and body to what is answered, in the oracle's place.
    usage : bool
        Whether answers say how many tokens they took.
    models : tuple of str
        That the server lists.
    thought : str
        What the model thinks aloud before its answer; it takes a token a letter, and an answer that has no room is cut.
    once : bool
        Whether a request with the `Idempotency-Key` of an earlier one gets that one's answer, and costs nothing.
    """

    truth: Mapping[str, str] = field(default_factory=dict)
    wrong: float = 0.0
    faults: list[Fault | None] = field(default_factory=list)
    fault_for: Callable[[str, str], Fault | None] | None = None
    seconds: float = 0.0
    answer: Answerer | None = None
    usage: bool = True
    models: tuple[str, ...] = (MODEL,)
    thought: str = ""
    once: bool = False


class ScriptedServer:
    """A running server; `seen` is what came, in order, and `script` can be changed while it runs."""

    def __init__(self, script: Script, port: int = 0) -> None:
        self.script = script
        self.seen: list[Seen] = []
        self.paid: list[str] = []
        self.kept: dict[str, dict] = {}
        self.lock = threading.Lock()
        self.http = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self.http.scripted = self
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}/v1"

    def documents(self, kind: str = "label") -> list[str]:
        """Return the documents that were asked about, with repetitions."""
        return [s.document for s in self.seen if s.kind == kind]

    def answered(self, kind: str = "label") -> list[str]:
        """Return the documents whose question got a whole answer."""
        return [
            s.document for s in self.seen if s.kind == kind and s.fault in ("", "malformed", "out-of-set", "truncated")
        ]


@contextmanager
def scripted_server(script: Script | None = None, port: int = 0):
    """Run a server for the length of a block."""
    server = ScriptedServer(script or Script(), port)
    server.thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        models = self.server.scripted.script.models
        self._send(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in models]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kind, document = _kind(body), _document(body)
        with self.server.scripted.lock:
            script = self.server.scripted.script
            fault = script.faults.pop(0) if script.faults else None
            if fault is None and script.fault_for is not None:
                fault = script.fault_for(kind, document)
            authorization = self.headers.get("Authorization", "")
            self.server.scripted.seen.append(
                Seen(
                    kind,
                    document,
                    body,
                    authorization,
                    fault.kind if fault else "",
                    self.path,
                    {k.lower(): v for k, v in self.headers.items()},
                )
            )
        self.key = self.headers.get("Idempotency-Key", "") if script.once else ""
        with self.server.scripted.lock:
            kept = self.server.scripted.kept.get(self.key)
        if kept is not None:
            self._send(200, kept)
            return
        time.sleep(script.seconds)
        answer = (script.answer or oracle(script))(kind, document, body)
        content = answer if isinstance(answer, str) else json.dumps(answer)
        self._act(fault, body, content)

    def _act(self, fault, body, content):
        kind = fault.kind if fault else ""
        if kind in ("429", "500"):
            headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
            self._send(int(kind), {"error": {"message": "try later", "code": None}}, headers)
        elif kind == "401":
            sent = self.headers.get("Authorization", "")
            self._send(401, {"error": {"message": f"Incorrect API key provided: {sent}", "code": "invalid"}})
        elif kind in REFUSALS:
            self._refuse(body, content, *REFUSALS[kind])
        elif kind == "no-json":
            self._raw(b"{ this is no JSON")
        elif kind == "dropped":
            self._drop(content)
        elif kind == "filtered":
            said = "The response was filtered due to the prompt triggering Azure's content management policy."
            self._send(400, {"error": {"message": said, "code": "content_filter", "param": "prompt"}})
        elif kind == "page":
            self._raw(b"<!doctype html><title>Welcome</title>", content_type="text/html")
        elif kind == "404":
            self._send(404, {"error": {"message": "Not Found"}})
        else:
            self._answer_badly(fault, kind, body, content)

    def _answer_badly(self, fault, kind, body, content):
        if kind == "slow":
            time.sleep(fault.seconds)
        if kind == "malformed":
            content = "I would rather talk about the weather than answer this question for you today."
        if kind == "out-of-set":
            content = json.dumps({"label": "something else entirely", "confidence": 0.9})
        thought = self.server.scripted.script.thought
        room = body.get("max_tokens") or body.get("max_completion_tokens") or 0
        if kind == "refusal":
            self._answer("", refusal="I cannot help with that.")
        elif thought and len(thought) > room:
            self._answer(f"<think>{thought}"[:room], "length")
        elif thought:
            self._answer(f"<think>{thought}</think>\n\n{content}")
        elif kind == "truncated":
            self._answer(content[: len(content) // 4], "length")
        else:
            self._answer(content)

    def _refuse(self, body, content, part, message):
        if part in body:
            self._send(400, {"error": {"message": message, "param": part, "code": "unsupported_value"}})
        else:
            self._answer(content)

    def _answer(self, content, finish="stop", refusal=None):
        body = _completion(content, finish, self.server.scripted.script.usage)
        body["choices"][0]["message"]["refusal"] = refusal
        with self.server.scripted.lock:
            self.server.scripted.paid.append(content)
            if self.key:
                self.server.scripted.kept[self.key] = body
        self._send(200, body)

    def _drop(self, content):
        data = json.dumps(_completion(content, "stop", True)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.wfile.flush()
        # closing with linger 0 sends a reset, as a server that crashes does
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _send(self, status, body, headers=()):
        self._raw(json.dumps(body).encode(), status, headers)

    def _raw(self, data, status=200, headers=(), content_type="application/json"):
        try:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(data)))
            for name, value in dict(headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has given up

    def finish(self):
        with suppress(OSError, ValueError):  # dropped on purpose
            super().finish()


def oracle(script: Script) -> Answerer:
    """Answer by the truth; statements and names are the class of the document and of the most statements."""

    def answer(kind: str, document: str, body: dict) -> dict | str:
        if kind == "label":
            choices = _choices(body)
            name = script.truth.get(document, NONE_OF_THESE)
            if script.wrong and _share(document) < script.wrong:
                others = [c for c in choices if c not in (name, NONE_OF_THESE)]
                name = others[int(_share(document + "?") * len(others))]
            return {"label": name, "confidence": 0.9}
        if kind == "statement":
            return {"statement": script.truth.get(document, "nothing in particular")}
        if kind == "group":
            said = json.loads(document)
            return {"name": max(set(said), key=said.count), "definition": f"Texts about {said[0]}."}
        return {"same": []}

    return answer


def _kind(body: dict) -> str:
    """Return the kind of question, by its schema, or by its words where the schema was left out."""
    if "response_format" in body:
        return body["response_format"]["json_schema"]["name"]
    system = body["messages"][0]["content"]
    signs = {'"label"': "label", '"statement"': "statement", '"definition"': "group", '"same"': "synonyms"}
    return next((kind for sign, kind in signs.items() if sign in system), "other")


def _document(body: dict) -> str:
    """Return the document, or for a group the JSON list of statements."""
    found = re.search(r"<document>\n(.*)\n</document>", body["messages"][-1]["content"], re.DOTALL)
    value = json.loads(found[1]) if found else ""
    return value if isinstance(value, str) else json.dumps(value)


def _choices(body: dict) -> list[str]:
    if "response_format" in body:
        return body["response_format"]["json_schema"]["schema"]["properties"]["label"]["enum"]
    return [json.loads(line) for line in re.findall(r'^- ("(?:[^"\\]|\\.)*")', body["messages"][-1]["content"], re.M)]


def _share(text: str) -> float:
    """Return a number of 0..1 that is always the same for a text."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 16**8


def _completion(content: str, finish: str, usage: bool) -> dict:
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}],
    }
    if usage:
        body["usage"] = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    return body
