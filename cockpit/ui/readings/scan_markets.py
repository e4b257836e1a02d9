"""One market of a row of the scan, wherever the state has it."""

from cockpit.core.assets import listed_symbol
from cockpit.state.view import MarketRead
from cockpit.ui.model.readings import Readings


def market_of(readings: Readings, venue: str, asset: str) -> MarketRead | None:
    """Watched, lent or surveyed; `asset` as a ranking names it."""
    listed = listed_symbol(asset)
    market = readings.view.market(venue, listed)
    if market is not None:
        return market
    surveyed = readings.once(
        "surveyed", lambda: {(one.venue, one.symbol): one for one in readings.view.surveyed()}
    )
    return surveyed.get((venue, listed))
