"""One entry of a menu."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.edits.edit import Edit
from assistant.edits.viewing import Viewing, same
from semantic_layer.frozen import Frozen
from semantic_layer.requests import MetricQuery

MOST_SHOWN = 50
"""Entries of a long menu; a search finds the others."""


class Option(Frozen):
    """One entry of a menu: a typed edit that this viewer would be answered, or the way to a further menu.

    Attributes:
        edit: What choosing it changes; None where `opens` leads on.
        current: It is what the request says already.
        group: The heading that it stands under.
        opens: The key of the menu that it opens.
    """

    text: str
    edit: Edit | None = None
    current: bool = False
    group: str = ""
    opens: str = ""


def option(request: MetricQuery, edit: Edit, text: str, viewing: Viewing, group: str = "") -> Option | None:
    """An entry, if the edited request would be answered for the viewer."""
    tried = viewing.tried(request, edit)
    return None if tried is None else Option(text=text, edit=edit, current=same(tried.request, request), group=group)


def offered(found: Iterable[Option | None]) -> tuple[Option, ...]:
    return tuple(each for each in found if each is not None)


def matches(search: str, *texts: str) -> bool:
    """Whether any of the texts holds what was typed, whatever the case."""
    typed = search.strip().casefold()
    return not typed or any(typed in text.casefold() for text in texts)
