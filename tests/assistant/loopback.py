"""A language model on the loopback: an OpenAI-compatible server that plays a script and keeps what it was sent."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call of a tool; arguments given as text are sent as they are."""

    name: str
    arguments: dict[str, Any] | str

    def as_json(self, index: int) -> dict[str, Any]:
        text = self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments, ensure_ascii=False)
        return {"id": f"call_{index}", "type": "function", "function": {"name": self.name, "arguments": text}}


@dataclass(frozen=True)
class Says:
    """A message of the model: prose, calls of tools, or both."""

    text: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Breaks:
    """An HTTP answer that is no completion."""

    status: int = 500
    body: str = '{"error": {"message": "the server is down"}}'


@dataclass(frozen=True)
class Hangs:
    """Nothing comes until the server closes."""


Played = Says | Breaks | Hangs


def calls(name: str, **arguments: Any) -> Says:
    return Says(calls=(Call(name, arguments),))


@dataclass
class Sent:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    text: str
    body: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.body["messages"]


class Loopback:
    """Serves on 127.0.0.1 while open. The last reply of the script is played again when no more are left."""

    def __init__(self, *script: Played) -> None:
        self.script = list(script)
        self.sent: list[Sent] = []
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
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def next_for(self, sent: Sent) -> Played:
        with self._lock:
            self.sent.append(sent)
            return self.script[min(len(self.sent), len(self.script)) - 1]

    def wait_for_end(self) -> None:
        self._closing.wait(30)


def _handler(loopback: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8")
            sent = Sent(self.path, dict(self.headers.items()), text, json.loads(text))
            if self.path != "/v1/chat/completions":
                self._write(404, "application/json", '{"error": {"message": "no such path"}}')
                return
            played = loopback.next_for(sent)
            match played:
                case Hangs():
                    loopback.wait_for_end()
                case Breaks(status=status, body=body):
                    self._write(status, "application/json", body)
                case Says() if sent.body.get("stream"):
                    self._write(200, "text/event-stream", _streamed(played))
                case Says():
                    self._write(200, "application/json", json.dumps(_completion(played), ensure_ascii=False))

        def _write(self, status: int, kind: str, body: str) -> None:
            data = body.encode("utf-8")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is printed."""

    return Handler


def _completion(says: Says) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": says.text or None}
    if says.calls:
        message["tool_calls"] = [call.as_json(index) for index, call in enumerate(says.calls)]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if says.calls else "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {"id": "c", "object": "chat.completion", "created": 0, "model": "loopback", "choices": [choice], "usage": usage}


def _streamed(says: Says) -> str:
    """The same as server-sent events, with each call's arguments in two pieces."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": says.text}]
    for index, call in enumerate(says.calls):
        whole = call.as_json(index)
        arguments = whole["function"]["arguments"]
        half = len(arguments) // 2
        head = {**whole, "index": index, "function": {**whole["function"], "arguments": arguments[:half]}}
        deltas.append({"tool_calls": [head]})
        deltas.append({"tool_calls": [{"index": index, "function": {"arguments": arguments[half:]}}]})
    chunks = [_chunk(delta, None) for delta in deltas] + [_chunk({}, "tool_calls" if says.calls else "stop")]
    return "".join(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


def _chunk(delta: dict[str, Any], end: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": end}
    return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "loopback", "choices": [choice]}
