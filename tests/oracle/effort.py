"""How many worlds are tried: the same few by default, so that a run repeats; HUAXIANG_SOAK=1 tries many new ones.

Only a soak makes a failing example small: that takes minutes.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]
QUICK = [Phase.explicit, Phase.reuse, Phase.generate]
SOAK = bool(os.environ.get("HUAXIANG_SOAK"))


def effort(worlds: int, soak: int = 20) -> settings:
    """So many worlds in every run, and so many times as many in a soak."""
    if SOAK:
        return settings(max_examples=worlds * soak, deadline=None, print_blob=True, suppress_health_check=SLOW)
    return settings(max_examples=worlds, deadline=None, derandomize=True, database=None, phases=QUICK, suppress_health_check=SLOW)
