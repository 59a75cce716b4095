"""What is being done about a question, in words: one line that follows the events of a turn."""

from __future__ import annotations

from chainlit.step import StepDict

from assistant.chat import steps
from assistant.events import Compiled, Event, Planned, Progress, Started
from assistant.wording.texts import fill


class WorkLine:
    """The line of one turn."""

    def __init__(self) -> None:
        self.language = "en"
        self.at = steps.moment()
        self._reading = ""

    def after(self, event: Event) -> StepDict | None:
        """The line as it stands after an event; None where it says the same as before."""
        match event:
            case Started(language=language):
                self.language = language
                return self._says(event, "understanding")
            case Planned(reading=reading):
                self._reading = reading
                return self._says(event, "understood", reading=reading) if reading else None
            case Compiled():
                return self._says(event, "computing")
            case Progress(seconds=seconds):
                return self._says(event, "computing_for", seconds=f"{seconds:.0f}")
            case _:
                return None

    def _says(self, event: Event, code: str, **parts: str) -> StepDict:
        says = fill(self.language, "page", code, **parts)
        if self._reading and code != "understood":
            says = f"{fill(self.language, 'page', 'understood', reading=self._reading)} · {says}"
        return steps.work(event.conversation, event.turn, says, self.at, running=True)
