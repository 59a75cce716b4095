"""What the words of one condition are, each in its place; a word that has none keeps the condition from being read."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.language.meanings import (
    ConditionTerm,
    DatasetTerm,
    FieldTerm,
    GrainTerm,
    HoursTerm,
    MetricTerm,
    PeriodTerm,
    SegmentTerm,
    TagTerm,
    TagValueTerm,
    ValueTerm,
    VerbTerm,
    WeekdaysTerm,
    WeekendTerm,
)
from assistant.planner.defining.parts import Part, said
from assistant.planner.draft import BOUNDS, Item
from semantic_layer.conditions import AnyCondition, Compare, Field, In, TimeBucket, refs_of
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.profiles import profile_name
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import CalendarUnit, EachPeriod, LastN, SinglePeriod
from semantic_layer.reach import home_dataset, reaches
from semantic_layer.tag_parts import population

IGNORED = (
    "filler", "stop", "relative", "which", "restricts", "inside", "classifier", "this", "refer", "money", "quantity", "whole",
    "list", "follow",
)  # fmt: skip
SAYS_MORE = (
    "only", "most", "least", "best", "worst", "top", "bottom", "ranking", "average", "median", "first_time", "growth", "decline",
    "half", "double", "triple", "halved", "others", "unknown", "comparative_up", "comparative_down", "forecast", "vague",
    "single", "nothing_else", "misses", "same_days", "minimum", "maximum", "cumulative",
)  # fmt: skip
"""What a word may say besides being one that is passed over; then it is not passed over."""
PASSED = ("passed_over", "equal", "member", "records")
UNITS = {"date": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year"}


@dataclass
class Slots:
    """One condition, word by word.

    Attributes:
        denied: The words that deny it.
        rows: What the rows that count must meet: hours, days of the week.
        own: Conditions with a name of their own on what describes the entity.
        values: Values with the part they stand in; of a tag, or of a field of the rows or of the entity.
        unit: The calendar unit behind the quantity: 60 天.
        ago: Days in "60 days ago".
        within, past: The days of the quantity are the last ones, or lie before them: 30 天内, 30 天前.
        ever: The words say that all days count.
        act: They say that something was done, and not what; a faint word only fills in elsewhere (来).
        left: What has no place.
    """

    parts: list[Part]
    denied: list[Part] = field(default_factory=list[Part])
    periods: list[SinglePeriod] = field(default_factory=list[SinglePeriod])
    shared: SinglePeriod | None = None
    segments: list[str] = field(default_factory=list[str])
    tags: list[str] = field(default_factory=list[str])
    own: list[AnyCondition] = field(default_factory=list[AnyCondition])
    values: list[Part] = field(default_factory=list[Part])
    metrics: list[Item] = field(default_factory=list[Item])
    verbs: list[str] = field(default_factory=list[str])
    fields: list[str] = field(default_factory=list[str])
    others: list[Part] = field(default_factory=list[Part])
    rows: list[AnyCondition] = field(default_factory=list[AnyCondition])
    quantities: list[Part] = field(default_factory=list[Part])
    unit: str | None = None
    ago: int | None = None
    bound: Part | None = None
    times: bool = False
    share: bool = False
    last: bool = False
    before: bool = False
    fold: bool = False
    within: bool = False
    past: bool = False
    ever: bool = False
    act: bool = False
    faint: bool = False
    left: list[Part] = field(default_factory=list[Part])

    @property
    def days(self) -> SinglePeriod | None:
        """The days that are said, or shared with a neighbour; None for all days."""
        if self.periods:
            return self.periods[0]
        return None if self.ever else self.shared


def slots_of(parts: list[Part], entity: str, workspace: Workspace) -> Slots:
    slots = Slots(parts)
    for at, part in enumerate(parts):
        match part.kind:
            case "quantity":
                slots.quantities.append(part)
                slots.times = slots.times or any(item.word("once", "twice") for item in part.items)
                following = parts[at + 1] if at + 1 < len(parts) else None
                if part.percent and following is not None and following.text.lower() == "of":
                    slots.share = True  # "30% of their orders"
            case "values":
                slots.values.append(part)
            case "word":
                _word(slots, part, entity, workspace)
            case _:
                slots.left.append(part)
    return slots


def _word(slots: Slots, part: Part, entity: str, workspace: Workspace) -> None:
    item = part.item
    period = item.get(PeriodTerm)
    if period is not None and not isinstance(period.period, EachPeriod):
        _days(slots, part, period.period)
    elif item.get(HoursTerm) is not None or item.get(WeekendTerm) is not None or item.get(WeekdaysTerm) is not None:
        slots.rows.append(_of_rows(item))
    elif item.get(ConditionTerm) is not None and not item.get(MetricTerm) and not item.get(VerbTerm):
        named = next(each for each in workspace.conditions if each.name == item.all(ConditionTerm)[0].name)
        own = all(isinstance(ref, Field) and describes(workspace, entity, ref.name) for ref in refs_of(named.where))
        (slots.own if own else slots.rows).append(named.where)
    elif item.get(SegmentTerm) is not None:
        slots.segments.append(item.all(SegmentTerm)[0].name)
    elif item.get(TagTerm) is not None:
        slots.tags.append(item.all(TagTerm)[0].name)
    elif any(term.entity == entity for term in item.all(FieldTerm)):
        return  # who it is about
    elif item.get(VerbTerm) is not None and not _says_an_amount(item, slots.parts):
        slots.verbs += [term.dataset for term in item.all(VerbTerm) if _has(workspace, term.dataset, entity)][:1]
        if not slots.verbs:
            slots.left.append(part)
    elif item.get(MetricTerm) is not None:
        slots.metrics.append(item)
    elif item.get(DatasetTerm) is not None:
        slots.verbs.append(item.all(DatasetTerm)[0].dataset)
    elif any(term.entity is None for term in item.all(FieldTerm)):
        slots.fields += [term.name for term in item.all(FieldTerm) if term.entity is None]
    elif item.get(FieldTerm) is not None:
        slots.others.append(part)
    elif item.get(GrainTerm) is not None:
        _unit(slots, part)
    else:
        _of_language(slots, part)


def _says_an_amount(item: Item, parts: list[Part]) -> bool:
    """A word that is both a deed and a figure is the figure beside a number that counts no times."""
    bounded = any(part.kind == "quantity" for part in parts)
    times = any(part.kind == "word" and part.item.word("times", "once", "twice") for part in parts)
    return item.get(MetricTerm) is not None and bounded and not times


def describes(workspace: Workspace, entity: str, name: str) -> bool:
    """Whether a field says something of each one of an entity; one without tags has no profile yet."""
    profile = profile_name(entity)
    if workspace.dataset(profile) is not None:
        return reaches(workspace, profile, name)
    return home_dataset(workspace, name) in workspace.declared_homes_of(entity)


def _has(workspace: Workspace, dataset: str, entity: str) -> bool:
    found = workspace.dataset(dataset)
    return found is not None and entity in found.entities


def _days(slots: Slots, part: Part, period: SinglePeriod) -> None:
    if part.shared:
        slots.shared = period
    elif isinstance(period, CalendarUnit) and period.unit == "day" and period.offset < 0 and part.text.lower().endswith("ago"):
        slots.ago = -period.offset
    else:
        slots.periods.append(period)


def _unit(slots: Slots, part: Part) -> None:
    term = part.item.all(GrainTerm)[0]
    if slots.quantities and term.grain in UNITS and term.field is None and slots.unit is None:
        slots.unit = UNITS[term.grain]
    else:
        slots.left.append(part)


def _of_language(slots: Slots, part: Part) -> None:
    item = part.item
    if said(item, "ever"):
        slots.ever = True
        if item.word("never", "not"):
            slots.denied.append(part)
    elif item.word("not", "never") and not item.word("filler"):
        slots.denied.append(part)
    elif item.word("last_time") or (item.word("bottom") and item.text.lower() in ("last", "最后")):
        slots.last = True
    elif said(item, "since_last") and slots.last:
        return
    elif said(item, "more_than_ago") and slots.last:
        slots.past = True
    elif item.word("times") and (not said(item, "fold") or not slots.before):
        slots.times = True
        slots.fold = said(item, "fold")
    elif item.word("share"):
        slots.share = True
    elif item.word("previous"):
        slots.before = True
    elif said(item, "fold"):
        slots.fold = True
    elif said(item, "days_before"):
        slots.before = True
    elif item.word(*BOUNDS) and not item.word("filler"):
        slots.bound = part
    elif said(item, "within") and slots.unit is not None:
        slots.within = True
    elif any(said(item, name) for name in PASSED):
        return
    elif item.word("act"):
        slots.act, slots.faint = True, item.word("filler")
    elif item.is_word and item.span.meanings and item.word(*IGNORED) and not item.word(*SAYS_MORE):
        return
    else:
        slots.left.append(part)


def _of_rows(item: Item) -> AnyCondition:
    hours, weekend, weekdays = item.get(HoursTerm), item.get(WeekendTerm), item.get(WeekdaysTerm)
    if hours is not None:
        return In(left=TimeBucket(grain="hour"), values=hours.hours)
    if weekend is not None:
        return Compare(left=TimeBucket(grain="is_weekend"), op="eq", right=weekend.value)
    assert weekdays is not None
    return In(left=TimeBucket(grain="weekday"), values=weekdays.days)


def metrics_of(item: Item, entity: str, workspace: Workspace) -> list[str]:
    """The metrics that a word may mean of each one of an entity: nouns before verbs."""
    terms = item.all(MetricTerm)
    own = [
        term
        for term in terms
        if (bases := base_datasets(workspace, term.name)) and all(_has(workspace, dataset, entity) for dataset in bases)
    ]
    names = list(dict.fromkeys([term.name for term in own if not term.weak] or [term.name for term in own]))
    # A word that several figures share is that of what makes somebody one of them at all.
    home = population(entity, workspace)
    return [name for name in names if home in base_datasets(workspace, name)] or names


def last_days(number: float, unit: str) -> LastN:
    return LastN(n=int(number), unit=unit)  # pyright: ignore[reportArgumentType]


def is_value_of(part: Part, tag: str) -> list[TagValueTerm]:
    return [term for term in part.values if isinstance(term, TagValueTerm) and term.tag == tag]


def field_values(part: Part) -> dict[str, list[ValueTerm]]:
    """The values of fields in a part, by field; those that somebody gave words to before others."""
    found: dict[str, list[ValueTerm]] = {}
    declared = any(isinstance(term, ValueTerm) and term.declared for term in part.values)
    for term in part.values:
        if isinstance(term, ValueTerm) and (term.declared or not declared):
            found.setdefault(term.field, []).append(term)
    return found
