"""Every venue's book in one line: the touch, what rests near it, what the trader's size costs.

For more venues than ladders have room for; what has no room is left out, the touch last.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.liquidity import TOUCH_BPS, band_words, liquidity
from cockpit.ui.readings.order_books import book_reading, cost, no_book
from cockpit.ui.readings.venue_window import Window, window
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, right

_NAME, _SHORT_NAME = 13, 5
_WHOLE_NAMES_FROM = 70
_PRICE = 9


class _Column(NamedTuple):
    """`rank` says what goes first where there is no room: the highest."""

    title: str
    width: int
    rank: int
    cell: Callable[[Readings, str], tuple[str, str]]


def book_lines(readings: Readings, names: Sequence[str], inner: int, rows: int) -> list[Line]:
    """A head and a line a venue, of the venues around the cursor's."""
    name_width = _NAME if inner >= _WHOLE_NAMES_FROM else _SHORT_NAME
    columns = _fitting(readings, names, inner - name_width)
    head: Line = [(" " * name_width, "dim")]
    head += [(right(column.title, column.width), "dim") for column in columns]
    body = [head]
    for name in shown_lines(readings, names, rows).names:
        here = name == readings.venue
        label = name if name_width == _NAME else readings.short(name)
        line: Line = [
            ("▌" if here else " ", "accent"),
            (fit(label, name_width - 1), readings.colour_of(name)),
        ]
        if liquidity(readings, name) is None:
            line.append((fit(f"  {no_book(readings, name)}", inner - name_width), "stale"))
        else:
            for column in columns:
                text, role = column.cell(readings, name)
                line.append((right(text, column.width), role if text != fmt.MISSING else "dim"))
        body.append(line)
    return body


def shown_lines(readings: Readings, names: Sequence[str], rows: int) -> Window:
    """Which venues `rows` lines show, the head among them."""
    return window(readings, names, rows - 1)


def _fitting(readings: Readings, names: Sequence[str], room: int) -> list[_Column]:
    touches = [_touch(readings, name, side)[0] for name in names for side in (1, -1)]
    price = max(_PRICE, max(map(len, touches), default=0) + 1)
    size = fmt.magnitude(readings.ui.size_usd)
    columns = (
        _Column("bid", price, 0, lambda s, name: _touch(s, name, -1)),
        _Column("ask", price, 0, lambda s, name: _touch(s, name, 1)),
        _Column("spread", 8, 5, _spread),
        _Column("5 bps", 14, 4, _band(TOUCH_BPS)),
        _Column("10 bps", 14, 3, _band(10.0)),
        _Column("25 bps", 14, 2, _band(25.0)),
        _Column(f"buy/sell {size}", len(size) + 10, 1, _cost),
        _Column("age", 6, 6, _age),
    )
    kept = list(columns)
    while len(kept) > 2 and sum(column.width for column in kept) > room:
        kept.remove(max(kept, key=lambda column: column.rank))
    return kept


def _role(readings: Readings, name: str, fresh: str) -> str:
    found = liquidity(readings, name)
    return "stale" if found is not None and found.stale else fresh


def _touch(readings: Readings, name: str, side: int) -> tuple[str, str]:
    market = readings.market(name)
    best = None
    if market is not None:
        best = market.book.best_ask() if side > 0 else market.book.best_bid()
    if market is None or best is None:
        return fmt.MISSING, "dim"
    tick = market.instrument.tick if market.instrument else None
    return fmt.price(best[0], tick), _role(readings, name, "ask" if side > 0 else "bid")


def _spread(readings: Readings, name: str) -> tuple[str, str]:
    found = liquidity(readings, name)
    if found is None or found.spread_bps is None:
        return fmt.MISSING, "dim"
    if found.spread_bps <= 0:
        return "crossed", "warn"
    return fmt.bps(found.spread_bps, 2), _role(readings, name, "text")


def _band(bps: float) -> Callable[[Readings, str], tuple[str, str]]:
    def cell(readings: Readings, name: str) -> tuple[str, str]:
        found = liquidity(readings, name)
        words = band_words(found, bps) if found is not None else None
        return words or fmt.MISSING, _role(readings, name, "number")

    return cell


def _cost(readings: Readings, name: str) -> tuple[str, str]:
    """bps of mid to buy and to sell the trader's size at once, fee included."""
    book, (fee, _) = book_reading(readings, name), readings.taker_fee(name)
    if book is None or fee is None:
        return fmt.MISSING, "dim"
    both = [cost(book, side, readings.ui.size_usd).bps for side in (1, -1)]
    texts = ["thin" if bps is None else fmt.bps(bps + fee * 1e4, 2) for bps in both]
    return "/".join(texts), _role(readings, name, "text")


def _age(readings: Readings, name: str) -> tuple[str, str]:
    market = readings.market(name)
    age = market.age_s("book", readings.now_ns) if market else None
    return fmt.age(age), _role(readings, name, "dim")
