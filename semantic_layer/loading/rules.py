"""Rules that need the whole workspace: names that must exist, keys that must fit, expressions that must parse.

Each rule looks at one concern and yields problems with a place and a cure. `RULES` is the list of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from semantic_layer.conditions import GRAINS
from semantic_layer.errors import Problem, did_you_mean
from semantic_layer.expressions import ExpressionError, formula_names, scalar, tables_in
from semantic_layer.loading.calendar_rules import holidays_fit
from semantic_layer.loading.found import Found, paths, problem
from semantic_layer.loading.metric_rules import conformed_fields, kinds_fit, parameters_fit, routes_lead
from semantic_layer.loading.references import field_exists, where_fits
from semantic_layer.loading.suppression_rules import suppressions_fit
from semantic_layer.loading.tag_rules import no_cycles, schedules_fit, tags_fit
from semantic_layer.loading.value_rules import values_fit
from semantic_layer.loading.yaml_tree import Path, Tree, names_of
from semantic_layer.metric_parts import datasets_of, uses_of
from semantic_layer.model.metrics import Aggregate, Derived, MetricBase, Ratio
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset
from semantic_layer.tag_parts import item as tag_or_segment

Rule = Callable[[Workspace, Tree], Found]


def check_rules(workspace: Workspace, tree: Tree) -> list[Problem]:
    """All problems that the rules find."""
    return [each for rule in RULES for each in rule(workspace, tree)]


def unique_names(workspace: Workspace, tree: Tree) -> Found:
    """What can be asked for by name has a name of its own."""
    for sections in (
        ("metrics", "tags", "segments", "conditions", "parameters", "terms"),
        ("datasets",),
        ("entities",),
        ("sources",),
        ("suppressions",),
        ("roles",),
    ):
        first: dict[str, Path] = {}
        for section in sections:
            for index, name in names_of(tree.value.get(section, [])):
                path = (section, index, "name")
                if name in first:
                    where = tree.place(first[name])
                    yield problem(tree, path, "doubled_name", f"the name '{name}' is taken", f"It is defined at {where}.")
                first.setdefault(name, path)
    for index, _ in names_of(tree.value.get("datasets", [])):
        seen: set[str] = set()
        for position, name in names_of(tree.value["datasets"][index].get("fields", [])):
            path = ("datasets", index, "fields", position, "name")
            if name in seen:
                yield problem(tree, path, "doubled_name", f"the field '{name}' stands here twice", "Keep one.")
            if name in GRAINS:
                yield problem(
                    tree, path, "reserved_name", f"'{name}' is the name of a time grain", "Choose another name for the field."
                )
            seen.add(name)


def datasets_are_whole(workspace: Workspace, tree: Tree) -> Found:
    """A dataset's source, time, window and keys exist and fit."""
    tables = {source.name for source in workspace.sources}
    for name, path in paths(tree, "datasets").items():
        dataset = workspace.dataset(name)
        assert dataset is not None
        if dataset.derived is None and dataset.table not in tables:
            fix = did_you_mean(dataset.table, tables)
            yield problem(
                tree, (*path, "source"), "unknown_source", f"dataset '{name}': there is no source '{dataset.table}'", fix
            )
        if dataset.derived is not None:
            yield from _derived_select(workspace, tree, name, dataset.derived, (*path, "derived"))
        if dataset.time is not None:
            field = dataset.field(dataset.time)
            if field is None or field.type not in ("date", "time"):
                times = [each.name for each in dataset.fields if each.type in ("date", "time")]
                fix = did_you_mean(dataset.time, times) if times else "Declare it under fields with type: time or type: date."
                yield problem(
                    tree,
                    (*path, "time"),
                    "unknown_field",
                    f"dataset '{name}': time '{dataset.time}' is not a time field of it",
                    fix,
                )
        for side in (dataset.window.start, dataset.window.end) if dataset.window else ():
            yield from field_exists(workspace, tree, name, side, (*path, "window"), f"dataset '{name}'")
        for entity, columns in dataset.entities.items():
            for home in workspace.homes_of(entity):
                if len(home.entities[entity]) != len(columns):
                    there = f"{len(home.entities[entity])} in '{home.name}'"
                    what = f"dataset '{name}': the key of '{entity}' has {len(columns)} columns here and {there}"
                    yield problem(
                        tree, (*path, "entities", entity), "key_mismatch", what, "Name as many columns, in the same order."
                    )


