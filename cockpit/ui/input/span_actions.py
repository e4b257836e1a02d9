"""How much past the plots show: the trader's span, and what is read of it and of a trade."""

from typing import Final

from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.contract import ReadLegMids, ReadSpan
from cockpit.ui.input.host import Host
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.trade_spread import markets_of, since_ns
from cockpit.ui.readings.trades import opened

SPANS_H: Final = (24, 7 * 24, 30 * 24)
EVERY_NS: Final = 60 * NS_PER_S
"""What is kept grows by the minute; the newest hour is drawn from the state."""


def all_h(readings: Readings) -> int:
    """The hours since the first moment that is kept; the longest plain span where that is less."""
    first_ns = readings.span.first_ns if readings.span is not None else None
    kept_h = 0 if first_ns is None else -(-(readings.now_ns - first_ns) // HOUR_NS)
    return max(SPANS_H[-1], kept_h)


def next_span(host: Host, _: int) -> None:
    """A day, a week, a month, all that is kept."""
    spans = sorted({*SPANS_H, all_h(host.readings)})
    longer = [hours for hours in spans if hours > host.ui.span_h]
    host.ui.span_h = longer[0] if longer else spans[0]


def follow(host: Host) -> None:
    """Have the desk read what is kept of the symbol and span on the screen, and of the markets of
    the trade that is opened. Called each frame."""
    readings = host.readings
    if readings.feed is None or readings.feed.history is None:
        return
    end_ns = readings.now_ns - readings.now_ns % EVERY_NS
    if readings.symbol is not None:
        wanted = ReadSpan(readings.symbol, host.ui.span_h, end_ns)
        if host.ui.span_asked != wanted:
            host.ui.span_asked = wanted
            host.desk.post(wanted)
    if host.ui.trades.opened and host.ui.workspace == "positions":
        _follow_trade(host, end_ns)


def _follow_trade(host: Host, end_ns: int) -> None:
    trade = opened(host.readings)
    if trade is None:
        return
    wanted = ReadLegMids(markets_of(trade), since_ns(trade), end_ns)
    if host.ui.trades.mids_asked != wanted and wanted.from_ns < wanted.end_ns:
        host.ui.trades.mids_asked = wanted
        host.desk.post(wanted)
