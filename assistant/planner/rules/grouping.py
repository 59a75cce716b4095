"""What a result is cut by: group words, "which", grains, trends, and a bare dimension beside a metric."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, NumberTerm, TagTerm, ValueTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import OF_EACH, Clause, describes, side_by_side_ref
from assistant.planner.rules.counting import counts_of
from assistant.planner.rules.grains import join_own_time, read_grains, read_trend
from assistant.planner.rules.heads import entity_of
from assistant.planner.rules.weekdays import read_each_weekday
from semantic_layer.conditions import SERIES_GRAINS, Field, FieldRef, Meets, Tag, TimeBucket
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.datasets import Field as FieldDefinition
from semantic_layer.model.metrics import Ratio
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset, reaches

GROUPING = ("group", "per", "which", "top", "bottom", "most", "least", "count", "list")


def read_groups(draft: Draft, clauses: list[Clause]) -> None:
    """Fills the dimensions of the draft."""
    _who(draft)
    _by_words(draft, clauses)
    read_grains(draft)
    _named_dimensions(draft)
    _ranked_things(draft)
    _listed_values(draft, clauses)
    read_trend(draft)
    read_each_weekday(draft)
    join_own_time(draft)


def _who(draft: Draft) -> None:
    """ "Who spent the most": a row for each person."""
    person = draft.workspace.entity(draft.person) if draft.person is not None else None
    who = next((item for item in draft.words("which") if item.says("who")), None)
    ranked = draft.any_word("most", "least", "top", "bottom", "best", "worst")
    named = person is not None and any(term.entity == person.name for item in draft.items for term in item.all(FieldTerm))
    if person is not None and who is not None and ranked and draft.metrics and not named:
        draft.claim(f"by {person.key_name}", who)
        draft.bind_group(Field(name=person.key_name))


def reference(workspace: Workspace, item: Item) -> FieldRef | None:
    """What an item can be grouped by, if anything."""
    grain = item.get(GrainTerm)
    if grain is not None:
        return TimeBucket(grain=grain.grain, field=grain.field)
    for term in item.all(FieldTerm):
        field = _declared(workspace, term.name)
        if field is not None and field.type in ("time", "date"):
            return TimeBucket(grain="date", field=field.name)
        if field is None or field.type in ("category", "id", "boolean"):
            return Field(name=term.name)
    tag = item.get(TagTerm)
    return Tag(name=tag.name) if tag is not None else None


def _declared(workspace: Workspace, name: str) -> FieldDefinition | None:
    home = home_dataset(workspace, name)
    return home.field(name) if home else None


def _by_words(draft: Draft, clauses: list[Clause]) -> None:
    """A group word takes the dimension after it; in Chinese a word like 分布 or 维度 takes the one before it too."""
    for word in draft.items:
        if not word.word("group", "per", "which") or (word.role is not None):
            continue
        noun = _named_before(draft, word) or draft.after(word)
        if _not_grouping(draft, word, noun):
            if noun is not None and word.word("per") and _is_per(draft, noun):
                draft.claim("names what is measured", word, noun)
            continue
        steps = 0
        while (
            noun is not None
            and steps < 2
            and (
                noun.get(NumberTerm) is not None
                or noun.word("which", "group", "classifier", "list", "most", "least", "top", "bottom")
            )
        ):
            noun, steps = draft.after(noun), steps + 1
        each = word.word("per", "which") or word.says("each_of_them")
        if noun is not None and not noun.free and noun.get(ValueTerm) is not None and each:
            noun = _head_of_value(draft, noun)
        if noun is None or not noun.free or _measured(draft, noun, word):
            continue
        if not _one_of_listed(draft, noun, word, clauses):
            _take(draft, noun, word)
    for word in draft.words("group_after", "distribution"):
        noun = draft.before(word)
        if noun is not None and noun.free and not _measured(draft, noun, word):
            _take(draft, noun, word)


def _head_of_value(draft: Draft, value: Item) -> Item | None:
    """ "Per red item", "of each red item": the noun that the value stands before is what is cut by."""
    head = draft.after(value)
    if head is None or head.role != "names the value's field" or not any(term.entity for term in head.all(FieldTerm)):
        return None
    head.role = None
    return head


def _one_of_listed(draft: Draft, noun: Item, word: Item, clauses: list[Clause]) -> bool:
    """ "Red or blue, which colour": the noun stands for the values listed before it, which are the groups."""
    entity = entity_of(noun)
    grain = noun.get(GrainTerm)
    for clause in clauses:
        ref = side_by_side_ref(clause)
        if ref is None or not word.word("which") or clause.last.index > noun.index:
            continue
        days = isinstance(ref, TimeBucket) and ref.grain == "weekday" and grain is not None and grain.grain == "date"
        if days or (entity is not None and isinstance(ref, Field) and describes(draft, clause, entity)):
            draft.claim(f"by {name_of(ref)}", noun, word)
            draft.side_by_side.append(ref)
            draft.bind_group(ref)
            draft.marks.add("which")
            return True
    return False


def _not_grouping(draft: Draft, word: Item, noun: Item | None) -> bool:
    """ "What did customers ...", "served by the agents": a question word or an agent, no cut."""
    if noun is None:
        return True
    between = draft.between(word, noun)
    if (
        word.word("which")
        and word.text.isascii()
        and any(item.word("filler") and item.text.lower() not in ("of", "our", "the") for item in between)
    ):
        return True
    if word.word("filler") and _is_the_whole(draft, noun, between):
        draft.claim("names what is measured", noun)
        return True
    before = draft.before(word)
    if word.text.lower() == "by" and before is not None and before.get(VerbTerm) is not None and not _is_bare(draft, word, noun):
        draft.claim("says which data", word)
        return True
    entity = next((draft.workspace.entity(term.entity) for term in noun.all(FieldTerm) if term.entity is not None), None)
    if word.text.lower() == "by" and entity is not None and entity.personal and _acts(draft, word, noun):
        draft.claim("names what is measured", word, noun)
        return True
    if word.says("among") and word.word("inside") and entity is not None and entity.personal:
        draft.claim("names what is measured", noun)
        return True  # "the reply rate among families with children": those who are meant
    if word.says("among") and entity is not None and any(item.role == f"{OF_EACH}{entity.name} did" for item in draft.items):
        draft.claim("names what is measured", word, noun)
        return True  # "among families with children who came ten times"
    if word.text.lower() == "per" and entity is not None and entity.personal:
        return True
    return _is_per(draft, noun)


def _is_the_whole(draft: Draft, noun: Item, between: list[Item]) -> bool:
    """ "Across the whole shop": one thing in full, and no cut."""
    last = draft.question.tokens[noun.span.end - 1]
    entity = any(term.entity is not None for term in noun.all(FieldTerm))
    return entity and last.text.isascii() and last.text == last.key and any(item.word("whole") for item in between)


def _is_bare(draft: Draft, word: Item, noun: Item) -> bool:
    """ "Returned by shop": one thing without an article is what is cut by, "by shops" and "by a shop" who did it."""
    last = draft.question.tokens[noun.span.end - 1]
    entity = next((draft.workspace.entity(term.entity) for term in noun.all(FieldTerm) if term.entity is not None), None)
    single = last.text.isascii() and last.text == last.key
    return entity is not None and not entity.personal and single and draft.touching(word, 1) is noun


def _acts(draft: Draft, word: Item, noun: Item) -> bool:
    """ "Orders placed by customers", "by customers who rent": who did it, no cut."""
    before, after = draft.touching(word, -1), draft.touching(noun, 1)
    done = before is not None and before.text.lower().endswith(("ed", "made", "bought", "spent", "done"))
    return done or (after is not None and after.text.lower() in ("who", "that", "whose", "with", "aged", "from", "in"))


def _is_per(draft: Draft, noun: Item) -> bool:
    """ "how often did each customer come in": the ratio is per customer already."""
    entity = entity_of(noun)
    if entity is None:
        return False
    counts = counts_of(draft.workspace, entity)
    for name in draft.metrics:
        metric = draft.workspace.metric(name)
        if isinstance(metric, Ratio) and metric.ratio.denominator.metric in counts:
            return True
    return False


def _named_before(draft: Draft, word: Item) -> Item | None:
    """年龄不同的客户: "differing in" takes the dimension before it."""
    if not word.text.startswith("不同"):
        return None
    before = draft.touching(word, -1)
    return before if before is not None and before.free and before.get(FieldTerm) is not None else None


def _measured(draft: Draft, noun: Item, word: Item) -> bool:
    """After "which" a word that is a metric too is what is counted, not what is cut by ("which customers" aside)."""
    return noun.get(MetricTerm) is not None and noun.get(FieldTerm) is None and noun.get(GrainTerm) is None


def _take(draft: Draft, noun: Item, word: Item) -> None:
    ref = reference(draft.workspace, noun)
    if ref is None or (noun.get(ValueTerm) is not None and noun.get(FieldTerm) is None and noun.get(GrainTerm) is None):
        return
    draft.bind_group(ref)
    if word.word("which"):
        draft.marks.add("which")
    draft.claim(f"by {name_of(ref)}", noun, *([word] if word.free else []))
    _take_listed(draft, noun)


def _take_listed(draft: Draft, noun: Item) -> None:
    """ "by city and colour": dimensions listed after the first."""
    link = draft.touching(noun, 1)
    link = link if link is not None and link.text in (",", "、", "，") else draft.after(noun)
    if link is None or not (link.word("conj", "plus") or link.text in (",", "、", "，")):
        return
    following = draft.after(link)
    if following is not None and following.word("group", "per", "conj"):
        following = draft.after(following)
    if following is None or not following.free or following.get(MetricTerm) is not None:
        return
    ref = reference(draft.workspace, following)
    if ref is None or not (following.get(FieldTerm) or following.get(GrainTerm) or following.get(TagTerm)):
        return
    if (
        any(term.entity is not None for term in following.all(FieldTerm))
        and draft.after(following) is not None
        and not draft.metrics
    ):
        return
    draft.claim(f"by {name_of(ref)}", link, following)
    draft.bind_group(ref)
    _take_listed(draft, following)


def name_of(ref: FieldRef) -> str:
    if isinstance(ref, Field | Tag):
        return ref.name
    if isinstance(ref, Meets):
        return ref.entity
    return ref.grain if isinstance(ref, TimeBucket) else ref.metric


def _named_dimensions(draft: Draft) -> None:
    """A dimension beside a metric, without a group word: city sales, 城市排名. A thing that is counted is not."""
    wants_entities = draft.any_word(
        "ranking", "most", "least", "top", "bottom", "share", "distribution", "which", "list", "side_by_side"
    )
    for item in draft.items:
        if not item.free:
            continue
        terms = item.all(FieldTerm)
        if not terms or (item.get(ValueTerm) is not None and item.get(FieldTerm) is None):
            continue
        entity = next((term.entity for term in terms if term.entity is not None), None)
        whole = draft.touching(item, -1)
        ranked = bool(draft.metrics) and draft.any_word("most", "least", "top", "bottom") and not _counts(draft, entity)
        summed = draft.touching(item, 1)
        plain = not wants_entities or (_is_counted(draft, entity) and not ranked) or (whole is not None and whole.word("whole"))
        plain = plain or (summed is not None and summed.word("sum", "plus") and not summed.word("conj"))
        number = draft.before(item)
        top = number is not None and number.number is not None and draft.led_by(number, "top", "bottom", "most", "least")
        if entity is not None and (draft.by or plain) and not top and not (draft.metrics and _names_the_key(draft, item)):
            draft.claim("names what is measured", item)
            draft.entities.append(entity)
            continue
        if not draft.metrics and not wants_entities:
            continue
        ref = reference(draft.workspace, item)
        if ref is not None and _reached(draft, ref):
            draft.claim(f"by {name_of(ref)}", item)
            draft.bind_group(ref)
    for item, tag in draft.having(TagTerm):
        draft.claim(f"by {tag.name}", item)
        draft.bind_group(Tag(name=tag.name))


def _names_the_key(draft: Draft, item: Item) -> bool:
    """分店号, "branch id": the key itself is wanted, a row for each."""
    after = draft.touching(item, 1)
    return any(term.key for term in item.all(FieldTerm)) or (after is not None and after.word("key_noun") and after.is_word)


def _reached(draft: Draft, ref: FieldRef) -> bool:
    """A dimension that only stands beside a metric must be one of its data; after a group word it is asked for in earnest."""
    if not isinstance(ref, Field):
        return True
    datasets = {dataset for name in draft.metrics for dataset in base_datasets(draft.workspace, name)}
    return all(reaches(draft.workspace, dataset, ref.name) for dataset in datasets)


def _counts(draft: Draft, entity: str | None) -> bool:
    """One of the metrics counts the entity itself."""
    return entity is not None and bool(counts_of(draft.workspace, entity) & set(draft.metrics))


def _is_counted(draft: Draft, entity: str | None) -> bool:
    """The entity has a count of its own: beside a metric its name is no cut."""
    described = draft.workspace.entity(entity or "")
    return described is not None and described.count is not None


def _ranked_things(draft: Draft) -> None:
    """红色的几个展会按成本排一下: what is to be ranked is the noun that the value stands before."""
    if draft.by or not draft.metrics or not draft.any_word("ranking", "ascending"):
        return
    for item in draft.items:
        term = next((each for each in item.all(FieldTerm) if each.entity is not None), None)
        if item.role == "names the value's field" and term is not None:
            draft.bind_group(Field(name=term.name))
            draft.claim("counter", *(each for each in (draft.touching(item, -1),) if each is not None and each.word("count")))
            return


def _listed_values(draft: Draft, clauses: list[Clause]) -> None:
    """Listed values are wanted each on its own, unless they are added up or another cut is asked."""
    summed = draft.any_word("sum") or draft.any_word("plus")
    compared = draft.any_word("side_by_side") or "compare_values" in draft.marks
    for clause in clauses:
        ref = side_by_side_ref(clause)
        if ref is None or ref in draft.by:
            continue
        if clause.either and not _chooses(draft):
            clause.plus = True
            continue
        if isinstance(ref, TimeBucket) and ref.grain == "hour" and not _single_hours(clause):
            continue
        over_time = all(isinstance(each, TimeBucket) and each.grain in SERIES_GRAINS for each in draft.by)
        ordered = bool(draft.by) and draft.any_word("most", "least", "top", "bottom")
        share_of_sum = draft.any_word("share") and not compared and bool(draft.by)
        if (compared or (not summed and over_time and not ordered and not share_of_sum)) and not (
            draft.by and not over_time and not compared
        ):
            draft.side_by_side.append(ref)
            draft.bind_group(ref)
        if ref in draft.by:
            # "Red and blue each": every listed value by itself, which is what they are cut by.
            draft.claim("each listed", *(word for word in draft.words("per") if draft.touching(word, -1) is clause.last))


def _chooses(draft: Draft) -> bool:
    """ "Red or blue, which sells more?" wants both figures; "orders with red or blue" one figure for either."""
    which = [item for item in draft.items if item.word("which") and not item.says("relatives")]
    return bool(which) or draft.any_word("comparative_up", "comparative_down", "most", "least", "than")


def _single_hours(clause: Clause) -> bool:
    return len(clause.items) > 1 and len(clause.values) == len([item for item in clause.items if item.role])
