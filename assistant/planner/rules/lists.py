"""What joins conditions: lists, ranges of weekdays, negations, and counts of what was just listed."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, NumberTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause, describes
from semantic_layer.conditions import Field as FieldOf
from semantic_layer.conditions import TimeBucket


def negate(draft: Draft, clauses: list[Clause]) -> None:
    """A negation takes the clause that follows it; one that ends the phrase (除外, 以外) takes the one before."""
    for word in draft.words("out"):
        opening = next((item for item in draft.items[: word.index] if item.word("leave")), None)
        inside = [clause for clause in clauses if opening is not None and opening.index < clause.first.index < word.index]
        if opening is not None and inside:
            for clause in inside:
                clause.negated = True
            draft.claim("not", opening, word)
    for word in draft.words("excluded"):
        preceding = _clause_near(draft, clauses, word, -1)
        if preceding is not None:
            preceding.negated = True
            draft.claim("not", word)
    for word in draft.words("not"):
        if _denies_days(draft, word):
            continue  # "bought red ones but not in May"
        following = _clause_near(draft, clauses, word, 1)
        preceding = _clause_near(draft, clauses, word, -1)
        target = following or (preceding if not word.says("zero") else None)
        if target is None:
            continue
        if preceding is not None and preceding.negated and (following is None or word.text.endswith("外")):
            draft.claim("not", word)
            continue
        for clause in [target, *_listed_with(draft, clauses, target)]:
            clause.negated = True
        draft.claim("not", word)


def _denies_days(draft: Draft, word: Item) -> bool:
    days = draft.after(word)
    return word.says("denies") and word.text.isascii() and days is not None and days.get(PeriodTerm) is not None


def _clause_near(draft: Draft, clauses: list[Clause], word: Item, way: int) -> Clause | None:
    """The clause next to a negation; verbs, nouns and a period may stand between."""
    at = word
    for _ in range(4):
        item = draft.after(at) if way == 1 else draft.before(at)
        if item is None:
            return None
        clause = next((each for each in clauses if item in each.items), None)
        if clause is not None:
            return clause
        passable = item.get(VerbTerm) or item.word("not", "conj", "sum") or (item.get(FieldTerm) and not item.get(MetricTerm))
        if not passable:
            return None
        at = item
    return None


def _listed_with(draft: Draft, clauses: list[Clause], clause: Clause) -> list[Clause]:
    """Clauses on the same field that are listed after one: without red and blue."""
    found: list[Clause] = []
    at = clause
    while (following := _next_in_list(draft, clauses, at)) is not None:
        found.append(following)
        at = following
    return found


def _next_in_list(draft: Draft, clauses: list[Clause], clause: Clause) -> Clause | None:
    link = draft.touching(clause.last, 1)
    end = clause.last
    while link is not None and link.role == "names the value's field":
        end, link = link, draft.touching(link, 1)
    if link is None:
        return None
    comma = link.text in (",", "，", "、")
    link = link if comma else draft.after(end)
    if link is None or not (comma or link.word("conj", "or", "plus", "than", "side_by_side")):
        return None
    target = draft.after(link)
    if target is not None and target.word("conj", "or"):
        target = draft.after(target)
    following = next((each for each in clauses if target in each.items), None)
    if comma and following is not None and isinstance(clause.ref, TimeBucket) and clause.ref.grain == "is_weekend":
        return None
    if following is None or following.ref is None or following.ref != clause.ref or following is clause:
        return None
    return following


def _set_against(draft: Draft, clauses: list[Clause], clause: Clause) -> Clause | None:
    """红色的销售额比蓝色高吗: the figure stands between the two values."""
    for other in clauses:
        than = draft.touching(other.first, -1)
        if other.first.index <= clause.last.index or other.ref is None or other.ref != clause.ref or than is None:
            continue
        between = [item for item in draft.between(clause.last, than) if not (item.light or item.text == "的")]
        measured = bool(between) and all(item.get(MetricTerm) is not None for item in between)
        if than.word("than") and than.free and not than.text.isascii() and measured and not _is_said_of_a_noun(draft, other.last):
            return other
    return None


def _is_said_of_a_noun(draft: Draft, last: Item) -> bool:
    """…比蓝色高的门店: what is compared is said of each one of the things behind it."""
    behind = draft.items[last.index + 1 :]
    end = next((at for at, item in enumerate(behind) if item.text in (",", "，", "?", "？")), len(behind))
    return any(item.text.endswith("的") for item in behind[:end])


def join_weekdays(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """Monday to Thursday: all days between; a whole week is no condition but a cut by weekday."""
    result: list[Clause] = []
    for clause in clauses:
        last = result[-1] if result else None
        if last is not None and _is_weekday(last) and _is_weekday(clause):
            between = draft.between(last.last, clause.first)
            if len(between) == 1 and between[0].text.lower() in ("to", "-", "至", "到", "through", "till"):
                first, end = last.values[0], clause.values[0]
                last.values = [(first - 1 + step) % 7 + 1 for step in range((end - first) % 7 + 1)]
                last.items += [between[0], *clause.items]
                last.plus = True
                draft.claim("weekdays", *last.items)
                continue
        result.append(clause)
    return result


def _is_weekday(clause: Clause) -> bool:
    return isinstance(clause.ref, TimeBucket) and clause.ref.grain == "weekday" and len(clause.values) == 1


def join_lists(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """Listed clauses on the same field become one with several values."""
    result: list[Clause] = []
    taken: set[int] = set()
    for clause in clauses:
        if id(clause) in taken:
            continue
        at = clause
        while (following := _next_in_list(draft, clauses, at) or _set_against(draft, clauses, at)) and id(following) not in taken:
            if following.negated != clause.negated:
                break
            links = [each for each in draft.between(at.last, following.first) if each.free]
            clause.either = clause.either or any(link.word("or") for link in links)
            clause.plus = clause.plus or any(link.word("plus") and link.text != "," for link in links)
            draft.claim("list", *(link for link in links if link.word("conj", "or", "plus", "stop", "filler")))
            draft.claim("list", *(link for link in links if link.word("than", "side_by_side") and not link.word("conj")))
            if any(link.word("than", "side_by_side") for link in links):
                draft.marks.add("compare_values")
            taken.add(id(following))
            clause.values += following.values
            at = following
            clause.items += following.items
        result.append(clause)
    return _merged_by_field(result, draft)


def _merged_by_field(clauses: list[Clause], draft: Draft) -> list[Clause]:
    """Two values of one field that nothing joins cannot both hold: the question says something else."""
    seen: dict[str, Clause] = {}
    kept: list[Clause] = []
    for clause in clauses:
        if clause.ref is None or clause.negated:
            continue
        key = str(clause.ref)
        if key in seen and seen[key].values == clause.values:
            if _of_another_deed(draft, seen[key], clause):
                kept.append(clause)
            else:
                seen[key].items += clause.items
            continue
        if key in seen and isinstance(clause.ref, TimeBucket) and _narrows(seen[key], clause):
            continue
        if key in seen and not isinstance(clause.ref, TimeBucket):
            draft.marks.add("loose_values")
        seen[key] = clause
        kept.append(clause)
    return sorted(kept + [each for each in clauses if each.ref is None or each.negated], key=lambda each: each.first.index)


def _of_another_deed(draft: Draft, first: Clause, second: Clause) -> bool:
    """ "Bought red ones in May and no red ones since": the value is said again of something else that was done."""
    between = draft.between(first.last, second.first)
    return any(item.get(VerbTerm) is not None or item.get(PeriodTerm) is not None for item in between)


def _narrows(first: Clause, second: Clause) -> bool:
    """Two times of which one lies in the other are said once more exactly: at night, from midnight to five."""
    inner, outer = sorted((first.values, second.values), key=len)
    if not set(inner) <= set(outer):
        return False
    first.values = list(inner)
    first.items += second.items
    return True


def absorb_counts(draft: Draft, clauses: list[Clause]) -> None:
    """ "red and blue, both colours", 这两个小时: the count of what was just listed."""
    for clause in clauses:
        number = draft.after(clause.last)
        while number is not None and number.role == "names the value's field":
            number = draft.after(number)
        if number is None or not number.free:
            continue
        term = number.get(NumberTerm)
        if number.word("refer", "this") or (term is not None and term.value == len(clause.values) and len(clause.values) > 1):
            noun = draft.after(number)
            grain = noun.get(GrainTerm) if noun is not None else None
            name = noun.get(FieldTerm) if noun is not None else None
            same_field = name is not None and isinstance(clause.ref, FieldOf) and clause.ref.name == name.name
            same_grain = grain is not None and isinstance(clause.ref, TimeBucket) and clause.ref.grain == grain.grain
            described = name is not None and name.entity is not None and describes(draft, clause, name.entity)
            if noun is not None and (same_field or same_grain or described):
                draft.claim("list", number, noun)
