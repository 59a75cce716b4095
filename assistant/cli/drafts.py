"""`huaxiang segments drafts`, `show`, `accept`, `reject`: what users have defined in conversations, for analysts to decide on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.text import Text as Styled

from assistant.cli.common import DEMO, Format, Options, User, Workspace, bad_use, failed, options, out, print_json
from semantic_layer.errors import HuaxiangError, Problem, WorkspaceError, did_you_mean

if TYPE_CHECKING:
    from assistant.state.drafts import Draft, SegmentDrafts
    from semantic_layer.model import workspace as model
    from semantic_layer.model.tags import Segment

Name = Annotated[str, typer.Argument(help="Its name, its label, or the id of a draft.")]


def drafts(
    all_states: Annotated[bool, typer.Option("--all", help="Also what has been decided.")] = False,
    workspace: Workspace = DEMO,
    format: Format = "text",
) -> None:
    """Lists the segments that users have defined and nobody has decided on, oldest first."""
    chosen = options(workspace, format=format)
    try:
        _, definitions, kept = opened(chosen)
        listed = kept.listed(None if all_states else "open")
    except HuaxiangError as error:
        failed(error)
    if chosen.json:
        print_json({"workspace": definitions.name, "drafts": [each.model_dump(mode="json") for each in listed]})
        return
    for each in listed:
        _print_entry(each, definitions)
    if listed:
        _print(f"{len(listed)} {'in all' if all_states else 'open'} on {definitions.name}", "dim")
    else:
        _print(f"No draft of a segment is {'kept' if all_states else 'open'} on {definitions.name}.")


def show(name: Name, workspace: Workspace = DEMO, format: Format = "text") -> None:
    """Shows a segment of the workspace, or a draft: its rule in both languages, and its YAML."""
    from semantic_layer.spelling import segment_yaml

    chosen = options(workspace, format=format)
    try:
        _, definitions, kept = opened(chosen)
        found = kept.named(name)
        segment = _in_workspace(definitions, name)
        if not found and segment is None:
            _unknown(definitions, kept, name)
    except HuaxiangError as error:
        failed(error)
    if chosen.json:
        own = _described(segment, definitions) if segment is not None else None
        print_json({"segment": own, "drafts": [each.model_dump(mode="json") | _told(each, definitions) for each in found]})
        return
    if segment is not None:
        _print(f"{segment.name}  {_labels(segment)}", "bold")
        _print_rule(segment, definitions)
        _print(segment_yaml(segment).rstrip())
    for each in found:
        _print_entry(each, definitions)
        _print(each.yaml.rstrip())


def accept(
    name: Name,
    called: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Another name in YAML.")] = None,
    workspace: Workspace = DEMO,
    user: User = "local",
    format: Format = "text",
) -> None:
    """Writes a draft into the workspace's YAML files, checked first, and shows the difference. For a folder of one's own."""
    from semantic_layer.loading.accepting import added, write
    from semantic_layer.loading.diff import differences
    from semantic_layer.loading.loader import is_shipped, parse_workspace, texts_of, workspace_files

    chosen = options(workspace, user=user, format=format)
    try:
        folder, definitions, kept = opened(chosen)
        draft = _one(kept, definitions, name)
        if is_shipped(folder):
            fix = "Copy its folder, and name the copy with --workspace; drafts of a workspace are kept with its folder."
            raise WorkspaceError(Problem("shipped", f"{definitions.name} came with the product and is not written to", fix))
        texts = texts_of(workspace_files(folder))
        change = added(texts, accepted(draft, called))
        told = differences(parse_workspace(texts), parse_workspace({**texts, change.file: change.text}))
        path = write(folder, change)
        kept.decide(draft.id, "accepted", chosen.viewer.user)
    except HuaxiangError as error:
        failed(error)
    if chosen.json:
        changes = [each.model_dump(mode="json") for each in told]
        print_json({"draft": draft.id, "file": str(path), "changes": changes})
        return
    for each in told:
        _print(f"+ {each}")
    _print(f"{draft.name} is accepted: {path}. A chat that runs has to be started anew to know it.")


def reject(
    name: Name,
    why: Annotated[str, typer.Option("--why", help="Why; kept with the draft.")],
    workspace: Workspace = DEMO,
    user: User = "local",
    format: Format = "text",
) -> None:
    """Marks a draft as rejected: its author cannot ask by it any more. It is kept, with the reason."""
    chosen = options(workspace, user=user, format=format)
    try:
        _, definitions, kept = opened(chosen)
        draft = _one(kept, definitions, name)
        kept.decide(draft.id, "rejected", chosen.viewer.user, why)
    except HuaxiangError as error:
        failed(error)
    if chosen.json:
        print_json({"draft": draft.id, "state": "rejected", "why": why})
        return
    _print(f"{draft.name} is rejected: {_cleaned(why)}")


def accepted(draft: Draft, called: str | None = None) -> Segment:
    """A draft as the workspace gets it: for everybody, owned by its author.

    Raises:
        WorkspaceError: it cannot be read by this version.
    """
    try:
        segment = draft.segment
    except (ValueError, LookupError, TypeError):
        raise WorkspaceError(Problem("unreadable", f"the draft {draft.id} cannot be read by this version")) from None
    return segment.model_copy(update={"name": called or segment.name, "owner": draft.author, "public": True})


def opened(chosen: Options) -> tuple[Path, model.Workspace, SegmentDrafts]:
    """The workspace's folder, its definitions, and the drafts that are kept of it."""
    from assistant.runtime import data_folder
    from assistant.state.drafts import SegmentDrafts
    from assistant.state.store import Store
    from semantic_layer.loading.loader import find_workspace, load_workspace

    folder = find_workspace(chosen.workspace)
    definitions = load_workspace(folder, chosen.settings.cache)
    name = data_folder(chosen.settings, folder, definitions).name
    return folder, definitions, SegmentDrafts(Store.open(chosen.settings), name)


