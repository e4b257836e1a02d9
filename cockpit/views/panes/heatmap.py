"""Funding of every symbol at every venue, as APR: who pays, how much, how old.

Columns are venues, rows symbols. The cell cursor chooses what the other panes show.
"""

from cockpit.views import format as fmt
from cockpit.views.scene import Scene, apr_of, next_payment_s, rate_is_stale
from cockpit.views.text import Line, fit, framed, right

TITLE = "funding"
HZ = 2.0
_SYMBOL = 9
_CELL = 10
_EXTRA = 9


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    names = [venue.name for venue in scene.venues]
    shown = _visible(len(names), inner)
    first = _first_column(scene.venue_index, len(names), shown)
    columns = names[first : first + shown]
    hidden = len(names) - shown
    with_spread = inner >= _SYMBOL + len(columns) * _CELL + 2 + _EXTRA
    body = [_header(scene, columns, with_spread), _countdowns(scene, columns, with_spread)]
    rows = max(1, height - 2 - len(body))
    symbols = scene.symbols
    top = _first_row(scene.symbol_index, len(symbols), rows)
    body += [_row(scene, symbol, columns, with_spread) for symbol in symbols[top : top + rows]]
    notes = []
    if len(symbols) > rows:
        notes.append(f"{top + 1}–{min(top + rows, len(symbols))} of {len(symbols)}")
    if hidden:
        notes.append(f"+{hidden} →")
    return framed(
        body,
        width,
        height,
        title=[("1 ", "accent"), ("funding", "title"), (" · live · APR %", "dim")],
        note="  ".join(notes),
        verdict=_verdict(scene),
        focused=scene.focus == TITLE,
    )


def _visible(count: int, inner: int) -> int:
    return max(1, min(count, (inner - _SYMBOL) // _CELL))


def _first_column(cursor: int, count: int, shown: int) -> int:
    return max(0, min(cursor - shown + 1, count - shown)) if cursor >= shown else 0


def _first_row(cursor: int, count: int, rows: int) -> int:
    return max(0, min(cursor - rows // 2, count - rows))


def _header(scene: Scene, columns: list[str], with_spread: bool) -> Line:
    line: Line = [(" " * _SYMBOL, "dim")]
    for name in columns:
        label = name if len(name) < _CELL else scene.short(name)
        state = scene.view.venue(name)
        live = state is not None and state.state == "live"
        line.append((right(label, _CELL), scene.colour_of(name) if live else "stale"))
    if with_spread:
        line += [(" │", "frame"), (right("spread", _EXTRA), "dim")]
    return line


def _countdowns(scene: Scene, columns: list[str], with_spread: bool) -> Line:
    line: Line = [(fit(" next", _SYMBOL), "dim")]
    for name in columns:
        seconds = next_payment_s(scene.market(name), scene.now_ns)
        role = "warn" if seconds is not None and seconds < 60 else "dim"
        line.append((right(fmt.countdown(seconds), _CELL), role))
    if with_spread:
        line += [(" │", "frame"), (" " * _EXTRA, "dim")]
    return line


def _row(scene: Scene, symbol: str, columns: list[str], with_spread: bool) -> Line:
    chosen = symbol == scene.symbol
    line: Line = [
        ("▌" if chosen else " ", "accent"),
        (fit(symbol, _SYMBOL - 1), "number" if chosen else "text"),
    ]
    known = []
    for name in columns:
        text, role, value = cell(scene, name, symbol)
        if value is not None:
            known.append(value)
        if chosen and name == scene.venue:
            role = "cursor"
        line += [(" ", "text"), (right(text, _CELL - 1), role)]
    if with_spread:
        spread = max(known) - min(known) if len(known) > 1 else None
        text = fmt.MISSING if spread is None else fmt.apr_percent(spread).lstrip("+")
        line += [(" │", "frame"), (right(text, _EXTRA), "number" if spread else "dim")]
    return line


def cell(scene: Scene, venue: str, symbol: str) -> tuple[str, str, float | None]:
    """(text, role, APR if it may be compared) of one cell.

    Not listed `—`, missing `·`, stale `~` and dim, the venue's adapter at fault `!`.
    """
    market = scene.view.market(venue, symbol)
    if not scene.is_listed(venue, symbol):
        return fmt.UNLISTED, "dim", None
    if market is None:
        return fmt.MISSING, "dim", None
    value = apr_of(market)
    if value is None:
        state = scene.view.venue(venue)
        fault = state is not None and state.state == "down" and "fault" in state.reason
        return (fmt.ERROR, "danger", None) if fault else (fmt.MISSING, "dim", None)
    text = fmt.apr_percent(value)
    if rate_is_stale(market, scene.now_ns):
        return fmt.STALE + text, "stale", None
    step = fmt.heat_step(value) or 0
    role = "heat_0" if step == 0 else f"heat_{'pos' if step > 0 else 'neg'}{abs(step)}"
    return text, role, value


def _verdict(scene: Scene) -> Line:
    """The widest spread of the selected symbol, as a sentence."""
    symbol = scene.symbol
    if symbol is None:
        return [("no symbol is watched: add some under [watch] in the config", "dim")]
    rates = {}
    for venue in scene.venues:
        _, _, value = cell(scene, venue.name, symbol)
        if value is not None:
            rates[venue.name] = value
    if len(rates) < 2:
        return [(f"{symbol}: {'one venue' if rates else 'no venue'} with a fresh rate", "dim")]
    high, low = max(rates, key=lambda v: rates[v]), min(rates, key=lambda v: rates[v])
    spread = fmt.apr_percent(rates[high] - rates[low]).lstrip("+")
    return [
        (f"{symbol}: ", "number"),
        (f"short {high} {fmt.apr_percent(rates[high])}, ", "text"),
        (f"long {low} {fmt.apr_percent(rates[low])}: ", "text"),
        (f"{spread} % APR apart before costs", "number"),
    ]