def _derived_select(workspace: Workspace, tree: Tree, name: str, select: str, path: Path) -> Found:
    known = {dataset.name for dataset in workspace.datasets} - {name}
    try:
        for table in sorted(tables_in(select) - known):
            yield problem(
                tree, path, "unknown_dataset", f"dataset '{name}': there is no dataset '{table}'", did_you_mean(table, known)
            )
    except ExpressionError as error:
        what, fix = _said(error, "Write one SELECT over datasets by their bare names.")
        yield problem(tree, path, "bad_expression", f"dataset '{name}': {what}", fix)


def expressions_parse(workspace: Workspace, tree: Tree) -> Found:
    """Every expression is one allowed scalar."""
    for name, path in paths(tree, "datasets").items():
        dataset = workspace.dataset(name)
        for position, field in enumerate(dataset.fields if dataset else ()):
            if field.expr is not None:
                yield from _expression(tree, field.expr, (*path, "fields", position, "expr"), f"field '{field.name}'")
    for name, path in paths(tree, "metrics").items():
        metric = workspace.metric(name)
        if isinstance(metric, Aggregate):
            for text in metric.expr:
                yield from _expression(tree, text, (*path, "expr"), f"metric '{name}'")
        if isinstance(metric, Derived):
            yield from _expression(tree, metric.derived, (*path, "derived"), f"metric '{name}'")


def _expression(tree: Tree, text: str, path: Path, owner: str) -> Found:
    try:
        scalar(text)
    except ExpressionError as error:
        what, fix = _said(error, "Write one expression over the dataset's own columns: arithmetic, CASE, CAST, texts and times.")
        yield problem(tree, path, "bad_expression", f"{owner}: {what}", fix)


def _said(error: ExpressionError, otherwise: str) -> tuple[str, str]:
    """What is wrong with an expression, and the cure where its text names one after a semicolon."""
    what, _, cure = re.sub(r" for <class [^>]*>", "", str(error)).partition("; ")
    return what, f"{cure[:1].upper()}{cure[1:]}." if cure else otherwise


def promises_fit(workspace: Workspace, tree: Tree) -> Found:
    """What a dataset promises of its data can be counted. Columns are known only when data is loaded; fields are known here."""
    for name, path in paths(tree, "datasets").items():
        dataset = workspace.dataset(name)
        assert dataset is not None
        owner = f"dataset '{name}'"
        if dataset.fresh_within is not None and dataset.time is None:
            fix = "Name its time field as 'time:', or leave 'fresh_within:' out."
            yield problem(tree, (*path, "fresh_within"), "no_time", f"{owner}: fresh_within needs a time", fix)
        for entity in dataset.links:
            if entity not in dataset.entities:
                fix = did_you_mean(entity, dataset.entities)
                yield problem(tree, (*path, "links", entity), "unknown_entity", f"{owner}: it has no key of '{entity}'", fix)
            elif all(home.name == name for home in workspace.declared_homes_of(entity)):
                fix = "A dataset describes an entity where the entity's key is its grain."
                yield problem(tree, (*path, "links", entity), "no_home", f"{owner}: no dataset describes '{entity}'", fix)
        for position, field in enumerate(dataset.fields):
            place, about = (*path, "fields", position, "closed"), f"{owner}: field '{field.name}' is closed"
            if field.closed and not field.values:
                yield problem(tree, place, "no_values", f"{about} and has no values", "List them under 'values:'.")
            if field.closed and field.name in dataset.accepted:
                yield problem(tree, place, "doubled_promise", f"{about} and stands under accepted", "Keep one of the two.")
        seen: set[str] = set()
        for position, check in enumerate(dataset.checks):
            place = (*path, "checks", position)
            if check.name in seen:
                what = f"{owner}: the check '{check.name}' stands here twice"
                yield problem(tree, (*place, "name"), "doubled_name", what, "Give each check a name of its own.")
            seen.add(check.name)
            yield from where_fits(workspace, tree, name, check.no_row, (*place, "no_row"), owner, columns=True)


