"""Three cockpits with screens and a recorder remember one market; whoever writes is killed.

    python -m tests.e2e.heirs_run

After each SIGKILL another must write within five seconds, and the rows of the market show at most
ten seconds without one beyond their usual ten, or a row of `gaps` that says so. In the end every
process that is left answers from the same folder, so all have the same figures.
"""

import itertools
import json
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from cockpit.history.layout import Folder
from cockpit.history.query import Bounds, query
from cockpit.history.writer_lock import Writer, current_writer
from tests.e2e.exchange import exchange, running
from tests.e2e.ptys import COCKPIT, Terminal, terminal

COCKPITS = 3
WITHIN_S = 5.0
SLOT_S = 10.0
SETTLE_S = 25.0
"""Two slots and a little."""


BTC = "SELECT at_ns FROM samples WHERE symbol = 'BTC' ORDER BY 1"
GAPS = "SELECT (to_ns - from_ns) / 1e9 AS seconds, why FROM gaps ORDER BY from_ns"


def run(kills: int = 3) -> dict[str, object]:
    """AssertionError if an heir is late, or a hole is neither short nor shown."""
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        path = Path(home)
        folder = Folder(path / "kept")
        sim = stack.enter_context(exchange(path, "--venues", "bybit", "--symbols", "BTC"))
        ends = ("--endpoints", str(sim.endpoints), "--history", str(folder.path))
        ends = (*ends, "--symbols", "BTC")
        screens = [
            stack.enter_context(
                terminal(*COCKPIT, *ends, env={"COCKPIT_HOME": str(path / f"cockpit{n}")})
            )
            for n in range(COCKPITS)
        ]
        recorder = stack.enter_context(
            running("record", "--history-only", *ends, home=path / "recorder")
        )
        recorder.wait(lambda: role_of(folder) == "recorder")
        drawing(screens, SETTLE_S)
        took = []
        for _ in range(kills):
            writer = current_writer(folder)
            assert writer is not None
            took.append(heir_after_kill_s(folder, writer, screens))
            drawing(screens, SETTLE_S)
        stamps = [row[0] for row in query(folder, BTC, Bounds()).rows]
        gaps = query(folder, GAPS, Bounds()).rows
        holes = [(b - a) / 1e9 for a, b in itertools.pairwise(stamps)]
        assert max(took) <= WITHIN_S, took
        assert max(holes) <= 2 * SLOT_S or gaps, (max(holes), gaps)
        return {
            "kills": kills,
            "heir_after_s": [round(seconds, 2) for seconds in took],
            "rows": len(stamps),
            "longest_without_a_row_s": max(holes),
            "gaps": gaps,
            "writer": role_of(folder),
        }


def role_of(folder: Folder) -> str | None:
    writer = current_writer(folder)
    return writer.role if writer else None


def drawing(screens: list[Terminal], seconds: float) -> None:
    """Let time pass; a screen that nobody reads would stop."""
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        for screen in screens:
            screen.watch(lambda: False, 0.05)


def heir_after_kill_s(folder: Folder, writer: Writer, screens: list[Terminal]) -> float:
    """Until another process holds the lock; those that are killed draw no more."""
    os.kill(writer.pid, signal.SIGKILL)
    began_s = time.monotonic()
    screens[:] = [screen for screen in screens if screen.pid != writer.pid]
    while time.monotonic() - began_s < 2 * WITHIN_S:
        heir = current_writer(folder)
        if heir is not None and heir.pid != writer.pid:
            return time.monotonic() - began_s
        drawing(screens, 0.05)
    return time.monotonic() - began_s


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run()) + "\n")
