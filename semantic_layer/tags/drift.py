"""How a tag's values are spread, in few bins, and how far that has moved since another day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from semantic_layer.frozen import Frozen

SMOOTHING = 0.5
"""Members that each bin is given on top, so that an empty one has a logarithm."""
NOTABLE, LARGE = 0.1, 0.25
"""Below the first the spread is about the same, from the second on it is another one (Siddiqi 2006)."""

BinKind = Literal["value", "range", "others", "unknown"]
Drift = Literal["stable", "notable", "large"]


class Bin(Frozen):
    """Some of a tag's values, with how many have one of them.

    Attributes:
        value: The one value of a bin of the kind `value`, as the engine writes it as text.
        above, up_to: The bounds of a range, the upper one belonging to it; None where it is open.
    """

    kind: BinKind
    value: str | None = None
    above: str | None = None
    up_to: str | None = None
    members: int = 0


def stability_index(before: Sequence[int], now: Sequence[int]) -> float | None:
    """The population stability index (PSI) of two spreads over the same bins.

    Sum over the bins of (q - p) * ln(q / p), p and q being the bin's shares before and now. Each bin is given half a member on
    both sides first, so that an empty bin has a share; the index of many bins with few members is high by chance alone.

    Args:
        before, now: How many members each bin had and has; of the same length.

    Returns:
        0 where the shares are equal, without an upper bound; None where one side has nobody.

    Source: N. Siddiqi, Credit Risk Scorecards, Wiley 2006, ch. 9; B. Yurdakul, Statistical Properties of Population Stability
    Index, Western Michigan University 2018, for what it is by chance.
    """
    if len(before) != len(now):
        raise ValueError("the two spreads have different bins")
    totals = [sum(side) + SMOOTHING * len(side) for side in (before, now)]
    if not sum(before) or not sum(now):
        return None
    shares = [((was + SMOOTHING) / totals[0], (has + SMOOTHING) / totals[1]) for was, has in zip(before, now, strict=True)]
    return sum((has - was) * math.log(has / was) for was, has in shares)


def drift_of(index: float) -> Drift:
    """In a word how far a spread has moved."""
    return "stable" if index < NOTABLE else "notable" if index < LARGE else "large"
