"""What happened to one trade, in order."""

from collections.abc import Sequence

from cockpit.core.units import utc
from cockpit.portfolio.trades.reading import TradeReading
from cockpit.portfolio.trades.timeline import Happening, timeline
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.position_columns import usd
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, right

_KINDS = {"opened": "dim", "fill": "accent", "funding": "text", "jump": "warn", "alert": "danger"}


def happenings(readings: Readings, trade: TradeReading) -> list[Happening]:
    """Everything since the opening that is known, alerts among it, newest last."""
    return sorted(
        [*timeline(readings.view, trade), *_alerts(readings, trade)], key=lambda one: one.at_ns
    )


def _alerts(readings: Readings, trade: TradeReading) -> list[Happening]:
    """What was told of the trade itself, and of the markets of its legs."""
    markets = {f"{leg.key.venue}/{leg.key.symbol}" for leg in trade.legs}
    since_ns = trade.record.opened_ns or trade.record.seen_ns
    return [
        Happening(at_ns=alert.at_ns, what="alert", place=alert.subject, words=alert.words)
        for alert in readings.ui.alerts.history
        if alert.at_ns >= since_ns and alert.subject in {trade.record.id, *markets}
    ]


def lines(readings: Readings, happened: Sequence[Happening], inner: int, rows: int) -> list[Line]:
    """The newest at the bottom; the arrows look further back."""
    if rows < 2:
        return []
    room = rows - 1
    last = max(0, len(happened) - max(0, readings.ui.trades.top))
    shown = happened[max(0, last - room) : last]
    head = f" timeline · {len(shown)} of {len(happened)}"
    found: list[Line] = [[(fit(head, inner), "dim")]]
    for one in shown:
        flow = "" if one.usd is None else usd(one.usd, 4 if abs(one.usd) < 1 else 2)
        found.append(
            [
                (f" {utc(one.at_ns):%m-%d %H:%M:%S} ", "dim"),
                (fit(clean(one.place), 20), "text"),
                (" ", "text"),
                (right(flow, 11), "gain" if (one.usd or 0) > 0 else "loss" if one.usd else "dim"),
                (" ", "text"),
                (fit(_words(one), max(1, inner - 49)), _KINDS[one.what]),
            ]
        )
    return found


def _words(one: Happening) -> str:
    """With a true minus before its figures, as beside them."""
    return clean(one.words).replace(" -", f" {fmt.MINUS}")
