"""Tags whose rules forget some of a figure, and tags that stand nowhere in the tree."""

from __future__ import annotations

import math
from collections.abc import Iterator

from semantic_layer.conditions import AnyCondition, Compare, EntityMetric, Range, Tag
from semantic_layer.loading.bounds import Interval, bound_of
from semantic_layer.loading.lint.finding import Finding, Linted
from semantic_layer.model.tags import RuleTag
from semantic_layer.model.workspace import Workspace


def rules_leave_no_gap(linted: Linted) -> Iterator[Finding]:
    """Rules over one figure, without one for the rest, take all of it between the least and the most that they name."""
    for tag in linted.workspace.tags:
        if not isinstance(tag, RuleTag) or any(rule.when is None for rule in tag.rules):
            continue
        intervals = _of_one_figure([rule.when for rule in tag.rules if rule.when is not None])
        whole = _is_whole(linted.workspace, tag.rules[0].when)
        for gap in _gaps(intervals, whole):
            what = f"no rule of tag '{tag.name}' takes what is {gap}: its value is unknown there"
            fix = "Move a bound, add a rule, or say last what the rest is: {value: …}."
            path = (*linted.path("tags", tag.name), "rules")
            yield Finding("value_gap", "warning", what, fix, linted.place(path), (tag.name,))


def _of_one_figure(conditions: list[AnyCondition]) -> list[Interval]:
    """What each of some conditions takes of the figure that all of them are about; nothing where they differ."""
    bounds = [bound_of(each) for each in conditions]
    names = {each.of if each is not None else None for each in bounds}
    intervals = [each.allowed for each in bounds if each is not None and isinstance(each.allowed, Interval)]
    return intervals if len(names) == 1 and len(intervals) == len(conditions) else []


def _gaps(intervals: list[Interval], whole: bool) -> Iterator[Interval]:
    """What lies between the intervals; of whole numbers only where one lies there."""
    known: Interval | None = None
    for each in sorted(intervals, key=lambda one: (one.low, one.low_open)):
        if known is None:
            known = each
            continue
        if not known.meets(each):
            gap = Interval(known.high, each.low, not known.high_open, not each.low_open)
            if not whole or _holds_a_whole_number(gap):
                yield gap
        known = max(known, each, key=lambda one: (one.high, not one.high_open))


def _holds_a_whole_number(gap: Interval) -> bool:
    first = math.floor(gap.low) + 1 if gap.low_open else math.ceil(gap.low)
    last = math.ceil(gap.high) - 1 if gap.high_open else math.floor(gap.high)
    return first <= last


def _is_whole(workspace: Workspace, condition: AnyCondition | None) -> bool:
    """Whether the figure of a condition is a count."""
    match condition:
        case Compare(left=EntityMetric(metric=name)) | Range(left=EntityMetric(metric=name)):
            found = workspace.metric(name)
        case Compare(left=Tag(name=name)) | Range(left=Tag(name=name)):
            found = workspace.tag(name)
        case _:
            return False
    return found is not None and found.type == "count"


def tags_are_grouped(linted: Linted) -> Iterator[Finding]:
    """Every tag has a branch of the tag tree."""
    for tag in linted.workspace.tags:
        if not tag.group:
            fix = "Add group:, the branch of the tag tree that people look for it in."
            place = linted.place((*linted.path("tags", tag.name), "name"))
            yield Finding("no_group", "hint", f"tag '{tag.name}' is in no group", fix, place, (tag.name,))
