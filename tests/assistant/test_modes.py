"""Who plans a question: the embedded planner, a model, or the planner where it is certain; and how long a turn waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import Asker
from loopback import Breaks, Drips, Fails, Hangs, Loopback, Says, Script, calls, environment
from proposing import LAST_MONTH, plan

from assistant.agent import Agent
from assistant.conversation import Conversation
from assistant.events import Failed
from assistant.metered import pause_before_another_try
from assistant.model import ModelTerms, configured_model, configured_terms
from assistant.planner.certainty import is_certain
from assistant.planner.outcome import Clarify, Plan, Refuse
from assistant.planner.plan import plan as planned
from assistant.settings import Settings
from assistant.usage import SpendingInMemory
from evals.golden import find_set, load_set
from semantic_layer.columns import Note
from semantic_layer.engines.base import CancelToken
from semantic_layer.errors import DataError

CERTAIN = "sales last month"
UNKNOWN = "grossings last month"
SALES_LAST_MONTH = [[386027.21]]
RIGHT = plan(CERTAIN, metrics=["sales"], period=LAST_MONTH)
GROSSINGS = calls(
    "query_metrics",
    readings=[{"metrics": ["sales"], "period": LAST_MONTH}],
    bindings=[{"text": "grossings", "to": "sales"}, {"text": "last month", "to": "period"}],
)
"""The plan for the question with a word that only a model knows."""

Start = Callable[..., tuple[Asker, Loopback]]


@pytest.fixture
def model(demo: Asker, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """The demo with a model that plays a script, on the terms of the settings."""
    with ExitStack() as stack:

        def start(*script: Script, seconds: float = 5, streaming: bool = False, **settings: Any) -> tuple[Asker, Loopback]:
            server = stack.enter_context(Loopback(*script))
            for name, value in environment(server.url, seconds).items():
                monkeypatch.setenv(name, value)
            chosen = Settings.model_validate({"home": home, "mode": "auto", **settings})
            chat = configured_model(chosen)
            assert chat is not None or chosen.mode == "embedded"
            chat = chat.model_copy(update={"streaming": streaming}) if chat is not None else None
            return Asker(demo.runtime, Agent(chat, configured_terms(chosen, SpendingInMemory()))), server

        yield start


class TestAuto:
    """The planner answers what it is certain of, and nothing of that leaves; a model is asked for the rest."""

    @pytest.mark.parametrize(
        "question", [CERTAIN, "上个月的销售额", "下个月的销售额预测", "sales by gender", "list the departments", "hello"]
    )
    def test_asks_no_model_where_the_planner_is_certain(self, model: Start, demo: Asker, question: str) -> None:
        asker, server = model(Breaks(500))
        reply = asker.ask(question)
        assert server.sent == []
        assert (reply.status, reply.answer) == (demo.ask(question).status, demo.ask(question).answer)

    def test_asks_a_model_for_a_word_that_the_planner_does_not_know(self, model: Start) -> None:
        asker, server = model(GROSSINGS)
        reply = asker.ask(UNKNOWN)
        assert len(server.sent) == 1
        assert reply.rows == SALES_LAST_MONTH
        assert any("grossings" in text for text in reply.assumptions)

    def test_asks_a_model_where_a_word_was_taken_for_another(self, model: Start, demo: Asker) -> None:
        asker, server = model(plan("slaes last month", metrics=["sales"], period=LAST_MONTH))
        reply = asker.ask("salees last month")
        assert demo.ask("salees last month").rows == SALES_LAST_MONTH
        assert server.sent
        assert reply.rows == SALES_LAST_MONTH

    def test_asks_a_model_where_the_planner_would_ask_back(self, model: Start, demo: Asker) -> None:
        assert demo.ask("discounts").status == "clarify"
        asker, server = model(Says())
        asker.ask("discounts")
        assert server.sent

    @pytest.mark.parametrize(
        ("outcome", "certain"),
        [
            (Plan(readings=({},)), True),
            (Plan(readings=({}, {})), False),
            (Plan(readings=({},), notes=(Note(code="corrected"),)), False),
            (Plan(readings=({},), notes=(Note(code="default_period"),)), True),
            (Refuse(code="write"), True),
            (Refuse(code="no_such_data"), True),
            (Refuse(code="unbound_word"), False),
            (Refuse(code="off_topic"), False),
            (Clarify(code="metric"), False),
        ],
    )
    def test_certain_is_one_reading_without_a_guess_or_a_refusal_for_other_reasons_than_words(
        self, outcome: Plan | Clarify | Refuse, certain: bool
    ) -> None:
        assert is_certain(outcome) is certain

    def test_gives_the_same_answer_as_asking_the_model_for_everything(self, model: Start, demo: Asker) -> None:
        """The reason why auto is the default: a plan of a model has to say what a certain planner says."""
        asker, server = model(plan(CERTAIN, metrics=["baskets"], period=LAST_MONTH), mode="model")
        assert asker.ask(CERTAIN).rows == demo.ask(CERTAIN).rows == SALES_LAST_MONTH
        assert len(server.sent) == 3


class TestTheOtherModes:
    """Each can be set."""

    def test_model_asks_for_every_question(self, model: Start) -> None:
        asker, server = model(RIGHT, mode="model")
        assert asker.ask(CERTAIN).rows == SALES_LAST_MONTH
        assert len(server.sent) == 1

    def test_embedded_asks_none_though_one_is_configured(self, model: Start) -> None:
        asker, server = model(GROSSINGS, mode="embedded")
        assert asker.ask(UNKNOWN).status == "refused"
        assert server.sent == []

    @pytest.mark.parametrize(("given", "mode"), [("", "auto"), ("auto", "auto"), ("model", "model")])
    def test_auto_is_the_default_with_a_model(self, home: Path, given: str, mode: str) -> None:
        settings = Settings(home=home, model="openai:any", mode=given)  # pyright: ignore[reportArgumentType]
        assert configured_terms(settings, SpendingInMemory()).mode == mode

    @pytest.mark.parametrize("mode", ["", "auto", "embedded"])
    def test_without_a_model_the_planner_answers_alone(self, home: Path, mode: str) -> None:
        assert configured_model(Settings(home=home, model="", mode=mode)) is None  # pyright: ignore[reportArgumentType]

    def test_model_without_a_model_is_a_fault_of_the_settings(self, home: Path) -> None:
        with pytest.raises(DataError) as caught:
            configured_model(Settings(home=home, model="", mode="model"))
        assert caught.value.problem.code == "no_model"


class TestTime:
    """A turn waits for the model once for so long, however many calls it makes, and no longer than the user wants."""

    def test_is_one_deadline_for_all_calls(self, model: Start, demo: Asker) -> None:
        wrong = Drips(plan(CERTAIN, metrics=["salez"], period=LAST_MONTH), pause=0.001)
        asker, server = model(wrong, wrong, Hangs(), seconds=2, mode="model")
        started = time.perf_counter()
        reply = asker.ask(CERTAIN)
        assert time.perf_counter() - started < 4
        assert len(server.sent) == 3
        assert reply.rows == demo.ask(CERTAIN).rows

    @pytest.mark.parametrize("streaming", [False, True])
    def test_of_a_slow_drip_ends_as_well(self, model: Start, streaming: bool) -> None:
        asker, server = model(Drips(RIGHT, pause=0.05), seconds=0.5, mode="model", streaming=streaming)
        started = time.perf_counter()
        reply = asker.ask(CERTAIN)
        assert time.perf_counter() - started < 3
        assert len(server.sent) == 1
        assert reply.rows == SALES_LAST_MONTH

    @pytest.mark.parametrize("played", [Fails("rate_limit"), Fails("overloaded"), Fails("rate_limit", retry_after=1)])
    def test_of_a_busy_server_is_one_short_pause(self, model: Start, played: Fails) -> None:
        asker, server = model(played, RIGHT, mode="model")
        started = time.perf_counter()
        reply = asker.ask(CERTAIN)
        assert time.perf_counter() - started < 3
        assert len(server.sent) == 2
        assert reply.rows == SALES_LAST_MONTH
        assert reply.assumptions == []

    @pytest.mark.parametrize("played", [Fails("rate_limit", retry_after=30), Fails("authentication"), Breaks(400)])
    def test_is_not_spent_where_another_try_is_no_use(self, model: Start, played: Fails | Breaks) -> None:
        asker, server = model(played, mode="model")
        started = time.perf_counter()
        reply = asker.ask(CERTAIN)
        assert time.perf_counter() - started < 2
        assert len(server.sent) == 1
        assert reply.rows == SALES_LAST_MONTH

    @pytest.mark.parametrize("pause", ["Wed, 21 Oct 2026 07:28:00 GMT", "nan", "inf", "soon"])
    def test_is_not_spent_on_a_pause_that_is_no_number(self, pause: str) -> None:
        error = Exception()
        error.status_code, error.response = 429, SimpleNamespace(headers={"retry-after": pause})  # type: ignore[attr-defined]
        assert pause_before_another_try(error) is None

    def test_of_a_server_that_stays_busy_ends_with_the_planner(self, model: Start) -> None:
        asker, server = model(Fails("overloaded"), mode="model")
        reply = asker.ask(CERTAIN)
        assert len(server.sent) == 2
        assert reply.rows == SALES_LAST_MONTH

    def test_ends_as_soon_as_the_user_stops_the_turn(self, model: Start) -> None:
        asker, server = model(Hangs(), seconds=30, mode="model")
        cancel = CancelToken()

        async def talk() -> tuple[list[Any], float]:
            events: list[Any] = []
            asyncio.get_running_loop().call_later(0.5, cancel.cancel)
            started = time.perf_counter()
            async for event in asker.session().ask(CERTAIN, cancel):
                events.append(event)
            return events, time.perf_counter() - started

        events, seconds = asyncio.run(talk())
        assert seconds < 2
        assert len(server.sent) == 1
        assert isinstance(events[-1], Failed)
        assert events[-1].reply["status"] == "error"
        assert "stop" in events[-1].reply["answer"].lower()

    def test_after_a_stop_the_next_question_is_answered(self, model: Start) -> None:
        asker, _ = model(Hangs(), RIGHT, seconds=30, mode="model")
        cancel = CancelToken()

        async def talk() -> Any:
            session = asker.session()
            asyncio.get_running_loop().call_later(0.3, cancel.cancel)
            stopped = await session.reply(CERTAIN, cancel)
            return stopped, await session.reply(CERTAIN)

        stopped, answered = asyncio.run(talk())
        assert stopped.status == "error"
        assert answered.rows == SALES_LAST_MONTH

    def test_that_is_stopped_before_it_begins_asks_nobody(self, model: Start) -> None:
        asker, server = model(RIGHT, mode="model")
        cancel = CancelToken()
        cancel.cancel()
        reply = asyncio.run(asker.session().reply(CERTAIN, cancel))
        assert reply.status == "error"
        assert server.sent == []


def test_most_of_what_the_planner_answers_it_is_certain_of(demo: Asker) -> None:
    """Measured on the golden questions that were not kept aside."""
    reader = demo.runtime.reader(demo.context().scope)
    cases = [case for case in load_set(find_set("complete_journey")).cases if not case.frozen and not case.history]
    plans = [outcome for case in cases if isinstance(outcome := planned(case.question, Conversation(id=""), reader), Plan)]
    assert len(plans) > 200
    assert sum(map(is_certain, plans)) / len(plans) > 0.9


def test_terms_by_default_ask_the_model_and_bound_nothing() -> None:
    terms = ModelTerms()
    assert (terms.mode, terms.wording, terms.budget.bounded) == ("model", False, False)
