"""Menus of filters: other values of a field, the opposite, and what else can be filtered by."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError

from assistant.edits.dimensions import Dimension, dimensions_of
from assistant.edits.edit import Edit
from assistant.edits.option import MOST_SHOWN, Option, matches, offered, option
from assistant.edits.viewing import Viewing
from semantic_layer.columns import UNKNOWN
from semantic_layer.conditions import (
    AnyCondition,
    Compare,
    Field,
    FieldRef,
    In,
    InSegment,
    IsNull,
    Not,
    TimeBucket,
    Value,
    all_of,
    parts_of,
    refs_of,
)
from semantic_layer.reach import home_dataset
from semantic_layer.requests import MetricQuery, plain

REF: TypeAdapter[FieldRef] = TypeAdapter(FieldRef)
CYCLES: dict[str, tuple[Value, ...]] = {
    "weekday": tuple(range(1, 8)),
    "hour": tuple(range(24)),
    "is_weekend": (True, False),
}
"""Grains that come round again, with their values; days along the calendar are the period's."""
MOST_DIGITS = 18
"""Of a key that is a whole number of the engine."""


def fields_to_filter(request: MetricQuery, viewing: Viewing, search: str) -> tuple[Option, ...]:
    """The menu `where.add`: named conditions and segments at once, fields by way of their values."""
    workspace, language = viewing.scope.workspace, viewing.words.language
    parts = parts_of(request.where)
    named: list[tuple[AnyCondition, str, str, tuple[str, ...]]] = [
        (each.where, each.label_in(language), viewing.say("conditions"), each.words()) for each in workspace.conditions
    ]
    named += [
        (InSegment(name=each.name), each.label_in(language), viewing.say("segments"), each.words()) for each in workspace.segments
    ]
    at_once = (
        option(request, _where((*parts, condition)), text, viewing, group)
        for condition, text, group, words in named
        if condition not in parts and matches(search, text, *words)
    )
    filtered = [ref for part in parts for ref in refs_of(part)]
    fields = (
        Option(text=each.text, group=each.group, opens=f"where.add:{_key(each.ref)}")
        for each in dimensions_of(request, viewing)
        if each.ref not in filtered and matches(search, each.text, *each.words) and _can_be_filtered(each, request, viewing)
    )
    return (*fields, *offered(at_once))


def _key(ref: FieldRef) -> str:
    """A reference as it is written short."""
    return ref.grain if isinstance(ref, TimeBucket) else getattr(ref, "name", "")


def _can_be_filtered(dimension: Dimension, request: MetricQuery, viewing: Viewing) -> bool:
    """Whether one of its values, or any key, could be asked for: of the bare metrics, since the rest has no part in it."""
    if dimension.key:
        # Which keys a viewer may name is decided when one is typed; not to be a certain one may be said of all.
        probe: AnyCondition = Not(of=_is(dimension.ref, 0 if dimension.type == "id" else "0"))
    elif known := _known(dimension.ref, viewing):
        probe = _is(dimension.ref, known[0])
    else:
        return False
    return viewing.compiled(MetricQuery(metrics=request.metrics, where=probe, period=request.period)) is not None


def values_to_add(request: MetricQuery, field: str, viewing: Viewing, search: str) -> tuple[Option, ...]:
    """The menu `where.add:<field>`: each value as one more filter."""
    try:
        ref = REF.validate_python(field)
    except ValidationError:
        return ()
    return _values(request, parts_of(request.where), len(parts_of(request.where)), ref, False, viewing, search)


def other_values(request: MetricQuery, place: int, viewing: Viewing, search: str) -> tuple[Option, ...]:
    """The menu `where.<place>`: the other values of the field, and the opposite of what stands there."""
    parts = parts_of(request.where)
    part = parts[place]
    negated = isinstance(part, Not)
    positive = part.of if isinstance(part, Not) else part
    opposite: AnyCondition = positive if negated else Not(of=part)
    if isinstance(part, Compare) and part.op == "ne":
        negated, positive = True, part.model_copy(update={"op": "eq"})
        opposite = positive
    ref = _ref_of(positive)
    turned = None
    if ref is None or _known(ref, viewing) != [True, False]:
        edit = _where(_replaced(parts, place, opposite))
        turned = option(request, edit, viewing.words.condition(opposite), viewing, viewing.say("opposite"))
    values = _values(request, parts, place, ref, negated, viewing, search) if ref is not None else ()
    return (*values, *(each for each in offered((turned,)) if matches(search, each.text)))


