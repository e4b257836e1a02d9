"""The scan of fourteen venues of 250 markets: what surveying, reading and ranking them costs."""

import gc
import pickle
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from msgspec.structs import replace

from cockpit.calculators.common.market_data import Fees, Settings
from cockpit.calculators.common.paid_history import NOTHING, Paid, paid_hourly
from cockpit.calculators.scan.day_past import LOOKS
from cockpit.calculators.scan.listing import ScanInputs
from cockpit.calculators.scan.ranked import RankedPairs
from cockpit.calculators.scan.ranking import ScanJob, rank, renew
from cockpit.calculators.scan.reading import listings_of, listings_of_pairs
from cockpit.core.events import (
    Event,
    Funding,
    Instrument,
    Link,
    OpenInterest,
    Prices,
    Surveyed,
    Volume,
)
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_S
from cockpit.desk.scanner import read_slices
from cockpit.state.curves import SettledHistory
from cockpit.state.store import MarketStore

VENUES = 14
MARKETS = 250
COINS = 700
"""Names that the venues list from, so that a coin is on five of them as a rule."""
REMEMBERED = 100
"""Assets of which a month of paid funding is kept; of all markets the marks of a day are."""
HISTORY_H = 720
SCREEN_ROWS = 60
READING_S = 10
"""How often every venue tells all its markets."""
AT_NS = 1_760_000_400_000_000_000
FRESH_NS = AT_NS + 5 * NS_PER_S


def measure(runs: int) -> dict[str, Any]:
    """`read_ms` of the state into listings and `rank_ms` of all pairs: medians of `runs`, min and
    max in `spread`.

    On the event loop a ranking takes `slice_ms` at a time, the longest of its slices, and
    `unpack_ms` for the answer; `renew_ms` prices a screen of rows anew. `apply_core_frac` is the
    share of a core that taking in every figure of every market each ten seconds costs the state,
    `survey_mb` what their state weighs.
    """
    facts = [list(_facts(venue)) for venue in range(VENUES)]
    weight, store = _weighed(facts)
    settings = Settings(
        now_ns=FRESH_NS, own_fees={f"venue{v}": Fees(4e-4, 1e-4) for v in range(VENUES)}
    )
    inputs = ScanInputs()
    listings = listings_of(store, settings, inputs)
    kept = _kept()
    day = np.random.default_rng(3000)
    remembering = tuple(
        replace(
            one,
            paid=kept.get((one.venue, one.symbol), NOTHING),
            day_prices=day.normal(1.0, 1e-3, LOOKS),
        )
        for one in listings
    )
    job = ScanJob(listings=listings, inputs=inputs, at_ns=FRESH_NS)
    pairs = rank(job)
    answer = pickle.dumps(pairs, pickle.HIGHEST_PROTOCOL)
    spread = {
        "read_ms": _times(runs, lambda: listings_of(store, settings, inputs)),
        "rank_ms": _times(runs, lambda: rank(job)),
        "rank_remembering_ms": _times(
            runs, lambda: rank(ScanJob(listings=remembering, inputs=inputs, at_ns=FRESH_NS))
        ),
        "slice_ms": _of([_longest_ms(read_slices(store, settings, inputs)) for _ in range(runs)]),
        "unpack_ms": _times(runs, lambda: pickle.loads(answer)),
        "renew_ms": _times(runs, lambda: _renew(store, settings, pairs)),
        "apply_ms": _times(runs, lambda: store.apply_all(chain.from_iterable(facts))),
    }
    medians = {name: value["median"] for name, value in spread.items()}
    return {
        "markets": VENUES * MARKETS,
        "listings": len(listings),
        "pairs": len(pairs),
        **medians,
        "apply_core_frac": round(medians["apply_ms"] / 1e3 / READING_S, 4),
        "survey_mb": round(weight / 1e6, 2),
        "spread": spread,
    }


def _weighed(facts: list[list[Event]]) -> tuple[int, MarketStore]:
    """Bytes of the state of all markets, without what a listing weighs with or without a survey."""
    store = MarketStore([(f"venue{v}", None) for v in range(VENUES)], ["BTC"])
    store.survey(True)
    for some in facts:
        store.apply_all([fact for fact in some if isinstance(fact, Instrument | Link)])
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for venue in range(VENUES):
        store.apply_all(fact for fact in _facts(venue) if not isinstance(fact, Instrument | Link))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return after - before, store


