"""What a result is cut by: group words, "which", grains, trends, and a bare dimension beside a metric."""

from __future__ import annotations

from datetime import timedelta

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, NumberTerm, PeriodTerm, TagTerm, ValueTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause, describes, side_by_side_ref
from assistant.planner.rules.counting import entity_counts
from assistant.planner.rules.periods import several_units
from assistant.planner.rules.phrases import WHO
from semantic_layer.calendar import resolve
from semantic_layer.columns import Note
from semantic_layer.conditions import SERIES_GRAINS, Field, FieldRef, Grain, Tag, TimeBucket
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
    _grains(draft)
    _named_dimensions(draft)
    _listed_values(draft, clauses)
    _trend(draft)
    _own_time(draft)


RELATIVES = ("who", "that", "whose")


def _who(draft: Draft) -> None:
    """ "Who spent the most": a row for each person."""
    person = next((each for each in draft.workspace.entities if each.personal), None)
    who = next((item for item in draft.words("which") if item.text.lower() in WHO), None)
    ranked = draft.any_word("most", "least", "top", "bottom", "best", "worst")
    named = person is not None and any(term.entity == person.name for item in draft.items for term in item.all(FieldTerm))
    if person is not None and who is not None and ranked and draft.metrics and not named:
        draft.claim(f"by {person.key_name}", who)
        draft.bind_group(Field(name=person.key_name))


def _own_time(draft: Draft) -> None:
    """ "by payment time, monthly": the field and the grain are one cut."""
    fields = [ref for ref in draft.by if isinstance(ref, TimeBucket) and ref.field is not None]
    plain = [ref for ref in draft.by if isinstance(ref, TimeBucket) and ref.field is None]
    if len(fields) == 1 and len(plain) == 1 and fields[0].grain == "date":
        merged = TimeBucket(grain=plain[0].grain, field=fields[0].field)
        draft.by = [merged if ref == fields[0] else ref for ref in draft.by if ref != plain[0]]


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
        if noun is not None and not noun.free and noun.get(ValueTerm) is not None and word.word("per", "which"):
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
    """ "Per red item": the noun that the value stands before is what is cut by."""
    head = draft.after(value)
    if head is None or head.role != "names the value's field" or not any(term.entity for term in head.all(FieldTerm)):
        return None
    head.role = None
    return head


def _one_of_listed(draft: Draft, noun: Item, word: Item, clauses: list[Clause]) -> bool:
    """ "Red or blue, which colour": the noun stands for the values listed before it, which are the groups."""
    entity = next((term.entity for term in noun.all(FieldTerm) if term.entity is not None), None)
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
    before = draft.before(word)
    if word.text.lower() == "by" and before is not None and before.get(VerbTerm) is not None:
        draft.claim("says which data", word)
        return True
    entity = next((draft.workspace.entity(term.entity) for term in noun.all(FieldTerm) if term.entity is not None), None)
    if word.text.lower() == "by" and entity is not None and entity.personal and _acts(draft, word, noun):
        draft.claim("names what is measured", word, noun)
        return True
    if word.text.lower() == "per" and entity is not None and entity.personal:
        return True
    return _is_per(draft, noun)


def _acts(draft: Draft, word: Item, noun: Item) -> bool:
    """ "Orders placed by customers", "by customers who rent": who did it, no cut."""
    before, after = draft.touching(word, -1), draft.touching(noun, 1)
    done = before is not None and before.text.lower().endswith(("ed", "made", "bought", "spent", "done"))
    return done or (after is not None and after.text.lower() in ("who", "that", "whose", "with", "aged", "from", "in"))


def _is_per(draft: Draft, noun: Item) -> bool:
    """ "how often did each customer come in": the ratio is per customer already."""
    entity = next((term.entity for term in noun.all(FieldTerm) if term.entity is not None), None)
    if entity is None:
        return False
    counts = {metric.name for metric in entity_counts(draft.workspace, entity)}
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
    return ref.grain if isinstance(ref, TimeBucket) else ref.metric


