"""What the page of the chat asks for beside the conversation: menus, charts, rows, files, and what users say of answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from chainlit.auth import get_current_user
from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BaseModel, Field

from assistant.chat.card import rows, tables_shown
from assistant.chat.clicks import Refused, drilled, request_of, shown_turn
from assistant.chat.shared import served
from assistant.edits.options import options
from assistant.planner.outcome import Plan
from assistant.planner.plan import plan
from assistant.render.chart_views import Kind, View
from assistant.render.charts import describe, figure_json
from assistant.render.colours import Ground
from assistant.render.conversation_html import conversation_html
from assistant.render.conversation_markdown import conversation_markdown
from assistant.render.csv_file import csv_of
from assistant.render.excel import conversation_excel, excel_of
from assistant.render.file_names import file_name
from assistant.render.transcript import Asked
from assistant.reply import Replies, Reply, read_request
from assistant.state.conversations import KeptTurn
from assistant.state.feedback import REASONS
from assistant.wording.numbers import day_text
from assistant.wording.texts import fill, templates
from semantic_layer.words import LANGUAGES

LONGEST_COMMENT = 2000

router = APIRouter(dependencies=[Depends(get_current_user)])


def _turn(conversation: str, number: int) -> KeptTurn:
    try:
        return shown_turn(conversation, number, served())
    except Refused as refusal:
        raise HTTPException(404 if refusal.code == "gone" else 403, refusal.code) from None


def _reply(turn: KeptTurn) -> Reply:
    if turn.reply is None:
        raise HTTPException(404, "gone")
    return turn.reply


@router.get("/about")
def about() -> dict[str, Any]:
    """What is served, in both languages: the workspace, until when its data reaches, as whom one asks; whether as files too."""
    now = served()
    workspace, scope = now.runtime.workspace, now.runtime.scope(now.viewer)
    role = workspace.role(now.viewer.role)
    said: dict[str, Any] = {"files": scope.grant.may_export}
    for language in LANGUAGES:
        parts = [workspace.workspace.label.get(language) or workspace.name]
        parts.append(fill(language, "page", "as_of", day=day_text(scope.as_of, language)))
        if role is not None and len(workspace.roles) > 1:
            parts.append(fill(language, "page", "role", role=role.label_in(language)))
        said[language] = " · ".join(parts)
    return said


Shown = Annotated[KeptTurn, Depends(_turn)]
ANSWER = "/answers/{conversation}/{number}"


@router.get(ANSWER + "/menu")
def menu(turn: Shown, chip: str, search: Annotated[str, Query(max_length=200)] = "") -> list[dict[str, Any]]:
    """What else a chip could say, for this viewer."""
    viewing = served().viewing(_reply(turn).language)
    try:
        found = options(request_of(turn), chip, viewing, search)
    except Refused:
        raise HTTPException(404, "gone") from None
    return [each.model_dump(mode="json") for each in found]


@router.get(ANSWER + "/figure")
def figure(
    turn: Shown, kind: Kind | None = None, log: bool = False, top: int | None = None, ground: Ground = "light"
) -> Response:
    """The chart as Plotly draws it, and what it shows in words."""
    from plotly.io.json import to_json_plotly

    view = View(kind=kind, log=log, top=top)
    drawn = figure_json(_reply(turn), view, ground)
    if drawn is None:
        raise HTTPException(404, "gone")
    return Response(to_json_plotly({**drawn, "describe": describe(_reply(turn), view)}), media_type="application/json")


@router.get(ANSWER + "/rows")
def all_rows(turn: Shown, table: int = 0) -> list[dict[str, Any]]:
    """All rows of a table, where the card brought the first ones only."""
    tables = tables_shown(_reply(turn))
    if not 0 <= table < len(tables):
        raise HTTPException(404, "gone")
    return rows(tables[table])


@router.get(ANSWER + "/looks")
def looks(turn: Shown, row: int) -> dict[str, Any]:
    """The ways to look into a group."""
    try:
        found = drilled(turn, row, served())
    except Refused as refusal:
        raise HTTPException(404, refusal.code) from None
    if found is None:
        return {"label": "", "looks": []}
    return {"label": found.label, "looks": [look.text for look in found.looks]}


# ---- files --------------------------------------------------------------------------------------------------------------


def _may_export() -> None:
    now = served()
    if not now.runtime.scope(now.viewer).grant.may_export:
        raise HTTPException(403, "not_allowed")


MAY_EXPORT = [Depends(_may_export)]
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get(ANSWER + "/table.csv", dependencies=MAY_EXPORT)
def as_csv(turn: Shown, table: int = 0) -> Response:
    reply = _reply(turn)
    return file_response(csv_of(reply, max(table, 0)), file_name(reply, _at(turn), "csv"), "text/csv; charset=utf-8")


@router.get(ANSWER + "/answer.xlsx", dependencies=MAY_EXPORT)
def as_excel(turn: Shown) -> Response:
    reply = _reply(turn)
    return file_response(excel_of(reply, turn.asked, _at(turn)), file_name(reply, _at(turn), "xlsx"), EXCEL)


@router.get("/conversations/{conversation}/export.{form}", dependencies=MAY_EXPORT)
def export(conversation: str, form: Literal["html", "md", "xlsx"], language: Literal["zh", "en"] = "en") -> Response:
    """A whole conversation; answers that were computed under other rights are left out."""
    now = served()
    kept = now.conversations.named(conversation)
    if kept is None:
        raise HTTPException(404, "gone")
    grant = now.grant()
    asked = [
        Asked(question=turn.asked, at=_at(turn), reply=_exported(turn, grant)) for turn in now.conversations.turns(conversation)
    ]
    name = file_name(kept.title, datetime.now().astimezone(), form)
    if form == "html":
        content = conversation_html(kept.title, asked, lambda reply: figure_json(reply, ground="light"), language)
        return file_response(content, name, "text/html; charset=utf-8")
    if form == "md":
        return file_response(conversation_markdown(kept.title, asked, language), name, "text/markdown; charset=utf-8")
    return file_response(conversation_excel(kept.title, asked, language), name, EXCEL)


def _exported(turn: KeptTurn, grant: str) -> Reply:
    if turn.reply is not None and turn.seen_with == grant:
        return turn.reply
    from assistant.language.text import read_question

    language = read_question(turn.asked[:400]).language
    code = "interrupted" if turn.reply is None else "withheld"
    return Reply(status="error", answer=fill(language, "page", code), language=language)


def _at(turn: KeptTurn) -> datetime:
    """When it was asked, by this machine's clock, which is the reader's while the chat serves this machine alone."""
    return datetime.fromisoformat(turn.asked_at).replace(tzinfo=UTC).astimezone()


def file_response(content: bytes | str, name: str, kind: str) -> Response:
    """Something to download under a name."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=kind, headers={"content-disposition": disposition, "cache-control": "no-store"})


