"""Questions that are not about a number: greetings, help, definitions, lists, and what is never done."""

from __future__ import annotations

import re

from assistant.language.meanings import (
    ConditionTerm,
    ExplainedTerm,
    FieldTerm,
    GrainTerm,
    MetricTerm,
    ParameterTerm,
    PeriodTerm,
    SegmentTerm,
    SeveralTerm,
    TagTerm,
    TagValueTerm,
    VerbTerm,
)
from assistant.language.text import LONGEST, Question, is_han
from assistant.planner.draft import Draft, Item
from assistant.planner.outcome import Refuse
from assistant.planner.rules.assumed import ASSUMPTION, is_assumed
from semantic_layer.calendar import resolve
from semantic_layer.conditions import AnyCondition, Compare, Field, TimeBucket, all_of, refs_of
from semantic_layer.frozen import Frozen
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset
from semantic_layer.requests import EntityQuery, ValueQuery
from tools.requests import CatalogueQuery, DefinitionQuery, Topic

SQL = re.compile(
    r"^\s*(?:(?:explain|analyze)\s+(?:select|with|insert|update|delete)\b.+|(?:describe|desc)\s+\w+\s*;?$|show\s+tables|with\s+\w+\s+as|select\s+.+\s+from\s|insert\s+into|update\s+\w+\s+set|delete\s+from|drop\s+|alter\s+|create\s+(?:or\s+replace\s+|temp\w*\s+|unique\s+)*(?:table|view|index|schema|database|function|macro|sequence|type|user|role)\b|truncate\s|copy\s|attach\s|pragma\s)",
    re.IGNORECASE | re.DOTALL,
)
DIFFERENCE = re.compile("差别|区别|不同|不一样|differ")
NOUNS: dict[str, Topic] = {
    "metrics_noun": "metrics",
    "dimensions_noun": "dimensions",
    "tags_noun": "tags",
    "segments_noun": "segments",
    "parameters_noun": "parameters",
}


def refused_at_once(question: Question) -> Refuse | None:
    """What is not a question at all."""
    if not question.original.strip():
        return Refuse(code="empty")
    if len(question.original) > LONGEST:
        return Refuse(code="too_long", parts={"longest": LONGEST, "length": len(question.original)})
    if not any(token.kind in ("han", "word", "number") for token in question.tokens):
        return Refuse(code="no_words", span=question.original[:20])
    if SQL.match(question.original):
        return Refuse(code="sql_pasted", span=question.original[:40])
    return None


def refused_write(draft: Draft) -> Refuse | None:
    """A request to change data; in English it begins with the verb."""
    for item in draft.words("write"):
        first = next((each for each in draft.items if not each.light), None)
        han = any(is_han(char) for char in item.text)
        if han or item is first:
            return Refuse(code="write", span=item.text)
    return None


def small_talk(draft: Draft) -> CatalogueQuery | None:
    """Greetings, thanks, and "what can I ask"."""
    if (
        draft.any_word("help")
        and not _targets(draft, metrics_only=True)
        and not any(item.get(PeriodTerm) for item in draft.items)
    ):
        draft.claim("help", *draft.words("help"))
        return CatalogueQuery(topic="questions")
    meaningful = [item for item in draft.items if not item.word("filler", "stop", "greeting", "thanks", "follow", "this")]
    if not meaningful and draft.any_word("greeting", "thanks"):
        return CatalogueQuery(topic="greeting")
    if draft.any_word("data_noun") and not _targets(draft, metrics_only=True):
        draft.claim("the data", *draft.words("data_noun"))
        return CatalogueQuery(topic="workspace")
    return None


# ---- definitions ---------------------------------------------------------------------------------------------------------


