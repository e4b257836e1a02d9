"""How long going anywhere on a tape takes, of a recording that is made first.

    python -m tests.desk.seek_run 60 hyperliquid dydx lighter bybit

Minutes of a squeeze at these venues, four symbols each. Says what reading ahead took and keeps, and
of seeks, steps and alerts the median and the longest, in seconds of a processor and of the wall.
"""

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cockpit.core.units import NS_PER_S
from cockpit.desk.contract import Intent, Pause, Seek, SeekNext, Step
from cockpit.desk.replay import ReplayEngine
from cockpit.venues.contract import Wants
from cockpit.wire.tape import TapeHeader, TapeWriter
from tests.pair import START_NS, Pair

SYMBOLS = ("BTC", "ETH", "SOL", "HYPE")
TIMES = 20


def record(folder: Path, venue: str, minutes: int) -> Path:
    header = TapeHeader(
        venue=venue, origin="sim", version="0", at_ns=START_NS, wants=Wants(symbols=SYMBOLS)
    )
    writer = TapeWriter(folder / f"{venue}.jsonl.gz", header)
    pair = Pair(venue, SYMBOLS, "squeeze", seed=3)
    for _ in range(minutes):
        pair.run(60)
        for item in pair.inputs:
            writer.write(item)
        pair.inputs.clear()
        pair.events.clear()
    writer.close()
    return writer.path


async def took_s(desk: ReplayEngine, intent: Intent) -> tuple[float, float]:
    """(processor, wall)."""
    cpu_s, wall_s = time.process_time(), time.monotonic()
    desk.post(intent)
    await asyncio.sleep(0)
    while desk.stats().playback.state == "seeking":
        await asyncio.sleep(0)
    return time.process_time() - cpu_s, time.monotonic() - wall_s


async def run(tapes: list[Path], minutes: int) -> dict[str, object]:
    desk, chance = ReplayEngine(tapes, speed=1.0, start=None), random.Random(1)
    desk.post(Pause(True))
    began_s = time.monotonic()
    await desk.start()
    ahead = desk._ahead
    while not ahead.is_whole:
        await asyncio.sleep(0.02)
    progress = ahead._run.replay.progress
    found: dict[str, object] = {
        "inputs": progress.inputs,
        "read_ahead_wall_s": round(time.monotonic() - began_s, 1),
        "read_ahead_cpu_s": round(progress.busy_s, 1),
        "states": len(desk._checkpoints),
        "states_mb": round(desk._checkpoints.bytes_kept / 2**20, 1),
    }
    kinds: dict[str, Callable[[], Intent]] = {
        "seek": lambda: Seek(START_NS + round(chance.uniform(0, minutes * 60) * NS_PER_S)),
        "step_back": lambda: Step(-1),
        "alert_before": lambda: SeekNext("alert", is_back=True),
        "next_alert": lambda: SeekNext("alert"),
    }
    for name, intent in kinds.items():
        spent = [await took_s(desk, intent()) for _ in range(TIMES)]
        for of, part in zip(("cpu", "wall"), zip(*spent, strict=True), strict=True):
            found[f"{name}_{of}_s"] = [round(statistics.median(part), 3), round(max(part), 3)]
    await desk.stop()
    return found


if __name__ == "__main__":
    minutes, venues = int(sys.argv[1]), sys.argv[2:]
    with tempfile.TemporaryDirectory() as home:
        tapes = [record(Path(home), venue, minutes) for venue in venues]
        sys.stdout.write(json.dumps(asyncio.run(run(tapes, minutes))) + "\n")
