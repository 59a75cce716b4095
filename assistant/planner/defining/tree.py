"""And, or, not and brackets: a condition in words as a tree of single conditions."""

from __future__ import annotations

from collections.abc import Callable

from assistant.language.meanings import FieldTerm
from assistant.planner.defining.parts import Part
from semantic_layer.conditions import And, AnyCondition, Not, Or


class UnreadError(Exception):
    """A condition that cannot be said in the condition language, with the words and the code of why."""

    def __init__(self, text: str, code: str = "define_unread") -> None:
        super().__init__(text)
        self.text, self.code = text, code


Read = Callable[[list[Part]], AnyCondition]
"""Reads one condition. It is called in reading order, so that what is left out can be taken from the one before."""


def tree_of(parts: list[Part], read: Read) -> AnyCondition:
    """The whole condition.

    Raises:
        UnreadError: brackets that do not match, words that cannot be read, or "and" beside "or" where either may bind first.
    """
    parts = _trimmed(parts)
    if not parts:
        raise UnreadError("", "define_nothing")
    pieces, joints = _cut(parts)
    if not joints:
        return _single(parts, read)
    kinds = [_kind(joint, joints[at:]) for at, joint in enumerate(joints)]
    if len(set(kinds)) == 1:
        return joined(kinds[0], [tree_of(piece, read) for piece in pieces])
    strong = [at for at, joint in enumerate(joints) if joint.strong or _is_full_comma(joint)]
    if strong:
        if len({kinds[at] for at in strong}) > 1:
            raise UnreadError(joints[strong[-1]].text, "define_mixed")
        return joined(kinds[strong[0]], [tree_of(each, read) for each in _regrouped(pieces, joints, strong)])
    if any(joint.kind == "pause" for joint in joints):
        raise UnreadError(next(joint.text for joint in joints if joint.kind in ("or", "and")), "define_mixed")
    apart = [at for at, kind in enumerate(kinds) if kind == "or"]
    return joined("or", [tree_of(each, read) for each in _regrouped(pieces, joints, apart)])


def _cut(parts: list[Part]) -> tuple[list[list[Part]], list[Part]]:
    """The pieces between what joins, outside of brackets. Joining parts in a row are one: "and, but"."""
    pieces, joints, depth = [list[Part]()], list[Part](), 0
    for part in parts:
        depth += {"open": 1, "close": -1}.get(part.kind, 0)
        if depth < 0:
            raise UnreadError(part.text, "define_brackets")
        if depth == 0 and part.kind in ("and", "or", "comma", "pause"):
            if not pieces[-1]:
                if joints and part.kind in ("and", "or"):
                    joints[-1] = part
                continue
            joints.append(part)
            pieces.append([])
        else:
            pieces[-1].append(part)
    if depth:
        raise UnreadError(next(part.text for part in parts if part.kind == "open"), "define_brackets")
    if not pieces[-1]:
        pieces.pop()
        joints.pop()
    return pieces, joints


def _kind(joint: Part, following: list[Part]) -> str:
    """A comma or a pause joins like the next word that joins: "A, B or C"; a full stop between parts is "and"."""
    if joint.kind in ("and", "or"):
        return joint.kind
    if _is_full_comma(joint) or joint.strong:
        return "and"
    return next((each.kind for each in following if each.kind in ("and", "or") and not _is_full_comma(each)), "and")


def _is_full_comma(joint: Part) -> bool:
    return joint.kind == "comma" and joint.text in ("，", "；", ";")


def _regrouped(pieces: list[list[Part]], joints: list[Part], apart: list[int]) -> list[list[Part]]:
    groups = [list(pieces[0])]
    for at, joint in enumerate(joints):
        if at in apart:
            groups.append(list(pieces[at + 1]))
        else:
            groups[-1] += [joint, *pieces[at + 1]]
    return groups


def _single(parts: list[Part], read: Read) -> AnyCondition:
    """One condition, or a bracket with or without "not" before it."""
    start = next((at for at, part in enumerate(parts) if part.kind == "open"), None)
    if start is None:
        return read(parts)
    end = _closing(parts, start)
    around = [part for part in (*parts[:start], *parts[end + 1 :]) if not _is_light(part) and not part.shared]
    denied = [part for part in around if part.kind == "word" and part.item.word("not", "never")]
    if len(denied) != len(around) or len(denied) > 1:
        other = next((part for part in around if part not in denied), around[0])
        raise UnreadError(other.text)
    inside = tree_of(parts[start + 1 : end], read)
    return Not(of=inside) if denied else inside


def _closing(parts: list[Part], start: int) -> int:
    depth = 0
    for at in range(start, len(parts)):
        depth += {"open": 1, "close": -1}.get(parts[at].kind, 0)
        if depth == 0:
            return at
    raise UnreadError(parts[start].text, "define_brackets")


def _is_light(part: Part) -> bool:
    """A word of grammar, or the noun of those who are spoken of."""
    if part.kind != "word":
        return False
    light = part.item.is_word and part.item.word("filler", "stop", "relative", "which", "list", "defining")
    noun = any(term.entity is not None for term in part.item.all(FieldTerm))
    return (light or noun) and not part.item.word("not", "never")


def _trimmed(parts: list[Part]) -> list[Part]:
    """Without what joins at either end."""
    first, last = 0, len(parts)
    while first < last and parts[first].kind in ("and", "or", "comma", "pause"):
        first += 1
    while last > first and parts[last - 1].kind in ("and", "or", "comma", "pause"):
        last -= 1
    return parts[first:last]


def joined(kind: str, conditions: list[AnyCondition]) -> AnyCondition:
    """Conditions joined, those that are joined alike inside of them taken out; said twice is said once."""
    flat: list[AnyCondition] = []
    for condition in conditions:
        inner = condition.of if isinstance(condition, And | Or) and condition.kind == kind else (condition,)
        flat += [each for each in inner if each not in flat]
    if len(flat) == 1:
        return flat[0]
    return And(of=tuple(flat)) if kind == "and" else Or(of=tuple(flat))
