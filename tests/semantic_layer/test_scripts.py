"""Sources that a script writes: run on a load where they are due, kept by the script's bytes, and of shipped workspaces alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from semantic_layer import scripts
from semantic_layer import warehouse as warehouses
from semantic_layer.errors import DataError
from semantic_layer.loading.loader import find_workspace, is_shipped, parse_workspace, shipped_names
from semantic_layer.warehouse import Warehouse

MODEL = """
workspace: {name: stall, as_of: 2025-03-31, default_period: all}
sources:
  - {name: lines, script: make.py, file: lines.csv}
  - {name: items, script: make.py, file: items.csv}
datasets:
  - name: lines
    grain: [line]
    entities: {item: item_id}
    time: sold_on
    fields: [{name: sold_on, type: date}]
  - {name: items, grain: [item_id], entities: {item: item_id}}
metrics:
  - {name: sales, dataset: lines, agg: sum, expr: amount}
"""
SCRIPT = """
def write(folder):
    (folder.parents[2] / "runs").open("a").write("x")
    (folder / "lines.csv").write_text("line,item_id,sold_on,amount\\n1,1,2025-01-05,10\\n")
    (folder / "items.csv").write_text("item_id\\n1\\n")
"""

Make = Callable[[str], Warehouse]


@pytest.fixture
def stall(tmp_path: Path) -> Make:
    """A workspace folder whose files its script writes."""

    def make(script: str = SCRIPT, model: str = MODEL) -> Warehouse:
        (tmp_path / "stall").mkdir(exist_ok=True)
        (tmp_path / "stall" / "make.py").write_text(script, "utf-8")
        return Warehouse(parse_workspace({"stall.yaml": model}), tmp_path / "stall", tmp_path / "versions")

    return make


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every folder had come with the product."""
    for module in (scripts, warehouses):
        monkeypatch.setattr(module, "is_shipped", lambda folder: True)


def runs(warehouse: Warehouse) -> int:
    told = warehouse.folder.parent / "runs"
    return len(told.read_text("utf-8")) if told.is_file() else 0


@pytest.mark.usefixtures("shipped")
class TestRun:
    def test_one_run_writes_the_files_of_all_its_sources(self, stall: Make) -> None:
        warehouse = stall()
        assert warehouse.scripts_due() == ("make.py",)
        version = warehouse.load()
        assert {name: facts.rows for name, facts in version.tables.items()} == {"lines": 1, "items": 1}
        assert runs(warehouse) == 1
        assert warehouse.scripts_due() == ()
        assert not list(warehouse.workspace_folder.glob("*.csv"))

    def test_what_is_there_already_is_not_written_again(self, stall: Make) -> None:
        warehouse = stall()
        first = warehouse.load()
        assert warehouse.load().id == first.id
        assert warehouse.load(force=True).id != first.id
        assert runs(warehouse) == 1

    def test_a_changed_script_makes_its_sources_due_and_its_old_files_go(self, stall: Make) -> None:
        stall().load()
        changed = stall(SCRIPT.replace(",10", ",20"))
        assert [source.name for source in changed.due()] == ["lines", "items"]
        assert changed.load().id == "facts_0002"
        assert runs(changed) == 2
        assert len(list((changed.folder / "made").iterdir())) == 1

    def test_a_script_that_only_was_touched_is_not_run_again(self, stall: Make) -> None:
        stall().load()
        again = stall()
        assert (again.due(), again.scripts_due()) == ([], ())

    def test_lost_files_are_written_again_when_they_are_needed(self, stall: Make) -> None:
        warehouse = stall()
        warehouse.load()
        shutil.rmtree(warehouse.folder / "made")
        assert warehouse.due() == []
        warehouse.load(force=True)
        assert runs(warehouse) == 2


MISTAKES = [
    ("def write(folder): raise KeyError('secret')", "script_failed", "source 'lines': make.py fails (KeyError)", "write(folder)"),
    ("x = 1", "script_failed", "source 'lines': make.py fails (AttributeError)", "It needs a function"),
    ("def write(folder): pass", "no_file", "source 'lines': make.py does not write lines.csv", "Correct 'file:'"),
    ("def (", "script_failed", "source 'lines': make.py fails (SyntaxError)", "It needs a function"),
]


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(("script", "code", "what", "fix"), MISTAKES)
def test_a_script_that_fails_changes_nothing(stall: Make, script: str, code: str, what: str, fix: str) -> None:
    before = stall().load()
    broken = stall(script)
    with pytest.raises(DataError) as caught:
        broken.load()
    problem = caught.value.problem
    assert (problem.code, problem.what) == (code, what)
    assert fix in problem.fix
    assert "secret" not in str(caught.value)
    assert broken.current_id() == before.id
    assert [path.suffix for path in (broken.folder / "made").iterdir()] == [""]


@pytest.mark.usefixtures("shipped")
def test_a_script_that_is_not_there_is_named(stall: Make) -> None:
    warehouse = stall()
    (warehouse.workspace_folder / "make.py").unlink()
    with pytest.raises(DataError, match=r"no script .*make\.py"):
        warehouse.load()


class TestWhoseScriptsRun:
    def test_no_other_workspaces_script_is_run(self, stall: Make) -> None:
        warehouse = stall()
        with pytest.raises(DataError) as caught:
            warehouse.load()
        problem = caught.value.problem
        assert problem.code == "script_not_run"
        assert "make.py is not run, since this workspace did not come with the product" in problem.what
        assert warehouse.scripts_due() == ()
        assert "run it yourself" in problem.fix and "file: lines.csv" in problem.fix
        assert (runs(warehouse), warehouse.current_id()) == (0, None)

    @pytest.mark.parametrize("name", shipped_names())
    def test_a_shipped_folder_is_known_wherever_it_is_named_from(self, name: str) -> None:
        assert is_shipped(find_workspace(name))
        assert is_shipped(find_workspace(name) / ".." / name)

    def test_a_copy_of_a_shipped_one_is_another_workspace(self, tmp_path: Path) -> None:
        copy = tmp_path / "semantic_layer" / "workspaces" / shipped_names()[0]
        shutil.copytree(find_workspace(shipped_names()[0]), copy)
        assert not is_shipped(copy)
        assert not is_shipped(find_workspace(shipped_names()[0]).parent)
