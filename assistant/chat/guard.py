"""Who may talk to the server: this machine's pages, and nobody whom another site sends."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION_DAYS = 15
SECRET_LENGTH = 48


class Guard:
    """Turns away what does not come from our own address, and sends rules with every page.

    A web page of another site can reach 127.0.0.1: under a host name of its own that points here (so the Host header is
    held to our names and port), or directly (so the Origin is).

    Args:
        port: Where we listen.
        token: Makes a sign-in token for the one local user.
        known: Whether a token is one of ours and still good.
        cookie: The name of the cookie that holds it.
    """

    def __init__(self, app: ASGIApp, port: int, cookie: str, token: Callable[[], str], known: Callable[[str], bool]) -> None:
        self._app, self._cookie, self._token, self._known = app, cookie, token, known
        self._hosts = {f"{name}:{port}" for name in ("localhost", "127.0.0.1")}
        if port == 80:
            self._hosts |= {"localhost", "127.0.0.1"}
        self._origins = {f"http://{host}" for host in self._hosts}
        self._rules = _rules(self._hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._is_ours(headers):
            await _turned_away(scope, receive, send)
            return
        signs_in = scope["type"] == "http" and self._is_page(scope, headers) and not self._is_known(headers)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in self._rules.items():
                    answer[name] = value
                if signs_in:
                    rules = f"HttpOnly; SameSite=Lax; Path=/; Max-Age={SESSION_DAYS * 86_400}"
                    answer.append("set-cookie", f"{self._cookie}={self._token()}; {rules}")
            await send(message)

        await self._app(scope, receive, sending)

    def _is_ours(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        return headers.get("host", "").lower() in self._hosts and (origin is None or origin.lower() in self._origins)

    def _is_page(self, scope: Scope, headers: Headers) -> bool:
        return scope["method"] == "GET" and "text/html" in headers.get("accept", "")

    def _is_known(self, headers: Headers) -> bool:
        pairs = [pair.strip().partition("=") for pair in headers.get("cookie", "").split(";")]
        return any(name == self._cookie and self._known(value) for name, _, value in pairs)


def _rules(hosts: set[str]) -> dict[str, str]:
    """Headers of every answer: nothing is loaded from elsewhere, and no other site may frame or read our pages."""
    sockets = " ".join(sorted(f"ws://{host}" for host in hosts))
    policy = {
        "default-src": "'self'",
        # The page compiles its elements in the browser, and styles parts of itself in place.
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' data: blob: {sockets}",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }


async def _turned_away(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await PlainTextResponse("This chat answers under its own address only.", 400)(scope, receive, send)


def kept_secret(path: Path) -> str:
    """The key that sign-in tokens are signed with: made once, and readable by its owner alone.

    Raises:
        OSError: the state folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if len(_read(path)) < SECRET_LENGTH:
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".new")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(SECRET_LENGTH))
        Path(draft).replace(path)
    path.chmod(0o600)
    return _read(path)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
