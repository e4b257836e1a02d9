"""What a trade earned and cost: fills in time, payments only to who held at the stamp."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from cockpit.backtest.carry_signal import Trade
from cockpit.backtest.carry_terms import LegTerms, Market, Pair
from cockpit.backtest.measured import terms_at
from cockpit.forecast.cells import Floats, Ints


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts of one leg in USD at their times, received positive; each array pair is (n,).

    `price_usd` is what the leg's price moves made; both legs together what was unhedged.
    """

    funding_ns: Ints
    funding_usd: Floats
    fill_ns: Ints
    fee_usd: Floats
    impact_usd: Floats
    price_usd: float
    traded_usd: float
    liquidated_ns: int | None

    def gross_usd(self) -> float:
        return float(self.funding_usd.sum()) + self.price_usd

    def costs_usd(self) -> float:
        """Fees and impact, positive."""
        return -float(self.fee_usd.sum() + self.impact_usd.sum())


def ledgers(pair: Pair, trade: Trade, notional_usd: float) -> tuple[Ledger, Ledger]:
    """Both legs of a trade. A leg that is liquidated takes the other out one latency later."""
    legs = ((pair.first, trade.sign), (pair.second, -trade.sign))
    ends = [trade.out_ns, trade.out_ns]
    gone = [_liquidation_ns(market, trade, side, notional_usd) for market, side in legs]
    known = [at_ns for at_ns in gone if at_ns is not None]
    if known:
        earliest = min(known)
        ends = [earliest, earliest]
        gone = [at_ns if at_ns == earliest else None for at_ns in gone]
    size = notional_usd / float(pair.first.price_at(np.array([trade.in_ns]))[0])
    (first, first_side), (second, second_side) = legs
    return (
        _leg(first, _Order(trade.in_ns, ends[0], first_side * size, gone[0])),
        _leg(second, _Order(trade.in_ns, ends[1], second_side * size, gone[1])),
    )


class _Order(NamedTuple):
    """One leg's way in and out; `size` signed, in base units (USD where no price is known)."""

    in_ns: int
    out_ns: int
    size: float
    liquidated_ns: int | None


def fills(terms: LegTerms, decided_ns: int) -> Sequence[tuple[int, float, float]]:
    """(time, share of the order, share of it that pays the impact) of one order."""
    step_ns = round((terms.latency_s + terms.settle_delay_s) * 1e9)
    first = (decided_ns + step_ns, terms.fill_fraction, 1.0)
    if terms.fill_fraction >= 1.0:
        return (first,)
    return (first, (decided_ns + 2 * step_ns, 1.0 - terms.fill_fraction, 2.0))


def _leg(market: Market, order: _Order) -> Ledger:
    terms = market.terms
    usd = order.size * float(market.price_at(np.array([order.in_ns]))[0])
    way_in = terms_at(terms, market.measured, order.in_ns, usd)
    way_out = terms_at(terms, market.measured, order.out_ns, -usd)
    leave = fills(way_out, order.out_ns)
    if order.liquidated_ns is not None:
        leave = ((order.out_ns, 1.0, 1.0),)
    enter = fills(way_in, order.in_ns)
    orders = [(at, share, times * way_in.impact_bps, 1) for at, share, times in enter]
    orders += [(at, share, times * way_out.impact_bps, -1) for at, share, times in leave]
    at_ns = np.array([at for at, _, _, _ in orders])
    moved = np.array([share * way for _, share, _, way in orders]) * order.size
    price = market.price_at(at_ns)
    value = np.abs(moved) * price
    fee_bps = np.full(len(orders), terms.fee_bps)
    if order.liquidated_ns is not None:
        fee_bps[-1] = terms.liquidation_fee_bps
    impact_bps = np.array([bps for _, _, bps, _ in orders])
    stamps = slice(
        int(np.searchsorted(market.at_ns, at_ns.min(), side="right")),
        int(np.searchsorted(market.at_ns, at_ns.max(), side="right")),
    )
    paid_ns = market.at_ns[stamps]
    # A fill at the very stamp does not hold yet: a position must be open at the settlement.
    held = (moved[None, :] * (at_ns[None, :] < paid_ns[:, None])).sum(axis=1)
    return Ledger(
        funding_ns=paid_ns,
        funding_usd=-held * market.price_at(paid_ns) * market.rate[stamps],
        fill_ns=at_ns,
        fee_usd=-value * fee_bps / 1e4,
        impact_usd=-value * impact_bps / 1e4,
        price_usd=-float((moved * price).sum()) if len(market.price_ns) else 0.0,
        traded_usd=float(value.sum()),
        liquidated_ns=order.liquidated_ns,
    )


def _liquidation_ns(market: Market, trade: Trade, side: int, notional_usd: float) -> int | None:
    """The first known price at which the leg's margin no longer covers its maintenance."""
    if not len(market.price_ns):
        return None
    entry_terms = terms_at(market.terms, market.measured, trade.in_ns, side * notional_usd)
    filled_ns = fills(entry_terms, trade.in_ns)[0][0]
    inside = slice(
        int(np.searchsorted(market.price_ns, filled_ns, side="right")),
        int(np.searchsorted(market.price_ns, trade.out_ns, side="right")),
    )
    entry = float(market.price_at(np.array([trade.in_ns]))[0])
    size = notional_usd / entry
    price = market.price[inside]
    equity = market.terms.margin_frac * notional_usd + side * size * (price - entry)
    short = np.flatnonzero(equity < market.terms.maintenance_frac * size * price)
    return int(market.price_ns[inside][short[0]]) if len(short) else None
