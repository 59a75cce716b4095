"""What an answer says, as facts in an order: each a text of ours for which a placeholder can stand.

Comparisons are inside the facts ("the highest is …", "up 3%"), so that nothing which words an answer around them, in its
own words, has to make one; and a number never stands apart from what it is a number of, so that no order of words can
give it to something else.
"""

from __future__ import annotations

from typing import Any

from assistant.wording.sentences import Said, Sentences
from assistant.wording.texts import fill, inner, templates
from semantic_layer.frozen import Frozen
from semantic_layer.requests import MetricQuery
from tools.answer import Answer

ORDER: dict[str, tuple[str, ...]] = {
    "value": ("period", "filter", "metric", "value"),
    "share": ("period", "filter", "metric", "value", "share_of"),
    "compared": ("period", "filter", "metric", "value", "against", "moved"),
    "few_groups": ("period", "filter", "metric", "grouping", "rows"),
    "few_groups_total": ("period", "filter", "metric", "grouping", "rows", "total"),
    "ranking": ("period", "filter", "metric", "grouping", "direction", "rows"),
    "breakdown": ("period", "filter", "metric", "grouping", "highest", "lowest"),
    "breakdown_total": ("period", "filter", "metric", "grouping", "highest", "lowest", "total"),
    "series": ("period", "filter", "metric", "grouping", "course", "high", "low"),
    "series_total": ("period", "filter", "metric", "grouping", "course", "high", "low", "sum"),
    "winner_top": ("period", "filter", "metric", "grouping", "winner_top"),
    "winner_bottom": ("period", "filter", "metric", "grouping", "winner_bottom"),
}
"""The facts of each finding; a finding that is not here is worded by its template alone."""

STANDS_FOR = {
    "period": "the period",
    "filter": "what it is restricted to",
    "metric": "the metric: {metric}",
    "value": "the metric's value",
    "share_of": "its share, and of what",
    "against": "the value in the period compared with, as a phrase",
    "moved": "how it changed from there, as a phrase",
    "grouping": "how it is grouped: {groups}",
    "rows": "a list of groups with their values",
    "total": "the value over all groups, as a phrase",
    "direction": "the order of the list, as a phrase",
    "highest": "which groups are highest, as a phrase",
    "lowest": "which group is lowest, as a phrase",
    "course": "from where to where it went, as a phrase",
    "high": "its highest point, as a phrase",
    "low": "its lowest point, as a phrase",
    "sum": "the sum over the whole period, as a phrase",
    "winner_top": "which one is highest and its value, as a phrase",
    "winner_bottom": "which one is lowest and its value, as a phrase",
}
"""What somebody who may see no value is told of a fact. Names of metrics and dimensions are no values."""


OPENS = frozenset({"period", "filter", "metric", "grouping"})


class Fact(Frozen):
    """One thing to say.

    Attributes:
        name: The placeholder without its braces: f1, f2 and so on.
        stands_for: What it is, without its value; English.
        text: What is put in its place.
        opens: It is made of our own words, so that it may be written large where it opens a sentence; a value never is.
    """

    name: str
    stands_for: str
    text: str
    opens: bool = False


def facts_of(sentences: Sentences, answer: Answer, request: MetricQuery) -> tuple[Fact, ...]:
    """The facts of an answer in the order in which they have to be said; none where a finding has no order of facts."""
    found: list[Fact] = []
    for finding in answer.findings:
        said = sentences.said(finding, answer, request)
        if said.code not in ORDER:
            return ()
        texts = _texts(sentences, said, answer, request)
        label = {"metric": texts["metric"], "groups": sentences.words.groups(request)}
        for key in ORDER[said.code]:
            if texts[key]:
                stands_for = STANDS_FOR[key].format(**label)
                found.append(Fact(name=f"f{len(found) + 1}", stands_for=stands_for, text=texts[key], opens=key in OPENS))
    return tuple(found)


def _texts(sentences: Sentences, said: Said, answer: Answer, request: MetricQuery) -> dict[str, str]:
    """The text of every kind of fact; empty where the finding has no such part."""
    parts: dict[str, Any] = {key: value for key, value in said.parts.items() if isinstance(value, str)}
    plain = {key: str(parts.get(key, "")) for key in ("metric", "value", "moved", "rows", "direction")}
    templated = templates(sentences.language)["facts"]
    phrases = {key: fill(sentences.language, "facts", key, **said.parts) for key in ORDER[said.code] if key in templated}
    own = {
        "metric": inner(plain["metric"], sentences.language),
        "period": sentences.period(answer, request),
        "filter": inner(sentences.words.condition(request.where), sentences.language) if request.where is not None else "",
        "grouping": str(parts.get("by", "")).strip(),
    }
    return {**plain, **own, **phrases}
