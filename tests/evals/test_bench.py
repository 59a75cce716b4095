"""The load run finds what it is there to find."""

from __future__ import annotations

import asyncio
import random

import pytest

from evals.bench import conversations
from evals.bench.conversations import GROWTH, Sample, Seen, _converse, report
from evals.bench.page import Timed
from evals.bench.scripts import Script, Shown, Step

ONE, TWO, STOPPED = (Shown(text, {"status": "answered", "sql": text}) for text in ("one", "two", "stopped"))
SCRIPT = Script((Step("first"), Step("second", stops=True)), (ONE, TWO), (ONE, STOPPED))


class Played:
    """A page that shows what it is told to."""

    conversation = "mine"

    def __init__(self, *answers: Timed) -> None:
        self._answers = iter(answers)

    async def ask(self, question: str, stops: bool = False) -> Timed:
        return next(self._answers)


def timed(shown: Shown, turn: int, conversation: str = "mine") -> Timed:
    return Timed(shown, 0.01, 0.1, conversation, turn)


def played(monkeypatch: pytest.MonkeyPatch, *answers: Timed) -> Seen:
    monkeypatch.setattr(conversations, "PAUSE", (0.0, 0.0))
    seen = Seen()
    asyncio.run(_converse(Played(*answers), SCRIPT, float("inf"), seen, random.Random(0), "a"))
    seen.memory = [Sample(at, 100.0) for at in range(0, 301, 2)]
    return seen


def test_right_answers_are_good_whether_the_stop_came_in_time_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for last in (TWO, STOPPED):
        assert played(monkeypatch, timed(ONE, 0), timed(last, 1)).good


@pytest.mark.parametrize(
    "answers",
    [
        (timed(TWO, 0), timed(TWO, 1)),
        (timed(ONE, 0), timed(ONE, 1)),
        (timed(ONE, 0, "another"), timed(TWO, 1)),
        (timed(ONE, 1), timed(TWO, 0)),
        (timed(ONE._replace(card={"status": "answered", "sql": "another"}), 0), timed(TWO, 1)),
    ],
    ids=["another question's", "the one before", "another conversation's", "another turn's", "another card"],
)
def test_an_answer_that_is_not_its_own_fails_the_run(monkeypatch: pytest.MonkeyPatch, answers: tuple[Timed, ...]) -> None:
    seen = played(monkeypatch, *answers)
    assert seen.crossed
    assert not seen.good


def test_growth_fails_a_run_that_is_long_enough_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = played(monkeypatch, timed(ONE, 0), timed(TWO, 1))
    for minute, good in ((GROWTH - 1, True), (GROWTH + 1, False)):
        # What the first minute takes does not count.
        seen.memory = [Sample(at, 100 + max(at, 60) / 60 * minute - max(0, 60 - at) * 3) for at in range(0, 301, 2)]
        assert seen.good is good
        seen.memory = seen.memory[:60]
        assert seen.good
        assert "too short a run to tell" in report(seen, 120)[-1]
