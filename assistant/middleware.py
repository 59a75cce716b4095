"""Which model plans a turn, and when the turn ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse, hook_config
from langchain_core.messages import AIMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool

from assistant.planner.chat_model import EmbeddedPlanner
from assistant.planner.outcome import Refuse
from assistant.prompt import system_prompt
from assistant.tool_schemas import as_function
from assistant.turn import Handled, TurnContext

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
"""A language model's first plan and two repairs; then the embedded planner answers or refuses."""

NO_QUESTION = frozenset({"empty", "too_long", "no_words", "sql_pasted", "write"})
"""What the embedded planner refuses before any reading: no model is asked for it, and nothing of it leaves."""


class ModelOrPlanner(AgentMiddleware[Any, Any]):
    """Gives each model call to the configured model, and to the embedded planner where there is none or it fails."""

    def __init__(self, model: BaseChatModel | None) -> None:
        super().__init__()
        self.model = model

    def wrap_model_call(self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]) -> Any:
        turn: TurnContext = request.runtime.context
        if not self._may_ask_model(turn):
            return handler(self._planner(request, turn))
        started = time.perf_counter()
        try:
            response = handler(self._with_model(request, turn))
        except Exception as error:
            turn.spent("plan", started)
            return handler(self._planner(request, turn, failed=error))
        turn.spent("plan", started)
        return response if _calls_one_tool(response) else handler(self._planner(request, turn))

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> Any:
        turn: TurnContext = request.runtime.context
        if not self._may_ask_model(turn):
            return await handler(self._planner(request, turn))
        started = time.perf_counter()
        try:
            response = await handler(self._with_model(request, turn))
        except Exception as error:
            turn.spent("plan", started)
            return await handler(self._planner(request, turn, failed=error))
        turn.spent("plan", started)
        return response if _calls_one_tool(response) else await handler(self._planner(request, turn))

    def _may_ask_model(self, turn: TurnContext) -> bool:
        if self.model is None or turn.attempts >= MOST_ATTEMPTS or turn.fell_back is not None:
            return False
        own = turn.planned()
        return not (isinstance(own, Refuse) and own.code in NO_QUESTION)

    def _with_model(self, request: ModelRequest[Any], turn: TurnContext) -> ModelRequest[Any]:
        turn.attempts += 1
        assert self.model is not None
        prompt = SystemMessage(system_prompt(turn.reader.workspace, turn.context.scope))
        return request.override(model=self.model, system_message=prompt, tools=[_plain(tool) for tool in request.tools])

    def _planner(self, request: ModelRequest[Any], turn: TurnContext, failed: Exception | None = None) -> ModelRequest[Any]:
        if turn.attempts and turn.fell_back is None:
            turn.fell_back = type(failed).__name__ if failed else "no usable plan"
            # The provider's own text may hold keys or the question: only its kind is logged.
            log.warning("the model gave no plan (%s); the embedded planner takes over", turn.fell_back)
        return request.override(model=EmbeddedPlanner(turn=turn), system_message=None)


def _plain(tool: BaseTool | dict[str, Any]) -> dict[str, Any]:
    """A tool as a plain dictionary, which LangChain passes on as it is."""
    if isinstance(tool, dict):
        return tool
    assert isinstance(tool.args_schema, dict)
    return as_function(tool.name, tool.description, tool.args_schema)


def _calls_one_tool(response: ModelResponse[Any]) -> bool:
    """Whether a tool is called. Of several calls the first one stands: the gate sees whether it is all of the question."""
    message = next((each for each in response.result if isinstance(each, AIMessage) and each.tool_calls), None)
    if message is None:
        return False
    if len(message.tool_calls) > 1:
        # The others must not stand anywhere in the message: a provider wants an answer to each.
        message.tool_calls = message.tool_calls[:1]
        message.content = ""
        message.additional_kwargs.pop("tool_calls", None)
    return True


class EndAfterOutcome(AgentMiddleware[Any, Any]):
    """The turn ends with the first typed outcome; no model words it."""

    @hook_config(can_jump_to=["end"])
    def before_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        last = state["messages"][-1]
        if isinstance(last, ToolMessage) and isinstance(last.artifact, Handled):
            return {"jump_to": "end"}
        return None
