"""Funding of every symbol at every venue: who pays, how much, how old.

Columns are venues, rows symbols. The cell cursor chooses what the other panes show. The colour of
a cell always says who pays now, on a fixed scale; the text says what the trader asked for.
"""

from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import CellMode
from cockpit.ui.readings.breakeven import breakeven
from cockpit.ui.readings.funding_rates import mean_by_open_interest
from cockpit.ui.readings.heatmap_cells import cell, fresh_hourly
from cockpit.ui.readings.market_rates import next_payment_s
from cockpit.ui.readings.same_asset import assets
from cockpit.ui.readings.venue_columns import GLYPHS
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, framed, longest, right

TITLE = "funding"
HZ = 2.0
_SYMBOL = 8
_SPREAD = 8
_PAIR = 9
_WEIGHTED = 9
WORDS: dict[CellMode, str] = {
    "live": "live", "predicted": "predicted by the venue", "change_1h": "change in 1 h",
    "change_8h": "change in 8 h", "next": "next payment", "age": "age of the rate",
    "oi": "open interest, change in up to 1 h", "z": "robust z over 30 d",
}  # fmt: skip
_RATES = ("live", "predicted", "change_1h", "change_8h")


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    columns, hidden, extras = _columns(readings, inner)
    cells = _cell_width(readings)
    body = [_header(readings, columns, extras, cells)]
    if readings.ui.cell != "next":
        body.append(_countdowns(readings, columns, cells))
    rows = max(1, height - 2 - len(body))
    symbols = readings.symbols
    top = max(0, min(readings.ui.symbol_index - rows // 2, len(symbols) - rows))
    body += [_row(readings, symbol, columns, extras, cells) for symbol in symbols[top : top + rows]]
    if not symbols:
        body += [[], [(f" {readings.no_symbol}", "dim")]]
    if not readings.venues:
        body = [[], [(" no venue is watched: add some under [watch] in the config", "dim")]]
    notes = []
    if len(symbols) > rows:
        notes.append(f"{top + 1}–{min(top + rows, len(symbols))} of {len(symbols)}")
    if hidden:
        notes.append(f"+{hidden} →")
    what = WORDS[readings.ui.cell]
    if readings.ui.cell in _RATES:
        what += f" · {fmt.UNIT_LABEL[readings.ui.unit]}"
    return framed(
        body[: height - 2],
        width,
        height,
        title=[("funding", "title"), (f" · {what}", "dim"), *_filter(readings)],
        note="  ".join(notes),
        verdict=_verdict(readings, width - 4),
        focused=readings.ui.focus == TITLE,
    )


def _filter(readings: Readings) -> Line:
    words = f" /{readings.ui.filter}" if readings.ui.filter else ""
    words += f" by {readings.ui.sort}" if readings.ui.sort != "listed" else ""
    return [(words, "accent")] if words else []


def _cell_width(readings: Readings) -> int:
    return 10 if readings.ui.unit == "hour" else 9


def _columns(readings: Readings, inner: int) -> tuple[list[str], int, list[str]]:
    """The venues that fit, how many do not, and which of the extra columns fit beside them."""
    names = [venue.name for venue in readings.venues]
    cells = _cell_width(readings)
    room = inner - _SYMBOL
    # The spread stays even where not all venues fit: it is what the other columns are for.
    spread = 2 + _SPREAD if len(names) > 1 and room >= cells * 2 + 2 + _SPREAD else 0
    shown = max(1, min(len(names), (room - spread) // cells))
    first = max(0, min(readings.ui.venue_index - shown + 1, len(names) - shown))
    extras = ["spread"] if spread else []
    room -= shown * cells + spread
    for name, size in (("pair", _PAIR), ("oi-weighted", _WEIGHTED)):
        if spread and room >= size:
            extras.append(name)
            room -= size
    return names[first : first + shown], len(names) - shown if names else 0, extras


def _header(readings: Readings, columns: list[str], extras: list[str], cells: int) -> Line:
    line: Line = [(" " * _SYMBOL, "dim")]
    for name in columns:
        state = readings.view.venue(name)
        live = state is not None and state.state == "live"
        mark = "" if live or state is None else GLYPHS[state.state][0]
        mark += "*" if name in readings.ui.pinned else ""
        label = name if len(name) + len(mark) < cells else readings.short(name)
        line.append((right(mark + label, cells), readings.colour_of(name) if live else "stale"))
    names = [readings.short(name) for name in readings.ui.pinned]
    pinned = "−".join(names) if len(names) == 2 else ""
    spread = (pinned or "spread", _SPREAD, "accent" if pinned else "dim")
    heads = {"spread": spread, "pair": ("sh/long", _PAIR, "dim")}
    if extras:
        line.append((" │", "frame"))
    for extra in extras:
        text, size, role = heads.get(extra, ("oi-w", _WEIGHTED, "dim"))
        line.append((right(text, size), role))
    return line


def _countdowns(readings: Readings, columns: list[str], cells: int) -> Line:
    line: Line = [(fit(" next", _SYMBOL), "dim")]
    for name in columns:
        seconds = next_payment_s(readings.market(name), readings.now_ns)
        role = "warn" if seconds is not None and seconds < 60 else "dim"
        line.append((right(fmt.countdown(seconds), cells), role))
    return line


def _row(
    readings: Readings, symbol: str, columns: list[str], extras: list[str], cells: int
) -> Line:
    chosen = symbol == readings.symbol
    line: Line = [
        ("▌" if chosen else " ", "accent"),
        (fit(symbol, _SYMBOL - 1), "number" if chosen else "text"),
    ]
    for name in columns:
        text, role = cell(readings, name, symbol)
        if chosen and name == readings.venue:
            role = "cursor"
        line += [(" ", "text"), (right(text, cells - 1), role)]
    if not extras:
        return line
    line.append((" │", "frame"))
    rates = _fresh(readings, symbol)
    pair = _pair(readings, rates)
    spread = None if pair is None else rates[pair[0]] - rates[pair[1]]
    for extra in extras:
        if extra == "spread":
            text = _spread(spread, readings)
            line.append((right(text, _SPREAD), "dim" if spread is None else "number"))
        elif extra == "pair":
            text = "/".join(readings.short(name) for name in pair) if pair else fmt.MISSING
            line.append((right(text, _PAIR), "dim"))
        else:
            weighted = mean_by_open_interest(readings, symbol, rates)
            line.append((right(fmt.rate(weighted, readings.ui.unit), _WEIGHTED), "text"))
    return line


def _fresh(readings: Readings, symbol: str) -> dict[str, float]:
    """Venue -> rate as a fraction per hour, where it may be compared: of two coins with one name,
    the one that most venues have."""
    venues = next(iter(assets(readings, symbol)), ())
    rates = {name: fresh_hourly(readings, name, symbol) for name in venues}
    return {name: rate for name, rate in rates.items() if rate is not None}


def _pair(readings: Readings, rates: dict[str, float]) -> tuple[str, str] | None:
    """(short, long): the trader's pinned pair or, without one, the widest; None where a rate lacks.

    With a pinned pair a column never says anything of another one.
    """
    if len(readings.ui.pinned) == 2:
        short, long = readings.ui.pinned
        return (short, long) if short in rates and long in rates else None
    if len(rates) < 2:
        return None
    return max(rates, key=lambda v: rates[v]), min(rates, key=lambda v: rates[v])


def _spread(spread: float | None, readings: Readings) -> str:
    """Received by the pair; only a pinned pair can pay, and then the minus is said."""
    return fmt.rate(spread, readings.ui.unit).lstrip("+")


def _verdict(readings: Readings, width: int) -> Line:
    """The widest spread of the selected symbol as a sentence, with what it costs to have it."""
    symbol = readings.symbol
    if symbol is None:
        return []
    rates = _fresh(readings, symbol)
    pair = _pair(readings, rates)
    if pair is None and len(readings.ui.pinned) == 2:
        lost = ", ".join(name for name in readings.ui.pinned if name not in rates)
        return longest(
            width,
            [(f"{symbol}: no fresh rate at {lost}, the pinned pair is not compared", "warn")],
            [(f"{symbol}: no fresh rate at {lost}", "warn")],
        )
    if pair is None:
        count = "one venue" if rates else "no venue"
        return longest(
            width,
            [(f"{symbol}: {count} with a fresh rate, nothing to compare", "dim")],
            [(f"{symbol}: {count}", "dim")],
        )
    short, long = pair
    spread = rates[short] - rates[long]
    text = _spread(spread, readings) + " " + fmt.UNIT_SHORT[readings.ui.unit]
    legs = [
        f"short {name} {fmt.rate(rates[name], readings.ui.unit)}" if name == short
        else f"long {name} {fmt.rate(rates[name], readings.ui.unit)}"
        for name in pair
    ]  # fmt: skip
    names = f"short {readings.short(short)} long {readings.short(long)}"
    pays = breakeven(readings, short, long)
    earned = brief = ""
    if pays.cost_bps is not None:
        bps = f"{fmt.bps(pays.cost_bps)} bps"
        costs = f"{bps} of costs at {fmt.magnitude(readings.ui.size_usd)}"
        if pays.hours is None:
            earned, brief = f", never earns {costs}", f", never earns {bps}"
        else:
            hours = fmt.hours(pays.hours)
            earned, brief = f", {hours} to earn {costs}", f", {hours} for {bps}"
    head: Line = [(f"{symbol}: ", "number")]
    return longest(
        width,
        [*head, (f"{legs[0]}, {legs[1]}: ", "text"), (text, "number"), (earned, "text")],
        [*head, (f"{names}: ", "text"), (text, "number"), (earned, "text")],
        [*head, (f"{names}: ", "text"), (text, "number"), (brief, "text")],
        [
            *head,
            (f"{readings.short(short)}/{readings.short(long)} ", "text"),
            (text, "number"),
            (brief, "text"),
        ],
        [*head, (f"{legs[0]}, {legs[1]}: ", "text"), (text, "number")],
        [*head, (f"{names}: ", "text"), (text, "number")],
        [*head, (text, "number")],
        [(symbol, "number")],
    )
