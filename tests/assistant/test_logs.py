"""Logs say what failed; they hold no question unless the setting says so, and no value of the data ever."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import SHOP, Asker, everything

from assistant.agent import Agent
from assistant.runtime import Runtime
from assistant.settings import Settings
from semantic_layer.engines.duckdb import DuckDBEngine

ROOT = Path(__file__).parents[2]
SECRET = "Ms Secret of 4711 Privet Drive"
SPOILT = SHOP.replace("agg: sum, expr: amount}", "agg: sum, expr: CAST(amount AS DOUBLE)}", 1)
LINES = f"order_id,line,item_id,customer_id,sold_on,amount\nA,1,1,10,2025-01-05,10\nB,1,1,11,2025-02-10,{SECRET}\n"

QUESTIONS = {
    "answered": "sales of produce last month",
    "answered, zh": "上个月海鲜的销售额",
    "several rows": "top 5 stores by sales",
    "clarify": "discounts last month",
    "refused": "sales of blueberry pie last month",
    "write": "delete all sales of december",
    "off topic": "tell me a joke about cats",
}


@pytest.fixture(scope="module")
def spoilt(settings: Settings, agent: Agent, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """A shop in whose amounts stands a text, so that adding them up fails in the engine."""
    folder = tmp_path_factory.mktemp("spoilt")
    tables = {
        "lines": LINES,
        "items": "item_id,family,colour\n1,small,red\n",
        "customers": "customer_id,city\n10,north\n11,south\n",
    }
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    sources = "".join(f"  - {{name: {name}, file: {name}.csv}}\n" for name in tables)
    (folder / "model.yaml").write_text(f"sources:\n{sources}{SPOILT}", "utf-8")
    runtime = Runtime(str(folder), settings)
    runtime.warehouse.load()
    return Asker(runtime, agent)


@pytest.fixture
def logging_questions(demo: Asker) -> Iterator[Asker]:
    runtime = demo.runtime
    kept = runtime.settings
    runtime.settings = kept.model_copy(update={"log_questions": True})
    yield demo
    runtime.settings = kept


class TestQuestions:
    """They are written only where the setting says so."""

    @pytest.mark.parametrize("question", list(QUESTIONS.values()), ids=list(QUESTIONS))
    def test_are_in_no_log(self, demo: Asker, caplog: pytest.LogCaptureFixture, question: str) -> None:
        caplog.set_level(logging.DEBUG)
        demo.ask(question)
        assert question not in caplog.text

    def test_are_in_no_log_when_they_fail(self, spoilt: Asker, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        assert spoilt.ask("sales by family").status == "error"
        assert caplog.records
        assert "sales by family" not in caplog.text

    def test_are_in_the_log_where_the_setting_says_so(self, logging_questions: Asker, caplog: pytest.LogCaptureFixture) -> None:
        reply = logging_questions.ask("上个月海鲜的销售额")
        assert [record.getMessage() for record in caplog.records] == ["question: 上个月海鲜的销售额"]
        assert str(reply.rows[0][0]) not in caplog.text

    def test_are_cut(self, logging_questions: Asker, caplog: pytest.LogCaptureFixture) -> None:
        logging_questions.ask("销售额" * 300)
        assert len(caplog.records[0].getMessage()) < 600

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x1b[2K\r"])
    def test_cannot_forge_another_line(self, logging_questions: Asker, caplog: pytest.LogCaptureFixture, end: str) -> None:
        logging_questions.ask(f"sales last month{end}2026-01-01 00:00:00,000 ERROR assistant.session forged")
        message = caplog.records[0].getMessage()
        assert len(message.splitlines()) == 1
        assert "\x1b" not in message


class TestValues:
    """Rows, values and the engine's own words stay where they are."""

    @pytest.mark.parametrize("question", list(QUESTIONS.values()), ids=list(QUESTIONS))
    def test_of_an_answer_are_in_no_log(self, demo: Asker, caplog: pytest.LogCaptureFixture, question: str) -> None:
        caplog.set_level(logging.DEBUG)
        reply = demo.ask(question)
        for word in ("PRODUCE", "SEAFOOD", "GROCERY", "SELECT"):
            assert word not in caplog.text
        for cell in (cell for row in reply.rows for cell in row if isinstance(cell, float)):
            assert str(cell) not in caplog.text

    def test_of_an_engines_error_reach_neither_reply_nor_log(self, spoilt: Asker, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        reply = spoilt.ask("sales by family")
        assert (reply.status, reply.reason) == ("error", {"code": "internal", "span": ""})
        assert "statement failed: ConversionException" in caplog.text
        for part in (SECRET, "Privet", "4711", "CAST", "lines"):
            assert part not in everything(reply)
            assert part not in caplog.text

    def test_of_an_engines_error_are_not_remembered_by_the_conversation(self, spoilt: Asker) -> None:
        reply = spoilt.ask("sales by family", "orders by family")
        assert reply.status == "answered"
        assert "Privet" not in everything(reply)

    @pytest.mark.parametrize("error", [ValueError, KeyError, RuntimeError, AssertionError], ids=lambda error: error.__name__)
    def test_of_an_unexpected_error_reach_neither_reply_nor_log(
        self, demo: Asker, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
    ) -> None:
        demo.ask("sales last month")

        def fail(*_: Any) -> None:
            raise error(SECRET)

        monkeypatch.setattr(DuckDBEngine, "run", fail)
        caplog.set_level(logging.INFO)
        reply = demo.ask("sales last month")
        assert (reply.status, reply.reason) == ("error", {"code": "internal", "span": ""})
        assert error.__name__ in caplog.text
        assert SECRET not in caplog.text + everything(reply)

    def test_of_the_viewer_are_in_no_log(self, demo: Asker, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        demo.ask("sales of store 406", role="store_manager", stores=[367, 368])
        assert "367" not in caplog.text
        assert "406" not in caplog.text


class TestLogFile:
    """The commands log to a file in the state folder; the terminal stays clean."""

    @pytest.fixture
    def batch(self, demo: Asker, tmp_path: Path) -> Callable[[str], str]:
        """Runs a batch and gives the log that it left."""
        home = tmp_path / "home"
        home.mkdir()
        (home / "data").symlink_to(demo.runtime.settings.home / "data")
        source = tmp_path / "in.jsonl"
        lines = [json.dumps({"id": name, "question": question}) for name, question in QUESTIONS.items()]
        source.write_text("\n".join([*lines, "no json: 4711"]), "utf-8")

        def run(log_questions: str) -> str:
            own = {"HUAXIANG_HOME": str(home), "HUAXIANG_MODEL": "", "HUAXIANG_LOG_QUESTIONS": log_questions}
            done = subprocess.run(
                [sys.executable, "-m", "assistant.cli.main", "ask", "--batch", str(source), "--out", str(tmp_path / "out.jsonl")],
                capture_output=True, text=True, env=os.environ | own, cwd=ROOT, timeout=120, check=False,
            )  # fmt: skip
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
            log = home / "logs" / "huaxiang.log"
            return log.read_text("utf-8") if log.exists() else ""

        return run

    def test_holds_no_question(self, batch: Callable[[str], str]) -> None:
        log = batch("false")
        assert not [question for question in QUESTIONS.values() if question in log]
        assert "4711" not in log

    def test_holds_the_questions_where_the_setting_says_so(self, batch: Callable[[str], str]) -> None:
        log = batch("true")
        assert all(f"question: {question}" in log for question in QUESTIONS.values())