def definition(draft: Draft) -> DefinitionQuery | None:
    """ "How is it calculated?" with what it is asked of."""
    strong = [
        item for item in draft.items if item.word("define") and not _weak_define(draft, item) and not is_assumed(draft, item)
    ]
    if draft.of_each is not None:
        strong = [item for item in strong if not item.word("average")]  # "mean and median" of what each one has
    apart = draft.clauses or draft.compare is not None or len(draft.periods) > 1
    if strong and apart and all(DIFFERENCE.search(item.text.lower()) for item in strong):
        if not draft.clauses:
            draft.claim("compare", *strong)
        strong = []  # the difference between groups or periods is asked in numbers
    if draft.own_figures is not None and any(item.word("count", "share") and item.role is not None for item in draft.items):
        strong = []  # how many there are of whom something is said
    if strong and _asks_for_the_number(draft, strong):
        draft.claim("asks for the number", *strong)
        return None
    bare = not strong and _bare_what_is(draft)
    if not strong and not bare:
        return None
    if any(item.get(PeriodTerm) is not None for item in draft.items) and not strong:
        return None
    names = [name for item in draft.items for name in _name_of(draft.workspace, item)]
    names = list(dict.fromkeys(names))
    if not names:
        return None
    for item in draft.items:
        if item.free and (item in strong or (item.span.meanings and not item.is_word)):
            draft.claim("definition", item)
    named = [item for item in draft.items if _name_of(draft.workspace, item)]
    draft.claim("beside the definition", *(item for item in draft.left_over() if not _qualifies(draft, item, named)))
    draft.claim(
        "definition",
        *draft.words(
            "define", "is_what", "why", "or", "than", "not", "both", "including", "unknown", "average", "previous", *NOUNS
        ),
    )
    return DefinitionQuery(names=tuple(names[:6]))


def _asks_for_the_number(draft: Draft, words: list[Item]) -> bool:
    """ "Compute sales of March", "measured at each month's end": with days, or said first, the word asks for the value."""
    if not all(item.says("reckon") for item in words):
        return False
    how = any(item.says("how") for item in draft.items[: words[0].index])
    days = any(item.get(PeriodTerm) is not None for item in draft.items)
    return days or (not how and all(item.light for item in draft.items[: words[0].index]))


def _qualifies(draft: Draft, item: Item, named: list[Item]) -> bool:
    """A word that was not understood and touches the term may make another term of it."""
    for way in (-1, 1):
        at = draft.touching(item, way)
        while at is not None and at.text.lower() in ("的", "of", "the", "之"):
            at = draft.touching(at, way)
        if at is not None and at in named:
            return True
    return False


def _weak_define(draft: Draft, item: Item) -> bool:
    """Words that define only in a question of their own kind: 包含 asks with 吗, "include" asks with "does"."""
    if not item.word("including"):
        following = draft.after(item)
        return item.text.lower() == "mean" and following is not None and following.get(MetricTerm) is not None
    asks = "吗" in draft.question.text or "么" in draft.question.text or "是否" in draft.question.text
    first = draft.question.tokens[0].text if draft.question.tokens else ""
    return not (asks or first in ("does", "do", "is", "are", "did"))


def _bare_what_is(draft: Draft) -> bool:
    """ "What is AOV", 客单价是什么: the term and nothing else; "what is our AOV" asks for the number."""
    if not draft.any_word("is_what"):
        return False
    terms = [item for item in draft.items if item.span.meanings and not item.is_word]
    others = [item for item in draft.items if item.is_word and not item.word("filler", "stop", "is_what", "classifier")]
    owned = any(
        item.text.lower() in ("our", "my", "the", "your", "今天", "我们", "现在", "目前", "the current") for item in draft.items
    )
    first = next((item for item in draft.items if not item.word("stop")), None)
    starts = first is not None and (first.word("is_what") or draft.language == "zh" or draft.any_word("define"))
    lead = next((item for item in draft.items if item.word("is_what")), None)
    starts = starts or (lead is not None and all(item.word("filler", "stop") for item in draft.items[: lead.index]))
    return len(terms) == 1 and not others and not owned and starts and bool(_name_of(draft.workspace, terms[0]))


