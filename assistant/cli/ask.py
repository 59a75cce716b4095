"""`huaxiang ask`: a question in words, or many."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
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
    bad_use,
    failed,
    options,
    out,
    print_json,
)
from semantic_layer.errors import HuaxiangError

if TYPE_CHECKING:
    from assistant.agent import Agent
    from assistant.outgoing import Outgoing
    from assistant.runtime import Runtime


def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in Chinese or English.")] = None,
    batch: Annotated[Path | None, typer.Option("--batch", help="A file of questions, one JSON object a line.")] = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="Where --batch writes its answers; stdout if not given.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="How each word was read.")] = False,
    show_prompt: Annotated[bool, typer.Option("--show-prompt", help="What a language model would be sent.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Keeps the segment that the question defines as a draft.")] = False,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Asks one question, or many with --batch."""
    chosen = options(workspace, role, user, attr, as_of, format)
    if (question is None) == (batch is None):
        bad_use("give a question, or --batch FILE")
    if out_file is not None and batch is None:
        bad_use("--out belongs to --batch")
    try:
        runtime, agent = _open(chosen)
        if batch is not None:
            from assistant.cli.batch import run_batch

            run_batch(runtime, agent, chosen.viewer, batch, out_file)
            return
        assert question is not None
        runtime.scope(chosen.viewer)
        if explain or show_prompt:
            _explain(runtime, agent, chosen, question, explain, show_prompt)
            return
        _one(runtime, agent, chosen, question, yes)
    except HuaxiangError as error:
        failed(error)


def _open(chosen: Options) -> tuple[Runtime, Agent]:
    from assistant.agent import Agent
    from assistant.cli.first_load import opened

    return opened(chosen), Agent.configured(chosen.settings)


def _one(runtime: Runtime, agent: Agent, chosen: Options, question: str, yes: bool = False) -> None:
    from assistant.session import Session

    session = Session(runtime, agent, chosen.viewer)
    reply = asyncio.run(session.reply(question))
    defines = reply.status == "answered" and (reply.plan or {}).get("kind") == "define_segment"
    if defines and yes:
        reply = asyncio.run(session.run_request({**(reply.plan or {}), "step": "save"}, language=reply.language))
    if chosen.json:
        print_json(reply.contract("1"))
    else:
        from assistant.render.terminal import show

        show(reply, out, usage=session.last_usage)
        if defines and not yes:
            out.print("`huaxiang ask --yes` with the same question keeps it as a draft.", style="dim", markup=False)
    if reply.status == "error":
        raise typer.Exit(1)


def _explain(runtime: Runtime, agent: Agent, chosen: Options, question: str, explain: bool, show_prompt: bool) -> None:
    from assistant.planner.draft import meaning_names
    from assistant.planner.plan import explain as explained

    scope = runtime.scope(chosen.viewer)
    items: list[dict[str, Any]] = []
    if explain:
        draft = explained(question, runtime.reader(scope))
        items = [
            {
                "text": item.text,
                "meanings": meaning_names(item.span.meanings),
                "role": item.role,
                "left_over": item in draft.left_over(),
            }
            for item in draft.items
        ]
    outgoing = _outgoing(runtime, agent, chosen, question) if show_prompt else None
    if chosen.json:
        shown = {"prompt": outgoing.as_text(), "sent": outgoing.model_dump()} if outgoing is not None else {"prompt": None}
        print_json({"words": items, **shown})
        return
    for item in items:
        mark = "?" if item["left_over"] else " "
        out.print(f"{mark} {item['text']:<24} {item['meanings']:<40} {item['role'] or ''}", markup=False)
    if outgoing is not None:
        # Not by the console, which would break the lines to its width.
        sys.stdout.write(outgoing.as_text() + "\n")


def _outgoing(runtime: Runtime, agent: Agent, chosen: Options, question: str) -> Outgoing:
    """What the question would send to a model, as the first of a conversation."""
    from assistant.conversation import Conversation
    from assistant.turn import TurnContext

    scope = runtime.scope(chosen.viewer)
    return agent.outgoing(TurnContext(question, Conversation(id=""), runtime.reader(scope), runtime.context(scope)))
