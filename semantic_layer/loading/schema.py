"""The JSON schema of a workspace's files, for editors: with the short spellings that people write.

The types read short spellings by functions that run before validation; a schema made from the types alone does not know
them. Here each of those functions has the schema of what it reads besides the long form.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from semantic_layer.conditions import SHORT_KEYS
from semantic_layer.model.workspace import Workspace

Json = dict[str, Any]

SECTIONS: dict[str, str] = {
    "workspace": "Name, time zone, first weekday, the day that “today” is, default period, key metrics. Stands in one file.",
    "sources": "Which file or package each table comes from.",
    "entities": "What has a key: customer, order, shop.",
    "datasets": "What one row is, the keys to entities, the time field, fields with labels and values, promises about the data.",
    "conditions": "Conditions with names of their own.",
    "terms": "Words that are only explained.",
    "metrics": "What people quote: agg with dataset and expr, or ratio, derived and others.",
    "parameters": "Assumptions with a number, named in answers.",
    "tags": "One value for each entity as of a date.",
    "segments": "Groups of entities by a rule.",
    "experiments": "Randomised tests.",
    "suppressions": "Who is left out of exported audiences.",
    "roles": "What each role may see.",
    "holidays": "Holidays and festivals: common ones by name, or with words and days of their own.",
    "ambiguous": "Words with several meanings.",
    "absent": "Words for what the data lacks, with the reason.",
    "questions": "The first questions of a newcomer; each must run.",
    "expect": "Facts that `huaxiang check` computes and compares.",
    "ignore": "Findings of `huaxiang lint` that are meant so, with the reason.",
}

TEXT: Json = {"type": "string"}
SCALAR: Json = {"type": ["string", "number", "boolean"]}


LATER = "x-later"
"""Marks what becomes a reference when all definitions are there; pydantic knows those of its own alone."""


def _ref(name: str) -> Json:
    return {LATER: f"#/$defs/{name}"}


def _or(*schemas: Json) -> Json:
    return {"anyOf": list(schemas)}


def _object(required: tuple[str, ...], **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


# ---- short spellings --------------------------------------------------------------------------------------------------------


def _words_by_value(long: Json) -> Json:
    """Words by stored value; one word alone is the label in both languages."""
    return _or({"type": "object", "additionalProperties": _or(TEXT, _ref("Words"))}, long)


def _as_it_is(long: Json) -> Json:
    """The union itself is written by the key that tells its members apart, see `_told_by_keys`."""
    return long


SPELLINGS: dict[str, Callable[[Json], Json]] = {
    "_one_text_for_both": lambda long: _or(TEXT, long),
    "_listed": lambda long: _or({"type": ["string", "number", "null"]}, long),
    "_by_value": _words_by_value,
    "_values": lambda long: _or(SCALAR, long),
    "_days": lambda long: _or({"type": "string", "pattern": r"^\s*\d+(\s+days?)?\s*$"}, long),
    "_metric_use": lambda long: _or(TEXT, long),
    "_read_metric": _as_it_is,
    "_read_tag": _as_it_is,
    "_read_field": lambda long: _or(TEXT, long),
    "read_condition": lambda long: _ref("AnyCondition"),
    "_month_and_day": lambda long: _or({"type": "string", "pattern": r"^\d{1,2}-\d{1,2}$"}, long),
    "_first_and_last": lambda long: _or({"type": "string", "format": "date"}, long),
    "read_holiday": lambda long: _or(TEXT, long),
    "_with_kind": lambda long: _or({"const": "all"}, *long["oneOf"]),
}
"""By the name of the function that reads a short spelling: the schema of both spellings, made from that of the long one."""


def _conditions() -> dict[str, Json]:
    """A condition as people write it, or as a typed request holds it."""
    condition, field, period = (
        _ref("AnyCondition"),
        _or(TEXT, {"type": "object", "required": ["kind"]}),
        _ref("Settings/properties/default_period"),
    )
    listed = {"type": "array", "items": condition}
    date = {"type": "string", "format": "date"}
    left: dict[str, Json] = {
        "field": field,
        "tag": TEXT,
        "as_of": date,
        "metric": TEXT,
        "of": TEXT,
        "period": period,
        "where": condition,
    }
    one_left = {"oneOf": [{"required": [key]} for key in ("field", "tag", "metric")]}
    other = {**_object((), **left, times={"type": "number"}), **one_left}
    operand = _or(SCALAR, _object(("attribute",), attribute=TEXT), other)
    words: dict[str, Json] = dict.fromkeys(SHORT_KEYS, operand)
    several = _or({"type": "array", "items": SCALAR}, _object(("attribute",), attribute=TEXT))
    words |= {"in": several, "not_in": several, "missing": {"type": "boolean"}}
    words["between"] = {"type": "array", "items": SCALAR, "minItems": 2, "maxItems": 2}
    compared = {
        **_object((), **left, **words),
        "allOf": [one_left, {"oneOf": [{"required": [key]} for key in SHORT_KEYS]}],
    }
    number = {"type": "integer", "minimum": 1}
    within = _object(("days",), days=number, after=TEXT, dataset=TEXT, where=condition)
    did = _object(("did", "entity"), did=TEXT, entity=TEXT, where=condition, period=period, count=number, within=within)
    step = _object(("dataset",), dataset=TEXT, where=condition, times={"type": "integer", "minimum": 1})
    steps = _object(
        ("entity", "steps"),
        entity=TEXT,
        steps={"type": "array", "items": step, "minItems": 2},
        within_days={"type": "integer", "minimum": 1},
    )
    short = _or(
        compared,
        listed,
        _object(("all",), all=listed),
        _object(("any",), any=listed),
        _object(("not",), **{"not": condition}),
        _object(("segment",), segment=TEXT, as_of=date),
        did,
        steps,
        {"type": "object", "required": ["kind"]},
    )
    short["description"] = "Such as {field: city, is: Paris}; a list means that all hold, {any: […]} one of them, {not: …} none."
    return {"AnyCondition": short}


# ---- made from the types ----------------------------------------------------------------------------------------------------


class _WithShortSpellings(GenerateJsonSchema):
    """Adds what is read before validation, and what docstrings say of each key."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        long = super().function_before_schema(schema)
        read = SPELLINGS.get(getattr(schema["function"]["function"], "__name__", ""))
        return read(long) if read is not None else long

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        texts = attribute_texts(schema["cls"])
        for name, property_schema in made.get("properties", {}).items():
            property_schema.pop("title", None)
            if name in texts:
                property_schema["description"] = texts[name]
        made["description"] = _summary(schema["cls"])
        return made


