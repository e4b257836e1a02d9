"""What Bybit's /v5/market paths answer, as the `result` of their envelope.

| path | what is special |
| --- | --- |
| instruments-info | only `Trading` unless a status or symbol is asked for; pages by cursor |
| tickers | one call for all; open interest of both sides and of one |
| orderbook | up to 1000 levels, default 25 |
| funding/history | newest first, at most 200; `startTime` alone is an error |
| open-interest | newest first, pages by cursor |
| recent-trade, risk-limit, price-limit, time | |

Klines are in `bybit_klines`, what stands still in `bybit_static`.

`linear` is the only category with contracts; spot, inverse and option are empty lists.
Source: https://bybit-exchange.github.io/docs/v5/market.
"""

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim.faces.bybit import messages as wire
from cockpit.sim.faces.bybit.messages import Contract, Json
from cockpit.sim.faces.bybit.params import (
    Query,
    category_of,
    contract_of,
    invalid,
    limit_of,
    number_of,
    unknown_symbol,
)
from cockpit.sim.world.candles import history_begins_ns
from cockpit.sim.world.contract import VenueWorld

RISK_SYMBOLS_PER_PAGE = 15
OI_INTERVALS_S = {
    "5min": 300,
    "15min": 900,
    "30min": 1800,
    "1h": 3600,
    "4h": 14_400,
    "1d": 86_400,
}
LAST_OF_PAGE = re.compile(r"last=([0-9A-Z-]+)")
LAST_TIME = re.compile(r"lasttime=([0-9]{1,12})")


def _page(rows: list[Contract], query: Query, size: int) -> tuple[list[Contract], str]:
    """One page of contracts and the cursor of the next, empty at the end."""
    found = LAST_OF_PAGE.search(unquote(unquote(query.get("cursor", ""))))
    left = [row for row in rows if found is None or row.native > found[1]]
    page = left[:size]
    if len(left) <= size:
        return page, ""
    return page, quote(f"first={page[0].native}&last={page[-1].native}", safe="")


