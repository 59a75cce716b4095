"""Promises about the data: counted after each load, kept beside the version, each with what was expected and found.

The shop of these tests has one flaw of every kind:

| order | item | member | kind | sold_on    | amount | flaw                                   |
| ----- | ---- | ------ | ---- | ---------- | ------ | -------------------------------------- |
| A     | 1    | 10     | web  | 2025-01-05 | 10     |                                        |
| A     | 1    | 10     | web  | 2025-01-05 | 10     | the row stands twice                   |
| B     | 9    |        | web  | 2025-02-10 | 30     | no member; nobody described item 9     |
| C     | 9    | 11     | shop | 2025-02-20 | -5     | a kind that is not accepted; negative  |
| D     | 8    | 11     |      |            | 50     | no kind, no time; nobody described 8   |
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from conftest import Shop

from semantic_layer.data_checks.declared import checks_are_due, declared, known_results
from semantic_layer.data_version import CheckResult
from semantic_layer.errors import DataError
from semantic_layer.loading.loader import parse_workspace

PROMISES = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-03-31, default_period: all, key_metrics: [sales]}
datasets:
  - name: lines
    grain: [order_id, item_id]
    entities: {order: order_id, item: item_id, member: member_id}
    time: sold_on
    not_null: [member_id, sold_on]
    fresh_within: 7 days
    links: {member: info}
    checks:
      - {name: negative, no_row: {field: amount, less_than: 0}, severity: error}
      - {name: on_sunday, no_row: {field: weekday, is: 7}}
      - {name: red, no_row: {field: item.colour, is: red}}
      - {name: early, no_row: {field: sold_on, less_than: {field: item.made_on}}}
    fields:
      - {name: sold_on, type: date}
      - {name: kind, values: {web: {en: [Web]}, app: {en: [App]}}, closed: true}
  - name: items
    grain: [item_id]
    entities: {item: item_id}
    accepted: {colour: [red, blue], item_id: [1, 2]}
    fields: [{name: colour}, {name: made_on, type: date}]
  - name: members
    grain: [member_id]
    entities: {member: member_id}
    fields: [{name: city}]
metrics:
  - {name: sales, dataset: lines, agg: sum, expr: amount}
"""
LINES = """
    order_id,item_id,member_id,kind,sold_on,amount
    A,1,10,web,2025-01-05,10
    A,1,10,web,2025-01-05,10
    B,9,,web,2025-02-10,30
    C,9,11,shop,2025-02-20,-5
    D,8,11,,,50
"""
ITEMS = """
    item_id,colour,made_on
    1,red,2025-01-06
    2,green,2024-12-01
"""
MEMBERS = """
    member_id,city
    10,north
    11,south
"""


