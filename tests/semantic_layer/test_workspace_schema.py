"""The schema that editors use says what the loader says: of files that are right, and of mistakes that it can see."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from loader_rules import SECTIONS as MISTAKES
from loader_rules import SHOP, Rule, texts_of
from pydantic.json_schema import GenerateJsonSchema

from semantic_layer.loading.loader import SECTIONS as LOADED
from semantic_layer.loading.schema import SECTIONS, SPELLINGS, attribute_texts, workspace_schema
from semantic_layer.loading.yaml_tree import read_yaml
from semantic_layer.model.datasets import Dataset
from semantic_layer.model.metrics import Aggregate
from semantic_layer.model.workspace import Workspace

ROOT = Path(__file__).parents[2]
FILES = sorted(
    [*(ROOT / "semantic_layer" / "workspaces").rglob("*.yaml"), *(ROOT / "tests" / "workspaces" / "teahouse").glob("*.yaml")]
)
VALIDATOR = Draft7Validator(workspace_schema())


def as_json(value: Any) -> Any:
    """YAML values as an editor sees them: keys are texts."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value


def complaints(text: str) -> list[str]:
    return [f"{list(each.absolute_path)}: {each.message}" for each in VALIDATOR.iter_errors(as_json(read_yaml(text, "a").value))]


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(workspace_schema())


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_shipped_files_and_the_tea_shop_hold_to_it_and_name_it(file: Path) -> None:
    text = file.read_text("utf-8")
    assert complaints(text) == []
    first = text.splitlines()[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(.+)", first)
    assert named, first
    assert (file.parent / named[1]).resolve() == ROOT / "docs" / "workspace.schema.json"


def test_the_file_in_docs_is_up_to_date() -> None:
    kept = json.loads((ROOT / "docs" / "workspace.schema.json").read_text("utf-8"))
    assert kept == workspace_schema(), "run `make schema`"


def test_it_knows_every_section() -> None:
    assert set(SECTIONS) == set(LOADED)


def test_every_function_that_reads_a_short_spelling_has_a_schema() -> None:
    seen: set[str] = set()

    class Watching(GenerateJsonSchema):
        def function_before_schema(self, schema: Any) -> Any:
            seen.add(schema["function"]["function"].__name__)
            return super().function_before_schema(schema)

    Workspace.model_json_schema(schema_generator=Watching)
    of_models = {name for name in seen if any(hasattr(model, name) for models in LOADED.values() for model in models)}
    assert seen - of_models - set(SPELLINGS) == set()
    assert set(SPELLINGS) - seen == set()


SEEN = [
    rule
    for section in ("Keys and values", "Promises about the data", "Names", "Files and sections")
    for rule in MISTAKES[section]
    if rule.code in ("unknown_key", "missing_key", "wrong_value", "not_a_list", "not_a_mapping", "unknown_section")
]
ONLY_LOADED = {
    "A time zone exists",
    "A source is a file that can be read",
    "A source has one origin",
    "A source's script stands beside the YAML files",
    "A script writes single files",
    "A dataset has one origin",
    "A dataset has a time or a window",
    "An aggregate says of what",
    "Only the last step is absent",
    "A step is absent within a number of days",
    "The value of a rule is one that the tag may have",
}
"""What the types check by hand, beyond what a schema says."""


@pytest.mark.parametrize("rule", SEEN, ids=lambda rule: rule.title)
def test_an_editor_marks_the_mistakes_that_the_loader_names(rule: Rule) -> None:
    text = texts_of(rule)[rule.file]
    assert bool(complaints(text)) == (rule.title not in ONLY_LOADED)


CONDITIONS_READ = [
    "{field: kind, is: a}",
    "{field: kind, not: a}",
    "{field: kind, in: [a, b]}",
    "{field: kind, not_in: [a]}",
    "{field: day, between: [2025-01-01, 2025-02-01]}",
    "{field: kind, missing: false}",
    "{field: kind, contains: a}",
    "{field: day, less_than: {field: item.made_on}}",
    "{field: day.month, is: 2025-01-01}",
    "{field: kind, in: {attribute: kinds}}",
    "[{field: kind, is: a}, {not: {field: kind, is: b}}]",
    "{any: [{field: kind, is: a}, {all: [{field: kind, is: b}]}]}",
    "{tag: big, is: true}",
    "{tag: big, as_of: 2025-01-31, is: true}",
    "{segment: big_ones}",
    "{metric: sales, period: {n: 90, unit: day}, at_most: {times: 0.7, metric: sales, period: {n: 90, unit: day, skip: 90}}}",
    "{did: lines, entity: store, where: {field: kind, is: a}, period: {unit: month, offset: -1}, count: 2}",
    "{did: lines, entity: store, within: {days: 30, dataset: lines, where: {field: kind, is: a}}}",
    "{did: lines, entity: store, within: {days: 14, after: opened_on}}",
    "{steps: [{dataset: lines}, {dataset: lines, where: {field: kind, is: a}, times: 2}], entity: store, within_days: 30}",
    "{kind: compare, left: {kind: field, name: kind}, op: eq, right: a}",
]
CONDITIONS_REFUSED = [
    "{field: kind}",
    "{field: kind, is: a, not: b}",
    "{is: a}",
    "{field: kind, equals: a}",
    "{field: kind, between: [1]}",
    "{any: {field: kind, is: a}}",
    "{did: lines}",
    "kind",
]


@pytest.mark.parametrize("condition", CONDITIONS_READ)
def test_conditions_are_read_by_both(condition: str) -> None:
    from semantic_layer.loading.loader import parse_workspace

    text = SHOP.replace("{field: colour, is: red}", condition, 1)
    assert complaints(text) == []
    parse_workspace({"shop.yaml": text.replace("day.month", "day").replace("item.made_on", "day")})


@pytest.mark.parametrize("condition", CONDITIONS_REFUSED)
def test_conditions_are_refused_by_both(condition: str) -> None:
    from loader_rules import problems_of

    text = SHOP.replace("{field: colour, is: red}", condition, 1)
    assert complaints(text)
    assert problems_of({"shop.yaml": text})


@pytest.mark.parametrize(
    ("period", "read"),
    [
        ("all", True),
        ("{unit: month}", True),
        ("{n: 30, unit: day, skip: 30}", True),
        ("{start: 2025-01-01}", True),
        ("{kind: unit, unit: year, offset: -1}", True),
        ("{}", False),
        ("last week", False),
        ("{n: 0, unit: day}", False),
        ("{unit: decade}", False),
    ],
)
def test_periods_are_read_and_refused_by_both(period: str, read: bool) -> None:
    from loader_rules import problems_of

    text = SHOP.replace("value: 1}", f"value: 1, period: {period}}}", 1)
    assert (complaints(text) == []) == read
    assert (problems_of({"shop.yaml": text}) == ()) == read


def test_an_editor_tells_what_each_key_is_for() -> None:
    properties = workspace_schema()["$defs"]["Dataset"]["properties"]
    assert properties["grain"]["description"] == "The columns that identify a row."
    assert properties["fresh_within"]["description"].startswith("How many days the last row's time may lie before")
    assert properties["owner"]["description"] == "Who answers for the definition."
    assert "Attributes" not in workspace_schema()["$defs"]["Dataset"]["description"]


def test_texts_of_keys_come_from_the_docstrings_of_all_bases() -> None:
    assert attribute_texts(Aggregate)["hidden"].startswith("Only a building block")
    assert attribute_texts(Dataset)["history"] == "`none` where the fields hold only today's state, as with demographics."


EXAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "workspace.md").read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", [text for text in EXAMPLES if not text.startswith("#")])
def test_what_the_documentation_shows_holds_to_it(example: str) -> None:
    assert complaints(example) == []
