"""Aster's rows: listing, marks and rates, 24 hours, levels, trades; shared by REST and socket.

Beside the world's markets there are names that a client must tell apart: one that is being settled,
one that waits for its first day, and one that left the listing and keeps a rate all the same.
Sources: github.com/asterdex/api-docs, recordings of September 2026.
"""

import tomllib
from functools import partial
from importlib import resources

from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_MS, next_boundary_ns
from cockpit.sim.faces.aster.profile import cap_of
from cockpit.sim.faces.kit.candles import running
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import fixed, now_ms
from cockpit.sim.world.contract import MarketState, TradeTick, VenueWorld
from cockpit.sim.world.followers import Levels, sides
from cockpit.sim.world.past_prices import Candle, day_of

Row = dict[str, Json]

PENDING, GONE = "MBLUSDT", "GNSUSD"
SETTLED_MS = 1_781_859_600_000
SEQ_BASE, SEQ_STEP, SEQ_FIRST = 570_480_000_000, 1_000, 650
"""Updates of all markets share a sequence; each step of one book is some of it."""
DAY_MS = 86_400_000
KLINE_WORDS = "tohlcvTqnVQB"


def _table(name: str) -> Row:
    return tomllib.loads((resources.files(__package__) / name).read_text())


_ALIKE, _WORDS, _FIXED = _table("listing.toml"), _table("streams.toml"), _table("fixed.toml")


def position(state: MarketState) -> int:
    """Where a book stands in the sequence."""
    return SEQ_BASE + state.book_seq * SEQ_STEP


def is_active(state: MarketState) -> bool:
    return state.listing.status == "active"


# --- listing ----------------------------------------------------------------------------------


def exchange_info(world: VenueWorld) -> Row:
    rows = [_listed(state) for state in world.markets.values()]
    pending = _row(PENDING, "0.00001", "1", 5, 0)
    rows.append(pending | {"status": "PENDING_TRADING", "contractType": ""})
    return {**_FIXED["info"], "serverTime": now_ms(world), "symbols": rows}


def _listed(state: MarketState) -> Row:
    listing = state.listing
    row = _row(
        listing.native, state.price_text(1), state.size_text(listing.min_lots),
        listing.price_decimals, listing.size_decimals,
    )  # fmt: skip
    return row if is_active(state) else row | {"status": "SETTLING", "deliveryDate": SETTLED_MS}


def _row(native: str, tick: str, step: str, price_decimals: int, size_decimals: int) -> Row:
    """A row of the listing, without what a state of its own changes in it."""
    lots = {"stepSize": step, "minQty": step}
    own = {
        "PRICE_FILTER": {"minPrice": tick, "tickSize": tick}, "LOT_SIZE": lots,
        "MARKET_LOT_SIZE": lots,
    }  # fmt: skip
    return _ALIKE | {
        "symbol": native, "pair": native, "baseAsset": native.removesuffix("USDT"),
        "pricePrecision": price_decimals + 1, "quantityPrecision": size_decimals,
        "filters": [row | own.get(row["filterType"], {}) for row in _ALIKE["filters"]],
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
    return [*rows, _gone(world) | _FIXED["unlisted"]]


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
    return {**_FIXED["gone"], "nextFundingTime": next_ns // NS_PER_MS, "time": now_ms(world)}


# --- 24 hours, levels, trades -----------------------------------------------------------------


def ticker(world: VenueWorld, state: MarketState) -> Row:
    """24 hours; units are thousands of coins where the name says so."""
    day, at_ms = day_of(state), now_ms(world)
    volume = state.day_volume_base / state.listing.contract
    price = partial(fixed, decimals=state.listing.price_decimals)
    return {
        "symbol": state.listing.native, "priceChange": price(day.last - day.first),
        "priceChangePercent": fixed(100 * day.change_frac, 3),
        "weightedAvgPrice": price((day.low + day.high) / 2), "lastPrice": price(day.last),
        "lastQty": state.size_text(state.listing.min_lots), "openPrice": price(day.first),
        "highPrice": price(day.high), "lowPrice": price(day.low), "volume": fixed(volume, 4),
        "quoteVolume": fixed(volume * day.last, 2), "openTime": at_ms - DAY_MS, "closeTime": at_ms,
        "firstId": 1, "lastId": state.day_trades, "count": state.day_trades, "quoteAsset": "USDT",
        "baseAsset": state.listing.native.removesuffix("USDT"),
    }  # fmt: skip


def update(event: str, row: Row) -> Row:
    """What REST says, in the words of a stream."""
    return {"e": event} | {word: row[name] for word, name in _WORDS[event].items()}


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


def touch(world: VenueWorld, state: MarketState) -> Row:
    """The best levels; an empty side has neither price nor size."""
    best = [state.best(side) or (0, 0) for side in (Side.BUY, Side.SELL)]
    (bid, bids), (ask, asks) = state.texts(best)
    return {
        "lastUpdateId": position(state), "symbol": state.listing.native, "bidPrice": bid,
        "bidQty": bids, "askPrice": ask, "askQty": asks, "time": now_ms(world),
    }  # fmt: skip


def kline(state: MarketState, row: Candle, length_ms: int) -> list[Json]:
    """Times, prices, volumes in units and in the quote; half of them takers who bought."""
    begin_ms, volume = row.begin_ns // NS_PER_MS, float(state.size_text(row.lots))
    prices = [state.price_text(ticks) for ticks in row[1:5]]
    worth = row.worth(state.listing)
    volumes = [fixed(volume, 4), begin_ms + length_ms - 1, fixed(worth, 2), row.trades]
    return [begin_ms, *prices, *volumes, fixed(volume / 2, 4), fixed(worth / 2, 2), "0"]


def last_price(world: VenueWorld, state: MarketState) -> Row:
    day = ticker(world, state)
    return {"symbol": day["symbol"], "price": day["lastPrice"], "time": day["closeTime"]}


def kline_update(world: VenueWorld, state: MarketState, interval: str, length_s: int) -> Row | None:
    """The running candle, in the words of a stream; it is never the last word on it."""
    if (row := running(state, length_s, world.now_ns())) is None:
        return None
    native, last = state.listing.native, state.day_trades
    figures = dict(zip(KLINE_WORDS, kline(state, row, 1000 * length_s), strict=True))
    own = {"s": native, "i": interval, "f": last - row.trades + 1, "L": last, "x": False}
    return {"e": "kline", "E": now_ms(world), "s": native, "k": figures | own}


def trade(world: VenueWorld, state: MarketState, fill: TradeTick) -> Row:
    price, size = state.price_text(fill.ticks), state.size_text(fill.lots)
    return {
        "id": fill.trade_id, "price": price, "qty": size,
        "quoteQty": fixed(float(price) * float(size), 2), "time": fill.at_ns // NS_PER_MS,
        "isBuyerMaker": fill.side is Side.SELL,
    }  # fmt: skip


def fill(world: VenueWorld, state: MarketState, trade: TradeTick) -> Row:
    """An aggregate of one: the world's fills are single."""
    return {
        "e": "aggTrade", "E": now_ms(world), "a": trade.trade_id, "s": state.listing.native,
        "p": state.price_text(trade.ticks), "q": state.size_text(trade.lots),
        "f": trade.trade_id, "l": trade.trade_id, "T": trade.at_ns // NS_PER_MS,
        "m": trade.side is Side.SELL,
    }  # fmt: skip


def aggregate(world: VenueWorld, state: MarketState, trade: TradeTick) -> Row:
    """The same as REST has it: without what a stream says of the message."""
    row = fill(world, state, trade)
    return {key: row[key] for key in "apqflTm"}