@pytest.fixture
def flawed(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop(PROMISES, lines=LINES, items=ITEMS, members=MEMBERS)


def by_name(results: tuple[CheckResult, ...]) -> dict[str, CheckResult]:
    return {result.name: result for result in results}


@pytest.mark.parametrize(
    ("name", "severity", "found", "rows", "holds"),
    [
        ("lines: one row for each order_id, item_id", "error", "1 doubled", 1, False),
        ("lines.member_id is never missing", "error", "1 missing", 1, False),
        ("lines.sold_on is never missing", "error", "1 missing", 1, False),
        ("lines.kind has accepted values only", "warn", "1 row", 1, False),
        ("lines.item has an entry in items", "warn", "2 without, in 3 rows", 3, False),
        ("lines.member has an entry in members", "info", "0 without", 0, True),
        ("lines is fresh", "warn", "39 days old (last day 2025-02-20)", 39, False),
        ("lines: negative", "error", "1 row", 1, False),
        ("lines: on_sunday", "warn", "2 rows", 2, False),
        ("lines: red", "warn", "2 rows", 2, False),
        ("lines: early", "warn", "2 rows", 2, False),
        ("items: one row for each item_id", "error", "0 doubled", 0, True),
        ("items.colour has accepted values only", "warn", "1 row", 1, False),
        ("items.item_id has accepted values only", "warn", "0 rows", 0, True),
    ],
)
def test_every_kind_of_promise_is_counted(flawed: Shop, name: str, severity: str, found: str, rows: int, holds: bool) -> None:
    result = by_name(flawed.version.checks)[name]
    assert (result.severity, result.found, result.rows, result.holds) == (severity, found, rows, holds)


def test_rows_without_a_time_and_rows_after_today_are_counted_as_well(make_shop: Callable[..., Shop]) -> None:
    # The row D has no day; as of 2025-01-31 the rows B and C lie in the future.
    shop = make_shop(PROMISES.replace("as_of: 2025-03-31", "as_of: 2025-01-31"), lines=LINES, items=ITEMS, members=MEMBERS)
    assert by_name(shop.version.checks)["lines.item has an entry in items"].keys == 2


def test_the_results_are_kept_beside_the_version_and_read_with_it(flawed: Shop) -> None:
    path = flawed.warehouse.folder / f"{flawed.version.id}.checks.json"
    assert [each["name"] for each in json.loads(path.read_text("utf-8"))] == [each.name for each in flawed.version.checks]
    current = flawed.warehouse.current()
    assert current is not None
    assert current.checks == flawed.version.checks
    assert flawed.warehouse.versions() == ["facts_0001"]


def test_a_failing_check_does_not_stop_a_load_but_doubled_keys_of_what_is_joined_do(flawed: Shop) -> None:
    path = flawed.folder / "items.csv"
    path.write_text(path.read_text("utf-8") + "1,blue,2025-01-01\n", "utf-8")
    with pytest.raises(DataError) as caught:
        flawed.warehouse.load()
    assert caught.value.problem.code == "doubled_keys"
    assert flawed.warehouse.current_id() == "facts_0001"


def test_a_promise_that_names_no_column_is_shown_as_such_and_the_others_are_counted(make_shop: Callable[..., Shop]) -> None:
    text = PROMISES.replace("not_null: [member_id, sold_on]", "not_null: [membr_id, sold_on]")
    shop = make_shop(text.replace("{field: amount,", "{field: amonut,"), lines=LINES, items=ITEMS, members=MEMBERS)
    results = by_name(shop.version.checks)
    wrong = results["lines.membr_id is never missing"]
    assert (wrong.ran, wrong.holds) == (False, False)
    assert wrong.found.startswith("there is neither a field nor a column 'membr_id'. Did you mean 'member_id'")
    assert "amonut" in results["lines: negative"].found
    assert results["lines.sold_on is never missing"].rows == 1


def test_a_new_promise_is_counted_by_the_next_load_without_a_new_version(flawed: Shop) -> None:
    text = (flawed.folder / "model.yaml").read_text("utf-8").replace("less_than: 0}, severity", "less_than: 20}, severity")
    flawed.warehouse.workspace = parse_workspace(
        {"sources.yaml": (flawed.folder / "sources.yaml").read_text("utf-8"), "model.yaml": text}
    )
    assert checks_are_due(flawed.warehouse.workspace, flawed.version)
    again = flawed.warehouse.load()
    assert again.id == flawed.version.id
    assert by_name(again.checks)["lines: negative"].rows == 3
    assert not checks_are_due(flawed.warehouse.workspace, again)


def test_a_result_is_not_taken_for_a_promise_that_has_changed_since(flawed: Shop) -> None:
    text = (flawed.folder / "model.yaml").read_text("utf-8").replace("less_than: 0}, severity", "less_than: 20}, severity")
    changed = parse_workspace({"sources.yaml": (flawed.folder / "sources.yaml").read_text("utf-8"), "model.yaml": text})
    names = [result.name for result in known_results(changed, flawed.version, date(2025, 3, 31))]
    assert "lines: negative" not in names
    assert "lines: on_sunday" in names


def test_how_fresh_data_is_moves_with_today(flawed: Shop) -> None:
    def found(day: date) -> tuple[str, bool]:
        result = by_name(known_results(flawed.workspace, flawed.version, day))["lines is fresh"]
        return result.found, result.holds

    assert found(date(2025, 2, 27)) == ("7 days old (last day 2025-02-20)", True)
    assert found(date(2025, 2, 28)) == ("8 days old (last day 2025-02-20)", False)
    assert found(date(2025, 2, 1)) == ("0 days old (last day 2025-02-20)", True)


def test_a_key_of_two_columns_is_a_link_as_a_whole(make_shop: Callable[..., Shop]) -> None:
    # Both refunds know order 1; only its line 1 exists. The third knows no line, so it belongs to none.
    shop = make_shop(
        """
        workspace: {name: shop, as_of: 2025-03-31}
        datasets:
          - {name: lines, grain: [order_no, line_no], entities: {line: [order_no, line_no]}}
          - {name: refunds, entities: {line: [order_no, line_no]}}
        """.replace("\n        ", "\n"),
        lines="order_no,line_no\n1,1",
        refunds="order_no,line_no\n1,1\n1,2\n1,",
    )
    result = by_name(shop.version.checks)["refunds.line has an entry in lines"]
    assert (result.keys, result.rows) == (1, 1)


def test_columns_may_be_called_anything(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(
        """
        workspace: {name: shop, as_of: 2025-03-31}
        datasets:
          - name: lines
            grain: ["订单 号"]
            not_null: ["订单 号", "select", "A-B"]
            accepted: {"A-B": [x, y]}
        """.replace("\n        ", "\n"),
        lines="订单 号,select,A-B\n1,,x\n2,1,z\n2,1,",
    )
    found = {result.about or "grain": result.rows for result in shop.version.checks if result.kind != "accepted"}
    assert found == {"grain": 1, "订单 号": 0, "select": 1, "A-B": 1}
    assert by_name(shop.version.checks)["lines.A-B has accepted values only"].rows == 1


def test_an_empty_table_breaks_no_promise_but_that_of_being_fresh(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(PROMISES, lines="order_id,item_id,member_id,kind,sold_on,amount\n", items=ITEMS, members=MEMBERS)
    broken = [result.name for result in shop.version.checks if not result.holds and result.dataset == "lines"]
    ran = [result.name for result in shop.version.checks if not result.ran]
    assert set(broken) - set(ran) == {"lines is fresh"}


def test_every_promise_has_a_result(flawed: Shop) -> None:
    assert [check.name for check in declared(flawed.workspace)] == [result.name for result in flawed.version.checks]


def test_a_profile_is_nothing_that_keys_are_looked_up_in() -> None:
    """It describes the members by their tags, and everyone in it comes from the data."""
    tag = "tags:\n  - {name: local, entity: member, condition: {field: city, is: north}}\n"
    sources = "sources:\n" + "".join(f"  - {{name: {name}, file: {name}.csv}}\n" for name in ("lines", "items", "members"))
    workspace = parse_workspace({"model.yaml": PROMISES + tag + sources})
    assert workspace.profile("member") is not None
    assert {check.home for check in declared(workspace) if check.kind == "link"} == {"items", "members"}
