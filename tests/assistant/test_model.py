"""A language model plans: its plan must fit the question, its words never reach the reply, and its faults cost no answer."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from asking import says_that_the_planner_took_over, with_model
from conftest import Asker, everything
from loopback import KEY, Breaks, Call, Hangs, Loopback, Played, Says, calls, environment
from proposing import LAST_MONTH, field, is_, plan

from assistant.agent import Agent
from assistant.model import configured_model
from assistant.settings import Settings
from semantic_layer.errors import DataError

ROOT = Path(__file__).parents[2]
SALES_LAST_MONTH = [[386027.21]]
PROSE = "Sales were 999,999.99 USD, far more than ever."

Start = Callable[..., tuple[Asker, Loopback]]


RIGHT = plan("sales last month", metrics=["sales"], period=LAST_MONTH)


def said_to(server: Loopback, index: int = -1) -> str:
    """What the model was sent, as readable text."""
    return json.dumps(server.sent[index].body, ensure_ascii=False)


@pytest.fixture
def model(demo: Asker, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a model that plays a script; the demo is asked with it."""
    with ExitStack() as stack:

        def start(*script: Played, seconds: float = 5, **extra: Any) -> tuple[Asker, Loopback]:
            server = stack.enter_context(Loopback(*script))
            return with_model(demo, server, monkeypatch, seconds, **extra), server

        yield start


def use(monkeypatch: pytest.MonkeyPatch, url: str, seconds: float) -> None:
    for name, value in environment(url, seconds).items():
        monkeypatch.setenv(name, value)


class TestARightPlan:
    """It is run; the words and numbers of the reply are ours."""

    def test_is_answered_with_the_numbers_of_the_rows(self, model: Start, demo: Asker) -> None:
        asker, server = model(RIGHT)
        reply = asker.ask("sales last month")
        assert len(server.sent) == 1
        assert reply.rows == SALES_LAST_MONTH
        assert reply.answer == demo.ask("sales last month").answer
        assert not says_that_the_planner_took_over(reply)

    def test_is_understood_from_a_stream_as_well(self, model: Start) -> None:
        asker, server = model(RIGHT, streaming=True)
        reply = asker.ask("sales last month")
        assert server.sent[0].body["stream"] is True
        assert reply.rows == SALES_LAST_MONTH
        assert not says_that_the_planner_took_over(reply)

    @pytest.mark.parametrize(
        ("question", "played"),
        [
            ("上个月各部门的销售额", plan("上个月 各 部门 销售额", metrics=["sales"], by=[field("department")], period=LAST_MONTH)),
            ("sales of produce last month", plan("sales produce last month", metrics=["sales"], where=is_("department", "PRODUCE"), period=LAST_MONTH)),
            ("不含燃油的销售额", plan("不含 燃油 销售额", metrics=["sales"], where={"kind": "not", "of": is_("department", "FUEL")})),
            ("list the departments", plan("list departments", "list_values", field=field("department"))),
            ("what does average basket value mean", plan("average basket value mean", "define", names=["avg_basket_value"])),
            ("what can I ask", plan("what can ask", "describe_workspace", topic="questions")),
        ],
    )  # fmt: skip
    def test_gives_the_rows_that_the_embedded_planner_gives(self, model: Start, demo: Asker, question: str, played: Says) -> None:
        asker, server = model(played)
        reply, own = asker.ask(question), demo.ask(question)
        assert len(server.sent) == 1
        assert (reply.status, reply.rows) == ("answered", own.rows)
        assert not says_that_the_planner_took_over(reply)

    def test_a_question_back_offers_the_models_choices_in_our_words(self, model: Start) -> None:
        choices = [{"request": {"kind": "metric_query", "metrics": [name]}} for name in ("discount_amount", "discount_rate")]
        asker, server = model(calls("clarify", code="term", span="discounts", choices=choices))
        reply = asker.ask("discounts")
        assert len(server.sent) == 1
        assert (reply.status, reply.reason) == ("clarify", {"code": "ambiguous", "span": "discounts"})
        assert [choice.text for choice in reply.suggestions] == ["Discount amount", "Discount rate"]

    def test_a_refusal_names_the_word_of_the_question(self, model: Start) -> None:
        asker, server = model(calls("refuse", code="unbound_word", span="drone"))
        reply = asker.ask("drone sales last month")
        assert len(server.sent) == 1
        assert (reply.status, reply.reason) == ("refused", {"code": "unbound_word", "span": "drone"})
        assert "“drone”" in reply.answer


