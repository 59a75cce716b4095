"""One paragraph at the end of a run: it comes with the report of the test that counted, from whichever process."""

from __future__ import annotations

import pytest

PROPERTY = "generated cases"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = {
        text
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, text in report.user_properties
        if name == PROPERTY
    }
    for text in sorted(map(str, told)):
        terminalreporter.section(PROPERTY)
        terminalreporter.write_line(text)
