"""Hours of the day: after 9 pm, 12:00 to 13:59, 晚上9点后. They are whole; "after" runs to the day's end, a night to 4:59."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from assistant.language.meanings import HoursTerm, Span
from assistant.language.numbers import han_number, word_number
from assistant.language.text import Question
from assistant.language.words import language_data

NIGHT_BEGINS, NIGHT_ENDS = 21, 4
"""A night that begins at nine runs to 4:59: its hours belong to one evening."""


def hour_spans(question: Question) -> list[Span]:
    """All times of day, with "after", "before" and ranges made of them."""
    ends = {token.end: index + 1 for index, token in enumerate(question.tokens)}
    starts = {token.start: index for index, token in enumerate(question.tokens)}
    spans: list[Span] = []
    for language in ("zh", "en"):
        for match in _pattern(language).finditer(question.text):
            hours = _hours(match, language)
            if hours and match.start() in starts and match.end() in ends:
                spans.append(Span(starts[match.start()], ends[match.end()], (HoursTerm(hours),)))
    return spans


@lru_cache(maxsize=2)
def _pattern(language: str) -> re.Pattern[str]:
    """One time, or two with a range word, with "before" and "after" words around it."""
    clock = language_data(language)["clock"]
    form: str = clock["form"].replace("{part}", _either(clock["parts"])).replace("{named}", _either(clock["named"]))
    one, two = _numbered(form, "a"), _numbered(form, "b")
    to = f" ?(?:{_either(clock['range'])}) ?"
    if language == "zh":
        after, before = f"(?P<after>{_either(clock['after'])})?", f"(?P<before>{_either(clock['before'])})?"
        ended = _either([*clock["before"], "之间", "期间"])
        return re.compile(rf"(?<![\d:月年])(?:从)?(?:{one})(?:{to}(?:{two})(?:{ended})?|{after}{before})(?![\d:分])")
    opened = f"(?:(?:between|from) )?(?:(?P<after>{_either(clock['after'])}) )?(?:(?P<before>{_either(clock['before'])}) )?"
    return re.compile(rf"(?<![a-z\d:])(?:{opened})(?:{one})(?:{to}(?:{two}))?(?![a-z\d]|:\d)")


def _numbered(form: str, suffix: str) -> str:
    return re.sub(r"\(\?P<(\w+)>", lambda m: f"(?P<{m[1]}_{suffix}>", form)


def _either(words: Any) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _hours(match: re.Match[str], language: str) -> tuple[int, ...] | None:
    groups = match.groupdict()
    first = _hour(groups, "a", language)
    if first is None:
        return None
    second = _hour(groups, "b", language)
    if second is not None:
        ends_on_the_hour = not _minutes(groups, "b")
        last = second - 1 if ends_on_the_hour and second != first else second
        return _run(first, last)
    if groups.get("after"):
        return _run(first, NIGHT_ENDS if first >= NIGHT_BEGINS else 23)
    if groups.get("before"):
        return _run(0, first - 1) if first > 0 else None
    return (first,)


def _run(first: int, last: int) -> tuple[int, ...]:
    """Hours from first to last, over midnight where the last is smaller."""
    return tuple(hour % 24 for hour in range(first, (last if last >= first else last + 24) + 1))


def _minutes(groups: dict[str, str | None], suffix: str) -> int:
    text = groups.get(f"min_{suffix}") or groups.get(f"min2_{suffix}")
    return int(text) if text else 0


def _hour(groups: dict[str, str | None], suffix: str, language: str) -> int | None:
    text = groups.get(f"h_{suffix}") or groups.get(f"h2_{suffix}")
    named = groups.get(f"named_{suffix}")
    if named:
        return int(language_data(language)["clock"]["named"][named])
    if not text:
        return None
    hour = int(text) if text.isdigit() else word_number([text]) if text.isascii() else han_number(text)
    if hour is None or hour > 24:
        return None
    part = groups.get(f"part_{suffix}")
    if suffix == "b" and part is None:
        part = groups.get("part_a")
    return _on_the_clock(hour, part, language) % 24


def _on_the_clock(hour: int, part: str | None, language: str) -> int:
    if part is None or hour > 12:
        return hour
    plain = part.replace(".", "").strip()
    if plain in ("am", "pm"):
        return hour % 12 + (12 if plain == "pm" else 0)
    side = language_data(language)["clock"]["parts"].get(plain) or next(
        (side for word, side in language_data("en")["clock"]["parts"].items() if plain.endswith(word)), None
    )
    if side in ("afternoon", "evening"):
        return hour + 12 if hour < 12 else (0 if side == "evening" else 12)
    if side == "noon":
        return hour + 12 if hour < 6 else hour
    return hour % 12 if side == "morning" and hour == 12 else hour
