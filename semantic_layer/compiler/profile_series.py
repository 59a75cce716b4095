"""Sizes over time. A profile is a stock: of a period it is that of the last day, in a series that of each bucket's last day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from semantic_layer.calendar import UNITS, Span, resolve, unit_of
from semantic_layer.compiler.measures import covered_days
from semantic_layer.compiler.plan import Scope
from semantic_layer.conditions import SERIES_GRAINS, Grain, TimeBucket
from semantic_layer.errors import request_error
from semantic_layer.implied import figure
from semantic_layer.model.metrics import Distinct, DistinctOf
from semantic_layer.model.profiles import ProfileDataset, profile_over_time
from semantic_layer.periods import EachPeriod
from semantic_layer.requests import MetricQuery
from semantic_layer.tag_parts import population

MOST_ENDS = 60
"""As of how many days a profile is worked out for one answer."""


def over_time(request: MetricQuery, scope: Scope) -> Scope:
    """The scope for sizes over time: the counts of a request, and its tags without a day, are those of each row's own day.

    Raises:
        RequestError: `too_many_points`, more buckets than a profile is worked out for.
    """
    counted = [_counted(name, scope) for name in request.metrics]
    profiles = {each.name: each for each in counted if each is not None}
    grains = (ref.grain for ref in request.by if isinstance(ref, TimeBucket))
    grain: Grain | None = next((each for each in grains if each in SERIES_GRAINS), None)
    if None in counted or len(profiles) != 1 or (request.period is None and grain is None):
        return scope
    profile = next(iter(profiles.values()))
    ends = sorted({day for span in _spans(request, profile, scope) for day in _ends(span, grain, scope)})
    if len(ends) > MOST_ENDS:
        what = f"{len(ends)} days are too many for a profile"
        fix = f"At most {MOST_ENDS}: choose longer buckets."
        raise request_error("too_many_points", what, fix, points=len(ends), most=MOST_ENDS)
    made = profile_over_time(profile, tuple(ends))
    counting = DistinctOf(dataset=made.name, entity=profile.profile.entity)
    metrics = [_of_each_day(name, counting, scope) for name in dict.fromkeys(request.metrics)]
    return replace(scope, workspace=scope.workspace.with_dataset(made).with_metrics(tuple(metrics)))


def _of_each_day(name: str, counting: DistinctOf, scope: Scope) -> Distinct:
    """The count under its own name, of the members of each day. One day's are not those of the next, so it never adds up."""
    own = figure(scope.workspace, name)
    assert isinstance(own, Distinct)
    return own.model_copy(update={"distinct": counting, "was": (name,)})


def _counted(name: str, scope: Scope) -> ProfileDataset | None:
    """The undated profile whose members a metric counts."""
    owner, _, entity = name.rpartition(".")
    found = scope.workspace.dataset(owner) if owner else None
    plain = isinstance(found, ProfileDataset) and found.profile.entity == entity and found.profile.as_of is None
    return found if isinstance(found, ProfileDataset) and plain else None


def _spans(request: MetricQuery, profile: ProfileDataset, scope: Scope) -> Iterator[Span]:
    dataset = population(profile.profile.entity, scope.workspace)
    described = scope.workspace.dataset(dataset)
    covered = covered_days(scope, dataset, described.time if described is not None else None)
    settings = scope.workspace.workspace
    asked = request.period or settings.default_period
    for period in asked.of if isinstance(asked, EachPeriod) else (asked,):
        span = resolve(period, scope.as_of, covered, settings.conventions)
        inside = Span(max(span.start, covered.start), min(span.end, scope.as_of)) if covered is not None else span
        if inside.start <= inside.end:
            yield inside


def _ends(span: Span, grain: Grain | None, scope: Scope) -> Iterator[date]:
    """The last day of each bucket, or of the span."""
    day = span.start
    while grain is not None and day <= span.end:
        unit = unit_of(day, UNITS[grain], scope.workspace.workspace.conventions)
        yield min(unit.end, span.end)
        day = unit.end + timedelta(days=1)
    if grain is None:
        yield span.end
