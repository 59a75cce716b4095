"""What a model takes is counted with each turn and by day, and a day's budget is kept."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Asker, everything
from loopback import Breaks, Fails, Hangs, Loopback, Says, Script, environment
from proposing import LAST_MONTH, plan

from assistant.agent import Agent
from assistant.conversation import Conversation
from assistant.model import configured_model, configured_terms
from assistant.settings import Settings
from assistant.state.spending import SpendingInStore
from assistant.state.store import Store
from assistant.usage import NO_BUDGET, NOTHING, Budget, Prices, Spending, SpendingInMemory, Usage, estimated_tokens
from semantic_layer.errors import DataError

ROOT = Path(__file__).parents[2]
QUESTION = "sales last month"
SALES_LAST_MONTH = [[386027.21]]
RIGHT = plan(QUESTION, metrics=["sales"], period=LAST_MONTH)
PRICED = {"model_price_in": 2.0, "model_price_out": 10.0}

Start = Callable[..., tuple[Asker, Loopback, Spending]]


def costing(says: Says, tokens_in: int, tokens_out: int) -> Says:
    return Says(says.text, says.calls, tokens_in, tokens_out)


@pytest.fixture
def model(demo: Asker, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """The demo with a model that plays a script and is asked for everything; its spending starts with what is given."""
    with ExitStack() as stack:

        def start(
            *script: Script, before: Usage = NOTHING, seconds: float = 5, **settings: Any
        ) -> tuple[Asker, Loopback, Spending]:
            server = stack.enter_context(Loopback(*script))
            for name, value in environment(server.url, seconds).items():
                monkeypatch.setenv(name, value)
            chosen, spending = Settings.model_validate({"home": home, **settings}), SpendingInMemory()
            spending.add(before, "openai:earlier", "somebody")
            return Asker(demo.runtime, Agent(configured_model(chosen), configured_terms(chosen, spending))), server, spending

        yield start


class TestUsage:
    """Usages add up; what is not known stays unknown."""

    def test_adds_up(self) -> None:
        one = Usage(calls=1, tokens_in=10, tokens_out=5, cost=0.5, milliseconds=100)
        assert one + one == Usage(calls=2, tokens_in=20, tokens_out=10, cost=1.0, milliseconds=200)
        assert one + NOTHING == one

    def test_a_sum_with_an_unknown_cost_has_an_unknown_cost(self) -> None:
        assert (Usage(calls=1, cost=None) + Usage(calls=1, cost=1.0)).cost is None

    @pytest.mark.parametrize(
        ("prices", "cost"),
        [(Prices(tokens_in=2, tokens_out=10), 0.03), (Prices(), None), (Prices(tokens_in=2), None), (Prices(tokens_in=0, tokens_out=0), 0)],
    )  # fmt: skip
    def test_costs_by_the_million_tokens(self, prices: Prices, cost: float | None) -> None:
        assert prices.cost(10_000, 1_000) == cost

    @pytest.mark.parametrize(
        ("budget", "today", "spent"),
        [
            (NO_BUDGET, Usage(tokens_in=10**9), False),
            (Budget(tokens_per_day=100), Usage(tokens_in=60, tokens_out=39), False),
            (Budget(tokens_per_day=100), Usage(tokens_in=60, tokens_out=40), True),
            (Budget(tokens_per_day=0), NOTHING, True),
            (Budget(cost_per_day=1.0), Usage(cost=0.99), False),
            (Budget(cost_per_day=1.0), Usage(cost=1.0), True),
            (Budget(cost_per_day=1.0), Usage(calls=1, cost=None), True),
        ],
    )
    def test_a_budget_is_spent_when_nothing_is_left_or_nobody_can_tell(self, budget: Budget, today: Usage, spent: bool) -> None:
        assert budget.is_spent(today) is spent

    def test_a_text_is_estimated_at_no_less_than_a_third_of_its_bytes(self) -> None:
        assert (estimated_tokens(""), estimated_tokens("abcd"), estimated_tokens("销售额")) == (0, 2, 3)


class TestATurn:
    """Knows what it took; the contract object does not change."""

    def asked(self, asker: Asker) -> tuple[Any, Any, Any]:
        async def talk() -> tuple[Any, Any, Any]:
            session = asker.session()
            events = [event async for event in session.ask(QUESTION)]
            return events[-1], session.last_usage, session.conversation

        return asyncio.run(talk())

    def test_counts_tokens_and_cost_of_its_call(self, model: Start) -> None:
        asker, _, spending = model(costing(RIGHT, 2500, 80), **PRICED)
        last, usage, conversation = self.asked(asker)
        assert (usage.calls, usage.tokens_in, usage.tokens_out) == (1, 2500, 80)
        assert usage.cost == pytest.approx(0.0058)
        assert usage.milliseconds > 0
        assert last.usage == usage == conversation.turns[-1].usage == spending.today()

    def test_adds_the_calls_of_repairs(self, model: Start) -> None:
        wrong = costing(plan(QUESTION, metrics=["salez"], period=LAST_MONTH), 100, 10)
        asker, _, _ = model(wrong, costing(RIGHT, 150, 20))
        _, usage, _ = self.asked(asker)
        assert (usage.calls, usage.tokens_in, usage.tokens_out, usage.cost) == (2, 250, 30, None)

    def test_counts_both_tries_of_a_busy_server_and_the_pause_between(self, model: Start) -> None:
        asker, _, spending = model(Fails("overloaded"), costing(RIGHT, 150, 20))
        _, usage, _ = self.asked(asker)
        assert (usage.calls, usage.tokens_in, usage.tokens_out) == (2, 150, 20)
        assert usage.milliseconds >= 500
        assert usage == spending.today()

    def test_takes_no_count_below_nothing_from_a_provider(self, model: Start) -> None:
        asker, _, _ = model(costing(RIGHT, -5, -7))
        _, usage, _ = self.asked(asker)
        assert (usage.calls, usage.tokens) == (1, 0)

    def test_counts_a_call_that_failed(self, model: Start) -> None:
        asker, _, _ = model(Breaks(400), **PRICED)
        _, usage, _ = self.asked(asker)
        assert (usage.calls, usage.tokens, usage.cost) == (1, 0, 0)

    def test_counts_what_was_sent_where_nobody_waited_for_the_answer(self, model: Start) -> None:
        asker, server, _ = model(Hangs(), seconds=0.3)
        _, usage, _ = self.asked(asker)
        assert usage.calls == 1
        assert usage.tokens_in > len(server.sent[0].text) / 6
        assert usage.tokens_out == 0

    def test_estimates_the_tokens_of_a_provider_that_reports_none(self, model: Start) -> None:
        whole = json.dumps(
            {
                "id": "c", "object": "chat.completion", "created": 0, "model": "m",
                "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": None, "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "query_metrics", "arguments": RIGHT.calls[0].text}}
                ]}}],
            }
        )  # fmt: skip
        asker, server, _ = model(Breaks(200, whole))
        _, usage, _ = self.asked(asker)
        assert usage.calls == 1
        assert usage.tokens_in > len(server.sent[0].text) / 6
        assert usage.tokens_out > 10

    def test_without_a_model_took_nothing(self, demo: Asker) -> None:
        last, usage, conversation = self.asked(demo)
        assert (last.usage, usage, conversation.turns[-1].usage) == (None, None, None)

    def test_is_kept_and_read_again_with_its_conversation(self, model: Start) -> None:
        asker, _, _ = model(costing(RIGHT, 7, 3))
        _, usage, conversation = self.asked(asker)
        again = Conversation.model_validate_json(conversation.model_dump_json())
        assert again.turns[-1].usage == usage

    def test_is_no_part_of_the_reply(self, model: Start, demo: Asker) -> None:
        asker, _, _ = model(costing(RIGHT, 123457, 7))
        reply = asker.ask(QUESTION)
        assert "123457" not in everything(reply)
        assert set(reply.contract("1")) == set(demo.ask(QUESTION).contract("1"))


class TestABudget:
    """When the day's budget is used up the embedded planner answers, and the reply says so."""

    @pytest.mark.parametrize(("question", "said"), [(QUESTION, "budget"), ("上个月的销售额", "预算")])
    def test_that_is_spent_asks_no_model(self, model: Start, question: str, said: str) -> None:
        asker, server, _ = model(RIGHT, before=Usage(tokens_in=1000), model_tokens_per_day=1000)
        reply = asker.ask(question)
        assert server.sent == []
        assert reply.rows == SALES_LAST_MONTH
        assert said in reply.answer
        assert any(said in text for text in reply.assumptions)

    def test_of_money_is_kept_as_well(self, model: Start) -> None:
        asker, server, _ = model(costing(RIGHT, 1_000_000, 0), model_cost_per_day=1.0, **PRICED)
        first, second = asker.ask(QUESTION), asker.ask(QUESTION)
        assert len(server.sent) == 1
        assert first.rows == second.rows == SALES_LAST_MONTH
        assert "budget" not in first.answer
        assert "budget" in second.answer

    def test_is_looked_at_before_each_call_of_a_turn(self, model: Start) -> None:
        wrong = costing(plan(QUESTION, metrics=["salez"], period=LAST_MONTH), 1000, 0)
        asker, server, _ = model(wrong, RIGHT, model_tokens_per_day=1000)
        reply = asker.ask(QUESTION)
        assert len(server.sent) == 1
        assert reply.rows == SALES_LAST_MONTH
        assert "budget" in reply.answer

    def test_says_nothing_where_no_model_would_have_been_asked(self, model: Start, demo: Asker) -> None:
        asker, _, _ = model(RIGHT, before=Usage(tokens_in=1000), model_tokens_per_day=1000, mode="auto")
        assert asker.ask(QUESTION).answer == demo.ask(QUESTION).answer

    def test_of_money_needs_prices(self, home: Path) -> None:
        with pytest.raises(DataError) as caught:
            configured_terms(Settings(home=home, model="openai:any", model_cost_per_day=5), SpendingInMemory())
        assert caught.value.problem.code == "no_price"

    def test_that_cannot_be_counted_is_spent_and_costs_no_answer(self, model: Start, monkeypatch: pytest.MonkeyPatch) -> None:
        asker, server, spending = model(RIGHT, model_tokens_per_day=1000)

        def broken(*_: Any) -> Usage:
            raise OSError

        monkeypatch.setattr(spending, "today", broken)
        assert asker.ask(QUESTION).rows == SALES_LAST_MONTH
        assert server.sent == []

    def test_whose_count_cannot_be_written_costs_no_answer(self, model: Start, monkeypatch: pytest.MonkeyPatch) -> None:
        asker, _, spending = model(RIGHT)

        def broken(*_: Any) -> None:
            raise OSError

        monkeypatch.setattr(spending, "add", broken)
        reply = asker.ask(QUESTION)
        assert reply.rows == SALES_LAST_MONTH
        assert reply.assumptions == []


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'state.db'}")
    yield opened
    opened.close()


