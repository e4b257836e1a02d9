"""How funding looked ahead at a moment, from history: what had been said by then, nothing later."""

from typing import Final

from cockpit.core.outlook import Outlooks
from cockpit.core.units import NS_PER_S
from cockpit.history.errors import HistoryError
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader

KEPT_NS: Final = 65 * 60 * NS_PER_S
"""Forecasts are kept once an hour, up to some minutes after it."""
MOST_ROWS: Final = 20_000


def kept_outlooks(reader: HistoryReader, at_ns: int) -> Outlooks:
    """The newest forecast of each market within the hour before. Blocks; HistoryError."""
    # Here, as no first picture waits for what forecasts are made of.
    from cockpit.forecast.kept import outlooks_of

    rows = reader.forecasts(at_ns - KEPT_NS, at_ns + 1, MOST_ROWS)
    return Outlooks(markets=outlooks_of(rows))


def last_outlooks(folder: Folder, now_ns: int) -> Outlooks:
    """What was last forecast before a start, until forecasts of its own are made. Blocks."""
    try:
        return kept_outlooks(HistoryReader(folder), now_ns)
    except HistoryError as error:
        return Outlooks(problem=error.ui_message)
