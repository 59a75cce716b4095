"""Predictions that are kept: a file of their own beside the data versions, with a table for each tag and day.

A pointer says which file counts and what each training came to, one without a prediction too: why there is none can be told
later. A prediction counts for the data and the definition that it was made of, and for no others.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import ValidationError

from semantic_layer.frozen import Frozen
from semantic_layer.model.tags import PredictiveTag
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import digest
from semantic_layer.tag_parts import all_of

POINTER = "predictions.json"
VALUE = "value"
KEPT = 24
"""Days that are kept of each tag."""

Why = Literal["too_short", "too_few", "no_better"]


class Bucket(Frozen):
    """A tenth of the members by what was predicted: the mean of it, and the mean of what came."""

    predicted: float
    observed: float
    members: int


class Quality(Frozen):
    """How a model did on days that it did not know.

    Attributes:
        members: How many were predicted.
        average: What came on average: the base rate of no activity, or the mean value.
        error, error_average, error_recency: The mean squared error of the model, of the average of the past, and of a model
            that knows recency alone. Of probabilities that is the Brier score.
        auc, auc_recency: The probability that one with no activity is ranked above one with some; None of values.
        gain: By how much the model's error is under the smaller of the two others, as a share of that.
        calibration: By tenths, lowest first.
        off: The mean distance of predicted and observed over the tenths, weighted by members; of values over the average.
    """

    members: int
    average: float
    error: float
    error_average: float
    error_recency: float
    auc: float | None = None
    auc_recency: float | None = None
    gain: float
    calibration: tuple[Bucket, ...] = ()
    off: float


class Prediction(Frozen):
    """What a training came to.

    Attributes:
        data: The data version that it read.
        definition: `definition_of` the tag.
        why: Why there is no prediction; None where there is one.
        has, needs: Days of data that there are and that it takes, where that is why.
        quality: None where it could not be judged.
    """

    tag: str
    as_of: date
    data: str
    definition: str
    why: Why | None = None
    has: int | None = None
    needs: int | None = None
    quality: Quality | None = None
    made_at: datetime

    @property
    def table(self) -> str:
        return f"{self.tag}_{self.as_of:%Y_%m_%d}"


class Predictions(Frozen):
    """All that counts, and the file that holds the values."""

    file: str
    made: tuple[Prediction, ...] = ()

    def of(self, tag: str, as_of: date, data: str, definition: str) -> Prediction | None:
        """The prediction of a tag as of a day, where it was made of this data by this definition."""
        own = (each for each in self.made if (each.tag, each.as_of) == (tag, as_of))
        return next((each for each in own if (each.data, each.definition) == (data, definition)), None)


def definition_of(tag: PredictiveTag, workspace: Workspace) -> str:
    """A hash of what a prediction means: changes with the tag, its metric and the tags that it may go by."""
    key = ("prediction", tag.name)
    if key not in workspace.memo:
        names = tag.predictive.features or tuple(each.name for each in workspace.tags if each.entity == tag.entity)
        parts = {each.name: each for name in names for each in all_of(workspace, name)}
        told = [each.model_dump_json() for each in (tag, workspace.metric(tag.predictive.metric), *parts.values()) if each]
        workspace.memo[key] = digest(*told)
    return workspace.memo[key]


def current_predictions(folder: Path) -> Predictions | None:
    """What counts; None where nothing was predicted yet."""
    try:
        found = Predictions.model_validate_json((folder / POINTER).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return found if (folder / found.file).is_file() else None


def keep_predictions(folder: Path, made: Mapping[Prediction, Any]) -> Predictions:
    """Adds predictions, or replaces those of the same tag and day; of each tag the latest days are kept.

    The new file is whole before the pointer moves to it. Who has the old one open reads on.

    Args:
        made: Each with its values, a data frame of keys and `value`; None where there is no prediction.
    """
    before = current_predictions(folder)
    number = int(before.file.partition("_")[2].partition(".")[0]) + 1 if before is not None else 1
    file = f"predictions_{number:04d}.duckdb"
    draft = folder / f"{file}.draft"
    replaced = {each.table for each in made}
    data = {each.data for each in made}
    old = [each for each in (before.made if before else ()) if each.table not in replaced and each.data in data]
    everything = sorted([*old, *made], key=lambda each: (each.tag, each.as_of))
    kept = [each for place, each in enumerate(everything) if sum(later.tag == each.tag for later in everything[place:]) <= KEPT]
    try:
        draft.unlink(missing_ok=True)
        if before is not None:
            shutil.copyfile(folder / before.file, draft)
        with duckdb.connect(str(draft)) as connection:
            for each, values in made.items():
                connection.execute(f'DROP TABLE IF EXISTS "{each.table}"')
                if values is not None:
                    connection.register("made_values", values)
                    connection.execute(f'CREATE TABLE "{each.table}" AS SELECT * FROM made_values')
                    connection.unregister("made_values")
            there = [str(row[0]) for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
            for name in set(there) - {each.table for each in kept}:
                connection.execute(f'DROP TABLE "{name}"')
        draft.replace(folder / file)
    finally:
        draft.unlink(missing_ok=True)
        draft.with_suffix(".draft.wal").unlink(missing_ok=True)
    now = Predictions(file=file, made=tuple(kept))
    fresh = folder / f"{POINTER}.new"
    fresh.write_text(now.model_dump_json(indent=1), "utf-8")
    fresh.replace(folder / POINTER)
    if before is not None:
        (folder / before.file).unlink(missing_ok=True)
    return now
