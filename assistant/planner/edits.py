"""Follow-ups: a message without a subject of its own is a typed edit of the last request, never a new guess."""

from __future__ import annotations

from typing import Any

from assistant.conversation import Conversation, Mention
from assistant.language.meanings import BareDayTerm, FieldTerm, GrainTerm, NumberTerm
from assistant.planner.compose import metric_query
from assistant.planner.draft import Draft
from assistant.planner.referring import (
    about_the_few,
    about_those,
    claim_that_time,
    only_narrows,
    read_bare_key,
    refers_back,
    replaced_inside,
    replaced_key,
    speaks_of_them,
)
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.statistics import with_statistics
from assistant.planner.rules.windows import with_window
from semantic_layer.conditions import (
    SERIES_GRAINS,
    AnyCondition,
    Compare,
    Field,
    FieldRef,
    In,
    IsNull,
    Not,
    TimeBucket,
    all_of,
    parts_of,
    refs_of,
)
from semantic_layer.periods import EachPeriod, Period
from semantic_layer.requests import MetricQuery, OrderBy, ShareOf

FOLLOW = ("follow", "add", "remove", "back", "refer", "only")


def is_elliptical(draft: Draft, conversation: Conversation) -> bool:
    """Whether a message needs the one before: it names no metric, or it says that it goes on."""
    if conversation.last is None:
        return False
    if _answers(draft, conversation):
        return True
    if draft.items and draft.items[0].text.startswith("是") and not draft.by:
        return True
    # "Orders and sales by age" joins two figures; "and sales by age" goes on.
    goes_on = [item for item in draft.items if item.word(*FOLLOW) and item.is_word and not (item.word("conj") and item.index)]
    follows = any(not item.word("refer") or refers_back(draft, item) for item in goes_on)
    last = next(iter(conversation.requests()), None)
    same = last is not None and list(last.get("metrics", ())) == draft.metrics
    if same and "share" in draft.marks and not (draft.by or draft.conditions or draft.periods):
        return True
    if not draft.metrics or only_narrows(draft) or speaks_of_them(draft, last):
        return True
    if draft.by or (draft.share is not None and draft.conditions):
        return follows and not (draft.periods and draft.by)
    orders = any(item.word("most", "least", "top", "bottom") and item.free for item in draft.items)
    return follows or orders


def _answers(draft: Draft, conversation: Conversation) -> bool:
    """The message names one of the choices that were offered, and nothing else."""
    last = conversation.last
    if last is None or last.outcome != "clarify" or not draft.metrics or draft.periods or draft.conditions:
        return False
    return any(choice.get("metrics") == draft.metrics for choice in last.choices)


def edited(draft: Draft, conversation: Conversation) -> MetricQuery | None:
    """The last request with the message's changes; None where there is nothing to change or nothing is changed."""
    requests = conversation.requests()
    choice = _choice_taken(draft, conversation)
    if choice is not None:
        return choice
    if not requests:
        return None
    position = 1 if draft.any_word("back") and len(requests) > 1 else 0
    draft.claim("back", *draft.words("back"))
    base = MetricQuery.model_validate(requests[position])
    joined = _side_by_side(draft, requests)
    if joined is not None:
        return joined
    read_bare_key(draft, base)
    claim_that_time(draft, base)
    base = about_those(draft, base) or about_the_few(draft, base) or base
    request = with_statistics(draft, _with_metrics(draft, base))
    request = _with_conditions(draft, request, conversation)
    request = _with_groups(draft, request)
    request = _with_period(draft, request)
    request = _with_order(draft, request)
    request = with_window(draft, _with_share_and_comparison(draft, request))
    request = request.model_copy(update={"parameters": {**request.parameters, **draft.parameters}})
    if request == base and position == 0:
        return None
    draft.claim("follow-up", *draft.words(*FOLLOW, "this"))
    return request


def _choice_taken(draft: Draft, conversation: Conversation) -> MetricQuery | None:
    """An answer to a question back: the choice that has the metric that is named now."""
    last = conversation.last
    if last is None or last.outcome != "clarify" or not draft.metrics:
        return None
    for choice in last.choices:
        if choice.get("kind") == "metric_query" and choice.get("metrics") == draft.metrics:
            draft.claim("choice", *draft.words(*FOLLOW, "this"))
            request = MetricQuery.model_validate(choice)
            return _with_period(draft, _with_groups(draft, request))
    return None


