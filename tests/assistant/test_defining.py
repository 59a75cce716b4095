"""Defining by talking: what is read of each rule, that its words are read as the same rule again, and what is refused, and why."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from pydantic import TypeAdapter
from ruamel.yaml import YAML
from understanding import understood

from assistant.conversation import Conversation
from assistant.planner.defining.define import condition_in
from assistant.planner.outcome import Plan, Refuse
from assistant.planner.plan import plan
from assistant.wording.readings import Words
from assistant.wording.rules import RuleWords
from semantic_layer.conditions import AnyCondition, Condition
from semantic_layer.policy import Viewer

CONDITION: TypeAdapter[AnyCondition] = TypeAdapter(Condition)
RULES = [
    (
        "demo",
        "晚上9点后购买占三成以上、近90天买过12次以上的客户",
        "{all: [{metric: baskets, where: {field: hour, in: [21, 22, 23, 0, 1, 2, 3, 4]}, at_least: {times: 0.3, "
        "metric: baskets}}, {metric: baskets, period: {n: 90, unit: day}, at_least: 12}]}",
    ),
    (
        "demo",
        "近90天买过12次以上且从没用过券的客户",
        "{all: [{metric: baskets, period: {n: 90, unit: day}, at_least: 12}, not: {did: coupon_redemptions, entity: household}]}",
    ),
    ("demo", "高价值且活跃的客户", "{all: [{tag: value_tier, is: high}, {tag: lifecycle_stage, is: active}]}"),
    (
        "demo",
        "沉睡或流失，且高价值或中价值的客户",
        "{all: [{tag: lifecycle_stage, in: [dormant, churned]}, {tag: value_tier, in: [high, medium]}]}",
    ),
    (
        "demo",
        "（高价值或忠诚客户）且近30天来过",
        "{all: [any: [{tag: value_tier, is: high}, segment: loyal_high_value], {did: transactions, entity: household, "
        "period: {n: 30, unit: day}}]}",
    ),
    (
        "demo",
        "不是（高价值或近30天来过）的客户",
        "{not: {any: [{tag: value_tier, is: high}, {did: transactions, entity: household, period: {n: 30, unit: day}}]}}",
    ),
    ("demo", "R得分不小于4，且最近购买间隔大于30天", "{all: [{tag: r_score, at_least: 4}, {tag: recency_days, more_than: 30}]}"),
    (
        "demo",
        "近90天买过12次以上且消费满500的客户",
        "{all: [{metric: baskets, period: {n: 90, unit: day}, at_least: 12}, {metric: sales, period: {n: 90, unit: "
        "day}, at_least: 500}]}",
    ),
    ("demo", "消费500元以上但不到1000的客户", "{all: [{metric: sales, at_least: 500}, {metric: sales, less_than: 1000}]}"),
    ("demo", "超过60天没来的客户", "{not: {did: transactions, entity: household, period: {n: 60, unit: day}}}"),
    ("demo", "最近一次购买在30天以前的客户", "{tag: recency_days, more_than: 30}"),
    (
        "demo",
        "近90天在肉类花了100以上的客户",
        "{metric: sales, period: {n: 90, unit: day}, where: {field: department, is: MEAT}, at_least: 100}",
    ),
    ("demo", "周末买过5次以上的客户", "{metric: baskets, where: {field: is_weekend, is: true}, at_least: 5}"),
    ("demo", "偏好部门为肉类的客户", "{tag: favourite_department, is: MEAT}"),
    ("demo", "年龄35-44岁的客户", "{field: household.age, is: 35-44}"),
    ("demo", "属于忠诚客户但不属于优惠券敏感客户", "{all: [segment: loyal_high_value, not: {segment: coupon_lovers}]}"),
    ("demo", "近90天客单价超过50的客户", "{metric: avg_basket_value, period: {n: 90, unit: day}, more_than: 50}"),
    (
        "demo",
        "3月买过、11月没买过的客户",
        "{all: [{did: transactions, entity: household, period: {start: '2017-03-01', end: '2017-03-31'}}, not: {did: "
        "transactions, entity: household, period: {start: '2017-11-01', end: '2017-11-30'}}]}",
    ),
    ("demo", "近90天消费在100到500之间", "{tag: sales_90d, between: [100, 500]}"),
    (
        "demo",
        "高价值，近30天来过或近90天买过12次以上",
        "{all: [{tag: value_tier, is: high}, any: [{did: transactions, entity: household, period: {n: 30, unit: day}}, "
        "{metric: baskets, period: {n: 90, unit: day}, at_least: 12}]]}",
    ),
    (
        "demo",
        "近365天肉类消费占比不少于20%",
        "{metric: sales, period: {n: 365, unit: day}, where: {field: department, is: MEAT}, at_least: {times: 0.2, "
        "metric: sales, period: {n: 365, unit: day}}}",
    ),
    (
        "demo",
        "近90天销售额不超过再之前90天的0.7倍",
        "{metric: sales, period: {n: 90, unit: day}, at_most: {times: 0.7, metric: sales, period: {n: 90, unit: day, skip: 90}}}",
    ),
    (
        "demo",
        "今年买过肉类或生鲜果蔬",
        "{did: transactions, entity: household, period: {unit: year}, where: {field: department, in: [MEAT, PRODUCE]}}",
    ),
    (
        "demo",
        "customers who bought 12 or more times in the last 90 days and never used a coupon",
        "{all: [{metric: baskets, period: {n: 90, unit: day}, at_least: 12}, not: {did: coupon_redemptions, entity: household}]}",
    ),
    (
        "demo",
        "customers with at least 30% of their purchases after 9pm",
        "{metric: baskets, where: {field: hour, in: [21, 22, 23, 0, 1, 2, 3, 4]}, at_least: {times: 0.3, metric: baskets}}",
    ),
    (
        "demo",
        "high-value customers who have not bought in the last 60 days",
        "{all: [{tag: value_tier, is: high}, not: {did: transactions, entity: household, period: {n: 60, unit: day}}]}",
    ),
    (
        "demo",
        "customers who are dormant or churned, and high value or medium value",
        "{all: [{tag: lifecycle_stage, in: [dormant, churned]}, {tag: value_tier, in: [high, medium]}]}",
    ),
    ("demo", "loyal customers but not coupon lovers", "{all: [segment: loyal_high_value, not: {segment: coupon_lovers}]}"),
    ("demo", "customers whose R score is at least 4", "{tag: r_score, at_least: 4}"),
    (
        "demo",
        "customers who spent at least 500 and bought at least 12 times in the last 90 days",
        "{all: [{metric: sales, period: {n: 90, unit: day}, at_least: 500}, {metric: baskets, period: {n: 90, unit: "
        "day}, at_least: 12}]}",
    ),
    (
        "demo",
        "customers who spent between 100 and 500 in the last 90 days",
        "{metric: sales, period: {n: 90, unit: day}, between: [100, 500]}",
    ),
    ("demo", "customers who last bought more than 60 days ago", "{tag: recency_days, more_than: 60}"),
    (
        "demo",
        "not (high value or bought meat in the last 30 days)",
        "{not: {any: [{tag: value_tier, is: high}, {did: transactions, entity: household, period: {n: 30, unit: day}, "
        "where: {field: department, is: MEAT}}]}}",
    ),
    (
        "demo",
        "customers with at least 12 baskets in the last 90 days, who are loyal customers or young families",
        "{all: [{metric: baskets, period: {n: 90, unit: day}, at_least: 12}, any: [segment: loyal_high_value, segment: "
        "young_families]]}",
    ),
    (
        "demo",
        "customers who bought at least 5 times on weekends",
        "{metric: baskets, where: {field: is_weekend, is: true}, at_least: 5}",
    ),
    (
        "demo",
        "customers who spent more than 100 on meat in the last 90 days",
        "{metric: sales, period: {n: 90, unit: day}, where: {field: department, is: MEAT}, more_than: 100}",
    ),
    (
        "web_shop",
        "近30天浏览过5次以上但没下单的客户",
        "{all: [{metric: views, period: {n: 30, unit: day}, at_least: 5}, not: {did: orders, entity: customer, period: "
        "{n: 30, unit: day}}]}",
    ),
    (
        "web_shop",
        "加购过但从没下单，或者近90天退款2次以上",
        "{any: [all: [{did: carts, entity: customer}, not: {did: orders, entity: customer}], {metric: refunds, period: "
        "{n: 90, unit: day}, at_least: 2}]}",
    ),
    (
        "web_shop",
        "夜猫子或羊毛党，但不是高价值客户",
        "{all: [any: [segment: night_owls, segment: bargain_hunters], not: {tag: value_tier, is: high}]}",
    ),
    ("web_shop", "不属于重点关怀名单的夜猫子", "{all: [not: {segment: care_list}, segment: night_owls]}"),
    ("web_shop", "最近一次下单在30天内的客户", "{tag: recency_days, less_than: 30}"),
    (
        "demo",
        "近30天消费超过200、并且没用过优惠券的客户",
        "{all: [{metric: sales, period: {n: 30, unit: day}, more_than: 200}, "
        "not: {did: coupon_redemptions, entity: household, period: {n: 30, unit: day}}]}",
    ),
    (
        "demo",
        "近90天在周末买过5次以上的有孩客户",
        "{all: [{field: household.kids_count, in: ['1', '2', 3+]}, "
        "{metric: baskets, period: {n: 90, unit: day}, where: {field: is_weekend, is: true}, at_least: 5}]}",
    ),
    (
        "demo",
        "近90天买过10次以上、其中周末占一半以上的客户",
        "{all: [{metric: baskets, period: {n: 90, unit: day}, at_least: 10}, {metric: baskets, period: {n: 90, unit: day}, "
        "where: {field: is_weekend, is: true}, at_least: {times: 0.5, metric: baskets, period: {n: 90, unit: day}}}]}",
    ),
    (
        "demo",
        "customers who bought at least twice in the last 30 days but not on weekends",
        "{all: [{metric: baskets, period: {n: 30, unit: day}, at_least: 2}, "
        "not: {did: transactions, entity: household, period: {n: 30, unit: day}, where: {field: is_weekend, is: true}}]}",
    ),
    ("web_shop", "退款率超过20%", "{metric: refund_rate, more_than: 0.2}"),
    (
        "web_shop",
        "at least 40% of orders after 10pm",
        "{metric: orders, where: {field: hour, in: [22, 23, 0, 1, 2, 3, 4]}, at_least: {times: 0.4, metric: orders}}",
    ),
    (
        "web_shop",
        "customers who ordered at least 3 times in the last 90 days and whose preferred channel is app",
        "{all: [{metric: orders, period: {n: 90, unit: day}, at_least: 3}, {tag: preferred_channel, is: app}]}",
    ),
    ("tea", "近30天买过3次以上的会员", "{metric: orders, period: {n: 30, unit: day}, at_least: 3}"),
    (
        "tea",
        "金卡会员且从没买过绿茶",
        "{all: [{field: member.level, is: gold}, not: {did: order_lines, entity: member, where: {field: family, is: green}}]}",
    ),
    (
        "tea",
        "近90天成交额满500或绿茶占下单额三成以上",
        "{any: [{metric: paid_amount, period: {n: 90, unit: day}, at_least: 500}, {metric: order_amount, period: {n: "
        "90, unit: day}, where: {field: family, is: green}, at_least: {times: 0.3, metric: order_amount, period: {n: "
        "90, unit: day}}}]}",
    ),
]
"""The workspace, what is said, and the rule as the workspace's YAML spells it."""


