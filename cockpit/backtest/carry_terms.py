"""What a carry strategy is run with: the legs' frictions, and the rule of entry and exit."""

import msgspec
import numpy as np

from cockpit.forecast.cells import Floats, Ints, Series


class LegTerms(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's frictions.

    Of an order `fill_fraction` fills at once, `latency_s` after the decision, and counts
    `settle_delay_s` later; the rest follows after as long again and pays the impact twice.
    `margin_frac` of the notional is put up; below `maintenance_frac` the leg is liquidated.
    """

    fee_bps: float = 4.5
    impact_bps: float = 1.0
    latency_s: float = 1.0
    fill_fraction: float = 1.0
    settle_delay_s: float = 0.0
    margin_frac: float = 0.2
    maintenance_frac: float = 0.0125
    liquidation_fee_bps: float = 100.0


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """When a position is opened and closed.

    In: the mean spread of the last day, kept up for `hold_h`, earns `entry_multiple` times the
    costs of the whole trade, and the last week agrees on the sign. Out: after `least_hold_h`,
    when the day's mean falls below `exit_share` of what entry asked: far below the entry, so
    that a spread near the threshold does not churn.
    """

    notional_usd: float = 100_000.0
    hold_h: float = 168.0
    entry_multiple: float = 1.5
    exit_share: float = 0.0
    least_hold_h: float = 24.0


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One market by hours since the epoch, (n,), NaN where not recorded: seconds until a message
    arrives and between blocks; USD resting within 10, 25 and 50 bps of mid, (n, 3), a side."""

    hours: Ints
    latency_s: Floats
    cadence_s: Floats
    bid_usd: Floats
    ask_usd: Floats


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """One leg's venue: its settlements, its frictions, and prices known by `price_ns` (or none).

    `rate` is a fraction per interval, positive = longs pay; stamps are rising. With `measured`,
    orders fill as was recorded, and as `terms` say where that is not known.
    """

    venue: str
    symbol: str
    at_ns: Ints
    rate: Floats
    interval_s: Floats
    terms: LegTerms
    price_ns: Ints
    price: Floats
    measured: Measured | None = None

    def price_at(self, at_ns: Ints) -> Floats:
        """The newest price that had arrived; the first one before it; 1 where none is known."""
        if not len(self.price_ns):
            return np.ones(len(at_ns))
        place = np.searchsorted(self.price_ns, at_ns, side="right") - 1
        return np.where(place >= 0, self.price[np.maximum(place, 0)], self.price[0])


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two venues of one asset."""

    symbol: str
    first: Market
    second: Market


def market_of(series: Series, terms: LegTerms, price_ns: Ints, price: Floats) -> Market:
    return Market(
        venue=series.venue,
        symbol=series.symbol,
        at_ns=series.at_ns,
        rate=series.rate,
        interval_s=series.interval_s,
        terms=terms,
        price_ns=price_ns,
        price=price,
    )


def trade_cost_frac(pair: Pair, multiple: float = 1.0) -> float:
    """Fees and impact of entry and exit on both legs, as a fraction of the notional."""
    total = 0.0
    for terms in (pair.first.terms, pair.second.terms):
        chased = 1.0 + (1.0 - terms.fill_fraction)
        total += 2.0 * (terms.fee_bps + terms.impact_bps * chased)
    return multiple * total / 1e4
