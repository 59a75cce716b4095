"""Between which values of a tag a move is asked: "from active to dormant", 由低变高, "those at risk in June … active now"."""

from __future__ import annotations

import itertools
import re
from typing import Any, NamedTuple

from assistant.language.meanings import PeriodTerm, SeveralTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from semantic_layer.conditions import Compare, In, Tag

FROM = ("from", "从", "由", "自", "原来", "原先", "原本")
NOW = ("now", "today", "current", "currently", "现在", "如今", "目前", "今天", "当前", "眼下")
MOVES = r"(?:变成|变为|变到|变|转为|转成|转|升到|升为|升|降到|降为|降|掉到|掉|到|至| to | into )"


class Moved(NamedTuple):
    """The tag, the values on the first day and on the last (none: any), the clauses and the words that say so."""

    tag: Tag
    before: tuple[Any, ...]
    after: tuple[Any, ...]
    clauses: tuple[Clause, ...]
    items: tuple[Item, ...]


def values_moved(draft: Draft) -> Moved | None:
    """The values that are named in one of these ways; None where none are."""
    return _from_and_to(draft) or _then_and_now(draft) or _bare(draft) or _whither(draft)


def _of_one_tag(first: Clause, second: Clause) -> bool:
    same = isinstance(first.ref, Tag) and isinstance(second.ref, Tag) and first.ref.name == second.ref.name
    return same and _is_plain(first) and _is_plain(second)


def _is_plain(clause: Clause) -> bool:
    return isinstance(clause.as_condition(), Compare | In) and not clause.negated and bool(clause.values)


def _in_order(draft: Draft) -> list[Clause]:
    return sorted(draft.clauses, key=lambda each: each.first.index)


def _moved(first: Clause, second: Clause) -> Moved | None:
    if not isinstance(first.ref, Tag):
        return None
    return Moved(first.ref, tuple(first.values), tuple(second.values), (first, second), ())


def _from_and_to(draft: Draft) -> Moved | None:
    """Two values of one tag with a word for becoming between them, or "from" before the first and "to" before the second."""
    for first, second in itertools.pairwise(_in_order(draft)):
        if not _of_one_tag(first, second):
            continue
        between = draft.between(first.last, second.first)
        lead = draft.touching(first.first, -1)
        if lead is not None and lead.word("became") and any(item.text.lower() in FROM for item in between):
            return _moved(second, first)  # "back to active from dormant"
        became = any(item.word("became") for item in between)
        led = lead is not None and (lead.text.lower() in FROM or lead.text.lower().endswith(" from"))
        to = any(item.text.lower() in ("to", "into", "到", "至") for item in between)
        if became or (led and to):
            return _moved(first, second)
    return None


def _then_and_now(draft: Draft) -> Moved | None:
    """ "Of those at risk at the end of June, how many are active now": a day beside the first, and "now" beside the second."""
    clauses = [clause for clause in _in_order(draft) if isinstance(clause.ref, Tag)]
    periods = [item for item in draft.items if item.get(PeriodTerm) is not None and item.role != "aside"]
    if not clauses or len(periods) != 1 or periods[0].index > clauses[-1].first.index:
        return None
    last = clauses[-1]
    start = periods[0].index
    now = [item for item in draft.items if item.text.lower() in NOW and item.index > start]
    if not now or not _is_plain(last):
        return None
    if len(clauses) == 2 and now[0].index > clauses[0].last.index and _of_one_tag(*clauses) and clauses[0].values != last.values:
        found = _moved(*clauses)
        return found._replace(items=tuple(now)) if found is not None else None
    several = [item for item in draft.items if item.get(SeveralTerm) is not None and item.index < start]
    if len(clauses) == 1 and len(several) == 1 and isinstance(last.ref, Tag):
        first = _spoken(draft, last.ref.name).get(re.split(r"\s+", several[0].text.lower())[0])
        if first is not None and (first,) != tuple(last.values):
            return Moved(last.ref, (first,), tuple(last.values), (last,), (several[0], *now))
    return None


def _bare(draft: Draft) -> Moved | None:
    """由低变高, "from low to high": of the one tag that is named, whose values need no more words than these."""
    tags = list(dict.fromkeys(ref for ref in draft.by if isinstance(ref, Tag)))
    if len(tags) != 1 or any(isinstance(clause.ref, Tag) for clause in draft.clauses):
        return None
    spoken = _spoken(draft, tags[0].name)
    some = "|".join(sorted(map(re.escape, spoken), key=len, reverse=True))
    if not some:
        return None
    found = re.search(rf"(?:(?:从|由|\bfrom |\b)({some}){MOVES}({some}))(?![a-z])", draft.question.text)
    if found is None or spoken[found[1]] == spoken[found[2]]:
        return None
    tokens = draft.question.tokens
    at = [
        item
        for item in draft.items
        if tokens[item.span.start].start < found.end() and tokens[item.span.end - 1].end > found.start()
    ]
    return Moved(tags[0], (spoken[found[1]],), (spoken[found[2]],), (), tuple(at))


def _whither(draft: Draft) -> Moved | None:
    """ "Where did those of high value in June end up", 6月底的高价值客户都去哪了: from one value to any."""
    words = draft.words("went_where")
    clauses = [clause for clause in draft.clauses if isinstance(clause.ref, Tag)]
    if not words or len(clauses) != 1 or not _is_plain(clauses[0]) or not isinstance(clauses[0].ref, Tag):
        return None
    where = [item for item in draft.items if item.text.lower() == "where"]
    if words[0].text.isascii() and not where:
        return None
    return Moved(clauses[0].ref, tuple(clauses[0].values), (), (clauses[0],), (*words, *where))


def _spoken(draft: Draft, name: str) -> dict[str, Any]:
    """What values are called for short: their stored texts, and in Chinese the sign that tells their labels apart."""
    known = draft.workspace.tag(name)
    if known is None:
        return {}
    found: dict[str, Any] = {}
    starts: dict[str, set[Any]] = {}
    for entry in known.values:
        found |= {word.lower(): entry.value for word in (str(entry.value).replace("_", " "), *entry.all())}
        for label in entry.zh:
            starts.setdefault(label[0], set()).add(entry.value)
    return found | {sign: next(iter(values)) for sign, values in starts.items() if len(values) == 1 and sign not in found}
