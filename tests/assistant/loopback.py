"""A language model on the loopback: a server that plays a script in a provider's dialect and keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Protocol

KEY = "sk-loopback-4711"

# ---- the script ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """One call of a tool; arguments given as text are sent as they are. Without an id it gets one."""

    name: Any
    arguments: Any
    id: Any = "call_{index}"

    @property
    def text(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments, ensure_ascii=False)

    def identity(self, index: int) -> Any:
        return self.id.format(index=index) if isinstance(self.id, str) else self.id


@dataclass(frozen=True)
class Says:
    """A message of the model: prose, calls of tools, or both; and the tokens that it is said to have cost."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    tokens_in: int = 1
    tokens_out: int = 1


@dataclass(frozen=True)
class Breaks:
    """An HTTP answer that is no completion."""

    status: int = 500
    body: str = '{"error": {"message": "the server is down"}}'
    content_type: str = "application/json"


Failure = Literal["authentication", "rate_limit", "overloaded", "server"]


@dataclass(frozen=True)
class Fails:
    """An error as the provider words it."""

    kind: Failure
    retry_after: int | None = None


@dataclass(frozen=True)
class Hangs:
    """Nothing comes until the server closes."""


@dataclass(frozen=True)
class Drips:
    """A message that comes byte by byte, each after a pause in seconds."""

    says: Says
    pause: float


@dataclass(frozen=True)
class Cuts:
    """A message whose second half never comes: the server closes the connection."""

    says: Says


Played = Says | Breaks | Fails | Hangs | Drips | Cuts
Script = Played | Callable[["Sent"], Played]


def calls(name: str, **arguments: Any) -> Says:
    return Says(calls=(Call(name, arguments),))


# ---- what a provider makes of it ----------------------------------------------------------------------------------------------


class Dialect(Protocol):
    """How a provider is addressed and how it answers.

    Attributes:
        provider: As in `HUAXIANG_MODEL`.
        path: Where completions are asked for.
        base: What a base URL has after host and port.
        key: The environment variable of the key.
    """

    provider: str
    path: str
    base: str
    key: str

    def completion(self, says: Says) -> str:
        """The body of a whole message."""
        ...

    def events(self, says: Says) -> Iterator[str]:
        """The same message as server-sent events."""
        ...

    def failure(self, fails: Fails) -> tuple[int, dict[str, Any]]:
        """Status and body of an error."""
        ...

    def fault(self, body: dict[str, Any]) -> str | None:
        """Why the provider would not take a request."""
        ...

    def told(self, body: dict[str, Any]) -> list[str]:
        """The results of tools that a request hands back, oldest first."""
        ...

    def calls_shown(self, body: dict[str, Any]) -> list[str]:
        """The names of the tools that the model is shown to have called, oldest first."""
        ...

    def key_of(self, headers: dict[str, str]) -> str | None:
        """The key that a request was sent with."""
        ...


class OpenAI:
    """The chat completions of OpenAI, as many other servers speak them."""

    provider, path, base, key = "openai", "/v1/chat/completions", "/v1", "OPENAI_API_KEY"

    def completion(self, says: Says) -> str:
        message: dict[str, Any] = {"role": "assistant", "content": says.text or None}
        if says.calls:
            message["tool_calls"] = [_call(call, index) for index, call in enumerate(says.calls)]
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if says.calls else "stop"}
        whole = {"id": "c", "object": "chat.completion", "created": 0, "model": "loopback", "choices": [choice]}
        return json.dumps({**whole, "usage": _usage(says)}, ensure_ascii=False)

    def events(self, says: Says) -> Iterator[str]:
        """Each call's arguments come in two pieces."""
        yield _chunk([_delta({"role": "assistant", "content": says.text})])
        for index, call in enumerate(says.calls):
            whole, half = _call(call, index), len(call.text) // 2
            head = {**whole, "index": index, "function": {**whole["function"], "arguments": call.text[:half]}}
            yield _chunk([_delta({"tool_calls": [head]})])
            yield _chunk([_delta({"tool_calls": [{"index": index, "function": {"arguments": call.text[half:]}}]})])
        yield _chunk([_delta({}, "tool_calls" if says.calls else "stop")])
        yield _chunk([], usage=_usage(says))
        yield "data: [DONE]\n\n"

    def failure(self, fails: Fails) -> tuple[int, dict[str, Any]]:
        status = {"authentication": 401, "rate_limit": 429, "overloaded": 503, "server": 500}[fails.kind]
        said = f"Incorrect API key provided: {KEY}" if fails.kind == "authentication" else f"{fails.kind}, try again later"
        return status, {"error": {"message": said, "type": f"{fails.kind}_error", "param": None, "code": None}}

    def fault(self, body: dict[str, Any]) -> str | None:
        waiting: list[Any] = []
        for message in body["messages"]:
            if message["role"] == "tool":
                if message.get("tool_call_id") not in waiting:
                    return "a tool message answers no call"
                waiting.remove(message["tool_call_id"])
                continue
            if waiting:
                return "a tool call has no answer"
            waiting = [call["id"] for call in message.get("tool_calls") or ()]
        return "a tool call has no answer" if waiting else None

    def told(self, body: dict[str, Any]) -> list[str]:
        return [str(message["content"]) for message in body["messages"] if message["role"] == "tool"]

    def calls_shown(self, body: dict[str, Any]) -> list[str]:
        return [call["function"]["name"] for message in body["messages"] for call in message.get("tool_calls") or ()]

    def key_of(self, headers: dict[str, str]) -> str | None:
        return bearer(headers)


