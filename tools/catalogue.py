"""The tools, in one explicit list: what each is for, the request it takes, and how it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from semantic_layer.frozen import Frozen
from semantic_layer.requests import EntityQuery, MetricQuery, ValueQuery, plain
from tools import (
    audiences,
    catalogue_query,
    comparisons,
    defining,
    definitions,
    grids,
    listing,
    membership,
    metrics,
    migrations,
    overlaps,
    profiles,
    share_indices,
    tag_health,
    turnover,
)
from tools.answer import Answer
from tools.context import Context
from tools.group_requests import ComparisonQuery, GridQuery, MigrationQuery, OverlapQuery, ShareIndexQuery, TurnoverQuery
from tools.requests import (
    AudienceQuery,
    CatalogueQuery,
    DefineSegment,
    DefinitionQuery,
    MembershipQuery,
    ProfileQuery,
    TagHealthQuery,
)


class Tool(NamedTuple):
    """One analysis.

    Attributes:
        name: Its name for a language model.
        purpose: When to use it, in one or two sentences.
        request: The typed request it takes.
        run: The analysis.
    """

    name: str
    purpose: str
    request: type[Frozen]
    run: Callable[[Any, Context], Answer]


TOOLS: tuple[Tool, ...] = (
    Tool(
        "query_metrics",
        "Numbers: metrics over a period, grouped, filtered, compared with another period, as shares, ranked.",
        MetricQuery,
        metrics.run,
    ),
    Tool("list_values", "Which values a field has: which regions or colours exist.", ValueQuery, listing.run),
    Tool("list_entities", "Which entities exist (customers, items), with fields of their own.", EntityQuery, listing.run),
    Tool(
        "profile_group",
        "What those of a group are like against everyone: size, shares of tags and fields with an index (TGI, 100 = average).",
        ProfileQuery,
        profiles.run,
    ),
    Tool(
        "explain_membership",
        "Whether one customer or item is in a segment or has a tag's value, and why: each condition with its own value.",
        MembershipQuery,
        membership.run,
    ),
    Tool(
        "tag_health",
        "How fresh tags and segments are, of how many they are known (coverage), and what changed or drifted since before.",
        TagHealthQuery,
        tag_health.run,
    ),
    Tool(
        "export_audience",
        "Those of a group as a file to contact them by: who is left out by which rule, a control group, tags that go along.",
        AudienceQuery,
        audiences.run,
    ),
    Tool(
        "overlap_groups",
        "How much groups overlap: how many are in each two at once, shares, Jaccard; all segments where none is named.",
        OverlapQuery,
        overlaps.run,
    ),
    Tool(
        "migration",
        "How those of an entity moved between the values of a tag from one day to another: counts and shares for each pair.",
        MigrationQuery,
        migrations.run,
    ),
    Tool(
        "compare_groups",
        "What tells two groups apart: sizes, how many are in both, shares of tags in each, index of one to the other.",
        ComparisonQuery,
        comparisons.run,
    ),
    Tool(
        "index_shares",
        "What a group's figure is made of against everyone's: shares of sales by category with an index (TGI, 100 = average).",
        ShareIndexQuery,
        share_indices.run,
    ),
    Tool(
        "tag_grid",
        "How many have each value of one tag and each of another, as a grid: recency by frequency score (RFM), or any two.",
        GridQuery,
        grids.run,
    ),
    Tool(
        "turnover",
        "Who entered and left a group from one day to another, and which condition of its rule turned: why it grew or shrank.",
        TurnoverQuery,
        turnover.run,
    ),
    Tool(
        "define_segment",
        "Save those who meet a condition as a segment: shows the rule with its size and overlap, then keeps it as a draft.",
        DefineSegment,
        defining.run,
    ),
    Tool("define", "What a metric, dimension, tag or segment means and how it is computed.", DefinitionQuery, definitions.run),
    Tool(
        "describe_workspace",
        "What can be asked here: the metrics, dimensions, tags, segments, first questions; also greetings.",
        CatalogueQuery,
        catalogue_query.run,
    ),
)


def tool_of(request: Frozen) -> Tool:
    """The tool that runs a request."""
    return next(tool for tool in TOOLS if isinstance(request, tool.request))


def run(request: Frozen, context: Context) -> Answer:
    """Runs any request with its tool, and says first what is run."""
    context.emit("planned", {"plan": plain(request)})
    return tool_of(request).run(request, context)
