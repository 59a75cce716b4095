"""`huaxiang usage`: what language models took, by day."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.common import DEMO, AsOf, Attributes, Format, Role, User, Workspace, failed, options, out, print_json
from semantic_layer.errors import HuaxiangError


def usage(
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days back, today included.")] = 30,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Calls, tokens and cost of language models by day and model, and today's budget. The same for all workspaces."""
    from assistant.model import configured_budget
    from assistant.state.spending import SpendingInStore
    from assistant.state.store import Store
    from assistant.wording.usage import cost_text

    chosen = options(workspace, role, user, attr, as_of, format)
    try:
        spending = SpendingInStore(Store.open(chosen.settings))
        spent, today = spending.by_day(days), spending.today()
    except HuaxiangError as error:
        failed(error)
    budget = configured_budget(chosen.settings)
    is_spent = budget.is_spent(today)
    if chosen.json:
        rows = [{"day": each.day.isoformat(), "model": each.model, **each.usage.model_dump()} for each in spent]
        print_json({"days": rows, "today": today.model_dump(), "budget": budget.model_dump(), "is_spent": is_spent})
        return
    from rich.table import Table

    table = Table(show_edge=False, pad_edge=False)
    for name in ("day", "model", "calls", "tokens in", "tokens out", "cost", "seconds"):
        table.add_column(name, justify="left" if name in ("day", "model") else "right")
    for each in spent:
        took = each.usage
        numbers = (f"{took.calls:,}", f"{took.tokens_in:,}", f"{took.tokens_out:,}")
        seconds = f"{took.milliseconds / 1000:,.1f}"
        table.add_row(each.day.isoformat(), each.model, *numbers, cost_text(took.cost) or "unknown", seconds)
    if spent:
        out.print(table)
    else:
        out.print(f"no language model was asked in the last {days} days", markup=False)
    if budget.tokens_per_day is not None:
        out.print(f"today {today.tokens:,} of {budget.tokens_per_day:,} tokens", markup=False)
    if budget.cost_per_day is not None:
        out.print(f"today {cost_text(today.cost) or 'unknown'} of {cost_text(budget.cost_per_day)} in money", markup=False)
    if is_spent:
        out.print("today's budget is used up: the embedded planner answers", style="yellow")
