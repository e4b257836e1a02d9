"""The data path: from a frame to queryable state, in memory and over real loopback sockets."""

import asyncio
import gc
import itertools
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from cockpit import venues
from cockpit.bench.traffic import record
from cockpit.sim.assets import DEFAULT_SYMBOLS
from cockpit.state.store import MarketStore
from cockpit.venues.contract import Frame, Input, Wants
from cockpit.wire.pump import Pump, facts

STEPS = 300
CONNECTIONS = 10
SOCKET_S = 4.0
RATES = (4000, 10000)


def measure(runs: int) -> dict[str, Any]:
    """The document of `cockpit bench pipeline`: medians of `runs`, with min and max beside."""
    traffic = record(STEPS)
    spent = [_apply_all(traffic) for _ in range(runs)]
    frames = {
        name: sum(isinstance(item, Frame) for item in inputs) for name, inputs in traffic.items()
    }
    total = sum(frames.values())
    us = {name: _spread([run[name] / frames[name] * 1e6 for run in spent]) for name in traffic}
    us["mix"] = _spread([sum(run.values()) / total * 1e6 for run in spent])
    sockets = {
        f"cpu_frac_{rate}": _spread([_sockets(rate) for _ in range(min(runs, 5))]) for rate in RATES
    }
    return {
        "machine": f"{platform.machine()} python {platform.python_version()}",
        "pipeline": {
            "us_per_message": {name: value["median"] for name, value in us.items()},
            "messages": total,
            **{name: value["median"] for name, value in sockets.items()},
            "spread": {"us_per_message": us, **sockets},
        },
    }


def _apply_all(traffic: dict[str, list[Input]]) -> dict[str, float]:
    """Seconds of CPU per venue to take its frames from text to state. Other inputs are free."""
    store = MarketStore(((name, None) for name in traffic), DEFAULT_SYMBOLS)
    spent = {}
    for name, inputs in traffic.items():
        module = venues.load(name)
        pump = Pump(module.SPEC, module.Session, Wants(symbols=DEFAULT_SYMBOLS))
        spent[name] = _apply(pump, store, inputs)
    return spent


def _apply(pump: Pump, store: MarketStore, inputs: Sequence[Input]) -> float:
    """Runs of frames are timed as one, so that the clock's own cost does not count."""
    total = 0.0
    gc.collect()
    gc.disable()
    try:
        for is_frame, run in itertools.groupby(inputs, key=lambda item: type(item) is Frame):
            batch = list(run)
            began = time.process_time()
            for item in batch:
                _take(pump, store, item)
            if is_frame:
                total += time.process_time() - began
    finally:
        gc.enable()
    return total


def _take(pump: Pump, store: MarketStore, item: Input) -> None:
    store.apply_all(facts(pump.feed(item)))


def _sockets(rate: int) -> float:
    """Fraction of a core for receiving and applying `rate` messages a second over loopback."""
    return asyncio.run(_receive(rate))


async def _receive(rate: int) -> float:
    from cockpit.core.clock import WallClock
    from cockpit.wire.coalesce import Coalescer
    from cockpit.wire.driver import Driver
    from cockpit.wire.endpoints import Endpoint

    process = subprocess.Popen(
        [sys.executable, "-m", "cockpit.bench.server", str(rate // CONNECTIONS), str(STEPS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    loop = asyncio.get_running_loop()
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the bench server has no pipes")
    ready = msgspec.json.decode(await loop.run_in_executor(None, process.stdout.readline))
    clock, coalescer = WallClock(), Coalescer()
    stores: list[MarketStore] = []
    tasks = [asyncio.create_task(coalescer.run())]
    drivers = []
    names = list(venues.REGISTRY)
    for i in range(CONNECTIONS):
        module = venues.load(names[i % len(names)])
        store = MarketStore([(module.SPEC.name, None)], DEFAULT_SYMBOLS)
        stores.append(store)
        url = f"ws://127.0.0.1:{ready['port']}/{module.SPEC.name}"
        driver = Driver(
            module.SPEC,
            module.Session,
            Wants(symbols=DEFAULT_SYMBOLS),
            sink=store.apply_all,
            clock=clock,
            endpoint=Endpoint(rest_url=f"http://127.0.0.1:{ready['port']}", ws_urls={"main": url}),
            coalescer=coalescer,
        )
        drivers.append(driver)
        tasks.append(asyncio.create_task(driver.run()))
    try:
        # The first seconds hold the snapshots, and switch the coalescing on.
        await asyncio.sleep(2.5)
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
        process.stdin.close()
        process.wait(10)


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
    }
