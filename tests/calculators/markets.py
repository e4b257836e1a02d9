"""Hand-made markets, and calculators run on them as the command line does."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from cockpit import calculators
from cockpit.calculators.common.form import read
from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.common.result import Result
from cockpit.calculators.common.result import document as result_document
from cockpit.documents.saved_view import SnapshotView, view_of
from tests.support import AT_NS

Pairs = Sequence[tuple[float, float]]
HOUR_S = 3600
HOUR_NS = HOUR_S * 10**9

BIDS = [(99.95, 6.0), (99.90, 12.0), (99.85, 15.0)]
ASKS = [(100.00, 5.0), (100.05, 10.0), (100.10, 20.0)]
DEEP_BIDS, DEEP_ASKS = [(99.9999, 1e6)], [(100.0001, 1e6)]


def market(
    venue: str, bids: Pairs = BIDS, asks: Pairs = ASKS, *, rate: float | None = 1e-5,
    interval_s: int = HOUR_S, settled: Sequence[float] = (), **fields: Any,
) -> dict[str, Any]:  # fmt: skip
    """One market object of a snapshot; `settled` ends at the last full hour."""
    last = AT_NS - AT_NS % HOUR_NS
    rows = [
        {"rate": paid, "interval_s": interval_s,
         "at_ns": last - (len(settled) - 1 - k) * interval_s * 10**9}
        for k, paid in enumerate(settled)
    ]  # fmt: skip
    live = None if rate is None else {"rate": rate, "interval_s": interval_s, "age_s": 1.0}
    return {
        "venue": venue, "symbol": "BTC", "native": "BTC-PERP", "link": "live", "age_s": 0.5,
        "tick": 0.01, "lot": 1.0, "min_size": None, "min_notional_usd": None,
        "max_leverage": 20.0, "mmf": 0.025, "taker_fee": 0.0, "maker_fee": 0.0,
        "bids": bids, "asks": asks, "mark": 100.0, "index": 100.0, "last": 100.0,
        "open_interest_base": None, "stale": [],
        "funding": {"live": live, "predicted": None, "settled": rows, "next_ns": None},
        **fields,
    }  # fmt: skip


def document(*markets: dict[str, Any]) -> dict[str, Any]:
    """A snapshot document."""
    return {"at_ns": AT_NS, "version": "0", "warnings": [], "markets": list(markets),
            "chains": [], "positions": []}  # fmt: skip


def saved(*markets: dict[str, Any]) -> SnapshotView:
    """The same as a view, read as from a file."""
    return view_of(msgspec.json.decode(msgspec.json.encode(document(*markets))))


def calc(name: str, view: Any, settings: Settings | None = None, /, **inputs: Any) -> Result:
    """A calculator's answer to inputs as text or values."""
    calculator = calculators.load(name)
    given: Mapping[str, Any] = {"symbol": "BTC", **inputs}
    asked = read(calculator.Inputs, given)
    result = calculator.compute(asked, view, settings or Settings(now_ns=AT_NS))
    assert msgspec.json.encode(result_document(name, asked, result)), "not a document"
    return result
