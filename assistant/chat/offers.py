"""What a reply offers as buttons."""

from __future__ import annotations

from assistant.reply import Reply, Suggestion


def offers_of(reply: Reply) -> list[Suggestion]:
    """Its suggestions; of a reply that lists questions instead, these."""
    if reply.suggestions or (reply.plan or {}).get("kind") != "catalogue_query":
        return reply.suggestions
    return [Suggestion(text=line[2:]) for line in reply.answer.split("\n") if line.startswith("- ")]
