"""The embedded planner: what is understood, what is asked back, and that nothing is silently ignored."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Plan, Refuse


@pytest.mark.parametrize(
    ("question", "metrics", "by"),
    [
        ("按部门看销售额", ["sales"], ["department"]),
        ("部门维度的销售额", ["sales"], ["department"]),
        ("各部门销售额", ["sales"], ["department"]),
        ("sales by department", ["sales"], ["department"]),
        ("what did each department sell", ["sales"], ["department"]),
        ("monthly sales by brand", ["sales"], ["month", "brand"]),
        ("how many customers by age group", ["buyers"], ["age"]),
        ("销售额和客单价按年龄段和婚姻状况", ["sales", "avg_basket_value"], ["age", "marital_status"]),
        ("每个客户平均消费多少", ["sales_per_buyer"], []),
        ("sales per customer", ["sales_per_buyer"], []),
        ("核销人数按活动", ["redeemers"], ["campaign_id"]),
    ],
)
def test_metrics_and_groups(demo: Asker, question: str, metrics: list[str], by: list[str]) -> None:
    found = request(demo, question)
    assert found["metrics"] == metrics
    assert [ref.get("name") or ref.get("grain") for ref in found.get("by", [])] == by


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("上个月各部门的销售额", "麻烦帮我看下上个月各部门的销售额，谢谢"),
        ("上个月各部门的销售额", "各部门销售额，上个月"),
        ("上个月各部门的销售额", "上個月各部門的銷售額"),
        ("上个月各部门的销售额", "上個月各部門的銷售額？？？"),
        ("sales by department last month", "Could you please show me last month's sales by department?"),
        ("sales by department last month", "LAST MONTH: SALES BY DEPARTMENT!!"),
        ("sales by department last month", "last month revenue for each dept pls"),
        ("top 5 stores by sales", "the five stores with the highest sales"),
    ],
)
def test_politeness_order_case_and_script_change_nothing(demo: Asker, question: str, same: str) -> None:
    assert request(demo, question) == request(demo, same)


@pytest.mark.parametrize(
    "question",
    [
        "上个月各部门的{x}销售额",
        "{x}客户的客单价",
        "销售额最高的{x}门店",
        "sales of {x} products last month",
        "average basket value of {x} customers",
        "sales per {x}",
    ],
)
@pytest.mark.parametrize("word", ["蓝莓派", "跨境", "vegan", "drone"])
def test_a_word_that_nothing_knows_is_refused_by_name(demo: Asker, question: str, word: str) -> None:
    outcome = understood(demo, question.format(x=word))
    assert isinstance(outcome, Refuse)
    assert outcome.code in ("unbound_word", "no_such_data")
    assert word in outcome.span or outcome.span in word


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("", "empty"), ("   ", "empty"), ("😀😀", "no_words"), ("?!", "no_words"), ("销售额" * 2000, "too_long"),
        ("SELECT * FROM transactions", "sql_pasted"), ("drop table transactions", "sql_pasted"), ("删除12月的数据", "write"),
        ("delete all sales of december", "write"), ("今天天气怎么样", "off_topic"), ("write me a poem about the sea", "off_topic"),
    ],
)  # fmt: skip
def test_what_is_no_question_gets_a_reason(demo: Asker, question: str, code: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse)
    assert outcome.code == code


@pytest.mark.parametrize("question", ["上个月的客但价", "上个月的消售额", "revnue last month", "average baskt value by month"])
def test_a_mistyped_metric_is_answered_with_the_correction_shown(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Plan)
    assert [note.code for note in outcome.notes if note.code == "corrected"]


def test_two_values_of_one_field_that_nothing_joins_are_asked_back(demo: Asker) -> None:
    assert understood(demo, "杂货销售额海鲜").kind == "clarify"


def test_negation_holds_for_the_whole_list(demo: Asker) -> None:
    where = request(demo, "不含燃油和烈酒的销售额")["where"]
    assert where["kind"] == "not"
    assert where["of"]["values"] == ["FUEL", "SPIRITS"]


def test_who_bought_something_is_a_plain_count(demo: Asker) -> None:
    for question in ("多少客户买过烘焙", "how many customers bought pastry"):
        found = request(demo, question)
        assert found["metrics"] == ["buyers"]
        assert found["where"]["right"] == "PASTRY"


def test_every_word_is_bound_or_changes_nothing(demo: Asker) -> None:
    outcome = understood(demo, "上个月不含燃油的销售额按部门前5")
    assert isinstance(outcome, Plan)
    bound = {binding.text: binding.to for binding in outcome.bindings}
    assert bound["不含"] == "not"
    assert bound["燃油"] == "department = FUEL"
    assert bound["5"] == "order"


class TestDialogue:
    """A message without a subject of its own edits the last request."""

    @pytest.mark.parametrize(
        ("questions", "expected"),
        [
            (("上个月各部门的销售额", "那9月呢"), {"metrics": ["sales"], "by": ["department"], "start": "2017-09-01"}),
            (
                ("上个月各部门的销售额", "换成客单价"),
                {"metrics": ["avg_basket_value"], "by": ["department"], "start": "2017-11-01"},
            ),
            (("上个月的销售额", "按门店呢"), {"metrics": ["sales"], "by": ["store_id"], "start": "2017-11-01"}),
            (("sales by month", "also by brand"), {"metrics": ["sales"], "by": ["month", "brand"]}),
            (("sales last month", "and orders"), {"metrics": ["baskets"], "by": [], "start": "2017-11-01"}),
        ],
    )
    def test_the_edit_is_typed(self, demo: Asker, questions: tuple[str, ...], expected: dict[str, Any]) -> None:
        reply = demo.ask(*questions)
        assert reply.plan is not None
        assert reply.plan["metrics"] == expected["metrics"]
        assert [ref.get("name") or ref.get("grain") for ref in reply.plan.get("by", [])] == expected["by"]
        if "start" in expected:
            assert reply.period is not None
            assert reply.period["start"] == expected["start"]

    def test_a_filter_is_added_replaced_and_removed(self, demo: Asker) -> None:
        assert demo.ask("上个月的销售额", "只看杂货").rows == demo.ask("上个月杂货的销售额").rows
        assert demo.ask("上个月杂货的销售额", "海鲜呢").rows == demo.ask("上个月海鲜的销售额").rows
        assert demo.ask("上个月各部门的销售额", "去掉燃油").rows == demo.ask("上个月各部门的销售额，不含燃油").rows

    def test_a_full_question_inherits_nothing(self, demo: Asker) -> None:
        assert demo.ask("上个月杂货的销售额", "今年的订单数").plan == demo.ask("今年的订单数").plan

    def test_an_answer_to_a_question_back_is_taken(self, demo: Asker) -> None:
        reply = demo.ask("上个月的折扣", "折扣率")
        assert reply.plan is not None
        assert reply.plan["metrics"] == ["discount_rate"]
        assert reply.period is not None
        assert reply.period["start"] == "2017-11-01"

    def test_a_fragment_without_a_conversation_is_asked_back(self, demo: Asker) -> None:
        assert demo.ask("那上周呢").status == "clarify"
