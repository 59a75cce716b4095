"""Datasets on the page: what a row is, keys and where they lead, fields with their values, and promises about the data."""

from __future__ import annotations

from assistant.dictionary.writer import Both, Writer, code, plain
from semantic_layer.data_checks.declared import declared
from semantic_layer.model.datasets import Dataset, Field
from semantic_layer.reach import way_to

SHOWN = 12
"""How many values of a field are listed."""


def datasets(writer: Writer) -> list[str]:
    """A block for each dataset, in the analyst's order."""
    lines: list[str] = []
    for dataset in writer.workspace.datasets:
        lines += writer.heading("datasets", dataset)
        lines += writer.table(
            [
                ("description", writer.text(dataset.description)),
                ("row", _grain(dataset, writer)),
                ("source", _origin(dataset)),
                ("keys", _keys(dataset, writer)),
                ("ways", _ways(dataset, writer)),
                ("time", _time(dataset, writer)),
                ("history", writer.say("says", "no_history") if dataset.history == "none" else Both()),
                ("count", writer.metric(dataset.count) if dataset.count else Both()),
                *writer.common(dataset),
            ]
        )
        lines += _fields(dataset, writer)
        lines += _checks(dataset, writer)
    return lines


def _grain(dataset: Dataset, writer: Writer) -> Both:
    return writer.say("says", "grain", columns=", ".join(map(code, dataset.grain))) if dataset.grain else Both()


def _origin(dataset: Dataset) -> Both:
    shown = code(" ".join(dataset.derived.split())) if dataset.derived else f"[`{dataset.table}`](#sources-{dataset.table})"
    return Both(shown, shown)


def _keys(dataset: Dataset, writer: Writer) -> Both:
    keys: list[Both] = []
    for name, columns in dataset.entities.items():
        entity, shown = writer.entity(name), ", ".join(map(code, columns))
        keys.append(Both(f"{entity.en} ({shown})", f"{entity.zh}（{shown}）"))
    return writer.joined(keys)


def _ways(dataset: Dataset, writer: Writer) -> Both:
    """The datasets that can be reached, each with the keys on the way."""
    ways: list[Both] = []
    for home in writer.workspace.datasets:
        joins = way_to(writer.workspace, dataset.name, home.name) if home.name != dataset.name else ()
        if joins:
            steps = " → ".join(code(join.entity) for join in joins)
            target = writer.dataset(home.name)
            ways.append(Both(f"{steps} → {target.en}", f"{steps} → {target.zh}"))
    return writer.joined(ways)


def _time(dataset: Dataset, writer: Writer) -> Both:
    if dataset.window is not None:
        return writer.say("says", "window", start=code(dataset.window.start), end=code(dataset.window.end))
    return Both(code(dataset.time), code(dataset.time)) if dataset.time else writer.say("says", "no_time")


def _fields(dataset: Dataset, writer: Writer) -> list[str]:
    if not dataset.fields:
        return []
    headings = [
        writer.say("says", "field"),
        Both(writer.say("rows", "label").en + " (en)"),
        Both(writer.say("rows", "label").zh + "（zh）"),
        writer.say("says", "type"),
        writer.say("says", "values"),
        writer.say("says", "expression"),
    ]
    rows = [_field(dataset, field, writer) for field in dataset.fields]
    title = writer.say("says", "fields")
    return [f"**{title.en} {title.zh}**", "", *writer.listing(headings, rows)]


def _field(dataset: Dataset, field: Field, writer: Writer) -> list[str]:
    label, unit = writer.label(field), writer.unit(field.unit)
    marks = [name for name in ("stored", "ordered", "closed") if getattr(field, name)]
    said = [field.type, *dict.fromkeys(part for part in unit if part)]
    said += [" ".join(writer.say("says", mark)) for mark in marks]
    texts = writer.text(field.description)
    synonyms = writer.word_lists(field.synonyms)
    shown = [
        code(str(entry.value)) + " " + plain("/".join(dict.fromkeys((entry.label("en", ""), entry.label("zh", "")))))
        for entry in field.values
    ]
    more = f" … {len(shown) - SHOWN}" if len(shown) > SHOWN else ""
    return [
        f'<a id="fields-{dataset.name}.{field.name}"></a>{code(field.name)}',
        "<br>".join(part for part in (label.en, texts.en, f"({synonyms.en})" if synonyms.en else "") if part),
        "<br>".join(part for part in (label.zh, texts.zh, f"（{synonyms.zh}）" if synonyms.zh else "") if part),
        ", ".join(said),
        ", ".join(shown[:SHOWN]) + more,
        code(field.expr) if field.expr else "",
    ]


def _checks(dataset: Dataset, writer: Writer) -> list[str]:
    labels = {check.name: " / ".join(dict.fromkeys(writer.label(check))) for check in dataset.checks}
    rows = [
        [plain(check.name), labels.get(check.about, "") if check.kind == "rule" else "", check.severity, plain(check.expected)]
        for check in declared(writer.workspace)
        if check.dataset == dataset.name
    ]
    if not rows:
        return []
    headings = [
        writer.say("says", "check"),
        writer.say("rows", "label"),
        writer.say("says", "severity"),
        writer.say("says", "expected"),
    ]
    title = writer.say("says", "checks")
    return [f"**{title.en} {title.zh}**", "", *writer.listing(headings, rows)]


def sources(writer: Writer) -> list[str]:
    """Where each table comes from."""
    headings = [writer.say("rows", "source"), writer.say("rows", "file"), writer.say("rows", "notice")]
    rows = [
        [
            f'<a id="sources-{source.name}"></a>{code(source.name)}',
            code(f"{source.package}: {source.file}" if source.package else source.file),
            plain(source.notice or ""),
        ]
        for source in writer.workspace.sources
    ]
    return writer.listing(headings, rows)


def entities(writer: Writer) -> list[str]:
    """What has a key, and who describes it."""
    lines: list[str] = []
    for entity in writer.workspace.entities:
        homes = [home.name for home in writer.workspace.homes_of(entity.name)]
        lines += writer.heading("entities", entity)
        lines += writer.table(
            [
                ("description", writer.text(entity.description)),
                ("key", Both(code(entity.key_name), code(entity.key_name))),
                ("dataset", writer.joined(map(writer.dataset, homes))),
                ("count", writer.metric(entity.count) if entity.count else Both()),
                *writer.common(entity),
            ]
        )
    return lines
