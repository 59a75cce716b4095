"""Predictive tags in questions: with what they are worth, or with why there are none."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.main import app

sys.path.append(str(Path(__file__).parents[1] / "semantic_layer"))
from gym import FIRST, LAST, Gym, visits

SHORT = FIRST + timedelta(days=99)


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of the workspace and the home in which it is loaded and refreshed as of its last day."""
    folder = tmp_path_factory.mktemp("gym")
    Gym(folder / "gym", visits())
    home = folder / "home"
    assert huaxiang((folder / "gym", home), "data", "load").exit_code == 0
    return folder / "gym", home


def huaxiang(gym: tuple[Path, Path], *arguments: str) -> Result:
    return CliRunner().invoke(
        app, [*arguments, "--workspace", str(gym[0])], env={"HUAXIANG_HOME": str(gym[1]), "HUAXIANG_MODEL": ""}
    )


def asked(gym: tuple[Path, Path], question: str, *more: str) -> dict[str, Any]:
    return json.loads(huaxiang(gym, "ask", question, "--format", "json", *more).stdout)


def test_before_a_refresh_the_command_is_named(gym: tuple[Path, Path]) -> None:
    chinese, english = asked(gym, "可能流失的会员有多少"), asked(gym, "How many members are at risk?")
    assert (chinese["status"], english["status"]) == ("refused", "refused")
    assert "“流失可能”还没有以 2025-10-27 为准的预测" in chinese["answer"]
    assert "`huaxiang tags refresh --as-of 2025-10-27`" in chinese["answer"]
    assert "“Chance of leaving” was not predicted as of 2025-10-27 yet" in english["answer"]


def test_a_refresh_says_what_each_is_worth_and_questions_are_answered_with_it(gym: tuple[Path, Path]) -> None:
    said = huaxiang(gym, "tags", "refresh").stdout
    assert f"predicted: leaving as of {LAST}: AUC 0." in said
    assert "recency alone" in said
    chinese, english = asked(gym, "可能流失的会员有多少"), asked(gym, "How many members are at risk?")
    assert chinese["status"] == english["status"] == "answered"
    assert chinese["rows"] == english["rows"]
    assert 0 < chinese["rows"][0][0] < 500
    assert "流失可能是模型的估计：在未参与训练的" in chinese["answer"]
    assert "AUC 0." in english["answer"]
    assert "Brier score" in english["answer"]


def test_where_there_is_none_the_reason_is_said(gym: tuple[Path, Path]) -> None:
    told = json.loads(huaxiang(gym, "tags", "refresh", "--as-of", str(SHORT), "--format", "json").stdout)
    worth = {each["tag"]: (each["why"], each["has"], each["needs"]) for each in told["predictions"]}
    assert worth["to_come"] == ("too_short", 100, 181)
    english = asked(gym, "How many members with expected payments?", "--as-of", str(SHORT))
    assert english["status"] != "answered"
