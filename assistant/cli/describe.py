"""`huaxiang validate`, `docs` and `doctor`: the workspace looked at."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.common import DEMO, AsOf, Attributes, Format, Role, User, Workspace, err, failed, options, out, print_json
from assistant.settings import Settings
from semantic_layer.errors import HuaxiangError, WorkspaceError


def validate(
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Checks the workspace's files; every problem with file, line and cure."""
    from semantic_layer.loading.loader import find_workspace, load_workspace

    chosen = options(workspace, role, user, attr, as_of, format)
    try:
        found = load_workspace(find_workspace(chosen.workspace))
    except WorkspaceError as error:
        if chosen.json:
            problems = [
                {
                    "code": p.code,
                    "file": p.where.file if p.where else None,
                    "line": p.where.line if p.where else None,
                    "what": p.what,
                    "fix": p.fix,
                }
                for p in error.problems
            ]
            print_json({"valid": False, "problems": problems})
            raise typer.Exit(2) from None
        failed(error)
    counts = {name: len(getattr(found, name)) for name in ("datasets", "metrics", "tags", "segments", "roles")}
    if chosen.json:
        print_json({"valid": True, "workspace": found.name, "problems": [], **counts})
        return
    out.print(f"{found.name} is valid: " + ", ".join(f"{count} {name}" for name, count in counts.items()))


def docs(
    target: Annotated[Path | None, typer.Option("--out", help="Where to write the Markdown; stdout if not given.")] = None,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Writes all definitions as Markdown, in both languages."""
    from assistant.dictionary.page import markdown
    from semantic_layer.loading.loader import find_workspace, parse_with_places, texts_of, workspace_files

    chosen = options(workspace, role, user, attr, as_of, format)
    try:
        found = parse_with_places(texts_of(workspace_files(find_workspace(chosen.workspace))))
    except HuaxiangError as error:
        failed(error)
    text = markdown(found)
    if target is not None:
        target.write_text(text, "utf-8")
        err.print(f"{target} written")
    elif chosen.json:
        print_json({"workspace": found.workspace.name, "markdown": text})
    else:
        typer.echo(text)


PACKAGES = (
    "duckdb",
    "sqlglot",
    "langchain",
    "langchain-core",
    "langgraph",
    "chainlit",
    "pandas",
    "scikit-learn",
    "pydantic",
    "plotly",
)


def doctor(
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Versions, disk, workspace, data, model: whether everything is in place."""
    chosen = options(workspace, role, user, attr, as_of, format)
    facts: dict[str, Any] = {"huaxiang": _version("huaxiang"), "python": platform.python_version()}
    facts |= {name: _version(name) for name in PACKAGES}
    home = chosen.settings.home
    existing = next(path for path in (home, *home.parents) if path.exists())
    facts["home"] = str(home)
    facts["free_disk_gb"] = round(shutil.disk_usage(existing).free / 1e9, 1)
    problems: list[str] = []
    facts["workspace"], facts["data"], facts["checks"] = _workspace_state(chosen.workspace, chosen, problems)
    facts["model"] = _model_state(chosen, problems)
    facts["leaves_the_machine"] = _leaves(chosen.settings)
    facts["problems"] = problems
    if chosen.json:
        print_json(facts)
    else:
        for name, value in facts.items():
            if name != "problems":
                out.print(f"{name:<20} {value}", markup=False)
        for problem in problems:
            out.print(f"! {problem}", style="red", markup=False)
        out.print(
            "everything is in place" if not problems else f"{len(problems)} to mend", style="green" if not problems else "red"
        )
    if problems:
        raise typer.Exit(1)


def _leaves(settings: Settings) -> str:
    if settings.mode == "embedded" or settings.model.strip() in ("", "embedded"):
        return "nothing"
    which = "each question" if settings.mode == "model" else "questions that the planner is not certain of"
    return f"{which}, with names, labels and descriptions of definitions"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _workspace_state(name: str, chosen: Any, problems: list[str]) -> tuple[str, str, str]:
    """The workspace, its data, and what the checks found of it."""
    from assistant.cli.check import data_line
    from assistant.runtime import data_folder
    from semantic_layer.data_checks.declared import checks_are_due, known_results
    from semantic_layer.loading.loader import find_workspace, load_workspace
    from semantic_layer.warehouse import Warehouse

    try:
        folder = find_workspace(name)
        found = load_workspace(folder, chosen.settings.cache)
        warehouse = Warehouse(found, folder, data_folder(chosen.settings, folder, found))
        current, due = warehouse.current(), [source.name for source in warehouse.due()]
    except HuaxiangError as error:
        problems.append(str(error.problem))
        return f"{name}: invalid", "unknown", "unknown"
    if current is None:
        problems.append("no data is loaded: run `huaxiang data load`")
        return f"{found.name}: valid", "not loaded", "not counted"
    if due:
        problems.append(f"data is out of date ({', '.join(due)}): run `huaxiang data load`")
    elif checks_are_due(found, current):
        problems.append("checks of the data are not counted yet: run `huaxiang data load`")
    rows = sum(table.rows for table in current.tables.values())
    results = known_results(found, current, chosen.as_of or warehouse.today(current))
    if any(not result.holds and result.severity == "error" for result in results):
        problems.append("the data fails a check: `huaxiang check --failing` shows it")
    return (
        f"{found.name}: valid",
        f"{current.id}, {len(current.tables)} tables, {rows:,} rows",
        data_line(current, results) or "none",
    )


def _model_state(chosen: Any, problems: list[str]) -> str:
    """Whether the configured model answers a one-word message; nothing of the workspace is sent."""
    from assistant.model import configured_model

    name = chosen.settings.model.strip()
    if name in ("", "embedded") and chosen.settings.mode != "model":
        return "embedded planner (no model is configured)"
    try:
        model = configured_model(chosen.settings)
        if model is None:
            return "embedded planner (HUAXIANG_MODE=embedded)"
        model.invoke("ping")
    except HuaxiangError as error:
        problems.append(str(error.problem))
        return f"{name}: not usable"
    except Exception as error:
        problems.append(f"the model {name} does not answer ({type(error).__name__})")
        return f"{name}: no answer"
    return f"{name}: answers"
