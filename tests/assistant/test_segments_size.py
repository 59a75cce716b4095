"""`huaxiang segments size`: how many belong to a segment as of a day."""

from __future__ import annotations

import json

import pytest
from conftest import Asker
from typer.testing import CliRunner

from assistant.cli.main import app


def sized(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["segments", "size", *arguments])
    return done.exit_code, done.output


@pytest.fixture(autouse=True)
def _home(demo: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUAXIANG_HOME", str(demo.runtime.settings.home))


def test_the_size_is_that_of_the_list(demo: Asker) -> None:
    code, text = sized("high_value_declining", "--format", "json")
    assert (code, json.loads(text)["rows"][0][0]) == (0, 66)


def test_the_day_may_be_another_one(demo: Asker) -> None:
    code, text = sized("loyal_high_value", "--as-of", "2017-06-30", "--format", "json")
    assert (code, json.loads(text)["rows"][0][0]) == (0, 445)
    assert "2017-06-30" in " ".join(json.loads(text)["assumptions"])


def test_a_name_that_is_none_is_told_with_the_nearest_one() -> None:
    code, text = sized("loyal_hig")
    assert code != 0
    assert "loyal_high_value" in text