def _time(world: VenueWorld, query: Query) -> Json:
    now_ns = world.now_ns()
    return {"timeSecond": str(now_ns // NS_PER_S), "timeNano": str(now_ns)}


def _instruments(world: VenueWorld, query: Query) -> Json:
    category = category_of(query)
    empty: dict[str, Json] = {"category": category, "list": []}
    if category == "spot":
        return empty
    if category != "linear":
        return {**empty, "nextPageCursor": ""}
    every = wire.contracts(world)
    if query.get("symbol"):
        return {**empty, "list": [wire.instrument(contract_of(world, query))], "nextPageCursor": ""}
    status = query.get("status") or "Trading"
    rows = [row for row in every.values() if wire.STATUS.get(row.kind, "Trading") == status]
    if query.get("baseCoin"):
        rows = [row for row in rows if row.base == query["baseCoin"]]
    page, cursor = _page(rows, query, limit_of(query, 500, 1000))
    listed = [wire.instrument(row) for row in page]
    return {"category": category, "list": listed, "nextPageCursor": cursor}


def _tickers(world: VenueWorld, query: Query) -> Json:
    category = category_of(query)
    if category != "linear":
        if query.get("symbol"):
            raise unknown_symbol(query["symbol"])
        return {"category": category, "list": []}
    rows = list(wire.contracts(world).values())
    if query.get("symbol"):
        rows = [contract_of(world, query)]
        if rows[0].kind == "closed":
            raise unknown_symbol(query["symbol"])
    listed = [_ticker(row, world) for row in rows if row.kind != "closed"]
    return {"category": category, "list": listed}


def _ticker(contract: Contract, world: VenueWorld) -> Json:
    """All fields are always there; what does not apply is an empty string or '0'."""
    live = wire.ticker(contract, world)
    live.pop("tickDirection", None)
    is_future = contract.kind == "future"
    return {
        "symbol": contract.native,
        **dict.fromkeys(REST_FIELDS, ""),
        "nextFundingTime": "0",
        **live,
        "deliveryTime": str(wire.FUTURE_DELIVERY_MS) if is_future else "0",
        "preOpenPrice": "",
        "preQty": "",
        "curPreListingPhase": "NotStarted" if contract.kind == "prelaunch" else "",
    }


REST_FIELDS = (
    "lastPrice",
    "indexPrice",
    "markPrice",
    "prevPrice24h",
    "price24hPcnt",
    "highPrice24h",
    "lowPrice24h",
    "prevPrice1h",
    "openInterest",
    "openInterestValue",
    "singleOpenInterest",
    "singleOpenInterestValue",
    "turnover24h",
    "volume24h",
    "fundingRate",
    "fundingIntervalHour",
    "fundingCap",
    "predictedDeliveryPrice",
    "basisRate",
    "deliveryFeeRate",
    "ask1Size",
    "bid1Price",
    "ask1Price",
    "bid1Size",
)


def _orderbook(world: VenueWorld, query: Query) -> Json:
    contract = contract_of(world, query)
    depth, now_ms = limit_of(query, 25, 1000), world.now_ns() // NS_PER_MS
    if contract.state is None:
        raise unknown_symbol(contract.native)
    return {
        "s": contract.native,
        "b": wire.levels(contract, contract.ladder(Side.BUY, depth)),
        "a": wire.levels(contract, contract.ladder(Side.SELL, depth)),
        "ts": now_ms,
        "u": contract.update_id,
        "seq": contract.seq,
        "cts": now_ms - 1,
    }


def _funding_history(world: VenueWorld, query: Query) -> Json:
    contract = contract_of(world, query)
    if query.get("startTime") and not query.get("endTime"):
        raise invalid("endTime")
    begin_ms = number_of(query, "startTime", 0)
    end_ms = number_of(query, "endTime", world.now_ns() // NS_PER_MS)
    interval_ms = contract.interval_s * 1000
    rows = []
    for stamp_ns, rate, _, _ in reversed(_settled(contract)):
        stamp_ms = stamp_ns // NS_PER_MS // interval_ms * interval_ms
        if begin_ms <= stamp_ms <= end_ms:
            rows.append(
                {
                    "symbol": contract.native,
                    "fundingRate": wire.rate(rate),
                    "fundingRateTimestamp": str(stamp_ms),
                }
            )
    return {"category": "linear", "list": rows[: limit_of(query, 200, 200)]}


def _settled(contract: Contract) -> list[tuple[int, float, float, float]]:
    if contract.state is None or not contract.interval_s:
        return []
    return contract.state.settled


def _open_interest(world: VenueWorld, query: Query) -> Json:
    """Both sides. The past is today's figure with a ripple: the world keeps no record of it."""
    contract = contract_of(world, query)
    length_s = OI_INTERVALS_S.get(query.get("intervalTime", ""))
    if length_s is None:
        raise invalid("intervalTime")
    begin_ms, limit = number_of(query, "startTime", 0), limit_of(query, 50, 200)
    now_ms = world.now_ns() // NS_PER_MS
    end_ms = min(number_of(query, "endTime", now_ms), now_ms)
    if found := LAST_TIME.search(unquote(unquote(query.get("cursor", "")))):
        end_ms = min(end_ms, int(found[1]) * 1000 - 1)
    rows = _interest_rows(world, contract, begin_ms, end_ms, length_s * 1000)
    page = rows[:limit]
    more = len(rows) > limit
    last_s = int(page[-1]["timestamp"]) // 1000 if page else 0
    return {
        "symbol": contract.native,
        "category": "linear",
        "list": page,
        "nextPageCursor": quote(f"lastid={last_s // length_s}&lasttime={last_s}", safe="")
        if more
        else "",
    }


def _interest_rows(
    world: VenueWorld, contract: Contract, begin_ms: int, end_ms: int, length_ms: int
) -> list[dict[str, str]]:
    if contract.state is None:
        return []
    now_ns = world.now_ns()
    newest_ms = now_ns // NS_PER_MS // length_ms * length_ms
    oldest_ms = max(begin_ms, history_begins_ns(contract.state, now_ns) // NS_PER_MS)
    rows = []
    for stamp_ms in range(end_ms // length_ms * length_ms, oldest_ms - 1, -length_ms):
        ripple = (stamp_ms // 300_000 * 7919 % 401 - 200) / 100_000
        past = 1 + (ripple if stamp_ms < newest_ms else 0.0)
        lots = round(2 * contract.open_interest_lots * past)
        rows.append({"openInterest": contract.size(lots), "timestamp": str(stamp_ms)})
    return rows


def _recent_trades(world: VenueWorld, query: Query) -> Json:
    contract = contract_of(world, query)
    fills = world.recent_trades(contract.listing.symbol, limit_of(query, 500, 1000))
    rows = [
        {
            "execId": wire.trade_uuid(fill.trade_id),
            "symbol": contract.native,
            "price": contract.ticks(fill.ticks),
            "size": contract.size(fill.lots),
            "side": wire.side_name(fill.side),
            "time": str(fill.at_ns // NS_PER_MS),
            "isBlockTrade": False,
            "isRPITrade": False,
            "seq": str(contract.seq),
        }
        for fill in reversed(fills if contract.state else [])
    ]
    return {"category": "linear", "list": rows}


def _risk_limit(world: VenueWorld, query: Query) -> Json:
    """Two tiers a symbol, margins as fractions."""
    category = category_of(query)
    rows = [row for row in wire.contracts(world).values() if row.kind != "closed"]
    if category != "linear":
        rows = []
    if query.get("symbol"):
        rows = [contract_of(world, query)]
    page, cursor = _page(rows, query, RISK_SYMBOLS_PER_PAGE)
    tiers: list[Json] = []
    for contract in page:
        leverage = contract.listing.max_leverage
        first_usd = 2_000_000 if contract.listing.symbol in wire.MAJORS else 200_000
        for number, share in enumerate((1, 2)):
            margin = share / leverage
            deduction = first_usd * (margin / 2 - 0.5 / leverage)
            tiers.append(
                {
                    "id": contract.listing.market_id * 100 + number + 1,
                    "symbol": contract.native,
                    "riskLimitValue": str(first_usd * (1 + 4 * number)),
                    "maintenanceMargin": f"{margin / 2:.6f}".rstrip("0"),
                    "initialMargin": f"{margin:.6f}".rstrip("0"),
                    "isLowestRisk": 1 - number,
                    "maxLeverage": f"{leverage / share:.2f}",
                    "mmDeduction": f"{deduction:.2f}" if number else "",
                }
            )
    return {"category": category, "list": tiers, "nextPageCursor": cursor}


def _price_limit(world: VenueWorld, query: Query) -> Json:
    contract = contract_of(world, {"category": "linear", **query})
    limits = wire.price_limits(contract)
    if limits is None:
        raise unknown_symbol(contract.native)
    return {"symbol": contract.native, **limits, "ts": str(world.now_ns() // NS_PER_MS)}


READS: dict[str, Callable[[VenueWorld, Query], Json]] = {
    "/v5/market/time": _time,
    "/v5/market/instruments-info": _instruments,
    "/v5/market/tickers": _tickers,
    "/v5/market/orderbook": _orderbook,
    "/v5/market/funding/history": _funding_history,
    "/v5/market/open-interest": _open_interest,
    "/v5/market/recent-trade": _recent_trades,
    "/v5/market/risk-limit": _risk_limit,
    "/v5/market/price-limit": _price_limit,
}
