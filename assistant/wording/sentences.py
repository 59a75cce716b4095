"""Answers in one or two sentences, made from findings. No number stands here that no row holds."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from assistant.wording.audiences import audience_text
from assistant.wording.defining import DefiningWords
from assistant.wording.group_findings import group_finding, is_about_groups
from assistant.wording.numbers import bucket, cell, dimension_value, number
from assistant.wording.readings import Words
from assistant.wording.tag_health import tag_health_text
from assistant.wording.texts import cleaned, fill, inner, listed, text_of
from semantic_layer.columns import Column, Note
from semantic_layer.conditions import AnyCondition, Condition
from semantic_layer.model.workspace import Question
from semantic_layer.requests import MetricQuery, ShareOf
from tools.answer import Answer, Finding, Table

CONDITION: TypeAdapter[AnyCondition] = TypeAdapter(Condition)
RANKED = 5
"""How many of a ranked list."""
LISTED = 30
"""How many values or items a sentence names."""


class Said(NamedTuple):
    """A finding on its way to a sentence: the code of the template and what it is filled with."""

    code: str
    parts: dict[str, Any]


class Sentences:
    """Words an answer in one language."""

    def __init__(self, words: Words, questions: tuple[Question, ...] = ()) -> None:
        self.words, self.language, self.questions = words, words.language, questions
        self.defining = DefiningWords(words)

    def answer(self, answer: Answer, request: MetricQuery | None) -> str:
        """The whole text: the findings, with a line for each metric and each definition."""
        lines: dict[Any, list[str]] = {}
        for place, finding in enumerate(answer.findings):
            of = place if answer.kind == "definition_query" else finding.parts.get("metric")
            lines.setdefault(of, []).append(self._finding(finding, answer, request))
        separator = "" if self.language == "zh" else " "
        return "\n".join(line for texts in lines.values() if (line := separator.join(text for text in texts if text)))

    def note(self, note: Note) -> str:
        """One assumption or warning."""
        parts = {key: self._note_part(note.code, key, value) for key, value in note.parts.items()}
        if note.code == "also_under":
            parts["value"] = self.words.parameter_value(note.parts["parameter"], note.parts["value"])
        if "start" in note.parts and "end" in note.parts:
            parts["period"] = self.words.span(_day(note.parts["start"]), _day(note.parts["end"]))
        if note.code == "partial_buckets":
            grain = str(note.parts["grain"])
            parts["buckets"] = listed(self.language, [bucket(each, grain, self.language) for each in note.parts["buckets"]])
        if note.code == "taken_for":
            parts["meant"] = self._meant(note.parts)
        return fill(self.language, "notes", note.code, **parts)

    def _meant(self, parts: dict[str, Any]) -> str:
        """What a word was taken for: a condition, a grain of time, or anything with a name."""
        if "where" in parts:
            return self.words.condition(CONDITION.validate_python(parts["where"]))
        name = str(parts["name"])
        return self.words.texts["grains"].get(name) or self.words.name(name)

    def _note_part(self, code: str, key: str, value: Any) -> Any:
        if key in ("metric", "asked", "taken"):
            return self.words.metric(value)
        if key == "grain":
            return self.words.texts["grains"][value]
        if key == "tags":
            return listed(self.language, [inner(self.words.name(each), self.language) for each in value])
        if key == "metrics":
            return listed(self.language, [inner(self.words.metric(each), self.language) for each in value])
        if key == "each":
            return self.words.entity(str(value))
        if key in ("dataset", "entity"):
            return self._label_of(key, str(value))
        if key == "field":
            shown = self.words.name(value)
            return shown if shown != value else value.rpartition(".")[2]
        if key in ("text", "check", "means") and isinstance(value, dict):
            return text_of(value, self.language)
        if key == "assumed":
            return listed(self.language, [self.words.assumed(each["name"], each["value"]) for each in value])
        if key == "figures":
            return listed(self.language, [self.words.figure(each["metric"], each["value"]) for each in value])
        if key == "unit" and code == "unit_not_over":
            return self.words.texts["units"][value]
        if key == "groups":
            return listed(self.language, [str(each) for each in value]) if value else self.words.texts["findings"].get("all", "")
        if isinstance(value, float) and code.startswith("predicted_"):
            return f"{value:.1%}" if key in ("average", "gain", "off") else f"{value:.3f}"
        if isinstance(value, float):
            return f"{value:,.2f}".rstrip("0").rstrip(".")
        return cleaned(value) if isinstance(value, str) else value

    def _label_of(self, kind: str, name: str) -> str:
        """A dataset or an entity by its label, though a metric may have the same name."""
        workspace = self.words.workspace
        found = workspace.dataset(name) if kind == "dataset" else workspace.entity(name)
        return found.label_in(self.language) if found else name

    # ---- findings -------------------------------------------------------------------------------------------------------

    def _finding(self, finding: Finding, answer: Answer, request: MetricQuery | None) -> str:
        match finding.code:
            case "definition":
                return self._definition(finding.parts)
            case "catalogue":
                return self._catalogue(finding.parts, answer)
            case "values" | "entities":
                return self._listing(finding, answer)
            case "profile" | "profile_alike":
                return self._profile(finding, answer)
            case "audience":
                return audience_text(finding, answer, self.words)
            case "segment_defined" | "segment_saved" | "segment_dropped":
                return self.defining.finding(finding, answer)
            case "member" | "no_member":
                return self._membership(finding, answer)
            case "tag_health_none" | "tag_health_one" | "tag_health_all":
                return tag_health_text(finding, self.words)
            case code if is_about_groups(code):
                return group_finding(self.words, finding, answer)
            case _:
                assert request is not None
                said = self.said(finding, answer, request)
                return fill(self.language, "findings", said.code, **said.parts)

    def said(self, finding: Finding, answer: Answer, request: MetricQuery) -> Said:
        """What a finding about metrics says: the code of its template, and the texts that go into it."""
        parts, code = finding.parts, finding.code
        common: dict[str, Any] = {
            "when": self._when(answer, request),
            "where": self._where(request),
            "metric": self._metric(str(parts.get("metric", "")), answer),
        }
        table = answer.main
        if code == "empty" or table is None:
            return Said("empty", common)
        write = _Writer(table, self.words)
        if code in ("value", "share", "compared"):
            return self._single(code, write, parts, common, answer, request)
        by = fill(self.language, "reading", "by", dimensions=self.words.groups(request))
        common["by"] = ("" if self.language == "zh" else " ") + by if request.by else ""
        if code == "series":
            values = {key: write.value(parts[key]["value"]) for key in ("first", "last", "high", "low")}
            times = {f"{key}_at": write.group(parts[key]["at"]) for key in ("first", "last", "high", "low")}
            total = write.value(parts["total"]) if "total" in parts else ""
            return Said("series_total" if total else "series", {"total": total, **values, **times, **common})
        groups = self.words.groups(request)
        if code == "winner":
            name = "winner_top" if parts["descending"] else "winner_bottom"
            return Said(name, {"row": write.row(parts["rows"][0]), "groups": groups, **common})
        rows = ("；" if self.language == "zh" else "; ").join(write.row(row) for row in parts["rows"])
        total = write.value(parts["total"]) if parts.get("total") else ""
        if code == "few_groups":
            with_total = total and len(request.by) == 1 and not request.where
            return Said("few_groups_total" if with_total else "few_groups", {"rows": rows, "total": total, **common})
        if code == "ranking":
            direction = self.words.texts["reading"]["descending" if parts["descending"] else "ascending"]
            more = fill(self.language, "findings", "more", count=parts["count"]) if parts["count"] > len(parts["rows"]) else ""
            return Said("ranking", {"rows": rows, "direction": direction, "more": more, **common})
        texts = {"count": parts["count"], "group": groups, "rows": rows, "lowest": write.row(parts["lowest"]), "total": total}
        return Said("breakdown_total" if total else "breakdown", {**texts, **common})

    def _metric(self, name: str, answer: Answer) -> str:
        """What a finding is about: a metric, or a statistic of one, which its column names."""
        columns = answer.main.columns if answer.main is not None else ()
        found = next((each for each in columns if each.name == name and each.role == "metric" and each.label.get("en")), None)
        return found.label_in(self.language) if found is not None else self.words.metric(name)

    def _single(
        self, code: str, write: _Writer, parts: dict[str, Any], common: dict[str, Any], answer: Answer, request: MetricQuery
    ) -> Said:
        value = write.value(parts["value"])
        if code == "value":
            return Said("value", {"value": value, **common})
        if code == "share":
            name = "share" if parts["share"]["value"] is not None else "share_null"
            return Said(name, {"value": value, "share": write.value(parts["share"]), "whole": self._whole(request), **common})
        evidence = answer.evidence
        other = (
            self.words.span(evidence.compared_start, evidence.compared_end)
            if evidence.compared_start and evidence.compared_end
            else ""
        )
        previous = write.value(parts["previous"])
        return Said("compared", {"value": value, "previous": previous, "other": other, "moved": write.moved(parts), **common})

    def _whole(self, request: MetricQuery) -> str:
        share: ShareOf | None = request.share_of
        where = self.words.condition(share.where) if share is not None else ""
        metric = self.words.metric(request.metrics[0])
        if self.language == "zh":
            return f"{where}的{metric}" if where else f"全部{metric}"
        metric = inner(metric, self.language)
        return f"{metric} where {inner(where, self.language)}" if where else f"all {metric}"

    def _when(self, answer: Answer, request: MetricQuery) -> str:
        text = self.period(answer, request)
        if not text:
            return ""
        return f"{text}，" if self.language == "zh" else f"{text[0].upper()}{text[1:]}: "

    def period(self, answer: Answer, request: MetricQuery) -> str:
        """The days of an answer in words; empty for several periods and for none."""
        evidence = answer.evidence
        if evidence.start is None or evidence.end is None:
            return ""
        if request.period is None and not any(note.code == "default_period" for note in answer.notes):
            return self.words.texts["periods"]["all"]
        return self.words.period(request.period, evidence.start, evidence.end)

    def _where(self, request: MetricQuery) -> str:
        if request.where is None:
            return ""
        text = self.words.condition(request.where)
        return f"{text}：" if self.language == "zh" else f"{text}: "

    # ---- lists and definitions --------------------------------------------------------------------------------------------

    def _listing(self, finding: Finding, answer: Answer) -> str:
        table = answer.main
        assert table is not None
        column = table.columns[0]
        parts, code = finding.parts, finding.code
        values = [dimension_value(value, column, self.language) for value in parts["values"][:LISTED]]
        metric = next((each for each in table.columns if each.name == parts.get("by")), None)
        if metric is not None:
            figures = [cell(value, metric, self.language) for value in parts["figures"][:RANKED]]
            values = [fill(self.language, "findings", "listed", group=a, value=b) for a, b in zip(values, figures, strict=False)]
            code = "entities_high" if parts["descending"] else "entities_low"
        more = self.words.texts["findings"]["values_many"] if parts["count"] > len(values) else ""
        name = column.label_in(self.language)
        return fill(
            self.language,
            "findings",
            code if parts["count"] or code == "values" else "no_entities",
            metric=metric.label_in(self.language) if metric is not None else "",
            field=name,
            entity=name,
            count=finding.parts["count"],
            values=listed(self.language, values),
            more=more,
        )

    def _profile(self, finding: Finding, answer: Answer) -> str:
        """How large a group is, and what it stands out by."""
        parts = finding.parts
        values = [
            fill(
                self.language,
                "findings",
                "trait",
                field=text_of(each["field"], self.language),
                value=text_of(each["value"], self.language),
                share=f"{each['share']:.1%}",
                everyone=f"{each['everyone']:.1%}",
                index=f"{each['index']:.0f}",
            )
            for each in parts["values"]
        ]
        return fill(
            self.language,
            "findings",
            finding.code,
            where=self.words.condition(answer.evidence.where),
            size=f"{parts['size']:,}",
            total=f"{parts['total']:,}",
            share=f"{parts['share']:.1%}",
            entity=self.words.many(parts["entity"]),
            values=("；" if self.language == "zh" else "; ").join(values),
        )

    def _membership(self, finding: Finding, answer: Answer) -> str:
        """Whether one belongs, and each part of the rule with its own value."""
        parts = finding.parts
        lines: list[str] = []
        for part in parts["parts"]:
            condition = CONDITION.validate_python(part["condition"])
            value = part["value"]
            shown = self.words.value_of(condition, value) if value is not None else ""
            code = ("part_met" if part["met"] else "part_unmet") + ("_value" if shown else "")
            lines.append(fill(self.language, "findings", code, condition=self.words.condition(condition), value=shown))
        return fill(
            self.language,
            "findings",
            finding.code,
            entity=self.words.entity(parts["entity"]),
            key=parts["key"],
            where=self.words.condition(answer.evidence.where),
            parts=("；" if self.language == "zh" else "; ").join(lines),
        )

    def _catalogue(self, parts: dict[str, Any], answer: Answer) -> str:
        topic = parts["topic"]
        lines = [f"{text_of(each['label'], self.language)} {each['first']} – {each['last']}" for each in parts["covered"]]
        items = listed(self.language, [text_of(item["label"], self.language) for item in parts["items"]])
        workspace = text_of(parts["workspace"]["label"], self.language)
        code = "entities_topic" if topic == "entities" else topic
        text = fill(
            self.language,
            "findings",
            code,
            items=items,
            workspace=workspace,
            description=text_of(parts["workspace"]["description"], self.language),
            coverage=("；" if self.language == "zh" else "; ").join(lines),
            as_of=answer.evidence.as_of or "",
        )
        if topic in ("questions", "greeting"):
            questions = [text_of(question.model_dump(), self.language) for question in self.questions]
            text = "\n".join([text, *(f"- {question}" for question in questions if question)])
        return text

    def _definition(self, parts: dict[str, Any]) -> str:
        def say(code: str, **values: Any) -> str:
            return fill(self.language, "findings", code, **values)

        label = text_of(parts["label"], self.language) or parts["name"]
        other = parts["label"].get("en" if self.language == "zh" else "zh")
        shown = f"{label}（{other}）" if other and self.language == "zh" else f"{label} ({other})" if other else label
        lines = [
            say("definition", label=shown, description=text_of(parts["description"], self.language))
            + ("。" if self.language == "zh" else ".")
        ]
        lines += self._formula(parts, say)
        if parts.get("parts"):
            made_of = [
                f"{text_of(each['label'], self.language)} = {text_of(each['description'], self.language)}"
                for each in parts["parts"]
            ]
            lines.append(say("definition_parts", parts="；".join(made_of) if self.language == "zh" else "; ".join(made_of)))
        if parts.get("note") and text_of(parts["note"], self.language):
            lines.append(say("definition_note", note=text_of(parts["note"], self.language)))
        if parts.get("values"):
            values = [str(each[self.language]) for each in parts["values"][:LISTED]]
            lines.append(say("definition_values", values=listed(self.language, values)))
        if parts.get("parameters"):
            shown_parameters = [self.words.assumed(each["name"], each["value"], "equals") for each in parts["parameters"]]
            lines.append(say("definition_parameters", parameters=listed(self.language, shown_parameters)))
        if parts["kind"] == "parameter":
            lines.append(f"= {self.words.parameter_value(parts['name'], parts['value'])}.")
        unit = text_of(parts.get("unit"), self.language) if parts["kind"] == "metric" else ""
        if unit:
            lines.append(say("definition_unit", unit=self.words.texts["currencies"].get(unit, unit)))
        synonyms = list(parts["synonyms"].get(self.language) or [])[:6]
        if synonyms:
            lines.append(say("definition_synonyms", synonyms=listed(self.language, synonyms)))
        if parts.get("unmeasured"):
            lines.append(say("definition_unmeasured", why=text_of(parts["unmeasured"], self.language)))
        elif parts["kind"] == "tag" or parts.get("later"):
            lines.append(say("definition_later"))
        return ("" if self.language == "zh" else " ").join(lines)

    def _formula(self, parts: dict[str, Any], say: Any) -> list[str]:
        if parts.get("metric_kind") != "aggregate" or not parts.get("expr"):
            return []
        formula = f"{parts['aggregation'].upper().replace('_', ' ')}({', '.join(parts['expr'])})"
        return [say("definition_formula", formula=formula)]


class _Writer:
    """Writes cells of one table."""

    def __init__(self, table: Table, words: Words) -> None:
        self.table, self.words, self.language = table, words, words.language

    def value(self, quantity: dict[str, Any]) -> str:
        column = self._column(quantity["column"])
        return cell(quantity["value"], column, self.language)

    def group(self, quantity: dict[str, Any]) -> str:
        column = self._column(quantity["column"])
        text = dimension_value(quantity["value"], column, self.language)
        is_key = isinstance(quantity["value"], int) and not isinstance(quantity["value"], bool) and column.grain is None
        return f"{column.label_in(self.language)} {text}" if is_key else text

    def _column(self, name: str) -> Column:
        return next(column for column in self.table.columns if column.name == name)

    def row(self, row: dict[str, Any]) -> str:
        group = " / ".join(self.group(each) for each in row["groups"])
        value = self.value(row["value"])
        if "growth" in row:
            growth = self.value(row["growth"]) if row["growth"]["value"] is not None else "–"
            previous = self.value(row["previous"])
            sign = "+" if (row["growth"]["value"] or 0) > 0 else ""
            return fill(
                self.language, "findings", "row_compared", group=group, value=value, previous=previous, growth=f"{sign}{growth}"
            )
        if "share" in row:
            return fill(self.language, "findings", "row_share", group=group, value=value, share=self.value(row["share"]))
        return fill(self.language, "findings", "row", group=group, value=value)

    def moved(self, parts: dict[str, Any]) -> str:
        """ "up 28,374.85 USD (+7.6%)"."""
        change, growth = parts["change"]["value"], parts["growth"]["value"]
        if change is None:
            return fill(self.language, "findings", "no_previous")
        if change == 0:
            return fill(self.language, "findings", "same")
        column = self._column(parts["change"]["column"])
        amount = number(abs(change), column, self.language)
        if growth is None:
            return fill(self.language, "findings", "no_growth", change=amount)
        rate = number(growth, self._column(parts["growth"]["column"]), self.language, signed=True)
        return fill(self.language, "findings", "up" if change > 0 else "down", change=amount, growth=rate)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
