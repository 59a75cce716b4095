"""`huaxiang segments import`, and the tags that go by what is imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.main import app
from assistant.runtime import Runtime
from assistant.settings import Settings
from semantic_layer.errors import RequestError
from semantic_layer.policy import Viewer
from semantic_layer.requests import EntityQuery, MetricQuery
from tools.listing import run

MODEL = """
workspace: {name: stall, as_of: 2025-03-31, default_period: all, key_metrics: [sales]}
sources:
  - {name: lines, file: lines.csv}
datasets:
  - name: lines
    entities: {customer: customer_id}
    time: sold_on
    fields: [{name: sold_on, type: date}]
metrics:
  - {name: sales, dataset: lines, agg: sum, expr: amount}
  - {name: buyers, dataset: lines, agg: count_distinct, expr: customer_id}
entities: [{name: customer, key: customer_id, count: buyers}]
tags:
  - {name: invited, entity: customer, list: spring_invitation}
segments:
  - {name: others, entity: customer, rule: {tag: invited, is: false}}
"""
LINES = "sold_on,customer_id,amount\n2025-01-05,1,10\n2025-02-10,2,20\n2025-02-11,3,40\n"


@pytest.fixture
def stall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small workspace, loaded into a home of its own."""
    monkeypatch.setenv("HUAXIANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUAXIANG_MODEL", "")
    folder = tmp_path / "stall"
    folder.mkdir()
    (folder / "model.yaml").write_text(MODEL, "utf-8")
    (folder / "lines.csv").write_text(LINES, "utf-8")
    assert huaxiang(folder, "data", "load").exit_code == 0
    return folder


def huaxiang(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--workspace", str(folder)])


def imported(folder: Path, text: str, name: str = "spring_invitation") -> Result:
    file = folder.parent / "ids.csv"
    file.write_text(text, "utf-8")
    return huaxiang(folder, "segments", "import", name, str(file))


def runtime_of(folder: Path) -> Runtime:
    return Runtime(str(folder), Settings())


def invited(runtime: Runtime) -> dict[Any, Any]:
    columns = [{"kind": "tag", "name": "invited"}]
    request = EntityQuery.model_validate({"entity": "customer", "columns": columns})
    rows = run(request, runtime.context(runtime.scope(Viewer()))).tables[0].rows
    return {row[0]: row[1] for row in rows}


def test_a_tag_is_true_for_the_ids_of_its_list(stall: Path) -> None:
    done = imported(stall, "customer_id,name\n1,Ann\n3,Bob\n3,Bob\n77,Cy\n")
    assert "list spring_invitation has 3 ids, 1 of them unknown to the data" in done.output
    runtime = runtime_of(stall)
    assert invited(runtime) == {1: True, 2: False, 3: True}
    request = MetricQuery.model_validate({"metrics": ["sales"], "where": {"segment": "others"}})
    context = runtime.context(runtime.scope(Viewer()))
    assert context.run(context.compile(request), "result").table().rows == ((20,),)


def test_a_new_list_counts_from_the_next_question_on(stall: Path) -> None:
    imported(stall, "customer_id\n1\n")
    runtime = runtime_of(stall)
    first = runtime.opened().version
    assert invited(runtime) == {1: True, 2: False, 3: False}
    assert imported(stall, "who\n2\n").exit_code == 0  # a single column may be called anything
    assert invited(runtime) == {1: False, 2: True, 3: False}
    assert runtime.opened().version.id == first.id
    assert runtime.opened().version.mark != first.mark
    assert len(list(runtime.warehouse.folder.glob("lists_*"))) == 1


def test_lists_stay_when_data_is_loaded_anew(stall: Path) -> None:
    imported(stall, "customer_id\n1\n")
    (stall / "lines.csv").write_text(LINES + "2025-03-01,4,5\n", "utf-8")
    assert huaxiang(stall, "data", "load").exit_code == 0
    assert invited(runtime_of(stall)) == {1: True, 2: False, 3: False, 4: False}


@pytest.mark.parametrize(
    ("text", "name", "said", "cure"),
    [
        ("customer_id\n1\n", "spring", "no tag goes by a list 'spring'", "Known: spring_invitation."),
        ("name,city\nAnn,Ulm\n", "spring_invitation", "has no column customer_id", "Begin the file with a line that names customer_id."),
        ("1\n2\n", "spring_invitation", "is an id and no heading", "Begin the file with a line that says customer_id."),
        ("customer_id\n1\nAnn\n", "spring_invitation", "line 3 holds no id", "Each line names one customer_id"),
    ],
)  # fmt: skip
def test_a_file_with_a_mistake_changes_nothing(stall: Path, text: str, name: str, said: str, cure: str) -> None:
    imported(stall, "customer_id\n1\n")
    folder = runtime_of(stall).warehouse.folder
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    done = imported(stall, text, name)
    told = " ".join(done.output.split())
    assert done.exit_code == 1
    assert said in told and cure in told
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_list_that_is_not_imported_is_said_so(stall: Path) -> None:
    with pytest.raises(RequestError) as caught:
        invited(runtime_of(stall))
    assert caught.value.problem.code == "not_loaded"
    assert caught.value.problem.fix == "huaxiang segments import spring_invitation FILE"


def test_the_command_answers_in_json(stall: Path) -> None:
    file = stall.parent / "ids.csv"
    file.write_text("customer_id\n1\n9\n", "utf-8")
    done = huaxiang(stall, "segments", "import", "spring_invitation", str(file), "--format", "json")
    assert json.loads(done.stdout) == {"list": "spring_invitation", "ids": 2, "unknown": 1}
    assert huaxiang(stall, "segments", "import", "spring_invitation", "nothing.csv").exit_code == 1
