"""A reading as chips: one for each part of the request that can be changed or taken away, and one for each that can be added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from assistant.edits.edit import Edit, Part, apply, is_grouped
from assistant.edits.viewing import begun, limit_words, order_words
from assistant.wording.readings import Words
from assistant.wording.texts import fill, templates
from semantic_layer.conditions import all_of, parts_of
from semantic_layer.errors import RequestError
from semantic_layer.frozen import Frozen
from semantic_layer.periods import WholeData
from semantic_layer.requests import MetricQuery, plain

Answers = Callable[[MetricQuery], bool]
"""Whether a request would be answered for the viewer, as far as compiling it can tell."""


class Chip(Frozen):
    """One part of a reading.

    Attributes:
        key: Its name within the request: `metric`, `metric.1`, `metric.add`, `by.0`, `by.add`, `where.0`, `where.add`,
            `period`, `compare`, `share`, `order`, `limit`.
        part: The part of the request that it changes.
        name: What kind of chip it is, in words.
        text: What it says now; empty for what could be added.
        remove: The edit that takes it away, where a request is left that can be answered.
        options: Whether there is a menu of other choices.
    """

    key: str
    part: Part
    name: str
    text: str = ""
    remove: Edit | None = None
    options: bool = True


def anything(request: MetricQuery) -> bool:
    """For chips of replies whose data is not at hand: every request may be answered."""
    return True


def chips(request: Frozen, words: Words, period: Mapping[str, Any] | None, answers: Answers = anything) -> tuple[Chip, ...]:
    """The chips of a reading, in the order in which it is said.

    Args:
        request: As it was run; only metric queries have chips.
        period: The reply's `period`: the days in words, and the ones compared with.
        answers: Decides which chips can be taken away.
    """
    return _Chips(request, words, period or {}, answers).all() if isinstance(request, MetricQuery) else ()


class _Chips:
    def __init__(self, request: MetricQuery, words: Words, period: Mapping[str, Any], answers: Answers) -> None:
        self.request, self.words, self.period, self.answers = request, words, period, answers

    def all(self) -> tuple[Chip, ...]:
        return (*self.metrics(), *self.filters(), *self.groups(), *self.days(), *self.others(), *self.ranking())

    def chip(self, key: str, part: Part, text: str = "", remove: Edit | None = None, options: bool = True) -> Chip:
        name = templates(self.words.language)["edits"]["names"][part]
        return Chip(key=key, part=part, name=name, text=text, remove=self.removing(remove), options=options)

    def removing(self, edit: Edit | None) -> Edit | None:
        """The edit, if it leaves something else that can be answered."""
        if edit is None:
            return None
        try:
            edited = apply(self.request, edit)
        except RequestError:
            return None
        return edit if edited != self.request and self.answers(edited) else None

    def metrics(self) -> list[Chip]:
        names = self.request.metrics
        found: list[Chip] = []
        for place, name in enumerate(names):
            others = [*names[:place], *names[place + 1 :]]
            remove = Edit(part="metrics", value=others) if others else None
            found.append(self.chip(f"metric.{place}" if place else "metric", "metrics", self.words.metric(name), remove))
        return [*found, self.chip("metric.add", "metrics")]

    def filters(self) -> list[Chip]:
        parts = parts_of(self.request.where)
        found: list[Chip] = []
        for place, part in enumerate(parts):
            others = all_of((*parts[:place], *parts[place + 1 :]))
            remove = Edit(part="where", value=plain(others) if others is not None else None)
            found.append(self.chip(f"where.{place}", "where", self.words.condition(part), remove))
        return [*found, self.chip("where.add", "where")]

    def groups(self) -> list[Chip]:
        refs = [plain(ref) for ref in self.request.by]
        found: list[Chip] = []
        for place, ref in enumerate(self.request.by):
            remove = Edit(part="by", value=[*refs[:place], *refs[place + 1 :]])
            found.append(self.chip(f"by.{place}", "by", self.words.ref(ref), remove))
        return [*found, self.chip("by.add", "by")]

    def days(self) -> list[Chip]:
        """The period; none where the data has no time to choose from."""
        text = str(self.period.get("words") or "")
        asked = self.request.period is not None
        if not asked and not text and not self.answers(self.request.model_copy(update={"period": WholeData()})):
            return []
        return [self.chip("period", "period", text, Edit(part="period") if asked else None)]

    def others(self) -> list[Chip]:
        """The comparison, and the share, which is said and can be taken away but has no menu."""
        request, with_ = self.request, self.period.get("compared_with")
        days = (date.fromisoformat(with_["start"]), date.fromisoformat(with_["end"])) if with_ else None
        text = begun(" ".join(self.words.comparison(request, days)))
        found = [self.chip("compare", "compare", text, Edit(part="compare"))]
        if request.share_of is not None:
            within = self.words.condition(request.share_of.where)
            shown = begun(fill(self.words.language, "reading", "share_within" if within else "share", within=within))
            found.append(self.chip("share", "share_of", shown, Edit(part="share_of"), options=False))
        return found

    def ranking(self) -> list[Chip]:
        request = self.request
        if not is_grouped(request):
            return []
        order = "".join(order_words(each, request, self.words) for each in request.order[:1])
        limit = limit_words(request.limit, request, self.words) if request.limit is not None else ""
        # A limit needs its order; taking that away would turn the last five into the first five.
        free = Edit(part="order") if request.limit is None else None
        return [self.chip("order", "order", order, free), self.chip("limit", "limit", limit, Edit(part="limit"))]
