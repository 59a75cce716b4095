"""The embedded planner: `plan()` turns a question into readings, a question back, or a refusal. A pure function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.conversation import Conversation
from assistant.language.dates import Today
from assistant.language.meanings import (
    AbsentTerm,
    FieldTerm,
    GrainTerm,
    MetricTerm,
    NoPeriodTerm,
    PeriodTerm,
    SeveralTerm,
    ValueTerm,
)
from assistant.language.single_periods import days_of
from assistant.language.text import Question, read_question
from assistant.planner.asked_of_those import number_of_those
from assistant.planner.asking import absent_data, choice, cuts, decided_by_unit, reading_of, which_metric
from assistant.planner.audience import audience, claim_came_back, is_audience
from assistant.planner.both_periods import counted_in_both
from assistant.planner.compose import draft_of, metric_query
from assistant.planner.contradictions import contradiction
from assistant.planner.deeds_answered import deed_left_out, figure_left_out
from assistant.planner.defining.define import defined
from assistant.planner.draft import Draft, Item
from assistant.planner.edits import edited, is_elliptical
from assistant.planner.groups_asked import groups_asked
from assistant.planner.intents import definition, listing, refused_at_once, refused_write, small_talk
from assistant.planner.kept_groups import kept_groups
from assistant.planner.lexicon import Lexicon, corrections, respelled_word
from assistant.planner.membership import membership
from assistant.planner.outcome import Choice, Clarify, Outcome, Plan, Refuse
from assistant.planner.profile_counts import claim_ends, counted_in_profile
from assistant.planner.referring import opens_with_only
from assistant.planner.rules.assumed import is_assumed
from assistant.planner.rules.counting import all_counts, counts_of, entity_counts
from assistant.planner.rules.heads import is_noun
from assistant.planner.rules.ordering import read_order
from assistant.planner.rules.own_lists import list_of, own_list
from assistant.planner.rules.whole_and_part import CODE as WHOLE_AND_PART
from assistant.planner.scope import bindings_of, is_about_business, joined_words, scope_refusal
from assistant.planner.states_asked import members_listed
from assistant.planner.tag_health import tag_health
from assistant.planner.tag_rankings import tag_ranking
from assistant.planner.traits import traits
from assistant.planner.two_questions import two_questions
from semantic_layer.calendar import Span
from semantic_layer.columns import Note
from semantic_layer.conditions import Field, FieldRef, TimeBucket, parts_of, refs_of
from semantic_layer.frozen import Frozen
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import EachPeriod, Period, SinglePeriod
from semantic_layer.reach import reaches
from semantic_layer.requests import MetricQuery, plain
from tools.requests import DefinitionQuery

MISTYPED = ("unbound_word", "off_topic", "entity_condition", "median", "statistic")
"""Refusals that a mistyped word may be the cause of."""


@dataclass(frozen=True)
class Reader:
    """What the planner knows: the workspace's words, and from which day it looks."""

    lexicon: Lexicon
    today: Today

    @property
    def workspace(self) -> Workspace:
        return self.lexicon.workspace

    def days_of(self, period: Period) -> Span:
        """The days of a single period, up to today as the compiler counts them."""
        span, as_of = days_of(period, self.today), self.today.as_of
        return Span(span.start, as_of) if span.start <= as_of < span.end else Span(*span)


def plan(text: str, conversation: Conversation, reader: Reader) -> Outcome:
    """Understands one question.

    Args:
        text: As typed.
        conversation: What was asked before; only a message without a subject of its own looks at it.
        reader: The workspace's words as the viewer may know them.
    """
    question = read_question(text)
    at_once = refused_at_once(question)
    if at_once is not None and at_once.code != "sql_pasted":
        return at_once
    exported = is_audience(question, reader.workspace)
    segment = (
        None if exported else defined(question, conversation, reader.lexicon, reader.today, lambda part: _alone(part, reader)[1])
    )
    if segment is not None:
        return segment
    if at_once is not None and not exported:  # after definitions, of which some begin like a statement: "create a segment of …"
        return at_once
    draft = draft_of(question, reader.lexicon, reader.today)
    outcome = _outcome(draft, conversation, reader)
    outcome = two_questions(draft, outcome, lambda part: _alone(part, reader)[1]) or outcome
    if isinstance(outcome, Refuse) and outcome.code in MISTYPED:
        corrected = _corrected(question, draft, conversation, reader)
        if corrected is not None:
            return corrected
    return outcome


