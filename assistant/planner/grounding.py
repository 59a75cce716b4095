"""A model's plan for a question with words that the embedded planner does not know: all else has to stand in the question.

An unlisted synonym is taken and shown as an assumption; a modifier that nothing was bound to is turned back. So each
unknown phrase must be claimed by one thing of the request that no known word of the question names already, and nothing
may be in the request that neither the known words nor such a claim explain. Where a phrase stands says what it can be:
beside a metric that is known it restricts ("sales of gizmos"), and neither a group nor another metric restricts anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from assistant.language.meanings import (
    BareDayTerm,
    FieldTerm,
    GrainTerm,
    HoursTerm,
    NoPeriodTerm,
    NumberTerm,
    PeriodTerm,
    ValueTerm,
    WeekdaysTerm,
    WeekendTerm,
)
from assistant.language.text import key_of, read_question
from assistant.planner.agreement import MetricAgreement
from assistant.planner.compose import metric_query
from assistant.planner.draft import Draft, Item
from assistant.planner.edits import edited, is_elliptical
from assistant.planner.misfit import MisfitError
from assistant.planner.normal_form import Form, Forms
from assistant.planner.outcome import Binding, Plan
from assistant.planner.plan import explain
from assistant.planner.scope import bindings_of
from assistant.planner.stored_values import field_of
from assistant.turn import TurnContext
from semantic_layer.columns import Note
from semantic_layer.conditions import AnyCondition, Compare, Field, In, InSegment, Tag, TimeBucket, parts_of
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import MetricQuery, plain

GRAMMAR = (NumberTerm, PeriodTerm, NoPeriodTerm, BareDayTerm, HoursTerm, WeekdaysTerm, WeekendTerm, GrainTerm)
"""Meanings that the grammar settles alone: no model may say that they mean something else."""
NAME = re.compile(r"[^\W\d]\w*")
NO_METRIC = ""
"""Stands for the metric of a question that names none by a known word."""


Part = Literal["metric", "group", "condition"]
LIST_SIGNS = frozenset(",，、")


@dataclass(frozen=True)
class Extra:
    """A thing in the request that the known words do not explain.

    Attributes:
        names: What a binding may call it.
        says: How the note names it.
        words: For values: the words that stand for them; one of each must be in the phrase.
        part: Which part of the request it is.
    """

    names: frozenset[str]
    says: dict[str, object]
    words: tuple[tuple[tuple[str, ...], ...], ...] = ()
    part: Part = "condition"


@dataclass(frozen=True)
class Phrase:
    """Neighbouring words that nothing knows.

    Attributes:
        part: What they must be, where a word like "by" or a list with known words says so.
    """

    text: str
    keys: tuple[str, ...]
    part: Part | None = None


def grounded(request: MetricQuery, bindings: tuple[Binding, ...], turn: TurnContext) -> Plan:
    """The plan to run, with what was taken for what.

    Raises:
        MisfitError: a phrase is not claimed, or something in the request stands on nothing.
    """
    following = _following(turn)
    if following is None:
        return _grounded(request, bindings, *_fresh(turn), turn)
    try:
        return _grounded(request, bindings, *following, turn)
    except MisfitError as problem:
        try:
            return _grounded(request, bindings, *_fresh(turn), turn)
        except MisfitError:
            raise problem from None


def _fresh(turn: TurnContext) -> tuple[Draft, MetricQuery]:
    """What the known words of the question say by themselves."""
    draft = explain(turn.question, turn.reader)
    named = draft.metrics
    draft.metrics = named or [NO_METRIC]
    known = metric_query(draft)
    draft.metrics = named
    return draft, known


def _following(turn: TurnContext) -> tuple[Draft, MetricQuery] | None:
    """What they say as a change of the last request."""
    draft = explain(turn.question, turn.reader)
    requests = turn.conversation.requests()
    if not requests or not is_elliptical(draft, turn.conversation):
        return None
    return draft, edited(draft, turn.conversation) or MetricQuery.model_validate(requests[0])


def _grounded(request: MetricQuery, bindings: tuple[Binding, ...], draft: Draft, known: MetricQuery, turn: TurnContext) -> Plan:
    workspace = turn.reader.workspace
    agreement = MetricAgreement(request, known, workspace, turn.reader.days_of, lambda name: words_for(draft, name))
    _nothing_dropped(agreement, draft)
    extras = [*_extra_metrics(request, known), *_extra_groups(request, known, agreement.forms)]
    extras += _extra_conditions(request, known, agreement.forms, workspace)
    notes = _claims(_phrases(draft), extras, bindings, names_metric=bool(draft.metrics))
    settled = known.model_copy(update={"metrics": request.metrics, "by": request.by, "where": request.where})
    problem = MetricAgreement(request, settled, workspace, turn.reader.days_of, lambda name: words_for(draft, name)).rest()
    if problem is not None:
        raise MisfitError(problem)
    # The period stays as it was asked: a relative one moves on with time when the request is kept.
    kept = request.model_copy(update={"period": known.period, "compare": known.compare})
    return Plan(readings=(plain(kept),), bindings=bindings_of(draft), notes=(*draft.notes, *notes))


def words_for(draft: Draft, name: str) -> str:
    """The words of the question that speak of a field or grain."""

    def speaks(item: Item) -> bool:
        of_field = any(term.field == name for term in item.all(ValueTerm)) or any(
            term.name == name for term in item.all(FieldTerm)
        )
        return item.role is not None and (of_field or item.role in (name, f"by {name}"))

    return " ".join(item.text for item in draft.items if speaks(item))


# ---- what the known words say -------------------------------------------------------------------------------------------------


def _nothing_dropped(agreement: MetricAgreement, draft: Draft) -> None:
    """All that the known words ask for is in the request."""
    given, forms = agreement.given, agreement.forms
    missing = [name for name in draft.metrics if name not in given.metrics]
    if missing:
        raise MisfitError(f"the question asks for the metric {', '.join(missing)}, which the request lacks")
    groups = {forms.group(ref) for ref in given.by}
    dropped = [ref for ref in draft.by if forms.group(ref) not in groups]
    conditions = forms.conjuncts(agreement.asked.where) - forms.conjuncts(given.where)
    problem = (agreement.groups() if dropped else None) or (agreement.conditions() if conditions else None)
    if problem is not None:
        raise MisfitError(problem)


def _phrases(draft: Draft) -> list[Phrase]:
    """Neighbouring words that nothing bound, as phrases that a model may explain.

    Raises:
        MisfitError: one of them is a word of the language or a number, which has its meaning and found no place.
    """
    if draft.beyond is not None or "loose_values" in draft.marks:
        raise MisfitError("the question asks for more than this version computes; call `refuse`")
    phrases: list[list[Item]] = []
    for item in draft.left_over():
        if item.word("follow", "refer", "this", "back", "vague", "key_noun") or _leads_to_unknown(draft, item):
            continue
        if item.span.meanings and (item.is_word or any(item.get(kind) is not None for kind in GRAMMAR)):
            raise MisfitError(f"'{item.text}' has no place in what is asked; call `refuse` with it as span")
        if phrases and not draft.between(phrases[-1][-1], item):
            phrases[-1].append(item)
        else:
            phrases.append([item])
    return [_phrase(draft, items) for items in phrases]


def _leads_to_unknown(draft: Draft, item: Item) -> bool:
    """ "By" before a word that nothing knows: it is at home as soon as that word is."""
    following = draft.after(item)
    return bool(item.span.meanings) and item.word("group") and following is not None and not following.span.meanings


def _phrase(draft: Draft, items: list[Item]) -> Phrase:
    before = draft.before(items[0])
    groups = before is not None and _leads_to_unknown(draft, before)
    keys = tuple(draft.question.tokens[at].key for item in items for at in range(item.span.start, item.span.end))
    text = draft.question.words(items[0].span.start, items[-1].span.end)
    return Phrase(text, keys, "group" if groups else _listed_with(draft, items[0], -1) or _listed_with(draft, items[-1], 1))


def _listed_with(draft: Draft, item: Item, way: int) -> Part | None:
    """What a phrase is by the list that it stands in: "sales and gizmos", "by region, gizmo"."""
    joined = False
    while (item_beside := draft.touching(item, way)) is not None:
        item = item_beside
        joins = item.text in LIST_SIGNS or item.word("conj")
        if not joins and not item.light:
            break
        joined = joined or joins
    role = item.role if joined and item_beside is not None else None
    return None if role is None else "metric" if role.startswith("metric ") else "group" if role.startswith("by ") else None


# ---- what only a claim explains -----------------------------------------------------------------------------------------------


def _extra_metrics(request: MetricQuery, known: MetricQuery) -> list[Extra]:
    return [Extra(frozenset((name,)), {"name": name}, part="metric") for name in request.metrics if name not in known.metrics]


def _extra_groups(request: MetricQuery, known: MetricQuery, forms: Forms) -> list[Extra]:
    allowed = {forms.group(ref) for ref in known.by}
    return [_group(ref) for ref in request.by if forms.group(ref) not in allowed]


def _group(ref: object) -> Extra:
    match ref:
        case Field(name=name) | Tag(name=name):
            return Extra(_names(name), {"name": name}, part="group")
        case TimeBucket(grain=grain):
            return Extra(frozenset((grain,)), {"name": grain}, part="group")
        case _:
            raise MisfitError("the question does not group like the request")


def _extra_conditions(request: MetricQuery, known: MetricQuery, forms: Forms, workspace: Workspace) -> list[Extra]:
    allowed: frozenset[Form] = forms.conjuncts(known.where)
    fresh = [part for part in parts_of(request.where) if not forms.conjuncts(part) <= allowed]
    return [_condition(part, workspace) for part in fresh]


def _condition(part: AnyCondition, workspace: Workspace) -> Extra:
    """A condition that a phrase may stand for: a named segment, or values that are called by the phrase itself."""
    match part:
        case InSegment(name=name):
            return Extra(_names(name), {"name": name})
        case Compare(left=Field(name=name), op="eq", right=str() | int() as value) if not isinstance(value, bool):
            return Extra(_names(name), {"where": part.model_dump(mode="json")}, (_words_of(workspace, name, value),))
        case In(left=Field(name=name), values=tuple() as values) if values:
            words = tuple(_words_of(workspace, name, value) for value in values)
            return Extra(_names(name), {"where": part.model_dump(mode="json")}, words)
        case _:
            raise MisfitError("the request has a condition that no word of the question stands for")


def _words_of(workspace: Workspace, name: str, value: object) -> tuple[tuple[str, ...], ...]:
    """Every way to say a stored value, as token keys."""
    field = field_of(workspace, name)
    entry = field.value_words(value) if field is not None else None
    return tuple(key_of(word) for word in (str(value), *(entry.all() if entry is not None else ())))


def _names(name: str) -> frozenset[str]:
    return frozenset((name, name.rpartition(".")[2]))


def _claims(phrases: list[Phrase], extras: list[Extra], bindings: tuple[Binding, ...], names_metric: bool) -> list[Note]:
    """Gives each phrase the one thing that it was bound to.

    Args:
        names_metric: Whether known words of the question name a metric.

    Raises:
        MisfitError: a phrase or a thing is left over.
    """
    notes: list[Note] = []
    waiting = list(extras)
    for phrase in phrases:
        bound = _bound_names(phrase, bindings)
        extra = next((each for each in waiting if each.names & bound and _stands_for(phrase, each, names_metric)), None)
        if extra is None:
            raise MisfitError(
                f"nothing here is called '{phrase.text}', and no part of the request stands for it alone; "
                f"bind it to the name that it means, or call `refuse` with code unbound_word and '{phrase.text}' as span"
            )
        waiting.remove(extra)
        names_metric = names_metric or extra.part == "metric"
        notes.append(Note(code="taken_for", parts={"text": phrase.text, **extra.says}))
    if waiting:
        raise MisfitError(f"no word of the question stands for {', '.join(sorted(min(each.names) for each in waiting))}")
    return notes


def _bound_names(phrase: Phrase, bindings: Iterable[Binding]) -> set[str]:
    """The names to which bindings tie a phrase."""
    keys = set(phrase.keys)
    names: set[str] = set()
    for binding in bindings:
        if keys <= {token.key for token in read_question(binding.text).tokens}:
            names |= set(NAME.findall(binding.to))
    return names


def _stands_for(phrase: Phrase, extra: Extra, names_metric: bool) -> bool:
    """Whether a phrase can be a part of the request from where it stands, and for values by a word of theirs.

    What has no values stands on the binding alone. So it may be a group only where a word says that it groups, and a
    metric where the question has none or lists it with one.
    """
    if extra.part == "metric" and names_metric and phrase.part != "metric":
        return False
    if phrase.part != extra.part and (phrase.part == "group" or extra.part == "group"):
        return False
    return all(any(word and set(word) <= set(phrase.keys) for word in ways) for ways in extra.words)
