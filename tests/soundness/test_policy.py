"""A viewer's answer is the answer over tables that hold only what the viewer may see."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semantic_layer.errors import RequestError
from semantic_layer.model.policies import Role
from soundness.arithmetic import ADDITIVE, FIGURES
from soundness.shop import Shop, Tables
from soundness.strategies import ATTRIBUTES, VALUES, Request, requests, several, tables, tables_of
from soundness.truth import Truth, assert_equal, by_group, records
from tools.answer import Answer

KEYS = {"item_id": [1, 2, 3], "customer_id": [10, 11]}
ALLOWED = {**VALUES, **KEYS}
OF_TABLE = {"customers": ["city", "country"], "items": ["family"], "regions": ["country"], "listings": ["tier"]}
HIDEABLE = ["colour", "tier", "country"]
"""Fields that no metric of the shop is defined by."""

ATTRIBUTE_SETS = st.fixed_dictionaries(
    {name: st.lists(st.sampled_from(values), max_size=2, unique=True) for name, values in ALLOWED.items()}
)


def allowed(field: str, word: str = "in") -> Request:
    """A condition on an attribute of the viewer that has the field's name."""
    return {"field": field, word: {"attribute": field}}


NEEDED = st.one_of(
    st.sampled_from([allowed(field) for field in ALLOWED]),
    st.sampled_from([allowed(field, "not_in") for field in ALLOWED]),
    st.sampled_from([{"not": allowed(field)} for field in ALLOWED]),
    st.sampled_from([{"all": [allowed(field), {"field": "price", "at_least": 0}]} for field in ALLOWED]),
    st.sampled_from([{"not": {"any": [allowed(field), {"field": "gift", "is": True}]}} for field in ALLOWED]),
)
"""Conditions that no row meets without the attribute."""

EITHER = st.tuples(NEEDED, NEEDED).map(lambda two: {"any": list(two)})
RULES = st.fixed_dictionaries(
    {},
    optional={
        "lines": NEEDED | EITHER,
        **{name: st.sampled_from([allowed(field) for field in fields]) for name, fields in OF_TABLE.items()},
    },
)


def role(rules: dict[str, Request], hide: tuple[str, ...] = ()) -> Role:
    datasets = {name: {"rows": rule} for name, rule in rules.items()}
    return Role.model_validate({"name": "viewer", "datasets": datasets, "hide": hide})


def filled(condition: Any, attributes: dict[str, Any]) -> Any:
    """The condition with the attributes' values in place."""
    if isinstance(condition, list):
        return [filled(part, attributes) for part in condition]
    if not isinstance(condition, dict):
        return condition
    if "attribute" in condition:
        return attributes[condition["attribute"]]
    return {key: filled(part, attributes) for key, part in condition.items()}


def seen_by(given_tables: Tables, rules: dict[str, Request], attributes: dict[str, list[Any]]) -> Tables:
    """The tables, each with the rows that its rule lets through. A rule decides over all that is known of a row."""
    truth, frames = Truth(given_tables), given_tables.frames
    seen: dict[str, pd.DataFrame] = {}
    people = frames["customers"].merge(frames["regions"], on="region_id", how="left")
    whole = {**{name: records(frame) for name, frame in frames.items()}, "lines": truth.flat, "customers": records(people)}
    for name, rule in rules.items():
        ways = [filled(way, attributes) for way in rule.get("any", [rule]) if permits(way, attributes)]
        kept = [any(truth.holds(way, row) for way in ways) for row in whole[name]]
        seen[name] = frames[name].loc[pd.Series(kept, dtype=bool)]
    return given_tables.having(**seen)


def permits(rule: Request, attributes: dict[str, list[Any]]) -> bool:
    """Whether a rule lets anything through: without its attribute it does not, though it be a negation."""
    return all(values for name, values in attributes.items() if mentions(rule, name))


def mentions(request: Any, name: str) -> bool:
    if isinstance(request, dict):
        return any(mentions(part, name) for part in request.values())
    return any(mentions(part, name) for part in request) if isinstance(request, list) else request == name


