"""Values between the words of a question and what is stored: a model writes the former and never sees the latter."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from assistant.conversation import Conversation
from assistant.language.text import key_of, read_question
from assistant.planner.misfit import MisfitError
from assistant.planner.plan import Reader
from assistant.wording.texts import templates
from semantic_layer.columns import UNKNOWN
from semantic_layer.conditions import And, AnyCondition, Compare, Field, In, Not, Or, Range, Value
from semantic_layer.errors import closest
from semantic_layer.frozen import Frozen
from semantic_layer.model.datasets import Field as FieldDefinition
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset
from semantic_layer.requests import REQUEST, EntityQuery, MetricQuery, ValueQuery

WITHHELD = "(withheld)"
"""Stands in a model's view of earlier requests for a value that it may not see; repeated, it means that value."""

Leaf = Compare | In | Range


def with_leaves(condition: AnyCondition, change: Callable[[Leaf], AnyCondition]) -> AnyCondition:
    """A condition with its comparisons changed, and its logic kept."""
    match condition:
        case And(of=parts):
            return And(of=tuple(with_leaves(part, change) for part in parts))
        case Or(of=parts):
            return Or(of=tuple(with_leaves(part, change) for part in parts))
        case Not(of=part):
            return Not(of=with_leaves(part, change))
        case Compare() | In() | Range():
            return change(condition)
        case _:
            return condition


def with_conditions(request: Frozen, change: Callable[[Leaf], AnyCondition]) -> Frozen:
    """A request with the comparisons of all its conditions changed."""
    if not isinstance(request, MetricQuery | EntityQuery | ValueQuery):
        return request
    update: dict[str, object] = {}
    if request.where is not None:
        update["where"] = with_leaves(request.where, change)
    if isinstance(request, MetricQuery) and request.share_of is not None and request.share_of.where is not None:
        update["share_of"] = request.share_of.model_copy(update={"where": with_leaves(request.share_of.where, change)})
    return request.model_copy(update=update)


# ---- from words to stored values ----------------------------------------------------------------------------------------------


def with_stored_values(request: Frozen, reader: Reader, conversation: Conversation) -> Frozen:
    """The request with the values that are stored instead of the words that stand for them.

    Raises:
        MisfitError: a value is none of its field, so that the answer would be a silent nothing.
    """

    def stored(leaf: Leaf) -> AnyCondition:
        left = leaf.left
        if not isinstance(left, Field):
            return leaf
        match leaf:
            case Compare(op="eq" | "ne" as op, right=str() as value) if value == WITHHELD:
                known = In(left=left, values=_withheld(left.name, conversation))
                return known if op == "eq" else Not(of=known)
            case Compare(op="eq" | "ne", right=bool() | int() | float() | str() as value):
                return leaf.model_copy(update={"right": _stored(left.name, value, reader)})
            case In(values=tuple() as values):
                return leaf.model_copy(update={"values": tuple(_all_stored(left.name, values, reader, conversation))})
            case _:
                return leaf

    return with_conditions(request, stored)


def _all_stored(name: str, values: tuple[Value, ...], reader: Reader, conversation: Conversation) -> Iterable[Value]:
    for value in values:
        if value == WITHHELD:
            yield from _withheld(name, conversation)
        else:
            yield _stored(name, value, reader)


def _stored(name: str, value: Value, reader: Reader) -> Value:
    bare = name.rpartition(".")[2]
    field = field_of(reader.workspace, name)
    kind = _type_of(reader.workspace, bare, field)
    if kind == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if kind == "id" and isinstance(value, str) and value.isdigit():
        return int(value)
    if kind != "category" or value in _all_words_for_unknown():
        return UNKNOWN if kind == "category" else value
    known = reader.lexicon.values.get(bare)
    if known is None or value in known:
        return value
    found = [each for each in _called(str(value), field) if each in known] or _spelled(str(value), known)
    if len(found) == 1:
        return found[0]
    raise MisfitError(_no_such_value(name, str(value), [str(each) for each in known], field))


def _type_of(workspace: Workspace, bare: str, field: FieldDefinition | None) -> str:
    entity = workspace.entity_of_key(bare)
    return entity.type if entity is not None else field.type if field is not None else ""


def field_of(workspace: Workspace, name: str) -> FieldDefinition | None:
    """The definition of a field; None for keys that no dataset declares as one."""
    home = home_dataset(workspace, name)
    return home.field(name.rpartition(".")[2]) if home is not None else None


