"""A reading as chips: what each could be instead, that every choice is answered, and that an edit is what words would make."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import HERE, Asker
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import Conversation
from assistant.edits.chips import Chip, chips
from assistant.edits.edit import Edit, apply, column_of
from assistant.edits.options import MOST_SHOWN, Option, options
from assistant.edits.viewing import Viewing
from assistant.planner.outcome import Plan
from assistant.planner.plan import plan
from assistant.session import Session
from evals.golden import Case, find_set, load_set
from semantic_layer.errors import HuaxiangError, RequestError
from semantic_layer.periods import EachPeriod
from semantic_layer.policy import Viewer
from semantic_layer.requests import MetricQuery, canonical
from tools.metrics import compute

BY_ROWS = {"small_groups", "too_small"}
"""Refusals that only the rows can decide."""
ROLES: tuple[tuple[str | None, dict[str, Any]], ...] = ((None, {}), ("marketer", {}), ("store_manager", {"stores": [367, 406]}))
KEEPER: tuple[str, dict[str, Any]] = ("shop_keeper", {"shops": [1, 2]})


def viewing(asker: Asker, language: str = "en", role: str | None = None, **attributes: Any) -> Viewing:
    scope = asker.runtime.scope(Viewer(role=role, attributes=attributes))
    return Viewing.of(scope, asker.runtime.reader(scope), language)


def read(asker: Asker, question: str, role: str | None = None, **attributes: Any) -> MetricQuery:
    scope = asker.runtime.scope(Viewer(role=role, attributes=attributes))
    outcome = plan(question, Conversation(id="t"), asker.runtime.reader(scope))
    assert isinstance(outcome, Plan), f"{question}: {outcome}"
    return MetricQuery.model_validate(outcome.readings[0])


def shown(request: MetricQuery, seen: Viewing, period: dict[str, Any] | None = None) -> dict[str, Chip]:
    found = chips(request, seen.words, period or {"words": "some days"}, lambda each: seen.compiled(each) is not None)
    return {chip.key: chip for chip in found}


def texts(found: tuple[Option, ...]) -> list[str]:
    return [each.text for each in found]


def chosen(request: MetricQuery, key: str, text: str, seen: Viewing, search: str = "") -> MetricQuery:
    """The request after an entry of a menu was chosen."""
    found = options(request, key, seen, search)
    entry = next((each for each in found if each.text == text), None)
    assert entry is not None and entry.edit is not None, f"{text!r} is none of {texts(found)}"
    return apply(request, entry.edit)


def removed(request: MetricQuery, key: str, seen: Viewing) -> MetricQuery:
    edit = shown(request, seen)[key].remove
    assert edit is not None
    return apply(request, edit)


# ---- what the chips say -------------------------------------------------------------------------------------------------------


def test_a_reading_is_said_part_by_part_and_what_can_be_added_is_empty(demo: Asker) -> None:
    reply = demo.ask("Top 5 departments by sales in November 2017 excluding fuel")
    found = chips(MetricQuery.model_validate(reply.plan), viewing(demo).words, reply.period)
    assert [(chip.key, chip.text) for chip in found] == [
        ("metric", "Sales"),
        ("metric.add", ""),
        ("where.0", "Department is not Fuel"),
        ("where.add", ""),
        ("by.0", "Department"),
        ("by.add", ""),
        ("period", "November 2017"),
        ("compare", ""),
        ("order", "Sales, high to low"),
        ("limit", "Top 5"),
    ]


def test_chips_speak_the_language_of_the_reply(demo: Asker) -> None:
    reply = demo.ask("2017年11月销售额环比")
    found = {chip.key: chip for chip in chips(MetricQuery.model_validate(reply.plan), viewing(demo, "zh").words, reply.period)}
    assert (found["metric"].name, found["metric"].text) == ("指标", "销售额")
    assert (found["period"].name, found["period"].text) == ("时间", "2017年11月")
    assert found["compare"].text == "与上期比较 (2017年10月)"


def test_only_metric_queries_have_chips(demo: Asker) -> None:
    from assistant.reply import read_request

    reply = demo.ask("Which departments are there?")
    assert reply.status == "answered" and reply.plan is not None
    assert chips(read_request(reply.plan), viewing(demo).words, reply.period) == ()


def test_a_share_is_said_and_can_be_taken_away(demo: Asker) -> None:
    request = read(demo, "Share of sales by department last month")
    chip = shown(request, viewing(demo))["share"]
    assert chip.text and not chip.options and chip.remove is not None
    assert apply(request, chip.remove).share_of is None


def test_the_only_metric_stays_and_so_does_an_order_that_a_limit_needs(demo: Asker) -> None:
    found = shown(read(demo, "Lowest 3 stores by sales"), viewing(demo))
    assert found["metric"].remove is None
    assert found["order"].remove is None
    assert found["limit"].remove is not None


def test_nothing_is_taken_away_where_no_answer_would_be_left(demo: Asker) -> None:
    # Without its month the comparison would be with a year that the data does not have.
    found = shown(read(demo, "Sales in November 2017 against the previous month"), viewing(demo))
    assert found["period"].remove is None
    assert found["compare"].remove is not None


# ---- an edit is what the edited words would make ------------------------------------------------------------------------------

CHOSEN = [
    ("sales by department", "metric", "Units", "units by department"),
    ("Top 5 departments by sales", "metric", "Units", "Top 5 departments by units"),
    ("Top 5 departments by sales", "by.0", "Brand type", "Top 5 brands by sales"),
    ("Top 5 departments by sales", "limit", "Top 10", "Top 10 departments by sales"),
    ("sales by department", "limit", "Top 5", "Top 5 departments by sales"),
    ("sales by department", "order", "Sales, high to low", "sales by department from high to low"),
    ("sales by department", "by.0", "Month", "sales by month"),
    ("sales last month", "by.add", "Department", "sales by department last month"),
    ("sales last month", "period", "Last quarter (Q3 2017)", "sales last quarter"),
    ("sales last month", "period", "March 2017", "sales in March 2017"),
    ("sales last month", "period", "Last 30 days (2017-12-02 to 2017-12-31)", "sales in the last 30 days"),
    ("sales last month", "compare", "Against the period before (October 2017)", "sales last month against the previous month"),
    ("sales of the meat department last month", "where.0", "Department is not Meat", "sales last month excluding the meat department"),
    ("sales of the meat department last month", "where.0", "Pastry", "sales of the pastry department last month"),
    ("sales last month", "where.add:department", "Meat", "sales of the meat department last month"),
    ("sales last month", "where.add:is_weekend", "Weekend", "sales on weekends last month"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "key", "text", "same_as"), CHOSEN)
def test_a_choice_makes_the_request_that_the_edited_words_make(
    demo: Asker, question: str, key: str, text: str, same_as: str
) -> None:
    assert canonical(chosen(read(demo, question), key, text, viewing(demo))) == canonical(read(demo, same_as))


REMOVED = [
    ("sales and baskets by month", "metric", "baskets by month"),
    ("sales by month and department", "by.0", "sales by department"),
    ("sales of the meat department last month", "where.0", "sales last month"),
    ("sales by department last month", "period", "sales by department"),
    ("sales last month against the previous month", "compare", "sales last month"),
    ("Share of sales by department last month", "share", "sales by department last month"),
    ("Top 5 departments by sales", "by.0", "sales"),
    ("Top 5 departments by sales", "limit", "sales by department from high to low"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "key", "same_as"), REMOVED)
def test_what_is_taken_away_leaves_the_request_of_the_shorter_words(demo: Asker, question: str, key: str, same_as: str) -> None:
    assert canonical(removed(read(demo, question), key, viewing(demo))) == canonical(read(demo, same_as))


def test_choices_are_the_same_in_chinese(demo: Asker) -> None:
    seen = viewing(demo, "zh")
    request = read(demo, "上个月各部门的销售额")
    assert canonical(chosen(request, "metric", "订单数", seen)) == canonical(read(demo, "上个月各部门的订单数"))
    assert canonical(chosen(request, "period", "上季度（2017年第3季度）", seen)) == canonical(read(demo, "上季度各部门的销售额"))
    assert canonical(removed(request, "by.0", seen)) == canonical(read(demo, "上个月的销售额"))


# ---- edits keep a request coherent --------------------------------------------------------------------------------------------


def query(**parts: Any) -> MetricQuery:
    return MetricQuery.model_validate({"metrics": ["sales"], **parts})


def test_days_of_one_s_own_are_checked() -> None:
    march = {"kind": "dates", "start": "2017-03-05", "end": "2017-03-20"}
    assert apply(query(), Edit(part="period", value=march)) == query(period=march)
    with pytest.raises(RequestError) as caught:
        apply(query(), Edit(part="period", value={**march, "end": "2017-03-01"}))
    assert caught.value.problem.code == "bad_request"


WRONG: list[tuple[str, Any]] = [
    ("metrics", None), ("metrics", []), ("metrics", [1]), ("metrics", 7), ("by", [{"kind": "no"}]), ("by", 3),
    ("where", {"field": "city"}), ("where", {"kind": "in"}), ("where", {"field": "a", "between": [1]}), ("where", {"field": "a", "is": {"x": 1}}),
    ("period", "never"), ("period", {"kind": "dates"}), ("period", {"kind": "last", "n": -1, "unit": "day"}), ("compare", {"kind": "moon"}),
    ("order", [{"target": "profit"}]), ("limit", 0), ("limit", "many"), ("limit", 5), ("order", [{"target": "sales"}]), ("share_of", {"kind": "share"}),
]  # fmt: skip


@pytest.mark.parametrize(("part", "value"), WRONG)
def test_a_value_that_is_none_of_its_part_is_a_bad_request(part: Any, value: Any) -> None:
    with pytest.raises(RequestError) as caught:
        apply(query(), Edit(part=part, value=value))
    assert caught.value.problem.code == "bad_request"


def test_a_value_too_deep_to_be_read_is_a_bad_request() -> None:
    deep: Any = {"field": "city", "is": "north"}
    for _ in range(3000):
        deep = {"not": deep}
    with pytest.raises(RequestError):
        apply(query(), Edit(part="where", value=deep))


def test_an_order_on_a_group_that_has_gone_goes_with_its_limit() -> None:
    request = query(by=["month", "city"], order=[{"target": "month", "descending": False}], limit=3)
    assert apply(request, Edit(part="by", value=["city"])) == query(by=["city"])


def test_an_order_follows_the_metric_that_took_the_place_of_its_own() -> None:
    request = query(by=["city"], order=[{"target": "sales", "descending": False}], limit=3)
    orders = query(metrics=["orders"], by=["city"], order=[{"target": "orders", "descending": False}], limit=3)
    assert apply(request, Edit(part="metrics", value=["orders"])) == orders


def test_an_order_by_growth_is_one_by_the_metric_once_nothing_is_compared() -> None:
    request = query(by=["city"], compare={"kind": "previous"}, order=[{"target": "sales", "part": "growth"}])
    assert apply(request, Edit(part="compare")) == query(by=["city"], order=[{"target": "sales"}])


def test_of_a_share_and_a_comparison_the_newer_stays() -> None:
    shared = apply(query(by=["city"], compare={"kind": "previous"}), Edit(part="share_of", value={"kind": "share"}))
    assert shared.share_of is not None and shared.compare is None
    compared = apply(shared, Edit(part="compare", value={"kind": "previous"}))
    assert compared.share_of is None and compared.compare is not None


def test_periods_side_by_side_and_all_data_are_compared_with_nothing() -> None:
    request = query(period={"unit": "month"}, compare={"kind": "previous"})
    for period in ({"of": [{"unit": "month"}, {"unit": "week"}]}, {"kind": "all"}):
        assert apply(request, Edit(part="period", value=period)) == query(period=period)


def test_the_whole_of_a_share_has_its_filter_changed_alike() -> None:
    north, south = {"field": "city", "is": "north"}, {"field": "city", "is": "south"}
    request = query(by=["family"], where=north, share_of={"where": north})
    assert apply(request, Edit(part="where", value=south)) == query(by=["family"], where=south, share_of={"where": south})
    assert apply(request, Edit(part="where")) == query(by=["family"], share_of={})


def test_a_share_of_itself_goes() -> None:
    request = query(by=["month"], where={"field": "family", "is": "small"}, share_of={"by": ["month"]})
    assert apply(request, Edit(part="where")) == query(by=["month"])


def test_an_edit_changes_nothing_else(demo: Asker) -> None:
    request = read(demo, "Top 5 departments by sales in November 2017 excluding fuel")
    edited = apply(request, Edit(part="limit", value=10))
    assert edited.model_copy(update={"limit": 5}) == request


POOL: dict[str, list[Any]] = {
    "metrics": [["sales"], ["orders"], ["sales", "orders"], ["orders", "aov"]],
    "by": [None, ["city"], ["month"], ["city", "month"], ["family", "city"]],
    "where": [None, {"field": "city", "is": "north"}, {"field": "city", "not": "north"}, [{"field": "city", "is": "south"}, {"field": "family", "is": "small"}]],
    "period": [None, {"kind": "all"}, {"unit": "month"}, {"n": 7, "unit": "day"}, {"of": [{"unit": "month"}, {"unit": "week"}]}],
    "compare": [None, {"kind": "previous"}, {"kind": "period", "period": {"unit": "month"}}],
    "share_of": [None, {"kind": "share"}, {"kind": "share", "by": ["month"]}],
    "order": [None, [{"target": "sales"}], [{"target": "orders", "part": "growth"}], [{"target": "city"}], [{"target": "sales", "part": "share"}], [{"target": "period"}]],
    "limit": [None, 1, 5],
}  # fmt: skip
EDITS = st.sampled_from([Edit(part=part, value=value) for part, values in POOL.items() for value in values])  # pyright: ignore[reportArgumentType]


@given(st.lists(EDITS, max_size=12))
def test_whatever_is_clicked_the_request_stays_coherent(edits: list[Edit]) -> None:
    request = query()
    for edit in edits:
        try:
            edited = apply(request, edit)
        except RequestError as error:
            assert error.problem.code == "bad_request"
            continue
        request = edited
        assert apply(request, edit) == request, "an edit made twice is made once"
        assert MetricQuery.model_validate(json.loads(canonical(request))) == request
        grouped = bool(request.by) or isinstance(request.period, EachPeriod)
        columns = {
            *request.metrics,
            *(column_of(ref) for ref in request.by),
            "period" if isinstance(request.period, EachPeriod) else "",
        }
        assert grouped or not (request.order or request.limit)
        assert request.order or request.limit is None
        assert all(each.target in columns for each in request.order)
        assert request.share_of is not None or all(each.part != "share" for each in request.order)
        assert request.compare is not None or all(each.part not in ("growth", "change", "previous") for each in request.order)
        assert request.compare is None or not (request.share_of or isinstance(request.period, EachPeriod))


# ---- menus --------------------------------------------------------------------------------------------------------------------


def test_a_menu_marks_what_is_so_now(demo: Asker) -> None:
    request = read(demo, "Top 5 departments by sales last month")
    now = {
        key: [each.text for each in options(request, key, viewing(demo)) if each.current] for key in shown(request, viewing(demo))
    }
    assert now["metric"] == ["Sales"]
    assert now["by.0"] == ["Department"]
    assert now["period"] == ["Last month (November 2017)"]
    assert now["compare"] == ["No comparison"]
    assert now["limit"] == ["Top 5"]


def test_a_menu_stands_under_the_labels_of_what_is_described(tea: Asker) -> None:
    # The teahouse has a dataset and a metric of one name, `members`.
    found = {each.text: each.group for each in options(read(tea, "上个月各渠道的成交额"), "by.add", viewing(tea, "zh"))}
    assert (found["会员等级"], found["月"], found["会员"]) == ("会员档案", "时间", "逐个")


def test_a_long_list_of_values_is_searched(demo: Asker) -> None:
    request = read(demo, "sales last month")
    assert len(options(request, "where.add:product_type", viewing(demo))) == MOST_SHOWN
    found = texts(options(request, "where.add:product_type", viewing(demo), "yogurt"))
    assert 0 < len(found) < MOST_SHOWN
    assert all("yogurt" in text.lower() for text in found)


def test_a_key_is_typed(demo: Asker) -> None:
    request = read(demo, "sales last month")
    assert options(request, "where.add:store_id", viewing(demo)) == ()
    assert canonical(chosen(request, "where.add:store_id", "367", viewing(demo), "367")) == canonical(
        read(demo, "sales of store 367 last month")
    )
    assert options(request, "where.add:store_id", viewing(demo), "9" * 5000) == ()


def test_a_field_to_filter_by_opens_the_menu_of_its_values(demo: Asker) -> None:
    found = {each.text: each for each in options(read(demo, "sales last month"), "where.add", viewing(demo))}
    assert found["Department"].opens == "where.add:department"
    assert found["Department"].edit is None


@pytest.mark.parametrize(
    "key", ["", "metric.7", "by", "by.9", "where.x", "where.9" * 900, "period.1", "where.add:no_such", "share", "limit.0"]
)
def test_a_key_that_the_request_has_no_chip_of_has_no_menu(demo: Asker, key: str) -> None:
    assert options(read(demo, "sales last month"), key, viewing(demo)) == ()


def test_what_a_role_may_not_see_is_in_no_menu(demo: Asker) -> None:
    request = read(demo, "sales last month")
    everything, marketer = viewing(demo), viewing(demo, role="marketer")
    assert "Household" in texts(options(request, "by.add", everything))
    for key in ("by.add", "where.add"):
        assert not {"Household", "Basket"} & set(texts(options(request, key, marketer)))
    assert options(request, "where.add:household_id", marketer, "7") == ()


def test_a_store_manager_is_offered_the_own_stores_and_no_campaigns(demo: Asker) -> None:
    seen = viewing(demo, role="store_manager", stores=[367])
    request = read(demo, "sales last month")
    assert texts(options(request, "where.add:store_id", seen, "367")) == ["367"]
    assert options(request, "where.add:store_id", seen, "406") == ()
    assert "Redemptions" in texts(options(request, "metric", viewing(demo)))
    assert "Redemptions" not in texts(options(request, "metric", seen))


def test_menus_come_while_one_looks(demo: Asker) -> None:
    request, seen = read(demo, "Top 5 departments by sales in November 2017 excluding fuel"), viewing(demo)
    for key in shown(request, seen):
        options(request, key, seen)
        best = min(_seconds(request, key, seen) for _ in range(3))
        assert best < 0.4, f"{key}: {best * 1000:.0f} ms"  # about 100 ms alone; tests share the machine


def _seconds(request: MetricQuery, key: str, seen: Viewing) -> float:
    started = time.perf_counter()
    options(request, key, seen)
    return time.perf_counter() - started


# ---- every entry is answered --------------------------------------------------------------------------------------------------


def planned(asker: Asker, cases: list[Case], role: str | None, attributes: dict[str, Any]) -> list[MetricQuery]:
    """The metric queries that the planner makes of questions, each once, where the viewer gets an answer."""
    scope = asker.runtime.scope(Viewer(role=role, attributes=attributes))
    reader, found = asker.runtime.reader(scope), dict[str, MetricQuery]()
    seen = Viewing.of(scope, reader, "en")
    for case in cases:
        outcome = plan(case.question, Conversation(id="t"), reader)
        for request in outcome.readings if isinstance(outcome, Plan) else ():
            if request["kind"] == "metric_query":
                typed = MetricQuery.model_validate(request)
                if seen.compiled(typed) is not None:
                    found[canonical(typed)] = typed
    return list(found.values())


def questions(name: str) -> list[Case]:
    return [case for case in load_set(find_set(name)).cases if not case.frozen and not case.history]


def all_edits(request: MetricQuery, seen: Viewing) -> Iterator[tuple[str, str, Edit]]:
    """Each edit that is offered: key, text, edit. Of each field that can be filtered by the first value."""
    for key, chip in shown(request, seen).items():
        if chip.remove is not None:
            yield key, "removed", chip.remove
        for entry in options(request, key, seen) if chip.options else ():
            assert entry.text, key
            if entry.edit is not None:
                yield key, entry.text, entry.edit
            else:
                values = options(request, entry.opens, seen)
                if values and values[0].edit is not None:
                    yield entry.opens, values[0].text, values[0].edit


def check_answered(asker: Asker, requests: list[MetricQuery], role: str | None, attributes: dict[str, Any], step: int) -> int:
    """Tries every edit that is offered, in either language by turns, and runs every `step`-th; how many were run."""
    count = 0
    for turn, request in enumerate(requests):
        seen = viewing(asker, ("zh", "en")[turn % 2], role, **attributes)
        for place, (key, text, edit) in enumerate(all_edits(request, seen)):
            edited = apply(request, edit)
            assert seen.compiled(edited) is not None, (canonical(request), key, text)
            assert apply(edited, edit) == edited, (canonical(request), key, text)
            if (place + count) % step:
                continue
            count += 1
            try:
                compute(edited, asker.context(role, **attributes))
            except HuaxiangError as error:
                assert error.problem.code in BY_ROWS, (canonical(edited), key, text, error.problem)
    return count


@pytest.mark.parametrize(("role", "attributes"), ROLES)
def test_every_choice_is_answered_or_refused_by_its_rows_alone(demo: Asker, role: str | None, attributes: dict[str, Any]) -> None:
    requests = planned(demo, questions("complete_journey")[::3], role, attributes)
    assert len(requests) > 60
    assert check_answered(demo, requests[:: max(1, len(requests) // 7)], role, attributes, step=29) > 20


@pytest.mark.parametrize(("role", "attributes"), [(None, {}), KEEPER])
def test_every_choice_is_answered_in_another_business(tea: Asker, role: str | None, attributes: dict[str, Any]) -> None:
    requests = planned(tea, questions(str(HERE / "workspaces" / "teahouse_golden")), role, attributes)
    assert len(requests) > 10
    assert check_answered(tea, requests[:: max(1, len(requests) // 6)], role, attributes, step=7) > 20


def test_an_edit_runs_as_a_request_that_was_clicked(demo: Asker) -> None:
    async def talk() -> tuple[Any, Any]:
        session: Session = demo.session()
        first = await session.reply("Sales by department last month")
        edited = apply(MetricQuery.model_validate(first.plan), Edit(part="metrics", value=["units"]))
        return first, await session.run_request(json.loads(canonical(edited)))

    first, second = asyncio.run(talk())
    assert first.reading.startswith("Sales ·") and second.reading.startswith("Units ·")
    assert first.reading.removeprefix("Sales") == second.reading.removeprefix("Units")
