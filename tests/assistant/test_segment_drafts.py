"""Drafts of segments: shown before they are kept, used by their author alone, accepted into the workspace or rejected."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import Asker
from typer.testing import CliRunner

from assistant.agent import Agent
from assistant.cli.main import app
from assistant.reply import Reply
from assistant.runtime import Runtime, data_folder
from assistant.session import Session
from assistant.settings import Settings
from assistant.state.drafts import SegmentDrafts
from assistant.state.store import Store
from semantic_layer.loading.loader import load_workspace
from semantic_layer.policy import Viewer

DEFINING = "把近90天买过3次以上、从没买过绿茶的会员存成一个客群，叫常客（Regulars）"


@dataclass
class Team:
    """People who ask one workspace, each in a conversation of their own."""

    runtime: Runtime
    agent: Agent
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])

    def says(self, user: str, *texts: str) -> Reply:
        session = self.sessions.setdefault(user, Session(self.runtime, self.agent, Viewer(user=user)))
        reply = None
        for text in texts:
            reply = asyncio.run(session.reply(text))
        assert reply is not None
        return reply

    @property
    def drafts(self) -> SegmentDrafts:
        settings = self.runtime.settings
        name = data_folder(settings, self.runtime.folder, self.runtime.workspace).name
        return SegmentDrafts(Store.open(settings), name)

    def run(self, *arguments: str, code: int = 0) -> str:
        told = CliRunner().invoke(app, [*arguments, "--workspace", str(self.runtime.folder)])
        assert told.exit_code == code, told.output
        return told.output


@pytest.fixture
def team(tea: Asker, agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    """A copy of the tea shop with a state folder of its own; its data is the one that is loaded."""
    folder = tmp_path / "teahouse"
    shutil.copytree(tea.runtime.folder, folder)
    home = tmp_path / "home"
    settings = Settings(home=home, model="")
    monkeypatch.setenv("HUAXIANG_HOME", str(home))
    loaded = tea.runtime.warehouse.folder
    shutil.copytree(loaded, data_folder(settings, folder, load_workspace(folder)))
    yield Team(Runtime(str(folder), settings), agent)


def test_a_definition_shows_its_rule_in_both_languages_its_yaml_its_size_and_waits(team: Team) -> None:
    reply = team.says("ann", DEFINING)
    assert reply.status == "answered"
    assert "近90天的下单数不少于3，且从未买过绿茶" in reply.answer
    assert "at least 3 in the last 90 days" in reply.answer
    assert "- {metric: orders, period: {n: 90, unit: day}, at_least: 3}" in reply.answer
    assert [each.text for each in reply.suggestions] == ["保存为草稿", "取消"]
    assert "只有您自己可以用" in " ".join(reply.assumptions)
    assert team.drafts.listed() == []


def test_the_size_that_is_shown_is_the_size_that_is_asked_later(team: Team) -> None:
    shown = team.says("ann", DEFINING).answer
    size = team.says("ann", "保存", "常客有多少").rows[0][0]
    assert f"共 {size:,} 个会员" in shown
    assert team.says("ann", "how many regulars").rows == [[size]]


def test_a_draft_is_used_by_its_author_alone(team: Team) -> None:
    assert team.says("ann", DEFINING, "保存").status == "answered"
    (draft,) = team.drafts.listed()
    assert (draft.author, draft.name, draft.asked) == ("ann", "regulars", DEFINING)
    assert team.says("ann", "常客的成交额").status == "answered"
    assert team.says("bob", "常客有多少").status == "refused"
    assert "常客" in team.says("ann", "有哪些客群").answer
    assert "只有您自己" in " ".join(team.says("ann", "常客是什么意思").assumptions)


def test_a_click_saves_as_the_word_does(team: Team) -> None:
    reply = team.says("ann", DEFINING)
    asyncio.run(team.sessions["ann"].run_request(reply.suggestions[0].request))
    assert [each.name for each in team.drafts.of_author("ann")] == ["regulars"]


@pytest.mark.parametrize("words", ["取消", "cancel", "不保存"])
def test_what_is_cancelled_is_not_kept(team: Team, words: str) -> None:
    assert team.says("ann", DEFINING, words).status == "answered"
    assert team.drafts.listed(None) == []
    assert team.says("ann", "常客有多少").status == "refused"


def test_a_name_is_given_after_the_rule_and_one_of_ones_own_is_defined_anew(team: Team) -> None:
    team.says("ann", "把近30天来买过的会员存成一个客群", "叫熟客", "保存")
    team.says("ann", "把近60天买过2次以上的会员存成一个客群，叫熟客", "保存")
    (draft,) = team.drafts.listed()
    assert draft.segment.label.zh == "熟客"
    assert "n: 60" in draft.yaml


def test_a_draft_can_be_part_of_another_but_not_of_itself(team: Team) -> None:
    team.says("ann", DEFINING, "保存")
    nested = team.says("ann", "把常客且金卡的会员存成一个客群，叫金常客")
    assert "- {segment: regulars}" in nested.answer
    itself = team.says("ann", "把常客且金卡的会员存成一个客群，叫常客")
    assert itself.status == "refused"
    assert "它自己" in itself.answer


def test_one_command_defines_and_keeps(team: Team) -> None:
    told = team.run("ask", DEFINING, "--user", "eve")
    assert "ask --yes" in told
    assert team.drafts.listed() == []
    team.run("ask", DEFINING, "--yes", "--user", "eve")
    assert [each.author for each in team.drafts.listed()] == ["eve"]


def test_drafts_are_listed_and_shown_with_author_and_words(team: Team) -> None:
    team.says("ann", DEFINING, "保存")
    listed = team.run("segments", "drafts")
    assert "regulars" in listed
    assert "ann" in listed
    assert DEFINING in listed
    assert "1 open, see `huaxiang segments drafts`" in team.run("review")
    shown = json.loads(team.run("segments", "show", "常客", "--format", "json"))
    assert shown["drafts"][0]["rule"]["zh"] == "近90天的下单数不少于3，且从未买过绿茶"
    assert "1 added" in team.run("diff", "--draft", "regulars")


def test_an_accepted_draft_is_in_the_files_and_for_everybody(team: Team) -> None:
    team.says("ann", DEFINING, "保存")
    before = {path.name: path.read_text("utf-8") for path in team.runtime.folder.glob("*.yaml")}
    told = team.run("segments", "accept", "regulars", "--user", "lee")
    assert "segment 'regulars'" in told
    after = {path.name: path.read_text("utf-8") for path in team.runtime.folder.glob("*.yaml")}
    assert {name: after[name] for name in before} == before  # the tea shop had no segments: they have a file of their own
    segment = load_workspace(team.runtime.folder).segment("regulars")
    assert segment is not None
    assert (segment.owner, segment.public, segment.label.en) == ("ann", True, "Regulars")
    assert team.drafts.listed() == []
    again = Team(Runtime(str(team.runtime.folder), team.runtime.settings), team.agent)
    assert again.says("bob", "常客有多少").status == "answered"
    assert "regulars" in team.run("segments", "accept", "regulars", code=2)


def test_a_second_one_stands_behind_the_first_and_nothing_else_changes(team: Team) -> None:
    team.says("ann", DEFINING, "保存")
    team.run("segments", "accept", "regulars")
    file = team.runtime.folder / "segments.yaml"
    file.write_text(f"# Groups of members.\n{file.read_text('utf-8')}\n# Known facts come next.\nexpect: []\n", "utf-8")
    before = file.read_text("utf-8")
    team.says("bob", "把金卡会员存成一个客群，叫 Golden ones", "保存")
    team.run("segments", "accept", "golden_ones")
    after = file.read_text("utf-8")
    added = [line for line in after.splitlines() if line not in before.splitlines()]
    assert "  - name: golden_ones" in added
    assert after.startswith("# Groups of members.")
    assert after.rstrip().endswith("# Known facts come next.\nexpect: []")
    assert [each.name for each in load_workspace(team.runtime.folder).segments] == ["regulars", "golden_ones"]


def test_what_would_not_be_valid_is_not_written_and_the_draft_stays(team: Team) -> None:
    team.says("ann", DEFINING, "保存", "把常客且金卡的会员存成一个客群，叫金常客", "保存")
    nested = next(each for each in team.drafts.listed() if each.segment.label.zh == "金常客")
    files = sorted(path.name for path in team.runtime.folder.iterdir())
    assert "regulars" in team.run("segments", "accept", nested.id, code=2)
    assert sorted(path.name for path in team.runtime.folder.iterdir()) == files
    assert nested.id in [each.id for each in team.drafts.listed()]


def test_a_rejected_draft_is_kept_with_the_reason_and_not_used(team: Team) -> None:
    team.says("ann", DEFINING, "保存")
    team.run("segments", "reject", "regulars", "--why", "the same as another")
    assert team.drafts.listed() == []
    assert "the same as another" in team.run("segments", "drafts", "--all")
    assert team.says("ann", "常客有多少").status == "refused"


def test_two_authors_may_take_one_name_and_an_id_tells_them_apart(team: Team) -> None:
    for user in ("ann", "bob"):
        team.says(user, DEFINING, "保存")
    assert "several drafts" in team.run("segments", "accept", "regulars", code=2)
    team.run("segments", "accept", team.drafts.listed()[0].id)
    assert "--as" in team.run("segments", "accept", "regulars", code=2)


def test_a_workspace_that_came_with_the_product_is_not_written_to(
    demo: Asker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("HUAXIANG_HOME", str(home))
    drafts = SegmentDrafts(Store.open(Settings(home=home, model="")), "complete_journey")
    segment = demo.runtime.workspace.segments[0].model_copy(update={"name": "another"})
    drafts.keep("ann", segment, "")
    told = CliRunner().invoke(app, ["segments", "accept", "another"])
    assert told.exit_code == 2
    assert "came with the product" in told.output
    assert [each.name for each in drafts.listed()] == ["another"]
