"""The chat as a child process with a state folder of its own, and what it takes of the machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

PATIENCE = 120
"""Seconds that a start may take."""
OWN = ("MODEL", "MODE", "STATE_URL", "LOG_QUESTIONS")
"""Settings that a run does not take over: no model is asked, and nothing is kept but in its own folder."""


class Server(NamedTuple):
    """A chat that answers."""

    port: int
    process: subprocess.Popen[bytes]
    said: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def environment(home: Path) -> dict[str, str]:
    """This environment with a state folder of its own, and without a language model."""
    own = {"CHAINLIT_", *(f"HUAXIANG_{name}" for name in OWN)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(tuple(own))}
    return {**kept, "HUAXIANG_HOME": str(home), "PYTHONIOENCODING": "utf-8"}


def huaxiang(arguments: Sequence[str], home: Path) -> None:
    """Runs one command of this program; it must end well."""
    done = subprocess.run(_command(arguments), env=environment(home), capture_output=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        sys.exit(done.stderr.decode("utf-8", "replace") or f"huaxiang {arguments[0]} ended with {done.returncode}")


@contextmanager
def serving(home: Path, workspace: str) -> Generator[Server]:
    """The chat on a free port; ended with the block."""
    port, said = free_port(), home / "chat.txt"
    with said.open("wb") as output:
        command = _command(["chat", "--port", str(port), "--workspace", workspace])
        process = subprocess.Popen(command, env=environment(home), stdout=output, stderr=subprocess.STDOUT)  # noqa: S603 - our own
        server = Server(port, process, said)
        try:
            wait_for(server)
            yield server
        finally:
            end(process)


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "assistant.cli.main", *arguments]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(server: Server, patience: float = PATIENCE) -> None:
    """Waits until the chat answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if server.process.poll() is not None:
            sys.exit(f"the chat ended at once:\n{server.said.read_text('utf-8', 'replace')}")
        try:
            with opener.open(f"{server.address}/health", timeout=10):
                return
        except urllib.error.HTTPError as error:
            sys.exit(f"the chat answers with {error.code}")
        except OSError:
            time.sleep(0.02)
    sys.exit(f"the chat did not start within {patience:g} seconds")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process, by force where it does not by itself."""
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# ---- what it takes ------------------------------------------------------------------------------------------------------


def megabytes(process: int) -> float:
    """The memory that a process holds now."""
    status = Path(f"/proc/{process}/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return float(lines["VmRSS"].split()[0]) / 1024
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, check=True)  # noqa: S603, S607
    return float(shown.stdout) / 1024


def processor_seconds(process: int) -> float | None:
    """The processor time that a process has taken; None where the system does not say."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_seconds() -> float | None:
    """The processor time that all programs of the machine have taken; None where the system does not say."""
    try:
        user, nice, system, _, _, *rest = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8])
    except OSError:
        return None
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")
