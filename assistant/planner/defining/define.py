"""Defining a segment by talking: the outcome of "save those who … as a segment", and of what is said of it next."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.conversation import Conversation
from assistant.language.dates import Today
from assistant.language.meanings import FieldTerm, Meaning, SegmentTerm, SeveralTerm, TagTerm, TagValueTerm
from assistant.language.text import Question, is_han, key_of, read_question
from assistant.language.words import language_data
from assistant.planner.cover import cover
from assistant.planner.defining.asked import condition_of
from assistant.planner.defining.atoms import Atoms
from assistant.planner.defining.days import with_shared_days
from assistant.planner.defining.extra import extra_spans
from assistant.planner.defining.frame import Frame, frame_of, names_of, renamed, saves_under_name, says
from assistant.planner.defining.naming import made_up, near, taken, technical_name
from assistant.planner.defining.parts import Part, parts_in
from assistant.planner.defining.tag_values import with_values_of_tags
from assistant.planner.defining.tree import UnreadError, tree_of
from assistant.planner.draft import Item
from assistant.planner.lexicon import Lexicon
from assistant.planner.outcome import Binding, Outcome, Plan, Refuse
from semantic_layer.columns import Note
from semantic_layer.conditions import AnyCondition
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import SinglePeriod
from semantic_layer.requests import plain
from semantic_layer.words import Text
from tools.requests import DefineSegment

Ask = Callable[[str], Outcome]
"""What the planner makes of a question that nothing was asked before."""


def defined(question: Question, conversation: Conversation, lexicon: Lexicon, today: Today, ask: Ask) -> Outcome | None:
    """The outcome of a question that defines a segment, or says what becomes of the one that was shown last."""
    frame = frame_of(question)
    if frame is not None:
        return _shown(question, frame, lexicon, today, ask)
    last = conversation.last
    if last is None or (last.request or {}).get("kind") != "define_segment":
        return None
    request = DefineSegment.model_validate(last.request)
    if request.step != "show":
        return None
    if says(question, "confirm"):
        return _step(request, "save", question)
    if says(question, "cancel"):
        return _step(request, "cancel", question)
    name = renamed(question)
    if name is None:
        return None
    label = names_of(name)
    clash = taken(label, lexicon, today)
    if clash is not None:
        return _name_taken(clash.name, clash.means, question)
    named = request.model_copy(update={"named": True, "label": label, "name": technical_name(label, lexicon.workspace)})
    return _step(named, "save" if saves_under_name(question) else "show", question)


def condition_in(text: str, lexicon: Lexicon, today: Today, ask: Ask) -> tuple[str, AnyCondition, Atoms]:
    """The entity and the condition that words say of each one.

    Raises:
        UnreadError: a word that cannot be read, or that the condition language has no way to say.
    """
    question = read_question(_with_signs(_without_noun(text, lexicon.workspace)))
    items = [
        _decided(item, lexicon.workspace) for item in cover(question, lexicon, today, extra_spans(question, lexicon.workspace))
    ]
    items = with_values_of_tags(items, lexicon.workspace)
    entity = _entity_of(items, lexicon.workspace)
    if entity is None:
        raise UnreadError(text, "define_entity")

    def otherwise(parts: list[Part], days: SinglePeriod | None) -> AnyCondition | None:
        mine = [part for part in parts if not part.shared]
        spans = [item.span for part in mine for item in part.items]
        words = question.words(min(span.start for span in spans), max(span.end for span in spans))
        return condition_of(ask(_as_question(words, entity, mine, lexicon.workspace)), entity, lexicon.workspace)

    reader = Atoms(lexicon.workspace, entity, otherwise)
    parts = with_shared_days(parts_in(items), question.language)
    return entity, tree_of(parts, reader.read), reader


def _shown(question: Question, frame: Frame, lexicon: Lexicon, today: Today, ask: Ask) -> Outcome:
    workspace, notes = lexicon.workspace, list[Note]()
    label = names_of(frame.name) if frame.name else made_up(question.language, workspace)
    clash = taken(label, lexicon, today) if frame.name else None
    if clash is not None:
        return _name_taken(clash.name, clash.means, question)
    try:
        entity, rule, reader = condition_in(frame.what, lexicon, today, ask)
    except UnreadError as error:
        return Refuse(code=error.code, span=error.text, parts={"text": error.text}, bindings=_bound(question, error.text))
    beside = near(label, lexicon, entity)
    if beside is not None:
        notes.append(Note(code="near_name", parts={"name": beside.name, "means": beside.means.model_dump()}))
    if reader.shared:
        notes.append(Note(code="shared_days"))
    if reader.undated:
        notes.append(Note(code="undated_rule"))
    request = DefineSegment(
        entity=entity,
        rule=rule,
        name=technical_name(label, workspace),
        label=label,
        asked=question.original.strip(),
        named=frame.name is not None,
    )
    return Plan(readings=(plain(request),), bindings=_bound(question, ""), notes=tuple(notes))


def _step(request: DefineSegment, step: str, question: Question) -> Plan:
    return Plan(readings=(plain(request.model_copy(update={"step": step})),), bindings=_bound(question, ""))


def _name_taken(name: str, means: Text, question: Question) -> Refuse:
    code = "name_taken" if means != Text() else "name_unfit"
    return Refuse(code=code, span=name, parts={"name": name, "means": means.model_dump()}, bindings=_bound(question, name))


def _bound(question: Question, unread: str) -> tuple[Binding, ...]:
    """All words belong to the definition; the one that could not be read to nothing."""
    text = question.original.strip()
    if not unread or unread not in text:
        return (Binding(text=text, to="segment"),)
    before, _, after = text.partition(unread)
    around = [Binding(text=each, to="segment") for each in (before, after) if each.strip()]
    return (*around, Binding(text=unread, to=""))


def _without_noun(text: str, workspace: Workspace) -> str:
    """ "Customers who returned" may be the name of a figure; of whom something is said is known without the noun."""
    person = next((entity for entity in workspace.entities if entity.personal), None)
    found = re.match(r"\s*([A-Za-z]+) (who|that|whose)\b", text)
    if person is None or found is None:
        return text
    nouns = {key_of(word) for word in person.words()}
    return text[found.start(2) :] if key_of(found[1]) in nouns else text


def _with_signs(text: str) -> str:
    """Bounds and brackets as signs of their own, so that no other word takes a part of them: "ordered at least" names no time."""
    text = text.translate(str.maketrans("(（)）", "[[]]"))
    for words, sign in language_data("en")["defining"]["signs"].items():
        text = re.sub(rf"\b{words}\b", sign, text, flags=re.IGNORECASE)
    return text


def _entity_of(items: list[Item], workspace: Workspace) -> str | None:
    """Whose segment it is: of the tags and segments that are named, of the noun, or of people."""
    for item in items:
        for term in item.span.meanings:
            found = None
            if isinstance(term, TagTerm | TagValueTerm):
                found = workspace.tag(term.name if isinstance(term, TagTerm) else term.tag)
            elif isinstance(term, SegmentTerm):
                found = workspace.segment(term.name)
            if found is not None:
                return found.entity
    person = next((entity.name for entity in workspace.entities if entity.personal), None)
    nouns = [term.entity for item in items for term in item.all(FieldTerm) if term.entity is not None]
    return person if person is not None else (nouns[-1] if nouns else None)


def _decided(item: Item, workspace: Workspace) -> Item:
    """A word with several declared meanings, of which one says something of each one: it is that one."""
    term = item.get(SeveralTerm)
    if term is None:
        return item
    found: list[Meaning] = []
    for reading in workspace.ambiguous[term.index].readings:
        name, has_value, value = reading.partition("=")
        if has_value and (tag := workspace.tag(name)) is not None:
            stored = next((entry.value for entry in tag.values if str(entry.value) == value), value)
            found.append(TagValueTerm(tag.name, stored))
        elif workspace.metric(name) is None and workspace.segment(name) is not None:
            found.append(SegmentTerm(name))
    if len(found) != 1:
        return item
    kept = tuple(meaning for meaning in item.span.meanings if meaning is not term)
    return replace(item, span=replace(item.span, meanings=(*found, *kept)))


def _as_question(words: str, entity: str, parts: list[Part], workspace: Workspace) -> str:
    """How many there are of whom the words are said."""
    described = workspace.entity(entity)
    named = any(term.entity == entity for part in parts for item in part.items for term in item.all(FieldTerm))
    zh = any(map(is_han, words))
    noun = described.label_in("zh" if zh else "en") if described is not None else entity
    if zh:
        return f"{words}有多少" if named else f"{words.removesuffix('的')}的{noun}有多少"
    who = "" if words.lower().startswith(("who", "whose", "with")) else "who "
    return f"how many {words}" if named else f"how many {noun} {who}{words}"
