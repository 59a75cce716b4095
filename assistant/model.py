"""The configured language model, if one is: any LangChain chat model, by `provider:model`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.settings import Settings
from semantic_layer.errors import DataError, Problem

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


def configured_model(settings: Settings) -> BaseChatModel | None:
    """The model of `HUAXIANG_MODEL`; None where the embedded planner plans alone. Keys come from the provider's own variable.

    Raises:
        DataError: the setting names no known provider, or its package or key is missing.
    """
    name = settings.model.strip()
    if name in ("", "embedded"):
        return None
    from langchain.chat_models import init_chat_model

    extra: dict[str, Any] = {"timeout": settings.model_seconds, "max_retries": 1, "temperature": 0}
    if settings.model_url:
        extra["base_url"] = settings.model_url
    try:
        return init_chat_model(name, **extra)
    except Exception as error:
        fix = "Write it like openai:gpt-4o-mini, anthropic:claude-3-5-haiku-latest or ollama:qwen3, and set the provider's key."
        raise DataError(Problem("no_model", f"HUAXIANG_MODEL={name} cannot be used ({type(error).__name__})", fix)) from None
