"""A metric query: its periods, its buckets, what it is compared with and what its shares are of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from oracle.model import Viewer, World
from oracle.truth.arithmetic import Number, less, names_in, over
from oracle.truth.check import Checker, Measure, covered_by, entities_named, has_parts, is_series, measures, whole
from oracle.truth.conditions import compared, read, read_ref
from oracle.truth.days import Asked, Days
from oracle.truth.kinds import Asking, Figures, Group, When, figures
from oracle.truth.refusals import Refusal, Unsure
from oracle.truth.scene import Scene
from oracle.truth.sight import Sight, sight_of
from oracle.truth.summed import columns_of, key_of, statistic, with_window
from oracle.truth.values import UNKNOWN
from oracle.truth.workspace import Plain

PARTS = ("value", "previous", "change", "growth")
Rows = dict[Group, list[Number]]


@dataclass
class Outcome:
    """What a request must give.

    Attributes:
        rows: By their groups: the figures of each metric, each with what it is compared with and its share.
        optional: Groups in which nothing was counted: a result may leave them out.
        refusals: Codes; if there are any, one of them must be the answer.
        may_refuse: Codes that would be right as well.
        columns: What each figure of a row is: a metric and its part.
        groups: What each cell of a group is.
        order: By what the rows are ordered, as asked.
        unsure: The rows hang on what is not laid down; such a case is not judged.
    """

    rows: Rows = field(default_factory=dict)
    optional: set[Group] = field(default_factory=set)
    refusals: set[str] = field(default_factory=set)
    may_refuse: set[str] = field(default_factory=set)
    columns: list[tuple[str, str]] = field(default_factory=list)
    groups: list[Plain] = field(default_factory=list)
    order: list[Plain] = field(default_factory=list)
    limit: int | None = None
    unsure: bool = False


def metric_query(world: World, request: Plain, viewer: Viewer) -> Outcome:
    """The answer to a request, by brute force."""
    if request.get("window"):
        covered = Query(world, request, viewer).covered
        world, request = with_window(world, request, covered.first if covered else None)
    return Query(world, request, viewer).outcome()


class Query:
    def __init__(self, world: World, request: Plain, viewer: Viewer) -> None:
        self.request = request
        self.sight: Sight = sight_of(world, viewer)
        self.scene = Scene.of(self.sight, request.get("parameters"))
        self.metrics: list[str] = list(request["metrics"])
        self.by: list[Plain] = [read_ref(each) for each in request.get("by", [])]
        where = request.get("where")
        self.where: tuple[Plain, ...] = () if where is None else (read(where),)
        self.compare: Plain | None = request.get("compare")
        self.share: Plain | None = request.get("share_of")
        self.each: Plain | None = request.get("of_each")
        self.measures = [
            each for name in self.metrics if name in self.sight.workspace.metrics for each in measures(self.sight, name)
        ]
        asked = [each for each in self.measures if each.asked]
        self.series = next((place for place, ref in enumerate(self.by) if is_series(self.sight, ref, asked)), None)
        self.assumed = self.request.get("period") is None
        self.all_rows = self.assumed and all(each.time is None for each in asked)

    def outcome(self) -> Outcome:
        if any(name not in self.sight.workspace.metrics for name in self.metrics):
            return Outcome(refusals={"unknown_metric"})
        if self.covered and self.covered.first > self.scene.calendar.as_of:
            return Outcome(unsure=True)
        if any(self._is_empty_digest(each) for each in self.measures):
            return Outcome(unsure=True)
        if not self.all_rows and not all(len(asked.days) for asked in self.asked()):
            # Only days that are still to come: nothing is laid down of them.
            return Outcome(unsure=True)
        codes = self.faults()
        if codes:
            return Outcome(refusals=codes)
        try:
            return self.answer()
        except Refusal as refusal:
            return Outcome(refusals=refusal.codes)
        except Unsure:
            return Outcome(unsure=True)

    def _is_empty_digest(self, measure: Measure) -> bool:
        """A derived dataset without rows: whether it covers the days of those that it reads is not laid down."""
        dataset = self.sight.dataset(measure.dataset)
        return bool(dataset.derived) and measure.time is not None and self.sight.covers(dataset.name, measure.time) is None

    def faults(self) -> set[str]:
        """Every fault that the request has."""
        try:
            codes = self.faults_of_names() | self.faults_of_time()
            return codes if self.all_rows else codes | self.faults_of_periods(self.asked())
        except Refusal as refusal:
            return refusal.codes

    def faults_of_names(self) -> set[str]:
        checker = Checker(self.sight)
        asked = [each for each in self.measures if each.asked]
        for measure in self.measures:
            checker.dataset(measure.dataset)
            for each in measure.where:
                checker.condition(each, measure)
        for measure in asked:
            for ref in self.by:
                checker.grouped(ref, measure)
            for each in self.where:
                checker.condition(each, measure, shared=True)
        for measure in asked if self.each else ():
            if self.each and self.each["entity"] in self.sight.workspace.entities:
                checker.entity(self.sight.dataset(measure.dataset), self.each["entity"])
        for name in self.metrics:
            for entity, dataset in entities_named(self.sight, name):
                checker.entity(self.sight.dataset(dataset), entity)
        if self.share:
            whole = self.share.get("where")
            for measure in asked:
                for ref in self.share.get("by", []):
                    checker.grouped(read_ref(ref), measure)
                if whole is not None:
                    checker.condition(read(whole), measure, shared=True)
            if not all(has_parts(self.sight, name) for name in self.metrics):
                checker.codes.add("share_of_ratio")
        unknown = set(self.request.get("parameters") or {}) - self._parameters()
        checker.differing()
        self.perhaps = checker.perhaps
        return checker.codes | ({"unknown_parameter"} if unknown else set())

    def _parameters(self) -> set[str]:
        """The parameters that the metrics depend on."""
        formulas = [
            self.sight.workspace.metrics[each].get("derived") for name in self.metrics for each in whole(self.sight, name)
        ]
        return {each for text in formulas if text for each in names_in(text)} - set(self.sight.workspace.metrics)

    def faults_of_time(self) -> set[str]:
        timeless = [each for each in self.measures if each.time is None and not self.sight.dataset(each.dataset).window]
        if any(each.timed and each.time is None for each in self.measures):
            return {"no_time"}
        if self.request.get("period") is not None and timeless:
            return {"no_time"}
        if self.compare and (timeless or (self.assumed and any(each.time is None for each in self.measures))):
            return {"no_time"}
        return set()

    @property
    def covered(self) -> Days | None:
        """From the first to the last day that the data of the request covers."""
        return covered_by(self.sight, self.measures)

    def asked(self) -> list[Asked]:
        """The periods, side by side; one where only one is asked."""
        period = self.request.get("period")
        if period is None:
            # Data without a time is asked as a whole, and what stands beside it too.
            whole = any(each.time is None for each in self.measures if each.asked)
            period = "all" if whole else self.sight.workspace.settings.get("default_period", {"unit": "year"})
        several = period["of"] if isinstance(period, dict) and "of" in period else [period]
        return [self.scene.calendar.asked(each, self.covered) for each in several]

    @property
    def side_by_side(self) -> bool:
        period = self.request.get("period")
        return isinstance(period, dict) and "of" in period

    def answer(self) -> Outcome:
        groups = [*([{"kind": "period"}] if self.side_by_side else []), *self.by]
        outcome = Outcome(groups=groups, order=list(self.request.get("order", [])), limit=self.request.get("limit"))
        outcome.columns = [(name, part) for name in self.metrics for part in self._parts()]
        if self.each:
            outcome.columns = [each for name in self.metrics for each in columns_of(name, self.each["statistics"])]
        if self.all_rows:
            self._add(outcome, (), None)
        else:
            periods = self.asked()
            outcome.may_refuse = self._nearly_before(periods[0]) | self._unclear() | self.perhaps
            labels = [asked.days.first for asked in periods]
            # Two periods of one name cannot be told apart here; and where there are no data, no bucket is inside them.
            nowhere = self.covered is None and (self.series is not None or self.side_by_side)
            outcome.unsure = len(set(labels)) < len(labels) or nowhere
            for asked, label in zip(periods, labels, strict=True):
                self._add(outcome, (label,) if self.side_by_side else (), asked)
        return ranked(outcome)

    def _parts(self) -> list[str]:
        return [*(PARTS if self.compare else ("value",)), *(("share",) if self.share else ())]

    def faults_of_periods(self, periods: list[Asked]) -> set[str]:
        """Periods that lie wholly outside the data are refused, and so is what they are compared with."""
        against_a_period = self.compare is not None and self.compare["kind"] == "period"
        codes = (
            {"bad_request"}
            if (self.compare and self.side_by_side) or (against_a_period and self.series is not None)
            else set[str]()
        )
        covered = self.covered
        if covered is None:
            return codes
        if any(not len(asked.days.cut(covered)) for asked in periods):
            return codes | {"outside_period", *(("no_earlier_period", "no_last_year") if self.compare else ())}
        if self.compare and not codes and not len(self._other(periods[0]).days.cut(covered)):
            return {"no_last_year" if self.compare["kind"] == "last_year" else "no_earlier_period"}
        return codes

    def _unclear(self) -> set[str]:
        """Refusals that are as good as an answer, where there are no data at all."""
        found: set[str] = set()
        if self.covered is None:
            found |= {"outside_period", "no_earlier_period", "no_last_year"}
        return found

    def _nearly_before(self, asked: Asked) -> set[str]:
        """Of a series either the buckets' own earlier days may be held against the data, or those of the period as a whole."""
        if self.series is None or not self.compare or self.covered is None:
            return set()
        whole = self._other_whole(asked)
        return set() if len(whole.days.cut(self.covered)) else {"no_last_year", "no_earlier_period"}

    def _other(self, asked: Asked) -> Asked:
        """What a period is compared with; of a series, all that its buckets are compared with."""
        assert self.compare
        calendar = self.scene.calendar
        if self.compare["kind"] == "period":
            return calendar.asked(self.compare["period"], self.covered)
        if self.series is not None:
            buckets = list(calendar.units(asked.days, self._grain))
            earlier = [self._earlier(bucket, bucket.cut(asked.days)) for bucket in buckets]
            earlier = [each for each in earlier if len(each)]
            # A leap day alone is compared with nothing.
            earlier = earlier or [calendar.bucket_before(buckets[0], self._grain, "last_year")]
            days = Days(min(each.first for each in earlier), max(each.last for each in earlier))
            return Asked(days, days)
        return self._other_whole(asked)

    def _other_whole(self, asked: Asked) -> Asked:
        assert self.compare
        calendar = self.scene.calendar
        if self.compare.get("align") == "weekday":
            return calendar.aligned(asked, self.compare["kind"])
        return calendar.previous(asked) if self.compare["kind"] == "previous" else calendar.last_year(asked)

    @property
    def _grain(self) -> str:
        assert self.series is not None
        return str(self.by[self.series].get("grain", "date"))

    def _earlier(self, bucket: Days, part: Days) -> Days:
        """The days of an earlier bucket that stand beside the asked part of one."""
        assert self.compare
        return self.scene.calendar.earlier_part(part, bucket, self._grain, self.compare["kind"])

    def _add(self, outcome: Outcome, label: Group, asked: Asked | None) -> None:
        """The rows of one period."""
        calendar = self.scene.calendar
        if self.series is None:
            when = When(None) if asked is None else When(asked.days, calendar.previous(asked).days, self.assumed)
            other = None
            if self.compare and asked:
                before = self._other(asked)
                other = When(before.days, calendar.previous(before).days)
            self._add_rows(outcome, label, when, other, when, None)
            return
        assert asked
        whole = When(asked.days, calendar.previous(asked).days, self.assumed)
        inside = asked.days.cut(self.covered or asked.days)
        for bucket in calendar.units(inside if self._alone(outcome) else asked.days, self._grain):
            part = bucket.cut(asked.days)
            other = None
            if self.compare:
                days = self._earlier(bucket, part)
                other = When(days, self._bucket_before(calendar.unit(days.first, self._grain)))
            self._add_rows(outcome, label, When(part, self._bucket_before(bucket)), other, whole, bucket)

    def _bucket_before(self, bucket: Days) -> Days:
        return self.scene.calendar.bucket_before(bucket, self._grain, "previous")

    def _add_rows(self, outcome: Outcome, label: Group, when: When, other: When | None, whole: When, bucket: Days | None) -> None:
        """The rows of some days, beside those of other days and parts of a whole; in a bucket, all rows are of that bucket."""
        by = tuple(self._within(ref, bucket) for ref in self.by)
        if self.each:
            self._add_statistics(outcome, label, when, by)
            return
        now = [figures(self.scene, name, Asking(when, by, self.where)) for name in self.metrics]
        then = [figures(self.scene, name, Asking(other, by, self.where)) for name in self.metrics] if other else []
        none_yet = (
            bucket is not None
            and other is not None
            and self.covered is not None
            and other.days is not None
            and (not len(other.days) or other.days.last < self.covered.first)
        )
        wholes = self._wholes(when, whole, bucket)
        groups = {group for each in (*now, *then) for group in each.of}
        sure = {group for each in (*now, *then) for group in each.sure}
        if bucket is not None and self._alone(outcome):
            groups.add((bucket.first,))
            if self.covered is not None:
                sure.add((bucket.first,))
        for group in groups:
            cells: list[Number] = []
            for place, current in enumerate(now):
                value = current.at(group)
                cells.append(value)
                if then:
                    earlier = None if none_yet else then[place].at(group)
                    cells += [earlier, less(value, earlier), over(less(value, earlier), earlier)]
                if wholes:
                    cells.append(over(value, wholes[place].at(self._kept(group))))
            full = tuple(map(shown, (*label, *group)))
            outcome.rows[full] = cells
            if group not in sure or (self._looks_back and bucket is not None and not self._is_inside(bucket)):
                outcome.optional.add(full)

    def _add_statistics(self, outcome: Outcome, label: Group, when: When, by: Group) -> None:
        """The figures of each one that has rows, summed up by group."""
        assert self.each
        keyed = (*by, key_of(self.each["entity"]))
        found = [figures(self.scene, name, Asking(when, keyed, self.where)) for name in self.metrics]
        members: dict[Group, list[Group]] = {} if by or label else {(): []}
        for group in {group for each in found for group in each.of}:
            if group[-1] is not None:
                members.setdefault(group[:-1], []).append(group)
        for group, ones in members.items():
            cells = [statistic(asked, [each.at(one) for one in ones]) for each in found for asked in self.each["statistics"]]
            outcome.rows[tuple(map(shown, (*label, *group)))] = cells

    @property
    def _looks_back(self) -> bool:
        """Whether a metric has a figure in buckets that have no data of their own."""
        kinds = {self.sight.workspace.kind(each) for name in self.metrics for each in whole(self.sight, name)}
        return bool(kinds & {"cumulative", "moving", "retention", "semi_additive"})

    def _is_inside(self, bucket: Days) -> bool:
        return self.covered is not None and bool(len(bucket.cut(self.covered)))

    def _alone(self, outcome: Outcome) -> bool:
        """A series by time alone shows all buckets inside the data; a ranking, and days of some weekdays, only those with rows."""
        return len(self.by) == 1 and not self.side_by_side and outcome.limit is None and not self._picks_days

    @property
    def _picks_days(self) -> bool:
        """Whether days are shown of which a condition of the request picks some by the day of the week."""
        picked = any(ref.get("grain") in ("weekday", "is_weekend") for where in self.where for ref in compared(where))
        return picked and self._grain == "date"

    def _within(self, ref: Plain, bucket: Days | None) -> Plain:
        """In a bucket of a series its own column is the same for all rows."""
        if bucket is None or ref != self.by[self.series or 0]:
            return ref
        return {"kind": "constant", "value": bucket.first}

    def _wholes(self, when: When, whole: When, bucket: Days | None) -> list[Figures]:
        """What the shares are of: it keeps the groups and conditions that it names, a bucket among them."""
        if not self.share:
            return []
        refs = [read_ref(each) for each in self.share.get("by", [])]
        kept_bucket = bucket is not None and self.by[self.series or 0] in refs
        by = tuple(self._within(ref, bucket if kept_bucket else None) for ref in refs)
        where = () if self.share.get("where") is None else (read(self.share["where"]),)
        return [figures(self.scene, name, Asking(when if kept_bucket else whole, by, where)) for name in self.metrics]

    def _kept(self, group: Group) -> Group:
        assert self.share
        return tuple(group[self.by.index(read_ref(each))] for each in self.share.get("by", []))


