"""Conversations as they are kept: each turn with the reply that was shown, so that a page is the same after a restart."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, text

from assistant.conversation import Conversation, Turn
from assistant.reply import Reply
from assistant.state.store import Store, now, storable
from semantic_layer.frozen import Frozen

log = logging.getLogger(__name__)
TITLE_LENGTH = 120
SEARCH_LENGTH = 200
"""Characters of a search; the rest is not looked at."""
LARGEST = 2**31 - 1
"""The largest number that the tables hold."""
Read = TypeVar("Read", bound=Frozen)


class Kept(Frozen):
    """A conversation in the list.

    Attributes:
        created_at, updated_at: UTC, ISO 8601.
    """

    id: str
    title: str
    created_at: str
    updated_at: str


class KeptTurn(Frozen):
    """A turn with what was shown for it.

    Attributes:
        asked: The words that were shown as asked: typed ones, or those of a button.
        turn, reply: None while it is being answered, and for ever where the program ended meanwhile, or where they were
            written by a version whose form this one does not know.
        seen_with: The grant that it was computed under; under another one its rows are not shown.
    """

    number: int
    asked: str
    asked_at: str
    seen_with: str
    turn: Turn | None = None
    reply: Reply | None = None


class Conversations:
    """The conversations of one owner: a viewer of one workspace, with its role and attributes.

    Args:
        owner: Whose they are; nobody else's are ever read or changed.
    """

    def __init__(self, store: Store, owner: str) -> None:
        self._store, self.owner = store, owner

    def begun(self, conversation: str, asked: str) -> None:
        """Lists a conversation whose first question still waits for its turn.

        Raises:
            PermissionError: the conversation is another owner's.
        """
        with self._store.begin() as connection:
            self._make(connection, conversation, storable(asked), now())

    def started(self, conversation: str, number: int, asked: str, seen_with: str) -> None:
        """Keeps a question as soon as it is asked, in the place of what had that number or a later one.

        The first one names the conversation.

        Raises:
            PermissionError: the conversation is another owner's.
        """
        asked, at = storable(asked), now()
        with self._store.begin() as connection:
            self._make(connection, conversation, asked, at)
            connection.execute(
                text("DELETE FROM turns WHERE conversation = :id AND number >= :number"), {"id": conversation, "number": number}
            )
            connection.execute(
                text(
                    "INSERT INTO turns (conversation, number, asked, asked_at, seen_with) "
                    "VALUES (:id, :number, :asked, :at, :seen_with)"
                ),
                {"id": conversation, "number": number, "asked": asked, "at": at, "seen_with": seen_with},
            )
            if number == 0:
                connection.execute(
                    text("UPDATE conversations SET title = :title WHERE id = :id AND renamed = 0"),
                    {"title": _title(asked), "id": conversation},
                )
            connection.execute(text("UPDATE conversations SET updated_at = :at WHERE id = :id"), {"at": at, "id": conversation})

    def finished(self, conversation: str, number: int, turn: Turn, reply: Reply) -> None:
        """Keeps what came of a question. One whose conversation was deleted meanwhile stays deleted."""
        values = {"id": conversation, "number": number, "owner": self.owner}
        with self._store.begin() as connection:
            connection.execute(
                text(
                    "UPDATE turns SET turn = :turn, reply = :reply WHERE conversation = :id AND number = :number "
                    "AND EXISTS (SELECT 1 FROM conversations c WHERE c.id = turns.conversation AND c.owner = :owner)"
                ),
                {"turn": turn.model_dump_json(), "reply": reply.model_dump_json(), **values},
            )

    def _make(self, connection: Connection, conversation: str, title: str, at: str) -> None:
        found = connection.execute(text("SELECT owner FROM conversations WHERE id = :id"), {"id": conversation}).scalar()
        if found is not None and found != self.owner:
            raise PermissionError("another owner's conversation")
        if found is None:
            connection.execute(
                text(
                    "INSERT INTO conversations (id, owner, title, renamed, created_at, updated_at) "
                    "VALUES (:id, :owner, :title, 0, :at, :at)"
                ),
                {"id": conversation, "owner": self.owner, "title": _title(title), "at": at},
            )

    def named(self, conversation: str) -> Kept | None:
        """One conversation; None where there is none, or it is another owner's."""
        with self._store.read() as connection:
            row = (
                connection.execute(
                    text("SELECT id, title, created_at, updated_at FROM conversations WHERE id = :id AND owner = :owner"),
                    {"id": conversation, "owner": self.owner},
                )
                .mappings()
                .one_or_none()
            )
        return Kept.model_validate(row) if row is not None else None

    def turns(self, conversation: str) -> list[KeptTurn]:
        """All turns in order; none for a conversation of another owner."""
        return self._turns("ORDER BY t.number", {"id": conversation})

    def turn(self, conversation: str, number: int) -> KeptTurn | None:
        """One turn; None where there is none. A page asks for any number."""
        if not 0 <= number <= LARGEST:
            return None
        found = self._turns("AND t.number = :number", {"id": conversation, "number": number})
        return found[0] if found else None

    def _turns(self, which: str, values: dict[str, Any]) -> list[KeptTurn]:
        with self._store.read() as connection:
            rows = (
                connection.execute(
                    text(
                        "SELECT t.number, t.asked, t.asked_at, t.seen_with, t.turn, t.reply FROM turns t "
                        f"JOIN conversations c ON c.id = t.conversation WHERE c.id = :id AND c.owner = :owner {which}"
                    ),
                    {**values, "owner": self.owner},
                )
                .mappings()
                .all()
            )
        return [_kept(row) for row in rows]

    def dialogue(self, conversation: str) -> Conversation:
        """The conversation as the planner needs it. A turn that never ended, or is gone, counts as a fault."""
        kept = {each.number: each.turn or Turn(question=each.asked, outcome="error") for each in self.turns(conversation)}
        lost = Turn(question="", outcome="error")
        return Conversation(id=conversation, turns=tuple(kept.get(number, lost) for number in range(max(kept, default=-1) + 1)))

    def listed(self, most: int, before: str | None = None, search: str = "") -> list[Kept]:
        """The latest conversations first.

        Args:
            before: Only those that come after this one in the list, by its id.
            search: Words that the title or a question must hold, in any case.
        """
        conditions, values = ["c.owner = :owner"], dict[str, Any](owner=self.owner, most=most)
        for index, word in enumerate(storable(search)[:SEARCH_LENGTH].split()):
            values[f"word{index}"] = f"%{_literal(word.lower())}%"
            conditions.append(
                f"(lower(c.title) LIKE :word{index} ESCAPE '!' OR EXISTS (SELECT 1 FROM turns t "
                f"WHERE t.conversation = c.id AND lower(t.asked) LIKE :word{index} ESCAPE '!'))"
            )
        if before is not None:
            values["before"] = before
            conditions.append(
                "EXISTS (SELECT 1 FROM conversations b WHERE b.id = :before AND b.owner = c.owner AND "
                "(c.updated_at < b.updated_at OR (c.updated_at = b.updated_at AND c.id < b.id)))"
            )
        statement = (
            f"SELECT c.id, c.title, c.created_at, c.updated_at FROM conversations c WHERE {' AND '.join(conditions)} "
            "ORDER BY c.updated_at DESC, c.id DESC LIMIT :most"
        )
        with self._store.read() as connection:
            return [Kept.model_validate(row) for row in connection.execute(text(statement), values).mappings()]

    def rename(self, conversation: str, title: str) -> bool:
        """Gives a title that stays; False where there is no such conversation or no title."""
        title = _title(title)
        if not title:
            return False
        with self._store.begin() as connection:
            changed = connection.execute(
                text("UPDATE conversations SET title = :title, renamed = 1 WHERE id = :id AND owner = :owner"),
                {"title": title, "id": conversation, "owner": self.owner},
            )
            return changed.rowcount > 0

    def delete(self, conversation: str) -> bool:
        """Deletes a conversation with all its turns; False where there is none."""
        with self._store.begin() as connection:
            return _delete(connection, "id = :id AND owner = :owner", {"id": conversation, "owner": self.owner}) > 0


