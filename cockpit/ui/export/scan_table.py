"""The figures behind SCAN: the rows that were asked for, as `cockpit scan --csv` has them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from cockpit.calculators.scan.document import HEADER, csv_row
from cockpit.ui.export.market_tables import Table, Value
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.scan import scan_view
from cockpit.ui.readings.scan_coins import FIGURE_OF, CoinRow, coins_view

_OF_COIN = (
    "price_usd", "price_change_24h_frac", "oi_usd", "oi_change_24h_frac", "volume_24h_usd",
)  # fmt: skip


def _scan(readings: Readings) -> Table:
    """Every row in the trader's order, with the figures of the ranking."""
    view = scan_view(readings)
    rows = () if view is None else view.rows
    return Table(
        HEADER,
        [cast("tuple[Value, ...]", tuple(csv_row(row.pairs.row(row.place)))) for row in rows],
    )


def _coins(readings: Readings) -> Table:
    """A row a coin in the trader's order, a rate and its interval a venue, as they were ranked:
    of now, or the mean that is on the screen."""
    view = coins_view(readings)
    rows = () if view is None else view.rows
    venues = [venue.name for venue in readings.venues]
    rate = FIGURE_OF[readings.ui.scan.span]
    names = [f"{venue}_{name}" for venue in venues for name in (rate, "interval_s")]
    header = ("coin", f"spread_{rate}", *_OF_COIN, *names)
    return Table(header, [(*_coin(row), *_rates(row, venues)) for row in rows])


def _coin(row: CoinRow) -> tuple[Value, ...]:
    return (
        row.asset, row.spread, row.price, row.price_change, row.oi_usd, row.oi_change,
        row.volume_usd,
    )  # fmt: skip


def _rates(row: CoinRow, venues: Sequence[str]) -> Iterator[Value]:
    for venue in venues:
        rate = row.rates.get(venue)
        yield from (None, None) if rate is None else (rate.hourly, rate.interval_s)


def _shown(readings: Readings) -> Table:
    return _coins(readings) if readings.ui.scan.is_of_coins else _scan(readings)


TABLES: Mapping[str, Callable[[Readings], Table]] = {"scan": _shown, "scan_pair": _scan}
