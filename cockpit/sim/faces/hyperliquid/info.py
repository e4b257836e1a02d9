"""What Hyperliquid answers to `{"type": ...}` on POST /info.

| request | answer |
| --- | --- |
| `meta`, `metaAndAssetCtxs`, `perpDexs` | listings and contexts by position |
| `spotMeta`, `spotMetaAndAssetCtxs` | two quiet spot pairs |
| `l2Book`, `recentTrades`, `allMids` | the market now |
| `fundingHistory`, `predictedFundings` | rates paid, rates to come |
| `candleSnapshot` | its parameters are one level down, in `req` |
| account reads | in `accounts` |

A coin that does not exist is answered with null.
Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint.
"""

from collections.abc import Callable, Mapping

from cockpit.core.units import HOUR_S, NS_PER_MS, hour_floor_ns
from cockpit.sim.faces.hyperliquid import accounts, static
from cockpit.sim.faces.hyperliquid import messages as wire
from cockpit.sim.faces.hyperliquid.profile import DELISTED_PRICE, margin_table
from cockpit.sim.faces.kit import candles as kit
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.world.contract import MarketState, VenueWorld
from cockpit.sim.world.past_prices import candles

HISTORY_PAGE = 500
RECENT_TRADES = 10
MOST_CANDLES = 5000

Asked = Mapping[str, Json]


def info(world: VenueWorld, request: Json) -> Json:
    """The answer to an info request. Refused for a type or shape that does not exist."""
    name = request.get("type") if isinstance(request, dict) else None
    if not isinstance(name, str):
        raise accounts.UNPROCESSABLE
    if name in static.ACCOUNT_ANSWERS:
        accounts.user_of(request)
        return static.ACCOUNT_ANSWERS[name]
    read = READS.get(name) or accounts.READS.get(name)
    if read is None:
        raise accounts.UNPROCESSABLE
    return read(world, request)


def never_trades(coin: str) -> bool:
    """A coin that exists and never trades here: spot, or the other dex's."""
    return coin in static.SPOT_PRICES or coin == static.HIP3_COIN


def meta(world: VenueWorld, request: Asked) -> Json:
    dex = request.get("dex") or static.FIRST_DEX
    if dex == static.HIP3_DEX:
        return static.hip3_meta()
    if dex != static.FIRST_DEX:
        return None
    return {
        "universe": [_universe_row(state) for state in wire.universe(world)],
        "marginTables": static.margin_tables(),
        "collateralToken": 0,
    }


def _universe_row(state: MarketState) -> Json:
    listing = state.listing
    row: dict[str, Json] = {
        "szDecimals": listing.size_decimals,
        "name": listing.native,
        "maxLeverage": listing.max_leverage,
        "marginTableId": margin_table(listing),
    }
    if listing.status == "delisted":
        row["isDelisted"] = True
    return row


def ctxs(world: VenueWorld, dex: str) -> Json:
    """Contexts of one dex, aligned with its universe."""
    if dex == static.HIP3_DEX:
        return static.hip3_ctxs()
    return [wire.ctx(state) for state in wire.universe(world)]


def meta_and_ctxs(world: VenueWorld, request: Asked) -> Json:
    listed = meta(world, request)
    if listed is None:
        return None
    return [listed, ctxs(world, request.get("dex") or static.FIRST_DEX)]


def all_mids(world: VenueWorld, dex: str | None) -> dict[str, str]:
    """The first dex brings spot names along; without a book the last trade stands in."""
    if dex == static.HIP3_DEX:
        return {static.HIP3_COIN: static.HIP3_PRICE}
    mids = dict(static.SPOT_PRICES)
    for state in wire.universe(world):
        shown = wire.mid(state)
        if shown is None and state.last is not None:
            shown = wire.price(state, state.last)
        mids[state.listing.native] = shown or DELISTED_PRICE
    return mids


