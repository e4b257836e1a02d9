"""Books and fills of a market as facts: as quoted in, base units and quote per base out."""

from cockpit.core.events import BookDelta, BookSnapshot, Level, Levels, Trade
from cockpit.core.market import Side
from cockpit.venues.kit.instruments import Market

Sides = tuple[Levels, Levels]
"""Bids and asks as quoted."""


def snapshot(
    venue: str, market: Market, book: Sides, seq: int | None, venue_ns: int | None, at_ns: int
) -> BookSnapshot:
    """A whole book, each side best first."""
    return BookSnapshot(
        venue=venue, symbol=market.symbol, recv_ns=at_ns, venue_ns=venue_ns,
        bids=market.unit.to_levels(book[0]), asks=market.unit.to_levels(book[1]), seq=seq,
    )  # fmt: skip


def delta(
    venue: str, market: Market, changes: Sides, seq: int | None, venue_ns: int | None, at_ns: int
) -> BookDelta:
    """The levels that changed, with what now stands there."""
    return BookDelta(
        venue=venue, symbol=market.symbol, recv_ns=at_ns, venue_ns=venue_ns,
        bids=market.unit.to_levels(changes[0]), asks=market.unit.to_levels(changes[1]), seq=seq,
    )  # fmt: skip


def trade(
    venue: str,
    market: Market,
    fill: Level,
    venue_ns: int | None,
    at_ns: int,
    *,
    is_buy: bool,
    is_forced: bool = False,
) -> Trade:
    """A fill of (price, size). `is_buy`: the taker bought; `is_forced`: it was a liquidation."""
    price, size = fill
    return Trade(
        venue=venue, symbol=market.symbol, recv_ns=at_ns, venue_ns=venue_ns,
        price=market.unit.to_price(price), size=market.unit.to_size(size, price),
        side=Side.BUY if is_buy else Side.SELL, liquidation=is_forced,
    )  # fmt: skip
