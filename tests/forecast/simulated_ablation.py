"""Do books and flow foresee more than funding and its premium do? Asked of the built-in exchange.

`python -m tests.forecast.simulated_ablation STORY [SEEDS]` prints a table: on worlds that no model
saw, the skill of each set of features against historical averages, with its error over
worlds.

The scenarios repeat every few minutes; here each happens once, at a time and for hours that the
seed draws, so that hourly decisions can be early or late. Every four minutes the state is sampled
into a history, which is then read as `backtest --history` reads it.
"""

import sys
import tempfile
from pathlib import Path

import msgspec
import numpy as np

from cockpit.backtest import kept
from cockpit.core.market import FundingTerms, Side
from cockpit.core.scenario import Scenario, load_scenario
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.forecast import scores
from cockpit.forecast.features import places_of
from cockpit.forecast.learned import chance_of, learn_events
from cockpit.forecast.models import EVENT_COLUMNS
from cockpit.forecast.training import pooled, rows_of
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, Figures, Sample, Settled, together
from cockpit.sim import load as load_face
from cockpit.sim.world.world import World

VENUE = "hyperliquid"
SYMBOLS = ("BTC", "ETH", "SOL", "HYPE", "DOGE", "WIF")
START_NS = 1_767_225_600 * NS_PER_S
DAYS = 5
STEP_S = 240.0
FOLDS = 5
TERMS = {VENUE: FundingTerms(interest_8h=1e-4, dampener_8h=5e-4)}
STEPS = (("funding",), ("funding", "premium"), ("funding", "premium", "book"),
         ("funding", "premium", "flow"), ("funding", "premium", "book", "flow"))  # fmt: skip


def story(name, draws):
    """The scenario once, begun after a day or up to four, and slowed down to hours."""
    start_s, slower = draws.uniform(1.5, 4.0) * 86_400, draws.uniform(60, 240)
    shocks = tuple(
        msgspec.structs.replace(
            shock,
            at_s=start_s + slower * shock.at_s,
            for_s=None if shock.for_s is None else slower * shock.for_s,
            ramp_s=slower * shock.ramp_s,
            repeat_s=None,
            premium_average_jump=0.0,
        )
        for shock in load_scenario(name).shocks
    )
    return Scenario(name=name, shocks=shocks)


def recorded(folder, seed, name, days=DAYS, symbols=SYMBOLS):
    """A world's run, sampled into a history; the hour it began."""
    draws = np.random.default_rng([seed, len(name)])
    start_ns = START_NS + int(draws.integers(0, 60)) * 60 * NS_PER_S
    profile = load_face(VENUE).PROFILE
    world = World(seed, [profile], symbols, story(name, draws), start_ns)
    states = {symbol: world.venues[VENUE].live[symbol].state for symbol in symbols}
    store = HotStore(folder)
    batches = []
    for step in range(round(days * 86_400 / STEP_S)):
        world.step(STEP_S)
        batches.append(Batch(samples=tuple(sample(states[one], world.now_ns) for one in symbols)))
        if step % 15 == 14:
            store.append(together(batches))
            batches = []
    store.append(Batch(settled=tuple(row for one in symbols for row in settled(states[one], one))))
    store.close()
    return start_ns // HOUR_NS + 1


def sample(state, at_ns):
    """The market as a cockpit that saw all of its book would sample it."""
    prices, sizes = 10**state.listing.price_decimals, 10**state.listing.size_decimals
    sides = []
    for side in (Side.BUY, Side.SELL):
        levels = np.array(state.ladder(side), dtype=float)
        sides.append((levels[:, 0] / prices, levels[:, 0] / prices * levels[:, 1] / sizes))
    (bids, bid_usd), (asks, ask_usd) = sides
    mid = (bids[0] + asks[0]) / 2
    depth = {
        f"{name}{bps}_usd": float(usd[np.abs(price / mid - 1) <= bps * 1e-4].sum())
        for name, price, usd in (("bid", bids, bid_usd), ("ask", asks, ask_usd))
        for bps in (10, 25, 50)
    }
    figures = Figures(
        mid=float(mid), spread_bps=float((asks[0] - bids[0]) / mid * 1e4), mark=state.mark,
        index_price=state.index, oi_base=state.open_interest_lots / sizes, premium=state.premium,
        volume_24h_usd=state.day_volume_base * float(mid), **depth,
    )  # fmt: skip
    return Sample(venue=VENUE, symbol=state.listing.symbol, at_ns=at_ns, figures=figures)


def settled(state, symbol):
    return [
        Settled(venue=VENUE, symbol=symbol, paid_at_ns=at_ns, rate=rate, interval_s=3600,
                premium=premium)
        for at_ns, rate, premium, _ in state.settled
    ]  # fmt: skip


def world_rows(seed, name, days=DAYS, symbols=SYMBOLS):
    """The decisions of one world, from its first hour on, every market's."""
    with tempfile.TemporaryDirectory() as path:
        first_hour = recorded(Folder(Path(path)), seed, name, days, symbols)
        reader = HistoryReader(Folder(Path(path)))
        series = kept.load(reader, TERMS).loaded.series
        reader.close()
    every = pooled([rows_of(one) for one in series])
    return every.where(every.hours >= first_hour)


def foretold(worlds):
    """(chances by model name, then by event, happened by event, world of each row): each world by
    models of other worlds."""
    models = {"history": EVENT_COLUMNS["history"]}
    models |= {"+".join(groups): places_of(groups) for groups in STEPS}
    found = []
    for fold in range(FOLDS):
        train = pooled([rows for place, rows in enumerate(worlds) if place % FOLDS != fold])
        learned = learn_events(train, "venue", models)
        for place, rows in enumerate(worlds):
            if place % FOLDS == fold:
                said = {
                    name: {event: chance_of((learned,), name, event, rows.values)
                           for event in rows.happened}
                    for name in models
                }  # fmt: skip
                found.append((place, rows, said))
    return found


def report(worlds):
    """Lines of a table: an event, then each set's skill, and what it changes, with errors."""
    found = foretold(worlds)
    for event in worlds[0].happened:
        happened = np.concatenate([rows.happened[event] for _, rows, _ in found])
        known = ~np.isnan(happened)
        # A world is one observation: its markets share the story.
        world = np.concatenate([np.full(len(rows.hours), place) for place, rows, _ in found])
        losses = {
            name: (np.concatenate([said[name][event] for _, _, said in found]) - happened) ** 2
            for name in found[0][2]
        }
        yield f"{event}: {np.nanmean(happened):.1%} of {known.sum()} hours, {len(worlds)} worlds"
        block = world[known] * scores.BLOCK_H
        reference = losses.pop("history")[known]
        drawn = scores.drawn_skills([loss[known] for loss in losses.values()], reference, block)
        skill = {name: 1 - loss[known].sum() / reference.sum() for name, loss in losses.items()}
        names = list(losses)
        base = names.index("funding+premium")
        for place, name in enumerate(names):
            line = f"  {name:30} {skill[name]:+.3f} ±{drawn[place].std():.3f}"
            if len(name.split("+")) > 2:
                change = skill[name] - skill["funding+premium"]
                error = (drawn[place] - drawn[base]).std()
                line += f"   change {change:+.3f} ±{error:.3f} (t {change / error:.1f})"
            yield line


if __name__ == "__main__":
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    for line in report([world_rows(seed, sys.argv[1]) for seed in range(count)]):
        sys.stdout.write(f"{line}\n")
