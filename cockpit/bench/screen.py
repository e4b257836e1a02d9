"""The screen in a pseudo terminal beside the built-in exchange: bytes, CPU, keys, first paint.

A reader that answers like a terminal takes the output; latencies are from the key to the first
byte of its echo, which is the new symbol in the status line.
"""

import contextlib
import fcntl
import gzip
import itertools
import json
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cockpit.bench.traffic import record
from cockpit.storage.atomic import write_atomically

COLUMNS, ROWS = 200, 60
KEY_GAP_S = 0.21
ECHO_WITHIN_S = 2.0
RECORD_S = 4
RATES = (4000, 10000)
"""Messages a second of all venues together, under which the screen is measured once more."""
_QUERY, _ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_FRAME = b"\x1b[?2026h"
_PAINTED_BYTES = 2000
_CLOCK_HZ = os.sysconf("SC_CLK_TCK")
_TEXT = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")


class Course(NamedTuple):
    """How long a run takes: until it has settled, without a key, and then how many keys."""

    settle_s: float = 5.0
    quiet_s: float = 5.0
    keys: int = 24


LOADED = Course(settle_s=3.0, quiet_s=4.0, keys=16)
_SAMPLE_STEPS = 30
_LOADED_S = 14.0
"""From the first connection to the last key, with room."""


def measure(runs: int) -> dict[str, Any]:
    """Section `screen` of the document: medians of `runs`, with min and max under `spread`.

    `loaded` has the same figures by messages a second.
    """
    with tempfile.TemporaryDirectory() as name, _exchange(Path(name)) as endpoints:
        folder = Path(name)
        rows = [_run(endpoints, folder / str(number), Course()) for number in range(runs)]
        messages_per_s = _messages_per_s(endpoints, folder)
        loaded = _under_load(endpoints, folder, min(runs, 3))
    spread = {name: _spread([row[name] for row in rows]) for name in rows[0]}
    return {
        **{name: value["median"] for name, value in spread.items()},
        "size": f"{COLUMNS}x{ROWS}",
        "messages_per_s": round(messages_per_s, 1),
        "loaded": loaded,
        "spread": spread,
    }


def _under_load(endpoints: Path, folder: Path, runs: int) -> dict[str, dict[str, float]]:
    """The figures of a screen whose venues send so many messages a second, by that rate."""
    venues = json.loads(endpoints.read_bytes())["venues"]
    with _player(round(max(RATES) * _LOADED_S)) as (port, frames):
        found = {}
        for rate in RATES:
            for venue, urls in venues.items():
                share = rate * frames[venue] / sum(frames.values())
                urls["ws_urls"]["main"] = f"ws://127.0.0.1:{port}/{venue}/{share:.1f}"
            path = folder / f"{rate}.json"
            write_atomically(path, json.dumps({"venues": venues}).encode())
            rows = [_run(path, folder / f"{rate}-{number}", LOADED) for number in range(runs)]
            found[str(rate)] = {
                name: _spread([row[name] for row in rows])["median"] for name in rows[0]
            }
        return found


@contextlib.contextmanager
def _player(messages: int) -> Iterator[tuple[int, dict[str, int]]]:
    """A server of at least so many recorded messages: (its port, how many of each venue)."""
    per_step = sum(len(inputs) for inputs in record(_SAMPLE_STEPS).values()) / _SAMPLE_STEPS
    command = [sys.executable, "-m", "cockpit.bench.server", str(round(messages / per_step))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the bench server has no pipes")
    try:
        ready = json.loads(process.stdout.readline())
        yield ready["port"], ready["frames"]
    finally:
        process.stdin.close()
        process.wait(30)


@contextlib.contextmanager
def _exchange(folder: Path) -> Iterator[Path]:
    """`cockpit sim` with the demo's seed; its ready line in a file."""
    command = [sys.executable, "-m", "cockpit", "sim", "--seed", "7"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the exchange has no pipes")
    try:
        path = folder / "endpoints.json"
        write_atomically(path, process.stdout.readline())
        yield path
    finally:
        process.stdin.close()
        process.wait(10)


def _messages_per_s(endpoints: Path, folder: Path) -> float:
    """Frames a second that the exchange sends us, counted on a short recording."""
    command = [sys.executable, "-m", "cockpit", "record", "--endpoints", str(endpoints)]
    command += ["--for", f"{RECORD_S}s", "--out", str(folder / "tapes")]
    subprocess.run(command, check=True, capture_output=True, env=_environment(folder))
    frames = 0
    for tape in (folder / "tapes").rglob("*.jsonl.gz"):
        with gzip.open(tape) as lines:
            frames += sum(b'"t":"frame"' in line for line in lines)
    return frames / RECORD_S


def _environment(folder: Path) -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "SSH_CONNECTION")}
    return plain | {
        "COCKPIT_HOME": str(folder),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }


