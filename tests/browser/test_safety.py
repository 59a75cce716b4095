"""Who is served: pages of this machine that carry our own cookie, and each owner alone with what is theirs."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Asker
from playwright.sync_api import expect

from assistant.conversation import Turn
from assistant.state import conversations
from browser.conftest import Opens, Server, beside, huaxiang

pytestmark = pytest.mark.browser

PAGE = {"Accept": "text/html"}
OURS = (
    "GET /",
    "GET /health",
    "GET /project/settings",
    "POST /project/threads",
    "GET /answers/x/0/rows",
    "GET /public/style.css",
)
SECRET_PATHS = [
    ("GET", "/about"),
    ("GET", "/answers/{}/0/menu?chip=metric"),
    ("GET", "/answers/{}/0/figure"),
    ("GET", "/answers/{}/0/rows"),
    ("GET", "/answers/{}/0/looks?row=0"),
    ("GET", "/answers/{}/0/table.csv"),
    ("GET", "/answers/{}/0/answer.xlsx"),
    ("POST", "/answers/{}/0/feedback"),
    ("POST", "/answers/{}/0/meant"),
    ("GET", "/conversations/{}/export.html"),
    ("GET", "/project/thread/{}"),
    ("POST", "/project/threads"),
    ("GET", "/project/settings"),
    ("GET", "/user"),
]
"""What holds data, or says something of the viewer."""


def cookie(server: Server) -> str:
    """The cookie that a page of ours gets."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAccept: text/html\r\nConnection: close\r\n\r\n".encode()
        )
        said = b""
        while part := line.recv(65536):
            said += part
    (found,) = [each for each in said.split(b"\r\n") if each.lower().startswith(b"set-cookie: huaxiang_")]
    assert b"HttpOnly" in found and b"SameSite=Lax" in found
    return found.split(b": ")[1].split(b";")[0].decode()


def handshake(server: Server, host: str | None = None, **headers: str) -> int:
    """The status with which a websocket is opened, or not."""
    named = {"Host": host or f"127.0.0.1:{server.port}", "Connection": "Upgrade", "Upgrade": "websocket"}
    named |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(f"GET /ws/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{lines}\r\n".encode())
        return int(line.recv(64).split()[1])