@given(tables(), RULES, ATTRIBUTE_SETS, several(requests([*FIGURES, "shipped"])))
def test_rows_are_as_if_the_tables_held_nothing_else(shop: Tables, rules: Any, attributes: Any, asked: list[Request]) -> None:
    viewer, truth = Shop(shop, role(rules), attributes), Truth(seen_by(shop, rules, attributes))
    for request in asked:
        try:
            rows = viewer.rows(request)
        except RequestError as error:
            assert_beyond(error, attributes)
        else:
            assert_equal(by_group(rows, len(request["by"])), truth.rows(request))


def assert_beyond(error: RequestError, attributes: dict[str, Any]) -> None:
    """A refusal that is in order: the request names values that the viewer's attributes do not hold."""
    assert error.problem.code == "beyond_grant"
    held = attributes.get(error.problem.parts["field"])
    named = set(error.problem.parts["values"])
    assert named
    assert not named & {str(value) for value in held or ()}


@given(
    tables(),
    RULES,
    ATTRIBUTE_SETS,
    several(requests([*ADDITIVE, "buyers"], by=ATTRIBUTES, least=1, most=1, limit=st.integers(1, 2))),
)
def test_totals_and_rest_are_within_the_view_as_well(shop: Tables, rules: Any, attributes: Any, asked: list[Request]) -> None:
    viewer, truly = Shop(shop, role(rules), attributes), Shop(seen_by(shop, rules, attributes))
    answers = [answer_or_none(viewer, request) for request in asked]
    for request, seen in zip(asked, answers, strict=True):
        if seen is not None:
            assert seen.evidence.restricted == bool(rules)
            whole = truly.answer(request)
            assert (seen.tables, seen.totals, seen.rest) == (whole.tables, whole.totals, whole.rest)


def answer_or_none(shop: Shop, request: Request) -> Answer | None:
    """None where the request names values that are beyond the grant."""
    try:
        return shop.answer(request)
    except RequestError as error:
        assert_beyond(error, shop.attributes)
        return None


@given(
    tables(), NEEDED, several(requests(FIGURES)), st.sampled_from([{}, {"channel": {"odd": 1}}, {"city": None, "item_id": []}])
)
def test_a_missing_attribute_gives_no_rows(shop: Tables, rule: Request, asked: list[Request], attributes: dict[str, Any]) -> None:
    viewer = Shop(shop, role({"lines": rule}), attributes)
    nobody = Truth(tables_of(shop.zone, shop.week_start))
    for request in asked:
        try:
            rows = viewer.rows(request)
        except RequestError as error:
            assert_beyond(error, attributes)
        else:
            assert_equal(by_group(rows, len(request["by"])), nobody.rows(request))


@given(tables(), st.sampled_from(HIDEABLE), NEEDED, ATTRIBUTE_SETS, several(requests(FIGURES, by=[*ATTRIBUTES, "month"])))
def test_a_hidden_field_is_in_no_column_filter_or_statement(
    shop: Tables, hidden: str, rule: Request, attributes: Any, asked: list[Request]
) -> None:
    viewer = Shop(shop, role({"lines": rule}, (hidden,)), attributes)
    for request in asked:
        try:
            compiled = viewer.compile(request)
        except RequestError as error:
            assert error.problem.code in (("field_hidden", "beyond_grant") if mentions(request, hidden) else ("beyond_grant",))
        else:
            assert not mentions(request, hidden)
            assert hidden not in [column.name for column in compiled.columns]
            assert hidden not in compiled.sql() or mentions(rule, hidden)


def test_a_rule_decides_by_what_the_viewer_may_not_see() -> None:
    tables = tables_of(lines=SALES, customers=[{"customer_id": 10, "city": "north"}, {"customer_id": 11, "city": "south"}])
    viewer = Shop(tables, role({"lines": allowed("city"), "customers": allowed("country")}), {"city": ["north"]})
    assert viewer.rows({"metrics": ["sales"], "by": ["city"]}) == [("Unknown", 20.0)]


