"""How kept tags are, asked in both languages, before any refresh and after it; and the commands."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Asker, Shop
from typer.testing import CliRunner
from understanding import request

from assistant.agent import Agent
from assistant.cli.main import app
from assistant.cli.tags import facts_of
from assistant.runtime import Runtime
from assistant.wording.readings import Words
from assistant.wording.sentences import Sentences
from semantic_layer.tags.refresh import refresh
from semantic_layer.tags.store import Profiles
from tools import tag_health
from tools.requests import TagHealthQuery

COMMAND = "huaxiang tags refresh --workspace complete_journey"


def asker(demo: Asker, profiles: Path) -> Asker:
    """The demo with a place of its own for kept profiles."""
    runtime = Runtime("complete_journey", demo.runtime.settings)
    runtime.profiles = Profiles(profiles)
    return Asker(runtime, Agent())


@pytest.fixture(scope="module")
def bare(demo: Asker, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    return asker(demo, tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def kept(demo: Asker, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """Refreshed for November 30 and for the day that questions are answered for."""
    found = asker(demo, tmp_path_factory.mktemp("kept"))
    for day in (date(2017, 11, 30), date(2017, 12, 31)):
        refresh(facts_of(found.runtime), found.runtime.profiles, day)
    return found


def health(about: str, *names: str, **more: Any) -> dict[str, Any]:
    asked = {"kind": "tag_health_query", **({"names": list(names)} if names else {}), **more}
    return {**asked, "about": about}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how fresh is the value tier tag", health("freshness", "value_tier")),
        ("when was the value tier last refreshed?", health("freshness", "value_tier")),
        ("is the lifecycle stage tag up to date", health("freshness", "lifecycle_stage")),
        ("How fresh are the tags?", health("freshness")),
        ("which tags are out of date", health("freshness")),
        ("are the segments stale", health("freshness", only="segments")),
        ("coverage of the tags", health("coverage")),
        ("what is the coverage of the age band tag", health("coverage", "age_band")),
        ("have the tags drifted", health("drift")),
        ("PSI of the lifecycle stage tag", health("drift", "lifecycle_stage")),
        ("how many changed value tier since the last refresh", health("change", "value_tier")),
        ("how healthy are our tags", health("all")),
        ("高价值标签多久没更新", health("freshness", "value_tier")),
        ("价值等级标签是什么时候更新的", health("freshness", "value_tier")),
        ("哪些标签过期了", health("freshness")),
        ("标签覆盖率", health("coverage")),
        ("生命周期标签的覆盖率是多少", health("coverage", "lifecycle_stage")),
        ("标签有没有漂移", health("drift")),
        ("客群有没有漂移", health("drift", only="segments")),
        ("价值等级与上一版相比变化了多少", health("change", "value_tier")),
        ("标签健康度", health("all")),
    ],
)
def test_the_health_of_tags_is_asked(demo: Asker, question: str, expected: dict[str, Any]) -> None:
    assert request(demo, question) == expected


@pytest.mark.parametrize("question", ["coverage of the value tier tag for customers with kids", "11月价值等级标签的覆盖率"])
def test_of_a_part_of_the_members_or_a_period_nothing_is_measured(kept: Asker, question: str) -> None:
    """What is measured is of everyone as of the day of a refresh: another number must not stand for it."""
    assert kept.ask(question).status != "answered"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("coverage of the tags", "No tag is kept yet"),
        ("标签覆盖率", "还没有保存过标签"),
        ("how fresh is the value tier tag", "value tier: nothing is kept yet"),
        ("高价值标签多久没更新", "客户价值：还没有保存过"),
    ],
)
def test_before_a_refresh_the_answer_says_so_with_the_command(bare: Asker, question: str, told: str) -> None:
    reply = bare.ask(question)
    assert reply.status == "answered"
    assert told in reply.answer
    assert COMMAND in reply.answer
    assert reply.rows == []


LISTED = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-03-31, default_period: all}
datasets:
  - name: sales
    entities: {member: member_id}
    time: day
    fields: [{name: day, type: date}]
tags:
  - {name: invited, label: {en: Invited}, entity: member, list: guests}
roles:
  - {name: everyone, default: true}
"""


def test_what_cannot_be_computed_is_not_promised_by_a_refresh(make_shop: Callable[..., Shop]) -> None:
    """A tag that goes by a list which nobody has imported."""
    shop = make_shop(LISTED, sales="member_id,day\na,2025-03-10\n")
    answer = tag_health.run(TagHealthQuery(names=("invited",)), shop.context())
    for language in ("zh", "en"):
        text = Sentences(Words(shop.workspace, language)).answer(answer, None)
        assert "huaxiang" not in text
        assert {"zh": "无法计算", "en": "Cannot be computed"}[language] in text


def row_of(reply: Any, tag: str) -> dict[str, Any]:
    found = next(row for row in reply.rows if row[0] == tag)
    return dict(zip(reply.columns, found, strict=True))


