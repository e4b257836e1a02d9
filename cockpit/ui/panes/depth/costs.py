"""What a taker pays now: bps of mid to buy and to sell, each size at each venue, fee included.

Of a past moment what he paid at most, without the fee.
"""

from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import SIZES_USD
from cockpit.ui.readings.kept_costs import kept_costs
from cockpit.ui.readings.order_books import Cost, book_reading, cost, no_book
from cockpit.ui.readings.venue_window import window
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, framed, longest, parts, right

TITLE = "costs"
HZ = 1.0
_NAME = 13
_FEE = 7
_CELL = 12
_LEAST_CELL = 10
_THIN = "thin"


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    wanted = len({*SIZES_USD, readings.ui.size_usd})
    name_width = _NAME if inner >= _NAME + _FEE + wanted * _CELL else 5
    room = inner - name_width - _FEE
    sizes = _sizes(readings, room // _LEAST_CELL)
    cell = min(_CELL, room // len(sizes))
    names = readings.listing()
    table = {name: _costs(readings, name, sizes) for name in names}
    body: list[Line] = [_head(readings, sizes, name_width, cell)] if names else []
    rows = window(readings, names, height - 3)
    body += [_row(readings, name, table, sizes, name_width, cell, inner) for name in rows.names]
    sizes_hidden = f"{wanted - len(sizes)} more sizes: z" if names and wanted > len(sizes) else ""
    if not names:
        body = [[], [(f" {readings.no_market}", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[
            ("cost", "title"),
            (f" · {readings.symbol or '-'} · buy/sell {_what(readings)}", "dim"),
        ],
        note="  ".join(filter(None, (rows.note, sizes_hidden))),
        verdict=_verdict(readings, table, width - 4),
        focused=readings.ui.focus == TITLE,
    )


def _what(readings: Readings) -> str:
    if readings.moment is not None:
        return "then at most, bps of mid, no fee"
    return "now, bps of mid, taker fee in"


def _sizes(readings: Readings, room: int) -> list[float]:
    """The usual sizes and the trader's own; where they do not all fit, his and the largest."""
    sizes = sorted({*SIZES_USD, readings.ui.size_usd})
    while len(sizes) > max(1, room):
        others = [size for size in sizes if size != readings.ui.size_usd]
        sizes.remove(others[len(others) // 2] if len(others) > 2 else others[0])
    return sizes


def _head(readings: Readings, sizes: list[float], name_width: int, cell: int) -> Line:
    line: Line = [(" " * name_width, "dim"), (right("fee", _FEE), "dim")]
    for size in sizes:
        own = size == readings.ui.size_usd
        line.append((right(fmt.magnitude(size), cell), "accent" if own else "dim"))
    return line


def _costs(
    readings: Readings, name: str, sizes: list[float]
) -> dict[float, tuple[Cost, Cost]] | None:
    """Size -> (to buy, to sell) with the fee in it; None without a book or a fee to go by."""
    if readings.moment is not None:
        kept = {size: kept_costs(readings, name, size) for size in sizes}
        return {size: both for size, both in kept.items() if both is not None} or None
    book, (fee, _) = book_reading(readings, name), readings.taker_fee(name)
    if book is None:
        return None
    out = {}
    for size in sizes:
        both = []
        for side in (1, -1):
            walked = cost(book, side, size)
            known = walked.bps is not None and fee is not None
            bps = (walked.bps or 0.0) + (fee or 0.0) * 1e4 if known else None
            both.append(Cost(bps, walked.filled_frac))
        out[size] = (both[0], both[1])
    return out


def _row(
    readings: Readings,
    name: str,
    table: dict[str, dict[float, tuple[Cost, Cost]] | None],
    sizes: list[float],
    name_width: int,
    cell: int,
    inner: int,
) -> Line:
    is_past = readings.moment is not None
    fee, assumed = (None, False) if is_past else readings.taker_fee(name)
    label = name if name_width >= _NAME else readings.short(name)
    fee_text = fmt.MISSING if fee is None else ("?" if assumed else "") + fmt.bps(fee * 1e4)
    line: Line = [
        (" " + fit(label, name_width - 1), readings.colour_of(name)),
        (right(fee_text, _FEE), "dim"),
    ]
    costs, book = table[name], book_reading(readings, name)
    if costs is None or (book is None and not is_past):
        return [*line, (fit(f"  {no_book(readings, name)}", inner - name_width - _FEE), "stale")]
    for size in sizes:
        both = costs[size]
        best = [_is_best(readings, name, table, size, i) for i in (0, 1)]
        texts = [("≤" if is_past and cost.bps is not None else "") + _text(cost) for cost in both]
        pad = " " * max(0, cell - len(texts[0]) - len(texts[1]) - 1)
        is_old = book is not None and book.stale
        roles = [_role(readings, t, is_old, b) for t, b in zip(texts, best, strict=True)]
        line += [(pad, "text"), (texts[0], roles[0]), ("/", "dim"), (texts[1], roles[1])]
    return line


def _role(readings: Readings, text: str, is_old: bool, is_best: bool) -> str:
    if is_old:
        return "stale"
    if text == _THIN:
        return "warn"
    if not is_best:
        return "text"
    return "gain" if readings.has_colour else "title"


def _text(cost: Cost) -> str:
    if cost.bps is None:
        return _THIN if cost.filled_frac < 1 else fmt.MISSING
    return fmt.bps(cost.bps, 2 if cost.bps < 9.995 else 1 if cost.bps < 99.95 else 0)


def _is_best(
    readings: Readings,
    name: str,
    table: dict[str, dict[float, tuple[Cost, Cost]] | None],
    size: float,
    side: int,
) -> bool:
    """Whether no other fresh venue is cheaper; False where there is nothing to compare."""
    known = {}
    for other, costs in table.items():
        book = book_reading(readings, other)
        bps = costs[size][side].bps if costs else None
        if bps is not None and book is not None and not book.stale:
            known[other] = bps
    return name in known and len(known) > 1 and known[name] == min(known.values())


def _verdict(
    readings: Readings, table: dict[str, dict[float, tuple[Cost, Cost]] | None], width: int
) -> Line:
    size = readings.ui.size_usd
    words = []
    for side, verb in ((0, "buy"), (1, "sell")):
        best = next(
            (n for n, c in table.items() if c and _is_best(readings, n, table, size, side)), ""
        )
        costs = table.get(best)
        if costs:
            words.append(f"{verb} {best} {_text(costs[size][side])}")
    known = [one for costs in table.values() if costs for both in costs.values() for one in both]
    thin = any(_text(one) == _THIN for one in known)
    note = "thin: the visible book does not hold it" if thin else ""
    if readings.moment is not None:
        note = "≤: from what rested within 10, 25 and 50 bps"
    assumed = readings.moment is None and any(readings.taker_fee(name)[1] for name in table)
    fees = "?: base tier assumed" if assumed else ""
    head = f"cheapest at {fmt.magnitude(size)}: {', '.join(words)} bps" if words else ""
    said = [(text, role) for text, role in ((head, "text"), (note, "warn"), (fees, "dim")) if text]
    return parts(width, *([piece] for piece in said)) or (longest(width, said[:1]) if said else [])
