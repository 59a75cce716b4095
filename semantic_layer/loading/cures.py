"""What would be right, for values that a type refuses: the cures of the errors that pydantic and the types report."""

from __future__ import annotations

from pydantic_core import ErrorDetails

FROM_KIND: dict[str, str] = {
    "string_type": "Write a text; one that looks like a number or a date stands in quotes.",
    "string_too_short": "Write a text.",
    "string_pattern_mismatch": "A name is made of letters, digits and _, and does not begin with a digit.",
    "int_type": "Write a whole number.",
    "int_parsing": "Write a whole number.",
    "int_from_float": "Write a whole number.",
    "float_type": "Write a number.",
    "float_parsing": "Write a number.",
    "bool_type": "Write true or false.",
    "bool_parsing": "Write true or false.",
    "date_type": "Write a date like 2025-01-31.",
    "date_parsing": "Write a date like 2025-01-31.",
    "date_from_datetime_parsing": "Write a date like 2025-01-31.",
    "tuple_type": "Write a list: [first, second].",
    "list_type": "Write a list: [first, second].",
    "dict_type": "Write a mapping: {key: value}.",
    "model_type": "Write a mapping: {key: value}.",
    "model_attributes_type": "Write a mapping: {key: value}.",
    "too_short": "Name more of them.",
    "too_long": "Name fewer of them.",
    "greater_than": "Write a larger number.",
    "greater_than_equal": "Write a larger number.",
    "less_than": "Write a smaller number.",
    "less_than_equal": "Write a smaller number.",
}
"""By the kind of pydantic's error."""

CONDITION = "Write it like {field: city, is: Paris}, with not, in, between, missing, at_least or less_than instead of is."
PERIOD = "Write it like {start: 2025-01-01, end: 2025-01-31}, {n: 30, unit: day}, {unit: month} or all."

YEAR_DAY = "Write month and day, like 12-25."

FROM_WORDS: tuple[tuple[str, str], ...] = (
    ("needs an expr", "Name the column or expression that is aggregated, as 'expr:'."),
    ("only count_distinct takes several", "Name one expression, or count combinations with agg: count_distinct."),
    ("percentile: belong together", "Write both, such as agg: percentile with percentile: 0.9."),
    ("has a source or is derived", "Keep 'source:' or 'derived:'."),
    ("has a time or a window", "Keep 'time:' or 'window:'."),
    ("a window has last", "Write last: 28 with unit: day, or to_date: year."),
    ("a metric is defined by one of", "Say how it is computed, such as agg: sum with dataset: and expr:."),
    ("a tag is defined by one of", "Say where its value comes from, such as rules: or measure:."),
    ("a condition needs", CONDITION),
    ("is not a time zone", "Write it like Asia/Shanghai."),
    ("has a package or a script", "Keep 'package:' or 'script:'."),
    ("a script is a .py file", "Name one like generate.py, without a folder."),
    ("a script writes single files", "Name one file without a folder, such as orders.parquet."),
    ("a source is a", "Name a file of one of these kinds as 'file:'."),
    ("a period needs", PERIOD),
    ("only the last step can be absent", "Put it last, or take out absent: true."),
    ("a step is absent within", "Add within_days: to the sequence, such as within_days: 30."),
    ("the period ends", "Write the earlier day as 'start:'."),
    ("is not a number of days", "Write it like 2 days."),
    ("is not a month and a day", YEAR_DAY),
    ("is not a day of every year", f"{YEAR_DAY} What only some years have goes under 'dates:', year by year."),
    ("the holiday ends", "Write the earlier day as 'start:'."),
    ("says when it is more than once", "Keep one of them."),
    ("of a holiday belong together", "Write both, such as start: 10-01 with end: 10-07."),
)
"""By words of a message of our own types."""

FIELD = "Name a field, such as city or sold_on.month."
FROM_KEY: dict[str, str] = {
    **dict.fromkeys(("where", "rule", "when", "rows", "no_row"), CONDITION),
    **dict.fromkeys(("period", "default_period"), PERIOD),
    **dict.fromkeys(("by", "attribute"), FIELD),
    "day": YEAR_DAY,
    "dates": "Write the days of each year, like {2025: 2025-11-27}.",
    "as_of": "Write latest, today or a date like 2025-01-31.",
}
"""By the key of a value that has several spellings, none of which it is."""

OTHERWISE = "docs/workspace.md says how it is written."


def cure_of(details: ErrorDetails, key: str) -> str:
    """The cure of a value that its type refused."""
    kind, message = details["type"], details["msg"]
    if key in FROM_KEY and kind != "value_error":
        return FROM_KEY[key]
    if kind in FROM_KIND:
        return FROM_KIND[kind]
    return next((cure for words, cure in FROM_WORDS if words in message), OTHERWISE)


def said_of(details: ErrorDetails, key: str) -> str:
    """What is wrong with a value, in words for people: our types' own, or that it cannot be what it is."""
    if details["type"] == "value_error":
        return details["msg"].removeprefix("Value error, ").partition("; ")[0]
    if details["type"].startswith("union_tag"):
        return f"'{key}' cannot be read"
    if details["type"] == "too_short":
        return f"'{key}' names too few"
    return f"'{key}' cannot be {_short(details['input'])}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
