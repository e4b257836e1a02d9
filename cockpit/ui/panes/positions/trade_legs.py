"""The legs of one trade as a table: what each is, was paid, waits for and costs."""

from cockpit.core.account import short_address
from cockpit.core.units import NS_PER_S
from cockpit.portfolio.trades.dangers import LAST_QUANTILE
from cockpit.portfolio.trades.reading import LegReading, TradeReading
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.positions.trades import stale
from cockpit.ui.readings.position_columns import UNKNOWN, near_role, percent
from cockpit.ui.readings.trade_columns import CARRY, amount, money
from cockpit.ui.readings.trades import is_carry_old
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, right

_QUEUE = " ADL queue  "
_WIDE = 110
_TYPED = ("size", "entry")
"""What of a leg does not come from its market."""
_HEADS = (
    ("size", 11), ("entry", 11), ("mark", 11), ("paid $", 9), ("accrued", 9), ("next $", 8),
    ("in", 8), ("fees $", 8), (CARRY, 8), ("to liq", 7),
)  # fmt: skip


def legs(readings: Readings, trade: TradeReading, inner: int) -> list[Line]:
    """A head, and a line a leg; the last columns give way on a narrow terminal."""
    name = 28 if inner >= _WIDE else 20
    kept = list(_HEADS)
    while kept and sum(size + 1 for _, size in kept) > inner - name - 1:
        kept.pop()
    head: Line = [(" " + fit("leg", name), "dim")]
    for title, size in kept:
        head += [(" ", "dim"), (right(title, size), "dim")]
    found: list[Line] = [head]
    for leg in trade.legs:
        place = f"{leg.key.venue} {short_address(leg.key.account)}"
        line: Line = [(" " + fit(clean(place), name), readings.colour_of(leg.key.venue))]
        cells = _cells(readings, leg)
        for title, size in kept:
            text, role = cells[title]
            is_rate_old = title == CARRY and is_carry_old(readings, (leg,))
            if leg.is_away or is_rate_old or (leg.is_stale and title not in _TYPED):
                text, role = stale(text, role)
            line += [(" ", "text"), (right(text, size), role)]
        found.append(line)
    return found


def queue(readings: Readings, trade: TradeReading, width: int) -> Line:
    """Where each leg stands among those that its venue would close first, and who tells none."""
    told, untold = [], []
    for leg in trade.legs:
        if not leg.size:
            continue
        venue = readings.short(leg.key.venue) if width < _WIDE else leg.key.venue
        if leg.adl_quantile is None:
            untold.append(venue)
        else:
            mark = fmt.STALE if leg.is_stale else ""
            told.append(f"{venue} {mark}{leg.adl_quantile} of {LAST_QUANTILE}")
    words = [f"{', '.join(told)} ({LAST_QUANTILE} is closed first)"] if told else []
    if untold:
        words.append(f"{', '.join(dict.fromkeys(untold))}: not told by public data")
    is_near = any(danger.kind == "adl" for danger in trade.dangers)
    text = fit("; ".join(words) or "nothing is held", width - len(_QUEUE))
    return [(_QUEUE, "dim"), (text, "warn" if is_near else "text" if told else "dim")]


def _cells(readings: Readings, leg: LegReading) -> dict[str, tuple[str, str]]:
    market = readings.view.market(leg.key.venue, leg.key.symbol)
    tick = market.instrument.tick if market and market.instrument else None
    next_ns = leg.funding.next_ns
    wait_s = None
    if next_ns is not None and market is not None:
        wait_s = (next_ns - market.venue_now_ns(readings.now_ns)) / NS_PER_S
    return {
        "size": (amount(leg.size), "number"),
        "entry": (_price(leg.entry, tick), "text"),
        "mark": (_price(leg.mark, tick), "number"),
        "paid $": money(leg.funding.paid_usd),
        "accrued": money(leg.funding.accrued_usd),
        "next $": money(leg.funding.next_usd),
        "in": (UNKNOWN if wait_s is None else fmt.countdown(wait_s), "text"),
        "fees $": money(leg.fees_usd),
        CARRY: money(leg.carry_usd_per_hour, 3),
        "to liq": (percent(leg.distance), near_role(leg.distance)),
    }


def _price(value: float | None, tick: float | None) -> str:
    return UNKNOWN if value is None else fmt.price(value, tick)
