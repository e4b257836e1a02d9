"""Every venue against every other: what a pair receives, and when that has paid for its costs.

Above the diagonal stands the row's rate less the column's, below it the hours of hold until a
payment has covered the costs of the pair at the trader's size, in the direction that receives: both
from the rates of now. More venues than a matrix has room for are ranked pair by pair.
"""

from cockpit.analytics.funding.carry import spread_hourly
from cockpit.core.units import utc
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.table import table_lines
from cockpit.ui.readings.breakeven import breakeven
from cockpit.ui.readings.heatmap_cells import fresh_hourly, heat_role
from cockpit.ui.readings.history_coverage import reservation
from cockpit.ui.readings.pair_cursor import in_direction, matrix_row
from cockpit.ui.readings.pair_ranking import earned, is_ranked, ranking_view
from cockpit.ui.readings.same_asset import is_one_asset
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, framed, longest, right

TITLE = "spreads"
HZ = 1.0
_CELL = 10
_NAME = 13


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    names = readings.listing()
    name_width = _NAME if inner >= _NAME + len(names) * _CELL else 5
    shown = names[: max(1, (inner - name_width) // _CELL)]
    body: list[Line] = []
    note = f"+{len(names) - len(shown)} →" if len(names) > len(shown) > 0 else ""
    is_focused = readings.ui.focus == TITLE
    if is_ranked(names):
        ranked = ranking_view(readings)
        drawn = table_lines(ranked, inner, height - 2, is_focused=is_focused)
        body, note = drawn.lines, drawn.note
    elif len(names) > 1:
        head: Line = [(" " * name_width, "dim")]
        head += [
            (right(_label(readings, name, _CELL), _CELL), readings.colour_of(name))
            for name in shown
        ]
        body.append(head)
        body += [_row(readings, row, shown, names, name_width) for row in names]
    else:
        why = readings.no_symbol
        if readings.symbol:
            why = f"fewer than two venues list {readings.symbol}: nothing to compare"
        body = [[], [(f" {why}", "dim")]]
    return framed(
        body,
        width,
        height,
        title=_title(readings, width - 6),
        note=note,
        verdict=_verdict(readings, names, width - 4),
        focused=is_focused,
    )


def _title(readings: Readings, width: int) -> Line:
    head: Line = [("spreads", "title"), (f" · {readings.symbol or '-'}", "dim")]
    what = f" · now {fmt.UNIT_LABEL[readings.ui.unit]}"
    if is_ranked(readings.listing()):
        return longest(width, [*head, (f"{what} · pairs, soonest earned first", "dim")], head)
    below = f" · below: hours to earn the costs at {fmt.magnitude(readings.ui.size_usd)}"
    return longest(
        width,
        [*head, (what + below, "dim")],
        [*head, (f"{what} · below: hours to earn costs", "dim")],
        [*head, (what, "dim")],
        head,
    )


def _label(readings: Readings, name: str, width: int) -> str:
    return name if len(name) < width else readings.short(name)


def _row(readings: Readings, row: str, shown: list[str], names: list[str], name_width: int) -> Line:
    label = fit(row if name_width >= _NAME else readings.short(row), name_width - 1)
    is_here = readings.ui.focus == TITLE and row == matrix_row(readings, names)
    line: Line = [("▌" if is_here else " ", "cursor"), (label, readings.colour_of(row))]
    for column in shown:
        pinned = {row, column} == set(readings.ui.pinned)
        text, role = _cell(readings, row, column, names)
        under = is_here and column == readings.venue
        role = "cursor" if under or (pinned and readings.ui.focus != TITLE) else role
        line += [("▌" if under else " ", "cursor"), (right(text, _CELL - 1), role)]
    return line


def _cell(readings: Readings, row: str, column: str, names: list[str]) -> tuple[str, str]:
    if row == column:
        return "", "frame"
    if names.index(row) < names.index(column):
        spread = _spread(readings, row, column)
        return fmt.rate(spread, readings.ui.unit), "dim" if spread is None else heat_role(spread)
    pair = in_direction(readings, row, column)
    pays = breakeven(readings, *pair) if pair else None
    return earned(pays, is_sure=not reservation(readings, row, column))


def _spread(readings: Readings, one: str, other: str) -> float | None:
    """What one venue's rate is above the other's, per hour; None for two coins."""
    if not is_one_asset(readings, one, other):
        return None
    symbol = readings.symbol or ""
    a, b = fresh_hourly(readings, one, symbol), fresh_hourly(readings, other, symbol)
    return None if a is None or b is None else spread_hourly(b, a)


def _verdict(readings: Readings, names: list[str], width: int) -> Line:
    """The pair that pays for itself soonest."""
    best: tuple[int, str, str, float, int] | None = None
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            pair = in_direction(readings, first, second)
            pays = breakeven(readings, *pair) if pair else None
            if pair is None or pays is None or pays.cost_bps is None:
                continue
            if pays.hours is not None and pays.at_ns is not None:
                candidate = (pays.at_ns, *pair, pays.cost_bps, pays.hours)
                best = candidate if best is None or candidate < best else best
    lacking = reservation(readings, *names)
    if best is None:
        if len(names) < 2:
            return []
        if lacking:
            return longest(width, [(f"no pair is known to earn its costs: {lacking}", "dim")])
        return longest(
            width,
            [("no pair earns its costs from the rates of now", "dim")],
            [("no pair earns its costs", "dim")],
        )
    at_ns, short, long, cost_bps, hours = best
    stamp = f", the payment of {utc(at_ns):%d %b %H:%M} UTC"
    costs = f"{fmt.bps(cost_bps)} bps in and out"
    doubt = f"; ~: {lacking}" if lacking else ""
    head = f"soonest: short {short}, long {long}, {fmt.hours(hours)}"
    brief = f"{readings.short(short)}/{readings.short(long)} {fmt.hours(hours)}"
    return longest(
        width,
        [(head, "text"), (f" for {costs}{stamp}, spread reverting{doubt}", "dim")],
        [(head, "text"), (f" for {costs}{stamp}", "dim")],
        [(head, "text"), (f" for {costs}", "dim")],
        [(head, "text")],
        [(brief, "text")],
    )