def _grains(draft: Draft) -> None:
    """ "monthly" groups by itself; "month" does after an order word or "which"."""
    ordering = draft.any_word("most", "least", "top", "bottom")
    for item in draft.items:
        if not item.free:
            continue
        grain = item.get(GrainTerm)
        if grain is None:
            continue
        number = draft.before(item)
        counted = number is not None and number.get(NumberTerm) is not None
        if any(term.groups for term in item.all(GrainTerm)):
            chosen: Grain = next(term.grain for term in item.all(GrainTerm) if term.groups)
            draft.claim(f"by {chosen}", item)
            draft.bind_group(TimeBucket(grain=chosen))
        elif grain.field is not None:
            draft.claim(f"by {grain.grain}", item)
            draft.bind_group(TimeBucket(grain=grain.grain, field=grain.field))
        elif ordering or draft.any_word("which", "share", "ranking", "distribution") or (counted and not draft.by):
            draft.claim(f"by {grain.grain}", item)
            draft.bind_group(TimeBucket(grain=grain.grain))
    _absorb_units(draft)
    grains = {ref.grain for ref in draft.by if isinstance(ref, TimeBucket)}
    if "weekday" in grains and "week" in grains and not _apart(draft, "week", "weekday"):
        # 一周里星期几: the week is only what the days are of.
        draft.by = [ref for ref in draft.by if not (isinstance(ref, TimeBucket) and ref.grain == "week" and ref.field is None)]
    if grains & {"weekday", "hour"} and "date" in grains and not _apart(draft, "date", *(grains & {"weekday", "hour"})):
        # 一周七天里哪天, 一天里每个小时: the day is the weekday's or the hour's own.
        draft.by = [ref for ref in draft.by if not (isinstance(ref, TimeBucket) and ref.grain == "date" and ref.field is None)]


def _apart(draft: Draft, *grains: str) -> bool:
    """The grains are asked in two phrases: "which day was best, and what weekday was it"."""
    places = [[item for item in draft.items if item.role == f"by {grain}"] for grain in grains]
    if not all(places):
        return False
    between = draft.between(places[0][0], places[1][-1])
    if not any(item.text.startswith("哪") or item.word("which") or draft.led_by(item, "which") for item in places[0]):
        return False
    return any(item.text in (",", "，", ".", "?", ";", "and") for item in between)


def _absorb_units(draft: Draft) -> None:
    """ "these two hours", "the two months": a grain noun beside listed times or periods says nothing new."""
    for item in draft.items:
        grain = item.get(GrainTerm)
        if item.free and grain is not None and (draft.periods or draft.by):
            neighbours = [draft.touching(item, -1), draft.touching(item, -1) and draft.before(item)]
            touching = draft.touching(item, -1)
            named = touching is not None and touching.get(PeriodTerm) is not None
            if named or any(each is not None and each.word("refer", "this", "filler") for each in neighbours):
                draft.claim("names the period", item)


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
        plain = not wants_entities or (_is_counted(draft, entity) and not ranked) or (whole is not None and whole.word("whole"))
        number = draft.before(item)
        top = number is not None and number.number is not None and draft.led_by(number, "top", "bottom", "most", "least")
        if entity is not None and (draft.by or plain) and not top:
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


def _reached(draft: Draft, ref: FieldRef) -> bool:
    """A dimension that only stands beside a metric must be one of its data; after a group word it is asked for in earnest."""
    if not isinstance(ref, Field):
        return True
    datasets = {dataset for name in draft.metrics for dataset in base_datasets(draft.workspace, name)}
    return all(reaches(draft.workspace, dataset, ref.name) for dataset in datasets)


def _counts(draft: Draft, entity: str | None) -> bool:
    """One of the metrics counts the entity itself."""
    return entity is not None and bool({each.name for each in entity_counts(draft.workspace, entity)} & set(draft.metrics))


def _is_counted(draft: Draft, entity: str | None) -> bool:
    """The entity has a count of its own: beside a metric its name is no cut."""
    described = draft.workspace.entity(entity or "")
    return described is not None and described.count is not None


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


def _chooses(draft: Draft) -> bool:
    """ "Red or blue, which sells more?" wants both figures; "orders with red or blue" one figure for either."""
    which = [item for item in draft.items if item.word("which") and item.text.lower() not in RELATIVES]
    return bool(which) or draft.any_word("comparative_up", "comparative_down", "most", "least", "than")


def _single_hours(clause: Clause) -> bool:
    return len(clause.items) > 1 and len(clause.values) == len([item for item in clause.items if item.role])


def _trend(draft: Draft) -> None:
    """A trend without a grain: by month, or by day where the period is short."""
    words = draft.words("trend")
    if not words or not draft.metrics:
        return
    if not any(isinstance(ref, TimeBucket) for ref in draft.by):
        grain = _grain_for(draft)
        draft.bind_group(TimeBucket(grain=grain))
        draft.notes.append(Note(code="default_grain", parts={"grain": grain}))
    draft.claim("over time", *words)
    draft.marks.add("trend")


def _grain_for(draft: Draft) -> Grain:
    today = draft.today
    many = several_units(draft)
    if many is not None:
        return many
    period = draft.periods[0] if draft.periods else today.settings.default_period
    span = resolve(period, today.as_of, today.data, today.settings.conventions)
    days = (span.end - span.start + timedelta(days=1)).days
    return "date" if days <= 31 else "week" if days <= 92 else "month"
