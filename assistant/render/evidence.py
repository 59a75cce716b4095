"""What an answer rests on, line by line, for downloads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from assistant.reply import Reply
from assistant.wording.texts import fill, templates


class EvidenceLine(NamedTuple):
    """One thing to know about an answer: what it is called, and what it says."""

    name: str
    text: str


def sentence_of(reply: Reply) -> str:
    """The answer without the assumptions and warnings that it ends with: they are evidence of their own."""
    said = [*reply.assumptions, *reply.warnings]
    endings = ("\n" + " ".join(said), "\n" + "\n".join(said)) if said else ()
    return next((reply.answer.removesuffix(ending) for ending in endings if reply.answer.endswith(ending)), reply.answer)


def evidence_of(reply: Reply) -> list[EvidenceLine]:
    """Reading (the filter is part of it), definitions, period, assumptions, warnings, check, data version, fingerprint.

    The SQL stands apart, as it is no line. What the reply does not have is left out.
    """
    texts, chat = templates(reply.language)["download"], templates(reply.language)["chat"]
    lines = [
        *_lines(texts["reading"], [reply.reading]),
        *_lines(texts["definition"], reply.definitions),
        *_period(reply),
        *_lines(texts["assumption"], reply.assumptions),
        *_lines(texts["warning"], reply.warnings),
    ]
    if reply.checks and all(check["holds"] for check in reply.checks):
        lines.append(EvidenceLine(chat["check"], chat["ok"]))
    return [*lines, *_lines(chat["data"], [reply.data_version]), *_lines(texts["fingerprint"], [reply.fingerprint])]


def _lines(name: str, texts: Iterable[str]) -> list[EvidenceLine]:
    return [EvidenceLine(name, text) for text in texts if text]


def _period(reply: Reply) -> list[EvidenceLine]:
    """The days asked, the days compared with, and the day that counted as today."""
    period = reply.period or {}
    found = [("period", period), ("compared_with", period.get("compared_with") or {})]
    lines = [
        EvidenceLine(fill(reply.language, "download", name), fill(reply.language, "download", "days", **days))
        for name, days in found
        if days.get("start") and days.get("end")
    ]
    today = str(period.get("as_of") or "")
    return [*lines, *_lines(fill(reply.language, "download", "as_of"), [today])]