def _book(world: VenueWorld, request: Asked) -> Json:
    coin = accounts.read(request).text("coin")
    figures, mantissa = request.get("nSigFigs"), request.get("mantissa")
    if not is_grouping(figures, mantissa):
        raise accounts.UNPROCESSABLE
    state = world.markets.get(coin)
    if state is None:
        return wire.empty_book(coin, world.block_ns // NS_PER_MS) if never_trades(coin) else None
    return wire.book(state, world.block_ns // NS_PER_MS, figures=figures, mantissa=mantissa)


def is_grouping(figures: Json, mantissa: Json) -> bool:
    """Whether book precision may be asked for so: a mantissa goes only with five figures."""
    if figures not in (None, 2, 3, 4, 5):
        return False
    return mantissa is None or (mantissa in (1, 2, 5) and figures == 5)


def _recent_trades(world: VenueWorld, request: Asked) -> Json:
    coin = accounts.read(request).text("coin")
    state = world.markets.get(coin)
    if state is None:
        return [] if never_trades(coin) else None
    fills = world.recent_trades(state.listing.symbol, RECENT_TRADES)
    return wire.trades(state, reversed(fills))


def _funding_history(world: VenueWorld, request: Asked) -> Json:
    """Ascending, at most 500 rows from `startTime` on; a row is stamped shortly after its hour."""
    asked = accounts.read(request)
    coin = asked.text("coin")
    begin_ms = asked.whole("startTime")
    end_ms = asked.whole("endTime", world.now_ns() // NS_PER_MS)
    state = world.markets.get(coin)
    if state is None:
        return [] if never_trades(coin) else None
    rows: list[Json] = []
    for stamp_ns, rate, premium, _ in state.settled:
        hour_ms = hour_floor_ns(stamp_ns) // NS_PER_MS
        time_ms = hour_ms + 20 + (hour_ms // 3_600_000 * 7919 + state.listing.market_id) % 730
        if begin_ms <= time_ms <= end_ms and len(rows) < HISTORY_PAGE:
            rows.append(
                {
                    "coin": coin,
                    "fundingRate": wire.fraction(rate),
                    "premium": wire.fraction(premium),
                    "time": time_ms,
                }
            )
    return rows


def _candle_snapshot(world: VenueWorld, request: Asked) -> Json:
    """Oldest first; the newest 5000 of a longer span."""
    if not isinstance(request.get("req"), dict):
        raise accounts.UNPROCESSABLE
    asked = accounts.read(request["req"])
    coin, interval = asked.text("coin"), asked.text("interval")
    begin_ns = asked.moment_ns("startTime", 0)
    end_ns = asked.moment_ns("endTime", world.now_ns())
    length_s = candle_s(interval)
    state = world.markets.get(coin)
    if state is None:
        return [] if never_trades(coin) else None
    rows = candles(state, length_s, world.now_ns(), begin_ns, end_ns, MOST_CANDLES)
    return [wire.candle(state, interval, length_s, row) for row in rows]


def running_candle(world: VenueWorld, state: MarketState, interval: str) -> Json:
    """None in a market without prices."""
    length_s = candle_s(interval)
    rows = candles(state, length_s, world.now_ns(), most=1)
    return wire.candle(state, interval, length_s, rows[0]) if rows else None


def candle_s(interval: Json) -> int:
    """How long the candles of an interval are; 422 for one that does not exist."""
    length_s = kit.length_s(interval) if interval in CANDLES else None
    if length_s is None:
        raise accounts.UNPROCESSABLE
    return length_s


MINUTES, HOURS = ("1m", "3m", "5m", "15m", "30m"), ("1h", "2h", "4h", "8h", "12h")
CANDLES = frozenset((*MINUTES, *HOURS, "1d", "3d", "1w"))
"""The venue has a month as well, which is no length."""


def _predicted_fundings(world: VenueWorld, request: Asked) -> Json:
    """Each venue's rate per its own interval; a venue that does not list the coin is null."""
    rows: list[Json] = []
    for state in wire.universe(world):
        if state.rate is None or state.next_funding_ns is None:
            continue
        hour_ms = state.next_funding_ns // NS_PER_MS
        bybit_h = 4 if state.listing.market_id % 3 == 2 else 8
        rows.append(
            [
                state.listing.native,
                [
                    ["BinPerp", _predicted(state.rate * 8, hour_ms, 8)]
                    if state.listing.symbol != "HYPE"
                    else ["BinPerp", None],
                    ["HlPerp", _predicted(state.rate, hour_ms, 1)],
                    ["BybitPerp", _predicted(state.rate * bybit_h, hour_ms, bybit_h)],
                ],
            ]
        )
    return rows


def _predicted(rate: float, hour_ms: int, interval_h: int) -> Json:
    interval_ms = interval_h * HOUR_S * 1000
    return {
        "fundingRate": wire.fraction(rate, 10 if interval_h == 1 else 8),
        "nextFundingTime": -(-hour_ms // interval_ms) * interval_ms,
        "fundingIntervalHours": interval_h,
    }


def _margin_table(world: VenueWorld, request: Asked) -> Json:
    """By its id; null where there is none."""
    wanted = accounts.read(request).whole("id")
    return next((table for number, table in static.margin_tables() if number == wanted), None)


def _web_data(world: VenueWorld, request: Asked) -> Json:
    """Of the first dex, what the venue's own pages show of it and of a user."""
    user = accounts.user_of(request)
    return static.WEB_DATA | {
        "clearinghouseState": accounts.clearinghouse_state(world, user),
        "meta": meta(world, {}),
        "assetCtxs": ctxs(world, static.FIRST_DEX),
        "serverTime": world.now_ns() // NS_PER_MS,
        "user": user,
    }


READS: Mapping[str, Callable[[VenueWorld, Asked], Json]] = {
    "meta": meta,
    "metaAndAssetCtxs": meta_and_ctxs,
    "perpDexs": lambda world, request: static.perp_dexs(),
    "spotMeta": lambda world, request: static.spot_meta(),
    "spotMetaAndAssetCtxs": lambda world, request: [static.spot_meta(), static.spot_ctxs()],
    "l2Book": _book,
    "recentTrades": _recent_trades,
    "allMids": lambda world, request: all_mids(world, request.get("dex")),
    "fundingHistory": _funding_history,
    "candleSnapshot": _candle_snapshot,
    "allPerpMetas": lambda world, request: [meta(world, {"dex": dex}) for dex in static.DEXS],
    "marginTable": _margin_table,
    "webData2": _web_data,
    "perpsAtOpenInterestCap": lambda world, request: [],
    "predictedFundings": _predicted_fundings,
    "exchangeStatus": lambda world, request: {
        "time": world.now_ns() // NS_PER_MS,
        "specialStatuses": None,
    },
}
