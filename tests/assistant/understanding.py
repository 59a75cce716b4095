"""What the planner, or the whole session, makes of one question."""

from __future__ import annotations

from typing import Any

from conftest import Asker

from assistant.conversation import Conversation
from assistant.planner.outcome import Outcome, Plan
from assistant.planner.plan import plan
from semantic_layer.policy import Viewer

SIGNS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "eq": "="}


def understood(asker: Asker, question: str) -> Outcome:
    """The planner's outcome."""
    return plan(question, Conversation(id="t"), asker.runtime.reader(asker.runtime.scope(Viewer())))


def request(asker: Asker, question: str) -> dict[str, Any]:
    """The first reading of a question that is planned."""
    outcome = understood(asker, question)
    assert isinstance(outcome, Plan), (question, outcome)
    return outcome.readings[0]


def asked(asker: Asker, question: str) -> dict[str, Any]:
    """The request of a question that is answered, with its rows."""
    reply = asker.ask(question)
    assert reply.status == "answered", (question, reply.answer)
    assert isinstance(reply.plan, dict)
    return reply.plan


def brief(condition: Any) -> str:
    """A condition in a line: `did transactions (department = MEAT) in 2017-04-01..2017-06-30`."""
    match condition["kind"]:
        case "and" | "or":
            return f" {condition['kind']} ".join(brief(part) for part in condition["of"])
        case "not":
            return f"not {brief(condition['of'])}"
        case "did":
            return f"did {condition['dataset']}{_inside(condition)}"
        case "between":
            return f"{_figure(condition['left'])} {condition['low']}..{condition['high']}"
        case "in":
            return f"{_figure(condition['left'])} in {condition['values']}"
        case _:
            right = condition["right"]
            shown = _figure(right) if isinstance(right, dict) else right
            return f"{_figure(condition['left'])} {SIGNS[condition['op']]} {shown}"


def _figure(ref: dict[str, Any]) -> str:
    if ref["kind"] != "entity_metric":
        return str(ref.get("name") or ref.get("grain"))
    return ref["metric"].rpartition(".")[2] + _inside(ref)  # which rows an entity is counted in is not told here


def _inside(part: dict[str, Any]) -> str:
    where = f" ({brief(part['where'])})" if part.get("where") else ""
    return where + _days(part.get("period"))


def _days(period: dict[str, Any] | None) -> str:
    if period is None:
        return ""
    return f" in {period.get('start', '')}..{period.get('end', '')}" if period["kind"] == "dates" else f" in {period['kind']}"
