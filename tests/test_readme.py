"""The README says what is true: its commands exist, and its questions get the answers that it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Asker
from typer.main import get_command

from assistant.cli.main import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_its_make_targets_exist() -> None:
    named = set(re.findall(r"`?make ([a-z]+)", README))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert {"chat", "test"} <= named
    assert named <= targets


def test_its_commands_exist() -> None:
    named = set(re.findall(r"bin/huaxiang ([a-z]+)", README))
    commands = set(getattr(get_command(app), "commands", {}))
    assert named
    assert named <= commands


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize(("question", "printed"), re.findall(r'huaxiang ask "([^"…]+)"\n(.+)', README))
def test_its_questions_get_the_answers_that_it_prints(demo: Asker, question: str, printed: str) -> None:
    assert demo.ask(question).answer.startswith(printed)
