"""The embedded planner: `plan()` turns a question into readings, a question back, or a refusal. A pure function."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.conversation import Conversation
from assistant.language.dates import Today
from assistant.language.meanings import (
    AbsentTerm,
    FieldTerm,
    MetricTerm,
    PeriodTerm,
    SegmentTerm,
    SeveralTerm,
    Span,
    TagTerm,
    TagValueTerm,
    ValueTerm,
)
from assistant.language.text import Question, read_question
from assistant.planner.compose import draft_of, metric_query
from assistant.planner.draft import Draft, Item
from assistant.planner.edits import edited, is_elliptical
from assistant.planner.intents import definition, listing, refused_at_once, refused_write, small_talk
from assistant.planner.lexicon import Lexicon, corrections
from assistant.planner.outcome import Binding, Choice, Clarify, Outcome, Plan, Refuse
from assistant.planner.rules.measures import entity_counts
from semantic_layer.columns import Note
from semantic_layer.conditions import AnyCondition, Compare, Field, FieldRef, InSegment, Tag, parts_of, refs_of
from semantic_layer.frozen import Frozen
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import reaches
from semantic_layer.requests import MetricQuery, plain
from tools.requests import DefinitionQuery

MOST_CHOICES = 6
NEEDS_A_METRIC = (
    "most", "least", "best", "worst", "top", "bottom", "ranking", "ascending", "share", "growth", "decline", "previous",
    "last_year", "average", "trend", "forecast", "comparative_up", "comparative_down",
)  # fmt: skip
"""Words that say something about a metric: without one, the question back is which."""


@dataclass(frozen=True)
class Reader:
    """What the planner knows: the workspace's words, and from which day it looks."""

    lexicon: Lexicon
    today: Today

    @property
    def workspace(self) -> Workspace:
        return self.lexicon.workspace


def plan(text: str, conversation: Conversation, reader: Reader) -> Outcome:
    """Understands one question.

    Args:
        text: As typed.
        conversation: What was asked before; only a message without a subject of its own looks at it.
        reader: The workspace's words as the viewer may know them.
    """
    question = read_question(text)
    at_once = refused_at_once(question)
    if at_once is not None:
        return at_once
    draft = draft_of(question, reader.lexicon, reader.today)
    outcome = _outcome(draft, conversation, reader)
    if isinstance(outcome, Refuse) and outcome.code in ("unbound_word", "off_topic"):
        corrected = _corrected(question, draft, conversation, reader)
        if corrected is not None:
            return corrected
    return outcome


def explain(text: str, reader: Reader) -> Draft:
    """The draft of a question, for `ask --explain`."""
    return draft_of(read_question(text), reader.lexicon, reader.today)


def _outcome(draft: Draft, conversation: Conversation, reader: Reader) -> Outcome:
    write = refused_write(draft)
    if write is not None:
        return write
    talk = small_talk(draft)
    if talk is not None:
        return _gated(draft) or _planned(draft, talk)
    defined = definition(draft) or _definition_of_last(draft, conversation)
    if defined is not None:
        return _gated(draft) or _planned(draft, defined)
    absent = next((item for item in draft.items if item.get(AbsentTerm) is not None), None)
    if absent is not None and not (absent.get(MetricTerm) or absent.get(FieldTerm) or absent.get(ValueTerm)):
        return _absent(draft, absent)
    several = _several(draft)
    if several is not None:
        return several
    listed = listing(draft)
    if listed is not None:
        return _beyond(draft) or _gated(draft) or _planned(draft, listed)
    if is_elliptical(draft, conversation):
        request = edited(draft, conversation)
        if request is not None:
            return _gated(draft, following=True) or _checked(draft, request, edited=True)
    beyond = _beyond(draft)
    if beyond is not None:
        return beyond
    gate = _gated(draft)
    if gate is not None:
        return gate
    if "loose_values" in draft.marks:
        return Clarify(code="loose_values", bindings=_bindings(draft))
    if not draft.metrics:
        return _no_metric(draft)
    return _checked(draft, metric_query(draft))


def _planned(draft: Draft, request: Frozen) -> Plan:
    return Plan(readings=(plain(request),), bindings=_bindings(draft), notes=_notes(draft))


