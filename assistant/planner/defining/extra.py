"""Spans of the words that defining goes by, which other questions do not know."""

from __future__ import annotations

from assistant.language.meanings import Span, Word
from assistant.language.text import Question, key_of
from assistant.planner.defining.frame import words_of

LISTS = ("and", "or", "passed_over", "equal", "ever", "member", "records", "days_before", "fold", "more_than_ago")


def extra_spans(question: Question) -> tuple[Span, ...]:
    """A span for each such word; several tokens together are one word."""
    keys = [token.key for token in question.tokens]
    found: list[Span] = []
    for name in LISTS:
        for word in words_of(name):
            key = list(key_of(word))
            if not key:
                continue
            for at in range(len(keys) - len(key) + 1):
                if keys[at : at + len(key)] == key:
                    found.append(Span(at, at + len(key), (Word("defining"),)))
    return tuple(dict.fromkeys(found))