def _side_by_side(draft: Draft, requests: list[dict[str, Any]]) -> MetricQuery | None:
    """ "Put the two months next to each other": the periods of the last two requests as rows."""
    words = [item for item in draft.items if item.word("side_by_side", "both")]
    if not words or draft.metrics or draft.conditions or draft.periods or len(requests) < 2:
        return None
    first, second = (MetricQuery.model_validate(request) for request in (requests[1], requests[0]))
    values = values_side_by_side(first, second)
    if values is not None:
        numbers = (item for item in draft.items if item.get(NumberTerm) or item.get(FieldTerm) or item.word("classifier"))
        draft.claim("side by side", *words, *numbers)
        draft.claim("follow-up", *draft.words(*FOLLOW, "this"))
        return values
    if first.period is None or second.period is None or first.model_copy(update={"period": second.period}) != second:
        return None
    parts: list[Period] = []
    for period in (first.period, second.period):
        parts += period.of if isinstance(period, EachPeriod) else [period]
    draft.claim("side by side", *words, *(item for item in draft.items if item.get(NumberTerm) or item.get(GrainTerm)))
    draft.claim("follow-up", *draft.words(*FOLLOW, "this"))
    return second.model_copy(update={"period": EachPeriod(of=tuple(parts))})  # pyright: ignore[reportArgumentType]


def values_side_by_side(first: MetricQuery, second: MetricQuery) -> MetricQuery | None:
    """Two requests that differ in one value: that field's values as rows."""
    if first.model_copy(update={"where": second.where}) != second or first.where == second.where:
        return None
    before, after = parts_of(first.where), parts_of(second.where)
    old, new = [part for part in before if part not in after], [part for part in after if part not in before]
    if len(old) != 1 or len(new) != 1 or not (isinstance(old[0], Compare) and isinstance(new[0], Compare)):
        return None
    if old[0].left != new[0].left or not isinstance(old[0].left, Field | TimeBucket):
        return None
    both = In(left=old[0].left, values=(old[0].right, new[0].right))  # pyright: ignore[reportArgumentType]
    kept = tuple(part for part in after if part not in new)
    return second.model_copy(update={"where": all_of((*kept, both)), "by": (*second.by, old[0].left)})


def _with_metrics(draft: Draft, base: MetricQuery) -> MetricQuery:
    if not draft.metrics:
        return base
    adds = any(item.word("add") for item in draft.items)
    dropped = _dropped_metrics(draft)
    if dropped and len(dropped) < len(draft.metrics):
        draft.metrics = [name for name in draft.metrics if name not in dropped]
    metrics = tuple(dict.fromkeys((*base.metrics, *draft.metrics))) if adds else tuple(draft.metrics)
    order = tuple(
        each.model_copy(update={"target": draft.metrics[0]}) if each.target in base.metrics else each for each in base.order
    )
    return base.model_copy(update={"metrics": metrics, "order": base.order if adds else order})


def _dropped_metrics(draft: Draft) -> list[str]:
    """订单数不看了: the metric that a removing word follows."""
    found: list[str] = []
    for item in draft.items:
        if item.role is None or not item.role.startswith("metric "):
            continue
        words = [each for each in (draft.touching(item, 1), draft.before(item)) if each is not None and each.is_word]
        removing = next((each for each in words if each.word("remove", "not") and not each.word("conj", "add")), None)
        if removing is not None:
            found.append(item.role.removeprefix("metric "))
            draft.claim("remove", removing)
    return found