def read(asker: Asker, text: str) -> AnyCondition:
    reader = asker.runtime.reader(asker.runtime.scope(Viewer()))
    return condition_in(text, reader.lexicon, reader.today, lambda part: plan(part, Conversation(id=""), reader))[1]


def spelled_out(yaml: str) -> AnyCondition:
    return CONDITION.validate_python(YAML(typ="safe").load(yaml))


@pytest.mark.parametrize(("workspace", "text", "expected"), RULES)
def test_a_condition_in_words_is_the_condition_of_the_workspace(
    workspace: str, text: str, expected: str, request: pytest.FixtureRequest
) -> None:
    assert read(request.getfixturevalue(workspace), text) == spelled_out(expected)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("workspace", "text", "expected"), RULES)
def test_the_words_of_a_rule_are_read_as_the_same_rule(
    workspace: str, text: str, expected: str, language: str, request: pytest.FixtureRequest
) -> None:
    asker: Asker = request.getfixturevalue(workspace)
    rule = spelled_out(expected)
    said = RuleWords(Words(asker.runtime.workspace, language)).rule(rule)
    assert read(asker, said) == rule, said


@pytest.mark.parametrize(
    ("what", "code", "span"),
    [
        ("把喜欢蓝色的客户存成一个客群", "define_unread", "喜欢蓝色"),
        ("把长得好看的高价值客户存成一个客群", "define_unread", "长"),
        ("把近90天购买次数最多的客户存成一个客群", "define_unread", "最多"),
        ("把6月30日的高价值客户存成一个客群", "define_unread", "6月30日的高价值客户"),
        ("把消费前10%的客户存成一个客群", "define_unread", "消费前10%的客户"),
        ("把高价值，或近30天来过，且用过券的客户存成一个客群", "define_mixed", "，且"),
        ("把（高价值或近30天来过的客户存成一个客群", "define_brackets", "["),
        ("save customers who like blue as a segment", "define_unread", "blue"),
        ("save customers who spend more than average as a segment", "define_unread", "average"),
        ("save customers who last bought in November as a segment", "define_unread", "who last bought in November"),
        ("save VIP customers as a segment", "define_unread", "VIP"),
        ("create a segment of customers in the top 10% by sales", "define_unread", "top"),
    ],
)
def test_what_cannot_be_said_is_refused_with_the_words(demo: Asker, what: str, code: str, span: str) -> None:
    outcome = understood(demo, what)
    assert isinstance(outcome, Refuse)
    assert (outcome.code, outcome.span) == (code, span)
    assert "Not saved" in (reply := demo.ask(what)).answer or "没有保存" in reply.answer


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("把高价值客户存成一个客群，叫大户", ("大户", None)),
        ("把高价值客户存成一个叫大户的客群", ("大户", None)),
        ("定义一个客群「大户」：高价值", ("大户", None)),
        ("定义客群：高价值，叫大户", ("大户", None)),
        ("新建客群，条件是高价值", ("自定义客群1", "Custom segment 1")),
        ("save high-value customers as a segment called Big ones", (None, "Big ones")),
        ("create a segment of high-value customers and call it Big ones", (None, "Big ones")),
        ("create a segment called Big ones: high value", (None, "Big ones")),
        ('save high-value customers as "Big ones / 大户"', ("大户", "Big ones")),
        ("create a segment of high-value customers", ("自定义客群1", "Custom segment 1")),
    ],
)
def test_a_name_is_read_in_either_place_and_made_up_where_none_is_given(
    demo: Asker, question: str, labels: tuple[str | None, str | None]
) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Plan), outcome
    request: dict[str, Any] = outcome.readings[0]
    assert (request["label"].get("zh"), request["label"].get("en")) == labels
    assert request["rule"]["right"] == "high"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("高价值", "name_taken"),
        ("销售额", "name_taken"),
        ("loyal customers", "name_taken"),
        ("本月", "name_unfit"),
        ("123", "name_unfit"),
    ],
)
def test_a_name_that_means_something_is_refused_with_the_cure(demo: Asker, name: str, code: str) -> None:
    question = f"把近30天来过的客户存成一个客群，叫{name}"
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse)
    assert (outcome.code, outcome.span) == (code, name)
    assert "换一个" in demo.ask(question).answer