def delete_older(store: Store, days: int) -> int:
    """Deletes the conversations of every owner in which nothing was asked for so many days; how many there were.

    Args:
        days: 0 keeps all of them.
    """
    if days <= 0:
        return 0
    with store.begin() as connection:
        return _delete(connection, "updated_at < :limit", {"limit": now(ago=timedelta(days=days))})


def _delete(connection: Connection, condition: str, values: dict[str, Any]) -> int:
    """Deletes the conversations that meet a condition, with their turns; how many there were."""
    ids = f"SELECT id FROM conversations WHERE {condition}"
    connection.execute(text(f"DELETE FROM turns WHERE conversation IN ({ids})"), values)
    return connection.execute(text(f"DELETE FROM conversations WHERE {condition}"), values).rowcount


def _kept(row: Any) -> KeptTurn:
    read = dict(row)
    return KeptTurn.model_validate(read | {"turn": _read(Turn, read["turn"]), "reply": _read(Reply, read["reply"])})


def _read(kind: type[Read], stored: str | None) -> Read | None:
    """What was stored; None where this version cannot read it, which must not cost the rest of the conversation."""
    if stored is None:
        return None
    try:
        return kind.model_validate_json(stored)
    except ValidationError:
        log.warning("a kept %s cannot be read", kind.__name__.lower())
        return None


def _title(text: str) -> str:
    line = " ".join(storable(text).split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def _literal(word: str) -> str:
    """A word of which LIKE obeys no sign."""
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
