"""The rule of a segment in words that, said again, give the same rule: what "defining by talking" reads is what it shows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from assistant.language.words import language_data
from assistant.wording.readings import Words
from assistant.wording.texts import fill
from semantic_layer.conditions import (
    And,
    AnyCondition,
    Compare,
    Did,
    EntityMetric,
    Field,
    In,
    InSegment,
    Not,
    Or,
    Range,
    Scaled,
    Tag,
    TimeBucket,
    parts_of,
)
from semantic_layer.periods import CalendarUnit, LastN, SinglePeriod

HOURS = 24


class RuleWords:
    """Words the rules of segments in one language."""

    def __init__(self, words: Words) -> None:
        self.words, self.language = words, words.language
        self.texts: dict[str, str] = words.texts["rules"]

    def rule(self, condition: AnyCondition, depth: int = 0) -> str:
        """The whole rule. Groups inside of groups stand in brackets."""
        match condition:
            case And(of=parts) | Or(of=parts):
                joint = self.texts[condition.kind if depth else f"{condition.kind}_outside"]
                told = joint.join(self.rule(part, depth + 1) for part in parts)
                return self._bracketed(told) if depth else told
            case Not(of=And() | Or() as inner):
                return self._fill("not_group", inner=self._bracketed(self.rule(inner)))
            case _:
                return self._single(condition)

    def _fill(self, code: str, **parts: Any) -> str:
        return " ".join(fill(self.language, "rules", code, **parts).split())

    def _bracketed(self, text: str) -> str:
        return fill(self.language, "rules", "bracket", inner=text)

    def _single(self, condition: AnyCondition) -> str:
        denied = isinstance(condition, Not)
        inner = condition.of if isinstance(condition, Not) else condition
        match inner:
            case InSegment(name=name, as_of=None):
                return self._fill("not_segment" if denied else "segment", name=self.words.name(name))
            case Did(within=None, count=1):
                return self._deed(inner, denied)
            case Compare(left=Tag(as_of=None) as tag, op="eq", right=True):
                return self._fill("not_true" if denied else "true", name=self.words.name(tag.name))
            case Compare(left=Tag(as_of=None) | Field() as ref, op="eq", right=bool() | int() | float() | str() as value):
                return self._state(ref, (value,), denied)
            case In(left=Tag(as_of=None) | Field() as ref, values=tuple() as values):
                return self._state(ref, values, denied)
            case Compare(left=Tag(as_of=None) as tag, op=op, right=int() | float() as value) if not denied and op in self.texts:
                return self._fill("bounded", what=self.words.name(tag.name), op=self.texts[op], value=self._number(tag, value))
            case Range(left=Tag(as_of=None) as tag, low=low, high=high) if not denied:
                return self._fill("between", what=self.words.name(tag.name), low=f"{low}", high=f"{high}", days="")
            case Compare(left=EntityMetric(rank=None) as ref, op=op) if not denied and op in self.texts:
                return self._figure(ref, op, inner.right)
            case Range(left=EntityMetric(rank=None) as ref, low=low, high=high) if not denied:
                return self._fill(
                    "between", what=self._counted(ref), low=f"{low}", high=f"{high}", days=self._days_of(ref.period)
                )
            case _:
                return self.words.condition(condition)

    # ---- states ------------------------------------------------------------------------------------------------------------

    def _state(self, ref: Tag | Field, values: tuple[Any, ...], denied: bool) -> str:
        told = self.texts["value_or"].join(self._value(ref, value) for value in values)
        if isinstance(ref, Tag) and self._is_number(ref):
            return self._fill("bounded", what=self.words.name(ref.name), op=self.texts["eq"], value=told)
        return self._fill("state_not" if denied else "state", what=self.words.name(ref.name), values=told)

    def _is_number(self, tag: Tag) -> bool:
        found = self.words.workspace.tag(tag.name)
        return found is not None and found.type in ("count", "decimal", "fraction")

    def _value(self, ref: Tag | Field, value: Any) -> str:
        """A value by its words; of a tag that takes the values of a field by the words of the field."""
        if isinstance(ref, Tag):
            profile = next((each for each in self.words.workspace.tags if each.name == ref.name), None)
            by = getattr(getattr(profile, "preference", None), "by", None) or getattr(profile, "attribute", None)
            own = {entry.value for entry in profile.values} if profile is not None else set()
            if value not in own and isinstance(by, Field):
                return self.words.value(by, value)
        return self.words.value(ref, value)

    def _number(self, ref: Tag | EntityMetric, value: Any) -> str:
        kinds = self.words.workspace
        found = kinds.tag(ref.name) if isinstance(ref, Tag) else kinds.metric(ref.metric)
        return f"{value * 100:.10g}%" if found is not None and found.type == "fraction" else f"{value:.12g}"

    # ---- figures and deeds -------------------------------------------------------------------------------------------------

    def _figure(self, ref: EntityMetric, op: str, right: Any) -> str:
        parts = {"what": self._counted(ref), "days": self._days_of(ref.period), "op": self.texts[op]}
        match right:
            case Scaled(factor=factor, ref=EntityMetric() as whole, plus=0.0):
                if whole == ref.model_copy(update={"where": None}) and ref.where is not None:
                    bare = self.words.metric(ref.metric)
                    shown = {"metric": bare, "rows": self._rows(ref.where, of=True), "part": f"{factor * 100:.10g}%"}
                    return self._fill("share", **shown, **parts)
                days = ref.period
                earlier = days.model_copy(update={"skip": days.n}) if isinstance(days, LastN) and days.unit == "day" else None
                if isinstance(days, LastN) and whole == ref.model_copy(update={"period": earlier}):
                    return self._fill("against_before", factor=f"{factor:g}", n=days.n, **parts)
            case int() | float():
                return self._fill("figure", value=self._number(ref, right), **parts)
            case _:
                pass
        return self.words.condition(Compare(left=ref, op=op, right=right))  # pyright: ignore[reportArgumentType]

    def _counted(self, ref: EntityMetric) -> str:
        rows = self._rows(ref.where, of=True) if ref.where is not None else ""
        return self._fill("counted", rows=rows, metric=self.words.metric(ref.metric)) if rows else self.words.metric(ref.metric)

    def _deed(self, did: Did, denied: bool) -> str:
        code = ("never" if did.period is None else "did_not") if denied else ("ever" if did.period is None else "did")
        rows = self._rows(did.where) if did.where is not None else ""
        return self._fill(code, verb=self._verb(did.dataset), rows=rows, days=self._days(did.period))

    def _verb(self, name: str) -> str:
        """The word for doing what the rows of a dataset record: one that tells of what has been done."""
        dataset = self.words.workspace.dataset(name)
        words = (getattr(dataset.verbs, self.language) or dataset.verbs.all()) if dataset is not None else ()
        past = language_data(self.language)["defining"]["past"]
        found = next((word for ending in past for word in words if word.split(" ")[0].endswith(ending)), None)
        if found is None and words:
            found = words[0]
        label = dataset.label_in(self.language) if dataset is not None else name
        return found or self._fill("with_records", label=label)

    def _days(self, period: SinglePeriod | None) -> str:
        if period is None:
            return self.texts["all_days"]
        if isinstance(period, LastN) and not period.skip:
            return self.texts["in_days"].format(days=self._last(period))
        if isinstance(period, CalendarUnit):
            ahead: dict[str, int] = language_data(self.language)["periods"].get(f"{period.unit}_ahead", {})
            named = [word for word, offset in ahead.items() if offset == period.offset]
            if named:
                return next((word for word in named if word.startswith(("this ", "last "))), named[0])
        return self._fill("in_period", days=Words(self.words.workspace, self.language).asked_period(period))

    def _days_of(self, period: SinglePeriod | None) -> str:
        """The days of a figure, worded so that no tag's name is made of both."""
        return self._days(period) if period is None else self._fill("days_of", days=self._days(period))

    def _last(self, period: LastN) -> str:
        return fill(self.language, "periods", f"last_{period.unit}", n=period.n)

    def _rows(self, where: AnyCondition, of: bool = False) -> str:
        """What narrows the rows: hours, days of the week, values by their words.

        Args:
            of: They follow a figure, and not a verb.
        """
        return self.texts["rows_and"].join(self._row(part, of) for part in parts_of(where))

    def _row(self, part: AnyCondition, of: bool) -> str:
        match part:
            case In(left=TimeBucket(grain="hour", field=None), values=tuple() as hours) if _is_run(hours):
                return self._fill("hours", first=hours[0], last=(int(hours[-1]) + 1) % HOURS or HOURS)
            case Compare(left=TimeBucket(grain="is_weekend", field=None), op="eq", right=bool() as weekend):
                return self.texts["weekend" if weekend else "workday"]
            case In(left=TimeBucket(grain="weekday", field=None), values=tuple() as days):
                names = language_data(self.language)["weekday"]
                return self.texts["value_or"].join(names[str(day)][0] for day in days)
            case Compare(left=Field() as field, op="eq", right=bool() | int() | float() | str() as value):
                return self._row_values(field, (value,), of)
            case In(left=Field() as field, values=tuple() as values):
                return self._row_values(field, values, of)
            case _:
                return self._bracketed(self.words.condition(part))

    def _row_values(self, field: Field, values: tuple[Any, ...], of: bool) -> str:
        told = self.texts["value_or"].join(self.words.value(field, value) for value in values)
        numbered = any(isinstance(value, int | float) for value in values)
        told = self._fill("row_value", field=self.words.name(field.name), values=told) if numbered else told
        return self._fill("of_rows", values=told) if of else told


def _is_run(hours: tuple[Any, ...]) -> bool:
    """Whether hours follow one another, over midnight too."""
    return all((int(earlier) + 1) % HOURS == later for earlier, later in pairwise(hours))
