"""Words that ask for something which the request does not answer, though each of them is a word that may stay unused."""

from __future__ import annotations

from assistant.language.meanings import DatasetTerm, MetricTerm
from assistant.planner.draft import BOUNDS, Draft, Item
from assistant.planner.rules.clause import OF_EACH, RANKED_FEW
from assistant.planner.rules.counting import all_counts, counts_of
from assistant.planner.rules.heads import entity_of, is_money, is_weak_metric
from assistant.planner.rules.how_often import asks_how_often
from semantic_layer.conditions import SERIES_GRAINS, Tag, TimeBucket
from semantic_layer.metric_parts import all_parts

ANSWERED = ("metric ", "order", "share", "by ", "growth", "compare", "statistic", "list", "average", "of each", "window")
"""How the roles of words begin that are asked for."""
UNUSED = ("says which data", "names what is measured")
"""Roles of nouns that no figure counts."""


def unanswered(draft: Draft) -> list[Item]:
    """Such words, in no order."""
    return [
        *_chosen(draft),
        *_numbers(draft),
        *_listed(draft),
        *_shares(draft),
        *_each(draft),
        *_first_times(draft),
        *_asked_behind(draft),
        *_counted(draft),
        *_ranked_by(draft),
        *_share_behind(draft),
        *_biggest_one(draft),
        *_against_the_average(draft),
    ]


def _chosen(draft: Draft) -> list[Item]:
    """哪个…最好: which one, where nothing is cut and so nothing chosen."""
    if not draft.any_word("which") or draft.by:
        return []
    return [word for word in draft.words("most", "least") if word.is_word and word.word("filler")]


def _numbers(draft: Draft) -> list[Item]:
    """ "How many" of amounts and rates, "how much" of counts, how often of people."""
    metrics = [draft.workspace.metric(name) for name in draft.metrics or draft.meant_with_period]
    words = [word for word in draft.words("count", "how_much") if word.is_word]
    if metrics and all(metric is not None and (is_money(metric) or metric.type == "fraction") for metric in metrics):
        return [word for word in words if word.word("count") and _counts_things(draft, word)]
    people = [entity.name for entity in draft.workspace.entities if entity.personal]
    asked = set(draft.metrics)
    found: list[Item] = []
    if asked and asked <= all_counts(draft.workspace):
        found += [word for word in words if word.says("how_much_of_it")]
    if asked and asked <= {*counts_of(draft.workspace, *people), *people}:
        found += [word for word in words if word.word("count") and asks_how_often(word)]
    return found


def _listed(draft: Draft) -> list[Item]:
    """ "…, and how many letters?": a second number of things, where no figure is that number."""
    found: list[Item] = []
    for word in draft.words("count"):
        noun = draft.after(word)
        things = noun is not None and (entity_of(noun) is not None or noun.get(DatasetTerm) is not None)
        others = any(item.word("count") and item.is_word for item in draft.items if item is not word)
        if things and noun is not None and noun.role in UNUSED and word.is_word and others:
            found.append(word)
    return found


def _counts_things(draft: Draft, word: Item) -> bool:
    """多少客户, "how many …"; 多少 alone, and "how many dollars", may ask for an amount."""
    following = draft.touching(word, 1)
    if word.word("filler", "how_much") or word.says("any_amount"):
        return entity_of(following) is not None
    return following is None or not following.word("money")


def _shares(draft: Draft) -> list[Item]:
    """ "Orders with one item, share": asked of them, and not said of them."""
    last = next((item for item in reversed(draft.items) if not item.light and not item.word("stop")), None)
    said = last is not None and last.is_word and last.word("share") and (last.role or "").startswith(OF_EACH)
    return [last] if last is not None and said and draft.share is None else []


def _each(draft: Draft) -> list[Item]:
    """ "Each", where there is one row."""
    return [] if draft.by or draft.of_each is not None else [word for word in draft.words("group") if word.says("each_of_them")]


def _first_times(draft: Draft) -> list[Item]:
    """How many did something for the first time, month by month: who they are is decided once, and each month has its own."""
    own = draft.own_figures
    series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in draft.by)
    if own is None or not series or not {*draft.metrics} <= all_counts(draft.workspace):
        return []
    said = [each for each in (*own.said, *(own.base.said if own.base is not None else ())) if each.first]
    return [item for each in said for item in each.items if item.word("first_time")]


