"""What the buttons of a card mean: a typed edit of a reading, a look into a group, a suggestion, the question once more."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from assistant.chat.offers import offers_of
from assistant.chat.shared import Served
from assistant.chat.talks import Asking
from assistant.edits.drill import Drill, drill
from assistant.edits.edit import Edit, apply
from assistant.events import Event
from assistant.reply import read_request
from assistant.session import Session
from assistant.state.conversations import KeptTurn
from semantic_layer.engines.base import CancelToken
from semantic_layer.errors import RequestError
from semantic_layer.frozen import Frozen
from semantic_layer.requests import MetricQuery, plain

LONGEST = 300
"""Characters of what is shown as asked."""


class Refused(Exception):  # noqa: N818  (it is an outcome)
    """A click that can't be followed; `code` names the sentence that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Clicked(NamedTuple):
    """What to ask, and what stands as asked."""

    asking: Asking
    shown_as: str


def clicked(payload: Mapping[str, Any], conversation: str, now: Served) -> Clicked:
    """What a button of a turn's card asks.

    Args:
        payload: `turn`, and one of `edit` (with the `text` of the choice), `next` (the place of a suggestion), `row` (with
            the place of a `look`), `again`. It comes from the page: whatever does not fit is refused.

    Raises:
        Refused: the turn is gone or may not be seen any more, or the click does not fit it.
    """
    turn = shown_turn(conversation, payload.get("turn"), now)
    reply = turn.reply
    if payload.get("again") is True:
        return _typed(turn.asked)
    if reply is None:
        raise Refused("gone")
    language = reply.language
    if "edit" in payload:
        request = edited(turn, payload["edit"])
        return _request(request, str(payload.get("text") or ""), language, turn.number)
    if "row" in payload:
        looks = drilled(turn, payload["row"], now)
        place = payload.get("look")
        if looks is None or not isinstance(place, int) or not 0 <= place < len(looks.looks):
            raise Refused("gone")
        look = looks.looks[place]
        return _request(look.request, f"{looks.label} · {look.text}", language)
    place, offers = payload.get("next"), offers_of(reply)
    if not isinstance(place, int) or not 0 <= place < len(offers):
        raise Refused("gone")
    chosen = offers[place]
    return _request(read_request(chosen.request), chosen.text, language) if chosen.request else _typed(chosen.text)


def shown_turn(conversation: str, number: Any, now: Served) -> KeptTurn:
    """A turn that this viewer may see as it is.

    Raises:
        Refused: `gone` or `withheld`.
    """
    turn = now.conversations.turn(conversation, number) if isinstance(number, int) else None
    if turn is None:
        raise Refused("gone")
    if turn.seen_with != now.grant():
        raise Refused("withheld")
    return turn


def request_of(turn: KeptTurn) -> MetricQuery:
    """The request that a turn answered.

    Raises:
        Refused: it answered none that can be changed.
    """
    request = read_request(turn.turn.request) if turn.turn is not None and turn.turn.request else None
    if not isinstance(request, MetricQuery):
        raise Refused("gone")
    return request


def edited(turn: KeptTurn, edit: Any) -> MetricQuery:
    """The turn's request after a typed edit.

    Raises:
        Refused: the edit is none, or cannot stand in the request.
    """
    try:
        return apply(request_of(turn), Edit.model_validate(edit))
    except (ValidationError, RequestError):
        raise Refused("bad_request") from None


def drilled(turn: KeptTurn, row: Any, now: Served) -> Drill | None:
    """The ways to look into a row of the turn's answer; None where there are none."""
    reply = turn.reply
    if reply is None or not isinstance(row, int) or not 0 <= row < len(reply.rows):
        raise Refused("gone")
    return drill(request_of(turn), reply.columns, reply.rows[row], now.viewing(reply.language))


def _typed(text: str) -> Clicked:
    def asking(session: Session, cancel: CancelToken) -> AsyncIterator[Event]:
        return session.ask(text, cancel)

    return Clicked(asking, text)


def _request(request: Frozen, text: str, language: str, edited: int | None = None) -> Clicked:
    data, shown_as = plain(request), text[:LONGEST]

    def asking(session: Session, cancel: CancelToken) -> AsyncIterator[Event]:
        return session.ask_request(data, shown_as, language, cancel, edited)

    return Clicked(asking, shown_as)
