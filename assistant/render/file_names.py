"""Names of downloaded files: they say what is inside, and every system takes them."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from assistant.reply import Reply
from assistant.wording.texts import UNSEEN, fill

UNSAFE = re.compile(r"""[\\/:*?"<>|%#&{}$!'`@+=~^;,\[\]()（）·]+""")
"""What a system forbids, a shell or an address obeys, or only takes room."""
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
"""Windows takes a name for a device up to its first dot."""
LONGEST = 150
"""Bytes of the part that says what is inside; systems allow 255 for the whole name, which CJK signs fill three at a time."""


def file_name(reply_or_title: Reply | str, at: datetime, extension: str) -> str:
    """A name such as `Sales-by-month-2017_20171231-0930.csv`, or 销售额-按月-2017年_20171231-0930.xlsx.

    Args:
        reply_or_title: A reply is named by its reading, or by its answer where it has none.
        at: When it was asked; the name holds it to the minute.
        extension: Without the dot, of letters and digits.

    Raises:
        ValueError: the extension is none.
    """
    if not re.fullmatch(r"[a-z0-9]{1,8}", extension):
        raise ValueError(f"not an extension: {extension!r}")
    if isinstance(reply_or_title, Reply):
        language, text = reply_or_title.language, reply_or_title.reading or reply_or_title.answer.split("\n")[0]
    else:
        language, text = "en", reply_or_title
    name = _safe(text) or fill(language, "download", "file")
    return f"{name}_{at:%Y%m%d-%H%M}.{extension}"


def _safe(text: str) -> str:
    seen = "".join(" " if unicodedata.category(sign) in UNSEEN else sign for sign in text)
    words = "-".join(UNSAFE.sub(" ", seen).split())
    short = words.encode()[:LONGEST].decode("utf-8", "ignore")
    name = re.sub(r"-{2,}", "-", short).strip("-. _")
    return name.replace(".", "-") if DEVICES.fullmatch(name.split(".")[0]) else name
