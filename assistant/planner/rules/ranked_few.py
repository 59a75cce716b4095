"""The few that have most of something, where they are whom a question is about, and not its answer.

"The top ten shops by sales" is a ranking. "The average bill of the top ten shops by sales", "what the top 10% of customers
account for" and 前十大门店每月的销售额 ask something else of them, all together: who they are is a condition by rank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, PeriodTerm, ValueTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.asked import span_of
from assistant.planner.rules.clause import RANKED_FEW, Clause, describes
from assistant.planner.rules.heads import key_metric_of_money
from assistant.planner.rules.number_ranks import ranks_by_its_number
from semantic_layer.conditions import AnyCondition, Compare, EntityMetric, TimeBucket, all_of
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import Aggregate
from semantic_layer.periods import EachPeriod, SinglePeriod
from semantic_layer.reach import reaches

EACH = re.compile(r"\beach\b|\bevery\b|\bper\b|各|每|分别")
ORDERS = ("most", "least", "top", "bottom")


@dataclass
class Few:
    """The few, as they were said.

    Attributes:
        number: How many; None for the one that ranks first ("the shop with the highest sales").
        metric: What they are ranked by, where that is said.
        days: Over which days, where others are asked: 全年消费最高的百个客户占12月销售额.
        values: Words within that narrow among whom ("the large shop with the highest sales"); they stay conditions.
    """

    noun: Item
    entity: str
    number: Item | None
    order: Item
    metric: str | None
    items: list[Item]
    values: list[Item] = field(default_factory=list[Item])
    clause: Clause = field(default_factory=lambda: Clause([], words=RANKED_FEW))
    days: SinglePeriod | None = None

    @property
    def first(self) -> int:
        return min(item.index for item in (self.noun, *self.items, *self.values))

    @property
    def last(self) -> int:
        return max(item.index for item in (self.noun, *self.items, *self.values))

    @property
    def is_part(self) -> bool:
        return self.number is not None and self.number.number is not None and self.number.number.percent


def take_ranked_few(draft: Draft, clauses: list[Clause]) -> tuple[list[Clause], Few | None]:
    """Takes the few out of the question where something is asked of them."""
    for item in draft.items:
        few = _few_at(draft, item) or _one_among(draft, item)
        if few is not None and _something_is_asked(draft, few):
            few.clause.items = few.items
            draft.claim(RANKED_FEW, *few.items)
            _take_their_days(draft, few)
            kept = [clause for clause in clauses if not any(each in few.items for each in clause.items)]
            return sorted([*kept, few.clause], key=lambda each: each.first.index), few
    return clauses, None


def _take_their_days(draft: Draft, few: Few) -> None:
    """In Chinese the days before the few are those by which they are ranked, where other days are asked of them.

    Of 12月消费最高的百个客户占全年销售额 nobody said whether what they spent in all the year is the part.
    """
    lead = draft.touching(draft.items[few.first], -1)
    own = lead.get(PeriodTerm) if lead is not None and lead.free and not few.noun.text.isascii() else None
    behind = [item for item in draft.items[few.last + 1 :] if item.free and item.get(PeriodTerm) is not None]
    if lead is None or own is None or len(behind) != 1 or draft.any_word("than", "against", "growth", "decline", "last_year"):
        return
    other = behind[0].get(PeriodTerm)
    assert other is not None
    wide, asked = span_of(own.period, draft), span_of(other.period, draft)
    if wide == asked or isinstance(own.period, EachPeriod):
        return
    if not wide.within(asked) or not draft.any_word("share"):
        few.days = own.period
        draft.claim(RANKED_FEW, lead)
    else:
        draft.beyond = ("two_periods", {"text": f"{lead.text} / {behind[0].text}"})


def say_ranked_few(draft: Draft, few: Few, clauses: list[Clause]) -> None:
    """Gives the clause its condition, once the question's days and metrics are known.

    In a series, and against other days, who is meant is decided once, by all of the asked days. What describes them is
    true of all that are ranked ("the top ten in the north"); any other filter only where the ranking is by the asked figure.
    """
    if not draft.metrics and "share" in draft.marks:
        name = few.metric or key_metric_of_money(draft)
        draft.metrics += [name] if name is not None else []
    asked = draft.workspace.metric(draft.metrics[0]) if len(draft.metrics) == 1 else None
    summed = isinstance(asked, Aggregate) and asked.agg in ("sum", "count", "count_distinct")
    metric = few.metric or (asked.name if asked is not None and summed else key_metric_of_money(draft))
    if metric is None or len(draft.periods) > 1:
        draft.beyond = ("top_within", {"text": draft.question.words(draft.items[few.first].span.start, few.noun.span.end)})
        return
    others = [each for each in clauses if each is not few.clause and each.is_said]
    if few.number is None and any(not describes(draft, each, few.entity) for each in others):
        # "The shop with the highest sales of tea": the first in tea, of which all is asked, or tea alone?
        draft.beyond = ("top_within", {"text": draft.question.words(draft.items[few.first].span.start, few.noun.span.end)})
        return
    whole = few.metric is None and summed
    inner = tuple(each.as_condition() for each in others if whole or describes(draft, each, few.entity))
    moving = draft.compare is not None or draft.window is not None or any(isinstance(ref, TimeBucket) for ref in draft.by)
    days = draft.periods[0] if draft.periods else draft.workspace.workspace.default_period
    few.clause.condition = _condition(few, metric, all_of(inner), few.days or (days if moving else None))


def _condition(few: Few, metric: str, where: AnyCondition | None, days: object) -> AnyCondition:
    down = few.order.word("least", "bottom") and not few.order.word("most", "top")
    ref = EntityMetric(
        metric=metric,
        entity=few.entity,
        period=days,  # pyright: ignore[reportArgumentType]
        where=where,
        rank="lowest" if down else "highest",
        rank_part=few.is_part,
    )
    number = few.number.number if few.number is not None else None
    value = number.value if number is not None else 1
    return Compare(left=ref, op="le", right=round(value, 6) if few.is_part else int(value))


# ---- who they are ---------------------------------------------------------------------------------------------------------


def _few_at(draft: Draft, noun: Item) -> Few | None:
    """A number, an order word and a noun: "top 10 shops", "the 200 biggest-spending", 消费最高的10%客户."""
    entity = next((term.entity or term.name for term in noun.all(FieldTerm) if not term.key), None) or _within_value(draft, noun)
    if entity is None or not (noun.free or noun.role == "names the value's field" or noun.get(ValueTerm) is not None):
        return None
    found: dict[str, Item] = {}
    values = [noun] if noun.get(ValueTerm) is not None else []
    items, passed = [noun] if noun.free and not values else [], list[Item]()
    at = draft.touching(noun, -1)
    while at is not None and (at.free or at.get(ValueTerm) is not None) and not at.word("stop"):
        what = _part_of_few(draft, at, found) if at.free else None
        if what is not None:
            found[what] = at
            items += [*passed, at]
            passed = []
        elif at.light or at.word("classifier") or at.says("the"):
            passed.append(at)
        elif at.get(ValueTerm) is not None and not found:
            values.append(at)  # 销量最高的大型门店
        else:
            break
        at = draft.touching(at, -1)
    items += _behind(draft, noun, found)
    number, order, metric = found.get("number"), found.get("order"), found.get("metric")
    if order is None or order.says("by_time") or (values and number is not None):
        return None
    if number is None and (metric is None or not _is_one(draft, noun, order)):
        return None
    name = _known_of(draft, metric, entity) if metric is not None else None
    return Few(noun, entity, number, order, name, items, values)


def _one_among(draft: Draft, order: Item) -> Few | None:
    """门店里销售额最高的那家: the one that ranks first, behind those among whom it does."""
    figure = draft.touching(order, -1)
    inside = draft.touching(figure, -1) if figure is not None and _is_figure(figure) and figure.free else None
    noun = draft.touching(inside, -1) if inside is not None and inside.says("among_behind") else None
    of = draft.touching(order, 1)
    one = draft.touching(of, 1) if of is not None and of.text == "的" else None
    if noun is None or figure is None or one is None or not (order.word("most", "least") and order.free and one.says("that_one")):
        return None
    counter = draft.touching(one, 1)
    last = counter if counter is not None and counter.word("classifier") else one
    entity = next((term.entity or term.name for term in noun.all(FieldTerm) if not term.key), None) or _within_value(draft, noun)
    if entity is None:
        return None
    plain = noun.get(ValueTerm) is None and noun.free
    items = draft.items[noun.index if plain else noun.index + 1 : last.index + 1]
    return Few(noun, entity, None, order, _known_of(draft, figure, entity), items, [] if plain else [noun])


def _within_value(draft: Draft, item: Item) -> str | None:
    """大型门店: a value whose word ends with the noun that it describes."""
    if item.get(ValueTerm) is None:
        return None
    text = item.text.lower()
    return next((each.name for each in draft.workspace.entities if any(text.endswith(word) for word in each.words())), None)


def _is_one(draft: Draft, noun: Item, order: Item) -> bool:
    """The one that ranks first: in English a noun in the singular."""
    last = draft.question.tokens[noun.span.end - 1]
    return order.word("most", "least") and (not last.text.isascii() or last.text == last.key)


def _known_of(draft: Draft, figure: Item, entity: str) -> str:
    """What a word ranks by: of several metrics the first that is known of the things that are ranked."""
    names = [term.name for term in figure.all(MetricTerm)]
    counted = [draft.workspace.entity(term.entity or "") for term in figure.all(FieldTerm)]
    names += [each.count or each.name for each in counted if each is not None]
    return next((name for name in names if _is_known(draft, name, entity)), names[0])


def _is_known(draft: Draft, metric: str, entity: str) -> bool:
    described = draft.workspace.entity(entity)
    field = described.key_name if described is not None else entity
    return all(reaches(draft.workspace, dataset, field) for dataset in base_datasets(draft.workspace, metric))


def _part_of_few(draft: Draft, item: Item, found: dict[str, Item]) -> str | None:
    number = item.number
    if number is not None and "number" not in found and item.get(PeriodTerm) is None and number.unit is None:
        counts = number.value.is_integer() and 1 <= number.value <= 10_000
        return "number" if (0 < number.value < 1 if number.percent else counts) else None
    if "order" not in found and item.word(*ORDERS) and item.is_word:
        return "order"
    beside = draft.before(item) if item.text.isascii() else draft.after(item)
    ranks = beside is not None and beside.word(*ORDERS) and beside.free
    return "metric" if "metric" not in found and (_is_figure(item) or ranks_by_its_number(draft, item)) and ranks else None


def _is_figure(item: Item) -> bool:
    return item.get(MetricTerm) is not None and all(term.entity is None for term in item.all(FieldTerm))


def _is_asked(few: Few, item: Item) -> bool:
    """A figure, or a noun that counts others than the few."""
    return item.get(MetricTerm) is not None and all(few.entity not in (term.entity, term.name) for term in item.all(FieldTerm))


def _behind(draft: Draft, noun: Item, found: dict[str, Item]) -> list[Item]:
    """ "… by sales", "… who spend the most", "… with the highest sales": what stands behind the noun in English."""
    led = draft.touching(noun, 1)
    if led is None or not noun.text.isascii():
        return []
    first = draft.touching(led, 1)
    while first is not None and first.light:
        first = draft.touching(first, 1)
    if first is None or not first.free or "metric" in found:
        return []
    if "order" in found:
        by = led.says("by") or (led.word("ranking") and led.text.lower().endswith("by"))
        if by and _is_figure(first):
            found["metric"] = first
            return [led, *draft.between(led, first), first]
        return []
    second = draft.after(first)
    if second is None or not (led.word("relative") or led.says("together_with")):
        return []
    figure, order = (second, first) if first.word(*ORDERS) and first.is_word else (first, second)
    if figure.get(MetricTerm) is None or not order.word(*ORDERS):
        return []
    found["metric"], found["order"] = figure, order
    return [led, *draft.between(led, second), second]


# ---- whether something is asked of them --------------------------------------------------------------------------------------


def _something_is_asked(draft: Draft, few: Few) -> bool:
    before = [item for item in draft.items[: few.first] if item.role != "aside"]
    after = [item for item in draft.items[few.last + 1 :] if item.role != "aside"]
    outside = [*before, *after]
    if _are_apart(draft, few, before, after):
        return False
    if few.number is None:
        return _is_asked_of_one(draft, few, before, after)
    figures = [item for item in outside if _is_asked(few, item) and not (item.is_word or item.word("filler"))]
    if _depends(draft, outside) or _contributes(draft, few, before, after):
        return True
    shares = [item for item in outside if item.word("share") and not item.word("filler")]
    if few.is_part:
        return bool(figures or shares)
    if shares:
        return _is_share_of_all(few, before, after)
    if not figures or not _is_asked_of_them(draft, few, before, after):
        return False
    names = {term.name for item in figures for term in item.all(MetricTerm)}
    return (few.metric is not None and few.metric not in names) or _is_cut(draft, few, before, after)


def _is_asked_of_one(draft: Draft, few: Few, before: list[Item], after: list[Item]) -> bool:
    """ "The orders of the shop with the highest sales": another figure of that one, and not which it is."""
    outside = [*before, *after]
    if any(item.word("which", "key_noun") and item.is_word and not item.word("is_what", "filler") for item in outside):
        return False
    beside = (next((item for item in each if not item.light or item.word("conj")), None) for each in (reversed(before), after))
    if any(item is not None and item.word("conj", "plus") and item.text not in (",", "，") for item in beside):
        return False
    figures = [item for item in outside if item.free and (_is_asked(few, item) or _counts_others(draft, few, item))]
    if any(few.metric == term.name for item in figures for term in item.all(MetricTerm)):
        return _is_cut(draft, few, before, after)  # 销售额最高的门店每个月的销售额
    return bool(figures) and (not few.noun.text.isascii() or _is_asked_of_them(draft, few, before, after))


def _counts_others(draft: Draft, few: Few, item: Item) -> bool:
    """多少客户: others than the one are counted."""
    if not item.all(FieldTerm) or any(few.entity in (term.entity, term.name) for term in item.all(FieldTerm)):
        return False
    beside = (draft.before(item), draft.after(item), draft.touching(item, -1))
    return any(each is not None and each.word("count") for each in beside)


def _are_apart(draft: Draft, few: Few, before: list[Item], after: list[Item]) -> bool:
    """ "Each of the top ten", 前十大门店各占多少: a row for each, as in a ranking."""
    if few.noun.text.isascii():
        return any(EACH.search(item.text.lower()) and not item.get(PeriodTerm) for item in (*before, *after))
    if after and after[0].word("conj") and after[0].text not in (",", "，"):
        return True  # …的五家门店和销售额
    for item in after:
        cut = item.get(GrainTerm) is not None or _is_other(few, draft.after(item))
        if EACH.search(item.text) and not cut:
            return True
    return any(EACH.search(item.text) for item in before)


def _depends(draft: Draft, outside: list[Item]) -> bool:
    """ "How dependent are we on them": their share of all."""
    words = [item for item in outside if item.says("depends")]
    if words:
        draft.claim("share", *words)
        draft.marks.add("few_share")
    return bool(words)


def _contributes(draft: Draft, few: Few, before: list[Item], after: list[Item]) -> bool:
    """What they contribute is told as a share of all, beside the figure itself."""
    lead = next((item for item in reversed(before) if not (item.light and not item.says("contributes"))), None)
    following = next((item for item in after if not (item.light and not item.says("contributes"))), None)
    words = [item for item in (lead, following) if item is not None and item.says("contributes")]
    asked = any(_is_asked(few, item) or item.word("share") for item in (*before, *after)) or few.metric is not None
    if not words or not asked:
        return False
    draft.claim("share", *words)
    draft.marks.add("few_share")
    return True


def _is_share_of_all(few: Few, before: list[Item], after: list[Item]) -> bool:
    """The share word is the verb of them: "… account for", …占; "top ten and their share" is a ranking."""
    following = next((item for item in after if not (item.light or item.word("sum"))), None)
    return following is not None and following.word("share") and not following.says("share_noun")


def _is_asked_of_them(draft: Draft, few: Few, before: list[Item], after: list[Item]) -> bool:
    """ "The sales of the top ten", 前十大门店每月的销售额: the figure belongs to them."""
    if not few.noun.text.isascii():
        return any(_is_asked(few, item) for item in after)
    closing = draft.touching(draft.items[few.last], 1)
    if closing is not None and closing.text in (":", "："):
        return any(_is_asked(few, item) for item in after)
    if few.number is None and any(item.says("did") for item in before[-2:]):
        return any(_is_asked(few, item) for item in before)  # "how many orders did the shop with the highest sales have"
    lead = next((item for item in reversed(before) if item.says("owner_lead") or not (item.light or item.says("the"))), None)
    owned = lead is not None and lead.says("owner_lead") and not lead.says("by")
    return owned and any(_is_asked(few, item) for item in before)


def _is_cut(draft: Draft, few: Few, before: list[Item], after: list[Item]) -> bool:
    """Whether their figure is asked by something else than by them."""
    grows = any(item.word("growth", "decline") for item in (*before, *after[1:]))
    if few.metric is not None and grows:
        return True
    if few.noun.text.isascii():
        monthly = any(term.groups for item in (*before, *after) for term in item.all(GrainTerm))
        return monthly or any(item.says("by") and _is_other(few, draft.after(item)) for item in after)
    led = any(_groups(draft, few, item) for item in before)
    return not led and any(_groups(draft, few, item) for item in after)


def _groups(draft: Draft, few: Few, item: Item) -> bool:
    lead = draft.before(item)
    grouped = lead is not None and (lead.word("group", "per") or EACH.search(lead.text) is not None)
    return any(term.groups for term in item.all(GrainTerm)) or (_is_other(few, item) and grouped) or item.word("trend")


def _is_other(few: Few, item: Item | None) -> bool:
    if item is None or any(few.entity in (term.entity, term.name) for term in item.all(FieldTerm)):
        return False
    return item.get(FieldTerm) is not None or item.get(GrainTerm) is not None
