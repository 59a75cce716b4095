"""Numbers in a question: digits, Chinese numerals, English number words, with scales and percent."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.language.meanings import BareDayTerm, NumberTerm, Span
from assistant.language.text import Question
from assistant.language.words import language_data


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, int], dict[str, int], dict[str, int], str]:
    zh = language_data("zh")["numerals"]
    return zh["digits"], zh["tens"], zh["scales"], zh["tenths"]


@lru_cache(maxsize=1)
def _small_money() -> tuple[tuple[re.Pattern[str], int], ...]:
    """Units smaller than the one that money is kept in, with how many of them make one."""
    tables = (language_data(language)["small_money"]["forms"] for language in ("zh", "en"))
    return tuple((re.compile(rf" ?(?:{each['form']})"), each["of"]) for table in tables for each in table)


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    digits, tens, _, _ = _tables()
    han = "".join((*digits, *tens, "万"))
    return re.compile(rf"[{han}]+")


def han_number(text: str) -> int | None:
    """The value of Chinese numerals: 二十三, 一百零五, 两万, 一万八 (18,000); None where they make no number.

    A row of digits without tens is read as digits (二〇一七 is 2017).
    """
    digits, tens, _, _ = _tables()
    if not text:
        return None
    if all(char in digits for char in text):
        return int("".join(str(digits[char]) for char in text))
    total, section, current, unit = 0, 0, 0, 1
    for char in text:
        if char in digits:
            current = digits[char]
            unit = unit if current else 1
        elif char in tens:
            section += (current or 1) * tens[char]
            current, unit = 0, tens[char]
        elif char == "万":
            total, section, current, unit = (total + section + current) * 10_000, 0, 0, 10_000
        else:
            return None
    return total + section + current * (unit // 10 if unit >= 100 else 1)


def word_number(words: list[str]) -> int | None:
    """The value of English number words: twenty three, two hundred; None where they make no number."""
    table = language_data("en")["numerals"]
    names, scales = table["words"], table["scales"]
    total, current, seen = 0, 0, False
    for word in words:
        if word in names:
            current += names[word]
            seen = True
        elif word in scales and len(word) > 1:
            current, seen = (current or 1) * scales[word], True
            if scales[word] >= 1000:
                total, current = total + current, 0
        else:
            return None
    return total + current if seen else None


def number_spans(question: Question) -> list[Span]:
    """All numbers, each with what follows it directly: a scale (万, k) or a percent sign."""
    spans: list[Span] = []
    position = 0
    tokens = question.tokens
    while position < len(tokens):
        token = tokens[position]
        end, value = position, None
        if token.kind == "number":
            end, value = position + 1, float(token.key)
        elif token.kind == "han":
            match = _pattern().match(question.text, token.start)
            if match:
                value = han_number(match[0])
                end = position + len(match[0]) if value is not None else position
        elif token.kind == "word":
            end, value = _words_from(question, position)
        if value is None or end == position:
            position += 1
            continue
        spans.append(_with_scale(question, position, end, float(value)))
        position += 1 if token.kind == "han" and end - position > 1 else max(1, end - position)
    return spans


def _words_from(question: Question, position: int) -> tuple[int, float | None]:
    best: tuple[int, float | None] = (position, None)
    for end in range(position + 1, min(len(question.tokens), position + 4) + 1):
        if question.tokens[end - 1].kind != "word":
            break
        value = word_number([token.text for token in question.tokens[position:end]])
        if value is not None:
            best = (end, float(value))
    return best


def _with_scale(question: Question, start: int, end: int, value: float) -> Span:
    tokens = question.tokens
    _, _, scales, tenths = _tables()
    scaled = percent = False
    following = tokens[end] if end < len(tokens) else None
    en_scales = language_data("en")["numerals"]["scales"]
    if following is not None:
        adjacent = following.start == tokens[end - 1].end
        if following.key in scales and (following.kind == "han" or adjacent):
            value, end, scaled = value * scales[following.key], end + 1, True
        elif following.key in en_scales and (adjacent or len(following.key) > 1):
            value, end, scaled = value * en_scales[following.key], end + 1, True
        elif following.key == tenths:
            more, end = _and_tenths(question, end + 1)
            value, percent = round((value + more) / 10, 4), True
    for form, parts in _small_money():
        small = form.match(question.text, tokens[end - 1].end)
        if small is not None:
            end = next((at for at in range(end, len(tokens)) if tokens[at].start >= small.end()), len(tokens))
            more, end = _and_tenths(question, end) if parts == 10 else (0.0, end)
            value, scaled = round((value + more) / parts, 4), True
            break
    if end < len(tokens) and (tokens[end].key == "%" or tokens[end].key in ("percent", "pct")):
        value, end, percent = value / 100, end + 1, True
    meanings: list[NumberTerm | BareDayTerm] = [NumberTerm(value, percent=percent, scaled=scaled)]
    return Span(start, end, tuple(meanings))


def _and_tenths(question: Question, end: int) -> tuple[float, int]:
    """The digit, or half, that goes on after a unit: 两成五 is 25%, 三毛五 is 0.35. One that counts what follows does not."""
    digits, tens, scales, _ = _tables()
    half = language_data("zh")["numerals"]["half"]
    tokens = question.tokens
    digit = tokens[end].key if end < len(tokens) else ""
    after = tokens[end + 1].key if end + 1 < len(tokens) else ""
    if digit == half:
        return 0.5, end + 1
    ends = not after or (after not in (*digits, *tens, *scales) and not _counts(after))
    return (digits[digit] / 10, end + 1) if digit in digits and ends else (0.0, end)


@lru_cache
def _counts(word: str) -> bool:
    return word in language_data("zh")["classifier"]
