"""What is known of a measure before it is placed: its dataset, its time, the days that its data covers, its aggregate."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.calendar import Span
from semantic_layer.compiler import build
from semantic_layer.compiler.naming import is_known, row
from semantic_layer.compiler.neutral import Quantile
from semantic_layer.compiler.plan import Measure, Measured, Scope
from semantic_layer.compiler.time_sql import day
from semantic_layer.expressions import ExpressionError, scalar, tables_in
from semantic_layer.model.datasets import Dataset
from semantic_layer.model.metrics import Aggregate, Conversion, Distinct, NewEntities, Repeat, Retention, SemiAdditive
from semantic_layer.model.profiles import ProfileDataset
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import reach_key
from semantic_layer.tag_parts import population


def dataset_name(metric: Measured, workspace: Workspace) -> str:
    """The dataset whose rows a measure counts, groups and filters."""
    match metric:
        case Aggregate(dataset=name):
            return name
        case Distinct(distinct=counted):
            return counted.dataset
        case SemiAdditive(semi_additive=stock):
            return stock.dataset
        case NewEntities(new_entities=first):
            return first.dataset
        case Retention(retention=retained):
            return retained.dataset
        case Repeat(repeat=repeated):
            return named_aggregate(repeated.metric, workspace).dataset
        case Conversion(conversion=conversion):
            return named_aggregate(conversion.base, workspace).dataset


def named_aggregate(name: str, workspace: Workspace) -> Aggregate:
    """A metric that loading has made sure is a plain aggregate."""
    metric = workspace.metric(name)
    assert isinstance(metric, Aggregate)
    return metric


def time_of(measure: Measure, workspace: Workspace) -> str | None:
    """The time field that a measure's days go by; None where its dataset has none."""
    metric = measure.metric
    if isinstance(metric, Repeat):
        metric = named_aggregate(metric.repeat.metric, workspace)
    elif isinstance(metric, Conversion):
        metric = named_aggregate(metric.conversion.base, workspace)
    own = metric.time if isinstance(metric, Aggregate) else None
    dataset = workspace.dataset(dataset_name(measure.metric, workspace))
    return own or (dataset.time if dataset is not None else None)


def covered_days(scope: Scope, dataset: str, time: str | None) -> Span | None:
    """The days that a dataset's data covers; of a derived one those of the datasets that it reads, of a profile those
    of the rows that make someone known."""
    found = scope.version.covers(dataset, time)
    described = scope.workspace.dataset(dataset)
    if isinstance(described, ProfileDataset):
        dataset = population(described.profile.entity, scope.workspace)
        source = scope.workspace.dataset(dataset)
        return covered_days(scope, dataset, source.time if source is not None else None)
    if found is not None or described is None or described.derived is None:
        return found
    try:
        names = tables_in(described.derived)
    except ExpressionError:
        return None
    sources = [each for each in scope.workspace.datasets if each.name in names]
    spans = [span for each in sources if each.time and (span := covered_days(scope, each.name, each.time)) is not None]
    return Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None


def known_keys(workspace: Workspace, dataset: str | Dataset, entity: str) -> tuple[str, ...]:
    """The names of an entity's key columns where a dataset knows them."""
    return reach_key(workspace, dataset, entity).columns


def aggregate_sql(metric: Aggregate, alias: str) -> exp.Expr:
    """A metric's aggregate over the rows of its dataset."""
    arguments = [scalar(text, alias) for text in metric.expr]
    match metric.agg:
        case "count":
            return exp.Count(this=arguments[0] if arguments else exp.Star())
        case "count_distinct":
            return distinct(arguments)
        case "sum":
            return exp.Sum(this=arguments[0])
        case "min":
            return exp.Min(this=arguments[0])
        case "max":
            return exp.Max(this=arguments[0])
        case "mean":
            return exp.Avg(this=arguments[0])
        case "median":
            return Quantile(this=arguments[0], share=exp.Literal.number(0.5))
        case "percentile":
            return Quantile(this=arguments[0], share=exp.Literal.number(metric.percentile or 0.5))


def distinct(columns: list[exp.Expr]) -> exp.Expr:
    """How many different values there are; of several columns only combinations without an unknown part."""
    counted: exp.Expr = row([each.copy() for each in columns])
    if len(columns) > 1:
        whole = build.and_(*(is_known(each) for each in columns))
        counted = exp.Case(ifs=[exp.If(this=whole, true=counted)])
    return exp.Count(this=exp.Distinct(expressions=[counted]))


def periods(spans: tuple[Span, ...]) -> exp.Expr:
    """The named periods as a small table; a row counts in each period that holds it, by intention."""
    rows = [exp.Tuple(expressions=[day(span.start), day(span.end)]) for span in dict.fromkeys(spans)]
    columns = [exp.to_identifier("first_day"), exp.to_identifier("last_day")]
    return exp.Values(expressions=rows, alias=exp.TableAlias(this=exp.to_identifier("periods"), columns=columns))
