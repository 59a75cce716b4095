"""Golden questions of a second business: the planner knows the workspace that it is given, and no other."""

from __future__ import annotations

import pytest
from conftest import HERE, Asker

from evals.figures import figures
from evals.runner import Run, run_sets

LEAST_RIGHT = 0.9
"""The tea shop was written to be unlike the demo; falling below this means that something was built for the demo alone."""
GOLDEN = HERE / "workspaces" / "teahouse_golden"


@pytest.fixture(scope="module")
def run(tea: Asker) -> Run:
    return run_sets([str(GOLDEN)], tea.runtime.settings, workspace=str(tea.runtime.folder))


def test_the_questions_are_asked_of_the_tea_shop(run: Run) -> None:
    assert run.workspace == "teahouse"
    assert len(run.scores) >= 30


def test_nine_of_ten_replies_are_right(run: Run) -> None:
    wrong = [f"{score.id}: {score.verdict}, {score.why}" for score in run.scores if score.verdict != "right"]
    assert figures(run.scores).all_right.value >= LEAST_RIGHT, wrong


def test_none_fails(run: Run) -> None:
    assert figures(run.scores).errors == 0
