"""Which of the workspace's first questions a viewer gets an answer to: only these are offered."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from assistant.conversation import Conversation
from assistant.planner.outcome import Plan
from assistant.planner.plan import Reader, plan
from assistant.reply import read_request
from assistant.wording.texts import text_of
from semantic_layer.engines.base import Engine
from semantic_layer.errors import HuaxiangError
from semantic_layer.model.workspace import Question
from semantic_layer.words import LANGUAGES
from tools.catalogue import run
from tools.context import Context

_tried: WeakKeyDictionary[Engine, dict[str, tuple[Question, ...]]] = WeakKeyDictionary()
"""For each opened data version and grant, what was found; a policy can refuse a question by its rows alone."""


def first_questions(reader: Reader, context: Context) -> tuple[Question, ...]:
    """The workspace's questions, without those that this viewer's policy refuses.

    Args:
        context: One of its own, so that nobody is told of these runs.
    """
    questions = reader.workspace.questions
    if not context.scope.grant.restricted:
        return questions
    known = _tried.setdefault(context.engine, {})
    key = context.scope.grant.hash
    if key not in known:
        known[key] = tuple(each for each in questions if _is_answered(each, reader, context))
    return known[key]


def _is_answered(question: Question, reader: Reader, context: Context) -> bool:
    """Whether both languages get an answer."""
    texts = {text_of(question.model_dump(), language) for language in LANGUAGES}
    for text in texts:
        outcome = plan(text, Conversation(id=""), reader)
        if not isinstance(outcome, Plan):
            return False
        try:
            run(read_request(outcome.readings[0]), context)
        except HuaxiangError:
            return False
    return True
