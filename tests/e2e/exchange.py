"""The built-in exchange as a child process, and its truth."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COCKPIT = (sys.executable, "-m", "cockpit")
FOUR = "hyperliquid,dydx,lighter,bybit"
"""Enough venues for what is not about venues."""


@dataclass
class Exchange:
    """A running `cockpit sim`."""

    ready: dict[str, Any]
    endpoints: Path

    def truth(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.ready["truth_url"], timeout=10) as reply:
            document: dict[str, Any] = json.load(reply)
        return document

    def tell(self, **command: Any) -> None:
        """POST to the truth: pause=True, faults={…}, step_s=30."""
        request = urllib.request.Request(
            self.ready["truth_url"], json.dumps(command).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=30) as reply:
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
        process.wait(timeout=15)


def run(
    *words: str, home: Path, timeout: float = 60, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """One command line with its own home, so that no config of this machine is read."""
    own = {**os.environ, "COCKPIT_HOME": str(home), **(env or {})}
    return subprocess.run(
        [*COCKPIT, *words], capture_output=True, text=True, timeout=timeout, env=own
    )
