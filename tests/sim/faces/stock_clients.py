"""What the tests of stock clients share: the world as it is, and a book followed until it is so."""

import asyncio
from typing import Any

from tests.e2e.exchange import Exchange
from tests.support import PATIENCE_S

SIDES = ("bids", "asks")


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
