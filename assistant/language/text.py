"""A question in its normal form, cut into tokens that remember where they stood.

A Chinese character is a token, a Latin word is a token without its plural ending, a number is a token. Terms of a
workspace are cut the same way, so that both are compared token by token.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opencc import OpenCC

LONGEST = 1000
"""Characters of a question that are read; a longer one is refused, not cut."""

GLUED = 3
"""Letters from which digits behind them are a number of their own; shorter ones are names: Q4, H1, B2B."""
Kind = Literal["han", "word", "number", "symbol", "stop"]
NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
COMPARING = re.compile(r">=|<=|[<>=≥≤]")
SYMBOLS = "%#$&+-/:~,>=<≥≤"
STOPS_AS_COMMA = {"，": ",", "、": ",", "；": ";", "×": ",", "*": ",", "～": "~", "—": "-", "–": "-", "：": ":"}


@dataclass(frozen=True)
class Token:
    """One token: its key for look-ups, its text, and where it stands in the normal form."""

    key: str
    text: str
    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Question:
    """A question in its normal form.

    Attributes:
        original: As it was typed.
        text: Full width to half width, traditional to simplified, lower case.
        origin: For each character of `text` its position in `original`.
    """

    original: str
    text: str
    origin: tuple[int, ...]
    tokens: tuple[Token, ...]
    language: Literal["zh", "en"]

    def words(self, first: int, last: int) -> str:
        """The original words of tokens first..last-1."""
        if first >= last:
            return ""
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        return self.original[self.origin[start] : self.origin[end - 1] + 1]


def is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or char == "〇"


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def read_question(original: str) -> Question:
    """Normalises and cuts a question."""
    text, origin = _normal_form(original)
    language = "zh" if any(is_han(char) for char in text) else "en"
    return Question(original, text, origin, tuple(_tokens(text)), language)


def _normal_form(original: str) -> tuple[str, tuple[int, ...]]:
    chars: list[str] = []
    origin: list[int] = []
    for position, char in enumerate(original):
        for part in unicodedata.normalize("NFKC", char).lower():
            chars.append(STOPS_AS_COMMA.get(part, "'" if part in "’‘`´" else part))
            origin.append(position)
    text = "".join(chars)
    if any(is_han(char) for char in text):
        simple = _simplifier().convert(text)
        if len(simple) == len(text):
            text = simple
    return text, tuple(origin)


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char.isspace() or char in "'\"“”":
            at += 1
            continue
        if is_han(char):
            tokens.append(Token(char, char, at, at + 1, "han"))
            at += 1
            continue
        number = NUMBER.match(text, at)
        if number:
            tokens.append(Token(number[0].replace(",", ""), number[0], at, number.end(), "number"))
            at = number.end()
            continue
        if char.isalpha():
            end = at + 1
            while end < len(text) and (text[end].isalnum() or (text[end] == "'" and text[end + 1 : end + 2].isalpha())):
                if is_han(text[end]) or (text[end].isdigit() and end - at >= GLUED):
                    break  # "top5", "week12" are two words
                end += 1
            word = text[at:end]
            tokens.append(Token(stem(word), word, at, end, "word"))
            at = end
            continue
        tokens += _symbol(text, at)
        comparing = COMPARING.match(text, at)
        at = comparing.end() if comparing else at + 1
    return tokens


def _symbol(text: str, at: int) -> list[Token]:
    """A sign that can mean something; a hyphen inside a word means nothing."""
    comparing = COMPARING.match(text, at)
    if comparing:
        return [Token(comparing[0], comparing[0], at, comparing.end(), "symbol")]
    char = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if char == "-" and before.isalpha() and after.isalpha() and not is_han(before):
        return []
    kind: Kind = "symbol" if char in SYMBOLS else "stop"
    return [Token(char, char, at, at + 1, kind)]


SHORT = {
    "avg": "average", "pct": "percent", "qty": "quantity", "yr": "year", "yrs": "year", "wk": "week", "wks": "week",
    "mth": "month", "mths": "month", "qtr": "quarter", "qtrs": "quarter", "ppl": "people", "em": "them", "teh": "the",
    "btwn": "between", "abt": "about",
}  # fmt: skip
"""Short forms that are written without thinking; terms and questions meet in the long one."""


def stem(word: str) -> str:
    """An English word without possessive or plural ending; the same for terms and questions, so that they meet."""
    word = SHORT.get(word, word.removesuffix("'s"))
    if len(word) <= 3 or not word.isascii() or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=65536)
def key_of(term: str) -> tuple[str, ...]:
    """A term as token keys."""
    return tuple(token.key for token in read_question(term).tokens if token.kind != "stop")
