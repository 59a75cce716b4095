"""How kept tags are: as of which day, of how many they are known, what changed since the version before, how far they drifted."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from semantic_layer.columns import UNKNOWN, Column, ColumnType, Note, ValueLabel
from semantic_layer.compiler.plan import Scope
from semantic_layer.compiler.relation import is_visible
from semantic_layer.errors import RequestError, closest, request_error
from semantic_layer.model.profiles import profile_name
from semantic_layer.model.tags import Segment
from semantic_layer.reach import reach
from semantic_layer.requests import fingerprint, plain
from semantic_layer.tag_parts import Item, item, schedule_of
from semantic_layer.tags import health
from semantic_layer.tags.definitions import hashes_as_of, items_of, profile_sql, scope_of
from semantic_layer.tags.drift import Bin, drift_of
from semantic_layer.tags.health import TagHealth
from semantic_layer.tags.schedule import next_day
from semantic_layer.tags.store import ProfileVersion, latest
from semantic_layer.words import Text
from tools.answer import Answer, Evidence, Finding, Table
from tools.context import Context
from tools.requests import TagHealthQuery

LABELS: dict[str, tuple[ColumnType, Text]] = {
    "tag": ("category", Text(zh="标签", en="Tag")),
    "as_of": ("date", Text(zh="截至日期", en="As of")),
    "due": ("category", Text(zh="应更新", en="Due")),
    "coverage": ("fraction", Text(zh="覆盖率", en="Coverage")),
    "changed": ("count", Text(zh="取值变化人数", en="Changed")),
    "entered": ("count", Text(zh="新进人数", en="Entered")),
    "left": ("count", Text(zh="离开人数", en="Left")),
    "drift": ("decimal", Text(zh="PSI", en="PSI")),
    "since": ("date", Text(zh="对比日期", en="Compared with")),
}
OF_THE_DAY = ("tag", "as_of", "due")
"""What is said of no figure of anybody."""
SPREAD = {
    "value": Text(zh="取值", en="Value"),
    "members": Text(zh="人数", en="Members"),
    "share": Text(zh="占比", en="Share"),
}
OTHERS = "others"
WORDS = {OTHERS: Text(zh="其余", en="Others"), "true": Text(zh="是", en="yes"), "false": Text(zh="否", en="no")}
REFRESH, DUE = "huaxiang tags refresh", "huaxiang tags refresh --due"


class Known(NamedTuple):
    """A kept tag.

    Attributes:
        due: Whether its schedule or its definition asks for another refresh.
    """

    item: Item
    version: ProfileVersion
    health: TagHealth
    due: bool


def run(request: TagHealthQuery, context: Context) -> Answer:
    """Answers how tags are, from what the last refresh measured.

    Raises:
        RequestError: `unknown_tag`, or a named tag that the viewer may not see.
    """
    scope = context.scope
    chosen = [_named(name, context) for name in request.names] or _all(request, context)
    known = _known(chosen, context)
    figures = not scope.grant.rows and scope.grant.minimum_group is None
    about = request.about if figures else "freshness"
    missing = [each.name for each in chosen if each.name not in {one.item.name for one in known}]
    never = _never(missing, scope)
    if not known:
        parts: dict[str, Any] = {"names": list(request.names), "never": never, "command": _command(REFRESH, scope)}
        return _answer(request, (Finding(code="tag_health_none", parts=parts),), (), context)
    code = "tag_health_one" if len(request.names) == 1 else "tag_health_all"
    parts = {
        "about": about,
        "figures": figures,
        "today": scope.as_of.isoformat(),
        "tags": [_parts(each) for each in known],
        "spread": _spread_parts(known[0], scope) if len(known) == 1 and figures else [],
        "missing": [name for name in missing if name not in never],
        "never": never,
        "command": _command(DUE, scope),
    }
    tables = [_table(known, about, figures)]
    if len(known) == 1 and figures:
        tables.append(_spread(known[0], scope))
    notes = () if figures else (Note(code="health_of_everyone"),)
    return _answer(request, (Finding(code=code, parts=parts),), tuple(tables), context, notes)


def _command(command: str, scope: Scope) -> str:
    return f"{command} --workspace {scope.workspace.name}"


# ---- what is kept ---------------------------------------------------------------------------------------------------------


def _named(name: str, context: Context) -> Item:
    workspace = context.scope.workspace
    found = item(workspace, name)
    if found is None:
        near = closest(name, [each.name for each in items_of(workspace)])
        raise request_error("unknown_tag", f"there is no tag or segment '{name}'", tag=name, near=near)
    if not _may_see(found, context):
        raise request_error("field_hidden", f"role '{context.scope.grant.role}' may not see '{name}'", field=name)
    return found


def _all(request: TagHealthQuery, context: Context) -> list[Item]:
    """All that the viewer may see."""
    found = items_of(context.scope.workspace)
    if request.only is not None:
        found = tuple(each for each in found if isinstance(each, Segment) == (request.only == "segments"))
    return [each for each in found if _may_see(each, context)]


def _may_see(found: Item, context: Context) -> bool:
    """Whether the viewer may see the tag of anybody."""
    workspace, profile = context.scope.workspace, profile_name(found.entity)
    return is_visible(reach(workspace, profile, f"{profile}.{found.name}"), context.scope)


def _known(chosen: list[Item], context: Context) -> list[Known]:
    """The last kept version of each, with what was measured of it."""
    if context.profiles is None:
        return []
    scope, versions = context.scope, context.profiles.versions()
    last = {each.name: found for each in chosen if (found := latest(versions, each.name, scope.as_of)) is not None}
    files = {found.id: health.read(context.profiles.file_of(found.id)) for found in last.values()}
    everything = scope_of(scope.workspace, scope.version, scope.as_of)
    now: dict[date, dict[str, str]] = {}
    for day in {found.as_of for found in last.values()}:
        now[day] = hashes_as_of(everything, day, [name for name, found in last.items() if found.as_of == day])
    return [
        Known(each, found, files[found.id][each.name], _is_due(each, found, now[found.as_of].get(each.name), scope))
        for each in chosen
        if (found := last.get(each.name)) is not None
    ]


def _never(names: list[str], scope: Scope) -> list[str]:
    """Those that cannot be computed, so that no refresh would keep them; what a refresh predicts first is none of them."""
    everything = scope_of(scope.workspace, scope.version, scope.as_of)
    found: list[str] = []
    for name in names:
        known = item(scope.workspace, name)
        profile = scope.workspace.profile(known.entity) if known is not None else None
        try:
            if profile is not None:
                profile_sql(profile, [name], everything)
        except RequestError as error:
            if error.problem.code != "not_predicted":
                found.append(name)
    return found


def _is_due(each: Item, found: ProfileVersion, definition: str | None, scope: Scope) -> bool:
    following = next_day(found.as_of, schedule_of(scope.workspace, each), scope.workspace.workspace.conventions)
    return following <= scope.as_of or definition != found.tags[each.name]


# ---- what is shown --------------------------------------------------------------------------------------------------------


def _parts(each: Known) -> dict[str, Any]:
    found, version = each.health, each.version
    return {
        "tag": each.item.name,
        "entity": each.item.entity,
        "as_of": version.as_of.isoformat(),
        "made_at": f"{version.made_at:%Y-%m-%d %H:%M}",
        "due": each.due,
        "members": found.members,
        "known": found.known,
        "coverage": found.coverage,
        "since": found.since_as_of.isoformat() if found.since_as_of is not None else None,
        "redefined": found.redefined,
        "changed": found.changed,
        "entered": found.entered,
        "left": found.left,
        "drift": found.drift,
        "drifted": drift_of(found.drift) if found.drift is not None else None,
    }


def _table(known: list[Known], about: str, figures: bool) -> Table:
    """A row for each tag: those first that the question is after."""
    if about == "coverage":
        known = sorted(known, key=lambda each: each.health.coverage if each.health.coverage is not None else 2)
    elif about in ("drift", "change"):
        field = "drift" if about == "drift" else "changed"
        known = sorted(known, key=lambda each: -(getattr(each.health, field) or 0))
    else:
        known = sorted(known, key=lambda each: each.version.as_of)
    names = [name for name in LABELS if figures or name in OF_THE_DAY]
    labels = {
        "tag": tuple(ValueLabel(value=each.item.name, label=each.item.label) for each in known if each.item.label != Text()),
        "due": tuple(ValueLabel(value=value, label=WORDS[str(value).lower()]) for value in (True, False)),
    }
    columns = tuple(
        Column(
            name=name,
            role="key" if name == "tag" else "dimension" if LABELS[name][0] in ("category", "date") else "metric",
            type=LABELS[name][0],
            label=LABELS[name][1],
            value_labels=labels.get(name, ()),
        )
        for name in names
    )
    rows = tuple(tuple(_cell(each, name) for name in names) for each in known)
    return Table(name="tag_health", columns=columns, rows=rows)


def _cell(each: Known, name: str) -> Any:
    found = each.health
    match name:
        case "tag":
            return each.item.name
        case "as_of":
            return each.version.as_of.isoformat()
        case "due":
            return each.due
        case "coverage":
            return found.coverage
        case "since":
            return found.since_as_of.isoformat() if found.since_as_of is not None else None
        case _:
            return getattr(found, name)


def _spread(each: Known, scope: Scope) -> Table:
    """How many have each value, in the order in which they were counted; empty bins are left out."""
    bins = [one for one in each.health.bins if one.members]
    profile = scope.workspace.profile(each.item.entity)
    field = profile.field(each.item.name) if profile is not None else None
    words = {str(entry.value): entry for entry in (field.values if field is not None else ())}
    texts = {value: Text(zh=entry.label("zh", value), en=entry.label("en", value)) for value, entry in words.items()}
    shown = [_said(one) for one in bins]
    labels = {value: texts.get(value) or WORDS.get(value) for value in shown}
    columns = (
        Column(
            name="value",
            role="dimension",
            type="category",
            label=SPREAD["value"],
            value_labels=tuple(ValueLabel(value=value, label=label) for value, label in labels.items() if label is not None),
        ),
        Column(name="members", role="metric", type="count", label=SPREAD["members"], additive=True),
        Column(name="share", role="metric", type="fraction", label=SPREAD["share"], additive=True),
    )
    rows = tuple((value, one.members, one.members / each.health.members) for value, one in zip(shown, bins, strict=True))
    return Table(name="spread", columns=columns, rows=rows)


def _spread_parts(each: Known, scope: Scope) -> list[dict[str, Any]]:
    """The values with their shares, with words where they have any."""
    table = _spread(each, scope)
    labels = {label.value: label.label.model_dump() for label in table.columns[0].value_labels}
    return [{"value": value, "label": labels.get(value), "share": share} for value, _, share in table.rows]


def _said(one: Bin) -> str:
    """A bin as the value of a cell."""
    match one.kind:
        case "unknown":
            return UNKNOWN
        case "others":
            return OTHERS
        case "value":
            return str(one.value)
        case "range":
            if one.above is None:
                return f"≤ {one.up_to}"
            return f"> {one.above}" if one.up_to is None else f"{one.above} < … ≤ {one.up_to}"


def _answer(
    request: TagHealthQuery,
    findings: tuple[Finding, ...],
    tables: tuple[Table, ...],
    context: Context,
    notes: tuple[Note, ...] = (),
) -> Answer:
    scope = context.scope
    kept = context.profiles.versions() if context.profiles is not None else ()
    marks = f"{scope.version.id}+{kept[-1].id if kept else ''}"
    return Answer(
        kind=request.kind,
        request=plain(request),
        findings=findings,
        tables=tables,
        primary=tables[0].name if tables else None,
        evidence=Evidence(
            tags=request.names,
            as_of=scope.as_of,
            row_count=len(tables[0].rows) if tables else 0,
            data_version=scope.version.id,
            fingerprint=fingerprint(request, "", scope.workspace.content_hash, scope.grant.hash, marks),
            restricted=scope.grant.restricted,
            role=scope.grant.role,
        ),
        notes=notes,
    )
