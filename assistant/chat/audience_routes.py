"""What the page asks for to have an audience leave: the word that confirms it, then its files as often as they are wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from chainlit.auth import get_current_user
from fastapi import APIRouter, Depends, HTTPException, Response

from assistant.audiences.export import export_audience
from assistant.audiences.files import FORMS
from assistant.chat.routes import ANSWER, MAY_EXPORT, Shown, file_response
from assistant.chat.shared import Served, served
from assistant.reply import Replies, read_request
from assistant.state.conversations import KeptTurn
from semantic_layer.data_version import ExportFacts
from semantic_layer.errors import RequestError
from tools.requests import AudienceQuery

router = APIRouter(dependencies=[Depends(get_current_user)])
KINDS = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet", "json": "application/json"}
MANIFEST = ".manifest.json"


def _request(turn: Shown) -> AudienceQuery:
    """The audience that a turn shows."""
    request = read_request(turn.turn.request) if turn.turn is not None and turn.turn.request else None
    if not isinstance(request, AudienceQuery):
        raise HTTPException(404, "gone")
    return request


Asked = Annotated[AudienceQuery, Depends(_request)]


@router.post(ANSWER + "/audience", dependencies=MAY_EXPORT)
def confirm(turn: Shown, conversation: str, request: Asked) -> dict[str, Any]:
    """Has the audience leave; a second time it gives what has left."""
    now = served()
    try:
        done = export_audience(request, now.runtime, now.viewer, FORMS, asked=_mark(conversation, turn))
    except RequestError as error:
        language = turn.reply.language if turn.reply is not None else "en"
        replies = Replies(now.runtime.workspace, language, now.viewer.role or "")
        said = replies.refused_by(error.problem, turn.turn.request if turn.turn else {}, {}, {}).answer  # pyright: ignore[reportArgumentType]
        raise HTTPException(409, said.split("\n")[0]) from None
    return {"name": done.facts.label or done.facts.name, "treated": done.facts.treated, "control": done.facts.control}


@router.get(ANSWER + "/audience.{form}", dependencies=MAY_EXPORT)
def audience_file(turn: Shown, conversation: str, request: Asked, form: Literal["csv", "parquet", "json"]) -> Response:
    """A file of an audience that has left."""
    facts = _exported(served(), _mark(conversation, turn))
    if facts is None or not facts.files:
        raise HTTPException(404, "gone")
    places = {Path(file).suffix[1:]: Path(file) for file in facts.files}
    first = next(iter(places.values()))
    place = first.with_name(first.stem + MANIFEST) if form == "json" else places.get(form)
    if place is None or not place.is_file():
        raise HTTPException(404, "gone")
    return file_response(place.read_bytes(), place.name, KINDS[form])


def _mark(conversation: str, turn: KeptTurn) -> str:
    return f"{conversation}/{turn.number}"


def _exported(now: Served, mark: str) -> ExportFacts | None:
    lists = now.runtime.warehouse.lists()
    return next((each for each in (lists.exports if lists is not None else ()) if each.asked == mark), None)
