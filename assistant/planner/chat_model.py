"""The embedded planner as a LangChain chat model: an adapter around `plan()`, with no decision of its own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import ConfigDict

from assistant.planner.outcome import Clarify, Plan, Refuse
from assistant.reply import read_request
from assistant.turn import TurnContext
from tools.catalogue import tool_of


class EmbeddedPlanner(BaseChatModel):
    """Answers with exactly one tool call: an analysis, a question back, or a refusal."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    turn: Any = None

    @property
    def _llm_type(self) -> str:
        return "huaxiang-embedded-planner"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        """The planner knows the tools; nothing needs to be bound."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        assert isinstance(self.turn, TurnContext)
        outcome = self.turn.planned()
        match outcome:
            case Plan():
                name = tool_of(read_request(outcome.readings[0])).name
            case Clarify():
                name = "clarify"
            case Refuse():
                name = "refuse"
        call = {"name": name, "args": outcome.model_dump(mode="json", exclude={"kind"}), "id": f"call_{uuid.uuid4().hex[:12]}"}
        message = AIMessage(content="", tool_calls=[call])
        return ChatResult(generations=[ChatGeneration(message=message)])
