"""What the conversations of a load run do, and what they must be shown: worked out before the run, in a session of its own."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from assistant.agent import Agent
from assistant.chat.card import card, message
from assistant.edits.edit import apply
from assistant.edits.options import options
from assistant.edits.viewing import Viewing
from assistant.reply import Reply, read_request
from assistant.runtime import Runtime
from assistant.session import Session
from evals.golden import Case
from semantic_layer.engines.base import CancelToken
from semantic_layer.policy import Viewer
from semantic_layer.requests import MetricQuery, plain

PIECES = 8
"""Golden questions of one conversation; each comes with those that it follows up."""
FOLLOWING = 3
"""How many of them follow others up."""
CHANGE_AFTER = (2, 5)
"""The pieces after which a chip of the last answer is changed."""
STOP_AT = 6
"""The piece whose question is stopped, in every third conversation."""
UNLIKE = ("conversation", "turn", "picture", "thumb", "fresh")
"""What a card says of its place and time."""


class Shown(NamedTuple):
    """What a page shows as an answer."""

    text: str
    card: dict[str, Any]


class Change(NamedTuple):
    """A chip of the answer before that is changed."""

    turn: int
    language: str
    chip: str
    option: str
    edit: dict[str, Any]


class Step(NamedTuple):
    """One thing that a user does.

    Attributes:
        says: What is typed, or stands as asked.
        stops: The stop button is pressed as soon as the page shows that work goes on.
    """

    says: str
    change: Change | None = None
    stops: bool = False


class Script(NamedTuple):
    """One conversation.

    Attributes:
        answers: What each step must show.
        stopped: The same, where the stop came before the answer; without a stop they are equal.
    """

    steps: tuple[Step, ...]
    answers: tuple[Shown, ...]
    stopped: tuple[Shown, ...]


async def scripts(cases: Sequence[Case], count: int, runtime: Runtime, agent: Agent) -> list[Script]:
    """So many conversations, each with questions of its own in an order of its own; the same ones each time.

    Questions that are to stay unseen are left out, and those for a role: the page that is asked serves no particular one.
    """
    asked = [case for case in cases if not case.frozen and case.role is None and not case.attrs]
    return [await _Writer(runtime, agent, random.Random(number)).script(asked, number % 3 == 0) for number in range(count)]  # noqa: S311


def wire(shown: dict[str, Any]) -> dict[str, Any]:
    """A card as it arrives, without what only says where and when."""
    return {key: value for key, value in json.loads(json.dumps(shown)).items() if key not in UNLIKE}


def _pieces(cases: Sequence[Case], dice: random.Random) -> list[tuple[str, ...]]:
    """Questions with those before them, in turn in one language and the other."""
    by_language = [[case for case in cases if case.lang == language] for language in ("zh", "en")]
    chosen: list[tuple[str, ...]] = []
    follow = dice.sample(range(PIECES), FOLLOWING)
    for place in range(PIECES):
        pool = by_language[place % 2] or list(cases)
        wanted = [case for case in pool if bool(case.history) == (place in follow)] or pool
        case = dice.choice(wanted)
        chosen.append((*case.history, case.question))
    return chosen


class _Writer:
    """Writes one script, asking as it goes."""

    def __init__(self, runtime: Runtime, agent: Agent, dice: random.Random) -> None:
        self._runtime, self._agent, self._dice, self._viewer = runtime, agent, dice, Viewer()
        self._steps: list[Step] = []
        self._answers: list[Shown] = []
        self._stopped: list[Shown] = []
        self._session = self._new()
        self._other: Session | None = None

    def _new(self) -> Session:
        return Session(self._runtime, self._agent, self._viewer)

    async def script(self, cases: Sequence[Case], stops: bool) -> Script:
        for place, piece in enumerate(_pieces(cases, self._dice)):
            *before, last = piece
            for question in before:
                await self._do(Step(question))
            await self._do(Step(last, stops=stops and place == STOP_AT))
            if place in CHANGE_AFTER:
                change = self._change()
                if change is not None:
                    await self._do(change)
        return Script(tuple(self._steps), tuple(self._answers), tuple(self._stopped))

    async def _do(self, step: Step) -> None:
        self._steps.append(step)
        before = self._session.conversation
        self._answers.append(await self._shown(self._session, step))
        if step.stops:
            self._other = self._new()
            self._other.conversation = before
            self._stopped.append(await self._shown(self._other, step, stop=True))
        elif self._other is not None:
            self._stopped.append(await self._shown(self._other, step))
        else:
            self._stopped.append(self._answers[-1])

    async def _shown(self, session: Session, step: Step, stop: bool = False) -> Shown:
        cancel = CancelToken()
        if stop:
            cancel.cancel()
        if step.change is None:
            events = session.ask(step.says, cancel)
        else:
            request = _changed(session, step.change)
            events = session.ask_request(plain(request), step.says, step.change.language, cancel, step.change.turn)
        last: dict[str, Any] = {}
        async for event in events:
            last = getattr(event, "reply", last)
        reply = Reply.model_validate(last)
        edited = step.change.turn if step.change is not None else None
        at = datetime.now(UTC).isoformat()
        return Shown(message(reply), wire(card(reply, "", 0, at, self._viewing(reply.language), edited=edited)))

    def _viewing(self, language: str) -> Viewing:
        scope = self._runtime.scope(self._viewer)
        return Viewing.of(scope, self._runtime.reader(scope), language)

    def _change(self) -> Step | None:
        """Another choice from the menu of a chip of the last answer; None where it has none."""
        shown, turn = self._answers[-1].card, len(self._answers) - 1
        request = _request(self._session, turn)
        menus = [chip for chip in shown["chips"] if chip["options"] and chip["text"]]
        if request is None or not menus:
            return None
        chip, language = self._dice.choice(menus), shown["language"]
        found = options(request, chip["key"], self._viewing(language))
        others = [each for each in found if each.edit is not None and not each.current]
        if not others:
            return None
        option = self._dice.choice(others[:8])
        assert option.edit is not None
        change = Change(turn, language, chip["key"], option.text, option.edit.model_dump(mode="json"))
        return Step(f"{chip['name']}{'：' if language == 'zh' else ': '}{option.text}", change)


def _request(session: Session, turn: int) -> MetricQuery | None:
    data = session.conversation.turns[turn].request
    request = read_request(data) if data else None
    return request if isinstance(request, MetricQuery) else None


def _changed(session: Session, change: Change) -> MetricQuery:
    from assistant.edits.edit import Edit

    request = _request(session, change.turn)
    assert request is not None
    return apply(request, Edit.model_validate(change.edit))
