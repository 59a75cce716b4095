"""A segment that is being defined, in words: the rule, the size, what it overlaps with, and what comes next."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from assistant.wording.readings import Words
from assistant.wording.rules import RuleWords
from assistant.wording.texts import cleaned, fill, text_of
from semantic_layer.conditions import AnyCondition, Condition
from semantic_layer.words import LANGUAGES
from tools.answer import Answer, Finding
from tools.requests import DefineSegment

CONDITION: TypeAdapter[AnyCondition] = TypeAdapter(Condition)
SAME = 0.9
"""From this overlap on two groups are called the same."""


class DefiningWords:
    """Words definitions of segments in one language; the rule stands in both."""

    def __init__(self, words: Words) -> None:
        self.words, self.language = words, words.language

    def reading(self, request: DefineSegment) -> str:
        label = cleaned(request.label.get(self.language))
        return fill(self.language, "reading", f"define_{request.step}", label=label, rule=self._rule(request.rule, self.language))

    def finding(self, finding: Finding, answer: Answer) -> str:
        parts = finding.parts
        label = cleaned(text_of(parts["label"], self.language))
        if finding.code != "segment_defined":
            return fill(self.language, "findings", finding.code, label=label, name=parts["name"])
        rule = CONDITION.validate_python(parts["rule"])
        other = next(each for each in LANGUAGES if each != self.language)
        lines = [
            fill(self.language, "findings", finding.code, label=label, rule=self._rule(rule, self.language)),
            fill(self.language, "findings", "segment_rule_too", rule=self._rule(rule, other)),
            fill(
                self.language,
                "findings",
                "segment_size",
                size=f"{parts['size']:,}",
                total=f"{parts['total']:,}",
                share=f"{parts['share'] * 100:.1f}%",
                entity=self.words.entity(parts["entity"]),
                day=answer.evidence.as_of or "",
            ),
            *self._overlaps(parts["overlaps"]),
            parts["yaml"].rstrip(),
            fill(self.language, "findings", "segment_confirm" if parts["named"] else "segment_confirm_unnamed", label=label),
        ]
        return "\n".join(line for line in lines if line)

    def _rule(self, rule: AnyCondition, language: str) -> str:
        return RuleWords(Words(self.words.workspace, language, self.words.days)).rule(rule)

    def _overlaps(self, overlaps: list[dict[str, Any]]) -> list[str]:
        if not overlaps:
            return [fill(self.language, "findings", "segment_alone")]
        told = [
            fill(
                self.language,
                "findings",
                "segment_same" if each["alike"] >= SAME else "segment_like",
                name=text_of(each["label"], self.language),
                alike=f"{each['alike'] * 100:.0f}%",
            )
            for each in overlaps
        ]
        return [fill(self.language, "findings", "segment_overlap", overlaps=("；" if self.language == "zh" else "; ").join(told))]
