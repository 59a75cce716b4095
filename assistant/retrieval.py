"""Which definitions a language model is told of: those that a question needs, out of all that the viewer may see.

Words that the planner's lexicon knows lead to their definitions; for all others, definitions that are spelled or described
alike are added. With them come what they are made of, what the conversation already speaks of, and the key metrics.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.language.meanings import (
    ConditionTerm,
    DatasetTerm,
    ExplainedTerm,
    FieldTerm,
    GrainTerm,
    Meaning,
    MetricTerm,
    ParameterTerm,
    SegmentTerm,
    SeveralTerm,
    TagTerm,
    TagValueTerm,
    UnitTerm,
    ValueTerm,
    VerbTerm,
)
from assistant.language.text import LONGEST, read_question
from assistant.offered import Offered, name_of, visible
from assistant.planner.plan import Reader
from semantic_layer.compiler.plan import Scope
from semantic_layer.conditions import refs_of
from semantic_layer.metric_parts import all_parts, base_datasets
from semantic_layer.model.workspace import Workspace
from semantic_layer.words import Definition

SMALL = 40
"""A workspace with so few definitions is told as a whole."""
NEAREST = {"metrics": 10, "entities": 3, "fields": 8, "tags": 5, "segments": 3, "parameters": 3, "terms": 3}
"""How many definitions of each kind are added because they are spelled or described like the question."""


@dataclass(frozen=True)
class Retrieved:
    """The definitions that a model is told of.

    Attributes:
        offered: These.
        more: How many others the viewer may see.
    """

    offered: Offered
    more: int = 0


def retrieve(
    question: str, earlier: Sequence[str], requests: Iterable[dict[str, Any]], reader: Reader, scope: Scope
) -> Retrieved:
    """Chooses definitions for a question; a pure function.

    Args:
        earlier: The questions before it that the model is shown.
        requests: The requests that these became, in plain form.
    """
    whole = visible(scope)
    if len(whole.names) <= SMALL:
        return Retrieved(whole)
    wanted = set(scope.workspace.workspace.key_metrics)
    wanted |= {name for request in requests for name in _texts(request)}
    for text in (question, *earlier):
        wanted |= _known(text, reader)
    wanted |= _index(whole, scope.workspace).nearest(question)
    wanted |= _needed(wanted, scope.workspace)
    offered = whole.only(wanted)
    return Retrieved(offered, more=len(whole.names) - len(offered.names))


# ---- words that are known -----------------------------------------------------------------------------------------------------


def _known(text: str, reader: Reader) -> set[str]:
    """Names of everything that a stretch of a text can mean, however the text is cut."""
    spans = reader.lexicon.spans(read_question(text[:LONGEST]))
    return {name for span in spans for meaning in span.meanings for name in _names(meaning, reader.workspace)}


def _names(meaning: Meaning, workspace: Workspace) -> Iterator[str]:
    match meaning:
        case MetricTerm(name=name) | FieldTerm(name=name) | TagTerm(name=name) | SegmentTerm(name=name):
            yield name
        case ParameterTerm(name=name) | ExplainedTerm(name=name):
            yield name
        case ValueTerm(field=name) | UnitTerm(field=name) | GrainTerm(field=str() as name) | TagValueTerm(tag=name):
            yield name
        case ConditionTerm(name=name):
            conditions = (each.where for each in workspace.conditions if each.name == name)
            yield from (str(getattr(ref, "name", "")) for condition in conditions for ref in refs_of(condition))
        case SeveralTerm(index=index):
            yield from (reading.partition("=")[0] for reading in workspace.ambiguous[index].readings)
        case VerbTerm(dataset=name) | DatasetTerm(dataset=name):
            yield from (metric.name for metric in workspace.metrics if name in base_datasets(workspace, metric.name))
        case _:
            return


def _texts(value: Any) -> Iterator[str]:
    """Every text in plain data; those that are no names do no harm."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value.rpartition(".")[2]


def _needed(names: set[str], workspace: Workspace) -> set[str]:
    """The metrics that metrics are made of, and the keys of the entities that tags and segments belong to."""
    metrics = [metric for name in names if (metric := workspace.metric(name)) is not None]
    parts = {part.name for metric in metrics for part in all_parts(workspace, metric)}
    owners = {each.entity for each in (*workspace.tags, *workspace.segments) if each.name in names}
    return parts | {entity.key_name for entity in workspace.entities if entity.name in owners | names}


# ---- words that are not -------------------------------------------------------------------------------------------------------


class Index:
    """Definitions by the character n-grams of their words, in both languages."""

    def __init__(self, offered: Offered) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._kinds = [(kind, tuple(name_of(each) for each in definitions)) for kind, definitions in offered.kinds()]
        texts = [_described(each) for _, definitions in offered.kinds() for each in definitions]
        self._vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
        self._matrix = self._vectorizer.fit_transform(texts)

    def nearest(self, question: str) -> set[str]:
        """The names nearest to a question, so many of each kind; those that share nothing with it are left out."""
        from sklearn.metrics.pairwise import linear_kernel

        vector = self._vectorizer.transform([read_question(question[:LONGEST]).text])
        scores: list[float] = linear_kernel(vector, self._matrix)[0].tolist()
        found: set[str] = set()
        start = 0
        for kind, names in self._kinds:
            scored = list(zip(scores[start : start + len(names)], names, strict=True))
            best = sorted(scored, key=_best_first)[: NEAREST[kind]]
            found |= {name for score, name in best if score > 0}
            start += len(names)
        return found


def _best_first(scored: tuple[float, str]) -> tuple[float, str]:
    score, name = scored
    return -score, name


def _index(offered: Offered, workspace: Workspace) -> Index:
    """The index of what one grant shows; built once for all viewers who see the same."""
    key = ("retrieval", *offered.names)
    if key not in workspace.memo:
        workspace.memo[key] = Index(offered)
    return workspace.memo[key]


def _described(definition: Definition) -> str:
    """All words of a definition, in the planner's normal form."""
    descriptions = (definition.description.zh, definition.description.en)
    return read_question(" ".join((*definition.words(), *(text for text in descriptions if text)))).text
