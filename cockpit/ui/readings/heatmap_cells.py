"""One cell of the funding heatmap: what it says, and the colour of what it says."""

from collections.abc import Callable, Sequence

from cockpit.core.units import HOUR_S
from cockpit.state.lookups import is_rate_stale, rate_field
from cockpit.state.view import Field, MarketRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import CellMode
from cockpit.ui.readings import funding_rates
from cockpit.ui.readings.market_rates import next_payment_s
from cockpit.ui.readings.outlooks import chance, outlook_of
from cockpit.ui.text import format as fmt

SOON_S = 60.0
"""A payment this near is marked, one within ten times of it is bright."""
OI_BOUNDS = (0.005, 0.015, 0.05, 0.15)
"""Steps of colour for a change of open interest, a fraction."""
Z_BOUNDS = (1.0, 2.0, 3.0, 5.0)
"""Steps of colour for a robust z."""
FLIP_BOUNDS = (0.1, 0.25, 0.5, 0.75)
"""Steps of colour for the chance of a flip."""


def fresh_hourly(readings: Readings, venue: str, symbol: str) -> float | None:
    """The rate that may be compared with others: listed, stated and not stale."""
    market = readings.view.market(venue, symbol)
    if market is None or not readings.is_listed(venue, symbol):
        return None
    return None if is_rate_stale(market, readings.now_ns) else funding_rates.compared(market)


def heat_role(hourly: float | None) -> str:
    """The fixed scale of |APR|: warm when longs pay, cool when shorts pay."""
    step = fmt.heat_step(None if hourly is None else hourly * 8760) or 0
    return "heat_0" if step == 0 else f"heat_{'pos' if step > 0 else 'neg'}{abs(step)}"


def step_role(value: float | None, bounds: Sequence[float]) -> str:
    """Heat of a figure that is no rate, in steps of its size; warm above zero."""
    step = sum(abs(value or 0.0) >= bound for bound in bounds)
    return "heat_0" if not value or not step else f"heat_{'pos' if value > 0 else 'neg'}{step}"


def cell(readings: Readings, venue: str, symbol: str) -> tuple[str, str]:
    """(text, role). Not listed `—`, missing `·`, stale `~` and dim, adapter at fault `!`."""
    if not readings.is_listed(venue, symbol):
        return fmt.UNLISTED, "dim"
    market = readings.view.market(venue, symbol)
    text, role = _FIGURES[readings.ui.cell](readings, market) if market else (fmt.MISSING, "dim")
    if market is None or text == fmt.MISSING:
        state = readings.view.venue(venue)
        fault = state is not None and state.is_at_fault
        return (fmt.ERROR, "danger") if fault else (fmt.MISSING, "dim")
    if market.is_stale(_field(readings.ui.cell, market), readings.now_ns):
        return fmt.STALE + text, "stale"
    return text, role


def interval_words(market: MarketRead | None) -> str:
    """How often the market pays, as `h1` or `h8`; empty where that is not known."""
    said = (market.live or market.rate()) if market else None
    interval_s = said.interval_s if said else None
    if interval_s is None and market is not None and market.instrument is not None:
        interval_s = market.instrument.funding_interval_s
    return f"h{interval_s / HOUR_S:g}" if interval_s else ""


def _field(cell: CellMode, market: MarketRead) -> Field:
    """Whose age decides whether the cell is stale."""
    if cell == "oi":
        return "open_interest"
    if cell == "live" and market.live:
        return "funding"
    return rate_field(market) or "funding"


Figure = tuple[str, str]
"""(text, role of a fresh figure)"""


def _rate(hourly: float | None, readings: Readings) -> Figure:
    return fmt.rate(hourly, readings.ui.unit), heat_role(hourly)


def _live(readings: Readings, market: MarketRead) -> Figure:
    return _rate(funding_rates.live(market), readings)


def _predicted(readings: Readings, market: MarketRead) -> Figure:
    return _rate(funding_rates.predicted(market), readings)


def _change(hours: int) -> Callable[[Readings, MarketRead], Figure]:
    return lambda readings, market: _rate(
        funding_rates.change(market, hours, readings.now_ns), readings
    )


def _next(readings: Readings, market: MarketRead) -> Figure:
    seconds = next_payment_s(market, readings.now_ns)
    if seconds is None:
        return fmt.MISSING, "dim"
    role = "accent" if seconds < SOON_S else "number" if seconds < SOON_S * 10 else "text"
    return f"{interval_words(market)} {fmt.countdown(seconds)}".lstrip(), role


def _age(readings: Readings, market: MarketRead) -> Figure:
    return fmt.age(market.age_s(_field("age", market), readings.now_ns)), "text"


def _open_interest(readings: Readings, market: MarketRead) -> Figure:
    moved = funding_rates.open_interest_change(market, readings.now_ns)
    text = fmt.MISSING if moved is None else fmt.signed(moved * 100, 2) + "%"
    return text, step_role(moved, OI_BOUNDS)


def _z(readings: Readings, market: MarketRead) -> Figure:
    score = funding_rates.z_score(market, readings.now_ns)
    return fmt.signed(score, 1), step_role(score, Z_BOUNDS)


def _expected(readings: Readings, market: MarketRead) -> Figure:
    found = outlook_of(readings, market.venue, market.symbol)
    said = found.over(8) if found else None
    return _rate(said.mean_hourly if said else None, readings)


def _flip(readings: Readings, market: MarketRead) -> Figure:
    found = outlook_of(readings, market.venue, market.symbol)
    odds = found.p_flip if found else None
    return chance(odds), step_role(odds, FLIP_BOUNDS)


_FIGURES: dict[CellMode, Callable[[Readings, MarketRead], Figure]] = {
    "live": _live,
    "predicted": _predicted,
    "change_1h": _change(1),
    "change_8h": _change(8),
    "next": _next,
    "age": _age,
    "oi": _open_interest,
    "z": _z,
    "expected_8h": _expected,
    "p_flip": _flip,
}
