"""Small strategies that the others are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Draw = st.DrawFn


def chance(draw: Draw, percent: int) -> bool:
    """True so often; the smallest example has False."""
    return draw(st.integers(0, 99)) >= 100 - percent


def pick(draw: Draw, options: Sequence[T]) -> T:
    return draw(st.sampled_from(list(options)))


def some(draw: Draw, options: Sequence[T], least: int = 0, most: int = 3) -> list[T]:
    """A few different ones, in any order."""
    most = min(most, len(options))
    if most < least or not options:
        return []
    places = draw(st.lists(st.integers(0, len(options) - 1), min_size=min(least, most), max_size=most, unique=True))
    return [options[place] for place in places]


def without_none(plain: dict[str, Any]) -> dict[str, Any]:
    """A definition without what it leaves open."""
    return {key: value for key, value in plain.items() if value is not None and value != {} and value != []}
