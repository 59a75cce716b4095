"""What users say of answers, for analysts to review. Nothing is learned from it until somebody has looked at it."""

from __future__ import annotations

import json
import uuid
from typing import Any, Literal

from sqlalchemy import text

from assistant.state.store import Store, now, storable
from semantic_layer.frozen import Frozen

Kind = Literal["up", "down", "reading"]
State = Literal["open", "accepted", "rejected"]
REASONS = ("metric", "period", "filter", "grouping", "number", "chart", "slow", "other")
"""What can be wrong with an answer."""


class Feedback(Frozen):
    """One thing that was said of one answer.

    Attributes:
        kind: `up` and `down` are thumbs; `reading` says what the question should have been read as.
        question, reading, request: What was asked, and how it was understood, kept here because conversations are deleted.
        should_be: The typed request that the user means, where it was shown and confirmed.
        state: `open` until an analyst has decided.
    """

    id: str
    conversation: str
    number: int
    workspace: str
    given_by: str
    given_at: str
    kind: Kind
    reasons: tuple[str, ...] = ()
    comment: str = ""
    question: str = ""
    reading: str = ""
    request: dict[str, Any] | None = None
    should_be: dict[str, Any] | None = None
    state: State = "open"
    reviewed_at: str | None = None
    note: str = ""


JSON_COLUMNS = ("reasons", "request", "should_be")
COLUMNS = tuple(Feedback.model_fields)


class FeedbackList:
    """The list of one workspace."""

    def __init__(self, store: Store, workspace: str) -> None:
        self._store, self.workspace = store, workspace

    def give(self, **said: Any) -> Feedback:
        """Adds what was said. A second thumb of the same person on the same answer takes the place of the first."""
        said = {name: storable(value) if isinstance(value, str) else value for name, value in said.items()}
        given = Feedback(id=uuid.uuid4().hex[:12], workspace=self.workspace, given_at=now(), **said)
        with self._store.begin() as connection:
            connection.execute(
                text(
                    "DELETE FROM feedback WHERE conversation = :conversation AND number = :number AND given_by = :given_by "
                    "AND state = 'open' AND CASE kind WHEN 'reading' THEN 1 ELSE 0 END = :of_reading"
                ),
                {
                    "conversation": given.conversation,
                    "number": given.number,
                    "given_by": given.given_by,
                    "of_reading": int(given.kind == "reading"),
                },
            )
            names = ", ".join(COLUMNS)
            values = ", ".join(f":{name}" for name in COLUMNS)
            connection.execute(text(f"INSERT INTO feedback ({names}) VALUES ({values})"), _row(given))
        return given

    def take_back(self, conversation: str, number: int, given_by: str) -> None:
        """Removes a thumb that nobody has reviewed yet."""
        with self._store.begin() as connection:
            connection.execute(
                text(
                    "DELETE FROM feedback WHERE conversation = :id AND number = :number AND given_by = :by "
                    "AND state = 'open' AND kind <> 'reading'"
                ),
                {"id": conversation, "number": number, "by": given_by},
            )

    def thumbs(self, conversation: str, given_by: str) -> dict[int, Kind]:
        """The thumbs that somebody gave in a conversation, by turn."""
        given = self._found("conversation = :id AND given_by = :by", {"id": conversation, "by": given_by})
        return {each.number: each.kind for each in given if each.kind != "reading"}

    def listed(self, state: State | None = "open") -> list[Feedback]:
        """What was said, oldest first; None lists every state."""
        condition = "workspace = :workspace" + (" AND state = :state" if state else "")
        return self._found(condition, {"workspace": self.workspace, "state": state})

    def one(self, id: str) -> Feedback | None:
        return next(iter(self._found("workspace = :workspace AND id = :id", {"workspace": self.workspace, "id": id})), None)

    def decide(self, id: str, state: State, note: str = "") -> bool:
        """Marks one as reviewed, whatever was decided before; False where there is none of that id."""
        with self._store.begin() as connection:
            changed = connection.execute(
                text(
                    "UPDATE feedback SET state = :state, note = :note, reviewed_at = :at "
                    "WHERE id = :id AND workspace = :workspace"
                ),
                {"state": state, "note": storable(note), "at": now(), "id": id, "workspace": self.workspace},
            )
            return changed.rowcount > 0

    def _found(self, condition: str, values: dict[str, Any]) -> list[Feedback]:
        statement = f"SELECT {', '.join(COLUMNS)} FROM feedback WHERE {condition} ORDER BY given_at, id"
        with self._store.read() as connection:
            return [_read(dict(row)) for row in connection.execute(text(statement), values).mappings()]


def _row(given: Feedback) -> dict[str, Any]:
    row = given.model_dump(mode="json")
    return row | {name: storable(json.dumps(row[name], ensure_ascii=False)) for name in JSON_COLUMNS}


def _read(row: dict[str, Any]) -> Feedback:
    return Feedback.model_validate(row | {name: json.loads(row[name]) if row[name] else None for name in JSON_COLUMNS})
