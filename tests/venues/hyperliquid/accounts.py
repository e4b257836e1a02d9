"""Hyperliquid's account messages for tests, in the shapes of its documentation and recordings."""

import json

from cockpit.venues.contract import Fetch, Wants
from cockpit.venues.hyperliquid.session import Session
from tests.support import capture_text, feed, only, reply

ALICE = "0x31ca8395cf837de08b24da3f660e77761dfb974b"
BOB = "0x5e9ee1089755c3435139848e47e6635505d5a13a"


def row(coin: str, szi: str, **changed: object) -> dict:
    """Every field has a value of its own, so that a mix-up shows."""
    position = {
        "coin": coin, "szi": szi, "leverage": {"type": "cross", "value": 7}, "entryPx": "90.0",
        "positionValue": "200.0", "unrealizedPnl": "20.5", "returnOnEquity": "0.31",
        "liquidationPx": "55.5", "marginUsed": "28.5", "maxLeverage": 40,
        "cumFunding": {"allTime": "9.1", "sinceOpen": "3.25", "sinceChange": "1.75"},
    }  # fmt: skip
    return {"type": "oneWay", "position": {**position, **changed}}


def state(*rows: dict, value: str = "1000.0", **changed: object) -> dict:
    summary = {"accountValue": value, "totalNtlPos": "200.0", "totalRawUsd": "800.0"}
    return {
        "marginSummary": {**summary, "totalMarginUsed": "30.0"},
        "crossMarginSummary": {**summary, "accountValue": "900.0", "totalMarginUsed": "25.0"},
        "crossMaintenanceMarginUsed": "12.0", "withdrawable": "700.0",
        "assetPositions": list(rows), "time": 1_759_999_999_000, **changed,
    }  # fmt: skip


EMPTY = state(value="0.0") | {"crossMarginSummary": {"accountValue": "0.0"}, "withdrawable": "0.0"}


def all_dexs(account: str, *states: tuple[str, dict]) -> dict:
    data = {"user": account, "clearinghouseStates": list(states)}
    return {"channel": "allDexsClearinghouseState", "data": data}


def unread(*accounts: str) -> Session:
    """Nothing has been answered yet."""
    return Session(Wants(symbols=("BTC",), accounts=accounts))


def following(*accounts: str) -> Session:
    """What stands beside the positions is known: a standard account, and no builders' dexes."""
    session = unread(*accounts)
    feed(session, *standard())
    return session


def body_of(name: str) -> list[dict]:
    return json.loads(capture_text(f"hyperliquid/rest_{name}.json"))


def asked(outputs: list, key: str) -> list[Fetch]:
    return [fetch for fetch in only(Fetch, outputs) if fetch.key.startswith(key)]


def spot(total: str, hold: str = "0.0") -> dict:
    """The USDC among the spot balances."""
    return {"coin": "USDC", "token": 0, "total": total, "hold": hold, "entryNtl": "0.0"}


def standard(*dexs: str, mode: str = "default") -> list:
    """What else an account is read in: its mode, and the builders' dexes that there are."""
    names = [None, *({"name": dex} for dex in dexs)]
    return [
        reply("account", f'"{mode}"', key=f"mode/{ALICE}"),
        reply("account", names, key="dexs"),
    ]
