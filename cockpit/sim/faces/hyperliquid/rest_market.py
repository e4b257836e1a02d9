"""What Hyperliquid answers to `{"type": ...}`, on POST /info and in a socket's `post`.

| request | answer |
| --- | --- |
| `meta`, `metaAndAssetCtxs`, `allPerpMetas`, `perpDexs` | listings and contexts by position |
| `spotMeta`, `spotMetaAndAssetCtxs` | two quiet spot pairs |
| `l2Book`, `recentTrades`, `allMids`, `candleSnapshot` | the market now and before |
| `fundingHistory`, `predictedFundings` | rates paid, rates to come |
| account reads | in `hyperliquid_accounts`; the rest is an address without history |
| tokens, validators, outcomes, … | in `hyperliquid_public` |

A coin that does not exist is answered with null.
Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint.
"""

from collections.abc import Callable, Mapping

from cockpit.core.units import HOUR_S, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.sim.faces.hyperliquid import accounts, static
from cockpit.sim.faces.hyperliquid import messages as wire
from cockpit.sim.faces.hyperliquid import rest_public as public
from cockpit.sim.faces.hyperliquid.messages import Json
from cockpit.sim.faces.hyperliquid.params import (
    Request,
    Unprocessable,
    text_of,
    time_ms_of,
    user_of,
)
from cockpit.sim.world.candles import candle, history_begins_ns, tape
from cockpit.sim.world.contract import MarketState, VenueWorld

HISTORY_PAGE = 500
RECENT_TRADES = 10
FIRST_MARGIN_TABLE = 50
MAX_CANDLES = 5000
INTERVALS_S = {
    "1m": 60,
    "3m": 180,
    "5m": 300,
    "15m": 900,
    "30m": 1800,
    "1h": 3600,
    "2h": 7200,
    "4h": 14_400,
    "8h": 28_800,
    "12h": 43_200,
    "1d": 86_400,
    "3d": 259_200,
    "1w": 604_800,
    "1M": 2_592_000,
}


active_asset_data = accounts.active_asset_data
"""The socket has a channel of it."""


def info(world: VenueWorld, request: Json) -> Json:
    """The answer to an info request. Unprocessable for a type or shape that does not exist."""
    name = request.get("type") if isinstance(request, dict) else None
    if not isinstance(name, str):
        raise Unprocessable
    read = READS.get(name) or public.READS.get(name) or accounts.READS.get(name)
    if read is None and name in static.ACCOUNT_ANSWERS:
        user_of(request)
        return static.ACCOUNT_ANSWERS[name]()
    if read is None:
        raise Unprocessable
    return read(world, request)


def is_quiet(coin: str) -> bool:
    """A coin that exists and never trades here: spot, or the other dex's."""
    return coin in static.SPOT_PRICES or coin == static.HIP3_COIN


def meta(world: VenueWorld, request: Request) -> Json:
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
        "marginTableId": wire.margin_table(listing),
    }
    if listing.status == "delisted":
        row["isDelisted"] = True
    return row


def ctxs(world: VenueWorld, dex: str) -> Json:
    """Contexts of one dex, aligned with its universe."""
    if dex == static.HIP3_DEX:
        return static.hip3_ctxs()
    return [wire.ctx(state) for state in wire.universe(world)]


def meta_and_ctxs(world: VenueWorld, request: Request) -> Json:
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
        mids[state.listing.native] = shown or wire.DELISTED_PRICE
    return mids


