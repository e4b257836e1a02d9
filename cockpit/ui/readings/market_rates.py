"""One market's funding rate now, and when it is paid next."""

from cockpit.core.units import apr
from cockpit.state.view import MarketRead


def apr_of(market: MarketRead | None) -> float | None:
    """The rate to compare venues by as a simple annual fraction; None when unknown."""
    funding = market.rate() if market else None
    return apr(funding.rate, funding.interval_s) if funding else None


def next_payment_s(market: MarketRead | None, now_ns: int) -> float | None:
    """Seconds to the next payment by the venue's clock; a stamp in the past is unknown."""
    if market is not None:
        now_ns = market.venue_now_ns(now_ns)
    for funding in (market.live, market.predicted) if market else ():
        if funding and funding.next_ns and funding.next_ns > now_ns:
            return (funding.next_ns - now_ns) / 1e9
    return None