class TestAWrongPlanIsRepaired:
    """The tool's error goes back to the model, which may try again."""

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            (plan("sales by department last month", metrics=["sales"], by=[field("departmnt")], period=LAST_MONTH), "departmnt"),
            (plan("sales by department last month", metrics=["salez"], by=[field("department")], period=LAST_MONTH), "salez"),
            (plan("sales by department last month", metrics=["sales"], group_by=["department"], period=LAST_MONTH), "group_by"),
            (plan("sales by department last month", metrics=["sales"], by=[field("department")], period="last month"), "period"),
            (plan("sales last month", metrics=["sales"], by=[field("department")], period=LAST_MONTH), "department"),
            (calls("query_metrics", readings=[], bindings=[]), "reading"),
            (calls("sum_up", metric="sales"), "sum_up"),
        ],
        ids=["field", "metric", "key", "period", "unbound word", "no reading", "tool"],
    )  # fmt: skip
    def test_after_an_error_that_names_what_is_wrong(self, model: Start, demo: Asker, wrong: Says, named: str) -> None:
        right = plan("sales by department last month", metrics=["sales"], by=[field("department")], period=LAST_MONTH)
        asker, server = model(wrong, right)
        reply = asker.ask("sales by department last month")
        assert len(server.sent) == 2
        told = server.sent[1].messages[-1]
        assert told["role"] == "tool"
        assert named in told["content"]
        assert reply.rows == demo.ask("sales by department last month").rows
        assert not says_that_the_planner_took_over(reply)

    @pytest.mark.parametrize(
        ("question", "value"), [("sales of produce last month", "produce"), ("上个月海鲜的销售额", "海鲜"), ("sales of seafood last month", "Seafood")]
    )  # fmt: skip
    def test_a_value_in_the_words_of_the_question_is_never_answered_with_nothing(
        self, model: Start, demo: Asker, question: str, value: str
    ) -> None:
        asker, server = model(
            plan(f"{question} 上个月 海鲜 销售额", metrics=["sales"], where=is_("department", value), period=LAST_MONTH)
        )
        reply, own = asker.ask(question), demo.ask(question)
        assert server.sent
        assert (reply.status, reply.rows) == ("answered", own.rows)
        assert not any(values_in(demo, said_to(server, index)) for index in range(len(server.sent)))

    def test_what_the_compiler_refuses_is_said_once_and_ends_as_its_refusal(self, model: Start) -> None:
        by_department = {"metrics": ["redemptions"], "by": [field("department")]}
        words = [{"text": "frobbed", "to": "redemptions"}, {"text": "department", "to": "department"}]
        asker, server = model(calls("query_metrics", readings=[by_department], bindings=words))
        reply = asker.ask("frobbed by department")
        assert len(server.sent) == 2
        assert "unreachable_field" in server.sent[1].messages[-1]["content"]
        assert (reply.status, reply.reason) == ("refused", {"code": "not_defined", "span": "department"})
        assert not says_that_the_planner_took_over(reply)

    def test_of_several_calls_the_first_one_is_judged(self, model: Start) -> None:
        both = Says(calls=(*plan("sales", metrics=["sales"]).calls, *RIGHT.calls))
        asker, server = model(both, RIGHT)
        reply = asker.ask("sales last month")
        assert len(server.sent) == 2
        assert len(server.sent[1].messages[-2]["tool_calls"]) == 1
        assert reply.rows == SALES_LAST_MONTH

    def test_not_for_ever(self, model: Start) -> None:
        asker, server = model(calls("sum_up"))
        reply = asker.ask("sales last month")
        assert 1 < len(server.sent) <= 3
        assert reply.rows == SALES_LAST_MONTH


