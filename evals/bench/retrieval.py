"""Of the golden questions: how often a model is told of every name that the right request needs, and how much it is told.

Run it with `python -m evals.bench.retrieval`. What the embedded planner makes of a question counts as the right request,
so only questions that it answers are counted; retrieval itself never looks at that request.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.conversation import Conversation, Turn
from assistant.offered import visible
from assistant.planner.outcome import Plan
from assistant.planner.plan import plan
from assistant.prompt import system_prompt
from assistant.retrieval import Retrieved, retrieve
from assistant.runtime import Runtime
from assistant.settings import Settings
from evals.golden import Case, find_set, load_set
from semantic_layer.errors import HuaxiangError
from semantic_layer.frozen import Frozen
from semantic_layer.policy import Viewer


class Told(Frozen):
    """One question: the names that its request needs and that a model was not told of, and the length of the prompt.

    Attributes:
        characters: Of the system message; `whole` is that of one with every definition.
    """

    question: str
    missing: tuple[str, ...]
    characters: int
    whole: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", default="complete_journey")
    options = parser.parse_args()
    try:
        runtime = Runtime(options.workspace, Settings())
        told = measure([case for case in load_set(find_set(options.workspace)).cases if not case.frozen], runtime)
    except HuaxiangError as error:
        sys.exit(str(error))
    complete = sum(not each.missing for each in told)
    print(f"{complete} of {len(told)} questions ({complete / len(told):.2%}) with every name of their request")
    for name in ("characters", "whole"):
        lengths = [getattr(each, name) for each in told]
        print(f"system message, {name}: median {statistics.median(lengths):,.0f}, longest {max(lengths):,}")
    for each in told:
        if each.missing:
            print(f"  {each.question}: {', '.join(each.missing)}")


def measure(cases: Sequence[Case], runtime: Runtime) -> list[Told]:
    """Every question of the cases that the embedded planner answers, each after its history."""
    return [told for case in cases for told in _measured(case, runtime)]


def _measured(case: Case, runtime: Runtime) -> Iterator[Told]:
    scope = runtime.scope(Viewer(role=case.role, attributes=case.attrs))
    reader, conversation = runtime.reader(scope), Conversation(id=case.id)
    whole = visible(scope)
    for question in (*case.history, case.question):
        outcome = plan(question, conversation, reader)
        request = outcome.readings[0] if isinstance(outcome, Plan) else None
        if request is not None:
            earlier = [turn.question for turn in conversation.turns]
            requests = [turn.request for turn in conversation.turns if turn.request]
            retrieved = retrieve(question, earlier, requests, reader, scope)
            needed = set(_names(request)) & set(whole.names)
            lengths = [len(system_prompt(scope.workspace, each, scope.as_of)) for each in (retrieved, Retrieved(whole))]
            missing = tuple(sorted(needed - set(retrieved.offered.names)))
            yield Told(question=question, missing=missing, characters=lengths[0], whole=lengths[1])
        conversation = conversation.with_turn(
            Turn(question=question, outcome="answered" if request else "refused", request=request)
        )


def _names(value: Any) -> Iterator[str]:
    """Every text of a request; values among them are no names of definitions."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _names(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _names(each)
    elif isinstance(value, str):
        yield value.rpartition(".")[2]


if __name__ == "__main__":
    main()