def test_one_tag_is_told_with_day_coverage_spread_change_and_drift(kept: Asker) -> None:
    reply = asyncio.run(kept.session().run_request(health("all", "value_tier")))
    row = row_of(reply, "value_tier")
    assert (row["as_of"], row["coverage"], row["since"], row["due"]) == ("2017-12-31", 1.0, "2017-11-30", False)
    spread = reply.tables[0]
    assert [(value, members) for value, members, _ in spread["rows"]] == [("low", 1235), ("medium", 740), ("high", 494)]
    assert f"{row['changed']} have another value" in reply.answer
    assert "PSI" in reply.answer
    assert "2,469 of 2,469" in reply.answer


def test_a_segment_is_told_with_who_came_in_and_went_out(kept: Asker) -> None:
    """The same numbers as from the lists of both days."""

    def listed(**day: str) -> set[str]:
        where = {"kind": "in_segment", "name": "night_shoppers", **day}
        asked = {"kind": "entity_query", "entity": "household", "where": where}
        return {str(row[0]) for row in asyncio.run(kept.session().run_request(asked)).rows}

    now, then = listed(), listed(as_of="2017-11-30")
    reply = asyncio.run(kept.session().run_request(health("change", "night_shoppers")))
    row = row_of(reply, "night_shoppers")
    assert (row["entered"], row["left"]) == (len(now - then), len(then - now))
    assert f"{len(now - then)} came in and {len(then - now)} went out" in reply.answer


def test_every_number_of_the_text_stands_in_a_row(kept: Asker) -> None:
    reply = kept.ask("标签覆盖率")
    shares = {f"{row[reply.columns.index('coverage')]:.1%}" for row in reply.rows}
    assert set(re.findall(r"\d+\.\d%", reply.answer)) <= shares
    assert reply.rows == sorted(reply.rows, key=lambda row: row[reply.columns.index("coverage")])


def test_after_the_day_a_refresh_is_due(demo: Asker, kept: Asker) -> None:
    earlier = Runtime("complete_journey", demo.runtime.settings, as_of=date(2017, 12, 30))
    earlier.profiles = kept.runtime.profiles
    reply = Asker(earlier, kept.agent).ask("how fresh are the tags")
    assert "kept as of 2017-11-30, and questions are answered for 2017-12-30" in reply.answer
    assert "A refresh is due: huaxiang tags refresh --due" in reply.answer


def test_who_sees_a_part_of_the_rows_is_told_the_days_alone(kept: Asker) -> None:
    """Coverage and drift are of everyone, and would tell of those whom the viewer does not see."""
    reply = kept.ask("标签覆盖率", role="store_manager", stores=[367])
    assert (reply.status, reply.columns) == ("answered", ["tag", "as_of", "due"])
    assert "%" not in reply.answer
    assert any("覆盖率" in text for text in reply.assumptions)


def test_a_tag_that_a_role_may_not_see_is_not_among_them(kept: Asker) -> None:
    everyone = {row[0] for row in kept.ask("标签覆盖率").rows}
    hidden = {role.name for role in kept.runtime.workspace.roles if {"age_band", "income_band"} & set(role.hide)}
    for role in hidden:
        assert {row[0] for row in kept.ask("标签覆盖率", role=role).rows} < everyone


# ---- the commands ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_home(demo: Asker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own with the demo's data."""
    there = demo.runtime.settings.home / "data" / "complete_journey"
    shutil.copytree(there, tmp_path / "data" / "complete_journey", ignore=shutil.ignore_patterns("profiles"))
    monkeypatch.setenv("HUAXIANG_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["tags", *arguments])
    return done.exit_code, done.output


def test_the_commands_refresh_what_is_due_and_show_how_it_is(own_home: Path) -> None:
    code, text = run("refresh", "--due", "--format", "json")
    told = json.loads(text)
    assert (code, told["as_of"], told["version"]["id"]) == (0, "2017-12-31", "profiles_0001")
    assert {each["why"] for each in told["due"]} == {"never"}
    code, text = run("refresh", "--due")
    assert (code, text.splitlines()[0]) == (0, "complete_journey: nothing is due as of 2017-12-31")
    assert "not due before 2018-01-01: " in text
    code, text = run("health", "value_tier", "--format", "json")
    assert (code, json.loads(text)["rows"][0][:2]) == (0, ["value_tier", "2017-12-31"])
    assert "first version" in run("health", "value_tier")[1].replace("\n", " ")


def test_a_day_to_come_is_refused(own_home: Path) -> None:
    code, text = run("refresh", "--as-of", "2018-02-01")
    assert code == 2
    assert "nothing is known yet as of 2018-02-01" in text
    assert not (own_home / "data" / "complete_journey" / "profiles").exists()


def test_a_name_that_is_none_is_told(own_home: Path) -> None:
    code, text = run("health", "value_teir")
    assert code == 1
    assert "value_teir" in text
