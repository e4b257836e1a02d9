"""All venues as one book, fees included: where the next unit is really cheapest."""

import numpy as np

from cockpit.analytics.execution.split import Consolidated, Offer, consolidate
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.order_books import BookReading, mergeable_books, no_levels
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, framed, longest, right

TITLE = "merged"
HZ = 1.0
_TAG = 4
_SIZE = 7
_TOTAL = 7
_TOP = 60
"""Levels a venue that can matter to the rows on the screen."""


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    books = mergeable_books(readings)
    left_out = [name for name in readings.listing() if name not in {b.venue for b in books}]
    body: list[Line] = []
    verdict: Line = []
    if books:
        buys, sells = merge(readings, books, 1), merge(readings, books, -1)
        body = _rows(readings, books, sells, buys, width - 2, height - 2)
        verdict = _verdict(readings, books, sells, buys, left_out, width - 4)
    else:
        why = no_levels(readings, "to merge") if readings.symbol else readings.no_symbol
        body = [[], [(f" {why}", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[
            ("consolidated", "title"),
            (f" · {readings.symbol or '-'} · after fees", "dim"),
            (_outer(width), "dim"),
        ],
        verdict=verdict,
        focused=readings.ui.focus == TITLE,
    )


def _outer(width: int) -> str:
    """What stands outside of price and venue, named in the title."""
    return " · size · cum. USD" if width >= 54 else " · size"


def merge(readings: Readings, books: list[BookReading], side: int) -> Consolidated:
    """What a seller (-1, from the bids) or a buyer (+1, from the asks) meets, best first."""
    offers = [
        Offer(
            levels=(book.asks if side > 0 else book.bids)[:_TOP],
            fee=readings.taker_fee(book.venue)[0] or 0.0,
            lot=1.0,
            min_size=None,
            min_notional_usd=None,
            cap=None,
            quote_usd=1.0,
        )
        for book in books
    ]
    return consolidate(offers, side)


def _rows(
    readings: Readings,
    books: list[BookReading],
    bids: Consolidated,
    asks: Consolidated,
    width: int,
    rows: int,
) -> list[Line]:
    half = (width - 1) // 2
    decimals = fmt.decimals_of(None, books[0].mid) + 1
    bid_rows = _texts(readings, books, bids, rows, decimals)
    ask_rows = _texts(readings, books, asks, rows, decimals)
    price = max((len(r[0]) for r in (*bid_rows, *ask_rows)), default=0)
    out: list[Line] = []
    for i in range(min(rows, max(len(bid_rows), len(ask_rows)))):
        bid = _cells(bid_rows[i] if i < len(bid_rows) else None, half, price, "bid")
        ask = _cells(ask_rows[i] if i < len(ask_rows) else None, half, price, "ask")
        out.append([*reversed(bid), ("│", "frame"), *ask])
    return out


Row = tuple[str, str, str, str, str]
"""(price, venue's short name, its colour, size, cumulative USD)"""


def _texts(
    readings: Readings, books: list[BookReading], side: Consolidated, rows: int, decimals: int
) -> list[Row]:
    totals = np.cumsum(side.price * side.size)
    return [
        (
            f"{side.effective[i]:.{decimals}f}",
            readings.short(books[side.venue[i]].venue),
            readings.colour_of(books[side.venue[i]].venue),
            fmt.amount(float(side.size[i])),
            fmt.magnitude(float(totals[i])),
        )
        for i in range(min(rows, len(side.effective)))
    ]


def _cells(row: Row | None, half: int, price_width: int, role: str) -> Line:
    """From the middle outwards: price, venue, size, cumulative; what does not fit stays away."""
    if row is None:
        return [(" " * half, "text")]
    price, short, colour, size, total = row
    cells: Line = [(right(price, price_width), role)]
    room = half - price_width
    if room >= _TAG:
        tag = short.ljust(_TAG - 1)
        cells.append((f"{tag} " if role == "bid" else f" {tag}", colour))
        room -= _TAG
    for text, cell_width, style in ((size, _SIZE, "text"), (total, _TOTAL, "dim")):
        if room >= cell_width:
            shown = right(text, cell_width - 1)
            cells.append((f"{shown} " if role == "bid" else f" {shown}", style))
            room -= cell_width
    return [*cells, (" " * room, "text")]


def _verdict(
    readings: Readings,
    books: list[BookReading],
    bids: Consolidated,
    asks: Consolidated,
    left_out: list[str],
    width: int,
) -> Line:
    """How far apart the best prices are after fees; below zero two venues may be crossed."""
    if not len(bids.effective) or not len(asks.effective):
        return [("one side is empty", "warn")]
    bid, ask = float(bids.effective[0]), float(asks.effective[0])
    gap = (ask - bid) / ((ask + bid) / 2) * 1e4
    seller, buyer = books[bids.venue[0]].venue, books[asks.venue[0]].venue
    missing: Line = [(f"  without {', '.join(left_out)}", "warn")] if left_out else []
    words: Line = [(f"best buy {buyer}, best sell {seller}: {fmt.bps(gap, 2)} bps apart", "text")]
    if gap < 0:
        words = [
            (f"crossed after fees: buy {buyer}, sell {seller}, {fmt.bps(-gap, 2)} bps", "gain")
        ]
    short: Line = [(f"{fmt.bps(gap, 2)} bps apart after fees", "text")]
    if missing:
        alone: Line = [(text.strip(), role) for text, role in missing]
        return longest(width, [*words, *missing], [*short, *missing], alone)
    return longest(width, words, short)
