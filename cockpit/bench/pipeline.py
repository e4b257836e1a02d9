"""The data path: from a frame to queryable state, in memory and over real loopback sockets."""

import asyncio
import gc
import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from cockpit import venues
from cockpit.bench.traffic import record
from cockpit.bench.yardstick import yardstick_us
from cockpit.sim.world.assets import DEFAULT_SYMBOLS
from cockpit.state.market import MarketState
from cockpit.state.store import MarketStore
from cockpit.venues.contract import Frame, Input, Tick, Wants
from cockpit.wire.pump import Pump, facts

STEPS = 300
SOCKET_STEPS = 1250
"""Enough for the fastest rate: no connection may come to the end of its recording."""
OPENING_S = 1.0
"""Books and fills that a venue sends once a connection are not what a message costs."""
CONNECTIONS = 10
SETTLE_S = 2.5
SOCKET_S = 4.0
RATES = (4000, 10000)
LADDER = 20


class Spent(msgspec.Struct):
    """Seconds of CPU for `frames` from text to state, and for reading `ladders` of the state."""

    frames_s: float = 0.0
    frames: int = 0
    ladders_s: float = 0.0
    ladders: int = 0


def measure(runs: int) -> dict[str, Any]:
    """Section `pipeline` of the document: medians of `runs`, with min and max under `spread`.

    `mix_in_yardsticks` is the mix over the yardstick of the same moment: it holds on any machine.
    """
    traffic = record(STEPS)
    spent, sticks = [], []
    for _ in range(runs):
        before = yardstick_us()
        spent.append(_apply_all(traffic))
        sticks.append((before + yardstick_us()) / 2)
    us = {
        name: _spread([run[name].frames_s / run[name].frames * 1e6 for run in spent])
        for name in traffic
    }
    total = sum(venue.frames for venue in spent[0].values())
    mixes = [sum(v.frames_s for v in run.values()) / total * 1e6 for run in spent]
    us["mix"] = _spread(mixes)
    stick = _spread(sticks)
    ratio = _spread([mix / stick_us for mix, stick_us in zip(mixes, sticks, strict=True)])
    looks = sum(venue.ladders for venue in spent[0].values())
    ladder = _spread([sum(v.ladders_s for v in run.values()) / looks * 1e6 for run in spent])
    sockets = asyncio.run(_sockets(min(runs, 5)))
    return {
        "us_per_message": {name: value["median"] for name, value in us.items()},
        "messages": total,
        "us_per_ladder": ladder["median"],
        "yardstick_us": stick["median"],
        "mix_in_yardsticks": ratio["median"],
        **{name: value["median"] for name, value in sockets.items()},
        "spread": {
            "us_per_message": us,
            "us_per_ladder": ladder,
            "yardstick_us": stick,
            "mix_in_yardsticks": ratio,
            **sockets,
        },
    }


def _apply_all(traffic: dict[str, list[Input]]) -> dict[str, Spent]:
    store = MarketStore(((name, None) for name in traffic), DEFAULT_SYMBOLS)
    spent = {}
    for name, inputs in traffic.items():
        module = venues.load(name)
        pump = Pump(module.SPEC, module.Session, Wants(symbols=DEFAULT_SYMBOLS))
        spent[name] = _apply(name, pump, store, inputs)
    return spent


def _apply(name: str, pump: Pump, store: MarketStore, inputs: Sequence[Input]) -> Spent:
    """Runs of frames are timed as one, so that the clock's own cost does not count.

    What is not a frame is free. Each second all ladders of the venue are looked at.
    """
    spent = Spent()
    opened_ns = inputs[0].at_ns + round(OPENING_S * 1e9)
    gc.collect()
    gc.disable()
    try:
        for is_timed, run in itertools.groupby(
            inputs, key=lambda item: type(item) is Frame and item.at_ns > opened_ns
        ):
            batch = list(run)
            began = time.process_time()
            for item in batch:
                store.apply_all(facts(pump.feed(item)))
            if is_timed:
                spent.frames_s += time.process_time() - began
                spent.frames += len(batch)
            if type(batch[-1]) is Tick:
                began = time.process_time()
                for symbol in DEFAULT_SYMBOLS:
                    spent.ladders += _look(store.market(name, symbol))
                spent.ladders_s += time.process_time() - began
    finally:
        gc.enable()
    return spent


def _look(market: MarketState | None) -> int:
    """How many ladders there were to read."""
    if market is None:
        return 0
    return bool(market.book.bids(LADDER)) + bool(market.book.asks(LADDER))


async def _sockets(runs: int) -> dict[str, dict[str, float]]:
    """Fraction of a core for receiving and applying so many messages a second over loopback."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cockpit.bench.server", str(SOCKET_STEPS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the bench server has no pipes")
    try:
        loop = asyncio.get_running_loop()
        ready = msgspec.json.decode(await loop.run_in_executor(None, process.stdout.readline))
        return {
            f"cpu_frac_{rate}": _spread([await _receive(ready["port"], rate) for _ in range(runs)])
            for rate in RATES
        }
    finally:
        process.stdin.close()
        process.wait(10)


async def _receive(port: int, rate: int) -> float:
    from cockpit.core.clock import WallClock
    from cockpit.wire.coalesce import Coalescer
    from cockpit.wire.driver import Driver
    from cockpit.wire.endpoints import Endpoint

    clock, coalescer = WallClock(), Coalescer()
    stores: list[MarketStore] = []
    tasks = [asyncio.create_task(coalescer.run())]
    drivers = []
    names = list(venues.REGISTRY)
    for i in range(CONNECTIONS):
        module = venues.load(names[i % len(names)])
        store = MarketStore([(module.SPEC.name, None)], DEFAULT_SYMBOLS)
        stores.append(store)
        url = f"ws://127.0.0.1:{port}/{module.SPEC.name}/{rate // CONNECTIONS}"
        driver = Driver(
            module.SPEC,
            module.Session,
            Wants(symbols=DEFAULT_SYMBOLS),
            sink=store.apply_all,
            clock=clock,
            endpoint=Endpoint(rest_url=f"http://127.0.0.1:{port}", ws_urls={"main": url}),
            coalescer=coalescer,
        )
        drivers.append(driver)
        tasks.append(asyncio.create_task(driver.run()))
    try:
        # The first seconds hold the snapshots, and switch the coalescing on.
        await asyncio.sleep(SETTLE_S)
        frames = sum(driver.stats.frames for driver in drivers)
        began, cpu = time.monotonic(), time.process_time()
        await asyncio.sleep(SOCKET_S)
        elapsed = time.monotonic() - began
        used = (time.process_time() - cpu) / elapsed
        seen = (sum(driver.stats.frames for driver in drivers) - frames) / elapsed
        return used * rate / max(seen, 1.0)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
    }