def shown(value: Any) -> Any:
    """A cell of a group as a reader sees it."""
    if value is None:
        return UNKNOWN
    return value.isoformat() if isinstance(value, date) else value


def name_of(ref: Plain) -> str:
    """The name of the column that a group stands in."""
    if ref["kind"] == "period":
        return "period"
    if ref["kind"] == "time":
        return f"{ref['field'].replace('.', '_')}_{ref['grain']}" if ref.get("field") else str(ref["grain"])
    return "meets" if ref["kind"] == "meets" else str(ref["name"]).rpartition(".")[2]


def heights(outcome: Outcome) -> dict[Group, tuple[Any, ...]]:
    """How high each row ranks by what it is ordered by; what is unknown comes last either way."""
    names = [name_of(ref) for ref in outcome.groups]
    order = outcome.order or [{"target": outcome.columns[0][0]}]
    columns: list[dict[Group, tuple[bool, Any]]] = []
    for by in order:
        column = (by["target"], by.get("part", "value"))
        if column in outcome.columns:
            place = outcome.columns.index(column)
            cells = {group: None if row[place] == UNKNOWN else row[place] for group, row in outcome.rows.items()}
        else:
            place = names.index(by["target"])
            cells = {group: None if group[place] == UNKNOWN else group[place] for group in outcome.rows}
        known = sorted({cell for cell in cells.values() if cell is not None})
        sign = -1 if by.get("descending", True) else 1
        columns.append({group: (cell is None, 0 if cell is None else sign * known.index(cell)) for group, cell in cells.items()})
    return {group: tuple(each[group] for each in columns) for group in outcome.rows}


def ranked(outcome: Outcome) -> Outcome:
    """A limit keeps every row that ranks that far, ties included."""
    if outcome.limit is None:
        return outcome
    found = heights(outcome)
    lowest = sorted(found.values())[: outcome.limit][-1:]
    outcome.unsure = outcome.unsure or bool(outcome.optional)
    outcome.rows = {group: row for group, row in outcome.rows.items() if [found[group]] <= lowest}
    return outcome
