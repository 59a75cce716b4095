"""Refusals and questions back in words, from their code and parts."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistant.wording.readings import Words
from assistant.wording.texts import fill, listed, text_of
from semantic_layer.errors import reason_of
from semantic_layer.metric_parts import base_datasets

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
    "statistic": "not_available",
    "median": "not_defined",
    "maximum": "not_defined",
    "no_edit": "unbound_word",
    "model_failed": "internal",
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
    if code == "outside_period":
        shown["period"] = words.span(_day(parts["start"]), _day(parts["end"]))
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
        case "parameter":
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
    if code == "unreachable_field" and metrics:
        reaching = _metrics_reaching(words, str(parts["field"]), metrics)
        return [{**(request or {}), "metrics": [name], "order": []} for name in reaching[:3]]
    if code == "kind_not_compiled":
        name = parts.get("metric") or parts.get("name")
        if name and (workspace.metric(name) or workspace.tag(name) or workspace.segment(name)):
            return [{"kind": "definition_query", "names": [name]}]
    if code == "not_conformed":
        return [{**(request or {}), "metrics": [name], "order": []} for name in metrics[:3]]
    if code in ("no_last_year", "no_earlier_period") and request:
        return [{key: value for key, value in request.items() if key != "compare"}]
    if code == "outside_period" and request:
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
