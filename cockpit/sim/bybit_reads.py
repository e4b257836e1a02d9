"""What Bybit's /v5/market paths answer, as the `result` of their envelope.

| path | what is special |
| --- | --- |
| instruments-info | only `Trading` unless a status or symbol is asked for; pages by cursor |
| tickers | one call for all; open interest of both sides and of one |
| orderbook | up to 1000 levels, default 25 |
| funding/history | newest first, at most 200; `startTime` alone is an error |
| open-interest, kline, mark-price-kline … | newest first |
| recent-trade, risk-limit, time | |

`linear` is the only category with contracts; spot, inverse and option are empty lists.
Source: https://bybit-exchange.github.io/docs/v5/market.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim import bybit_wire as wire
from cockpit.sim.bybit_wire import Contract, Json
from cockpit.sim.candles import candle
from cockpit.sim.contract import VenueWorld

Query = Mapping[str, str]

CATEGORIES = frozenset({"spot", "linear", "inverse", "option"})
RISK_SYMBOLS_PER_PAGE = 15
INTERVALS_S = {
    "1": 60,
    "3": 180,
    "5": 300,
    "15": 900,
    "30": 1800,
    "60": 3600,
    "120": 7200,
    "240": 14_400,
    "360": 21_600,
    "720": 43_200,
    "D": 86_400,
    "W": 604_800,
    "M": 2_592_000,
}
OI_INTERVALS_S = {
    "5min": 300,
    "15min": 900,
    "30min": 1800,
    "1h": 3600,
    "4h": 14_400,
    "1d": 86_400,
}
LAST_OF_PAGE = re.compile(r"last=([0-9A-Z-]+)")


class Refused(Exception):
    """A request that the venue answers with a `retCode`."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _category(query: Query) -> str:
    category = query.get("category", "")
    if category not in CATEGORIES:
        raise Refused(10001, "Illegal category")
    return category


def _contract(world: VenueWorld, query: Query) -> Contract:
    """The contract that a request must name."""
    category = _category(query)
    contract = wire.contracts(world).get(query.get("symbol", ""))
    if contract is None or category != "linear":
        raise Refused(10001, f"params error: symbol invalid {query.get('symbol', '')}".rstrip())
    return contract