def _with_conditions(draft: Draft, base: MetricQuery, conversation: Conversation) -> MetricQuery:
    parts = list(parts_of(base.where))
    removes = bool([item for item in draft.items if item.word("remove") and item.is_word and not item.word("not")])
    clauses: list[Clause] = draft.clauses
    for clause in clauses:
        names = _names(clause.as_condition())
        if removes and not clause.negated:
            parts = [part for part in parts if not _names(part) & names]
            draft.claim("remove", *(item for item in draft.items if item.word("remove")))
            continue
        inside = replaced_inside(draft, base, parts, clause) if not clause.negated else None
        if inside is not None:
            parts = inside
            continue
        if not clause.negated:
            parts = [part for part in parts if _names(part) != names or isinstance(part, Not)]
        parts.append(clause.as_condition())
    for word in draft.items:
        noun = draft.after(word)
        term = noun.get(FieldTerm) if noun is not None and word.word("remove") and word.is_word else None
        if term is not None and noun is not None and any(term.name in _names(part) for part in parts):
            parts = [part for part in parts if term.name not in _names(part)]
            draft.claim("remove", word, noun)
            draft.by = [ref for ref in draft.by if _name(ref) != term.name]
    for item in draft.items:
        day = item.get(BareDayTerm) if item.role == "key" else None
        parts = (replaced_key(parts, day.day) or parts) if day is not None else parts
    for item, number in draft.having(NumberTerm):
        counted = draft.touching(item, 1)
        written = item.text.strip().isdigit() and not (counted is not None and counted.word("classifier"))
        value = int(number.value) if number.value.is_integer() and written else None
        replaced = replaced_key(parts, value) if value is not None and not draft.order and draft.limit is None else None
        if replaced is not None:
            parts = replaced
            draft.claim("value", item)
    unknown = [item for item in draft.items if item.free and item.word("unknown")]
    first = base.by[0] if base.by else None
    if unknown and isinstance(first, Field):
        known = IsNull(left=first) if not (removes or draft.any_word("not")) else Not(of=IsNull(left=first))
        parts.append(known)
        draft.claim("unknown", *unknown, *(item for item in draft.items if item.word("remove", "not")))
    referred = _referred(draft, conversation)
    if referred is not None:
        parts = [part for part in parts if _names(part) != _names(referred)] + [referred]
        base = base.model_copy(
            update={"by": tuple(ref for ref in base.by if _name(ref) not in _names(referred)), "order": (), "limit": None}
        )
    return base.model_copy(update={"where": all_of(tuple(parts))})


def _names(condition: AnyCondition) -> frozenset[str]:
    return frozenset(_name(ref) for ref in refs_of(condition))


def _name(ref: object) -> str:
    if isinstance(ref, Field):
        return ref.name
    return f"time:{ref.grain}" if isinstance(ref, TimeBucket) else str(ref)


def _referred(draft: Draft, conversation: Conversation) -> AnyCondition | None:
    """ "Their average order": the entities or groups that the last answer showed first."""
    last = conversation.last
    words = [item for item in draft.items if item.word("refer") and item.is_word]
    if last is None or not last.mentions or not words or not draft.metrics or draft.conditions:
        return None
    if not any(item.text.lower() not in ("that", "it", "its", "上述") for item in words):
        return None
    mention: Mention = last.mentions[0]
    draft.claim(
        f"{mention.field} of the last answer", *words, *(item for item in draft.items if item.get(FieldTerm) and item.free)
    )
    if len(mention.values) == 1:
        return Compare(left=Field(name=mention.field), op="eq", right=mention.values[0])
    return In(left=Field(name=mention.field), values=mention.values)


def _with_groups(draft: Draft, base: MetricQuery) -> MetricQuery:
    if base.by and any(item.word("only") and not item.word("filler") for item in draft.items):
        filtered = [ref for condition in draft.conditions for ref in refs_of(condition)]
        draft.by = [ref for ref in draft.by if ref not in filtered]  # "only for shops 3 and 4": fewer rows, cut as before
    if not draft.by:
        return base
    removed = _removed_groups(draft)
    if removed and len(removed) < len(draft.by):
        others = [ref for ref in draft.by if ref not in removed]
        kept = [ref for ref in base.by if ref not in removed and ref not in others]
        draft.claim("remove", *(item for item in draft.items if item.word("remove")))
        return base.model_copy(update={"by": (*kept, *others), "order": (), "limit": None})
    removes = any(item.word("remove") and item.is_word and not item.word("not") for item in draft.items)
    if removes:
        draft.claim("remove", *(item for item in draft.items if item.word("remove")))
        return base.model_copy(update={"by": tuple(ref for ref in base.by if ref not in draft.by), "order": (), "limit": None})
    adds = any(item.word("add") and not item.word("conj") for item in draft.items)
    time = [ref for ref in draft.by if _is_series(ref)]
    if adds:
        groups = [*base.by, *(ref for ref in draft.by if ref not in base.by)]
    elif time and len(time) == len(draft.by):
        groups = [ref for ref in base.by if not isinstance(ref, TimeBucket)] if any(map(_is_series, base.by)) else []
        groups = [*groups, *time] if any(map(_is_series, base.by)) else [*_kept_categories(base, draft), *time]
    else:
        groups = list(draft.by)
    kept_order = base.order if {_name(ref) for ref in groups} == {_name(ref) for ref in base.by} else ()
    limit = base.limit if kept_order or (base.limit is not None and not time) else None
    return base.model_copy(update={"by": tuple(groups), "order": kept_order if not limit else base.order, "limit": limit})


