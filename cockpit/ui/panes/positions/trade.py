"""One trade, opened: its parts, its legs, its dangers, its curve and what happened to it."""

from cockpit.core.units import utc
from cockpit.portfolio.trades.dangers import sentences
from cockpit.portfolio.trades.reading import TradeReading
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.positions import trade_curves, trade_timeline
from cockpit.ui.panes.positions.trade_figures import figures
from cockpit.ui.panes.positions.trade_legs import legs, queue
from cockpit.ui.readings.trade_columns import held_words
from cockpit.ui.text.styled import Line, clean, fit, framed, wrap

_CURVE_MOST = 14


def lines(
    readings: Readings, trade: TradeReading, width: int, height: int, focused: bool
) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner, room = width - 2, height - 2
    head = [*figures(readings, trade, inner), *legs(readings, trade, inner)]
    head.append(queue(readings, trade, inner))
    head += _dangers(trade, inner)
    head += [[(fit(f" {clean(note)}", inner), "accent")] for note in _notes(readings, trade)]
    left = room - len(head)
    happened = trade_timeline.happenings(readings, trade)
    curve = min(_CURVE_MOST, max(0, left - min(len(happened) + 1, 8)))
    body = list(head)
    if curve >= trade_curves.LEAST_ROWS:
        body += trade_curves.lines(readings, trade, happened, inner, curve)
    body += trade_timeline.lines(readings, happened, inner, max(0, room - len(body)))
    title: Line = [
        ("trade ", "dim"),
        (clean(trade.name), "title"),
        (_since(readings, trade), "dim"),
    ]
    return framed(
        body, width, height, title=title, note="esc back · T name · HSXC", focused=focused
    )


def _dangers(trade: TradeReading, inner: int) -> list[Line]:
    """A sentence each, in as many lines as it needs, what is alarming first."""
    found: list[Line] = []
    for is_alarm, role in ((True, "danger"), (False, "warn")):
        for words in sentences(one for one in trade.dangers if one.is_alarm is is_alarm):
            first, *more = wrap(clean(words), max(1, inner - 3))
            found.append([(f" ! {first}", role)])
            found += [[(f"   {text}", role)] for text in more]
    return found


def _notes(readings: Readings, trade: TradeReading) -> list[str]:
    """What the trader noted on its positions."""
    found = []
    for leg in trade.legs:
        source = "manual" if leg.key.is_typed else "venue"
        parts = (source, leg.key.venue, leg.key.account, leg.key.pool, leg.key.symbol)
        note = readings.ui.positions.notes.get("/".join(parts), "")
        found += [f"{leg.key.venue}: {note}"] if note else []
    return found


def _since(readings: Readings, trade: TradeReading) -> str:
    opened_ns = trade.record.opened_ns
    when = "opened before it was seen" if opened_ns is None else f"{utc(opened_ns):%Y-%m-%d %H:%M}"
    return f" · {trade.record.asset} · {when} · {held_words(trade, readings.now_ns)}"
