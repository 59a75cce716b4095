"""Whether two requests say the same, and if not, in what: part by part, as typed values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant.planner.normal_form import Form, Forms, fields_of
from semantic_layer.calendar import Span, last_year, previous, same_weekdays_before
from semantic_layer.conditions import SERIES_GRAINS, AnyCondition, Field, Tag, TimeBucket
from semantic_layer.frozen import Frozen
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import EachPeriod, Period
from semantic_layer.requests import AgainstPeriod, EntityQuery, LastYear, MetricQuery, PreviousPeriod, ValueQuery
from tools.group_requests import GROUP_REQUESTS
from tools.requests import AudienceQuery, CatalogueQuery, DefinitionQuery, MembershipQuery, ProfileQuery, TagHealthQuery

Days = Callable[[Period], Span]
"""Turns a single period into days."""
Explain = Callable[[str], str]
"""The words of the question that speak of a field or grain, or nothing."""


def difference(given: Frozen, asked: Frozen, workspace: Workspace, days: Days, words: Explain) -> str | None:
    """In what a request differs from the one that the question asks for; None where both mean the same."""
    match given, asked:
        case MetricQuery(), MetricQuery():
            return MetricAgreement(given, asked, workspace, days, words).difference()
        case ValueQuery(), ValueQuery():
            forms = Forms.of(workspace, asked)
            if forms.ref(given.field) != forms.ref(asked.field):
                return "the question asks for the values of another field"
            if forms.conjuncts(given.where) != forms.conjuncts(asked.where):
                return "the question filters the list in another way, or not at all"
            return None if given.limit == asked.limit else "the limit is not what the question says"
        case EntityQuery(), EntityQuery():
            return _entity_difference(given, asked, Forms.of(workspace, asked))
        case ProfileQuery(), ProfileQuery():
            return _profile_difference(given, asked, Forms.of(workspace, asked))
        case MembershipQuery(), MembershipQuery():
            same = (given.entity, str(given.key)) == (asked.entity, str(asked.key))
            same = same and Forms.of(workspace, asked).conjuncts(given.where) == Forms.of(workspace, asked).conjuncts(asked.where)
            return None if same else "the question is about another one, or another group"
        case TagHealthQuery(), TagHealthQuery():
            same = (set(given.names), given.about) == (set(asked.names), asked.about)
            return None if same else "the question is about other tags, or about something else of them"
        case AudienceQuery(), AudienceQuery():
            return None if given == asked else "the audience is not the one that the question describes"
        case DefinitionQuery(names=names), DefinitionQuery(names=others):
            return None if set(names) == set(others) else f"the question asks for the definition of {', '.join(others)}"
        case CatalogueQuery(), CatalogueQuery():
            same = (given.topic, given.metric) == (asked.topic, asked.metric)
            return None if same else f"the question asks for the topic '{asked.topic}'"
        case Frozen(), Frozen() if type(given) is type(asked) and isinstance(asked, GROUP_REQUESTS):
            return _group_difference(given, asked, Forms.of(workspace, asked))
        case _:
            return f"the question asks for another tool: {TOOL_WORDS.get(type(asked), 'not this one')}"


TOOL_WORDS: dict[type, str] = {
    MetricQuery: "query_metrics, for numbers",
    ValueQuery: "list_values",
    EntityQuery: "list_entities",
    ProfileQuery: "profile_group",
    MembershipQuery: "explain_membership",
    TagHealthQuery: "tag_health",
    AudienceQuery: "export_audience",
    DefinitionQuery: "define",
    CatalogueQuery: "describe_workspace",
}


def _profile_difference(given: ProfileQuery, asked: ProfileQuery, forms: Forms) -> str | None:
    if given.entity != asked.entity:
        return f"the question asks about a group of '{asked.entity}'"
    if forms.conjuncts(given.where) != forms.conjuncts(asked.where):
        return "the question is about another group"
    return None if forms.refs(given.fields) == forms.refs(asked.fields) else "the fields are not those that the question names"


def _group_difference(given: Frozen, asked: Frozen, forms: Forms) -> str | None:
    """Requests about groups say the same where all their parts do; conditions and fields however they are written."""
    for name in type(asked).model_fields:
        one, other = getattr(given, name), getattr(asked, name)
        if one != other and _form(one, forms) != _form(other, forms):
            return f"'{name}' is not what the question says"
    return None


def _form(value: Any, forms: Forms) -> Any:
    if isinstance(value, tuple):
        return frozenset(_form(each, forms) for each in value)
    if isinstance(value, AnyCondition):
        return forms.conjuncts(value)
    return forms.ref(value) if isinstance(value, Field | Tag) else value


def _entity_difference(given: EntityQuery, asked: EntityQuery, forms: Forms) -> str | None:
    if given.entity != asked.entity:
        return f"the question asks for a list of '{asked.entity}'"
    if forms.conjuncts(given.where) != forms.conjuncts(asked.where):
        return "the question filters the list in another way, or not at all"
    if given.columns and forms.refs(given.columns) != forms.refs(asked.columns):
        return "the columns are not what the question asks for; leave them out where it names none"
    if given.limit != asked.limit or (asked.order and given.order != asked.order):
        return "order and limit are not what the question says"
    return None


class MetricAgreement:
    """Two metric queries, part by part.

    Args:
        asked: What the question says.
        words: Finds the question's words for a field, so that a model is told in them and not in stored values.
    """

    def __init__(self, given: MetricQuery, asked: MetricQuery, workspace: Workspace, days: Days, words: Explain) -> None:
        self.given, self.asked, self.workspace, self.days, self.words = given, asked, workspace, days, words
        self.forms = Forms.of(workspace, asked if asked.metrics != ("",) else given)

    def difference(self) -> str | None:
        """The first part that differs, as a sentence."""
        return self.metrics() or self.groups() or self.conditions() or self.rest()

    def rest(self) -> str | None:
        """What remains where metrics, groups and conditions are settled."""
        return (
            self.statistics()
            or self.window()
            or self.period()
            or self.comparison()
            or self.share()
            or self.parameters()
            or self.order()
        )

    def metrics(self) -> str | None:
        given, asked = set(self.given.metrics), set(self.asked.metrics)
        if given == asked:
            return None
        missing = sorted(asked - given)
        if missing:
            return f"the question asks for the metric {', '.join(missing)}, which the request lacks"
        return f"the question does not ask for the metric {', '.join(sorted(given - asked))}"

    def groups(self) -> str | None:
        given = {self.forms.group(ref) for ref in self.given.by}
        asked = {self.forms.group(ref) for ref in self.asked.by}
        if given == asked:
            return None
        missing = sorted(self._said(asked - given))
        if missing:
            return f"the question groups by {', '.join(missing)}, and the request does not"
        return f"the question does not group by {', '.join(sorted(self._said(given - asked)))}"

    def conditions(self) -> str | None:
        given, asked = self.forms.conjuncts(self.given.where), self.forms.conjuncts(self.asked.where)
        if given == asked:
            return None
        missing, extra = sorted(self._said(asked - given)), sorted(self._said(given - asked))
        if missing and extra:
            return f"the condition on {', '.join(missing)} is another one in the question"
        if missing:
            return f"the question has a condition on {', '.join(missing)}, which the request lacks"
        return f"the question has no condition on {', '.join(extra)} like the request's"

    def _said(self, forms: set[Form] | frozenset[Form]) -> set[str]:
        """Fields with the words of the question that speak of them: stored values are never named."""
        return {self._with_words(name) for form in forms for name in fields_of(form) or {str(form[0])}}

    def _with_words(self, name: str) -> str:
        words = self.words(name)
        return f"{name} ('{words}')" if words else name

    def statistics(self) -> str | None:
        """Statistics over things are another figure than the metric itself."""
        given, asked = self.given.of_each, self.asked.of_each
        if given == asked:
            return None
        if asked is None:
            return "the question asks for no statistics over things; leave of_each out"
        same = given is not None and given.entity == asked.entity and set(given.statistics) == set(asked.statistics)
        return None if same else f"the question asks for statistics over the figures of each '{asked.entity}'"

    def window(self) -> str | None:
        if self.given.window == self.asked.window:
            return None
        if self.asked.window is None:
            return "the question asks for no running or trailing days; leave window out"
        return "the running or trailing days are not what the question says"

    def period(self) -> str | None:
        given, asked = self.given.period, self.asked.period
        if self._spans(given) == self._spans(asked):
            return None
        if asked is None:
            return "the question names no period; leave it out"
        return "the period is not in the request" if given is None else "the question names another period"

    def _spans(self, period: Period | None) -> list[Span]:
        """The days of a period; where none is named, those of the workspace's default."""
        period = period or self.workspace.workspace.default_period
        return sorted(self.days(each) for each in period.of) if isinstance(period, EachPeriod) else [self.days(period)]

    def comparison(self) -> str | None:
        given, asked = self.given.compare, self.asked.compare
        if given is None and asked is None:
            return None
        if asked is None:
            return "the question compares with no other period"
        if given is None:
            return "the question compares with another period, and the request does not"
        series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in self.asked.by)
        same = given.kind == asked.kind if series else self._other(self.given) == self._other(self.asked)
        return None if same else "the question compares with another period than the request"

    def _other(self, request: MetricQuery) -> Span | None:
        """The days compared with."""
        period = request.period or self.workspace.workspace.default_period
        conventions = self.workspace.workspace.conventions
        if isinstance(period, EachPeriod):
            return None
        if isinstance(request.compare, AgainstPeriod):
            return self.days(request.compare.period)
        if isinstance(request.compare, PreviousPeriod) and request.compare.align == "weekday":
            return same_weekdays_before(period, self.days(period), conventions)
        other = last_year if isinstance(request.compare, LastYear) else previous
        return other(period, self.days(period), conventions)

    def share(self) -> str | None:
        given, asked = self.given.share_of, self.asked.share_of
        if given is None or asked is None:
            if given is asked:
                return None
            return (
                "the question asks for no share" if asked is None else "the question asks for a share, and the request does not"
            )
        same_whole = self.forms.conjuncts(given.where) == self.forms.conjuncts(asked.where)
        same = same_whole and self.forms.refs(given.by) == self.forms.refs(asked.by)
        return None if same else "the question asks for a share of another whole"

    def parameters(self) -> str | None:
        return None if self.given.parameters == self.asked.parameters else "the parameters are not what the question says"

    def order(self) -> str | None:
        """An order that nobody asked for changes nothing; one that was asked for has to be there."""
        if self.given.limit != self.asked.limit:
            return "the limit is not what the question says" if self.asked.limit else "the question names no limit"
        if not self.asked.order and self.asked.limit is None:
            return None
        return None if self._first(self.given) == self._first(self.asked) else "the order is not what the question says"

    def _first(self, request: MetricQuery) -> tuple[str, str, bool]:
        """What decides the order: the first column named, else time, else the first metric."""
        if request.order:
            first = request.order[0]
            whole = request.share_of is not None and not request.share_of.by
            part = "value" if first.part == "share" and whole else first.part
            return first.target.rpartition(".")[2], part, first.descending
        series = next((ref for ref in request.by if isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS), None)
        return (series.grain, "value", False) if series is not None else (request.metrics[0], "value", True)
