"""A swimming club of a few members, whose groups can be counted by eye."""

from __future__ import annotations

from typing import Any

from conftest import Shop

from assistant.reply import read_request
from tools.answer import Answer
from tools.catalogue import run

CLUB = """
workspace: {name: club, time_zone: UTC, as_of: 2025-03-31, default_period: all}
entities:
  - {name: member, key: member_id, type: category, count: visitors}
datasets:
  - {name: people, grain: [member_id], entities: {member: member_id}, fields: [{name: city}]}
  - name: visits
    entities: {member: member_id}
    time: day
    fields: [{name: day, type: date}, {name: hall}]
metrics:
  - {name: minutes, dataset: visits, agg: sum, expr: minutes}
  - {name: trips, dataset: visits, agg: count}
  - {name: visitors, dataset: visits, agg: count_distinct, expr: member_id}
  - {name: pace, ratio: {numerator: minutes, denominator: trips}}
tags:
  - {name: town, entity: member, attribute: member.city}
  - {name: last_days, entity: member, type: count, occurrence: {dataset: visits, take: last, give: days_since}}
  - {name: minutes_60d, entity: member, type: decimal, measure: {metric: minutes, window: {days: 60}}}
  - name: stage
    entity: member
    values: {fresh: {en: Fresh, zh: 常来}, quiet: {en: Quiet, zh: 少来}, gone: {en: Gone, zh: 不来}}
    rules:
      - {value: fresh, when: {tag: last_days, at_most: 10}}
      - {value: quiet, when: {tag: last_days, at_most: 45}}
      - {value: gone}
  - {name: wet, entity: member, type: boolean, rules: [{value: true, when: {tag: minutes_60d, at_least: 60}}, {value: false}]}
segments:
  - {name: keen, entity: member, rule: [{tag: stage, is: fresh}, {tag: minutes_60d, at_least: 50}]}
  - {name: northern, entity: member, rule: {tag: town, is: north}}
  - {name: lost, entity: member, rule: {tag: stage, is: gone}}
roles:
  - {name: everyone, default: true}
  - {name: no_stage, hide: [stage]}
  - {name: careful, minimum_group: {entity: member, size: 3}}
"""
# member  city   last visit   days ago   stage   minutes in the 60 days to March 31   to January 31
#   a     north  March 30         1      fresh    60 + 10 = 70                          60 (fresh)
#   b     north  March 25         6      fresh    30                                    -  (quiet: December 20)
#   c     south  February 20     39      quiet    90                                    -  (not there yet)
#   d     south  January 5       85      gone      -                                    40 (quiet)
#   e     -      March 21        10      fresh    60                                    60 (fresh)
PEOPLE = """
member_id,city
a,north
b,north
c,south
d,south
"""
VISITS = """
member_id,day,hall,minutes
a,2025-01-30,big,60
a,2025-02-10,big,60
a,2025-03-30,small,10
b,2024-12-20,small,30
b,2025-03-25,small,30
c,2025-02-20,big,90
d,2025-01-05,big,40
e,2025-01-25,small,60
e,2025-03-21,small,60
"""


def answer(shop: Shop, role: str | None = None, **request: Any) -> Answer:
    """What a request of any kind is answered."""
    return run(read_request(request), shop.context(role))


def rows(found: Answer) -> list[dict[str, Any]]:
    """The rows of the first table, by column."""
    assert found.main is not None
    names = [column.name for column in found.main.columns]
    return [dict(zip(names, row, strict=True)) for row in found.main.rows]
