"""The reply to a question: the output contract that other programs read, and what the chat shows."""

from __future__ import annotations

from typing import Any, Literal

from assistant.planner.outcome import Choice, Clarify, Refuse
from assistant.wording.readings import Words
from assistant.wording.refusals import clarification, instead_of, refusal
from assistant.wording.sentences import Sentences
from assistant.wording.texts import fill, text_of
from semantic_layer.columns import Column, Note
from semantic_layer.errors import Problem, reason_of
from semantic_layer.frozen import Frozen
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import REQUEST, EntityQuery, MetricQuery, ValueQuery
from tools.answer import Answer, Next, Table
from tools.requests import CatalogueQuery, DefinitionQuery

Status = Literal["answered", "clarify", "refused", "error"]


class Suggestion(Frozen):
    text: str
    request: dict[str, Any] = {}


class Reply(Frozen):
    """One object a question, of exactly the shape that `ask --batch` writes.

    Attributes beyond the contract's own: `assumptions` (also said in the text), `charts`, `checks`, `language`.
    """

    status: Status
    answer: str
    reading: str = ""
    columns: list[str] = []
    rows: list[list[Any]] = []
    table_schema: list[dict[str, Any]] = []
    totals: dict[str, Any] | None = None
    rest: dict[str, Any] | None = None
    tables: list[dict[str, Any]] = []
    sql: str | None = None
    plan: dict[str, Any] | None = None
    definitions: list[str] = []
    period: dict[str, Any] | None = None
    reason: dict[str, Any] | None = None
    assumptions: list[str] = []
    warnings: list[str] = []
    suggestions: list[Suggestion] = []
    charts: list[dict[str, Any]] = []
    checks: list[dict[str, Any]] = []
    data_version: str = ""
    fingerprint: str = ""
    language: str = "en"
    timings_ms: dict[str, float] = {}

    def contract(self, id: str | None = None) -> dict[str, Any]:
        """The JSON object of the contract, its keys in the contract's order."""
        data = self.model_dump(mode="json")
        data["schema"] = data.pop("table_schema")
        order = (
            "status", "answer", "reading", "columns", "rows", "schema", "totals", "rest", "tables", "sql", "plan", "definitions",
            "period", "reason", "warnings", "suggestions", "assumptions", "charts", "checks", "data_version", "fingerprint",
            "language", "timings_ms",
        )  # fmt: skip
        return ({"id": id} if id is not None else {}) | {key: data[key] for key in order}


def read_request(data: dict[str, Any]) -> Frozen:
    """Any typed request from its plain form."""
    kind = data.get("kind")
    if kind == "definition_query":
        return DefinitionQuery.model_validate(data)
    if kind == "catalogue_query":
        return CatalogueQuery.model_validate(data)
    return REQUEST.validate_python(data)