OPENAI = OpenAI()


def bearer(headers: dict[str, str]) -> str | None:
    return headers.get("authorization", "").removeprefix("Bearer ") or None


def _call(call: Call, index: int) -> dict[str, Any]:
    return {"id": call.identity(index), "type": "function", "function": {"name": call.name, "arguments": call.text}}


def _usage(says: Says) -> dict[str, int]:
    total = says.tokens_in + says.tokens_out
    return {"prompt_tokens": says.tokens_in, "completion_tokens": says.tokens_out, "total_tokens": total}


def _delta(delta: dict[str, Any], end: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": end}


def _chunk(choices: list[dict[str, Any]], **more: Any) -> str:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "loopback", "choices": choices, **more}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def environment(url: str, seconds: float = 5, dialect: Dialect = OPENAI) -> dict[str, str]:
    """What configures a server as the model."""
    return {
        "HUAXIANG_MODEL": f"{dialect.provider}:loopback",
        "HUAXIANG_MODEL_URL": url,
        "HUAXIANG_MODE": "model",
        "HUAXIANG_MODEL_SECONDS": str(seconds),
        dialect.key: KEY,
        "NO_PROXY": "127.0.0.1",
    }


# ---- the server ---------------------------------------------------------------------------------------------------------------


@dataclass
class Sent:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    text: str
    dialect: Dialect = OPENAI
    body: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.body["messages"]

    @property
    def told(self) -> list[str]:
        return self.dialect.told(self.body)

    @property
    def calls_shown(self) -> list[str]:
        return self.dialect.calls_shown(self.body)

    @property
    def key(self) -> str | None:
        return self.dialect.key_of({name.lower(): value for name, value in self.headers.items()})


class Loopback:
    """Serves on 127.0.0.1 while open. The last reply of the script is played again when no more are left.

    Like the provider, it takes no conversation in which a call has no answer.
    """

    def __init__(self, *script: Script, dialect: Dialect = OPENAI) -> None:
        self.script = list(script)
        self.dialect = dialect
        self.sent: list[Sent] = []
        self.faults: list[str] = []
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Loopback:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{self.dialect.base}"

    def next_for(self, sent: Sent) -> Played:
        with self._lock:
            self.sent.append(sent)
            fault = self.dialect.fault(sent.body)
            if fault is not None:
                self.faults.append(fault)
                return Breaks(400, json.dumps({"error": {"type": "invalid_request_error", "message": fault}}))
            played = self.script[min(len(self.sent), len(self.script)) - 1]
        return played(sent) if callable(played) else played

    def wait(self, seconds: float = 30) -> bool:
        """Whether the server closes within so long."""
        return self._closing.wait(seconds)


def _handler(loopback: Loopback) -> type[BaseHTTPRequestHandler]:
    dialect = loopback.dialect

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8")
            sent = Sent(self.path, dict(self.headers.items()), text, dialect, json.loads(text))
            if self.path != dialect.path:
                self._write(404, "application/json", '{"error": {"message": "no such path"}}')
                return
            self._play(loopback.next_for(sent), sent)

        def _play(self, played: Played, sent: Sent) -> None:
            match played:
                case Hangs():
                    loopback.wait()
                case Breaks(status=status, body=body, content_type=content_type):
                    self._write(status, content_type, body)
                case Fails():
                    status, error = dialect.failure(played)
                    waiting = {} if played.retry_after is None else {"retry-after": str(played.retry_after)}
                    self._write(status, "application/json", json.dumps(error), **waiting)
                case Says():
                    self._write(200, *_body(dialect, played, sent))
                case Drips(says=says, pause=pause):
                    self._drip(*_body(dialect, says, sent), pause)
                case Cuts(says=says):
                    content_type, body = _body(dialect, says, sent)
                    data = body.encode("utf-8")
                    self._head(200, content_type, len(data))
                    self.wfile.write(data[: len(data) // 2])

        def _write(self, status: int, content_type: str, body: str, **headers: str) -> None:
            data = body.encode("utf-8")
            self._head(status, content_type, len(data), **headers)
            self.wfile.write(data)

        def _drip(self, content_type: str, body: str, pause: float) -> None:
            data = body.encode("utf-8")
            self._head(200, content_type, len(data))
            try:
                for at in range(len(data)):
                    self.wfile.write(data[at : at + 1])
                    self.wfile.flush()
                    if loopback.wait(pause):
                        return
            except OSError:
                return  # the client has had enough

        def _head(self, status: int, content_type: str, length: int, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": content_type, "Content-Length": str(length), **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is printed."""

    return Handler


def _body(dialect: Dialect, says: Says, sent: Sent) -> tuple[str, str]:
    """Content type and text of a message, whole or as a stream, as it was asked for."""
    if sent.body.get("stream"):
        return "text/event-stream", "".join(dialect.events(says))
    return "application/json", dialect.completion(says)
