"""Settings, from the environment alone: `HUAXIANG_HOME`, `HUAXIANG_MODEL` and so on. Keys are never stored."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set.

    Attributes:
        home: The one state folder: data versions, caches, logs.
        model: `provider:model` of any LangChain chat model; empty means the embedded planner.
        model_url: Address of an OpenAI-compatible server, for `openai:` models.
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
    memory: str = "2GB"
    threads: int = Field(default=2, ge=1, le=64)
    max_seconds: float = Field(default=30, gt=0, le=3600)
    max_rows: int = Field(default=10_000, ge=1, le=1_000_000)
    model_seconds: float = Field(default=60, gt=0, le=600)
    state_url: str = ""
    keep_days: int = Field(default=365, ge=0, le=36_500)
    log_questions: bool = False

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    @property
    def logs(self) -> Path:
        return self.home / "logs"
