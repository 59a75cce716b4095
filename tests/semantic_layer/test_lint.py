"""What is valid and yet likely to be a mistake: each finding with file, line and cure."""

from __future__ import annotations

import pytest

from assistant.language.text import key_of
from semantic_layer.loading.lint.finding import Finding
from semantic_layer.loading.lint.run import Report, lint
from semantic_layer.loading.loader import find_workspace, parse_with_places, shipped_names, texts_of, workspace_files

CLEAN = """\
workspace: {name: shop, owner: us}
sources:
  - {name: lines, file: lines.csv}
  - {name: items, file: items.csv}
entities:
  - {name: customer, key: customer_id, label: {zh: 客户, en: Customer}, count: buyers}
datasets:
  - name: lines
    entities: {customer: customer_id, item: item_id}
    time: day
    verbs: {en: [sold]}
    fields:
      - {name: day, type: date}
      - {name: kind, label: {en: Kind}, values: {web: {en: [Online]}, shop: {en: [In shop]}}}
  - name: items
    grain: [item_id]
    entities: {item: item_id}
    fields:
      - {name: colour, label: {en: Colour}, values: {red: {en: [Red]}}}
metrics:
  - {name: sales, label: {zh: 销售额, en: Sales}, description: {zh: 金额, en: Money}, synonyms: {en: [revenue]}, dataset: lines, agg: sum, expr: amount}
  - {name: buyers, label: {zh: 客户数, en: Buyers}, description: {zh: 户, en: Customers}, synonyms: {en: [customers]}, dataset: lines, agg: count_distinct, expr: customer_id}
  - {name: margin, label: {zh: 毛利, en: Margin}, description: {zh: 毛利, en: A part of sales}, derived: sales * rate}
parameters:
  - {name: rate, label: {zh: 比例, en: Rate}, value: 0.3}
tags:
  - {name: big, label: {zh: 大客户, en: Big}, description: {zh: 大, en: Big}, entity: customer, group: value, rules: [{value: true, when: {metric: sales, more_than: 9}}]}
  - {name: city_tag, label: {zh: 城市, en: City}, description: {zh: 城市, en: City}, entity: customer, group: basic, attribute: customer.city}
"""
PEOPLE = """\
sources:
  - {name: people, file: people.csv}
datasets:
  - name: people
    grain: [customer_id]
    entities: {customer: customer_id}
    fields: [{name: city, label: {en: City}}, {name: since, type: date}]
"""


def linted(text: str) -> Report:
    parsed = parse_with_places({"shop.yaml": text, "people.yaml": PEOPLE})
    return lint(parsed.workspace, parsed.tree, key_of)


def found(good: str, bad: str) -> list[Finding]:
    assert good in CLEAN
    return list(linted(CLEAN.replace(good, bad, 1)).findings)


def test_a_clean_workspace_has_no_findings() -> None:
    assert [str(each) for each in linted(CLEAN).findings] == []


@pytest.mark.parametrize(
    ("good", "bad", "rule", "severity", "line", "what", "fix"),
    [
        ("en: [customers]", "en: [Revenues]", "colliding_words", "warning", 22, "'Revenues' means metric 'buyers' and metric 'sales'", "shop.yaml:21"),
        ("zh: 比例", "zh: 銷售額", "colliding_words", "warning", 25, "'銷售額' means parameter 'rate' and metric 'sales'", "ambiguous:"),
        ("en: [customers]", "en: [red]", "word_is_value", "warning", 19, "'Red' means value 'colour=red' and metric 'buyers'", "shop.yaml:22"),
        ("en: [customers]", "en: [web]", "word_is_value", "warning", 14, "'web' means value 'kind=web' and metric 'buyers'", "Take it from one of them"),
        ("[Red]", "[Red, online]", "colliding_values", "warning", 19, "'online' means value 'colour=red' and value 'kind=web'", "shop.yaml:14"),
        ("[In shop]", "[online]", "colliding_values", "warning", 14, "'online' means value 'kind=shop' and value 'kind=web'", ""),
        ("en: Margin}", "en: SALES}", "labels_by_case", "warning", 23, "the labels 'SALES' of metric 'margin' and 'Sales' of metric 'sales' differ by case", ""),
        ("metrics:\n", "metrics:\n  - {name: parts, label: {zh: 份, en: Parts}, description: {zh: 份, en: Parts}, verbs: {en: [cut]}, dataset: lines, agg: count}\n  - {name: cuts, label: {zh: 切, en: Cuts made}, description: {zh: 切, en: Cuts}, verbs: {en: [cut]}, dataset: lines, agg: count}\n", "colliding_words", "warning", 22, "'cut' means verb of metric 'cuts' and verb of metric 'parts'", ""),
        ("sources:\n", "sources:\n  - {name: spare, file: spare.csv}\n", "unused_source", "warning", 3, "no dataset reads the source 'spare'", "Declare a dataset on it"),
        ("  - name: items\n    grain: [item_id]\n    entities: {item: item_id}\n", "  - name: items\n    grain: [item_id]\n", "unused_dataset", "warning", 15, "reads the dataset 'items'", "Define a metric on it"),
        ("{name: colour,", "{name: weight, type: decimal}\n      - {name: colour,", "unused_field", "warning", 19, "nothing uses the field 'weight' of 'items'", "Define a metric on it"),
        ("metrics:\n", "metrics:\n  - {name: spare, hidden: true, dataset: lines, agg: count}\n", "unaskable_metric", "warning", 21, "nobody can ask for the metric 'spare'", "Take out hidden: true"),
        ("derived: sales * rate", "derived: sales * 2", "unused_parameter", "warning", 25, "no metric uses the parameter 'rate'", "Name it in the formula"),
        ("label: {zh: 毛利, en: Margin}", "label: {zh: 毛利}", "no_label", "hint", 23, "metric 'margin' has no label in English", "Add label: {en: …}."),
        ("description: {zh: 大, en: Big}, ", "", "no_description", "hint", 27, "tag 'big' has no description in Chinese and English", "Add description: {zh: …, en: …}."),
        ("group: value, ", "", "no_group", "hint", 27, "tag 'big' is in no group", "Add group:"),
        ("rules: [{value: true, when: {metric: sales, more_than: 9}}]", "rules: [{value: many, when: {metric: sales, at_least: 12}}, {value: few, when: {metric: sales, at_most: 3}}]", "value_gap", "warning", 27, "no rule of tag 'big' takes what is more than 3 and less than 12", "say last what the rest is"),
        (", owner: us}", "}", "no_owner", "hint", 21, "metric 'sales' has no owner", "or to the workspace for all that name none"),
        ("workspace:", "ignore:\n  - {rule: unused_source, about: spare, because: gone}\nworkspace:", "unused_ignore", "warning", 2, "there is no finding 'unused_source' about spare to ignore", "Take it from the list."),
    ],
)  # fmt: skip
def test_a_likely_mistake_is_found(good: str, bad: str, rule: str, severity: str, line: int, what: str, fix: str) -> None:
    findings = [finding for finding in found(good, bad) if finding.rule == rule]
    assert findings, [str(each) for each in found(good, bad)]
    first = findings[0]
    assert first.where is not None
    assert (first.severity, first.where.file, first.where.line) == (severity, "shop.yaml", line)
    assert what in first.what
    assert fix in first.fix
    assert first.fix


