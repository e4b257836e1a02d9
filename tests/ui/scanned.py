"""A scene with a ranking of known figures: what a trader sees in SCAN."""

from typing import Any

from cockpit.analytics.funding.payments import PaymentClock
from cockpit.calculators.scan.listing import Listing, ScanInputs
from cockpit.calculators.scan.ranked import RankedPairs
from cockpit.calculators.scan.ranking import ScanJob, rank
from cockpit.desk.stats import Scan
from cockpit.ui.layout.workspaces import show
from cockpit.ui.model.readings import Readings
from tests.support import AT_NS
from tests.ui import scenes


def listing(venue: str, symbol: str, hourly: float | None, **fields: Any) -> Listing:
    """A sound market at 100 USD that costs 1 bp a trade by its book and pays as it accrues."""
    return Listing(**{
        "venue": venue, "symbol": symbol, "asset": symbol, "hourly": hourly, "price_usd": 100.0,
        "clock": PaymentClock(interval_s=3600, is_continuous=True), "buy_frac": 1e-4,
        "sell_frac": 1e-4, "cost_basis": "book", "depth_x": 50.0, "initial_frac": 0.1,
        "oi_usd": 1e7, "volume_24h_usd": 1e8, **fields,
    })  # fmt: skip


LISTINGS = (
    # WIF pays 1e-4 an hour between alphaswap and bravo, half of it to charliedex: three pairs.
    listing("alphaswap", "WIF", 0.0),
    listing("bravo", "WIF", 1e-4),
    listing("charliedex", "WIF", 5e-5, cost_basis="tier", depth_x=None),
    # SUI pays more, at another price.
    listing("alphaswap", "SUI", 0.0),
    listing("bravo", "SUI", 3e-4, price_usd=101.0),
    # One of DOGS is down.
    listing("alphaswap", "DOGS", 0.0),
    listing("charliedex", "DOGS", 9e-4, gate="charliedex is down: refused"),
    # Of PEPE2 nobody knows what it costs.
    listing("alphaswap", "PEPE2", 0.0, buy_frac=None, sell_frac=None, cost_basis=None),
    listing("bravo", "PEPE2", 1e-5, buy_frac=None, sell_frac=None, cost_basis=None),
)


def ranking(*listings: Listing, at_ns: int = AT_NS, **inputs: Any) -> RankedPairs:
    return rank(ScanJob(listings=listings or LISTINGS, inputs=ScanInputs(**inputs), at_ns=at_ns))


def scanned() -> Readings:
    """SCAN, 10 000 USD a leg for a day: WIF passes, SUI fails by its basis, DOGS is down."""
    scene = scenes.live()
    scene.ui.size_usd = 10_000.0
    scene.scan = Scan(is_on=True, pairs=ranking())
    show(scene.ui, "scan")
    return scene
