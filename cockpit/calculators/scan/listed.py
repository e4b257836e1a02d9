"""Every listed market as the ranking saw it, in columns: what a table of coins by venues is of."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.calculators.scan.columns import Floats, Ints
from cockpit.calculators.scan.day_past import change_frac
from cockpit.calculators.scan.listing import Listing

FIGURES: Final = (
    "hourly", "interval_s", "price_usd", "oi_usd", "volume_24h_usd", "price_change_frac",
    "oi_change_frac",
)  # fmt: skip
_PLACE: Final = {name: place for place, name in enumerate(FIGURES)}


class ListedMarkets(msgspec.Struct, frozen=True, kw_only=True):
    """k markets, those of one coin together. `asset` and `venue` are places, (k,), in `assets` and
    `venues`; `figures` is (k, n), NaN where not known: a fraction an hour, + when longs pay; USD;
    changes over 24 h as fractions, of open interest in base units. `is_sound` is False where the
    market is stale, down, only remembered or unknown."""

    assets: tuple[str, ...]
    venues: tuple[str, ...]
    asset: Ints
    venue: Ints
    is_sound: NDArray[np.bool_]
    figures: Floats

    def __len__(self) -> int:
        return int(self.asset.size)

    def figure(self, name: str) -> Floats:
        """One of `FIGURES` of all markets, (k,)."""
        return np.asarray(self.figures[:, _PLACE[name]])


NO_MARKETS: Final = ListedMarkets(
    assets=(), venues=(), asset=np.empty(0, np.int64), venue=np.empty(0, np.int64),
    is_sound=np.empty(0, bool), figures=np.empty((0, len(FIGURES))),
)  # fmt: skip


def listed_markets(listings: Sequence[Listing]) -> ListedMarkets:
    assets: dict[str, int] = {}
    venues: dict[str, int] = {}
    asset = [assets.setdefault(one.asset, len(assets)) for one in listings]
    venue = [venues.setdefault(one.venue, len(venues)) for one in listings]
    figures = np.array([_figures(one) for one in listings], dtype=np.float64)
    return ListedMarkets(
        assets=tuple(assets),
        venues=tuple(venues),
        asset=np.array(asset, dtype=np.int64),
        venue=np.array(venue, dtype=np.int64),
        is_sound=np.array([one.gate is None for one in listings], dtype=bool),
        figures=figures.reshape(len(listings), len(FIGURES)),
    )


def _figures(one: Listing) -> tuple[float | None, ...]:
    """In the order of `FIGURES`."""
    price, oi_usd = one.price_usd, one.oi_usd
    before = float(one.day_prices[0]) if one.day_prices.size else None
    oi_base = None if oi_usd is None or not price else oi_usd / price
    return (
        one.hourly, None if one.clock is None else one.clock.interval_s, price, oi_usd,
        one.volume_24h_usd, change_frac(price, before), change_frac(oi_base, one.oi_base_day_ago),
    )  # fmt: skip
