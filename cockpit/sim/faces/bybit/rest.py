"""Bybit's HTTP: /v5/market/* always answers 200 with a `retCode`.

| path | what is special |
| --- | --- |
| instruments-info | only `Trading` unless a status or symbol is asked for; pages by cursor |
| tickers | one call for all; open interest of both sides and of one |
| orderbook | up to 1000 levels, default 25 |
| funding/history | newest first, at most 200; `startTime` alone is an error |
| kline, mark-price-kline, index-price-kline | newest first, of one price all three |
| premium-index-price-kline | fractions; steps from payment to payment |
| delivery-price | none |
| open-interest | newest first, pages by cursor |
| recent-trade, risk-limit, time | |
| /v5/system/status | no maintenance |

`linear` is the only category with contracts; spot, inverse and option are empty lists. Above 600
requests in 5 s there is HTTP 403.
Sources: https://bybit-exchange.github.io/docs/v5/market, .../v5/error, .../v5/rate-limit.
"""

import re
from bisect import bisect_right
from urllib.parse import quote, unquote

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim.faces.bybit import messages as wire
from cockpit.sim.faces.bybit.messages import Contract
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.candles import asked_candles
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.world.contract import HttpReply
from cockpit.sim.world.past_prices import Candle, history_begins_ns

CATEGORIES = frozenset({"spot", "linear", "inverse", "option"})
PARAMETER_ERROR = 10001
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
TOO_FREQUENT = HttpReply(403, "403, access too frequent. Please try again in 10 min.", "text/plain")


def _invalid(name: str) -> Refusal:
    return Refusal(PARAMETER_ERROR, f"params error: {name} invalid")


def _unknown(symbol: str) -> Refusal:
    return Refusal(PARAMETER_ERROR, f"params error: symbol invalid {symbol}".rstrip())


def _read(request: Request) -> Parameters:
    return Parameters(request.query, _invalid)


def _category(request: Request) -> str:
    category = request.query.get("category", "")
    if category not in CATEGORIES:
        raise Refusal(PARAMETER_ERROR, "Illegal category")
    return category


def _contract(request: Request) -> Contract:
    """The contract that a request must name."""
    category, symbol = _category(request), request.query.get("symbol", "")
    contract = wire.contracts(request.world).get(symbol)
    if contract is None or category != "linear":
        raise _unknown(symbol)
    return contract


