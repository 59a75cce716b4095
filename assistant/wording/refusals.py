"""Refusals and questions back in words, from their code and parts."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistant.wording.readings import Words
from assistant.wording.texts import fill, listed, text_of
from semantic_layer.errors import reason_of
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.profiles import day_of_profile, profile_name

REACHABLE_SHOWN = 8
REFUSAL_REASONS = {
    "empty": "off_topic",
    "too_long": "off_topic",
    "no_words": "off_topic",
    "sql_pasted": "not_allowed",
    "write": "not_allowed",
    "entity_condition": "not_available",
    "two_groups": "not_available",
    "why": "not_available",
    "forecast": "no_such_data",
    "advice": "not_available",
    "band_cut": "no_such_data",
    "top_within": "not_available",
    "share_compared": "not_available",
    "one_part": "not_available",
    "two_questions": "not_available",
    "whole_and_part": "not_available",
    "retained_between": "not_available",
    "statistic": "not_available",
    "running": "not_available",
    "no_ratio": "not_defined",
    "median": "not_defined",
    "maximum": "not_defined",
    "no_edit": "unbound_word",
    "holiday_year": "not_defined",
    "holiday_days": "not_defined",
    "holiday_week_of_many": "not_defined",
    "holiday_range": "not_defined",
    "undeclared_holiday": "not_defined",
    "no_fiscal_year": "not_defined",
    "audience_group": "not_available",
    "model_failed": "internal",
    "define_unread": "unbound_word",
    "define_nothing": "unbound_word",
    "define_several": "ambiguous",
    "define_mixed": "ambiguous",
    "define_brackets": "unbound_word",
    "define_entity": "unbound_word",
    "name_taken": "ambiguous",
    "name_unfit": "unbound_word",
}
"""The contract's reason of the planner's own refusal codes; the others are in the semantic layer's table."""


def reason_of_refusal(code: str) -> str:
    return REFUSAL_REASONS.get(code) or reason_of(code)


def refusal(code: str, span: str, parts: dict[str, Any], words: Words, request: dict[str, Any] | None, role: str) -> str:
    """Why there is no answer, in the question's language."""
    language = words.language
    shown: dict[str, Any] = {"span": span, "role": _role(words, parts.get("role") or role)}
    for key, value in parts.items():
        shown[key] = _part(key, value, words)
    metrics = parts.get("metrics") or (request or {}).get("metrics") or []
    shown["metrics"] = listed(language, [words.metric(name) for name in metrics])
    if code == "kind_not_compiled" and parts.get("why"):
        return fill(language, "refusals", "unmeasured", name=words.metric(parts["metric"]), why=text_of(parts["why"], language))
    if code == "kind_not_compiled":
        shown["name"] = words.name(parts.get("name") or parts.get("metric") or "") or span or shown["metrics"]
    if code == "holiday_year" and len(parts.get("years", ())) == 1:
        code = "holiday_one_year"
    if code in ("holiday_days", "holiday_week_of_many"):
        shown["days"] = words.span(_day(parts["start"]), _day(parts["end"]))
    if code == "outside_period":
        shown["period"] = words.span(_day(parts["start"]), _day(parts["end"]))
    if code == "too_small" and "members" in parts:
        code = "too_few_members"
    if code == "no_prediction":
        figures = {key: f"{value:.3g}" if isinstance(value, float) else value for key, value in parts.items()}
        shown["because"] = fill(language, "refusals", f"because_{parts['because']}", **figures)
    if isinstance(parts.get("means"), dict):
        shown["means"] = text_of(parts["means"], language)
    if code == "no_such_data" and isinstance(parts.get("because"), dict):
        shown["because"] = text_of(parts["because"], language)
    if code == "no_such_data" and not shown.get("because"):
        code = "no_such_data_plain"
    return fill(language, "refusals", code, **shown)


def clarification(code: str, span: str, words: Words) -> str:
    """The question back."""
    return fill(words.language, "clarify", code, span=span)


def _role(words: Words, name: str) -> str:
    role = words.workspace.role(name) if name else None
    return role.label_in(words.language) if role else name


def _part(key: str, value: Any, words: Words) -> Any:
    language = words.language
    match key:
        case "field" | "dataset" | "entity":
            return words.name(str(value))
        case "metric":
            return words.metric(str(value))
        case "reachable":
            names = [name for name in value if not _is_key_of_person(words, name)]
            return listed(language, [words.name(name) for name in names[:REACHABLE_SHOWN]])
        case "bands" | "values" | "ways" | "near" | "instead":
            return listed(language, [str(each) for each in value])
        case "first" | "last":
            return str(value)
        case "holiday":
            holiday = words.workspace.holiday(str(value))
            return holiday.label_in(language) if holiday else value
        case "years":
            return listed(language, [str(year) for year in value])
        case "parameter" | "tag":
            return words.name(str(value))
        case _:
            return value


def _is_key_of_person(words: Words, name: str) -> bool:
    entity = words.workspace.entity_of_key(name)
    return entity is not None and entity.personal


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def instead_of(code: str, parts: dict[str, Any], request: dict[str, Any] | None, words: Words) -> list[dict[str, Any]]:
    """Requests that could be asked instead of one that the compiler refused."""
    metrics = list((request or {}).get("metrics") or [])
    workspace = words.workspace
    if code == "unreachable_field" and metrics and set(parts.get("metrics") or metrics) <= set(metrics):
        reaching = _metrics_reaching(words, str(parts["field"]), metrics)
        return [{**(request or {}), "metrics": [name], "order": []} for name in reaching[:3]]
    if code == "kind_not_compiled":
        name = parts.get("metric") or parts.get("name")
        if name and (workspace.metric(name) or workspace.tag(name) or workspace.segment(name)):
            return [{"kind": "definition_query", "names": [name]}]
    if code == "too_small" and request and request.get("kind") == "profile_query":
        entity, where = request["entity"], request["where"]
        size = {"kind": "metric_query", "metrics": [f"{profile_name(entity)}.{entity}"], "where": where}
        return [size, {"kind": "entity_query", "entity": entity, "where": where}]
    if code == "export_raw" and request:
        return [{key: value for key, value in request.items() if key != "ids"}]
    if code == "export_singles_out" and request:
        return [{key: value for key, value in request.items() if key != "columns"}]
    if code == "not_conformed":
        return [{**(request or {}), "metrics": [name], "order": []} for name in metrics[:3]]
    if code in ("no_last_year", "no_earlier_period") and request:
        return [{key: value for key, value in request.items() if key != "compare"}]
    if code == "outside_period" and request and not any(day_of_profile(name.rpartition(".")[0]) for name in metrics):
        return [{key: value for key, value in request.items() if key not in ("period", "compare")}]
    if code == "unknown_parameter" and request:
        return [{key: value for key, value in request.items() if key != "parameters"}]
    if code == "no_hours" and request:
        return [{**request, "by": [{"kind": "time", "grain": "weekday"}]}]
    return []


def _metrics_reaching(words: Words, field: str, asked: list[str]) -> list[str]:
    """Metrics that can be split by a field, nearest in kind first."""
    from semantic_layer.reach import reaches

    workspace = words.workspace
    unit = next((metric.unit for name in asked if (metric := workspace.metric(name))), None)
    found = [
        metric.name
        for metric in workspace.metrics
        if not metric.hidden
        and (datasets := base_datasets(workspace, metric.name))
        and all(reaches(workspace, dataset, field) for dataset in datasets)
    ]
    return sorted(found, key=lambda name: getattr(workspace.metric(name), "unit", None) != unit)
