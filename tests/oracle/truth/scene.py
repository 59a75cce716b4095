"""All that an evaluation needs: who looks, the calendar, the parameters, and what has been worked out already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from oracle.truth.days import Calendar, Days
from oracle.truth.sight import Sight
from oracle.truth.workspace import Plain


@dataclass
class Scene:
    """The surroundings of one request.

    Attributes:
        parameters: Their values, as the request has them.
        about: The entity that an entity query lists; None in other requests.
    """

    sight: Sight
    calendar: Calendar
    parameters: Plain
    about: str | None = None
    memo: dict[Any, Any] = field(default_factory=dict)

    @property
    def always(self) -> Days:
        """All days up to the as-of date; rows of a dataset without time are never after it."""
        return Days(date.min, self.calendar.as_of)

    @classmethod
    def of(cls, sight: Sight, parameters: Plain | None = None) -> Scene:
        calendar = Calendar(sight.workspace.settings, sight.world.as_of)
        return cls(sight, calendar, {**sight.workspace.parameters, **(parameters or {})})
