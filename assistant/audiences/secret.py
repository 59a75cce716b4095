"""The secret that hashed keys are made with: written once into the state folder, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

FILE = "secrets/export.key"
BYTES = 32


def export_secret(home: Path) -> bytes:
    """The secret of a state folder; the first call makes it. Who loses it cannot match later exports with earlier ones."""
    path = home / FILE
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(BYTES))
    return _read(path)


def _read(path: Path) -> bytes:
    found = bytes.fromhex(path.read_text("utf-8"))
    if len(found) != BYTES:
        raise ValueError("the secret of exports is not whole")
    return found
