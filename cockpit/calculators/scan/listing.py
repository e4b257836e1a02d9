"""What a scan is asked, what it knows of each market, and what it says of each pair."""

from typing import Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.payments import PaymentClock
from cockpit.calculators.common.paid_history import NOTHING, Paid
from cockpit.core.market import FundingTerms

CostBasis = Literal["book", "touch", "tier"]
"""From a walk through the book; from the touch of a book that is too short; from the volume. From
the better to the worse, as the next."""
History = Literal["kept", "fetched"]
"""From what is kept, or from what was just fetched."""
NO_PRICES: Final[NDArray[np.float64]] = np.empty(0)


class ScanInputs(msgspec.Struct, frozen=True, kw_only=True):
    """The size of one leg, the hold, and the conditions of an entry as carry has them."""

    usd: float = 10_000.0
    hold_h: int = 24
    buffer_frac: float = 0.1
    min_probability: float = 0.5
    min_apr: float = 0.0
    min_depth: float = 1.0
    max_basis_bps: float = 20.0


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One market of a venue: None is not known. Rates are fractions an hour, + when longs pay.

    `asset` is the symbol, with the venue behind it for another coin of that name; only markets of
    one asset make a pair. `ahead_hourly` is what a forecast expects of the next day, where there is
    one that may be relied upon. `buy_frac` and `sell_frac` are what one trade of the size costs,
    fee and slippage, as a fraction of its notional at `price_usd`. `depth_x` is what the thinner
    side of the visible book holds, in sizes. `gate` is the first thing that is wrong with the
    market alone; `quote` is what its prices are quoted in. `day_prices` are the marks of the day
    before, as `day_past` looks at them, and `oi_base_day_ago` its open interest 24 h ago, both of
    what is kept.
    """

    venue: str
    symbol: str
    asset: str
    clock: PaymentClock | None = None
    hourly: float | None = None
    ahead_hourly: float | None = None
    cap_hourly: float = float("inf")
    terms: FundingTerms | None = None
    price_usd: float | None = None
    buy_frac: float | None = None
    sell_frac: float | None = None
    cost_basis: CostBasis | None = None
    depth_x: float | None = None
    initial_frac: float | None = None
    oi_usd: float | None = None
    volume_24h_usd: float | None = None
    paid: Paid = NOTHING
    history: History | None = None
    quote: str | None = None
    gate: str | None = None
    day_prices: NDArray[np.float64] = NO_PRICES
    oi_base_day_ago: float | None = None


class Realised(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename={
    "d1": "1d", "d3": "3d", "d7": "7d", "d30": "30d",
}):  # fmt: skip
    """Mean spread that was paid, a fraction an hour, over the last days; None of too few."""

    d1: float | None = None
    d3: float | None = None
    d7: float | None = None
    d30: float | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One pair: long where funding is low, short where it is high; None is not known.

    `spread_hourly` and `expected_hourly` are received, a fraction an hour, now and over the hold.
    `basis_bps` is the short leg's price over the long leg's, `basis_low_bps` to `basis_high_bps`
    what it was within the last day, as far as it is kept. `oi_usd` and `volume_24h_usd` are of
    the smaller leg, `oi_share` the size in it. `sign_h`: hours since the paid spread changed sign.
    `history` says whether what was paid comes from what is kept or from what was just fetched.
    """

    symbol: str
    long_venue: str
    short_venue: str
    spread_hourly: float | None = None
    expected_hourly: float | None = None
    realised: Realised = Realised()
    sign_share: float | None = None
    sign_h: int | None = None
    half_life_h: float | None = None
    history: History | None = None
    cost_bps: float | None = None
    cost_basis: CostBasis | None = None
    net_usd: float | None = None
    net_apr: float | None = None
    breakeven_h: int | None = None
    odds: float | None = None
    depth_x: float | None = None
    oi_usd: float | None = None
    oi_share: float | None = None
    volume_24h_usd: float | None = None
    basis_bps: float | None = None
    basis_low_bps: float | None = None
    basis_high_bps: float | None = None
    long_interval_s: int | None = None
    short_interval_s: int | None = None
    long_quote: str | None = None
    short_quote: str | None = None
    gate: str | None = None
