"""The configured language model, if one is: any LangChain chat model, by `provider:model`, and the terms on which it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.settings import Mode, Settings
from assistant.usage import NO_BUDGET, UNKNOWN_PRICES, Budget, Prices, Spending, SpendingInMemory
from semantic_layer.errors import DataError, Problem

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@dataclass(frozen=True)
class ModelTerms:
    """On which terms a model is asked.

    Attributes:
        name: `provider:model`, as it was configured.
        seconds: How long one turn may wait for the model, all its calls together.
        spending: Where usage is kept by day, for the budget.
        wording: Whether the model also words answers.
    """

    name: str = ""
    mode: Mode = "model"
    seconds: float = 60.0
    prices: Prices = UNKNOWN_PRICES
    budget: Budget = NO_BUDGET
    spending: Spending = field(default_factory=SpendingInMemory)
    wording: bool = False


def configured_model(settings: Settings) -> BaseChatModel | None:
    """The model of `HUAXIANG_MODEL`; None where the embedded planner plans alone. Keys come from the provider's own variable.

    Raises:
        DataError: the setting names no known provider, its package or key is missing, or it is missing and needed.
    """
    name = settings.model.strip()
    if settings.mode == "embedded" or (name in ("", "embedded") and settings.mode != "model"):
        return None
    fix = "Write it like openai:gpt-4o-mini, anthropic:claude-3-5-haiku-latest or ollama:qwen3, and set the provider's key."
    if name in ("", "embedded"):
        raise DataError(Problem("no_model", "HUAXIANG_MODE=model needs HUAXIANG_MODEL", fix))
    from langchain.chat_models import init_chat_model

    # The client itself tries nothing again: it would sleep for as long as a busy server likes.
    extra: dict[str, Any] = {"timeout": settings.model_seconds, "max_retries": 0, "temperature": 0}
    if settings.model_url:
        extra["base_url"] = settings.model_url
    try:
        return init_chat_model(name, **extra)
    except Exception as error:
        raise DataError(Problem("no_model", f"HUAXIANG_MODEL={name} cannot be used ({type(error).__name__})", fix)) from None


def configured_budget(settings: Settings) -> Budget:
    return Budget(tokens_per_day=settings.model_tokens_per_day, cost_per_day=settings.model_cost_per_day)


def configured_terms(settings: Settings, spending: Spending) -> ModelTerms:
    """The terms of the settings.

    Raises:
        DataError: `no_price`, where a budget of money is set without the prices that it is counted with.
    """
    prices = Prices(tokens_in=settings.model_price_in, tokens_out=settings.model_price_out)
    if settings.model_cost_per_day is not None and prices.cost(0, 0) is None:
        fix = "Set HUAXIANG_MODEL_PRICE_IN and HUAXIANG_MODEL_PRICE_OUT, or HUAXIANG_MODEL_TOKENS_PER_DAY instead."
        raise DataError(Problem("no_price", "HUAXIANG_MODEL_COST_PER_DAY cannot be kept without prices", fix))
    return ModelTerms(
        name=settings.model.strip(),
        mode=settings.mode or "auto",
        seconds=settings.model_seconds,
        prices=prices,
        budget=configured_budget(settings),
        spending=spending,
        wording=settings.model_wording,
    )
