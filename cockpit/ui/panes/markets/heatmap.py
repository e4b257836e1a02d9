"""Funding of every symbol at every venue: who pays, how much, how old.

Columns are venues, rows symbols. The cell cursor chooses what the other panes show. The colour of
a cell is that of what it says, on a fixed scale: of a rate, who pays.
"""

from dataclasses import dataclass

from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import CellMode
from cockpit.ui.panes.markets import row_figures
from cockpit.ui.panes.markets.pair_verdict import pair_verdict
from cockpit.ui.panes.markets.row_figures import FIGURES, RowFigure
from cockpit.ui.readings.heatmap_cells import SOON_S, cell, interval_words
from cockpit.ui.readings.market_rates import next_payment_s
from cockpit.ui.readings.reach import RETRIED, WHERE_TO_LOOK, Unreached, unreached
from cockpit.ui.readings.venue_columns import mark_of
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, framed, right, wrap

TITLE = "funding"
HZ = 2.0
_SYMBOL = 8
_EDGE = 2
"""Between the venues and the figures of a row."""
_INTERVAL = 3
_CELL, _CELL_HOUR, _CELL_NEXT = 9, 10, 11
WORDS: dict[CellMode, str] = {
    "live": "live", "predicted": "predicted by the venue", "change_1h": "change in 1 h",
    "change_8h": "change in 8 h", "next": "interval, next payment", "age": "age of the rate",
    "oi": "open interest, change in up to 1 h", "z": "robust z over 30 d, colour from 1 2 3 5",
    "expected_8h": "expected of 8 h", "p_flip": "P(flip) within 8 h",
}  # fmt: skip
_RATES = ("live", "predicted", "change_1h", "change_8h", "expected_8h")


