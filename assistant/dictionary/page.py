"""The whole page: settings, contents, and a section for each kind of definition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from assistant.dictionary.datasets import datasets, entities, sources
from assistant.dictionary.holidays import holidays
from assistant.dictionary.metrics import metrics, parameters
from assistant.dictionary.writer import Both, Writer, code, flow, page_texts, plain
from assistant.wording.numbers import day_text
from assistant.wording.texts import templates
from semantic_layer.loading.loader import Parsed
from semantic_layer.model.tags import AnyTag, RuleTag
from semantic_layer.requests import plain as as_data
from semantic_layer.tag_parts import schedule_of
from semantic_layer.words import Words

Section = Callable[[Writer], list[str]]


def markdown(parsed: Parsed) -> str:
    """All definitions of a workspace as Markdown, in the analyst's order."""
    writer = Writer(parsed)
    settings = writer.workspace.workspace
    lines = [f"# {' / '.join(dict.fromkeys(writer.label(settings)))}", ""]
    lines += [text for each in writer.text(settings.description) if each for text in (each, "")]
    lines += _settings(writer)
    made = {name: section(writer) for name, section in SECTIONS.items()}
    lines += _contents(writer, [name for name, body in made.items() if body])
    for name, body in made.items():
        if body:
            title = writer.say("kinds", name)
            lines += [f'<a id="{name}"></a>', f"## {title.en} {title.zh}", "", *body]
    return "\n".join(lines).rstrip() + "\n"


def _contents(writer: Writer, names: list[str]) -> list[str]:
    titles = [(name, writer.say("kinds", name)) for name in names]
    return [" · ".join(f"[{each.en} {each.zh}](#{name})" for name, each in titles), ""]


def _settings(writer: Writer) -> list[str]:
    settings = writer.workspace.workspace
    today = settings.as_of
    day = Both(*(day_text(today, language) for language in ("en", "zh"))) if isinstance(today, date) else Both()
    said = (
        writer.say("says", "today", day=day)
        if isinstance(today, date)
        else writer.say("says", "clock" if today == "today" else "latest")
    )
    period = code(flow({key: value for key, value in as_data(settings.default_period).items() if key != "kind"} or "all"))
    zone = plain(settings.time_zone)
    begins = settings.fiscal_year_start
    fiscal = writer.say("says", "month", month=templates("en")["months"][str(begins)], m=begins) if begins else Both()
    return writer.table(
        [
            ("zone", Both(zone, zone)),
            ("today", said),
            ("week", writer.say("weekdays", settings.week_start)),
            ("fiscal_year", fiscal),
            ("period", Both(period, period)),
            ("key_metrics", writer.joined(map(writer.metric, settings.key_metrics))),
            *writer.common(settings),
        ]
    )


def tags(writer: Writer) -> list[str]:
    """A block for each tag, with its rule as written."""
    lines: list[str] = []
    for tag in writer.workspace.tags:
        values = ", ".join(
            f"{code(str(entry.value))} {plain('/'.join(dict.fromkeys((entry.label('en', ''), entry.label('zh', '')))))}"
            for entry in tag.values
        )
        lines += writer.heading("tags", tag)
        lines += writer.table(
            [
                ("description", writer.text(tag.description)),
                ("entity", writer.entity(tag.entity)),
                ("group", Both(tag.group or "", tag.group or "")),
                ("values", Both(values, values)),
                ("unit", writer.unit(tag.unit)),
                ("rule", _rule(tag, writer)),
                ("as_written", writer.written("tags", tag.name, *TAG_KEYS)),
                ("refresh", Both(schedule_of(writer.workspace, tag), schedule_of(writer.workspace, tag))),
                ("sensitivity", Both(tag.sensitivity, tag.sensitivity)),
                *writer.common(tag),
            ]
        )
    return lines


TAG_KEYS = (
    "attribute",
    "condition",
    "rules",
    "measure",
    "occurrence",
    "preference",
    "rank",
    "sequence",
    "sql",
    "list",
    "predictive",
)


def _rule(tag: AnyTag, writer: Writer) -> Both:
    """The cases of a rule tag in words; other kinds are told by their description and as written."""
    if not isinstance(tag, RuleTag):
        return Both()
    cases: list[Both] = []
    for case in tag.rules:
        when = writer.condition(case.when) if case.when is not None else writer.say("says", "otherwise")
        if when.empty:
            return Both()
        cases.append(Both(f"{code(flow(case.value))}: {when.en}", f"{code(flow(case.value))}：{when.zh}"))
    return Both("<br>".join(each.en for each in cases), "<br>".join(each.zh for each in cases))


def segments(writer: Writer) -> list[str]:
    """Groups of entities, each with its rule in words and as written."""
    lines: list[str] = []
    for segment in writer.workspace.segments:
        lines += writer.heading("segments", segment)
        lines += writer.table(
            [
                ("description", writer.text(segment.description)),
                ("entity", writer.entity(segment.entity)),
                ("rule", writer.condition(segment.rule)),
                ("as_written", writer.written("segments", segment.name, "rule")),
                *writer.common(segment),
            ]
        )
    return lines


def conditions(writer: Writer) -> list[str]:
    """Conditions that have words of their own."""
    lines: list[str] = []
    for condition in writer.workspace.conditions:
        lines += writer.heading("conditions", condition)
        lines += writer.table(
            [
                ("description", writer.text(condition.description)),
                ("rule", writer.condition(condition.where)),
                ("as_written", writer.written("conditions", condition.name, "where")),
                *writer.common(condition),
            ]
        )
    return lines


