"""The same questions about groups in other words: overlaps, moves, comings and goings, comparisons, natural groups."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Plan

LOYAL, DEALS, YOUNG, NIGHT = "loyal_high_value", "coupon_lovers", "young_families", "night_shoppers"
STAGE, TIER = "lifecycle_stage", "value_tier"


def named(groups: list[dict[str, Any]]) -> list[str]:
    return [each["name"] for each in groups]


@pytest.mark.parametrize(
    ("question", "groups"),
    [
        ("羊毛党、忠诚客户、夜猫子客户这三个人群的交集", [DEALS, LOYAL, NIGHT]),
        ("忠诚客户和夜猫子客户是不是同一批人", [LOYAL, NIGHT]),
        ("既在羊毛党又在夜猫子客户里的有几个人", [DEALS, NIGHT]),
        ("venn diagram of loyal customers, coupon lovers and young families", [LOYAL, DEALS, YOUNG]),
        ("how many people are in both night shoppers and young families", [NIGHT, YOUNG]),
        ("common customers between young families and coupon lovers", [YOUNG, DEALS]),
        ("所有客群两两之间的重叠", []),
        ("pairwise overlap between all our segments", []),
    ],
)
def test_overlaps(demo: Asker, question: str, groups: list[str]) -> None:
    found = request(demo, question)
    assert (found["kind"], named(found.get("groups", []))) == ("overlap_query", groups)


@pytest.mark.parametrize("question", ["羊毛党、忠诚客户这三个人群的交集", "九个客群两两重叠多少"])
def test_a_number_of_groups_that_is_not_theirs_is_not_passed_over(demo: Asker, question: str) -> None:
    assert not isinstance(understood(demo, question), Plan)


def test_a_deed_in_both_is_no_overlap_of_groups(demo: Asker) -> None:
    assert request(demo, "how many households bought in both meat and produce")["kind"] == "metric_query"


@pytest.mark.parametrize(
    ("question", "tag", "start", "before", "after"),
    [
        ("客户价值从6月30日到12月31日由低到高的有多少", TIER, "2017-06-30", ["low"], ["high"]),
        (
            "frequency tier from low to high between july 31 and dec 31, how many",
            "frequency_tier",
            "2017-07-31",
            ["low"],
            ["high"],
        ),
        ("high to low value tier moves since june 30", TIER, "2017-06-30", ["high"], ["low"]),
        ("9月底沉睡的客户现在有多少又活跃了", STAGE, "2017-09-30", ["dormant"], ["active"]),
        ("how many active customers on june 30 are dormant now", STAGE, "2017-06-30", ["active"], ["dormant"]),
        ("how many customers went back to active from dormant since oct 31", STAGE, "2017-10-31", ["dormant"], ["active"]),
        ("6月末的高价值客户，到12月末都去哪了", TIER, "2017-06-30", ["high"], None),
        ("where did the high value customers of june 30 end up by december 31", TIER, "2017-06-30", ["high"], None),
        ("生命周期阶段的流动情况，6月底到现在", STAGE, "2017-06-30", None, None),
        ("lifecycle transitions between end of june and now", STAGE, "2017-06-30", None, None),
        ("三季度末到年底，生命周期流转矩阵", STAGE, "2017-09-30", None, None),
    ],
)
def test_moves(demo: Asker, question: str, tag: str, start: str, before: list[str] | None, after: list[str] | None) -> None:
    found = request(demo, question)
    assert (found["kind"], found["tag"], found["start"], found.get("end")) == ("migration_query", tag, start, None)
    assert (found.get("from_values"), found.get("to_values")) == (before, after)


@pytest.mark.parametrize(
    ("question", "group", "start"),
    [
        ("羊毛党从11月底到12月底进来多少走了多少", DEALS, "2017-11-30"),
        ("待召回客户从三季度末到现在谁走了谁新来，因为哪个条件", "win_back", "2017-09-30"),
        ("why did the coupon lovers segment shrink since the end of october", DEALS, "2017-10-31"),
        ("how many joined and left win-back between end of september and end of december", "win_back", "2017-09-30"),
        ("what changed in the win-back group since a month ago", "win_back", "2017-11-30"),
        ("what changed in the declining high value group vs a quarter ago", "high_value_declining", "2017-09-30"),
    ],
)
def test_comings_and_goings(demo: Asker, question: str, group: str, start: str) -> None:
    found = request(demo, question)
    assert (found["kind"], found["where"]["name"], found["start"], found.get("end")) == ("turnover_query", group, start, None)


def test_a_ranking_from_low_to_high_stays_one(demo: Asker) -> None:
    assert request(demo, "sales by value tier from low to high")["order"][0]["descending"] is False


def test_what_sets_two_groups_apart_is_not_one_without_the_other(demo: Asker) -> None:
    found = request(demo, "what sets coupon lovers apart from night shoppers")
    assert (found["kind"], found["first"]["name"], found["second"]["name"]) == ("comparison_query", DEALS, NIGHT)


@pytest.mark.parametrize("question", ["compare night shoppers with everyone else", "夜间活跃客户和其他客户对比一下"])
def test_the_others_are_a_group_too(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert (found["first"]["name"], found["second"]["kind"], found["second"]["of"]["name"]) == (NIGHT, "not", NIGHT)


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("忠诚客户再拆成几个子群", LOYAL),
        ("羊毛党里面是不是其实有好几种人", DEALS),
        ("are there sub groups inside night shoppers", NIGHT),
        ("客户能分出几个自然的群体", None),
        ("do our customers fall into distinct types", None),
    ],
)
def test_natural_groups(demo: Asker, question: str, where: str | None) -> None:
    found = request(demo, question)
    assert (found["kind"], (found.get("where") or {}).get("name")) == ("cluster_query", where)