class TestAddress:
    def test_health_names_what_is_served(self, server: Server) -> None:
        status, body = server.get("/health")
        assert status == 200
        assert json.loads(body).items() >= {"status": "ok", "workspace": "complete_journey"}.items()

    @pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "LOCALHOST"])
    def test_the_names_of_this_machine_are_served(self, server: Server, name: str) -> None:
        assert server.get("/health", Host=f"{name}:{server.port}")[0] == 200

    @pytest.mark.parametrize(
        "host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "127.0.0.1:1", "[::1]:{port}"]
    )
    def test_a_request_under_another_host_name_is_turned_away_everywhere(self, server: Server, host: str) -> None:
        for each in OURS:
            method, path = each.split()
            assert server.send(method, path, Host=host.format(port=server.port))[0] == 400
        assert handshake(server, host=host.format(port=server.port)) == 403

    @pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "null"])
    def test_a_request_from_another_sites_page_is_turned_away_even_with_our_cookie(self, server: Server, origin: str) -> None:
        ours, origin = cookie(server), origin.format(port=server.port)
        for method, path in [
            ("GET", "/user"),
            ("POST", "/project/threads"),
            ("POST", f"/answers/{uuid.uuid4()}/0/feedback"),
            ("DELETE", "/project/thread"),
            ("POST", "/logout"),
        ]:
            assert server.send(method, path, b"{}", Origin=origin, Cookie=ours, Content_Type="application/json")[0] == 400
        assert handshake(server, Origin=origin, Cookie=ours) == 403

    def test_our_own_page_is_let_in(self, server: Server) -> None:
        ours = cookie(server)
        assert server.get("/user", Cookie=ours)[0] == 200
        assert server.get("/user", Cookie=ours, Origin=server.address)[0] == 200
        assert handshake(server, Origin=server.address, Cookie=ours) == 101

    def test_another_host_to_listen_on_is_refused_with_the_reason(self, server: Server) -> None:
        command = huaxiang("chat", "--host", "0.0.0.0")
        done = subprocess.run(command, env=server.env, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "there is no sign-in yet, so the chat listens on 127.0.0.1 only" in " ".join(done.stderr.split())

    def test_no_other_site_may_frame_a_page_or_load_a_part_of_it(self, open_chat: Opens, server: Server) -> None:
        response = open_chat("en").page.request.get(server.address, headers=PAGE)
        policy = response.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "default-src 'self'" in policy
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        assert response.headers["x-content-type-options"] == "nosniff"


class TestCookie:
    @pytest.mark.parametrize(("method", "path"), SECRET_PATHS, ids=[path for _, path in SECRET_PATHS])
    @pytest.mark.parametrize("kind", ["none", "forged"])
    def test_without_it_there_is_no_data(self, server: Server, method: str, path: str, kind: str) -> None:
        forged = "eyJhbGciOiJub25lIn0.eyJpZGVudGlmaWVyIjoibG9jYWwifQ."
        headers = {"Cookie": f"huaxiang_{server.port}={forged}"} if kind == "forged" else {}
        body = b"{}" if method == "POST" else None
        assert server.send(method, path.format(uuid.uuid4()), body, Content_Type="application/json", **headers)[0] == 401

    def test_only_pages_are_given_one(self, open_chat: Opens, server: Server) -> None:
        del open_chat
        for path in ("/health", "/public/style.css", "/project/translations?language=en-US"):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
                line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n".encode())
                assert b"set-cookie" not in line.recv(4096).lower()


class TestSecret:
    def test_it_is_its_owners_alone_and_stays_over_a_restart(self, second: Server) -> None:
        path = second.home / "chat_secret"
        secret, ours = path.read_text("utf-8"), cookie(second)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(secret) >= 48
        assert second.get("/user", Cookie=ours)[0] == 200
        second.restart()
        assert path.read_text("utf-8") == secret
        assert second.get("/user", Cookie=ours)[0] == 200, "a page that was open is known again"

    def test_a_cookie_of_another_chat_on_this_machine_is_none_of_ours(self, server: Server, tmp_path: Path) -> None:
        from assistant.chat.guard import kept_secret

        assert kept_secret(tmp_path / "one") != kept_secret(tmp_path / "other")
        assert server.get("/user", Cookie=cookie(server).replace(f"huaxiang_{server.port}", "huaxiang_1"))[0] == 401


@pytest.fixture(scope="module")
def second(demo: Asker, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same data served to somebody in another role."""
    del demo
    running = Server(home, tmp_path_factory.mktemp("second") / "output.txt", role="marketer")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def theirs(demo: Asker, server: Server) -> str:
    """A conversation of the analyst."""
    conversation, reply = str(uuid.uuid4()), beside(lambda: demo.ask("Sales by department in November"))
    kept = server.conversations(demo.runtime)
    kept.started(conversation, 0, "Sales by department in November", "x")
    turn = Turn(question="Sales by department in November", outcome="answered", request=reply.plan, reading=reply.reading)
    kept.finished(conversation, 0, turn, reply)
    assert server.get(f"/project/thread/{conversation}", Cookie=cookie(server))[0] == 200
    return conversation


class TestRetention:
    def test_what_nobody_asked_in_for_a_year_is_gone_after_a_start_and_the_rest_is_there(
        self, server: Server, second: Server, demo: Asker, theirs: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept, old = second.conversations(demo.runtime), str(uuid.uuid4())
        with monkeypatch.context() as then:
            moment = (datetime.now(UTC) - timedelta(days=366)).isoformat(timespec="microseconds")
            then.setattr(conversations, "now", lambda: moment)
            kept.started(old, 0, "Sales by department in November", "x")
        assert kept.named(old) is not None
        second.restart()
        until = time.monotonic() + 20
        while kept.named(old) is not None and time.monotonic() < until:
            time.sleep(0.1)
        assert kept.named(old) is None
        assert server.conversations(demo.runtime).named(theirs) is not None


class TestOwners:
    @pytest.mark.parametrize(("method", "path"), [each for each in SECRET_PATHS if "{}" in each[1]], ids=lambda each: each)
    def test_a_conversation_of_another_owner_is_not_there(self, second: Server, theirs: str, method: str, path: str) -> None:
        body = {"feedback": b'{"kind": "up"}', "meant": b'{"text": "sales"}'}.get(path.rpartition("/")[2])
        status, said = second.send(method, path.format(theirs), body, Cookie=cookie(second), Content_Type="application/json")
        assert status == 404
        assert "department" not in said

    def test_it_is_neither_listed_nor_renamed_nor_deleted_nor_opened(
        self, server: Server, second: Server, demo: Asker, theirs: str
    ) -> None:
        ours = {"Cookie": cookie(second), "Content_Type": "application/json"}
        asked = json.dumps({"pagination": {"first": 50}, "filter": {}}).encode()
        status, listed = second.send("POST", "/project/threads", asked, **ours)
        assert status == 200 and theirs not in listed
        assert theirs in server.send("POST", "/project/threads", asked, Cookie=cookie(server), Content_Type="application/json")[1]
        renamed = json.dumps({"threadId": theirs, "name": "mine"}).encode()
        assert second.send("PUT", "/project/thread", renamed, **ours)[0] == 404
        assert second.send("DELETE", "/project/thread", json.dumps({"threadId": theirs}).encode(), **ours)[0] == 404
        assert second.get(f"/project/share/{theirs}", **ours)[0] == 404
        kept = server.conversations(demo.runtime).named(theirs)
        assert kept is not None and kept.title == "Sales by department in November"


class TestUpload:
    def test_a_file_that_is_sent_is_refused(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        sessions: list[str] = []
        chat.page.on(
            "request", lambda request: sessions.append(request.post_data or "") if "set-session" in request.url else None
        )
        chat.page.reload()
        chat.starters.first.wait_for()
        chat.ask("Orders in November")
        session = json.loads(sessions[-1])["session_id"]
        body = {"file": {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"}}
        answer = chat.page.request.post(
            f"{chat.server.address}/project/file?session_id={session}", multipart=body, headers={"Origin": chat.server.address}
        )
        assert answer.status == 400
        assert answer.json()["detail"] == "File upload is not enabled"

    def test_there_is_no_button_for_it_and_a_file_that_is_dropped_goes_nowhere(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        expect(chat.page.locator("#upload-button, input[type=file]")).to_have_count(0)
        chat.page.evaluate(
            """() => {
                const files = new DataTransfer();
                files.items.add(new File(['hello'], 'a.txt', { type: 'text/plain' }));
                for (const kind of ['dragenter', 'dragover', 'drop']) {
                    for (const place of ['#chat-input', '#welcome-screen']) {
                        const event = new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true });
                        document.querySelector(place).dispatchEvent(event);
                    }
                }
                const pasted = new ClipboardEvent('paste', { clipboardData: files, bubbles: true, cancelable: true });
                document.querySelector('#chat-input').dispatchEvent(pasted);
            }"""
        )
        chat.page.wait_for_timeout(500)
        expect(chat.page.locator("[data-sonner-toast]")).to_have_count(0)
        chat.ask("Orders in November")
        expect(chat.page.get_by_text("a.txt")).to_have_count(0)
        assert not [url for url in chat.heard.addresses if "/project/file" in url]
