"""A kept conversation as Chainlit's thread: its lines and cards, as they were when they were new."""

from __future__ import annotations

from typing import Any

from chainlit.step import StepDict

from assistant.chat import steps
from assistant.chat.card import card, message, notice
from assistant.chat.shared import Served
from assistant.language.text import read_question
from assistant.reply import Reply
from assistant.state.conversations import KeptTurn
from assistant.state.feedback import Kind
from assistant.usage import Usage
from assistant.wording.texts import fill

NAME = "Huaxiang 画像"
"""Who answers."""


def thread_of(conversation: str, now: Served) -> tuple[list[StepDict], list[dict[str, Any]]]:
    """All lines and cards. The turn that is being answered has its question only; its answer comes when it is there."""
    lines: list[StepDict] = []
    cards: list[dict[str, Any]] = []
    thumbs = now.feedback.thumbs(conversation, now.viewer.user)
    kept = now.conversations.turns(conversation)
    grant = now.grant()
    for turn in kept:
        lines.append(steps.question(conversation, turn.number, turn.asked, now.viewer.user, turn.asked_at))
        if turn.reply is None and turn is kept[-1] and now.talks.busy(conversation):
            continue
        shown, own = answered(conversation, turn, grant, now, thumbs.get(turn.number))
        lines += shown
        cards.append(own)
    return lines, cards


def answered(
    conversation: str, turn: KeptTurn, grant: str, now: Served, thumb: Kind | None
) -> tuple[list[StepDict], dict[str, Any]]:
    """The lines of a turn's answer, with its card; of one that has none, or that may not be shown, why."""
    number, at = turn.number, turn.asked_at
    if turn.reply is None or turn.turn is None or turn.seen_with != grant:
        language = read_question(turn.asked[:400]).language
        text = fill(language, "page", "interrupted" if turn.reply is None else "withheld")
        own = steps.element(conversation, number, notice(conversation, number, at, language))
        return [steps.answer(conversation, number, text, NAME, at)], own
    return lines_of(conversation, number, turn.reply, at, now, thumb, turn.turn.edited, turn.turn.usage)


def lines_of(
    conversation: str,
    number: int,
    reply: Reply,
    at: str,
    now: Served,
    thumb: Kind | None = None,
    edited: int | None = None,
    usage: Usage | None = None,
) -> tuple[list[StepDict], dict[str, Any]]:
    """The lines of a reply, with its card."""
    viewing = now.viewing(reply.language) if reply.status == "answered" else None
    own = steps.element(conversation, number, card(reply, conversation, number, at, viewing, thumb, edited, usage))
    lines = [steps.answer(conversation, number, message(reply), NAME, at)]
    if is_worked_out(reply):
        lines.insert(0, steps.work(conversation, number, steps.done(reply), at, False, steps.behind(reply)))
    return lines, own


def is_worked_out(reply: Reply) -> bool:
    """Whether there is something to say of how it was done."""
    return reply.status == "answered" and bool(reply.plan) and bool(reply.reading)
