"""What the desk tells the process that forecasts, and what it is told."""

import msgspec
import numpy as np

from cockpit.core.outlook import Outlook, Score
from cockpit.forecast.cells import Floats
from cockpit.forecast.forecaster import News
from cockpit.forecast.hour_figures import FIGURES
from cockpit.forecast.market_past import Payments
from cockpit.history.rows import Forecast


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """`News` of one market on its way: numbers as packed int64 and float64, little endian.

    `payments` holds rate, interval (s) and premium one after the other, NaN where not known;
    `figures` the `FIGURES` of each of `hours`.
    """

    venue: str
    symbol: str
    interest_hourly: float
    dampener: float
    paid_at_ns: bytes
    payments: bytes
    premium: float | None
    hours: bytes = b""
    figures: bytes = b""


class Hear(msgspec.Struct, frozen=True, kw_only=True, tag="hear"):
    """What arrived up to `now_ns`."""

    now_ns: int
    news: tuple[Packed, ...]


class Look(msgspec.Struct, frozen=True, kw_only=True, tag="look"):
    """Forecast these markets as of now."""

    now_ns: int
    markets: tuple[tuple[str, str], ...]


Question = Hear | Look


class Heard(msgspec.Struct, frozen=True, tag="heard"):
    """It was."""


class Said(msgspec.Struct, frozen=True, kw_only=True, tag="said"):
    """Forecasts of now, rows for history, and the scores where they changed.

    `lesson` says what the models have learned from last, in words. `trouble` is why they could
    learn nothing, empty when they could, and `trace` is for the log.
    """

    outlooks: tuple[Outlook, ...]
    rows: tuple[Forecast, ...]
    scores: tuple[Score, ...] | None
    lesson: str
    trouble: str = ""
    trace: str = ""


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """A sentence for the trader, and what the log should know."""

    sentence: str
    detail: str


Answer = Heard | Said | Failed


def unpacked(packed: Packed) -> News:
    """As the forecaster takes it."""
    at_ns = np.frombuffer(packed.paid_at_ns, dtype="<i8")
    paid: Floats = np.frombuffer(packed.payments, dtype="<f8").reshape(3, -1)
    return News(
        venue=packed.venue,
        symbol=packed.symbol,
        interest_hourly=packed.interest_hourly,
        dampener=packed.dampener,
        paid=Payments(at_ns=at_ns, rate=paid[0], interval_s=paid[1], premium=paid[2])
        if len(at_ns)
        else None,
        premium=np.nan if packed.premium is None else packed.premium,
        hours=np.frombuffer(packed.hours, dtype="<i8"),
        figures=np.frombuffer(packed.figures, dtype="<f8").reshape(-1, len(FIGURES)),
    )
