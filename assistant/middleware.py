"""Which model plans a turn, and when the turn ends."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse, hook_config
from langchain_core.messages import AIMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool

from assistant.metered import metered, within_budget
from assistant.model import ModelTerms
from assistant.model_call import only_call
from assistant.planner.certainty import is_certain, is_definition
from assistant.planner.chat_model import EmbeddedPlanner
from assistant.planner.outcome import Outcome, Refuse
from assistant.prompt import prompt_of
from assistant.settings import Mode
from assistant.tool_schemas import as_function
from assistant.turn import Handled, TurnContext
from semantic_layer.columns import Note
from semantic_layer.errors import DataError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
"""A language model's first plan and two repairs; then the embedded planner answers or refuses."""

NO_QUESTION = frozenset({"empty", "too_long", "no_words", "sql_pasted", "write"})
"""What the embedded planner refuses before any reading: no model is asked for it, and nothing of it leaves."""


class ModelOrPlanner(AgentMiddleware[Any, Any]):
    """Gives each model call to the configured model, or to the embedded planner: where there is no model, where the planner
    is certain and the mode leaves it the question, where the day's budget is spent, and where the model fails.

    Only the asynchronous way is there: the turn's deadline and its stop button cannot be kept while a thread waits.
    """

    def __init__(self, model: BaseChatModel | None, terms: ModelTerms) -> None:
        super().__init__()
        self.model, self.terms = model, terms

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> Any:
        turn: TurnContext = request.runtime.context
        if not await self._asks_model(turn):
            return await handler(self._planner(request, turn))
        started = time.perf_counter()
        try:
            asked = await asyncio.to_thread(self._with_model, request, turn)
            turn.attempts += 1
            response = await metered(turn, self.terms, lambda: handler(asked), _message, lambda: _sent(asked))
        except DataError:
            raise  # the user stopped the turn
        except Exception as error:
            turn.spent("plan", started)
            return await handler(self._planner(request, turn, failed=error))
        turn.spent("plan", started)
        message = _message(response)
        call = only_call(message) if message is not None else None
        return ModelResponse(result=[call]) if call is not None else await handler(self._planner(request, turn))

    async def _asks_model(self, turn: TurnContext) -> bool:
        if self.model is None or turn.attempts >= MOST_ATTEMPTS or turn.fell_back is not None:
            return False
        if kept_here(await asyncio.to_thread(turn.planned), self.terms.mode):
            return False
        if await within_budget(turn, self.terms):
            return True
        turn.fell_back = "budget spent"
        turn.notes.append(Note(code="budget_spent"))
        return False

    def _with_model(self, request: ModelRequest[Any], turn: TurnContext) -> ModelRequest[Any]:
        assert self.model is not None
        return request.override(
            model=self.model, system_message=SystemMessage(prompt_of(turn)), tools=[plain_tool(tool) for tool in request.tools]
        )

    def _planner(self, request: ModelRequest[Any], turn: TurnContext, failed: Exception | None = None) -> ModelRequest[Any]:
        if turn.attempts and turn.fell_back is None:
            turn.fell_back = type(failed).__name__ if failed else "no usable plan"
            turn.notes.append(Note(code="fell_back"))
            # The provider's own text may hold keys or the question: only its kind is logged.
            log.warning("the model gave no plan (%s); the embedded planner takes over", turn.fell_back)
        return request.override(model=EmbeddedPlanner(turn=turn), system_message=None)


def kept_here(own: Outcome, mode: Mode) -> bool:
    """Whether a question is the embedded planner's, so that nothing of it leaves.

    Args:
        own: What the planner makes of it.
    """
    if mode == "embedded" or (isinstance(own, Refuse) and own.code in NO_QUESTION) or is_definition(own):
        return True
    return mode == "auto" and is_certain(own)


def _message(response: ModelResponse[Any]) -> AIMessage | None:
    return next((each for each in response.result if isinstance(each, AIMessage)), None)


def _sent(request: ModelRequest[Any]) -> str:
    """What a request sends, about as long as it is on the wire."""
    system = request.system_message.text if request.system_message is not None else ""
    messages = "".join(str(message.content) + str(getattr(message, "tool_calls", "")) for message in request.messages)
    return system + messages + json.dumps(request.tools, ensure_ascii=False, default=str)


def plain_tool(tool: BaseTool | dict[str, Any]) -> dict[str, Any]:
    """A tool as a plain dictionary, which LangChain passes on as it is."""
    if isinstance(tool, dict):
        return tool
    assert isinstance(tool.args_schema, dict)
    return as_function(tool.name, tool.description, tool.args_schema)


class EndAfterOutcome(AgentMiddleware[Any, Any]):
    """The turn ends with the first typed outcome; no model words it."""

    @hook_config(can_jump_to=["end"])
    def before_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        last = state["messages"][-1]
        if isinstance(last, ToolMessage) and isinstance(last.artifact, Handled):
            return {"jump_to": "end"}
        return None
