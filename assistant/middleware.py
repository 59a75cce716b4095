"""Which model plans a turn, and when the turn ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse, hook_config
from langchain_core.messages import AIMessage, SystemMessage, ToolMessage

from assistant.planner.chat_model import EmbeddedPlanner
from assistant.prompt import system_prompt
from assistant.turn import Handled, TurnContext

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
"""A language model's first plan and two repairs; then the embedded planner answers or refuses."""


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
            return handler(self._planner(request, turn, failed=error))
        return response if self._called_a_tool(response, turn, started) else handler(self._planner(request, turn))

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
            return await handler(self._planner(request, turn, failed=error))
        return response if self._called_a_tool(response, turn, started) else await handler(self._planner(request, turn))

    def _may_ask_model(self, turn: TurnContext) -> bool:
        return self.model is not None and turn.attempts < MOST_ATTEMPTS and turn.fell_back is None

    def _with_model(self, request: ModelRequest[Any], turn: TurnContext) -> ModelRequest[Any]:
        turn.attempts += 1
        assert self.model is not None
        prompt = SystemMessage(system_prompt(turn.reader.workspace, turn.context.scope))
        return request.override(model=self.model, system_message=prompt)

    def _planner(self, request: ModelRequest[Any], turn: TurnContext, failed: Exception | None = None) -> ModelRequest[Any]:
        if turn.attempts:
            turn.fell_back = type(failed).__name__ if failed else "no usable plan"
            # The provider's own text may hold keys or the question: only its kind is logged.
            log.warning("the model gave no plan (%s); the embedded planner takes over", turn.fell_back)
        return request.override(model=EmbeddedPlanner(turn=turn), system_message=None)

    def _called_a_tool(self, response: ModelResponse[Any], turn: TurnContext, started: float) -> bool:
        turn.timings_ms["plan"] = turn.timings_ms.get("plan", 0.0) + (time.perf_counter() - started) * 1000
        return any(isinstance(message, AIMessage) and message.tool_calls for message in response.result)


class EndAfterOutcome(AgentMiddleware[Any, Any]):
    """The turn ends with the first typed outcome; no model words it."""

    @hook_config(can_jump_to=["end"])
    def before_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        last = state["messages"][-1]
        if isinstance(last, ToolMessage) and isinstance(last.artifact, Handled):
            return {"jump_to": "end"}
        return None
