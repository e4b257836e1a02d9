"""Views with positions in them, and the risk calculators run on them."""

from typing import Any

import msgspec

from cockpit import calculators
from cockpit.calculators.common.form import read
from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.common.result import Result
from cockpit.documents.saved_view import SnapshotView, view_of
from tests.calculators.markets import document, market
from tests.support import AT_NS

BTC_BIDS = [(59_990.0, 4.0), (59_940.0, 8.0), (59_880.0, 30.0)]
BTC_ASKS = [(60_010.0, 4.0), (60_060.0, 8.0), (60_120.0, 30.0)]
FEE = 0.00045


def btc(venue: str, rate: float | None = 1.25e-5, **fields: Any) -> dict[str, Any]:
    """Bitcoin at 60,000 with a book of 42 a side."""
    given = {
        "symbol": "BTC", "tick": 0.1, "lot": 0.001, "mark": 60_000.0, "index": 60_000.0,
        "max_leverage": 40.0, "mmf": 0.0125, "taker_fee": FEE, **fields,
    }  # fmt: skip
    return market(
        venue, given.pop("bids", BTC_BIDS), given.pop("asks", BTC_ASKS), rate=rate, **given
    )


def coin(venue: str, symbol: str, price: float, mmf: float | None, **fields: Any) -> dict[str, Any]:
    """Another coin with a deep book a basis point wide."""
    bids, asks = [(price * 0.99995, 1e7)], [(price * 1.00005, 1e7)]
    given = {"mark": price, "index": price, "mmf": mmf, "lot": 0.01, "tick": None, **fields}
    return market(venue, bids, asks, symbol=symbol, **given)


def view(*markets: dict[str, Any], **fields: Any) -> SnapshotView:
    """A saved snapshot; `fields` are chains, positions and accounts."""
    tree = {**document(*markets), **fields}
    return view_of(msgspec.json.decode(msgspec.json.encode(tree)))


def held(venue: str, size: float, symbol: str = "BTC", **fields: Any) -> dict[str, Any]:
    return {"venue": venue, "symbol": symbol, "size": size, **fields}


def run(name: str, at: Any, settings: Settings | None = None, /, **inputs: Any) -> Result:
    """A calculator's answer to inputs as text or values."""
    calculator = calculators.load(name)
    return calculator.compute(
        read(calculator.Inputs, inputs), at, settings or Settings(now_ns=AT_NS)
    )
