"""A question on its way to a request: the items it was cut into, and what has been bound so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from assistant.language.dates import Today
from assistant.language.meanings import FieldTerm, Meaning, MetricTerm, NumberTerm, SeveralTerm, Span, Word
from assistant.language.text import Question
from assistant.language.words import spelled
from assistant.planner.lexicon import Lexicon
from semantic_layer.columns import Note
from semantic_layer.conditions import AnyCondition, FieldRef
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import Period
from semantic_layer.requests import Comparison, OfEach, OrderBy, ShareOf, Statistic, Window

M = TypeVar("M")

SOFT = frozenset(
    {
        "filler", "stop", "conj", "which", "list", "how_much", "count", "follow", "add", "this", "refer", "whole", "inside",
        "greeting", "thanks", "only", "side_by_side", "group", "group_after", "trend", "than", "ranking", "distribution",
        "sum", "plus", "is_what", "change", "quantity", "money", "or", "motion", "echo", "occasion",
    }
)  # fmt: skip
"""Words that may stay unused without changing what is asked."""
BOUNDS = ("at_least", "more_than", "at_most", "less_than")


@dataclass
class Item:
    """One span of the chosen cover.

    Attributes:
        role: What it was bound to; None as long as nothing used it.
    """

    index: int
    span: Span
    text: str
    role: str | None = None

    def get(self, kind: type[M]) -> M | None:
        """The item's meaning of a kind, if it has one."""
        return next((meaning for meaning in self.span.meanings if isinstance(meaning, kind)), None)

    def all(self, kind: type[M]) -> list[M]:
        return [meaning for meaning in self.span.meanings if isinstance(meaning, kind)]

    def word(self, *codes: str) -> bool:
        """Whether it is a language word with one of the codes."""
        return any(isinstance(meaning, Word) and meaning.code in codes for meaning in self.span.meanings)

    def says(self, *names: str) -> bool:
        """Whether its text is a word that the language files spell out under one of the names."""
        text = self.text.lower()
        return any(text in spelled(name) for name in names)

    def says_part(self, *names: str) -> bool:
        """Whether such a word stands within its text."""
        text = self.text.lower()
        return any(word in text for name in names for word in spelled(name))

    @property
    def free(self) -> bool:
        return self.role is None

    @property
    def is_word(self) -> bool:
        """Nothing but a word of the language."""
        return all(isinstance(meaning, Word) for meaning in self.span.meanings)

    @property
    def light(self) -> bool:
        """Passed over when looking for neighbours."""
        return self.is_word and self.word("filler", "stop", "classifier", "quantity", "money", "occasion", "within_days")

    @property
    def soft(self) -> bool:
        if self.word("per") and not self.word("filler"):
            return False
        return any(isinstance(meaning, Word) and meaning.code in SOFT for meaning in self.span.meanings)

    @property
    def number(self) -> NumberTerm | None:
        return self.get(NumberTerm)


