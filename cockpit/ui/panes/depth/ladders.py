"""The selected symbol's books side by side. Old depth is never shown: a lost book says so.

With room a column shows cumulative notional and a bar for each size as well. Where ladders would
show fewer than a third of the venues, or the trader says so, each venue is a line.
"""

from collections.abc import Hashable

from cockpit.analytics.execution.depth import covered_bps, depth_usd, imbalance, mid_price
from cockpit.core.events import Level
from cockpit.state.view import MarketRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.depth.book_lines import book_lines, shown_lines
from cockpit.ui.readings.liquidity import band_words, liquidity
from cockpit.ui.readings.order_books import BANDS_BPS, no_book
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import bar, bar_left, round_up
from cockpit.ui.text.styled import Line, clip, fit, framed, parts, right, width_of, wrap

TITLE = "depth"
HZ = 5.0
BAND_BPS = 25
_FOOT = 2
_SIZE = fmt.AMOUNT + 1
_CUMULATIVE = 6
_BAR = 3
_READ = 96
_TURN_NS = 1_000_000_000
_NEAR = 5
"""Levels a side whose changes are shown: deeper down everything moves, and nobody looks."""
_BEST = "best"
_LADDERS_FROM = 3
"""A ladder for each third venue, or lines for all."""


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner, rows = width - 2, height - 2
    names = readings.listing()
    price = max((_price_width(readings, name) for name in names), default=0)
    least = max(32, 2 * (price + _SIZE + 1) + 4)
    count = max(1, min(len(names), (inner + 2) // least))
    if names and _as_lines(readings, count, len(names)):
        return framed(
            book_lines(readings, names, inner, rows),
            width,
            height,
            title=[
                ("books", "title"),
                (f" · {readings.symbol} · USD bid/ask, cost in bps with fee · c: ladders", "dim"),
            ],
            note=shown_lines(readings, names, rows).note,
            focused=readings.ui.focus == TITLE,
        )
    cursor = names.index(readings.venue) if readings.venue in names else 0
    first = max(0, min(cursor - count + 1, len(names) - count))
    body: list[Line] = [[] for _ in range(rows)]
    base = (inner + 2) // count
    # The same in every column: what one venue's longer prices leave no room for, none shows.
    shown = names[first : first + count]
    price = max((_price_width(readings, name) for name in shown), default=0)
    spare = (base - 4) // 2 - price - _SIZE
    for i, name in enumerate(shown):
        last = i == count - 1
        size = inner - base * (count - 1) if last else base
        gap = 0 if last else 2
        column = _paced_column(readings, name, i, size - gap - 1, rows, spare)
        # A column may end early, and what stands right of it must stay where it is.
        for y in range(rows):
            line = column[y] if y < len(column) else []
            body[y] += [(" ", "text"), *clip(line, size - gap - 1), (" " * gap, "text")]
    if not names:
        body = [[], [(f" {readings.no_market}", "dim")]]
    hidden = len(names) - count
    wide = spare >= _CUMULATIVE
    return framed(
        body,
        width,
        height,
        title=[
            ("books", "title"),
            (f" · {readings.symbol or '-'} · size{' · cumulative USD' if wide else ''}", "dim"),
            (" · c: lines", "dim") if hidden > 0 else ("", "dim"),
        ],
        note=f"+{hidden} →" if hidden > 0 else "",
        focused=readings.ui.focus == TITLE,
    )


def _as_lines(readings: Readings, count: int, venues: int) -> bool:
    """`count` ladders have room; the trader's own choice goes before what is usual."""
    wanted = readings.ui.books
    return wanted == "lines" or (wanted == "auto" and count * _LADDERS_FROM < venues)


def _price_width(readings: Readings, name: str) -> int:
    """Cells of a price of this venue; 0 without a book."""
    market = readings.market(name)
    best = market.book.best_ask() if market else None
    if market is None or best is None:
        return 0
    return len(fmt.price(best[0], _tick(market)))


def _tick(market: MarketRead) -> float | None:
    """As listed; of a recording without a list what its levels show."""
    if market.instrument is not None and market.instrument.tick is not None:
        return market.instrument.tick
    levels = [*market.book.bids(_READ), *market.book.asks(_READ)]
    return fmt.tick_of(price for price, _ in levels)


def _paced_column(
    readings: Readings, name: str, place: int, width: int, rows: int, spare: int
) -> list[Line]:
    """The cursor's book each time; the others take turns, so that frames stay small. What makes a
    book old or takes it away is shown at once."""
    if name == readings.venue:
        return _column(readings, name, width, rows, spare)
    market = readings.market(name)
    is_known = market is not None and market.book.is_known
    is_old = market is not None and market.is_stale("book", readings.now_ns)
    turn = (readings.now_ns + place * _TURN_NS // 3) // _TURN_NS
    return readings.cache.remember(
        ("ladder", name),
        (readings.symbol, width, rows, spare, is_known, is_old, turn),
        lambda: _column(readings, name, width, rows, spare),
    )


def _column(readings: Readings, name: str, width: int, rows: int, spare: int) -> list[Line]:
    market = readings.market(name)
    head: Line = [(fit(name, min(width, 12)), readings.colour_of(name))]
    if market is None or not market.book.is_known:
        why = f"no book: {no_book(readings, name)}"
        bands = _kept_bands(readings, name, width) if readings.moment else []
        return [head, [], *bands, *([(line, "stale")] for line in wrap(why, width))]
    book = market.book
    bids, asks = book.bids(_READ), book.asks(_READ)
    mid = mid_price(bids, asks)
    stale = market.is_stale("book", readings.now_ns)
    age = ("~" if stale else "") + fmt.age(market.age_s("book", readings.now_ns))
    if mid is not None:
        spread = (asks[0][0] - bids[0][0]) / mid * 1e4
        role = "warn" if spread <= 0 else "dim"
        text = f"{fmt.bps(spread, 2)} bps" if spread > 0 else "crossed"
        room = width - 12 - 6
        if room >= len(text):
            head.append((right(text, room), role))
        head.append((right(age, width - width_of(head)), "stale" if stale else "dim"))
    depth = max(1, rows - 1 - _FOOT)
    ladder = _Ladder(bids[:depth], asks[:depth], _tick(market), width, spare, stale)
    ladder.mark(readings, name)
    return [head, *(ladder.row(i) for i in range(depth)), *_foot(bids, asks, mid, width, stale)]


class _Ladder:
    """The levels of one venue in a column: what fits beside price and size, and how wide."""

    def __init__(
        self,
        bids: list[Level],
        asks: list[Level],
        tick: float | None,
        width: int,
        spare: int,
        stale: bool,
    ) -> None:
        """`spare` are the cells of a side that price and size leave over for the rest."""
        self._bids = _texts(bids, tick)
        self._asks = _texts(asks, tick)
        self._fresh: set[Hashable] = set()
        self._half = (width - 1) // 2
        self._stale = stale
        self._price = max((len(r[0]) for r in (*self._bids, *self._asks)), default=0)
        self._cumulative = _CUMULATIVE if spare >= _CUMULATIVE else 0
        spare -= self._cumulative
        self._bar = spare - 1 if spare > _BAR else 0
        self._size = self._half - self._price - self._cumulative - (spare if self._bar else 0)
        # In steps of 1, 2 and 5: the bars do not all move because the largest did.
        self._largest = round_up(max((size for _, size in (*bids, *asks)), default=1.0))

    def mark(self, readings: Readings, venue: str) -> None:
        """Brighten sizes that changed at their price, and the best prices when they moved."""
        texts: dict[Hashable, str] = {}
        for side, levels in (("bid", self._bids), ("ask", self._asks)):
            texts |= {(side, price): size for price, size, _, _ in levels[:_NEAR]}
            if levels:
                texts[side, _BEST] = levels[0][0]
        self._fresh = readings.cache.changes.of((venue, readings.symbol), texts, readings.now_ns)

    def row(self, i: int) -> Line:
        bid = self._bids[i] if i < len(self._bids) else None
        ask = self._asks[i] if i < len(self._asks) else None
        return [
            *self._side(bid, "bid", is_best=i == 0),
            ("│", "frame"),
            *self._side(ask, "ask", is_best=i == 0),
        ]

    def _side(self, level: tuple[str, str, str, float] | None, role: str, *, is_best: bool) -> Line:
        if level is None:
            return [(" " * self._half, "text")]
        price, size, total, amount = level
        number, dim = ("stale", "stale") if self._stale else ("text", "dim")
        colour, bars = ("stale", "stale") if self._stale else (role, f"{role}_bar")
        if not self._stale:
            number = "fresh" if (role, price) in self._fresh else number
            colour = "fresh" if is_best and (role, _BEST) in self._fresh else colour
        frac = amount / self._largest
        outer: Line = []
        if role == "bid":
            if self._bar:
                outer.append((bar_left(frac, self._bar) + " ", bars))
            if self._cumulative:
                outer.append((right(total, self._cumulative - 1) + " ", dim))
            return [
                *outer,
                (right(size, self._size - 1) + " ", number),
                (price.rjust(self._price), colour),
            ]
        if self._cumulative:
            outer.append((right(total, self._cumulative), dim))
        if self._bar:
            outer.append((" " + bar(frac, self._bar), bars))
        return [(price.ljust(self._price), colour), (right(size, self._size), number), *outer]


def _texts(levels: list[Level], tick: float | None) -> list[tuple[str, str, str, float]]:
    """(price, size, cumulative USD, size as a number) of each level, best first."""
    out = []
    total = 0.0
    for price, size in levels:
        total += price * size
        out.append((fmt.price(price, tick), fmt.amount(size), fmt.magnitude(total), size))
    return out


def _kept_bands(readings: Readings, name: str, width: int) -> list[Line]:
    """What rested near mid at a past moment, of which no level is kept."""
    found = liquidity(readings, name)
    if found is None:
        return []
    tick = _tick(market) if (market := readings.market(name)) else None
    rows: list[tuple[str, str]] = [
        ("mid", fmt.price(found.mid, tick / 2 if tick else None)),
        ("spread", f"{fmt.bps(found.spread_bps, 2)} bps"),
    ]
    rows += [(f"{bps:.0f} bps", band_words(found, bps) or fmt.MISSING) for bps in BANDS_BPS]
    rows.append(("covers", f"{fmt.bps(found.reach_bps, 0)} bps"))
    lines: list[Line] = [
        clip([(fit(what, 8), "dim"), (words, "number")], width) for what, words in rows
    ]
    return [*lines, []]


def _foot(
    bids: list[Level], asks: list[Level], mid: float | None, width: int, stale: bool
) -> list[Line]:
    """Depth within the band, its balance, and how far the visible book reaches."""
    if mid is None:
        empty = "no bids" if not bids else "no asks"
        return [[(f"one-sided: {empty}" if bids or asks else "an empty book", "warn")]]
    bid, ask = depth_usd(bids, mid, BAND_BPS), depth_usd(asks, mid, BAND_BPS)
    reach = min(covered_bps(bids, mid) or 0.0, covered_bps(asks, mid) or 0.0)
    short = reach < BAND_BPS
    least = "≥ " if short else ""
    balance = fmt.signed(imbalance(bid, ask), 2)
    number = "stale" if stale else "number"
    far = "stale" if stale else "text"
    return [
        parts(
            width,
            [
                (f"{BAND_BPS} bps ", "dim"),
                (f"{least}{fmt.magnitude(bid)} / {fmt.magnitude(ask)}", number),
            ],
        ),
        parts(
            width,
            [("imb ", "dim"), (balance, number)],
            [("covers ", "dim"), (f"{fmt.bps(reach, 0)} bps", far)],
        ),
    ]
