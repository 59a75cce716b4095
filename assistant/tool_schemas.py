"""The tools as a language model is told of them: small JSON schemas, in the plain form that every provider takes.

LangChain unfolds the references of a tool object, and a condition holds conditions without end: so tools are handed over
as plain dictionaries with their definitions at the top.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

NEVER_ASKED = frozenset({"Attribute", "Did", "EntityMetric", "Meets", "Scaled", "Sequence", "Step", "Within"})
"""Parts of requests that belong in policies, or that no question can compute yet: a model need not know of them."""
SAYS_NOTHING = frozenset({"title", "default", "discriminator"})

BINDINGS: dict[str, Any] = {
    "type": "array",
    "description": "Every content word of the question, with the name in the request that it was bound to.",
    "items": {
        "type": "object",
        "properties": {"text": {"type": "string"}, "to": {"type": "string"}},
        "required": ["text", "to"],
    },
}


def plan_schema(request: type[BaseModel]) -> dict[str, Any]:
    """The parameters of a tool that runs typed requests."""
    whole = request.model_json_schema()
    definitions = {name: _definition(each) for name, each in whole.get("$defs", {}).items() if name not in NEVER_ASKED}
    reading = _lean({key: value for key, value in whole.items() if key not in ("$defs", "description")})
    reading["properties"].pop("kind", None)  # the tool's name says it
    schema = {
        "type": "object",
        "properties": {"readings": {"type": "array", "minItems": 1, "items": reading}, "bindings": BINDINGS},
        "required": ["readings", "bindings"],
    }
    used = _used(reading, definitions)
    return schema | ({"$defs": {name: definitions[name] for name in definitions if name in used}} if used else {})


def outcome_schema(codes: tuple[str, ...], with_choices: bool) -> dict[str, Any]:
    """The parameters of `clarify` and `refuse`."""
    properties: dict[str, Any] = {
        "code": {"type": "string", "enum": list(codes)},
        "span": {"type": "string", "description": "The words of the question that are the reason, as they stand there."},
    }
    if with_choices:
        request = {"type": "object", "description": "A reading as query_metrics takes it."}
        choice = {"type": "object", "properties": {"request": request}, "required": ["request"]}
        properties["choices"] = {"type": "array", "items": choice}
    return {"type": "object", "properties": properties, "required": ["code"]}


def as_function(name: str, description: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """A tool as a plain dictionary."""
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def _definition(schema: dict[str, Any]) -> dict[str, Any]:
    """One definition: its first line says what it is, and its kind must be given."""
    lean = _lean(schema)
    if "kind" in lean.get("properties", {}):
        lean["required"] = ["kind", *(name for name in lean.get("required", ()) if name != "kind")]
    first = str(schema.get("description", "")).partition("\n")[0]
    return lean | ({"description": first} if first else {})


def _lean(schema: Any) -> Any:
    """A schema without what says nothing to a model, and without the parts that are never asked."""
    if isinstance(schema, list):
        return [_lean(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "const" in schema:
        return {"const": schema["const"]}
    kept = {key: value for key, value in schema.items() if key not in SAYS_NOTHING and key != "description"}
    for key in ("anyOf", "oneOf"):
        if key in kept:
            branches = [_lean(each) for each in kept.pop(key) if not _needless(each)]
            return branches[0] | _lean(kept) if len(branches) == 1 else {**_lean(kept), "anyOf": branches}
    return {
        key: {name: _lean(each) for name, each in value.items()} if key == "properties" else _lean(value)
        for key, value in kept.items()
    }


def _needless(branch: dict[str, Any]) -> bool:
    """What may be left out needs no null; and nothing needs what is never asked."""
    return branch.get("type") == "null" or str(branch.get("$ref", "")).rpartition("/")[2] in NEVER_ASKED


def _used(schema: Any, definitions: dict[str, Any]) -> set[str]:
    """The definitions that a schema leads to."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            name = str(each.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(definitions[name])
            waiting += list(each.values())
    return found
