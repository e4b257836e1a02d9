"""The funding curve of the selected symbol as a table: paid, live, predicted, expected."""

from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import TENORS, Tenor
from cockpit.ui.panes.funding.term_curve import HEADS, plot
from cockpit.ui.readings.funding_rates import MIN_POINTS, live, terms, weighted_terms
from cockpit.ui.readings.heatmap_cells import heat_role
from cockpit.ui.readings.venue_window import window
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, framed, longest, right

TITLE = "terms"
HZ = 1.0
_NAME = 13
_LEAST_PLOT = 9
_DROPPED: tuple[Tenor, ...] = ("30d", "1h", "next_24h", "predicted", "7d", "8h", "next_8h", "24h")
"""What goes first where there is no room."""


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    listing = readings.listing()
    names, rows_note = window(readings, listing, height - 4)
    name_width = _NAME if inner >= _NAME + 5 * _cell(readings) else 5
    blocks = _blocks(readings, inner - name_width, len(names) + 2, height - 2)
    body: list[Line] = []
    if names:
        for tenors in blocks:
            body += [*([[]] if body else []), *_table(readings, names, tenors, name_width, inner)]
        spare = height - 2 - len(body)
        if spare >= _LEAST_PLOT:
            body += [[], *plot(readings, inner, spare - 1)]
    else:
        body = [[], [(f" {readings.no_market}", "dim")]]
    hidden = len(TENORS) - sum(len(tenors) for tenors in blocks)
    return framed(
        body,
        width,
        height,
        title=[
            ("funding curve", "title"),
            (f" · {readings.symbol or '-'} · {fmt.UNIT_LABEL[readings.ui.unit]}", "dim"),
        ],
        note="  ".join(filter(None, (rows_note, fmt.more_columns(hidden if names else 0)))),
        verdict=_verdict(readings, listing, width - 4),
        focused=readings.ui.focus == TITLE,
    )


def _cell(readings: Readings) -> int:
    return 11 if readings.ui.unit == "hour" else 10


def _blocks(readings: Readings, room: int, rows: int, height: int) -> list[list[Tenor]]:
    """The tenors that fit side by side, then those that do not in a second table below."""
    shown = list(TENORS)
    for tenor in _DROPPED:
        if len(shown) * _cell(readings) <= room:
            break
        shown.remove(tenor)
    rest = [tenor for tenor in TENORS if tenor not in shown][: max(0, room // _cell(readings))]
    return [shown, rest] if rest and 2 * rows + 1 <= height else [shown]


def _table(
    readings: Readings, names: list[str], tenors: list[Tenor], name_width: int, inner: int
) -> list[Line]:
    body = [_head(readings, tenors, name_width)]
    body += [_row(readings, name, tenors, name_width, inner) for name in names]
    weighted = weighted_terms(readings)
    line: Line = [(fit(" oi-weighted" if name_width > 5 else " oi", name_width), "dim")]
    figures = [span for tenor in tenors for span in _figure(readings, weighted[tenor], tenor)]
    return [*body, [*line, *figures]]


def _head(readings: Readings, tenors: list[Tenor], name_width: int) -> Line:
    line: Line = [(" " * name_width, "dim")]
    for tenor in tenors:
        chosen = tenor == readings.ui.tenor
        line.append((right(HEADS[tenor], _cell(readings)), "accent" if chosen else "dim"))
    return line


def _row(readings: Readings, name: str, tenors: list[Tenor], name_width: int, inner: int) -> Line:
    label = name if name_width >= _NAME else readings.short(name)
    line: Line = [(" " + fit(label, name_width - 1), readings.colour_of(name))]
    curve = terms(readings, name)
    state = readings.view.venue(name)
    if all(rate is None for rate in curve.values()) and live(readings.market(name)) is None:
        why = "waiting for rates" if state and state.state == "live" else "no rates"
        if state and state.state != "live":
            why += f": {state.state}"
        return [*line, (fit(f" {why}", inner - name_width), "stale")]
    old = live(readings.market(name))
    for tenor in tenors:
        if tenor == "live" and curve["live"] is None and old is not None:
            line.append(
                (right(fmt.STALE + fmt.rate(old, readings.ui.unit), _cell(readings)), "stale")
            )
        else:
            line += _figure(readings, curve[tenor], tenor)
    return line


def _figure(readings: Readings, rate: float | None, tenor: Tenor) -> Line:
    """A cell; heat begins a cell later, so that it does not touch the figure before."""
    text = right(fmt.rate(rate, readings.ui.unit), _cell(readings) - 1)
    role = "dim" if rate is None else heat_role(rate) if tenor == "live" else "text"
    return [(" ", "text"), (text, role)]


def _verdict(readings: Readings, names: list[str], width: int) -> Line:
    """Which way the selected venue's curve points, or what the empty places mean."""
    name = readings.venue if readings.venue in names else None
    if name is None:
        return []
    curve = terms(readings, name)
    day, week = curve["24h"], curve["7d"]
    unknown: Line = [
        (f"·: under 70 % of the window paid, or under {MIN_POINTS} hourly payments", "dim")
    ]
    if day is None or week is None:
        return longest(width, unknown, [("· not known", "dim")])
    slope = day - week
    word = "rising" if slope > 0 else "falling" if slope < 0 else "flat"
    head = f"{name}: {word}, 24 h less 7 d {fmt.rate(slope, readings.ui.unit)}"
    return longest(width, [(f"{head}  ", "text"), *unknown], [(head, "text")], [(word, "text")])
