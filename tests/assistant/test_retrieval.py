"""What a model is told of: the definitions that a question needs, within what the viewer may see; and that is what leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from asking import with_model
from conftest import Asker
from loopback import Loopback, Says, calls, environment

from assistant import prompt
from assistant.conversation import Conversation, Turn
from assistant.offered import Offered, visible
from assistant.prompt import prompt_of, system_prompt
from assistant.retrieval import SMALL, Retrieved, retrieve
from assistant.turn import TurnContext
from evals.bench.retrieval import measure
from evals.golden import find_set, load_set
from semantic_layer.metric_parts import all_parts

ROOT = Path(__file__).parents[2]


def told(
    asker: Asker, question: str, *earlier: str, requests: tuple[dict[str, Any], ...] = (), role: str | None = None
) -> set[str]:
    """The names that a model is told of."""
    context = asker.context(role)
    reader = asker.runtime.reader(context.scope)
    return set(retrieve(question, earlier, requests, reader, context.scope).offered.names)


class TestWhatAQuestionNeeds:
    """Known words lead to their definitions; unknown ones to what is spelled or described alike."""

    @pytest.mark.parametrize(
        ("question", "names"),
        [
            ("redemptions by campaign type", {"redemptions", "campaign_type"}),
            ("各部门的折扣率", {"department", "discount_rate"}),
            ("sales of produce", {"sales", "department"}),
            ("how many high value customers are at risk", {"high_value_at_risk"}),
            ("what does roi mean", {"roi"}),
            ("已婚家庭的客单价", {"marital_status", "avg_basket_value"}),
            ("buyers with kids", {"buyers", "kids_count"}),
        ],
    )
    def test_is_told_by_the_words_that_are_known(self, demo: Asker, question: str, names: set[str]) -> None:
        assert names <= told(demo, question)

    @pytest.mark.parametrize(
        ("question", "name"), [("avg basket vaules", "avg_basket_value"), ("households that were targetted", "targeted"), ("客流失去概率", "churn_probability")]
    )  # fmt: skip
    def test_is_told_for_words_that_are_only_like_known_ones(self, demo: Asker, question: str, name: str) -> None:
        assert name in told(demo, question)

    def test_comes_with_what_it_is_made_of(self, demo: Asker) -> None:
        workspace = demo.runtime.workspace
        roi = workspace.metric("break_even_lift")
        assert roi is not None
        assert {part.name for part in all_parts(workspace, roi) if not part.hidden} <= told(
            demo, "break-even lift of the campaigns"
        )

    def test_comes_with_the_key_metrics_even_for_a_question_without_a_known_word(self, demo: Asker) -> None:
        assert set(demo.runtime.workspace.workspace.key_metrics) <= told(demo, "zzz qqq")

    def test_comes_with_what_the_conversation_speaks_of(self, demo: Asker) -> None:
        request = {"kind": "metric_query", "metrics": ["redeemers"], "by": [{"kind": "field", "name": "coupon_upc"}]}
        assert {"redeemers", "coupon_upc"} - told(demo, "and in november?") != set()
        assert {"redeemers", "coupon_upc"} <= told(demo, "and in november?", requests=(request,))
        assert "redeemers" in told(demo, "and in november?", "redeemers by month")

    def test_is_less_than_everything(self, demo: Asker) -> None:
        context = demo.context()
        assert len(told(demo, "sales last month")) < len(visible(context.scope).names) * 0.6

    def test_is_the_same_each_time(self, demo: Asker) -> None:
        assert told(demo, "客单价 by store") == told(demo, "客单价 by store")

    def test_of_a_small_workspace_is_everything(self, tea: Asker) -> None:
        whole = set(visible(tea.context().scope).names)
        assert len(whole) <= SMALL
        assert told(tea, "zzz") == whole
        assert "All of them are listed below" in TestThePrompt().prompt(tea, "zzz")

    def test_holds_more_than_99_of_100_right_requests_at_little_more_than_half_the_length(self, demo: Asker) -> None:
        cases = [case for case in load_set(find_set("complete_journey")).cases if not case.frozen]
        measured = measure(cases, demo.runtime)
        assert len(measured) > 250
        assert sum(not each.missing for each in measured) / len(measured) > 0.99
        lengths, whole = sorted(each.characters for each in measured), measured[0].whole
        assert lengths[len(lengths) // 2] < whole * 0.6


class TestTheViewersGrant:
    """Nobody's model is told of what that viewer may not see."""

    @pytest.mark.parametrize(
        ("role", "question", "absent"),
        [
            ("marketer", "sales by household and by basket", {"household_id", "basket_id"}),
            ("store_manager", "redemptions by campaign type, targeted households", {"redemptions", "campaign_type", "targeted"}),
        ],
    )
    def test_holds_for_words_of_the_question(self, demo: Asker, role: str, question: str, absent: set[str]) -> None:
        assert told(demo, question, role=role) & absent == set()

    def test_holds_for_what_was_asked_before(self, demo: Asker) -> None:
        request = {"kind": "metric_query", "metrics": ["redemptions"]}
        assert "redemptions" not in told(demo, "and in november?", "redemptions", requests=(request,), role="store_manager")

    def test_holds_where_the_index_of_another_viewer_was_kept(self, demo: Asker) -> None:
        assert "household_id" in told(demo, "sales by household")
        assert "household_id" not in told(demo, "sales by household", role="marketer")


