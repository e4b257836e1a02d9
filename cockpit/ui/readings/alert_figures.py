"""Which figure a rule would be about, from where the trader looks, and what it is now."""

from collections.abc import Iterator

import msgspec

from cockpit.alerts.measures_market import Measures
from cockpit.alerts.rule import FIRES_BELOW, Kind, Rule
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings import positions, trades
from cockpit.ui.readings.pair_cursor import pair_under_cursor

LABELS: dict[Kind, str] = {
    "funding": "funding", "spread": "spread of venues", "open_interest": "open interest",
    "depth_usd": "depth within 25 bps", "block_age_s": "age of the block",
    "venue": "link not live", "liquidation": "liquidation distance", "trade_pnl": "profit of trade",
    "net_delta": "net delta", "carry": "carry of the book", "scan": "net of the best pair",
    "funding_level": "funding, either sign", "funding_flip": "funding beyond zero",
    "predicted_flip": "prediction beyond zero", "unpinned": "premium beyond its pin",
    "depth": "depth of its usual", "oi_jump": "open interest in an hour",
    "basis": "mark off the index", "block_age": "age of the block", "latency": "latency",
    "margin": "margin of equity", "orphan": "naked part of a trade",
    "flip_likely": "chance of a flip", "spike_likely": "chance of a spike",
}  # fmt: skip
"""Each kind in the words of the screen."""
SECONDS: frozenset[Kind] = frozenset({"block_age_s", "venue"})
_DEPTH = ("depth", "merged", "liquidity", "costs", "depth_chart", "depth_history")
_VENUE = ("health", "links", "trouble", "pulse", "log", "program")
_HELD = ("positions", "exposure", "margins", "carry_spark", "exposure_history")
_USUAL: dict[Kind, float] = {
    "venue": 30.0, "block_age_s": 30.0, "funding": 0.05, "spread": 0.05, "scan": 20.0,
    "net_delta": 1_000.0, "carry": 1.0, "trade_pnl": 100.0,
}  # fmt: skip
"""Where to begin, or how far away, while the figure itself is zero or says nothing."""
_LEAST_S = 5.0
"""No block of a healthy chain is so old."""


class AlertFigure(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule may be about. `now` is in the rule's unit, None while it is not known; `about`
    names the market, venue or trade in words."""

    kind: Kind
    about: str
    venues: tuple[str, ...] = ("*",)
    symbols: tuple[str, ...] = ("*",)
    trades: tuple[str, ...] = ("*",)
    now: float | None = None

    @property
    def side(self) -> str:
        return "under" if self.kind in FIRES_BELOW else "over"


def figures(readings: Readings) -> list[AlertFigure]:
    """That of the cell in focus first, then others of the same market; each of them once."""
    found: dict[tuple[Kind, str], AlertFigure] = {}
    for figure in (*_of_pane(readings), *_of_market(readings)):
        found.setdefault((figure.kind, figure.about), figure)
    return list(found.values())


def with_now(figure: AlertFigure, readings: Readings) -> AlertFigure:
    """The figure as the rule would measure it at this moment."""
    return msgspec.structs.replace(figure, now=_now(figure, readings))


def _of_pane(readings: Readings) -> Iterator[AlertFigure]:
    pane, venue, symbol = readings.ui.focus, readings.venue, readings.symbol
    if pane in _HELD:
        yield from _of_position(readings)
    elif pane in _VENUE and venue is not None:
        state = readings.view.venue(venue)
        if state is not None and state.chain.block_age_s(readings.now_ns) is not None:
            yield AlertFigure(kind="block_age_s", about=venue, venues=(venue,))
        yield AlertFigure(kind="venue", about=venue, venues=(venue,))
    elif pane == "scan" and symbol is not None:
        from cockpit.ui.readings.scan import selected

        row = selected(readings)
        if row is not None:
            yield AlertFigure(kind="scan", about=row.symbol, symbols=(row.symbol,))
    elif pane in ("spreads", "pair"):
        pair = pair_under_cursor(readings)
        if pair is not None and symbol is not None:
            about = f"{symbol} {pair[0]} − {pair[1]}"
            yield AlertFigure(kind="spread", about=about, venues=pair, symbols=(symbol,))
    elif venue is not None and symbol is not None:
        if pane in _DEPTH:
            yield _market("depth_usd", venue, symbol)
        elif pane == "interest":
            yield _market("open_interest", venue, symbol)


def _of_position(readings: Readings) -> Iterator[AlertFigure]:
    """Of a trade where positions stand by trade, else of the position under the cursor."""
    if readings.ui.positions.group == "trade":
        entry = trades.selected(readings)
        rows = trades.rows_of(readings, entry) if entry is not None else []
        trade = trades.trade_of(readings, rows[0]) if rows else None
        if trade is not None:
            about = f"{trade.name} ({trade.record.asset})"
            yield AlertFigure(kind="trade_pnl", about=about, trades=(trade.record.id,))
        row = rows[0] if rows else None
    else:
        row = positions.selected(readings)
    if row is None:
        return
    venue, symbol = row.leg.venue, row.leg.symbol
    yield _market("liquidation", venue, symbol)
    yield AlertFigure(kind="net_delta", about=symbol, symbols=(symbol,))
    yield AlertFigure(kind="carry", about="everything held")


def _of_market(readings: Readings) -> Iterator[AlertFigure]:
    venue, symbol = readings.venue, readings.symbol
    if venue is None or symbol is None:
        return
    kinds: tuple[Kind, ...] = ("funding", "open_interest", "depth_usd")
    for kind in kinds:
        yield _market(kind, venue, symbol)
    yield AlertFigure(kind="spread", about=f"{symbol}, all venues", symbols=(symbol,))


def _market(kind: Kind, venue: str, symbol: str) -> AlertFigure:
    return AlertFigure(kind=kind, about=f"{symbol} {venue}", venues=(venue,), symbols=(symbol,))


def _now(figure: AlertFigure, readings: Readings) -> float | None:
    if figure.kind in SECONDS:
        state = readings.view.venue(figure.venues[0])
        if state is None or figure.kind == "venue":
            return None
        return state.chain.block_age_s(readings.now_ns)
    rule = Rule(
        name="", kind=figure.kind, threshold=1.0, venues=figure.venues, symbols=figure.symbols,
        trades=figure.trades,
    )  # fmt: skip
    found = Measures({}).read(rule, readings.view, readings.now_ns)
    return found[0].value if found else None


def suggested(figure: AlertFigure, side: str) -> float | None:
    """A threshold a fifth beyond the figure of now, to two digits; None while nothing is known."""
    usual = _USUAL.get(figure.kind)
    if figure.now is None or figure.kind == "venue":
        return usual if figure.kind in SECONDS else None
    now = max(figure.now, _LEAST_S) if figure.kind in SECONDS else figure.now
    away = 0.2 * abs(now) or usual
    if away is None:
        return None
    return float(f"{now + away if side == 'over' else now - away:.2g}")
