"""The state file between processes: what one writes is there for the next, however often it was opened before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from assistant.settings import Settings
from assistant.state.feedback import FeedbackList
from assistant.state.store import Store

ELSEWHERE = """
import sys
from pathlib import Path
from assistant.settings import Settings
from assistant.state.feedback import FeedbackList
from assistant.state.store import Store
print(len(FeedbackList(Store.open(Settings(home=Path(sys.argv[1]), model="")), "shop").listed()))
"""


def counted_elsewhere(home: Path) -> int:
    """How many another process finds, which opens the file and ends."""
    done = subprocess.run([sys.executable, "-c", ELSEWHERE, str(home)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_file_that_is_opened_once_more_keeps_what_is_written_after_another_process_has_ended(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, model="")
    first = FeedbackList(Store.open(settings), "shop")
    said = {"conversation": "c", "given_by": "user", "kind": "up", "reasons": (), "comment": "", "question": "q", "reading": "r"}
    first.give(number=0, request=None, should_be=None, **said)
    Store.open(settings)
    assert counted_elsewhere(tmp_path) == 1
    first.give(number=1, request=None, should_be=None, **said)
    assert counted_elsewhere(tmp_path) == 2
