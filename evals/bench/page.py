"""A page of the chat without a browser: it speaks to the server as Chainlit's front end and our cards do."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import aiohttp
import socketio

from evals.bench.scripts import Change, Shown, wire

FLUSHED = 0.05
"""Seconds in which what was emitted is on its way."""
IDLE = 1.0
"""Seconds that a connection is kept for the next request."""
LISTED = {"pagination": {"first": 35}, "filter": {}}


class Broken(Exception):  # noqa: N818  (it is an outcome)
    """The server did what it must not do."""


class Missing(Broken):
    """It did nothing, for too long."""


class Timed(NamedTuple):
    """An answer and when it came, in seconds since it was asked.

    Attributes:
        begun: When the server said that it works on it.
        came: When all of the answer was there.
        conversation: What the card says of whose it is.
    """

    shown: Shown
    begun: float
    came: float
    conversation: str
    turn: int


class Page:
    """One page with one conversation at a time.

    Args:
        language: Of its browser.
        patience: Seconds that an answer may take.

    Attributes:
        strange: What it was sent that was not for it.
    """

    def __init__(self, address: str, language: str, patience: float) -> None:
        self._address, self._language, self._patience = address, language, patience
        self._session_id = ""
        self._http: Any = None
        self._socket: Any = None
        self.strange: list[str] = []
        self._listen()

    def _listen(self) -> None:
        """Nothing of this conversation is known yet."""
        self.conversation, self._turn = "", 0
        self._texts: dict[str, str] = {}
        self._cards: asyncio.Queue[tuple[float, dict[str, Any]]] = asyncio.Queue()
        self._started, self._working, self._idle = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._begun: float | None = None

    async def open(self) -> None:
        """Loads the page, which signs in, and opens its first conversation."""
        headers = {"Accept-Language": self._language, "Origin": self._address}
        # Cookies of an address without a name are kept only if that is said. A connection that lay idle may be closed by the
        # server while it is taken up again; a browser then tries once more, here it is not kept for so long.
        self._http = aiohttp.ClientSession(
            headers=headers,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            connector=aiohttp.TCPConnector(keepalive_timeout=IDLE),
            timeout=aiohttp.ClientTimeout(total=self._patience),
        )
        await self._get("/", accept="text/html")
        for path in ("/about", "/auth/config", "/user", f"/project/settings?language={self._language}"):
            await self._get(path)
        await self._connect()

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.disconnect()
        if self._http is not None:
            await self._http.close()

    async def new_conversation(self) -> None:
        """What the button for a new chat does."""
        await self._socket.emit("clear_session")
        # A client that leaves at once takes along what it has not sent yet.
        await asyncio.sleep(FLUSHED)
        await self._socket.disconnect()
        self._listen()
        await self._connect()

    async def _connect(self) -> None:
        self._session_id = str(uuid.uuid4())
        await self._post("/set-session-cookie", {"session_id": self._session_id})
        client: Any = socketio.AsyncClient(http_session=self._http, reconnection=False, request_timeout=self._patience)
        for name, heard in (
            ("new_message", self._on_line),
            ("update_message", self._on_line),
            ("element", self._on_card),
            ("window_message", self._on_window),
            ("task_start", self._on_start),
            ("task_end", self._on_end),
        ):
            client.on(name, heard)
        identity = {
            "clientType": "webapp",
            "sessionId": self._session_id,
            "threadId": "",
            "userEnv": "{}",
            "chatProfile": "",
        }
        await client.connect(
            self._address,
            auth=identity,
            socketio_path="/ws/socket.io",
            transports=["websocket"],
            wait_timeout=self._patience,
        )
        self._socket = client
        await client.emit("connection_successful")
        await client.emit("fetch_favorites")
        await self._post("/project/threads", LISTED)
        await self._within(self._started.wait(), "the conversation did not start")

    # ---- what is heard ----------------------------------------------------------------------------------------------------

    async def _on_line(self, line: dict[str, Any]) -> None:
        self._must_be_ours(str(line.get("threadId")))
        kind, name = line.get("type"), str(line["id"])
        if kind == "tool":
            self._working.set()
        elif kind == "assistant_message":
            if not name.startswith(self.conversation):
                self.strange.append(f"a message outside of any turn: {line.get('output')}")
            self._texts[name] = str(line.get("output"))

    async def _on_card(self, card: dict[str, Any]) -> None:
        self._must_be_ours(str(card.get("threadId")))
        await self._cards.put((time.perf_counter(), card))

    async def _on_window(self, said: dict[str, Any]) -> None:
        if said.get("huaxiang") == "started":
            self.conversation = str(said["conversation"])
            self._started.set()

    async def _on_start(self, _: Any) -> None:
        self._begun = self._begun or time.perf_counter()
        self._idle.clear()

    async def _on_end(self, _: Any) -> None:
        self._idle.set()

    def _must_be_ours(self, conversation: str) -> None:
        if self.conversation and conversation != self.conversation:
            self.strange.append("a line of another conversation")

    # ---- what is done -----------------------------------------------------------------------------------------------------

    async def ask(self, question: str, stops: bool = False) -> Timed:
        """Types a question, and waits for its answer."""
        line = {
            "threadId": "",
            "id": str(uuid.uuid4()),
            "name": "local",
            "type": "user_message",
            "output": question,
            "createdAt": datetime.now(UTC).isoformat(),
            "metadata": {"location": self._address},
        }
        sent = await self._ready()
        await self._socket.emit("client_message", {"message": line, "fileReferences": []})
        if stops:
            await self._within(self._working.wait(), "no sign of work")
            await self._socket.emit("stop")
        return await self._answer(sent)

    async def change(self, change: Change, says: str) -> Timed:
        """Opens the menu of a chip, and takes an entry."""
        found = await self._get(f"/answers/{self.conversation}/{change.turn}/menu?chip={change.chip}")
        if not any(each["text"] == change.option and each["edit"] == change.edit for each in found):
            raise Broken(f"the menu of {change.chip} has no {change.option}")
        payload = {"turn": change.turn, "language": change.language, "edit": change.edit, "text": says}
        action = {"name": "click", "payload": payload, "id": str(uuid.uuid4()), "label": ""}
        sent = await self._ready()
        clicking = asyncio.create_task(self._post("/project/action", {"sessionId": self._session_id, "action": action}))
        answer = await self._answer(sent)
        said = await clicking
        if said.get("response", {}).get("refused"):
            raise Broken(f"a click was refused: {said['response']['refused']}")
        return answer

    async def _ready(self) -> float:
        """Waits until the page lets its user ask; the moment of asking."""
        await self._within(self._idle.wait(), "the page stays busy")
        self._working.clear()
        self._begun = None
        return time.perf_counter()

    async def _answer(self, sent: float) -> Timed:
        came, element = await self._within(self._cards.get(), "no answer")
        turn, self._turn = self._turn, self._turn + 1
        card = element["props"]
        text = self._texts.pop(str(element["forId"]), "")
        if element["id"] != f"{self.conversation}-{turn}-card":
            self.strange.append(f"the card of another turn where that of turn {turn} was due")
        if card["chart"]:
            await self._figure(turn)
        if turn == 0:
            await self._post("/project/threads", LISTED)
        begun = self._begun if self._begun is not None else came
        return Timed(Shown(text, wire(card)), begun - sent, came - sent, card["conversation"], card["turn"])

    async def _figure(self, turn: int) -> None:
        figure = await self._get(f"/answers/{self.conversation}/{turn}/figure?ground=light")
        if not figure.get("data"):
            raise Broken("a chart without data")

    async def _within(self, what: Awaitable[Any], otherwise: str) -> Any:
        try:
            return await asyncio.wait_for(what, self._patience)
        except TimeoutError:
            raise Missing(otherwise) from None

    async def _get(self, path: str, accept: str = "application/json") -> Any:
        async with self._http.get(self._address + path, headers={"Accept": accept}) as response:
            return await _body(response, path)

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._http.post(self._address + path, json=body) as response:
            return await _body(response, path)


async def _body(response: Any, path: str) -> Any:
    if response.status != 200:
        raise Broken(f"{path.partition('?')[0]} answers with {response.status}")
    return await response.json() if response.content_type == "application/json" else await response.text()
