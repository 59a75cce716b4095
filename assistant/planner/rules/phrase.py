"""A noun with the words that may say something of each one."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.planner.draft import Item

HEADS = ("count", "which", "list", "share", "how_much")
"""Words that ask of the noun: what follows it says which of them are meant."""


LINKS = (",", "，", ";", "；", "?", "？", "。", ".", ":", "：")


@dataclass(frozen=True)
class Phrase:
    """A noun and what is said of each one that it names.

    Attributes:
        noun: The item of the noun; None where Chinese leaves it out (从没买过的有多少).
        whose: The entity, or a field or a grain of time.
        items: What is said, in the order of the question; stretches before and after the noun apart.
    """

    noun: Item | None
    whose: str
    items: tuple[Item, ...]
    after: tuple[Item, ...] = ()