def experiments(writer: Writer) -> list[str]:
    lines: list[str] = []
    for item in writer.workspace.experiments:
        lines += writer.heading("experiments", item)
        lines += writer.table(
            [
                ("description", writer.text(item.description)),
                ("entity", writer.entity(item.entity)),
                ("dataset", writer.dataset(item.dataset)),
                ("as_written", writer.written("experiments", item.name, "variant", "control", "split", "metrics")),
                *writer.common(item),
            ]
        )
    return lines


def suppressions(writer: Writer) -> list[str]:
    """Who is left out of exported audiences."""
    lines: list[str] = []
    for item in writer.workspace.suppressions:
        lines += writer.heading("suppressions", item)
        lines += writer.table(
            [
                ("description", writer.text(item.description)),
                ("entity", writer.entity(item.entity)),
                ("as_written", writer.written("suppressions", item.name, "list", "consent", "contacts", "when", "always")),
                *writer.common(item),
            ]
        )
    return lines


def terms(writer: Writer) -> list[str]:
    lines: list[str] = []
    for item in writer.workspace.terms:
        lines += writer.heading("terms", item)
        lines += writer.table([("description", writer.text(item.description)), *writer.common(item)])
    return lines


def roles(writer: Writer) -> list[str]:
    """What each role sees."""
    lines: list[str] = []
    for role in writer.workspace.roles:
        seen = writer.joined(map(writer.dataset, role.datasets))
        hidden = [*role.hide, *(f"{name}.{field}" for name, rule in role.datasets.items() for field in rule.hide)]
        shown = ", ".join(map(code, hidden))
        group = role.minimum_group
        rows = [_seen_rows(writer, role.name, name) for name, rule in role.datasets.items() if rule.rows is not None]
        limits = [writer.say("says", "only_these", datasets=seen)] if role.only_these else []
        lines += writer.heading("roles", role)
        lines += writer.table(
            [
                ("description", writer.text(role.description)),
                ("rows", writer.joined([*limits, *rows]) if limits or rows else writer.say("says", "everything")),
                ("hide", Both(shown, shown)),
                (
                    "minimum_group",
                    writer.say("says", "group", n=group.size, entity=writer.entity(group.entity)) if group else Both(),
                ),
                ("export", _yes(role.may_export)),
                ("sql", _yes(role.may_see_sql)),
                ("default", _yes(role.default) if role.default else Both()),
                *writer.common(role),
            ]
        )
    return lines


def _seen_rows(writer: Writer, role: str, dataset: str) -> Both:
    """The condition of a role's rows as written: it may name attributes of the viewer."""
    item = next(each for each in writer.tree.value["roles"] if each.get("name") == role)
    target, shown = writer.dataset(dataset), code(flow(item["datasets"][dataset]["rows"]))
    return Both(f"{target.en}: {shown}", f"{target.zh}：{shown}")


def _yes(value: bool) -> Both:
    key = "yes" if value else "no"
    return Both(page_texts("en")[key], page_texts("zh")[key])


def ambiguous(writer: Writer) -> list[str]:
    rows = [
        [*_words(writer, term.words), ", ".join(map(code, term.readings)), code(term.otherwise) if term.otherwise else ""]
        for term in writer.workspace.ambiguous
    ]
    return writer.listing(
        [Both("English"), Both(zh="中文"), writer.say("rows", "readings"), writer.say("says", "otherwise")], rows
    )


def absent(writer: Writer) -> list[str]:
    rows = [
        [
            *_words(writer, term.words),
            " / ".join(part for part in _words(writer, term.because) if part),
            ", ".join(map(code, term.instead)),
        ]
        for term in writer.workspace.absent
    ]
    return writer.listing([Both("English"), Both(zh="中文"), writer.say("rows", "because"), writer.say("rows", "instead")], rows)


def _words(writer: Writer, words: Words) -> list[str]:
    return list(writer.word_lists(words))


def facts(writer: Writer) -> list[str]:
    """The pinned facts that `huaxiang check` holds the data to."""
    rows: list[list[str]] = []
    for fact in writer.workspace.expect:
        period = (
            flow({key: value for key, value in as_data(fact.period).items() if key != "kind"} or "all") if fact.period else ""
        )
        value = f"{fact.value:,.0f}" if fact.value.is_integer() else f"{fact.value:,}"
        where = " / ".join(dict.fromkeys(part for part in writer.condition(fact.where) if part))
        rows.append([writer.metric(fact.metric).en, code(period) if period else "", where, value])
    headings = [
        writer.say("kinds", "metrics"),
        writer.say("rows", "time"),
        writer.say("rows", "where"),
        writer.say("rows", "value"),
    ]
    return writer.listing(headings, rows)


def questions(writer: Writer) -> list[str]:
    rows = [[plain(question.en or ""), plain(question.zh or "")] for question in writer.workspace.questions]
    return writer.listing([Both("English"), Both(zh="中文")], rows)


SECTIONS: dict[str, Section] = {
    "metrics": metrics,
    "parameters": parameters,
    "datasets": datasets,
    "entities": entities,
    "tags": tags,
    "segments": segments,
    "conditions": conditions,
    "experiments": experiments,
    "suppressions": suppressions,
    "terms": terms,
    "ambiguous": ambiguous,
    "absent": absent,
    "holidays": holidays,
    "roles": roles,
    "expect": facts,
    "sources": sources,
    "questions": questions,
}
"""The page's sections in their order."""
