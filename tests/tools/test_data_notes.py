"""An answer says what is wrong with the data it touches: where it matters, once, and at the most two such things.

The shop's lines, of which B and C have an item that nobody described, and D has no member:

| order | item | member | kind  | sold_on    | amount |
| ----- | ---- | ------ | ----- | ---------- | ------ |
| A     | 1    | 10     | web   | 2025-01-05 | 10     |
| B     | 8    | 10     | web   | 2025-02-10 | 20     |
| C     | 9    | 11     | stall | 2025-02-20 | 30     |
| D     | 1    |        | web   | 2025-03-01 | 40     |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Asker, Shop

from assistant.wording.readings import Words
from assistant.wording.sentences import Sentences
from semantic_layer.requests import REQUEST
from tools.answer import Answer
from tools.catalogue import run
from tools.data_notes import MOST

MODEL = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-03-31, default_period: all, key_metrics: [sales]}
entities:
  - {name: item, label: {zh: 商品, en: Item}, key: item_id}
  - {name: member, label: {zh: 会员, en: Member}, key: member_id}
datasets:
  - name: lines
    label: {zh: 明细, en: Lines}
    grain: [order_id]
    entities: {item: item_id, member: member_id}
    time: sold_on
    LINES
    fields:
      - {name: sold_on, type: date}
      - {name: kind, label: {zh: 方式, en: Kind}, values: {web: {en: [Web]}}}
  - name: items
    label: {zh: 目录, en: Catalogue}
    grain: [item_id]
    entities: {item: item_id}
    fields: [{name: family, label: {zh: 系列, en: Family}}]
  - name: members
    label: {zh: 档案, en: Files}
    grain: [member_id]
    entities: {member: member_id}
    fields: [{name: city}]
metrics:
  - {name: sales, label: {zh: 销售额, en: Sales}, dataset: lines, agg: sum, expr: amount}
  - {name: orders, label: {zh: 订单数, en: Orders}, dataset: lines, agg: count}
  - {name: known_sales, dataset: lines, agg: sum, expr: amount, where: {field: family, missing: false}}
roles:
  - {name: everyone, default: true}
  - {name: citizen, datasets: {lines: {rows: {field: kind, is: web}}, items: {}, members: {}}}
"""
TABLES = {
    "lines": """
        order_id,item_id,member_id,kind,sold_on,amount
        A,1,10,web,2025-01-05,10
        B,8,10,web,2025-02-10,20
        C,9,11,stall,2025-02-20,30
        D,1,,web,2025-03-01,40
    """,
    "items": "item_id,family\n1,green",
    "members": "member_id,city\n10,north\n11,south",
}

Made = Callable[..., Shop]


@pytest.fixture
def made(make_shop: Made) -> Made:
    """The shop with promises of its lines."""
    return lambda promises="": make_shop(
        MODEL.replace("    LINES\n", "".join(f"    {line}\n" for line in promises.splitlines())), **TABLES
    )


def answer(shop: Shop, role: str | None = None, **request: Any) -> Answer:
    typed = REQUEST.validate_python({"kind": "metric_query", "metrics": ["sales"], **request})
    return run(typed, shop.context(role))


def codes(shop: Shop, role: str | None = None, **request: Any) -> list[str]:
    about_data = {note.code for note in answer(shop, role, **request).notes} & ALL_CODES
    return sorted(about_data)


ALL_CODES = {
    "orphans", "orphans_filtered", "some_orphans", "some_orphans_filtered", "stale", "missing_values", "unexpected_values",
    "doubled_rows", "broken_rule", "data_flaw",
}  # fmt: skip


def said(shop: Shop, language: str, role: str | None = None, **request: Any) -> list[str]:
    sentences = Sentences(Words(shop.workspace, language))
    return [sentences.note(note) for note in answer(shop, role, **request).notes if note.code in ALL_CODES]


def test_keys_without_an_entry_are_said_where_their_dataset_is_grouped_by(made: Made) -> None:
    shop = made()
    assert said(shop, "en", by=["family"], metrics=["sales", "orders"]) == [
        "“Catalogue” has no entry for some of “Item” (2): that part of sales, orders is under “Unknown”."
    ]
    assert said(shop, "zh", by=["family"]) == ["“目录”缺少 2 个“商品”的记录：它们的销售额归入“未知”。"]


def test_keys_without_an_entry_are_said_where_their_dataset_is_filtered_by(made: Made) -> None:
    shop = made()
    where = {"field": "family", "is": "green"}
    assert said(shop, "en", where=where) == [
        "“Catalogue” has no entry for some of “Item” (2): the filter takes them for unknown."
    ]
    assert said(shop, "zh", where=where) == ["“目录”缺少 2 个“商品”的记录：筛选时按“未知”处理。"]


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"by": ["month"]},
        {"by": ["item_id"]},
        {"by": ["city"]},
        {"metrics": ["known_sales"]},
        {"where": {"field": "kind", "is": "web"}},
    ],
)
def test_an_answer_that_reads_no_field_of_that_dataset_says_nothing(made: Made, request_: dict[str, Any]) -> None:
    assert codes(made(), **request_) == []