class TestThePrompt:
    """Names, labels, descriptions; and how much more there is."""

    def prompt(self, asker: Asker, question: str, *earlier: Turn) -> str:
        context = asker.context()
        return prompt_of(TurnContext(question, Conversation(id="c", turns=earlier), asker.runtime.reader(context.scope), context))

    def test_says_how_much_more_exists(self, demo: Asker) -> None:
        text = self.prompt(demo, "sales last month")
        shown = told(demo, "sales last month")
        assert f"{len(visible(demo.context().scope).names) - len(shown)} more exist" in text

    def test_defines_what_it_lists(self, demo: Asker) -> None:
        text = self.prompt(demo, "average basket value by store")
        assert "- avg_basket_value (客单价 / Average basket value): Sales divided by baskets [data: transactions]" in text
        assert "- store_id (门店 / Store)" in text

    def test_tells_values_only_of_fields_that_share_them(self, demo: Asker) -> None:
        scope = demo.context().scope
        field = next(each for each in visible(scope).fields if each.values)
        secret = system_prompt(scope.workspace, Retrieved(Offered(fields=(field,))), scope.as_of)
        shared = field.model_copy(update={"share_with_model": True})
        told_of = system_prompt(scope.workspace, Retrieved(Offered(fields=(shared,))), scope.as_of)
        value = str(field.values[0].value)
        assert value not in secret
        assert value in told_of

    def test_is_not_the_end_of_what_can_be_named(self, demo: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
        """A definition that was not listed is accepted where the question asks for it."""
        monkeypatch.setattr(prompt, "retrieve", lambda *_: Retrieved(Offered(), more=99))
        request = {"metrics": ["redemptions"], "by": [{"kind": "field", "name": "campaign_type"}]}
        words = [{"text": "redemptions", "to": "redemptions"}, {"text": "campaign type", "to": "campaign_type"}]
        with Loopback(calls("query_metrics", readings=[request], bindings=words)) as server:
            reply = with_model(demo, server, monkeypatch).ask("redemptions by campaign type")
            assert len(server.sent) == 1
        assert "redemptions (" not in json.dumps(server.sent[0].body, ensure_ascii=False)
        assert reply.rows == demo.ask("redemptions by campaign type").rows


class TestShowPrompt:
    """`ask --show-prompt` prints what leaves, and whether it would."""

    def ask(self, demo: Asker, question: str, *more: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "assistant.cli.main", "ask", question, *more],
            capture_output=True, text=True, cwd=ROOT, timeout=120, check=False,
            env=os.environ | {"HUAXIANG_HOME": str(demo.runtime.settings.home)} | environ,
        )  # fmt: skip

    def test_is_exactly_what_the_provider_receives(self, demo: Asker) -> None:
        question = "grossings of “produce” last month 上个月"
        with Loopback(Says()) as server:
            environ = environment(server.url)
            shown = self.ask(demo, question, "--show-prompt", "--format", "json", **environ)
            assert server.sent == []
            self.ask(demo, question, **environ)
            body = server.sent[0].body
        sent = json.loads(shown.stdout)["sent"]
        assert sent["leaves"] is True
        system, *rest = body["messages"]
        assert system == {"role": "system", "content": sent["system"]}
        assert [{"role": each["role"], "content": each["content"]} for each in rest] == sent["messages"]
        assert body["tools"] == sent["tools"]

    def test_is_printed_whole_without_breaking_lines(self, demo: Asker) -> None:
        shown = json.loads(self.ask(demo, "sales last month", "--show-prompt", "--format", "json").stdout)
        text = self.ask(demo, "sales last month", "--show-prompt").stdout
        assert shown["sent"]["system"] in text
        assert "\nsales last month\n" in text
        assert all(json.dumps(tool, ensure_ascii=False) in text for tool in shown["sent"]["tools"])
        assert shown["prompt"] == text.rstrip("\n")

    def test_says_that_nothing_leaves_without_a_model_and_where_the_planner_is_certain(self, demo: Asker) -> None:
        assert self.ask(demo, "drone sales", "--show-prompt", HUAXIANG_MODEL="").stdout.startswith("Nothing is sent")
        environ = {**environment("http://127.0.0.1:9/v1"), "HUAXIANG_MODE": "auto"}
        assert self.ask(demo, "sales last month", "--show-prompt", **environ).stdout.startswith("Nothing is sent")
        assert not self.ask(demo, "drone sales", "--show-prompt", **environ).stdout.startswith("Nothing is sent")
