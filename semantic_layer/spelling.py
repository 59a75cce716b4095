"""Conditions and segments in the short spelling of the workspace's YAML: what `conditions.read_condition` reads."""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from semantic_layer.conditions import (
    COMPARISONS,
    And,
    AnyCondition,
    Attribute,
    Compare,
    Did,
    EntityMetric,
    Field,
    In,
    InSegment,
    IsNull,
    Not,
    Or,
    Range,
    Scaled,
    Tag,
    TimeBucket,
)
from semantic_layer.frozen import Frozen
from semantic_layer.model.tags import Segment
from semantic_layer.requests import plain

WORDS = {op: word for word, op in COMPARISONS.items()} | {"ne": "not"}
WIDTH = 1000
"""Characters from which the writer would break a line; a condition stays on its own."""
SHORT = 90
"""Characters of two texts that stand on one line."""


def spelled(condition: AnyCondition) -> dict[str, Any]:
    """A condition as YAML people write it. Reading it gives the same condition; a form without a short one stays typed."""
    match condition:
        case And(of=parts):
            return {"all": [spelled(part) for part in parts]}
        case Or(of=parts):
            return {"any": [spelled(part) for part in parts]}
        case Not(of=In(left=left, values=values)) if isinstance(values, tuple) and _short(left) is not None:
            return {**_left(left), "not_in": list(values)}
        case Not(of=IsNull(left=left)) if _short(left) is not None:
            return {**_left(left), "missing": False}
        case Not(of=part):
            return {"not": spelled(part)}
        case InSegment(name=name, as_of=day):
            return {"segment": name, **({"as_of": day} if day is not None else {})}
        case Did():
            return {"did": condition.dataset, **_without(plain(condition), "kind", "dataset", count=1), **_narrowed(condition)}
        case Compare(left=left, op=op, right=right) if _short(left) is not None and _right(right) is not None:
            return {**_left(left), WORDS[op]: _right(right)}
        case In(left=left, values=values) if isinstance(values, tuple) and _short(left) is not None:
            return {**_left(left), "in": list(values)}
        case Range(left=left, low=low, high=high) if _short(left) is not None:
            return {**_left(left), "between": [low, high]}
        case IsNull(left=left) if _short(left) is not None:
            return {**_left(left), "missing": True}
        case _:
            return plain(condition)


def _left(ref: Any) -> dict[str, Any]:
    found = _short(ref)
    assert found is not None
    return found


def _short(ref: object) -> dict[str, Any] | None:
    """The left side of a short condition; None where it has no short form."""
    match ref:
        case Field(name=name):
            return {"field": name}
        case TimeBucket(grain=grain, field=field):
            return {"field": f"{field}.{grain}" if field is not None else grain}
        case Tag(name=name, as_of=day):
            return {"tag": name, **({"as_of": day} if day is not None else {})}
        case EntityMetric():
            rest = _without(plain(ref), "kind", "metric", "entity", "period", rank_part=False)
            owner = {"of": ref.entity} if ref.entity is not None else {}
            return {"metric": ref.metric, **owner, **rest, **_narrowed(ref)}
        case _:
            return None


def _right(value: object) -> Any:
    """The right side of a short comparison; None where it has no short form."""
    match value:
        case bool() | int() | float() | str():
            return value
        case Attribute(name=name):
            return {"attribute": name}
        case Scaled(factor=factor, ref=ref, plus=0.0) if (inner := _short(ref)) is not None:
            return {"times": factor, **inner}
        case _:
            return _short(value)


def _narrowed(value: EntityMetric | Did) -> dict[str, Any]:
    """The days and the rows, in the short spelling."""
    days = {"period": _period(value.period)} if value.period is not None else {}
    return days | ({"where": spelled(value.where)} if value.where is not None else {})


def _period(period: Frozen) -> Any:
    data = _without(plain(period), skip=0, offset=0)
    kind = data.pop("kind")
    return "all" if kind == "all" else data


def _without(data: dict[str, Any], *keys: str, **defaults: Any) -> dict[str, Any]:
    """The data without some keys, and without those that only say what goes without saying."""
    kept = {key: value for key, value in data.items() if key not in keys and key not in ("where", "period")}
    return {key: value for key, value in kept.items() if not (key in defaults and value == defaults[key])}


def segment_data(segment: Segment) -> dict[str, Any]:
    """A segment as the workspace writes it; conditions that are joined by "and" are a list."""
    rule = [spelled(part) for part in segment.rule.of] if isinstance(segment.rule, And) else spelled(segment.rule)
    texts = {key: _text(getattr(segment, key)) for key in ("label", "description")}
    data: dict[str, Any] = {"name": segment.name, **{key: value for key, value in texts.items() if value}}
    synonyms = {key: list(words) for key in ("zh", "en") if (words := getattr(segment.synonyms, key))}
    data |= {"synonyms": synonyms} if synonyms else {}
    data |= {"entity": segment.entity, "owner": segment.owner} if segment.owner else {"entity": segment.entity}
    return data | ({} if segment.public else {"public": False}) | {"rule": rule}


def _text(text: Any) -> dict[str, str]:
    return {key: value for key in ("zh", "en") if (value := getattr(text, key)) is not None}


def segment_yaml(segment: Segment) -> str:
    """One item of `segments:` as YAML text; small mappings on one line each."""
    return written([segment_data(segment)])


def written(items: list[dict[str, Any]]) -> str:
    writer = YAML()
    writer.width, writer.allow_unicode = WIDTH, True
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    writer.dump({"segments": CommentedSeq(_laid_out(each) for each in items)}, stream)
    return stream.getvalue()


def _laid_out(item: dict[str, Any]) -> CommentedMap:
    found = CommentedMap()
    for key, value in item.items():
        found[key] = _rule(value) if key == "rule" else _text_lines(value) if key == "description" else _inline(value)
    return found


def _text_lines(value: Any) -> Any:
    """Two short texts on one line, long ones on a line each."""
    return _inline(value) if sum(map(len, map(str, value.values()))) < SHORT else CommentedMap(value)


def _rule(value: Any) -> Any:
    return CommentedSeq(_inline(each) for each in value) if isinstance(value, list) else _inline(value)


def _inline(value: Any) -> Any:
    """A mapping or a list on one line."""
    if isinstance(value, dict):
        made = CommentedMap((key, _inline(each)) for key, each in value.items())
        made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        listed = CommentedSeq(_inline(each) for each in value)
        listed.fa.set_flow_style()
        return listed
    return value
