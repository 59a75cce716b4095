"""One turn of a conversation as its downloads see it."""

from __future__ import annotations

from datetime import datetime

from assistant.reply import Reply
from semantic_layer.frozen import Frozen


class Asked(Frozen):
    """A question with its stored reply.

    Attributes:
        at: When it was asked, in the time zone of whoever reads the download: it is shown as it stands.
    """

    question: str
    at: datetime
    reply: Reply
