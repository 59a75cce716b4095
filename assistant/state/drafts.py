"""Segments that users have defined in conversations, until an analyst has decided on them."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from sqlalchemy import text

from assistant.state.store import Store, now, storable
from semantic_layer.frozen import Frozen
from semantic_layer.loading.yaml_tree import read_yaml
from semantic_layer.model.tags import Segment
from semantic_layer.spelling import segment_yaml

State = Literal["open", "accepted", "rejected"]


class Draft(Frozen):
    """A segment as somebody defined it.

    Attributes:
        yaml: As it would stand in the workspace.
        asked: The words that it was defined by.
        state: `open` until an analyst has decided.
        note: Why it was rejected.
    """

    id: str
    workspace: str
    author: str
    created_at: str
    name: str
    yaml: str
    asked: str = ""
    state: State = "open"
    reviewed_at: str | None = None
    reviewed_by: str = ""
    note: str = ""

    @property
    def segment(self) -> Segment:
        """Raises ValueError: a later version has written it, and this one cannot read it."""
        return Segment.model_validate(read_yaml(self.yaml, "draft").value["segments"][0])


COLUMNS = tuple(Draft.model_fields)


class SegmentDrafts:
    """The drafts of one workspace."""

    def __init__(self, store: Store, workspace: str) -> None:
        self._store, self.workspace = store, workspace

    def keep(self, author: str, segment: Segment, asked: str) -> Draft:
        """Keeps a draft; an open one of the same author and name gives way to it."""
        made = Draft(
            id=uuid.uuid4().hex[:12],
            workspace=self.workspace,
            author=storable(author),
            created_at=now(),
            name=segment.name,
            yaml=storable(segment_yaml(segment)),
            asked=storable(asked),
        )
        names, values = ", ".join(COLUMNS), ", ".join(f":{name}" for name in COLUMNS)
        with self._store.begin() as connection:
            connection.execute(
                text(
                    "DELETE FROM segment_drafts WHERE workspace = :workspace AND author = :author AND name = :name "
                    "AND state = 'open'"
                ),
                {"workspace": self.workspace, "author": made.author, "name": made.name},
            )
            connection.execute(text(f"INSERT INTO segment_drafts ({names}) VALUES ({values})"), made.model_dump(mode="json"))
        return made

    def of_author(self, author: str) -> list[Draft]:
        """The open ones of somebody, oldest first."""
        return self._found("workspace = :workspace AND author = :author AND state = 'open'", {"author": storable(author)})

    def listed(self, state: State | None = "open") -> list[Draft]:
        """All, oldest first; None lists every state."""
        return self._found("workspace = :workspace" + (" AND state = :state" if state else ""), {"state": state})

    def named(self, name: str) -> list[Draft]:
        """The open ones of a name, an id, or a label, in whatever language."""
        wanted = name.strip().lower()
        return [each for each in self.listed() if wanted in _names(each)]

    def decide(self, id: str, state: State, by: str, note: str = "") -> bool:
        """Marks one as decided; False where there is no open one of that id."""
        with self._store.begin() as connection:
            changed = connection.execute(
                text(
                    "UPDATE segment_drafts SET state = :state, note = :note, reviewed_at = :at, reviewed_by = :by "
                    "WHERE id = :id AND workspace = :workspace AND state = 'open'"
                ),
                {"state": state, "note": storable(note), "at": now(), "by": by, "id": id, "workspace": self.workspace},
            )
            return changed.rowcount > 0

    def _found(self, condition: str, values: dict[str, Any]) -> list[Draft]:
        statement = f"SELECT {', '.join(COLUMNS)} FROM segment_drafts WHERE {condition} ORDER BY created_at, id"
        with self._store.read() as connection:
            rows = connection.execute(text(statement), {"workspace": self.workspace, **values}).mappings()
            return [Draft.model_validate(dict(row)) for row in rows]


def _names(draft: Draft) -> set[str]:
    try:
        label = draft.segment.label
    except (ValueError, LookupError, TypeError):
        return {draft.id, draft.name}
    return {draft.id, draft.name.lower(), *(each.lower() for each in (label.zh, label.en) if each)}
