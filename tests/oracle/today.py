"""THE switch: what the compiler of today cannot do yet."""

from __future__ import annotations

PENDING: set[str] = set()
"""Cases that are answered by one of these are counted and passed over. None, once all kinds are compiled."""

NOT_WRITTEN: set[str] = set()
"""What the workspace or a request cannot say yet, or what is answered wrongly today, so that none is drawn."""


def can(feature: str) -> bool:
    return feature not in NOT_WRITTEN


UNKNOWN_IS_A_WORD = True
"""Whether what is unknown is ordered as the word Unknown, and not last."""

LISTED_BY_FACTS = True
"""Whether what is described is narrowed to what the rows of a ruled dataset are about."""

SHORTEST_WAY = False
"""Whether of several ways to a field the shortest is taken, though they lead to different rows."""

ONE_HOME = False
"""Whether of several datasets that describe an entity only the first is listed."""

NO_ZEROS_BEFORE = True
"""Whether an earlier period that lies partly outside the data has nulls, and no zeros, for groups without rows."""