def explain(text: str, reader: Reader) -> Draft:
    """The draft of a question, for `ask --explain`."""
    return draft_of(read_question(text), reader.lexicon, reader.today)


def _outcome(draft: Draft, conversation: Conversation, reader: Reader) -> Outcome:
    exported = audience(draft, lambda text: _alone(text, reader), _last_request(conversation))
    if exported is not None:
        return exported
    claim_came_back(draft)
    write = refused_write(draft) or _no_period(draft)
    if write is not None:
        return write
    health = tag_health(draft)
    if health is not None:
        return scope_refusal(draft) or _planned(draft, health)
    talk = small_talk(draft)
    if talk is not None:
        return (None if talk.topic == "questions" else scope_refusal(draft)) or _planned(draft, talk)
    asked = groups_asked(draft) or membership(draft) or traits(draft) or members_listed(draft)
    if asked is not None:
        return scope_refusal(draft) or _contradiction(draft, asked) or _planned(draft, asked)
    defined = definition(draft) or _definition_of_last(draft, conversation)
    if defined is not None:
        return scope_refusal(draft) or _planned(draft, defined)
    absent = next((item for item in draft.items if _is_absent(draft, item)), None)
    if absent is not None and not (absent.get(MetricTerm) or absent.get(FieldTerm) or absent.get(ValueTerm)):
        return absent_data(draft, absent)
    several = _several(draft)
    if several is not None:
        return several
    of_them = _of_those(draft, conversation, reader)
    if of_them is not None:
        return of_them
    both = counted_in_both(draft, conversation)
    if both is not None:
        return both if isinstance(both, Refuse) else _planned(draft, both).model_copy(update={"edited": True})
    kept = kept_groups(draft, conversation)
    if kept is not None:
        return _contradiction(draft, kept) or _planned(draft, kept).model_copy(update={"edited": True})
    listed = _own_list(draft, conversation) or _list_of_last(draft, conversation) or _listing(draft)
    if listed is not None:
        summed = next((item for item in draft.items if item.role in ("statistic", "window")), None)
        if summed is not None:
            return Refuse(code="statistic", span=summed.text, bindings=bindings_of(draft))
        refused = _beyond(draft) or scope_refusal(draft) or _unread(draft) or _contradiction(draft, listed)
        return refused or _planned(draft, listed)
    if is_elliptical(draft, conversation):
        request = edited(draft, conversation)
        if request is not None:
            claim_ends(draft, request)
            narrowed = draft.beyond is not None and draft.beyond[0] in NOT_AN_EDIT
            refused = (_beyond(draft) if narrowed else None) or scope_refusal(draft, following=True) or _unread(draft)
            return refused or _checked(draft, request, edited=True)
    beyond = _beyond(draft)
    if beyond is not None:
        return beyond
    gate = scope_refusal(draft)
    if gate is not None:
        return gate
    if "loose_values" in draft.marks:
        return Clarify(code="loose_values", bindings=bindings_of(draft))
    unread = _unread(draft)
    if unread is not None:
        return unread
    if not draft.metrics or _asks_how_they_are(draft):
        return which_metric(draft)
    if draft.share is not None and not draft.by and len(draft.conditions) == len(draft.base_conditions):
        return Clarify(code="share", span=draft.question.original.strip(), choices=cuts(draft), bindings=bindings_of(draft))
    return _checked(draft, metric_query(draft))


def _last_request(conversation: Conversation) -> dict[str, Any] | None:
    """What was answered last."""
    return next((turn.request for turn in reversed(conversation.turns) if turn.outcome == "answered" and turn.request), None)


def _alone(text: str, reader: Reader) -> tuple[Draft, Outcome]:
    """A text as a question that nothing was asked before."""
    draft = draft_of(read_question(text), reader.lexicon, reader.today)
    return draft, _outcome(draft, Conversation(id=""), reader)


def _of_those(draft: Draft, conversation: Conversation, reader: Reader) -> Outcome | None:
    """A number of those whom the last answer counted."""
    asked = number_of_those(draft, conversation, lambda text: _alone(text, reader))
    if asked is None or isinstance(asked, Refuse):
        return asked
    request, own = asked
    planned = Plan(readings=(plain(request),), bindings=bindings_of(draft), notes=_notes(own), edited=True)
    return _contradiction(draft, request) or planned


def _is_absent(draft: Draft, item: Item) -> bool:
    return item.get(AbsentTerm) is not None and item.role != "aside" and not is_assumed(draft, item)


