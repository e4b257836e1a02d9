"""Aster's rows: listing, marks and rates, 24 hours, levels, trades; shared by REST and socket.

Beside the world's markets there are names that a client must tell apart: one that is being settled,
one that waits for its first day, and one that left the listing and keeps a rate all the same.
Sources: github.com/asterdex/api-docs, recordings of September 2026.
"""

from functools import partial

from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_MS, next_boundary_ns
from cockpit.sim.faces.aster.profile import cap_of
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import fixed, now_ms
from cockpit.sim.world.contract import MarketState, TradeTick, VenueWorld
from cockpit.sim.world.followers import Levels, sides

Row = dict[str, Json]

PENDING, GONE = "MBLUSDT", "GNSUSD"
LISTED_MS, NEVER_MS = 1_758_215_451_058, 4_133_404_800_000
SETTLED_MS = 1_781_859_600_000
SEQ_BASE, SEQ_STEP, SEQ_FIRST = 570_480_000_000, 1_000, 650
"""Updates of all markets share a sequence; each step of one book is some of it."""
DAY_MS = 86_400_000
_ORDERS = ("LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET",
           "TRAILING_STOP_MARKET")  # fmt: skip


def position(state: MarketState) -> int:
    """Where a book stands in the sequence."""
    return SEQ_BASE + state.book_seq * SEQ_STEP


def is_active(state: MarketState) -> bool:
    return state.listing.status == "active"


# --- listing ----------------------------------------------------------------------------------


_LIMIT = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 2400}


def exchange_info(world: VenueWorld) -> Row:
    rows = [_listed(state) for state in world.markets.values()]
    pending = _row(PENDING, "0.00001", "1", 5, 0)
    return {
        "timezone": "UTC", "serverTime": now_ms(world), "futuresType": "U_MARGINED",
        "rateLimits": [_LIMIT], "exchangeFilters": [], "assets": [],
        "symbols": [*rows, pending | {"status": "PENDING_TRADING", "contractType": ""}],
    }  # fmt: skip


def _listed(state: MarketState) -> Row:
    listing = state.listing
    row = _row(
        listing.native, state.price_text(1), state.size_text(listing.min_lots),
        listing.price_decimals, listing.size_decimals,
    )  # fmt: skip
    return row if is_active(state) else row | {"status": "SETTLING", "deliveryDate": SETTLED_MS}


def _row(native: str, tick: str, step: str, price_decimals: int, size_decimals: int) -> Row:
    """Precisions are wider than tick and lot, and percentages of margin are no margins."""
    base = native.removesuffix("USDT")
    lots = {"stepSize": step, "maxQty": "1000000", "minQty": step}
    return {
        "symbol": native, "pair": native, "orderTypes": _ORDERS, "createTime": LISTED_MS,
        "timeInForce": ["GTC", "IOC", "GTX", "HIDDEN"], "contractType": "PERPETUAL",
        "deliveryDate": NEVER_MS, "onboardDate": LISTED_MS, "status": "TRADING",
        "maintMarginPercent": "2.5000", "requiredMarginPercent": "5.0000", "baseAsset": base,
        "quoteAsset": "USDT", "marginAsset": "USDT", "pricePrecision": price_decimals + 1,
        "quantityPrecision": size_decimals, "baseAssetPrecision": 8, "quotePrecision": 8,
        "underlyingType": "COIN", "underlyingSubType": ["Top"], "symbolType": 0, "tradingMode": 0,
        "name": "", "channel": "", "sequenceNo": 0, "twapMinNotional": "1000", "imn": "4000.00",
        "tags": [], "settlePlan": 0, "triggerProtect": "0.0200", "liquidationFee": "0.025000",
        "marketTakeBound": "0.02",
        "filters": [
            {
                "minPrice": tick, "maxPrice": "1000000", "filterType": "PRICE_FILTER",
                "tickSize": tick,
            },
            {"filterType": "LOT_SIZE", **lots},
            {"filterType": "MARKET_LOT_SIZE", **lots},
            {"limit": 200, "filterType": "MAX_NUM_ORDERS"},
            {"limit": 10, "filterType": "MAX_NUM_ALGO_ORDERS"},
            {"notional": "5", "filterType": "MIN_NOTIONAL"},
            {
                "multiplierDown": "0.9800", "multiplierUp": "1.0200", "ltMultiplierDown": "0",
                "multiplierDecimal": "4", "filterType": "PERCENT_PRICE", "ltMultiplierUp": "0",
            },
        ],
    }  # fmt: skip


def funding_info(world: VenueWorld) -> list[Row]:
    """Caps are numbers; names that are gone stay, one that waits is missing."""
    rows = [(native, state.rule.interval_s, state.listing.symbol)
            for native, state in world.markets.items()]  # fmt: skip
    return [
        {
            "symbol": native, "interestRate": "0.00010000", "time": now_ms(world),
            "fundingIntervalHours": interval_s // HOUR_S, "fundingFeeCap": cap_of(symbol),
            "fundingFeeFloor": -cap_of(symbol),
        }
        for native, interval_s, symbol in [*rows, (GONE, 8 * HOUR_S, "")]
    ]  # fmt: skip


# --- marks and rates --------------------------------------------------------------------------


