"""Every rule of the loader, each with a mistake that breaks it: what the tests check and what docs/rules.md shows.

`make docs` writes the page. A mistake is a change of SHOP, a workspace that is right, or a file of its own.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from semantic_layer.errors import Problem, WorkspaceError
from semantic_layer.loading.loader import parse_workspace

SHOP = """\
workspace: {name: shop}
sources:
  - {name: lines, file: lines.csv}
  - {name: items, file: items.csv}
entities:
  - {name: store, count: sales}
datasets:
  - name: lines
    grain: [id]
    entities: {store: store_id, item: item_id}
    time: day
    count: rows
    fields:
      - {name: day, type: date}
      - {name: kind}
  - name: items
    grain: [item_id]
    entities: {item: item_id}
    fields:
      - {name: colour, values: {red: {en: [Red]}}}
metrics:
  - {name: sales, dataset: lines, agg: sum, expr: amount}
  - {name: rows, dataset: lines, agg: count}
  - {name: mean, ratio: {numerator: sales, denominator: rows}}
  - {name: double, derived: sales * 2}
tags:
  - {name: big, entity: store, rules: [{value: true, when: {metric: sales, more_than: 9}}]}
segments:
  - {name: big_ones, entity: store, rule: {tag: big, is: true}}
conditions:
  - {name: reds, where: {field: colour, is: red}}
ambiguous:
  - {words: {en: [size]}, readings: [sales, rows]}
absent:
  - {words: {en: [weather]}, instead: [sales]}
roles:
  - {name: all, default: true}
  - {name: some, datasets: {lines: {rows: {field: kind, is: a}}}, hide: [colour]}
expect:
  - {metric: sales, value: 1}
