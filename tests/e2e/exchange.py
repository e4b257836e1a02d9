"""The built-in exchange as a child process, and its truth; commands that run against it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from tests.support import PATIENCE_S

COCKPIT = (sys.executable, "-m", "cockpit")
FOUR = "hyperliquid,dydx,lighter,bybit"
"""Enough venues for what is not about venues."""
AT_MOST = ("--for", f"{PATIENCE_S:g}s")
"""For the commands that wait until everything is there, and no longer."""


@dataclass
class Exchange:
    """A running `cockpit sim`."""

    ready: dict[str, Any]
    endpoints: Path

    def truth(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.ready["truth_url"], timeout=PATIENCE_S) as reply:
            document: dict[str, Any] = json.load(reply)
        return document

    def tell(self, **command: Any) -> None:
        """POST to the truth: pause=True, faults={…}, step_s=30."""
        request = urllib.request.Request(
            self.ready["truth_url"], json.dumps(command).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
            assert reply.status == 200


@contextmanager
def exchange(tmp_path: Path, *options: str) -> Iterator[Exchange]:
    """Start it, wait for its ready line, end it with its stdin."""
    process = subprocess.Popen(
        [*COCKPIT, "sim", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        endpoints = tmp_path / "endpoints.json"
        endpoints.write_bytes(line)
        yield Exchange(json.loads(line), endpoints)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=PATIENCE_S)


def run(
    *words: str, home: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """One command line with its own home, so that no config of this machine is read."""
    return subprocess.run(
        [*COCKPIT, *words],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
        env=_environment(home, env),
    )


@dataclass
class Running:
    """A command line that goes on until it is told to end, and its lines so far."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def wait(self, until: Callable[[], object]) -> None:
        """Until the condition holds; fails with what was said."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not until():
            in_time = time.monotonic() < deadline_s and self.process.poll() is None
            assert in_time, f"{self.lines[-5:]} and {self.errors}"
            time.sleep(0.02)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end and hear it out; its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        for reader in self._readers:
            reader.join(PATIENCE_S)
        return code

    def __post_init__(self) -> None:
        pipes = ((self.process.stdout, self.lines), (self.process.stderr, self.errors))
        self._readers = [Thread(target=_read, args=pipe, daemon=True) for pipe in pipes]
        for reader in self._readers:
            reader.start()


@contextmanager
def running(
    *words: str, home: Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Like `run`, for a command that has no end of its own."""
    process = subprocess.Popen(
        [*COCKPIT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd,
        env=_environment(home, env),
    )  # fmt: skip
    try:
        yield Running(process)
    finally:
        process.kill()
        process.wait(PATIENCE_S)


def _read(pipe: Any, lines: list[str]) -> None:
    with pipe:
        while line := pipe.readline():
            lines.append(line.removesuffix("\n"))


def _environment(home: Path, env: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, "COCKPIT_HOME": str(home), **(env or {})}
