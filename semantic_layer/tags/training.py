"""From rows to a prediction: members as of earlier days, what came after those days, and everyone as of the day asked for.

Both sides are tags that the compiler works out, so that features mean what they mean in every other question, and what came in
the N days after a day is a window that ends N days later. The last window ends on the day asked for: no later row is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd

from semantic_layer.compiler.plan import Scope
from semantic_layer.data_version import DataVersion
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.tags import (
    AnyTag,
    AttributeTag,
    Days,
    ListTag,
    MetricTag,
    Occurrence,
    OccurrenceTag,
    PredictiveTag,
    WindowMetric,
)
from semantic_layer.model.workspace import Workspace
from semantic_layer.predictions import Quality, Why
from semantic_layer.tag_parts import all_of, days_back, population
from semantic_layer.tags.definitions import profile_sql, scope_of
from semantic_layer.tags.estimators import SEED, Sample, judged, predicted
from semantic_layer.words import Text

CAME, RECENCY = "came_after", "days_since_last"
"""Tags that a training makes for itself."""
MOST_DAYS, STEP = 4, 30
"""Earlier days that a model is fitted on at the most, and days between them at the most."""


class Outcome(NamedTuple):
    """What came of a training.

    Attributes:
        why: Why there is no prediction; None where there is one.
        has, needs: Days of data that there are and that it takes, where that is why.
        values: The key of each one as of the day, and `value`; None where there is no prediction.
    """

    why: Why | None
    has: int | None = None
    needs: int | None = None
    quality: Quality | None = None
    values: pd.DataFrame | None = None


class Plan(NamedTuple):
    """The days of a training; each window of what came ends `horizon` days after its day."""

    earlier: tuple[date, ...]
    later: date


def trained(
    tag: PredictiveTag, workspace: Workspace, version: DataVersion, rows: duckdb.DuckDBPyConnection, as_of: date
) -> Outcome:
    """Trains a model on the days before `as_of` and predicts everyone as of it, unless it is no better than a simple rule.

    The model is judged on the latest day whose window has ended, fitted on days whose windows had ended then; what is handed
    out is fitted on that day as well.

    Args:
        rows: A connection under which the data version and the imported lists are attached as compiled statements name them.

    Raises:
        RequestError: a feature or the metric cannot be worked out.
    """
    asked = tag.predictive
    first, last = _covered(tag, workspace, version)
    plan = plan_of(as_of, asked.horizon_days, first)
    has, needs = (min(as_of, last) - first).days + 1, 3 * asked.horizon_days + 1
    if plan is None or as_of > last:
        return Outcome("too_short", has, needs if plan is None else (as_of - first).days + 1)
    made = _Made(tag, workspace, version, rows, plan)
    earlier = _stacked([made.sample(day) for day in plan.earlier])
    later = made.sample(plan.later)
    worth = judged(earlier, later, asked.target, SEED)
    if worth.why is not None:
        return Outcome(worth.why, quality=worth.quality)
    everyone = made.members(as_of)
    values = predicted(_stacked([earlier, later]), everyone.loc[:, made.features], asked.target, SEED)
    return Outcome(None, quality=worth.quality, values=everyone[made.keys].assign(value=values))


def plan_of(as_of: date, horizon: int, first: date) -> Plan | None:
    """The day that a model is judged on and those that it is fitted on; None where the data is too short.

    The former is `horizon` days before `as_of`. The latter begin `horizon` days before that and go back by 30 days, or by the
    horizon where that is shorter, to at most four; each has at least `horizon` days of data before it.
    """
    later = as_of - timedelta(days=horizon)
    step = min(horizon, STEP)
    days = [later - timedelta(days=horizon + step * number) for number in range(MOST_DAYS)]
    earlier = tuple(day for day in days if day - timedelta(days=horizon) >= first)
    return Plan(earlier, later) if earlier else None


def features_of(tag: PredictiveTag, workspace: Workspace, history: int) -> tuple[str, ...]:
    """The tags that a prediction goes by: those that it names, else all that can be known of an earlier day.

    Left out are fields that describe the entity and imported lists, since they have no history: what they say today may have
    been brought about by what is to be predicted. So are dates, predictions, and what counts more days than there are.

    Args:
        history: Days of data before the earliest day that a model is fitted on.
    """
    if tag.predictive.features:
        return tag.predictive.features
    return tuple(each.name for each in workspace.tags if each.entity == tag.entity and _may_tell(each, workspace, history))


def _may_tell(tag: AnyTag, workspace: Workspace, history: int) -> bool:
    parts = all_of(workspace, tag.name)
    timeless = any(isinstance(each, PredictiveTag | ListTag | AttributeTag) for each in parts)
    return not timeless and tag.type not in ("date", "time") and max(map(days_back, parts)) <= history


class _Made:
    """Members of one entity as of several days."""

    def __init__(
        self, tag: PredictiveTag, workspace: Workspace, version: DataVersion, rows: duckdb.DuckDBPyConnection, plan: Plan
    ) -> None:
        self.tag, self.version, self.rows = tag, version, rows
        first, _ = _covered(tag, workspace, version)
        self.features = list(features_of(tag, workspace, (min(plan.earlier) - first).days + 1))
        self.workspace = workspace.with_tags(tuple(_own_tags(tag, workspace)))
        profile = self.workspace.profile(tag.entity)
        assert profile is not None
        self.profile, self.keys = profile, list(profile.grain)

    def members(self, day: date) -> pd.DataFrame:
        """Everyone as of a day with the features and the days since the last time, in the order of the key."""
        return self._read([*self.features, RECENCY], day)

    def sample(self, day: date) -> Sample:
        """Everyone as of a day with what came in the days after."""
        horizon = self.tag.predictive.horizon_days
        members = self.members(day)
        after = self._read([CAME], day + timedelta(days=horizon))
        came = members[self.keys].merge(after, how="left", on=self.keys)[CAME].astype("float64").fillna(0.0).to_numpy()
        target = (came == 0).astype("float64") if self.tag.predictive.target == "no_activity" else came
        who = members[self.keys].astype(str).agg("\x1f".join, axis=1).to_numpy()
        return Sample(members.loc[:, self.features], members[RECENCY].astype("float64").to_numpy(), target, who)

    def _read(self, names: Sequence[str], day: date) -> pd.DataFrame:
        scope: Scope = scope_of(self.workspace, self.version, day)
        found = self.rows.execute(profile_sql(self.profile, names, scope)).df()
        return found.sort_values(self.keys, kind="stable", ignore_index=True)


def _own_tags(tag: PredictiveTag, workspace: Workspace) -> Iterable[AnyTag]:
    asked = tag.predictive
    dataset = base_datasets(workspace, asked.metric)[0]
    window = WindowMetric(metric=asked.metric, window=Days(days=asked.horizon_days))
    unsaid: dict[str, Any] = {"entity": tag.entity, "label": Text()}
    yield MetricTag(name=CAME, measure=window, type="decimal", **unsaid)
    yield OccurrenceTag(
        name=RECENCY, occurrence=Occurrence(dataset=dataset, take="last", give="days_since"), type="count", **unsaid
    )


def _covered(tag: PredictiveTag, workspace: Workspace, version: DataVersion) -> tuple[date, date]:
    """The first and the last day of the data that tells who is there and what they did."""
    names = {population(tag.entity, workspace), *base_datasets(workspace, tag.predictive.metric)}
    datasets = [found for name in names if (found := workspace.dataset(name)) is not None]
    spans = [span for each in datasets if (span := version.covers(each.name, each.time)) is not None]
    return max(span.start for span in spans), min(span.end for span in spans)


def _stacked(samples: Sequence[Sample]) -> Sample:
    return Sample(
        pd.concat([each.features for each in samples], ignore_index=True),
        np.concatenate([each.recency for each in samples]),
        np.concatenate([each.target for each in samples]),
        np.concatenate([each.member for each in samples]),
    )
