"""Answers worded by a model: it sees no value, and its sentence holds placeholders and plain words, or is not used."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from conftest import Asker
from loopback import Breaks, Hangs, Loopback, Says, Script, Sent, environment

from assistant.agent import Agent
from assistant.language.words import language_data
from assistant.model import configured_model, configured_terms
from assistant.model_wording import filled, instructions
from assistant.settings import Settings
from assistant.usage import SpendingInMemory
from assistant.wording.facts import ORDER, STANDS_FOR, Fact
from assistant.wording.texts import templates

EN = (
    Fact(name="f1", stands_for="the period", text="November 2017", opens=True),
    Fact(name="f2", stands_for="the metric: Sales", text="sales", opens=True),
    Fact(name="f3", stands_for="the metric's value", text="386,027.21 USD"),
)
ZH = (
    Fact(name="f1", stands_for="the period", text="2017年11月", opens=True),
    Fact(name="f2", stands_for="the metric: 销售额", text="销售额", opens=True),
    Fact(name="f3", stands_for="the metric's value", text="386,027.21 美元"),
)

COMPARING = (
    "most", "least", "best", "worst", "top", "bottom", "comparative_up", "comparative_down", "growth", "decline", "change", "than",
    "at_least", "at_most", "more_than", "less_than", "not", "never", "only",
)  # fmt: skip
"""The planner's codes for words that compare or deny."""

Start = Callable[..., tuple[Asker, Loopback]]


