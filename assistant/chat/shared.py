"""What the server hands to the Chainlit handlers, which Chainlit loads by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass

from assistant.agent import Agent
from assistant.chat.talks import Talks
from assistant.edits.viewing import Viewing
from assistant.first_questions import first_questions
from assistant.runtime import Runtime, data_folder
from assistant.state.conversations import Conversations
from assistant.state.feedback import FeedbackList
from assistant.state.store import Store
from semantic_layer.model.workspace import Question
from semantic_layer.policy import Viewer
from semantic_layer.requests import digest


@dataclass(frozen=True)
class Served:
    """What this process serves: one workspace to one viewer."""

    runtime: Runtime
    agent: Agent
    viewer: Viewer
    conversations: Conversations
    feedback: FeedbackList
    talks: Talks

    @staticmethod
    def of(runtime: Runtime, agent: Agent, viewer: Viewer, store: Store) -> Served:
        folder = data_folder(runtime.settings, runtime.folder, runtime.workspace).name
        conversations = Conversations(store, owner(folder, viewer))
        talks = Talks(runtime, agent, viewer, conversations)
        return Served(runtime, agent, viewer, conversations, FeedbackList(store, folder), talks)

    def viewing(self, language: str) -> Viewing:
        """For whom menus are made, in a language."""
        scope = self.runtime.scope(self.viewer)
        return Viewing.of(scope, self.runtime.reader(scope), language)

    def first_questions(self) -> tuple[Question, ...]:
        """The workspace's first questions that this viewer gets answers to."""
        scope = self.runtime.scope(self.viewer)
        return first_questions(self.runtime.reader(scope), self.runtime.context(scope))

    def grant(self) -> str:
        """The hash of what the viewer may see now; what was computed under another one is not shown."""
        return self.runtime.scope(self.viewer).grant.hash


def owner(workspace: str, viewer: Viewer) -> str:
    """Whose conversations these are: the same person in another role has others, since the answers may hold other rows."""
    attributes = json.dumps(viewer.attributes, sort_keys=True, ensure_ascii=False, default=str)
    return digest(workspace, viewer.user, viewer.role or "", attributes)


_served: list[Served] = []


def serve_with(served: Served) -> None:
    """Sets what is served; once for a process."""
    _served[:] = [served]


def served() -> Served:
    if not _served:
        raise RuntimeError("the chat is started by `huaxiang chat`")
    return _served[0]