class TestAPlanThatDoesNotFitTheQuestion:
    """Every word may be claimed as bound; the request itself is held against the question."""

    @pytest.mark.parametrize(
        ("question", "words", "tool", "request_"),
        [
            ("list the departments", "list departments", "list_values", {"field": field("department"), "where": is_("brand", "Private")}),
            ("list the departments", "list departments", "list_values", {"field": field("brand")}),
            ("list the campaigns", "list campaigns", "list_entities", {"entity": "campaign", "where": is_("campaign_type", "Type A")}),
            ("sales last month", "sales last month", "define", {"names": ["sales"]}),
            ("sales last month", "sales last month", "describe_workspace", {"topic": "greeting"}),
        ],
    )  # fmt: skip
    def test_in_any_tool(self, model: Start, demo: Asker, question: str, words: str, tool: str, request_: dict[str, Any]) -> None:
        asker, server = model(plan(words, tool, **request_))
        reply, own = asker.ask(question), demo.ask(question)
        assert len(server.sent) > 1
        assert reply.status != "answered" or (reply.columns, reply.rows) == (own.columns, own.rows)

    def test_the_model_is_told_which_condition_it_dropped_and_may_mend_it(self, model: Start, demo: Asker) -> None:
        dropped = plan("sales produce last month", metrics=["sales"], period=LAST_MONTH)
        mended = plan("sales produce last month", metrics=["sales"], where=is_("department", "PRODUCE"), period=LAST_MONTH)
        asker, server = model(dropped, mended)
        reply = asker.ask("sales of produce last month")
        assert len(server.sent) == 2
        assert "produce" in server.sent[1].messages[-1]["content"]
        assert reply.rows == demo.ask("sales of produce last month").rows

    def test_an_unlisted_synonym_is_taken_and_said(self, model: Start, demo: Asker) -> None:
        words = [{"text": "grossings", "to": "sales"}, {"text": "last month", "to": "period"}]
        asker, server = model(calls("query_metrics", readings=[{"metrics": ["sales"], "period": LAST_MONTH}], bindings=words))
        reply = asker.ask("grossings last month")
        assert len(server.sent) == 1
        assert reply.rows == SALES_LAST_MONTH
        said = next(text for text in reply.assumptions if "grossings" in text)
        assert "taken for sales" in said
        assert said in reply.answer

    def test_a_word_that_nothing_knows_cannot_be_bound_by_claiming_it(self, model: Start) -> None:
        asker, server = model(plan("drone sales last month", metrics=["sales"], period=LAST_MONTH))
        reply = asker.ask("drone sales last month")
        assert server.sent
        assert reply.status == "refused" or any("drone" in text for text in reply.assumptions)

    def test_repeated_it_leaves_the_question_to_the_embedded_planner(self, model: Start, demo: Asker) -> None:
        asker, server = model(plan("sales produce last month", metrics=["sales"], period=LAST_MONTH))
        reply = asker.ask("sales of produce last month")
        assert len(server.sent) == 3
        assert reply.rows == demo.ask("sales of produce last month").rows


class TestProse:
    """A model chooses tools; nothing that it writes is shown."""

    @pytest.mark.parametrize(
        "played",
        [
            Says(PROSE),
            Says(PROSE, RIGHT.calls),
            calls("refuse", code="unbound_word", span=PROSE),
            calls("refuse", code="sales_were_999_999"),
            calls("refuse", code="no_such_data", span="sales", parts={"because": {"en": PROSE}}),
            calls("clarify", code="term", span=PROSE),
            calls("clarify", code="metric", choices=[{"request": {"kind": "metric_query", "metrics": ["sales"], "where": is_("department", PROSE)}}]),
            Says(calls=(Call("query_metrics", {"readings": [{"metrics": ["sales"], "period": LAST_MONTH}], "bindings": [{"text": "sales last month", "to": PROSE}]}),)),
            Says(calls=(Call("query_metrics", {"readings": [{"metrics": ["sales"], "period": LAST_MONTH}], "bindings": [{"text": "sales last month", "to": "it"}], "notes": [{"code": "metric_note", "parts": {"text": {"en": PROSE}}}]}),)),
        ],
        ids=["alone", "beside a call", "span", "code", "parts", "span of a question back", "choice", "binding", "note"],
    )  # fmt: skip
    def test_never_reaches_the_reply(self, model: Start, played: Says) -> None:
        asker, server = model(played)
        reply = asker.ask("sales last month")
        assert server.sent
        assert "999" not in everything(reply)
        assert "far more" not in everything(reply)

    @pytest.mark.parametrize("played", [Says(PROSE), Says(PROSE, RIGHT.calls)])
    def test_costs_no_answer(self, model: Start, played: Says) -> None:
        asker, server = model(played)
        assert asker.ask("sales last month").rows == SALES_LAST_MONTH
        assert server.sent


