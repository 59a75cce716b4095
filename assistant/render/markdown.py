"""Text from data inside Markdown: nothing in a cell may become a link, an image or HTML."""

from __future__ import annotations

import re

SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&$])")
RISKY = re.compile(r"([\\`*_\[\]|<>~&$])")


def escaped(text: str) -> str:
    """A text whose Markdown signs are shown, not obeyed."""
    return RISKY.sub(r"\\\1", text).replace("\n", "  \n")


def cell(text: str) -> str:
    """A text for one cell of a Markdown table."""
    return SPECIAL.sub(r"\\\1", text.replace("\n", " ")) if re.search(r"[\\`*_\[\]()|<>~&$#!]", text) else text
