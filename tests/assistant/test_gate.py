"""The gate for a model's plans: one meaning has one form, unknown words are claimed or turned back, values stay where they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Asker
from proposing import LAST_MONTH, field, is_

from assistant.conversation import Conversation, Mention, Turn
from assistant.history import TAKEN_UP, history
from assistant.planner.misfit import MisfitError
from assistant.planner.normal_form import Forms
from assistant.planner.outcome import Plan
from assistant.proposals import asked_back, planned, refused
from assistant.tool_schemas import plan_schema
from assistant.turn import TurnContext
from semantic_layer.conditions import read_condition
from semantic_layer.requests import REQUEST, MetricQuery
from tools.catalogue import TOOLS


def turn_of(asker: Asker, question: str, *earlier: Turn) -> TurnContext:
    context = asker.context()
    conversation = Conversation(id="c", turns=earlier)
    return TurnContext(question, conversation, asker.runtime.reader(context.scope), context, attempts=1)


def answered(question: str, **request: Any) -> Turn:
    return Turn(question=question, outcome="answered", request={"kind": "metric_query", **request})


def proposed(turn: TurnContext, bindings: dict[str, str], tool: str = "query_metrics", **request: Any) -> Plan:
    kind = next(each.request for each in TOOLS if each.name == tool)
    return planned(kind, {"readings": [request], "bindings": [{"text": text, "to": to} for text, to in bindings.items()]}, turn)


EQUAL = [
    ({"field": "department", "is": "PRODUCE"}, {"field": "department", "in": ["PRODUCE"]}),
    ({"field": "department", "not": "FUEL"}, {"not": {"field": "department", "is": "FUEL"}}),
    ({"any": [{"field": "department", "is": "A"}, {"field": "department", "is": "B"}]}, {"field": "department", "in": ["B", "A"]}),
    ({"all": [{"field": "department", "not": "A"}, {"field": "department", "not": "B"}]}, {"field": "department", "not_in": ["A", "B"]}),
    ({"not": {"not": {"field": "brand", "is": "A"}}}, {"field": "brand", "is": "A"}),
    ({"field": "hour", "between": [18, 23]}, {"field": "hour", "at_least": 18}),
    ({"field": "is_weekend", "is": True}, {"field": "weekday", "in": [6, 7]}),
    ({"field": "is_weekend", "is": False}, {"not": {"field": "weekday", "at_least": 6}}),
    ({"field": "age", "missing": True}, {"field": "age", "is": "Unknown"}),
    ({"field": "quantity", "between": [1, 2]}, {"all": [{"field": "quantity", "at_most": 2.0}, {"field": "quantity", "at_least": 1}]}),
    ({"field": "product.department", "is": "A"}, {"field": "department", "is": "A"}),
]  # fmt: skip
DIFFERENT = [
    ({"field": "kids_count", "is": 1}, {"field": "kids_count", "is": "1"}),
    ({"field": "kids_count", "is": True}, {"field": "kids_count", "is": 1}),
    ({"field": "department", "is": "PRODUCE"}, {"field": "department", "contains": "PRODUCE"}),
    ({"field": "department", "is": "A"}, {"field": "brand", "is": "A"}),
    ({"field": "quantity", "less_than": 3}, {"not": {"field": "quantity", "at_least": 3}}),
    ({"all": [{"field": "brand", "is": "A"}, {"field": "department", "is": "B"}]}, {"any": [{"field": "brand", "is": "A"}, {"field": "department", "is": "B"}]}),
    ({"field": "hour", "at_least": 18}, {"field": "hour", "more_than": 18}),
]  # fmt: skip


class TestNormalForm:
    """Two ways to write a condition are equal exactly where they mean the same."""

    def forms(self, demo: Asker, *conditions: dict[str, Any]) -> list[Any]:
        requests = [
            REQUEST.validate_python({"kind": "metric_query", "metrics": ["sales"], "where": read_condition(each)})
            for each in conditions
        ]
        assert all(isinstance(request, MetricQuery) for request in requests)
        return [Forms.of(demo.runtime.workspace, request).conjuncts(request.where) for request in requests]

    @pytest.mark.parametrize(("one", "other"), EQUAL)
    def test_of_equal_conditions_is_equal(self, demo: Asker, one: dict[str, Any], other: dict[str, Any]) -> None:
        first, second = self.forms(demo, one, other)
        assert first == second

    @pytest.mark.parametrize(("one", "other"), DIFFERENT)
    def test_of_different_ones_is_not(self, demo: Asker, one: dict[str, Any], other: dict[str, Any]) -> None:
        first, second = self.forms(demo, one, other)
        assert first != second


class TestUnknownWords:
    """A model may say what an unknown word means, where all else stands in the question."""

    def test_a_synonym_is_taken_and_shown(self, demo: Asker) -> None:
        plan = proposed(turn_of(demo, "grossings last month"), {"grossings": "sales", "last month": "period"}, metrics=["sales"], period=LAST_MONTH)  # fmt: skip
        assert plan.readings[0]["metrics"] == ["sales"]
        assert [(note.code, note.parts) for note in plan.notes] == [("taken_for", {"text": "grossings", "name": "sales"})]

    def test_a_dimension_as_well(self, demo: Asker) -> None:
        bindings = {"sales": "sales", "shelfzone": "by department", "last month": "period"}
        plan = proposed(turn_of(demo, "sales by shelfzone last month"), bindings, metrics=["sales"], by=[field("department")], period=LAST_MONTH)  # fmt: skip
        assert plan.readings[0]["by"] == [field("department")]

    @pytest.mark.parametrize(
        ("question", "bindings", "request_"),
        [
            ("drone sales last month", {"drone": "sales", "sales": "sales"}, {"period": LAST_MONTH}),
            ("drone sales last month", {"drone": "the request", "sales": "sales"}, {"period": LAST_MONTH}),
            ("drone sales last month", {"sales": "sales"}, {"period": LAST_MONTH}),
            ("sales by shelfzone last month", {"shelfzone": "department", "sales": "sales"}, {"by": [field("department")]}),
            ("sales by shelfzone last month", {"shelfzone": "department", "sales": "sales"}, {"by": [field("department"), field("brand")], "period": LAST_MONTH}),
            ("sales by shelfzone last month", {"shelfzone": "department", "sales": "sales"}, {"by": [field("department")], "limit": 5, "period": LAST_MONTH}),
            ("sales by shelfzone last month", {"shelfzone": "department", "sales": "sales"}, {"by": [field("department")], "compare": {"kind": "previous"}, "period": LAST_MONTH}),
            ("last month by shelfzone", {"shelfzone": "sales"}, {"period": LAST_MONTH}),
            ("sales of drones last month", {"drones": "department", "sales": "sales"}, {"where": is_("department", "produce"), "period": LAST_MONTH}),
            ("sales by gender", {"gender": "age", "sales": "sales"}, {"by": [field("age")]}),
            ("tell me a joke about cats", {"joke about cats": "sales", "tell": "sales"}, {}),
        ],
    )  # fmt: skip
    def test_a_modifier_or_an_invention_is_turned_back(
        self, demo: Asker, question: str, bindings: dict[str, str], request_: dict[str, Any]
    ) -> None:
        with pytest.raises(MisfitError):
            proposed(turn_of(demo, question), {"last month": "period", **bindings}, **{"metrics": ["sales"], **request_})

    def test_in_a_follow_up_the_rest_is_the_last_requests(self, demo: Asker) -> None:
        kept = {"metrics": ["sales"], "where": is_("department", "PRODUCE"), "period": LAST_MONTH}
        turn = turn_of(demo, "by shelfzone", answered("sales of produce last month", **kept))
        assert proposed(turn, {"shelfzone": "brand"}, **kept, by=[field("brand")]).readings[0]["where"] == kept["where"]
        with pytest.raises(MisfitError, match="department"):
            proposed(turn, {"shelfzone": "brand"}, metrics=["sales"], period=LAST_MONTH, by=[field("brand")])


class TestOutcomes:
    """Questions back and refusals are closed codes with words of the question."""

    def test_choices_that_cannot_be_run_are_dropped(self, demo: Asker) -> None:
        good = {"request": {"metrics": ["discount_amount"]}}
        bad = [{"request": {"metrics": ["nonsense"]}}, {"request": {"metrics": ["sales"], "where": is_("department", "submarines")}}, "prose"]  # fmt: skip
        outcome = asked_back({"code": "term", "span": "discounts", "choices": [*bad, good]}, turn_of(demo, "discounts"))
        assert [choice.request["metrics"] for choice in outcome.choices] == [["discount_amount"]]

    def test_a_refusal_of_what_the_planner_refuses_is_the_planners(self, demo: Asker) -> None:
        outcome = refused({"code": "unbound_word", "span": "gender"}, turn_of(demo, "sales by gender"))
        assert (outcome.code, outcome.span) == ("no_such_data", "gender")
        assert outcome.choices

    @pytest.mark.parametrize(
        ("question", "arguments"),
        [
            ("sales last month", {"code": "off_topic", "span": "sales"}),
            ("drone sales", {"code": "tired", "span": "drone"}),
            ("drone sales", {"code": "unbound_word", "span": "sales were 999"}),
            ("drone sales", {"code": "unbound_word"}),
        ],
    )
    def test_others_are_turned_back(self, demo: Asker, question: str, arguments: dict[str, Any]) -> None:
        with pytest.raises(MisfitError):
            refused(arguments, turn_of(demo, question))


class TestValues:
    """Words of the question become stored values; stored values that nobody typed are withheld."""

    @pytest.mark.parametrize("typed", ["produce", "Produce", "PRODUCE", "its label"])
    def test_are_found_by_any_of_their_words(self, demo: Asker, typed: str) -> None:
        known = demo.runtime.workspace.dimension_fields()
        entry = next(entry for _, each in known if each.name == "department" for entry in each.values if entry.value == "PRODUCE")
        word = entry.zh[0] if typed == "its label" else typed
        turn = turn_of(demo, "sales of produce last month")
        bindings = {"sales": "sales", "produce": "department", "last month": "period"}
        plan = proposed(turn, bindings, metrics=["sales"], where=is_("department", word), period=LAST_MONTH)
        assert plan.readings[0]["where"] == is_("department", "PRODUCE")

    def test_of_no_value_the_model_is_told_without_naming_one(self, demo: Asker) -> None:
        with pytest.raises(MisfitError, match="submarines") as caught:
            proposed(turn_of(demo, "sales of seafood"), {}, metrics=["sales"], where=is_("department", "submarines"))
        assert "SEAFOOD" not in str(caught.value)

    def test_of_earlier_requests_are_shown_in_the_words_that_were_typed(self, demo: Asker) -> None:
        typed = answered("sales of produce", metrics=["sales"], where=is_("department", "PRODUCE"))
        clicked = answered("", metrics=["sales"], where=is_("department", "GROCERY"))
        messages = history(Conversation(id="c", turns=(typed, clicked)), demo.runtime.workspace)
        assert [message.content for message in messages[::2]] == ["sales of produce", TAKEN_UP]
        shown = [json.loads(str(message.content))["where"]["right"] for message in messages[1::2]]
        assert shown == ["produce", "(withheld)"]

    def test_withheld_ones_can_be_kept(self, demo: Asker) -> None:
        clicked = answered("", metrics=["sales"], where=is_("department", "GROCERY"))
        plan = proposed(turn_of(demo, "by brand type", clicked), {"brand type": "brand"}, metrics=["sales"], by=[field("brand")], where=is_("department", "(withheld)"))  # fmt: skip
        assert plan.readings[0]["where"] == is_("department", "GROCERY")

    def test_of_an_answer_can_be_meant(self, demo: Asker) -> None:
        shown = Turn(
            question="top 2 departments by sales",
            outcome="answered",
            request={"kind": "metric_query", "metrics": ["sales"], "by": [field("department")], "limit": 2},
            mentions=(Mention(field="department", values=("GROCERY", "DRUG GM")),),
        )
        turn = turn_of(demo, "their orders", shown)
        own = turn.planned()
        assert isinstance(own, Plan)
        where = {"kind": "in", "left": field("department"), "values": ["(withheld)"]}
        kept = {key: value for key, value in own.readings[0].items() if key != "where"}
        assert proposed(turn, {"orders": "baskets", "their": "department"}, **{**kept, "where": where}) == own


def test_the_tools_are_small_and_hold_their_definitions() -> None:
    """Every reference is resolved inside the tool, at its top."""
    for tool in TOOLS:
        schema = plan_schema(tool.request)
        text = json.dumps(schema)
        assert len(text) < 12_000, tool.name
        assert '"$defs":' not in json.dumps(schema["properties"])
        for name in {part.partition('"')[0] for part in text.split("#/$defs/")[1:]}:
            assert name in schema["$defs"]
