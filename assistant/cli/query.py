"""`huaxiang query`: a typed request, run directly; what is wrong with it is told with its place in the file."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.common import (
    DEMO,
    AsOf,
    Attributes,
    Role,
    User,
    Workspace,
    bad_use,
    err,
    failed,
    options,
    out,
    print_json,
)
from semantic_layer.errors import HuaxiangError, Problem, Where, did_you_mean
from tools.group_requests import GROUP_KINDS

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from assistant.reply import Reply
    from assistant.runtime import Runtime
    from semantic_layer.frozen import Frozen
    from semantic_layer.loading.yaml_tree import Path as Place
    from semantic_layer.loading.yaml_tree import Tree
    from semantic_layer.policy import Viewer

OF_TOOLS = (
    "profile_query",
    "membership_query",
    "tag_health_query",
    "definition_query",
    "catalogue_query",
    "define_segment",
    *GROUP_KINDS,
)
KINDS = ("metric_query", "entity_query", "value_query", *OF_TOOLS)
FORMATS = ("text", "json", "csv")


def query(
    file: Annotated[Path, typer.Argument(help="A typed request as JSON; - reads standard input.")],
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Annotated[str, typer.Option("--format", help="text, json (one document), or csv (the rows).")] = "text",
) -> None:
    """Runs a typed request of any kind: rows, SQL and how long each step took."""
    from assistant.agent import Agent
    from assistant.cli.first_load import opened
    from assistant.session import Session

    if format not in FORMATS:
        bad_use(f"--format is text, json or csv, not '{format}'")
    chosen = options(workspace, role, user, attr, as_of, "json" if format == "json" else "text")
    given = _read(file)
    typed = _typed(given)
    try:
        runtime = opened(chosen)
        runtime.scope(chosen.viewer)
        # No model has a part in it: the request is typed already.
        session = Session(runtime, Agent(), chosen.viewer)
        reply = asyncio.run(session.run_request(given.data))
        problem = _problem(typed, given, runtime, chosen.viewer) if reply.status == "refused" else None
    except HuaxiangError as error:
        failed(error)
    if chosen.json:
        print_json(reply.contract("1"))
    elif format == "csv":
        _csv(reply, problem)
    else:
        _text(reply, problem)
    if reply.status == "error":
        raise typer.Exit(1)


def _text(reply: Reply, problem: Problem | None) -> None:
    from rich.text import Text

    from assistant.render.terminal import show

    if problem is not None:
        err.print(Text(str(problem)), soft_wrap=True)
    show(reply, out, with_sql=True)
    steps = ", ".join(f"{name} {milliseconds:,.1f} ms" for name, milliseconds in reply.timings_ms.items())
    rows = f"{len(reply.rows):,} row{'' if len(reply.rows) == 1 else 's'}" if reply.columns else ""
    told = ", ".join(part for part in (rows, steps, reply.data_version) if part)
    out.print(Text(told, "dim"), soft_wrap=True)


def _csv(reply: Reply, problem: Problem | None) -> None:
    """The rows on stdout; what is said of them, or why there are none, on stderr."""
    from rich.text import Text

    from assistant.render.csv_file import csv_of

    if reply.status == "answered":
        sys.stdout.buffer.write(csv_of(reply))
    else:
        err.print(Text(str(problem) if problem is not None else reply.answer), soft_wrap=True)
    for warning in reply.warnings:
        err.print(Text(warning), soft_wrap=True)


# ---- the file -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """A request as it was given, with the line of every part of it."""

    name: str
    data: dict[str, Any]
    tree: Tree

    def where(self, path: Place) -> str:
        """`request.json:7  where.of[1]`: the place of a part, for a message to begin with."""
        place = self.tree.place(path)
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
        return f"{self.name}:{place.line if place else 1}" + (f"  {steps}" if steps else "")


def _read(file: Path) -> Given:
    """Ends the program where there is no JSON object to read."""
    from semantic_layer.loading.yaml_tree import read_yaml

    name = "stdin" if str(file) == "-" else file.name
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
        data = json.loads(text)
    except OSError as error:
        bad_use(f"cannot read {file}: {type(error).__name__}")
    except UnicodeDecodeError:
        bad_use(f"{name} is not UTF-8")
    except json.JSONDecodeError as error:
        bad_use(f"{name}:{error.lineno}  is not JSON: {error.msg} (column {error.colno})")
    except RecursionError:
        bad_use(f"{name} is nested too deeply")
    if not isinstance(data, dict):
        bad_use(f"{name}:1  a request is a JSON object such as {EXAMPLE}")
    # Tabs may not stand between the tokens of YAML, which JSON else is a part of.
    return Given(name, data, read_yaml(text.replace("\t", " "), name))


EXAMPLE = '{"kind": "metric_query", "metrics": ["…"]}'


def _typed(given: Given) -> Frozen:
    """Ends the program where the object is no request, with every problem and its place."""
    from pydantic import ValidationError

    from assistant.reply import read_request

    kind = given.data.get("kind")
    if kind not in KINDS:
        what = f"'kind' cannot be {json.dumps(kind)}" if "kind" in given.data else "'kind' is missing"
        fix = did_you_mean(kind, KINDS) if isinstance(kind, str) else f"One of: {', '.join(KINDS)}."
        bad_use(f"{given.where(('kind',) if kind else ())}: {what}\n{fix}")
    try:
        return read_request(given.data)
    except ValidationError as error:
        told = dict.fromkeys(_wrong(details, given) for details in error.errors())
        bad_use("\n".join(told))
    except (LookupError, TypeError, AttributeError):
        bad_use(f"{given.where(())}: the request cannot be read\nIn a condition, between takes two values.")


def _wrong(details: ErrorDetails, given: Given) -> str:
    """One error of a type as a message that teaches."""
    from semantic_layer.loading.cures import cure_of, said_of

    path = given.tree.known(tuple(details["loc"]))
    key = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
    last = str(details["loc"][-1]) if details["loc"] else ""
    match details["type"]:
        case "extra_forbidden":
            return f"{given.where(path)}: unknown key '{last}'\n{did_you_mean(last, _keys())}"
        case "missing":
            return f"{given.where(path)}: '{last}' is missing\nAdd \"{last}\"."
        case "literal_error":
            allowed = str(details.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(", ")
            fix = did_you_mean(str(details["input"]), [each.strip("'") for each in allowed])
            return f"{given.where(path)}: '{key}' cannot be {json.dumps(details['input'], ensure_ascii=False)}\n{fix}"
        case _:
            return f"{given.where(path)}: {said_of(details, key)}\n{cure_of(details, key)}"


def _keys() -> set[str]:
    """Every key that a part of a request can have."""
    from semantic_layer.requests import request_schema

    return {name for definition in request_schema()["$defs"].values() for name in definition.get("properties", {})}


# ---- what the workspace makes of it -------------------------------------------------------------------------------------

NAMING = ("metric", "field", "entity", "dataset", "name", "parameter", "value")
"""Parts of a problem that quote the request."""


def _problem(typed: Frozen, given: Given, runtime: Runtime, viewer: Viewer) -> Problem | None:
    """Why a request is refused, for those who wrote it: what, the cure, and where in the file."""
    from semantic_layer.errors import RequestError
    from tools.catalogue import run

    try:
        run(typed, runtime.context(runtime.scope(viewer)))
    except RequestError as error:
        problem = error.problem
        quoted = [problem.parts[part] for part in NAMING if problem.parts.get(part)]
        path = next((found for name in quoted for found in _places(given.data, name)), ())
        fix = problem.fix or _offer(problem)
        where = given.tree.place(path)
        return Problem(problem.code, problem.what, fix, Where(given.name, where.line) if where else None)
    return None


def _offer(problem: Problem) -> str:
    near = problem.parts.get("near") or problem.parts.get("reachable") or ()
    return f"Did you mean {' or '.join(map(repr, near[:3]))}?" if near else ""


def _places(data: Any, name: Any, path: Place = ()) -> Iterator[Place]:
    """Where a name stands in the request, alone or behind the way it is reached by."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == name:
                yield (*path, key)
            yield from _places(value, name, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _places(value, name, (*path, index))
    elif data == name or (isinstance(data, str) and data.endswith(f".{name}")):
        yield path
