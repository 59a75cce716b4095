"""The audit log of exports: one JSON object a line, only ever added to."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

FILE = "audit/exports.jsonl"


def record(home: Path, line: dict[str, Any]) -> None:
    """Adds a line, and has it on the disk before this returns."""
    path = home / FILE
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps(line, ensure_ascii=False, default=str) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
