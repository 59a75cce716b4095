"""The scope gate for plans that a language model made: they are held against the embedded planner's own, part by part."""

from __future__ import annotations

from assistant.language.text import read_question
from assistant.planner.agreement import difference
from assistant.planner.certainty import UNKNOWN_WORDS
from assistant.planner.draft import Draft
from assistant.planner.grounding import grounded, words_for
from assistant.planner.misfit import MisfitError
from assistant.planner.outcome import Binding, Clarify, Plan, Refuse
from assistant.planner.plan import explain
from assistant.reply import read_request
from assistant.turn import TurnContext
from semantic_layer.frozen import Frozen
from semantic_layer.requests import MetricQuery

CHANGES = ("group", "group_after", "add", "remove", "refer", "only")
"""Words that turn a message into a change of the last request."""


def accepted(readings: tuple[Frozen, ...], bindings: tuple[Binding, ...], turn: TurnContext) -> Plan:
    """The plan that is run for a model's one.

    Where the embedded planner understood the question, the model has to say the same, and what the planner said is run,
    with its notes. Where it met unknown words, the model's plan is run if all else in it stands in the question.

    Raises:
        MisfitError: the plan says something else than the question.
    """
    draft = explain(turn.question, turn.reader)
    _all_bound(draft, bindings)
    own = turn.planned()
    try:
        match own:
            case Plan():
                _agree(readings, own, draft, turn)
                return own
            case Refuse(code=code) if code in UNKNOWN_WORDS and (code != "off_topic" or _says_something(draft, turn)):
                if len(readings) == 1 and isinstance(readings[0], MetricQuery):
                    return grounded(readings[0], bindings, turn)
                raise MisfitError(f"nothing here is called '{own.span}'; call `refuse` with it as span")
            case Refuse():
                raise MisfitError(f"this cannot be answered because of '{own.span}'; call `refuse`")
            case Clarify():
                raise MisfitError(f"the question is open ({own.code}); call `clarify` with the choices")
    except (ValueError, OverflowError):
        raise MisfitError("the request names days beyond the calendar") from None


def _all_bound(draft: Draft, bindings: tuple[Binding, ...]) -> None:
    """Each content word stands in a binding, whole."""
    bound = {token.key for binding in bindings if binding.to.strip() for token in read_question(binding.text).tokens}
    for item in draft.items:
        if not item.text.strip() or (item.span.meanings and (item.is_word or item.soft)):
            continue
        keys = {draft.question.tokens[at].key for at in range(item.span.start, item.span.end)}
        if not keys <= bound:
            raise MisfitError(f"the word '{item.text}' is bound to nothing; bind it, or call `refuse` with it as span")


def _agree(readings: tuple[Frozen, ...], own: Plan, draft: Draft, turn: TurnContext) -> None:
    asked = [read_request(data) for data in own.readings]
    for given in readings:
        problems = [
            difference(given, each, turn.reader.workspace, turn.reader.days_of, lambda name: words_for(draft, name))
            for each in asked
        ]
        if None not in problems:
            raise MisfitError(str(problems[0]))


def _says_something(draft: Draft, turn: TurnContext) -> bool:
    """Whether more than words of the language was understood, or the message changes an earlier question by its grammar."""
    if any(item.span.meanings and not item.is_word for item in draft.items):
        return True
    return bool(turn.conversation.requests()) and any(item.span.meanings and item.word(*CHANGES) for item in draft.items)