def _bindings(draft: Draft) -> tuple[Binding, ...]:
    return tuple(Binding(text=item.text, to=item.role or "") for item in draft.items if item.text.strip())


def _notes(draft: Draft) -> tuple[Note, ...]:
    corrected = [item for item in draft.items if item.span.corrected]
    fixes = [Note(code="corrected", parts={"text": item.text, "word": item.span.corrected}) for item in corrected]
    return (*fixes, *draft.notes)


# ---- the scope gate ---------------------------------------------------------------------------------------------------------


def _gated(draft: Draft, following: bool = False) -> Refuse | None:
    """Nothing is silently ignored: words that nothing bound end the question, by name."""
    left = [item for item in draft.left_over() if not (following and item.word("follow", "refer", "this", "back"))]
    left = [item for item in left if not item.word("vague", "key_noun")]
    if not draft.metrics:
        left = [item for item in left if not (item.is_word and item.word(*NEEDS_A_METRIC)) and not _counts_groups(draft, item)]
    if not left:
        return None
    known = any(_is_about_business(item) for item in draft.items)
    span = _joined_words(draft, left)
    if not known:
        return Refuse(code="off_topic", span=span, bindings=_bindings(draft))
    return Refuse(code="unbound_word", span=span, bindings=_bindings(draft), choices=_without(draft))


def _counts_groups(draft: Draft, item: Item) -> bool:
    """A number that only says how many groups are wanted: "top five stores"."""
    beside = (draft.before(item), draft.after(item))
    return item.number is not None and any(
        each is not None and each.word("most", "least", "top", "bottom", "which") for each in beside
    )


def _is_about_business(item: Item) -> bool:
    kinds = (MetricTerm, FieldTerm, ValueTerm, TagTerm, TagValueTerm, SegmentTerm, SeveralTerm)
    return any(item.get(kind) is not None for kind in kinds)


def _joined_words(draft: Draft, left: list[Item]) -> str:
    """The words that were not understood; neighbours as one."""
    first = left[0]
    last = first
    for item in left[1:]:
        if item.index == last.index + 1 or all(each.light for each in draft.between(last, item)):
            last = item
        else:
            break
    return draft.question.words(first.span.start, last.span.end)


def _without(draft: Draft) -> tuple[Choice, ...]:
    """The same question without the words that were not understood, as something to ask instead."""
    if not draft.metrics:
        return ()
    return (Choice(request=plain(metric_query(draft)), code="without_words"),)


# ---- what is understood and not answered --------------------------------------------------------------------------------------


def _absent(draft: Draft, item: Item) -> Refuse:
    term = item.get(AbsentTerm)
    assert term is not None
    absent = draft.workspace.absent[term.index]
    because = {
        "zh": absent.because.zh[0] if absent.because.zh else None,
        "en": absent.because.en[0] if absent.because.en else None,
    }
    return Refuse(
        code="no_such_data",
        span=item.text,
        parts={"because": because, "instead": list(absent.instead)},
        choices=_instead(draft.workspace, absent.instead),
        bindings=_bindings(draft),
    )


def _instead(workspace: Workspace, names: tuple[str, ...]) -> tuple[Choice, ...]:
    head = workspace.workspace.key_metrics[:1]
    found: list[Choice] = []
    for name in names:
        if workspace.metric(name):
            found.append(Choice(request=plain(MetricQuery(metrics=(name,)))))
        elif head and reaches(workspace, base_datasets(workspace, head[0])[0], name):
            found.append(Choice(request=plain(MetricQuery(metrics=head, by=(Field(name=name),)))))
    return tuple(found)


def _beyond(draft: Draft) -> Outcome | None:
    if draft.beyond is None:
        return None
    code, parts = draft.beyond
    span = str(parts.get("text", ""))
    if code == "which_average" and not any(isinstance(each, Tag) for each in _tags(draft)):
        choices = tuple(_choice(draft, metrics=(name,)) for name in parts["options"])
        return Clarify(code="which_average", span=span, choices=choices, parts=parts, bindings=_bindings(draft))
    if code == "two_periods":
        return Clarify(code="two_periods", span=span, parts=parts, bindings=_bindings(draft))
    if code == "which_average":
        return None
    return Refuse(code=code, span=span, parts=parts, bindings=_bindings(draft))


