"""Hyperliquid's list of markets: which exist, by which name, and in which steps they trade."""

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import msgspec

from cockpit.core.events import Instrument
from cockpit.core.units import HOUR_S
from cockpit.venues.hyperliquid.messages import NAME, dex_of, name_of
from cockpit.venues.hyperliquid.rest_messages import Asset, TierRow, Universe
from cockpit.venues.kit import numbers
from cockpit.venues.kit.facts import venue_facts

MAX_PRICE_DECIMALS = 6
SIGNIFICANT_FIGURES = 5
MIN_NOTIONAL_USD = 10.0
FACTS = venue_facts("cockpit.venues.hyperliquid")
"""With the fees of the validators' own dex."""


class Listing:
    """What the venue has told of its markets so far. It outlives connections."""

    def __init__(self) -> None:
        self.coins: dict[str, tuple[str | None, ...]] = {}
        """Native names by dex, in the order of its universe; None where a row was unreadable."""
        self.natives: dict[str, str] = {}
        """Symbol -> native of the markets that trade. No other name may be subscribed to."""
        self._told: dict[str, Instrument] = {}
        self._marks: dict[str, float] = {}

    def learn(self, universe: Universe, is_told: "frozenset[str]", at_ns: int) -> list[Instrument]:
        """Take over one dex; returns the instruments that are new or changed.

        A builder's markets are told only if their symbols are in `is_told`.
        """
        self.coins[universe.dex] = tuple(
            [None if asset is None else asset.name for asset in universe.assets]
        )
        ctxs = universe.ctxs if universe.ctxs is not None else []
        changed: list[Instrument] = []
        for position, asset in enumerate(universe.assets):
            if asset is None:
                continue
            ctx = ctxs[position] if position < len(ctxs) else None
            mark = None if ctx is None else numbers.positive(ctx.mark_px)
            if mark is not None:
                self._marks[asset.name] = mark
            tiers = universe.tables.get(asset.margin_table_id or 0, ())
            told = instrument(asset, universe.quote, self._marks.get(asset.name), at_ns, tiers)
            if told is None:
                continue
            if told.status == "active":
                self.natives[told.symbol] = told.native
            elif self.natives.get(told.symbol) == told.native:
                del self.natives[told.symbol]
            if universe.dex and told.symbol not in is_told:
                continue
            before = self._told.get(told.native)
            if before is None or before != msgspec.structs.replace(told, recv_ns=before.recv_ns):
                self._told[told.native] = told
                changed.append(told)
        return changed


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
    tiers = [(numbers.finite(row.lower_bound), numbers.positive(row.max_leverage)) for row in rows]
    known = [(low, 1.0 / (2.0 * top)) for low, top in tiers if low is not None and top is not None]
    if len(known) < len(tiers) or not known or known[0][0] != 0.0 or known[0][1] >= 1.0:
        return ()
    rises = all(a[0] < b[0] and a[1] <= b[1] < 1.0 for a, b in pairwise(known))
    return tuple(known) if rises else ()


def instrument(
    asset: Asset, quote: str, mark: float | None, at_ns: int, tiers: Sequence[TierRow] = ()
) -> Instrument | None:
    """A listed perp in base units; None for a name that is no perp.

    `mark` is in the venue's units and decides the tick, which is None without it. A builder dex
    adds its own share to the fees, so those are not known.
    """
    named = name_of(asset.name)
    if named is None or not 0 <= asset.sz_decimals <= MAX_PRICE_DECIMALS + 2:
        return None
    symbol, contract = named
    shift = round(math.log10(contract))
    tick = None
    if mark is not None:
        tick = power_of_ten(tick_exponent(mark, asset.sz_decimals) - shift)
    lot = power_of_ten(shift - asset.sz_decimals)
    is_builders = bool(dex_of(asset.name))
    leverage = asset.max_leverage if asset.max_leverage and asset.max_leverage > 0 else None
    by_size = margin_tiers(tiers)
    mmf = None if leverage is None else 1.0 / (2.0 * leverage)
    return Instrument(
        venue=NAME,
        recv_ns=at_ns,
        symbol=symbol,
        native=asset.name,
        base=symbol.rpartition(":")[2],
        quote=quote,
        tick=tick,
        lot=lot,
        min_size=lot,
        min_notional_usd=MIN_NOTIONAL_USD,
        contract=contract,
        funding_interval_s=HOUR_S,
        max_leverage=leverage,
        mmf=by_size[0][1] if by_size else mmf,
        margin_tiers=by_size if len(by_size) > 1 else (),
        taker_fee=None if is_builders else FACTS.taker_fee,
        maker_fee=None if is_builders else FACTS.maker_fee,
        status="delisted" if asset.is_delisted else "active",
    )
