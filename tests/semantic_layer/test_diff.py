"""What changed between two versions of a workspace, in sentences that an analyst can check."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from semantic_layer.errors import WorkspaceError
from semantic_layer.loading.diff import differences
from semantic_layer.loading.loader import find_workspace, parse_workspace
from semantic_layer.loading.revisions import side_of

OLD = """\
workspace: {name: shop}
sources: [{name: lines, file: lines.csv}, {name: items, file: items.csv}]
datasets:
  - name: lines
    entities: {item: item_id}
    time: day
    checks: [{name: cheap, no_row: {field: amount, less_than: 0}}]
    fields:
      - {name: day, type: date}
      - {name: kind, ordered: true, values: {web: {en: [Online, on the web]}, shop: {en: [In shop]}}}
  - {name: items, grain: [item_id], entities: {item: item_id}}
metrics:
  - {name: sales, label: {zh: 销售额, en: Sales}, dataset: lines, agg: sum, expr: amount}
  - {name: rows, dataset: lines, agg: count, where: {field: kind, is: web}}
roles: [{name: all, default: true}]
ambiguous: [{words: {zh: [量], en: [volume]}, readings: [sales, rows]}]
expect: [{metric: sales, value: 1}]
"""


def told(*changes: tuple[str, str]) -> list[str]:
    new = OLD
    for before, after in changes:
        assert before in new
        new = new.replace(before, after, 1)
    return [str(change) for change in differences(parse_workspace({"a.yaml": OLD}), parse_workspace({"a.yaml": new}))]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("{name: shop}", "{name: shop, week_start: sunday}", "settings: week_start is “sunday”, it was “monday”"),
        ("expr: amount", "expr: amount - tax", "metric 'sales': expr is “amount - tax”, it was “amount”"),
        ("en: Sales}", "en: Turnover}", "metric 'sales': label.en is “Turnover”, it was “Sales”"),
        ("zh: 销售额, en: Sales}", "zh: 销售额}", "metric 'sales': label.en is gone, it was “Sales”"),
        ("agg: count, where: {field: kind, is: web}}", "agg: count}", "metric 'rows': where is gone, it was {\"kind\": \"compare\""),
        ("is: web}", "is: shop}", "metric 'rows': where is {\"kind\": \"compare\""),
        ("metrics:\n", "metrics:\n  - {name: mean, label: {en: Mean}, ratio: {numerator: sales, denominator: rows}}\n", "metric 'mean' (Mean) is new"),
        ("time: day\n", "time: day\n    fresh_within: 2 days\n", "dataset 'lines': fresh_within is 2"),
        ("{name: day, type: date}", "{name: day, type: time}", "field 'lines.day': type is “time”, it was “date”"),
        ("[Online, on the web]", "[Online, by web]", "field 'lines.kind': values.web.en without “on the web” and with “by web”"),
        ("web: {en: [Online, on the web]}, shop: {en: [In shop]}", "shop: {en: [In shop]}, web: {en: [Online, on the web]}", "field 'lines.kind': values (order) in another order"),
        ("less_than: 0", "less_than: 1", "check 'lines.cheap': no_row is {\"kind\": \"compare\""),
        ("default: true}", "default: true, may_export: false}", "role 'all': may_export is false, it was true"),
        ("readings: [sales, rows]", "readings: [sales, rows], otherwise: rows", "ambiguous word '量': otherwise is “rows”"),
        ("value: 1}", "value: 2}", "known fact 'sales': value is 2.0, it was 1.0"),
    ],
)  # fmt: skip
def test_a_change_is_told_key_by_key(before: str, after: str, sentence: str) -> None:
    assert len(told((before, after))) == 1
    assert told((before, after))[0].startswith(sentence)


def test_what_is_gone_is_told() -> None:
    assert told(("expect: [{metric: sales, value: 1}]", "expect: []")) == ["known fact 'sales' is gone"]


def test_a_rename_is_no_removal_and_no_addition() -> None:
    changes = told(
        ("{name: rows,", "{name: lines_sold, was: [rows],"), ("readings: [sales, rows]", "readings: [sales, lines_sold]")
    )
    assert changes == [
        "metric 'rows' is called 'lines_sold' now",
        "ambiguous word '量': readings without “rows” and with “lines_sold”",
    ]


def test_a_renamed_dataset_keeps_its_fields() -> None:
    new = OLD.replace("- name: lines\n", "- name: sold\n    was: [lines]\n    source: lines\n").replace(
        "dataset: lines", "dataset: sold"
    )
    changes = [str(each) for each in differences(parse_workspace({"a.yaml": OLD}), parse_workspace({"a.yaml": new}))]
    assert changes[0] == "dataset 'lines' is called 'sold' now; source is “lines”"
    assert not [each for each in changes if each.startswith(("field", "check"))]


def test_a_renamed_field_is_told_with_what_else_changed_about_it() -> None:
    changes = told(
        ("{name: kind, ordered: true,", "{name: way, was: [kind],"), ("{field: kind, is: web}", "{field: way, is: web}")
    )
    assert changes[0] == "field 'lines.kind' is called 'lines.way' now; ordered is false, it was true"


def test_what_is_only_written_in_another_way_is_no_change() -> None:
    other = OLD.replace(
        "where: {field: kind, is: web}", "where: {kind: compare, left: {kind: field, name: kind}, op: eq, right: web}"
    )
    assert differences(parse_workspace({"a.yaml": OLD}), parse_workspace({"b.yaml": other + "# moved\n"})) == ()


# ---- revisions --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two commits of a workspace in spaces/shop."""
    folder = tmp_path / "spaces" / "shop"
    folder.mkdir(parents=True)

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    for text in (OLD, OLD.replace("expr: amount", "expr: price")):
        (folder / "a.yaml").write_text(text, "utf-8")
        git("add", ".")
        git("commit", "-m", "one more")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["HEAD~1:spaces/shop", "HEAD~1:./spaces/shop", "HEAD~1:spaces/shop/"])
def test_a_version_is_read_from_a_revision(repository: Path, name: str) -> None:
    assert side_of(name).texts == {"a.yaml": OLD}
    assert side_of(name).folder == repository / "spaces" / "shop"


def test_a_revision_without_a_path_is_of_the_other_side(repository: Path) -> None:
    now = side_of("spaces/shop")
    assert side_of("HEAD~1", beside=now.folder).texts == {"a.yaml": OLD}
    assert side_of("HEAD", beside=now.folder).texts == now.texts


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("HEAD~9:spaces/shop", "there is no workspace 'HEAD~9:spaces/shop'"),
        ("HEAD:spaces/nothing", "there is no workspace in 'spaces/nothing' at 'HEAD'"),
        ("--output=x:spaces/shop", "there is no workspace '--output=x:spaces/shop'"),
        ("HEAD:../elsewhere", "git does not know that revision or folder"),
        ("nowhere", "there is no workspace 'nowhere'"),
    ],
)
def test_what_is_not_there_is_told_with_a_cure(repository: Path, name: str, what: str) -> None:
    with pytest.raises(WorkspaceError) as caught:
        side_of(name)
    assert what in caught.value.problem.what
    assert caught.value.problem.fix


def test_outside_a_repository_a_revision_is_told_to_be_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkspaceError, match="git does not know"):
        side_of("HEAD:shop")


def test_a_shipped_workspace_is_a_side() -> None:
    assert side_of("complete_journey").folder == find_workspace("complete_journey")
