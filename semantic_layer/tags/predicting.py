"""Trains the predictive tags of a workspace as of a day and keeps what came of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from semantic_layer.data_version import DataVersion
from semantic_layer.engines.duckdb import CATALOG
from semantic_layer.model.tags import PredictiveTag
from semantic_layer.model.workspace import Workspace
from semantic_layer.predictions import Prediction, current_predictions, definition_of, keep_predictions

Progress = Callable[[str, int, int], None]
"""Called with a tag, its number and how many there are."""


def predict_all(
    workspace: Workspace,
    version: DataVersion,
    files: Mapping[str, Path],
    folder: Path,
    as_of: date,
    names: Collection[str] | None = None,
    again: bool = False,
    progress: Progress | None = None,
) -> tuple[Prediction, ...]:
    """Trains each predictive tag that was not trained yet on this data, by this definition, for this day.

    What was kept before is kept until everything new is whole; so it is where a training fails.

    Args:
        files: The data version and what stands beside it, by the names that statements know them by.
        folder: Where predictions are kept.
        names: Of these tags alone.
        again: Trains what was trained as well.

    Returns:
        What each training came to, those of before included.

    Raises:
        RequestError: a feature or a metric cannot be worked out, or the day lies before the data.
    """
    tags = [tag for tag in workspace.tags if isinstance(tag, PredictiveTag) and (names is None or tag.name in names)]
    there = current_predictions(folder)
    known = {tag.name: there.of(tag.name, as_of, version.id, definition_of(tag, workspace)) if there else None for tag in tags}
    due = [tag for tag in tags if again or known[tag.name] is None]
    made: dict[Prediction, Any] = {}
    if due:
        from semantic_layer.tags.training import trained

        with duckdb.connect(":memory:") as rows:
            for name, file in {CATALOG: files[CATALOG], **files}.items():
                rows.execute(f"ATTACH '{_text(file)}' AS {name} (READ_ONLY)")
            for number, tag in enumerate(due):
                if progress is not None:
                    progress(tag.name, number, len(due))
                came = trained(tag, workspace, version, rows, as_of)
                told = Prediction(
                    tag=tag.name,
                    as_of=as_of,
                    data=version.id,
                    definition=definition_of(tag, workspace),
                    why=came.why,
                    has=came.has,
                    needs=came.needs,
                    quality=came.quality,
                    made_at=datetime.now(UTC),
                )
                made[told] = came.values
        keep_predictions(folder, made)
    fresh = {each.tag: each for each in made}
    return tuple(fresh.get(tag.name) or known[tag.name] for tag in tags)  # pyright: ignore[reportReturnType]


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
