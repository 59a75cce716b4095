"""`huaxiang review`: what users said of answers, for analysts to look at and to decide."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

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
    from assistant.state.feedback import Feedback, FeedbackList, State
    from semantic_layer.model import workspace as model

KINDS = {"up": "thumb up", "down": "thumb down", "reading": "another reading"}
NOT_READABLE = "(a request that this version cannot read)"


def review(
    all_states: Annotated[bool, typer.Option("--all", help="Also what has been decided.")] = False,
    show: Annotated[str | None, typer.Option("--show", metavar="ID", help="Everything about one.")] = None,
    accept: Annotated[str | None, typer.Option("--accept", metavar="ID", help="Marks one as right.")] = None,
    reject: Annotated[str | None, typer.Option("--reject", metavar="ID", help="Marks one as not to be followed.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="Why; with --accept or --reject.")] = None,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Lists the users' feedback on answers that nobody has decided on, newest last; shows and decides.

    Deciding only marks: nothing is learned by itself. What is right and worth keeping, an analyst writes into the workspace.
    """
    chosen = options(workspace, role, user, attr, as_of, format)
    if sum((all_states, show is not None, accept is not None, reject is not None)) > 1:
        bad_use("--all, --show, --accept and --reject go one at a time")
    if note is not None and accept is None and reject is None:
        bad_use("--note belongs to --accept or --reject")
    try:
        definitions, feedback = _opened(chosen)
        if accept is not None or reject is not None:
            _decide(chosen, definitions, feedback, accept or reject or "", "accepted" if accept is not None else "rejected", note)
        elif show is not None:
            _show(chosen, definitions, _found(feedback, definitions, show))
        else:
            _list(chosen, definitions, feedback, all_states)
    except HuaxiangError as error:
        failed(error)


def _opened(chosen: Options) -> tuple[model.Workspace, FeedbackList]:
    from assistant.runtime import data_folder
    from assistant.state.feedback import FeedbackList
    from assistant.state.store import Store
    from semantic_layer.loading.loader import find_workspace, load_workspace

    folder = find_workspace(chosen.workspace)
    definitions = load_workspace(folder, chosen.settings.cache)
    name = data_folder(chosen.settings, folder, definitions).name
    return definitions, FeedbackList(Store.open(chosen.settings), name)


def _found(feedback: FeedbackList, definitions: model.Workspace, id: str) -> Feedback:
    found = feedback.one(id)
    if found is None:
        bad_use(f"there is no feedback '{id}' on {definitions.name}; `huaxiang review --all` lists what there is")
    return found


def _list(chosen: Options, definitions: model.Workspace, feedback: FeedbackList, all_states: bool) -> None:
    listed = feedback.listed(None if all_states else "open")
    if chosen.json:
        items = [_described(each, definitions) for each in listed]
        print_json({"workspace": definitions.name, "state": "all" if all_states else "open", "items": items})
        return
    for each in listed:
        _print_entry(each, definitions)
    if listed:
        _print(f"{len(listed)} {'in all' if all_states else 'open'} on {definitions.name}", "dim")
    elif all_states:
        _print(f"Nobody has said anything of an answer on {definitions.name} yet.")
    else:
        _print(f"Nothing is open on {definitions.name}. `huaxiang review --all` lists what has been decided.")
    _print_drafts(chosen)


def _print_drafts(chosen: Options) -> None:
    """That there are drafts of segments to decide on as well, where there are any."""
    from assistant.cli.drafts import opened

    waiting = len(opened(chosen)[2].listed())
    if waiting:
        _print(f"Drafts of segments: {waiting} open, see `huaxiang segments drafts`.", "dim")


def _decide(
    chosen: Options, definitions: model.Workspace, feedback: FeedbackList, id: str, state: State, note: str | None
) -> None:
    before = _found(feedback, definitions, id)
    feedback.decide(id, state, note or "")
    decided = _found(feedback, definitions, id)
    if chosen.json:
        print_json({"workspace": definitions.name, "item": _described(decided, definitions)})
        return
    was = f" (it was {before.state})" if before.state not in ("open", state) else ""
    _print(f"{id} is {state}{was}. Nothing is learned from it by itself.")


def _show(chosen: Options, definitions: model.Workspace, item: Feedback) -> None:
    verified = _verified(item)
    if chosen.json:
        print_json({"workspace": definitions.name, "item": _described(item, definitions), "verified": verified})
        return
    _print_entry(item, definitions)
    _print_line("given in", f"conversation {item.conversation}, turn {item.number}")
    if item.reviewed_at is not None:
        _print_line("decided", f"{item.state}, {_minute(item.reviewed_at)}")
        _print_line("note", item.note)
    for title, request in (("The request as it was read", item.request), ("The request as it should be", item.should_be)):
        if request is not None:
            _print(f"\n{title}:", "bold")
            _print(_json(request))
    if verified is not None:
        _print("\nThe question with the request that its asker confirms:", "bold")
        _print(_json(verified))
        _print("`huaxiang query FILE.json` runs a request. A workspace has no section for such pairs yet.", "dim")


def _verified(item: Feedback) -> dict[str, Any] | None:
    """The question with the request that the user holds to be right; None where the user named none."""
    request = item.should_be if item.kind == "reading" else item.request if item.kind == "up" else None
    return {"question": item.question, "request": request} if request is not None and item.question else None


def _described(item: Feedback, definitions: model.Workspace) -> dict[str, Any]:
    """One item as JSON: its typed requests as they are kept, and the one that should be in words as well."""
    return item.model_dump(mode="json") | {"workspace": definitions.name, "should_be_reading": _should_be(item, definitions)}


def _should_be(item: Feedback, definitions: model.Workspace) -> str:
    """What the user means, in the question's language; empty where nothing was said of it."""
    from assistant.language.text import read_question
    from assistant.reply import Replies, read_request

    if item.should_be is None:
        return ""
    try:
        request = read_request(item.should_be)
        return Replies(definitions, read_question(item.question[:400]).language).reading(request)
    except (ValueError, HuaxiangError):
        return NOT_READABLE


def _print_entry(item: Feedback, definitions: model.Workspace) -> None:
    from assistant.wording.texts import cleaned

    said = KINDS[item.kind] + (f": {cleaned(', '.join(item.reasons))}" if item.reasons else "")
    state = "" if item.state == "open" else f"  [{item.state}]"
    _print(f"{item.id}  {_minute(item.given_at)}  {cleaned(item.given_by)}  {said}{state}", "bold")
    _print_line("question", item.question)
    _print_line("read as", item.reading)
    _print_line("should be", _should_be(item, definitions))
    _print_line("comment", item.comment)


def _print_line(name: str, value: str) -> None:
    from assistant.wording.texts import cleaned

    if value:
        # Words of users: no line of their own making, and nothing that a terminal would obey.
        _print(f"  {name:<10} {cleaned(value)}")


def _minute(time: str) -> str:
    return f"{time[:10]} {time[11:16]} UTC"


def _json(data: dict[str, Any]) -> str:
    """For people: indented, with its letters as they are and whatever could steer a terminal written out."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    return "".join(sign if sign.isprintable() or sign == "\n" else json.dumps(sign)[1:-1] for sign in text)


def _print(text: str, style: str = "") -> None:
    out.print(Text(text, style), soft_wrap=True)
