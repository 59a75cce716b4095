"""A call of a language model: within the turn's time, counted, and given up at once when the user stops the turn."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from langchain_core.messages import AIMessage

from assistant.model import ModelTerms
from assistant.turn import TurnContext
from assistant.usage import Usage, estimated_tokens
from semantic_layer.engines.base import CancelToken
from semantic_layer.errors import DataError, Problem

log = logging.getLogger(__name__)
T = TypeVar("T")

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
"""HTTP statuses after which the same call may well succeed."""
SHORT_WAIT = 0.5
"""Seconds before a call is sent once more."""
LONGEST_WAIT = 2.0
"""Seconds: a server that asks for a longer pause is not asked again in this turn."""


async def within_budget(turn: TurnContext, terms: ModelTerms) -> bool:
    """Whether today's budget has something left. Where that cannot be known, a bounded one counts as spent."""
    if not terms.budget.bounded:
        return True
    try:
        return not terms.budget.is_spent(await asyncio.to_thread(terms.spending.today))
    except Exception as error:
        log.warning("today's usage cannot be read (%s); no model is asked", type(error).__name__)
        return False


async def metered(
    turn: TurnContext,
    terms: ModelTerms,
    call: Callable[[], Awaitable[T]],
    message_of: Callable[[T], AIMessage | None],
    sent: Callable[[], str],
) -> T:
    """Makes a call, and once more where the provider was busy; adds what it took to the turn and to the day.

    Args:
        call: Sends the request.
        message_of: The message in what came back, for its tokens.
        sent: What was sent, for providers that count no tokens.

    Raises:
        DataError: `cancelled`, when the user stops the turn meanwhile.
        TimeoutError: the turn's time for the model is over.
        Exception: whatever the provider's client raises.
    """
    try:
        return await _counted(turn, terms, call, message_of, sent)
    except Exception as error:
        pause = pause_before_another_try(error)
        if pause is None or pause >= seconds_left(turn, terms):
            raise
    await _within(asyncio.sleep(pause), seconds_left(turn, terms), turn.context.cancel)
    await _count(turn, terms, Usage(milliseconds=pause * 1000))
    return await _counted(turn, terms, call, message_of, sent)


def seconds_left(turn: TurnContext, terms: ModelTerms) -> float:
    """What is left of the turn's time for the model; time of our own does not count."""
    return max(0.0, terms.seconds - turn.usage.milliseconds / 1000)


async def _counted(
    turn: TurnContext,
    terms: ModelTerms,
    call: Callable[[], Awaitable[T]],
    message_of: Callable[[T], AIMessage | None],
    sent: Callable[[], str],
) -> T:
    left = seconds_left(turn, terms)
    if left <= 0:
        raise TimeoutError
    started = time.perf_counter()
    tokens_in, tokens_out = 0, 0
    try:
        given = await _within(call(), left, turn.context.cancel)
        tokens_in, tokens_out = _tokens(message_of(given), sent)
        return given
    except (TimeoutError, asyncio.CancelledError, DataError):
        tokens_in = estimated_tokens(sent())  # the provider goes on reading what nobody waits for any more
        raise
    finally:
        milliseconds = (time.perf_counter() - started) * 1000
        cost = terms.prices.cost(tokens_in, tokens_out)
        await _count(
            turn, terms, Usage(calls=1, tokens_in=tokens_in, tokens_out=tokens_out, cost=cost, milliseconds=milliseconds)
        )


async def _count(turn: TurnContext, terms: ModelTerms, usage: Usage) -> None:
    """Adds to the turn and to the day. A day that cannot be written costs no answer."""
    turn.usage = turn.usage + usage
    try:
        await asyncio.to_thread(terms.spending.add, usage, terms.name, turn.user)
    except Exception as error:
        log.warning("the usage of a model could not be kept (%s)", type(error).__name__)


def _tokens(message: AIMessage | None, sent: Callable[[], str]) -> tuple[int, int]:
    """Tokens in and out, by the provider's count or else by length."""
    counted = message.usage_metadata if message is not None else None
    if counted is not None:
        return max(0, counted["input_tokens"]), max(0, counted["output_tokens"])
    said = str(message.content) + str(message.tool_calls) if message is not None else ""
    return estimated_tokens(sent()), estimated_tokens(said)


async def _within(work: Awaitable[T], seconds: float, cancel: CancelToken | None) -> T:
    """Waits for work until it is done, its time is over or the user stops the turn; it is given up then.

    Raises:
        DataError: `cancelled`.
        TimeoutError: the time is over.
    """
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    release = cancel.while_running(lambda: loop.call_soon_threadsafe(task.cancel)) if cancel is not None else None
    try:
        return await asyncio.wait_for(task, seconds)
    except asyncio.CancelledError:
        waiting = asyncio.current_task()
        if cancel is None or not cancel.cancelled or (waiting is not None and waiting.cancelling()):
            raise
        raise DataError(Problem("cancelled", "the question was stopped")) from None
    finally:
        if release is not None:
            release()


def pause_before_another_try(error: Exception) -> float | None:
    """Seconds to wait before the same call is worth another try; None where it is not."""
    import httpx

    if isinstance(error.__cause__, httpx.TransportError):
        # A connection that was kept open and closed by the other side; a server that is not there refuses at once.
        return None if isinstance(error.__cause__, httpx.TimeoutException) else 0.0
    if getattr(error, "status_code", None) not in BUSY:
        return None
    asked = _asked_pause(error)
    return max(asked, SHORT_WAIT) if asked <= LONGEST_WAIT else None


def _asked_pause(error: Exception) -> float:
    """The pause that a busy server asks for, in seconds; what is no number, such as a date, counts as a long one."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    text = headers.get("retry-after")
    try:
        return float(text) if text is not None else 0.0
    except ValueError:
        return LONGEST_WAIT + 1
