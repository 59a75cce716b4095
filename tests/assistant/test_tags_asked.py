"""Questions about tags and segments, in both languages: as filters, as groups, counted as of a day, and what a group is like."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Clarify, Refuse

SIZE = "household_profile.household"
HIGH = {"kind": "compare", "left": {"kind": "tag", "name": "value_tier"}, "op": "eq", "right": "high"}
LOYAL = {"kind": "in_segment", "name": "loyal_high_value"}


def lifecycle(value: str, **day: str) -> dict[str, Any]:
    return {"kind": "compare", "left": {"kind": "tag", "name": "lifecycle_stage", **day}, "op": "eq", "right": value}


@pytest.mark.parametrize(
    ("question", "where", "size"),
    [
        ("高价值客户有多少", HIGH, 494),
        ("有多少忠诚客户?", LOYAL, 463),
        ("How many loyal customers do we have?", LOYAL, 463),
        ("number of dormant customers", lifecycle("dormant"), 73),
        ("沉睡客户数", lifecycle("dormant"), 73),
        ("how many customers are night shoppers", {"kind": "in_segment", "name": "night_shoppers"}, None),
    ],
)
def test_those_in_a_state_are_counted_in_the_profile(demo: Asker, question: str, where: dict[str, Any], size: int | None) -> None:
    found = request(demo, question)
    assert (found["metrics"], found["where"], found.get("period")) == ([SIZE], where, None)
    rows = demo.ask(question).rows
    assert size is None or rows == [[size]]


@pytest.mark.parametrize(
    "question",
    [
        "6月底的沉睡客户有多少",
        "截至6月30日沉睡客户有多少",
        "how many dormant customers at the end of June",
        "how many dormant customers as of June 30",
    ],
)
def test_a_day_is_that_of_the_state(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert found["metrics"] == ["household_profile_2017_06_30.household"]
    assert found["where"] == lifecycle("dormant", as_of="2017-06-30")
    assert "period" not in found
    assert "2017-06-30" in " ".join(demo.ask(question).assumptions)


@pytest.mark.parametrize("question", ["忠诚客户数的月度趋势", "每月的忠诚客户数", "number of loyal customers by month"])
def test_over_time_each_bucket_has_a_day_of_its_own(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert (found["metrics"], found["where"], found["by"]) == ([SIZE], LOYAL, [{"kind": "time", "grain": "month"}])


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("11月来过的高价值客户有多少", HIGH),
        ("how many high-value customers came in November", HIGH),
        ("how many loyal customers shopped in November", LOYAL),
    ],
)
def test_a_deed_of_a_period_is_counted_where_it_was_done(demo: Asker, question: str, where: dict[str, Any]) -> None:
    found = request(demo, question)
    assert (found["metrics"], found["where"]) == (["buyers"], where)
    assert found["period"] == {"kind": "dates", "start": "2017-11-01", "end": "2017-11-30"}


@pytest.mark.parametrize(
    ("question", "metric", "where"),
    [
        ("忠诚客户11月的客单价", "avg_basket_value", LOYAL),
        ("average basket value of loyal customers in November", "avg_basket_value", LOYAL),
        ("loyal customers' average basket value in November", "avg_basket_value", LOYAL),
        ("11月高价值客户的销售额", "sales", HIGH),
    ],
)
def test_a_tag_or_a_segment_filters_any_metric(demo: Asker, question: str, metric: str, where: dict[str, Any]) -> None:
    found = request(demo, question)
    assert (found["metrics"], found["where"]) == ([metric], where)


@pytest.mark.parametrize("question", ["11月销售额按客户价值", "sales by value tier in November", "各客户价值等级11月的销售额"])
def test_a_tag_is_a_dimension(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert (found["metrics"], found["by"]) == (["sales"], [{"kind": "tag", "name": "value_tier"}])


@pytest.mark.parametrize("question", ["沉睡客户的名单", "list the dormant customers", "列出沉睡客户"])
def test_members_are_listed(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert (found["kind"], found["where"]) == ("entity_query", lifecycle("dormant"))
    assert len(demo.ask(question).rows) == 73


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("忠诚客户的画像", []),
        ("忠诚客户有什么特征", []),
        ("忠诚客户都是什么样的人", []),
        ("what are loyal customers like?", []),
        ("what do loyal customers have in common", []),
        ("忠诚客户的家庭类型画像", ["household_type"]),
    ],
)
def test_what_a_group_is_like(demo: Asker, question: str, fields: list[str]) -> None:
    found = request(demo, question)
    assert (found["kind"], found["entity"], found["where"]) == ("profile_query", "household", LOYAL)
    assert [each["name"] for each in found.get("fields", [])] == fields


def test_the_index_is_the_share_of_the_group_over_that_of_everyone(demo: Asker) -> None:
    """463 of 2,469 are loyal; 227 of them used coupons and 410 of all: 49.03% over 16.61% is 295."""
    reply = demo.ask("what are loyal customers like?")
    row = next(dict(zip(reply.columns, row, strict=True)) for row in reply.rows if row[:2] == ["coupon_user", "true"])
    assert (row["members"], row["sure"]) == (227, True)
    assert (row["member_share"], row["everyone_share"]) == pytest.approx((227 / 463, 410 / 2469))
    assert row["index"] == pytest.approx(227 / 463 / (410 / 2469) * 100)
    assert "295" in reply.answer


def test_of_a_small_group_only_its_size_and_its_list_are_offered(demo: Asker) -> None:
    reply = demo.ask("profile of win-back customers")
    assert reply.status == "refused"
    assert reply.reason is not None
    assert reply.reason["code"] == "too_small"
    assert "14" in reply.answer
    assert len(reply.suggestions) == 2


def test_what_is_in_the_rows_of_a_deed_is_an_index_of_a_figure_and_not_of_people(demo: Asker) -> None:
    found = request(demo, "which departments do loyal customers over-index on")
    assert (found["kind"], found["where"]) == ("share_index_query", LOYAL)


@pytest.mark.parametrize("question", ["新客有多少", "how many new customers"])
def test_a_word_of_two_meanings_is_asked_back(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Clarify)


@pytest.mark.parametrize(
    ("question", "said"), [("忠诚客户11月的客单价", "2017-12-31"), ("loyal customers' sales in March", "2017-12-31")]
)
def test_the_answer_says_as_of_which_day_and_what_it_means(demo: Asker, question: str, said: str) -> None:
    reply = demo.ask(question)
    assert said in " ".join(reply.assumptions)
    assert any(label in " ".join(reply.definitions) for label in ("高价值活跃客户", "Loyal high-value customers"))


def test_each_state_may_have_a_day_of_its_own(demo: Asker) -> None:
    """479 were high-value on June 30; those of them who are not at the end of the year."""
    question = "6月底是高价值客户、现在不是高价值客户的有多少"
    reply = demo.ask(question)
    then = {"kind": "compare", "left": {"kind": "tag", "name": "value_tier", "as_of": "2017-06-30"}, "op": "eq", "right": "high"}
    assert request(demo, question)["where"] == {"kind": "and", "of": [then, {"kind": "not", "of": HIGH}]}
    assert reply.rows == [[58]]
    assert "（2017-06-30）" in reply.reading


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("忠诚客户或夜间活跃客户的销售额", "sales"),
        ("sales of loyal customers or night shoppers", "sales"),
        ("忠诚客户或夜间活跃客户有多少", SIZE),
    ],
)
def test_either_of_two_groups_is_one_condition(demo: Asker, question: str, metric: str) -> None:
    found = request(demo, question)
    assert found["metrics"] == [metric]
    assert found["where"] == {"kind": "or", "of": [LOYAL, {"kind": "in_segment", "name": "night_shoppers"}]}


@pytest.mark.parametrize(
    "question",
    [
        "忠诚客户和待召回客户的客单价对比",
        "compare average basket value of loyal customers and night shoppers",
        "loyal customers vs coupon lovers: sales in Q4",
    ],
)
def test_two_groups_that_may_overlap_are_not_answered_as_those_in_both(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse)
    assert outcome.code == "two_groups"


@pytest.mark.parametrize("question", ["How many loyal customers are also coupon lovers?", "忠诚客户里有多少也是优惠券敏感客户"])
def test_those_in_both_are_asked_with_also(demo: Asker, question: str) -> None:
    assert demo.ask(question).rows == [[41]]


@pytest.mark.parametrize(
    ("question", "key", "where"),
    [
        ("客户1是高价值客户吗", 1, HIGH),
        ("客户1为什么不在忠诚客户里", 1, LOYAL),
        ("is customer 1 a loyal customer?", 1, LOYAL),
        ("why is customer 49 a loyal customer", 49, LOYAL),
    ],
)
def test_whether_one_belongs_is_asked_of_each_condition(demo: Asker, question: str, key: int, where: dict[str, Any]) -> None:
    found = request(demo, question)
    assert found == {"kind": "membership_query", "entity": "household", "key": key, "where": where}


def test_each_condition_has_the_own_value_and_whether_it_is_met(demo: Asker) -> None:
    reply = demo.ask("客户1为什么不在忠诚客户里")
    assert reply.rows == [["value_tier", "medium", False], ["lifecycle_stage", "active", True], ["frequency_tier", "high", True]]
    assert "不属于" in reply.answer
    assert "中价值客户" in reply.answer


def test_a_figure_of_a_rule_is_shown(demo: Asker) -> None:
    """Household 49 spent 859.04 in the 90 days, under 70% of what it spent in the 90 before."""
    reply = demo.ask("客户49属于高价值下滑客户吗")
    assert reply.rows == [["value_tier", "high", True], ["sales", 859.04, True]]


def test_one_whom_nobody_knows_is_refused(demo: Asker) -> None:
    reply = demo.ask("is customer 999999 a loyal customer?")
    assert (reply.status, reply.reason and reply.reason["code"]) == ("refused", "no_such_data")
    assert "999999" in reply.answer
