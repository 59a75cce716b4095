"""Rules of each kind of tag: the rows, fields and SQL that it needs."""

from __future__ import annotations

from semantic_layer.conditions import Field, TimeBucket
from semantic_layer.errors import RequestError, did_you_mean
from semantic_layer.expressions import ExpressionError, output_columns, placeholders_in, tables_in
from semantic_layer.loading.found import Found, problem
from semantic_layer.loading.references import field_exists
from semantic_layer.loading.yaml_tree import Path, Tree
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.datasets import Dataset
from semantic_layer.model.metrics import Aggregate
from semantic_layer.model.profiles import ProfileDataset
from semantic_layer.model.tags import (
    AttributeTag,
    ListTag,
    OccurrenceTag,
    PredictiveTag,
    Preference,
    PreferenceTag,
    RankTag,
    SqlTag,
)
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import all_reachable, reach, reach_key
from semantic_layer.tag_parts import Item, all_of

AS_OF, VALUE, START = "as_of", "value", "none"


def kind_fits(workspace: Workspace, tree: Tree, found: Item, path: Path) -> Found:
    """What a kind of tag needs besides conditions."""
    match found:
        case AttributeTag():
            yield from _attribute_fits(workspace, tree, found, path)
        case OccurrenceTag(occurrence=asked):
            place = (*path, "occurrence", "dataset")
            yield from rows_fit(workspace, tree, found, asked.dataset, place, timed=True)
            if asked.give not in ("date", "days_since") and workspace.dataset(asked.dataset) is not None:
                owner = f"tag '{found.name}'"
                yield from field_exists(workspace, tree, asked.dataset, asked.give, (*path, "occurrence", "give"), owner)
        case PreferenceTag(preference=asked):
            yield from _preference_fits(workspace, tree, found, asked, (*path, "preference"))
        case PredictiveTag():
            yield from _prediction_fits(workspace, tree, found, (*path, "predictive"))
        case RankTag(rank=rank) if (rank.tiles is None) == (not rank.thresholds):
            what = f"tag '{found.name}': a rank has tiles or thresholds"
            yield problem(tree, (*path, "rank"), "one_rank", what, "Write one of them, such as tiles: 5.")
        case ListTag():
            others = [each for each in workspace.tags if isinstance(each, ListTag) and each.list == found.list]
            if others[0].entity != found.entity:
                what = f"tag '{found.name}': the list '{found.list}' is of '{others[0].entity}', by the tag '{others[0].name}'"
                yield problem(tree, (*path, "list"), "other_entity", what, "Give each entity a list of its own.")
        case SqlTag():
            yield from _sql_fits(workspace, tree, found, (*path, "sql"))
        case _:
            return


def _prediction_fits(workspace: Workspace, tree: Tree, found: PredictiveTag, path: Path) -> Found:
    """A prediction is of what rows say after a day, from what tags say of that day."""
    asked, owner = found.predictive, f"tag '{found.name}'"
    if workspace.metric(asked.metric) is None:
        names = [each.name for each in workspace.metrics]
        what, fix = f"{owner}: nothing is predicted of '{asked.metric}'", did_you_mean(asked.metric, names)
        yield problem(tree, (*path, "metric"), "unknown_metric", what, fix)
    else:
        for name in base_datasets(workspace, asked.metric):
            yield from rows_fit(workspace, tree, found, name, (*path, "metric"), timed=True)
    for number, name in enumerate(asked.features):
        place = (*path, "features", number)
        tag = workspace.tag(name)
        if tag is None or tag.entity != found.entity:
            names = [each.name for each in workspace.tags if each.entity == found.entity]
            what = f"{owner}: '{name}' is no tag of '{found.entity}'"
            yield problem(tree, place, "unknown_tag", what, did_you_mean(name, names))
        elif any(isinstance(each, PredictiveTag | ListTag) for each in all_of(workspace, name)):
            what = f"{owner}: '{name}' does not say what was known of an earlier day"
            yield problem(tree, place, "wrong_value", what, "Name tags that are worked out from rows, no list and no prediction.")


def rows_fit(workspace: Workspace, tree: Tree, found: Item, name: str, path: Path, timed: bool = False) -> Found:
    """The rows that something is told from belong to the entity, and have a time where it goes by that."""
    dataset, owner = workspace.dataset(name), f"'{found.name}'"
    if dataset is None or isinstance(dataset, ProfileDataset):
        names = [each.name for each in workspace.datasets]
        yield problem(tree, path, "unknown_dataset", f"{owner}: there is no dataset '{name}'", did_you_mean(name, names))
        return
    try:
        reach_key(workspace, dataset, found.entity)
    except RequestError:
        what = f"{owner}: the rows of '{name}' belong to no single '{found.entity}'"
        fix = f"Name the key of '{found.entity}' under entities: of '{name}', or another dataset."
        yield problem(tree, path, "unreachable_entity", what, fix)
    if timed and dataset.time is None:
        what, fix = f"{owner}: dataset '{name}' has no time", f"Name a time field of '{name}' as 'time:'."
        yield problem(tree, path, "no_time", what, fix)


