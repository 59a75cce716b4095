"""The LangChain agent over the catalogue's typed requests. Behind it stands any chat model, or the embedded planner."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from langchain.agents import create_agent
from langchain.tools import ToolRuntime
from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool

from assistant.history import history
from assistant.middleware import EndAfterOutcome, ModelOrPlanner, kept_here, plain_tool
from assistant.model import ModelTerms, configured_model, configured_terms
from assistant.model_wording import worded
from assistant.outgoing import Outgoing
from assistant.planner.chat_model import EmbeddedPlanner
from assistant.planner.misfit import MisfitError
from assistant.planner.outcome import Clarify, Plan, Refuse
from assistant.prompt import prompt_of
from assistant.proposals import CLARIFY_CODES, REFUSE_CODES, asked_back, planned, refused
from assistant.reply import read_request
from assistant.settings import Settings
from assistant.tool_schemas import outcome_schema, plan_schema
from assistant.turn import Handled, TurnContext
from assistant.wording.facts import Fact
from semantic_layer.errors import HuaxiangError, Problem
from tools.catalogue import TOOLS, Tool, run

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Called = tuple[str, Handled | None]
"""What a tool gives back: what the model is told, and the outcome; without an outcome the model may try again."""

REPAIRABLE = frozenset(
    {
        "unreachable_field",
        "ambiguous_field",
        "wrong_value",
        "no_time",
        "no_hours",
        "share_of_ratio",
        "kind_not_compiled",
        "bad_request",
    }
)
"""What the compiler refuses and a model may put right, once; what a policy refuses is final."""
MOST_SAID = 1000
"""Characters that a model is told of what was wrong: its own names stand in it, and may be long."""


class Agent:
    """Plans a question and runs its tool.

    Args:
        model: A LangChain chat model; None leaves the planning to the embedded planner alone.
        terms: On which terms it is asked.
    """

    def __init__(self, model: BaseChatModel | None = None, terms: ModelTerms | None = None) -> None:
        self.model, self.terms = model, terms or ModelTerms()
        self._tools = [*(_analysis(tool) for tool in TOOLS), _clarify(), _refuse()]
        self._graph = create_agent(
            EmbeddedPlanner(),
            tools=self._tools,
            middleware=[ModelOrPlanner(model, self.terms), EndAfterOutcome()],
            context_schema=TurnContext,
        )

    @classmethod
    def configured(cls, settings: Settings) -> Agent:
        """The agent of the settings; what its model takes is counted in the state store.

        Raises:
            DataError: the model, its prices or the state store cannot be used.
        """
        model = configured_model(settings)
        if model is None:
            return cls()
        from assistant.state.spending import SpendingInStore
        from assistant.state.store import Store

        return cls(model, configured_terms(settings, SpendingInStore(Store.open(settings))))

    async def run(self, turn: TurnContext) -> Handled:
        """One turn. The typed outcome is read from the tool's artifact, never from message text."""
        messages = self._messages(turn) if self.model is not None else [HumanMessage(turn.question)]
        state = await self._graph.ainvoke({"messages": messages}, context=turn)  # pyright: ignore[reportArgumentType]
        for message in reversed(state["messages"]):
            if isinstance(message, ToolMessage) and isinstance(message.artifact, Handled):
                return message.artifact
        return Handled(Refuse(code="model_failed"))

    @property
    def words_answers(self) -> bool:
        """Whether the model words answers as well."""
        return self.model is not None and self.terms.wording and self.terms.mode != "embedded"

    async def word(self, facts: tuple[Fact, ...], language: str, turn: TurnContext) -> str | None:
        """The model's wording of an answer; None where our own stands.

        Raises:
            DataError: `cancelled`, when the user stops the turn meanwhile.
        """
        if self.model is None or not self.words_answers or turn.fell_back is not None:
            return None
        return await worded(self.model, self.terms, turn, facts, language)

    def outgoing(self, turn: TurnContext) -> Outgoing:
        """What the first call of a turn sends to a model. Repairs add the model's own call and what was wrong with it."""
        leaves = self.model is not None and not kept_here(turn.planned(), self.terms.mode)
        return Outgoing.of(leaves, prompt_of(turn), self._messages(turn), [plain_tool(tool) for tool in self._tools])

    def _messages(self, turn: TurnContext) -> list[BaseMessage]:
        """The conversation so far, and the question."""
        return [*history(turn.conversation, turn.reader.workspace), HumanMessage(turn.question)]


