"""Audiences in words: how one was understood, and what would leave."""

from __future__ import annotations

from typing import Any

from assistant.wording.readings import Words
from assistant.wording.texts import fill, listed, text_of
from tools.answer import Answer, Finding
from tools.requests import AudienceQuery


def audience_reading(request: AudienceQuery, words: Words) -> str:
    """The group, then what is said of the file."""
    language = words.language

    def say(code: str, **parts: Any) -> str:
        return fill(language, "audience", code, **parts)

    parts = [say("reading", where=words.condition(request.where))]
    if request.suppress:
        parts.append(say("without", rules=listed(language, [_left_out(name, words) for name in request.suppress])))
    if request.not_contacted_in is not None:
        parts.append(say("not_contacted", days=request.not_contacted_in))
    if request.control is not None:
        parts.append(say("with_control", share=_percent(request.control)))
    if request.columns:
        columns = listed(language, [words.column(ref) for ref in request.columns])
        parts.append(fill(language, "reading", "columns", columns=columns))
    parts.append(say(f"ids_{request.ids}"))
    return " · ".join(parts)


def _left_out(name: str, words: Words) -> str:
    declared = next((each for each in words.workspace.suppressions if each.name == name), None)
    return declared.label_in(words.language) if declared is not None else words.name(name)


def _percent(share: float) -> str:
    return f"{share * 100:.4g}%"


def audience_text(finding: Finding, answer: Answer, words: Words) -> str:
    """How many would leave, who is left out by which rule, who is held back, and what the file holds."""
    language, parts = words.language, finding.parts

    def say(code: str, **more: Any) -> str:
        return fill(language, "audience", code, **more)

    request = AudienceQuery.model_validate(answer.request)
    where, entity = words.condition(answer.evidence.where), words.many(parts["entity"])
    shown = {"where": where, "entity": entity, "exported": f"{parts['exported']:,}"}
    if "size" not in parts:
        lines = [say("withheld", **shown)]
    else:
        lines = [fill(language, "findings", "audience", size=f"{parts['size']:,}", **shown)]
        lines.append(_fallen(parts, words) if parts["fallen"] else say("nobody_out"))
    if "control" in parts:
        figures = {key: f"{parts[key]:,}" for key in ("treatment", "control")}
        lines.append(say("split", share=f"{parts['share']:.2%}", asked=_percent(parts["asked"]), **figures))
    columns = listed(language, [words.column(ref) for ref in request.columns])
    lines.append(say("file_with" if columns else "file", ids=say(f"ids_{parts['ids']}"), columns=columns))
    lines.append(say("confirm"))
    return ("" if language == "zh" else " ").join(lines)


def _fallen(parts: dict[str, Any], words: Words) -> str:
    language = words.language
    rules = [
        fill(
            language,
            "audience",
            "rule_days" if each["days"] else "rule",
            rule=text_of(each["label"], language),
            days=each["days"],
            members=f"{each['members']:,}",
        )
        for each in parts["fallen"]
    ]
    return fill(
        language, "audience", "out", rules=("；" if language == "zh" else "; ").join(rules), left_out=f"{parts['left_out']:,}"
    )
