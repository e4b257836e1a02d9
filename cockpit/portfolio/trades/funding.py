"""Funding of one leg on its own clock: paid at its stamps, accrued since the last, expected next.

What was paid is the sum of the venue's payments, where one is known for every stamp that its market
settled since the leg was opened; else the venue's own total of the position. It is never a part of
it that looks like the whole.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from cockpit.analytics.funding.payments import clock_of, stamps_ns
from cockpit.core.events import FundingPayment, Position
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.state.view import MarketRead

SAME_STAMP_NS: Final = HOUR_NS // 6
"""A payment's stamp trails the one of its market by seconds or minutes."""
SETTLING_NS: Final = 180 * NS_PER_S
"""A venue may take so long to write down what it paid."""
LONGEST_NS: Final = 24 * HOUR_NS


class LegFunding(msgspec.Struct, frozen=True, kw_only=True):
    """USD of a leg, received is positive; None is not known.

    `next_usd` is what is expected at `next_ns`, the whole of the running interval.
    """

    paid_usd: float | None = None
    accrued_usd: float | None = None
    next_usd: float | None = None
    next_ns: int | None = None


def paid(
    payments: Sequence[FundingPayment],
    position: Position | None,
    market: MarketRead | None,
    opened_ns: int | None,
    now_ns: int,
) -> float | None:
    """What the whole position was paid since it was opened."""
    if opened_ns is not None and _are_all(payments, market, opened_ns, now_ns):
        return sum(payment.usd for payment in payments if _at(payment) > opened_ns)
    return None if position is None else position.funding_paid


def accrued(market: MarketRead | None, size: float, now_ns: int) -> LegFunding:
    """What the running interval brings `size` signed base units: so far, and at its stamp.

    Funding that flows has no stamp at which it is paid: nothing is accrued apart from it.
    """
    if market is None or not size:
        return LegFunding(accrued_usd=None if size else 0.0)
    rate = market.rate()
    clock = clock_of(rate, market.live)
    price = market.index if market.index is not None else market.mark
    if rate is None or clock is None or clock.is_flow or price is None:
        return LegFunding()
    there_ns = market.venue_now_ns(now_ns)
    upcoming = stamps_ns(clock, there_ns, there_ns + LONGEST_NS)
    if not upcoming.size:
        return LegFunding()
    next_ns = int(upcoming[0])
    last_ns = _last_stamp_ns(market, next_ns, clock.interval_s * NS_PER_S)
    whole = 0.0 - size * price * rate.rate
    done = min(1.0, max(0.0, (there_ns - last_ns) / (next_ns - last_ns)))
    return LegFunding(accrued_usd=whole * done, next_usd=whole, next_ns=next_ns)


def _last_stamp_ns(market: MarketRead, next_ns: int, interval_ns: int) -> int:
    """When the running interval began: one that was changed meanwhile began with the last payment.

    A payment of another interval tells the change; one of this interval may only be late.
    """
    latest = market.settled.latest
    stated = None if latest is None else latest.venue_ns
    if latest is None or stated is None or latest.interval_s * NS_PER_S == interval_ns:
        return next_ns - interval_ns
    return stated if next_ns - LONGEST_NS <= stated < next_ns else next_ns - interval_ns


def _are_all(
    payments: Sequence[FundingPayment], market: MarketRead | None, opened_ns: int, now_ns: int
) -> bool:
    """Whether a payment is known for every stamp of the market since then."""
    stamps = (
        [] if market is None else [row.venue_ns or row.recv_ns for row in market.settled.rows()]
    )
    if not stamps or stamps[0] > opened_ns:
        return False
    known = [_at(payment) for payment in payments]
    due = [stamp for stamp in stamps if opened_ns < stamp <= now_ns - SETTLING_NS]
    return all(any(abs(at - stamp) <= SAME_STAMP_NS for at in known) for stamp in due)


def _at(payment: FundingPayment) -> int:
    return payment.recv_ns if payment.venue_ns is None else payment.venue_ns
