"""Small books that several suites trade into."""

from hypothesis import strategies as st

from cockpit.analytics.execution.depth import Levels
from cockpit.analytics.execution.split import Offer

BIDS = [(99.95, 6.0), (99.90, 12.0), (99.85, 15.0)]
ASKS = [(100.00, 5.0), (100.05, 10.0), (100.10, 20.0)]
MID = 99.975


def offer(
    levels: Levels,
    fee: float = 0.0,
    lot: float = 1.0,
    min_size: float | None = None,
    min_notional_usd: float | None = None,
    cap: float | None = None,
    quote_usd: float = 1.0,
) -> Offer:
    return Offer(levels, fee, lot, min_size, min_notional_usd, cap, quote_usd)


@st.composite
def asks(draw: st.DrawFn, most: int = 5, largest: int = 40) -> list[tuple[float, float]]:
    """Ascending levels around 100 with sizes in tenths."""
    steps = draw(st.lists(st.integers(1, 30), min_size=1, max_size=most))
    tenths = draw(st.lists(st.integers(1, largest), min_size=len(steps), max_size=len(steps)))
    price, levels = draw(st.integers(9_980, 10_020)), []
    for step, size in zip(steps, tenths, strict=True):
        price += step
        levels.append((price / 100, size / 10))
    return levels


def as_bids(levels: Levels) -> list[tuple[float, float]]:
    """The same ladder mirrored at 100."""
    return [(round(200.0 - price, 2), size) for price, size in levels]
