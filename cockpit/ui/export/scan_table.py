"""The figures behind SCAN: the rows that were asked for, as `cockpit scan --csv` has them."""

from collections.abc import Callable, Mapping
from typing import cast

from cockpit.calculators.scan.document import HEADER, csv_row
from cockpit.ui.export.market_tables import Table, Value
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.scan import scan_view


def _scan(readings: Readings) -> Table:
    """Every row in the trader's order, with the figures of the ranking."""
    view = scan_view(readings)
    rows = () if view is None else view.rows
    return Table(
        HEADER,
        [cast("tuple[Value, ...]", tuple(csv_row(row.pairs.row(row.place)))) for row in rows],
    )


TABLES: Mapping[str, Callable[[Readings], Table]] = {"scan": _scan, "scan_pair": _scan}
