"""`huaxiang lint`: findings with file, line and cure; warnings end with 0, an invalid workspace with 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.main import app

MODEL = """\
workspace: {name: stall, owner: us}
sources: [{name: lines, file: lines.csv}, {name: spare, file: spare.csv}]
datasets: [{name: lines}]
metrics:
  - {name: rows, label: {zh: 行数, en: Rows}, description: {zh: 行, en: Rows}, dataset: lines, agg: count}
  - {name: more, label: {zh: 更多, en: Row}, description: {zh: 行, en: Rows}, dataset: lines, agg: count}
ignore:
  - {rule: unused_source, about: spare, because: for later}
"""


@pytest.fixture
def lint(tmp_path: Path):
    def run(*arguments: str, model: str = MODEL) -> Result:
        (tmp_path / "model.yaml").write_text(model, "utf-8")
        return CliRunner().invoke(app, ["lint", "--workspace", str(tmp_path), *arguments])

    return run


def test_a_finding_is_shown_with_its_place_and_its_cure(lint) -> None:
    done = lint()
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "model.yaml:6  warning colliding_words: 'Row' means metric 'more' and metric 'rows'"
    assert lines[1].strip().startswith("Take it from one of them (the other is at model.yaml:5)")
    assert lines[-1] == "stall: 1 warning, 1 silenced"


def test_what_is_silenced_is_shown_on_request(lint) -> None:
    assert "unused_source" not in lint().stdout
    assert "unused_source: no dataset reads the source 'spare'" in lint("--silenced").stdout


def test_json_is_one_document(lint) -> None:
    found = json.loads(lint("--format", "json").stdout)
    assert found["workspace"] == "stall"
    finding = found["findings"][0]
    assert (finding["rule"], finding["severity"], finding["file"], finding["line"]) == (
        "colliding_words",
        "warning",
        "model.yaml",
        6,
    )
    assert [each["rule"] for each in found["silenced"]] == ["unused_source"]


def test_an_invalid_workspace_ends_with_2(lint) -> None:
    done = lint(model=MODEL.replace("agg: count", "agg: cuont", 1))
    assert done.exit_code == 2
    assert "model.yaml:5" in done.stderr


def test_a_clean_workspace_has_nothing_to_mend(lint) -> None:
    assert lint(model=MODEL.replace("en: Row}", "en: Others}")).stdout == "stall: nothing to mend, 1 silenced\n"