def metrics_refer(workspace: Workspace, tree: Tree) -> Found:
    """A metric's dataset, parts, filter and time exist, and no metric is made of itself."""
    names = {metric.name for metric in workspace.metrics}
    for name, path in paths(tree, "metrics").items():
        metric = workspace.metric(name)
        assert metric is not None
        yield from _parts_exist(workspace, tree, metric, path, names)
        if isinstance(metric, Aggregate) and metric.time is not None and workspace.dataset(metric.dataset):
            yield from field_exists(workspace, tree, metric.dataset, metric.time, (*path, "time"), f"metric '{name}'")
        if name in _made_of(workspace, name, frozenset()):
            yield problem(tree, path, "cycle", f"metric '{name}' is made of itself", "Break the cycle.")


def _parts_exist(workspace: Workspace, tree: Tree, metric: MetricBase, path: Path, names: set[str]) -> Found:
    owner = f"metric '{metric.name}'"
    dataset_names = {dataset.name for dataset in workspace.datasets}
    for key, dataset in datasets_of(metric):
        if dataset not in dataset_names:
            yield problem(
                tree,
                (*path, *key),
                "unknown_dataset",
                f"{owner}: there is no dataset '{dataset}'",
                did_you_mean(dataset, dataset_names),
            )
    for key, part, where in uses_of(metric):
        if part not in names:
            fix = did_you_mean(part, names)
            yield problem(tree, (*path, *key), "unknown_metric", f"{owner}: {key[-1]} '{part}' is not a metric", fix)
        elif where is not None:
            yield from where_fits(workspace, tree, _first_dataset(workspace, part), where, (*path, *key, "where"), owner)
    if isinstance(metric, Aggregate) and metric.where is not None and metric.dataset in dataset_names:
        yield from where_fits(workspace, tree, metric.dataset, metric.where, (*path, "where"), owner)
    if isinstance(metric, Derived):
        known = names | {parameter.name for parameter in workspace.parameters}
        try:
            unknown = [each for each in formula_names(metric.derived) if each not in known]
        except ExpressionError:
            unknown = []
        for each in unknown:
            yield problem(
                tree,
                (*path, "derived"),
                "unknown_metric",
                f"{owner}: '{each}' is neither a metric nor a parameter",
                did_you_mean(each, known),
            )


def _first_dataset(workspace: Workspace, name: str) -> str | None:
    metric = workspace.metric(name)
    if isinstance(metric, Aggregate):
        return metric.dataset
    if isinstance(metric, Ratio):
        return _first_dataset(workspace, metric.ratio.numerator.metric)
    return None


def _made_of(workspace: Workspace, name: str, seen: frozenset[str]) -> set[str]:
    metric = workspace.metric(name)
    if metric is None or name in seen:
        return set()
    try:
        names = [part for _, part, _ in uses_of(metric)] + (
            list(formula_names(metric.derived)) if isinstance(metric, Derived) else []
        )
    except ExpressionError:
        return set()
    return set(names) | {deep for part in names for deep in _made_of(workspace, part, seen | {name})}


