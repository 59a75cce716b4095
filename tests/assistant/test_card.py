"""A reply as a message and a card: plain data, with all its words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chatting import serving
from conftest import Asker

from assistant.chat.card import card, message, notice
from assistant.chat.shared import Served
from assistant.edits.viewing import Viewing
from assistant.reply import Reply
from assistant.usage import Usage
from assistant.wording.texts import templates
from semantic_layer.policy import Viewer

AT = "2025-03-01T09:30:00+00:00"


@pytest.fixture(scope="module")
def now(demo: Asker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(demo, tmp_path_factory.mktemp("card")) as served:
        yield served


def made(reply: Reply, now: Served | None = None, **more: Any) -> dict[str, Any]:
    viewing = now.viewing(reply.language) if now is not None else None
    return card(reply, "talk", 3, AT, viewing, **more)


class TestMessage:
    def test_one_number_is_a_heading_above_its_sentence(self, demo: Asker) -> None:
        reply = demo.ask("sales in November 2017")
        heading, *sentences = message(reply).split("\n\n")
        assert heading.replace("\\", "") == "## 386,027.21 USD"
        assert sentences

    def test_a_breakdown_has_no_heading(self, demo: Asker) -> None:
        assert not message(demo.ask("sales by department in November 2017")).startswith("#")

    @pytest.mark.parametrize("question", ["Spend by gender", "按活动看销售额", "discounts last month", "上个月的折扣"])
    def test_what_is_offered_as_a_button_is_not_said_twice(self, demo: Asker, question: str) -> None:
        reply = demo.ask(question)
        said = message(reply).replace("\\", "")
        assert reply.suggestions
        assert not any(f"- {each.text}" in said.split("\n") for each in reply.suggestions)
        assert reply.answer.split("\n")[0] in said

    def test_markup_in_it_is_text(self) -> None:
        said = message(Reply(status="refused", answer="<img src=x> [a](http://b) # c\n- d"))
        assert "<img" not in said.replace("\\<", "")
        assert "](http" not in said


class TestCard:
    def test_it_is_json(self, demo: Asker, now: Served) -> None:
        for question in ("sales by department in Q4", "sales last month", "Spend by gender", "what metrics are there"):
            shown = made(demo.ask(question), now)
            assert json.loads(json.dumps(shown, ensure_ascii=False, allow_nan=False)) == shown

    def test_an_answer_has_its_reading_chart_table_and_ways_on(self, demo: Asker, now: Served) -> None:
        reply = demo.ask("Top 5 departments by sales in Q4 2017")
        shown = made(reply, now)
        assert [chip["key"] for chip in shown["chips"] if chip["text"]] == ["metric", "by.0", "period", "order", "limit"]
        assert [kind["value"] for kind in shown["chart"]["kinds"]] == ["bar", "column"]
        (table,) = shown["tables"]
        assert table["drills"] is True
        assert [column["heading"] for column in table["columns"]] == ["Department", "Sales"]
        assert [column["number"] for column in table["columns"]] == [False, True]
        assert table["columns"][1]["words"].startswith("Sales: ")
        assert [each["kind"] for each in table["sums"]] == ["rest", "totals"]
        assert shown["next"] == [each.text for each in reply.suggestions]
        assert shown["sql"] == reply.sql
        assert shown["judged"] is True

    def test_what_it_rests_on_is_named_once_each(self, demo: Asker, now: Served) -> None:
        evidence = made(demo.ask("average basket value by month in 2017 excluding fuel"), now)["evidence"]
        names = [each["name"] for each in evidence]
        assert len(set(names)) == len(names)
        assert {"Period", "Data version"} < set(names)

    @pytest.mark.parametrize("question", ["Spend by gender", "discounts last month"])
    def test_what_is_no_answer_has_buttons_only(self, demo: Asker, now: Served, question: str) -> None:
        reply = demo.ask(question)
        shown = made(reply, now)
        assert (shown["chips"], shown["chart"], shown["tables"], shown["evidence"], shown["sql"]) == ([], None, [], [], None)
        assert shown["next"] == [each.text for each in reply.suggestions]
        assert shown["judged"] is (reply.status == "refused")

    def test_a_list_of_what_there_is_offers_questions_and_cannot_be_looked_into(self, demo: Asker, now: Served) -> None:
        shown = made(demo.ask("Which departments are there?"), now)
        assert shown["chips"] == []
        assert all(not table["drills"] for table in shown["tables"])

    def test_without_a_viewer_a_reading_cannot_be_changed(self, demo: Asker) -> None:
        assert made(demo.ask("sales by department in November 2017"))["chips"] == []

    def test_a_reading_that_was_changed_by_hand_brings_its_request(self, demo: Asker, now: Served) -> None:
        reply = demo.ask("sales by department in November 2017")
        assert (made(reply, now)["request"], made(reply, now)["edited"]) == (None, None)
        shown = made(reply, now, edited=2)
        assert (shown["request"], shown["edited"]) == (reply.plan, 2)

    def test_what_a_model_took_is_part_of_what_it_rests_on(self, demo: Asker, now: Served) -> None:
        usage = Usage(calls=2, tokens_in=100, tokens_out=20, milliseconds=1500)
        (found,) = [
            each for each in made(demo.ask("sales last month"), now, usage=usage)["evidence"] if each["name"] == "Language model"
        ]
        assert "100" in found["texts"][0] and "20" in found["texts"][0]

    def test_its_picture_is_named_by_what_it_shows(self, demo: Asker, now: Served) -> None:
        name = made(demo.ask("2017年11月各部门的销售额"), now)["picture"]
        assert name.startswith("销售额-按部门-2017年11月_") and name.endswith(".png")

    @pytest.mark.parametrize(("role", "files"), [(None, True), ("marketer", True), ("auditor", False)])
    def test_files_are_offered_to_those_who_may_have_them(self, demo: Asker, role: str | None, files: bool) -> None:
        scope = demo.runtime.scope(Viewer(role=role))
        viewing = Viewing.of(scope, demo.runtime.reader(scope), "en")
        reply = demo.ask("sales by department in November 2017", role=role)
        assert card(reply, "talk", 0, AT, viewing)["files"] is files


class TestNotice:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_it_offers_to_ask_again_and_nothing_else(self, language: str) -> None:
        shown = notice("talk", 0, AT, language)
        assert shown["next"] == [templates(language)["page"]["again"]]
        assert shown["again"] is True
        assert not shown["judged"]
        assert (shown["tables"], shown["chips"], shown["chart"]) == ([], [], None)