def _envelope(request: Request, result: Json, code: int = 0, message: str = "OK") -> HttpReply:
    told = {"retCode": code, "retMsg": message, "result": result, "retExtInfo": {}}
    return reply(200, told | {"time": request.world.now_ns() // NS_PER_MS})


def _refused(request: Request, refusal: Refusal) -> HttpReply:
    return _envelope(request, {}, int(refusal.code), refusal.message)


def _page(rows: list[Contract], request: Request, size: int) -> tuple[list[Contract], str]:
    """One page of contracts and the cursor of the next, empty at the end."""
    found = LAST_OF_PAGE.search(unquote(request.query.get("cursor", "")))
    last = found[1] if found else None
    left = [row for row in rows if last is None or row.native > last]
    page, more = left[:size], len(left) > size
    cursor = f"first={page[0].native}&last={page[-1].native}" if more else ""
    return page, quote(cursor, safe="")


def _time(request: Request) -> Json:
    now_ns = request.world.now_ns()
    return {"timeSecond": str(now_ns // NS_PER_S), "timeNano": str(now_ns)}


def _instruments(request: Request) -> Json:
    category, query = _category(request), request.query
    empty: dict[str, Json] = {"category": category, "list": []}
    if category == "spot":
        return empty
    if category != "linear":
        return {**empty, "nextPageCursor": ""}
    if query.get("symbol"):
        return {**empty, "list": [wire.instrument(_contract(request))], "nextPageCursor": ""}
    status = query.get("status") or "Trading"
    every = wire.contracts(request.world).values()
    rows = [row for row in every if wire.STATUS.get(row.kind, "Trading") == status]
    if query.get("baseCoin"):
        rows = [row for row in rows if row.base == query["baseCoin"]]
    page, cursor = _page(rows, request, _read(request).limit(500, 1000))
    listed = [wire.instrument(row) for row in page]
    return {"category": category, "list": listed, "nextPageCursor": cursor}


def _tickers(request: Request) -> Json:
    category, symbol = _category(request), request.query.get("symbol")
    if category != "linear":
        if symbol:
            raise _unknown(symbol)
        return {"category": category, "list": []}
    rows = list(wire.contracts(request.world).values())
    if symbol:
        rows = [_contract(request)]
        if rows[0].kind == "closed":
            raise _unknown(symbol)
    listed = [wire.full_ticker(row, request.world) for row in rows if row.kind != "closed"]
    return {"category": category, "list": listed}


def _orderbook(request: Request) -> Json:
    contract, now_ms = _contract(request), request.world.now_ns() // NS_PER_MS
    depth = _read(request).limit(25, 1000)
    if contract.state is None:
        raise _unknown(contract.native)
    return {
        "s": contract.native,
        "b": wire.levels(contract, contract.ladder(Side.BUY, depth)),
        "a": wire.levels(contract, contract.ladder(Side.SELL, depth)),
        "ts": now_ms,
        "u": contract.update_id,
        "seq": contract.seq,
        "cts": now_ms - 1,
    }


def _funding_history(request: Request) -> Json:
    contract, asked = _contract(request), _read(request)
    if "startTime" in asked and "endTime" not in asked:
        raise _invalid("endTime")
    begin_ns = asked.moment_ns("startTime", 0)
    end_ns = asked.moment_ns("endTime", request.world.now_ns())
    limit = asked.limit(200, 200)
    if contract.state is None or not contract.interval_s:
        return {"category": "linear", "list": []}
    rows = [
        {
            "symbol": contract.native,
            "fundingRate": wire.rate(rate),
            "fundingRateTimestamp": str(stamp_ns // NS_PER_MS),
        }
        for stamp_ns, rate, _, _ in contract.state.payments(begin_ns, end_ns, on_the_hour=True)
    ]
    return {"category": "linear", "list": rows[:limit]}


def _candles(request: Request, contract: Contract) -> list[Candle]:
    """Newest first."""
    asked = _read(request)
    length_s = wire.KLINES_S[asked.choice("interval", wire.KLINES_S)]
    if contract.state is None:
        return []
    found = asked_candles(
        contract.state,
        asked,
        request.world.now_ns(),
        interval_s=length_s,
        begin="start",
        end="end",
        limit=200,
    )
    return found[::-1]


def _kline(request: Request) -> Json:
    """With volume and turnover, which prices that nobody trades at do not have."""
    contract = _contract(request)
    rows = [wire.kline(contract, row) for row in _candles(request, contract)]
    if not request.path.endswith("/kline"):
        rows = [row[:5] for row in rows]
    return {"symbol": contract.native, "category": "linear", "list": rows}


def _premium_kline(request: Request) -> Json:
    """Of the premium that was last paid at each time: the world keeps none between payments."""
    contract = _contract(request)
    length_ns = NS_PER_S * wire.KLINES_S[_read(request).choice("interval", wire.KLINES_S)]
    rows = []
    for candle in _candles(request, contract):
        ends = [_premium(contract, candle.begin_ns + past_ns) for past_ns in (0, length_ns)]
        figures = [wire.rate(figure) for figure in (ends[0], max(ends), min(ends), ends[1])]
        rows.append([str(candle.begin_ns // NS_PER_MS), *figures])
    return {"symbol": contract.native, "category": "linear", "list": rows}


def _premium(contract: Contract, at_ns: int) -> float:
    settled = contract.state.settled if contract.state else []
    paid = bisect_right(settled, at_ns, key=lambda row: row[0])
    return settled[max(paid - 1, 0)][2] if settled else 0.0


def _open_interest(request: Request) -> Json:
    """Both sides. The past is today's figure with a ripple: the world keeps no record of it."""
    contract, asked = _contract(request), _read(request)
    length_ms = 1000 * OI_INTERVALS_S[asked.choice("intervalTime", OI_INTERVALS_S)]
    begin_ms, limit = asked.whole("startTime", 0), asked.limit(50, 200)
    now_ms = request.world.now_ns() // NS_PER_MS
    end_ms = min(asked.whole("endTime", now_ms), now_ms)
    if found := LAST_TIME.search(unquote(request.query.get("cursor", ""))):
        end_ms = min(end_ms, int(found[1]) * 1000 - 1)
    rows = _interest_rows(request, contract, begin_ms, end_ms, length_ms)
    page, more = rows[:limit], len(rows) > limit
    last_s = int(page[-1]["timestamp"]) // 1000 if page else 0
    cursor = f"lastid={last_s * 1000 // length_ms}&lasttime={last_s}" if more else ""
    return {
        "symbol": contract.native,
        "category": "linear",
        "list": page,
        "nextPageCursor": quote(cursor, safe=""),
    }


def _interest_rows(
    request: Request, contract: Contract, begin_ms: int, end_ms: int, length_ms: int
) -> list[dict[str, str]]:
    if contract.state is None:
        return []
    now_ns = request.world.now_ns()
    newest_ms = now_ns // NS_PER_MS // length_ms * length_ms
    oldest_ms = max(begin_ms, history_begins_ns(contract.state, now_ns) // NS_PER_MS)
    rows = []
    for stamp_ms in range(end_ms // length_ms * length_ms, oldest_ms - 1, -length_ms):
        ripple = (stamp_ms // 300_000 * 7919 % 401 - 200) / 100_000
        past = 1 + (ripple if stamp_ms < newest_ms else 0.0)
        lots = round(2 * contract.open_interest_lots * past)
        rows.append({"openInterest": contract.size(lots), "timestamp": str(stamp_ms)})
    return rows


def _recent_trades(request: Request) -> Json:
    contract, limit = _contract(request), _read(request).limit(500, 1000)
    fills = request.world.recent_trades(contract.listing.symbol, limit)
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


def _deliveries(request: Request) -> Json:
    """No dated contract has ended here."""
    return {"category": _category(request), "list": [], "nextPageCursor": ""}


def _risk_limit(request: Request) -> Json:
    """Two tiers a symbol, margins as fractions."""
    category = _category(request)
    rows = [row for row in wire.contracts(request.world).values() if row.kind != "closed"]
    if category != "linear":
        rows = []
    if request.query.get("symbol"):
        rows = [_contract(request)]
    page, cursor = _page(rows, request, RISK_SYMBOLS_PER_PAGE)
    tiers = [tier for contract in page for tier in wire.risk_tiers(contract)]
    return {"category": category, "list": tiers, "nextPageCursor": cursor}


ROUTES = Routes(
    {
        "GET /v5/market/time": _time,
        "GET /v5/market/instruments-info": _instruments,
        "GET /v5/market/tickers": _tickers,
        "GET /v5/market/orderbook": _orderbook,
        "GET /v5/market/funding/history": _funding_history,
        "GET /v5/market/kline": _kline,
        "GET /v5/market/mark-price-kline": _kline,
        "GET /v5/market/index-price-kline": _kline,
        "GET /v5/market/premium-index-price-kline": _premium_kline,
        "GET /v5/market/delivery-price": _deliveries,
        "GET /v5/market/open-interest": _open_interest,
        "GET /v5/market/recent-trade": _recent_trades,
        "GET /v5/market/risk-limit": _risk_limit,
        "GET /v5/system/status": lambda request: {"list": []},
    },
    envelope=_envelope,
    refused=_refused,
    budgets=Budgets(600, 5.0, TOO_FREQUENT),
)
on_http = ROUTES.answer