@pytest.mark.parametrize("question", ["有哪些客群", "夜间活跃客户有多少", "save", "how many loyal customers", "客群规模"])
def test_other_questions_define_nothing(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert not (isinstance(outcome, Plan) and outcome.readings[0]["kind"] == "define_segment")


def test_days_that_are_taken_over_and_days_that_are_not_said_are_told(demo: Asker) -> None:
    shared = understood(demo, "把近90天买过12次以上且消费满500的客户存成一个客群")
    undated = understood(demo, "把消费满500的客户存成一个客群")
    assert isinstance(shared, Plan)
    assert isinstance(undated, Plan)
    assert [note.code for note in shared.notes] == ["shared_days"]
    assert [note.code for note in undated.notes] == ["undated_rule"]


def test_who_may_see_no_single_one_is_told_how_many_and_nothing_of_small_groups(demo: Asker) -> None:
    question = "把近90天买过12次以上的客户存成一个客群"
    everything, counted = demo.ask(question), demo.ask(question, role="marketer")
    assert counted.status == "answered"
    assert "共 1,152 个客户，占全部 2,469 个" in everything.answer
    assert "共 1,152 个客户，占全部 2,469 个" in counted.answer
    told = {row[0]: row[1:] for row in everything.rows}
    assert counted.rows
    assert all(row[1:] == told[row[0]] for row in counted.rows)
    assert "high_value_at_risk" in told  # 4 members
    assert "high_value_at_risk" not in [row[0] for row in counted.rows]


def test_a_group_that_is_too_small_for_the_viewer_is_not_sized(demo: Asker) -> None:
    reply = demo.ask("把高价值流失风险客户存成一个客群，叫要紧的人", role="marketer")
    assert reply.status == "refused"
    assert reply.reason is not None
    assert reply.reason["code"] == "too_small"


def test_a_rule_equals_what_independent_sql_counts(demo: Asker) -> None:
    shown = demo.ask("把晚上9点后购买占三成以上、近90天买过12次以上的客户存成一个客群")
    sql = """
        SELECT count(*) FROM (
          SELECT household_id FROM facts.transactions GROUP BY household_id
          HAVING count(DISTINCT basket_id) FILTER (WHERE hour(purchased_at) >= 21 OR hour(purchased_at) <= 4)
                   >= 0.3 * count(DISTINCT basket_id)
             AND count(DISTINCT basket_id) FILTER (WHERE purchased_at >= '2017-10-03' AND purchased_at < '2018-01-01') >= 12)
    """
    (count,) = demo.context().engine.run(sql, demo.context().limits, None).to_pylist()[0].values()
    assert f"共 {count:,} 个客户" in shown.answer


DORMANT_HIGH = {
    "kind": "and",
    "of": [
        {"kind": "compare", "left": {"kind": "tag", "name": "value_tier"}, "op": "eq", "right": "high"},
        {"kind": "compare", "left": {"kind": "tag", "name": "lifecycle_stage"}, "op": "eq", "right": "dormant"},
    ],
}


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("新建客群 晨光族 = 高价值且沉睡", "晨光族"),
        ("新建一个客群叫晨光族：高价值且沉睡", "晨光族"),
        ("新增分群：名称晨光族，规则：高价值且沉睡", "晨光族"),
        ("我想圈一下高价值且沉睡的客户，保存为晨光客群", "晨光客群"),
        ("筛选出高价值且沉睡的客户，存成“晨光族”", "晨光族"),
        ("定义“晨光族”为高价值且沉睡的客户", "晨光族"),
        ("定义晨光族为高价值且沉睡的客户", "晨光族"),
        ("我要一个客群：客户价值高且沉睡，叫晨光族", "晨光族"),
        ("把高价值且沉睡的客户存成一个客群，叫“活跃有孩家庭”", "活跃有孩家庭"),
        ('Define "Early Birds" as high-value customers who are dormant', "Early Birds"),
        ("define Early Birds as high-value customers who are dormant", "Early Birds"),
        ("make a new group named Early Birds = high value and dormant", "Early Birds"),
        ('set up a cohort "Early Birds" where value tier is high and lifecycle stage is dormant', "Early Birds"),
        ('save high value customers who are dormant as "Early Birds"', "Early Birds"),
        ("I need a segment called Early Birds with high-value customers who are dormant", "Early Birds"),
        ("high value customers who are dormant, save them as a segment called Early Birds", "Early Birds"),
        ("save as a segment: high value and dormant, call it Early Birds", "Early Birds"),
    ],
)
def test_a_name_and_a_condition_in_any_order(demo: Asker, question: str, label: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Plan), outcome
    request: dict[str, Any] = outcome.readings[0]
    found = (request["kind"], request["rule"], request["label"].get("zh") or request["label"].get("en"))
    assert found == ("define_segment", DORMANT_HIGH, label)


@pytest.mark.parametrize("question", ["怎么定义忠诚客户", "define loyal customers", "定义高价值客户是什么"])
def test_asking_for_a_definition_defines_nothing(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Plan)
    assert outcome.readings[0]["kind"] == "definition_query"
