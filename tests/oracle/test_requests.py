"""The rows of any request about any workspace are those that the definitions give, row by row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.case import judge
from oracle.effort import effort
from oracle.engine import Compiled
from oracle.model import World
from oracle.requests import Case, asked
from oracle.summary import PROPERTY
from oracle.tally import DEMANDED, LEAST, TALLY


@effort(worlds=75)
@given(asked(count=15), st.booleans())
def test_any_request_has_the_rows_that_the_definitions_give(given_: tuple[World, list[Case]], typed: bool) -> None:
    world, cases = given_
    compiled = Compiled(world)
    TALLY.worlds += 1
    for request, viewer in cases:
        judge(compiled, request, viewer, typed)


def test_the_cases_had_what_goes_wrong_elsewhere(record_property: Callable[[str, object], None]) -> None:
    if not TALLY.cases:
        pytest.skip("no cases were tried in this process")
    record_property(PROPERTY, TALLY.told())
    assert TALLY.cases >= 1000
    assert {label: TALLY.share(label) for label in DEMANDED if TALLY.share(label) < LEAST} == {}
