"""The command line and its output contract, to the letter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Asker

KEYS = [
    "id", "status", "answer", "reading", "columns", "rows", "schema", "totals", "rest", "tables", "sql", "plan", "definitions",
    "period", "reason", "warnings", "suggestions",
]  # fmt: skip


def huaxiang(demo: Asker, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"HUAXIANG_HOME": str(demo.runtime.settings.home), "HUAXIANG_MODEL": ""}
    command = [sys.executable, "-m", "assistant.cli.main", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=Path(__file__).parents[2], timeout=120, check=False
    )


def batch(demo: Asker, tmp_path: Path, lines: list[Any]) -> list[dict[str, Any]]:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines), "utf-8"
    )
    done = huaxiang(demo, "ask", "--batch", str(source), "--out", str(target))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in target.read_text("utf-8").splitlines()]


def test_a_batch_answers_every_line_in_its_order(demo: Asker, tmp_path: Path) -> None:
    answers = batch(
        demo,
        tmp_path,
        [
            {"id": "a", "question": "2017年11月的销售额"},
            {"id": "b", "question": "sales of store 406", "role": "store_manager", "attrs": {"stores": [367]}},
            {"id": "c", "question": "按品牌类型拆开", "history": ["一季度的销售额"]},
            "this is no json",
            {"id": "e", "question": ["no text"]},
            {"id": "f", "question": "sales last month", "role": "nobody"},
            {"id": "g", "question": "🙂"},
        ],
    )
    assert [answer["id"] for answer in answers] == ["a", "b", "c", "4", "e", "f", "g"]
    assert [answer["status"] for answer in answers] == ["answered", "refused", "answered", "error", "error", "refused", "refused"]
    assert answers[0]["rows"] == [[386027.21]]
    assert answers[5]["reason"]["code"] == "not_allowed"


def test_an_answer_has_the_contracts_keys_first_and_in_its_order(demo: Asker, tmp_path: Path) -> None:
    answer = batch(demo, tmp_path, [{"id": "a", "question": "2017年11月各月销售额"}])[0]
    keys = list(answer)
    assert [key for key in keys if key in KEYS] == KEYS
    assert answer["columns"] == ["month", "sales"]
    assert answer["rows"] == [["2017-11-01", 386027.21]]
    assert answer["schema"][0]["role"] == "dimension"
    assert answer["schema"][0]["type"] == "date"
    assert answer["schema"][0]["labels"] == {"zh": "月", "en": "Month"}
    assert answer["schema"][1]["unit"] == "USD"
    assert answer["period"]["start"] == "2017-11-01"
    assert answer["period"]["as_of"] == "2017-12-31"
    assert answer["timings_ms"]["total"] > 0


@pytest.mark.parametrize(
    ("question", "columns"),
    [
        ("11月销售额环比", ["sales", "sales_previous", "sales_change", "sales_growth"]),
        ("各部门销售额占比", ["department", "sales", "sales_share"]),
        ("上半年和下半年的销售额", ["period", "sales"]),
        ("各星期的订单数", ["weekday", "baskets"]),
    ],
)
def test_column_names(demo: Asker, question: str, columns: list[str]) -> None:
    assert demo.ask(question).columns == columns


def test_cells_are_json_values_of_the_contract(demo: Asker) -> None:
    weekend = demo.ask("周末和工作日的订单数")
    assert [row[0] for row in weekend.rows] == [False, True]
    assert {row[0] for row in demo.ask("各星期的订单数").rows} == set(range(1, 8))
    assert {row[0] for row in demo.ask("各小时的订单数").rows} <= set(range(24))
    assert demo.ask("各年龄段客户数").rows[-1][0] == "Unknown"
    assert demo.ask("燃油的件单价").rows == [[None]]


def test_one_question_prints_one_json_document_and_nothing_else(demo: Asker) -> None:
    done = huaxiang(demo, "ask", "sales last month", "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["rows"] == [[386027.21]]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("ask", "sales", "--role", "nobody"), 2),
        (("ask",), 2),
        (("ask", "sales", "--as-of", "soon"), 2),
        (("ask", "sales", "--attr", "stores"), 2),
        (("ask", "sales", "--workspace", "nowhere"), 2),
        (("ask", "--batch", "/nowhere.jsonl"), 2),
        (("ask", "tell me a joke about cats"), 0),
        (("validate",), 0),
        (("check",), 0),
        (("data", "status", "--format", "json"), 0),
        (("data", "load", "nothing"), 1),
        (("chat", "--host", "0.0.0.0"), 2),
    ],
)
def test_exit_codes(demo: Asker, arguments: tuple[str, ...], code: int) -> None:
    done = huaxiang(demo, *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_typed_request_runs_and_shows_its_sql(demo: Asker, tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({"kind": "metric_query", "metrics": ["sales"], "by": ["brand"]}), "utf-8")
    found = json.loads(huaxiang(demo, "query", str(path), "--format", "json").stdout)
    assert found["columns"] == ["brand", "sales"]
    path.write_text('{"kind": "metric_query", "metrics": []}', "utf-8")
    assert huaxiang(demo, "query", str(path)).returncode == 2


def test_another_as_of_date_moves_relative_periods(demo: Asker) -> None:
    found = json.loads(huaxiang(demo, "ask", "上个月的销售额", "--as-of", "2017-06-15", "--format", "json").stdout)
    assert found["period"]["start"] == "2017-05-01"


def test_explain_shows_how_each_word_was_read(demo: Asker) -> None:
    words = json.loads(huaxiang(demo, "ask", "上个月的直播销售额", "--explain", "--format", "json").stdout)["words"]
    assert {"上个月", "销售额"} <= {word["text"] for word in words}
    assert next(word for word in words if word["text"] == "销售额")["role"] == "metric sales"


def test_the_prompt_for_a_model_holds_no_value_of_the_data(demo: Asker) -> None:
    done = huaxiang(demo, "ask", "sales of produce", "--show-prompt", "--format", "json")
    prompt = json.loads(done.stdout)["prompt"]
    assert "avg_basket_value" in prompt
    for value in ("PASTRY", "SOFT DRINKS", "Homeowner", "Under 15K"):
        assert value not in prompt
