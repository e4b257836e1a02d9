"""What one trade came to in three lines: its profit, its spreads, its carry."""

from collections.abc import Sequence

from cockpit.portfolio.trades.reading import TradeReading
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.positions.trades import stale
from cockpit.ui.readings.position_columns import UNKNOWN, near_role, percent, usd
from cockpit.ui.readings.trade_columns import a_year, breakeven_cell, money, nearest
from cockpit.ui.readings.trades import is_carry_old
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, width_of


def _pair(label: str, cell: tuple[str, str]) -> Line:
    return [(f"{label} ", "dim"), (cell[0], cell[1])]


def figures(readings: Readings, trade: TradeReading, inner: int) -> list[Line]:
    """Label and figure, as many in a line as fit."""
    pnl, spread = trade.pnl, trade.spread
    watched = trade.record.watched_s
    share = trade.record.profit_s / watched if watched > 60 else None
    target = trade.record.target_usd
    first: list[Line] = [
        _pair("P&L", money(pnl.total)),
        _pair("= directional", money(pnl.directional)),
        _pair("+ basis", money(pnl.basis)),
        _pair("+ funding", money(pnl.funding)),
        _pair("+ fees", money(pnl.fees)),
        _pair("+ slippage", money(pnl.slippage)),
        _pair("+ unexplained", money(pnl.unexplained)),
        _pair("accrued, not paid", money(pnl.accrued)),
    ]
    second: list[Line] = [
        _pair("spread in", _bps(spread.entry_bps)),
        _pair("now", _bps(spread.now_bps)),
        _pair("out", _bps(spread.exit_bps)),
        _pair("to leave costs", money(_negative(trade.exit_cost_usd))),
        _pair("earned again in", (_hours(trade.exit_hours), "text")),
        _pair("eaten of the profit", (_eaten(trade), "text")),
    ]
    carry = (f"{usd(trade.carry_usd_per_hour, 3)}/h", "number")
    is_old = any(leg.is_stale for leg in trade.legs)
    if not is_old and is_carry_old(readings, trade.legs):
        carry = stale(*carry)
    third: list[Line] = [
        _pair("carry", carry),
        _pair("break-even", breakeven_cell(trade, readings.now_ns)),
        _pair("a year on margin", (a_year(trade.return_apr), "number")),
        _pair("on equity", (a_year(trade.equity_apr), "number")),
        _pair("in profit", (percent(share, 0).lstrip("+"), "text")),
        _pair("to liq", (percent(nearest(trade)), near_role(nearest(trade)))),
        *([_pair("target", (usd(target), "text"))] if target is not None else []),
    ]
    rows = [first, second, third]
    if is_old:
        rows = [[_old(piece) for piece in row] for row in rows]
    return [line for row in rows for line in _wrapped(row, inner)]


def _old(piece: Line) -> Line:
    """A label and a figure that may not be taken for the present."""
    label, (text, role) = piece
    return [label, stale(text, role)]


def _wrapped(pieces: Sequence[Line], inner: int) -> list[Line]:
    """The pieces in as many lines as they need: none of a profit's parts is left out."""
    found: list[Line] = [[(" ", "dim")]]
    for piece in pieces:
        if width_of(found[-1]) > 1 and width_of(found[-1]) + 2 + width_of(piece) > inner:
            found.append([(" ", "dim")])
        gap = "  " if width_of(found[-1]) > 1 else ""
        found[-1] = [*found[-1], (gap, "dim"), *piece]
    return found


def _negative(value: float | None) -> float | None:
    return None if value is None else 0.0 - value


def _bps(value: float | None) -> tuple[str, str]:
    return (UNKNOWN, "dim") if value is None else (f"{fmt.signed(value, 1)} bps", "number")


def _hours(hours: float | None) -> str:
    return UNKNOWN if hours is None else fmt.age(hours * 3600)


def _eaten(trade: TradeReading) -> str:
    """What leaving takes of what was earned, where anything was."""
    total, cost = trade.pnl.total, trade.exit_cost_usd
    return UNKNOWN if total is None or cost is None or total <= 0 else f"{cost / total:.0%}"
