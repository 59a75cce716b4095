"""Spans of the words that defining goes by, which other questions do not know."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.language.meanings import DatasetTerm, Meaning, Span, Word
from assistant.language.text import Question, key_of
from assistant.planner.defining.frame import words_of
from semantic_layer.model.workspace import Workspace

LISTS = (
    "and",
    "or",
    "passed_over",
    "equal",
    "ever",
    "member",
    "records",
    "days_before",
    "fold",
    "more_than_ago",
    "within",
    "since_last",
)


def extra_spans(question: Question, workspace: Workspace) -> tuple[Span, ...]:
    """A span for each such word, several tokens together being one; and for the labels of data that no verb tells of."""
    keys = [token.key for token in question.tokens]
    found: list[Span] = []
    for word, meaning in _words(workspace):
        key = list(key_of(word))
        for at in range(len(keys) - len(key) + 1) if key else ():
            if keys[at : at + len(key)] == key:
                found.append(Span(at, at + len(key), (meaning,)))
    return tuple(dict.fromkeys(found))


def _words(workspace: Workspace) -> Iterator[tuple[str, Meaning]]:
    for name in LISTS:
        yield from ((word, Word("defining")) for word in words_of(name))
    for dataset in workspace.datasets:
        if not dataset.verbs.all():
            yield from ((label, DatasetTerm(dataset.name)) for label in (dataset.label.zh, dataset.label.en) if label)
