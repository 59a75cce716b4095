"""Options that every command takes, and how results and problems are shown."""

from __future__ import annotations

import atexit
import gc
import json
import logging
import sys
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from assistant.settings import Settings
from semantic_layer.errors import HuaxiangError, RequestError, WorkspaceError
from semantic_layer.policy import Viewer

DEMO = "complete_journey"
"""The workspace that is taken when none is named."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Workspace = Annotated[str, typer.Option("--workspace", "-w", help="A shipped workspace's name, or a folder of YAML files.")]
Role = Annotated[str | None, typer.Option("--role", help="The role to ask as; the workspace's default one if not given.")]
User = Annotated[str, typer.Option("--user", help="Who asks, for the audit log.")]
Attributes = Annotated[
    list[str] | None, typer.Option("--attr", help="KEY=VALUE of the viewer; VALUE is YAML: regions=[3,4]. Repeatable.")
]
AsOf = Annotated[str | None, typer.Option("--as-of", help="What “today” means, as YYYY-MM-DD.")]
Format = Annotated[str, typer.Option("--format", help="text, or json: one document on stdout and nothing else.")]


@dataclass
class Options:
    """The common options, read."""

    workspace: str = DEMO
    viewer: Viewer = field(default_factory=Viewer)
    as_of: date | None = None
    json: bool = False
    settings: Settings = field(default_factory=Settings)


def options(
    workspace: str = DEMO,
    role: str | None = None,
    user: str = "local",
    attributes: list[str] | None = None,
    as_of: str | None = None,
    format: str = "text",
) -> Options:
    """Reads the common options; bad ones end the program with code 2."""
    if format not in ("text", "json"):
        bad_use(f"--format is text or json, not '{format}'")
    settings = Settings()
    log_to_file(settings)
    return Options(workspace, viewer(role, user, attributes or []), _date(as_of), format == "json", settings)


def viewer(role: str | None, user: str, attributes: list[str]) -> Viewer:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    found: dict[str, Any] = {}
    for text in attributes:
        key, equals, value = text.partition("=")
        if not equals or not key:
            bad_use(f"--attr is KEY=VALUE, not '{text}'")
        try:
            found[key] = YAML(typ="safe", pure=True).load(value)
        except YAMLError:
            bad_use(f"--attr {key}: '{value}' is not YAML")
    return Viewer(user=user, role=role, attributes=found)


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        bad_use(f"--as-of is a date like 2017-12-31, not '{text}'")


def settled() -> None:
    """For commands that run for long: what is there now stays, and what comes from now on is cleared away again."""
    gc.freeze()
    gc.enable()
    # Libraries complain on stderr about what is not cleared away at the end.
    atexit.register(gc.unfreeze)


def bad_use(message: str) -> NoReturn:
    """Ends the program: the command was used wrongly."""
    err.print(f"[red]{_escaped(message)}[/red]")
    raise typer.Exit(2)


def failed(error: HuaxiangError) -> NoReturn:
    """Ends the program with every problem shown: 2 for a wrong workspace or request, 1 for a failure."""
    for problem in error.problems:
        err.print(_escaped(str(problem)))
    if isinstance(error, WorkspaceError) and len(error.problems) > 1:
        err.print(f"{len(error.problems)} problems")
    raise typer.Exit(2 if isinstance(error, WorkspaceError | RequestError) else 1)


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")


def print_json(data: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")


def log_to_file(settings: Settings) -> None:
    """Warnings go to a file in the state folder; the terminal stays clean. No values are logged."""
    root = logging.getLogger()
    if root.handlers:
        return
    try:
        settings.logs.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.FileHandler(settings.logs / "huaxiang.log", encoding="utf-8", delay=True)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
