"""Tags by a SELECT of the analyst: over datasets with all their rows up to the day of the profile."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.naming import column, identifier, is_known
from semantic_layer.compiler.plan import Scope
from semantic_layer.compiler.relation import over_datasets
from semantic_layer.compiler.sources import Helpers
from semantic_layer.compiler.time_sql import day
from semantic_layer.errors import request_error
from semantic_layer.expressions import ExpressionError, parsed_select, tables_in
from semantic_layer.model.tags import SqlTag

VALUE, AS_OF, TOLD = "value", "as_of", "told"


def sql_value(tag: SqlTag, keys: tuple[str, ...], scope: Scope, helpers: Helpers) -> str:
    """Adds the query of a tag: a row for each one, with the key and the value.

    Raises:
        RequestError: the text is not one SELECT, or reads anything but datasets.
    """
    key = f"sql {tag.name}"
    known = helpers.known(key)
    if known is not None:
        return known
    try:
        tables_in(tag.sql)
        tree = parsed_select(tag.sql)
    except ExpressionError as error:
        raise request_error("bad_request", f"tag '{tag.name}': {error}", field=tag.name) from None
    for each in list(tree.find_all(exp.Placeholder)):
        if each.this == AS_OF:
            each.replace(day(scope.as_of))
    told = exp.Subquery(
        this=over_datasets(tree, scope, helpers, granted=False, so_far=True), alias=exp.TableAlias(this=identifier(TOLD))
    )
    own: list[exp.Expr] = [column(each, TOLD) for each in keys]
    select = build.from_(build.select(*own, column(VALUE, TOLD)), told)
    select = build.where(select, *(is_known(each) for each in own))
    # Two rows of one entity would double it in the profile, and neither of them is its value.
    rows = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[each.copy() for each in own], over="OVER")
    select.set("qualify", exp.Qualify(this=exp.EQ(this=rows, expression=exp.Literal.number(1))))
    return helpers.add(key, f"{tag.entity}_{tag.name}", select)