class TestFaults:
    """Whatever goes wrong with the model, the embedded planner answers, and the reply says so."""

    @pytest.mark.parametrize(
        "played",
        [
            Breaks(500),
            Breaks(503, "<html>busy</html>"),
            Breaks(401, json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}})),
            Breaks(200, "this is no JSON"),
            Breaks(200, "{}"),
            Breaks(200, '{"choices": []}'),
            Says(),
            Says(calls=(Call("query_metrics", "{this is no JSON"),)),
            Says(calls=(Call("query_metrics", "[1, 2]"),)),
            calls("query_metrics"),
            calls("query_metrics", readings="all of them", bindings=[]),
            calls("query_metrics", readings=[None], bindings=[]),
            calls("query_metrics", readings=[{"metrics": ["sales"]}], bindings="all"),
            calls("query_metrics", readings=[{"kind": "nonsense"}], bindings=[]),
            calls("clarify", code=3),
            calls("clarify", code="readings", choices=[{"request": {"kind": "nonsense"}}]),
            calls("refuse", code="outside_period"),
            calls("refuse", code="off_topic", choices="none"),
            calls("refuse", code="tired"),
        ],
        ids=lambda played: str(played)[:60],
    )  # fmt: skip
    def test_of_what_it_sends(self, model: Start, played: Played) -> None:
        asker, server = model(played)
        reply = asker.ask("sales last month")
        assert server.sent
        assert (reply.status, reply.rows) == ("answered", SALES_LAST_MONTH)

    def test_of_time(self, model: Start) -> None:
        asker, server = model(Hangs(), seconds=0.2)
        reply = asker.ask("sales last month")
        assert server.sent
        assert reply.rows == SALES_LAST_MONTH

    def test_of_the_connection(self, demo: Asker, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        use(monkeypatch, f"http://127.0.0.1:{port}/v1", 2)
        reply = Asker(demo.runtime, Agent(configured_model(Settings(home=home)))).ask("sales last month")
        assert reply.rows == SALES_LAST_MONTH

    @pytest.mark.parametrize("played", [Breaks(500), Says(PROSE), calls("sum_up")], ids=["down", "prose", "no tool"])
    @pytest.mark.parametrize("question", ["sales last month", "上个月的销售额"])
    def test_are_said_in_the_reply(self, model: Start, question: str, played: Played) -> None:
        asker, _ = model(played)
        reply = asker.ask(question)
        assert says_that_the_planner_took_over(reply)
        assert re.search("模型" if reply.language == "zh" else "model", reply.answer)

    @pytest.mark.parametrize("question", ["drone sales last month", "discounts"])
    def test_are_said_where_the_planner_gives_no_answer(self, model: Start, question: str) -> None:
        asker, _ = model(Breaks(500))
        reply = asker.ask(question)
        assert reply.status in ("refused", "clarify")
        assert says_that_the_planner_took_over(reply)
        assert "model" in reply.answer

    def test_cost_time_that_is_counted(self, model: Start) -> None:
        asker, _ = model(Hangs(), seconds=0.2)
        assert asker.ask("sales last month").timings_ms["plan"] > 200

    @pytest.mark.parametrize("question", ["", "🙂", "SELECT 1 FROM transactions", "delete all sales of december", "a" * 5000])
    def test_cannot_come_where_no_model_is_asked(self, model: Start, question: str) -> None:
        asker, server = model(RIGHT)
        reply = asker.ask(question)
        assert (reply.status, server.sent) == ("refused", [])
        assert not says_that_the_planner_took_over(reply)

    def test_the_next_question_asks_the_model_again(self, model: Start) -> None:
        asker, server = model(Says(), RIGHT)
        reply = asker.ask("orders last month", "sales last month")
        assert len(server.sent) == 2
        assert reply.rows == SALES_LAST_MONTH
        assert not says_that_the_planner_took_over(reply)

    @pytest.mark.parametrize("name", ["nonsense", "nobody:nothing", "openai:gpt-4o-mini"])
    def test_of_the_setting_are_named_without_its_secrets(self, home: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        with pytest.raises(DataError) as caught:
            configured_model(Settings(home=home, model=name))
        assert caught.value.problem.code == "no_model"
        assert name in caught.value.problem.what

    @pytest.mark.parametrize("name", ["", " ", "embedded"])
    def test_no_model_is_no_fault(self, home: Path, name: str) -> None:
        assert configured_model(Settings(home=home, model=name)) is None


def values_in(demo: Asker, text: str) -> set[str]:
    """Stored values that stand in a text as whole words; short ones and those that labels use as well are passed over."""
    known = demo.runtime.reader(demo.context().scope).lexicon.values
    values = {value for name in known for value in known[name] if isinstance(value, str) and len(value) > 3}
    return {value for value in values - {"Private", "Unknown"} if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text)}


class TestWhatLeaves:
    """Names, labels and descriptions, as the viewer may see them; the question; never a row, a value or a key."""

    def test_no_stored_value_is_sent(self, model: Start, demo: Asker) -> None:
        asker, server = model(RIGHT)
        asker.ask("sales last month")
        assert "avg_basket_value" in said_to(server)
        assert not values_in(demo, said_to(server))

    def test_no_row_of_an_earlier_answer_is_sent(self, model: Start, demo: Asker) -> None:
        by_department = plan("sales by department last month", metrics=["sales"], by=[field("department")], period=LAST_MONTH)
        asker, server = model(by_department, RIGHT)
        asker.ask("sales by department last month", "sales last month")
        assert len(server.sent) == 2
        shown = demo.ask("sales by department last month").rows
        sent = said_to(server)
        assert not [value for _, value in shown if value > 100 and str(value) in sent]
        assert not values_in(demo, sent)

    def test_a_value_of_a_row_that_was_clicked_is_not_sent(self, model: Start, demo: Asker) -> None:
        asker, server = model(Says(), RIGHT)
        session = asker.session()

        async def talk() -> str:
            first = await session.reply("sales by department")
            clicked = next(each for each in first.suggestions if values_in(demo, json.dumps(each.request)))
            await session.run_request(clicked.request)
            await session.reply("sales last month")
            return json.dumps(clicked.request)

        value = values_in(demo, asyncio.run(talk()))
        assert len(server.sent) == 2
        assert value
        assert not value & values_in(demo, said_to(server))

    def test_no_message_is_empty(self, model: Start) -> None:
        asker, server = model(RIGHT)
        session = asker.session()

        async def talk() -> None:
            await session.run_request({"kind": "metric_query", "metrics": ["baskets"]})
            await session.reply("sales last month")

        asyncio.run(talk())
        assert server.sent
        assert all(message["content"] for message in server.sent[-1].messages)

    @pytest.mark.parametrize(
        ("role", "attributes", "absent"),
        [
            ("marketer", {}, ["household_id", "basket_id"]),
            ("store_manager", {"stores": [367, 368]}, ["redemptions", "campaign_type", "367"]),
        ],
    )
    def test_names_that_the_viewer_may_not_see_are_not_sent(
        self, model: Start, role: str, attributes: dict[str, Any], absent: list[str]
    ) -> None:
        asker, server = model(RIGHT)
        asker.ask("sales last month", role=role, **attributes)
        assert server.sent
        assert not [name for name in absent if name in said_to(server)]

    def test_the_policy_holds_for_a_plan_that_knows_nothing_of_it(self, model: Start, demo: Asker) -> None:
        by_store = plan("sales by store last month", metrics=["sales"], by=[field("store_id")], period=LAST_MONTH)
        asker, server = model(by_store)
        own = asker.ask("sales by store last month", role="store_manager", stores=[367, 368])
        assert len(server.sent) == 1
        assert {row[0] for row in own.rows} == {367, 368}
        asker, server = model(plan("sales by household", metrics=["sales"], by=[field("household_id")]))
        hidden = asker.ask("sales by household", role="marketer")
        assert server.sent
        assert (hidden.status, hidden.rows) == ("refused", [])
        assert hidden.reason is not None
        assert hidden.reason["code"] == "not_allowed"

    def test_the_key_travels_in_the_header_alone(self, model: Start) -> None:
        asker, server = model(RIGHT)
        reply = asker.ask("sales last month")
        headers = {name.lower(): value for name, value in server.sent[0].headers.items()}
        assert headers["authorization"] == f"Bearer {KEY}"
        assert KEY not in server.sent[0].text
        assert KEY not in everything(reply)

    def test_a_follow_up_carries_the_last_question_and_its_request(self, model: Start, demo: Asker) -> None:
        by_brand = plan("by brand type", metrics=["sales"], by=[field("brand")], period=LAST_MONTH)
        asker, server = model(RIGHT, by_brand)
        reply = asker.ask("sales last month", "by brand type")
        assert len(server.sent) == 2
        earlier, request, asked = server.sent[1].messages[-3:]
        assert (earlier["role"], earlier["content"]) == ("user", "sales last month")
        assert json.loads(request["content"])["metrics"] == ["sales"]
        assert (asked["role"], asked["content"]) == ("user", "by brand type")
        assert reply.rows == demo.ask("sales last month", "by brand type").rows
        assert not says_that_the_planner_took_over(reply)

    def test_a_follow_up_may_keep_the_conditions_of_the_last_request(self, model: Start, demo: Asker) -> None:
        kept = {"metrics": ["sales"], "where": is_("department", "PRODUCE"), "period": LAST_MONTH}
        asker, server = model(plan("sales produce last month", **kept), plan("by brand type", by=[field("brand")], **kept))
        reply = asker.ask("sales of produce last month", "by brand type")
        assert reply.rows == demo.ask("sales of produce last month", "by brand type").rows
        assert len(server.sent) == 2
        assert not says_that_the_planner_took_over(reply)

    def test_a_long_conversation_is_not_sent_as_a_whole(self, model: Start) -> None:
        asker, server = model(RIGHT)
        asker.ask(*["sales last month"] * 9)
        assert len(server.sent) == 9
        assert len(server.sent[-1].messages) <= 1 + 2 * 6 + 1


class TestLogs:
    """A log says that a model failed and how; never the key, the question or what the model was sent."""

    @pytest.mark.parametrize(
        "played",
        [RIGHT, Says(PROSE), Breaks(401, json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}})), Breaks(500)],
        ids=["right", "prose", "refused key", "down"],
    )
    def test_hold_neither_key_nor_question(self, model: Start, caplog: pytest.LogCaptureFixture, played: Played) -> None:
        caplog.set_level(logging.INFO)
        asker, server = model(played)
        asker.ask("sales last month")
        assert server.sent
        for secret in (KEY, "sales last month", "386", PROSE):
            assert secret not in caplog.text

    def test_hold_no_key_even_with_every_detail_of_the_client(self, model: Start, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        asker, server = model(RIGHT)
        asker.ask("sales last month")
        assert server.sent
        assert KEY not in caplog.text

    def test_name_the_kind_of_the_fault(self, model: Start, caplog: pytest.LogCaptureFixture) -> None:
        asker, _ = model(Breaks(500))
        asker.ask("sales last month")
        assert re.search(r"the model gave no plan \(\w+Error\)", caplog.text)


class TestCommandLine:
    """The settings come from the environment."""

    def test_a_model_that_fails_costs_no_answer_and_leaves_no_secret_in_the_log(self, demo: Asker, tmp_path: Path) -> None:
        home = tmp_path / "home"
        home.mkdir()
        (home / "data").symlink_to(demo.runtime.settings.home / "data")
        with Loopback(Breaks(500)) as server:
            done = subprocess.run(
                [sys.executable, "-m", "assistant.cli.main", "ask", "sales last month", "--format", "json"],
                capture_output=True, text=True, cwd=ROOT, timeout=120, check=False,
                env=os.environ | environment(server.url) | {"HUAXIANG_HOME": str(home)},
            )  # fmt: skip
            assert server.sent
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["rows"] == SALES_LAST_MONTH
        log = (home / "logs" / "huaxiang.log").read_text("utf-8")
        assert "the model gave no plan" in log
        assert KEY not in log + done.stdout + done.stderr
        assert "sales last month" not in log
