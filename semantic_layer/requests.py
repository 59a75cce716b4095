"""The typed requests: what can be asked of the semantic layer. Their JSON form is public and stable.

A request names meanings, never tables. `canonical` gives one text for equal requests, and `fingerprint` the identity of
a result.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field as Constrained
from pydantic import TypeAdapter, model_validator

from semantic_layer.conditions import Condition, FieldRef
from semantic_layer.frozen import Frozen
from semantic_layer.periods import Period, SinglePeriod, Unit

SCHEMA_VERSION = 1
"""Part of every fingerprint; raised when the meaning of a request's JSON changes."""


class PreviousPeriod(Frozen):
    """Against the period before (环比): month on month, last 30 days on the 30 days before.

    Attributes:
        align: `weekday` goes back by whole weeks instead, so that the same weekdays are compared.
    """

    kind: Literal["previous"] = "previous"
    align: Literal["dates", "weekday"] = "dates"


class LastYear(Frozen):
    """Against the same period a year earlier (同比)."""

    kind: Literal["last_year"] = "last_year"


class AgainstPeriod(Frozen):
    """Against a period that is named."""

    kind: Literal["period"] = "period"
    period: SinglePeriod


Comparison = Annotated[PreviousPeriod | LastYear | AgainstPeriod, Constrained(discriminator="kind")]


class ShareOf(Frozen):
    """What a share is a share of: the whole keeps the dimensions `by` and the conditions `where` of the request.

    With both empty the whole is everything in the period. A request's own `where` narrows the numerator alone.
    """

    kind: Literal["share"] = "share"
    by: tuple[FieldRef, ...] = ()
    where: Condition | None = None


Part = Literal["value", "previous", "change", "growth", "share"]
"""The columns that one metric can have in a result."""


class OrderBy(Frozen):
    """An order by one column: a metric's value or one of its other parts, or a dimension of the request."""

    target: str
    part: Part = "value"
    descending: bool = True


class Percentile(Frozen):
    """The figure that a share of the figures do not pass: 0.9 for the 90th percentile, between two where it falls between."""

    percentile: float = Constrained(gt=0, lt=1)


Statistic = Literal["mean", "median", "min", "max"] | Percentile


class OfEach(Frozen):
    """Statistics over things: the metrics are computed for each one, and their figures are summed up.

    Attributes:
        entity: Whose figures: an entity, or else a field (of each colour) or a grain of time (of each month). Only those that
            have rows are counted, within each group of the request.
        statistics: What is said of their figures; a column for each metric and statistic.
    """

    entity: str
    statistics: tuple[Statistic, ...] = Constrained(min_length=1, max_length=6)


class Window(Frozen):
    """Other days than each bucket's or period's own: those that trail its last day, or those since a calendar unit began.

    Attributes:
        trailing: So many days (or weeks, months ...), the last one of the bucket or period included.
        to_date: From the beginning of the unit that holds the last day.
        average: Of trailing days: their sum divided by their number, null where they begin before the data does.
    """

    trailing: int | None = Constrained(default=None, ge=1, le=1_000)
    unit: Unit = "day"
    to_date: Unit | None = None
    average: bool = False

    @model_validator(mode="after")
    def _one_window(self) -> Window:
        if (self.trailing is None) == (self.to_date is None):
            raise ValueError("a window has trailing: (with unit:) or to_date:")
        if self.average and self.trailing is None:
            raise ValueError("an average is of trailing days")
        return self

    @property
    def unit_of_days(self) -> Unit:
        """The unit that the window is counted in."""
        return self.to_date or self.unit


class MetricQuery(Frozen):
    """Metrics over a period, grouped and filtered.

    Attributes:
        metrics: Names of metrics; at least one.
        by: What to group by; a row for each combination.
        where: Rows that count.
        period: Days that count; None takes the workspace's default period.
        compare: Adds the other period's value, the change and the growth, for each row.
        share_of: Adds each row's share of a whole.
        totals: Also compute the metrics over all groups (never summed from the rows).
        order: Columns to order by; None-empty default: time ascending, else the first metric descending.
        limit: How many groups to keep; groups that tie with the last are kept as well.
        parameters: Other values for the workspace's parameters: a margin, or one of the texts that one may be.
        window: The days that the metrics count instead of each bucket's or period's own.
        of_each: Statistics over the metrics of each one of an entity, instead of the metrics over all rows.
    """

    kind: Literal["metric_query"] = "metric_query"
    metrics: tuple[str, ...] = Constrained(min_length=1, max_length=12)
    by: tuple[FieldRef, ...] = Constrained(default=(), max_length=6)
    where: Condition | None = None
    period: Period | None = None
    compare: Comparison | None = None
    share_of: ShareOf | None = None
    totals: bool = False
    order: tuple[OrderBy, ...] = ()
    limit: int | None = Constrained(default=None, ge=1, le=10_000)
    parameters: dict[str, float | str] = {}
    of_each: OfEach | None = None
    window: Window | None = None


class EntityQuery(Frozen):
    """Lists entities (customers, items, regions) that meet a condition, with chosen fields. The key comes first."""

    kind: Literal["entity_query"] = "entity_query"
    entity: str
    where: Condition | None = None
    columns: tuple[FieldRef, ...] = ()
    order: tuple[OrderBy, ...] = ()
    limit: int | None = Constrained(default=None, ge=1, le=10_000)


class ValueQuery(Frozen):
    """The values that a field has where a condition holds, as the viewer may see them."""

    kind: Literal["value_query"] = "value_query"
    field: FieldRef
    where: Condition | None = None
    limit: int | None = Constrained(default=None, ge=1, le=10_000)


Request = Annotated[MetricQuery | EntityQuery | ValueQuery, Constrained(discriminator="kind")]
REQUEST: TypeAdapter[MetricQuery | EntityQuery | ValueQuery] = TypeAdapter(Request)
"""Reads any request from Python or JSON values."""


def lean(value: Any) -> Any:
    """JSON data without what says nothing: nulls and empty lists and objects."""
    if isinstance(value, dict):
        kept = {key: lean(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None and item != [] and item != {}}
    return [lean(item) for item in value] if isinstance(value, list) else value


def plain(value: Frozen) -> dict[str, Any]:
    """A typed value as lean JSON data; reading it back gives an equal value."""
    return lean(value.model_dump(mode="json"))


def canonical(value: Frozen) -> str:
    """One JSON text for equal values."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(*parts: str) -> str:
    """A short stable hash of texts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


def fingerprint(request: Frozen, dates: str, workspace: str, grant: str, data_version: str) -> str:
    """The identity of a result: the key of caches, pinned answers and replays.

    Args:
        request: The typed request; relative periods as asked.
        dates: The days they stood for, as text.
        workspace, grant, data_version: Hashes of what else decides the rows.
    """
    return digest(str(SCHEMA_VERSION), canonical(request), dates, workspace, grant, data_version)


def request_schema() -> dict[str, Any]:
    """The JSON schema of all requests, for models, editors and other programs."""
    return REQUEST.json_schema()
