"""Funding of every symbol at every venue: who pays, how much, how old.

Columns are venues, rows symbols. The cell cursor chooses what the other panes show. The colour of
a cell always says who pays now, on a fixed scale; the text says what the trader asked for.
"""

from cockpit.ui.model.ui_state import CellMode, Scene, next_payment_s
from cockpit.ui.readings.breakeven import breakeven
from cockpit.ui.readings.funding_rates import mean_by_open_interest
from cockpit.ui.readings.heatmap_cells import cell, fresh_hourly
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


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    columns, hidden, extras = _columns(scene, inner)
    cells = _cell_width(scene)
    body = [_header(scene, columns, extras, cells)]
    if scene.cell != "next":
        body.append(_countdowns(scene, columns, cells))
    rows = max(1, height - 2 - len(body))
    symbols = scene.symbols
    top = max(0, min(scene.symbol_index - rows // 2, len(symbols) - rows))
    body += [_row(scene, symbol, columns, extras, cells) for symbol in symbols[top : top + rows]]
    if not symbols:
        body += [[], [(f" {scene.no_symbol}", "dim")]]
    if not scene.venues:
        body = [[], [(" no venue is watched: add some under [watch] in the config", "dim")]]
    notes = []
    if len(symbols) > rows:
        notes.append(f"{top + 1}–{min(top + rows, len(symbols))} of {len(symbols)}")
    if hidden:
        notes.append(f"+{hidden} →")
    what = WORDS[scene.cell]
    if scene.cell in _RATES:
        what += f" · {fmt.UNIT_LABEL[scene.unit]}"
    return framed(
        body[: height - 2],
        width,
        height,
        title=[("funding", "title"), (f" · {what}", "dim"), *_filter(scene)],
        note="  ".join(notes),
        verdict=_verdict(scene, width - 4),
        focused=scene.focus == TITLE,
    )


def _filter(scene: Scene) -> Line:
    words = f" /{scene.filter}" if scene.filter else ""
    words += f" by {scene.sort}" if scene.sort != "listed" else ""
    return [(words, "accent")] if words else []


def _cell_width(scene: Scene) -> int:
    return 10 if scene.unit == "hour" else 9


def _columns(scene: Scene, inner: int) -> tuple[list[str], int, list[str]]:
    """The venues that fit, how many do not, and which of the extra columns fit beside them."""
    names = [venue.name for venue in scene.venues]
    cells = _cell_width(scene)
    room = inner - _SYMBOL
    # The spread stays even where not all venues fit: it is what the other columns are for.
    spread = 2 + _SPREAD if len(names) > 1 and room >= cells * 2 + 2 + _SPREAD else 0
    shown = max(1, min(len(names), (room - spread) // cells))
    first = max(0, min(scene.venue_index - shown + 1, len(names) - shown))
    extras = ["spread"] if spread else []
    room -= shown * cells + spread
    for name, size in (("pair", _PAIR), ("oi-weighted", _WEIGHTED)):
        if spread and room >= size:
            extras.append(name)
            room -= size
    return names[first : first + shown], len(names) - shown if names else 0, extras


def _header(scene: Scene, columns: list[str], extras: list[str], cells: int) -> Line:
    line: Line = [(" " * _SYMBOL, "dim")]
    for name in columns:
        state = scene.view.venue(name)
        live = state is not None and state.state == "live"
        mark = "" if live or state is None else GLYPHS[state.state][0]
        mark += "*" if name in scene.pinned else ""
        label = name if len(name) + len(mark) < cells else scene.short(name)
        line.append((right(mark + label, cells), scene.colour_of(name) if live else "stale"))
    names = [scene.short(name) for name in scene.pinned]
    pinned = "−".join(names) if len(names) == 2 else ""
    spread = (pinned or "spread", _SPREAD, "accent" if pinned else "dim")
    heads = {"spread": spread, "pair": ("sh/long", _PAIR, "dim")}
    if extras:
        line.append((" │", "frame"))
    for extra in extras:
        text, size, role = heads.get(extra, ("oi-w", _WEIGHTED, "dim"))
        line.append((right(text, size), role))
    return line


def _countdowns(scene: Scene, columns: list[str], cells: int) -> Line:
    line: Line = [(fit(" next", _SYMBOL), "dim")]
    for name in columns:
        seconds = next_payment_s(scene.market(name), scene.now_ns)
        role = "warn" if seconds is not None and seconds < 60 else "dim"
        line.append((right(fmt.countdown(seconds), cells), role))
    return line


def _row(scene: Scene, symbol: str, columns: list[str], extras: list[str], cells: int) -> Line:
    chosen = symbol == scene.symbol
    line: Line = [
        ("▌" if chosen else " ", "accent"),
        (fit(symbol, _SYMBOL - 1), "number" if chosen else "text"),
    ]
    for name in columns:
        text, role = cell(scene, name, symbol)
        if chosen and name == scene.venue:
            role = "cursor"
        line += [(" ", "text"), (right(text, cells - 1), role)]
    if not extras:
        return line
    line.append((" │", "frame"))
    rates = _fresh(scene, symbol)
    pair = _pair(scene, rates)
    spread = None if pair is None else rates[pair[0]] - rates[pair[1]]
    for extra in extras:
        if extra == "spread":
            text = _spread(spread, scene)
            line.append((right(text, _SPREAD), "dim" if spread is None else "number"))
        elif extra == "pair":
            text = "/".join(scene.short(name) for name in pair) if pair else fmt.MISSING
            line.append((right(text, _PAIR), "dim"))
        else:
            weighted = mean_by_open_interest(scene, symbol, rates)
            line.append((right(fmt.rate(weighted, scene.unit), _WEIGHTED), "text"))
    return line


def _fresh(scene: Scene, symbol: str) -> dict[str, float]:
    """Venue -> rate as a fraction per hour, where it may be compared."""
    rates = {venue.name: fresh_hourly(scene, venue.name, symbol) for venue in scene.venues}
    return {name: rate for name, rate in rates.items() if rate is not None}


def _pair(scene: Scene, rates: dict[str, float]) -> tuple[str, str] | None:
    """(short, long): the trader's pinned pair or, without one, the widest; None where a rate lacks.

    With a pinned pair a column never says anything of another one.
    """
    if len(scene.pinned) == 2:
        short, long = scene.pinned
        return (short, long) if short in rates and long in rates else None
    if len(rates) < 2:
        return None
    return max(rates, key=lambda v: rates[v]), min(rates, key=lambda v: rates[v])


def _spread(spread: float | None, scene: Scene) -> str:
    """Received by the pair; only a pinned pair can pay, and then the minus is said."""
    return fmt.rate(spread, scene.unit).lstrip("+")


def _verdict(scene: Scene, width: int) -> Line:
    """The widest spread of the selected symbol as a sentence, with what it costs to have it."""
    symbol = scene.symbol
    if symbol is None:
        return []
    rates = _fresh(scene, symbol)
    pair = _pair(scene, rates)
    if pair is None and len(scene.pinned) == 2:
        lost = ", ".join(name for name in scene.pinned if name not in rates)
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
    text = _spread(spread, scene) + " " + fmt.UNIT_SHORT[scene.unit]
    legs = [
        f"short {name} {fmt.rate(rates[name], scene.unit)}" if name == short
        else f"long {name} {fmt.rate(rates[name], scene.unit)}"
        for name in pair
    ]  # fmt: skip
    names = f"short {scene.short(short)} long {scene.short(long)}"
    pays = breakeven(scene, short, long)
    earned = brief = ""
    if pays.cost_bps is not None:
        bps = f"{fmt.bps(pays.cost_bps)} bps"
        costs = f"{bps} of costs at {fmt.magnitude(scene.size_usd)}"
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
            (f"{scene.short(short)}/{scene.short(long)} ", "text"),
            (text, "number"),
            (brief, "text"),
        ],
        [*head, (f"{legs[0]}, {legs[1]}: ", "text"), (text, "number")],
        [*head, (f"{names}: ", "text"), (text, "number")],
        [*head, (text, "number")],
        [(symbol, "number")],
    )
