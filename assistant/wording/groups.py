"""The words of groups that a condition makes: those who meet it, and the others."""

from __future__ import annotations

from assistant.wording.group_findings import with_group_labels
from assistant.wording.readings import Words
from semantic_layer.columns import Column, ValueLabel
from semantic_layer.conditions import Meets
from semantic_layer.requests import MetricQuery
from semantic_layer.words import LANGUAGES, Text
from tools.answer import Answer
from tools.group_requests import GROUP_REQUESTS


def with_named_groups(answer: Answer, request: object, words: Words) -> Answer:
    """The answer with the words of such groups in its columns, in both languages."""
    if isinstance(request, GROUP_REQUESTS):
        return answer.model_copy(update={"tables": tuple(with_group_labels(table, answer, words) for table in answer.tables)})
    groups = [ref for ref in request.by if isinstance(ref, Meets)] if isinstance(request, MetricQuery) else []
    if not groups:
        return answer
    tables = tuple(table.model_copy(update={"columns": _named(table.columns, groups, words)}) for table in answer.tables)
    return answer.model_copy(update={"tables": tables})


def _named(columns: tuple[Column, ...], groups: list[Meets], words: Words) -> tuple[Column, ...]:
    """Groups stand in a result in the order in which they were asked for."""
    waiting = list(dict.fromkeys(groups))
    return tuple(
        _of(waiting.pop(0), column, words) if waiting and column.role == "dimension" and _is_group(column) else column
        for column in columns
    )


def _is_group(column: Column) -> bool:
    return column.name.startswith("meets") and column.grain is None and not column.label.en


def _of(ref: Meets, column: Column, words: Words) -> Column:
    both = {language: Words(words.workspace, language, words.days) for language in LANGUAGES}
    label = Text(**{language: each.ref(ref) for language, each in both.items()})
    values = tuple(
        ValueLabel(value=value, label=Text(**{language: each.value(ref, value) for language, each in both.items()}))
        for value in (True, False)
    )
    return column.model_copy(update={"label": label, "value_labels": values})
