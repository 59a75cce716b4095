"""The short spelling of conditions: reading what was spelled gives the same condition, for all that the workspaces define."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from semantic_layer.conditions import AnyCondition, Condition
from semantic_layer.loading.accepting import added
from semantic_layer.loading.loader import find_workspace, load_workspace, shipped_names
from semantic_layer.loading.yaml_tree import read_yaml
from semantic_layer.model.tags import Segment
from semantic_layer.spelling import segment_yaml, spelled
from semantic_layer.tag_parts import conditions_of
from semantic_layer.words import Text, Words

CONDITION: TypeAdapter[AnyCondition] = TypeAdapter(Condition)
MORE = (
    {"metric": "sales", "period": {"n": 90, "unit": "day"}, "at_most": {"times": 0.7, "metric": "sales", "period": "all"}},
    {"field": "colour", "not_in": ["red", "blue"]},
    {"tag": "tier", "as_of": "2025-06-30", "between": [1, 5]},
    {"any": [{"segment": "loyal"}, {"not": {"did": "orders", "entity": "member", "where": {"field": "hour", "in": [1, 2]}}}]},
    {"field": "paid_at", "missing": False},
    {"metric": "sales", "of": "shop", "rank": "highest", "at_most": 10},
    {"steps": [{"dataset": "views"}, {"dataset": "orders", "times": 2}], "entity": "member", "within_days": 3},
)


def conditions() -> list[AnyCondition]:
    workspaces = [load_workspace(find_workspace(name)) for name in shipped_names()]
    found = [each for workspace in workspaces for item in (*workspace.tags, *workspace.segments) for each in conditions_of(item)]
    return [*found, *(CONDITION.validate_python(each) for each in MORE)]


@pytest.mark.parametrize("condition", conditions(), ids=str)
def test_what_is_spelled_is_read_as_the_same_condition(condition: AnyCondition) -> None:
    assert CONDITION.validate_python(spelled(condition)) == condition


@pytest.mark.parametrize("name", shipped_names())
def test_segments_are_written_as_yaml_that_reads_as_the_same_segment(name: str) -> None:
    for segment in load_workspace(find_workspace(name)).segments:
        assert Segment.model_validate(read_yaml(segment_yaml(segment), "f").value["segments"][0]) == segment


def test_conditions_are_short_and_on_a_line_each() -> None:
    rule = CONDITION.validate_python(
        [{"tag": "tier", "is": "high"}, {"metric": "orders", "period": {"n": 90, "unit": "day"}, "at_least": 3}]
    )
    segment = Segment(
        name="regulars", label=Text(zh="常客"), synonyms=Words(en=("habitual",)), entity="member", rule=rule, owner="ann"
    )
    assert segment_yaml(segment) == (
        "segments:\n"
        "  - name: regulars\n"
        "    label: {zh: 常客}\n"
        "    synonyms: {en: [habitual]}\n"
        "    entity: member\n"
        "    owner: ann\n"
        "    rule:\n"
        "      - {tag: tier, is: high}\n"
        "      - {metric: orders, period: {n: 90, unit: day}, at_least: 3}\n"
    )


def test_a_segment_stands_behind_the_others_of_its_file_indented_as_they_are() -> None:
    texts = {
        "workspace.yaml": "workspace: {name: shop}\n",
        "model.yaml": (
            "segments:\n"
            "# Two groups.\n"
            "- name: red\n"
            "  entity: member\n"
            "  rule: {field: member.colour, is: red}   # the first\n"
            "\n"
            "# What it is told from.\n"
            "datasets:\n"
            "- {name: members, grain: [member_no], entities: {member: member_no}, fields: [{name: colour}]}\n"
            "sources:\n"
            "- {name: members, file: members.csv}\n"
        ),
    }
    rule = CONDITION.validate_python({"field": "member.colour", "is": "blue"})
    change = added(texts, Segment(name="blue", label=Text(), entity="member", rule=rule))
    assert change.file == "model.yaml"
    before, after = texts["model.yaml"].splitlines(), change.text.splitlines()
    assert after[:5] == before[:5]
    assert after[5:8] == ["- name: blue", "  entity: member", "  rule: {field: member.colour, is: blue}"]
    assert after[8:] == before[5:]
