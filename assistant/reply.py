"""The reply to a question: the output contract that other programs read, and what the chat shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from assistant.planner.outcome import Choice, Clarify, Refuse
from assistant.wording.audiences import audience_reading
from assistant.wording.columns import described
from assistant.wording.facts import Fact, facts_of
from assistant.wording.group_findings import group_reading
from assistant.wording.groups import with_named_groups
from assistant.wording.readings import Words
from assistant.wording.refusals import clarification, instead_of, reason_of_refusal, refusal
from assistant.wording.sentences import Sentences
from assistant.wording.texts import all_cleaned, cleaned, fill, inner, text_of
from semantic_layer.calendar import Span
from semantic_layer.columns import Note
from semantic_layer.errors import Problem
from semantic_layer.frozen import Frozen
from semantic_layer.model.workspace import Question, Workspace
from semantic_layer.periods import EachPeriod, Period
from semantic_layer.requests import REQUEST, AgainstPeriod, EntityQuery, MetricQuery, ValueQuery
from semantic_layer.tag_parts import item
from tools.answer import Answer, Next, Table
from tools.group_requests import GROUP_REQUESTS
from tools.requests import (
    AudienceQuery,
    CatalogueQuery,
    DefineSegment,
    DefinitionQuery,
    MembershipQuery,
    ProfileQuery,
    TagHealthQuery,
)

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


OF_TOOLS: tuple[type[Frozen], ...] = (
    DefinitionQuery,
    CatalogueQuery,
    ProfileQuery,
    MembershipQuery,
    TagHealthQuery,
    AudienceQuery,
    DefineSegment,
    *GROUP_REQUESTS,
)
"""Requests that are no single statement."""


def read_request(data: dict[str, Any]) -> Frozen:
    """Any typed request from its plain form."""
    own = next((each for each in OF_TOOLS if each.model_fields["kind"].default == data.get("kind")), None)
    return own.model_validate(data) if own is not None else REQUEST.validate_python(data)


Days = Callable[[Period], Span]
"""Turns a single period into days."""


class Replies:
    """Makes replies in one language.

    Args:
        role: The viewer's, for refusals that name it.
        days: Resolves the periods of requests that are offered and have not been run.
        questions: Those of the workspace's first questions that the viewer gets an answer to; by default all.
    """

    def __init__(
        self,
        workspace: Workspace,
        language: str,
        role: str = "",
        days: Days | None = None,
        questions: tuple[Question, ...] | None = None,
    ) -> None:
        self.words = Words(workspace, language, days)
        self.questions = workspace.questions if questions is None else questions
        self.sentences = Sentences(self.words, self.questions)
        self.language, self.role, self.days = language, role, days

    # ---- answered ---------------------------------------------------------------------------------------------------------

    def facts(self, answer: Answer) -> tuple[Fact, ...]:
        """What an answer says, for those who word it otherwise; nothing where only our own wording can say it."""
        request = read_request(answer.request)
        answer = with_named_groups(answer, request, self.words)
        return facts_of(self.sentences, answer, request) if isinstance(request, MetricQuery) else ()

    def answered(
        self,
        answer: Answer,
        notes: tuple[Note, ...],
        plan: dict[str, Any],
        timings: dict[str, float],
        text: str | None = None,
    ) -> Reply:
        """The reply of an answer.

        Args:
            text: Its findings in words, where they were worded otherwise.
        """
        request = read_request(answer.request)
        answer = with_named_groups(answer, request, self.words)
        metric_query = request if isinstance(request, MetricQuery) else None
        assumptions, warnings = self._said((*notes, *answer.notes))
        if answer.evidence.restricted:
            role = self.words.workspace.role(answer.evidence.role)
            label = role.label_in(self.language) if role else answer.evidence.role
            assumptions.append(fill(self.language, "notes", "restricted", role=label))
        text = text or self.sentences.answer(answer, metric_query)
        spoken = [*assumptions, *warnings]
        joined = text if not spoken else text + "\n" + " ".join(spoken)
        main = answer.main
        return Reply(
            status="answered",
            answer=joined,
            reading=self.reading(request, answer),
            columns=[column.name for column in main.columns] if main else [],
            rows=[list(row) for row in main.rows] if main else [],
            table_schema=described(main) if main else [],
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

    def _said(self, notes: tuple[Note, ...]) -> tuple[list[str], list[str]]:
        """Assumptions and warnings in words."""
        said = [(note.kind, self.sentences.note(note)) for note in notes]
        return [text for kind, text in said if kind == "assumption"], [text for kind, text in said if kind == "warning"]

    def reading(self, request: Frozen, answer: Answer | None = None) -> str:
        """How the request was read, in words."""
        words = self.words
        match request:
            case MetricQuery():
                spans, other = _spans(answer) if answer is not None else self._asked_days(request)
                return words.request(request, spans, other)
            case ValueQuery():
                return words.values_query(request)
            case EntityQuery():
                return words.entity_query(request)
            case ProfileQuery():
                return words.profile_query(request)
            case MembershipQuery():
                return words.membership_query(request)
            case TagHealthQuery():
                return words.tag_health_query(request)
            case AudienceQuery():
                return audience_reading(request, words)
            case DefineSegment():
                return self.sentences.defining.reading(request)
            case DefinitionQuery(names=names):
                shown = (", " if self.language == "en" else "、").join(words.name(name) for name in names)
                return fill(self.language, "reading", "definition", names=shown)
            case CatalogueQuery(topic=topic):
                return fill(self.language, "reading", "entities_topic" if topic == "entities" else topic)
            case _:
                return group_reading(words, request)

    def _asked_days(self, request: MetricQuery) -> tuple[tuple[Span, ...], Span | None]:
        """The days of a request that was not run; without a period of its own it is read without one."""
        period, compare = request.period, request.compare
        if self.days is None or period is None:
            return (), None
        spans = tuple(self.days(each) for each in period.of) if isinstance(period, EachPeriod) else (self.days(period),)
        return spans, self.days(compare.period) if isinstance(compare, AgainstPeriod) else None

    def _table(self, table: Table) -> dict[str, Any]:
        rows = [list(row) for row in table.rows]
        return {"name": table.name, "columns": [c.name for c in table.columns], "rows": rows, "schema": described(table)}

    def definitions(self, answer: Answer) -> list[str]:
        """A line for each metric, tag and segment of the answer."""
        lines: list[str] = []
        for name in answer.evidence.metrics:
            metric = self.words.workspace.metric(name)
            if metric is not None:
                lines.append(f"{metric.label_in(self.language)}: {metric.description.get(self.language)}")
        for name in answer.evidence.tags:
            found = item(self.words.workspace, name)
            if found is not None:
                lines.append(f"{found.label_in(self.language)}: {found.description.get(self.language)}")
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
        return f"{inner(self.words.name(field), self.language)} {shown}" if isinstance(value, int) else shown

    # ---- clarified, refused, failed -----------------------------------------------------------------------------------------

    def clarified(self, outcome: Clarify, timings: dict[str, float], notes: tuple[Note, ...] = ()) -> Reply:
        suggestions = [self._choice(choice) for choice in outcome.choices]
        span = cleaned(outcome.span)
        reply = Reply(
            status="clarify",
            answer="\n".join([clarification(outcome.code, span, self.words), *(f"- {each.text}" for each in suggestions)]),
            reason={"code": "ambiguous", "span": span},
            suggestions=suggestions,
            plan=all_cleaned(outcome.model_dump()),
            language=self.language,
            timings_ms=timings,
        )
        return self._noted(reply, notes)

    def _choice(self, choice: Choice) -> Suggestion:
        return Suggestion(text=self.reading(read_request(choice.request)), request=choice.request)

    def refused(self, outcome: Refuse, timings: dict[str, float], notes: tuple[Note, ...] = ()) -> Reply:
        span = cleaned(outcome.span)
        text = refusal(outcome.code, span, all_cleaned(outcome.parts), self.words, None, self.role)
        reason = {"code": reason_of_refusal(outcome.code), "span": span}
        reply = self._refusal(text, reason, outcome.choices, timings)
        return self._noted(reply.model_copy(update={"plan": all_cleaned(outcome.model_dump())}), notes)

    def refused_by(
        self,
        problem: Problem,
        request: dict[str, Any],
        plan: dict[str, Any],
        timings: dict[str, float],
        notes: tuple[Note, ...] = (),
    ) -> Reply:
        """A request that the compiler or the policy refused."""
        parts = all_cleaned(problem.parts)
        text = refusal(problem.code, "", parts, self.words, request, self.role)
        instead = tuple(Choice(request=each) for each in instead_of(problem.code, parts, request, self.words))
        span = str(parts.get("field") or parts.get("metric") or parts.get("name") or "")
        reply = self._refusal(text, {"code": problem.reason, "span": span}, instead, timings)
        return self._noted(reply.model_copy(update={"plan": plan}), notes)

    def _refusal(self, text: str, reason: dict[str, str], instead: tuple[Choice, ...], timings: dict[str, float]) -> Reply:
        """Why there is no answer, and what can be asked instead."""
        shown = ([self._choice(choice) for choice in instead] or self.first_questions())[:4]
        lead = ["可以改问：" if self.language == "zh" else "You could ask:"] if shown else []
        return Reply(
            status="refused",
            answer="\n".join([text, *lead, *(f"- {each.text}" for each in shown)]),
            reason=reason,
            suggestions=shown,
            language=self.language,
            timings_ms=timings,
        )

    def _noted(self, reply: Reply, notes: tuple[Note, ...]) -> Reply:
        """The reply with what must be said of how it came about."""
        assumptions, warnings = self._said(notes)
        answer = "\n".join([reply.answer, *assumptions, *warnings])
        return reply.model_copy(update={"answer": answer, "assumptions": assumptions, "warnings": warnings})

    def first_questions(self) -> list[Suggestion]:
        """Good questions of this workspace, where nothing nearer can be offered."""
        texts = [text_of(question.model_dump(), self.language) for question in self.questions]
        return [Suggestion(text=text) for text in texts[:3] if text]

    def failed(self, code: str, timings: dict[str, float]) -> Reply:
        text = fill(self.language, "refusals", code if code in ("cancelled", "too_slow", "engine_failed") else "internal")
        return Reply(
            status="error", answer=text, reason={"code": "internal", "span": ""}, language=self.language, timings_ms=timings
        )


def _as_object(table: Table | None) -> dict[str, Any] | None:
    if table is None or not table.rows:
        return None
    return {column.name: cell for column, cell in zip(table.columns, table.rows[0], strict=True)}


def _spans(answer: Answer) -> tuple[tuple[tuple[Any, Any], ...], tuple[Any, Any] | None]:
    evidence = answer.evidence
    spans = ((evidence.start, evidence.end),) if evidence.start and evidence.end else evidence.periods
    other = (evidence.compared_start, evidence.compared_end) if evidence.compared_start and evidence.compared_end else None
    return spans, other