ONE = Usage(calls=1, tokens_in=100, tokens_out=10, cost=0.5, milliseconds=20.5)


class TestSpendingInStore:
    """The day's count is shared by all who use the store."""

    def test_adds_up_what_everybody_took_today(self, store: Store) -> None:
        spending = SpendingInStore(store)
        assert spending.today() == NOTHING
        spending.add(ONE, "openai:a", "ann")
        SpendingInStore(store).add(ONE, "openai:b", "bob")
        assert spending.today() == ONE + ONE

    def test_begins_again_each_day(self, store: Store) -> None:
        days = [date(2026, 3, 1)]
        spending = SpendingInStore(store, lambda: days[-1])
        spending.add(ONE, "openai:a", "ann")
        days.append(date(2026, 3, 2))
        assert spending.today() == NOTHING

    def test_an_unknown_cost_makes_the_day_unknown(self, store: Store) -> None:
        spending = SpendingInStore(store)
        spending.add(ONE, "openai:a", "ann")
        spending.add(ONE.model_copy(update={"cost": None}), "ollama:b", "ann")
        assert spending.today().cost is None
        assert spending.today().tokens == 220

    def test_lists_days_and_models_latest_first(self, store: Store) -> None:
        days = [date(2026, 3, 1)]
        spending = SpendingInStore(store, lambda: days[-1])
        spending.add(ONE, "openai:a", "ann")
        days.append(date(2026, 3, 9))
        for name in ("openai:b", "openai:a", "openai:a"):
            spending.add(ONE, name, "ann")
        listed = [(each.day.day, each.model, each.usage.calls) for each in spending.by_day(30)]
        assert listed == [(9, "openai:a", 2), (9, "openai:b", 1), (1, "openai:a", 1)]
        assert [each.day.day for each in spending.by_day(8)] == [9, 9]
        assert len(spending.by_day(9)) == 3

    def test_counts_from_several_threads(self, store: Store) -> None:
        spending = SpendingInStore(store)

        async def together() -> None:
            await asyncio.gather(*(asyncio.to_thread(spending.add, ONE, "openai:a", "ann") for _ in range(20)))

        asyncio.run(together())
        assert spending.today().calls == 20