def _name_of(workspace: Workspace, item: Item) -> list[str]:
    metric = next((term for term in item.all(MetricTerm) if not term.weak), None)
    if metric is not None:
        return [metric.name]
    for meaning in item.span.meanings:
        match meaning:
            case (
                TagTerm(name=name)
                | SegmentTerm(name=name)
                | ParameterTerm(name=name)
                | ExplainedTerm(name=name)
                | ConditionTerm(name=name)
            ):
                return [name]
            case TagValueTerm(tag=name):
                return [name]
            case SeveralTerm(index=index):
                return [reading.partition("=")[0] for reading in workspace.ambiguous[index].readings]
            case FieldTerm(name=name):
                return [name]
            case _:
                continue
    return []


def _targets(draft: Draft, metrics_only: bool = False) -> list[Item]:
    kinds = (MetricTerm,) if metrics_only else (MetricTerm, FieldTerm, TagTerm, SegmentTerm)
    return [item for item in draft.items if any(item.get(kind) is not None for kind in kinds)]


# ---- lists ---------------------------------------------------------------------------------------------------------------


def listing(draft: Draft) -> Frozen | None:
    """What exists: metrics and dimensions, values of a field, entities with their own fields."""
    named = [item for item in draft.items if item.free or item.role]
    for code, topic in NOUNS.items():
        words = [item for item in named if item.word(code) and item.is_word and not _names_a_field(draft, item)]
        words = [item for item in words if item.role != ASSUMPTION]  # 假设毛利率为30% sets one
        if words and _asks_for_list(draft):
            metric = next((term.name for item in named for term in item.all(MetricTerm) if not term.weak), None)
            draft.claim("list", *words)
            _claim_all(draft)
            return CatalogueQuery(topic=topic, metric=metric if topic == "dimensions" else None)
    return _window_of_entity(draft) or _values_or_entities(draft)


def _names_a_field(draft: Draft, item: Item) -> bool:
    """ "The income field": the word only says what the one before it is."""
    before = draft.touching(item, -1)
    return before is not None and before.get(FieldTerm) is not None


def _window_of_entity(draft: Draft) -> Frozen | None:
    """ "When does tour 3 start", 展会3哪天结束: the entity with its own dates."""
    if not any(item.word("starts_ends") for item in draft.items) or any(
        not term.weak for i in draft.items for term in i.all(MetricTerm)
    ):
        return None
    for item in draft.items:
        term = next((each for each in item.all(FieldTerm) if each.entity is not None), None)
        homes = draft.workspace.homes_of(term.entity) if term is not None and term.entity else []
        if term is None or not homes or not any(field.type in ("date", "time") for field in homes[0].fields):
            continue
        words = [each for each in draft.items if each.word("starts_ends", "which", "range") or each.get(GrainTerm)]
        draft.by = []
        draft.claim("dates", *words)
        return _entity_list(draft, item, term, explicit=True)
    return None


def _asks_for_list(draft: Draft) -> bool:
    return any(
        item.word("list", "which", "count", "how_much", "help") or item.text in ("有", "能", "can") for item in draft.items
    )


def _claim_all(draft: Draft) -> None:
    draft.claim(
        "list", *(item for item in draft.items if item.word("list", "which", "count", "group", "sum", "values_noun", "how_much"))
    )
    draft.claim("list", *(item for item in draft.items if item.get(MetricTerm) is not None))


SAYS_MORE = ("most", "least", "best", "worst", "share", "growth", "decline", "trend")
"""Words of questions about numbers, not about what exists."""


