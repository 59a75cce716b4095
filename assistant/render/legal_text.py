"""Text that files can hold: what XML forbids, and what a spreadsheet would take for a formula."""

from __future__ import annotations

import re

from assistant.wording.texts import whole

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
"""Control characters and what Unicode calls no characters; tab and line feed stay."""
FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""How a text begins that a spreadsheet would compute, blanks before it and full-width signs included."""


def legal(text: str) -> str:
    """A text that XML, HTML and UTF-8 can hold: no control characters, no halves of characters, line feeds as line ends."""
    return FORBIDDEN.sub("", whole(text).replace("\r\n", "\n").replace("\r", "\n"))


def not_a_formula(text: str) -> str:
    """A text for a CSV field: an apostrophe before it where a spreadsheet would compute it otherwise."""
    return f"'{text}" if FORMULA.match(text) else text
