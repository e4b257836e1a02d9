"""One cell of the funding heatmap: what it says, and the colour of who pays."""

from collections.abc import Callable

from cockpit.state.view import Field, MarketRead
from cockpit.ui.model.ui_state import CellMode, Scene, next_payment_s, rate_is_stale
from cockpit.ui.readings import funding_rates
from cockpit.ui.text import format as fmt


def fresh_hourly(scene: Scene, venue: str, symbol: str) -> float | None:
    """The rate that may be compared with others: listed, stated and not stale."""
    market = scene.view.market(venue, symbol)
    if market is None or not scene.is_listed(venue, symbol):
        return None
    return None if rate_is_stale(market, scene.now_ns) else funding_rates.compared(market)


def heat_role(hourly: float | None) -> str:
    """The fixed scale of |APR|: warm when longs pay, cool when shorts pay."""
    step = fmt.heat_step(None if hourly is None else hourly * 8760) or 0
    return "heat_0" if step == 0 else f"heat_{'pos' if step > 0 else 'neg'}{abs(step)}"


def cell(scene: Scene, venue: str, symbol: str) -> tuple[str, str]:
    """(text, role). Not listed `—`, missing `·`, stale `~` and dim, adapter at fault `!`."""
    if not scene.is_listed(venue, symbol):
        return fmt.UNLISTED, "dim"
    market = scene.view.market(venue, symbol)
    text = _TEXT[scene.cell](scene, market) if market else fmt.MISSING
    if market is None or text == fmt.MISSING:
        state = scene.view.venue(venue)
        fault = state is not None and state.state == "down" and "fault" in state.reason
        return (fmt.ERROR, "danger") if fault else (fmt.MISSING, "dim")
    if market.is_stale(_field(scene.cell, market), scene.now_ns):
        return fmt.STALE + text, "stale"
    return text, heat_role(fresh_hourly(scene, venue, symbol))


def _field(cell: CellMode, market: MarketRead) -> Field:
    """Whose age decides whether the cell is stale."""
    if cell == "oi":
        return "open_interest"
    if cell == "live" and market.live:
        return "funding"
    return "predicted" if market.predicted else "funding"


def _live(scene: Scene, market: MarketRead) -> str:
    return fmt.rate(funding_rates.live(market), scene.unit)


def _predicted(scene: Scene, market: MarketRead) -> str:
    return fmt.rate(funding_rates.predicted(market), scene.unit)


def _change(hours: int) -> Callable[[Scene, MarketRead], str]:
    return lambda scene, market: fmt.rate(
        funding_rates.change(market, hours, scene.now_ns), scene.unit
    )


def _next(scene: Scene, market: MarketRead) -> str:
    return fmt.countdown(next_payment_s(market, scene.now_ns))


def _age(scene: Scene, market: MarketRead) -> str:
    return fmt.age(market.age_s(_field("age", market), scene.now_ns))


def _open_interest(scene: Scene, market: MarketRead) -> str:
    moved = funding_rates.open_interest_change(market, scene.now_ns)
    return fmt.MISSING if moved is None else fmt.signed(moved * 100, 2) + "%"


def _z(scene: Scene, market: MarketRead) -> str:
    return fmt.signed(funding_rates.z_score(market, scene.now_ns), 1)


_TEXT: dict[CellMode, Callable[[Scene, MarketRead], str]] = {
    "live": _live,
    "predicted": _predicted,
    "change_1h": _change(1),
    "change_8h": _change(8),
    "next": _next,
    "age": _age,
    "oi": _open_interest,
    "z": _z,
}
