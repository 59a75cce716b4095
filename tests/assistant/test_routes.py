"""What the page asks for beside the conversation, by the whole application without a browser."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chatting import ADDRESS, client, serving, talked, thread_of
from conftest import Asker
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from assistant.chat.card import rows as rows_sent
from assistant.chat.shared import Served, serve_with
from assistant.edits.options import options
from assistant.render.charts import View, describe, figure_json
from assistant.render.reply_tables import tables_of
from assistant.reply import Reply
from assistant.runtime import Runtime
from assistant.settings import Settings
from assistant.state.feedback import REASONS
from assistant.state.store import Store
from assistant.wording.texts import templates
from semantic_layer.policy import Viewer
from semantic_layer.requests import MetricQuery

QUESTIONS = ("Sales by department in 2017", "Spend by gender", "上个月的销售额")
BREAKDOWN, REFUSED, NUMBER = range(len(QUESTIONS))


@pytest.fixture(scope="module")
def now(demo: Asker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(demo, tmp_path_factory.mktemp("routes")) as served:
        yield served


@pytest.fixture(scope="module")
def talk(now: Served) -> tuple[str, list[Reply]]:
    return talked(now, *QUESTIONS)


@pytest.fixture(scope="module")
def page(now: Served, demo: Asker) -> TestClient:
    return client(demo)


def of(talk: tuple[str, list[Reply]], what: str, number: int = BREAKDOWN) -> str:
    return f"/answers/{talk[0]}/{number}/{what}"


class TestAbout:
    def test_it_names_what_is_served_in_both_languages(self, page: TestClient) -> None:
        said = page.get("/about").json()
        assert said["en"] == "The Complete Journey (grocery demo) · today counts as December 31, 2017 · role: Analyst"
        assert said["zh"].startswith("完整旅程（杂货零售演示） · ")
        assert said["files"] is True


class TestMenu:
    @pytest.mark.parametrize("chip", ["metric", "by.0", "period", "where.add", "where.add:brand"])
    def test_it_is_what_the_viewer_could_choose(self, page: TestClient, now: Served, talk: Any, chip: str) -> None:
        request = MetricQuery.model_validate(talk[1][BREAKDOWN].plan)
        expected = [each.model_dump(mode="json") for each in options(request, chip, now.viewing("en"))]
        assert page.get(of(talk, "menu"), params={"chip": chip}).json() == expected != []

    def test_it_is_searched(self, page: TestClient, talk: Any) -> None:
        found = page.get(of(talk, "menu"), params={"chip": "metric", "search": "bask"}).json()
        assert {each["text"] for each in found} == {"Baskets", "Average basket value", "Units per basket", "Purchase frequency"}

    def test_a_chip_that_there_is_not_has_none(self, page: TestClient, talk: Any) -> None:
        assert page.get(of(talk, "menu"), params={"chip": "nothing.7"}).json() == []

    def test_a_refusal_has_none(self, page: TestClient, talk: Any) -> None:
        assert page.get(of(talk, "menu", REFUSED), params={"chip": "metric"}).status_code == 404


class TestFigure:
    @pytest.mark.parametrize("view", [{}, {"kind": "column"}, {"top": 5}, {"log": True}, {"ground": "dark"}])
    def test_it_is_the_chart_of_the_reply_with_what_it_shows_in_words(
        self, page: TestClient, talk: Any, view: dict[str, Any]
    ) -> None:
        reply = talk[1][BREAKDOWN]
        ground = view.get("ground", "light")
        seen = View(**{name: value for name, value in view.items() if name != "ground"})
        expected, got = figure_json(reply, seen, ground), page.get(of(talk, "figure"), params=view).json()
        assert expected is not None
        assert got["describe"] == describe(reply, seen)
        assert len(got["data"]) == len(expected["data"])
        assert got["data"][0]["customdata"] == [list(each) for each in expected["data"][0]["customdata"]]

    def test_a_number_has_none(self, page: TestClient, talk: Any) -> None:
        assert page.get(of(talk, "figure", NUMBER)).status_code == 404

    @pytest.mark.parametrize("bad", [{"kind": "pie"}, {"top": "many"}, {"ground": "pink"}])
    def test_a_view_that_there_is_not_is_refused(self, page: TestClient, talk: Any, bad: dict[str, str]) -> None:
        assert page.get(of(talk, "figure"), params=bad).status_code == 422


class TestRows:
    def test_they_are_all_rows_of_a_table(self, page: TestClient, talk: Any) -> None:
        assert page.get(of(talk, "rows")).json() == rows_sent(tables_of(talk[1][BREAKDOWN])[0])

    @pytest.mark.parametrize("table", [-1, 5])
    def test_a_table_that_there_is_not(self, page: TestClient, talk: Any, table: int) -> None:
        assert page.get(of(talk, "rows"), params={"table": table}).status_code == 404


class TestLooks:
    def test_they_are_the_ways_into_a_row(self, page: TestClient, talk: Any) -> None:
        said = page.get(of(talk, "looks"), params={"row": 0}).json()
        assert said["label"] == "Grocery"
        assert said["looks"][0] == "By month"

    @pytest.mark.parametrize("row", [-1, 999])
    def test_a_row_that_there_is_not(self, page: TestClient, talk: Any, row: int) -> None:
        assert page.get(of(talk, "looks"), params={"row": row}).status_code == 404


class TestFiles:
    def test_a_table_as_csv(self, page: TestClient, talk: Any) -> None:
        got = page.get(of(talk, "table.csv"))
        assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Sales-by-department-2017_")
        assert got.headers["cache-control"] == "no-store"
        assert got.content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(got.content.decode("utf-8-sig"))))
        assert [float(row[1]) for row in rows[1 : 1 + len(talk[1][BREAKDOWN].rows)]] == [
            row[1] for row in talk[1][BREAKDOWN].rows
        ]

    def test_an_answer_as_a_workbook(self, page: TestClient, talk: Any) -> None:
        book = CalamineWorkbook.from_filelike(io.BytesIO(page.get(of(talk, "answer.xlsx")).content))
        sheet = book.get_sheet_by_index(0).to_python()
        assert [row[1] for row in sheet[1 : 1 + len(talk[1][BREAKDOWN].rows)]] == [row[1] for row in talk[1][BREAKDOWN].rows]
        assert len(book.sheet_names) >= 2

    @pytest.mark.parametrize("form", ["html", "md", "xlsx"])
    def test_a_whole_conversation(self, page: TestClient, talk: Any, form: str) -> None:
        got = page.get(f"/conversations/{talk[0]}/export.{form}")
        assert got.status_code == 200
        assert got.headers["content-disposition"].endswith(f".{form}")
        if form != "xlsx":
            assert all(question in got.text.replace("\\", "") for question in QUESTIONS)

    def test_no_other_form(self, page: TestClient, talk: Any) -> None:
        assert page.get(f"/conversations/{talk[0]}/export.pdf").status_code == 422

    def test_a_role_that_may_not_export_gets_none_and_is_told_of_none(self, demo: Asker, tmp_path: Path, now: Served) -> None:
        from assistant.chat.shared import serve_with

        with serving(demo, tmp_path, role="auditor") as theirs:
            conversation, _ = talked(theirs, QUESTIONS[BREAKDOWN])
            page = client(demo)
            assert page.get("/about").json()["files"] is False
            for what in ("table.csv", "answer.xlsx"):
                assert page.get(f"/answers/{conversation}/0/{what}").status_code == 403
            for form in ("html", "md", "xlsx"):
                assert page.get(f"/conversations/{conversation}/export.{form}").status_code == 403
            (card,) = thread_of(conversation, theirs)[1]
            assert card["props"]["files"] is False
        serve_with(now)


class TestFeedback:
    def test_a_thumb_is_kept_with_the_question_and_taken_back(self, page: TestClient, now: Served, talk: Any) -> None:
        assert page.post(of(talk, "feedback"), json={"kind": "up"}).json()["id"]
        (given,) = now.feedback.listed()
        assert (given.kind, given.question, given.request) == ("up", QUESTIONS[BREAKDOWN], talk[1][BREAKDOWN].plan)
        assert now.feedback.thumbs(talk[0], "local") == {BREAKDOWN: "up"}
        assert page.post(of(talk, "feedback"), json={"kind": "none"}).json() == {}
        assert now.feedback.listed() == []

    def test_reasons_and_words_go_with_a_thumb_down(self, page: TestClient, now: Served, talk: Any) -> None:
        said = {"kind": "down", "reasons": ["metric", "slow"], "comment": "少了退货"}
        assert page.post(of(talk, "feedback", REFUSED), json=said).status_code == 200
        (given,) = [each for each in now.feedback.listed() if each.number == REFUSED]
        assert (given.reasons, given.comment, given.request) == (("metric", "slow"), "少了退货", None)

    def test_a_reading_is_kept_as_the_request_that_was_meant(self, page: TestClient, now: Served, talk: Any) -> None:
        meant = {**(talk[1][BREAKDOWN].plan or {}), "limit": 5}
        assert page.post(of(talk, "feedback"), json={"kind": "reading", "should_be": meant}).status_code == 200
        (given,) = [each for each in now.feedback.listed() if each.kind == "reading"]
        assert given.should_be == meant

    @pytest.mark.parametrize(
        "said",
        [
            {},
            {"kind": "sideways"},
            {"kind": "up", "more": 1},
            {"kind": "down", "reasons": ["because"]},
            {"kind": "down", "reasons": [*REASONS, "metric"]},
            {"kind": "down", "comment": "x" * 2001},
            {"kind": "reading"},
            {"kind": "up", "should_be": {"kind": "metric_query", "metrics": ["sales"]}},
            {"kind": "reading", "should_be": {"kind": "nothing"}},
            {"kind": "reading", "should_be": {"kind": "metric_query", "metrics": "sales; DROP TABLE"}},
        ],
    )
    def test_what_does_not_fit_is_refused_and_not_kept(
        self, page: TestClient, now: Served, talk: Any, said: dict[str, Any]
    ) -> None:
        before = now.feedback.listed(None)
        assert page.post(of(talk, "feedback"), json=said).status_code == 422
        assert now.feedback.listed(None) == before


class TestMeant:
    def test_other_words_are_read_and_nothing_is_run_or_kept(self, page: TestClient, now: Served, talk: Any) -> None:
        before = now.conversations.turns(talk[0])
        said = page.post(of(talk, "meant"), json={"text": "baskets by department in Q4"}).json()
        (reading,) = said["readings"]
        assert reading["text"] == "Baskets · by department · Q4 2017"
        assert reading["request"]["metrics"] == ["baskets"]
        assert now.conversations.turns(talk[0]) == before

    def test_words_that_go_on_from_the_answer_are_read_so(self, page: TestClient, talk: Any) -> None:
        said = page.post(of(talk, "meant"), json={"text": "and by brand type?"}).json()
        assert [each["request"]["metrics"] for each in said["readings"]] == [["sales"]]

    def test_words_that_are_not_understood_are_said_so_in_the_language_of_the_answer(self, page: TestClient, talk: Any) -> None:
        said = page.post(of(talk, "meant", NUMBER), json={"text": "天地玄黄"}).json()
        assert said == {"readings": [], "nothing": templates("zh")["page"]["not_understood"]}

    @pytest.mark.parametrize("text", ["", "x" * 401])
    def test_no_words_or_too_many_are_refused(self, page: TestClient, talk: Any, text: str) -> None:
        assert page.post(of(talk, "meant"), json={"text": text}).status_code == 422


class TestRights:
    def paths(self, conversation: str) -> list[str]:
        answers = ("menu?chip=metric", "figure", "rows", "looks?row=0", "table.csv", "answer.xlsx")
        return [*(f"/answers/{conversation}/0/{what}" for what in answers), f"/conversations/{conversation}/export.md"]

    def test_nobody_without_a_cookie_is_answered(self, demo: Asker, now: Served, talk: Any) -> None:
        stranger = client(demo, signed_in=False)
        for path in (*self.paths(talk[0]), "/about"):
            assert stranger.get(path).status_code == 401
        for what, body in (("feedback", {"kind": "up"}), ("meant", {"text": "sales"})):
            assert stranger.post(of(talk, what), json=body).status_code == 401

    def test_what_is_not_there_or_anothers_is_not_there(self, page: TestClient, now: Served, talk: Any) -> None:
        from assistant.chat.shared import owner
        from assistant.state.conversations import Conversations

        kept = now.conversations.turn(talk[0], BREAKDOWN)
        assert kept is not None and kept.turn is not None and kept.reply is not None
        store = now.conversations._store
        theirs = Conversations(store, owner(now.feedback.workspace, Viewer(role="marketer")))
        theirs.started("theirs", 0, kept.asked, kept.seen_with)
        theirs.finished("theirs", 0, kept.turn, kept.reply)
        for conversation in ("theirs", "nowhere", "%2e%2e"):
            for path in self.paths(conversation):
                assert page.get(path).status_code == 404

    def test_an_answer_under_other_rights_is_withheld_and_left_out_of_what_is_exported(
        self, page: TestClient, now: Served, talk: Any
    ) -> None:
        kept = now.conversations.turn(talk[0], BREAKDOWN)
        assert kept is not None and kept.turn is not None and kept.reply is not None
        now.conversations.started("withheld", 0, kept.asked, "another grant")
        now.conversations.finished("withheld", 0, kept.turn, kept.reply)
        *answers, export = self.paths("withheld")
        for path in answers:
            got = page.get(path)
            assert (got.status_code, got.json()["detail"]) == (403, "withheld")
        text = page.get(export).text
        assert "made under other rights" in text
        assert f"{kept.reply.rows[0][1]:,.2f}" not in text

    def test_a_question_that_was_never_answered_has_nothing_to_show(self, page: TestClient, now: Served) -> None:
        now.conversations.started("cut off", 0, "sales last month", now.grant())
        assert page.get("/answers/cut off/0/rows").status_code == 404
        assert "stopped before this was answered" in page.get("/conversations/cut off/export.md").text

    def test_chainlits_own_ways_are_closed_to_strangers_too(self, demo: Asker, now: Served, talk: Any) -> None:
        stranger = client(demo, signed_in=False)
        assert stranger.get(f"/project/thread/{talk[0]}").status_code == 401
        assert stranger.post("/project/threads", json={"pagination": {"first": 5}, "filter": {}}).status_code == 401
        assert stranger.request("DELETE", "/project/thread", json={"threadId": talk[0]}).status_code == 401
        assert stranger.post("/login", data={"username": "a", "password": "b"}).status_code >= 400
        assert stranger.get("/project/file/x?session_id=y").status_code == 401
        for header in ({"origin": "http://evil.example"}, {"host": "evil.example"}):
            assert client(demo).get("/user", headers=header).status_code == 400
        assert client(demo).get("/user", headers={"origin": ADDRESS}).status_code == 200


@pytest.fixture
def exporting(now: Served, demo: Asker, tmp_path: Path) -> Iterator[Served]:
    """The chat on a copy of the data's folder, so that what leaves is remembered by nobody else."""
    shutil.copytree(demo.runtime.settings.home / "data", tmp_path / "data")
    settings = demo.runtime.settings.model_copy(update={"home": tmp_path})
    store = Store.open(Settings(home=tmp_path / "state", state_url=""))
    served = Served.of(Runtime("complete_journey", settings), demo.agent, Viewer(), store)
    serve_with(served)
    yield served
    serve_with(now)
    store.close()


def test_an_audience_leaves_once_when_it_is_confirmed_and_is_there_to_be_taken(page: TestClient, exporting: Served) -> None:
    asked = "Export the loyal customers as an audience with a 10% control group, called spring"
    talk, _ = talked(exporting, asked, "What were sales last month?")
    at = f"/answers/{talk}/0/audience"
    assert page.get(f"{at}.csv").status_code == 404
    assert page.post(f"/answers/{talk}/1/audience").status_code == 404
    assert exporting.runtime.warehouse.lists() is None, "nothing has left before it is confirmed"

    said = [page.post(at).json() for _ in range(2)]
    assert said[0] == said[1]
    assert (said[0]["name"], said[0]["treated"] + said[0]["control"]) == ("spring", 463)
    lists = exporting.runtime.warehouse.lists()
    assert lists is not None
    assert len(lists.exports) == 1
    rows = list(csv.reader(io.StringIO(page.get(f"{at}.csv").content.decode("utf-8-sig"))))
    assert rows[0] == ["household_hash", "group"]
    assert len(rows) == 464
    assert [file["rows"] for file in page.get(f"{at}.json").json()["files"]] == [463, 463]
    assert page.get(f"{at}.parquet").content.startswith(b"PAR1")
