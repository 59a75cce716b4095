"""Lists of those of whom something is said, with the figures that chose them."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, MetricTerm
from assistant.planner.draft import Draft
from assistant.planner.rules.counting import counts_of, entity_counts
from assistant.planner.rules.own_conditions import FALLING, condition_of, has_time
from assistant.planner.rules.own_figures import OwnFigures
from assistant.planner.rules.those import days_of_last, those_counted
from semantic_layer.conditions import EntityMetric, Field, TimeBucket, all_of, parts_of, unit_refs
from semantic_layer.frozen import Frozen
from semantic_layer.requests import EntityQuery, MetricQuery, OrderBy


def own_list(draft: Draft) -> Frozen | None:
    """The entities themselves, or the groups, where no other figure is asked of them."""
    found: OwnFigures | None = draft.own_figures
    beside = _figures_beside(draft, found) if found is not None else ()
    if found is None or (draft.metrics and not beside and not _asks_for_them(draft, found)):
        return None
    whose = draft.workspace.entity(found.phrase.whose)
    if found.phrase.noun is not None:
        draft.claim(f"list of {found.phrase.whose}", found.phrase.noun)
    last = draft.before(draft.items[-1]) if draft.items[-1].light else draft.items[-1]
    draft.claim("list", *draft.words("list", "which", "count"), *(item for item in draft.words("group") if item is last))
    if whose is None or draft.parameters:
        return _groups(draft, found)
    inner = {str(said.period): said.period for said in found.said if said.period is not None}
    default = next(iter(inner.values())) if len(inner) == 1 else draft.workspace.workspace.default_period
    asked = draft.periods[0] if len(draft.periods) == 1 else default
    for said in found.said:
        if draft.periods or has_time(draft, said):
            said.period = said.period or asked  # pyright: ignore[reportAttributeAccessIssue]
    found.clause.condition = condition_of(draft, found)
    rest = [clause.as_condition() for clause in draft.clauses if clause is not found.clause]
    shown = {each.metric: each.model_copy(update={"entity": None}) for each in found.columns}
    shown |= {name: EntityMetric(metric=name, period=asked) for name in beside if name not in shown}  # pyright: ignore[reportArgumentType]
    columns = tuple(shown.values())
    falls = [said.bound.op in FALLING for said in found.said if said.bound is not None]
    order = tuple(
        OrderBy(target=each.metric.replace(".", "_"), descending=down) for each, down in zip(columns[:1], falls[:1], strict=True)
    )
    where = all_of((*rest, *parts_of(found.clause.condition)))
    return EntityQuery(entity=whose.name, where=where, columns=columns, order=order, limit=draft.limit)


def list_of(draft: Draft, last: MetricQuery) -> EntityQuery | None:
    """ "Which ones are these?": those whom the last answer was about, as a list.

    Rows that it left out are left out of what each one must have done.
    """
    asks = [item for item in draft.items if item.word("which", "list") and item.is_word]
    if draft.metrics:
        asks = [item for item in asks if not item.word("filler")]  # "what did they spend" asks for no list
    named = any(item.word("refer", "this") or item.text in ("他们", "她们", "它们") for item in draft.items)
    if not asks or draft.conditions or ((draft.metrics or draft.periods) and not (named and draft.metrics)):
        return None
    entity = _entity_of_last(draft, last)
    if entity is None:
        return None
    workspace = draft.workspace
    asked = days_of_last(workspace, last)
    own = [part for part in parts_of(last.where) if any(unit_refs(part))]
    draft.claim("list", *asks, *(item for item in draft.items if item.word("refer", "this", "count")))
    draft.claim(f"list of {entity}", *(item for item in draft.items if item.get(FieldTerm) or item.get(MetricTerm)))
    figures = [ref for part in own for ref in unit_refs(part) if isinstance(ref, EntityMetric) and ref.entity == entity]
    shown = {each.metric: each.model_copy(update={"period": each.period or asked}) for each in figures}
    beside = draft.periods[0] if len(draft.periods) == 1 else asked
    for name in draft.metrics:
        shown[name] = EntityMetric(metric=name, period=beside)  # pyright: ignore[reportArgumentType]
    draft.claim("beside", *draft.words("side_by_side"))
    columns = tuple(shown.values())
    order = tuple(OrderBy(target=each.metric.replace(".", "_")) for each in columns[:1])
    where = those_counted(workspace, entity, last)
    return EntityQuery(entity=entity, where=where, columns=columns, order=order)


def _entity_of_last(draft: Draft, last: MetricQuery) -> str | None:
    """The entity that is named, or of which the last answer counted some."""
    named = [term.entity for item in draft.items for term in item.all(FieldTerm)]
    if named:
        return named[0]
    for entity in draft.workspace.entities:
        if last.metrics[0].rpartition(".")[2] == entity.name or last.metrics[0] in {
            each.name for each in entity_counts(draft.workspace, entity.name)
        }:
            return entity.name
    return None


def _asks_for_them(draft: Draft, found: OwnFigures) -> bool:
    """ "List the customers who …": the noun counts them too, and is not asked for their number."""
    counts = counts_of(draft.workspace, found.phrase.whose)
    listed = any(item.word("list") and item.is_word and not item.word("count", "which", "filler") for item in draft.items)
    counted = any(item.word("count", "share") and not item.word("list", "filler") for item in draft.items)
    return (
        (listed or _asks_which(draft, found))
        and not counted
        and (set(draft.metrics) <= counts or _shows_what_chose_them(draft, found))
        and draft.share is None
        and (not draft.by or _shows_what_chose_them(draft, found))
    )


def _shows_what_chose_them(draft: Draft, found: OwnFigures) -> bool:
    """ "Which shops fell by half in June? Show both months": the figures that were compared, which the list has."""
    compared = {said.bound.metric for said in found.said if said.bound is not None and said.bound.against is not None}
    return bool(compared) and set(draft.metrics) <= compared and all(isinstance(ref, TimeBucket) for ref in draft.by)


def _figures_beside(draft: Draft, found: OwnFigures) -> tuple[str, ...]:
    """ "Shops that …, along with their sales": figures that are asked of each one on the list."""
    noun = found.phrase.noun
    words = [item for item in draft.items if noun is not None and item.index > noun.index and item.says("along")]
    asks = any(item.word("count", "share") and not item.word("filler", "list") for item in draft.items)
    return tuple(draft.metrics) if words and not asks and not draft.by else ()


def _asks_which(draft: Draft, found: OwnFigures) -> bool:
    """ "Which customers …", …的客户是哪些, …的都有谁."""
    noun = found.phrase.noun
    if noun is None:
        return False
    lead = draft.touching(noun, -1)
    while lead is not None and lead.light and not lead.says("hand_over"):
        lead = draft.touching(lead, -1)
    if lead is not None and lead.says("hand_over"):
        return True
    before, after = draft.before(noun), draft.after(noun)
    while before is not None and any(before in clause.items for clause in draft.clauses):
        before = draft.before(before)
    return any(each is not None and each.word("which") and not each.word("count", "relative") for each in (after,)) or (
        before is not None and before.text.lower() in ("which", "what", "哪些", "哪几个")
    )


def _groups(draft: Draft, found: OwnFigures) -> Frozen:
    """Groups by a field or a grain, with the figure that picks them."""
    whose = draft.workspace.entity(found.phrase.whose)
    ref = found.ref if whose is None else Field(name=whose.key_name)
    period = draft.periods[0] if draft.periods else next((said.period for said in found.said if said.period is not None), None)
    for said in found.said:
        said.period = None
    found.clause.condition = condition_of(draft, found)
    metrics = tuple(dict.fromkeys(each.metric for each in found.columns if draft.workspace.metric(each.metric) is not None))
    where = all_of(tuple(clause.as_condition() for clause in draft.clauses))
    order = tuple(draft.order) if not isinstance(ref, TimeBucket) else ()
    asked = {"period": period, "order": order, "limit": draft.limit, "parameters": draft.parameters}
    return MetricQuery(metrics=metrics, by=(ref,), where=where, **asked)  # pyright: ignore[reportArgumentType]