ATTRIBUTE = re.compile(r"^    ([a-z_]+(?:, [a-z_]+)*): (.*)$")


def attribute_texts(model: type[BaseModel]) -> dict[str, str]:
    """What the docstrings of a model and of those that it is made from say of each attribute."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        lines = inspect.cleandoc(base.__doc__ or "").partition("Attributes:\n")[2].splitlines() if base is not object else []
        names: list[str] = []
        for line in lines:
            match = ATTRIBUTE.match(line)
            if match:
                names = match[1].split(", ")
                found |= dict.fromkeys(names, match[2])
            elif line.startswith("        ") and names:
                found |= {name: f"{found[name]} {line.strip()}" for name in names}
    return found


def _summary(model: type[BaseModel]) -> str:
    return " ".join(inspect.cleandoc(model.__doc__ or "").partition("\n\nAttributes:")[0].partition("\n\nRaises:")[0].split())


def workspace_schema() -> Json:
    """The JSON schema of one file of a workspace."""
    schema = Workspace.model_json_schema(schema_generator=_WithShortSpellings)
    definitions: Json = schema["$defs"] | _conditions()
    definitions["WholeData"]["required"] = ["kind"]
    definitions["Between"]["anyOf"] = [{"required": ["start"]}, {"required": ["end"]}]
    sections = {name: schema["properties"][name] | {"description": text} for name, text in SECTIONS.items()}
    return _finished(
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "A workspace of Huaxiang 画像",
            "description": "Sections may be spread over several files of one folder. docs/workspace.md says what each is for.",
            "type": "object",
            "additionalProperties": False,
            "properties": sections,
            "$defs": dict(sorted(definitions.items())),
        }
    )


KEYS = {"aggregate": ("agg",), "attribute": ("attribute", "condition")}
"""Which keys tell a kind, where no key is called like it."""


def _finished(node: Any) -> Any:
    """References where they were left for later, and unions of metrics and of tags told apart by their keys."""
    if isinstance(node, list):
        return [_finished(each) for each in node]
    if not isinstance(node, dict):
        return node
    if LATER in node:
        return {"$ref": node[LATER]}
    mapping = node.get("discriminator", {}).get("mapping", {})
    if mapping.keys() & {"aggregate", "rules"}:
        return _told_by_keys(mapping)
    told: Json = {}
    for key, value in node.items():
        if key in ("properties", "$defs"):
            # Names of keys, which may be called like a word of schemas.
            told[key] = {name: _finished(each) for name, each in value.items()}
        elif key != "discriminator":
            told[key] = _finished(value)
    if not isinstance(told.get("default", ""), bool | int | float | str):
        # An empty default tells nobody anything, and an editor would write it out.
        del told["default"]
    return told


def _told_by_keys(mapping: Json) -> Json:
    """A union whose member shows in the key that says how it is computed: so an editor names what is wrong with it."""
    every = [key for kind in mapping for key in KEYS.get(kind, (kind,))]
    chain: Json = {"anyOf": [{"required": [key]} for key in every]}
    for kind, ref in reversed(mapping.items()):
        for key in KEYS.get(kind, (kind,)):
            chain = {"if": {"required": [key]}, "then": {"$ref": ref}, "else": chain}
    return {"type": "object", **chain}
