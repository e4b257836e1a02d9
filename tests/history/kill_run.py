"""Four processes that write one history, and a hand that kills them at random instants.

    python -m tests.history.kill_run 50

Each process contends, writes a tick of its own markets every few milliseconds, says on its stdout
that it was committed, and starts the maintenance as hours pass on a fast clock. Whatever was said
to be committed must be found whole and exactly once, and nothing may be found that nobody wrote.
"""

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from tests.history.kit import DAY, FastClock, Folder, maintain, rows

SPEED = 20_000
"""An hour passes in 0.18 s, a day in 4.3."""
SYMBOLS = ("BTC", "ETH", "SOL", "PEPE", "DOGE")
"""The rows of one commit."""
BETWEEN_KILLS = 5
"""At least so many commits."""
NAMES = ("recorder", "cockpit-a", "cockpit-b", "cockpit-c")


class Contender:
    """One process: what it said was committed, and the maintenance that it started."""

    def __init__(self, name: str, folder: Path, zero_ns: int) -> None:
        self.name = name
        self.acknowledged: set[tuple[int, float]] = set()
        self.helper: int | None = None
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.history.kill_child", name, str(folder), str(zero_ns)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            if not line.endswith("\n"):
                return
            said = json.loads(line)
            if "helper" in said:
                self.helper = said["helper"]
            else:
                self.acknowledged.add((said["at_ns"], said["mark"]))

    def kill(self) -> None:
        self.process.kill()
        self.finish()

    def finish(self) -> None:
        self.process.wait()
        self._reader.join()
        if self.process.stdout:
            self.process.stdout.close()


def run(kills: int, folder: Path, seed: int) -> dict[str, int]:
    """Kill so many times; AssertionError if a row is lost, doubled or made up."""
    chance = random.Random(seed)
    zero_ns = time.monotonic_ns()
    said: dict[str, set[tuple[int, float]]] = {name: set() for name in NAMES}
    standing = [Contender(name, folder, zero_ns) for name in NAMES]
    helpers_killed = 0
    try:
        for _ in range(kills):
            wait_for(BETWEEN_KILLS, standing)
            time.sleep(chance.uniform(0.0, 0.5))
            writing = max(standing, key=lambda contender: len(contender.acknowledged))
            victim = writing if chance.random() < 0.7 else chance.choice(standing)
            if victim.helper is not None and chance.random() < 0.5:
                helpers_killed += kill_helper(victim.helper)
            victim.kill()
            said[victim.name] |= victim.acknowledged
            standing.remove(victim)
            standing.append(Contender(victim.name, folder, zero_ns))
        time.sleep(1.0)
    finally:
        for contender in standing:
            contender.process.terminate()
        for contender in standing:
            contender.finish()
            said[contender.name] |= contender.acknowledged
    now_ns = FastClock(DAY, zero_ns, SPEED).now_ns()
    where = Folder(folder)
    before = rows(where, "venue, symbol, at_ns, mark")
    maintain(where, now_ns)
    after = rows(where, "venue, symbol, at_ns, mark")
    assert before == after, "a round of maintenance changed what a query says"
    assert len({row[:3] for row in after}) == len(after), "a moment is there twice"
    ticks = Counter((venue, at_ns, mark) for venue, _, at_ns, mark in after)
    assert set(ticks.values()) == {len(SYMBOLS)}, "a tick is not whole"
    acknowledged = {(name, *row) for name, found in said.items() for row in found}
    assert acknowledged <= ticks.keys(), f"lost: {sorted(acknowledged - ticks.keys())[:5]}"
    # A tick may be committed and its writer killed before it could say so.
    assert len(ticks) - len(acknowledged) <= kills + len(NAMES), "ticks that nobody spoke of"
    return {
        "kills": kills,
        "helpers_killed": helpers_killed,
        "acknowledged": len(acknowledged),
        "ticks_found": len(ticks),
        "rows_found": len(after),
        "cold_files": len(list(where.cold.glob("*.parquet"))),
        "left_over": len(list(where.cold.glob(".*.part"))),
    }


def wait_for(commits: int, standing: list[Contender]) -> None:
    """Until so many more commits were said; a minute at most."""
    before = sum(len(contender.acknowledged) for contender in standing)
    for _ in range(6000):
        if sum(len(contender.acknowledged) for contender in standing) >= before + commits:
            return
        time.sleep(0.01)
    raise AssertionError("nobody wrote for a minute")


def kill_helper(pid: int) -> bool:
    """Kill the maintenance that a contender started; False if it had ended."""
    command = Path(f"/proc/{pid}/cmdline")
    try:
        if b"cockpit.history.worker" not in command.read_bytes():
            return False
        subprocess.run(["kill", "-9", str(pid)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        result = run(int(sys.argv[1]), Path(home) / "history", seed=int(time.time()))
    sys.stdout.write(json.dumps(result) + "\n")
