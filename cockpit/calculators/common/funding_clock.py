"""When the markets of a view pay funding, and what a hold of one is expected to be paid."""

from cockpit.analytics.funding.payments import PaymentClock
from cockpit.calculators.common.market_data import Notes, Settings
from cockpit.state.view import MarketRead


def payment_clock(market: MarketRead, settings: Settings, notes: Notes) -> PaymentClock | None:
    """The market's clock; None without a rate. A next stamp that is not stated is noted."""
    rate = market.rate() or market.settled.latest
    if rate is None:
        return None
    next_ns = rate.next_ns
    if next_ns is None and market.live is not None:
        next_ns = market.live.next_ns
    terms = settings.funding_terms.get(market.venue)
    is_continuous = terms is not None and terms.is_continuous
    if next_ns is None and not is_continuous:
        notes.assume(
            f"{market.venue}/{market.symbol}: next funding stamp not known, funding is counted as "
            "if it flowed"
        )
    return PaymentClock(interval_s=rate.interval_s, next_ns=next_ns, is_continuous=is_continuous)
