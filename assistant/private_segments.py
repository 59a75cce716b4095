"""The segments that a viewer has defined and nobody has reviewed yet: words and rules of that viewer alone."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from assistant.settings import Settings
from assistant.wording.readings import Words
from assistant.wording.rules import RuleWords
from semantic_layer.conditions import EntityMetric, unit_refs
from semantic_layer.errors import HuaxiangError
from semantic_layer.implied import figure
from semantic_layer.model.tags import Segment
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import digest
from semantic_layer.tag_parts import item, mentioned
from semantic_layer.words import LANGUAGES, Text

if TYPE_CHECKING:
    from assistant.state.drafts import SegmentDrafts

log = logging.getLogger(__name__)
MOST_HELD = 20
"""Viewers whose definitions are held at once."""


class PrivateSegments:
    """Reads and keeps drafts. Thread-safe.

    Args:
        workspace: The name under which the state store knows the workspace.
    """

    def __init__(self, settings: Settings, workspace: str) -> None:
        self._settings, self._workspace = settings, workspace
        self._drafts: SegmentDrafts | None = None
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Workspace] = OrderedDict()

    def seen_by(self, user: str, workspace: Workspace) -> Workspace:
        """The workspace with the viewer's own segments: those whose parts are all there."""
        own = self._segments(user)
        kept: list[Segment] = []
        for segment in own:
            if item(workspace, segment.name) is None and _is_whole(segment, workspace, kept):
                kept.append(segment.model_copy(update={"public": False}))
        if not kept:
            return workspace
        key = digest(workspace.content_hash, *(each.model_dump_json() for each in kept))
        with self._lock:
            if key not in self._held:
                self._held[key] = workspace.with_segments(tuple(kept), key)
            self._held.move_to_end(key)
            while len(self._held) > MOST_HELD:
                self._held.popitem(last=False)
            return self._held[key]

    def of(self, user: str, workspace: Workspace) -> Keeping:
        """Where a viewer's own are kept.

        Args:
            workspace: With the viewer's own segments.
        """
        return Keeping(self, user, workspace)

    def keep(self, user: str, segment: Segment, asked: str, workspace: Workspace) -> None:
        """Keeps a draft, with its rule in words as its description.

        Raises:
            DataError: the state store cannot be opened.
        """
        told = {language: RuleWords(Words(workspace, language)).rule(segment.rule) for language in LANGUAGES}
        self._store().keep(user, segment.model_copy(update={"description": Text(**told)}), asked)

    def _segments(self, user: str) -> list[Segment]:
        """Whoever cannot be read is left out; a store that cannot be opened has none, and questions are answered all the same."""
        if not self._settings.state_url and not (self._settings.home / "state.db").is_file():
            return []
        try:
            drafts = self._store().of_author(user)
        except HuaxiangError as error:
            log.warning("drafts of segments cannot be read: %s", error.problem.code)
            return []
        found: list[Segment] = []
        for draft in drafts:
            try:
                found.append(draft.segment)
            except (ValueError, LookupError, TypeError):
                log.warning("a draft of a segment cannot be read: %s", draft.id)
        return found

    def _store(self) -> SegmentDrafts:
        with self._lock:
            if self._drafts is None:
                from assistant.state.drafts import SegmentDrafts
                from assistant.state.store import Store

                self._drafts = SegmentDrafts(Store.open(self._settings), self._workspace)
            return self._drafts


class Keeping:
    """Keeps the drafts of one viewer."""

    def __init__(self, segments: PrivateSegments, user: str, workspace: Workspace) -> None:
        self._segments, self._user, self._workspace = segments, user, workspace

    def keep(self, segment: Segment, asked: str) -> None:
        self._segments.keep(self._user, segment, asked, self._workspace)


def _is_whole(segment: Segment, workspace: Workspace, others: list[Segment]) -> bool:
    """Whether all that a rule names is still there."""
    names = {each.name for each in others}
    if workspace.entity(segment.entity) is None:
        return False
    if any(item(workspace, each.name) is None and each.name not in names for each in mentioned(segment.rule)):
        return False
    for unit in unit_refs(segment.rule):
        there = figure(workspace, unit.metric) if isinstance(unit, EntityMetric) else workspace.dataset(unit.dataset)
        if there is None:
            return False
    return True
