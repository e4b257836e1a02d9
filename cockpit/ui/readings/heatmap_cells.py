"""One cell of the funding heatmap: what it says, and the colour of who pays."""

from collections.abc import Callable

from cockpit.state.view import Field, MarketRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import CellMode
from cockpit.ui.readings import funding_rates
from cockpit.ui.readings.market_rates import next_payment_s, rate_is_stale
from cockpit.ui.text import format as fmt


def fresh_hourly(readings: Readings, venue: str, symbol: str) -> float | None:
    """The rate that may be compared with others: listed, stated and not stale."""
    market = readings.view.market(venue, symbol)
    if market is None or not readings.is_listed(venue, symbol):
        return None
    return None if rate_is_stale(market, readings.now_ns) else funding_rates.compared(market)


def heat_role(hourly: float | None) -> str:
    """The fixed scale of |APR|: warm when longs pay, cool when shorts pay."""
    step = fmt.heat_step(None if hourly is None else hourly * 8760) or 0
    return "heat_0" if step == 0 else f"heat_{'pos' if step > 0 else 'neg'}{abs(step)}"


def cell(readings: Readings, venue: str, symbol: str) -> tuple[str, str]:
    """(text, role). Not listed `—`, missing `·`, stale `~` and dim, adapter at fault `!`."""
    if not readings.is_listed(venue, symbol):
        return fmt.UNLISTED, "dim"
    market = readings.view.market(venue, symbol)
    text = _TEXT[readings.ui.cell](readings, market) if market else fmt.MISSING
    if market is None or text == fmt.MISSING:
        state = readings.view.venue(venue)
        fault = state is not None and state.is_at_fault
        return (fmt.ERROR, "danger") if fault else (fmt.MISSING, "dim")
    if market.is_stale(_field(readings.ui.cell, market), readings.now_ns):
        return fmt.STALE + text, "stale"
    return text, heat_role(fresh_hourly(readings, venue, symbol))


def _field(cell: CellMode, market: MarketRead) -> Field:
    """Whose age decides whether the cell is stale."""
    if cell == "oi":
        return "open_interest"
    if cell == "live" and market.live:
        return "funding"
    return "predicted" if market.predicted else "funding"


def _live(readings: Readings, market: MarketRead) -> str:
    return fmt.rate(funding_rates.live(market), readings.ui.unit)


def _predicted(readings: Readings, market: MarketRead) -> str:
    return fmt.rate(funding_rates.predicted(market), readings.ui.unit)


def _change(hours: int) -> Callable[[Readings, MarketRead], str]:
    return lambda readings, market: fmt.rate(
        funding_rates.change(market, hours, readings.now_ns), readings.ui.unit
    )


def _next(readings: Readings, market: MarketRead) -> str:
    return fmt.countdown(next_payment_s(market, readings.now_ns))


def _age(readings: Readings, market: MarketRead) -> str:
    return fmt.age(market.age_s(_field("age", market), readings.now_ns))


def _open_interest(readings: Readings, market: MarketRead) -> str:
    moved = funding_rates.open_interest_change(market, readings.now_ns)
    return fmt.MISSING if moved is None else fmt.signed(moved * 100, 2) + "%"


def _z(readings: Readings, market: MarketRead) -> str:
    return fmt.signed(funding_rates.z_score(market, readings.now_ns), 1)


_TEXT: dict[CellMode, Callable[[Readings, MarketRead], str]] = {
    "live": _live,
    "predicted": _predicted,
    "change_1h": _change(1),
    "change_8h": _change(8),
    "next": _next,
    "age": _age,
    "oi": _open_interest,
    "z": _z,
}
