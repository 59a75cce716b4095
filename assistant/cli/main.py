"""`huaxiang`: the commands. Each imports what it needs when it runs, so that starting is quick."""

from __future__ import annotations

import gc
import importlib
from importlib.metadata import entry_points

import typer

from assistant.cli import ask, check, data, describe, diff, lint, query, review, segments, serve, tags, usage

app = typer.Typer(
    name="huaxiang",
    help="画像: a chat assistant for customer analytics that answers from a governed semantic layer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(serve.chat)
app.command()(ask.ask)
app.command()(query.query)
app.command()(describe.validate)
app.command()(lint.lint)
app.command()(diff.diff)
app.command()(check.check)
app.command()(describe.docs)
app.command()(describe.doctor)
app.command()(usage.usage)
app.command()(review.review)
app.add_typer(data.commands, name="data")
app.add_typer(segments.commands, name="segments")
app.add_typer(tags.commands, name="tags")


def run() -> None:
    """The program's entry point; commands of other packages join by entry point.

    What is imported and opened at the start stays till the end, so collecting garbage meanwhile is time lost. Commands
    that run for long turn it on again (`settled`).
    """
    gc.disable()
    for point in entry_points(group="huaxiang.commands"):
        module, _, name = point.value.partition(":")
        app.add_typer(getattr(importlib.import_module(module), name), name=point.name)
    app()


if __name__ == "__main__":
    run()
