"""Numbers, dates and values as people of a language write them."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from assistant.wording.texts import fill, templates
from semantic_layer.columns import UNKNOWN, Column

LEAST_PERCENT = 0.005
"""What two decimals would round to nothing."""


def unit_in(column: Column, language: str) -> str:
    """The unit's word; a currency code becomes the currency's name."""
    unit = column.unit.get(language)
    return templates(language)["currencies"].get(unit, unit)


def number(value: float | int, column: Column, language: str, signed: bool = False) -> str:
    """A number with separators, in percent where it is a fraction, with its unit."""
    sign = "+" if signed and value > 0 else ""
    if is_percent(column):
        return f"{sign}{_percent(float(value))}"
    if column.type == "count":
        text = f"{sign}{value:,.0f}"
    else:
        text = f"{sign}{value:,.2f}" if abs(value) >= 0.01 or value == 0 else f"{sign}{value:,.4f}"
    unit = unit_in(column, language)
    if unit and text.lstrip("+-") == "1":
        unit = _of_one(unit, language)
    return f"{text} {unit}" if unit else text


def _of_one(unit: str, language: str) -> str:
    """The word of a unit of which there is one: visit, person, visit per guest. Chinese has one for any number."""
    forms = templates(language).get("one")
    if forms is None:
        return unit
    words = unit.split(" ")
    last = next((place for place, word in enumerate(words) if word in forms["before"]), len(words)) - 1
    if last >= 0:
        words[last] = forms["words"].get(words[last]) or _without_ending(words[last], forms["endings"])
    return " ".join(words)


def _without_ending(word: str, endings: list[list[str]]) -> str:
    if not word.islower():  # a name or a sign: USD, GBs
        return word
    ending, instead = next((each for each in endings if word.endswith(each[0])), ("", ""))
    return word.removesuffix(ending) + instead


def _percent(value: float) -> str:
    """One decimal, below 1% two; what is tinier keeps its first digit, so that only nothing is called 0%."""
    percent = abs(value) * 100
    sign = "-" if value < 0 else ""
    if percent == 0 or 0 < percent < LEAST_PERCENT:
        return f"{sign}{_plain(percent, 1)}%"
    return f"{sign}{percent:,.{1 if percent >= 1 else 2}f}%"


def short(value: float | int, column: Column, language: str, digits: int = 3) -> str:
    """A number as an axis or the end of a bar has room for: 396K, 39.6万, 12.3%. Without its unit.

    Args:
        digits: Significant ones that are kept; a count below the first scale is written out.
    """
    if is_percent(column):
        return _percent(float(value))
    forms = templates(language)["short"]
    rounded = float(f"{value:.{digits}g}")
    scale = next((each for each in forms["scales"] if abs(rounded) >= max(each["of"], forms["from"])), None)
    if scale is not None:
        return f"{_plain(float(rounded) / scale['of'], digits)}{scale['sign']}"
    return f"{value:,.0f}" if column.type == "count" or abs(rounded) >= 1000 else _plain(rounded, digits)


def is_percent(column: Column) -> bool:
    """Whether its values are fractions that people read as percentages."""
    return column.type == "fraction" or column.role in ("growth", "share")


def _plain(value: float, digits: int) -> str:
    """Significant digits with separators, without an exponent or zeros at the end."""
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    decimals = max(0, digits - whole) if whole else digits + max(0, -math.floor(math.log10(abs(value))) - 1) if value else 0
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cell(value: Any, column: Column, language: str) -> str:
    """Any cell as text: numbers with units, time buckets by their grain, values by their words."""
    if value is None:
        return column.value_label(None, language) or column.value_label("None", language) or "–"
    if column.role in ("dimension", "key"):
        return dimension_value(value, column, language)
    return number(value, column, language) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def dimension_value(value: Any, column: Column, language: str) -> str:
    if value == UNKNOWN:
        return templates(language)["unknown"]
    days = column.value_label(value, language) if column.grain == "period" else None
    if days is not None:
        return days
    if column.grain is not None:
        return bucket(value, column.whole or column.grain, language)
    label = column.value_label(value, language) or column.value_label(str(value), language)
    if isinstance(value, bool) and not label:
        return templates(language)["yes" if value else "no"]
    return label if label else str(value)


def bucket(value: Any, grain: str, language: str) -> str:
    """A time bucket: November 2017, 周一, 21:00."""
    texts = templates(language)
    if grain == "hour":
        return fill(language, "periods", "hour", h=value)
    if grain == "weekday":
        return texts["weekdays"][str(value)]
    if grain == "is_weekend":
        return texts["weekend"]["true" if value else "false"]
    day = date.fromisoformat(str(value)[:10])
    if grain in ("date", "period"):
        return day_text(day, language)
    if grain == "week":
        return fill(language, "periods", "week_of", **_day_parts(day, language))
    if grain == "month":
        return fill(language, "periods", "month", **_day_parts(day, language))
    if grain in ("fiscal_quarter", "fiscal_year"):
        return fill(language, "periods", grain, **_day_parts(day, language))
    if grain == "quarter":
        return fill(language, "periods", "quarter", y=day.year, q=(day.month + 2) // 3)
    return fill(language, "periods", "year", y=day.year)


def day_text(day: date, language: str) -> str:
    return fill(language, "periods", "day", **_day_parts(day, language))


def _day_parts(day: date, language: str) -> dict[str, Any]:
    months = templates(language).get("months", {})
    return {"y": day.year, "m": day.month, "d": day.day, "month": months.get(str(day.month), day.month)}