class _Reader:
    """The terminal's end of the pty."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.sent_bytes = 0
        self.frames_s: list[float] = []

    def read(self, within_s: float) -> bytes:
        """What arrives in this time, if anything; queries are answered at once."""
        if not select.select([self._fd], [], [], max(0.0, within_s))[0]:
            return b""
        data = os.read(self._fd, 65536)
        self.sent_bytes += len(data)
        if _FRAME in data:
            self.frames_s.append(time.monotonic())
        if _QUERY in data:
            os.write(self._fd, _ANSWER * data.count(_QUERY))
        return data

    def run(self, seconds: float) -> None:
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            self.read(left_s)

    def until(self, pattern: bytes, within_s: float) -> bool:
        """Read until the visible text of one read contains the pattern."""
        end_s = time.monotonic() + within_s
        while (left_s := end_s - time.monotonic()) > 0:
            if pattern in _TEXT.sub(b"", self.read(left_s)):
                return True
        return False

    def key_ms(self, key: bytes, echo: bytes) -> float:
        """Milliseconds from a key to its echo."""
        pressed_s = time.monotonic()
        os.write(self._fd, key)
        if not self.until(echo, ECHO_WITHIN_S):
            return ECHO_WITHIN_S * 1000
        return (time.monotonic() - pressed_s) * 1000


def _run(endpoints: Path, home: Path, course: Course) -> dict[str, float]:
    """One screen from its start to `q`, in a home of its own: nothing is remembered."""
    command = [sys.executable, "-m", "cockpit", "--endpoints", str(endpoints)]
    began_s = time.monotonic()
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execve(sys.executable, command, _environment(home))
    reader = _Reader(fd)
    try:
        while not reader.read(1.0):
            pass
        splash_s = time.monotonic() - began_s
        while reader.sent_bytes < _PAINTED_BYTES:
            reader.read(1.0)
        first_paint_s = time.monotonic() - began_s
        reader.run(course.settle_s)
        reader.key_ms(b"g", b"BTC")
        cpu_s, sent, start_s = _cpu_s(pid), reader.sent_bytes, time.monotonic()
        reader.frames_s.clear()
        reader.run(course.quiet_s)
        passed_s = time.monotonic() - start_s
        cpu_frac = (_cpu_s(pid) - cpu_s) / passed_s
        bytes_per_s = (reader.sent_bytes - sent) / passed_s
        gaps = [after - before for before, after in itertools.pairwise(reader.frames_s)]
        keys = []
        for number in range(course.keys):
            reader.run(KEY_GAP_S)
            key, echo = (b"k", b"BTC") if number % 2 else (b"j", b"ETH")
            keys.append(reader.key_ms(key, echo))
        return {
            "cpu_frac": cpu_frac,
            "bytes_per_s": bytes_per_s,
            "key_p50_ms": statistics.median(keys),
            "key_p99_ms": _p99(keys),
            "frame_gap_p99_ms": _p99(gaps) * 1000,
            "splash_s": splash_s,
            "first_paint_s": first_paint_s,
            "rss_mb": _rss_mb(pid),
        }
    finally:
        os.write(fd, b"q")
        with contextlib.suppress(OSError):
            while reader.read(5.0):
                pass
        os.waitpid(pid, 0)
        os.close(fd)


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[98]


def _cpu_s(pid: int) -> float:
    """User and system time of the process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK_HZ


def _rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
    }