def _asked_behind(draft: Draft) -> list[Item]:
    """ "…, and what did they take?": a second question in which no word names a figure, and "on it"."""
    found: list[Item] = []
    for link in draft.items:
        behind = draft.touching(link, 1)
        if not link.text.isascii() or not link.word("conj") or behind is None or not behind.free:
            continue
        asks = behind.says("asks_what", "asks_how_much") or behind.word("how_much")
        rest = draft.items[behind.index + 1 :]
        again = any(item.role == "period" for item in rest) and any(item.text.lower() == "it" for item in rest)
        if asks and not again and not any((item.role or "").startswith(ANSWERED) for item in rest):
            found.append(behind)
    own = draft.own_figures
    if own is not None and any(said.clauses for said in own.said):
        pairs = zip(draft.items, draft.items[1:], strict=False)
        found += [
            it for lead, it in pairs if it.free and (it.says("on_the_thing") or (lead.text.lower() == "on" and it.says("it")))
        ]
    return found


def _counted(draft: Draft) -> list[Item]:
    """ "How many shops had orders": a number of things that no figure is."""
    found: list[Item] = []
    for word in draft.items:
        noun = draft.touching(word, 1)
        entity = entity_of(noun)
        if not (word.word("count") and word.is_word and word.says("asks_how_many")) or entity is None or noun is None:
            continue
        names = {*counts_of(draft.workspace, entity), entity}
        asked = [metric for name in draft.metrics if (metric := draft.workspace.metric(name)) is not None]
        if any(part.name in names for metric in asked for part in all_parts(draft.workspace, metric)):
            continue  # "how many orders did each one place": a mean of their number
        told = any(name in names or name.rpartition(".")[2] == entity for name in draft.metrics)
        own = {term.name for term in noun.all(MetricTerm)}
        if draft.metrics and not told and not own & set(draft.metrics):
            found.append(word)
    return found


def _ranked_by(draft: Draft) -> list[Item]:
    """ "Which sold most, and what was each one's rate": ranked by what the verb measures, which is not computed."""
    found: list[Item] = []
    for item in draft.items:
        order = draft.touching(item, 1)
        ranks = order is not None and order.is_word and order.word("most", "least") and order.role == "order"
        names = {term.name for term in item.all(MetricTerm)}
        computed = {*draft.metrics, *(each.target for each in draft.order)}
        if ranks and is_weak_metric(item) and item.role != RANKED_FEW and names.isdisjoint(computed):
            found.append(item)
    return found


def _biggest_one(draft: Draft) -> list[Item]:
    """ "The biggest order, and at which shop", 最大的一单: one of the things by its size, and not who has most of them."""
    counts = all_counts(draft.workspace)
    if not any(each.target in counts for each in draft.order) or any(isinstance(ref, Tag) for ref in draft.by):
        return []
    found: list[Item] = []
    for word in draft.items:
        if word.role != "order" or not word.word("most", "least") or word.number is not None or word.says("most_of"):
            continue
        noun = draft.touching(word, 1)
        while noun is not None and (noun.light or noun.word("single") or noun.number is not None):
            noun = draft.touching(noun, 1)
        if noun is not None and (noun.role or "").startswith("metric ") and entity_of(noun) is not None:
            found.append(word)
    return found


def _against_the_average(draft: Draft) -> list[Item]:
    """比平均高吗, "higher than average": of whom it is the average, nobody said."""
    found: list[Item] = []
    for word in draft.items:
        average = draft.touching(word, 1)
        if not word.word("than", "against", *BOUNDS) or average is None or not (average.is_word and average.word("average")):
            continue
        behind = draft.touching(average, 1)
        if behind is None or behind.is_word:
            found.append(average)
    return found


def _share_behind(draft: Draft) -> list[Item]:
    """ "How many …, and what share of them …": a share that was taken for what is said of each one."""
    if draft.share is not None or "share" in draft.marks:
        return []
    words = [item for item in draft.items if item.word("share") and item.is_word and not item.word("filler")]
    return [word for word in words if (word.role or "").startswith(OF_EACH) and word.text.isascii() and _led_by_what(draft, word)]


def _led_by_what(draft: Draft, word: Item) -> bool:
    before = draft.touching(word, -1)
    lead = draft.touching(before, -1) if before is not None else None
    return before is not None and before.says("asks_what") and lead is not None and lead.word("conj")
