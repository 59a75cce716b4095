"""Rules of the values of tags: they are of the tag's type, every one of them can come about, thresholds rise."""

from __future__ import annotations

from datetime import date

from semantic_layer.errors import did_you_mean
from semantic_layer.loading.bounds import takes_all
from semantic_layer.loading.found import Found, paths, problem
from semantic_layer.loading.yaml_tree import Path, Tree
from semantic_layer.model.datasets import FieldType
from semantic_layer.model.tags import AnyTag, AttributeTag, ListTag, PreferenceTag, Ranked, RankTag, RuleTag, SequenceTag
from semantic_layer.model.workspace import Workspace

WRITTEN: dict[FieldType, str] = {
    "category": "a text",
    "id": "a whole number",
    "boolean": "true or false",
    "date": "a day like 2025-01-31",
    "time": "a day like 2025-01-31",
    "count": "a whole number",
    "decimal": "a number",
    "fraction": "a number",
}


def values_fit(workspace: Workspace, tree: Tree) -> Found:
    """The values that a tag gives are of its type, and come about."""
    for name, path in paths(tree, "tags").items():
        tag = workspace.tag(name)
        match tag:
            case RuleTag(rules=rules):
                for index, rule in enumerate(rules):
                    place = (*path, "rules", index)
                    if rule.value is not None:
                        yield from _value_fits(tree, tag, rule.value, (*place, "value"))
                    before = (first for first, each in enumerate(rules[:index]) if takes_all(each.when, rule.when))
                    for first in list(before)[:1]:
                        what = f"tag '{name}': rule {index + 1} never matches, since rule {first + 1} takes all of it"
                        yield problem(tree, place, "never_matches", what, "Put the narrower rule first, or take this one out.")
            case RankTag(rank=rank):
                yield from _thresholds_rise(tree, tag, rank, (*path, "rank"))
            case PreferenceTag(preference=asked):
                for index, (value, _) in enumerate(asked.buckets):
                    yield from _value_fits(tree, tag, value, (*path, "preference", "buckets", index))
            case AttributeTag(condition=condition, type=kind) if condition is not None and kind != "boolean":
                yield from _is_true_or_false(tree, tag, path)
            case SequenceTag(type=kind) | ListTag(type=kind) if kind != "boolean":
                yield from _is_true_or_false(tree, tag, path)
            case _:
                continue


def _is_true_or_false(tree: Tree, tag: AnyTag, path: Path) -> Found:
    what = f"tag '{tag.name}' is true or false, and of type {tag.type}"
    yield problem(tree, (*path, "type"), "wrong_type", what, "Write type: boolean.")


def _thresholds_rise(tree: Tree, tag: RankTag, rank: Ranked, path: Path) -> Found:
    last = 0.0
    for index, (share, value) in enumerate(rank.thresholds):
        place = (*path, "thresholds", index)
        if not last < share <= 1:
            what = f"tag '{tag.name}': the threshold {share:g} is not between {last:g} and 1"
            yield problem(
                tree, place, "threshold_order", what, "Thresholds are shares ranked above, and rise: [[0.2, high], [0.5, low]]."
            )
        last = max(last, share)
        yield from _value_fits(tree, tag, value, place)
    if rank.otherwise is not None:
        yield from _value_fits(tree, tag, rank.otherwise, (*path, "otherwise"))


def _value_fits(tree: Tree, tag: AnyTag, value: bool | int | str, path: Path) -> Found:
    known = [entry.value for entry in tag.values]
    if not _is_of(value, tag.type):
        what = f"tag '{tag.name}' is of type {tag.type}, and {_shown(value)} is not {WRITTEN[tag.type]}"
        yield problem(tree, path, "wrong_type", what, "Write another value, or another type: of the tag.")
    elif known and value not in known and not isinstance(value, bool):
        what = f"tag '{tag.name}': {_shown(value)} is none of its values"
        yield problem(tree, path, "wrong_value", what, did_you_mean(str(value), [str(each) for each in known]))


def _shown(value: bool | int | str) -> str:
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"


def _is_of(value: bool | int | str, kind: FieldType) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "category":
            return isinstance(value, str)
        case "date" | "time":
            try:
                return isinstance(value, str) and bool(date.fromisoformat(value))
            except ValueError:
                return False
        case _:
            return isinstance(value, int) and not isinstance(value, bool)
