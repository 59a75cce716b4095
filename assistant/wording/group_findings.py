"""Answers about groups in words: their overlap, their differences, how members moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import TypeAdapter

from assistant.wording.numbers import dimension_value, number
from assistant.wording.readings import Words
from assistant.wording.texts import fill, inner, listed, text_of
from semantic_layer.columns import Column, ValueLabel
from semantic_layer.conditions import AnyCondition, Compare, Condition, InSegment, Tag
from semantic_layer.frozen import Frozen
from semantic_layer.words import LANGUAGES, Text
from tools.answer import Answer, Finding, Table
from tools.group_requests import (
    ClusterQuery,
    ComparisonQuery,
    GridQuery,
    MigrationQuery,
    OverlapQuery,
    ShareIndexQuery,
    TurnoverQuery,
)

CONDITION: TypeAdapter[AnyCondition] = TypeAdapter(Condition)
SECTION = "groups"


def group_name(words: Words, condition: AnyCondition) -> str:
    """What a group is called: by the segment, by the value of a tag that says it all, else by its condition."""
    match condition:
        case InSegment(name=name, as_of=None):
            return words.name(name)
        case Compare(left=Tag(name=name, as_of=None) as tag, op="eq", right=str() as value):
            found = words.workspace.tag(name)
            worded = found is not None and any(each.value == value for each in found.values)
            return words.value(tag, value) if worded else words.condition(condition)
        case _:
            return words.condition(condition)


def with_group_labels(table: Table, answer: Answer, words: Words) -> Table:
    """A table whose groups are called as in the answer, in both languages."""
    told = {
        each["name"]: CONDITION.validate_python(each["condition"])
        for finding in answer.findings
        for each in finding.parts.get("groups", ())
    }
    both = {language: Words(words.workspace, language, words.days) for language in LANGUAGES}
    named = {
        name: Text(**{language: group_name(each, condition) for language, each in both.items()})
        for name, condition in told.items()
    }
    for finding in answer.findings:
        for part in finding.parts.get("conditions", ()):
            condition = CONDITION.validate_python(part["condition"])
            named[part["name"]] = Text(**{language: each.condition(condition) for language, each in both.items()})

    def column_of(column: Column) -> Column:
        labels = tuple(
            ValueLabel(value=each.value, label=named[each.value]) if each.value in named else each for each in column.value_labels
        )
        return column.model_copy(update={"value_labels": labels})

    return table.model_copy(update={"columns": tuple(column_of(column) for column in table.columns)})


def is_about_groups(code: str) -> bool:
    return code in FINDINGS


def group_finding(words: Words, finding: Finding, answer: Answer) -> str:
    """A finding about groups as a sentence."""
    return FINDINGS[finding.code](words, finding.parts, answer)


def group_reading(words: Words, request: Frozen) -> str:
    """How a request about groups was read; empty for any other."""
    match request:
        case OverlapQuery(groups=groups):
            names = listed(words.language, [group_name(words, each) for each in groups])
            code = "reading_overlap" if groups else "reading_overlap_all"
            return fill(words.language, SECTION, code, groups=names)
        case ComparisonQuery(first=first, second=second, fields=fields):
            names = {"first": group_name(words, first), "second": group_name(words, second)}
            text = fill(words.language, SECTION, "reading_comparison", **names)
            return " · ".join([text, *([listed(words.language, [words.ref(ref) for ref in fields])] if fields else [])])
        case ShareIndexQuery(where=where, metric=metric, by=by):
            shown = {"metric": words.metric(metric), "by": words.ref(by), "where": group_name(words, where)}
            text = fill(words.language, SECTION, "reading_share_index", **shown)
            days = words.asked_period(request.period) if request.period is not None else ""
            return f"{text} · {days}" if days else text
        case GridQuery(down=down, across=across, where=where):
            text = fill(words.language, SECTION, "reading_grid", down=words.ref(down), across=words.ref(across))
            return " · ".join(part for part in (text, words.condition(where)) if part)
        case TurnoverQuery(where=where, start=start, end=end):
            code = "reading_turnover" if end is not None else "reading_turnover_today"
            return fill(words.language, SECTION, code, where=group_name(words, where), start=str(start), end=str(end))
        case ClusterQuery(entity=entity, where=where, groups=groups):
            code = "reading_clusters" if groups is None else "reading_clusters_of"
            text = fill(words.language, SECTION, code, entity=words.many(entity), count=groups)
            return " · ".join(part for part in (text, words.condition(where)) if part)
        case MigrationQuery(tag=tag, start=start, end=end, where=where):
            code = "reading_migration" if end is not None else "reading_migration_today"
            text = fill(words.language, SECTION, code, tag=words.name(tag), start=str(start), end=str(end))
            moves = [_some_values(words, tag, values) for values in (request.from_values, request.to_values)]
            parts = [text, " → ".join(each or "*" for each in moves) if any(moves) else "", words.condition(where)]
            return " · ".join(part for part in parts if part)
        case _:
            return ""


def _some_values(words: Words, tag: str, values: Sequence[Any]) -> str:
    return " / ".join(words.value(Tag(name=tag), value) for value in values)


# ---- what is said of each -------------------------------------------------------------------------------------------------


def say(words: Words, code: str, **parts: Any) -> str:
    return fill(words.language, SECTION, code, **parts)


def rate(value: float | None) -> str:
    return "–" if value is None else number(value, Column(name="share", role="share", type="fraction"), "en")


def joined(words: Words, parts: list[str]) -> str:
    return ("；" if words.language == "zh" else "; ").join(parts)


def _overlap_two(words: Words, parts: dict[str, Any], answer: Answer) -> str:
    (first, second), pair = _groups(words, parts), next(iter(parts["pairs"]), None)
    sizes = [each["size"] for each in parts["groups"]]
    common = {
        "first": first,
        "second": second,
        "first_size": f"{sizes[0]:,}",
        "second_size": f"{sizes[1]:,}",
        "entity": words.many(parts["entity"]),
    }
    if pair is None:
        return say(words, "overlap_none" if parts["apart"] else "overlap_withheld", **common)
    both = pair["both"]
    return say(
        words,
        "overlap_two",
        both=f"{both:,}",
        first_share=rate(both / sizes[0]),
        second_share=rate(both / sizes[1]),
        either=f"{sizes[0] + sizes[1] - both:,}",
        jaccard=f"{pair['jaccard']:.2f}",
        **common,
    )


def _overlap_many(words: Words, parts: dict[str, Any], answer: Answer) -> str:
    names, sizes = _groups(words, parts), [each["size"] for each in parts["groups"]]
    pairs = [
        say(
            words,
            "overlap_pair",
            first=names[each["first"]],
            second=names[each["second"]],
            both=f"{each['both']:,}",
            first_share=rate(each["both"] / sizes[each["first"]]),
            second_share=rate(each["both"] / sizes[each["second"]]),
            jaccard=f"{each['jaccard']:.2f}",
        )
        for each in parts["pairs"]
    ]
    apart = say(words, "overlap_apart", apart=parts["apart"], count=parts["count"]) if parts["apart"] else ""
    code = "overlap_many" if pairs else "overlap_many_none"
    return say(words, code, groups=len(names), total=f"{parts['total']:,}", pairs=joined(words, pairs)) + apart


def _groups(words: Words, parts: dict[str, Any]) -> list[str]:
    return [group_name(words, CONDITION.validate_python(each["condition"])) for each in parts["groups"]]


def _migration(words: Words, parts: dict[str, Any], answer: Answer) -> str:
    moves = [
        say(
            words,
            "move",
            first=_value(answer, first, words),
            last=_value(answer, last, words),
            members=f"{n:,}",
            share=rate(share),
        )
        for first, last, n, share in parts["moves"]
    ]
    share = rate(parts["stayed"] / parts["total"]) if parts["total"] else "–"
    common = _of_tag(words, parts, answer)
    text = say(words, "migration", total=f"{parts['total']:,}", stayed=f"{parts['stayed']:,}", share=share, **common)
    text += say(words, "migration_moves", moves=joined(words, moves)) if moves else say(words, "migration_none")
    return text + (say(words, "migration_new", new=f"{parts['new']:,}") if parts["new"] else "")


def _migration_some(words: Words, parts: dict[str, Any], answer: Answer) -> str:
    froms, tos = ([_value(answer, value, words) for value in parts[side]] for side in ("from", "to"))
    code = "migration_from_to" if froms and tos else "migration_from" if froms else "migration_to"
    share = rate(parts["members"] / parts["whole"]) if parts["whole"] else "–"
    return say(
        words,
        code,
        first=" / ".join(froms),
        last=" / ".join(tos),
        members=f"{parts['members']:,}",
        whole=f"{parts['whole']:,}",
        share=share,
        **_of_tag(words, parts, answer),
    )


def _of_tag(words: Words, parts: dict[str, Any], answer: Answer) -> dict[str, str]:
    where = answer.evidence.where
    return {
        "tag": words.name(parts["tag"]),
        "start": parts["start"],
        "end": parts["end"],
        "entity": words.many(parts["entity"]),
        "where": say(words, "of_those", where=words.condition(where)) if where is not None else "",
    }


def _value(answer: Answer, value: str, words: Words) -> str:
    """A value as the table calls it."""
    assert answer.main is not None
    return dimension_value(value, answer.main.columns[0], words.language)


def _comparison(words: Words, parts: dict[str, Any], answer: Answer) -> str:
    first, second = _groups(words, parts)
    common = {
        "first": first,
        "second": second,
        "first_size": f"{parts['groups'][0]['size']:,}",
        "second_size": f"{parts['groups'][1]['size']:,}",
        "both": f"{parts['both']:,}",
        "entity": words.many(parts["entity"]),
    }
    told = [
        say(words, code, values=joined(words, [_difference(words, each) for each in parts[side]]), **common)
        for side, code in (("more", "comparison_more"), ("less", "comparison_less"))
        if parts[side]
    ]
    sizes = say(words, "comparison_sizes", **common)
    return sizes + ("".join(told) if told else say(words, "comparison_alike", **common))


def _difference(words: Words, value: dict[str, Any]) -> str:
    return say(
        words,
        "difference",
        field=text_of(value["field"], words.language),
        value=text_of(value["value"], words.language),
        first_share=rate(value["first"]),
        second_share=rate(value["second"]),
    )


def _share_index(words: Words, parts: dict[str, Any], answer: Answer) -> str:
    told = [
        say(words, code, values=joined(words, [_index_of(words, each, answer) for each in parts[side]]))
        for side, code in (("above", "index_above"), ("below", "index_below"))
        if parts[side]
    ]
    text = say(
        words,
        "share_index",
        where=group_name(words, answer.evidence.where) if answer.evidence.where is not None else "",
        metric=words.metric(parts["metric"]),
        entity=words.many(parts["entity"]),
        size=f"{parts['size']:,}",
        total=f"{parts['total']:,}",
    )
    return text + ("".join(told) if told else say(words, "index_alike"))


def _index_of(words: Words, each: list[Any], answer: Answer) -> str:
    value, share, everyone, index = each
    shown = {"share": rate(share), "everyone": rate(everyone), "index": f"{index:.0f}"}
    return say(words, "index", value=_value(answer, value, words), **shown)


def _grid(words: Words, parts: dict[str, Any], answer: Answer) -> str:
    assert answer.main is not None
    down, across = answer.main.columns[:2]
    names = {"down": words.name(parts["down"]), "across": words.name(parts["across"])}
    cells = [
        say(
            words,
            "grid_cell",
            first=dimension_value(first, down, words.language),
            second=dimension_value(second, across, words.language),
            members=f"{members:,}",
            share=rate(share),
            **names,
        )
        for first, second, members, share in parts["cells"]
    ]
    entity = words.many(parts["entity"])
    where = answer.evidence.where
    of_those = say(words, "of_those", where=words.condition(where)) if where is not None else ""
    code = "grid" if cells else "grid_empty"
    return say(words, code, total=f"{parts['total']:,}", entity=entity, cells=joined(words, cells), where=of_those, **names)


def _turnover(words: Words, parts: dict[str, Any], answer: Answer) -> str:
    where = answer.evidence.where
    counts = {name: f"{parts[name]:,}" for name in ("before", "after", "stayed", "entered", "left", "new")}
    entity = words.many(parts["entity"])
    name = group_name(words, where) if where is not None else ""
    text = say(words, "turnover", where=name, start=parts["start"], end=parts["end"], entity=entity, **counts)
    if parts["new"]:
        text += say(words, "turnover_new", **counts)
    for side in ("left", "entered"):
        told = [
            say(words, "turned", condition=_condition(words, parts, part), members=f"{members:,}", share=rate(share))
            for part, members, share in parts["turned"][side]
        ]
        text += say(words, f"turned_{side}", turned=joined(words, told)) if told else ""
    return text


def _condition(words: Words, parts: dict[str, Any], place: int) -> str:
    return words.condition(CONDITION.validate_python(parts["conditions"][place]["condition"]))


def _clusters(words: Words, parts: dict[str, Any], answer: Answer) -> str:
    assert answer.main is not None
    columns = {column.name: column for column in answer.main.columns}
    lines: list[str] = []
    for place, each in enumerate(parts["clusters"], 1):
        own = [
            say(
                words,
                "cluster_high" if told["high"] else "cluster_low",
                tag=words.name(told["tag"]),
                own=number(told["own"], columns[told["tag"]], words.language),
                everyone=number(told["everyone"], columns[told["tag"]], words.language),
            )
            for told in each["numbers"]
        ]
        own += [
            say(
                words,
                "cluster_value",
                field=text_of(told["field"], words.language),
                value=text_of(told["value"], words.language),
                own=rate(told["own"]),
                everyone=rate(told["everyone"]),
            )
            for told in each["values"]
        ]
        shown = {"size": f"{each['size']:,}", "share": rate(each["share"])}
        code = "cluster" if own else "cluster_plain"
        lines.append(say(words, code, place=place, own=("，" if words.language == "zh" else ", ").join(own), **shown))
    where = answer.evidence.where
    head = say(
        words,
        "clusters",
        where=say(words, "of_those", where=words.condition(where)) if where is not None else "",
        count=len(parts["clusters"]),
        entity=words.many(parts["entity"]),
        tags=listed(words.language, [inner(words.name(name), words.language) for name in parts["tags"]]),
        silhouette=f"{parts['silhouette']:.2f}",
    )
    return "\n".join([head, *(f"- {line}" for line in lines)])


FINDINGS: dict[str, Callable[[Words, dict[str, Any], Answer], str]] = {
    "overlap_two": _overlap_two,
    "overlap_many": _overlap_many,
    "clusters": _clusters,
    "turnover": _turnover,
    "grid": _grid,
    "grid_empty": _grid,
    "share_index": _share_index,
    "migration": _migration,
    "comparison": _comparison,
    "comparison_alike": _comparison,
    "migration_some": _migration_some,
}
"""What words each finding."""
