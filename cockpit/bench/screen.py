"""The screen in a pseudo terminal beside the built-in exchange: bytes, CPU, keys, first paint.

A reader that answers like a terminal takes the output; latencies are from the key to the first
byte of its echo, which is the new symbol in the status line.
"""

import contextlib
import fcntl
import gzip
import itertools
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
from typing import Any

COLUMNS, ROWS = 200, 60
SETTLE_S, QUIET_S = 5.0, 5.0
KEYS = 24
KEY_GAP_S = 0.21
ECHO_WITHIN_S = 2.0
RECORD_S = 4
_QUERY, _ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_FRAME = b"\x1b[?2026h"
_PAINTED_BYTES = 2000
_CLOCK_HZ = os.sysconf("SC_CLK_TCK")
_TEXT = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")


def measure(runs: int) -> dict[str, Any]:
    """Section `screen` of the document: medians of `runs`, with min and max under `spread`."""
    with tempfile.TemporaryDirectory() as folder, _exchange(Path(folder)) as endpoints:
        rows = [_run(endpoints, Path(folder) / str(number)) for number in range(runs)]
        messages_per_s = _messages_per_s(endpoints, Path(folder))
    spread = {name: _spread([row[name] for row in rows]) for name in rows[0]}
    return {
        **{name: value["median"] for name, value in spread.items()},
        "size": f"{COLUMNS}x{ROWS}",
        "messages_per_s": round(messages_per_s, 1),
        "spread": spread,
    }


@contextlib.contextmanager
def _exchange(folder: Path) -> Iterator[Path]:
    """`cockpit sim` with the demo's seed; its ready line in a file."""
    command = [sys.executable, "-m", "cockpit", "sim", "--seed", "7"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the exchange has no pipes")
    try:
        path = folder / "endpoints.json"
        path.write_bytes(process.stdout.readline())
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


def _run(endpoints: Path, home: Path) -> dict[str, float]:
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
        reader.run(SETTLE_S)
        reader.key_ms(b"g", b"BTC")
        cpu_s, sent, start_s = _cpu_s(pid), reader.sent_bytes, time.monotonic()
        reader.frames_s.clear()
        reader.run(QUIET_S)
        passed_s = time.monotonic() - start_s
        cpu_frac = (_cpu_s(pid) - cpu_s) / passed_s
        bytes_per_s = (reader.sent_bytes - sent) / passed_s
        gaps = [after - before for before, after in itertools.pairwise(reader.frames_s)]
        keys = []
        for number in range(KEYS):
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