def _tags(draft: Draft) -> list[object]:
    refs = [ref for condition in draft.conditions for ref in refs_of(condition)]
    segments = [
        Tag(name=part.name) for condition in draft.conditions for part in parts_of(condition) if isinstance(part, InSegment)
    ]
    return [*refs, *draft.by, *segments]


def _several(draft: Draft) -> Outcome | None:
    """A word with several declared meanings, unless the rest decides."""
    item = next(
        (each for each in draft.items if each.free and each.get(SeveralTerm) is not None and not each.get(MetricTerm)), None
    )
    if item is None:
        return None
    term = item.get(SeveralTerm)
    assert term is not None
    word = draft.workspace.ambiguous[term.index]
    if word.prefer_with_period and (draft.periods or draft.by) and not draft.metrics:
        draft.metrics.append(word.prefer_with_period)
        draft.claim(f"metric {word.prefer_with_period}", item)
        return None
    gate = [each for each in draft.left_over() if each is not item and not each.word("vague")]
    if gate:
        return Refuse(code="unbound_word", span=_joined_words(draft, gate), bindings=_bindings(draft))
    if word.otherwise is not None and not draft.metrics:
        request = MetricQuery.model_validate(_reading(draft, word.otherwise).request)
        draft.claim(word.otherwise, item)
        return _checked(draft, request)
    choices = tuple(_reading(draft, reading) for reading in word.readings)
    return Clarify(code="term", span=item.text, choices=choices, bindings=_bindings(draft))


def _reading(draft: Draft, reading: str) -> Choice:
    """The question with one meaning of an ambiguous word put in."""
    workspace = draft.workspace
    name, _, value = reading.partition("=")
    if workspace.metric(name):
        return _choice(draft, metrics=(name,))
    head = tuple(draft.metrics) or _counts(workspace, name)
    condition = next((each for each in workspace.conditions if each.name == name), None)
    if condition is not None:
        return _choice(draft, metrics=head, where=condition.where)
    if workspace.segment(name):
        return _choice(draft, metrics=head, where=InSegment(name=name))
    if value:
        return _choice(draft, metrics=head, where=Compare(left=Tag(name=name), op="eq", right=value))
    return _choice(draft, metrics=head, by=(Tag(name=name),))


def _counts(workspace: Workspace, name: str) -> tuple[str, ...]:
    """The metric that counts the entity of a tag or segment."""
    about = workspace.tag(name) or workspace.segment(name)
    entity = workspace.entity(about.entity) if about else None
    if entity is not None and entity.count:
        return (entity.count,)
    return workspace.workspace.key_metrics[:1]


def _choice(draft: Draft, metrics: tuple[str, ...], where: AnyCondition | None = None, by: tuple[FieldRef, ...] = ()) -> Choice:
    kept = (draft.metrics, draft.by, draft.conditions)
    draft.metrics = list(metrics)
    draft.by = [*draft.by, *by]
    draft.conditions = [*draft.conditions, *([where] if where is not None else [])]
    request = metric_query(draft)
    draft.metrics, draft.by, draft.conditions = kept
    return Choice(request=plain(request))


def _no_metric(draft: Draft) -> Outcome:
    """Something is said of no metric: ask which; a bare greeting-like remark is off topic."""
    about = any(_is_about_business(item) or item.get(PeriodTerm) is not None for item in draft.items)
    about = (
        about
        or draft.any_word("vague", "trend", "best", "worst", "side_by_side", "share", "group", "growth", "ranking", "which")
        or bool(draft.by)
    )
    if not about:
        return Refuse(code="off_topic", span=draft.question.original.strip()[:40], bindings=_bindings(draft))
    names = draft.workspace.workspace.key_metrics
    fitting = [name for name in names if _fits(draft, name)] or list(names)
    if any(item.word("most", "least", "best", "worst", "top", "bottom") for item in draft.items) and draft.by:
        draft.limit = draft.limit or 1
    choices: list[Choice] = []
    for name in fitting[:MOST_CHOICES]:
        choices.append(_choice(draft, metrics=(name,)))
    return Clarify(code="metric", span=draft.question.original.strip(), choices=tuple(choices), bindings=_bindings(draft))