def one_draft(chosen: Options, name: str) -> Draft:
    """The open draft of a name."""
    _, definitions, kept = opened(chosen)
    return _one(kept, definitions, name)


def _one(kept: SegmentDrafts, definitions: model.Workspace, name: str) -> Draft:
    found = kept.named(name)
    if not found:
        _unknown(definitions, kept, name)
    if len(found) > 1:
        ids = ", ".join(f"{each.id} ({each.author})" for each in found)
        bad_use(f"'{name}' is the name of several drafts: {ids}. Give the id of one.")
    return found[0]


def _in_workspace(definitions: model.Workspace, name: str) -> Segment | None:
    wanted = name.strip().lower()
    return next((each for each in definitions.segments if wanted in (word.lower() for word in each.words())), None)


def _unknown(definitions: model.Workspace, kept: SegmentDrafts, name: str) -> NoReturn:
    known = [each.name for each in (*kept.listed(), *definitions.segments)]
    raise WorkspaceError(Problem("unknown_segment", f"there is no open draft '{name}'", did_you_mean(name, known)))


def _described(segment: Segment, definitions: model.Workspace) -> dict[str, Any]:
    from semantic_layer.spelling import segment_yaml

    return {"name": segment.name, "label": segment.label.model_dump(), "yaml": segment_yaml(segment)} | {
        "rule": _rules(segment, definitions)
    }


def _told(draft: Draft, definitions: model.Workspace) -> dict[str, Any]:
    try:
        return {"rule": _rules(draft.segment, definitions)}
    except (ValueError, LookupError, TypeError):
        return {"rule": None}


def _rules(segment: Segment, definitions: model.Workspace) -> dict[str, str]:
    """The rule in words, in both languages."""
    from assistant.wording.readings import Words
    from assistant.wording.rules import RuleWords
    from semantic_layer.words import LANGUAGES

    return {language: RuleWords(Words(definitions, language)).rule(segment.rule) for language in LANGUAGES}


def _print_entry(draft: Draft, definitions: model.Workspace) -> None:
    state = "" if draft.state == "open" else f"  [{draft.state}]"
    day = f"{draft.created_at[:10]} {draft.created_at[11:16]} UTC"
    _print(f"{draft.name}  {draft.id}  {day}  {_cleaned(draft.author)}{state}", "bold")
    _print_line("asked", draft.asked)
    for language, rule in (_told(draft, definitions)["rule"] or {}).items():
        _print_line(language, rule)
    _print_line("why", draft.note)


def _print_rule(segment: Segment, definitions: model.Workspace) -> None:
    for language, rule in _rules(segment, definitions).items():
        _print_line(language, rule)


def _labels(segment: Segment) -> str:
    return " / ".join(_cleaned(text) for text in (segment.label.zh, segment.label.en) if text)


def _print_line(name: str, value: str) -> None:
    if value:
        _print(f"  {name:<6} {_cleaned(value)}")


def _cleaned(text: str) -> str:
    from assistant.wording.texts import cleaned

    return cleaned(text)


def _print(text: str, style: str = "") -> None:
    out.print(Styled(text, style), soft_wrap=True)