"""


class Rule(NamedTuple):
    """A rule, a mistake against it, and what the loader says.

    Attributes:
        title: The rule, as an analyst would say it.
        code: The problem's code.
        good, bad: What is changed in the shop; with no `good` the mistake is a file of its own.
        line, what, fix: Where the problem is, what it says, and the cure.
        file: The file that holds the mistake.
    """

    title: str
    code: str
    good: str
    bad: str
    line: int
    what: str
    fix: str
    file: str = "shop.yaml"


SECTIONS: dict[str, tuple[Rule, ...]] = {
    "Files and sections": (
        Rule(
            "A file is YAML", "yaml_syntax", "", "metrics:\n  - {name: a\n", 3,
            "not valid YAML: expected ',' or '}', but got '<stream end>'", "Mend the indentation, bracket, colon or quote here.", "more.yaml",
        ),
        Rule("A key stands once", "doubled_key", "    time: day\n", "    time: day\n    time: day\n", 12, "'time' stands here twice", "The first one is in line 11."),
        Rule("A file is a mapping of sections", "not_a_mapping", "", "- sales\n- rows\n", 1, "a workspace file is a mapping of sections", "Sections: workspace, sources", "more.yaml"),
        Rule("Sections have names that are known", "unknown_section", "metrics:", "metric:", 21, "unknown section 'metric'", "Did you mean 'metrics'?"),
        Rule("A section is a list", "not_a_list", "expect:\n  - {metric: sales, value: 1}", "expect: {metric: sales, value: 1}", 39, "'expect:' is a list", "Begin each item with '- '."),
        Rule("The settings stand in one place", "doubled_section", "", "workspace: {name: shop}\n", 1, "'workspace:' stands in two files", "Keep one.", "more.yaml"),
        Rule("There are settings", "no_settings", "workspace: {name: shop}\n", "", 1, "there is no section 'workspace:'", "Add it, with at least a name."),
    ),
    "Keys and values": (
        Rule("Keys are known", "unknown_key", "agg: count}", "agg: count, wher: 1}", 23, "metric 'rows': unknown key 'wher'", "Did you mean 'where'"),
        Rule(
            "A text with a comma stands in quotes", "unknown_key", "{name: kind}", "{name: kind, description: {en: one, two and three}}", 15,
            "dataset 'lines': unknown key 'two and three'", "If this is the rest of a text after a comma, put the whole text in quotes.",
        ),
        Rule("Nothing needed is missing", "missing_key", "numerator: sales, denominator: rows", "numerator: sales", 24, "metric 'mean': 'denominator' is missing", "Add 'denominator:'."),
        Rule("A value is one of those that are possible", "wrong_value", "agg: sum", "agg: summ", 22, "metric 'sales': 'agg' cannot be 'summ'", "Did you mean 'sum'?"),
        Rule("A value is of its type", "wrong_value", "agg: count}", "agg: count, hidden: maybe}", 23, "metric 'rows': 'hidden' cannot be 'maybe'", "Write true or false."),
        Rule("Names can be written in formulas", "wrong_value", "{name: kind}", "{name: the kind}", 15, "dataset 'lines': 'name' cannot be 'the kind'", "A name is made of letters, digits and _"),
        Rule("A condition compares once", "wrong_value", "{field: kind, is: a}", "{field: kind, is: a, not: b}", 38, "role 'some': a condition needs exactly one comparison", "Write it like {field: city, is: Paris}"),
        Rule("A condition compares with what can be compared", "wrong_value", "{field: kind, is: a}", "{field: kind, between: [a]}", 38, "role 'some': cannot be read", "between takes two values"),
        Rule("A period can be read", "wrong_value", "value: 1}", "value: 1, period: last week}", 40, "expect 1: 'period' cannot be 'last week'", "{unit: month} or all"),
        Rule("A metric says how it is computed", "wrong_value", "agg: count}", "expr: id}", 23, "metric 'rows': a metric is defined by one of: agg (with dataset), distinct, ratio", "Say how it is computed"),
        Rule("An aggregate says of what", "wrong_value", ", expr: amount", "", 22, "metric 'sales': agg: sum needs an expr", "as 'expr:'."),
        Rule("A time zone exists", "wrong_value", "{name: shop}", "{name: shop, time_zone: Mars}", 1, "'Mars' is not a time zone", "Write it like Asia/Shanghai."),
        Rule("A source is a file that can be read", "wrong_value", "file: lines.csv", "file: lines.doc", 3, "source 'lines': 'lines.doc': a source is a .parquet", "Name a file of one of these kinds"),
        Rule("A dataset has one origin", "wrong_value", "    time: day\n", "    time: day\n    source: lines\n    derived: SELECT 1\n", 8, "dataset 'lines': a dataset has a source or is derived, not both", "Keep 'source:' or 'derived:'."),
        Rule("A dataset has a time or a window", "wrong_value", "    time: day\n", "    time: day\n    window: {start: day, end: day}\n", 8, "dataset 'lines': a dataset has a time or a window, not both", "Keep 'time:' or 'window:'."),
    ),
    "Names": (
        Rule("A name is given once", "doubled_name", "{name: rows,", "{name: sales,", 23, "the name 'sales' is taken", "It is defined at shop.yaml:22."),
        Rule("A field stands once in its dataset", "doubled_name", "{name: kind}", "{name: day}", 15, "the field 'day' stands here twice", "Keep one."),
        Rule("A field is not called like a grain of time", "reserved_name", "{name: kind}", "{name: month}", 15, "'month' is the name of a time grain", "Choose another name for the field."),
    ),
    "Datasets": (
        Rule(
            'A route leads somewhere',
            'unknown_dataset',
            '    time: day\n',
            '    time: day\n    routes: {itemz: item}\n',
            12,
            "dataset 'lines': routes: there is no dataset or entity 'itemz'",
            "Did you mean 'item' or 'items'?",
        ),
        Rule(
            'A route leaves by a key',
            'unknown_entity',
            '    time: day\n',
            '    time: day\n    routes: {items: town}\n',
            12,
            "dataset 'lines': routes: it has no key of 'town'",
            'Known: item, store.',
        ),
        Rule(
            'A field that means the same as another names it',
            'unknown_field',
            '{name: kind}',
            '{name: kind, same_as: items.color}',
            15,
            "field 'kind' of 'lines': there is no field 'items.color'",
            "Did you mean 'items.colour'?",
        ),
        Rule(
            'Fields that mean the same have one type',
            'type_mismatch',
            '{name: day, type: date}',
            '{name: day, type: date, same_as: items.colour}',
            14,
            "field 'day' of 'lines' is of type date, and 'items.colour' of type category",
            'Give both the same type.',
        ),
        Rule("A dataset's source exists", "unknown_source", "  - name: lines\n    grain", "  - name: lines\n    source: line\n    grain", 9, "dataset 'lines': there is no source 'line'", "Did you mean 'lines'"),
        Rule("A dataset's time is one of its fields", "unknown_field", "time: day", "time: dya", 11, "dataset 'lines': time 'dya' is not a time field of it", "Did you mean 'day'?"),
        Rule("The sides of a window can be reached", "unknown_field", "    time: day\n", "    window: {start: day, end: until}\n", 11, "dataset 'lines': there is no field 'until'", "Fields of 'lines': day, kind"),
        Rule("A key has as many columns everywhere", "key_mismatch", "item: item_id}\n    time", "item: [a, b]}\n    time", 10, "dataset 'lines': the key of 'item' has 2 columns here and 1 in 'items'", "Name as many columns, in the same order."),
        Rule("A derived dataset reads datasets", "unknown_dataset", "    time: day\n", "    time: day\n    derived: SELECT * FROM itmes\n", 12, "dataset 'lines': there is no dataset 'itmes'", "Did you mean 'items'?"),
        Rule("A derived dataset is one SELECT", "bad_expression", "    time: day\n", "    time: day\n    derived: DROP TABLE lines\n", 12, "dataset 'lines': a derived dataset is one SELECT", "Write one SELECT over datasets by their bare names."),
        Rule("What it is counted by exists", "unknown_metric", "count: rows", "count: row", 12, "dataset 'lines': there is no metric 'row'", "Did you mean 'rows'?"),
    ),
    "Promises about the data": (
        Rule("What is to be fresh has a time", "no_time", "    time: day\n", "    fresh_within: 2 days\n", 11, "dataset 'lines': fresh_within needs a time", "Name its time field as 'time:', or leave 'fresh_within:' out."),
        Rule("Days are a number of days", "wrong_value", "    time: day\n", "    time: day\n    fresh_within: soon\n", 12, "dataset 'lines': 'soon' is not a number of days", "Write it like 2 days."),
        Rule("A link is of an entity whose key the dataset has", "unknown_entity", "    time: day\n", "    time: day\n    links: {itm: error}\n", 12, "dataset 'lines': it has no key of 'itm'", "Did you mean 'item'?"),
        Rule("A link leads somewhere", "no_home", "    time: day\n", "    time: day\n    links: {store: error}\n", 12, "dataset 'lines': no dataset describes 'store'", "A dataset describes an entity where the entity's key is its grain."),
        Rule("A closed field has values", "no_values", "{name: kind}", "{name: kind, closed: true}", 15, "dataset 'lines': field 'kind' is closed and has no values", "List them under 'values:'."),
        Rule("What is accepted is said once", "doubled_promise", "    fields:\n      - {name: colour,", "    accepted: {colour: [red]}\n    fields:\n      - {name: colour, closed: true,", 21, "dataset 'items': field 'colour' is closed and stands under accepted", "Keep one of the two."),
        Rule("A check has a name of its own", "doubled_name", "    time: day\n", "    time: day\n    checks:\n      - {name: a, no_row: {field: amount, less_than: 0}}\n      - {name: a, no_row: {field: id, less_than: 0}}\n", 14, "dataset 'lines': the check 'a' stands here twice", "Give each check a name of its own."),
    ),
    "Expressions": (
        Rule("An expression is SQL", "bad_expression", "expr: amount", "expr: amount +", 22, "metric 'sales': 'amount +' is not a SQL expression", "Write one expression over the dataset's own columns"),
        Rule("An expression is of one row", "bad_expression", "expr: amount", "expr: sum(amount)", 22, "metric 'sales': 'sum(amount)': no aggregate here", "A metric names its aggregate apart, in agg:."),
        Rule("An expression reads its own dataset", "bad_expression", "expr: amount", "expr: items.colour", 22, "metric 'sales': 'items.colour': write columns of the own dataset without a prefix", "Fields of others are reached by joins."),
        Rule("An expression uses what is allowed", "bad_expression", "expr: amount", "expr: read_text('x')", 22, "is not allowed in an expression", "Write one expression over the dataset's own columns"),
    ),
    "Metrics": (
        Rule(
            'A repeated figure is an aggregate',
            'no_aggregate',
            '{name: double, derived: sales * 2}',
            '{name: again, repeat: {entity: store, metric: mean}}',
            25,
            "metric 'again': metric 'mean' is no aggregate of rows",
            'Name a metric with agg:',
        ),
        Rule(
            'What is followed is an aggregate',
            'no_aggregate',
            '{name: double, derived: sales * 2}',
            '{name: led, conversion: {entity: store, base: rows, then: mean, within_days: 7}}',
            25,
            "metric 'led': then 'mean' is no aggregate of rows",
            'Name a metric with agg:',
        ),
        Rule(
            'What comes back goes by a time',
            'no_time',
            '{name: double, derived: sales * 2}',
            '{name: back, retention: {entity: item, dataset: items}}',
            25,
            "metric 'back': dataset 'items' has no time",
            "Name a time field of 'items' as 'time:'.",
        ),
        Rule(
            'A first time is a time',
            'no_time',
            '{name: double, derived: sales * 2}',
            '{name: first, new_entities: {entity: item, dataset: items}}',
            25,
            "metric 'first': dataset 'items' has no time",
            'Name a time field',
        ),
        Rule(
            'A stock has days',
            'no_time',
            '{name: double, derived: sales * 2}',
            '{name: stock, semi_additive: {dataset: items, expr: item_id}}',
            25,
            "metric 'stock': dataset 'items' has no time",
            'Name a time field',
        ),
        Rule(
            'Whom a metric follows is an entity',
            'unknown_entity',
            '{name: double, derived: sales * 2}',
            '{name: back, retention: {entity: stor, dataset: lines}}',
            25,
            "metric 'back': there is no entity 'stor'",
            "Did you mean 'store'?",
        ),
        Rule(
            "The rows of whom a metric follows belong to it",
            "unreachable_entity",
            "",
            "entities:\n  - {name: town}\nmetrics:\n  - {name: back, repeat: {entity: town, metric: rows}}\n",
            4,
            "metric 'back': the rows of 'lines' belong to no single 'town'",
            "Name the key of 'town' under entities: of 'lines'.",
            "more.yaml",
        ),
        Rule(
            'A window has one length',
            'wrong_value',
            '{name: double, derived: sales * 2}',
            '{name: lately, cumulative: {metric: sales}}',
            25,
            'a window has last: (with unit:) or to_date:',
            'Write last: 28 with unit: day',
        ),
        Rule(
            'A default grain runs along the calendar',
            'bad_grain',
            '{name: double, derived: sales * 2}',
            '{name: double, derived: sales * 2, default_grain: weekday}',
            25,
            "metric 'double': default_grain 'weekday' comes round again",
            'Write one of: date, week',
        ),
        Rule(
            'An assumption has a value that it may have',
            'wrong_value',
            'expect:\n',
            'parameters:\n  - {name: who, value: all, values: {both: {en: both}, none: {en: none}}}\nexpect:\n',
            40,
            "parameter 'who': 'all' is none of its values",
            'Known: both, none.',
        ),
        Rule(
            'An assumption without texts is a number',
            'wrong_value',
            'expect:\n',
            'parameters:\n  - {name: who, value: all}\nexpect:\n',
            40,
            "parameter 'who': 'all' is a text, and it has no values",
            'Write a number',
        ),
        Rule("A metric's dataset exists", "unknown_dataset", "dataset: lines, agg: sum", "dataset: line, agg: sum", 22, "metric 'sales': there is no dataset 'line'", "Did you mean 'lines'"),
        Rule("The parts of a metric exist", "unknown_metric", "denominator: rows", "denominator: row", 24, "metric 'mean': denominator 'row' is not a metric", "Did you mean 'rows'?"),
        Rule("A formula names metrics and parameters", "unknown_metric", "derived: sales * 2", "derived: sale * 2", 25, "metric 'double': 'sale' is neither a metric nor a parameter", "Did you mean 'sales'?"),
        Rule("A metric is not made of itself", "cycle", "derived: sales * 2", "derived: double * 2", 25, "metric 'double' is made of itself", "Break the cycle."),
        Rule("A metric's fields can be reached from its dataset", "unreachable_field", "dataset: lines, agg: count}", "dataset: items, agg: count, where: {field: kind, is: a}}", 23, "metric 'rows': 'kind' cannot be reached from dataset 'items'", "Fields that can: colour"),
    ),
    "Words, tags, segments, conditions": (
        Rule("A word that means several things names things that exist", "unknown_term", "readings: [sales, rows]", "readings: [sales, row]", 33, "'row' is not a metric, tag or segment", "Did you mean 'rows'?"),
        Rule("What is offered instead exists", "unknown_term", "instead: [sales]", "instead: [sals]", 35, "'sals' is not a metric, tag, segment or field", "Did you mean 'sales'?"),
        Rule("A tag or a segment is about an entity", "unknown_entity", "{name: big, entity: store", "{name: big, entity: stor", 27, "'big': there is no entity 'stor'", "Did you mean 'store'?"),
        Rule("A field that a condition names exists", "unknown_field", "{field: colour, is: red}", "{field: color, is: red}", 31, "condition 'reds': there is no field 'color'", "Did you mean 'colour'?"),
        Rule("A tag that a condition names exists", "unknown_tag", "{tag: big, is: true}", "{tag: bug, is: true}", 29, "segment 'big_ones': there is no tag 'bug'", "Did you mean 'big'?"),
        Rule("A segment that a condition names exists", "unknown_segment", "{tag: big, is: true}", "{segment: big_one}", 29, "segment 'big_ones': there is no segment 'big_one'", "Did you mean 'big_ones'?"),
        Rule("A metric that a condition names exists", "unknown_metric", "{tag: big, is: true}", "{metric: sale, more_than: 9}", 29, "segment 'big_ones': there is no metric 'sale'", "Did you mean 'sales'?"),
    ),
    "Roles, settings, facts": (
        Rule("One role is the default one", "default_role", "{name: all, default: true}", "{name: all}", 36, "exactly one role has 'default: true'", "Mark the role that is taken when none is named."),
        Rule("A role's datasets exist", "unknown_dataset", "{lines: {rows:", "{line: {rows:", 38, "role 'some': there is no dataset 'line'", "Did you mean 'lines'"),
        Rule("What a role hides exists", "unknown_field", "hide: [colour]", "hide: [color]", 38, "role 'some': there is no field 'color' to hide", "Did you mean 'colour'?"),
        Rule("The key metrics exist", "unknown_metric", "{name: shop}", "{name: shop, key_metrics: [sale]}", 1, "key_metrics: there is no metric 'sale'", "Did you mean 'sales'?"),
        Rule("What counts an entity exists", "unknown_metric", "{name: store, count: sales}", "{name: store, count: sale}", 6, "entity 'store': there is no metric 'sale'", "Did you mean 'sales'?"),
        Rule("A known fact is about a metric", "unknown_metric", "{metric: sales, value: 1}", "{metric: sale, value: 1}", 40, "expect: there is no metric 'sale'", "Did you mean 'sales'?"),
    ),
}  # fmt: skip

RULES = tuple(rule for rules in SECTIONS.values() for rule in rules)


def texts_of(rule: Rule) -> dict[str, str]:
    """The workspace with the mistake, by file name."""
    if not rule.good:
        return {"shop.yaml": SHOP, rule.file: rule.bad}
    assert rule.good in SHOP, rule
    return {"shop.yaml": SHOP.replace(rule.good, rule.bad, 1)}


def problems_of(texts: dict[str, str]) -> tuple[Problem, ...]:
    """What the loader says of a workspace."""
    try:
        parse_workspace(texts)
    except WorkspaceError as error:
        return error.problems
    return ()


def found(rule: Rule) -> Problem:
    """The problem that a mistake gives."""
    return next(each for each in problems_of(texts_of(rule)) if each.code == rule.code and rule.what in each.what)


def markdown() -> str:
    """The page of all rules, with what the loader really says."""
    lines = [
        "# The rules of a workspace",
        "",
        "What `huaxiang validate` holds a workspace to. For each rule a mistake, and what is said of it: file and line, what is",
        "wrong, and the cure. All problems of a workspace are told at once. `make docs` writes this page from the tests.",
        "",
        "The mistakes are changes of this workspace, or a second file beside it:",
        "",
        "```yaml",
        SHOP.rstrip("\n"),
        "```",
        "",
    ]
    for section, rules in SECTIONS.items():
        lines += [f"## {section}", ""]
        for rule in rules:
            mistake = (rule.bad or f"# without: {rule.good}").strip("\n")
            lines += [f"**{rule.title}** (`{rule.code}`)", "", "```yaml", mistake, "```", "```", str(found(rule)), "```", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(markdown())
