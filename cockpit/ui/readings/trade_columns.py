"""The columns of trades: what each says of a trade, of one of its legs, and when it gives way."""

from collections.abc import Callable
from dataclasses import dataclass

from cockpit.core.units import HOUR_NS, HOURS_PER_YEAR, NS_PER_S, utc
from cockpit.portfolio.trades.reading import LegReading, TradeReading
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.position_columns import UNKNOWN, near_role, percent, usd
from cockpit.ui.text import format as fmt

Cell = tuple[str, str]
MOST_APR = 9.99
YEAR_NS = HOURS_PER_YEAR * HOUR_NS
NOTHING: Cell = ("", "dim")
CARRY = "$/h"
"""The column that is as old as funding rates are."""


@dataclass(frozen=True, slots=True)
class TradeColumn:
    """`rank` is when it gives way on a narrow terminal: the highest first, 0 never."""

    head: str
    width: int
    rank: int
    of_trade: Callable[[Readings, TradeReading], Cell]
    of_leg: Callable[[Readings, LegReading], Cell]


def money(value: float | None, decimals: int = 2) -> Cell:
    return usd(value, decimals), "dim" if value is None else sign_role(round(value, decimals))


def sign_role(value: float) -> str:
    return "gain" if value > 0 else "loss" if value < 0 else "number"


def amount(value: float | None) -> str:
    """A signed size in few cells."""
    if value is None:
        return UNKNOWN
    return ("+" if value > 0 else "") + fmt.magnitude(value, 4) if value else "0"


def bps(value: float | None) -> Cell:
    return (UNKNOWN, "dim") if value is None else (fmt.signed(value, 1), "number")


def held_words(trade: TradeReading, now_ns: int) -> str:
    """How long it has been open; since when it was seen where nobody told its opening."""
    opened_ns = trade.record.opened_ns
    since_ns = trade.record.seen_ns if opened_ns is None else opened_ns
    age = fmt.age(max(0, now_ns - since_ns) / NS_PER_S)
    return age if opened_ns is not None else f">{age}"


def a_year(frac: float | None) -> str:
    """A yearly return; of a young trade it may be beyond all sense, and is then only its sign."""
    if frac is None or abs(frac) < MOST_APR:
        return percent(frac)
    return f"{'>' if frac > 0 else '<−'}{MOST_APR:.0%}"


def breakeven_cell(trade: TradeReading, now_ns: int) -> Cell:
    if trade.breakeven is not None:
        return trade.breakeven, "gain" if trade.breakeven == "passed" else "loss"
    at_ns = trade.breakeven_ns
    if at_ns is None:
        return UNKNOWN, "dim"
    form = "%m-%d %H:%M" if at_ns - now_ns < YEAR_NS // 2 else "%Y-%m-%d"
    return f"{utc(at_ns):{form}}", "text"


def nearest(trade: TradeReading) -> float | None:
    """The distance of the leg that is nearest to its liquidation."""
    known = [leg.distance for leg in trade.legs if leg.distance is not None and not leg.is_stale]
    return min(known, key=abs) if known else None


def _naked(readings: Readings, trade: TradeReading) -> Cell:
    if trade.orphan_base is None:
        return UNKNOWN, "warn"
    if not trade.orphan_base:
        return "hedged", "text"
    return amount(trade.orphan_base), "danger"


def _size(readings: Readings, leg: LegReading) -> Cell:
    mark = fmt.STALE if leg.is_away else ""
    return mark + amount(leg.size), "stale" if leg.is_away else "number"


def _worth(value: float | None) -> Cell:
    return (UNKNOWN, "dim") if value is None else (fmt.magnitude(value), "text")


def _of(part: str, decimals: int = 2) -> Callable[[Readings, TradeReading], Cell]:
    def cell(readings: Readings, trade: TradeReading) -> Cell:
        values = {
            "total": trade.pnl.total, "directional": trade.pnl.directional,
            "basis": trade.pnl.basis, "funding": trade.pnl.funding, "accrued": trade.pnl.accrued,
            "fees": trade.pnl.fees, "slippage": trade.pnl.slippage,
            "unexplained": trade.pnl.unexplained, "carry": trade.carry_usd_per_hour,
        }  # fmt: skip
        return money(values[part], decimals)

    return cell


def _none(readings: Readings, leg: LegReading) -> Cell:
    return NOTHING


COLUMNS: tuple[TradeColumn, ...] = (
    TradeColumn("size", 9, 1, _naked, _size),
    TradeColumn("notional", 8, 6, lambda r, t: _worth(t.notional_usd),
                lambda r, leg: _worth(leg.notional_usd)),
    TradeColumn("P&L $", 9, 0, _of("total"), _none),
    TradeColumn("direction", 9, 8, _of("directional"), _none),
    TradeColumn("basis", 9, 7, _of("basis"), _none),
    TradeColumn("funding", 9, 2, _of("funding"), lambda r, leg: money(leg.funding.paid_usd)),
    TradeColumn("accrued", 8, 5, _of("accrued"), lambda r, leg: money(leg.funding.accrued_usd)),
    TradeColumn("fees", 8, 9, _of("fees"), lambda r, leg: money(leg.fees_usd)),
    TradeColumn("slip", 8, 11, _of("slippage"), _none),
    TradeColumn("unexpl.", 7, 13, _of("unexplained"), _none),
    TradeColumn(CARRY, 8, 3, _of("carry", 3), lambda r, leg: money(leg.carry_usd_per_hour, 3)),
    TradeColumn("in bps", 7, 12, lambda r, t: bps(t.spread.entry_bps), _none),
    TradeColumn("now", 6, 10, lambda r, t: bps(t.spread.now_bps), _none),
    TradeColumn("out", 6, 10, lambda r, t: bps(t.spread.exit_bps), _none),
    TradeColumn("even", 11, 12, lambda r, t: breakeven_cell(t, r.now_ns), _none),
    TradeColumn("APR", 7, 14, lambda r, t: (a_year(t.return_apr), "text"), _none),
    TradeColumn("to liq", 7, 4,
                lambda r, t: (percent(nearest(t)), near_role(nearest(t))),
                lambda r, leg: (percent(leg.distance), near_role(leg.distance))),
    TradeColumn("held", 5, 15, lambda r, t: (held_words(t, r.now_ns), "text"), _none),
)  # fmt: skip
"""From left to right, after the name."""


def columns_for(width: int) -> list[TradeColumn]:
    """Those that fit beside a name, a blank before each."""
    kept = list(COLUMNS)
    while len(kept) > 1 and sum(column.width + 1 for column in kept) > width:
        kept.remove(max(kept, key=lambda column: column.rank))
    return kept
