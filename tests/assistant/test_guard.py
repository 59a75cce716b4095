"""Who may talk to the server, asked of a guard that stands before an application of two lines."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from assistant.chat.guard import SECRET_LENGTH, Guard, kept_secret

COOKIE = "huaxiang_8000"
SOCKET = "ws://127.0.0.1:8000/ws"
PAGE = {"accept": "text/html,application/xhtml+xml"}


def answers(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.headers.get("cookie", ""))


async def listens(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("heard")
    await socket.close()


def guarded(port: int = 8000, host: str = "127.0.0.1:8000") -> TestClient:
    """A guard whose one good token is `good`."""
    routes = [Route("/{path:path}", answers, methods=["GET", "POST"]), WebSocketRoute("/ws", listens)]
    app = Guard(Starlette(routes=routes), port=port, cookie=COOKIE, token=lambda: "good", known=lambda value: value == "good")
    return TestClient(app, f"http://{host}")


class TestAddress:
    @pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LocalHost:8000"])
    def test_our_own_names_with_our_port_are_served(self, host: str) -> None:
        assert guarded(host=host).get("/").status_code == 200

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "evil.example:8000", "127.0.0.1:8001", "127.0.0.1.evil.example:8000", ""]
    )
    def test_all_others_are_turned_away(self, host: str) -> None:
        got = guarded().get("/", headers={"host": host})
        assert got.status_code == 400
        assert got.text == "This chat answers under its own address only."

    def test_on_the_port_of_the_web_the_bare_names_are_ours_as_well(self) -> None:
        assert guarded(80, "localhost").get("/").status_code == 200

    @pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://localhost:8000"])
    def test_a_page_of_ours_may_ask(self, origin: str) -> None:
        assert guarded().post("/", headers={"origin": origin}).status_code == 200

    @pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1:8000", "http://127.0.0.1:8001", "null", ""])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_page_of_another_site_may_not(self, origin: str, method: str) -> None:
        assert guarded().request(method, "/", headers={"origin": origin}).status_code == 400

    def test_the_same_holds_for_a_websocket(self) -> None:
        with guarded().websocket_connect(SOCKET) as socket:
            assert socket.receive_text() == "heard"
        for headers in ({"origin": "http://evil.example"}, {"host": "evil.example"}):
            with pytest.raises(WebSocketDisconnect) as closed, guarded().websocket_connect(SOCKET, headers=headers):
                pass
            assert closed.value.code == 1008


class TestCookie:
    def test_a_page_signs_its_reader_in(self) -> None:
        got = guarded().get("/", headers=PAGE)
        assert got.headers["set-cookie"].startswith(f"{COOKIE}=good; HttpOnly; SameSite=Lax; Path=/; Max-Age=")

    def test_one_that_is_known_is_left_as_it_is(self) -> None:
        assert "set-cookie" not in guarded().get("/", headers=PAGE | {"cookie": f"a=b; {COOKIE}=good"}).headers

    def test_one_that_is_not_ours_is_replaced(self) -> None:
        assert "set-cookie" in guarded().get("/", headers=PAGE | {"cookie": f"{COOKIE}=old; huaxiang_1=good"}).headers

    @pytest.mark.parametrize(("method", "accept"), [("GET", "application/json"), ("GET", "*/*"), ("POST", "text/html")])
    def test_what_is_no_page_gives_none(self, method: str, accept: str) -> None:
        assert "set-cookie" not in guarded().request(method, "/", headers={"accept": accept}).headers

    def test_a_request_that_is_turned_away_gives_none(self) -> None:
        assert "set-cookie" not in guarded().get("/", headers=PAGE | {"host": "evil.example"}).headers


def test_every_answer_says_that_nothing_is_loaded_from_elsewhere_and_no_site_may_frame_it() -> None:
    got = guarded().get("/")
    rules = dict(rule.split(" ", 1) for rule in got.headers["content-security-policy"].split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert "ws://127.0.0.1:8000" in rules["connect-src"] and "ws://localhost:8000" in rules["connect-src"]
    assert not any("http" in value or "*" in value for value in rules.values())
    assert (got.headers["x-frame-options"], got.headers["x-content-type-options"]) == ("DENY", "nosniff")


class TestSecret:
    def test_it_is_long_and_its_owners_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "state" / "secret"
        assert len(kept_secret(path)) >= SECRET_LENGTH
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_it_is_made_once(self, tmp_path: Path) -> None:
        path = tmp_path / "secret"
        assert kept_secret(path) == kept_secret(path)
        assert [each.name for each in tmp_path.iterdir()] == ["secret"]

    def test_one_that_others_could_read_is_closed(self, tmp_path: Path) -> None:
        path = tmp_path / "secret"
        made = kept_secret(path)
        path.chmod(0o644)
        assert kept_secret(path) == made
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    @pytest.mark.parametrize("left", ["", "short", " \n"])
    def test_one_that_is_too_short_is_made_anew(self, tmp_path: Path, left: str) -> None:
        path = tmp_path / "secret"
        path.write_text(left, "utf-8")
        assert len(kept_secret(path)) >= SECRET_LENGTH

    def test_several_that_begin_at_once_leave_one_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "secret"
        threads = [threading.Thread(target=kept_secret, args=(path,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(path.read_text("utf-8")) >= SECRET_LENGTH
        assert [each.name for each in tmp_path.iterdir()] == ["secret"]