@pytest.fixture
def model(demo: Asker, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """The demo with a model that words answers; the planner, which is certain here, plans."""
    with ExitStack() as stack:

        def start(*script: Script, seconds: float = 5, **settings: Any) -> tuple[Asker, Loopback]:
            server = stack.enter_context(Loopback(*script))
            for name, value in environment(server.url, seconds).items():
                monkeypatch.setenv(name, value)
            chosen = Settings.model_validate({"home": home, "mode": "auto", "model_wording": True, **settings})
            return Asker(demo.runtime, Agent(configured_model(chosen), configured_terms(chosen, SpendingInMemory()))), server

        yield start


def placeholders(sent: Sent) -> dict[str, str]:
    """What the model was told of the answer."""
    return json.loads(sent.messages[-1]["content"])


def in_order(language: str) -> Callable[[Sent], Says]:
    """A model that writes every placeholder in one plain sentence."""

    def play(sent: Sent) -> Says:
        names = [f"{{{name}}}" for name in placeholders(sent)]
        return Says("结果如下：" + "，".join(names) + "。" if language == "zh" else "Here are " + ", ".join(names) + ".")

    return play


class TestASentence:
    """Is filled by us where it holds all placeholders in order, and nothing else but the words that were given."""

    @pytest.mark.parametrize(
        ("sentence", "text"),
        [
            ("In {f1}, {f2} came to {f3}.", "In November 2017, sales came to 386,027.21 USD."),
            ("{f1}: {f2} was {f3}.", "November 2017: sales was 386,027.21 USD."),
            ("The period is {f1}. {f2} stood at {f3}.", "The period is November 2017. Sales stood at 386,027.21 USD."),
            ("  here, for {f1}: {f2} is {f3}. ", "Here, for November 2017: sales is 386,027.21 USD."),
        ],
    )
    def test_in_english(self, sentence: str, text: str) -> None:
        assert filled(sentence, EN, "en") == text

    @pytest.mark.parametrize(
        ("sentence", "text"),
        [
            ("{f1}，{f2}为 {f3}。", "2017年11月，销售额为 386,027.21 美元。"),
            ("在{f1}期间，{f2}的数值是{f3}。", "在2017年11月期间，销售额的数值是386,027.21 美元。"),
        ],
    )
    def test_in_chinese(self, sentence: str, text: str) -> None:
        assert filled(sentence, ZH, "zh") == text

    @pytest.mark.parametrize(
        "sentence",
        [
            "",
            "{f1} {f2} {f3}",
            "In {f1}, {f2} came to {f3}",
            "In {f1}, {f2} came to 386,027.21.",
            "In {f1}, {f2} came to {f3}, 2 times that of before.",
            "In {f1}, {f2} came to {f3}, twice that.",
            "In {f1}, {f2} came to half of {f3}.",
            "In {f1}, {f2} came to {f3} million.",
            "In {f1}, {f2} came to ③ {f3}.",
            "In {f1}, {f2} came to {f3}٣.",
            "In {f1}, {f2} came to {f3}%.",
            "In {f1}, {f2} came to -{f3}.",
            "In {f1}, {f2} came to {f3}, higher than ever.",
            "In {f1}, {f2} rose to {f3}.",
            "In {f1}, {f2} was not {f3}.",
            "In {f1}, {f2} was only {f3}.",
            "In {f1}, {f2} came to a disappointing {f3}.",
            "In {f1}, {f2} came to {f3}. Discounts may be the reason.",
            "In {f1}, {f2} came to {f4}.",
            "In {f1}, {f2} came to {f3} and {f3}.",
            "In {f1}, {f3} was {f2}.",
            "In {f1}, it came to {f3}.",
            "In {f1}, {f2} came to {{f3}}.",
            "In {f1}, {f2} came to {}{f3}.",
            "In {f1}, **{f2}** came to {f3}.",
            "In {f1}, [{f2}](http://example.com) came to {f3}.",
            "In {f1}, <b>{f2}</b> came to {f3}.",
            "In {f1},\n{f2} came to {f3}.",
            "In {f1}, {f2} came to {f3}. It is. It was. It is.",
            "In {f1}, {f2}为 {f3}.",
            "在{f1}，{f2}为{f3}。",
            "In\u202e {f1}, {f2} came to {f3}.",
            "In {f1}, {f2} came to {f3}" + " the" * 1000 + ".",
        ],
    )
    def test_that_says_anything_else_is_not_used(self, sentence: str) -> None:
        assert filled(sentence, EN, "en") is None

    @pytest.mark.parametrize(
        "sentence",
        [
            "{f1}，{f2}为 386,027.21。",
            "{f1}，{f2}为{f3}的两倍。",
            "{f1}，{f2}约三十八万，为{f3}。",
            "{f1}，{f2}增长到{f3}。",
            "{f1}，{f2}高达{f3}。",
            "{f1}，{f2}最高，为{f3}。",
            "{f1}，{f2}不是{f3}。",
            "{f1}，{f2}为{f3}，表现很好。",
            "{f1}，{f2}为{f3}",
            "{f1}，{f3}为{f2}。",
            "{f1}，{f2} came to {f3}。",
            "In {f1}, {f2} came to {f3}.",
            "{f1}，{f2}为{f3}。是。是。是。",
            "{f1}，{f2}為{f3}。",
        ],
    )
    def test_that_says_anything_else_is_not_used_in_chinese(self, sentence: str) -> None:
        assert filled(sentence, ZH, "zh") is None

    def test_leaves_a_value_as_it_is_even_where_it_opens_a_sentence(self) -> None:
        value = (Fact(name="f1", stands_for="a list", text="iPhone 3 USD"),)
        assert filled("{f1}.", value, "en") == "iPhone 3 USD."


class TestTheWordsThatAreGiven:
    """Neither count nor compare."""

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_are_no_numbers_and_no_comparisons(self, language: str) -> None:
        words = set(templates(language)["model_wording"]["words"])
        data = language_data(language)
        forbidden = {word for code in COMPARING for word in data[code]} | set(_texts(data["numerals"]))
        assert {"more", "twelve", "million", "not"} <= forbidden if language == "en" else {"高", "三", "万", "不含"} <= forbidden
        if language == "en":
            assert not words & forbidden
        else:  # written without spaces, so that no part of a word may be one either
            assert not [word for word in words for each in forbidden if each in word]

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_are_told_to_the_model(self, language: str) -> None:
        assert all(word in instructions(language) for word in templates(language)["model_wording"]["words"])

    def test_of_our_own_wording_every_fact_is_explained_and_has_its_phrase(self) -> None:
        assert {key for keys in ORDER.values() for key in keys} == set(STANDS_FOR)
        for language in ("zh", "en"):
            assert set(ORDER) <= set(templates(language)["findings"])
            assert set(templates(language)["facts"]) <= set(STANDS_FOR)


def _texts(table: dict[str, Any]) -> Iterator[str]:
    """The words of a table of numerals; numbers among its values aside."""
    for key, value in table.items():
        if isinstance(value, dict | list):
            yield from value
        elif isinstance(value, int | float):
            yield key
        elif isinstance(value, str):
            yield value


QUESTIONS = [
    "sales last month",
    "sales of produce last month",
    "sales in November against October",
    "share of produce in sales last month",
    "sales by department last month",
    "average basket value on weekends and weekdays",
    "monthly sales in 2017",
    "which department had the most sales last month",
    "top 3 departments by sales",
    "上个月的销售额",
    "上个月各部门的销售额",
    "2017年每月的订单数",
    "11月销售额环比",
]


class TestAnAnswer:
    """Is worded by the model where that is switched on, with the numbers of the rows."""

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_says_every_number_that_our_own_wording_says_with_the_model_knowing_none(
        self, model: Start, demo: Asker, question: str
    ) -> None:
        own = demo.ask(question)
        asker, server = model(in_order(own.language))
        reply = asker.ask(question)
        assert len(server.sent) == 1
        assert reply.answer.startswith("结果如下：" if own.language == "zh" else "Here are ")
        assert (reply.status, reply.rows) == ("answered", own.rows)
        numbers = re.findall(r"\d[\d,.]*\d", own.answer.partition("\n")[0])
        counted = re.search(r"(\d+) values of|共 (\d+) 个", own.answer)
        said = [number for number in numbers if counted is None or number not in counted.groups()]
        assert all(number in reply.answer for number in said)
        told = json.dumps(placeholders(server.sent[0]), ensure_ascii=False)
        assert not re.search(r"\d", re.sub(r'"f\d+"', "", told))
        assert question not in server.sent[0].text

    def test_tells_the_model_no_value_and_no_tool(self, model: Start) -> None:
        asker, server = model(in_order("en"))
        asker.ask("sales of produce by brand type last month")
        for secret in ("PRODUCE", "roduce", "Private", "National", "2017", "sales of"):
            assert secret not in server.sent[0].text
        assert "tools" not in server.sent[0].body

    @pytest.mark.parametrize(
        "played", [Says("Sales were 999,999.99 USD, far more than ever."), Says("{f1} {f2} {f3}"), Says(""), Breaks(500), Breaks(200, "nonsense")]
    )  # fmt: skip
    def test_is_in_our_own_words_where_the_models_cannot_be_used(self, model: Start, demo: Asker, played: Says | Breaks) -> None:
        asker, server = model(played)
        reply = asker.ask("sales last month")
        assert server.sent
        assert reply.answer == demo.ask("sales last month").answer

    def test_waits_no_longer_than_the_turn_may(self, model: Start, demo: Asker) -> None:
        asker, _ = model(Hangs(), seconds=0.3)
        assert asker.ask("sales last month").answer == demo.ask("sales last month").answer

    def test_is_in_our_own_words_when_the_budget_is_spent(self, model: Start, demo: Asker) -> None:
        asker, server = model(in_order("en"), model_tokens_per_day=0)
        assert asker.ask("sales last month").answer == demo.ask("sales last month").answer
        assert server.sent == []

    @pytest.mark.parametrize("given", [{"model_wording": False}, {"mode": "embedded"}])
    def test_is_in_our_own_words_where_it_is_not_switched_on(self, model: Start, demo: Asker, given: dict[str, Any]) -> None:
        asker, server = model(in_order("en"), **given)
        assert asker.ask("sales last month").answer == demo.ask("sales last month").answer
        assert server.sent == []

    def test_is_off_by_default(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("HUAXIANG_MODEL_WORDING", raising=False)
        assert Settings(home=home).model_wording is False

    @pytest.mark.parametrize(
        "question", ["what does average basket value mean", "list the departments", "what can I ask", "drone sales of what"]
    )
    def test_that_holds_no_figures_of_metrics_is_always_in_our_own_words(self, model: Start, demo: Asker, question: str) -> None:
        asker, server = model(in_order("en"))
        reply = asker.ask(question)
        assert reply.answer.partition("\n")[0] == demo.ask(question).answer.partition("\n")[0]
        assert all("f1" not in sent.messages[-1]["content"] for sent in server.sent)

    def test_still_says_what_was_assumed(self, model: Start, demo: Asker) -> None:
        own = demo.ask("sales by department")
        assert own.assumptions
        asker, _ = model(in_order("en"))
        reply = asker.ask("sales by department")
        assert all(text in reply.answer for text in own.assumptions)