def _analysis(tool: Tool) -> BaseTool:
    """A catalogue tool: takes readings as typed requests, runs them, and hands back the result as an artifact."""

    def call(runtime: ToolRuntime[TurnContext, Any], **arguments: Any) -> Called:
        turn = runtime.context
        if not turn.from_model:
            return _run(Plan.model_validate(arguments), turn)
        try:
            plan = planned(tool.request, arguments, turn)
        except MisfitError as error:
            return _turned_back(error)
        said, handled = _run(plan, turn)
        problem = handled.problem
        if problem is None or problem.code not in REPAIRABLE or isinstance(turn.planned(), Plan) or turn.taught:
            return said, handled
        turn.taught = True
        return f"The request cannot be computed ({problem.code}): {_about(problem)}. Correct it, or call `refuse`.", None

    return _tool(tool.name, tool.purpose, plan_schema(tool.request), call)


def _clarify() -> BaseTool:
    def call(runtime: ToolRuntime[TurnContext, Any], **arguments: Any) -> Called:
        turn = runtime.context
        if not turn.from_model:
            return "clarify", Handled(Clarify.model_validate(arguments))
        try:
            return "clarify", Handled(asked_back(arguments, turn))
        except MisfitError as error:
            return _turned_back(error)

    purpose = "Ask back when the question has several readings with different results, or names no metric."
    return _tool("clarify", purpose, outcome_schema(CLARIFY_CODES, with_choices=True), call)


def _refuse() -> BaseTool:
    def call(runtime: ToolRuntime[TurnContext, Any], **arguments: Any) -> Called:
        turn = runtime.context
        if not turn.from_model:
            return "refuse", Handled(Refuse.model_validate(arguments))
        try:
            return "refuse", Handled(refused(arguments, turn))
        except MisfitError as error:
            return _turned_back(error)

    purpose = "Refuse when the question needs what is not defined or not in the data, or is off topic. Name the words."
    return _tool("refuse", purpose, outcome_schema(REFUSE_CODES, with_choices=False), call)


def _tool(name: str, purpose: str, schema: dict[str, Any], call: Callable[..., Called]) -> BaseTool:
    return StructuredTool.from_function(
        func=call, name=name, description=purpose, args_schema=schema, response_format="content_and_artifact", infer_schema=False
    )


def _turned_back(error: MisfitError) -> Called:
    said = str(error)
    return f"The call does not fit, correct it: {said if len(said) <= MOST_SAID else said[:MOST_SAID] + ' …'}.", None


def _about(problem: Problem) -> str:
    """The names that a problem is about; its other parts may hold values."""
    named = [str(problem.parts[key]) for key in ("metric", "field", "dataset", "name") if problem.parts.get(key)]
    reachable = [str(each) for each in problem.parts.get("reachable") or ()]
    return ", ".join(named) + (f"; what can be used: {', '.join(reachable)}" if reachable else "")


def _run(plan: Plan, turn: TurnContext) -> tuple[str, Handled]:
    """Runs all readings; equal results are one answer, and a reading that cannot be computed gives way to one that can."""
    answers: dict[str, Any] = {}
    problem: Problem | None = None
    for data in plan.readings:
        try:
            answer = run(read_request(data), turn.context)
        except HuaxiangError as error:
            problem = problem or error.problem
            continue
        answers.setdefault(answer.same_result(), answer)
    if not answers:
        return "refused", Handled(plan, request=plan.readings[0], problem=problem)
    return "answered", Handled(plan, request=plan.readings[0], answers=tuple(answers.values()))
