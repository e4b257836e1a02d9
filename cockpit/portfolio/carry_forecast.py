"""What a held position is expected to be paid: at its market's stamps, as its rate reverts."""

from cockpit.analytics.funding.payments import RatePath, clock_of, paid, paid_hours
from cockpit.analytics.funding.reversion import Ar1
from cockpit.analytics.risk.exposure import Leg
from cockpit.core.market import FundingTerms
from cockpit.core.units import HOUR_NS
from cockpit.state.view import MarketRead


def expected_usd(
    leg: Leg, market: MarketRead, terms: FundingTerms | None, fit: Ar1, now_ns: int, hours: int
) -> float | None:
    """USD over the next `hours`, received is positive; `fit` is of the rate an hour.

    None where the rate, or the price that funding is paid on, is not known.
    """
    latest, listed = market.settled.latest, market.instrument
    clock = clock_of(
        market.rate() or latest,
        market.live,
        paid=latest,
        listed_s=None if listed is None else listed.funding_interval_s,
        is_continuous=terms is not None and terms.is_continuous,
    )
    if clock is None or leg.hourly is None or leg.reference is None:
        return None
    path = RatePath(at_ns=now_ns, now=leg.hourly, mean=fit.mu, phi=fit.phi)
    rate = paid(path, paid_hours(clock, now_ns, now_ns, now_ns + hours * HOUR_NS))
    return -leg.size * leg.reference * rate