def _all_words_for_unknown() -> tuple[str, ...]:
    return (UNKNOWN, *(templates(language)["unknown"] for language in ("zh", "en")), "unknown")


def _called(word: str, field: FieldDefinition | None) -> list[Value]:
    """The values that the workspace calls by a word."""
    key = key_of(word)
    entries = field.values if field is not None else ()
    return [entry.value for entry in entries if any(key_of(each) == key for each in entry.all())]


def _spelled(word: str, known: Iterable[Value]) -> list[Value]:
    """Values that are the word but for case and plural."""
    key = key_of(word)
    return [value for value in known if key and key_of(str(value)) == key]


def _no_such_value(name: str, word: str, known: list[str], field: FieldDefinition | None) -> str:
    near = closest(word, known) if field is not None and field.share_with_model else []
    hint = f" Near ones: {', '.join(near)}." if near else ""
    return (
        f"'{name}' has no value that is called '{word}' or that this viewer may see.{hint} "
        "Write values in the words of the question; where none fits, call `refuse` with those words as span."
    )


def _withheld(name: str, conversation: Conversation) -> tuple[Value, ...]:
    """The values of a field that the conversation last filtered by, or showed first."""
    bare = name.rpartition(".")[2]
    for turn in reversed(conversation.turns):
        if turn.request is not None and (values := values_of(turn.request).get(bare)):
            return values
        shown = next((mention.values for mention in turn.mentions if mention.field == bare), ())
        if shown:
            return shown
    raise MisfitError(f"no earlier value of '{name}' is known; write values in the words of the question")


def values_of(request: dict[str, object]) -> dict[str, tuple[Value, ...]]:
    """The literals of a request's conditions, by field."""
    found: dict[str, tuple[Value, ...]] = {}

    def note(leaf: Leaf) -> AnyCondition:
        if isinstance(leaf.left, Field):
            bare = leaf.left.name.rpartition(".")[2]
            found[bare] = (*found.get(bare, ()), *_literals(leaf))
        return leaf

    if request.get("kind") in ("metric_query", "entity_query", "value_query"):
        with_conditions(REQUEST.validate_python(request), note)
    return found


def _literals(leaf: Leaf) -> tuple[Value, ...]:
    match leaf:
        case Compare(right=bool() | int() | float() | str() as value):
            return (value,)
        case In(values=tuple() as values):
            return values
        case Range(low=low, high=high):
            return (low, high)
        case _:
            return ()


# ---- from stored values to words ----------------------------------------------------------------------------------------------


def with_words_for_values(request: Frozen, workspace: Workspace, asked: Iterable[str]) -> Frozen:
    """The request as a model may see it: values in the words that were typed, and withheld where nobody typed them.

    Args:
        asked: The questions of the conversation.
    """
    questions = [read_question(each) for each in asked]
    typed = [(tuple(token.key for token in each.tokens), each) for each in questions]

    def words(name: str, value: Value) -> Value:
        field = field_of(workspace, name)
        entry = field.value_words(value) if field is not None else None
        if isinstance(value, bool) or value == UNKNOWN or (field is not None and field.share_with_model):
            return value
        for word in (str(value), *(entry.all() if entry is not None else ())):
            for keys, question in typed:
                at = _place(key_of(word), keys)
                if at is not None:
                    return question.words(at, at + len(key_of(word)))
        return WITHHELD

    def shown(leaf: Leaf) -> AnyCondition:
        left = leaf.left
        if not isinstance(left, Field):
            return leaf
        match leaf:
            case Compare(right=bool() | int() | float() | str() as value):
                return leaf.model_copy(update={"right": words(left.name, value)})
            case In(values=tuple() as values):
                return leaf.model_copy(update={"values": tuple(dict.fromkeys(words(left.name, each) for each in values))})
            case Range(low=low, high=high):
                return leaf.model_copy(update={"low": words(left.name, low), "high": words(left.name, high)})
            case _:
                return leaf

    return with_conditions(request, shown)


def _place(part: tuple[str, ...], whole: tuple[str, ...]) -> int | None:
    """Where a run of tokens stands in another."""
    if not part:
        return None
    return next((at for at in range(len(whole) - len(part) + 1) if whole[at : at + len(part)] == part), None)
