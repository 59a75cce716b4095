"""Days that are said of one condition and hold for its neighbours: 近90天买过12次以上且消费满500."""

from __future__ import annotations

from dataclasses import replace

from assistant.language.meanings import PeriodTerm
from assistant.planner.defining.parts import Part, said


def with_shared_days(parts: list[Part], language: str) -> list[Part]:
    """The parts with days handed on, marked as shared: whoever reads a condition takes them only where it counts days.

    Days that lead a condition hold for those that follow until others are said; in English days at the end of a condition
    hold for the ones before it that "and" alone joins.
    """
    leaves = _leaves(parts)
    handed: dict[int, Part] = {}
    leading: Part | None = None
    for at, leaf in enumerate(leaves):
        own = [part for part in leaf if _is_days(part)]
        if own:
            first = next(part for part in leaf if not _is_light(part))
            leading = own[0] if first is own[0] and len(own) == 1 else None
        elif leading is not None and not _says_ever(leaf):
            handed[at] = leading
    if language == "en":
        handed |= _backwards(parts, leaves, handed)
    found: list[Part] = []
    for at, leaf in enumerate(leaves):
        found += leaf
        if at in handed:
            found.append(replace(handed[at], shared=True))
        end = leaf[-1] if leaf else None
        found += _after(parts, end, leaves[at + 1][0] if at + 1 < len(leaves) and leaves[at + 1] else None)
    return [*_after(parts, None, leaves[0][0] if leaves else None), *found]


def _backwards(parts: list[Part], leaves: list[list[Part]], handed: dict[int, Part]) -> dict[int, Part]:
    found: dict[int, Part] = {}
    for at in range(len(leaves) - 1, 0, -1):
        leaf, before = leaves[at], leaves[at - 1]
        days = found.get(at) or (leaf[-1] if leaf and _is_days(leaf[-1]) else None)
        between = _after(parts, before[-1], leaf[0])
        joined = len(between) == 1 and between[0].kind == "and" and not between[0].strong
        denied = any(part.kind == "word" and part.item.word("never") for part in before)
        dated = any(_is_days(part) for part in before) or _says_ever(before)
        if days is not None and joined and not (denied or dated) and at - 1 not in handed:
            found[at - 1] = days
    return found


def _leaves(parts: list[Part]) -> list[list[Part]]:
    """The stretches of single conditions."""
    leaves = [list[Part]()]
    for part in parts:
        if part.kind in ("and", "or", "comma", "pause", "open", "close"):
            leaves.append([])
        else:
            leaves[-1].append(part)
    return [leaf for leaf in leaves if leaf]


def _after(parts: list[Part], end: Part | None, start: Part | None) -> list[Part]:
    """What stands between two stretches; before the first and behind the last where one of them is None."""
    first = next(at for at, part in enumerate(parts) if part is end) + 1 if end is not None else 0
    last = next(at for at, part in enumerate(parts) if part is start) if start is not None else len(parts)
    return parts[first:last]


def _is_days(part: Part) -> bool:
    return part.kind == "word" and part.item.get(PeriodTerm) is not None


def _is_light(part: Part) -> bool:
    return part.kind == "word" and part.item.is_word and part.item.word("filler", "stop", "which", "relative", "restricts")


def _says_ever(leaf: list[Part]) -> bool:
    return any(part.kind == "word" and said(part.item, "ever") for part in leaf)
