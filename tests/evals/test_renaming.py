"""The demo under made-up words: what is understood comes from the workspace, so the same questions get the same answers.

A question that fares differently here shows a word of the demo in the code or in the word lists of the languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from conftest import Asker
from rename import Renaming, is_of_the_language

from assistant.reply import Reply
from assistant.runtime import Runtime
from evals.golden import Case, find_set, load_set

LEAST_SAME = 0.985
"""The rest is for questions that lean on how the demo's words sound or look, which made-up words cannot keep."""


@dataclass(frozen=True)
class Asked:
    """A golden question in both workspaces; what was asked and answered in the copy is in made-up words."""

    case: Case
    rewritten: tuple[str, ...]
    reply: Reply
    in_copy: Reply

    def same(self, renaming: Renaming) -> bool:
        reply, in_copy = self.reply, self.in_copy
        if reply.status != in_copy.status or reply.status == "error":
            return False
        if (reply.reason or {}).get("code") != (in_copy.reason or {}).get("code"):
            return False
        rows, others = _comparable(reply.rows), _comparable([[renaming.original(cell) for cell in row] for row in in_copy.rows])
        return rows == others if self.case.match == "ordered" else sorted(rows) == sorted(others)


def _comparable(rows: list[list[Any]]) -> list[tuple[str, ...]]:
    return [tuple(f"{cell:.6g}" if isinstance(cell, float) else str(cell).lower() for cell in row) for row in rows]


@pytest.fixture(scope="module")
def renaming(demo: Asker) -> Renaming:
    return Renaming(demo.runtime)


@pytest.fixture(scope="module")
def copy(demo: Asker, renaming: Renaming, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    folder = renaming.write(tmp_path_factory.mktemp("workspaces") / "renamed")
    runtime = Runtime(str(folder), demo.runtime.settings)
    runtime.warehouse.load()
    return Asker(runtime, demo.agent)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Every other question that may be looked at."""
    return [case for case in load_set(find_set("complete_journey")).cases if not case.frozen][::3]


@pytest.fixture(scope="module")
def asked(demo: Asker, copy: Asker, renaming: Renaming, cases: list[Case]) -> list[Asked]:
    """All questions that can be rewritten: they hold a word of the workspace, and no answer needed a slip to be corrected."""
    found: list[Asked] = []
    for case in cases:
        questions = (*case.history, case.question)
        rewritten = [renaming.rewrite(question) for question in questions]
        if not any(rewritten):
            continue
        reply = demo.ask(*questions, role=case.role, **case.attrs)
        if reply.status == "answered" and any(map(renaming.misspelt, questions)):
            continue
        said = tuple(made or question for made, question in zip(rewritten, questions, strict=True))
        found.append(Asked(case, said, reply, copy.ask(*said, role=case.role, **case.attrs)))
    return found


def test_most_questions_can_be_rewritten(asked: list[Asked], cases: list[Case]) -> None:
    assert len(asked) >= 120
    assert len(asked) >= 0.85 * len(cases)
    assert {each.case.expect for each in asked} == {"answered", "clarify", "refused"}
    assert {each.case.lang for each in asked} == {"zh", "en"}


def test_made_up_words_get_the_same_rows_and_statuses(asked: list[Asked], renaming: Renaming) -> None:
    differing = [
        f"{each.case.id}: {each.reply.status} ({each.reply.reading}) but {each.in_copy.status} ({each.in_copy.reading or each.in_copy.answer}) for {each.rewritten}"
        for each in asked
        if not each.same(renaming)
    ]
    assert 1 - len(differing) / len(asked) >= LEAST_SAME, "\n".join(differing)


def test_the_words_of_the_demo_mean_nothing_in_the_copy(copy: Asker, asked: list[Asked]) -> None:
    answered = [each.case for each in asked if each.reply.status == "answered" and each.case.match != "keys"][::5]
    understood = [case.id for case in answered if copy.ask(*case.history, case.question).status == "answered"]
    assert len(understood) <= 0.1 * len(answered), understood


def test_hardly_a_word_of_the_demo_is_a_word_of_a_language(demo: Asker) -> None:
    workspace = demo.runtime.workspace
    fields = [field for _, field in workspace.dimension_fields()]
    named = [*workspace.metrics, *workspace.entities, *fields, *workspace.tags, *workspace.segments, *workspace.conditions]
    words = {word for each in named for word in each.words()}
    words |= {word for each in (*fields, *workspace.tags) for value in each.values for word in value.all()}
    shared = sorted(word for word in words if is_of_the_language(word))
    assert len(shared) <= 0.02 * len(words), shared


@pytest.mark.parametrize(
    ("one", "several"),
    [("sales by store", "sales by stores"), ("orders of a household", "orders of households"), ("the department's sales", None)],
)
def test_endings_of_english_words_are_kept(renaming: Renaming, one: str, several: str | None) -> None:
    made = renaming.rewrite(one)
    assert made is not None
    assert "store" not in made
    if several is None:
        assert made.split()[1].endswith("'s")
    else:
        assert renaming.rewrite(several) == made.replace(" a ", " ") + "s"


def test_a_question_without_a_word_of_the_workspace_cannot_be_rewritten(renaming: Renaming) -> None:
    assert renaming.rewrite("what can I ask you?") is None
    assert renaming.rewrite("那上周的呢") is None


def test_longer_words_are_not_taken_apart(renaming: Renaming) -> None:
    assert renaming.rewrite("客户数") != f"{renaming.rewrite('客户')}数"
    assert renaming.rewrite("客户数和客户") == f"{renaming.rewrite('客户数')}和{renaming.rewrite('客户')}"