class Replies:
    """Makes replies in one language."""

    def __init__(self, workspace: Workspace, language: str, role: str = "") -> None:
        self.words = Words(workspace, language)
        self.sentences = Sentences(self.words)
        self.language, self.role = language, role

    # ---- answered ---------------------------------------------------------------------------------------------------------

    def answered(self, answer: Answer, notes: tuple[Note, ...], plan: dict[str, Any], timings: dict[str, float]) -> Reply:
        request = read_request(answer.request)
        metric_query = request if isinstance(request, MetricQuery) else None
        all_notes = (*notes, *answer.notes)
        said = [(note, self.sentences.note(note)) for note in all_notes]
        assumptions = [text for note, text in said if note.kind == "assumption"]
        warnings = [text for note, text in said if note.kind == "warning"]
        if answer.evidence.restricted:
            role = self.words.workspace.role(answer.evidence.role)
            label = role.label_in(self.language) if role else answer.evidence.role
            assumptions.append(fill(self.language, "notes", "restricted", role=label))
        text = self.sentences.answer(answer, metric_query)
        spoken = [*assumptions, *warnings]
        joined = text if not spoken else text + "\n" + " ".join(spoken)
        main = answer.main
        return Reply(
            status="answered",
            answer=joined,
            reading=self.reading(request, answer),
            columns=[column.name for column in main.columns] if main else [],
            rows=[list(row) for row in main.rows] if main else [],
            table_schema=self.schema(main) if main else [],
            totals=_as_object(answer.totals),
            rest=_as_object(answer.rest),
            tables=[self._table(table) for table in answer.tables if table.name != answer.primary],
            sql=answer.evidence.statements[0] if answer.evidence.statements else None,
            plan=plan,
            definitions=self.definitions(answer),
            period=self._period(answer, request),
            assumptions=assumptions,
            warnings=warnings,
            suggestions=[self._next(each, request) for each in answer.next],
            charts=[chart.model_dump(mode="json") for chart in answer.charts],
            checks=[check.model_dump(mode="json") for check in answer.evidence.checks],
            data_version=answer.evidence.data_version,
            fingerprint=answer.evidence.fingerprint,
            language=self.language,
            timings_ms=timings,
        )

    def reading(self, request: Frozen, answer: Answer | None = None) -> str:
        """How the request was read, in words."""
        words = self.words
        match request:
            case MetricQuery():
                spans, other = _spans(answer)
                return words.request(request, spans, other)
            case ValueQuery():
                return words.values_query(request)
            case EntityQuery():
                return words.entity_query(request)
            case DefinitionQuery(names=names):
                shown = (", " if self.language == "en" else "、").join(words.name(name) for name in names)
                return fill(self.language, "reading", "definition", names=shown)
            case CatalogueQuery(topic=topic):
                return fill(self.language, "reading", "entities_topic" if topic == "entities" else topic)
            case _:
                return ""

    def schema(self, table: Table) -> list[dict[str, Any]]:
        """Each column with its role, type, unit and labels."""
        return [self._column(column) for column in table.columns]

    def _column(self, column: Column) -> dict[str, Any]:
        described: dict[str, Any] = {
            "name": column.name,
            "role": column.role,
            "type": column.type,
            "labels": {language: column_label(column, language) for language in ("zh", "en")},
        }
        if column.unit.get("en"):
            described["unit"] = column.unit.get("en")
        if column.grain:
            described["grain"] = column.grain
        if column.role == "metric":
            described["additive"] = column.additive
        if column.value_labels:
            described["value_labels"] = {
                str(each.value): {"zh": each.label.get("zh"), "en": each.label.get("en")} for each in column.value_labels
            }
        return described

    def _table(self, table: Table) -> dict[str, Any]:
        rows = [list(row) for row in table.rows]
        return {"name": table.name, "columns": [c.name for c in table.columns], "rows": rows, "schema": self.schema(table)}

    def definitions(self, answer: Answer) -> list[str]:
        """A line for each metric of the answer."""
        lines: list[str] = []
        for name in answer.evidence.metrics:
            metric = self.words.workspace.metric(name)
            if metric is not None:
                lines.append(f"{metric.label_in(self.language)}: {metric.description.get(self.language)}")
        return lines

    def _period(self, answer: Answer, request: Frozen) -> dict[str, Any] | None:
        evidence = answer.evidence
        if not isinstance(request, MetricQuery):
            return None
        compared = None
        if evidence.compared_start and evidence.compared_end:
            words = self.words.span(evidence.compared_start, evidence.compared_end)
            compared = {"start": str(evidence.compared_start), "end": str(evidence.compared_end), "words": words}
        starts = [evidence.start] if evidence.start else [start for start, _ in evidence.periods]
        ends = [evidence.end] if evidence.end else [end for _, end in evidence.periods]
        spans, _ = _spans(answer)
        words = " / ".join(self.words.span(*span) for span in spans)
        if len(spans) == 1:
            words = self.words.period(request.period, *spans[0])
        return {
            "start": str(min(starts)) if starts else None,
            "end": str(max(ends)) if ends else None,
            "as_of": str(evidence.as_of) if evidence.as_of else None,
            "words": words,
            "compared_with": compared,
        }

    def _next(self, following: Next, request: Frozen) -> Suggestion:
        parts = dict(following.parts)
        metrics = following.request.get("metrics") or []
        metric = self.words.metric(metrics[0]) if metrics else ""
        field, value = parts.get("field"), parts.get("value")
        text = fill(
            self.language,
            "next",
            following.code,
            metric=metric,
            field=self.words.name(field) if field else "",
            value=self._value_in_words(str(field), value) if value is not None else "",
        )
        return Suggestion(text=text, request=following.request)

    def _value_in_words(self, field: str, value: Any) -> str:
        from semantic_layer.conditions import Field

        shown = self.words.value(Field(name=field), value)
        return f"{self.words.name(field)} {shown}" if isinstance(value, int) else shown

    # ---- clarified, refused, failed -----------------------------------------------------------------------------------------

    def clarified(self, outcome: Clarify, timings: dict[str, float]) -> Reply:
        suggestions = [self._choice(choice) for choice in outcome.choices]
        text = clarification(outcome.code, outcome.span, self.words)
        if suggestions:
            text = "\n".join([text, *(f"- {each.text}" for each in suggestions)])
        return Reply(
            status="clarify",
            answer=text,
            reason={"code": "ambiguous", "span": outcome.span},
            suggestions=suggestions,
            plan=outcome.model_dump(mode="json"),
            language=self.language,
            timings_ms=timings,
        )

    def _choice(self, choice: Choice) -> Suggestion:
        return Suggestion(text=self.reading(read_request(choice.request)), request=choice.request)

    def refused(self, outcome: Refuse, timings: dict[str, float]) -> Reply:
        text = refusal(outcome.code, outcome.span, outcome.parts, self.words, None, self.role)
        suggestions = [self._choice(choice) for choice in outcome.choices] or self.first_questions()
        return self._refusal(
            text, reason_of_refusal(outcome.code), outcome.span, suggestions, outcome.model_dump(mode="json"), timings
        )

    def refused_by(self, problem: Problem, request: dict[str, Any], plan: dict[str, Any], timings: dict[str, float]) -> Reply:
        """A request that the compiler or the policy refused."""
        text = refusal(problem.code, "", problem.parts, self.words, request, self.role)
        instead = [Choice(request=each) for each in instead_of(problem.code, problem.parts, request, self.words)]
        suggestions = [self._choice(choice) for choice in instead] or self.first_questions()
        span = str(problem.parts.get("field") or problem.parts.get("metric") or problem.parts.get("name") or "")
        return self._refusal(text, problem.reason, span, suggestions, plan, timings)

    def _refusal(
        self, text: str, code: str, span: str, suggestions: list[Suggestion], plan: dict[str, Any], timings: dict[str, float]
    ) -> Reply:
        lead = "可以改问：" if self.language == "zh" else "You could ask:"
        shown = [each.text for each in suggestions[:4]]
        if shown:
            text = "\n".join([text, lead, *(f"- {each}" for each in shown)])
        return Reply(
            status="refused",
            answer=text,
            reason={"code": code, "span": span},
            suggestions=suggestions[:4],
            plan=plan,
            language=self.language,
            timings_ms=timings,
        )

    def first_questions(self) -> list[Suggestion]:
        """Good questions of this workspace, where nothing nearer can be offered."""
        texts = [text_of(question.model_dump(), self.language) for question in self.words.workspace.questions]
        return [Suggestion(text=text) for text in texts[:3] if text]

    def failed(self, code: str, timings: dict[str, float]) -> Reply:
        text = fill(self.language, "refusals", code if code in ("cancelled", "too_slow", "engine_failed") else "internal")
        return Reply(
            status="error", answer=text, reason={"code": "internal", "span": ""}, language=self.language, timings_ms=timings
        )


