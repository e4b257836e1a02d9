"""Figures through time as history answers them: values, for the screen to draw."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.pair_history import LegPayments
from cockpit.history.rows import Figures


class Curve(NamedTuple):
    """A figure through time: ns ascending and values, shapes (n,); NaN was not known."""

    at_ns: NDArray[np.int64]
    values: NDArray[np.float64]


def _no_curve() -> Curve:
    return Curve(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64))


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of each market, by (venue, symbol), as they stood at `at_ns`: what was stale
    then, or not known, is None."""

    at_ns: int
    figures: Mapping[tuple[str, str], Figures]


class SpanSeries(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a symbol in the `hours` before `end_ns`, by venue: the last row of each
    `step_s` seconds.

    Open interest in base units; depth in USD within 25 bps, both sides. The sums of all accounts
    lack a point where an account was not known. `paid` has the payments of a span that is longer
    than the state remembers. `first_ns` is the first moment that is kept of anything.
    """

    symbol: str
    hours: int
    end_ns: int
    step_s: int = 0
    first_ns: int | None = None
    open_interest: Mapping[str, Curve] = {}
    depth_usd: Mapping[str, Curve] = {}
    net_usd: Curve = msgspec.field(default_factory=_no_curve)
    carry_usd_per_hour: Curve = msgspec.field(default_factory=_no_curve)
    margin_ratio: Curve = msgspec.field(default_factory=_no_curve)
    paid: Mapping[str, LegPayments] = {}
    problem: str = ""


class LegMids(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of the mids of a trade's markets, by (venue, symbol), between two moments: the
    last row of each `step_s` seconds. A market without rows has none."""

    markets: tuple[tuple[str, str], ...]
    from_ns: int
    end_ns: int
    step_s: int = 0
    mids: Mapping[tuple[str, str], Curve] = {}
    problem: str = ""