def _planned(draft: Draft, request: Frozen) -> Plan:
    return Plan(readings=(plain(request),), bindings=bindings_of(draft), notes=_notes(draft))


def _notes(draft: Draft) -> tuple[Note, ...]:
    corrected = [item for item in draft.items if item.span.corrected]
    fixes = [Note(code="corrected", parts={"text": item.text, "word": item.span.corrected}) for item in corrected]
    return (*fixes, *draft.notes)


# ---- what is understood and not answered --------------------------------------------------------------------------------------


def _beyond(draft: Draft) -> Outcome | None:
    if draft.beyond is None:
        return None
    code, parts = draft.beyond
    span = str(parts.get("text", ""))
    if code == "which_average":
        choices = tuple(choice(draft, metrics=(name,)) for name in parts["options"])
        return Clarify(code="which_average", span=span, choices=choices, parts=parts, bindings=bindings_of(draft))
    if code == "two_periods":
        return Clarify(code="two_periods", span=span, parts=parts, bindings=bindings_of(draft))
    if code == WHOLE_AND_PART:
        share = metric_query(draft)
        whole = share.model_copy(update={"share_of": None, "where": share.share_of.where if share.share_of is not None else None})
        choices = (Choice(request=plain(whole)), Choice(request=plain(share)))
        return Refuse(code=code, span=span, choices=choices, bindings=bindings_of(draft))
    if code == "two_questions" and draft.window is not None:
        trailing = metric_query(draft)
        choices = tuple(Choice(request=plain(each)) for each in (trailing.model_copy(update={"window": None}), trailing))
        return Refuse(code=code, span=draft.question.original.strip(), choices=choices, bindings=bindings_of(draft))
    if code == "no_ratio":
        beside = choice(draft, metrics=tuple(parts["metrics"]))
        return Refuse(code=code, span=span, parts=parts, choices=(beside,), bindings=bindings_of(draft))
    return Refuse(code=code, span=span, parts=parts, bindings=bindings_of(draft))


def _asks_how_they_are(draft: Draft) -> bool:
    """ "How are our loyal customers doing?" names whom it is about, and asks for no number of them."""
    vague = [item for item in draft.words("vague") if item.is_word]
    nouns = {item.role for item in draft.items if is_noun(item) and (item.role or "").startswith("metric ")}
    asks = draft.any_word("count", "how_much", "share", "trend", "growth") or draft.by or draft.compare is not None
    if len(vague) < 2 or asks or {f"metric {name}" for name in draft.metrics} != nouns:
        return False
    draft.metrics = []
    return True


def _unread(draft: Draft) -> Refuse | None:
    """What is said of each one and was not read in full; as a filter on rows it would be something else."""
    if not draft.unread:
        return None
    return Refuse(code="entity_condition", span=draft.unread, parts={"text": draft.unread}, bindings=bindings_of(draft))


def _no_period(draft: Draft) -> Refuse | None:
    """Words for days of which nobody has said when they are: without them another question would be answered."""
    for item in draft.items:
        term = item.get(NoPeriodTerm)
        if term is not None and item.role != "aside" and len(item.span.meanings) == 1 and not _said_in_days(draft, item):
            return Refuse(
                code=term.code, span=item.text, parts={**dict(term.parts), "text": item.text}, bindings=bindings_of(draft)
            )
        grains = {grain.grain for grain in item.all(GrainTerm)}
        if grains and grains <= FISCAL_GRAINS:
            if draft.today.settings.fiscal_year_start is None:
                return Refuse(code="no_fiscal_year", span=item.text, bindings=bindings_of(draft))
            grouped = any(isinstance(ref, TimeBucket) and ref.grain in grains for ref in draft.by)
            if not grouped and not draft.any_word("define") and item.get(PeriodTerm) is None:
                return Refuse(code="unbound_word", span=item.text, bindings=bindings_of(draft))
    beyond = draft.beyond
    if beyond is not None and beyond[0] in NO_PERIOD:
        return Refuse(code=beyond[0], span=beyond[1]["text"], parts=beyond[1], bindings=bindings_of(draft))
    return None


def _said_in_days(draft: Draft, item: Item) -> bool:
    """圣诞前后,就12月22日到28日: the days stand right behind, so that nobody has to guess them."""
    behind = draft.touching(item, 1)
    stops = False
    while behind is not None and (behind.light or behind.text in ("(", "（", ",", "，", ":", "：", "—", "-")):
        stops = stops or behind.word("stop")
        behind = draft.touching(behind, 1)
    dated = behind is not None and behind.role == "period" and len(draft.periods) == 1 and stops
    if dated:
        draft.claim("period", item)
    return dated