def _times(runs: int, work: Callable[[], object]) -> dict[str, float]:
    work()
    times = []
    for _ in range(runs):
        gc.collect()
        began = time.process_time()
        work()
        times.append((time.process_time() - began) * 1e3)
    return _of(times)


def _of(times_ms: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(times_ms), 3),
        "min": round(min(times_ms), 3),
        "max": round(max(times_ms), 3),
    }


def _longest_ms(slices: Iterator[bytes]) -> float:
    """The step that takes longest: nothing else happens on the loop meanwhile."""
    longest_s = 0.0
    began = time.process_time()
    for _ in slices:
        longest_s = max(longest_s, time.process_time() - began)
        began = time.process_time()
    return longest_s * 1e3


def _renew(store: MarketStore, settings: Settings, pairs: RankedPairs) -> RankedPairs:
    """What the screen does twice a second for the rows in view."""
    wanted = [(pairs.symbol_of(place), *pairs.venues_of(place)) for place in range(SCREEN_ROWS)]
    _, listings = listings_of_pairs(store, settings, pairs.inputs, wanted)
    job = ScanJob(listings=listings, inputs=pairs.inputs, at_ns=FRESH_NS)
    return renew(pairs, range(SCREEN_ROWS), job)


def _coin(number: int) -> tuple[str, float, float]:
    """Its name, price and volume: from a thousand million dollars a day down to some thousands."""
    generator = np.random.default_rng(number)
    return f"COIN{number}", float(np.exp(generator.normal(0, 3))), 1e9 / (1 + number) ** 1.3


def _facts(venue: int) -> Iterator[Event]:
    """All that a venue says of its markets."""
    generator = np.random.default_rng(1000 + venue)
    name = f"venue{venue}"
    interval_s = (1, 8, 4, 1)[venue % 4] * HOUR_S
    weights = 1 / (50.0 + np.arange(COINS))
    listed = generator.choice(COINS, MARKETS, replace=False, p=weights / weights.sum())
    yield Link(venue=name, recv_ns=AT_NS, state="live")
    for number in listed.tolist():
        symbol, price, volume = _coin(number)
        said: dict[str, Any] = {"venue": name, "symbol": symbol, "recv_ns": AT_NS}
        mark = price * (1 + generator.normal(0, 5e-4))
        rate = (1.25e-5 + generator.standard_t(3) * 1e-5) * interval_s / HOUR_S
        next_ns = (AT_NS // HOUR_NS + 1) * HOUR_NS
        yield Instrument(native=symbol, base=symbol, quote="USD", max_leverage=20.0, **said)
        yield Prices(mark=mark, index=price, **said)
        yield Funding(kind="live", rate=rate, interval_s=interval_s, next_ns=next_ns, **said)
        yield OpenInterest(base=volume / price * generator.uniform(0.1, 2), **said)
        yield Volume(usd_24h=volume * generator.uniform(0.2, 1), **said)
    yield Surveyed(venue=name, recv_ns=AT_NS, markets=MARKETS, period_s=10.0)


def _kept() -> dict[tuple[str, str], Paid]:
    """A month of hourly payments of the most traded coins, wherever they are listed."""
    kept = {}
    for venue in range(VENUES):
        generator = np.random.default_rng(2000 + venue)
        for number in range(REMEMBERED):
            symbol = f"COIN{number}"
            history = SettledHistory()
            for hour, rate in enumerate(generator.normal(1.25e-5, 1e-5, HISTORY_H).tolist()):
                at_ns = (AT_NS // HOUR_NS - HISTORY_H + 1 + hour) * HOUR_NS
                history.add(
                    Funding(venue=f"venue{venue}", symbol=symbol, recv_ns=at_ns, venue_ns=at_ns,
                            kind="settled", rate=rate, interval_s=HOUR_S)
                )  # fmt: skip
            kept[f"venue{venue}", symbol] = paid_hourly(history)
    return kept
