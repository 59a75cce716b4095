"""What lies beside an exported audience: how it came about, for whoever is asked about it later."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML

from assistant.wording.readings import Words
from semantic_layer.conditions import COMPARISONS, And, AnyCondition, Compare, In, InSegment, Not, Or, Tag
from semantic_layer.data_version import ExportFacts
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import plain
from semantic_layer.words import LANGUAGES
from tools.audiences import Audience, parts_of
from tools.requests import AudienceQuery

VERSION = 1
WORDS_OF = {operator: word for word, operator in COMPARISONS.items()} | {"ne": "not"}


def manifest_of(
    request: AudienceQuery,
    found: Audience,
    facts: ExportFacts,
    workspace: Workspace,
    data_version: str,
    columns: list[str],
    files: list[dict[str, Any]],
) -> dict[str, Any]:
    """The manifest as JSON data; counts that the viewer may not be told are not in it.

    Args:
        columns: Headings of the files.
        files: Name, form, rows and SHA-256 of each.
    """
    counts = parts_of(request, found)
    split = None
    if found.control is not None:
        keys = ("treatment", "control", "share")
        split = {"seed": request.seed, "asked": request.control, **{key: counts[key] for key in keys}}
    return {
        "manifest": VERSION,
        "name": facts.name,
        "label": facts.label,
        "workspace": workspace.name,
        "entity": request.entity,
        "rule": {**rule_in_words(request.where, workspace), "yaml": rule_as_yaml(request, workspace)},
        "as_of": facts.as_of.isoformat(),
        "data_version": data_version,
        "exported_at": facts.exported_at.isoformat(timespec="seconds"),
        "user": facts.user,
        "role": facts.role,
        "counts": {key: counts[key] for key in ("size", "left_out", "exported") if key in counts},
        "left_out_by": counts.get("fallen"),
        "split": split,
        "ids": request.ids,
        "columns": columns,
        "files": files,
        "request": plain(request),
    }


def rule_in_words(where: AnyCondition, workspace: Workspace) -> dict[str, str]:
    return {language: Words(workspace, language).condition(where) for language in LANGUAGES}


def rule_as_yaml(request: AudienceQuery, workspace: Workspace) -> str:
    """The rule as it would stand in a workspace, with the rules of the segments that it names."""
    data: dict[str, Any] = {"entity": request.entity, "rule": short(request.where)}
    named = [part for part in _parts(request.where) if isinstance(part, InSegment)]
    known = {segment.name: short(segment.rule) for each in named if (segment := workspace.segment(each.name)) is not None}
    if known:
        data["segments"] = known
    out = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump(data, out)
    return out.getvalue()


def _parts(condition: AnyCondition) -> list[AnyCondition]:
    match condition:
        case And(of=parts) | Or(of=parts):
            return [each for part in parts for each in _parts(part)]
        case Not(of=part):
            return _parts(part)
        case _:
            return [condition]


def short(condition: AnyCondition) -> Any:
    """A condition as people write it, where it goes by tags and segments; anything else in its long form."""
    match condition:
        case And(of=parts):
            return [short(part) for part in parts]
        case Or(of=parts):
            return {"any": [short(part) for part in parts]}
        case Not(of=part):
            return {"not": short(part)}
        case InSegment(name=name, as_of=day):
            return {"segment": name, **({"as_of": day.isoformat()} if day is not None else {})}
        case Compare(left=Tag() as tag, op=op, right=bool() | int() | float() | str() as right):
            return {**_tag(tag), WORDS_OF[op]: right}
        case In(left=Tag() as tag, values=tuple() as values):
            return {**_tag(tag), "in": list(values)}
        case _:
            return plain(condition)


def _tag(tag: Tag) -> dict[str, Any]:
    return {"tag": tag.name, **({"as_of": str(tag.as_of)} if tag.as_of is not None else {})}
