"""The calculators on ten venues of two hundred levels a side, with a month of funding history."""

import gc
import statistics
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from cockpit import calculators
from cockpit.calculators.common.form import read
from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.stress import calculator as stress
from cockpit.calculators.stress.montecarlo import simulate_job
from cockpit.core.events import BookSnapshot, Event, Funding, Instrument, Link, OpenInterest, Prices
from cockpit.core.units import HOUR_NS, HOUR_S
from cockpit.state.store import MarketStore

VENUES = 10
LEVELS = 200
HISTORY_H = 720
SAMPLES = 240
MID = 60_000.0
AT_NS = 1_760_000_400_000_000_000
CALLS = 5

FUTURES_VENUES = 4
FUTURES = {"paths": 20_000, "steps": 288}
HELD: list[dict[str, Any]] = [
    {"venue": f"venue{v}", "symbol": "BTC", "size": 5.0 if v % 2 else -5.0} for v in range(VENUES)
]
EQUITY = {f"venue{v}": 150_000.0 for v in range(VENUES)}
RISK = {"positions": HELD, "equity_usd": EQUITY}
FUTURES_RISK = {
    "positions": HELD[:FUTURES_VENUES],
    "equity_usd": {held["venue"]: EQUITY[held["venue"]] for held in HELD[:FUTURES_VENUES]},
}

ORDER = {"symbol": "BTC", "side": "buy", "size": "150"}
INPUTS: dict[str, dict[str, Any]] = {
    "slippage": ORDER,
    "carry": {"symbol": "BTC", "notional_usd": "250000"},
    "stagger": {**ORDER, "squeeze_penalty": "5e-4"},
    "hedge": {"symbol": "BTC", "size": 40, "venue": "venue1", "target_carry_usd_per_hour": 0},
    "margin": RISK,
    "stress": RISK,
}
FIGURES = {"stress": "stress_table_ms"}
"""What a calculator's figure is called; `NAME_ms` for the others."""


def measure(runs: int) -> dict[str, Any]:
    """`NAME_ms` for each calculator, `stress_table_ms` for every scenario on ten positions,
    `monte_carlo_s` for all paths of four positions: medians of `runs`, min and max in `spread`."""
    view, settings = market()
    spread = {}
    for name, values in INPUTS.items():
        calculator = calculators.load(name)
        inputs = read(calculator.Inputs, values)
        calculator.compute(inputs, view, settings)
        times = []
        for _ in range(runs):
            gc.collect()
            began = time.process_time()
            for _ in range(CALLS):
                calculator.compute(inputs, view, settings)
            times.append((time.process_time() - began) / CALLS * 1e3)
        spread[FIGURES.get(name, f"{name}_ms")] = _spread(times)
    spread["monte_carlo_s"] = _spread([_monte_carlo(view, settings) for _ in range(runs)])
    return {**{name: value["median"] for name, value in spread.items()}, "spread": spread}


def _monte_carlo(view: MarketStore, settings: Settings) -> float:
    inputs = read(stress.Inputs, {**FUTURES_RISK, **FUTURES})
    job = stress.monte_carlo_job(inputs, view, settings)
    began = time.process_time()
    simulate_job(job, lambda done, asked: True)
    return time.process_time() - began


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 3),
        "min": round(min(values), 3),
        "max": round(max(values), 3),
    }


def market() -> tuple[MarketStore, Settings]:
    """A seeded state in which every figure that a calculator asks for is known and fresh."""
    generator = np.random.default_rng(7)
    names = [f"venue{v}" for v in range(VENUES)]
    store = MarketStore([(name, None) for name in names], ["BTC"])
    for v, name in enumerate(names):
        for event in _facts(name, v, generator):
            store.apply(event)
    for k in range(SAMPLES):
        store.sample(AT_NS - (SAMPLES - k) * 5 * 10**9)
    return store, Settings(now_ns=AT_NS, stacks={name: frozenset({"one"}) for name in names[:3]})


def _facts(name: str, v: int, generator: np.random.Generator) -> Iterator[Event]:
    """Everything that venue number `v` says."""
    said: dict[str, Any] = {"venue": name, "symbol": "BTC", "recv_ns": AT_NS}
    mid = MID * (1 + generator.normal(0, 2e-4))
    steps = np.cumsum(generator.integers(1, 6, LEVELS))
    sizes = generator.exponential(0.5, (2, LEVELS)).round(3) + 0.001
    yield Link(venue=name, recv_ns=AT_NS, state="live")
    yield Instrument(
        native="BTC", base="BTC", quote="USD", tick=0.1, lot=0.001 if v % 2 else 0.01,
        min_notional_usd=10.0, max_leverage=40.0, mmf=0.0125,
        taker_fee=0.0002 + 0.00005 * v, maker_fee=0.0, **said,
    )  # fmt: skip
    bids = zip((mid - 0.1 * steps).round(1).tolist(), sizes[0].tolist(), strict=True)
    asks = zip((mid + 0.1 * steps).round(1).tolist(), sizes[1].tolist(), strict=True)
    yield BookSnapshot(bids=tuple(bids), asks=tuple(asks), **said)
    yield Prices(mark=mid, index=MID, **said)
    yield OpenInterest(base=5000.0, **said)
    rates = 1e-5 + np.cumsum(generator.normal(0, 3e-6, HISTORY_H)) * 0.1
    for k, rate in enumerate(rates.tolist()):
        stamp = AT_NS - (HISTORY_H - k) * HOUR_NS
        yield Funding(
            kind="settled", rate=rate, interval_s=HOUR_S, venue_ns=stamp,
            venue=name, symbol="BTC", recv_ns=stamp,
        )  # fmt: skip
    yield Funding(kind="live", rate=float(rates[-1]), interval_s=HOUR_S, **said)
