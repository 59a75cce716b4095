"""Pure: a viewer and the workspace's policies give a Grant, which the compiler applies to every request."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from semantic_layer.conditions import And, AnyCondition, Attribute, In, Not, Or, Value
from semantic_layer.errors import request_error
from semantic_layer.frozen import Frozen
from semantic_layer.model.audiences import ExportRule
from semantic_layer.model.policies import MinimumGroup, Role
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import digest


class Viewer(Frozen):
    """Who asks. A role's name cannot say which regions: that is an attribute.

    Attributes:
        user: Who it is, for the audit log.
        role: A role of the workspace; None takes the default one.
        attributes: Values by name, such as {"regions": [3, 4]}.
    """

    user: str = "local"
    role: str | None = None
    attributes: dict[str, Any] = {}


class Grant(Frozen):
    """What a viewer may see, with attributes already filled in.

    Attributes:
        role: Name of the role.
        rows: For each dataset the condition that its rows must meet.
        denied: Datasets that cannot be asked.
        hidden: `dataset.field` and bare dimension names that cannot be shown, grouped by, filtered by or listed.
    """

    role: str
    rows: dict[str, Any] = {}
    denied: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    minimum_group: MinimumGroup | None = None
    may_export: bool = True
    export: ExportRule = ExportRule()
    may_see_sql: bool = True

    @cached_property
    def hash(self) -> str:
        """Equal for viewers who see the same; part of every cache key."""
        rows = ";".join(f"{name}={condition.model_dump_json()}" for name, condition in sorted(self.rows.items()))
        flags = f"{self.minimum_group}|{self.may_see_sql}"
        return digest(self.role, rows, *sorted(self.denied), *sorted(self.hidden), flags)

    @property
    def restricted(self) -> bool:
        """Whether this viewer sees less than everything."""
        return bool(self.rows or self.denied or self.hidden or self.minimum_group)

    def hides(self, dataset: str, name: str) -> bool:
        return name in self.hidden or f"{dataset}.{name}" in self.hidden


def grant_of(viewer: Viewer, workspace: Workspace) -> Grant:
    """Works out what a viewer may see.

    Raises:
        RequestError: `not_allowed` when the workspace has no such role; it is never replaced by another one.
    """
    role = workspace.role(viewer.role)
    if role is None:
        known = [each.name for each in workspace.roles]
        what = f"there is no role '{viewer.role}'" if viewer.role is not None else "the workspace names no default role"
        raise request_error("not_allowed", what, f"Roles: {', '.join(known)}.", role=viewer.role or "", known=known)
    return _grant(role, viewer, workspace)


def _grant(role: Role, viewer: Viewer, workspace: Workspace) -> Grant:
    rows = {name: _filled(rule.rows, viewer.attributes) for name, rule in role.datasets.items() if rule.rows is not None}
    denied = frozenset(dataset.name for dataset in workspace.datasets if role.only_these and dataset.name not in role.datasets)
    hidden = frozenset(role.hide) | {f"{name}.{field}" for name, rule in role.datasets.items() for field in rule.hide}
    return Grant(
        role=role.name,
        rows=rows,
        denied=denied,
        hidden=hidden,
        minimum_group=role.minimum_group,
        may_export=role.may_export,
        export=role.export,
        may_see_sql=role.may_see_sql,
    )


def _filled(condition: AnyCondition, attributes: dict[str, Any]) -> AnyCondition:
    """Puts the viewer's attributes into a condition. A missing or odd attribute lets nothing through."""
    match condition:
        case In(left=left, values=Attribute(name=name)):
            return In(left=left, values=_values(attributes.get(name)))
        case And(of=parts):
            return And(of=tuple(_filled(part, attributes) for part in parts))
        case Or(of=parts):
            return Or(of=tuple(_filled(part, attributes) for part in parts))
        case Not(of=part):
            # Under a negation, "nothing matches" would turn into "everything does".
            names = _attributes_in(part)
            if any(not _values(attributes.get(name)) for name in names):
                return Or(of=())
            return Not(of=_filled(part, attributes))
        case _:
            return condition


def _attributes_in(condition: AnyCondition) -> set[str]:
    match condition:
        case In(values=Attribute(name=name)):
            return {name}
        case And(of=parts) | Or(of=parts):
            return {name for part in parts for name in _attributes_in(part)}
        case Not(of=part):
            return _attributes_in(part)
        case _:
            return set()


def _values(value: Any) -> tuple[Value, ...]:
    if isinstance(value, bool | int | float | str):
        return (value,)
    if isinstance(value, list | tuple):
        return tuple(item for item in value if isinstance(item, bool | int | float | str))
    return ()
