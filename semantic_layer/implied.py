"""Figures that nobody has to define: how many different values a field, an entity or a time has in the rows."""

from __future__ import annotations

from semantic_layer.conditions import GRAINS, Grain
from semantic_layer.model.datasets import Dataset
from semantic_layer.model.metrics import Aggregate, AnyMetric, Distinct, DistinctOf
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset, knows, reaches
from semantic_layer.words import Text

LABELS = {"zh": "{label}数", "en": "Number of {label}"}
GRAIN_WORDS: dict[str, dict[str, str]] = {
    "date": {"zh": "天", "en": "day"},
    "week": {"zh": "周", "en": "week"},
    "month": {"zh": "月", "en": "month"},
    "quarter": {"zh": "季度", "en": "quarter"},
    "year": {"zh": "年", "en": "year"},
    "fiscal_quarter": {"zh": "财季", "en": "fiscal quarter"},
    "fiscal_year": {"zh": "财年", "en": "fiscal year"},
    "hour": {"zh": "小时", "en": "hour"},
    "weekday": {"zh": "星期几", "en": "weekday"},
    "is_weekend": {"zh": "是否周末", "en": "weekend or not"},
}
"""What a bucket of a grain is called."""


def figure(workspace: Workspace, name: str) -> AnyMetric | None:
    """A metric by its name; or the number of different values of what else has that name."""
    metric = workspace.metric(name)
    if metric is not None:
        return metric
    key = ("implied", name)
    if key not in workspace.memo:
        workspace.memo[key] = different(workspace, name)
    return workspace.memo[key]


def different(workspace: Workspace, name: str, of: str | None = None, first: tuple[str, ...] = ()) -> Distinct | None:
    """How many different values a field, an entity's key or a grain of time has; None for a name that is none of them.

    Args:
        of: Whose rows are counted, where it is asked of each one: an entity, a field or a grain.
        name: A field, an entity or a grain; `<dataset>.<entity>` counts an entity in the rows of that dataset.
        first: The datasets that are looked at first; then those of the key metrics, then the others that have a time.
    """
    owner, _, bare = name.rpartition(".")
    if workspace.dataset(owner) is not None and workspace.entity(bare) is not None:
        return _in_dataset(workspace, owner, bare, of)
    grain: Grain | None = bare if bare in GRAINS else None  # pyright: ignore[reportAssignmentType]
    entity = workspace.entity(name)
    field = owner if grain is not None else name
    if grain is None and entity is None and home_dataset(workspace, name) is None:
        return None
    for dataset in _datasets(workspace, first, name, of):
        counted = field or dataset.time or ""
        known = knows(workspace, dataset.name, name) if entity is not None else reaches(workspace, dataset.name, counted)
        if counted and known and (of is None or _tells_apart(workspace, dataset, of)):
            what = DistinctOf(dataset=dataset.name, entity=name) if entity is not None else None
            return Distinct(
                name=name.replace(".", "_"),
                label=_label(workspace, name),
                distinct=what or DistinctOf(dataset=dataset.name, field=counted, grain=grain),
            )
    return None


def _in_dataset(workspace: Workspace, dataset: str, entity: str, of: str | None) -> Distinct | None:
    """How many of an entity the rows of one dataset are about: `letters.tour` are those that were written of."""
    found = different(workspace, entity, of, (dataset,))
    if found is None or found.distinct.dataset != dataset:
        return None
    return found.model_copy(update={"name": f"{dataset}_{entity}"})


def _datasets(workspace: Workspace, first: tuple[str, ...], name: str, of: str | None) -> list[Dataset]:
    """Facts before what only describes; the home of an entity describes it."""
    metrics = [workspace.metric(key) for key in workspace.workspace.key_metrics]
    names = [*first, *(each.dataset for each in metrics if isinstance(each, Aggregate))]
    names += [each.name for each in workspace.datasets if each.time is not None or each.window is not None]
    names += [each.name for each in workspace.datasets]
    homes = [home.name for entity in (name, of) if entity is not None for home in workspace.homes_of(entity)]
    ordered = dict.fromkeys([*first, *(each for each in names if each not in homes), *homes])
    return [dataset for each in ordered if (dataset := workspace.dataset(each)) is not None]


def _tells_apart(workspace: Workspace, dataset: Dataset, whose: str) -> bool:
    if workspace.entity(whose) is not None:
        return knows(workspace, dataset.name, whose)
    return dataset.time is not None if whose in GRAINS else reaches(workspace, dataset.name, whose)


def _label(workspace: Workspace, name: str) -> Text:
    bare = name.rpartition(".")[2]
    if bare in GRAIN_WORDS:
        words = GRAIN_WORDS[bare]
        return Text(zh=LABELS["zh"].format(label=words["zh"]), en=LABELS["en"].format(label=f"{words['en']}s"))
    entity = workspace.entity(name)
    home = home_dataset(workspace, name) if entity is None else None
    found = entity if entity is not None else home.field(bare) if home is not None else None
    if found is None:
        return Text()
    labels = {language: found.label_in(language) for language in LABELS}
    small = labels["en"][:1].lower() + labels["en"][1:]
    shown = plural(small) if entity is not None else small
    return Text(zh=LABELS["zh"].format(label=labels["zh"]), en=LABELS["en"].format(label=shown))


def plural(noun: str) -> str:
    """An English noun of a workspace as several of it; what ends oddly stays readable."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"