def people_and_settings(workspace: Workspace, tree: Tree) -> Found:
    """Roles, key metrics, entities' counts and expectations name what exists."""
    metrics = {metric.name for metric in workspace.metrics}
    datasets = {dataset.name for dataset in workspace.datasets}
    for name in workspace.workspace.key_metrics:
        if name not in metrics:
            yield problem(
                tree,
                ("workspace", "key_metrics"),
                "unknown_metric",
                f"key_metrics: there is no metric '{name}'",
                did_you_mean(name, metrics),
            )
    for name, path in paths(tree, "entities").items():
        entity = workspace.entity(name)
        if entity and entity.count and entity.count not in metrics:
            yield problem(
                tree,
                (*path, "count"),
                "unknown_metric",
                f"entity '{name}': there is no metric '{entity.count}'",
                did_you_mean(entity.count, metrics),
            )
    for name, path in paths(tree, "datasets").items():
        dataset = workspace.dataset(name)
        if dataset and dataset.count and dataset.count not in metrics:
            yield problem(
                tree,
                (*path, "count"),
                "unknown_metric",
                f"dataset '{name}': there is no metric '{dataset.count}'",
                did_you_mean(dataset.count, metrics),
            )
    for index, expectation in enumerate(workspace.expect):
        if expectation.metric not in metrics:
            yield problem(
                tree,
                ("expect", index, "metric"),
                "unknown_metric",
                f"expect: there is no metric '{expectation.metric}'",
                did_you_mean(expectation.metric, metrics),
            )
    if workspace.roles and sum(role.default for role in workspace.roles) != 1:
        yield problem(
            tree,
            ("roles",),
            "default_role",
            "exactly one role has 'default: true'",
            "Mark the role that is taken when none is named.",
        )
    for name, path in paths(tree, "roles").items():
        role = workspace.role(name)
        for dataset, rule in (role.datasets if role else {}).items():
            if dataset not in datasets:
                yield problem(
                    tree,
                    (*path, "datasets", dataset),
                    "unknown_dataset",
                    f"role '{name}': there is no dataset '{dataset}'",
                    did_you_mean(dataset, datasets),
                )
            elif rule.rows is not None:
                yield from where_fits(workspace, tree, dataset, rule.rows, (*path, "datasets", dataset, "rows"), f"role '{name}'")
        for hidden in role.hide if role else ():
            if home_dataset(workspace, hidden) is None and tag_or_segment(workspace, hidden) is None:
                names = {field.name for _, field in workspace.dimension_fields()}
                names |= {each.key_name for each in workspace.entities}
                names |= {each.name for each in (*workspace.tags, *workspace.segments)}
                yield problem(
                    tree,
                    (*path, "hide"),
                    "unknown_field",
                    f"role '{name}': there is no field '{hidden}' to hide",
                    did_you_mean(hidden, names),
                )


def terms_refer(workspace: Workspace, tree: Tree) -> Found:
    """Ambiguous words lead to things that exist; tags and segments are about entities that exist."""
    names = {each.name for each in (*workspace.metrics, *workspace.tags, *workspace.segments, *workspace.conditions)}
    for index, term in enumerate(workspace.ambiguous):
        for reading in term.readings:
            if reading.partition("=")[0] not in names:
                yield problem(
                    tree,
                    ("ambiguous", index, "readings"),
                    "unknown_term",
                    f"'{reading}' is not a metric, tag or segment",
                    did_you_mean(reading, names),
                )
    for index, absent in enumerate(workspace.absent):
        for name in absent.instead:
            if name not in names and home_dataset(workspace, name) is None:
                yield problem(
                    tree,
                    ("absent", index, "instead"),
                    "unknown_term",
                    f"'{name}' is not a metric, tag, segment or field",
                    did_you_mean(name, names),
                )
    entities = {entity.name for entity in workspace.entities}
    for section, items in (("tags", workspace.tags), ("segments", workspace.segments)):
        places = paths(tree, section)
        for item in items:
            if item.entity not in entities:
                yield problem(
                    tree,
                    (*places[item.name], "entity"),
                    "unknown_entity",
                    f"'{item.name}': there is no entity '{item.entity}'",
                    did_you_mean(item.entity, entities),
                )
    for condition in workspace.conditions:
        path = (*paths(tree, "conditions")[condition.name], "where")
        yield from where_fits(workspace, tree, None, condition.where, path, f"condition '{condition.name}'")


RULES: tuple[Rule, ...] = (
    unique_names,
    datasets_are_whole,
    expressions_parse,
    promises_fit,
    metrics_refer,
    kinds_fit,
    parameters_fit,
    routes_lead,
    conformed_fields,
    people_and_settings,
    terms_refer,
    tags_fit,
    suppressions_fit,
    no_cycles,
    schedules_fit,
    values_fit,
    holidays_fit,
)