class TestCommandLine:
    """`ask` counts, `usage` shows."""

    def run(self, demo: Asker, home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        home.mkdir(exist_ok=True)
        if not (home / "data").exists():
            (home / "data").symlink_to(demo.runtime.settings.home / "data")
        return subprocess.run(
            [sys.executable, "-m", "assistant.cli.main", *arguments],
            capture_output=True, text=True, cwd=ROOT, timeout=120, check=False, env=os.environ | {"HUAXIANG_HOME": str(home)} | environ,
        )  # fmt: skip

    def test_a_question_is_counted_and_a_spent_budget_is_kept_by_the_next_process(self, demo: Asker, tmp_path: Path) -> None:
        home = tmp_path / "home"
        with Loopback(costing(RIGHT, 3210, 40)) as server:
            limits = {"HUAXIANG_MODEL_TOKENS_PER_DAY": "3000", "HUAXIANG_MODEL_PRICE_IN": "1", "HUAXIANG_MODEL_PRICE_OUT": "2"}
            environ = environment(server.url) | limits
            first = self.run(demo, home, "ask", QUESTION, **environ)
            second = self.run(demo, home, "ask", QUESTION, **environ)
            listed = json.loads(self.run(demo, home, "usage", "--format", "json", **environ).stdout)
            assert len(server.sent) == 1
        line = first.stdout.strip().splitlines()[-1]
        assert line.startswith("language model: calls 1 · tokens in 3,210 · out 40 · cost 0.00329 · ")
        assert "language model:" not in second.stdout
        assert "budget for the language model is used up" in " ".join(second.stdout.split())
        (day,) = listed["days"]
        assert (day["model"], day["calls"], day["tokens_in"], day["tokens_out"]) == ("openai:loopback", 1, 3210, 40)
        assert day["cost"] == pytest.approx(0.00329)
        assert (listed["budget"]["tokens_per_day"], listed["is_spent"]) == (3000, True)

    def test_usage_without_any_says_so(self, demo: Asker, tmp_path: Path) -> None:
        done = self.run(demo, tmp_path / "home", "usage")
        assert done.returncode == 0, done.stderr
        assert "no language model was asked" in done.stdout