@given(tables(), RULES, ATTRIBUTE_SETS, st.sampled_from(sorted(VALUES)))
def test_the_values_listed_are_those_of_visible_records(shop: Tables, rules: Any, attributes: Any, field: str) -> None:
    home = next(name for name, frame in shop.frames.items() if field in frame.columns)
    rows = Shop(shop, role(rules), attributes).rows({"kind": "value_query", "field": field})
    visible = {each or "Unknown" for each in seen_by(shop, rules, attributes).frames[home][field]}
    assert len(rows) == len(set(rows))
    assert {row[0] for row in rows} <= visible
    if rules.keys() <= {home}:
        assert {row[0] for row in rows} == visible


@pytest.mark.parametrize("name", ["item_id", "items.item_id", "item.item_id", "listings.item_id"])
@pytest.mark.parametrize("hiding", [{"hide": ["item_id"]}, {"datasets": {"lines": {"hide": ["item_id"]}}}])
def test_a_hidden_key_cannot_be_had_by_another_of_its_names(name: str, hiding: dict[str, Any]) -> None:
    viewer = Shop(tables_of(lines=SALES), Role.model_validate({"name": "viewer", **hiding}))
    with pytest.raises(RequestError) as caught:
        viewer.rows({"metrics": ["sales"], "by": [name]})
    assert caught.value.problem.code == "field_hidden"


def sale(number: int, customer: int, sold: str, shipped: date, **cells: Any) -> dict[str, Any]:
    keys = {"order_id": str(number), "line": number, "customer_id": customer, "item_id": 1}
    return {**keys, "channel": "web", "amount": 10, "sold_utc": f"{sold}T17:00:00", "shipped_on": shipped, **cells}


SALES = [
    sale(1, 10, "2025-01-10", date(2025, 2, 20)),
    sale(2, 10, "2025-02-10", date(2025, 2, 20)),
    sale(3, 11, "2025-02-11", date(2025, 1, 31)),
    sale(4, 12, "2025-02-12", date(2025, 1, 31), channel="shop", item_id=2),
]
"""One customer bought in January, one in the shop, and one something small; two had theirs shipped in January."""

PAIRS_ONLY = Role.model_validate({"name": "viewer", "minimum_group": {"entity": "customer", "size": 2}})
JANUARY, FEBRUARY = {"start": "2025-01-01", "end": "2025-01-31"}, {"start": "2025-02-01", "end": "2025-02-28"}
SHOP = {"field": "channel", "is": "shop"}


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"metrics": ["sales"], "period": JANUARY}, id="a single figure"),
        pytest.param({"metrics": ["sales"], "by": ["month"]}, id="a group"),
        pytest.param({"metrics": ["sales"], "where": SHOP}, id="a filter"),
        pytest.param({"metrics": ["sales"], "period": FEBRUARY, "compare": {"kind": "previous"}}, id="the period before"),
        pytest.param({"metrics": ["sales"], "period": FEBRUARY, "by": ["channel"], "limit": 1}, id="the rest of a ranking"),
        pytest.param({"metrics": ["sales"], "share_of": {"kind": "share", "where": SHOP}}, id="the whole of a share"),
        pytest.param({"metrics": ["sales", "shipped"], "period": JANUARY}, id="one metric of two"),
        pytest.param({"metrics": ["small_share"], "period": FEBRUARY}, id="the filter of a metric"),
    ],
)
def test_no_figure_is_about_fewer_customers_than_the_minimum(request_: Request) -> None:
    viewer = Shop(tables_of(lines=SALES, items=[{"item_id": 2, "family": "small"}]), PAIRS_ONLY)
    with pytest.raises(RequestError) as caught:
        viewer.answer(request_)
    assert caught.value.problem.code in ("too_small", "small_groups")


@pytest.mark.parametrize(
    ("request_", "rows"),
    [
        ({"metrics": ["sales"], "period": FEBRUARY}, ((30.0,),)),
        ({"metrics": ["sales"], "period": FEBRUARY, "where": {"field": "channel", "is": "web"}}, ((20.0,),)),
        ({"metrics": ["shipped"], "period": JANUARY, "by": ["month"]}, (("2025-01-01", 20.0),)),
    ],
)
def test_what_is_about_enough_customers_is_answered(request_: Request, rows: Any) -> None:
    answer = Shop(tables_of(lines=SALES), PAIRS_ONLY).answer(request_)
    assert answer.main is not None
    assert answer.main.rows == rows
