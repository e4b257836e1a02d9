"""Why a forecast says what it says: causes as values, sentences made of them."""

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

from cockpit.forecast.features import INDEX

Cause = Literal[
    "premium_above_pin",
    "premium_below_pin",
    "pinned",
    "spike_recently",
    "oi_rising",
    "oi_falling",
    "book_thinner",
    "others_pay_more",
    "others_pay_less",
    "blocks_slow",
    "mean_only",
]

OI_CHANGE = 0.03
THIN_FRAC = 0.6
"""Of the depth of an hour ago: less is worth a word."""

OFF_OTHERS_BPS = 0.05
SLOW_SDS = 3.0
MOST_REASONS = 3


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A cause and how large it is: bps for premiums and rates, a share for open interest and
    depth."""

    cause: Cause
    size: float

    def words(self) -> str:
        return _WORDS[self.cause].format(self.size, abs(self.size))


_WORDS: dict[Cause, str] = {
    "premium_above_pin": "premium {0:.1f} bps above the pin's edge",
    "premium_below_pin": "premium {1:.1f} bps below the pin's edge",
    "pinned": "premium inside the pin, {0:.1f} bps from its edge",
    "spike_recently": "{0:.0%} of the last day was a spike",
    "oi_rising": "open interest {0:+.0%} in an hour",
    "oi_falling": "open interest {0:+.0%} in an hour",
    "book_thinner": "depth within 25 bps {0:+.0%} in an hour",
    "others_pay_more": "other venues pay {1:.2f} bp/h more",
    "others_pay_less": "other venues pay {1:.2f} bp/h less",
    "blocks_slow": "blocks {0:.1f} deviations slower than usual",
    "mean_only": "too little is known for more than a mean",
}


def reasons(row: Sequence[float], interest_bps: float, dampener_bps: float) -> tuple[Reason, ...]:
    """At most three causes of one row of features, the premium's first."""
    found: list[Reason] = []

    def value(name: str) -> float:
        return row[INDEX[name]]

    premium = value("premium")
    if not math.isnan(premium) and dampener_bps > 0:
        above, below = premium - interest_bps - dampener_bps, premium - interest_bps + dampener_bps
        if above > 0:
            found.append(Reason(cause="premium_above_pin", size=above))
        elif below < 0:
            found.append(Reason(cause="premium_below_pin", size=below))
        else:
            found.append(Reason(cause="pinned", size=min(-above, below)))
    oi = value("oi_change_1h")
    if abs(oi) >= OI_CHANGE:
        found.append(Reason(cause="oi_rising" if oi > 0 else "oi_falling", size=math.expm1(oi)))
    depth = value("depth_25bps_change_1h")
    if depth <= math.log(THIN_FRAC):
        found.append(Reason(cause="book_thinner", size=math.expm1(depth)))
    off = value("rate_off_others")
    if abs(off) >= OFF_OTHERS_BPS:
        found.append(Reason(cause="others_pay_less" if off > 0 else "others_pay_more", size=-off))
    slow = value("cadence_s_z")
    if slow >= SLOW_SDS:
        found.append(Reason(cause="blocks_slow", size=slow))
    spiking = value("spike_share_24h")
    if spiking > 0:
        found.append(Reason(cause="spike_recently", size=spiking))
    return tuple(found[:MOST_REASONS])
