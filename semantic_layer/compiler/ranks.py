"""The rank of an entity by a metric of it, among all that have one in the period: a window over the helper of the metric."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.arithmetic import formula_sql, when_empty
from semantic_layer.compiler.expand import measures_of
from semantic_layer.compiler.naming import column, free_name, identifier, is_known
from semantic_layer.compiler.plan import Measure, Ref
from semantic_layer.compiler.sources import Sources
from semantic_layer.compiler.units import Cells, Helper, formula_of, helper_for, unit_sql
from semantic_layer.conditions import EntityMetric
from semantic_layer.errors import RequestError
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.datasets import FieldType

WHO = "who"


def figure_or_rank_sql(ref: EntityMetric, sources: Sources, cells: Cells) -> tuple[exp.Expr, FieldType]:
    """The metric of the entity that a row belongs to, or its rank. Null for a row of no entity.

    Where each period or bucket has days of its own, each has a ranking of its own.

    Raises:
        RequestError: as of the metric itself, which the error names: it is not the one that is asked.
    """
    try:
        return unit_sql(ref, sources, cells) if ref.rank is None else _rank_sql(ref, sources, cells)
    except RequestError as error:
        own = error.problem.parts.get("dataset") in base_datasets(sources.scope.workspace, ref.metric)
        if error.problem.code != "unreachable_field" or not own or "metrics" in error.problem.parts:
            raise
        raise RequestError(replace(error.problem, parts={**error.problem.parts, "metrics": [ref.metric]})) from None


def _rank_sql(ref: EntityMetric, sources: Sources, cells: Cells) -> tuple[exp.Expr, FieldType]:
    formula, _ = formula_of(ref, sources)
    made = [(helper_for(measure, ref, sources, cells), measure) for measure in measures_of(formula)]
    # Rows that count whatever the days are have no cells: who has rows in a cell is known by the others.
    first = next((helper for helper, _ in made if helper.by_cell), made[0][0])
    key = first.key(f"{ref.rank} {ref.rank_part} {formula}", sources.granted)
    name = sources.helpers.known(key)
    place = free_name("place", first.columns(sources))
    if name is None:
        tree, raw = _figures(first, made, sources)
        figure = formula_sql(formula, "now", raw)
        own = [column(each, WHO) for each in first.columns(sources)]
        cell = [column(each, WHO) for each in first.cell_names]
        ordered = exp.Order(expressions=[exp.Ordered(this=figure, desc=ref.rank == "highest", nulls_first=False)])
        sql: exp.Expr = exp.Window(this=exp.Rank(), partition_by=cell, order=ordered, over="OVER")
        if ref.rank_part:
            number = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[each.copy() for each in cell], over="OVER")
            sql = exp.Div(this=sql, expression=number)
        tree = build.with_columns(tree, [*own, build.alias(sql, place)])
        if not (isinstance(formula, Ref) and when_empty(formula) is not None):
            tree = build.where(tree, is_known(figure))
        name = sources.helpers.add(key, f"{ref.entity}_by_{ref.metric}".replace(".", "_"), tree)
    return column(place, first.beside(sources, key, name)), "fraction" if ref.rank_part else "count"


def _figures(first: Helper, made: list[tuple[Helper, Measure]], sources: Sources) -> tuple[exp.Select, dict[str, exp.Expr]]:
    """All that have rows of one measure at least, each with its measures beside."""
    names = [helper.named(sources, measure) for helper, measure in made]
    holders = {helper: name for (helper, _), name in zip(reversed(made), reversed(names), strict=True)}
    base = [(helper, name) for helper, name in holders.items() if helper.by_cell == first.by_cell]
    if len(base) == 1:
        who: exp.Expr = exp.alias_(exp.to_table(base[0][1]), WHO, table=True)
    else:
        selects = [
            build.from_(
                build.select(
                    *(
                        build.alias(exp.column(identifier(own)), identifier(name))
                        for own, name in zip(helper.columns(sources), first.columns(sources), strict=True)
                    )
                ),
                name,
            )
            for helper, name in base
        ]
        who = exp.Subquery(this=exp.union(*selects, copy=False), alias=exp.TableAlias(this=identifier(WHO)))
    tree, raw = build.from_(build.select(), who), dict[str, exp.Expr]()
    for (helper, measure), name in zip(made, names, strict=True):
        figure = helper.figure_name(measure, sources)
        stands = len(base) == 1 and name == base[0][1]
        if not stands:
            pairs = zip(first.columns(sources), helper.columns(sources), strict=False)
            on = build.and_(*(exp.EQ(this=column(own, WHO), expression=column(other, name)) for own, other in pairs))
            tree = build.join(tree, name, "left", on)
        raw[f"now.{measure.column}"] = column(figure, WHO if stands else name)
    return tree, raw
