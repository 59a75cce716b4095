"""The LangChain agent over the catalogue's typed requests. Behind it stands any chat model, or the embedded planner."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from langchain.agents import create_agent
from langchain.tools import ToolRuntime
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool

from assistant.middleware import EndAfterOutcome, ModelOrPlanner
from assistant.planner.chat_model import EmbeddedPlanner
from assistant.planner.gate import model_plan_problem
from assistant.planner.outcome import Clarify, Plan, Refuse
from assistant.reply import read_request
from assistant.turn import Handled, TurnContext
from semantic_layer.errors import HuaxiangError
from tools.catalogue import TOOLS, run

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

BINDINGS = {
    "type": "array",
    "description": "Every content word of the question, with the part of the request that it was bound to.",
    "items": {
        "type": "object",
        "properties": {"text": {"type": "string"}, "to": {"type": "string"}},
        "required": ["text", "to"],
    },
}


class Agent:
    """Plans a question and runs its tool.

    Args:
        model: A LangChain chat model; None leaves the planning to the embedded planner alone.
    """

    def __init__(self, model: BaseChatModel | None = None) -> None:
        self._graph = create_agent(
            EmbeddedPlanner(),
            tools=[*(_analysis(tool.name, tool.purpose, tool.request) for tool in TOOLS), _clarify(), _refuse()],
            middleware=[ModelOrPlanner(model), EndAfterOutcome()],
            context_schema=TurnContext,
        )

    async def run(self, turn: TurnContext) -> Handled:
        """One turn. The typed outcome is read from the tool's artifact, never from message text."""
        messages: list[BaseMessage] = [*history(turn), HumanMessage(turn.question)]
        state = await self._graph.ainvoke({"messages": messages}, context=turn)  # pyright: ignore[reportArgumentType]
        for message in reversed(state["messages"]):
            if isinstance(message, ToolMessage) and isinstance(message.artifact, Handled):
                return message.artifact
        return Handled(Refuse(code="model_failed"))


def history(turn: TurnContext, most: int = 6) -> list[BaseMessage]:
    """The last turns as messages: questions, and the requests they became. Derived from the conversation, never stored."""
    messages: list[BaseMessage] = []
    for each in turn.conversation.turns[-most:]:
        messages.append(HumanMessage(each.question))
        said = json.dumps(each.request, ensure_ascii=False) if each.request else each.outcome
        messages.append(AIMessage(said))
    return messages


def _analysis(name: str, purpose: str, request: type[Any]) -> BaseTool:
    """A catalogue tool: takes readings as typed requests, runs them, and hands back the result as an artifact."""

    def call(runtime: ToolRuntime[TurnContext, Any], **arguments: Any) -> tuple[str, Handled | None]:
        turn = runtime.context
        try:
            readings = [read_request(_with_kind(reading, request)) for reading in arguments.get("readings") or []]
            plan = Plan.model_validate({**arguments, "readings": [reading.model_dump(mode="json") for reading in readings]})
        except ValueError as error:
            return f"The request is invalid, correct it: {str(error)[:1500]}", None
        if not readings:
            return "Give at least one reading.", None
        if turn.attempts and turn.fell_back is None:
            problem = model_plan_problem(turn.question, turn.reader, plan)
            if problem is not None:
                return f"The plan does not fit the question, correct it: {problem}", None
        return _run(plan, turn)

    schema = {
        "type": "object",
        "title": name,
        "properties": {"readings": {"type": "array", "minItems": 1, "items": request.model_json_schema()}, "bindings": BINDINGS},
        "required": ["readings", "bindings"],
    }
    return StructuredTool.from_function(
        func=call, name=name, description=purpose, args_schema=schema, response_format="content_and_artifact", infer_schema=False
    )


def _with_kind(reading: Any, request: type[Any]) -> dict[str, Any]:
    """A model may leave out `kind`: the tool it calls says it."""
    if not isinstance(reading, dict):
        raise ValueError("a reading is a JSON object")
    return {"kind": request.model_fields["kind"].default, **reading}


def _run(plan: Plan, turn: TurnContext) -> tuple[str, Handled | None]:
    """Runs all readings; equal results are one answer."""
    answers: dict[str, Any] = {}
    for data in plan.readings:
        request = read_request(data)
        try:
            answer = run(request, turn.context)
        except HuaxiangError as error:
            if len(plan.readings) > 1:
                continue
            return "refused", Handled(plan, request=data, problem=error.problem)
        answers.setdefault(answer.same_result(), answer)
    if not answers:
        return "refused", Handled(Refuse(code="bad_request"), request=plan.readings[0])
    return "answered", Handled(plan, request=plan.readings[0], answers=tuple(answers.values()))


def _clarify() -> BaseTool:
    def call(runtime: ToolRuntime[TurnContext, Any], **arguments: Any) -> tuple[str, Handled]:
        return "clarify", Handled(Clarify.model_validate({"code": "readings", **arguments}))

    return StructuredTool.from_function(
        func=call,
        name="clarify",
        description="Ask back when the question has several readings with different results, or names no metric.",
        args_schema=_outcome_schema("clarify", ["metric", "term", "readings", "two_periods", "no_subject"]),
        response_format="content_and_artifact",
        infer_schema=False,
    )


def _refuse() -> BaseTool:
    def call(runtime: ToolRuntime[TurnContext, Any], **arguments: Any) -> tuple[str, Handled]:
        return "refuse", Handled(Refuse.model_validate({"code": "off_topic", **arguments}))

    return StructuredTool.from_function(
        func=call,
        name="refuse",
        description="Refuse when the question needs what is not defined or not in the data, or is off topic. Name the words.",
        args_schema=_outcome_schema("refuse", ["unbound_word", "not_defined", "no_such_data", "off_topic", "write"]),
        response_format="content_and_artifact",
        infer_schema=False,
    )


def _outcome_schema(name: str, codes: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": name,
        "properties": {
            "code": {"type": "string", "enum": codes},
            "span": {"type": "string", "description": "The words of the question that are the reason."},
            "choices": {"type": "array", "items": {"type": "object", "properties": {"request": {"type": "object"}}}},
        },
        "required": ["code"],
    }
