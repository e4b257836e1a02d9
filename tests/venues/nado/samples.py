"""Messages of Nado, as small as they can be."""

from typing import Any

from cockpit.venues.contract import Input, Wants
from cockpit.venues.nado.session import Session
from tests.support import AT_NS, feed, frame, opened, reply

X18 = 10**18
HOUR_NS = 3_600 * 10**9
AT_S = AT_NS // 10**9
FEE = 0.00035
IDS = {"BTC-PERP": 2, "ETH-PERP": 4, "SOL-PERP": 8, "kPEPE-PERP": 38}


def x18(value: float) -> str:
    """A figure as the venue scales it: 0.5 -> "500000000000000000"."""
    return str(round(value * 10**9) * 10**9)


def symbol_row(native: str, **said: Any) -> dict[str, Any]:
    row = {
        "type": "perp", "product_id": IDS[native], "symbol": native,
        "price_increment_x18": x18(1), "size_increment": x18(0.001), "min_size": x18(100),
        "maker_fee_rate_x18": x18(0.0001), "taker_fee_rate_x18": x18(0.00035),
        "long_weight_initial_x18": x18(0.98), "long_weight_maintenance_x18": x18(0.99),
        "max_open_interest_x18": x18(10**8), "trading_status": "live", "isolated_only": False,
    }  # fmt: skip
    return {**row, **said}


def answer(data: Any, request_type: str = "query") -> dict[str, Any]:
    return {"status": "success", "data": data, "request_type": request_type}


def symbols(*rows: dict[str, Any]) -> dict[str, Any]:
    return answer({"symbols": {row["symbol"]: row for row in rows}}, "query_symbols")


def contract_row(native: str, **said: Any) -> dict[str, Any]:
    row = {
        "product_id": IDS[native], "ticker_id": f"{native}_USDT0", "last_price": 101.5,
        "base_volume": 90.25, "quote_volume": 9000.5, "open_interest": 40.0,
        "index_price": 101.1, "mark_price": 101.2, "funding_rate": 0.00024,
        "next_funding_rate_timestamp": (AT_NS // HOUR_NS + 1) * 3600,
    }  # fmt: skip
    return {**row, **said}


def contracts(*rows: dict[str, Any]) -> dict[str, Any]:
    return {row["ticker_id"]: row for row in rows}


def book(time_ns: int, bids: Any = ((100, 2),), asks: Any = ((101, 3),)) -> dict[str, Any]:
    """A whole book as it was at this time."""
    return answer(
        {
            "bids": [[x18(price), x18(size)] for price, size in bids],
            "asks": [[x18(price), x18(size)] for price, size in asks],
            "product_id": 2,
            "timestamp": str(time_ns),
        },
        "query_market_liquidity",
    )


def change(
    follows: int, last: int, bids: Any = ((99, 5),), asks: Any = (), native: str = "BTC-PERP"
) -> dict[str, Any]:
    return {
        "type": "book_depth", "last_max_timestamp": str(follows), "min_timestamp": str(last),
        "max_timestamp": str(last), "product_id": IDS[native],
        "bids": [[x18(price), x18(size)] for price, size in bids],
        "asks": [[x18(price), x18(size)] for price, size in asks],
    }  # fmt: skip


def fill(native: str = "BTC-PERP", **said: Any) -> dict[str, Any]:
    row = {
        "type": "trade", "timestamp": str(AT_NS), "product_id": IDS[native], "price": x18(100.5),
        "taker_qty": x18(0.25), "maker_qty": x18(0.25), "is_taker_buyer": True,
    }  # fmt: skip
    return {**row, **said}


def listed_session(*natives: str, wants: Wants | None = None) -> Session:
    """A session on an open link that knows these markets (BTC alone without any)."""
    rows = [symbol_row(native) for native in natives or ("BTC-PERP",)]
    session = Session(wants or Wants(symbols=("BTC",)))
    feed(session, opened(), reply("instruments", symbols(*rows)))
    return session


def subscribed() -> Input:
    return frame({"result": None, "id": 1})


def live_book(session: Session, *changes: dict[str, Any], time_ns: int = AT_NS) -> list[Any]:
    """What is said when the book is subscribed, these changes come, and then the whole book."""
    said = feed(session, subscribed(), *map(frame, changes))
    return [*said, *feed(session, reply("book", book(time_ns), key="book_depth.2"))]


def match(
    index: int, size: float, price: float, product_id: int = 2, *, is_isolated: bool = False
) -> dict[str, Any]:
    """A taker's fill: what it brought is told after the fee, so a buyer's is larger by it."""
    fee = abs(size) * price * FEE
    before = {"product_id": product_id, "balance": {"amount": "0", "v_quote_balance": "0"}}
    return {
        "submission_idx": str(index), "digest": f"0x{index:064x}", "isolated": is_isolated,
        "base_filled": x18(size), "quote_filled": x18(-size * price - fee), "fee": x18(fee),
        "sequencer_fee": "0", "pre_balance": {"base": {"perp": before}, "quote": None},
    }  # fmt: skip


def matches(*rows: dict[str, Any]) -> dict[str, Any]:
    """Newest first; the transaction of index N is of N seconds before now, counted from 1,000."""
    rows = tuple(sorted(rows, key=lambda row: -int(row["submission_idx"])))
    indexes = dict.fromkeys(row["submission_idx"] for row in rows)
    txs = [
        {"submission_idx": i, "timestamp": str(AT_S - 1_000 + int(i)), "tx": {}} for i in indexes
    ]
    return {"matches": list(rows), "txs": txs}