def test_a_link_that_is_only_for_information_is_not_said(made: Made) -> None:
    assert codes(made("links: {item: info}"), by=["family"]) == []


def test_old_data_is_said_where_days_are_asked_that_it_does_not_reach(made: Made) -> None:
    shop = made("fresh_within: 7 days")
    march = {"start": "2025-03-01", "end": "2025-03-31"}
    assert said(shop, "en", period=march) == [
        "The data of “Lines” ends on 2025-03-01, 30 days before “today” (2025-03-31); it should be at most 7."
    ]
    assert said(shop, "zh", period=march) == ["“明细”的数据只到 2025-03-01，比“今天”（2025-03-31）早 30 天，约定最多 7 天。"]
    assert codes(shop, period={"start": "2025-02-01", "end": "2025-02-28"}) == []
    assert codes(made("fresh_within: 30 days"), period=march) == []


def test_missing_values_are_said_where_the_field_is_used(made: Made) -> None:
    shop = made("not_null: [member_id, amount]")
    assert said(shop, "en", by=["city"]) == ["“Member” is missing in some rows of “Lines” (1): the result may be incomplete."]
    assert said(shop, "zh", by=["member_id"]) == ["“明细”有 1 行缺少“会员”，结果可能不全。"]
    assert codes(shop, by=["month"]) == []


def test_unexpected_values_are_said_where_the_field_is_used_and_never_named(made: Made) -> None:
    shop = made("accepted: {kind: [web]}")
    assert said(shop, "en", by=["kind"]) == ["“Kind” has values that are not expected in some rows of “Lines” (1)."]
    assert said(shop, "zh", where={"field": "kind", "is": "web"}) == ["“明细”有 1 行的“方式”不是约定的取值。"]
    assert codes(shop) == []


def test_doubled_rows_and_broken_rules_are_said_wherever_their_dataset_is_read(make_shop: Made) -> None:
    promises = "checks: [{name: dear, label: {zh: 不太贵, en: Not too dear}, no_row: {field: amount, more_than: 15}}]"
    twice = {**TABLES, "lines": TABLES["lines"] + "    D,1,,web,2025-03-01,40\n"}
    shop = make_shop(MODEL.replace("LINES", promises), **twice)
    assert said(shop, "en") == [
        "“Lines” holds some rows twice (1): figures may be too high.",
        "Some rows of “Lines” (4) break the rule “Not too dear”.",
    ]
    assert said(shop, "zh") == ["“明细”有 1 行重复，数字可能偏高。", "“明细”有 4 行不符合“不太贵”。"]


def test_no_answer_bears_more_than_two_and_errors_come_first(made: Made) -> None:
    shop = made(
        "fresh_within: 7 days\nnot_null: [member_id]\nchecks:\n"
        "  - {name: dear, no_row: {field: amount, more_than: 15}, severity: error}\n"
        "  - {name: cheap, no_row: {field: amount, less_than: 15}}"
    )
    found = answer(shop, by=["family", "city"])
    assert [note.code for note in found.notes if note.code in ALL_CODES] == ["missing_values", "broken_rule"]
    assert MOST == 2


def test_a_viewer_of_some_rows_is_told_that_there_is_something_and_no_number(made: Made) -> None:
    shop = made("checks: [{name: dear, no_row: {field: amount, more_than: 15}}]")
    assert said(shop, "en", "citizen", by=["family"]) == [
        "“Catalogue” has no entry for some of “Item”: that part of sales is under “Unknown”.",
        "“Lines” has failed a check of the data; the result may be affected.",
    ]
    assert said(shop, "zh", "citizen", by=["family"]) == [
        "“目录”缺少一部分“商品”的记录：它们的销售额归入“未知”。",
        "“明细”没有通过数据核对，结果可能受影响。",
    ]


def test_a_promise_that_could_not_be_counted_is_no_matter_of_an_answer(made: Made) -> None:
    assert codes(made("not_null: [nothing_like_it]")) == []


def test_lists_say_it_as_well(make_shop: Made) -> None:
    model = MODEL.replace("    LINES\n", "").replace(
        "fields: [{name: city}]", "accepted: {city: [north]}\n    fields: [{name: city}]"
    )
    shop = make_shop(model, **TABLES)
    listed = run(REQUEST.validate_python({"kind": "value_query", "field": "city"}), shop.context())
    assert [note.code for note in listed.notes] == ["unexpected_values"]


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("各部门的销售额", "“商品目录”缺少 17 个“商品”的记录：它们的销售额归入“未知”。"),
        ("Sales by department", "“Products” has no entry for some of “Product” (17): that part of sales is under “Unknown”."),
    ],
)
def test_the_demo_says_that_17_products_have_no_entry(demo: Asker, question: str, note: str) -> None:
    reply = demo.ask(question)
    assert reply.status == "answered"
    assert note in reply.warnings
    assert note in reply.answer


@pytest.mark.parametrize("question", ["Sales last month", "各门店的销售额", "Sales by age", "各年龄段的销售额"])
def test_the_demo_says_nothing_of_it_elsewhere(demo: Asker, question: str) -> None:
    assert not [text for text in demo.ask(question).warnings if "“Products”" in text or "“商品目录”" in text]
