"""Settings, from the environment alone: `HUAXIANG_HOME`, `HUAXIANG_MODEL` and so on. Keys are never stored."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Mode = Literal["embedded", "model", "auto"]
"""Who plans: the embedded planner alone, a language model, or the planner where it is certain and else the model."""


class Settings(BaseSettings):
    """What can be set.

    Attributes:
        home: The one state folder: data versions, caches, logs.
        model: `provider:model` of any LangChain chat model; empty means the embedded planner.
        model_url: Address of an OpenAI-compatible server, for `openai:` models.
        mode: Who plans; empty means `auto` where a model is set. Where the planner is certain a model's plan has to say
            the same, so asking one there costs time and money, sends the question out, and changes no answer.
        model_seconds: How long a question may wait for the model, all calls and repairs together.
        model_price_in, model_price_out: What a million tokens cost, in any one currency; without both, costs are not known.
        model_tokens_per_day, model_cost_per_day: When so much is used up, the embedded planner answers until midnight.
        model_wording: Whether the model also words answers, with placeholders for whatever comes from rows.
        memory: DuckDB's memory limit.
        threads: Threads of one statement.
        max_seconds: A statement is stopped after so long.
        max_rows: Rows of one answer.
        state_url: Database of conversations and feedback, as SQLAlchemy writes it; empty means a file in the state folder.
        keep_days: Conversations in which nothing was asked for so many days are deleted; 0 keeps them.
        log_questions: Whether questions are written to the log; values never are.
    """

    model_config = SettingsConfigDict(env_prefix="HUAXIANG_", extra="ignore", protected_namespaces=())

    home: Path = Field(default_factory=lambda: Path.home() / ".huaxiang")
    model: str = ""
    model_url: str = ""
    mode: Literal["", "embedded", "model", "auto"] = ""
    model_seconds: float = Field(default=60, gt=0, le=600)
    model_price_in: float | None = Field(default=None, ge=0)
    model_price_out: float | None = Field(default=None, ge=0)
    model_tokens_per_day: int | None = Field(default=None, ge=0)
    model_cost_per_day: float | None = Field(default=None, ge=0)
    model_wording: bool = False
    memory: str = "2GB"
    threads: int = Field(default=2, ge=1, le=64)
    max_seconds: float = Field(default=30, gt=0, le=3600)
    max_rows: int = Field(default=10_000, ge=1, le=1_000_000)
    state_url: str = ""
    keep_days: int = Field(default=365, ge=0, le=36_500)
    log_questions: bool = False

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    @property
    def logs(self) -> Path:
        return self.home / "logs"