def _ref_of(condition: AnyCondition) -> FieldRef | None:
    """The field of a condition that names values of one."""
    match condition:
        case Compare(left=Field() | TimeBucket() as left, op="eq") | In(left=left) | IsNull(left=left):
            return left
        case _:
            return None


def _values(
    request: MetricQuery,
    parts: tuple[AnyCondition, ...],
    place: int,
    ref: FieldRef,
    negated: bool,
    viewing: Viewing,
    search: str,
) -> tuple[Option, ...]:
    """Conditions on values of one field. All compile alike, so that one is tried and the others are held to the grant."""
    group = viewing.words.ref(ref)
    found: list[Option] = []
    for value in _found(ref, viewing, search):
        condition = Not(of=_is(ref, value)) if negated else _is(ref, value)
        edit = _where(_replaced(parts, place, condition))
        if not found:
            first = option(request, edit, viewing.words.value(ref, value), viewing, group)
            if first is None and not viewing.allows(_is(ref, value), request):
                continue
            if first is None:
                return ()
            found.append(first)
        elif viewing.allows(_is(ref, value), request):
            current = place < len(parts) and parts[place] == condition
            found.append(Option(text=viewing.words.value(ref, value), edit=edit, current=current, group=group))
        if len(found) == MOST_SHOWN:
            break
    return tuple(found)


def _is(ref: FieldRef, value: Value) -> AnyCondition:
    """As the planner writes it."""
    return IsNull(left=ref) if value == UNKNOWN else Compare(left=ref, op="eq", right=value)


def _where(parts: tuple[AnyCondition, ...]) -> Edit:
    joined = all_of(parts)
    return Edit(part="where", value=plain(joined) if joined is not None else None)


def _replaced(parts: tuple[AnyCondition, ...], place: int, condition: AnyCondition) -> tuple[AnyCondition, ...]:
    return (*parts[:place], condition, *parts[place + 1 :])


def _found(ref: FieldRef, viewing: Viewing, search: str) -> Iterator[Value]:
    """Values that were searched for, those that begin so first; of a key the one that was typed."""
    known = _known(ref, viewing)
    if not known and isinstance(ref, Field):
        yield from _typed(ref, viewing, search)
        return
    field = viewing.words.field(ref.name) if isinstance(ref, Field) else None
    typed = search.strip().casefold()
    begins: list[Value] = []
    holds: list[Value] = []
    for value in known:
        entry = field.value_words(value) if field is not None else None
        texts = (viewing.words.value(ref, value), str(value), *(entry.all() if entry is not None else ()))
        if matches(search, *texts):
            (begins if any(text.casefold().startswith(typed) for text in texts) else holds).append(value)
    yield from (*begins, *holds)


def _typed(ref: Field, viewing: Viewing, search: str) -> Iterator[Value]:
    """A key as it was typed: nobody lists them."""
    entity = viewing.scope.workspace.entity_of_key(ref.name.rpartition(".")[2])
    typed = search.strip()
    if entity is None or not typed:
        return
    if entity.type == "category":
        yield typed
    elif typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS:
        yield int(typed)


def _known(ref: FieldRef, viewing: Viewing) -> list[Value]:
    """The values of a field: in the analyst's order, then the others as they are listed."""
    if isinstance(ref, TimeBucket):
        return list(CYCLES.get(ref.grain, ())) if ref.field is None else []
    if not isinstance(ref, Field):
        return []
    field = viewing.words.field(ref.name)
    if field is not None and field.type == "boolean":
        return [True, False]
    home = home_dataset(viewing.scope.workspace, ref.name)
    listed = viewing.values.get(ref.name.rpartition(".")[2], ()) if home is not None else ()
    declared = [entry.value for entry in field.values if entry.value in listed] if field is not None else []
    return [*declared, *(value for value in listed if value not in declared)]
