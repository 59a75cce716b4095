"""Of whom a share is asked and what the part did; whose days a figure has; counts of those of whom something is said."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import brief, request, understood

from assistant.planner.outcome import Clarify, Refuse

FIRST_IN_MARCH = "did transactions in 2017-03-01..2017-03-31 and not did transactions in ..2017-02-28"
IN_JUNE = "did transactions in 2017-06-01..2017-06-30"
SHARES = {
    FIRST_IN_MARCH: {
        IN_JUNE: (
            "3月首次购买的客户,6月还接着买的占几成",
            "3月首次购买的客户里6月又来买过的占多少",
            "3月首次购买的客户中,6月又来的比例",
            "3月第一次来的客户,有多少比例6月又来了",
            "3月首次购买的客户6月又来买的占比是多少",
            "3月头一回来买的客户,6月还回来的有几成",
        ),
        "baskets = 1": ("3月首次购买的客户里只买过一次的占比",),
    },
    "did transactions in 2017-05-01..2017-05-31": {
        IN_JUNE: ("5月买过的人,6月又来的占几成", "5月来过的客户,6月还回来的有几成"),
        f"not {IN_JUNE}": ("5月买过的客户里,6月没来的占百分之几",),
    },
    "baskets in 2017-01-01..2017-03-31 >= 8": {
        "not did transactions in 2017-04-01..2017-06-30": ("一季度来过8次以上的客户中,二季度没来的占多少",),
    },
    "did transactions (department = DELI) in 2017-02-01..2017-02-28": {
        "did transactions (department = DELI) in 2017-04-01..2017-04-30": ("2月买过熟食的客户里,4月又买熟食的占几成",),
    },
}


@pytest.mark.parametrize(
    ("question", "whole", "part"),
    [(each, whole, part) for whole, parts in SHARES.items() for part, questions in parts.items() for each in questions],
)
def test_the_whole_is_those_of_whom_something_was_said(demo: Asker, question: str, whole: str, part: str) -> None:
    found = request(demo, question)
    assert brief(found["share_of"]["where"]) == whole
    assert brief(found["where"]) == f"{whole} and {part}"
    assert found.get("period") is None, "those who did not come in the days of the part are part of the whole"


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("4月下单不到4次的人,在当月购买客户里占几成", "2017-04-01"),
        ("4月来过6次以上的客户在4月购买客户中占多少比例", "2017-04-01"),
    ],
)
def test_the_buyers_of_some_days_are_a_whole_by_themselves(demo: Asker, question: str, days: str) -> None:
    found = request(demo, question)
    assert found["share_of"] == {"kind": "share"}
    assert found["period"]["start"] == days


@pytest.mark.parametrize(
    "question",
    [
        "2月买过熟食的客户里,4月又来的占5月购买客户的几成",
        "2月买过熟食的客户,4月来的占全部客户的几成",
        "3月首次购买的客户里,6月的占几成",
        "每个月都有新客的门店有几家",
        "3月首次购买的客户占6月购买客户的几成",
    ],
)
def test_where_the_whole_or_the_part_is_not_plain_nothing_is_answered(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Clarify | Refuse)


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("二季度消费满800美元的客户人均消费多少", "2017-04-01", "2017-06-30"),
        ("9月下单4次以上的客户贡献了多少销售额", "2017-09-01", "2017-09-30"),
        ("二季度消费满800美元的客户,三季度人均消费多少", "2017-07-01", "2017-09-30"),
    ],
)
def test_days_that_open_a_question_are_those_of_its_figure(demo: Asker, question: str, start: str, end: str) -> None:
    found = request(demo, question)
    assert (found["period"]["start"], found["period"]["end"]) == (start, end)
    assert len(found["metrics"]) == 1


@pytest.mark.parametrize(
    "question",
    ["二季度消费满800美元的客户全年人均消费多少", "9月没来过的客户人均消费多少", "9月第一次购买的客户人均消费多少"],
)
def test_days_of_what_was_not_done_or_of_a_first_time_are_only_its_own(demo: Asker, question: str) -> None:
    assert (request(demo, question).get("period") or {"kind": "unit"})["kind"] == "unit"


@pytest.mark.parametrize(
    ("question", "metric", "told"),
    [
        ("10月有多少单只买了一种商品", "baskets", "product = 1"),
        ("10月有多少单超过80美元", "baskets", "sales > 80"),
        ("10月150美元以上订单笔数", "baskets", "sales >= 150"),
        ("消费600美元以上客户有多少", "buyers", "sales >= 600"),
        ("三季度下单15次以上的已婚客户有多少", "buyers", "baskets >= 15 and marital_status = Married"),
        ("12个月一个月都没落下的客户有几个", "buyers", "month >= 12"),
        ("三季度一周都没缺席的客户有几个", "buyers", "week >= 14"),
        ("最近6周周周都有订单的客户数", "buyers", "week >= 6"),
        ("9月每天都有订单的门店有几家", "store", "date >= 30"),
        ("9月买过熟食的已婚客户有多少", "buyers", "department = DELI and marital_status = Married"),
    ],
)
def test_those_of_whom_something_is_said_are_counted(demo: Asker, question: str, metric: str, told: str) -> None:
    found = request(demo, question)
    assert found["metrics"] == [metric]
    assert brief(found["where"]) == told
    assert not found.get("by")


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("已婚客户有多少订单", ["baskets"]),
        ("已婚客户有多少", ["buyers"]),
        ("8月来了多少客户", ["buyers"]),
        ("每个季度来了多少新客", ["new_buyers"]),
    ],
)
def test_what_is_counted_is_the_noun_that_is_asked(demo: Asker, question: str, metrics: list[str]) -> None:
    assert request(demo, question)["metrics"] == metrics


@pytest.mark.parametrize("question", ["又来了多少客户", "12个月一个月都没来的客户有几个", "3家以上门店的销售额"])
def test_a_word_that_narrows_is_not_passed_over(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize(
    ("question", "whose", "metric", "statistic"),
    [
        ("每个客户今年平均去过几家门店", "household", "store", "mean"),
        ("平均一个客户一年逛过几家门店", "household", "store", "mean"),
        ("各收入段客户全年消费的中位数", "household", "sales", "median"),
        ("9月单笔订单金额的中位数", "basket", "sales", "median"),
    ],
)
def test_whose_figures_are_summed_up(demo: Asker, question: str, whose: str, metric: str, statistic: str) -> None:
    found = request(demo, question)
    assert found["metrics"][0].rpartition(".")[2] == metric
    assert found["of_each"]["entity"] == whose
    assert found["of_each"]["statistics"] == [statistic]


def test_a_total_to_the_end_of_the_year_runs_through_it(demo: Asker) -> None:
    assert request(demo, "订单数逐月累计到年底")["window"]["to_date"] == "year"


@pytest.mark.parametrize(
    ("question", "word"),
    [("复购率不到两成的部门是哪些", "不能计算"), ("departments with a repeat rate under 20%", "not computed")],
)
def test_a_metric_that_cannot_be_a_condition_is_not_told_to_be_none(demo: Asker, question: str, word: str) -> None:
    reply = demo.ask(question)
    assert reply.status == "refused"
    assert word not in reply.answer


@pytest.mark.parametrize(
    "question",
    [
        "What share of Q4 shoppers made two or more trips, by age group?",
        "What share of our Q4 shoppers made two or more trips in the quarter? Split it by age group please",
        "Of our Q4 shoppers, what share made two or more trips, by age?",
    ],
)
def test_a_share_of_people_by_group_is_of_those_of_each_group(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert found["share_of"] == {"kind": "share", "by": [{"kind": "field", "name": "age"}]}
    assert found["period"]["start"] == "2017-10-01"


def test_who_makes_them_the_whole(demo: Asker) -> None:
    whole = request(demo, "What share of customers who bought beef in Q4, by age?")["share_of"]["where"]
    assert brief(whole) == "did transactions (product_category = BEEF) in 2017-10-01..2017-12-31"


def test_the_quarter_is_the_one_that_was_named_where_that_is_one(demo: Asker) -> None:
    found = request(demo, "how many Q4 shoppers made at least 3 trips in the quarter")
    assert brief(found["where"]) == "baskets in 2017-10-01..2017-12-31 >= 3"
    assert isinstance(understood(demo, "how many November shoppers made at least 3 trips in the quarter"), Refuse)


@pytest.mark.parametrize(("question", "key"), [("367号店第四季度的留存率是多少？", 367), ("18号店11月销售额", 18)])
def test_a_number_with_its_marker_is_a_key_of_the_noun(demo: Asker, question: str, key: int) -> None:
    assert request(demo, question)["where"]["right"] == key