def _book(world: VenueWorld, request: Request) -> Json:
    coin = text_of(request, "coin")
    figures, mantissa = request.get("nSigFigs"), request.get("mantissa")
    if not is_grouping(figures, mantissa):
        raise Unprocessable
    state = world.markets.get(coin)
    if state is None:
        return wire.empty_book(coin, world.block_ns // NS_PER_MS) if is_quiet(coin) else None
    return wire.book(state, world.block_ns // NS_PER_MS, figures=figures, mantissa=mantissa)


def is_grouping(figures: Json, mantissa: Json) -> bool:
    """Whether book precision may be asked for so: a mantissa goes only with five figures."""
    if figures not in (None, 2, 3, 4, 5):
        return False
    return mantissa is None or (mantissa in (1, 2, 5) and figures == 5)


def _recent_trades(world: VenueWorld, request: Request) -> Json:
    coin = text_of(request, "coin")
    state = world.markets.get(coin)
    if state is None:
        return [] if is_quiet(coin) else None
    fills = world.recent_trades(state.listing.symbol, RECENT_TRADES)
    return wire.trades(state, reversed(fills))


def candles(
    world: VenueWorld, state: MarketState, interval: str, begin_ms: int, end_ms: int
) -> list[Json]:
    """Candles that touch [begin, end], oldest first, neither of the future nor before history."""
    length_ms = INTERVALS_S[interval] * 1000
    now_ns, trades = world.now_ns(), tape(world, state)
    last_ms = min(end_ms, now_ns // NS_PER_MS)
    begin_ms = max(begin_ms, history_begins_ns(state, now_ns) // NS_PER_MS)
    first_ms = max(begin_ms // length_ms * length_ms, last_ms - MAX_CANDLES * length_ms)
    rows = []
    for open_ms in range(first_ms // length_ms * length_ms, last_ms + 1, length_ms):
        bar = candle(state, open_ms * NS_PER_MS, length_ms * NS_PER_MS, now_ns, trades)
        if bar is None:
            break
        rows.append(
            {
                "t": open_ms,
                "T": open_ms + length_ms - 1,
                "s": state.listing.native,
                "i": interval,
                "o": wire.price(state, bar.open),
                "c": wire.price(state, bar.close),
                "h": wire.price(state, bar.high),
                "l": wire.price(state, bar.low),
                "v": wire.fraction(bar.volume, state.listing.size_decimals),
                "n": bar.trades,
            }
        )
    return rows[-MAX_CANDLES:]


def _candle_snapshot(world: VenueWorld, request: Request) -> Json:
    asked = request.get("req")
    if not isinstance(asked, dict):
        raise Unprocessable
    interval = text_of(asked, "interval")
    begin_ms = time_ms_of(asked, "startTime")
    end_ms = time_ms_of(asked, "endTime", world.now_ns() // NS_PER_MS)
    state = world.markets.get(text_of(asked, "coin"))
    if interval not in INTERVALS_S:
        raise Unprocessable
    return [] if state is None else candles(world, state, interval, begin_ms, end_ms)


def _funding_history(world: VenueWorld, request: Request) -> Json:
    """Ascending, at most 500 rows from `startTime` on; a row is stamped shortly after its hour."""
    coin = text_of(request, "coin")
    begin_ms = time_ms_of(request, "startTime")
    end_ms = time_ms_of(request, "endTime", world.now_ns() // NS_PER_MS)
    state = world.markets.get(coin)
    if state is None:
        return [] if is_quiet(coin) else None
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


def _predicted_fundings(world: VenueWorld, request: Request) -> Json:
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


def _margin_table(world: VenueWorld, request: Request) -> Json:
    """One table; ids below 50 that are not listed are one tier of that leverage."""
    number = request.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise Unprocessable
    listed = dict(static.margin_tables())
    if number in listed or not 0 < number < FIRST_MARGIN_TABLE:
        return listed.get(number)
    return {"description": "", "marginTiers": [{"lowerBound": "0.0", "maxLeverage": number}]}


def _auction(world: VenueWorld, request: Request) -> Json:
    return {
        "startTimeSeconds": world.now_ns() // NS_PER_S // 111_600 * 111_600,
        "durationSeconds": 111_600,
        "startGas": "500.0",
        "currentGas": None,
        "endGas": "500.0",
    }


def _is_hip3(request: Request) -> bool:
    return request.get("dex") == static.HIP3_DEX


READS: Mapping[str, Callable[[VenueWorld, Request], Json]] = {
    "meta": meta,
    "metaAndAssetCtxs": meta_and_ctxs,
    "allPerpMetas": lambda world, request: [meta(world, request), static.hip3_meta()],
    "perpDexs": lambda world, request: static.perp_dexs(),
    "spotMeta": lambda world, request: static.spot_meta(),
    "spotMetaAndAssetCtxs": lambda world, request: [static.spot_meta(), static.spot_ctxs()],
    "l2Book": _book,
    "recentTrades": _recent_trades,
    "allMids": lambda world, request: all_mids(world, request.get("dex")),
    "candleSnapshot": _candle_snapshot,
    "fundingHistory": _funding_history,
    "predictedFundings": _predicted_fundings,
    "marginTable": _margin_table,
    "liquidatable": lambda world, request: [],
    "perpCategories": lambda world, request: [],
    "vaultSummaries": lambda world, request: [],
    "vaultDetails": lambda world, request: None,
    "exchangeStatus": lambda world, request: {
        "time": world.now_ns() // NS_PER_MS,
        "specialStatuses": None,
    },
    "perpsAtOpenInterestCap": lambda world, request: [],
    "perpDexLimits": lambda world, request: (
        {
            "totalOiCap": "10000000.0",
            "oiSzCapPerPerp": "20000000000.0",
            "maxTransferNtl": "100000000.0",
            "coinToOiCap": [[static.HIP3_COIN, "1000000.0"]],
        }
        if _is_hip3(request)
        else None
    ),
    "perpDexStatus": lambda world, request: {"totalNetDeposit": "0.0"},
    "perpDeployAuctionStatus": _auction,
    "spotDeployState": lambda world, request: {"states": [], "gasAuction": _auction(world, {})},
}
