"""`huaxiang query`: any typed request, its rows as a table, CSV or JSON, and mistakes with their place in the file."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from test_data_commands import stall as stall  # noqa: PLC0414 - a fixture
from typer.testing import CliRunner, Result

from assistant.cli.main import app


def query(folder: Path, request: Any, *more: str) -> Result:
    text = request if isinstance(request, str) else json.dumps(request)
    (folder / "request.json").write_text(text, "utf-8")
    return CliRunner().invoke(app, ["query", str(folder / "request.json"), "--workspace", str(folder), *more])


SALES = {"kind": "metric_query", "metrics": ["sales"], "by": ["kind"]}


@pytest.mark.parametrize(
    ("request_", "columns"),
    [
        (SALES, ["kind", "sales"]),
        ({"kind": "entity_query", "entity": "item", "columns": ["family"]}, ["item_id", "family"]),
        ({"kind": "value_query", "field": "kind"}, ["kind"]),
        ({"kind": "definition_query", "names": ["sales"]}, None),
        ({"kind": "catalogue_query", "topic": "metrics"}, None),
    ],
)
def test_every_kind_of_request_runs(stall: Path, request_: dict[str, Any], columns: list[str] | None) -> None:
    done = query(stall, request_, "--format", "json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["status"] == "answered"
    assert columns is None or found["columns"] == columns


def test_the_terminal_shows_rows_sql_and_how_long_each_step_took(stall: Path) -> None:
    text = query(stall, SALES).stdout
    assert "stall" in text
    assert "FROM facts.lines AS lines" in text
    last = text.strip().splitlines()[-1]
    assert last.startswith("2 rows, compile ")
    assert all(step in last for step in ("execute", "total", "facts_0001"))


def test_rows_come_as_csv(stall: Path) -> None:
    done = query(stall, SALES, "--format", "csv")
    rows = list(csv.reader(io.StringIO(done.stdout_bytes.decode("utf-8-sig"))))
    assert rows == [["Kind", "Sales"], ["stall", "20"], ["web", "10"]]


def test_a_request_may_come_by_standard_input(stall: Path) -> None:
    done = CliRunner().invoke(app, ["query", "-", "--workspace", str(stall), "--format", "json"], input=json.dumps(SALES))
    assert json.loads(done.stdout)["rows"] == [["stall", 20], ["web", 10]]


def test_conditions_may_be_written_short(stall: Path) -> None:
    done = query(
        stall,
        {**SALES, "where": {"any": [{"field": "kind", "is": "web"}, {"field": "family", "missing": True}]}},
        "--format",
        "json",
    )
    assert json.loads(done.stdout)["rows"] == [["stall", 20], ["web", 10]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"kind": "metric_query",\n "metrics": ["sales"]', "request.json:2  is not JSON"),
        ("[1, 2]", 'request.json:1  a request is a JSON object such as {"kind": "metric_query"'),
        ('{"metrics": ["sales"]}', "request.json:1: 'kind' is missing\nOne of: metric_query, entity_query"),
        ('{\n "kind": "metric_qury"}', "request.json:2  kind: 'kind' cannot be \"metric_qury\"\nDid you mean 'metric_query'"),
        ('{"kind": "metric_query"}', "request.json:1: 'metrics' is missing\nAdd \"metrics\"."),
        ('{"kind": "metric_query",\n "metrics": [],\n "limt": 3}', "request.json:3  limt: unknown key 'limt'\nDid you mean 'limit'?"),
        ('{"kind": "metric_query",\n "metrics": []}', "request.json:2  metrics: 'metrics' names too few\nName more of them."),
        ('{"kind": "metric_query", "metrics": ["sales"],\n\t"order": [{"target": "sales",\n "part": "vale"}]}', "request.json:3  order[0].part: 'part' cannot be \"vale\"\nDid you mean 'value'?"),
        ('{"kind": "metric_query", "metrics": ["sales"],\n "where": {"all": [\n {"field": "kind", "is": 1, "not": 2}]}}', "request.json:3  where.all[0]: a condition needs exactly one comparison"),
        ('{"kind": "metric_query", "metrics": ["sales"],\n "period": "last week"}', "request.json:2  period: 'period' cannot be 'last week'"),
        ('{"kind": "metric_query", "metrics": ["sales"], "where": {"field": "kind", "between": [1]}}', "between takes two values"),
    ],
)  # fmt: skip
def test_what_is_no_request_is_told_with_its_place(stall: Path, text: str, told: str) -> None:
    done = query(stall, text)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert " ".join(told.split()) in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ('{"kind": "metric_query",\n "metrics": ["sale"]}', "request.json:2 there is no metric 'sale' Metrics: sales."),
        ('{"kind": "metric_query", "metrics": ["sales"],\n "by": [\n "colour"]}', "request.json:3 there is no field 'colour'"),
        ('{"kind": "metric_query", "metrics": ["sales"],\n "where": {"field": "item.famly",\n "is": "x"}}', "request.json:2 there is no field 'item.famly' Did you mean 'family'?"),
        ('{"kind": "entity_query",\n "entity": "itm"}', "request.json:2 there is no entity 'itm' Did you mean 'item'?"),
        ('{"kind": "metric_query", "metrics": ["sales"],\n "parameters": {\n "margin": 1}}', "request.json:3 no metric of the request uses the parameter 'margin'"),
    ],
)  # fmt: skip
def test_what_the_workspace_refuses_is_told_with_its_place_too(stall: Path, request_: str, told: str) -> None:
    done = query(stall, request_)
    assert done.exit_code == 0
    assert told in " ".join(done.stderr.split())
    as_json = query(stall, request_, "--format", "json")
    assert json.loads(as_json.stdout)["status"] == "refused"
    as_csv = query(stall, request_, "--format", "csv")
    assert as_csv.stdout_bytes == b""
    assert told in " ".join(as_csv.stderr.split())


def test_a_file_that_is_not_there_or_not_text_is_told(stall: Path) -> None:
    missing = CliRunner().invoke(app, ["query", str(stall / "nothing.json"), "--workspace", str(stall)])
    assert missing.exit_code == 2
    (stall / "bytes.json").write_bytes(b"\xff\xfe{}")
    binary = CliRunner().invoke(app, ["query", str(stall / "bytes.json"), "--workspace", str(stall)])
    assert (binary.exit_code, "is not UTF-8" in binary.stderr) == (2, True)


def test_another_format_is_refused(stall: Path) -> None:
    assert query(stall, SALES, "--format", "xml").exit_code == 2


def test_what_a_role_may_not_see_is_refused_here_too(stall: Path) -> None:
    done = query(stall, SALES, "--role", "some", "--format", "json")
    assert json.loads(done.stdout)["reason"]["code"] == "not_allowed"
