"""Asks golden questions through the session, the one path, and judges the replies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from assistant.agent import Agent
from assistant.runtime import Runtime
from assistant.session import Session
from assistant.settings import Settings
from evals.golden import Case, Gold, GoldenSet, find_set, load_set
from evals.scoring import Score, score
from semantic_layer.errors import DataError, Problem
from semantic_layer.frozen import Frozen
from semantic_layer.policy import Viewer


class Run(Frozen):
    """One run over one or several sets: what was asked of, and every score."""

    sets: tuple[str, ...]
    model: str
    workspace: str
    data_version: str
    at: datetime
    scores: tuple[Score, ...]


def run_sets(
    names: list[str],
    settings: Settings,
    model: str = "embedded",
    workspace: str | None = None,
    only: Callable[[Case], bool] | None = None,
) -> Run:
    """Runs golden sets.

    Args:
        names: Workspaces that have a set, or folders.
        model: `embedded`, or any `provider:model`.
        workspace: The workspace to ask, where it is not the set's own name.
        only: Which cases to ask; all if not given.
    """
    chosen = {"model": "", "mode": "embedded"} if model == "embedded" else {"model": model}
    asked = settings.model_copy(update=chosen)
    agent = Agent.configured(asked)
    scores: list[Score] = []
    runtime: Runtime | None = None
    for name in names:
        golden = load_set(find_set(name))
        runtime = Runtime(workspace or golden.name, asked)
        version = runtime.opened().version
        gold = Gold(runtime.warehouse.file_of(version.id), list(version.tables), golden.prelude)
        scores += asyncio.run(_ask_all(golden, runtime, agent, gold, only or (lambda case: True)))
    assert runtime is not None
    return Run(
        sets=tuple(names),
        model=model,
        workspace=runtime.workspace.name,
        data_version=runtime.opened().version.id,
        at=datetime.now(UTC),
        scores=tuple(scores),
    )


async def _ask_all(golden: GoldenSet, runtime: Runtime, agent: Agent, gold: Gold, only: Callable[[Case], bool]) -> list[Score]:
    scores: list[Score] = []
    for case in golden.cases:
        if only(case):
            session = Session(runtime, agent, Viewer(role=case.role, attributes=case.attrs))
            for earlier in case.history:
                await session.reply(earlier)
            reply = await session.reply(case.question)
            try:
                scores.append(score(case, reply.contract(case.id), gold))
            except DataError as error:
                raise DataError(Problem("gold_failed", f"question '{case.id}': {error.problem.what}")) from None
    return scores


def save(run: Run, folder: Path) -> Path:
    """Writes a run as JSON; the name sorts by time."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.at:%Y%m%dT%H%M%S}-{run.workspace}-{run.model.replace(':', '_').replace('/', '_')}.json"
    path.write_text(run.model_dump_json(indent=1), "utf-8")
    return path


def load(path: Path) -> Run:
    return Run.model_validate_json(path.read_bytes())
