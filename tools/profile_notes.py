"""What an answer must say of the tags and segments that it goes by: as of which day, and where they look back too far."""

from __future__ import annotations

from datetime import date, timedelta

from semantic_layer.columns import Note
from semantic_layer.compiler.measures import covered_days
from semantic_layer.compiler.plan import Compiled, Scope
from semantic_layer.frozen import Frozen
from semantic_layer.model.profiles import over_time_name, profile_name
from semantic_layer.model.tags import PredictiveTag
from semantic_layer.predictions import definition_of
from semantic_layer.requests import MetricQuery
from semantic_layer.tag_parts import all_of, datasets_of, days_back, item, mentioned


def tags_of(request: Frozen, scope: Scope) -> tuple[tuple[str, date], ...]:
    """The tags and segments that a request and the filters of its metrics name, each with its day."""
    found: list[tuple[str, date]] = []
    metrics = [scope.workspace.metric(name) for name in request.metrics] if isinstance(request, MetricQuery) else []
    for each in mentioned((request, *metrics)):
        known = item(scope.workspace, each.name)
        if known is not None:
            found.append((known.name, each.as_of if isinstance(each.as_of, date) else scope.as_of))
    return tuple(dict.fromkeys(found))


def profile_notes(request: Frozen, compiled: Compiled, scope: Scope) -> tuple[Note, ...]:
    """As of which day tags and segments are read, and which of them look back to before the data."""
    tags = tags_of(request, scope)
    notes: list[Note] = []
    if {over_time_name(profile_name(entity.name)) for entity in scope.workspace.entities} & {*compiled.datasets}:
        notes.append(Note(code="profile_each_end"))
        tags = tuple((name, day) for name, day in tags if day != scope.as_of)
    for day in dict.fromkeys(day for _, day in tags):
        notes.append(Note(code="profile_day", parts={"tags": [name for name, own in tags if own == day], "day": day.isoformat()}))
    short = {name: first for name, day in tags if (first := _begins_after(name, day, scope)) is not None}
    if short:
        parts = {"tags": list(short), "first": max(short.values()).isoformat()}
        notes.append(Note(code="profile_short", kind="warning", parts=parts))
    return (*notes, *_predicted(tags, scope))


def _predicted(tags: tuple[tuple[str, date], ...], scope: Scope) -> list[Note]:
    """What the models are worth whose estimates are read."""
    found: dict[tuple[str, date], Note] = {}
    for name, day in tags:
        for each in all_of(scope.workspace, name):
            if not isinstance(each, PredictiveTag) or scope.version.predictions is None:
                continue
            own = definition_of(each, scope.workspace)
            made = scope.version.predictions.of(each.name, day, scope.version.id, own)
            if made is not None and made.quality is not None:
                code = "predicted_chance" if each.predictive.target == "no_activity" else "predicted_value"
                told = made.quality.model_dump(exclude={"calibration"}, exclude_none=True)
                found[each.name, day] = Note(code=code, parts={"tags": [each.name], **told})
    return list(found.values())


def _begins_after(name: str, day: date, scope: Scope) -> date | None:
    """The first day of the data, where a tag looks back to before it."""
    workspace = scope.workspace
    for each in all_of(workspace, name):
        first_day = day - timedelta(days=days_back(each) - 1)
        for dataset in datasets_of(workspace, each) if days_back(each) else ():
            described = workspace.dataset(dataset)
            covered = covered_days(scope, dataset, described.time if described is not None else None)
            if covered is not None and first_day < covered.start <= day:
                return covered.start
    return None
