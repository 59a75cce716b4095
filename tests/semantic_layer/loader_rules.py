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
holidays:
  - christmas_day
  - {name: fair, synonyms: {en: [harvest fair]}, dates: {2025: {start: 2025-09-06, end: 2025-09-14}}}
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
        Rule("A source has one origin", "wrong_value", "file: lines.csv", "file: lines.csv, package: shop, script: make.py", 3, "source 'lines': a source has a package or a script, not both", "Keep 'package:' or 'script:'."),
        Rule("A source's script stands beside the YAML files", "wrong_value", "file: lines.csv", "file: lines.csv, script: ../make.py", 3, "source 'lines': '../make.py': a script is a .py file beside the YAML files", "Name one like generate.py, without a folder."),
        Rule("A script writes single files", "wrong_value", "file: lines.csv", "file: out/*.csv, script: make.py", 3, "source 'lines': 'out/*.csv': a script writes single files, into one folder", "Name one file without a folder"),
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
        Rule("A derived dataset is one SELECT", "bad_expression", "    time: day\n", "    time: day\n    derived: DROP TABLE lines\n", 12, "dataset 'lines': its SQL is not one SELECT", "Write one SELECT over datasets by their bare names."),
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
    "Who is left out of audiences": (
        Rule("A suppression is of an entity", "unknown_entity", "holidays:\n", "suppressions:\n  - {name: quiet, entity: stor, when: {tag: big, is: true}}\nholidays:\n", 42, "suppression 'quiet': there is no entity 'stor'", "Did you mean 'store'?"),
        Rule("Those who are exported have tags", "no_tags", "holidays:\n", "suppressions:\n  - {name: quiet, entity: item, when: {tag: big, is: true}}\nholidays:\n", 42, "suppression 'quiet': no tag or segment is of 'item'", "Only those who have tags or segments are exported."),
        Rule("A list of a suppression is that of a tag", "unknown_list", "holidays:\n", "suppressions:\n  - {name: quiet, entity: store, list: no_mail}\nholidays:\n", 42, "suppression 'quiet': no tag of 'store' goes by a list 'no_mail'", "Define one"),
        Rule("What a suppression is told from exists", "unknown_tag", "holidays:\n", "suppressions:\n  - {name: quiet, entity: store, consent: {tag: bug, is: true}}\nholidays:\n", 42, "suppression 'quiet': there is no tag 'bug'", "Did you mean 'big'?"),
        Rule("The day of a contact is that of its rows", "unknown_field", "holidays:\n", "suppressions:\n  - {name: quiet, entity: store, contacts: {dataset: lines, time: dy}}\nholidays:\n", 42, "suppression 'quiet': there is no field 'dy'", "Did you mean 'day'?"),
        Rule("Contacts are of the entity and have a day", "unreachable_entity", "holidays:\n", "suppressions:\n  - {name: quiet, entity: store, contacts: {dataset: items, time: colour}}\nholidays:\n", 42, "'quiet': the rows of 'items' belong to no single 'store'", "Name the key of 'store'"),
    ),
    "What tags and segments are told from": (
        Rule("What a tag is told from exists", "unknown_tag", "segments:\n", "  - {name: odd, entity: store, rules: [{value: true, when: {tag: bug, is: true}}, {value: false}]}\nsegments:\n", 28, "tag 'odd': there is no tag 'bug'", "Did you mean 'big'?"),
        Rule("A metric of a tag exists", "unknown_metric", "segments:\n", "  - {name: odd, entity: store, measure: {metric: sale}, type: decimal}\nsegments:\n", 28, "tag 'odd': there is no metric 'sale'", "Did you mean 'sales'?"),
        Rule("A dataset that a tag counts exists", "unknown_dataset", "segments:\n", "  - {name: odd, entity: store, rules: [{value: true, when: {did: line, entity: store}}, {value: false}]}\nsegments:\n", 28, "'odd': there is no dataset 'line'", "Did you mean 'lines'"),
        Rule("The rows that a tag counts belong to its entity", "unreachable_entity", "segments:\n", "  - {name: odd, entity: store, rules: [{value: true, when: {did: items, entity: store}}, {value: false}]}\nsegments:\n", 28, "'odd': the rows of 'items' belong to no single 'store'", "Name the key of 'store' under entities: of 'items'"),
        Rule("A field of a tag describes its entity", "unreachable_field", "segments:\n", "  - {name: odd, entity: store, attribute: kind}\nsegments:\n", 28, "'odd': 'kind' does not describe a 'store'", "Fields that do: store_id."),
        Rule("A tag is no field", "tag_as_field", "segments:\n", "  - {name: odd, entity: store, condition: {field: big, is: true}}\nsegments:\n", 28, "'odd': 'big' is a tag or a segment, no field", "Write tag: or segment: instead of field:."),
        Rule("An attribute is a field", "no_field", "segments:\n", "  - {name: odd, entity: store, attribute: month}\nsegments:\n", 28, "tag 'odd': an attribute is a field of the entity", "Name a field"),
        Rule("A tag has one origin", "one_attribute", "segments:\n", "  - {name: odd, entity: store, attribute: store_id, condition: {tag: big, is: true}}\nsegments:\n", 28, "tag 'odd': it has an attribute or a condition", "Write one of them."),
        Rule("A condition of a tag is about its entity", "of_rows", "segments:\n", "  - {name: odd, entity: store, condition: {field: month, is: 2025-01-01}}\nsegments:\n", 28, "tag 'odd': 'time' says nothing of a whole 'store'", "Name a field of the entity"),
        Rule("A tag is told from its own entity", "other_entity", "segments:\n", "  - {name: odd, entity: store, rules: [{value: true, when: {did: lines, entity: item}}, {value: false}]}\nsegments:\n", 28, "tag 'odd': 'lines' of 'item' says nothing of a 'store'", "Ask it of 'store'."),
        Rule("A tag is told from tags of its day", "other_day", "segments:\n", "  - {name: odd, entity: store, condition: {tag: big, is: true, as_of: 2025-01-31}}\nsegments:\n", 28, "tag 'odd': 'big' as of another day cannot be part of a definition", "Take out as_of:"),
        Rule("Rows are not picked by tags", "tag_picks_rows", "segments:\n", "  - {name: odd, entity: store, measure: {metric: sales, where: {tag: big, is: true}}, type: decimal}\nsegments:\n", 28, "tag 'odd': 'big' picks rows, and rows are not picked by tags and segments in a definition", "Pick them by fields"),
        Rule("A tag is not told from itself", "cycle", "segments:\n", "  - {name: odd, entity: store, condition: {tag: odd, is: true}}\nsegments:\n", 28, "'odd' is told from itself: odd -> odd", "Break the circle."),
        Rule("What has a schedule has tags or segments", "nothing_to_refresh", "entities:\n", "entities:\n  - {name: item, refresh: weekly}\n", 6, "entity 'item' has a schedule, and no tag or segment that it would be for", "Define tags or segments of 'item', or take out refresh:."),
        Rule("A tag does not look ahead", "looks_ahead", "segments:\n", "  - {name: odd, entity: store, rules: [{value: true, when: {metric: sales, period: {unit: month, offset: 1}, more_than: 0}}, {value: false}]}\nsegments:\n", 28, "tag 'odd': the month with offset 1 is still to come", "Count them back from the day: {n: 30, unit: day}"),
        Rule("A first or last time is of rows that have a time", "no_time", "segments:\n", "  - {name: odd, entity: store, type: date, occurrence: {dataset: items, take: last}}\nsegments:\n", 28, "'odd': dataset 'items' has no time", "Name a time field of 'items'"),
        Rule("A preference goes by a metric", "unknown_metric", "segments:\n", "  - {name: odd, entity: store, preference: {by: kind, metric: sale}}\nsegments:\n", 28, "tag 'odd': nothing is preferred by 'sale'", "Did you mean 'sales'?"),
        Rule("A preference goes by an aggregate of rows", "no_aggregate", "segments:\n", "  - {name: odd, entity: store, preference: {by: kind, metric: mean}}\nsegments:\n", 28, "tag 'odd': 'mean' is no aggregate of rows", "Name a metric with agg:"),
        Rule("A preference is by a field or by time", "no_field", "segments:\n", "  - {name: odd, entity: store, preference: {by: {kind: tag, name: big}, metric: sales}}\nsegments:\n", 28, "tag 'odd': a preference is by a field or by time", "Name a field"),
        Rule("A prediction is of a metric", "unknown_metric", "segments:\n", "  - {name: odd, entity: store, type: fraction, predictive: {target: no_activity, metric: row, horizon_days: 30}}\nsegments:\n", 28, "tag 'odd': nothing is predicted of 'row'", "Did you mean 'rows'?"),
        Rule("A prediction goes by tags of its entity", "unknown_tag", "segments:\n", "  - {name: odd, entity: store, type: fraction, predictive: {target: no_activity, metric: rows, horizon_days: 30, features: [bigg]}}\nsegments:\n", 28, "tag 'odd': 'bigg' is no tag of 'store'", "Did you mean 'big'?"),
        Rule("A prediction goes by what was known of earlier days", "wrong_value", "segments:\n", "  - {name: called, entity: store, list: calls}\n  - {name: odd, entity: store, type: fraction, predictive: {target: no_activity, metric: rows, horizon_days: 30, features: [called]}}\nsegments:\n", 29, "tag 'odd': 'called' does not say what was known of an earlier day", "no list and no prediction"),
        Rule("A rank has equal parts or thresholds", "one_rank", "segments:\n", "  - {name: odd, entity: store, type: count, rank: {of: big}}\nsegments:\n", 28, "tag 'odd': a rank has tiles or thresholds", "such as tiles: 5"),
        Rule("Thresholds rise", "threshold_order", "segments:\n", "  - {name: odd, entity: store, rank: {of: big, thresholds: [[0.5, high], [0.2, low]]}}\nsegments:\n", 28, "tag 'odd': the threshold 0.2 is not between 0.5 and 1", "Thresholds are shares ranked above, and rise"),
        Rule("Every value can come about", "never_matches", "segments:\n", "  - {name: odd, entity: store, rules: [{value: some, when: {metric: sales, at_least: 4}}, {value: many, when: {metric: sales, at_least: 12}}, {value: none}]}\nsegments:\n", 28, "tag 'odd': rule 2 never matches, since rule 1 takes all of it", "Put the narrower rule first"),
        Rule("The rule for the rest is the last", "never_matches", "segments:\n", "  - {name: odd, entity: store, rules: [{value: some}, {value: many, when: {metric: sales, at_least: 12}}]}\nsegments:\n", 28, "tag 'odd': rule 2 never matches, since rule 1 takes all of it", "Put the narrower rule first"),
        Rule("The value of a rule has the tag's type", "wrong_type", "segments:\n", "  - {name: odd, entity: store, type: count, rules: [{value: few}]}\nsegments:\n", 28, "tag 'odd' is of type count, and 'few' is not a whole number", "Write another value"),
        Rule("What is true or false has that type", "wrong_type", "segments:\n", "  - {name: odd, entity: store, type: category, condition: {tag: big, is: true}}\nsegments:\n", 28, "tag 'odd' is true or false, and of type category", "Write type: boolean."),
        Rule("The value of a rule is one that the tag may have", "wrong_value", "segments:\n", "  - {name: odd, entity: store, values: {high: {en: High}, low: {en: Low}}, rules: [{value: hihg}]}\nsegments:\n", 28, "tag 'odd': 'hihg' is none of its values", "Did you mean 'high'?"),
        Rule("Only the last step is absent", "wrong_value", "segments:\n", "  - {name: odd, entity: store, sequence: {steps: [{dataset: lines, absent: true}, {dataset: lines}], within_days: 3}}\nsegments:\n", 28, "tag 'odd': only the last step can be absent", "Put it last"),
        Rule("A step is absent within a number of days", "wrong_value", "segments:\n", "  - {name: odd, entity: store, sequence: {steps: [{dataset: lines}, {dataset: lines, absent: true}]}}\nsegments:\n", 28, "tag 'odd': a step is absent within a number of days", "Add within_days:"),
        Rule("The SQL of a tag is one SELECT", "bad_expression", "segments:\n", "  - {name: odd, entity: store, sql: DROP TABLE lines}\nsegments:\n", 28, "tag 'odd': its SQL is not one SELECT", "Write one SELECT over datasets by their bare names."),
        Rule("The SQL of a tag reads datasets by name", "bad_expression", "segments:\n", "  - {name: odd, entity: store, sql: 'SELECT store_id, 1 AS value FROM facts.lines WHERE day <= :as_of'}\nsegments:\n", 28, "tag 'odd': its SQL reads datasets by their bare names", "Write one SELECT over datasets by their bare names."),
        Rule("The SQL of a tag reads datasets", "unknown_dataset", "segments:\n", "  - {name: odd, entity: store, sql: 'SELECT store_id, 1 AS value FROM line'}\nsegments:\n", 28, "tag 'odd': its SQL reads 'line', which is no dataset", "Did you mean 'lines'"),
        Rule("The SQL of a tag gives the key and the value", "missing_column", "segments:\n", "  - {name: odd, entity: store, sql: 'SELECT kind, 1 AS value FROM lines WHERE day <= :as_of'}\nsegments:\n", 28, "tag 'odd': its SQL does not give store_id", "Select store_id, value"),
        Rule("The SQL of a tag is asked as of a day", "unknown_parameter", "segments:\n", "  - {name: odd, entity: store, sql: 'SELECT store_id, 1 AS value FROM lines WHERE day <= :as_of AND kind = :kind'}\nsegments:\n", 28, "tag 'odd': nothing fills in ':kind'", "Write :as_of for the day of the profile."),
        Rule("The SQL of a tag does not look ahead", "looks_ahead", "segments:\n", "  - {name: odd, entity: store, sql: 'SELECT store_id, COUNT(*) AS value FROM lines GROUP BY 1'}\nsegments:\n", 28, "tag 'odd': its SQL does not say :as_of, and 'lines' goes on after the day of a profile", "WHERE day <= :as_of"),
        Rule("A tag is told from tags of its entity", "other_entity", "", "tags:\n  - {name: deep, entity: item, condition: {tag: big, is: true}}\n", 2, "tag 'deep': 'big' is of 'store', not of 'item'", "Name a tag of 'item'.", "more.yaml"),
        Rule("A list is of one entity", "other_entity", "", "tags:\n  - {name: invited, entity: store, list: spring}\n  - {name: chosen, entity: item, list: spring}\n", 3, "tag 'chosen': the list 'spring' is of 'store', by the tag 'invited'", "Give each entity a list of its own.", "more.yaml"),
        Rule("A dataset has the key of a tag's entity", "unreachable_entity", "", "entities:\n  - {name: town}\ntags:\n  - {name: far, entity: town, attribute: colour}\n", 4, "tag 'far': no dataset has the key of 'town'", "Name the key of 'town' under entities: of the datasets that know it.", "more.yaml"),
        Rule("A metric of a tag is of rows that belong to its entity", "unreachable_entity", "", "metrics:\n  - {name: kinds, dataset: items, agg: count}\ntags:\n  - {name: odd, entity: store, type: count, measure: {metric: kinds}}\n", 4, "tag 'odd': the rows of 'kinds' belong to no single 'store'", "or another metric", "more.yaml"),
    ),
    "Holidays": (
        Rule("A holiday is a common one, or says when it is", "unknown_holiday", "- christmas_day", "- crismas_day", 42, "holiday 'crismas_day' does not say when it is, and no common one is called so", "Write day:, weekday:, start: with end:, or dates:. Did you mean 'christmas_day'"),
        Rule("A holiday says once when it is", "wrong_value", "dates: {2025", "day: 09-06, dates: {2025", 43, "holiday 'fair': the holiday says when it is more than once: day, dates", "Keep one of them."),
        Rule("A day of every year exists in every year", "wrong_value", "dates: {2025: {start: 2025-09-06, end: 2025-09-14}}", "day: 02-29", 43, "holiday 'fair': 02-29 is not a day of every year", "Write month and day, like 12-25."),
        Rule("A day of every year is month and day", "wrong_value", "dates: {2025: {start: 2025-09-06, end: 2025-09-14}}", "day: sixth of September", 43, "holiday 'fair': 'sixth of September' is not a month and a day", "Write month and day, like 12-25."),
        Rule("Days of every year have a first and a last one", "wrong_value", "dates: {2025: {start: 2025-09-06, end: 2025-09-14}}", "start: 09-06", 43, "holiday 'fair': start: and end: of a holiday belong together", "Write both, such as start: 10-01 with end: 10-07."),
        Rule("The date of a year exists", "wrong_value", "{start: 2025-09-06, end: 2025-09-14}", "2025-09-31", 43, "holiday 'fair': 'dates' cannot be '2025-09-31'", "Write the days of each year, like {2025: 2025-11-27}."),
        Rule("A holiday does not end before it starts", "wrong_value", "end: 2025-09-14", "end: 2025-09-04", 43, "holiday 'fair': the holiday ends (2025-09-04) before it starts (2025-09-06)", "Write the earlier day as 'start:'."),
        Rule("The days of a year lie in that year", "wrong_year", "{2025: {", "{2024: {", 43, "holiday 'fair': the days of 2024 are not in 2024 (2025-09-06 to 2025-09-14)", "Write them under 2025:."),
        Rule("A weekday of a month is one that there is", "wrong_value", "dates: {2025: {start: 2025-09-06, end: 2025-09-14}}", "weekday: {month: 9, weekday: saturday, nth: 6}", 43, "holiday 'fair': 'nth' cannot be 6", "Known: -1, 1, 2, 3, 4, 5."),
        Rule("A holiday has a name of its own", "doubled_name", "name: fair,", "name: christmas_day,", 43, "the name 'christmas_day' is taken", "It is defined at shop.yaml:42."),
        Rule("A word means one holiday", "doubled_word", "[harvest fair]", "[Xmas]", 43, "'xmas' means holiday 'fair' and holiday 'christmas_day'", "Take it from one of them (the other is at shop.yaml:42)."),
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
