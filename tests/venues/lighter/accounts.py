"""Samples of Lighter accounts for tests."""

from cockpit.venues.contract import Fetch, Wants
from cockpit.venues.lighter import Session
from tests.support import only

L1 = "0x15f43c2b0f0ca3e0a0c1fd8f9ad6d0d0d0d0cc2a"
SECOND = 1_000_000_000


def row(symbol: str | None, position: str, sign: int | None = 1, **changed: object) -> dict:
    """Every field has a value of its own, so that a mix-up shows."""
    return {
        "market_id": 7, "symbol": symbol, "initial_margin_fraction": "5.00", "sign": sign,
        "position": position, "avg_entry_price": "90.0", "position_value": "200.0",
        "unrealized_pnl": "20.5", "realized_pnl": "7.5", "liquidation_price": "55.5",
        "margin_mode": 0, "allocated_margin": "0.000000", "total_funding_paid_out": "-3.25",
        **changed,
    }  # fmt: skip


def account(*rows: dict, index: int = 1077, **changed: object) -> dict:
    return {
        "code": 0, "account_type": 0, "index": index, "l1_address": L1, "account_index": index,
        "available_balance": "700.0", "collateral": "950.0", "total_asset_value": "1000.0",
        "cross_asset_value": "900.0", "positions": list(rows), **changed,
    }  # fmt: skip


def body(*accounts: dict) -> dict:
    return {"code": 200, "total": len(accounts), "accounts": list(accounts)}


def following(*accounts: str) -> Session:
    return Session(Wants(symbols=("BTC",), accounts=accounts))


def stream(kind: str, rows: dict, stage: str = "update") -> dict:
    return {"type": f"{stage}/{kind}", "channel": f"{kind}:1077", "positions": rows}


def asked(outputs: list) -> list[Fetch]:
    """The looks at accounts, those at what was paid to them left out."""
    fetches = [fetch for fetch in only(Fetch, outputs) if fetch.name == "account"]
    return [fetch for fetch in fetches if not fetch.key.startswith("paid/")]
