"""What a language model took, in words."""

from __future__ import annotations

from assistant.usage import Usage
from assistant.wording.texts import fill


def usage_line(usage: Usage, language: str) -> str:
    """One line: calls, tokens, cost where it is known, time."""
    parts = {
        "calls": usage.calls,
        "tokens_in": f"{usage.tokens_in:,}",
        "tokens_out": f"{usage.tokens_out:,}",
        "cost": cost_text(usage.cost),
        "seconds": f"{usage.milliseconds / 1000:.1f}",
    }
    return fill(language, "usage", "line" if usage.cost is not None else "line_without_cost", **parts)


def cost_text(cost: float | None) -> str:
    """Money of a few calls: small amounts keep their digits. Empty where it is not known."""
    return "" if cost is None else f"{cost:,.2f}" if cost >= 1 else f"{cost:.6f}".rstrip("0").rstrip(".")
