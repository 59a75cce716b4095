"""What a language model sends, read as untrusted: typed requests, closed codes, and words of the question. Prose is dropped."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from assistant.language.text import read_question
from assistant.planner.gate import UNKNOWN_WORDS, accepted
from assistant.planner.misfit import MisfitError
from assistant.planner.names import check_names
from assistant.planner.outcome import Binding, Choice, Clarify, Plan, Refuse
from assistant.planner.stored_values import with_stored_values
from assistant.prompt import catalogue_names
from assistant.reply import read_request
from assistant.turn import TurnContext
from semantic_layer.errors import RequestError
from semantic_layer.frozen import Frozen
from semantic_layer.requests import EntityQuery, MetricQuery, ValueQuery, plain

CLARIFY_CODES = ("metric", "term", "readings", "two_periods", "no_subject")
REFUSE_CODES = ("unbound_word", "not_defined", "no_such_data", "off_topic", "write")
NEEDS_CHOICES = ("term", "readings")
"""Questions back that say nothing without something to choose from."""
MOST_CHOICES = 6
MOST_READINGS = 4
MOST_BINDINGS = 60


def planned(request: type[Frozen], arguments: dict[str, Any], turn: TurnContext) -> Plan:
    """The plan that is run for a model's call of an analysis.

    Raises:
        MisfitError: it is no request, names what is not there, or says something else than the question.
    """
    readings = tuple(_known(_read(each, request), turn) for each in _listed(arguments, "readings", MOST_READINGS))
    if not readings:
        raise MisfitError("give at least one reading")
    return accepted(readings, _bindings(arguments), turn)


def asked_back(arguments: dict[str, Any], turn: TurnContext) -> Clarify:
    """A model's question back, in a closed code and with choices that can be run.

    Raises:
        MisfitError: the question is plain, or the call is not what a question back is.
    """
    code = _code(arguments, CLARIFY_CODES)
    own = turn.planned()
    if isinstance(own, Plan):
        raise MisfitError("every word of the question is known and it has one reading; call the tool that answers it")
    if isinstance(own, Refuse) and own.code not in UNKNOWN_WORDS:
        raise MisfitError(f"this cannot be answered because of '{own.span}'; call `refuse`")
    choices = tuple(choice for each in _listed(arguments, "choices", 20) if (choice := _choice(each, turn)) is not None)
    if not choices and isinstance(own, Clarify):
        return own
    if not choices and code in NEEDS_CHOICES:
        raise MisfitError("no choice is a request that can be run here; give requests of query_metrics, or call `refuse`")
    return Clarify(code=code, span=_span(arguments, turn.question, needed=code == "term"), choices=choices[:MOST_CHOICES])


def refused(arguments: dict[str, Any], turn: TurnContext) -> Refuse:
    """A refusal. Where the embedded planner refuses as well, its own is taken: it knows what could be asked instead.

    Raises:
        MisfitError: the question can be answered, or the call is not what a refusal is.
    """
    code = _code(arguments, REFUSE_CODES)
    span = _span(arguments, turn.question, needed=code != "off_topic")
    match turn.planned():
        case Refuse() as own:
            return own
        case Plan():
            raise MisfitError("every word of the question is known; call the tool that answers it")
        case Clarify() as own:
            return Refuse(code=code, span=span or own.span)


# ---- reading ------------------------------------------------------------------------------------------------------------------


def _listed(arguments: dict[str, Any], key: str, most: int) -> list[Any]:
    value = arguments.get(key) or []
    if not isinstance(value, list):
        raise MisfitError(f"`{key}` is a list")
    return value[:most]


def _code(arguments: dict[str, Any], codes: tuple[str, ...]) -> str:
    code = arguments.get("code")
    if not isinstance(code, str) or code not in codes:
        raise MisfitError(f"`code` is one of: {', '.join(codes)}")
    return code


def _read(data: Any, request: type[Frozen]) -> Frozen:
    """A typed request; the tool's name says its kind."""
    if not isinstance(data, dict):
        raise MisfitError("a reading is a JSON object")
    try:
        return request.model_validate({"kind": request.model_fields["kind"].default, **data})
    except ValidationError as error:
        faults = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()[:4]]
        raise MisfitError(f"the request is invalid: {'; '.join(faults)}") from None


def _bindings(arguments: dict[str, Any]) -> tuple[Binding, ...]:
    found: list[Binding] = []
    for each in _listed(arguments, "bindings", MOST_BINDINGS):
        text, to = (each.get("text"), each.get("to")) if isinstance(each, dict) else (None, None)
        if not isinstance(text, str) or not isinstance(to, str):
            raise MisfitError("a binding is an object with the texts `text` and `to`")
        found.append(Binding(text=text, to=to))
    return tuple(found)


def _known(request: Frozen, turn: TurnContext) -> Frozen:
    """The request with stored values, all of whose names are defined."""
    scope = turn.context.scope
    check_names(request, scope.workspace, catalogue_names(scope.workspace, scope))
    return with_stored_values(request, turn.reader, turn.conversation)


def _choice(data: Any, turn: TurnContext) -> Choice | None:
    """A choice that this viewer can run; None for any other."""
    request = data.get("request") if isinstance(data, dict) else None
    if not isinstance(request, dict):
        return None
    try:
        typed = _known(read_request({"kind": "metric_query", **request}), turn)
        if isinstance(typed, MetricQuery | EntityQuery | ValueQuery):
            turn.context.compile(typed)
    except (ValidationError, MisfitError, RequestError, ValueError, OverflowError):
        return None
    return Choice(request=plain(typed))


def _span(arguments: dict[str, Any], question: str, needed: bool) -> str:
    """The words of the question that a model named, as they stand there; never its own."""
    span = arguments.get("span") or ""
    if not isinstance(span, str):
        raise MisfitError("`span` is a text")
    read = read_question(question)
    keys, part = [token.key for token in read.tokens], [token.key for token in read_question(span).tokens]
    if not part and not needed:
        return ""
    for at in range(len(keys) - len(part) + 1):
        if part and keys[at : at + len(part)] == part:
            return read.words(at, at + len(part))
    raise MisfitError("`span` is the words of the question that are the reason, exactly as they stand there")
