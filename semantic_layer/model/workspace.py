"""The workspace: everything an analyst defines, in one immutable value."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field as Constrained
from pydantic import field_validator

from semantic_layer.calendar import Conventions
from semantic_layer.frozen import Frozen
from semantic_layer.model.audiences import ExportRule, Suppression
from semantic_layer.model.datasets import Absent, Dataset, Entity, Field, NamedCondition
from semantic_layer.model.holidays import WEEKDAYS, AnyHoliday, Holiday
from semantic_layer.model.metrics import AnyMetric, Expectation, Metric, Parameter
from semantic_layer.model.policies import Role
from semantic_layer.model.profiles import ProfileDataset, ProfileOf, day_of_profile, profile_dataset
from semantic_layer.model.sources import Source
from semantic_layer.model.tags import AnyTag, Experiment, Segment, TagDefinition
from semantic_layer.periods import CalendarUnit, SinglePeriod
from semantic_layer.words import Definition, WordList, Words


class Settings(Definition):
    """The workspace's conventions.

    Attributes:
        time_zone: Business time; fields of time are expressed in it.
        as_of: What "today" means: the last day of the data, the clock, or a fixed date.
        week_start: The first day of a week.
        week_one: A day of the week that is number 1; without it weeks have ISO numbers.
        fiscal_year_start: The month in which a fiscal year begins; it is named by the calendar year in which it begins.
            Without it the business has no fiscal years of its own.
        default_period: The period of a question that names none.
        key_metrics: The first metrics of the business, best first: offered where a question names none.
    """

    time_zone: str = "UTC"
    as_of: Literal["latest", "today"] | date = "latest"
    week_start: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    week_one: date | None = None
    fiscal_year_start: int | None = Constrained(default=None, ge=1, le=12)
    default_period: SinglePeriod = CalendarUnit(unit="year")
    key_metrics: WordList = ()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"'{value}' is not a time zone; write it like Asia/Shanghai") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def first_weekday(self) -> int:
        return WEEKDAYS.index(self.week_start)

    @property
    def conventions(self) -> Conventions:
        """What a calendar needs to know."""
        return Conventions(self.first_weekday, self.fiscal_year_start or 1)


class AmbiguousTerm(Frozen):
    """A word that means several things here: asked back, unless the rest of the question decides.

    Attributes:
        readings: Names of metrics, tags, segments or conditions; `tag=value` for one value of a tag.
        prefer_with_period: The metric that is meant where a period is named.
        otherwise: The reading that is meant without one; without it the question is asked back.
    """

    words: Words
    readings: WordList = Constrained(min_length=2)
    prefer_with_period: str | None = None
    otherwise: str | None = None


class Question(Frozen):
    """A question shown to newcomers, in either language."""

    zh: str | None = None
    en: str | None = None


class Ignored(Frozen):
    """A finding of `huaxiang lint` that is meant so.

    Attributes:
        rule: The finding's code.
        about: Names or words that the finding must mention, all of them; none silences the whole rule.
        because: Why it is meant so.
    """

    rule: str
    about: WordList = ()
    because: str = Constrained(min_length=1)


class Workspace(Frozen):
    """All definitions. Lookups are by name; a renamed definition is found by its earlier names as well."""

    workspace: Settings
    sources: tuple[Source, ...] = ()
    entities: tuple[Entity, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    conditions: tuple[NamedCondition, ...] = ()
    terms: tuple[Definition, ...] = ()
    metrics: tuple[Metric, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    tags: tuple[TagDefinition, ...] = ()
    segments: tuple[Segment, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    roles: tuple[Role, ...] = ()
    holidays: tuple[AnyHoliday, ...] = ()
    ambiguous: tuple[AmbiguousTerm, ...] = ()
    absent: tuple[Absent, ...] = ()
    questions: tuple[Question, ...] = ()
    expect: tuple[Expectation, ...] = ()
    ignore: tuple[Ignored, ...] = ()
    content_hash: str = ""

    @property
    def name(self) -> str:
        return self.workspace.name

    def metric(self, name: str) -> AnyMetric | None:
        return self._metrics.get(name)

    def with_metrics(self, metrics: tuple[AnyMetric, ...]) -> Workspace:
        """The same definitions with more metrics: those that one request makes."""
        same = {name: getattr(self, name) for name in type(self).model_fields if name != "metrics"}
        return type(self).model_construct(**same, metrics=(*self.metrics, *metrics))

    def with_tags(self, tags: tuple[AnyTag, ...]) -> Workspace:
        """The same definitions with more tags: those that a training makes."""
        same = {name: getattr(self, name) for name in Workspace.model_fields if name != "tags"}
        return Workspace.model_construct(**same, tags=(*self.tags, *tags))

    def with_segments(self, segments: tuple[Segment, ...], content_hash: str) -> Workspace:
        """The same definitions with more segments: those that one viewer has defined.

        Args:
            content_hash: Of all of them together, since results and words depend on it.
        """
        same = {name: getattr(self, name) for name in type(self).model_fields if name not in ("segments", "content_hash")}
        return type(self).model_construct(**same, segments=(*self.segments, *segments), content_hash=content_hash)

    @cached_property
    def stored_names(self) -> tuple[str, ...]:
        """The names of datasets that are tables of the data; the others are worked out by each statement."""
        return tuple(each.name for each in self.datasets if each.derived is None and not isinstance(each, ProfileDataset))

    def with_dataset(self, dataset: Dataset) -> Workspace:
        """The same definitions with one more dataset: one that a request makes."""
        same = {name: getattr(self, name) for name in type(self).model_fields if name != "datasets"}
        return type(self).model_construct(**same, datasets=(*self.datasets, dataset))

    def dataset(self, name: str) -> Dataset | None:
        """A declared dataset, or the profile of an entity."""
        return self._datasets.get(name) or self._profiles.get(name) or self._profile_of_day(name)

    def profile(self, entity: str, as_of: date | None = None) -> ProfileDataset | None:
        """The tags and segments of an entity as a dataset; None where it has none, or where nothing says what its key is."""
        return next((each for each in self._profiles.values() if each.profile == ProfileOf(entity=entity, as_of=as_of)), None)

    def with_profiles(self, days: frozenset[date]) -> Workspace:
        """The same definitions with profiles as of other days as well; remembered for each set of days."""
        key = ("profiles", *sorted(day.isoformat() for day in days))
        if key not in self.memo:
            same = {name: getattr(self, name) for name in Workspace.model_fields}
            self.memo[key] = _WithProfiles.model_construct(**same, days=days)
        return self.memo[key]

    def entity(self, name: str) -> Entity | None:
        return self._entities.get(name)

    def entity_of_key(self, key: str) -> Entity | None:
        return next((entity for entity in self.entities if entity.key_name == key), None)

    def tag(self, name: str) -> AnyTag | None:
        return next((tag for tag in self.tags if name in (tag.name, *tag.was)), None)

    def segment(self, name: str) -> Segment | None:
        return next((segment for segment in self.segments if name in (segment.name, *segment.was)), None)

    def holiday(self, name: str) -> Holiday | None:
        return next((holiday for holiday in self.holidays if name in (holiday.name, *holiday.was)), None)

    def parameter(self, name: str) -> Parameter | None:
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    def role(self, name: str | None) -> Role | None:
        """A role by name; without a name the default one. A workspace without roles has one that may see everything."""
        if name is None:
            return next((role for role in self.roles if role.default), None) or (OPEN_ROLE if not self.roles else None)
        return next((role for role in self.roles if role.name == name), None)

    def homes_of(self, entity: str) -> tuple[Dataset, ...]:
        """The datasets that describe an entity: their grain is the entity's key."""
        return self._homes.get(entity, ())

    def declared_homes_of(self, entity: str) -> tuple[Dataset, ...]:
        """Those of them that are data; a profile is worked out from data, and what is asked of data is not asked of it."""
        return tuple(home for home in self.homes_of(entity) if not isinstance(home, ProfileDataset))

    @cached_property
    def memo(self) -> dict[tuple[str, ...], Any]:
        """Results that depend on this workspace alone, remembered for its life by those who work them out."""
        return {}

    @cached_property
    def _metrics(self) -> dict[str, AnyMetric]:
        return {name: metric for metric in self.metrics for name in (*metric.was, metric.name)}

    @cached_property
    def _datasets(self) -> dict[str, Dataset]:
        return {name: dataset for dataset in self.datasets for name in (*dataset.was, dataset.name)}

    @cached_property
    def _entities(self) -> dict[str, Entity]:
        return {entity.name: entity for entity in self.entities}

    def _profile_of_day(self, name: str) -> Dataset | None:
        """A profile that is called by its day."""
        day = day_of_profile(name)
        return self.with_profiles(frozenset({day})).dataset(name) if day is not None and day not in self.profile_days else None

    @property
    def profile_days(self) -> frozenset[date]:
        """The days besides "today" of which there are profiles."""
        return frozenset()

    @cached_property
    def _profiles(self) -> dict[str, ProfileDataset]:
        found: dict[str, ProfileDataset] = {}
        for entity in self.entities:
            described = {item.entity for item in (*self.tags, *self.segments)}
            keys = next((each.entities[entity.name] for each in self.datasets if entity.name in each.entities), None)
            if entity.name not in described or keys is None:
                continue
            homes = [each for each in self.datasets if set(each.grain) == set(each.entities.get(entity.name, ("",)))]
            own = {field.name: field for home in reversed(homes) for field in home.fields}
            for day in (None, *sorted(self.profile_days)):
                made = profile_dataset(entity, keys, self.tags, self.segments, own, day)
                found[made.name] = made
        return found

    @cached_property
    def _homes(self) -> dict[str, tuple[Dataset, ...]]:
        homes: dict[str, tuple[Dataset, ...]] = {}
        for dataset in (*self.datasets, *self._profiles.values()):
            for entity, columns in dataset.entities.items():
                if dataset.grain and set(dataset.grain) == set(columns):
                    homes[entity] = (*homes.get(entity, ()), dataset)
        return homes

    def dimension_fields(self) -> tuple[tuple[Dataset, Field], ...]:
        """Every declared field with its dataset, in the analyst's order."""
        return tuple((dataset, field) for dataset in self.datasets for field in dataset.fields)


class _WithProfiles(Workspace):
    """A workspace with profiles as of further days: those that one request names."""

    days: frozenset[date] = frozenset()

    @property
    def profile_days(self) -> frozenset[date]:
        return self.days


OPEN_ROLE = Role(name="everyone", default=True, export=ExportRule(ids="raw", sensitivity="restricted"))
