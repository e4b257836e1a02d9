"""Funding of one leg on its own clock: paid at its stamps, accrued since the last, expected next.

What was paid is the sum of the venue's payments, where one is known for every stamp that its market
settled since the leg was opened; else the venue's own total of the position. It is never a part of
it that looks like the whole.
"""

from bisect import bisect_left
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
LEAST_USD: Final = 1e-4
"""Payments are told to the millionth: what differs by less is one sum."""
MOST_DUE_NS: Final = HOUR_NS // 2
"""A payment that is not told for so long is no longer waited for."""


class LegFunding(msgspec.Struct, frozen=True, kw_only=True):
    """USD of a leg, received is positive; None is not known.

    `accrued_usd` is what was due at a stamp and is not paid yet, and the running interval so far.
    `next_usd` is what is expected at `next_ns`, the whole of the running interval.
    """

    paid_usd: float | None = None
    accrued_usd: float | None = None
    next_usd: float | None = None
    next_ns: int | None = None


class LegPast(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a leg's past. `position` None: it is flat, or was so in between.

    `flat` are the spans (ns) in which it was flat since the opening, as its fills tell: from when,
    and until when.
    """

    payments: Sequence[FundingPayment]
    position: Position | None
    market: MarketRead | None
    opened_ns: int | None
    size: float
    flat: Sequence[tuple[int, int]] = ()

    def was_flat(self, at_ns: int) -> bool:
        """Whether nothing was held at a stamp, so that nothing was paid."""
        return any(from_ns < at_ns <= to_ns for from_ns, to_ns in self.flat)

    @property
    def due_usd(self) -> float | None:
        """What the venue says to be due and not credited, of the whole position."""
        return None if self.position is None else self.position.funding_accrued_usd


def of_leg(past: LegPast, share: float, now_ns: int) -> LegFunding:
    """The leg's `share` of what was paid to its position, and of what is to come."""
    by_payments = _paid(past, now_ns)
    stated = None if past.position is None else past.position.funding_paid
    paid_usd = stated if by_payments is None else by_payments
    running = _running(past, now_ns)
    accrued_usd = running.accrued_usd
    if accrued_usd is not None:
        due_usd = past.due_usd
        if due_usd is None:
            due_usd = 0.0 if by_payments is None else _due(past, now_ns)
        accrued_usd = None if due_usd is None else accrued_usd + due_usd
    return LegFunding(
        paid_usd=None if paid_usd is None else paid_usd * share,
        accrued_usd=None if accrued_usd is None else accrued_usd * share,
        next_usd=None if running.next_usd is None else running.next_usd * share,
        next_ns=running.next_ns,
    )


def since_opening(
    payments: Sequence[FundingPayment], position: Position | None, opened_ns: int | None
) -> list[FundingPayment] | None:
    """The payments of a position since it was opened, oldest first; None where they are not told.

    Where nobody says when it was opened, they are the newest that add up to the venue's own total.
    """
    if opened_ns is not None:
        return [payment for payment in payments if _at(payment) > opened_ns]
    stated = None if position is None else position.funding_paid
    if stated is None:
        return None
    found: list[FundingPayment] = []
    rest = stated
    for payment in reversed(payments):
        if abs(rest) < LEAST_USD:
            break
        found.append(payment)
        rest -= payment.usd
    return found[::-1] if abs(rest) < LEAST_USD else None


def _paid(past: LegPast, now_ns: int) -> float | None:
    """The sum of the payments since the opening; None unless it is the whole."""
    opened_ns = past.opened_ns
    if opened_ns is None or not _are_all(past, opened_ns, now_ns):
        return None
    return sum(payment.usd for payment in past.payments if _at(payment) > opened_ns)


def _running(past: LegPast, now_ns: int) -> LegFunding:
    """What the running interval brings: so far, and at its stamp.

    Funding that flows has no stamp at which it is paid: nothing is accrued apart from it.
    """
    market, size = past.market, past.size
    if not size:
        return LegFunding(accrued_usd=0.0)
    if market is None:
        return LegFunding()
    # What accrues is the live rate; a forecast may be an older one of the whole interval.
    rate, price = market.live or market.predicted, _price(market)
    clock = clock_of(rate, market.live)
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


def _due(past: LegPast, now_ns: int) -> float | None:
    """What the last stamp brought, where the venue has not told its payment yet.

    None while the rate of that stamp is not known either.
    """
    market, opened_ns = past.market, past.opened_ns
    rate = None if market is None else market.live
    if market is None or rate is None or rate.next_ns is None or opened_ns is None:
        return 0.0
    last_ns = rate.next_ns - rate.interval_s * NS_PER_S
    if not past.payments or opened_ns >= last_ns or not 0 <= now_ns - last_ns < MOST_DUE_NS:
        return 0.0
    if any(abs(_at(payment) - last_ns) <= SAME_STAMP_NS for payment in past.payments):
        return 0.0
    latest, price = market.settled.latest, _price(market)
    is_it = latest is not None and abs((latest.venue_ns or 0) - last_ns) <= SAME_STAMP_NS
    return 0.0 - past.size * price * latest.rate if latest and is_it and price else None


def _price(market: MarketRead) -> float | None:
    """What funding is paid on."""
    return market.index if market.index is not None else market.mark


def _last_stamp_ns(market: MarketRead, next_ns: int, interval_ns: int) -> int:
    """When the running interval began: one that was changed meanwhile began with the last payment.

    A payment of another interval tells the change; one of this interval may only be late.
    """
    latest = market.settled.latest
    stated = None if latest is None else latest.venue_ns
    if latest is None or stated is None or latest.interval_s * NS_PER_S == interval_ns:
        return next_ns - interval_ns
    return stated if next_ns - LONGEST_NS <= stated < next_ns else next_ns - interval_ns


def _are_all(past: LegPast, opened_ns: int, now_ns: int) -> bool:
    """Whether a payment is known for every stamp of the market since then.

    Where the venue tells apart what is due and not credited, the newest stamps may have none yet.
    """
    rows = [] if past.market is None else past.market.settled.rows()
    stamps = [row.venue_ns or row.recv_ns for row in rows]
    if not stamps or stamps[0] > opened_ns:
        return False
    known = sorted(_at(payment) for payment in past.payments)
    until_ns = now_ns - SETTLING_NS
    if past.due_usd is not None and known:
        until_ns = min(until_ns, known[-1] + SAME_STAMP_NS)
    due = [s for s in stamps if opened_ns < s <= until_ns and not past.was_flat(s)]
    return all(_has_near(known, stamp) for stamp in due)


def _has_near(known: Sequence[int], stamp: int) -> bool:
    """Whether one of these times, ascending, is that of a stamp. A month of hours is looked at for
    every leg and at every redraw."""
    place = bisect_left(known, stamp - SAME_STAMP_NS)
    return place < len(known) and known[place] <= stamp + SAME_STAMP_NS


def _at(payment: FundingPayment) -> int:
    return payment.recv_ns if payment.venue_ns is None else payment.venue_ns
