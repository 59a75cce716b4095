"""`ask(question) -> events`: the one path of chat, command line, evaluation and every other way to ask."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from assistant.conversation import Conversation, Mention, Turn
from assistant.events import Answered, Clarified, Compiled, Event, Failed, Last, Planned, Progress, Refused, Rows, Started
from assistant.first_questions import first_questions
from assistant.language.text import read_question
from assistant.planner.outcome import Choice, Clarify, Plan, Refuse
from assistant.reply import Replies, Reply, read_request
from assistant.runtime import Runtime
from assistant.turn import Handled, TurnContext
from assistant.usage import Usage
from assistant.wording.texts import escaped, whole
from semantic_layer.engines.base import CancelToken
from semantic_layer.errors import HuaxiangError, RequestError
from semantic_layer.model.workspace import Question
from semantic_layer.policy import Viewer
from tools.answer import Answer
from tools.context import Emit

if TYPE_CHECKING:
    from assistant.agent import Agent

log = logging.getLogger(__name__)
SIGN_OF_LIFE = 1.0
"""Seconds without an event after which the stream says that work goes on."""
MENTIONED = 10
"""How many groups of an answer "those" can mean."""


class Keeper(Protocol):
    """Who keeps a conversation beyond this process: told of a turn when it begins and when it has ended."""

    def started(self, conversation: str, number: int, asked: str, seen_with: str) -> None: ...

    def finished(self, conversation: str, number: int, turn: Turn, reply: Reply) -> None: ...


class Session:
    """One conversation with one viewer.

    Args:
        runtime: The opened workspace.
        viewer: Who asks.
        agent: The agent; made once and shared between sessions.
        keeper: Where the conversation is kept; without one it ends with this object.
    """

    def __init__(
        self,
        runtime: Runtime,
        agent: Agent,
        viewer: Viewer | None = None,
        conversation: Conversation | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.runtime, self.agent, self.keeper = runtime, agent, keeper
        self.viewer = viewer or Viewer()
        self.conversation = conversation or Conversation(id=uuid.uuid4().hex)

    @property
    def last_usage(self) -> Usage | None:
        """What a language model took for the last question; None where none was asked."""
        return self.conversation.turns[-1].usage if self.conversation.turns else None

    async def ask(self, question: str, cancel: CancelToken | None = None) -> AsyncIterator[Event]:
        """Answers a question as a stream of events; the last one is Answered, Clarified, Refused or Failed."""
        question = whole(question)
        if self.runtime.settings.log_questions:
            log.warning("question: %s", escaped(question[:500]))
        async for event in self._events(_Turn(self, question), cancel):
            yield event

    async def ask_request(
        self,
        request: dict[str, Any],
        shown_as: str,
        language: str = "",
        cancel: CancelToken | None = None,
        edited: int | None = None,
    ) -> AsyncIterator[Event]:
        """Runs a typed request that was clicked, as a stream of events: no planning, else the same path.

        Args:
            shown_as: What the page shows as asked.
            edited: The turn whose reading was changed into the request.
        """
        turn = _Turn(self, "", language or _language_of(self.conversation), whole(shown_as), edited)
        async for event in self._events(turn, cancel, request):
            yield event

    async def _events(
        self, turn: _Turn, cancel: CancelToken | None, request: dict[str, Any] | None = None
    ) -> AsyncIterator[Event]:
        yield turn.event(Started, question=turn.question or turn.shown_as, language=turn.language)
        queue: asyncio.Queue[tuple[str, dict[str, Any]] | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def emit(name: str, data: dict[str, Any]) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, (name, data))

        started = time.perf_counter()
        task = asyncio.create_task(turn.reply(cancel, emit, request))
        task.add_done_callback(lambda _: queue.put_nowait(None))
        while True:
            try:
                item = await asyncio.wait_for(queue.get(), SIGN_OF_LIFE)
            except TimeoutError:
                yield turn.event(Progress, seconds=round(time.perf_counter() - started, 1))
                continue
            if item is None:
                break
            name, data = item
            if name == "planned":
                data = {**data, "reading": turn.reading(data["plan"])}
            yield turn.event({"planned": Planned, "compiled": Compiled, "rows": Rows}[name], **data)
        reply = await task
        yield turn.last(reply)

    async def reply(self, question: str, cancel: CancelToken | None = None) -> Reply:
        """The same as one value."""
        async for event in self.ask(question, cancel):
            if isinstance(event, Answered | Clarified | Refused | Failed):
                return Reply.model_validate(event.reply)
        raise AssertionError("a turn ends with one of the last events")

    async def run_request(self, request: dict[str, Any], cancel: CancelToken | None = None, language: str = "") -> Reply:
        """A typed request that was clicked or given: no planning, else the same path."""
        turn = _Turn(self, "", language=language or _language_of(self.conversation))
        return await turn.reply(cancel, _unheard, request=request)


def _unheard(name: str, data: dict[str, Any]) -> None:
    """For requests whose steps nobody watches."""


class _Turn:
    """One question on its way."""

    def __init__(
        self, session: Session, question: str, language: str | None = None, shown_as: str = "", edited: int | None = None
    ) -> None:
        self.session, self.question, self.shown_as, self.edited = session, question, shown_as, edited
        self.language = language or _reply_language(question, session.conversation)
        self.sequence = 0
        self.number = len(session.conversation.turns)
        self.context: TurnContext | None = None

    def event(self, kind: type[Any], **data: Any) -> Any:
        self.sequence += 1
        return kind(conversation=self.session.conversation.id, turn=self.number, sequence=self.sequence, **data)

    def last(self, reply: Reply) -> Last:
        kinds: dict[str, type[Any]] = {"answered": Answered, "clarify": Clarified, "refused": Refused, "error": Failed}
        return self.event(kinds[reply.status], reply=reply.model_dump(mode="json"), usage=self.usage)

    @property
    def usage(self) -> Usage | None:
        """What a language model took so far; None where none was asked."""
        return self.context.usage if self.context is not None and self.context.usage.calls else None

    async def reply(self, cancel: CancelToken | None, emit: Emit, request: dict[str, Any] | None = None) -> Reply:
        """The reply, whatever happens, kept where conversations are kept."""
        id, asked = self.session.conversation.id, self.question or self.shown_as
        await self._kept(lambda keeper: keeper.started(id, self.number, asked, self._grant()))
        reply = await self._reply(cancel, emit, request)
        turn = self.session.conversation.turns[self.number]
        await self._kept(lambda keeper: keeper.finished(id, self.number, turn, reply))
        return reply

    async def _kept(self, tell: Callable[[Keeper], None]) -> None:
        """Tells the keeper, where there is one. What it cannot keep is answered all the same, and the log says so."""
        if self.session.keeper is None:
            return
        try:
            await asyncio.to_thread(tell, self.session.keeper)
        except Exception as error:
            log.error("a turn is not kept: %s", type(error).__name__)

    def _grant(self) -> str:
        """What the viewer may see, as a hash; empty for a viewer of whom nothing is known, who is refused."""
        try:
            return self.session.runtime.scope(self.session.viewer).grant.hash
        except HuaxiangError:
            return ""

    async def _reply(self, cancel: CancelToken | None, emit: Emit, request: dict[str, Any] | None) -> Reply:
        """The reply; a fault becomes one as well. Either way the turn is part of the conversation then."""
        started = time.perf_counter()
        replies = self._replies(None)
        try:
            turn = self.context = await self._context(cancel, emit)
            replies = self._replies(turn)
            handled = await self._handled(turn, request)
            if _offers_questions(handled):
                replies = self._replies(turn, await asyncio.to_thread(self._first_questions, turn))
            reply = await self._worded(handled, replies, turn)
            reply = reply.model_copy(update={"timings_ms": _total(turn.timings_ms, started)})
        except RequestError as error:
            handled, reply = None, replies.refused_by(error.problem, {}, {}, _total({}, started))
        except HuaxiangError as error:
            log.warning("question failed: %s", error.problem.code)
            handled, reply = None, replies.failed(error.problem.code, _total({}, started))
        except Exception as error:
            log.error("question failed: %s", type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG))
            handled, reply = None, replies.failed("internal", _total({}, started))
        self._remember(reply, handled)
        return reply

    def reading(self, request: dict[str, Any]) -> str:
        """What is about to be run, in words; the days of its periods are resolved with the answer."""
        return self._replies(None).reading(read_request(request))

    def _replies(self, turn: TurnContext | None, questions: tuple[Question, ...] | None = None) -> Replies:
        days = turn.reader.days_of if turn is not None else None
        session = self.session
        workspace = turn.context.scope.workspace if turn is not None else session.runtime.workspace_of(session.viewer)
        return Replies(workspace, self.language, self.session.viewer.role or "", days, questions)

    def _first_questions(self, turn: TurnContext) -> tuple[Question, ...]:
        return first_questions(turn.reader, self.session.runtime.context(turn.context.scope))

    async def _context(self, cancel: CancelToken | None, emit: Emit) -> TurnContext:
        runtime, session = self.session.runtime, self.session
        scope = runtime.scope(session.viewer)
        reader = await asyncio.to_thread(runtime.reader, scope)
        context = runtime.context(scope, cancel, emit)
        context.drafts = runtime.private.of(session.viewer.user, scope.workspace)
        turn = TurnContext(self.question, session.conversation, reader, context, user=session.viewer.user)
        context.timings_ms = turn.timings_ms
        return turn

    async def _handled(self, turn: TurnContext, request: dict[str, Any] | None) -> Handled:
        if request is None:
            return await self.session.agent.run(turn)
        from tools.catalogue import run

        plan = Plan(readings=(request,))
        try:
            answer = await asyncio.to_thread(run, read_request(request), turn.context)
        except RequestError as error:
            return Handled(plan, request=request, problem=error.problem)
        return Handled(plan, request=request, answers=(answer,))

    async def _worded(self, handled: Handled, replies: Replies, turn: TurnContext) -> Reply:
        outcome, timings = handled.outcome, turn.timings_ms
        said = tuple(turn.notes)
        if isinstance(outcome, Clarify):
            return replies.clarified(outcome, timings, said)
        if isinstance(outcome, Refuse):
            return replies.refused(outcome, timings, said)
        if handled.problem is not None:
            if handled.problem.reason == "internal":
                return replies.failed(handled.problem.code, timings)
            return replies.refused_by(handled.problem, handled.request, handled.request, timings, said)
        if len(handled.answers) > 1:
            choices = tuple(Choice(request=answer.request) for answer in handled.answers)
            return replies.clarified(Clarify(code="readings", choices=choices), timings, said)
        if not handled.answers:
            return replies.failed("internal", timings)
        answer = _as_of(handled.answers[0], turn.context.scope.as_of)
        agent = self.session.agent
        text = await agent.word(replies.facts(answer), self.language, turn) if agent.words_answers else None
        return replies.answered(answer, (*outcome.notes, *said), handled.request, timings, text)

    def _remember(self, reply: Reply, handled: Handled | None) -> None:
        """Adds the turn to the conversation."""
        answered = reply.status == "answered"
        mentions: tuple[Mention, ...] = ()
        if answered and handled is not None and handled.answers:
            mentions = _mentions(handled.answers[0])
        choices = tuple(suggestion.request for suggestion in reply.suggestions) if reply.status == "clarify" else ()
        turn = Turn(
            question=self.question,
            outcome=reply.status,
            request=handled.request if answered and handled is not None else None,
            reading=reply.reading,
            choices=choices,
            mentions=mentions,
            shown_as=self.shown_as,
            usage=self.usage,
            edited=self.edited,
        )
        self.session.conversation = self.session.conversation.with_turn(turn)


def _as_of(answer: Answer, day: date) -> Answer:
    """The answer with what "today" means, which every sentence about the data may say."""
    if answer.evidence.as_of is not None:
        return answer
    return answer.model_copy(update={"evidence": answer.evidence.model_copy(update={"as_of": day})})


def _offers_questions(handled: Handled) -> bool:
    """Whether the reply will name questions to begin with: refusals, and answers about the workspace itself."""
    if isinstance(handled.outcome, Refuse) or handled.problem is not None:
        return True
    return any(answer.kind == "catalogue_query" for answer in handled.answers)


def _mentions(answer: Answer) -> tuple[Mention, ...]:
    """The groups that an answer showed first, for "it" and "those"."""
    table = answer.main
    if answer.kind != "metric_query" or table is None or not table.rows:
        return ()
    column = table.columns[0]
    if column.role != "dimension" or column.grain is not None or len(table.rows) > MENTIONED:
        return ()
    return (
        Mention(
            field=column.name, values=tuple(value for value in table.cells(column.name) if isinstance(value, bool | int | str))
        ),
    )


def _reply_language(question: str, conversation: Conversation) -> str:
    """The question's language; one without letters goes on in the conversation's."""
    read = read_question(question[:400])
    if any(token.kind in ("han", "word") for token in read.tokens):
        return read.language
    return _language_of(conversation)


def _language_of(conversation: Conversation) -> str:
    for turn in reversed(conversation.turns):
        if turn.question:
            return read_question(turn.question[:400]).language
    return "en"


def _total(timings: dict[str, float], started: float) -> dict[str, float]:
    shown = {name: round(value, 3) for name, value in timings.items() if name in ("plan", "compile", "execute")}
    return {**shown, "total": round((time.perf_counter() - started) * 1000, 3)}
