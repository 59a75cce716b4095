"""Exported audiences, remembered: their ids stand beside the imported lists, and each is a segment that can be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from semantic_layer.data_version import DataVersion, ExportFacts, ListFacts, Lists
from semantic_layer.lists import Key, keys_of, quoted, written_anew
from semantic_layer.model.tags import ExportedSegment
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import digest
from semantic_layer.words import Text, Words

Ids = Iterable[tuple[Any, ...]]
"""Keys, each with its parts in the order of the entity's grain."""

UNNAMED = "audience"
WORDS = {"zh": "{label}人群包", "en": "{label} audience"}
CONTROL = {"zh": "{label}对照组", "en": "{label} control group"}
ABOUT = {"zh": "{day} 导出的人群包，名单固定", "en": "The audience that was exported as of {day}; its members stay the same"}
HELD = {"zh": "{day} 导出时留作对照、没有触达的人", "en": "Those who were held back from the audience of {day}"}


def keep_export(facts: ExportFacts, treated: Ids, control: Ids, workspace: Workspace, folder: Path, version: DataVersion) -> None:
    """Remembers an audience and who is in it.

    Args:
        folder: Where the lists are.
        version: The data whose keys these are.
    """
    keys, _ = keys_of(facts.entity, workspace, version)
    ids = {facts.list: list(treated), facts.control_list: list(control)}

    def write(connection: duckdb.DuckDBPyConnection, before: Lists) -> Lists:
        told: dict[str, ListFacts] = {}
        for name, rows in ids.items():
            _write(connection, name, rows, keys)
            told[name] = ListFacts(rows=len(rows), unknown=0, imported_at=datetime.now(UTC))
        others = tuple(each for each in before.exports if each.name != facts.name)
        return before.model_copy(update={"lists": {**before.lists, **told}, "exports": (*others, facts)})

    written_anew(folder, write)


def forget_export(facts: ExportFacts, folder: Path) -> None:
    """Takes back an export that did not come about."""

    def write(connection: duckdb.DuckDBPyConnection, before: Lists) -> Lists:
        for name in (facts.list, facts.control_list):
            connection.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
        kept = {name: each for name, each in before.lists.items() if name not in (facts.list, facts.control_list)}
        others = tuple(each for each in before.exports if each.name != facts.name)
        return before.model_copy(update={"lists": kept, "exports": others})

    written_anew(folder, write)


def _write(connection: duckdb.DuckDBPyConnection, name: str, rows: list[tuple[Any, ...]], keys: list[Key]) -> None:
    columns = {key.name: pa.array([row[place] for row in rows]) for place, key in enumerate(keys)}
    if not rows:
        columns = {key.name: pa.array([], pa.string()) for key in keys}
    connection.register("ids", pa.table(columns))
    casts = ", ".join(f"CAST({quoted(key.name)} AS {key.kind}) AS {quoted(key.name)}" for key in keys)
    connection.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT {casts} FROM ids")
    connection.unregister("ids")


def name_of(text: str, workspace: Workspace, lists: Lists | None) -> str:
    """A name that nothing has yet: `June` gives june_audience, so that nobody's word for the month is taken; 六月 audience_1."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    plain = plain if re.match(r"[a-z]|$", plain) else f"{UNNAMED}_{plain}"
    plain = plain if not plain or UNNAMED in plain.split("_") else f"{plain}_{UNNAMED}"
    taken = {each.name for each in (*workspace.metrics, *workspace.tags, *workspace.segments)}
    taken |= {each.name for each in (lists.exports if lists is not None else ())}
    free, number = (plain, 2) if plain else (f"{UNNAMED}_1", 2)
    while free in taken:
        free, number = f"{plain or UNNAMED}_{number}", number + 1
    return free


def exports_within(lists: Lists | None, entity: str, as_of: date, days: int) -> tuple[ExportFacts, ...]:
    """The exports of the last so many days, the day itself included; of a later day none."""
    first = as_of - timedelta(days=days - 1)
    return tuple(
        each for each in (lists.exports if lists is not None else ()) if each.entity == entity and first <= each.as_of <= as_of
    )


def with_exports(workspace: Workspace, lists: Lists | None) -> Workspace:
    """The workspace with a segment for each exported audience, and one for those who were held back.

    A name that a definition has taken since then stays the definition's.
    """
    taken = {each.name for each in (*workspace.metrics, *workspace.tags, *workspace.segments)}
    exports = [each for each in (lists.exports if lists is not None else ()) if each.name not in taken]
    made = tuple(segment for each in exports for segment in _segments(each) if segment.name not in taken)
    if not made:
        return workspace
    same = {name: getattr(workspace, name) for name in Workspace.model_fields if name not in ("segments", "content_hash")}
    mark = digest(workspace.content_hash, *(each.model_dump_json() for each in exports))
    return Workspace.model_construct(**same, segments=(*workspace.segments, *made), content_hash=mark)


def _segments(export: ExportFacts) -> list[ExportedSegment]:
    called, day = export.label or export.name.replace("_", " "), export.as_of.isoformat()
    # Its words say that it is an audience: a bare “June” would stand in the way of the month.
    whole = {language: called if _says_what_it_is(called) else form.format(label=called) for language, form in WORDS.items()}

    def text(forms: dict[str, str]) -> Text:
        return Text(**{language: form.format(label=whole[language], day=day) for language, form in forms.items()})

    made = [
        ExportedSegment(name=export.name, label=Text(**whole), description=text(ABOUT), entity=export.entity, list=export.list)
    ]
    if export.control:
        made.append(
            ExportedSegment(
                name=f"{export.name}_control",
                label=text(CONTROL),
                synonyms=Words(**{language: (form.format(label=called),) for language, form in CONTROL.items()}),
                description=text(HELD),
                entity=export.entity,
                list=export.control_list,
            )
        )
    return made


def _says_what_it_is(label: str) -> bool:
    return any(word in label.lower() for word in ("audience", "人群包"))
