"""Every listed market as the ranking saw it, in columns: what a table of coins by venues is of."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.calculators.scan.columns import Columns, Floats, Ints
from cockpit.calculators.scan.day_past import change_frac
from cockpit.calculators.scan.listing import Listing
from cockpit.calculators.scan.paid_means import paid_means

PAID: Final = ("paid_1d", "paid_3d", "paid_7d", "paid_30d")
FIGURES: Final = (
    "hourly", "interval_s", "price_usd", "oi_usd", "volume_24h_usd", "price_change_frac",
    "oi_change_frac", *PAID,
)  # fmt: skip
_PLACE: Final = {name: place for place, name in enumerate(FIGURES)}


class ListedMarkets(msgspec.Struct, frozen=True, kw_only=True):
    """k markets, those of one coin together. `asset` and `venue` are places, (k,), in `assets` and
    `venues`; `figures` is (k, n), NaN where not known: a fraction an hour, + when longs pay; USD;
    changes over 24 h as fractions, of open interest in base units; means of what was paid over the
    last days, a fraction an hour. `is_sound` is False where the
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


def listed_markets(listings: Sequence[Listing], columns: Columns, at_ns: int) -> ListedMarkets:
    """`columns` are those of the listings, both as of `at_ns`."""
    assets: dict[str, int] = {}
    venues: dict[str, int] = {}
    asset = [assets.setdefault(one.asset, len(assets)) for one in listings]
    venue = [venues.setdefault(one.venue, len(venues)) for one in listings]
    price_before = [one.day_prices[0] if one.day_prices.size else np.nan for one in listings]
    oi_before = [one.oi_base_day_ago for one in listings]
    with np.errstate(divide="ignore", invalid="ignore"):
        oi_base = columns.interest / columns.price
    return ListedMarkets(
        assets=tuple(assets),
        venues=tuple(venues),
        asset=np.array(asset, dtype=np.int64),
        venue=np.array(venue, dtype=np.int64),
        is_sound=columns.is_sound,
        figures=np.column_stack((
            columns.hourly, columns.interval_s, columns.price, columns.interest, columns.volume,
            change_frac(columns.price, np.array(price_before, dtype=np.float64)),
            change_frac(oi_base, np.array(oi_before, dtype=np.float64)),
            paid_means([one.paid for one in listings], at_ns),
        )),
    )  # fmt: skip
