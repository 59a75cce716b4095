"""Roles and what they may see. Applied by the compiler to every request, never by a prompt."""

from __future__ import annotations

from semantic_layer.conditions import Condition
from semantic_layer.frozen import Frozen
from semantic_layer.model.audiences import ExportRule
from semantic_layer.words import Definition, WordList


class DatasetRule(Frozen):
    """What a role sees of one dataset.

    Attributes:
        rows: Only rows that meet this; viewer attributes are written `{attribute: regions}`.
        hide: Fields that cannot be shown, grouped by, filtered by or listed.
    """

    rows: Condition | None = None
    hide: WordList = ()


class MinimumGroup(Frozen):
    """No figure about fewer than `size` entities."""

    entity: str
    size: int


class Role(Definition):
    """A role; the default one is taken when none is named.

    Attributes:
        datasets: Rules by dataset. With `only_these` the datasets that are not named cannot be asked at all.
        hide: Names of dimensions hidden wherever they are reached, entity keys among them.
        minimum_group: Figures about fewer entities are withheld.
        may_export: Whether anything leaves as a file.
        export: What of an audience may leave.
    """

    default: bool = False
    datasets: dict[str, DatasetRule] = {}
    only_these: bool = False
    hide: WordList = ()
    minimum_group: MinimumGroup | None = None
    may_export: bool = True
    export: ExportRule = ExportRule()
    may_see_sql: bool = True
