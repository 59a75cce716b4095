"""Questions about groups beside each other, in both languages, as the planner reads them and as they are answered."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Plan, Refuse
from assistant.render.charts import figure_json

LOYAL = {"kind": "in_segment", "name": "loyal_high_value"}
DEALS = {"kind": "in_segment", "name": "coupon_lovers"}
YOUNG = {"kind": "in_segment", "name": "young_families"}
NIGHT = {"kind": "in_segment", "name": "night_shoppers"}


def tag(name: str, value: str, **day: str) -> dict[str, Any]:
    return {"kind": "compare", "left": {"kind": "tag", "name": name, **day}, "op": "eq", "right": value}


# ---- overlap ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "groups"),
    [
        ("how much do loyal customers and night shoppers overlap", [LOYAL, NIGHT]),
        ("is there an overlap between deal seekers and young families?", [DEALS, YOUNG]),
        ("what is the intersection of loyal customers and coupon lovers", [LOYAL, DEALS]),
        ("overlap of loyal customers, deal seekers and young families", [LOYAL, DEALS, YOUNG]),
        ("忠诚客户和夜间活跃客户重合多少", [LOYAL, NIGHT]),
        ("忠诚客户与羊毛党的交集有多大", [LOYAL, DEALS]),
        ("宝妈和夜猫子客户有多少重叠", [YOUNG, NIGHT]),
        ("忠诚客户、羊毛党和夜猫子客户的重叠情况", [LOYAL, DEALS, NIGHT]),
        ("overlap of all segments", []),
        ("how do the segments overlap with each other", []),
        ("各客群的重合度", []),
    ],
)
def test_an_overlap_is_of_the_groups_that_are_named(demo: Asker, question: str, groups: list[dict[str, Any]]) -> None:
    found = request(demo, question)
    assert (found["kind"], found["entity"], found.get("groups", [])) == ("overlap_query", "household", groups)


@pytest.mark.parametrize(
    "question", ["截至6月30日忠诚客户和羊毛党的交集", "overlap of loyal customers and deal seekers as of June 30"]
)
def test_a_day_goes_for_all_groups(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert [each["as_of"] for each in found["groups"]] == ["2017-06-30", "2017-06-30"]


@pytest.mark.parametrize(
    "question",
    [
        "overlap of loyal customers and deal seekers by department",
        "which loyal customers do not overlap with night owls",
        "6月和7月忠诚客户和羊毛党的交集怎么变化",
    ],
)
def test_what_an_overlap_does_not_say_is_not_answered_by_it(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert not (isinstance(outcome, Plan) and outcome.readings[0]["kind"] == "overlap_query")


def test_an_overlap_is_a_map_of_colours(demo: Asker) -> None:
    reply = demo.ask("各客群的重合度")
    assert (reply.status, reply.charts[0]["kind"], len(reply.rows)) == ("answered", "heatmap", 64)
    drawn = figure_json(reply)
    assert drawn is not None
    assert drawn["data"][0]["type"] == "heatmap"
    assert "2017-12-31" in " ".join(reply.assumptions)
    assert "高价值活跃客户" in reply.answer


def test_an_overlap_agrees_with_the_count_of_those_in_both(demo: Asker) -> None:
    counted = demo.ask("how many loyal customers are also night owls").rows[0][0]
    reply = demo.ask("how much do loyal customers and night shoppers overlap")
    row = next(row for row in reply.rows if row[:2] == ["loyal_high_value", "night_shoppers"])
    assert row[2] == counted
    assert f"{counted} " in reply.answer


# ---- migration --------------------------------------------------------------------------------------------------------------

STAGE, TIER = "lifecycle_stage", "value_tier"


@pytest.mark.parametrize(
    ("question", "tag_name", "start", "end"),
    [
        ("how did customers move between lifecycle stages from June 1 to December 31", STAGE, "2017-06-01", None),
        ("6月1日到12月31日生命周期怎么迁移", STAGE, "2017-06-01", None),
        ("migration of the value tier between March 31 and September 30", TIER, "2017-03-31", "2017-09-30"),
        ("客户价值等级从6月30日到今天的迁移矩阵", TIER, "2017-06-30", None),
        ("show the sankey of lifecycle stages from September 30 to today", STAGE, "2017-09-30", None),
        ("画生命周期从6月底到9月底的桑基图", STAGE, "2017-06-30", "2017-09-30"),
    ],
)
def test_moves_between_the_values_of_a_tag(demo: Asker, question: str, tag_name: str, start: str, end: str | None) -> None:
    found = request(demo, question)
    assert (found["kind"], found["tag"], found["start"], found.get("end")) == ("migration_query", tag_name, start, end)
    assert "from_values" not in found


@pytest.mark.parametrize(
    ("question", "tag_name", "start", "first", "last"),
    [
        ("how many customers went from active to dormant since June 30", STAGE, "2017-06-30", "active", "dormant"),
        ("who moved from high value to low value since June", TIER, "2017-06-01", "high", "low"),
        ("从9月30日到12月31日，有多少客户由活跃转为沉睡", STAGE, "2017-09-30", "active", "dormant"),
        ("6月底以来从高价值掉到中价值的客户有多少", TIER, "2017-06-30", "high", "medium"),
        ("从活跃变成沉默的有多少人", STAGE, "2017-10-02", "active", "at_risk"),
    ],
)
def test_moves_from_one_value_to_another(demo: Asker, question: str, tag_name: str, start: str, first: str, last: str) -> None:
    found = request(demo, question)
    assert (found["tag"], found["start"], found.get("end")) == (tag_name, start, None)
    assert (found["from_values"], found["to_values"]) == ([first], [last])


def test_days_that_nobody_named_are_said(demo: Asker) -> None:
    reply = demo.ask("从活跃变成沉默的有多少人")
    assert any("2017-10-02" in each and "2017-12-31" in each for each in reply.assumptions)


def test_of_those_in_a_segment_alone(demo: Asker) -> None:
    found = request(demo, "how did loyal customers move between lifecycle stages since June 30")
    assert (found["where"], found["start"]) == (LOYAL, "2017-06-30")


def test_moves_are_streams_in_the_page(demo: Asker) -> None:
    reply = demo.ask("6月30日到12月31日生命周期怎么迁移")
    drawn = figure_json(reply)
    assert (reply.charts[0]["kind"], drawn is not None and drawn["data"][0]["type"]) == ("sankey", "sankey")
    assert drawn is not None
    link = drawn["data"][0]["link"]
    assert sum(link["value"]) == sum(row[2] for row in reply.rows) == 2469
    assert "活跃" in reply.answer
    assert "2017-06-30" in reply.answer


# ---- comparison -------------------------------------------------------------------------------------------------------------

HIGH, DORMANT, CHURNED = tag(TIER, "high"), tag(STAGE, "dormant"), tag(STAGE, "churned")


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("compare loyal customers with dormant ones", LOYAL, DORMANT),
        ("compare dormant with churned customers", DORMANT, CHURNED),
        ("loyal customers vs coupon lovers", LOYAL, DEALS),
        ("what is the difference between loyal customers and night owls", LOYAL, NIGHT),
        ("how do loyal customers differ from dormant customers", LOYAL, DORMANT),
        ("what distinguishes high-value customers from churned ones", HIGH, CHURNED),
        ("how are deal seekers different from loyal customers", DEALS, LOYAL),
        ("高价值客户和流失客户有什么不同", HIGH, CHURNED),
        ("高价值客户和流失客户有什么区别", HIGH, CHURNED),
        ("沉睡客户和流失客户的差异", DORMANT, CHURNED),
        ("对比忠诚客户和羊毛党", LOYAL, DEALS),
        ("忠诚客户与羊毛党相比有什么特点", LOYAL, DEALS),
        ("比较宝妈和夜猫子客户的画像", YOUNG, NIGHT),
    ],
)
def test_two_groups_are_compared(demo: Asker, question: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    found = request(demo, question)
    assert (found["kind"], found["first"], found["second"]) == ("comparison_query", first, second)


@pytest.mark.parametrize(
    "question", ["compare the sales of loyal customers with dormant ones", "11月高价值客户和流失客户的销售额对比"]
)
def test_a_figure_of_two_groups_is_never_that_of_those_in_both(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse)
    assert outcome.code == "two_groups"


@pytest.mark.parametrize("question", ["忠诚客户和全体相比有什么不同", "what are loyal customers like compared with everyone"])
def test_against_everyone_one_group_is_looked_at(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert (found["kind"], found["where"]) == ("profile_query", LOYAL)


def test_a_comparison_says_what_there_is_more_of_in_each(demo: Asker) -> None:
    """463 are loyal, 227 of them used coupons; of 73 dormant ones one did."""
    reply = demo.ask("compare loyal customers with dormant ones")
    row = next(dict(zip(reply.columns, row, strict=True)) for row in reply.rows if row[:2] == ["coupon_user", "true"])
    assert (row["first"], row["second"], row["sure"]) == (227, 1, True)
    assert row["index"] == pytest.approx(227 / 463 / (1 / 73) * 100)
    assert "463" in reply.answer
    zh = demo.ask("忠诚客户和沉睡客户有什么不同")
    assert "前者更多的是" in zh.answer
    assert zh.rows == reply.rows


# ---- the index of a figure's shares -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "where", "by"),
    [
        ("which departments do loyal customers over-index on", LOYAL, "department"),
        ("TGI of departments for night owls", NIGHT, "department"),
        ("which departments do coupon lovers prefer compared with everyone", DEALS, "department"),
        ("高价值客户的品类偏好TGI", HIGH, "product_category"),
        ("忠诚客户的部门偏好TGI", LOYAL, "department"),
        ("高价值客户各部门销售额的TGI", HIGH, "department"),
        ("羊毛党偏好哪些品类", DEALS, "product_category"),
        ("夜猫子客户在哪些部门的消费占比高于全体", NIGHT, "department"),
    ],
)
def test_what_a_group_has_more_of_than_everyone(demo: Asker, question: str, where: dict[str, Any], by: str) -> None:
    found = request(demo, question)
    assert (found["kind"], found["where"], found["metric"]) == ("share_index_query", where, "sales")
    assert found["by"] == {"kind": "field", "name": by}


def test_days_are_those_of_the_figure(demo: Asker) -> None:
    found = request(demo, "TGI of sales by department for high-value customers in November")
    assert (found["where"], found["period"]) == (HIGH, {"kind": "dates", "start": "2017-11-01", "end": "2017-11-30"})


def test_what_describes_each_one_stays_a_profile(demo: Asker) -> None:
    assert request(demo, "忠诚客户的家庭类型画像")["kind"] == "profile_query"


def test_an_index_is_the_share_of_the_group_over_that_of_everyone(demo: Asker) -> None:
    reply = demo.ask("which departments do loyal customers over-index on")
    of_group = demo.ask("sales of loyal customers by department in 2017 with total")
    of_all = demo.ask("sales by department in 2017 with total")
    own, everyone = ({row[0]: row[1] for row in each.rows} for each in (of_group, of_all))
    rows = [dict(zip(reply.columns, row, strict=True)) for row in reply.rows]
    for row in rows:
        shares = own[row["department"]] / sum(own.values()), everyone[row["department"]] / sum(everyone.values())
        assert (row["member_share"], row["everyone_share"]) == pytest.approx(shares)
        assert row["index"] == pytest.approx(shares[0] / shares[1] * 100)
    assert [row["index"] for row in rows] == sorted((row["index"] for row in rows), reverse=True)
    assert any("30" in each for each in reply.assumptions)
    assert "TGI" in demo.ask("高价值客户的品类偏好TGI").answer


# ---- grids ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "down", "across"),
    [
        ("show the RFM grid", "r_score", "f_score"),
        ("r score by f score grid", "r_score", "f_score"),
        ("RFM分布", "r_score", "f_score"),
        ("RFM九宫格", "r_score", "f_score"),
        ("R得分和F得分的热力图", "r_score", "f_score"),
        ("cross value tier by lifecycle stage", TIER, STAGE),
        ("heat map of lifecycle stage by value tier", STAGE, TIER),
        ("客户价值和生命周期交叉", TIER, STAGE),
        ("生命周期×客户价值的矩阵", STAGE, TIER),
    ],
)
def test_two_tags_are_crossed(demo: Asker, question: str, down: str, across: str) -> None:
    found = request(demo, question)
    assert (found["kind"], found["down"]["name"], found["across"]["name"]) == ("grid_query", down, across)


@pytest.mark.parametrize("question", ["RFM grid of loyal customers as of June 30", "截至6月30日忠诚客户的RFM分布"])
def test_a_grid_of_a_group_as_of_a_day(demo: Asker, question: str) -> None:
    found = request(demo, question)
    days = [each["as_of"] for each in (found["down"], found["across"], found["where"])]
    assert days == ["2017-06-30"] * 3


def test_a_grid_is_a_map_of_colours_with_its_values_in_order(demo: Asker) -> None:
    reply = demo.ask("RFM九宫格")
    drawn = figure_json(reply)
    assert drawn is not None
    assert (reply.charts[0]["kind"], drawn["data"][0]["type"]) == ("heatmap", "heatmap")
    assert list(drawn["layout"]["yaxis"]["ticktext"]) == list("12345")
    assert sum(row[2] for row in reply.rows) == 2469


def test_what_rfm_means_is_still_a_definition(demo: Asker) -> None:
    assert request(demo, "what is RFM")["kind"] == request(demo, "RFM是什么意思")["kind"] == "definition_query"


def test_a_grid_in_the_second_workspace(web_shop: Asker) -> None:
    reply = web_shop.ask("RFM分布")
    assert (reply.status, reply.charts[0]["kind"]) == ("answered", "heatmap")


# ---- who entered and left ---------------------------------------------------------------------------------------------------

WIN_BACK = {"kind": "in_segment", "name": "win_back"}


@pytest.mark.parametrize(
    ("question", "where", "start"),
    [
        ("why did the high-value segment shrink since June", HIGH, "2017-06-01"),
        ("who entered or left the loyal customers segment since June 30", LOYAL, "2017-06-30"),
        ("how many customers joined and left the win-back segment between June 30 and December 31", WIN_BACK, "2017-06-30"),
        ("why are there fewer loyal customers than on June 30", LOYAL, "2017-06-30"),
        ("why did the number of dormant customers grow since September 30", DORMANT, "2017-09-30"),
        ("6月1日以来谁进入/离开了高价值客户，因为什么条件", HIGH, "2017-06-01"),
        ("忠诚客户从6月底到现在为什么减少了", LOYAL, "2017-06-30"),
        ("6月底以来忠诚客户的进出情况", LOYAL, "2017-06-30"),
        ("9月30日到12月31日，待召回客户新进和流出的有多少，因为哪些条件", WIN_BACK, "2017-09-30"),
        ("为什么沉睡客户比6月底多了", DORMANT, "2017-06-30"),
    ],
)
def test_who_came_and_went_and_why(demo: Asker, question: str, where: dict[str, Any], start: str) -> None:
    found = request(demo, question)
    assert (found["kind"], found["where"], found["start"], found.get("end")) == ("turnover_query", where, start, None)


@pytest.mark.parametrize("question", ["why did sales of loyal customers drop in June", "6月忠诚客户的销售额为什么下降"])
def test_why_a_figure_changed_is_not_told_by_who_came_and_went(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse)
    assert outcome.code == "why"


def test_the_sizes_of_both_days_are_those_of_the_segment(demo: Asker) -> None:
    reply = demo.ask("6月底以来忠诚客户的进出情况")
    then = demo.ask("截至6月30日忠诚客户有多少").rows[0][0]
    now = demo.ask("忠诚客户有多少").rows[0][0]
    assert f"{then} 个" in reply.answer
    assert f"{now} 个" in reply.answer
    assert "客户价值为高价值客户" in reply.answer
    left = [row[2] for row in reply.rows if row[0] == "left"]
    assert left == [50, 9, 42]
