"""What is due: each tag and segment by its own schedule, against the versions that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from semantic_layer.calendar import Conventions, Unit, unit_of
from semantic_layer.compiler.plan import Scope
from semantic_layer.model.datasets import Schedule
from semantic_layer.tag_parts import schedule_of
from semantic_layer.tags.definitions import definitions, hashes_as_of, items_of
from semantic_layer.tags.store import ProfileVersion, latest

Why = Literal["never", "definition", "time", "data"]
"""It was never kept; it is defined otherwise now; its day, week or month is over; the data of the same day is another one."""

UNITS: dict[Schedule, Unit] = {"daily": "day", "weekly": "week", "monthly": "month"}


class Due(NamedTuple):
    """A tag that is due.

    Attributes:
        last: The day as of which it was kept last.
    """

    tag: str
    why: Why
    last: date | None


class Waiting(NamedTuple):
    """A tag that is not due yet.

    Attributes:
        next: The day as of which it will be.
    """

    tag: str
    last: date
    next: date


class Plan(NamedTuple):
    due: tuple[Due, ...]
    waiting: tuple[Waiting, ...]
    left_out: dict[str, str]


def plan(scope: Scope, versions: Sequence[ProfileVersion]) -> Plan:
    """What is due as of the scope's day. What cannot be computed never is.

    Daily means once for each day that data is there for, and again where the data of that day was replaced; weekly and monthly
    mean with the first refresh in a week (of the workspace's) or a month.
    """
    now = definitions(scope)
    due, waiting = list[Due](), list[Waiting]()
    then: dict[date, dict[str, str]] = {}
    for each in items_of(scope.workspace):
        if each.name not in now.hashes:
            continue
        found = latest(versions, each.name, scope.as_of)
        if found is None:
            due.append(Due(each.name, "never", None))
            continue
        schedule = schedule_of(scope.workspace, each)
        if found.as_of not in then:
            then[found.as_of] = hashes_as_of(scope, found.as_of)
        following = next_day(found.as_of, schedule, scope.workspace.workspace.conventions)
        if then[found.as_of].get(each.name) != found.tags[each.name]:
            due.append(Due(each.name, "definition", found.as_of))
        elif following <= scope.as_of:
            due.append(Due(each.name, "time", found.as_of))
        elif schedule == "daily" and found.data != scope.version.data_mark:
            due.append(Due(each.name, "data", found.as_of))
        else:
            waiting.append(Waiting(each.name, found.as_of, following))
    return Plan(tuple(due), tuple(waiting), now.left_out)


def next_day(last: date, schedule: Schedule, conventions: Conventions) -> date:
    """The first day as of which a tag is due again."""
    return unit_of(last, UNITS[schedule], conventions).end + timedelta(days=1)
