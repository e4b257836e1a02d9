"""The legs of one trade as a table: what each is, was paid, waits for and costs."""

from cockpit.core.account import short_address
from cockpit.core.units import NS_PER_S
from cockpit.portfolio.trades.reading import LegReading, TradeReading
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.position_columns import UNKNOWN, near_role, percent
from cockpit.ui.readings.trade_columns import amount, money
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, right

_HEADS = (
    ("size", 11), ("entry", 11), ("mark", 11), ("paid $", 9), ("accrued", 9), ("next $", 8),
    ("in", 8), ("fees $", 8), ("$/h", 8), ("to liq", 7),
)  # fmt: skip


def legs(readings: Readings, trade: TradeReading, inner: int) -> list[Line]:
    """A head, and a line a leg; the last columns give way on a narrow terminal."""
    name = 28 if inner >= 110 else 20
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
            line += [(" ", "text"), (right(text, size), "stale" if leg.is_away else role)]
        found.append(line)
    return found


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
        "$/h": money(leg.carry_usd_per_hour, 3),
        "to liq": (percent(leg.distance), near_role(leg.distance)),
    }


def _price(value: float | None, tick: float | None) -> str:
    return UNKNOWN if value is None else fmt.price(value, tick)
