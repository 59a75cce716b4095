"""A star of generated rows, loaded as a workspace's data is: parquet files, a data version, an engine on it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from semantic_layer.compiler.plan import Scope
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.frozen import Frozen
from semantic_layer.loading.loader import load_workspace
from semantic_layer.policy import Viewer, grant_of
from semantic_layer.requests import digest
from semantic_layer.warehouse import Warehouse

FOLDER = Path(__file__).parent / "star_schema"
WORKSPACE = FOLDER / "workspace"
ROWS = FOLDER / "data.sql"
MEMORY = "2GB"
"""What a question may take where nothing else is set."""


class Size(Frozen):
    """How many rows the tables that grow have; the others are small in any business."""

    orders: int = 10_000_000
    sessions: int = 4_000_000
    customers: int = 1_000_000

    def divided(self, by: int) -> Size:
        """The same star, so many times smaller."""
        return Size(orders=self.orders // by, sessions=self.sessions // by, customers=self.customers // by)


class Star:
    """The star, ready to be asked.

    Args:
        scope: What requests are compiled for.
        engine: What runs statements, with the limits of a question.
    """

    def __init__(self, scope: Scope, engine: DuckDBEngine) -> None:
        self.scope, self.engine = scope, engine

    def afresh(self) -> Scope:
        """The same scope with a workspace that nothing is remembered of yet."""
        workspace = load_workspace(WORKSPACE)
        return Scope(workspace, grant_of(Viewer(), workspace), self.scope.version, self.scope.as_of)


@contextmanager
def opened(folder: Path, size: Size, threads: int) -> Generator[Star]:
    """The star in a folder, generated and loaded where it is not there yet."""
    made = digest(ROWS.read_text("utf-8"), size.model_dump_json())
    files = folder / f"star_{made}"
    if not files.is_dir():
        _generate(files, size, threads)
    workspace = load_workspace(WORKSPACE)
    warehouse = Warehouse(workspace, files, files / "versions")
    version = warehouse.load()
    scope = Scope(workspace, grant_of(Viewer(), workspace), version, warehouse.today(version))
    engine = DuckDBEngine(warehouse.file_of(version.id), MEMORY, threads)
    try:
        yield Star(scope, engine)
    finally:
        engine.close()


def _generate(files: Path, size: Size, threads: int) -> None:
    """Writes a parquet file for each table. A folder that was begun and not finished has another name."""
    draft = files.with_suffix(".draft")
    draft.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": threads, "memory_limit": MEMORY}) as connection:
        for name, rows in size.model_dump().items():
            connection.execute(f"SET VARIABLE {name} = {rows}")
        connection.execute(ROWS.read_text("utf-8"))
        for source in load_workspace(WORKSPACE).sources:
            target = str(draft / source.file).replace("'", "''")
            connection.execute(f"COPY \"{source.name}\" TO '{target}'")
    draft.rename(files)
