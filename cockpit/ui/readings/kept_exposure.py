"""What followed accounts amounted to at a past moment: sums are kept, positions are not."""

from collections.abc import Callable, Sequence

from cockpit.analytics.risk.exposure import Total, total
from cockpit.history.rows import ExposureSample
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.position_columns import usd
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, right

NOT_KEPT = "positions are not kept, the sums of accounts are"
NOTHING = "no account's sums are kept of this moment"
Column = tuple[str, int, Callable[[ExposureSample], tuple[str, str]]]
"""(head, width, words and role of an account)"""
_NAME = 24


def kept_totals(rows: Sequence[ExposureSample]) -> Total | None:
    """All accounts together; None where none is kept. A sum that lacks an account is not known."""
    if not rows:
        return None
    carry = total(row.carry_usd_per_hour for row in rows)
    return Total(
        net_usd=total(row.net_usd for row in rows),
        gross_usd=total(row.gross_usd for row in rows),
        carry_usd_per_hour=carry,
        carry_usd_per_day=None if carry is None else carry * 24,
        upnl_usd=None,
        equity_usd=total(row.equity_usd for row in rows),
        leverage=None,
        venue_concentration=None,
        asset_concentration=None,
    )


def table(readings: Readings, columns: Sequence[Column], inner: int) -> list[Line]:
    """A head and a line an account, as many columns as there is room for; or why there is none."""
    rows = readings.moment.exposure if readings.moment else ()
    if not rows:
        return [[], [(fit(f" {NOTHING}", inner), "dim")]]
    shown: list[Column] = []
    for column in columns:
        if _NAME + sum(width for _, width, _ in [*shown, column]) <= inner:
            shown.append(column)
    head: Line = [(" " + fit("account", _NAME - 1), "dim")]
    head += [(right(name, width), "dim") for name, width, _ in shown]
    return [head, *(_row(readings, row, shown) for row in rows)]


def _row(readings: Readings, row: ExposureSample, columns: Sequence[Column]) -> Line:
    name = fit(f"{row.venue} {clean(row.account)}", _NAME - 1)
    line: Line = [(f" {name}", readings.colour_of(row.venue))]
    for _, width, cell in columns:
        text, role = cell(row)
        line.append((right(text, width), role))
    return line


def dollars(value: float | None, decimals: int = 0) -> tuple[str, str]:
    return usd(value, decimals), "dim" if value is None else "number"


def size(value: float | None) -> tuple[str, str]:
    return (usd(None), "dim") if value is None else (fmt.magnitude(value), "text")
