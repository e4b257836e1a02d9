"""Samples of markets that move like real ones, for measuring what history costs.

Prices walk in ticks, depth and open interest drift around a level of their own, rates change every
now and then. Books, marks and depth differ in every slot; what a venue states seldom repeats.
"""

from typing import Any

import numpy as np

from cockpit.history.rows import WHOLE, Figures, Sample
from cockpit.history.schema import FIGURES

DEPTHS = ("bid10_usd", "ask10_usd", "bid25_usd", "ask25_usd", "bid50_usd", "ask50_usd")


class Walk:
    """`venues` × `symbols` markets; each `step` is the next slot's figures."""

    def __init__(self, venues: int, symbols: int, seed: int = 7) -> None:
        self._chance = np.random.default_rng(seed)
        self.names = [
            (f"venue{v:02}", f"COIN{s:02}") for v in range(venues) for s in range(symbols)
        ]
        count = len(self.names)
        self._price = np.exp(self._chance.uniform(-3, 11, count))
        self._tick = 10.0 ** np.floor(np.log10(self._price) - 5)
        self._depth = np.exp(self._chance.uniform(9, 15, count))
        self._interest = np.exp(self._chance.uniform(5, 12, count))
        self._rate = self._chance.normal(1e-5, 3e-5, count)
        self._premium = self._chance.normal(0, 2e-4, count)
        self._volume = np.exp(self._chance.uniform(12, 20, count))

    def columns(self) -> dict[str, Any]:
        """The next slot: a figure's name -> one value a market."""
        chance, count = self._chance, len(self.names)
        self._price *= np.exp(chance.normal(0, 2e-4, count))
        self._depth *= np.exp(chance.normal(0, 2e-2, count))
        changed = chance.random(count) < 0.2
        self._interest *= np.where(changed, np.exp(chance.normal(0, 1e-4, count)), 1.0)
        self._volume *= np.where(changed, np.exp(chance.normal(0, 1e-4, count)), 1.0)
        self._rate += np.where(changed, chance.normal(0, 1e-7, count), 0.0)
        self._premium += np.where(changed, chance.normal(0, 1e-6, count), 0.0)
        half = self._tick * chance.integers(1, 4, count)
        touch = np.round(self._price / self._tick) * self._tick
        mid = touch + half / 2
        found: dict[str, Any] = {
            "live_rate": np.round(self._rate, 9),
            "predicted_rate": np.round(self._rate * 1.01, 9),
            "interval_s": np.full(count, 3600),
            "mark": np.round(mid / self._tick) * self._tick,
            "index_price": np.round(mid * 1.0001 / self._tick) * self._tick,
            "mid": mid,
            "spread_bps": half / mid * 1e4,
            "oi_base": np.round(self._interest, 3),
            "volume_24h_usd": self._volume,
            "premium": np.round(self._premium, 9),
            "bid_covered_bps": np.full(count, 60.0) + chance.random(count),
            "ask_covered_bps": np.full(count, 60.0) + chance.random(count),
        }
        for place, name in enumerate(DEPTHS):
            found[name] = self._depth * (1 + place // 2) * chance.uniform(0.8, 1.2, count)
        for name in FIGURES:
            if name.endswith("_age_s"):
                found[name] = chance.integers(0, 3, count)
        return found

    def samples(self, at_ns: int) -> tuple[Sample, ...]:
        """The next slot as rows."""
        columns = self.columns()
        lists = {
            name: columns[name].astype(int if name in WHOLE else float).tolist() for name in columns
        }
        return tuple(
            Sample(
                venue=venue,
                symbol=symbol,
                at_ns=at_ns,
                figures=Figures(**{name: values[place] for name, values in lists.items()}),
            )
            for place, (venue, symbol) in enumerate(self.names)
        )
