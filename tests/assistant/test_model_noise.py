"""Golden questions through a model that is right, one that errs at random, and one that is sure of itself: none is answered
wrongly that the embedded planner does not answer wrongly as well.

Frozen questions are left alone: they are there to be seen by nobody.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from asking import says_that_the_planner_took_over, with_model
from conftest import Asker
from loopback import OPENAI, Dialect, Loopback, Says, calls
from loopback_anthropic import ANTHROPIC
from proposing import LAST_MONTH, is_

from assistant.conversation import Conversation
from assistant.planner.outcome import Clarify, Outcome, Plan, Refuse
from assistant.planner.plan import plan
from assistant.proposals import CLARIFY_CODES, REFUSE_CODES
from assistant.reply import Reply, read_request
from assistant.session import Session
from evals.golden import Case, Gold, find_set, load_set
from evals.scoring import score
from semantic_layer.policy import Viewer
from tools.catalogue import tool_of

QUESTIONS = 60
SEED = 4

Error = Callable[[dict[str, Any], random.Random], dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """A golden question with the conversation before it, what the embedded planner makes of it, and its reply."""

    case: Case
    before: Conversation
    outcome: Outcome
    own: Reply


DIALECTS = [OPENAI, ANTHROPIC] if os.environ.get("HUAXIANG_SOAK") else [OPENAI]
"""What a model does is the same in both; the tests of attacks speak both of them in every run."""


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.provider)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return request.param


@pytest.fixture(scope="module")
def asked(demo: Asker) -> list[Asked]:
    cases = [case for case in load_set(find_set("complete_journey")).cases if not case.frozen]
    return [asyncio.run(_own(demo, case)) for case in random.Random(SEED).sample(cases, QUESTIONS)]


@pytest.fixture(scope="module")
def gold(demo: Asker) -> Gold:
    opened = demo.runtime.opened()
    prelude = load_set(find_set("complete_journey")).prelude
    return Gold(demo.runtime.warehouse.file_of(opened.version.id), list(opened.version.tables), prelude)


async def _own(demo: Asker, case: Case) -> Asked:
    session = demo.session(case.role, **case.attrs)
    for earlier in case.history:
        await session.reply(earlier)
    before = session.conversation
    context = demo.context(case.role, **case.attrs)
    outcome = plan(case.question, before, demo.runtime.reader(context.scope))
    return Asked(case, before, outcome, await session.reply(case.question))


# ---- models -------------------------------------------------------------------------------------------------------------------


def proposal(each: Asked) -> Says:
    """The planner's own outcome as a model would send it: in its tool, with the keys in another order, all words bound."""
    match each.outcome:
        case Plan(readings=readings):
            return sent(tool_of(read_request(readings[0])).name, each, *readings)
        case Clarify(code=code, span=span, choices=choices):
            known = code if code in CLARIFY_CODES else "metric"
            return calls("clarify", span=span, code=known, choices=[{"request": choice.request} for choice in choices])
        case Refuse(code=code, span=span):
            return calls("refuse", span=span, code=code if code in REFUSE_CODES else "not_defined")


def sent(tool: str, each: Asked, *readings: dict[str, Any]) -> Says:
    bindings = [{"to": "the request", "text": each.case.question}]
    return calls(tool, bindings=bindings, readings=[turned_round(reading) for reading in readings])


def turned_round(value: Any) -> Any:
    """The same JSON with its keys the other way round."""
    if isinstance(value, dict):
        return {key: turned_round(value[key]) for key in reversed(value)}
    return [turned_round(item) for item in value] if isinstance(value, list) else value