FISCAL_GRAINS = {"fiscal_year", "fiscal_quarter"}
NOT_AN_EDIT = ("entity_condition", "two_groups", "two_questions", "top_within", "share_compared")
"""What goes beyond a change of the last request; a statistic is one ("and the median?")."""
NO_PERIOD = ("holiday_year", "holiday_days", "holiday_week_of_many", "holiday_range")
"""Why a period cannot be told, where that shows only beside another one: last year's Thanksgiving."""


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
    if word.prefer_with_period and (draft.periods or draft.by) and _only_counted(draft, word.prefer_with_period):
        draft.metrics = [word.prefer_with_period]
        draft.claim(f"metric {word.prefer_with_period}", item)
        return None
    size = ("vague", "most", "least", "best", "worst", "top", "bottom", "comparative_up", "comparative_down")
    gate = [each for each in draft.left_over() if each is not item and not each.word(*size)]
    if gate:
        return Refuse(code="unbound_word", span=joined_words(draft, gate), bindings=bindings_of(draft))
    decided = decided_by_unit(draft, word.readings)
    if decided is not None:
        draft.metrics.append(decided)
        draft.claim(f"metric {decided}", item)
        read_order(draft)
        return None
    if word.otherwise is not None and not draft.metrics:
        request = MetricQuery.model_validate(reading_of(draft, word.otherwise).request)
        draft.claim(word.otherwise, item)
        return _checked(draft, request)
    choices = tuple(reading_of(draft, reading) for reading in word.readings)
    return Clarify(code="term", span=item.text, choices=choices, bindings=bindings_of(draft))


def _only_counted(draft: Draft, name: str) -> bool:
    """No metric is named; a word for how many there are may stand beside the word: 新客有多少户. A rate counts nobody."""
    metric = draft.workspace.metric(name)
    if draft.metrics and metric is not None and metric.type == "fraction":
        return False
    counts = all_counts(draft.workspace)
    return all(name in counts for name in draft.metrics) and len(draft.metrics) <= 1


def _definition_of_last(draft: Draft, conversation: Conversation) -> DefinitionQuery | None:
    """ "How is that calculated?": the metrics of the last answer."""
    requests = conversation.requests()
    asks = [item for item in draft.items if item.word("define") and item.is_word]
    if not requests or not asks or draft.metrics or draft.conditions or draft.periods:
        return None
    if any(is_about_business(item) for item in draft.items):
        return None
    draft.claim(
        "definition", *asks, *(item for item in draft.items if item.word("define", "follow", "this", "refer", "average", "not"))
    )
    return DefinitionQuery(names=tuple(requests[0]["metrics"]))


def _own_list(draft: Draft, conversation: Conversation) -> Frozen | None:
    """Those of whom something is said; behind a table "only those who …" narrows it, and asks for no list."""
    last = conversation.last
    shown = last is not None and last.outcome == "answered" and (last.request or {}).get("kind") == "metric_query"
    named = any(item.word("list") and not item.word("which", "filler") for item in draft.items)
    return None if shown and opens_with_only(draft) and not named else own_list(draft)


def _listing(draft: Draft) -> Frozen | None:
    """What exists; those of whom something is said are counted where that is asked."""
    return None if draft.own_figures is not None and draft.metrics else tag_ranking(draft) or listing(draft)


def _list_of_last(draft: Draft, conversation: Conversation) -> Frozen | None:
    """ "Which ones are these?" """
    requests = conversation.requests()
    refers = any(item.word("refer") and not item.word("which") for item in draft.items)
    last = conversation.last
    if not refers or not requests or last is None or (last.request or {}).get("kind") != "metric_query":
        return None
    return list_of(draft, MetricQuery.model_validate(requests[0]))


# ---- checks against the meaning -----------------------------------------------------------------------------------------------


