"""A group as a file, asked for in both languages: what is understood, what is refused, and what the preview says."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Plan, Refuse
from assistant.wording.audiences import audience_reading
from assistant.wording.readings import Words
from semantic_layer.conditions import InSegment
from semantic_layer.words import LANGUAGES
from tools.requests import AudienceQuery

HIGH = {"kind": "compare", "left": {"kind": "tag", "name": "value_tier"}, "op": "eq", "right": "high"}
DORMANT = {"kind": "compare", "left": {"kind": "tag", "name": "lifecycle_stage"}, "op": "eq", "right": "dormant"}
LOYAL = {"kind": "in_segment", "name": "loyal_high_value"}


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("export the loyal customers as an audience", LOYAL),
        ("Export loyal customers as an audience file", LOYAL),
        ("I need an audience of loyal customers", LOYAL),
        ("turn the dormant customers into an audience", DORMANT),
        ("create an audience of dormant customers", DORMANT),
        ("把高价值客户导出成人群包", HIGH),
        ("导出沉睡客户的人群包", DORMANT),
        ("帮我圈一个忠诚客户的人群包", LOYAL),
        ("把忠诚客户的人群包导出来", LOYAL),
        ("我要一个忠诚客户的人群包", LOYAL),
        ("把客户价值高的客户导出成人群包", HIGH),
    ],
)
def test_the_group_is_whoever_could_be_listed(demo: Asker, question: str, where: dict[str, Any]) -> None:
    found = request(demo, question)
    assert (found["kind"], found["entity"], found["where"]) == ("audience_query", "household", where)
    assert found["ids"] == "hashed"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "把高价值客户导出成人群包，留10%对照组，排除30天内联系过的",
            {"where": HIGH, "control": 0.1, "not_contacted_in": 30},
        ),
        (
            "export the high-value customers as an audience with a 10% control group, excluding those contacted in the last 30 days",
            {"where": HIGH, "control": 0.1, "not_contacted_in": 30},
        ),
        ("export the loyal customers with a 10% control group", {"where": LOYAL, "control": 0.1}),
        ("export an audience of loyal customers without those contacted in the past 2 weeks", {"not_contacted_in": 14}),
        ("把忠诚客户导出人群包，近两周联系过的不要", {"not_contacted_in": 14}),
        ("把沉睡客户导出成人群包，留一成做对照组", {"where": DORMANT, "control": 0.1}),
        ("create an audience of dormant customers called winback, hold out 20% as control, seed 7", {"name": "winback", "control": 0.2, "seed": 7}),
        ("把忠诚客户导出为人群包，命名为双十一预热，种子42", {"name": "双十一预热", "seed": 42}),
        ("download the loyal customers as an audience with raw ids", {"ids": "raw"}),
        ("忠诚客户人群包导出一下，要明文ID", {"where": LOYAL, "ids": "raw"}),
        ("export loyal customers as an audience, exclude the recently targeted", {"suppress": ["recently_targeted"]}),
        ("导出忠诚客户人群包，排除近期活动触达的客户", {"where": LOYAL, "suppress": ["recently_targeted"]}),
    ],
)  # fmt: skip
def test_what_is_said_of_the_file(demo: Asker, question: str, said: dict[str, Any]) -> None:
    found = request(demo, question)
    assert {key: found[key] for key in said} == said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("要发短信了，忠诚客户人群包给我，20%空白组，最近两周联系过的别发", {"control": 0.2, "not_contacted_in": 14}),
        ("忠诚客户人群下载，对照组15%，去掉近60天打扰过的", {"control": 0.15, "not_contacted_in": 60}),
        ("忠诚客户名单给我，最近30天触达过的剔除", {"not_contacted_in": 30}),
        ("帮我拉一份忠诚客户名单，留20%不发，近14天联系过的过滤掉", {"control": 0.2, "not_contacted_in": 14}),
        ("导出忠诚客户用于外呼，对照组一成", {"control": 0.1}),
        ("忠诚客户名单下载，不留对照组，近一个月联系过的不要", {"not_contacted_in": 30}),
        ("give me the loyal customers list for the mailing, skip anyone contacted in last 30 days", {"not_contacted_in": 30}),
        ("download loyal customers, suppress recently contacted, keep 5% out as control", {"control": 0.05, "suppress": ["recently_targeted"]}),
        ("export loyal customers minus anyone contacted in the last week, with 20% held out", {"control": 0.2, "not_contacted_in": 7}),
        ("pull the loyal customers for our next campaign and keep a tenth as control", {"control": 0.1}),
        ("audience export: loyal customers, 10 percent control, drop people contacted within 60 days", {"control": 0.1, "not_contacted_in": 60}),
        ("export the loyal customers with no control group", {}),
    ],
)  # fmt: skip
def test_the_same_is_said_in_many_ways(demo: Asker, question: str, said: dict[str, Any]) -> None:
    found = request(demo, question)
    parts = ("control", "not_contacted_in", "suppress")
    assert (found["kind"], found["where"]) == ("audience_query", LOYAL)
    assert {key: found[key] for key in parts if found.get(key)} == said


@pytest.mark.parametrize(
    "question",
    ["导出高价值客户，排除上周联系过的，留10%对照", "export loyal customers, 10% control, skip those contacted 3 weeks ago"],
)
def test_contacts_of_days_that_do_not_end_today_are_not_guessed(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize(
    "question",
    [
        "export an audience of loyal customers with their value tier and lifecycle stage",
        "给我生成忠诚客户的人群包，带上客户价值和生命周期阶段",
    ],
)
def test_tags_go_along_by_name(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert (found["where"], found["columns"]) == (
        LOYAL,
        [{"kind": "tag", "name": name} for name in ("value_tier", "lifecycle_stage")],
    )


@pytest.mark.parametrize(
    "question",
    [
        "export customers who bought more than 12 times in the last 90 days as an audience",
        "把近90天买过12次以上的客户打成一个人群包",
    ],
)
def test_a_group_may_be_what_they_did(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert found["kind"] == "audience_query"
    assert (found["where"]["left"]["metric"], found["where"]["right"]) == ("baskets", 12)
    assert "columns" not in found


@pytest.mark.parametrize(
    "question", ["export the customers who were dormant on June 30 as an audience", "把6月底的沉睡客户导出成人群包"]
)
def test_a_state_may_be_that_of_a_day(demo: Asker, question: str) -> None:
    then = {
        "kind": "compare",
        "left": {"kind": "tag", "name": "lifecycle_stage", "as_of": "2017-06-30"},
        "op": "eq",
        "right": "dormant",
    }
    assert request(demo, question)["where"] == then


@pytest.mark.parametrize("question", ["export the customers who bought in May as an audience", "把5月买过的客户导出成人群包"])
def test_a_single_deed_of_a_period_is_a_group_too(demo: Asker, question: str) -> None:
    """As many as are counted by the question for their number."""
    found = request(demo, question)["where"]
    assert (found["kind"], found["dataset"], found["period"]["start"]) == ("did", "transactions", "2017-05-01")
    assert demo.ask(question).rows[0][1] == demo.ask("how many customers bought in May").rows[0][0]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("what audiences do we have", "catalogue_query"),
        ("给我看看有哪些人群包", "catalogue_query"),
        ("做了哪些人群包", "catalogue_query"),
        ("what was the audience size of campaign 18", "metric_query"),
        ("列出沉睡客户", "entity_query"),
        ("export the loyal customers", "entity_query"),
    ],
)
def test_other_questions_are_what_they_were(demo: Asker, question: str, kind: str) -> None:
    assert request(demo, question)["kind"] == kind


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("export an audience", "audience_group"),
        ("把人群包导出来", "audience_group"),
        ("export sales by month as an audience", "audience_group"),
        ("把销售额导出成人群包", "audience_group"),
        ("export the top 100 customers by sales as an audience", "audience_group"),
        ("导出客户手机号的人群包", "no_such_data"),
        ("export the blorfy customers as an audience", "unbound_word"),
        ("create table audience as select 1", "sql_pasted"),
    ],
)
def test_what_is_no_group_is_refused(demo: Asker, question: str, code: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse)
    assert outcome.code == code


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("how many loyal customers do we have", "export them as an audience with a 10% control group"),
        ("忠诚客户的画像", "把他们导出成人群包，留10%对照组"),
    ],
)
def test_those_of_the_last_answer(demo: Asker, first: str, then: str) -> None:
    reply = demo.ask(first, then)
    assert reply.plan is not None
    assert (reply.plan["kind"], reply.plan["where"], reply.plan["control"]) == ("audience_query", LOYAL, 0.1)


def test_the_preview_counts_and_says_that_nothing_has_left(demo: Asker) -> None:
    """463 are loyal; the parts of the table add up to them."""
    reply = demo.ask("export the loyal customers as an audience with a 10% control group")
    rows = {row[0]: row[1] for row in reply.rows}
    assert (rows["group"], rows["exported"], rows["treatment"] + rows["control"]) == (463, 463, 463)
    assert reply.checks[0]["holds"]
    assert "463 of 463" in reply.answer and "Nothing leaves before it is confirmed" in reply.answer
    assert reply.reading == "audience of segment Loyal high-value customers · control group of 10% · hashed ids"
    chinese = demo.ask("把忠诚客户导出成人群包，留10%对照组")
    assert chinese.rows == reply.rows
    assert "确认之前不会写出任何文件" in chinese.answer


@pytest.mark.parametrize(
    ("question", "said"),
    [("export the loyal customers as an audience", "may not export audiences"), ("把忠诚客户导出成人群包", "不能导出人群包")],
)
def test_a_role_that_may_not_export_is_told_so(demo: Asker, question: str, said: str) -> None:
    reply = demo.ask(question, role="auditor")
    assert (reply.status, reply.reason and reply.reason["code"]) == ("refused", "not_allowed")
    assert said in reply.answer


def test_a_role_that_sees_no_keys_is_offered_hashed_ones(demo: Asker) -> None:
    reply = demo.ask("export the loyal customers as an audience with raw ids", role="marketer")
    assert "only hashed ids" in reply.answer
    assert reply.suggestions[0].text == "audience of segment Loyal high-value customers · hashed ids"
    assert demo.ask("export the loyal customers as an audience", role="marketer").status == "answered"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reading_names_everything_that_was_asked(demo: Asker, language: str) -> None:
    asked = AudienceQuery.model_validate(
        {
            "entity": "household",
            "where": LOYAL,
            "suppress": ["recently_targeted", "night_shoppers"],
            "not_contacted_in": 30,
            "control": 0.125,
            "columns": [{"kind": "tag", "name": "value_tier"}],
            "ids": "raw",
        }
    )
    text = audience_reading(asked, Words(demo.runtime.workspace, language))
    wanted = {"en": ("recently targeted", "30 days", "12.5%", "value tier", "as they are"), "zh": ("近期活动触达", "30 天", "12.5%", "客户价值", "原始编号")}  # fmt: skip
    assert all(each in text for each in wanted[language])


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("export the regulars as an audience with a 20% control group", "regulars"),
        ("把老客导出成人群包，留20%对照组", "regulars"),
    ],
)
def test_another_business_is_understood_by_its_own_words(web_shop: Asker, question: str, where: str) -> None:
    segment = web_shop.runtime.workspace.segments[0]
    language = "zh" if "老客" in question else "en"
    words = question.replace("regulars", segment.label_in("en")).replace("老客", segment.label_in("zh"))
    outcome = understood(web_shop, words)
    assert isinstance(outcome, Plan), (language, words)
    found = AudienceQuery.model_validate(outcome.readings[0])
    assert (found.where, found.control) == (InSegment(name=segment.name), 0.2)
