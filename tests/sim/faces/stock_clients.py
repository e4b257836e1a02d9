"""What the tests of stock clients share: the world as it is, and a book followed until it is so;
and every public read that ccxt has of a venue.
"""

import asyncio
from collections.abc import Callable, Container, Iterable
from itertools import pairwise
from typing import Any

from tests.e2e.exchange import Exchange
from tests.support import PATIENCE_S

SIDES = ("bids", "asks")
HOUR_MS = 3_600_000

READS: dict[str, Callable[[Any, str], Any]] = {
    "fetchTime": lambda client, name: client.fetch_time(),
    "fetchStatus": lambda client, name: client.fetch_status()["status"] == "ok",
    "fetchTicker": lambda client, name: client.fetch_ticker(name)["info"],
    "fetchTickers": lambda client, name: client.fetch_tickers([name]),
    "fetchOrderBook": lambda client, name: client.fetch_order_book(name)["bids"],
    "fetchTrades": lambda client, name: client.fetch_trades(name),
    "fetchOHLCV": lambda client, name: client.fetch_ohlcv(name, "1h", limit=10),
    "fetchMarkOHLCV": lambda client, name: client.fetch_mark_ohlcv(name, "1h", limit=10),
    "fetchIndexOHLCV": lambda client, name: client.fetch_index_ohlcv(name, "1h", limit=10),
    "fetchPremiumIndexOHLCV": lambda client, name: client.fetch_premium_index_ohlcv(name, "1h"),
    "fetchFundingRate": lambda client, name: client.fetch_funding_rate(name)["fundingRate"],
    "fetchFundingRates": lambda client, name: client.fetch_funding_rates(),
    "fetchFundingIntervals": lambda client, name: client.fetch_funding_intervals(),
    "fetchFundingRateHistory": lambda client, name: client.fetch_funding_rate_history(name),
    "fetchOpenInterest": lambda client, name: client.fetch_open_interest(name)["info"],
    "fetchOpenInterests": lambda client, name: client.fetch_open_interests(),
    "fetchOpenInterestHistory": lambda client, name: client.fetch_open_interest_history(name, "1h"),
    "fetchMarketLeverageTiers": lambda client, name: client.fetch_market_leverage_tiers(name),
}
"""By what ccxt calls the ability, with a market's unified name."""
CANDLES = ("fetchOHLCV", "fetchMarkOHLCV", "fetchIndexOHLCV")


def check_reads(client: Any, unified: str, but: Container[str] = ()) -> None:
    """Every public read that a client has is answered with something, `but` for some."""
    able = [name for name in READS if client.has.get(name) is True and name not in but]
    answers = {name: READS[name](client, unified) for name in able}
    assert [name for name in able if not answers[name]] == []
    for name in set(able).intersection(CANDLES):
        rows = [row[:5] for row in answers[name]]
        assert {after[0] - before[0] for before, after in pairwise(rows)} == {HOUR_MS}
        assert all(low <= min(first, last) for _, first, _, low, last in rows)
        assert all(high >= max(first, last) for _, first, high, _, last in rows)


def truth_of(sim: Exchange, symbol: str = "BTC") -> dict[str, Any]:
    """A market as the world has it."""
    return next(row for row in sim.truth()["markets"] if row["symbol"] == symbol)


def is_true(book: Any, market: Any) -> bool:
    """Whether a client's book has the world's levels, all of them and no others."""
    return all([list(level[:2]) for level in book[side]] == market[side] for side in SIDES)


def check_watched(client: Any, sim: Exchange, unified: str) -> None:
    """Bitcoin, by its unified name: the book becomes the paused world's, the trades have sides."""
    trades = asyncio.run(_trades_until_the_book_is_true(client, sim, unified))
    assert trades
    assert {trade["side"] for trade in trades} <= {"buy", "sell"}


async def _trades_until_the_book_is_true(client: Any, sim: Exchange, unified: str) -> Any:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await client.watch_order_book(unified)
            trades = await client.watch_trades(unified)
            await asyncio.to_thread(sim.tell, pause=True)
            truth = await asyncio.to_thread(truth_of, sim)
            while not is_true(client.orderbooks[unified], truth):
                await client.watch_order_book(unified)
            return trades
    finally:
        await client.close()
        await asyncio.to_thread(sim.tell, pause=False)


def check_streams(client: Any, unified: str, kinds: Iterable[str]) -> None:
    """What is followed beside books and trades comes, of this market by its unified name."""
    said = asyncio.run(_followed(client, unified, kinds))
    assert [kind for kind in kinds if not said[kind]] == []


async def _followed(client: Any, unified: str, kinds: Iterable[str]) -> dict[str, Any]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await client.load_markets()
            waiting = [getattr(client, kind)(unified) for kind in kinds]
            return dict(zip(kinds, await asyncio.gather(*waiting), strict=True))
    finally:
        await client.close()
