"""What is kept of one symbol in the span that the trader looks at: open interest, depth, payments.

Read in a thread and reduced to as many points as a screen has columns. The newest hour is the
state's own; what is read here lies before it.
"""

from typing import Final

import numpy as np

from cockpit.analytics.funding.pair_history import LegPayments
from cockpit.core.errors import CockpitError
from cockpit.core.units import HOUR_NS, HOUR_S
from cockpit.desk.contract import ReadSpan
from cockpit.desk.kept_series import Curve, SpanSeries
from cockpit.desk.recall import SETTLED_DAYS
from cockpit.history.protocol import SeriesQuestion
from cockpit.history.reader import HistoryReader

POINTS: Final = 720
"""About as many as the widest plot has columns of dots."""
LEAST_STEP_S: Final = 60
COLUMNS: Final = ("oi_base", "bid25_usd", "ask25_usd")


def step_s(hours: int) -> int:
    """Whole minutes, so that rows of every tier fall into steps."""
    least = -(-hours * HOUR_S // POINTS)
    return max(LEAST_STEP_S, -(-least // 60) * 60)


def read_span(reader: HistoryReader, wanted: ReadSpan, venues: tuple[str, ...]) -> SpanSeries:
    """What is kept of the symbol at these venues. In the thread: never raises, what cannot be read
    is a sentence."""
    try:
        return _read(reader, wanted, venues)
    except CockpitError as error:
        return SpanSeries(
            symbol=wanted.symbol,
            hours=wanted.hours,
            end_ns=wanted.end_ns,
            problem=error.ui_message,
        )


def _read(reader: HistoryReader, wanted: ReadSpan, venues: tuple[str, ...]) -> SpanSeries:
    first_ns = reader.first_ns()
    from_ns = wanted.end_ns - wanted.hours * HOUR_NS
    step = step_s(wanted.hours)
    interest: dict[str, Curve] = {}
    depth: dict[str, Curve] = {}
    warnings: dict[str, None] = {}
    for venue in venues:
        series = reader.series(
            SeriesQuestion(
                venue=venue,
                symbol=wanted.symbol,
                columns=COLUMNS,
                from_ns=from_ns,
                to_ns=wanted.end_ns,
                step_s=step,
            )
        )
        warnings.update(dict.fromkeys(series.warnings))
        if len(series.at_ns):
            both = series.values["bid25_usd"] + series.values["ask25_usd"]
            interest[venue] = Curve(series.at_ns, series.values["oi_base"])
            depth[venue] = Curve(series.at_ns, both)
    sums = reader.exposure_sums(from_ns, wanted.end_ns, step)
    is_longer = wanted.hours > SETTLED_DAYS * 24
    return SpanSeries(
        symbol=wanted.symbol,
        hours=wanted.hours,
        end_ns=wanted.end_ns,
        step_s=step,
        first_ns=first_ns,
        open_interest=interest,
        depth_usd=depth,
        net_usd=Curve(sums.at_ns, sums.values["net_usd"]),
        carry_usd_per_hour=Curve(sums.at_ns, sums.values["carry_usd_per_hour"]),
        margin_ratio=Curve(sums.at_ns, sums.values["margin_ratio"]),
        # What is younger than a month is in the state already.
        paid=_paid(reader, wanted, from_ns) if is_longer else {},
        problem="; ".join(warnings),
    )


def _paid(reader: HistoryReader, wanted: ReadSpan, from_ns: int) -> dict[str, LegPayments]:
    """By venue. A payment is known by its full hour, as the state knows it."""
    return {
        paid.venue: LegPayments(
            (paid.at_ns + HOUR_NS // 120) // HOUR_NS * HOUR_NS,
            paid.rate * HOUR_S / paid.interval_s,
            np.maximum(1, paid.interval_s // HOUR_S).astype(np.int64),
        )
        for paid in reader.payments(from_ns, wanted.end_ns, wanted.symbol)
    }
