"""What is made of a key for an audience: the side of the split that it is on, and its hash."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

BITS = 64


def text_of_key(key: tuple[Any, ...]) -> str:
    """The parts of a key as one text; different keys have different texts."""
    return "\x1f".join(str(part) for part in key)


def is_control(key: tuple[Any, ...], seed: int, share: float) -> bool:
    """Whether one is held back: the first 64 bits of SHA-256 of seed and key, as a part of all, are below the share.

    Who else is in the audience does not matter, nor in which order; a larger share holds back the same ones and more.

    Args:
        share: Between 0 and 1.
    """
    mark = hashlib.sha256(f"{seed}\x1e{text_of_key(key)}".encode()).digest()
    return int.from_bytes(mark[: BITS // 8], "big") < int(share * 2**BITS)


def hashed(key: tuple[Any, ...], secret: bytes, entity: str) -> str:
    """A key as HMAC-SHA-256 in hexadecimal digits (RFC 2104): the same in each export, and nothing without the secret."""
    return hmac.new(secret, f"{entity}\x1e{text_of_key(key)}".encode(), hashlib.sha256).hexdigest()
