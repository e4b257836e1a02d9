"""The pair of venues that the trader looks at, and what it was paid."""

from cockpit.analytics.funding.pair_history import PairHistory, pair_history
from cockpit.core.units import hour_floor_ns
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.best_pair import compared_pair, fresh_rates
from cockpit.ui.readings.funding_rates import history_version
from cockpit.ui.readings.pair_cursor import SPREADS, pair_under_cursor
from cockpit.ui.readings.same_asset import is_one_asset
from cockpit.ui.readings.through_time import kept_span, leg_payments


def chosen_pair(readings: Readings) -> tuple[str, str] | None:
    """(short, long) that the trader named, else the widest by the rates of now."""
    found = named_pair(readings)
    if found is None and len(readings.ui.pinned) != 2:
        found = compared_pair(readings, fresh_rates(readings, readings.symbol or ""))
    return found if found is not None and is_one_asset(readings, *found) else None


def named_pair(readings: Readings) -> tuple[str, str] | None:
    """(short, long) under the cursor of the spreads while they are in focus, else the pinned."""
    found = pair_under_cursor(readings) if readings.ui.focus == SPREADS else None
    if found is None and len(readings.ui.pinned) == 2:
        names = readings.listing()
        short, long = readings.ui.pinned
        found = (short, long) if short in names and long in names else None
    return found


def pair_past(readings: Readings, short: str, long: str) -> PairHistory:
    """What the pair was paid for the selected symbol in the trader's span."""
    version = (
        history_version(readings, short), history_version(readings, long), readings.ui.span_h,
        kept_span(readings) is None,
    )  # fmt: skip
    return readings.cache.remember(
        ("pair past", short, long),
        version,
        lambda: pair_history(
            leg_payments(readings, short),
            leg_payments(readings, long),
            hour_floor_ns(readings.now_ns),
            readings.ui.span_h,
        ),
    )
