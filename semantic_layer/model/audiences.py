"""Who is left out of an exported audience: those on a list, without consent, contacted lately, or of whom a condition is true."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Constrained
from pydantic import model_validator

from semantic_layer.conditions import Condition
from semantic_layer.frozen import Frozen
from semantic_layer.words import Definition

Sensitivity = Literal["public", "internal", "restricted"]
SENSITIVITIES: tuple[Sensitivity, ...] = ("public", "internal", "restricted")
"""From what anybody may see to what few may."""


class Contacts(Frozen):
    """Rows that each say that one was contacted.

    Attributes:
        time: A date field of the rows or of what they are joined to; by default the dataset's own time.
        where: Which of the rows are contacts.
        days: The last so many days count, the day of the export included, where an export names no others.
    """

    dataset: str
    time: str | None = None
    where: Condition | None = None
    days: int | None = Constrained(default=None, ge=1, le=10_000)


class Suppression(Definition):
    """Who is left out of audiences. It has one of `list`, `consent`, `contacts` and `when`.

    Attributes:
        list: Those on an imported list; a tag goes by it.
        consent: Those of whom this is not true, or not known.
        contacts: Those who were contacted lately.
        when: Those of whom this is true.
        always: Whether every export leaves them out, named or not; who gave no consent always is.
    """

    entity: str
    list: str | None = None
    consent: Condition | None = None
    contacts: Contacts | None = None
    when: Condition | None = None
    always: bool = False

    @model_validator(mode="after")
    def _one_of_them(self) -> Suppression:
        if sum(each is not None for each in (self.list, self.consent, self.contacts, self.when)) != 1:
            raise ValueError("a suppression has one of: list, consent, contacts, when")
        return self

    @property
    def is_always(self) -> bool:
        return self.always or self.consent is not None


class ExportRule(Frozen):
    """What of an audience a role may take away.

    Attributes:
        ids: `hashed` keys can be matched with each other and with nothing else; `raw` allows the keys themselves as well.
        sensitivity: The most sensitive tags that may leave.
    """

    ids: Literal["hashed", "raw"] = "hashed"
    sensitivity: Sensitivity = "internal"