@dataclass
class Draft:
    """What the rules fill in. One list per part of a request, in the order of the question."""

    question: Question
    items: list[Item]
    lexicon: Lexicon
    today: Today
    metrics: list[str] = field(default_factory=list[str])
    by: list[FieldRef] = field(default_factory=list[Any])
    clauses: list[Any] = field(default_factory=list[Any])
    conditions: list[AnyCondition] = field(default_factory=list[Any])
    base_conditions: list[AnyCondition] = field(default_factory=list[Any])
    side_by_side: list[FieldRef] = field(default_factory=list[Any])
    part: AnyCondition | None = None
    periods: list[Period] = field(default_factory=list[Any])
    compare: Comparison | None = None
    share: ShareOf | None = None
    order: list[OrderBy] = field(default_factory=list[OrderBy])
    limit: int | None = None
    parameters: dict[str, float | str] = field(default_factory=dict[str, float | str])
    dataset_hints: list[str] = field(default_factory=list[str])
    entities: list[str] = field(default_factory=list[str])
    marks: set[str] = field(default_factory=set[str])
    notes: list[Note] = field(default_factory=list[Note])
    beyond: tuple[str, dict[str, Any]] | None = None
    own_figures: Any = None
    unread: str = ""
    statistics: list[tuple[int, Statistic]] = field(default_factory=list[Any])
    asked_figures: int = 0
    counted_before: str | None = None
    each: str | None = None
    each_items: list[Item] = field(default_factory=list[Item])
    of_each: OfEach | None = None
    window: Window | None = None
    days_after: list[Any] = field(default_factory=list[Any])

    @property
    def workspace(self) -> Workspace:
        return self.lexicon.workspace

    @property
    def language(self) -> str:
        return self.question.language

    @property
    def person(self) -> str | None:
        """The entity of people: whom "who" and a word without a noun are about."""
        return next((entity.name for entity in self.workspace.entities if entity.personal), None)

    def claim(self, role: str, *items: Item) -> None:
        """Marks items as used."""
        for item in items:
            if item.role is None:
                item.role = role

    def after(self, item: Item, steps: int = 1) -> Item | None:
        """The next item that weighs something, `steps` away."""
        return self._step(item, 1, steps)

    def before(self, item: Item, steps: int = 1) -> Item | None:
        return self._step(item, -1, steps)

    def _step(self, item: Item, way: int, steps: int) -> Item | None:
        index = item.index
        while 0 <= (index := index + way) < len(self.items):
            if not self.items[index].light:
                steps -= 1
                if steps == 0:
                    return self.items[index]
        return None

    def led_by(self, item: Item, *codes: str) -> bool:
        """Whether a language word with one of the codes stands before an item."""
        before = self.before(item)
        return before is not None and before.word(*codes)

    def followed_by(self, item: Item, *codes: str) -> bool:
        """Whether a language word with one of the codes stands after an item."""
        after = self.after(item)
        return after is not None and after.word(*codes)

    def touching(self, item: Item, way: int) -> Item | None:
        """The very next item, light ones included."""
        index = item.index + way
        return self.items[index] if 0 <= index < len(self.items) else None

    def between(self, first: Item, last: Item) -> list[Item]:
        low, high = sorted((first.index, last.index))
        return self.items[low + 1 : high]

    def having(self, kind: type[M]) -> list[tuple[Item, M]]:
        """Free items that have a meaning of a kind, in order."""
        return [(item, meaning) for item in self.items if item.free and (meaning := item.get(kind)) is not None]

    @property
    def meant_with_period(self) -> list[str]:
        """The metrics that words with several declared meanings stand for where a period is named."""
        found = [self.workspace.ambiguous[term.index].prefer_with_period for _, term in self.having(SeveralTerm)]
        return [name for name in found if name is not None]

    def words(self, *codes: str) -> list[Item]:
        """Free language words with one of the codes, in order."""
        return [item for item in self.items if item.free and item.word(*codes)]

    def any_word(self, *codes: str) -> bool:
        return bool(self.words(*codes))

    def left_over(self) -> list[Item]:
        """Items that nothing bound and that would change what is asked."""
        return [
            item
            for item in self.items
            if item.free
            and (not item.soft or self._is_content(item) or self._sets_figures_apart(item))
            and not self._goes_with_number(item)
        ]

    def _is_content(self, item: Item) -> bool:
        """ "Sales of tables": a word for where an answer goes is a thing that is sold after "of", or before 的."""
        if item.text.lower() in ("by", "按", "按照"):
            following = self.after(item)
            return following is None or following.role is None
        if not item.word("occasion") or item.word("filler"):
            return False
        before, after = self.touching(item, -1), self.touching(item, 1)
        return (before is not None and before.text.lower() == "of") or (after is not None and after.text == "的")

    def _goes_with_number(self, item: Item) -> bool:
        """A counter beside a number or question word; a comparing word without a number is only a preposition."""
        before, after = self.touching(item, -1), self.touching(item, 1)
        if item.word("classifier"):
            beside = (before, after)
            return any(
                each is not None and (each.number or each.word("which", "group", "count", "per", "this", "refer", "list"))
                for each in beside
            )
        if item.is_word and item.text.isascii() and item.word(*BOUNDS):
            beside = (self.before(item), self.after(item))
            return not any(each is not None and each.number for each in beside) and not self._sets_figures_apart(item)
        return False

    def _sets_figures_apart(self, item: Item) -> bool:
        """ "Sales below their cost": one figure is measured by another, and no preposition stands between them."""
        if not (item.is_word and item.word(*BOUNDS)):
            return False
        sides = [self.before(item), self.after(item)]
        if sides[1] is not None and sides[1].word("refer"):
            sides[1] = self.after(sides[1])
        return all(
            each is not None and not each.all(FieldTerm) and any(not term.weak for term in each.all(MetricTerm)) for each in sides
        )

    def bind_group(self, ref: FieldRef) -> None:
        if ref not in self.by:
            self.by.append(ref)


def meaning_names(meanings: tuple[Meaning, ...]) -> str:
    """Short names of meanings, for --explain."""
    return " | ".join(
        meaning.code if isinstance(meaning, Word) else type(meaning).__name__.removesuffix("Term").lower() for meaning in meanings
    )