def _checked(draft: Draft, request: MetricQuery, edited: bool = False) -> Outcome:
    """A metric that cannot reach what is asked gives way to one that counts the same entity and can."""
    contradicted = _contradiction(draft, request)
    if contradicted is not None:
        return contradicted
    request = counted_in_profile(draft, request)
    notes = list(_notes(draft))
    fields = [ref.name for ref in request.by if isinstance(ref, Field)]
    fields += [ref.name for part in parts_of(request.where) for ref in refs_of(part) if isinstance(ref, Field)]
    if any(_counts_its_own_groups(draft.workspace, name, request.by) for name in request.metrics):
        return which_metric(draft)
    if len(request.metrics) == 1 and not _names_the_count(draft, request.metrics[0]):
        other = _reaching_count(draft.workspace, request.metrics[0], fields)
        if len(other) == 1:
            notes.append(Note(code="other_count", parts={"asked": request.metrics[0], "taken": other[0]}))
            request = _renamed(request, other[0])
        elif len(other) > 1:
            choices = tuple(Choice(request=plain(_renamed(request, name))) for name in other)
            return Clarify(code="which_count", span=draft.question.original.strip(), choices=choices, bindings=bindings_of(draft))
    return Plan(readings=(plain(request),), bindings=bindings_of(draft), notes=tuple(notes), edited=edited)


def _contradiction(draft: Draft, request: Frozen) -> Refuse | None:
    """A deed that is not in the request, and conditions that cannot all be true, were misread; neither is answered."""
    asked = getattr(request, "period", None) or draft.today.settings.default_period

    def days(period: SinglePeriod | None) -> Span | None:
        single = period or asked
        return None if isinstance(single, EachPeriod) else Span(*days_of(single, draft.today))

    if isinstance(request, MetricQuery) and request.limit is not None and _is_whole_of_itself(request):
        text = draft.question.original.strip()
        return Refuse(code="entity_condition", span=text, parts={"text": text}, bindings=bindings_of(draft))
    left_out = (deed_left_out(draft, request) or figure_left_out(draft, request)) if isinstance(request, MetricQuery) else None
    if left_out is not None:
        return Refuse(code="entity_condition", span=left_out.text, parts={"text": left_out.text}, bindings=bindings_of(draft))
    found = contradiction(getattr(request, "where", None), days)
    if found is None:
        return None
    said = next((each for each in draft.clauses if each.as_condition() == found), None)
    words = draft.question.words(said.first.span.start, said.last.span.end) if said is not None else ""
    span = words or draft.question.original.strip()
    return Refuse(code="entity_condition", span=span, parts={"text": span}, bindings=bindings_of(draft))


def _is_whole_of_itself(request: MetricQuery) -> bool:
    """The few that are ranked, as a share of each one of them: the few together were meant."""
    share = request.share_of
    return share is not None and bool(request.by) and set(request.by) <= set(share.by)


def _names_the_count(draft: Draft, metric: str) -> bool:
    """Whether a word stands for this very count ("people reached"), and not for the entity that several count."""
    named = [item for item in draft.items if any(term.name == metric and not term.weak for term in item.all(MetricTerm))]
    return any(all(term.entity is None for term in item.all(FieldTerm)) for item in named)


def _counts_its_own_groups(workspace: Workspace, metric: str, by: tuple[FieldRef, ...]) -> bool:
    """Customers by customer: one each, which nobody asks for."""
    names = {ref.name for ref in by if isinstance(ref, Field)}
    return any(entity.key_name in names and metric in counts_of(workspace, entity.name) for entity in workspace.entities)


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


def _corrected(question: Question, draft: Draft, conversation: Conversation, reader: Reader, depth: int = 3) -> Outcome | None:
    """The question read again with mistyped words taken for what they are most like; only if that explains everything."""
    for item in draft.left_over():
        if item.span.meanings and not (item.word("but") and len(item.text) == 1):
            continue
        start, end = item.span.start, item.span.end
        found = [(each.span.start, each.span.end, each.word) for each in corrections(reader.lexicon, question, start, end)[:3]]
        respelled = respelled_word(question, start, end)
        found += [(start, end, respelled)] if respelled is not None else []
        for first, last, word in found:
            typed = question.words(first, last)
            again = read_question(question.original.replace(typed, word, 1))
            redrafted = draft_of(again, reader.lexicon, reader.today)
            outcome: Outcome | None = _outcome(redrafted, conversation, reader)
            if isinstance(outcome, Refuse) and outcome.code in MISTYPED:
                fewer = len(redrafted.left_over()) < len(draft.left_over())
                outcome = _corrected(again, redrafted, conversation, reader, depth - 1) if depth > 1 and fewer else None
            if isinstance(outcome, Plan):
                note = Note(code="corrected", parts={"text": typed, "word": word})
                return outcome.model_copy(update={"notes": (note, *outcome.notes)})
            if outcome is not None:
                return outcome
    return None
