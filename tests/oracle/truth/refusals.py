"""A request that must not be answered, and the codes that say why."""

from __future__ import annotations


class Refusal(Exception):
    """Any of the codes is right: a request may have several faults, and which is told first is not laid down."""

    def __init__(self, *codes: str) -> None:
        self.codes = set(codes)
        super().__init__(", ".join(sorted(self.codes)))


class Unsure(Exception):
    """A request whose answer is not laid down."""
