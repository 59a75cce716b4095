"""`huaxiang check` and `huaxiang data`: what the data is, what is wrong with it, and the way back."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from assistant.agent import Agent
from assistant.cli.main import app
from assistant.runtime import Runtime
from assistant.session import Session
from assistant.settings import Settings
from semantic_layer.policy import Viewer

MODEL = """
workspace: {name: stall, as_of: 2025-03-31, default_period: all, key_metrics: [sales]}
sources:
  - {name: lines, file: lines.csv}
  - {name: items, file: items.csv}
datasets:
  - name: lines
    grain: [line]
    entities: {item: item_id}
    time: sold_on
    not_null: [amount]
    accepted: {kind: [web]}
    fields: [{name: sold_on, type: date}, {name: kind, label: {en: Kind}}]
  - name: items
    grain: [item_id]
    entities: {item: item_id}
    fields: [{name: family, label: {en: Family}}]
metrics:
  - {name: sales, label: {zh: 销售额, en: Sales}, dataset: lines, agg: sum, expr: amount}
roles:
  - {name: all, default: true}
  - {name: some, datasets: {lines: {hide: [kind]}}}
expect:
  - {metric: sales, value: 30}
"""
LINES = "line,item_id,kind,sold_on,amount\n1,1,web,2025-01-05,10\n2,9,stall,2025-02-10,20\n"


@pytest.fixture
def stall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small workspace, loaded into a home of its own."""
    monkeypatch.setenv("HUAXIANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUAXIANG_MODEL", "")
    folder = tmp_path / "stall"
    folder.mkdir()
    (folder / "model.yaml").write_text(MODEL, "utf-8")
    (folder / "lines.csv").write_text(LINES, "utf-8")
    (folder / "items.csv").write_text("item_id,family\n1,green\n", "utf-8")
    assert huaxiang(folder, "data", "load").exit_code == 0
    return folder


def huaxiang(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--workspace", str(folder)])


def as_json(folder: Path, *arguments: str, code: int = 0) -> Any:
    done = huaxiang(folder, *arguments, "--format", "json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_check_shows_name_dataset_severity_expected_and_found(stall: Path) -> None:
    found = as_json(stall, "check")
    assert (found["passed"], found["failed"]) == (True, {"error": 0, "warn": 2, "info": 0})
    keys = ("name", "dataset", "severity", "expected", "found", "holds")
    assert [tuple(check[key] for key in keys) for check in found["checks"]] == [
        ("sales 2025-01-05..2025-02-10", "lines", "error", "30", "30", True),
        ("lines: one row for each line", "lines", "error", "0 doubled", "0 doubled", True),
        ("lines.amount is never missing", "lines", "error", "0 missing", "0 missing", True),
        ("lines.kind has accepted values only", "lines", "warn", "one of 1 values", "1 row", False),
        ("lines.item has an entry in items", "lines", "warn", "0 without", "1 without, in 1 row", False),
        ("items: one row for each item_id", "items", "error", "0 doubled", "0 doubled", True),
    ]


def test_check_shows_values_that_were_not_expected_to_those_who_may_see_them(stall: Path) -> None:
    def examples(*more: str) -> list[str]:
        return next(check["examples"] for check in as_json(stall, "check", *more)["checks"] if check["kind"] == "accepted")

    assert examples() == ["stall"]
    assert examples("--role", "some") == []
    assert "stall" in huaxiang(stall, "check").output


def test_check_ends_with_1_where_an_error_fails_and_the_load_stands_all_the_same(stall: Path) -> None:
    (stall / "lines.csv").write_text(LINES + "3,1,web,2025-02-11,\n", "utf-8")
    loaded = huaxiang(stall, "data", "load")
    assert loaded.exit_code == 0
    assert "facts_0002 loaded" in loaded.stdout
    assert "1 error, 2 warnings: lines.amount is never missing (1 missing)" in loaded.stdout
    found = as_json(stall, "check", "--failing", code=1)
    assert (found["passed"], found["failed"]["error"]) == (False, 1)
    assert {check["holds"] for check in found["checks"]} == {False}


def test_check_ends_with_1_where_a_pinned_fact_differs(stall: Path) -> None:
    (stall / "model.yaml").write_text(MODEL.replace("value: 30", "value: 31"), "utf-8")
    assert huaxiang(stall, "check").exit_code == 1


def test_status_says_what_the_checks_found(stall: Path) -> None:
    assert "3 of 5 checks hold, 2 warnings" in huaxiang(stall, "data", "status").stdout
    status = as_json(stall, "data", "status")
    assert status["checks"].startswith("3 of 5 checks hold, 2 warnings: ")
    assert (status["kept"], status["left"]) == (["facts_0001"], [])


def test_rollback_says_what_is_lost_and_what_stays(stall: Path) -> None:
    (stall / "lines.csv").write_text(LINES + "3,1,web,2025-03-11,70\n", "utf-8")
    huaxiang(stall, "data", "load")
    done = huaxiang(stall, "data", "rollback")
    text = done.stdout
    assert done.exit_code == 0
    assert "stall: facts_0002 → facts_0001" in text
    assert "Lost: table 'lines' has 2 rows, not 3; lines.sold_on runs from 2025-01-05 to 2025-02-10" in text
    assert "Stays: facts_0001, facts_0002 on disk" in text
    assert "rollback --to facts_0002" in text
    assert "lines not loaded again until the file changes" in text
    back = as_json(stall, "data", "rollback", "--to", "facts_0002")
    assert (back["was"], back["version"], back["kept"]) == ("facts_0001", "facts_0002", ["facts_0001", "facts_0002"])


def test_rollback_refuses_where_there_is_nothing_to_go_back_to(stall: Path) -> None:
    done = huaxiang(stall, "data", "rollback")
    assert done.exit_code == 1
    assert "no version before 'facts_0001' is kept" in done.stderr


def test_a_running_chat_answers_from_the_version_that_was_rolled_back_to(stall: Path) -> None:
    (stall / "lines.csv").write_text(LINES + "3,1,web,2025-03-11,70\n", "utf-8")
    huaxiang(stall, "data", "load")
    runtime = Runtime(str(stall), Settings(model=""))
    session = Session(runtime, Agent(), Viewer())
    assert asyncio.run(session.reply("Sales")).rows == [[100]]
    huaxiang(stall, "data", "rollback")
    assert asyncio.run(session.reply("Sales")).rows == [[30]]


def test_the_doctor_tells_of_checks_that_fail_and_of_those_that_are_not_counted(stall: Path) -> None:
    assert "3 of 5 checks hold, 2 warnings" in as_json(stall, "doctor")["checks"]
    (stall / "model.yaml").write_text(MODEL.replace("not_null: [amount]", "not_null: [amount, kind]"), "utf-8")
    assert "not counted yet" in " ".join(as_json(stall, "doctor", code=1)["problems"])
    (stall / "lines.csv").write_text(LINES + "3,1,web,2025-02-11,\n", "utf-8")
    huaxiang(stall, "data", "load")
    assert "the data fails a check" in " ".join(as_json(stall, "doctor", code=1)["problems"])
