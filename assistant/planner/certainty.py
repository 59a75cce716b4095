"""Whether the embedded planner needs nobody's help with a question."""

from __future__ import annotations

from assistant.planner.outcome import Outcome, Plan, Refuse

UNKNOWN_WORDS = ("unbound_word", "off_topic")
"""The planner's refusals that a model may lift, by saying what the unknown words mean."""
ABOUT_WORDS = frozenset({"corrected", "taken_for"})
"""Notes that a word was taken for another one."""


def is_certain(outcome: Outcome) -> bool:
    """Whether a language model could add nothing.

    A plan is certain with one reading and no word taken for another: every word has its meaning then, by the scope gate.
    A refusal is certain unless its reason is a word that nobody here knows. A question back never is.
    """
    match outcome:
        case Plan(readings=readings, notes=notes):
            return len(readings) == 1 and not any(note.code in ABOUT_WORDS for note in notes)
        case Refuse(code=code):
            return code not in UNKNOWN_WORDS
        case _:
            return False


def is_definition(outcome: Outcome) -> bool:
    """Whether a segment is being defined: its rule is read by a grammar of its own, which says again what it has read."""
    return isinstance(outcome, Plan) and any(reading.get("kind") == "define_segment" for reading in outcome.readings)
