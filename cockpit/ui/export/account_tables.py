"""The figures behind the panes of POSITIONS and behind the alerts, as rows."""

import math
from collections.abc import Callable
from typing import Any

import msgspec

from cockpit.documents.exposure import exposure_document
from cockpit.documents.trades_export import CSV, cells_of
from cockpit.documents.trades_export import rows as trade_rows
from cockpit.ui.export.market_tables import Table, Value
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.positions import portfolio


def _part(name: str) -> Callable[[Readings], Table]:
    """A list of the exposure document, one row an object."""

    def make(readings: Readings) -> Table:
        rows = _document(readings)[name]
        columns = tuple(rows[0]) if rows else (name,)
        return Table(columns, [tuple(row[column] for column in columns) for row in rows])

    return make


def _document(readings: Readings) -> dict[str, Any]:
    tree: dict[str, Any] = msgspec.to_builtins(exposure_document(portfolio(readings)))
    return tree


def _totals(readings: Readings) -> Table:
    total = _document(readings)["total"]
    return Table(tuple(total), [tuple(total.values())])


def _history(readings: Readings) -> Table:
    history = readings.view.exposure
    at, net = history.net_usd.read()
    _, carry = history.carry_usd_per_hour.read()
    _, ratio = history.margin_ratio.read()
    rows = [
        (int(stamp), *(None if math.isnan(value) else float(value) for value in values))
        for stamp, *values in zip(at, net, carry, ratio, strict=True)
    ]
    return Table(("at_ns", "net_usd", "carry_usd_per_hour", "margin_ratio"), rows)


def _alerts(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = [
        (alert.at_ns, alert.rule, alert.kind, alert.happening, alert.severity, alert.subject,
         alert.value, firing is not None, bool(firing and firing.acknowledged), alert.words)
        for alert, firing in readings.ui.alerts.entries()
    ]  # fmt: skip
    names = "at_ns rule kind happening severity subject value firing acknowledged words"
    return Table(tuple(names.split()), rows)


def _positions(readings: Readings) -> Table:
    """Positions; while they stand by trade, what each trade did: fills, fees and payments."""
    if readings.ui.positions.group != "trade":
        return _part("positions")(readings)
    wanted = readings.ui.trades.opened
    found = trade_rows(readings.view, readings.now_ns).rows
    rows: list[tuple[Value, ...]] = [cells_of(row) for row in found if wanted in ("", row.trade)]
    return Table(CSV, rows)


TABLES: dict[str, Callable[[Readings], Table]] = {
    "alerts": _alerts,
    "positions": _positions,
    "exposure": _part("assets"),
    "margins": _part("venues"),
    "carry_spark": _totals,
    "exposure_history": _history,
}