def field_fits(workspace: Workspace, tree: Tree, found: Item, name: str, path: Path) -> Found:
    """A field that describes the entity."""
    profile = workspace.profile(found.entity)
    assert profile is not None
    start = Dataset(name=START, grain=profile.grain, entities=profile.entities)
    try:
        reached = reach(workspace, start, name)
    except RequestError as error:
        told = error.problem
        here = [each.field.name for each in all_reachable(workspace, start) if not isinstance(each.dataset, ProfileDataset)]
        fix = f"Fields that do: {', '.join(here)}." if told.code == "unreachable_field" else told.fix
        what = f"there is no field '{name}'" if told.code == "unknown_field" else f"'{name}' does not describe a '{found.entity}'"
        yield problem(tree, path, told.code, f"'{found.name}': {what}", fix)
        return
    if isinstance(reached.dataset, ProfileDataset):
        what = f"'{found.name}': '{name}' is a tag or a segment, no field"
        yield problem(tree, path, "tag_as_field", what, "Write tag: or segment: instead of field:.")


def _attribute_fits(workspace: Workspace, tree: Tree, tag: AttributeTag, path: Path) -> Found:
    if (tag.attribute is None) == (tag.condition is None):
        what = f"tag '{tag.name}': it has an attribute or a condition"
        yield problem(tree, path, "one_attribute", what, "Write one of them.")
    elif isinstance(tag.attribute, Field):
        yield from field_fits(workspace, tree, tag, tag.attribute.name, (*path, "attribute"))
    elif tag.attribute is not None:
        what = f"tag '{tag.name}': an attribute is a field of the entity"
        yield problem(tree, (*path, "attribute"), "no_field", what, "Name a field, such as customer.city.")


def _preference_fits(workspace: Workspace, tree: Tree, tag: PreferenceTag, asked: Preference, path: Path) -> Found:
    """A preference counts rows by what stands in them or when they are."""
    owner, metric = f"tag '{tag.name}'", workspace.metric(asked.metric)
    if metric is None:
        names = [each.name for each in workspace.metrics]
        what, fix = f"{owner}: nothing is preferred by '{asked.metric}'", did_you_mean(asked.metric, names)
        yield problem(tree, (*path, "metric"), "unknown_metric", what, fix)
        return
    if not isinstance(metric, Aggregate):
        what = f"{owner}: '{asked.metric}' is no aggregate of rows"
        yield problem(tree, (*path, "metric"), "no_aggregate", what, "Name a metric with agg:, such as a count of rows.")
        return
    if workspace.dataset(metric.dataset) is None:
        return  # said of the metric
    yield from rows_fit(workspace, tree, tag, metric.dataset, (*path, "metric"), timed=isinstance(asked.by, TimeBucket))
    if isinstance(asked.by, Field):
        yield from field_exists(workspace, tree, metric.dataset, asked.by.name, (*path, "by"), owner)
    elif not isinstance(asked.by, TimeBucket):
        what = f"{owner}: a preference is by a field or by time"
        yield problem(tree, (*path, "by"), "no_field", what, "Name a field, such as item.colour, or hour.")


def _sql_fits(workspace: Workspace, tree: Tree, tag: SqlTag, path: Path) -> Found:
    """The SELECT reads datasets, gives key and value, and says the day where there is one to say."""
    owner, known = f"tag '{tag.name}'", {dataset.name: dataset for dataset in workspace.datasets}
    try:
        tables, given, open_ = tables_in(tag.sql), output_columns(tag.sql), placeholders_in(tag.sql)
    except ExpressionError as error:
        fix = "Write one SELECT over datasets by their bare names."
        yield problem(tree, path, "bad_expression", f"{owner}: {error}", fix)
        return
    for name in sorted(tables - set(known)):
        what, fix = f"{owner}: its SQL reads '{name}', which is no dataset", did_you_mean(name, known)
        yield problem(tree, path, "unknown_dataset", what, fix)
    profile = workspace.profile(tag.entity)
    wanted = (*(profile.grain if profile is not None else ()), VALUE)
    missing = [each for each in wanted if each not in given] if "*" not in given else []
    if missing:
        what = f"{owner}: its SQL does not give {', '.join(missing)}"
        yield problem(tree, path, "missing_column", what, f"Select {', '.join(wanted)}, with AS where they are called otherwise.")
    for name in sorted(open_ - {AS_OF}):
        what = f"{owner}: nothing fills in ':{name}'"
        yield problem(tree, path, "unknown_parameter", what, "Write :as_of for the day of the profile.")
    timed = sorted(name for name in tables & set(known) if known[name].time is not None)
    if timed and AS_OF not in open_:
        what = f"{owner}: its SQL does not say :as_of, and '{timed[0]}' goes on after the day of a profile"
        fix = f"Keep to the rows up to it: WHERE {known[timed[0]].time} <= :as_of."
        yield problem(tree, path, "looks_ahead", what, fix)
