"""How golden questions are judged: rows, verdicts, figures, comparisons of runs, and what a golden file must be."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evals.figures import Rate, by, figures, parity
from evals.golden import Case, Gold, find_set, load_set
from evals.report import compare, report
from evals.runner import Run, load, save
from evals.scoring import Score, plain, rows_match, same, score
from semantic_layer.errors import HuaxiangError


class TestCells:
    @pytest.mark.parametrize(
        ("gold", "found"),
        [
            (100_000.0, 100_049.9),
            (0.1234, 0.12344),
            (0.00001, 0.00004),
            (-2000.0, -2000.9),
            (12, 12.0),
            ("GROCERY", "grocery"),
            ("SALAD BAR", "salad_bar"),
            ("7", 7),
            ("7", 7.0),
            (True, "true"),
            (False, False),
            (None, None),
            (None, "Unknown"),
            ("Unknown", None),
        ],
    )
    def test_equal_but_for_rounding_and_spelling(self, gold: Any, found: Any) -> None:
        assert same(gold, found)

    @pytest.mark.parametrize(
        ("gold", "found"),
        [
            (100_000.0, 100_060.0),
            (0.1234, 0.1240),
            (12, 13),
            (999, 999.4),
            (5.0, -5.0),
            ("GROCERY", "GROCERIES"),
            (True, 1),
            (None, 0),
            (None, ""),
            (0, "Unknown"),
            ("12 ", "1 3"),
        ],
    )
    def test_different(self, gold: Any, found: Any) -> None:
        assert not same(gold, found)

    def test_small_whole_numbers_are_counts_and_have_no_tolerance(self) -> None:
        assert not same(998, 998.4)
        assert same(1998.0, 1998.4)

    def test_gold_rows_are_read_as_json_would_hold_them(self) -> None:
        row = (Decimal("1.50"), date(2017, 11, 1), datetime(2017, 11, 1, 12, 30), "a", None, True)
        assert plain(row) == (1.5, "2017-11-01", "2017-11-01", "a", None, True)


GOLD = [("a", 1.0), ("b", 2.0), ("c", 3.0)]


class TestRows:
    def test_any_order_of_rows_unless_it_is_asked_for(self) -> None:
        shuffled = [GOLD[2], GOLD[0], GOLD[1]]
        assert rows_match(GOLD, [], shuffled, ordered=False)
        assert not rows_match(GOLD, [], shuffled, ordered=True)
        assert rows_match(GOLD, [], GOLD, ordered=True)

    def test_any_order_of_columns_and_columns_beyond_the_asked_ones(self) -> None:
        assert rows_match(GOLD, [], [(number, "more", name) for name, number in GOLD], ordered=True)

    def test_each_gold_column_needs_a_column_of_its_own(self) -> None:
        twice = [("a", 1.0, 1.0), ("b", 2.0, 2.0)]
        assert not rows_match(twice, [], [("a", 1.0), ("b", 2.0)], ordered=False)
        assert rows_match(twice, [], twice, ordered=False)

    def test_columns_belong_together_row_by_row(self) -> None:
        crossed = [("a", 2.0), ("b", 1.0), ("c", 3.0)]
        assert not rows_match(GOLD, [], crossed, ordered=False)

    @pytest.mark.parametrize("rows", [GOLD[:2], [*GOLD, ("d", 4.0)], [*GOLD, GOLD[0]], []])
    def test_neither_fewer_nor_more_rows(self, rows: list[tuple[Any, ...]]) -> None:
        assert not rows_match(GOLD, [], rows, ordered=False)

    def test_rows_that_stand_twice_must_stand_twice(self) -> None:
        assert rows_match([("a", 1.0), ("a", 1.0)], [], [("a", 1.0), ("a", 1.0)], ordered=False)
        assert not rows_match([("a", 1.0), ("a", 1.0)], [], [("a", 1.0), ("b", 1.0)], ordered=False)

    def test_no_gold_rows_means_no_rows(self) -> None:
        assert rows_match([], [], [], ordered=False)
        assert not rows_match([], [], [("a", 1.0)], ordered=False)

    def test_gold_with_more_columns_than_the_answer_never_matches(self) -> None:
        assert not rows_match([("a", 1.0, 2.0)], [], [("a", 1.0)], ordered=False)

    @pytest.mark.parametrize("ordered", [False, True])
    def test_optional_rows_may_be_there_or_not(self, ordered: bool) -> None:
        optional = [("Unknown", 0.5), ("z", 0.1)]
        for extra in ([], optional[:1], optional):
            assert rows_match(GOLD, optional, [*GOLD, *extra], ordered=ordered)
        assert not rows_match(GOLD, optional, [*GOLD, ("y", 9.0)], ordered=ordered)

    def test_optional_rows_do_not_stand_in_for_asked_ones(self) -> None:
        assert not rows_match(GOLD, [("Unknown", 0.5)], [*GOLD[:2], ("Unknown", 0.5)], ordered=False)

    def test_an_optional_row_may_stand_anywhere_in_an_order(self) -> None:
        assert rows_match(GOLD, [("Unknown", 2.5)], [GOLD[0], ("Unknown", 2.5), *GOLD[1:]], ordered=True)


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Gold:
    file = tmp_path_factory.mktemp("gold") / "facts.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TABLE lines AS FROM (VALUES ('a', 1), ('b', 2), ('c', 3)) t(name, amount)")
    return Gold(file, ["lines"], "CREATE VIEW big AS SELECT * FROM lines WHERE amount > 1")


def case(**given: Any) -> Case:
    answered = {"gold": "SELECT sum(amount) FROM lines"} if given.get("expect", "answered") == "answered" else {}
    return Case.model_validate(
        {"id": "q", "lang": "en", "category": "some", "question": "?", "expect": "answered", **answered, **given}
    )


def reply(status: str = "answered", **given: Any) -> dict[str, Any]:
    return {"status": status, "rows": [[6]], "answer": "", "timings_ms": {}, **given}


class TestVerdicts:
    @pytest.mark.parametrize(
        ("expect", "status", "rows", "verdict"),
        [
            ("answered", "answered", [[6]], "right"),
            ("answered", "answered", [[7]], "wrong_but_confident"),
            ("answered", "answered", [], "wrong_but_confident"),
            ("answered", "clarify", [], "needless_clarify"),
            ("answered", "refused", [], "needless_refusal"),
            ("answered", "error", [], "error"),
            ("clarify", "clarify", [], "right"),
            ("clarify", "refused", [], "wrong_status"),
            ("clarify", "answered", [[6]], "wrong_but_confident"),
            ("refused", "refused", [], "right"),
            ("refused", "clarify", [], "wrong_status"),
            ("refused", "answered", [[6]], "wrong_but_confident"),
            ("refused", "error", [], "error"),
        ],
    )
    def test_of_a_status(self, gold: Gold, expect: str, status: str, rows: list[Any], verdict: str) -> None:
        assert score(case(expect=expect), reply(status, rows=rows), gold).verdict == verdict

    def test_another_status_that_is_as_right(self, gold: Gold) -> None:
        either = case(expect="clarify", also=("refused",))
        assert score(either, reply("refused"), gold).verdict == "right"
        assert score(either, reply("answered"), gold).verdict == "wrong_but_confident"

    def test_a_reply_without_a_status_is_an_error(self, gold: Gold) -> None:
        assert score(case(), {}, gold).verdict == "error"

    def test_gold_sql_may_use_the_views_of_the_set(self, gold: Gold) -> None:
        asked = case(gold="SELECT name, amount FROM big")
        assert score(asked, reply(rows=[["c", 3], ["b", 2]]), gold).verdict == "right"

    def test_alternative_shapes_are_as_right(self, gold: Gold) -> None:
        asked = case(alt=("SELECT name, amount FROM lines", "SELECT max(amount) FROM lines"))
        for rows in ([[6]], [["a", 1], ["b", 2], ["c", 3]], [[3]]):
            assert score(asked, reply(rows=rows), gold).verdict == "right"
        assert score(asked, reply(rows=[[5]]), gold).verdict == "wrong_but_confident"

    def test_optional_rows_come_from_sql_too(self, gold: Gold) -> None:
        asked = case(gold="SELECT name, amount FROM big", optional="SELECT name, amount FROM lines WHERE amount = 1")
        assert score(asked, reply(rows=[["a", 1], ["b", 2], ["c", 3]]), gold).verdict == "right"
        assert score(asked, reply(rows=[["b", 2], ["c", 3]]), gold).verdict == "right"

    def test_the_order_counts_where_it_is_asked_for(self, gold: Gold) -> None:
        asked = case(gold="SELECT name, amount FROM lines ORDER BY amount DESC", match="ordered")
        assert score(asked, reply(rows=[["c", 3], ["b", 2], ["a", 1]]), gold).verdict == "right"
        assert score(asked, reply(rows=[["a", 1], ["b", 2], ["c", 3]]), gold).verdict == "wrong_but_confident"

    def test_the_reason_says_what_was_missed(self, gold: Gold) -> None:
        assert score(case(), reply("refused"), gold).why == "expected answered, got refused"
        assert score(case(), reply(rows=[[7]]), gold).why == "rows differ"
        assert score(case(), reply(rows=[]), gold).why == "no rows"
        assert "money" in score(case(match="keys", keys=(("money",),)), reply(), gold).why

    def test_times_are_kept_and_planning_includes_compiling(self, gold: Gold) -> None:
        judged = score(case(), reply(timings_ms={"plan": 2.0, "compile": 1.5, "total": 9.0}), gold)
        assert (judged.milliseconds, judged.planning) == (9.0, 3.5)


class TestKeys:
    ASKED = case(match="keys", gold=None, keys=(("sales", "销售额"), ("divided by", "÷")))

    @pytest.mark.parametrize("answer", ["Sales divided by orders", "销售额 ÷ 订单数", "SALES  DIVIDED\nBY orders"])
    def test_one_word_of_each_list_must_be_there(self, gold: Gold, answer: str) -> None:
        assert score(self.ASKED, reply(answer=answer), gold).verdict == "right"

    @pytest.mark.parametrize("answer", ["Sales by order", "divided by", ""])
    def test_a_list_without_a_hit_is_wrong(self, gold: Gold, answer: str) -> None:
        assert score(self.ASKED, reply(answer=answer), gold).verdict == "wrong_but_confident"

    def test_cells_are_looked_at_as_well(self, gold: Gold) -> None:
        assert score(self.ASKED, reply(answer="", rows=[["sales", "÷"]]), gold).verdict == "right"


def judged(verdict: str = "right", **given: Any) -> Score:
    expect = given.pop("expect", "answered")
    status = {"needless_clarify": "clarify", "needless_refusal": "refused", "error": "error"}.get(verdict, expect)
    kept = {"id": "q", "category": "some", "lang": "en", "pair": None, "frozen": False, "expect": expect, "status": status}
    return Score.model_validate({**kept, "verdict": verdict, **given})


class TestFigures:
    @pytest.mark.parametrize(
        ("hits", "count", "low", "high"),
        [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (95, 100, 0.8882, 0.9785)],
    )
    def test_intervals_are_wilsons(self, hits: int, count: int, low: float, high: float) -> None:
        assert Rate(hits=hits, count=count).interval == pytest.approx((low, high), abs=0.0001)

    def test_a_rate_of_nothing_is_no_number(self) -> None:
        nothing = Rate(hits=0, count=0)
        assert math.isnan(nothing.value)
        assert all(math.isnan(end) for end in nothing.interval)
        assert str(nothing) == "–"

    def test_a_rate_says_counts_and_interval(self) -> None:
        assert str(Rate(hits=95, count=100)) == "95.0% (95/100) [89%, 98%]"

    def test_each_kind_of_miss_is_a_figure_of_its_own(self) -> None:
        scores = [
            *[judged()] * 4,
            judged("wrong_but_confident"),
            judged("needless_clarify"),
            judged("needless_refusal"),
            judged("error"),
            judged(expect="refused"),
            judged(expect="clarify"),
            judged("wrong_but_confident", expect="refused", status="answered"),
            judged("wrong_status", expect="refused", status="clarify"),
        ]
        found = figures(scores)
        assert found.items == 12
        assert (found.execution.hits, found.execution.count) == (4, 8)
        assert (found.all_right.hits, found.all_right.count) == (6, 12)
        assert (found.wrong_but_confident.hits, found.wrong_but_confident.count) == (2, 12)
        assert (found.refusal_precision.hits, found.refusal_precision.count) == (3, 5)
        assert (found.refusal_recall.hits, found.refusal_recall.count) == (3, 4)
        assert (found.needless_clarify.hits, found.needless_refusal.hits) == (1, 1)
        assert found.errors == 1

    def test_times_are_a_median_and_a_95th_percentile(self) -> None:
        found = figures([judged(milliseconds=float(n), planning=n / 10) for n in range(1, 101)])
        assert (found.median_ms, found.p95_ms, found.median_planning_ms) == (50.5, 95.0, 5.05)

    def test_no_scores_give_no_numbers(self) -> None:
        found = figures([])
        assert found.items == 0
        assert math.isnan(found.execution.value)
        assert math.isnan(found.median_ms)

    def test_pairs_count_where_both_languages_were_asked(self) -> None:
        scores = [
            judged(pair="a", lang="zh"),
            judged(pair="a", lang="en"),
            judged(pair="b", lang="zh"),
            judged("error", pair="b", lang="en"),
            judged(pair="c", lang="zh"),
            judged(lang="en"),
        ]
        found = parity(scores)
        assert (found.pairs, found.zh.hits, found.en.hits, found.agree.hits) == (2, 2, 1, 1)

    def test_groups_keep_the_order_of_their_first_score(self) -> None:
        groups = by([judged(category="b"), judged(category="a"), judged(category="b")], lambda each: each.category)
        assert {name: len(group) for name, group in groups.items()} == {"b": 2, "a": 1}
        assert list(groups) == ["b", "a"]


def a_run(*scores: Score) -> Run:
    return Run(
        sets=("shop",),
        model="embedded",
        workspace="shop",
        data_version="facts_0001",
        at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        scores=scores,
    )


class TestRuns:
    def test_two_runs_are_compared_question_by_question(self) -> None:
        before = a_run(judged(id="kept"), judged(id="lost"), judged("needless_refusal", id="won"), judged(id="gone"))
        after = a_run(judged(id="kept"), judged("error", id="lost", why="it broke"), judged(id="won"), judged(id="new"))
        text = compare(before, after).splitlines()
        assert text[0] == "3 questions in both; 1 now right, 1 no longer right"
        assert "  + won: needless_refusal" in text
        assert "  - lost: error (it broke)" in text
        assert text[-1] == "only before: 1, only after: 1"
        assert not any("kept" in line for line in text)

    def test_figures_of_a_comparison_are_of_the_questions_in_both(self) -> None:
        text = compare(a_run(judged(id="one"), judged("error", id="gone")), a_run(judged(id="one")))
        assert text.count("100.0% (1/1)") >= 2

    def test_equal_runs_have_nothing_to_say(self) -> None:
        run = a_run(judged(id="one"), judged("error", id="two"))
        assert compare(run, run).startswith("2 questions in both; 0 now right, 0 no longer right")

    def test_a_run_is_read_back_as_it_was_written(self, tmp_path: Path) -> None:
        run = a_run(judged(id="one", why="so"), judged("error", id="two", frozen=True))
        path = save(run, tmp_path / "runs")
        assert path.name == "20260102T030405-shop-embedded.json"
        assert load(path) == run

    def test_a_report_tells_the_frozen_part_apart(self) -> None:
        text = report(a_run(judged(id="one", frozen=True), judged("error", id="two", why="it broke")))
        assert "frozen: execution accuracy 100.0% (1/1)" in text
        assert "the others: execution accuracy 0.0% (0/1)" in text
        assert "it broke" not in text

    def test_a_report_lists_what_is_not_right_if_asked(self) -> None:
        text = report(a_run(judged(id="one"), judged("error", id="two", why="it broke")), fails=True)
        assert text.splitlines()[-1].split() == ["two", "error", "it", "broke"]


GOOD = """
category: sums
questions:
  - {id: one, lang: en, question: How much?, expect: answered, gold: SELECT 1}