ERRORS: dict[str, Error] = {
    "drops the conditions": lambda request, dice: _without(request, "where"),
    "invents a condition": lambda request, dice: {**request, "where": is_("department", "PRODUCE")},
    "negates the conditions": lambda request, dice: {**request, "where": {"kind": "not", "of": request["where"]}} if "where" in request else {},
    "swaps a metric": lambda request, dice: {**request, "metrics": [dice.choice(["sales", "baskets", "units", "avg_basket_value"])], "order": []},
    "adds a metric": lambda request, dice: {**request, "metrics": [*request["metrics"], dice.choice(["sales", "baskets", "units"])]},
    "changes the period": lambda request, dice: {**request, "period": {**LAST_MONTH, "offset": -dice.randint(2, 6)}},
    "drops the period": lambda request, dice: _without(request, "period"),
    "drops the groups": lambda request, dice: _without(request, "by", "order", "limit"),
    "groups by something": lambda request, dice: {**request, "by": [{"kind": "field", "name": dice.choice(["brand", "department", "age"])}], "order": []},
    "limits": lambda request, dice: {**request, "limit": dice.randint(1, 4)},
    "drops comparison and share": lambda request, dice: _without(request, "compare", "share_of", "order"),
    "compares": lambda request, dice: {**request, "compare": {"kind": "previous"}},
}  # fmt: skip


def _without(request: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in request.items() if key not in keys}


def noisy(each: Asked, dice: random.Random) -> Says:
    """The right request with one to three errors; requests of other tools, and outcomes, give way to a request of numbers."""
    request: dict[str, Any] = {"metrics": ["sales"], "period": LAST_MONTH}
    if isinstance(each.outcome, Plan) and each.outcome.readings[0]["kind"] == "metric_query":
        request = dict(each.outcome.readings[0])
    for name in dice.sample(sorted(ERRORS), dice.randint(1, 3)):
        request = ERRORS[name](request, dice) or request
    return sent("query_metrics", each, request)


def sure(each: Asked, dice: random.Random) -> Says:
    """A plausible request for whatever is asked, with each word bound to each name of it."""
    metric = dice.choice(["sales", "baskets", "units", "households", "discount_amount"])
    by = dice.choice([[], [{"kind": "field", "name": dice.choice(["brand", "department", "store_id"])}]])
    names = " ".join([metric, *(ref["name"] for ref in by)])
    bindings = [{"text": word, "to": names} for word in (each.case.question, *each.case.question.split())][:60]
    return calls("query_metrics", readings=[{"metrics": [metric], "by": by}], bindings=bindings)


# ---- asking them --------------------------------------------------------------------------------------------------------------


def replies(
    demo: Asker, dialect: Dialect, monkeypatch: pytest.MonkeyPatch, asked: list[Asked], says: Callable[[Asked], Says]
) -> list[Reply]:
    """The replies with a model that says something of each question, at each of its attempts."""
    current: list[Asked] = []

    async def ask_all(asker: Asker) -> list[Reply]:
        found: list[Reply] = []
        for each in asked:
            current[:] = [each]
            viewer = Viewer(role=each.case.role, attributes=each.case.attrs)
            found.append(await Session(asker.runtime, asker.agent, viewer, each.before).reply(each.case.question))
        return found

    with Loopback(lambda _: says(current[0]), dialect=dialect) as server:
        found = asyncio.run(ask_all(with_model(demo, server, monkeypatch)))
        assert not server.faults
        assert len(server.sent) >= len(asked) * 0.8
    return found


def verdicts(asked: list[Asked], replies: list[Reply], gold: Gold) -> Counter[str]:
    return Counter(
        score(each.case, reply.contract(each.case.id), gold).verdict for each, reply in zip(asked, replies, strict=True)
    )


def said(reply: Reply) -> tuple[str, list[str], list[Any]]:
    return reply.status, reply.columns, reply.rows


class TestAPerfectModel:
    def test_is_taken_at_its_word(
        self, demo: Asker, dialect: Dialect, monkeypatch: pytest.MonkeyPatch, asked: list[Asked], gold: Gold
    ) -> None:
        found = replies(demo, dialect, monkeypatch, asked, proposal)
        different = [each.case.id for each, reply in zip(asked, found, strict=True) if said(reply) != said(each.own)]
        turned_back = [
            each.case.id
            for each, reply in zip(asked, found, strict=True)
            if isinstance(each.outcome, Plan) and says_that_the_planner_took_over(reply)
        ]
        assert not different
        assert not turned_back
        assert verdicts(asked, found, gold)["wrong_but_confident"] == 0


