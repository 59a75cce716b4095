"""All definitions of a workspace as Markdown."""

from __future__ import annotations

from semantic_layer.conditions import AnyCondition
from semantic_layer.model.metrics import Aggregate, AnyMetric, Derived, Ratio
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import canonical
from semantic_layer.words import Definition


def markdown(workspace: Workspace) -> str:
    """One page: metrics, dimensions, tags, segments, parameters, roles."""
    settings = workspace.workspace
    lines = [
        f"# {settings.label_in('en')} / {settings.label_in('zh')}",
        "",
        settings.description.get("en"),
        "",
        settings.description.get("zh"),
        "",
    ]
    lines += [f"Business time: {settings.time_zone}. Weeks start on {settings.week_start}.", ""]
    lines += _section(
        "Metrics 指标", ["name", "zh", "en", "definition", "computed as"], [_metric(m) for m in workspace.metrics if not m.hidden]
    )
    lines += _dimensions(workspace)
    lines += _section("Tags 标签", ["name", "zh", "en", "definition"], [_plain(each) for each in workspace.tags])
    lines += _section("Segments 客群", ["name", "zh", "en", "definition"], [_plain(each) for each in workspace.segments])
    parameters = [
        [p.name, p.label_in("zh"), p.label_in("en"), f"{p.value} {p.unit.get('en')}".strip()] for p in workspace.parameters
    ]
    lines += _section("Parameters 参数", ["name", "zh", "en", "value"], parameters)
    lines += _section("Roles 角色", ["name", "zh", "en", "definition"], [_plain(each) for each in workspace.roles])
    return "\n".join(lines).rstrip() + "\n"


def _section(title: str, headings: list[str], rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    return [f"## {title}", "", _line(headings), _line(["---"] * len(headings)), *(_line(row) for row in rows), ""]


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _plain(each: Definition) -> list[str]:
    return [each.name, each.label_in("zh"), each.label_in("en"), each.description.get("en")]


def _metric(metric: AnyMetric) -> list[str]:
    return [*_plain(metric), _formula(metric)]


def _formula(metric: AnyMetric) -> str:
    match metric:
        case Aggregate():
            where = f" where {_short(metric.where)}" if metric.where else ""
            return f"{metric.agg}({', '.join(metric.expr)}) of {metric.dataset}{where}"
        case Ratio():
            return f"{metric.ratio.numerator.metric} / {metric.ratio.denominator.metric}"
        case Derived():
            return metric.derived
        case _:
            return metric.kind.replace("_", " ")


def _short(condition: AnyCondition) -> str:
    return canonical(condition)


def _dimensions(workspace: Workspace) -> list[str]:
    rows = [
        [entity.key_name, entity.label_in("zh"), entity.label_in("en"), f"key of {entity.name}"] for entity in workspace.entities
    ]
    rows += [
        [field.name, field.label_in("zh"), field.label_in("en"), dataset.name] for dataset, field in workspace.dimension_fields()
    ]
    return _section("Dimensions 维度", ["name", "zh", "en", "of"], rows)
