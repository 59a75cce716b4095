"""A number that only says once more how many groups there are: "the three kinds of fair", 四个季度, "both brands".

It narrows nothing where it is the number of the values, or of the parts of the asked days; else it is not understood.
"""

from __future__ import annotations

from assistant.planner.draft import Draft, Item
from assistant.planner.rules.asked import span_of, units_in
from assistant.planner.rules.grouping import name_of
from semantic_layer.calendar import UNITS, aligned_unit
from semantic_layer.conditions import Field, FieldRef, TimeBucket
from semantic_layer.requests import AgainstPeriod

SIDES = ("asked", "compared with")
CYCLES = {"weekday": 7, "hour": 24, "is_weekend": 2}


def read_restated(draft: Draft) -> None:
    """Claims a number before the dimension whose groups it counts."""
    for number in draft.items:
        after, term = draft.after(number), number.number
        if not number.free or term is None or term.percent or after is None or not (after.role or "").startswith("by "):
            continue
        counted = [ref for ref in draft.by if after.role == f"by {name_of(ref)}"]
        if counted and _counts_days_before(draft, number, counted):
            draft.claim("counts the days", number, after)
            draft.by = [ref for ref in draft.by if ref not in counted]
        elif counted and all(_has_groups(draft, ref, term.value) for ref in counted):
            draft.claim("counts the groups", number)
        elif _counts_compared(draft, counted, term.value):
            # 十月比九月高吗,两个月各是多少: the days that are compared, which are side by side already
            draft.claim("counts what is compared", number)
            draft.by = [ref for ref in draft.by if ref not in counted]
    _both(draft)


def _counts_days_before(draft: Draft, number: Item, counted: list[FieldRef]) -> bool:
    """12月19日到25日（共7天）: how many days the period before has, in a remark, or "in all"."""
    said = False
    before = draft.touching(number, -1)
    while before is not None and (before.light or before.word("sum") or before.text in ("(", "（", ",", "，")):
        said = said or before.word("sum") or before.text in ("(", "（")
        before = draft.touching(before, -1)
    told = said and before is not None and before.role == "period"
    return told and all(isinstance(ref, TimeBucket) and _has_groups(draft, ref, number.number.value) for ref in counted)  # pyright: ignore[reportOptionalMemberAccess]


def _counts_compared(draft: Draft, counted: list[FieldRef], number: float) -> bool:
    """Whether the groups are the two periods that are compared."""
    if number != len(SIDES) or len(draft.periods) != 1 or not isinstance(draft.compare, AgainstPeriod) or len(counted) != 1:
        return False
    bucket, conventions = counted[0], draft.today.settings.conventions
    units = {aligned_unit(span_of(days, draft), conventions) for days in (*draft.periods, draft.compare.period)}
    return isinstance(bucket, TimeBucket) and units == {UNITS.get(bucket.grain)}


def _both(draft: Draft) -> None:
    """ "Both brands": two of them, which is understood where there are two."""
    for word in draft.words("both"):
        noun = draft.touching(word, 1)
        named = noun is not None and (noun.role or "").startswith("by ")
        if not named or noun is None or not word.text.isascii():
            continue
        refs = [ref for ref in draft.by if isinstance(ref, Field) and noun.role == f"by {ref.name}"]
        if any(not _has_groups(draft, ref, 2) for ref in refs):
            draft.beyond = ("unbound_word", {"text": word.text})


def _has_groups(draft: Draft, ref: FieldRef, number: float) -> bool:
    if isinstance(ref, TimeBucket):
        return number == (CYCLES.get(ref.grain) or _parts_of_days(draft, ref))
    if not isinstance(ref, Field):
        return False
    known = {str(value) for value in draft.lexicon.values.get(ref.name, ())}
    known |= {
        str(each.value) for _, field in draft.workspace.dimension_fields() if field.name == ref.name for each in field.values
    }
    return len(known) == number


def _parts_of_days(draft: Draft, bucket: TimeBucket) -> int:
    """How many buckets the asked days have; periods that are listed are counted themselves."""
    if len(draft.periods) > 1:
        return len(draft.periods)
    days = span_of(draft.periods[0] if draft.periods else draft.workspace.workspace.default_period, draft)
    return units_in(draft, bucket.grain, days)
