"""`huaxiang review`: the analysts' list. It shows and marks; nothing is learned by itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.main import app
from assistant.runtime import data_folder
from assistant.settings import Settings
from assistant.state.feedback import Feedback, FeedbackList
from assistant.state.store import Store
from semantic_layer.loading.loader import find_workspace, load_workspace

ROOT = Path(__file__).parents[2]
READ = {"kind": "metric_query", "metrics": ["sales"], "period": {"kind": "unit", "unit": "month", "offset": -1}}
MEANT = {"kind": "metric_query", "metrics": ["avg_basket_value"], "by": [{"kind": "field", "name": "department"}]}


@pytest.fixture
def settings_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HUAXIANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUAXIANG_STATE_URL", "")
    return Settings()


@pytest.fixture
def said(settings_here: Settings) -> Iterator[FeedbackList]:
    """The list of the demo, as the chat writes it."""
    folder = find_workspace("complete_journey")
    store = Store.open(settings_here)
    yield FeedbackList(store, data_folder(settings_here, folder, load_workspace(folder)).name)
    store.close()


def review(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["review", *arguments])


def as_json(*arguments: str) -> Any:
    done = review(*arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def give(said: FeedbackList, number: int = 0, **more: Any) -> Feedback:
    about = {
        "conversation": "c",
        "number": number,
        "given_by": "me",
        "question": "sales last month",
        "reading": "Sales · November",
    }
    return said.give(**{**about, "kind": "down", "request": READ, **more})


class TestTheList:
    def test_says_that_it_is_empty(self, said: FeedbackList) -> None:
        assert "Nothing is open" in review().stdout
        assert "Nobody has said anything" in review("--all").stdout
        assert as_json() == {"workspace": "complete_journey", "state": "open", "items": []}

    def test_shows_who_said_what_of_which_question(self, said: FeedbackList) -> None:
        given = give(said, reasons=("number", "period"), comment="I meant *December*")
        shown = review().stdout
        assert given.id in shown
        assert given.given_at[:10] in shown
        for part in ("me", "thumb down: number, period", "sales last month", "Sales · November", "I meant *December*", "1 open"):
            assert part in shown

    @pytest.mark.parametrize(
        ("question", "words"), [("the usual basket by department", "by department"), ("各部门的篮子", "按部门")]
    )
    def test_says_what_it_should_be_in_the_questions_language(self, said: FeedbackList, question: str, words: str) -> None:
        give(said, kind="reading", question=question, should_be=MEANT)
        line = next(line for line in review().stdout.splitlines() if "should be" in line)
        assert words in line
        assert words in as_json()["items"][0]["should_be_reading"]

    def test_has_the_newest_last(self, said: FeedbackList) -> None:
        given = [give(said, number).id for number in (2, 0, 1)]
        assert re.findall(r"^([0-9a-f]{12}) ", review().stdout, re.M) == given
        assert [each["id"] for each in as_json()["items"]] == given

    def test_leaves_out_what_is_decided_unless_all_is_asked_for(self, said: FeedbackList) -> None:
        decided, still_open = give(said, 0), give(said, 1)
        said.decide(decided.id, "rejected")
        assert [each["id"] for each in as_json()["items"]] == [still_open.id]
        listed = as_json("--all")
        assert listed["state"] == "all"
        assert [(each["id"], each["state"]) for each in listed["items"]] == [(decided.id, "rejected"), (still_open.id, "open")]
        assert "[rejected]" in review("--all").stdout

    def test_is_that_of_one_workspace(self, said: FeedbackList, tmp_path: Path) -> None:
        given = give(said)
        folder = tmp_path / "teahouse"
        shutil.copytree(ROOT / "tests" / "workspaces" / "teahouse", folder)
        assert as_json("--workspace", str(folder)) == {"workspace": "teahouse", "state": "open", "items": []}
        done = review("--workspace", str(folder), "--accept", given.id)
        assert done.exit_code == 2
        assert [each.state for each in said.listed(None)] == ["open"]

    def test_needs_no_data(self, said: FeedbackList, settings_here: Settings) -> None:
        give(said)
        assert not (settings_here.home / "data").exists()
        assert review().exit_code == 0

    @pytest.mark.parametrize("should_be", [{"kind": "nosuch"}, {"kind": "metric_query", "metrics": 3}, {}])
    def test_stands_what_this_version_cannot_read(self, said: FeedbackList, should_be: dict[str, Any]) -> None:
        give(said, kind="reading", should_be=should_be)
        done = review()
        assert done.exit_code == 0
        assert "cannot read" in done.stdout
        assert as_json()["items"][0]["should_be"] == should_be

    def test_names_a_metric_that_is_gone_by_its_name(self, said: FeedbackList) -> None:
        give(said, kind="reading", should_be={"kind": "metric_query", "metrics": ["gone"]})
        assert "gone" in review().stdout

    def test_obeys_nothing_that_users_write(self, said: FeedbackList) -> None:
        comment = "[red]bold[/red] \x1b[2J\x9b2J \u202eabc\nffffffffffff  2026-01-01 00:00 UTC  forged"
        give(said, comment=comment, question="a\nb", given_by="me\nyou", should_be={"kind": comment})
        given = give(said, 1, kind="reading", should_be={"kind": comment})
        for shown in (review().stdout, review("--show", given.id).stdout):
            assert "[red]bold[/red]" in shown
            assert not set(shown) & {"\x1b", "\x9b", "\u202e"}
            assert not re.search(r"^ffffffffffff", shown, re.M)


class TestShowing:
    def test_shows_everything(self, said: FeedbackList) -> None:
        given = give(said, kind="reading", reasons=("metric",), comment="baskets, please", should_be=MEANT)
        said.decide(given.id, "accepted", "agreed with the team")
        shown = review("--show", given.id).stdout
        for part in (given.id, "another reading: metric", "baskets, please", "turn 0", "accepted", "agreed with the team"):
            assert part in shown
        for request in (READ, MEANT):
            assert json.dumps(request, indent=2) in shown

    def test_the_confirmed_pair_is_a_document_of_its_own(self, said: FeedbackList) -> None:
        given = give(said, kind="reading", question="各部门的篮子", should_be=MEANT)
        pair = {"question": "各部门的篮子", "request": MEANT}
        assert json.dumps(pair, indent=2, ensure_ascii=False) in review("--show", given.id).stdout
        shown = as_json("--show", given.id)
        assert shown["verified"] == pair
        assert (shown["item"]["request"], shown["item"]["should_be"]) == (READ, MEANT)

    @pytest.mark.parametrize(("kind", "confirmed"), [("up", READ), ("down", None), ("reading", MEANT)])
    def test_a_request_is_confirmed_by_who_liked_it_or_named_it(
        self, said: FeedbackList, kind: str, confirmed: dict[str, Any] | None
    ) -> None:
        given = give(said, kind=kind, should_be=MEANT if kind == "reading" else None)
        verified = as_json("--show", given.id)["verified"]
        assert (verified and verified["request"]) == confirmed

    def test_what_was_never_read_is_shown_without_a_request(self, said: FeedbackList) -> None:
        given = give(said, request=None, reading="")
        shown = review("--show", given.id)
        assert shown.exit_code == 0
        assert "{" not in shown.stdout


class TestDeciding:
    @pytest.mark.parametrize(("option", "state"), [("--accept", "accepted"), ("--reject", "rejected")])
    def test_marks_it_and_keeps_the_note(self, said: FeedbackList, option: str, state: str) -> None:
        given, other = give(said, 0), give(said, 1)
        done = review(option, given.id, "--note", "因为节假日")
        assert done.exit_code == 0
        assert f"{given.id} is {state}" in done.stdout
        assert "Nothing is learned" in done.stdout
        found = said.one(given.id)
        assert found is not None
        assert (found.state, found.note) == (state, "因为节假日")
        assert said.listed() == [other]

    def test_changes_nothing_but_the_mark(self, said: FeedbackList) -> None:
        given = give(said, kind="reading", should_be=MEANT)
        before = {path: path.read_bytes() for path in find_workspace("complete_journey").rglob("*.yaml")}
        assert before
        review("--accept", given.id)
        assert {path: path.read_bytes() for path in before} == before
        found = said.one(given.id)
        assert found is not None
        assert found.model_copy(update={"state": "open", "reviewed_at": None}) == given

    def test_again_says_what_it_was(self, said: FeedbackList) -> None:
        given = give(said)
        review("--accept", given.id)
        assert "it was accepted" in review("--reject", given.id).stdout
        assert [each.state for each in said.listed(None)] == ["rejected"]

    def test_as_json_gives_the_item(self, said: FeedbackList) -> None:
        given = give(said)
        item = as_json("--accept", given.id, "--note", "yes")["item"]
        assert (item["id"], item["state"], item["note"], item["workspace"]) == (given.id, "accepted", "yes", "complete_journey")
        assert item["reviewed_at"]

    def test_the_help_says_that_nothing_is_learned_by_itself(self) -> None:
        assert "nothing is learned by itself" in " ".join(review("--help").stdout.split())


class TestBadUse:
    @pytest.mark.parametrize("option", ["--show", "--accept", "--reject"])
    @pytest.mark.parametrize("format", ["text", "json"])
    def test_an_unknown_id_is_named(self, said: FeedbackList, option: str, format: str) -> None:
        give(said)
        done = review(option, "nosuch", "--format", format)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "there is no feedback 'nosuch'" in " ".join(done.stderr.split())
        assert len(said.listed()) == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--accept", "a", "--reject", "a"],
            ["--show", "a", "--all"],
            ["--note", "why"],
            ["--show", "a", "--note", "why"],
            ["--format", "xml"],
            ["--workspace", "nosuch"],
            ["--nosuch"],
        ],
        ids=" ".join,
    )
    def test_ends_with_2(self, said: FeedbackList, arguments: list[str]) -> None:
        done = review(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr


class TestAStoreThatCannotBeOpened:
    @pytest.fixture
    def broken(self, settings_here: Settings) -> Path:
        settings_here.home.mkdir(parents=True, exist_ok=True)
        path = settings_here.home / "state.db"
        path.write_bytes(b"no database" * 200)
        return path

    @pytest.mark.parametrize("format", ["text", "json"])
    def test_is_a_failure_with_a_cure(self, broken: Path, format: str) -> None:
        done = review("--format", format)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "the state store cannot be opened" in done.stderr
        assert "move it away" in " ".join(done.stderr.split())
        assert broken.read_bytes() == b"no database" * 200


def test_the_program_itself_lists_in_json_and_nothing_else(said: FeedbackList, settings_here: Settings) -> None:
    given = give(said, question="上个月的销售额")
    ended = subprocess.run(
        [sys.executable, "-m", "assistant.cli.main", "review", "--format", "json"],
        capture_output=True, env=os.environ | {"HUAXIANG_HOME": str(settings_here.home)}, cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert [each["id"] for each in json.loads(ended.stdout.decode("utf-8"))["items"]] == [given.id]
