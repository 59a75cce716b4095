"""THE switch: what the compiler of today cannot do yet. Both sets go when it can."""

from __future__ import annotations

PENDING = {"kind_not_compiled", "several_datasets", "bad_request"}
"""Cases that are answered by one of these are counted and passed over. None, once all kinds are compiled."""

NOT_WRITTEN: set[str] = {
    *("routes", "same_as", "fiscal_year_start", "align", "text_parameter", "counted_field"),
    *("compared_window", "columns_of_one_name", "counted_entities", "combinations", "quotes_in_keys", "metric_called_period"),
}
"""What the workspace or a request cannot say yet, or what is answered wrongly today, so that none is drawn."""


def can(feature: str) -> bool:
    return feature not in NOT_WRITTEN


UNKNOWN_IS_A_WORD = True
"""Whether what is unknown is ordered as the word Unknown, and not last."""

LISTED_BY_FACTS = True
"""Whether what is described is narrowed to what the rows of a ruled dataset are about."""

SHORTEST_WAY = True
"""Whether of several ways to a field the shortest is taken, though they lead to different rows."""

ONE_HOME = True
"""Whether of several datasets that describe an entity only the first is listed."""

COMPARED_WHOLE = True
"""Whether a unit that is not over is compared with the whole one before, and what lies partly before the data has no zeros."""
