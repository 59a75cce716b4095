"""The values of a tag in tables: their words, their natural order, what is unknown."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from semantic_layer.columns import UNKNOWN, Column, ValueLabel
from semantic_layer.compiler.naming import identifier
from semantic_layer.errors import closest, request_error
from semantic_layer.model.tags import AnyTag
from semantic_layer.words import Text
from tools.context import Context
from tools.profiles import TRUTH


def tag_of(name: str, entity: str, context: Context) -> AnyTag:
    """A tag of an entity.

    Raises:
        RequestError: `unknown_tag`, the entity has no tag of that name.
    """
    workspace = context.scope.workspace
    tag = workspace.tag(name)
    if tag is None or tag.entity != entity:
        own = [each.name for each in workspace.tags if each.entity == entity]
        raise request_error("unknown_tag", f"'{entity}' has no tag '{name}'", name=name, near=closest(name, own))
    return tag


def text_of_value(column: str) -> exp.Expr:
    """A value of a listed column as text, so that all tags are counted alike."""
    text = exp.cast(exp.column(identifier(column)), "VARCHAR")
    return exp.Coalesce(this=text, expressions=[exp.Literal.string(UNKNOWN)])


def key_of_value(value: object) -> str:
    """The text of a value as it is given in a request."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def words_of_values(tag: AnyTag, context: Context, found: Iterable[str]) -> tuple[ValueLabel, ...]:
    """The values that are declared, in their order, and behind them the others that were found, by number or by name."""
    profile = context.scope.workspace.profile(tag.entity)
    field = profile.field(tag.name) if profile is not None else None
    declared = [
        ValueLabel(value=str(each.value), label=Text(zh=each.label("zh", str(each.value)), en=each.label("en", str(each.value))))
        for each in (field.values if field is not None else ())
    ]
    known = {each.value for each in declared} | {UNKNOWN}
    others = sorted({value for value in found if value not in known}, key=_natural)
    return (*declared, *(ValueLabel(value=value, label=TRUTH.get(value) or Text(zh=value, en=value)) for value in others))


def _natural(value: str) -> tuple[bool, float, str]:
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value


def value_column(name: str, tag: AnyTag, label: Text, labels: tuple[ValueLabel, ...]) -> Column:
    """The column of a tag's values, in their order."""
    return Column(name=name, role="dimension", type="category", label=label, ordered=True, value_labels=labels)


def order_of(labels: tuple[ValueLabel, ...]) -> dict[str | None, int]:
    """The place of each value; what is unknown comes last."""
    return {each.value: place for place, each in enumerate(labels)} | {UNKNOWN: len(labels)}
