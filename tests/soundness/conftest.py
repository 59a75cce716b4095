"""How many examples are tried: the same few by default, so that a run repeats; HUAXIANG_SOAK=1 tries many new ones.

Only a soak makes a failing example small: that takes minutes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from soundness.shop import ENGINE

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
QUICK = [Phase.explicit, Phase.reuse, Phase.generate]

settings.register_profile(
    "short", max_examples=8, deadline=None, derandomize=True, database=None, phases=QUICK, suppress_health_check=SLOW
)
settings.register_profile("soak", max_examples=1000, deadline=None, print_blob=True, suppress_health_check=SLOW)
settings.load_profile("soak" if os.environ.get("HUAXIANG_SOAK") else "short")


@pytest.fixture(scope="session", autouse=True)
def engine() -> Iterator[None]:
    yield
    ENGINE.close()