# ---- feedback -----------------------------------------------------------------------------------------------------------


class Said(BaseModel, extra="forbid"):
    """What a user says of an answer.

    Attributes:
        kind: `none` takes a thumb back.
        should_be: The request that the user means, as `meant` gave it.
    """

    kind: Literal["up", "down", "reading", "none"]
    reasons: list[str] = Field(default=[], max_length=len(REASONS))
    comment: str = Field(default="", max_length=LONGEST_COMMENT)
    should_be: dict[str, Any] | None = None


@router.post(ANSWER + "/feedback")
def say(turn: Shown, conversation: str, said: Said) -> dict[str, str]:
    """Keeps what was said, for analysts to review. Nothing is learned from it by itself."""
    now, reply = served(), turn.reply
    if said.kind == "none":
        now.feedback.take_back(conversation, turn.number, now.viewer.user)
        return {}
    if (said.kind == "reading") != (said.should_be is not None) or not set(said.reasons) <= set(REASONS):
        raise HTTPException(422, "bad_request")
    if said.should_be is not None:
        _readable(said.should_be)
    given = now.feedback.give(
        conversation=conversation,
        number=turn.number,
        given_by=now.viewer.user,
        kind=said.kind,
        reasons=tuple(said.reasons),
        comment=said.comment,
        question=turn.asked,
        reading=reply.reading if reply else "",
        request=turn.turn.request if turn.turn else None,
        should_be=said.should_be,
    )
    return {"id": given.id}


def _readable(request: dict[str, Any]) -> None:
    try:
        read_request(request)
    except ValueError:
        raise HTTPException(422, "bad_request") from None


class Wording(BaseModel, extra="forbid"):
    text: str = Field(min_length=1, max_length=400)


@router.post(ANSWER + "/meant")
def meant(turn: Shown, conversation: str, wording: Wording) -> dict[str, Any]:
    """How other words for a question would be read, to be confirmed; nothing is run or kept."""
    now = served()
    scope = now.runtime.scope(now.viewer)
    reader = now.runtime.reader(scope)
    language = _reply(turn).language
    dialogue = now.conversations.dialogue(conversation)
    before = dialogue.model_copy(update={"turns": dialogue.turns[: turn.number + 1]})
    outcome = plan(wording.text, before, reader)
    if not isinstance(outcome, Plan):
        return {"readings": [], "nothing": templates(language)["page"]["not_understood"]}
    replies = Replies(scope.workspace, language, now.viewer.role or "", reader.days_of)
    return {"readings": [{"text": replies.reading(read_request(each)), "request": each} for each in outcome.readings]}