def _fits(draft: Draft, name: str) -> bool:
    """Whether a metric reaches everything that the question names."""
    workspace = draft.workspace
    needed = [ref.name for ref in draft.by if isinstance(ref, Field)]
    needed += [ref.name for condition in draft.conditions for ref in refs_of(condition) if isinstance(ref, Field)]
    return all(reaches(workspace, dataset, field) for dataset in base_datasets(workspace, name) for field in needed)


def _definition_of_last(draft: Draft, conversation: Conversation) -> DefinitionQuery | None:
    """ "How is that calculated?": the metrics of the last answer."""
    requests = conversation.requests()
    asks = [item for item in draft.items if item.word("define") and item.is_word]
    if not requests or not asks or draft.metrics or draft.conditions or draft.periods:
        return None
    if any(_is_about_business(item) for item in draft.items):
        return None
    draft.claim(
        "definition", *asks, *(item for item in draft.items if item.word("define", "follow", "this", "refer", "average", "not"))
    )
    return DefinitionQuery(names=tuple(requests[0]["metrics"]))


# ---- checks against the meaning -----------------------------------------------------------------------------------------------


def _checked(draft: Draft, request: MetricQuery, edited: bool = False) -> Outcome:
    """A metric that cannot reach what is asked gives way to one that counts the same entity and can."""
    notes = list(_notes(draft))
    fields = [ref.name for ref in request.by if isinstance(ref, Field)]
    fields += [ref.name for part in parts_of(request.where) for ref in refs_of(part) if isinstance(ref, Field)]
    if any(_counts_its_own_groups(draft.workspace, name, request.by) for name in request.metrics):
        return _no_metric(draft)
    if len(request.metrics) == 1:
        other = _reaching_count(draft.workspace, request.metrics[0], fields)
        if len(other) == 1:
            notes.append(Note(code="other_count", parts={"asked": request.metrics[0], "taken": other[0]}))
            request = _renamed(request, other[0])
        elif len(other) > 1:
            choices = tuple(Choice(request=plain(_renamed(request, name))) for name in other)
            return Clarify(code="which_count", span=draft.question.original.strip(), choices=choices, bindings=_bindings(draft))
    return Plan(readings=(plain(request),), bindings=_bindings(draft), notes=tuple(notes), edited=edited)


def _counts_its_own_groups(workspace: Workspace, metric: str, by: tuple[FieldRef, ...]) -> bool:
    """Customers by customer: one each, which nobody asks for."""
    names = {ref.name for ref in by if isinstance(ref, Field)}
    return any(
        entity.key_name in names and metric in {each.name for each in entity_counts(workspace, entity.name)}
        for entity in workspace.entities
    )


def _renamed(request: MetricQuery, name: str) -> MetricQuery:
    order = tuple(each.model_copy(update={"target": name}) if each.target in request.metrics else each for each in request.order)
    return request.model_copy(update={"metrics": (name,), "order": order})


def _reaching_count(workspace: Workspace, metric: str, fields: list[str]) -> list[str]:
    """Where a count of entities cannot reach a field: the counts of the same entity that can."""
    datasets = base_datasets(workspace, metric)
    if not fields or all(reaches(workspace, dataset, field) for dataset in datasets for field in fields):
        return []
    for entity in workspace.entities:
        counts = [each.name for each in entity_counts(workspace, entity.name)]
        if metric in counts:
            return [
                name
                for name in counts
                if name != metric and all(reaches(workspace, base_datasets(workspace, name)[0], field) for field in fields)
            ]
    return []


# ---- corrections --------------------------------------------------------------------------------------------------------------


def _corrected(question: Question, draft: Draft, conversation: Conversation, reader: Reader) -> Outcome | None:
    """The question read again with mistyped words taken for what they are most like; only if that explains everything."""
    for item in draft.left_over():
        if item.span.meanings:
            continue
        for correction in corrections(reader.lexicon, question, item.span.start, item.span.end)[:3]:
            extra: tuple[Span, ...] = (correction.span,)
            again = draft_of(question, reader.lexicon, reader.today, extra)
            outcome = _outcome(again, conversation, reader)
            if not isinstance(outcome, Refuse) or outcome.code not in ("unbound_word", "off_topic"):
                return outcome
    return None
