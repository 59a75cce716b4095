"""`huaxiang diff` tells whom tags and segments hold whose definition changed, counted over the same rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tools_club import CLUB, PEOPLE, VISITS
from typer.testing import CliRunner

from assistant.cli.main import app

SOURCES = "sources: [{name: people, file: people.csv}, {name: visits, file: visits.csv}]\n"


@pytest.fixture
def club(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The club as it is, with its data; the next version stands beside it."""
    monkeypatch.setenv("HUAXIANG_HOME", str(tmp_path / "home"))
    folder = tmp_path / "club"
    folder.mkdir()
    (folder / "model.yaml").write_text(SOURCES + CLUB, "utf-8")
    (folder / "people.csv").write_text(PEOPLE.lstrip(), "utf-8")
    (folder / "visits.csv").write_text(VISITS.lstrip(), "utf-8")
    return folder


def diff(club: Path, *changes: tuple[str, str], load: bool = True) -> tuple[dict[str, Any], str]:
    """The difference as data and as text."""
    if load:
        assert CliRunner().invoke(app, ["data", "load", "--workspace", str(club)]).exit_code == 0
    later = club.parent / "later"
    later.mkdir()
    text = (club / "model.yaml").read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (later / "model.yaml").write_text(text, "utf-8")
    asked = ["diff", str(club), str(later), "--no-golden"]
    done = CliRunner().invoke(app, [*asked, "--format", "json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["groups"], CliRunner().invoke(app, asked).output


def told(groups: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    names = ("before", "after", "entered", "left", "changed")
    return {each["name"]: tuple(each[name] for name in names) for each in groups["groups"]}


def test_who_enters_and_leaves_a_segment_is_counted(club: Path) -> None:
    """Fresh for 5 days instead of 10: b was there 6 and e 10 days ago; a alone is keen then.

    What is told from a changed tag is counted too, also where nobody moved.
    """
    groups, text = diff(club, ("at_most: 10", "at_most: 5"))
    assert told(groups) == {"stage": (5, 5, 0, 0, 2), "keen": (2, 1, 0, 1, 0), "lost": (1, 1, 0, 0, 0)}
    assert "segment 'keen': 2 before, 1 after; 0 entered, 1 left" in text
    assert "tag 'stage': 5 before, 5 after; 0 entered, 0 left, 2 have another value" in text


def test_a_metric_counts_for_all_that_is_told_from_it(club: Path) -> None:
    """Minutes doubled: b with 30 has 60, is there for long and keen."""
    groups, _ = diff(club, ("expr: minutes}", "expr: minutes * 2}"))
    assert told(groups)["wet"] == (3, 4, 1, 0, 0)
    assert told(groups)["keen"] == (2, 3, 1, 0, 0)
    assert "lost" not in told(groups)


def test_other_words_hold_nobody_else(club: Path) -> None:
    groups, text = diff(club, ("fresh: {en: Fresh", "fresh: {en: Often here"))
    assert groups["groups"] == []
    assert "they hold" not in text


def test_without_data_it_is_said_that_nothing_was_counted(club: Path) -> None:
    groups, text = diff(club, ("at_most: 10", "at_most: 5"), load=False)
    assert (groups["groups"], "neither version is loaded" in groups["uncounted"]) == ([], True)
    assert "were not counted" in text