def _removed_groups(draft: Draft) -> list[FieldRef]:
    """The dimensions that follow "instead of", "not by"."""
    found: list[FieldRef] = []
    for word in draft.items:
        if not word.word("remove") or not word.is_word:
            continue
        near = draft.items[word.index + 1 : word.index + 4]
        found += [ref for ref in draft.by if any(item.role == f"by {_bare(ref)}" for item in near)]
    return found


def _bare(ref: FieldRef) -> str:
    return ref.grain if isinstance(ref, TimeBucket) else getattr(ref, "name", "")


def _kept_categories(base: MetricQuery, draft: Draft) -> list[FieldRef]:
    """A plain breakdown turned into "by month" is replaced by it."""
    return []


def _is_series(ref: object) -> bool:
    return isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS


def _with_period(draft: Draft, base: MetricQuery) -> MetricQuery:
    if not draft.periods or "main_period_assumed" in draft.marks:
        return base
    return base.model_copy(update={"period": metric_period(draft)})


def metric_period(draft: Draft) -> Period | None:
    copy = Draft(draft.question, [], draft.lexicon, draft.today, metrics=["x"], periods=draft.periods)
    return metric_query(copy).period


def _with_order(draft: Draft, base: MetricQuery) -> MetricQuery:
    """Top 10 instead, just the top three, which one is highest: order and limit of the groups that are there."""
    words = [item for item in draft.items if item.word("most", "least", "top", "bottom", "ranking", "ascending") and item.is_word]
    numbers = draft.having(NumberTerm)
    if draft.order and draft.by:
        return base.model_copy(update={"order": tuple(draft.order), "limit": draft.limit})
    if not words and not (numbers and base.limit is not None):
        return base
    words = [word for word in words if not (word.word("filler") and not word.word("most", "least"))]
    if not base.by or not (words or numbers):
        return base
    number = numbers[0] if numbers else None
    limit = int(number[1].value) if number is not None and number[1].value >= 1 else None
    superlative = any(word.word("most", "least", "top", "bottom") for word in words)
    if limit is None and superlative:
        limit = 1
    if limit is None and not words:
        return base
    down = any(word.word("least", "bottom", "ascending") and not word.word("most", "top") for word in words)
    target = base.metrics[0]
    order = base.order if base.order and not draft.metrics and not down else (OrderBy(target=target, descending=not down),)
    draft.claim("order", *words, *([number[0]] if number else []))
    return base.model_copy(update={"order": order, "limit": limit if limit is not None else base.limit})


def _with_share_and_comparison(draft: Draft, base: MetricQuery) -> MetricQuery:
    if "share" in draft.marks or any(item.word("share") and item.free for item in draft.items):
        draft.claim("share", *draft.words("share", "whole"))
        over_time = bool(base.by) and all(_is_series(ref) for ref in base.by)
        part = over_time and base.where is not None
        cut = {_name(ref) for ref in base.by}
        kept = all_of(tuple(each for each in parts_of(base.where) if not _names(each) <= cut))  # "only red": of all colours
        share = ShareOf(by=base.by if part else (), where=None if part or not base.by else kept)
        base = base.model_copy(update={"share_of": share, "compare": None})
    if draft.compare is not None:
        base = base.model_copy(update={"compare": draft.compare, "share_of": None})
    return base