class TestANoisyModel:
    def test_makes_no_answer_wrong(
        self, demo: Asker, dialect: Dialect, monkeypatch: pytest.MonkeyPatch, asked: list[Asked], gold: Gold
    ) -> None:
        dice = random.Random(SEED)
        found = replies(demo, dialect, monkeypatch, asked, lambda each: noisy(each, dice))
        wrong = [
            each.case.id
            for each, reply in zip(asked, found, strict=True)
            if reply.status == "answered" and said(reply) != said(each.own)
        ]
        assert not wrong
        assert verdicts(asked, found, gold)["wrong_but_confident"] == 0

    def test_makes_none_wrong_where_the_planner_misses_a_word(
        self, demo: Asker, dialect: Dialect, monkeypatch: pytest.MonkeyPatch, asked: list[Asked]
    ) -> None:
        """The metric's word is replaced by one that nobody knows; the model knows what it stands for, and errs in the rest."""
        disguised = [found for each in asked if (found := disguise(each, demo)) is not None]
        errors = sorted(set(ERRORS) - {"swaps a metric", "adds a metric"})
        dice = random.Random(SEED)

        def says(each: Asked) -> Says:
            assert isinstance(each.outcome, Plan)
            request = dict(each.outcome.readings[0])
            for name in dice.sample(errors, dice.randint(0, 2)):
                request = ERRORS[name](request, dice) or request
            bindings = [{"text": each.case.question, "to": ""}, {"text": WORDS[each.case.lang], "to": request["metrics"][0]}]
            return calls("query_metrics", readings=[request], bindings=[{"text": each.case.question, "to": "it"}, *bindings])

        found = replies(demo, dialect, monkeypatch, disguised, says)
        answered = [(each, reply) for each, reply in zip(disguised, found, strict=True) if reply.status == "answered"]
        assert len(disguised) > 20
        assert len(answered) > 5
        assert not [each.case.question for each, reply in answered if said(reply) != said(each.own)]
        assert not [
            each.case.question for each, reply in answered if not any(WORDS[each.case.lang] in text for text in reply.assumptions)
        ]


class TestASureModel:
    def test_answers_nothing_that_has_no_answer(
        self, demo: Asker, dialect: Dialect, monkeypatch: pytest.MonkeyPatch, asked: list[Asked], gold: Gold
    ) -> None:
        dice = random.Random(SEED)
        found = replies(demo, dialect, monkeypatch, asked, lambda each: sure(each, dice))
        print(
            [
                (each.case.question, reply.rows[:2], reply.assumptions)
                for each, reply in zip(asked, found, strict=True)
                if reply.status == "answered" and each.own.status != "answered"
            ]
        )
        assert verdicts(asked, found, gold)["wrong_but_confident"] == 0


WORDS = {"en": "grossings", "zh": "毛收"}


def disguise(each: Asked, demo: Asker) -> Asked | None:
    """The question with a word for its one metric that nothing knows; None where it has no such word of its own."""
    if each.before.turns or not isinstance(each.outcome, Plan) or each.outcome.readings[0].get("kind") != "metric_query":
        return None
    metrics = each.outcome.readings[0]["metrics"]
    said = [binding.text for binding in each.outcome.bindings if binding.to == f"metric {metrics[0]}"]
    if len(metrics) > 1 or len(said) != 1 or each.case.question.count(said[0]) != 1 or each.outcome.notes:
        return None
    case = each.case.model_copy(update={"question": each.case.question.replace(said[0], WORDS[each.case.lang])})
    return Asked(case, each.before, each.outcome, each.own)