def _number(query: Query, name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > 18:
        raise Refused(10001, f"params error: {name} invalid")
    return int(text)


def _limit(query: Query, default: int, largest: int) -> int:
    """A limit outside its bounds counts as the nearest one inside."""
    return max(1, min(largest, _number(query, "limit", default)))


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
    category = _category(query)
    empty: dict[str, Json] = {"category": category, "list": []}
    if category == "spot":
        return empty
    if category != "linear":
        return {**empty, "nextPageCursor": ""}
    every = wire.contracts(world)
    if query.get("symbol"):
        return {**empty, "list": [wire.instrument(_contract(world, query))], "nextPageCursor": ""}
    status = query.get("status") or "Trading"
    rows = [row for row in every.values() if wire.STATUS.get(row.kind, "Trading") == status]
    if query.get("baseCoin"):
        rows = [row for row in rows if row.base == query["baseCoin"]]
    page, cursor = _page(rows, query, _limit(query, 500, 1000))
    listed = [wire.instrument(row) for row in page]
    return {"category": category, "list": listed, "nextPageCursor": cursor}


def _tickers(world: VenueWorld, query: Query) -> Json:
    category = _category(query)
    if category != "linear":
        if query.get("symbol"):
            raise Refused(10001, f"params error: symbol invalid {query['symbol']}")
        return {"category": category, "list": []}
    rows = list(wire.contracts(world).values())
    if query.get("symbol"):
        rows = [_contract(world, query)]
        if rows[0].kind == "closed":
            raise Refused(10001, f"params error: symbol invalid {query['symbol']}")
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
    contract = _contract(world, query)
    depth, now_ms = _limit(query, 25, 1000), world.now_ns() // NS_PER_MS
    if contract.state is None:
        raise Refused(10001, f"params error: symbol invalid {contract.native}")
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
    contract = _contract(world, query)
    if query.get("startTime") and not query.get("endTime"):
        raise Refused(10001, "params error: endTime invalid")
    begin_ms = _number(query, "startTime", 0)
    end_ms = _number(query, "endTime", world.now_ns() // NS_PER_MS)
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
    return {"category": "linear", "list": rows[: _limit(query, 200, 200)]}


def _settled(contract: Contract) -> list[tuple[int, float, float, float]]:
    if contract.state is None or not contract.interval_s:
        return []
    return contract.state.settled


def _open_interest(world: VenueWorld, query: Query) -> Json:
    """Both sides. The past is today's figure with a ripple: the world keeps no record of it."""
    contract = _contract(world, query)
    length_s = OI_INTERVALS_S.get(query.get("intervalTime", ""))
    if length_s is None:
        raise Refused(10001, "params error: intervalTime invalid")
    begin_ms = _number(query, "startTime", 0)
    end_ms = min(_number(query, "endTime", 1 << 60), world.now_ns() // NS_PER_MS)
    length_ms = length_s * 1000
    last_ms = end_ms // length_ms * length_ms
    rows = []
    for number in range(_limit(query, 50, 200)):
        stamp_ms = last_ms - number * length_ms
        if stamp_ms < max(begin_ms, wire.LAUNCH_MS):
            break
        ripple = (stamp_ms // 300_000 * 7919 % 401 - 200) / 100_000
        lots = round(2 * contract.open_interest_lots * (1 + (ripple if number else 0.0)))
        rows.append({"openInterest": contract.size(lots), "timestamp": str(stamp_ms)})
    return {
        "symbol": contract.native,
        "category": "linear",
        "list": rows,
        "nextPageCursor": "",
    }


def _recent_trades(world: VenueWorld, query: Query) -> Json:
    contract = _contract(world, query)
    fills = world.recent_trades(contract.listing.symbol, _limit(query, 500, 1000))
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
    category = _category(query)
    rows = [row for row in wire.contracts(world).values() if row.kind != "closed"]
    if category != "linear":
        rows = []
    if query.get("symbol"):
        rows = [_contract(world, query)]
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


def bars(
    world: VenueWorld, contract: Contract, interval: str, begin_ms: int, end_ms: int, limit: int
) -> list[list[str]]:
    """[start, open, high, low, close, volume, turnover], newest first."""
    if contract.state is None:
        return []
    length_ms, now_ns = INTERVALS_S[interval] * 1000, world.now_ns()
    last_ms = min(end_ms, now_ns // NS_PER_MS) // length_ms * length_ms
    rows = []
    for number in range(limit):
        open_ms = last_ms - number * length_ms
        bar = candle(contract.state, open_ms * NS_PER_MS, length_ms * NS_PER_MS, now_ns)
        if bar is None or open_ms < max(begin_ms, wire.LAUNCH_MS):
            break
        prices = [contract.price(p) for p in (bar.open, bar.high, bar.low, bar.close)]
        volume = round(bar.volume * 10**contract.listing.size_decimals)
        turnover = f"{bar.volume * bar.close:.4f}"
        rows.append([str(open_ms), *prices, contract.size(volume), turnover])
    return rows


def _kline(columns: int) -> Callable[[VenueWorld, Query], Json]:
    """Trade klines have seven columns, those of mark, index and premium five."""

    def read(world: VenueWorld, query: Query) -> Json:
        contract = _contract(world, query)
        if query.get("interval", "") not in INTERVALS_S:
            raise Refused(10001, "Invalid period!")
        begin_ms = _number(query, "start", 0)
        end_ms = _number(query, "end", 1 << 60)
        limit = _limit(query, 200, 1000)
        rows = bars(world, contract, query["interval"], begin_ms, end_ms, limit)
        listed = [row[:columns] for row in rows]
        return {"symbol": contract.native, "category": "linear", "list": listed}

    return read


def _price_limit(world: VenueWorld, query: Query) -> Json:
    contract = _contract(world, query)
    mark = contract.state.mark if contract.state else None
    if mark is None:
        raise Refused(10001, f"params error: symbol invalid {contract.native}")
    return {
        "symbol": contract.native,
        "buyLmt": contract.price(mark * 1.01),
        "sellLmt": contract.price(mark * 0.99),
        "ts": str(world.now_ns() // NS_PER_MS),
    }


READS: Mapping[str, Callable[[VenueWorld, Query], Json]] = {
    "/v5/market/time": _time,
    "/v5/market/instruments-info": _instruments,
    "/v5/market/tickers": _tickers,
    "/v5/market/orderbook": _orderbook,
    "/v5/market/funding/history": _funding_history,
    "/v5/market/open-interest": _open_interest,
    "/v5/market/recent-trade": _recent_trades,
    "/v5/market/risk-limit": _risk_limit,
    "/v5/market/kline": _kline(7),
    "/v5/market/mark-price-kline": _kline(5),
    "/v5/market/index-price-kline": _kline(5),
    "/v5/market/premium-index-price-kline": _kline(5),
    "/v5/market/price-limit": _price_limit,
}
