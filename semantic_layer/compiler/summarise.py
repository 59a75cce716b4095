"""Statistics over things: the figures of each one are computed as any others, by its key, and summed up afterwards."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.columns import Column, Note
from semantic_layer.compiler import build
from semantic_layer.compiler.days import Fact
from semantic_layer.compiler.derive import metric_column
from semantic_layer.compiler.grouped import GROUP_SIZE
from semantic_layer.compiler.measures import known_keys
from semantic_layer.compiler.naming import column, free_name
from semantic_layer.compiler.neutral import Quantile
from semantic_layer.compiler.plan import Dimension, Key, LogicalPlan
from semantic_layer.conditions import GRAINS
from semantic_layer.errors import closest, request_error
from semantic_layer.model.metrics import Aggregate, Distinct
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset
from semantic_layer.requests import MetricQuery, Percentile, Statistic
from semantic_layer.statistics import Summary, summaries


def with_keys(
    dimensions: tuple[Dimension, ...],
    request: MetricQuery,
    datasets: tuple[str, ...],
    facts: list[Fact],
    workspace: Workspace,
) -> tuple[Dimension, ...]:
    """The dimensions of a request, and what tells those apart whose figures its statistics are about.

    Raises:
        RequestError: nothing has that name, rows do not tell them apart, or what is asked of them is not computed.
    """
    if request.of_each is None:
        return dimensions
    whose = request.of_each.entity
    if workspace.entity(whose) is None and whose not in GRAINS and home_dataset(workspace, whose) is None:
        near = closest(whose, [each.name for each in workspace.entities])
        raise request_error("unknown_entity", f"there is no entity '{whose}'", entity=whose, near=near)
    _computed(request, facts)
    count = len(known_keys(workspace, datasets[0], whose)) if workspace.entity(whose) is not None else 1
    found = list(dimensions)
    for part in range(count):
        name = free_name("one" if count == 1 else f"one_{part + 1}", (*(each.name for each in found), *request.metrics))
        found.append(Dimension(name, Key(whose, part)))
    return tuple(found)


def _computed(request: MetricQuery, facts: list[Fact]) -> None:
    """Statistics are of figures that each one has by itself, of one kind of rows at a time, and are not compared yet."""
    assert request.of_each is not None
    whose = request.of_each.entity
    for part, asked in (("compare", request.compare), ("share_of", request.share_of)):
        if asked is not None:
            raise request_error("kind_not_compiled", f"statistics over things have no '{part}' yet", kind=part, name=whose)
    for fact in facts:
        trails = fact.measure.window is not None and whose in GRAINS
        if not isinstance(fact.measure.metric, Aggregate | Distinct) or trails:
            raise request_error(
                "kind_not_compiled",
                f"'{fact.metric}' has no value of a single '{whose}'",
                name=fact.metric,
                kind=fact.measure.metric.kind,
            )
    rows = {name: {fact.dataset for fact in facts if fact.metric == name} for name in {fact.metric for fact in facts}}
    if len({frozenset(each) for each in rows.values()}) > 1:
        raise request_error(
            "bad_request", f"statistics of figures of different data: ask one at a time; each '{whose}' has others"
        )


def summarise(plan: LogicalPlan) -> LogicalPlan:
    """A row for each group with the statistics over those in it."""
    request = plan.request
    if request.of_each is None:
        return plan
    assert plan.tree is not None
    taken = [*(each.name for each in plan.scope.workspace.datasets), *(name for name, _ in plan.helpers)]
    name = free_name(f"each_{request.of_each.entity.replace('.', '_')}", (*taken, *(each.name for each in plan.groups)))
    dimensions = tuple(each for each in plan.dimensions if not isinstance(each.ref, Key))
    names = {each.name for each in dimensions}
    made: list[tuple[Column, exp.Expr]] = [(each, column(each.name, name)) for each in plan.columns if each.name in names]
    groups = [sql for _, sql in made]
    statistics = summaries(plan.scope.workspace, request)
    for each in statistics:
        made.append((_column(each), _statistic_sql(each.statistic, column(each.metric.name, name))))
    made += _sizes(plan, name, tuple(each.statistic for each in statistics))
    inner, tree = plan.tree, build.select(*(build.alias(sql, each.name) for each, sql in made))
    before = inner.args.get("with_")
    inner.set("with_", None)
    for each in before.expressions if before is not None else ():
        tree = build.with_query(tree, each.alias, each.this)
    tree = build.group_by(build.from_(build.with_query(tree, name, inner), name), groups)
    counted = Note(code="of_those_with_rows", parts={"each": request.of_each.entity})
    return replace(plan, tree=tree, dimensions=dimensions, columns=tuple(each for each, _ in made)).noting(counted)


def _column(summary: Summary) -> Column:
    found = metric_column(summary.metric, summary.name, "metric")
    whole = isinstance(summary.statistic, str) and summary.statistic in ("min", "max")
    kind = "decimal" if found.type == "count" and not whole else found.type
    return found.model_copy(update={"metric": summary.name, "label": summary.label, "type": kind, "additive": False})


def _statistic_sql(statistic: Statistic, figure: exp.Expr) -> exp.Expr:
    if isinstance(statistic, Percentile):
        return Quantile(this=figure, share=exp.Literal.number(statistic.percentile))
    match statistic:
        case "mean":
            return exp.Avg(this=figure)
        case "median":
            return Quantile(this=figure, share=exp.Literal.number(0.5))
        case "min":
            return exp.Min(this=figure)
        case "max":
            return exp.Max(this=figure)


# ---- small groups ---------------------------------------------------------------------------------------------------------


def _sizes(plan: LogicalPlan, name: str, statistics: tuple[Statistic, ...]) -> list[tuple[Column, exp.Expr]]:
    """How many entities each statistic tells of, at least, where the viewer sees no small groups.

    A mean is about all of them. The largest figure is that of a single one, and a percentile tells of those beyond it.
    """
    minimum, whose = plan.scope.grant.minimum_group, plan.request.of_each
    hidden = [each for each in plan.columns if each.role == "hidden" and each.name.startswith(GROUP_SIZE)]
    if minimum is None or whose is None:
        return []
    made: list[tuple[Column, exp.Expr]] = []
    for each in hidden:
        for index, statistic in enumerate(dict.fromkeys(statistics)):
            inner = column(each.name, name)
            size = _own_size(statistic, inner) if whose.entity == minimum.entity else _size(statistic, inner)
            made.append((each.model_copy(update={"name": f"{each.name}_{index + 1}"}), size))
    return made


def _own_size(statistic: Statistic, inner: exp.Expr) -> exp.Expr:
    """Of statistics over those very entities, each of whom is one."""
    count: exp.Expr = exp.Sum(this=inner)
    if statistic == "mean":
        return count
    if statistic in ("min", "max"):
        return exp.Min(this=inner)
    share = statistic.percentile if isinstance(statistic, Percentile) else 0.5
    return exp.Ceil(this=exp.Mul(this=count, expression=exp.Literal.number(round(min(share, 1 - share), 6))))


def _size(statistic: Statistic, inner: exp.Expr) -> exp.Expr:
    """Of statistics over other things: a mean is about no fewer than one has, any other figure may be that of the smallest."""
    return exp.Max(this=inner) if statistic == "mean" else exp.Min(this=inner)
