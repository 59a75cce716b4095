"""Where chance comes from, and the small draws that everything random is made of.

All of it is made of one draw: a whole number below another. In a soak hypothesis draws it, and can make a failing case
small. Otherwise it comes from a seed: that is quicker, and more even, as hypothesis likes to try small things often.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from oracle.effort import SOAK

T = TypeVar("T")
Draw = Callable[[int], int]
"""One of the first so many whole numbers; 0 is the simplest."""


@st.composite
def draws(draw: st.DrawFn) -> Draw:
    if SOAK:
        return lambda count: draw(st.integers(0, count - 1))
    return Random(draw(st.integers(0, 2**63))).randrange


def chance(draw: Draw, percent: int) -> bool:
    """True so often; the smallest example has False."""
    return draw(100) >= 100 - percent


def pick(draw: Draw, options: Sequence[T]) -> T:
    return options[draw(len(options))]


def some(draw: Draw, options: Sequence[T], least: int = 0, most: int = 3) -> list[T]:
    """A few different ones, in any order."""
    left = list(options)
    most = min(most, len(left))
    count = most if most <= least else least + draw(most - least + 1)
    return [left.pop(draw(len(left))) for _ in range(count)]


def shuffled(draw: Draw, options: Sequence[T]) -> list[T]:
    return some(draw, options, least=len(options), most=len(options))


def without_none(plain: dict[str, Any]) -> dict[str, Any]:
    """A definition without what it leaves open."""
    return {key: value for key, value in plain.items() if value is not None and value != {} and value != []}
