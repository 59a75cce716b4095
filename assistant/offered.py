"""The definitions that a viewer may be offered, and selections of them: what a language model can be told of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from semantic_layer.compiler.plan import Scope
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.datasets import DIMENSION_TYPES, Entity, Field
from semantic_layer.model.metrics import AnyMetric, Parameter
from semantic_layer.model.tags import AnyTag, Segment
from semantic_layer.words import Definition


@dataclass(frozen=True)
class Offered:
    """Definitions by kind, each in the analyst's order.

    Attributes:
        entities: Their keys are dimensions.
        terms: What is only explained.
    """

    metrics: tuple[AnyMetric, ...] = ()
    entities: tuple[Entity, ...] = ()
    fields: tuple[Field, ...] = ()
    tags: tuple[AnyTag, ...] = ()
    segments: tuple[Segment, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    terms: tuple[Definition, ...] = ()

    def kinds(self) -> Iterator[tuple[str, tuple[Definition, ...]]]:
        """Each kind with its definitions."""
        for kind in ("metrics", "entities", "fields", "tags", "segments", "parameters", "terms"):
            yield kind, getattr(self, kind)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """As they stand in requests: an entity by its key."""
        return tuple(name_of(each) for _, definitions in self.kinds() for each in definitions)

    def only(self, names: Collection[str]) -> Offered:
        """The definitions with these names."""
        kept = {kind: tuple(each for each in definitions if name_of(each) in names) for kind, definitions in self.kinds()}
        return Offered(**kept)  # pyright: ignore[reportArgumentType]


def name_of(definition: Definition) -> str:
    """The name under which a request knows a definition."""
    return definition.key_name if isinstance(definition, Entity) else definition.name


def visible(scope: Scope) -> Offered:
    """Everything that a viewer may see."""
    workspace, grant = scope.workspace, scope.grant
    return Offered(
        metrics=tuple(
            metric
            for metric in workspace.metrics
            if not metric.hidden and not any(name in grant.denied for name in base_datasets(workspace, metric.name))
        ),
        entities=tuple(entity for entity in workspace.entities if entity.key_name not in grant.hidden),
        fields=tuple(
            field
            for dataset, field in workspace.dimension_fields()
            if field.type in DIMENSION_TYPES and dataset.name not in grant.denied and not grant.hides(dataset.name, field.name)
        ),
        tags=workspace.tags,
        segments=workspace.segments,
        parameters=workspace.parameters,
        terms=workspace.terms,
    )
