"""What stands at the right of a row of the heatmap: the pair, the price, the next payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cockpit.analytics.funding.carry import spread_hourly
from cockpit.state.view import MarketRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.best_pair import compared_pair, fresh_rates
from cockpit.ui.readings.changes import mark_over_day
from cockpit.ui.readings.funding_rates import mean_by_open_interest
from cockpit.ui.readings.heatmap_cells import SOON_S
from cockpit.ui.readings.market_rates import next_payment_s
from cockpit.ui.readings.same_asset import first_asset
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, right

Name = Literal["spread", "pair", "price", "day", "next", "volume", "weighted"]


@dataclass(frozen=True, slots=True)
class RowFigure:
    """A column that speaks of the whole row."""

    name: Name
    title: str
    width: int


FIGURES: tuple[RowFigure, ...] = (
    RowFigure("spread", "spread", 8),
    RowFigure("pair", "sh/long", 9),
    RowFigure("price", "mark", 12),
    RowFigure("day", "24h", 8),
    RowFigure("next", "next", 9),
    RowFigure("volume", "vol 24h", 9),
    RowFigure("weighted", "oi-w", 9),
)
"""In the order in which they stand, and in which they are given room."""


def head(readings: Readings, figures: Sequence[RowFigure]) -> Line:
    names = [readings.short(name) for name in readings.ui.pinned]
    line: Line = [(" │", "frame")] if figures else []
    for figure in figures:
        is_pinned = figure.name == "spread" and len(names) == 2
        title = "−".join(names) if is_pinned else figure.title
        line.append((right(title, figure.width), "accent" if is_pinned else "dim"))
    return line


def row(readings: Readings, symbol: str, figures: Sequence[RowFigure]) -> Line:
    """The figures of one symbol, each in its width."""
    if not figures:
        return []
    rates = fresh_rates(readings, symbol)
    pair = compared_pair(readings, rates)
    line: Line = [(" │", "frame")]
    for figure in figures:
        text, role = fmt.MISSING, "dim"
        match figure.name:
            case "spread" if pair is not None:
                spread = spread_hourly(rates[pair[1]], rates[pair[0]])
                text, role = spread_text(spread, readings), "number"
            case "pair" if pair is not None:
                text = "/".join(readings.short(name) for name in pair)
            case "price":
                text, role = _price(readings, symbol)
            case "day":
                text, role = _day(readings, symbol)
            case "next" if pair is not None:
                text, role = _next(readings, symbol, pair)
            case "volume":
                text, role = _volume(readings, symbol)
            case "weighted":
                weighted = mean_by_open_interest(readings, symbol, rates)
                text, role = fmt.rate(weighted, readings.ui.unit), "text"
        line.append((right(text, figure.width), role if text != fmt.MISSING else "dim"))
    return line


def spread_text(spread: float, readings: Readings) -> str:
    """Received by the pair; only a pinned pair can pay, and then the minus is said."""
    return fmt.rate(spread, readings.ui.unit).lstrip("+")


def _priced(readings: Readings, symbol: str) -> MarketRead | None:
    """The market at the cursor's venue, else at the first that has the coin and a fresh mark."""
    names = first_asset(readings, symbol)
    for name in sorted(names, key=lambda name: name != readings.venue):
        market = readings.view.market(name, symbol)
        is_known = market is not None and market.mark is not None
        if market is not None and is_known and not market.is_stale("mark", readings.now_ns):
            return market
    return None


def _price(readings: Readings, symbol: str) -> tuple[str, str]:
    market = _priced(readings, symbol)
    if market is None:
        return fmt.MISSING, "dim"
    return fmt.price(market.mark, _tick(market)), "text"


def _day(readings: Readings, symbol: str) -> tuple[str, str]:
    """How the mark has changed in 24 hours, where what it was is kept."""
    market = _priced(readings, symbol)
    moved = mark_over_day(readings, market) if market is not None else None
    if moved is None:
        return fmt.MISSING, "dim"
    text = fmt.signed(moved * 100, 2)
    return f"{text}%", "gain" if text[0] == "+" else "loss" if text[0] == fmt.MINUS else "text"


def _tick(market: MarketRead) -> float | None:
    return market.instrument.tick if market.instrument else None


def _next(readings: Readings, symbol: str, pair: tuple[str, str]) -> tuple[str, str]:
    """The payment of the pair that comes first."""
    both = [next_payment_s(readings.view.market(name, symbol), readings.now_ns) for name in pair]
    known = [seconds for seconds in both if seconds is not None]
    if not known:
        return fmt.MISSING, "dim"
    return fmt.countdown(min(known)), "accent" if min(known) < SOON_S else "text"


def _volume(readings: Readings, symbol: str) -> tuple[str, str]:
    """Of all venues that have the coin; a lower bound where one of them has not said it."""
    markets = [readings.view.market(name, symbol) for name in first_asset(readings, symbol)]
    known = [
        market.volume_24h_usd
        for market in markets
        if market is not None
        and market.volume_24h_usd is not None
        and not market.is_stale("volume", readings.now_ns)
    ]
    if not known:
        return fmt.MISSING, "dim"
    least = "≥" if len(known) < len(markets) else ""
    return least + fmt.magnitude(sum(known)), "text"