@dataclass(frozen=True, slots=True)
class _Grid:
    """What this width shows: venues in columns of `cells`, then the figures of the row."""

    venues: list[str]
    venues_hidden: int
    cells: int
    has_intervals: bool
    figures: tuple[RowFigure, ...]

    @property
    def figures_hidden(self) -> int:
        return len(FIGURES) - len(self.figures)


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    grid = _grid(readings, width - 2)
    body = [_header(readings, grid)]
    if readings.ui.cell != "next":
        body.append(_countdowns(readings, grid))
    rows = max(1, height - 2 - len(body))
    symbols = readings.symbols
    top = max(0, min(readings.ui.symbol_index - rows // 2, len(symbols) - rows))
    body += [_row(readings, symbol, grid) for symbol in symbols[top : top + rows]]
    missing = unreached(readings)
    if missing is not None:
        body += [[], *_unreached(missing, width - 2)]
    if not symbols:
        body += [[], [(f" {readings.no_symbol}", "dim")]]
    if not readings.venues:
        body = [[], [(" no venue is watched: add some under [watch] in the config", "dim")]]
    what = WORDS[readings.ui.cell]
    if readings.ui.cell in _RATES:
        what += f" · {fmt.UNIT_LABEL[readings.ui.unit]}"
    return framed(
        body[: height - 2],
        width,
        height,
        title=[("funding", "title"), (f" · {what}", "dim"), *_filter(readings)],
        note="  ".join(_notes(readings, grid, top, rows)),
        verdict=pair_verdict(readings, width - 4),
        focused=readings.ui.focus == TITLE,
    )


def _unreached(missing: Unreached, inner: int) -> list[Line]:
    """Why all is empty, that it need not stay so, and where to look."""
    role = "dim" if missing.is_first_try else "warn"
    said = [(missing.words, role)]
    if not missing.is_first_try:
        said += [(RETRIED, "text"), (WHERE_TO_LOOK, "dim")]
    return [[(f" {row}", role)] for words, role in said for row in wrap(words, inner - 2)]


def _notes(readings: Readings, grid: _Grid, top: int, rows: int) -> list[str]:
    """What is out of sight: rows, figures of the row, venues."""
    notes = []
    count = len(readings.symbols)
    if count > rows:
        notes.append(f"{top + 1}–{min(top + rows, count)} of {count}")
    if grid.figures_hidden and len(readings.venues) > 1:
        notes.append(fmt.more_columns(grid.figures_hidden))
    if grid.venues_hidden:
        notes.append(f"+{grid.venues_hidden} →")
    return notes


def _filter(readings: Readings) -> Line:
    words = f" /{readings.ui.filter}" if readings.ui.filter else ""
    words += f" by {readings.ui.sort}" if readings.ui.sort != "listed" else ""
    return [(words, "accent")] if words else []


def _grid(readings: Readings, inner: int) -> _Grid:
    """Venues first, but for the spread, which the others are for; then intervals and figures."""
    names = [venue.name for venue in readings.venues]
    is_rate = readings.ui.cell in _RATES
    cells = _CELL_HOUR if readings.ui.unit == "hour" and is_rate else _CELL
    if readings.ui.cell == "next":
        cells = _CELL_NEXT
    room = inner - _SYMBOL
    spread = _EDGE + FIGURES[0].width
    is_compared = len(names) > 1 and room >= cells * 2 + spread
    shown = max(1, min(len(names), (room - spread * is_compared) // cells))
    first = max(0, min(readings.ui.venue_index - shown + 1, len(names) - shown))
    room -= shown * cells + _EDGE
    figures = []
    has_intervals = False
    for figure in FIGURES if is_compared else ():
        if figure.name == "price" and is_rate and room >= shown * _INTERVAL:
            has_intervals = True
            room -= shown * _INTERVAL
        if figure.width > room:
            break
        figures.append(figure)
        room -= figure.width
    return _Grid(
        venues=names[first : first + shown],
        venues_hidden=len(names) - shown if names else 0,
        cells=cells + _INTERVAL * has_intervals,
        has_intervals=has_intervals,
        figures=tuple(figures),
    )


def _header(readings: Readings, grid: _Grid) -> Line:
    line: Line = [(" " * _SYMBOL, "dim")]
    for name in grid.venues:
        state = readings.view.venue(name)
        glyph, role = mark_of(readings, state) if state is not None else ("", "ok")
        mark = "" if role == "ok" else glyph
        mark += "*" if name in readings.ui.pinned else ""
        label = name if len(name) + len(mark) < grid.cells else readings.short(name)
        live = state is not None and state.state == "live"
        line.append(
            (right(mark + label, grid.cells), readings.colour_of(name) if live else "stale")
        )
    return [*line, *row_figures.head(readings, grid.figures)]


def _countdowns(readings: Readings, grid: _Grid) -> Line:
    """Of the cursor's row at each venue: how often it pays, and when next."""
    line: Line = [("▌" if readings.symbol else " ", "accent"), (fit("next", _SYMBOL - 1), "dim")]
    for name in grid.venues:
        market = readings.market(name)
        seconds = next_payment_s(market, readings.now_ns)
        role = "accent" if seconds is not None and seconds < SOON_S else "dim"
        interval, time = interval_words(market), fmt.countdown(seconds)
        if len(interval) + len(time) + 1 >= grid.cells and seconds is not None:
            time = fmt.clock_hours(seconds)
        words = f"{interval} {time}" if interval and seconds is not None else time
        line.append((right(words, grid.cells), role))
    return line


def _row(readings: Readings, symbol: str, grid: _Grid) -> Line:
    chosen = symbol == readings.symbol
    line: Line = [
        ("▌" if chosen else " ", "accent"),
        (fit(symbol, _SYMBOL - 1), "number" if chosen else "text"),
    ]
    for name in grid.venues:
        text, role = cell(readings, name, symbol)
        if chosen and name == readings.venue:
            role = "cursor"
        width = grid.cells - 1 - _INTERVAL * grid.has_intervals
        line += [(" ", "text"), (right(text, width), role)]
        if grid.has_intervals:
            interval = interval_words(readings.view.market(name, symbol))
            line.append((fit(f" {interval}" if text != fmt.UNLISTED else "", _INTERVAL), "dim"))
    return [*line, *row_figures.row(readings, symbol, grid.figures)]
