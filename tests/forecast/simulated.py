"""Forecasts on the built-in exchange, in memory and stepped: do they rise before what they warn of?

`python -m tests.forecast.simulated [SEEDS] [HOURS]` prints the table of docs/manual/signals.md.
"""

import sys
from typing import NamedTuple

import numpy as np

from cockpit.core.scenario import load_scenario
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.forecast.forecaster import Forecaster, News
from cockpit.forecast.hour_figures import FIGURES
from cockpit.forecast.ledger import EVENT_HORIZON_H
from cockpit.forecast.market_past import Payments
from cockpit.sim import load as load_face
from cockpit.sim.world.world import World
from tests.forecast.living import REFERENCE

VENUE = "hyperliquid"
SYMBOLS = ("BTC", "SOL", "HYPE", "DOGE")
START_NS = 1_767_225_600 * NS_PER_S
"""2026-01-01 00:00 UTC; a run begins some minutes later, a seed of its own."""
STEP_S = 20.0
LOOK_MIN = 2
ODDS = 0.25
"""Odds that count as a warning: a market in calm has 1 to 8 %."""
NO_HOURS = np.empty(0, dtype=np.int64)
NO_FIGURES = np.empty((0, len(FIGURES)))


class Life(NamedTuple):
    """One market's run: the chances at each look, and what was paid meanwhile."""

    symbol: str
    at_ns: list[int]
    p_flip: list[float]
    p_spike: list[float]
    paid: list[tuple[int, float]]
    rate_before: float
    spike_above: float


def lives(seed, scenario, hours, symbols=SYMBOLS):
    """A run of every symbol, forecast every two minutes by the reference coefficients."""
    start_ns = START_NS + (seed * 7 % 60) * 60 * NS_PER_S
    profile = load_face(VENUE).PROFILE
    world = World(seed, [profile], symbols, load_scenario(scenario), start_ns)
    states = {symbol: world.venues[VENUE].live[symbol].state for symbol in symbols}
    forecaster = Forecaster(REFERENCE)
    told = dict.fromkeys(symbols, 0)
    runs = {
        symbol: Life(symbol, [], [], [], [], states[symbol].settled[-1][1], 0.0)
        for symbol in symbols
    }
    keys = [(VENUE, symbol) for symbol in symbols]
    last_ns = start_ns
    for look in range(round(hours * 60 / LOOK_MIN)):
        # The first look is of the calm before the story.
        for _ in range(round(LOOK_MIN * 60 / STEP_S) if look else 0):
            world.step(STEP_S)
        now_ns = world.now_ns
        forecaster.hear([_news(states[symbol], symbol, told) for symbol in symbols], now_ns)
        for outlook in forecaster.look(now_ns, keys).outlooks:
            run = runs[outlook.symbol]
            run.at_ns.append(now_ns)
            run.p_flip.append(np.nan if outlook.p_flip is None else outlook.p_flip)
            run.p_spike.append(np.nan if outlook.p_spike is None else outlook.p_spike)
    blocks = forecaster.ledger.blocks()
    above = dict(zip([symbol for _, symbol in blocks[0].markets], blocks[0].spike_above,
                     strict=True))  # fmt: skip
    found = []
    for symbol, run in runs.items():
        paid = [(row[0], row[1]) for row in states[symbol].settled if row[0] > last_ns]
        found.append(run._replace(paid=paid, spike_above=float(above[symbol])))
    return found, forecaster


def _news(state, symbol, told):
    rows = list(state.settled)
    new = rows[told[symbol] :] if told[symbol] < len(rows) else []
    told[symbol] = len(rows)
    at_ns, rate, premium, _ = zip(*new, strict=True) if new else ((), (), (), ())
    return News(
        venue=VENUE,
        symbol=symbol,
        interest_hourly=1.25e-5,
        dampener=5e-4,
        paid=Payments(
            at_ns=np.array(at_ns, dtype=np.int64),
            rate=np.array(rate),
            interval_s=np.full(len(at_ns), 3600.0),
            premium=np.array(premium),
        )
        if new
        else None,
        premium=np.nan if state.premium is None else state.premium,
        hours=NO_HOURS,
        figures=NO_FIGURES,
    )


def first_flip_ns(run):
    """The first payment whose sign is not that of the payment before."""
    before = run.rate_before
    for at_ns, rate in run.paid:
        if rate * before < 0:
            return at_ns
        before = rate
    return None


def first_spike_ns(run):
    """The first payment further off the pin than 95 % of the thirty days before the run."""
    return next((at_ns for at_ns, rate in run.paid if abs(rate - 1.25e-5) > run.spike_above), None)


class Notice(NamedTuple):
    """What the odds said before an event: in the calm at the start, at their highest within the 8 h
    before it, and how long before it they first reached `ODDS` (None: they did not)."""

    calm: float
    highest: float
    lead_min: float | None


def notice(run, chances, event_ns):
    """None where the event came before the first look."""
    at_ns, odds = np.array(run.at_ns), np.array(chances)
    before = (at_ns < event_ns) & (at_ns >= event_ns - EVENT_HORIZON_H * HOUR_NS)
    if not before.any():
        return None
    likely = np.flatnonzero(before & (odds >= ODDS))
    lead = float(event_ns - at_ns[likely[0]]) / 60e9 if len(likely) else None
    return Notice(float(odds[0]), float(np.nanmax(odds[before])), lead)


def raised_in_vain(run, chances, event_ns):
    """Whether the odds reached `ODDS`, and nothing came within 8 h of it; None where they did
    not reach it, or the run ended before it can be told."""
    likely = np.flatnonzero(np.array(chances) >= ODDS)
    if not len(likely):
        return None
    due_ns = run.at_ns[int(likely[0])] + EVENT_HORIZON_H * HOUR_NS
    if event_ns is not None and event_ns <= due_ns:
        return False
    return True if run.at_ns[-1] >= due_ns else None


EVENTS = {
    "flip": (first_flip_ns, lambda run: run.p_flip),
    "spike": (first_spike_ns, lambda run: run.p_spike),
}


def report(scenario, seeds, hours):
    """A line an event: how many came, how many were announced, how long before, how many in vain.

    Only the first event of each market's run: after it the next is never far.
    """
    runs = [run for seed in range(seeds) for run in lives(seed, scenario, hours)[0]]
    for event, (first, odds_of) in EVENTS.items():
        dated = [(run, first(run)) for run in runs]
        told = [notice(run, odds_of(run), at_ns) for run, at_ns in dated if at_ns is not None]
        told = [one for one in told if one is not None]
        leads = [one.lead_min for one in told if one.lead_min is not None]
        vain = [raised_in_vain(run, odds_of(run), at_ns) for run, at_ns in dated]
        vain = [one for one in vain if one is not None]
        yield {
            "scenario": scenario,
            "event": event,
            "markets": len(runs),
            "came": len(told),
            "odds in calm": round(float(np.mean([one.calm for one in told])), 3),
            "highest before": round(float(np.mean([one.highest for one in told])), 3),
            "announced": len(leads),
            "lead min (quartiles)": np.percentile(leads, [25, 50, 75]).round().tolist(),
            "raised": len(vain),
            "in vain": sum(vain),
        } if leads else {"scenario": scenario, "event": event, "markets": len(runs),
                         "came": len(told), "raised": len(vain), "in vain": sum(vain)}  # fmt: skip


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    span_h = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
    for story in ("funding_flip", "squeeze", "calm"):
        for line in report(story, count, span_h):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
