"""A plan of two legs that offset each other."""

from cockpit.calculators.saved_plans import Expected, SavedPlan
from cockpit.core.plan import Leg, Side
from tests.support import AT_NS


def pair(name: str, at_ns: int = AT_NS) -> SavedPlan:
    """Long one BTC on alphaswap, short one on bravo."""
    return SavedPlan(
        name=name,
        at_ns=at_ns,
        calculator="carry",
        verdict="worth it",
        legs=(
            Leg(venue="alphaswap", symbol="BTC", side=Side.BUY, size=1.0, limit=64_001.0),
            Leg(venue="bravo", symbol="BTC", side=Side.SELL, size=1.0, limit=64_000.0),
        ),
        expected=(Expected(mid=64_000.0, cost_frac=0.0005, fee_frac=0.0004), Expected()),
    )