"""


@pytest.fixture
def folder_of(tmp_path: Path) -> Callable[..., Path]:
    def write(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
        return tmp_path

    return write


class TestGoldenFiles:
    def test_a_set_is_every_yaml_file_of_a_folder_and_its_views(self, folder_of: Callable[..., Path]) -> None:
        folder = folder_of(a=GOOD, b=GOOD.replace("one", "two").replace("sums", "counts"))
        (folder / "prelude.sql").write_text("CREATE VIEW v AS SELECT 1", "utf-8")
        read = load_set(folder)
        assert [(each.id, each.category) for each in read.cases] == [("one", "sums"), ("two", "counts")]
        assert read.prelude == "CREATE VIEW v AS SELECT 1"

    def test_a_set_is_found_by_its_workspace_or_by_its_folder(self, folder_of: Callable[..., Path]) -> None:
        assert find_set("complete_journey").name == "complete_journey"
        assert find_set(str(folder_of(a=GOOD))) == folder_of()

    def test_a_set_that_is_nowhere_is_named(self) -> None:
        with pytest.raises(HuaxiangError, match="no_such_set"):
            find_set("no_such_set")

    def test_doubled_ids_are_named(self, folder_of: Callable[..., Path]) -> None:
        with pytest.raises(HuaxiangError, match="one"):
            load_set(folder_of(a=GOOD, b=GOOD))

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            (GOOD.replace("expect: answered", "expect: answred"), "expect"),
            (GOOD.replace("expect: answered, ", ""), "expect"),
            (GOOD.replace("question: How much?", "qestion: How much?"), "qestion"),
            (GOOD.replace("lang: en", "lang: fr"), "lang"),
            (GOOD.replace("category: sums", ""), "category"),
            (GOOD.replace("category: sums", "- sums"), "broken"),
            (GOOD.replace("questions:", "question:"), "questions"),
            ("category: [", "broken"),
            ("", "broken"),
        ],
        ids=[
            "a wrong value",
            "a missing key",
            "an unknown key",
            "a wrong language",
            "no category",
            "no mapping",
            "no questions",
            "no yaml",
            "an empty file",
        ],
    )
    def test_a_malformed_file_is_named_with_what_is_wrong(self, folder_of: Callable[..., Path], wrong: str, named: str) -> None:
        with pytest.raises(HuaxiangError) as caught:
            load_set(folder_of(broken=wrong))
        said = "\n".join(str(problem) for problem in caught.value.problems)
        assert "broken.yaml" in said
        assert named in said

    @pytest.mark.parametrize("given", ["match: rows", "match: ordered", "match: keys"])
    def test_a_question_that_any_answer_would_satisfy_is_no_question(self, folder_of: Callable[..., Path], given: str) -> None:
        with pytest.raises(HuaxiangError, match="one"):
            load_set(folder_of(empty=GOOD.replace("gold: SELECT 1", given)))
