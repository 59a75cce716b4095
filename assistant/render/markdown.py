"""Text from data inside Markdown: nothing in it may become a link, an image, a list or HTML."""

from __future__ import annotations

import re

SIGNS = re.compile(r"([\\`*_{}\[\]()|<>~&$:])")
"""Signs that mean something anywhere in a line; the colon starts a directive in the chat's Markdown."""
LINE_START = re.compile(r"^[ \t]*(\d*)([-+=.)#])", re.MULTILINE)
"""What would make a line an item, a heading or a rule."""
ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=@)|(?<=\bwww)(?=\.)", re.IGNORECASE)
"""Where an address is broken up, as bare ones become links whatever is escaped in them."""
JOINER = "\u2060"
"""A word joiner: it has no width and allows no line break. The zero-width space is the chat's sign for a blinking cursor."""


def escaped(text: str) -> str:
    """A text whose Markdown signs are shown, not obeyed."""
    broken = ADDRESS.sub(JOINER, text.replace("\u200b", ""))
    marked = SIGNS.sub(r"\\\1", broken)
    return LINE_START.sub(r"\1\\\2", marked).replace("\n", "  \n")


def cell(text: str) -> str:
    """A text for one cell of a Markdown table."""
    return escaped(" ".join(text.split()))


def code(text: str, language: str) -> str:
    """A block of code; its fence is longer than any run of backticks within."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
