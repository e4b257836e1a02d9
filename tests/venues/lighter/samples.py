"""What Lighter writes, as builders: every field has a value of its own, so that a mix-up shows."""

from typing import Any

from cockpit.venues.contract import Frame, Output, Reply, Send, Wants
from cockpit.venues.lighter.session import Session
from tests.support import AT_NS, feed, frame, only, opened, reply

SECOND = 1_000_000_000
L1 = "0x15f43c2b0f0ca3e0a0c1fd8f9ad6d0d0d0d0cc2a"
SENT_MS = 1_760_041_996_500
HOUR_20_MS = 1_760_040_000_002
"""33 minutes before the message above: the last payment."""
BIDS = (("100.0", "1.5"), ("99.5", "2.0"))
ASKS = (("100.5", "3.0"), ("101.0", "4.0"))

STATS = {
    "market_id": 1, "index_price": "121010.8", "mark_price": "121000.0",
    "last_trade_price": "121044.6", "open_interest": "242000000.000000",
    "current_funding_rate": "-0.0028", "funding_rate": "0.0007", "funding_timestamp": HOUR_20_MS,
    "daily_base_token_volume": 42138.37278, "daily_quote_token_volume": 5e9,
}  # fmt: skip
DETAILS = {
    "symbol": "ETH", "market_id": 0, "market_type": "perp", "status": "active",
    "taker_fee": "0.0280", "maker_fee": "0.0000", "min_base_amount": "0.0050",
    "min_quote_amount": "10.000000", "size_decimals": 4, "price_decimals": 2,
    "min_initial_margin_fraction": 200, "maintenance_margin_fraction": 120,
    "open_interest": 39559.3278,
}  # fmt: skip
BTC = DETAILS | {"symbol": "BTC", "market_id": 1}


def session(*symbols: str, accounts: tuple[str, ...] = (), survey: bool = False) -> Session:
    """One whose link is open."""
    ours = Session(Wants(symbols=symbols, accounts=accounts, survey=survey))
    feed(ours, opened())
    return ours


def listing(*rows: Any, at_ns: int = AT_NS) -> Reply:
    return reply("instruments", {"code": 200, "order_book_details": list(rows)}, at_ns)


def book(stage: str, bids: Any, asks: Any, market: int = 1, **numbers: int) -> Frame:
    """A book message; `numbers` are offset, nonce and begin_nonce."""
    sides = {"asks": _levels(asks), "bids": _levels(bids)}
    return frame(
        {
            "channel": f"order_book:{market}", "order_book": {"code": 0, "offset": 1, **sides,
            **numbers}, "timestamp": SENT_MS, "type": f"{stage}/order_book",
        }
    )  # fmt: skip


def _levels(pairs: Any) -> Any:
    return pairs and [{"price": price, "size": size} for price, size in pairs]


def whole(nonce: int, market: int = 1) -> Frame:
    return book("subscribed", BIDS, ASKS, market, nonce=nonce, begin_nonce=0)


def change(follows: int, nonce: int, bids: Any = BIDS, market: int = 1) -> Frame:
    return book("update", bids, (), market, nonce=nonce, begin_nonce=follows)


def stats(rows: dict[str, Any], scope: str = "all", stage: str = "update") -> Frame:
    payload = rows if scope == "all" else next(iter(rows.values()))
    return frame(
        {
            "channel": f"market_stats:{scope}", "market_stats": payload, "timestamp": SENT_MS,
            "type": f"{stage}/market_stats",
        }
    )  # fmt: skip


def fill(trade_id: int = 100, **changed: Any) -> dict[str, Any]:
    return {
        "trade_id": trade_id, "type": "trade", "market_id": 1, "size": "0.00100",
        "price": "121043.9", "is_maker_ask": True, "timestamp": SENT_MS, **changed,
    }  # fmt: skip


def fills(trades: Any, liquidations: Any = None, stage: str = "update", market: int = 1) -> Frame:
    return frame(
        {
            "channel": f"trade:{market}", "liquidation_trades": liquidations, "nonce": 7,
            "trades": trades, "type": f"{stage}/trade",
        }
    )  # fmt: skip


def position(symbol: str | None, size: Any, sign: int | None = 1, **changed: Any) -> Any:
    return {
        "market_id": 7, "symbol": symbol, "initial_margin_fraction": "5.00", "sign": sign,
        "position": size, "avg_entry_price": "90.0", "position_value": "200.0",
        "unrealized_pnl": "20.5", "liquidation_price": "55.5", "margin_mode": 0,
        "allocated_margin": "0.000000", "total_funding_paid_out": "-3.25", **changed,
    }  # fmt: skip


def account(*positions: Any, index: int = 1077, **changed: Any) -> Any:
    return {
        "code": 0, "index": index, "l1_address": L1, "account_index": index,
        "available_balance": "700.0", "collateral": "950.0", "total_asset_value": "1000.0",
        "cross_asset_value": "900.0", "positions": list(positions), **changed,
    }  # fmt: skip


def page(*accounts: Any, total: int | None = None, cursor: str = "") -> Any:
    total = len(accounts) if total is None else total
    return {"code": 200, "total": total, "accounts": list(accounts), "next_cursor": cursor}


def stream(positions: Any, stage: str = "update", kind: str = "account_all") -> Any:
    return {"type": f"{stage}/{kind}", "channel": f"{kind}:1077", "positions": positions}


def sent(outputs: list[Output]) -> list[str]:
    return [send.data for send in only(Send, outputs)]