def column_label(column: Column, language: str) -> str:
    """The heading of a column: the metric with what the column says of it, or the grain's name."""
    label = column.label.get(language)
    if not label:
        return fill(language, "grains", column.grain) if column.grain else column.name
    part = "previous" if column.role == "metric" and column.name.endswith("_previous") and column.metric else column.role
    if part in ("previous", "change", "growth", "share"):
        return fill(language, "parts", part, label=label, label_lower=label[0].lower() + label[1:])
    if column.grain and column.role == "dimension" and column.grain != "date":
        return f"{label} ({fill(language, 'grains', column.grain)})"
    return label


REFUSAL_REASONS = {
    "empty": "off_topic",
    "too_long": "off_topic",
    "no_words": "off_topic",
    "sql_pasted": "not_allowed",
    "write": "not_allowed",
    "entity_condition": "not_available",
    "why": "not_available",
    "forecast": "no_such_data",
    "advice": "not_available",
    "band_cut": "no_such_data",
    "median": "not_defined",
    "maximum": "not_defined",
    "no_edit": "unbound_word",
    "model_failed": "internal",
}
"""The contract's reason of the planner's own refusal codes; the others are in the semantic layer's table."""


def reason_of_refusal(code: str) -> str:
    return REFUSAL_REASONS.get(code) or reason_of(code)


def _as_object(table: Table | None) -> dict[str, Any] | None:
    if table is None or not table.rows:
        return None
    return {column.name: cell for column, cell in zip(table.columns, table.rows[0], strict=True)}


def _spans(answer: Answer | None) -> tuple[tuple[tuple[Any, Any], ...], tuple[Any, Any] | None]:
    if answer is None:
        return (), None
    evidence = answer.evidence
    spans = ((evidence.start, evidence.end),) if evidence.start and evidence.end else evidence.periods
    other = (evidence.compared_start, evidence.compared_end) if evidence.compared_start and evidence.compared_end else None
    return spans, other
