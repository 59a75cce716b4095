"""Questions back and offers: the readings of an ambiguous word, which metric is meant, what to ask of absent data."""

from __future__ import annotations

from assistant.language.meanings import AbsentTerm, PeriodTerm
from assistant.language.single_periods import days_of
from assistant.planner.compose import metric_query
from assistant.planner.draft import Draft, Item
from assistant.planner.outcome import Choice, Clarify, Outcome, Refuse
from assistant.planner.scope import bindings_of, is_about_business
from semantic_layer.calendar import Span, last_year
from semantic_layer.conditions import AnyCondition, Compare, Field, FieldRef, InSegment, Tag, refs_of
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import EachPeriod
from semantic_layer.reach import reaches
from semantic_layer.requests import LastYear, MetricQuery, OrderBy, plain

MOST_CHOICES = 6


def absent_data(draft: Draft, item: Item) -> Refuse:
    term = item.get(AbsentTerm)
    assert term is not None
    absent = draft.workspace.absent[term.index]
    because = {
        "zh": absent.because.zh[0] if absent.because.zh else None,
        "en": absent.because.en[0] if absent.because.en else None,
    }
    return Refuse(
        code="no_such_data",
        span=item.text,
        parts={"because": because, "instead": list(absent.instead)},
        choices=_instead(draft.workspace, absent.instead),
        bindings=bindings_of(draft),
    )


def _instead(workspace: Workspace, names: tuple[str, ...]) -> tuple[Choice, ...]:
    head = workspace.workspace.key_metrics[:1]
    found: list[Choice] = []
    for name in names:
        if workspace.metric(name):
            found.append(Choice(request=plain(MetricQuery(metrics=(name,)))))
        elif head and reaches(workspace, base_datasets(workspace, head[0])[0], name):
            found.append(Choice(request=plain(MetricQuery(metrics=head, by=(Field(name=name),)))))
    return tuple(found)


def decided_by_unit(draft: Draft, readings: tuple[str, ...]) -> str | None:
    """The one reading that is measured as the question says: in money, or as a rate."""
    metrics = [metric for name in readings if (metric := draft.workspace.metric(name)) is not None]
    words = [item for item in draft.items if item.is_word]
    money = any(item.word("money") or item.text in ("金额", "总额") for item in words)
    rate = any(item.word("share") or item.text.endswith("率") for item in words)
    if draft.metrics or len(metrics) != len(readings) or money == rate:
        return None
    fitting = [each.name for each in metrics if (each.type == "fraction") == rate]
    return fitting[0] if len(fitting) == 1 else None


def reading_of(draft: Draft, reading: str) -> Choice:
    """The question with one meaning of an ambiguous word put in."""
    workspace = draft.workspace
    name, _, value = reading.partition("=")
    if workspace.metric(name):
        return choice(draft, metrics=(name,))
    head = tuple(draft.metrics) or _counts(workspace, name)
    condition = next((each for each in workspace.conditions if each.name == name), None)
    if condition is not None:
        return choice(draft, metrics=head, where=condition.where)
    if workspace.segment(name):
        return choice(draft, metrics=head, where=InSegment(name=name))
    if value:
        return choice(draft, metrics=head, where=Compare(left=Tag(name=name), op="eq", right=value))
    return choice(draft, metrics=head, by=(Tag(name=name),))


def _counts(workspace: Workspace, name: str) -> tuple[str, ...]:
    """The metric that counts the entity of a tag or segment."""
    about = workspace.tag(name) or workspace.segment(name)
    entity = workspace.entity(about.entity) if about else None
    if entity is not None and entity.count:
        return (entity.count,)
    return workspace.workspace.key_metrics[:1]


def choice(draft: Draft, metrics: tuple[str, ...], where: AnyCondition | None = None, by: tuple[FieldRef, ...] = ()) -> Choice:
    kept = (draft.metrics, draft.by, draft.conditions)
    draft.metrics = list(metrics)
    draft.by = [*draft.by, *by]
    draft.conditions = [*draft.conditions, *([where] if where is not None else [])]
    request = metric_query(draft)
    draft.metrics, draft.by, draft.conditions = kept
    return Choice(request=plain(request))


def cuts(draft: Draft) -> tuple[Choice, ...]:
    """The question with each of the first dimensions that its metric reaches."""
    datasets = [dataset for name in draft.metrics for dataset in base_datasets(draft.workspace, name)]
    names = [field.name for _, field in draft.workspace.dimension_fields() if field.type == "category"]
    fitting = [name for name in dict.fromkeys(names) if all(reaches(draft.workspace, dataset, name) for dataset in datasets)]
    return tuple(choice(draft, metrics=tuple(draft.metrics), by=(Field(name=name),)) for name in fitting[:MOST_CHOICES])


def which_metric(draft: Draft) -> Outcome:
    """Something is said of no metric: ask which; a bare greeting-like remark is off topic."""
    about = any(is_about_business(item) or item.get(PeriodTerm) is not None for item in draft.items)
    about = (
        about
        or draft.any_word(
            "vague",
            "trend",
            "top",
            "bottom",
            "most",
            "least",
            "descending",
            "best",
            "worst",
            "side_by_side",
            "share",
            "group",
            "growth",
            "ranking",
            "which",
        )
        or bool(draft.by)
        or any(item.word("previous", "last_year", "growth", "decline", "share") for item in draft.items)
    )
    wanting = draft.any_word("filler") and not draft.left_over()
    if not about and not wanting:
        return Refuse(code="off_topic", span=draft.question.original.strip()[:40], bindings=bindings_of(draft))
    earlier = _before_all_data(draft)
    if earlier is not None:
        return earlier
    names = draft.workspace.workspace.key_metrics
    fitting = [name for name in names if _fits(draft, name)] or list(names)
    if any(item.word("most", "least", "best", "worst", "top", "bottom") for item in draft.items) and draft.by:
        draft.limit = draft.limit or 1
    lowest = any(item.word("least", "worst") and not item.word("most", "best") for item in draft.items)
    choices: list[Choice] = []
    for name in fitting[:MOST_CHOICES]:
        order = (OrderBy(target=name, descending=False),) if lowest and draft.by else ()
        asked = choice(draft, metrics=(name,))
        choices.append(asked if not order else Choice(request={**asked.request, "order": [plain(each) for each in order]}))
    return Clarify(code="metric", span=draft.question.original.strip(), choices=tuple(choices), bindings=bindings_of(draft))


def _before_all_data(draft: Draft) -> Refuse | None:
    """ "How much did December grow on last year": where no data is of the year before, no metric has an answer."""
    data, period = draft.today.data, draft.periods[0] if len(draft.periods) == 1 else None
    if not isinstance(draft.compare, LastYear) or data is None or period is None or isinstance(period, EachPeriod):
        return None
    if last_year(period, Span(*days_of(period, draft.today)), draft.today.settings.conventions).end >= data.start:
        return None
    parts = {"first": data.start.isoformat(), "last": data.end.isoformat()}
    return Refuse(code="no_last_year", parts=parts, bindings=bindings_of(draft))


def _fits(draft: Draft, name: str) -> bool:
    """Whether a metric reaches everything that the question names."""
    workspace = draft.workspace
    needed = [ref.name for ref in draft.by if isinstance(ref, Field)]
    needed += [ref.name for condition in draft.conditions for ref in refs_of(condition) if isinstance(ref, Field)]
    return all(reaches(workspace, dataset, field) for dataset in base_datasets(workspace, name) for field in needed)
