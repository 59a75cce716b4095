"""Keeps out of the process what Chainlit would load and this chat never uses."""

from __future__ import annotations

import sys
from types import ModuleType

TRACING = "traceloop.sdk"
"""A tracing SDK: the client of Chainlit's own cloud imports it, and with it all of pandas."""


def leave_out_tracing() -> None:
    """Puts an empty module in the SDK's place; to be called before Chainlit is imported.

    Nothing here calls that client. The SDK costs every start 0.8 s and 97 MB, and its purpose is to send elsewhere what is
    asked and answered.
    """
    if TRACING not in sys.modules:
        empty = ModuleType(TRACING)
        empty.Traceloop = None  # pyright: ignore[reportAttributeAccessIssue]  (the one name that is imported)
        sys.modules[TRACING] = empty