def _values_or_entities(draft: Draft) -> Frozen | None:
    heads = [item for item in draft.items if any(not term.weak for term in item.all(MetricTerm)) and item.get(FieldTerm) is None]
    if heads or draft.order or any(item.word(*SAYS_MORE) and item.is_word for item in draft.items):
        return None
    if any(item.role is not None and item.role.startswith("metric") and item.get(FieldTerm) is None for item in draft.items):
        return None
    if not any(item.word("list", "count", "values_noun") or (item.word("which") and item.is_word) for item in draft.items):
        return None
    nouns = [item for item in draft.items if item.get(FieldTerm) is not None]
    if not nouns:
        return None
    noun = _listed_noun(draft, nouns)
    term = noun.all(FieldTerm)[0]
    explicit = any(item.word("list", "values_noun") for item in draft.items)
    if term.entity is not None:
        return _entity_list(draft, noun, term, explicit)
    if draft.periods:
        return None
    home = home_dataset(draft.workspace, term.name)
    names = [ref.name for condition in draft.conditions for ref in refs_of(condition) if isinstance(ref, Field)]
    within = home is not None and all(home.field(name) is not None for name in names)
    if draft.conditions and not (explicit or within):
        return None
    draft.claim("values of " + term.name, noun)
    _claim_all(draft)
    return ValueQuery(field=Field(name=term.name), where=all_of(tuple(draft.conditions)))


def _listed_noun(draft: Draft, nouns: list[Item]) -> Item:
    """The noun beside the listing word; a plain field before an entity that only decorates it."""
    plain = [item for item in nouns if item.all(FieldTerm)[0].entity is None]
    entities = [item for item in nouns if item not in plain]
    if entities and plain and all(_is_date(draft, item.all(FieldTerm)[0].name) for item in plain):
        return entities[0]
    return (plain or nouns)[0]


def _is_date(draft: Draft, name: str) -> bool:
    home = home_dataset(draft.workspace, name)
    field = home.field(name) if home is not None else None
    return field is not None and field.type in ("date", "time")


def _entity_list(draft: Draft, noun: Item, term: FieldTerm, explicit: bool) -> Frozen | None:
    workspace = draft.workspace
    entity = workspace.entity(term.entity or "")
    if entity is None:
        return None
    if entity.count is not None and not explicit:
        return None
    draft.claim("list of " + entity.name, noun)
    _claim_all(draft)
    homes = workspace.homes_of(entity.name)
    if not homes and not entity.personal:
        if draft.conditions or draft.periods:
            return None
        return ValueQuery(field=Field(name=entity.key_name))
    columns = tuple(Field(name=field.name) for field in homes[0].fields[:6]) if homes and not entity.personal else ()
    for item in draft.items:
        if any(term.name in [column.name for column in columns] for term in item.all(FieldTerm)):
            draft.claim("column", item)
    if any(_is_date(draft, column.name) for column in columns):
        draft.claim(
            "column", *(item for item in draft.items if (grain := item.get(GrainTerm)) is not None and grain.grain == "date")
        )
        draft.by = [ref for ref in draft.by if not isinstance(ref, TimeBucket)]
    conditions = (*draft.conditions, *_running(draft, entity.name))
    if draft.periods and len(conditions) == len(draft.conditions):
        return None
    return EntityQuery(entity=entity.name, where=all_of(conditions), columns=columns)


def _running(draft: Draft, entity: str) -> tuple[AnyCondition, ...]:
    """Entities with a window of dates, in a period: those whose window overlaps it."""
    if len(draft.periods) != 1:
        return ()
    for dataset in draft.workspace.datasets:
        window = dataset.window
        if window is None or not window.start.startswith(f"{entity}."):
            continue
        span = resolve(draft.periods[0], draft.today.as_of, draft.today.data, draft.today.settings.conventions)
        draft.claim("window", *(item for item in draft.items if item.get(VerbTerm) is not None or item.word("running")))
        start, end = (Field(name=name.rpartition(".")[2]) for name in (window.start, window.end))
        return (
            Compare(left=start, op="le", right=span.end.isoformat()),
            Compare(left=end, op="ge", right=span.start.isoformat()),
        )
    return ()
