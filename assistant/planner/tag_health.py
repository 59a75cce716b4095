"""How kept tags are: "how fresh is the tier tag?", 标签覆盖率, "have the segments drifted?"."""

from __future__ import annotations

from assistant.language.meanings import MetricTerm, SegmentTerm, TagTerm, TagValueTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.heads import entity_of
from semantic_layer.conditions import InSegment, Tag, leaves_of, refs_of
from tools.requests import Health, TagHealthQuery

ABOUT: dict[str, Health] = {
    "tag_fresh": "freshness",
    "tag_coverage": "coverage",
    "tag_change": "change",
    "tag_drift": "drift",
    "tag_health": "all",
}
"""What the words of each code are after."""
OF_ALL = ("tags_noun", "segments_noun")
NOUNS = (*OF_ALL, "state_noun")
BESIDE = (
    "which",
    "list",
    "count",
    "how_much",
    "is_what",
    "define",
    "refer",
    "this",
    "never",
    "not",
    "each",
    "per",
    "group",
    "why",
)
"""Words that such a question has beside."""


def tag_health(draft: Draft) -> TagHealthQuery | None:
    """The tags and what is asked of them; None where anything else is asked, or of a part of the members."""
    asked = [item for item in draft.items if item.word(*ABOUT) and item.get(MetricTerm) is None]
    if not asked or draft.periods or draft.share is not None or not _is_plain(draft):
        return None
    named = [(item, name) for item in draft.items if item not in asked and (name := _name_of(item)) is not None]
    nouns = [item for item in draft.words(*NOUNS) if item not in asked]
    if not named and not any(item.word(*OF_ALL) for item in nouns):
        return None
    topics: set[Health] = {topic for code, topic in ABOUT.items() if any(item.word(code) for item in asked)}
    draft.claim("tag health", *asked, *nouns, *(item for item, _ in named), *draft.words(*BESIDE))
    draft.claim("who", *(item for item in draft.items if item.free and entity_of(item) is not None))
    draft.notes.clear()  # what they say is of numbers
    names = tuple(dict.fromkeys(name for _, name in named))
    only = "segments" if not names and not any(item.word("tags_noun") for item in nouns) else None
    return TagHealthQuery(names=names, only=only, about=next(iter(topics)) if len(topics) == 1 else "all")


def _name_of(item: Item) -> str | None:
    """The tag or segment that an item is, or whose value it is."""
    for kind in (TagTerm, SegmentTerm):
        found = item.get(kind)
        if found is not None:
            return found.name
    value = item.get(TagValueTerm)
    return value.tag if value is not None else None


def _is_plain(draft: Draft) -> bool:
    """Whether nothing but tags and segments is named: what is measured is of everyone."""
    counts = {entity.count for entity in draft.workspace.entities}
    of_tags = all(isinstance(ref, Tag) for ref in (*draft.by, *(ref for each in draft.conditions for ref in refs_of(each))))
    leaves = [leaf for each in draft.conditions for leaf in leaves_of(each)]
    of_states = all(isinstance(leaf, InSegment) or any(isinstance(ref, Tag) for ref in refs_of(leaf)) for leaf in leaves)
    return set(draft.metrics) <= counts and of_tags and of_states and draft.own_figures is None
