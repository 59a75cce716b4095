"""Patterns of the data files as regular expressions, and what the slots of a match hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assistant.language.numbers import han_number, word_number
from assistant.language.text import Question
from assistant.language.words import language_data
from semantic_layer.periods import Unit

LANGUAGES = ("zh", "en")

AGAIN = ("2", "3")

Place = tuple[int, int]
"""The tokens from and to which something stands."""


@dataclass(frozen=True)
class Pattern:
    """One form of a data file, ready to be looked for; `reads` names what it means."""

    regex: re.Pattern[str]
    reads: str
    language: str


@lru_cache(maxsize=1)
def period_patterns() -> tuple[Pattern, ...]:
    """The patterns of periods that are the same for every workspace."""
    return compiled("patterns")


def compiled(table: str, **words: str) -> tuple[Pattern, ...]:
    """The patterns of a table of both languages.

    Args:
        words: Slots of the caller's own, each with the alternatives that fill it.
    """
    found: list[Pattern] = []
    for language in LANGUAGES:
        data = language_data(language)
        for entry in data["periods"][table]:
            regex = re.compile(_slots(entry["form"], data, language, words))
            found.append(Pattern(regex, entry["reads"], language))
    return tuple(found)


def _slots(form: str, data: dict[str, Any], language: str, words: dict[str, str]) -> str:
    """A data file's pattern as a regular expression; each slot becomes a named group."""
    periods, units = data["periods"], data["units"]
    number = (
        r"\d{1,4}|[零〇一二两三四五六七八九十百]{1,5}"
        if language == "zh"
        else either(language_data("en")["numerals"]["words"]) + r"|\d{1,4}"
    )
    month = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]" if language == "zh" else r"1[0-2]|0?[1-9]"
    day = r"3[01]|[12]\d|0?[1-9]" + (r"|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]" if language == "zh" else "")
    slots = {
        "{n}": f"(?P<n>{number})",
        "{unit}": f"(?P<unit>{either([word for words in units.values() for word in words])})",
        "{y}": r"(?P<y>(?:19|20)\d{2}|二[〇零]\d{2}|(?:二[〇零一二三四五六七八九]{3}))",
        "{m}": f"(?P<m>{month})",
        "{d}": f"(?P<d>{day})",
        "{q}": "(?P<q>[1-4一二三四])",
        "{month}": f"(?P<month>{either(periods['month_names'])})" if periods["month_names"] else "(?!)",
        "{season}": f"(?P<season>{either(periods['seasons'])})",
        "{ordinal}": f"(?P<ordinal>{either(periods['ordinals'])})",
        "{nth}": f"(?P<nth>{either(periods['nth'])})",
        "{third}": f"(?P<third>{either(periods['third'])})",
        "{half_of_month}": f"(?P<half_of_month>{either(periods['half_of_month'])})",
        "{weekday}": f"(?P<weekday>{either([word for words in data['weekday'].values() for word in words])})",
        "{which_year}": f"(?P<which_year>{either(periods['which_year'])})",
        "{which}": f"(?P<which>{either(periods['which'])})",
    }
    # A group has one name in a pattern; a slot that is possible at several places of it is numbered there.
    slots |= {
        f"{slot[:-1]}{again}}}": group.replace(f"<{slot[1:-1]}>", f"<{slot[1:-1]}{again}>")
        for slot, group in slots.items()
        for again in AGAIN
    }
    slots |= {f"{{{name}}}": f"(?P<{name}>{alternatives})" for name, alternatives in words.items()}
    for slot, group in slots.items():
        form = form.replace(slot, group)
    bounded = form if language == "zh" else rf"(?<![a-z0-9]){form}(?![a-z0-9])"
    # In Chinese a digit next to the match would be a part of another number.
    return bounded if language == "en" else rf"(?<!\d)(?:{form})"


def either(words: Any) -> str:
    """The alternatives of a regular expression, longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def matches(question: Question, patterns: tuple[Pattern, ...]) -> Iterator[tuple[Place, Pattern, re.Match[str]]]:
    """Where patterns fit whole tokens."""
    ends = {token.end: index + 1 for index, token in enumerate(question.tokens)}
    starts = {token.start: index for index, token in enumerate(question.tokens)}
    ends |= {token.end - 2: index + 1 for index, token in enumerate(question.tokens) if token.text.endswith("'s")}
    for pattern in patterns:
        for match in pattern.regex.finditer(question.text):
            if match.start() in starts and match.end() in ends:
                yield (starts[match.start()], ends[match.end()]), pattern, match


class Parts:
    """The slots of one match as numbers."""

    def __init__(self, match: re.Match[str], language: str) -> None:
        self.groups, self.language = match.groupdict(), language

    @property
    def _periods(self) -> dict[str, Any]:
        return language_data(self.language)["periods"]

    def number(self, slot: str) -> int | None:
        text = next((found for again in ("", *AGAIN) if (found := self.groups.get(f"{slot}{again}"))), None)
        if text is None:
            return None
        if text.isdigit():
            return int(text)
        value = word_number(text.split()) if text.isascii() else han_number(text)
        if value is None:
            raise ValueError(text)
        return value

    def need(self, slot: str) -> int:
        value = self.number(slot)
        if value is None:
            raise ValueError(slot)
        return value

    def month(self) -> int:
        name = self.groups.get("month")
        return self._periods["month_names"][name] if name else self.need("m")

    def unit(self) -> Unit:
        word = self.groups["unit"]
        units = language_data(self.language)["units"]
        return next(unit for unit, words in units.items() if word in words)

    def quarter(self) -> int:
        name = self.groups.get("ordinal")
        if name:
            return self._periods["ordinals"][name]
        return self.need("q")

    def nth(self) -> int:
        """Which of several in a row; -1 is the last."""
        return self._periods["nth"][self.groups["nth"]]

    def weekday(self) -> int | None:
        """The day of the week, Monday being 0; None where the word means all of them: Fridays."""
        word = self.groups["weekday"]
        if word.isascii() and word.endswith("s") and f"{word[:-1]}" in self._all_weekdays():
            return None
        return self._all_weekdays()[word]

    def _all_weekdays(self) -> dict[str, int]:
        table = language_data(self.language)["weekday"]
        return {word: int(number) - 1 for number, words in table.items() for word in words}

    def ahead(self, slot: str) -> int | None:
        """How many units ahead of today a word says: last is -1."""
        word = self.groups.get(slot)
        return self._periods[slot][word] if word else None