def rate_text(rate: float) -> str:
    """Zero has no decimals."""
    return fixed(rate, 8) if round(rate * 10**8) else "0"


def premium_index(world: VenueWorld) -> list[Row]:
    rows = [premium(world, state) for state in world.markets.values()]
    gone = {"symbol": GONE, "markPrice": "0.48792029", "lastFundingRate": "0"}
    return [*rows, _gone(world) | gone]


def premium(world: VenueWorld, state: MarketState) -> Row:
    """A market that is gone keeps a mark, a rate and a time ahead; "0" as its settle price."""
    row = _gone(world) | {"symbol": state.listing.native}
    if state.mark is None or state.index is None or state.rate is None:
        return row
    index = fixed(state.index, 8)
    return row | {
        "markPrice": fixed(state.mark, 8), "indexPrice": index, "estimatedSettlePrice": index,
        "lastFundingRate": rate_text(state.rate),
        "nextFundingTime": (state.next_funding_ns or 0) // NS_PER_MS,
    }  # fmt: skip


def _gone(world: VenueWorld) -> Row:
    next_ns = next_boundary_ns(world.now_ns(), 8 * HOUR_S)
    return {
        "markPrice": "1.40000000", "indexPrice": "1.40000000", "estimatedSettlePrice": "0",
        "lastFundingRate": "0.00010000", "interestRate": "0.00010000",
        "nextFundingTime": next_ns // NS_PER_MS, "time": now_ms(world),
    }  # fmt: skip


def mark_update(world: VenueWorld, state: MarketState) -> Row:
    """The same in the words of the stream."""
    row = premium(world, state)
    return {
        "e": "markPriceUpdate", "E": row["time"], "s": row["symbol"], "p": row["markPrice"],
        "P": row["estimatedSettlePrice"], "i": row["indexPrice"], "r": row["lastFundingRate"],
        "T": row["nextFundingTime"],
    }  # fmt: skip


# --- 24 hours, levels, trades -----------------------------------------------------------------


def ticker(world: VenueWorld, state: MarketState) -> Row:
    """24 hours; units are thousands of coins where the name says so."""
    last = state.last if state.last is not None else state.mark or 0.0
    before = state.prev_day_price if state.prev_day_price is not None else last
    volume, at_ms = state.day_volume_base / state.listing.contract, now_ms(world)
    low, high = min(last, before), max(last, before)
    price = partial(fixed, decimals=state.listing.price_decimals)
    return {
        "symbol": state.listing.native, "priceChange": price(last - before),
        "priceChangePercent": fixed(100 * (last / before - 1) if before else 0.0, 3),
        "weightedAvgPrice": price((low + high) / 2), "lastPrice": price(last),
        "lastQty": state.size_text(state.listing.min_lots), "openPrice": price(before),
        "highPrice": price(high), "lowPrice": price(low), "volume": fixed(volume, 4),
        "quoteVolume": fixed(volume * last, 2), "openTime": at_ms - DAY_MS, "closeTime": at_ms,
        "firstId": 1, "lastId": state.day_trades, "count": state.day_trades, "quoteAsset": "USDT",
        "baseAsset": state.listing.native.removesuffix("USDT"),
    }  # fmt: skip


_TICKER = {
    "p": "priceChange", "P": "priceChangePercent", "w": "weightedAvgPrice", "c": "lastPrice",
    "Q": "lastQty", "o": "openPrice", "h": "highPrice", "l": "lowPrice", "v": "volume",
    "q": "quoteVolume", "O": "openTime", "C": "closeTime", "F": "firstId", "L": "lastId",
    "n": "count",
}  # fmt: skip


def ticker_update(world: VenueWorld, state: MarketState) -> Row:
    row = ticker(world, state)
    short = {letter: row[name] for letter, name in _TICKER.items()}
    return {"e": "24hrTicker", "E": now_ms(world), "s": state.listing.native, **short}


def depth_update(
    world: VenueWorld, state: MarketState, follows: int, book: tuple[Levels, Levels]
) -> Row:
    """Levels after position `follows`; a side may be empty."""
    at_ms, (bids, asks) = now_ms(world), book
    return {
        "e": "depthUpdate", "E": at_ms, "T": at_ms, "s": state.listing.native,
        "U": min(follows + SEQ_FIRST, position(state)), "u": position(state), "pu": follows,
        "b": state.texts(bids), "a": state.texts(asks),
    }  # fmt: skip


def book(world: VenueWorld, state: MarketState, limit: int) -> Row:
    at_ms, (bids, asks) = now_ms(world), sides(state, limit)
    return {
        "lastUpdateId": position(state), "E": at_ms, "T": at_ms, "bids": state.texts(bids),
        "asks": state.texts(asks),
    }  # fmt: skip


def fill(world: VenueWorld, state: MarketState, trade: TradeTick) -> Row:
    """An aggregate of one: the world's fills are single."""
    return {
        "e": "aggTrade", "E": now_ms(world), "a": trade.trade_id, "s": state.listing.native,
        "p": state.price_text(trade.ticks), "q": state.size_text(trade.lots),
        "f": trade.trade_id, "l": trade.trade_id, "T": trade.at_ns // NS_PER_MS,
        "m": trade.side is Side.SELL,
    }  # fmt: skip
