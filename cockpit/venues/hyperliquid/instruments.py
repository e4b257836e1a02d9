"""Hyperliquid's listing: in which steps a market trades, and what must stand behind a position."""

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from cockpit.core.events import Instrument
from cockpit.core.units import HOUR_S
from cockpit.venues.hyperliquid.mapper import PerpMarket
from cockpit.venues.hyperliquid.messages import VENUE, dex_of
from cockpit.venues.hyperliquid.rest_messages import Asset, TierRow, Universe
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.numbers import finite, positive, whole

MAX_PRICE_DECIMALS = 6
SIGNIFICANT_FIGURES = 5
MIN_NOTIONAL_USD = 10.0
FACTS = venue_facts("cockpit.venues.hyperliquid")
"""With the fees of the validators' own dex."""


LEAST_TABLE_ID = 50
"""A lower id is a leverage that holds for every size."""


def tick_exponent(price: float, sz_decimals: int) -> int:
    """The power of ten by which prices near `price` may move.

    At most five significant figures and at most 6 - szDecimals decimals; whole numbers always.
    """
    by_figures = Decimal(repr(price)).adjusted() - (SIGNIFICANT_FIGURES - 1)
    return min(max(by_figures, sz_decimals - MAX_PRICE_DECIMALS), 0)


def power_of_ten(exponent: int) -> float:
    """The float nearest to 10**exponent, as if it had been read from text."""
    return float(f"1e{exponent}")


def margin_tiers(rows: Sequence[TierRow]) -> tuple[tuple[float, float], ...]:
    """(over_usd, maintenance fraction): half the initial fraction at each tier's leverage.

    Empty for a table that cannot be: bounds that do not rise from 0, or leverage that does.
    """
    tiers = [(finite(row.lower_bound), positive(row.max_leverage)) for row in rows]
    known = [(low, 1.0 / (2.0 * top)) for low, top in tiers if low is not None and top is not None]
    if len(known) < len(tiers) or not known or known[0][0] != 0.0 or known[0][1] >= 1.0:
        return ()
    rises = all(a[0] < b[0] and a[1] <= b[1] < 1.0 for a, b in pairwise(known))
    return tuple(known) if rises else ()


def size_decimals(asset: Asset) -> int | None:
    """The digits behind the point of a size; None for what no market can have."""
    decimals = whole(asset.sz_decimals)
    is_possible = decimals is not None and 0 <= decimals <= MAX_PRICE_DECIMALS + 2
    return decimals if is_possible else None


def instrument(
    market: PerpMarket, asset: Asset, decimals: int, universe: Universe, at_ns: int
) -> Instrument:
    """A listed perp in base units. The tick follows from the mark and is None without one.

    A builder dex adds its own share to the fees, so those are not known.
    """
    shift = round(math.log10(market.unit.contract))
    tick = None
    if market.mark is not None:
        tick = power_of_ten(tick_exponent(market.mark, decimals) - shift)
    lot = power_of_ten(shift - decimals)
    is_builders = bool(dex_of(asset.name))
    leverage = market.odd.price("maxLeverage", asset.max_leverage)
    table = whole(market.odd.number("marginTableId", asset.margin_table_id, 0.0)) or 0
    tiers = margin_tiers(universe.tables.get(table, ()))
    initial = tuple((over_usd, 2.0 * maintenance) for over_usd, maintenance in tiers)
    if not tiers and leverage is not None and 0 < table < LEAST_TABLE_ID:
        initial = ((0.0, 1.0 / leverage),)
    mmf = None if leverage is None else 1.0 / (2.0 * leverage)
    return Instrument(
        venue=VENUE, recv_ns=at_ns, symbol=market.symbol, native=asset.name,
        base=market.symbol.rpartition(":")[2], quote=universe.quote, tick=tick, lot=lot,
        min_size=lot, min_notional_usd=MIN_NOTIONAL_USD, contract=market.unit.contract,
        funding_interval_s=HOUR_S, max_leverage=leverage, mmf=tiers[0][1] if tiers else mmf,
        margin_tiers=tiers if len(tiers) > 1 else (), initial_tiers=initial,
        taker_fee=None if is_builders else FACTS.taker_fee,
        maker_fee=None if is_builders else FACTS.maker_fee,
        status="delisted" if asset.is_delisted else "active",
    )  # fmt: skip