def test_the_metric_that_counts_an_entity_may_share_its_words() -> None:
    # "customers" is the plural of the entity's own label, and a synonym of the metric that counts it.
    assert found("count: buyers}", "count: sales}")[0].what == "'Customer' means dimension 'customer_id' and metric 'buyers'"


def test_a_tag_that_is_a_field_may_share_its_words_and_another_one_may_not() -> None:
    assert [each.rule for each in found("attribute: customer.city", "attribute: customer.since")] == ["colliding_words"]


def test_a_word_that_is_declared_ambiguous_is_no_collision() -> None:
    both = "en: [customers, revenue]"
    assert [each.rule for each in found("en: [customers]", both)] == ["colliding_words"]
    declared = (
        CLEAN.replace("en: [customers]", both, 1) + "ambiguous:\n  - {words: {en: [revenues]}, readings: [sales, buyers]}\n"
    )
    assert linted(declared).findings == ()


def test_what_is_meant_so_is_silenced_with_its_reason() -> None:
    text = CLEAN.replace("derived: sales * rate", "derived: sales * 2", 1)
    report = linted(text + "ignore:\n  - {rule: unused_parameter, about: rate, because: used from next month on}\n")
    assert report.findings == ()
    assert [each.rule for each in report.silenced] == ["unused_parameter"]


def test_warnings_come_before_hints_in_the_order_of_the_file() -> None:
    text = CLEAN.replace(", owner: us}", "}").replace("sources:\n", "sources:\n  - {name: spare, file: s.csv}\n")
    order = [(each.severity, each.where.line if each.where else 0) for each in linted(text).findings]
    assert order == sorted(order, key=lambda each: (each[0] != "warning", each[1]))
    assert order[0][0] == "warning"


def test_a_field_that_only_a_check_or_a_condition_reads_is_used() -> None:
    weight = "{name: weight, type: decimal}\n      - {name: colour,"
    checked = "entities: {item: item_id}\n    checks: [{name: light, no_row: {field: weight, more_than: 9}}]\n    fields:"
    text = CLEAN.replace("{name: colour,", weight, 1).replace("entities: {item: item_id}\n    fields:", checked, 1)
    assert linted(text).findings == ()


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_workspaces_are_clean(name: str) -> None:
    parsed = parse_with_places(texts_of(workspace_files(find_workspace(name))))
    findings = lint(parsed.workspace, parsed.tree, key_of).findings
    assert [str(each) for each in findings if each.rule != "unused_ignore"] == []


@pytest.mark.parametrize(
    ("metric", "bounds", "gaps"),
    [
        ("buyers", ["at_least: 4", "at_most: 3"], []),  # nothing lies between whole numbers
        ("sales", ["at_least: 4", "at_most: 3"], ["more than 3 and less than 4"]),
        ("sales", ["at_least: 4", "less_than: 4"], []),
        ("sales", ["more_than: 4", "less_than: 4"], ["at least 4 and at most 4"]),
        ("sales", ["at_least: 12", "at_least: 4"], []),
        ("sales", ["between: [1, 2]", "between: [0, 5]", "more_than: 8"], ["more than 5 and at most 8"]),
    ],
)
def test_a_gap_is_what_no_rule_takes(metric: str, bounds: list[str], gaps: list[str]) -> None:
    big = "rules: [{value: true, when: {metric: sales, more_than: 9}}]"
    rules = ", ".join(f"{{value: v{place}, when: {{metric: {metric}, {bound}}}}}" for place, bound in enumerate(bounds))
    said = [each.what for each in found(big, f"rules: [{rules}]") if each.rule == "value_gap"]
    assert said == [f"no rule of tag 'big' takes what is {gap}: its value is unknown there" for gap in gaps]
