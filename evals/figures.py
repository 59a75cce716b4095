"""Figures of a run: accuracies with intervals, by category and language. Refused, clarified and wrong are kept apart."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence

from evals.scoring import Score
from semantic_layer.frozen import Frozen


class Rate(Frozen):
    """A share with its 95% Wilson interval; nan when nothing was counted.

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927).
    """

    hits: int
    count: int

    @property
    def value(self) -> float:
        return self.hits / self.count if self.count else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        if not self.count:
            return (math.nan, math.nan)
        z, n, p = 1.959964, self.count, self.hits / self.count
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return (max(0.0, middle - half), min(1.0, middle + half))

    def __str__(self) -> str:
        if not self.count:
            return "–"
        low, high = self.interval
        return f"{self.value:.1%} ({self.hits}/{self.count}) [{low:.0%}, {high:.0%}]"


class Figures(Frozen):
    """The figures of one group of scores.

    Attributes:
        execution: Right among the questions that have an answer.
        all_right: Right among all questions.
        wrong_but_confident: Answered and wrong, among all questions.
        refusal_precision: Of what was refused or asked back, how much should have been.
        refusal_recall: Of what should be refused or asked back, how much was not answered.
    """

    items: int
    execution: Rate
    all_right: Rate
    wrong_but_confident: Rate
    refusal_precision: Rate
    refusal_recall: Rate
    needless_clarify: Rate
    needless_refusal: Rate
    errors: int
    median_ms: float
    p95_ms: float
    median_planning_ms: float


def figures(scores: Sequence[Score]) -> Figures:
    """Works out the figures of some scores."""
    answerable = [score for score in scores if score.expect == "answered"]
    others = [score for score in scores if score.expect != "answered"]
    held_back = [score for score in scores if score.status in ("refused", "clarify")]
    times = sorted(score.milliseconds for score in scores)
    return Figures(
        items=len(scores),
        execution=_rate(answerable, lambda score: score.verdict == "right"),
        all_right=_rate(scores, lambda score: score.verdict == "right"),
        wrong_but_confident=_rate(scores, lambda score: score.verdict == "wrong_but_confident"),
        refusal_precision=_rate(held_back, lambda score: score.expect != "answered"),
        refusal_recall=_rate(others, lambda score: score.status != "answered"),
        needless_clarify=_rate(answerable, lambda score: score.verdict == "needless_clarify"),
        needless_refusal=_rate(answerable, lambda score: score.verdict == "needless_refusal"),
        errors=sum(score.verdict == "error" for score in scores),
        median_ms=statistics.median(times) if times else math.nan,
        p95_ms=times[max(0, math.ceil(0.95 * len(times)) - 1)] if times else math.nan,
        median_planning_ms=statistics.median([score.planning for score in scores]) if scores else math.nan,
    )


def _rate(scores: Sequence[Score], hit: Callable[[Score], bool]) -> Rate:
    return Rate(hits=sum(hit(score) for score in scores), count=len(scores))


class Parity(Frozen):
    """The same questions in both languages."""

    pairs: int
    zh: Rate
    en: Rate
    agree: Rate


def parity(scores: Iterable[Score]) -> Parity:
    """Pairs asked in both languages, and how often both are right or both wrong."""
    pairs: dict[str, dict[str, bool]] = {}
    for score in scores:
        if score.pair:
            pairs.setdefault(score.pair, {})[score.lang] = score.verdict == "right"
    both = [pair for pair in pairs.values() if set(pair) == {"zh", "en"}]
    count = len(both)
    return Parity(
        pairs=count,
        zh=Rate(hits=sum(pair["zh"] for pair in both), count=count),
        en=Rate(hits=sum(pair["en"] for pair in both), count=count),
        agree=Rate(hits=sum(pair["zh"] == pair["en"] for pair in both), count=count),
    )


def by(scores: Sequence[Score], key: Callable[[Score], str]) -> dict[str, list[Score]]:
    groups: dict[str, list[Score]] = {}
    for score in scores:
        groups.setdefault(key(score), []).append(score)
    return groups
