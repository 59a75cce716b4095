"""`huaxiang tags`: keeping tags and segments as of a day, what is due, and how they are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.common import (
    DEMO,
    AsOf,
    Attributes,
    Format,
    Options,
    Role,
    User,
    Workspace,
    failed,
    options,
    out,
    print_json,
    settled,
)
from semantic_layer.errors import HuaxiangError

if TYPE_CHECKING:
    from assistant.runtime import Runtime
    from semantic_layer.predictions import Prediction
    from semantic_layer.tags.refresh import Facts
    from semantic_layer.tags.schedule import Due, Plan
    from semantic_layer.tags.store import ProfileVersion

commands = typer.Typer(help="Tags and segments: refresh and health.", no_args_is_help=True, rich_markup_mode=None)

WHY = {
    "never": "never refreshed",
    "definition": "defined otherwise since then",
    "time": "its time is over",
    "data": "the data of that day is another one",
}
NAMED = 8
"""So many names a line shows."""


@commands.callback()
def tags() -> None:
    """Tags and segments that are kept, and how they are."""


@commands.command()
def refresh(
    due: Annotated[bool, typer.Option("--due", help="Only what is due by its schedule, for cron.")] = False,
    workspace: Workspace = DEMO,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Works out every tag and segment as of a day and keeps them beside the data; no later row is read."""
    from assistant.cli.first_load import opened
    from semantic_layer.tags.refresh import day_of, refresh
    from semantic_layer.tags.schedule import plan

    chosen = options(workspace, as_of=as_of, format=format)
    settled()
    try:
        runtime = opened(Options(workspace=chosen.workspace, json=chosen.json, settings=chosen.settings))
        day = day_of(chosen.as_of, runtime.as_of())
        predicted = runtime.warehouse.predict(day)
        facts, kept = facts_of(runtime), runtime.profiles
        planned = plan(facts.scope(day), kept.versions()) if due else None
        made = None
        if planned is None or planned.due:
            made = refresh(facts, kept, day, [each.tag for each in planned.due] if planned is not None else None)
    except HuaxiangError as error:
        failed(error)
    if chosen.json:
        print_json(_as_json(runtime, day, made, planned) | {"predictions": [each.model_dump(mode="json") for each in predicted]})
        return
    for line in [*_lines(runtime.workspace.name, day, made, planned), *map(_worth, predicted)]:
        out.print(line, markup=False, soft_wrap=True)


def _worth(made: Prediction) -> str:
    """What a prediction is worth, or why there is none."""
    told, name = made.quality, f"{made.tag} as of {made.as_of}"
    beside = ""
    if told is not None:
        ranked = f"AUC {told.auc:.3f} (recency alone {told.auc_recency:.3f}), " if told.auc is not None else ""
        kind = "Brier" if told.auc is not None else "squared error"
        rate = f"{told.average:.1%}" if told.auc is not None else f"{told.average:,.2f}"
        others = f"recency alone {told.error_recency:.3f}, the average {told.error_average:.3f}"
        beside = f"{ranked}{kind} {told.error:.3f} ({others}), tenths off by {told.off:.1%}, observed {rate} of {told.members:,}"
    match made.why:
        case None:
            return f"predicted: {name}: {beside}"
        case "too_short":
            return f"not available: {name}: the data holds {made.has} days, and it takes {made.needs}"
        case "too_few":
            return f"not available: {name}: too few members, or too few with one of the outcomes, to learn from"
        case "no_better":
            return f"not available: {name}: no better than a simple rule on later data: {beside}"


@commands.command()
def health(
    names: Annotated[list[str] | None, typer.Argument(help="Tags and segments; all if none is named.")] = None,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """How fresh tags are, of how many they are known, what changed since the version before, and how far they drifted."""
    from assistant.agent import Agent
    from assistant.cli.first_load import opened
    from assistant.render.terminal import show
    from assistant.session import Session

    chosen = options(workspace, role, user, attr, as_of, format)
    try:
        runtime = opened(chosen)
        request = {"kind": "tag_health_query", "names": names or []}
        reply = asyncio.run(Session(runtime, Agent(), chosen.viewer).run_request(request))
    except HuaxiangError as error:
        failed(error)
    if chosen.json:
        print_json(reply.contract("1"))
    else:
        show(reply, out)
    if reply.status != "answered":
        raise typer.Exit(1)


def facts_of(runtime: Runtime) -> Facts:
    """What a refresh reads: the current data version and the lists."""
    from semantic_layer.tags.refresh import Facts

    opened, settings = runtime.opened(), runtime.settings
    file = runtime.warehouse.file_of(opened.version.id)
    return Facts(runtime.workspace, opened.version, file, opened.beside, settings.memory, settings.threads)


def _lines(name: str, day: date, made: ProfileVersion | None, planned: Plan | None) -> list[str]:
    """What was done, and what was not due."""
    lines: list[str] = []
    if made is not None:
        counts = ", ".join(f"{count:,} of {entity}" for entity, count in made.members.items())
        lines.append(f"{name}: {made.id} as of {day}: {len(made.tags)} tags and segments ({counts}), {made.seconds:.1f} s")
    elif planned is not None:
        lines.append(f"{name}: nothing is due as of {day}")
    if planned is not None:
        lines += [f"due, {WHY[why]}: {_named([each.tag for each in group])}" for why, group in _by_why(planned.due).items()]
        for following in sorted({each.next for each in planned.waiting}):
            names = [each.tag for each in planned.waiting if each.next == following]
            lines.append(f"not due before {following}: {_named(names)}")
    left_out = made.left_out if made is not None and planned is None else planned.left_out if planned is not None else {}
    reasons = dict.fromkeys(left_out.values())
    return lines + [f"left out, {why}: {_named([tag for tag, own in left_out.items() if own == why])}" for why in reasons]


def _by_why(due: Sequence[Due]) -> dict[str, list[Due]]:
    return {why: group for why in WHY if (group := [each for each in due if each.why == why])}


def _named(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _as_json(runtime: Runtime, day: date, made: ProfileVersion | None, planned: Plan | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "workspace": runtime.workspace.name,
        "as_of": str(day),
        "version": made.model_dump(mode="json") if made is not None else None,
    }
    if planned is not None:
        told["due"] = [each._asdict() for each in planned.due]
        told["waiting"] = [each._asdict() for each in planned.waiting]
        told["left_out"] = planned.left_out
    return told
