"""Forecasts as they were made, and what came of each: the book that scores are read from."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from cockpit.core.outlook import Basis
from cockpit.forecast.cells import Floats, Ints
from cockpit.forecast.premium_features import HORIZONS_H
from cockpit.forecast.windows import Windows

EVENT_HORIZON_H = 8
EVENT = HORIZONS_H.index(EVENT_HORIZON_H)
FLIP, SPIKE = 0, 1
GIVEN_UP_H = 6
"""So long after its horizon an outcome is still waited for."""

MOST_ROWS = 100_000
"""The newest forecasts that scores are made of."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The forecasts of one hour, a row a market, made at `made_ns` (n,) just after the hour.

    Rates are fractions per hour. `rate`, `usual` (the 7-day mean) and `spike_above` are what
    outcomes are measured against. `levels` (n, horizons) and `chances` (n, 2: flip, spike) are
    ours, `average` (n,) and `usual_chances` (n, 2) the historical average's. `came` (n, horizons)
    and `happened` (n, 2) are filled in as outcomes are known. NaN is not known.
    """

    hour: int
    markets: tuple[tuple[str, str], ...]
    models: tuple[Basis, ...]
    made_ns: Ints
    rate: Floats
    usual: Floats
    spike_above: Floats
    levels: Floats
    average: Floats
    chances: Floats
    usual_chances: Floats
    came: Floats
    happened: Floats


class Outcome(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What came of one row of `made` over one horizon; flips and spikes over 8 h alone."""

    made: Made
    row: int
    horizon_h: int
    mean_hourly: float
    flipped: bool | None = None
    spiked: bool | None = None


class Ledger:
    """Blocks of forecasts by hour, oldest first."""

    def __init__(self) -> None:
        self._made: dict[int, Made] = {}
        self._open: set[int] = set()

    def __contains__(self, hour: int) -> bool:
        return hour in self._made

    def add(self, made: Made) -> None:
        """Forecasts of an hour; further markets of an hour that is there already join it."""
        before = self._made.get(made.hour)
        self._made[made.hour] = made if before is None else _joined(before, made)
        self._open.add(made.hour)
        total = sum(len(one.markets) for one in self._made.values())
        for hour in sorted(self._made):
            if total <= MOST_ROWS:
                break
            total -= len(self._made.pop(hour).markets)
            self._open.discard(hour)

    def markets_of(self, hour: int) -> frozenset[tuple[str, str]]:
        made = self._made.get(hour)
        return frozenset(made.markets) if made else frozenset()

    def blocks(self) -> list[Made]:
        return [self._made[hour] for hour in sorted(self._made)]

    def settle(
        self, windows: Windows, ends: Ints, rows: dict[tuple[str, str], int]
    ) -> list[Outcome]:
        """Outcomes that are known now: each row of the `windows` ends at its hour of `ends`, and
        `rows` says which is whose."""
        found: list[Outcome] = []
        hour = int(ends.max())
        for made_hour in sorted(self._open):
            made = self._made[made_hour]
            for place, horizon_h in enumerate(HORIZONS_H):
                if hour >= made_hour + horizon_h:
                    found += _outcomes(made, place, windows, ends, rows)
            if hour > made_hour + max(HORIZONS_H) + GIVEN_UP_H:
                self._open.discard(made_hour)
        return found


def _outcomes(
    made: Made, place: int, windows: Windows, ends: Ints, rows: dict[tuple[str, str], int]
) -> Iterator[Outcome]:
    """The rows of `made` whose outcome over one horizon is whole; writes it into the block."""
    width = windows.paid.shape[1]
    horizon_h = HORIZONS_H[place]
    mine = [
        (row, rows[market])
        for row, market in enumerate(made.markets)
        if market in rows
        and np.isnan(made.came[row, place])
        and horizon_h <= ends[rows[market]] - made.hour <= width
    ]
    if not mine:
        return
    row, of = (np.array(column) for column in zip(*mine, strict=True))
    after = (width - (ends[of] - made.hour))[:, None] + np.arange(horizon_h)
    paid, covered = windows.paid[of[:, None], after], windows.covered[of[:, None], after]
    whole = covered.sum(axis=1) == horizon_h
    row, of, paid, covered = row[whole], of[whole], paid[whole], covered[whole]
    made.came[row, place] = paid.sum(axis=1) / horizon_h
    if horizon_h == EVENT_HORIZON_H:
        hourly = np.divide(paid, covered, out=np.full(paid.shape, np.nan), where=covered > 0)
        made.happened[row] = events_of(made, row, hourly, windows.interest_hourly[of])
    for one in row.tolist():
        flipped, spiked = (
            made.happened[one].tolist() if horizon_h == EVENT_HORIZON_H else (np.nan, np.nan)
        )
        yield Outcome(
            made=made,
            row=one,
            horizon_h=horizon_h,
            mean_hourly=float(made.came[one, place]),
            flipped=None if np.isnan(flipped) else bool(flipped),
            spiked=None if np.isnan(spiked) else bool(spiked),
        )


def events_of(made: Made, row: Ints, hourly: Floats, interest_hourly: Floats) -> Floats:
    """(rows, 2): 1 where the event came within these hours, 0 where not, NaN where not asked."""
    rate, above = made.rate[row], made.spike_above[row]
    opposite = np.where(rate[:, None] > 0, hourly < 0, hourly > 0)
    beyond = np.abs(hourly - interest_hourly[:, None]) > above[:, None]
    flipped = np.where((rate == 0) | np.isnan(rate), np.nan, opposite.max(axis=1))
    spiked = np.where(np.isnan(above), np.nan, beyond.max(axis=1))
    return np.column_stack([flipped, spiked])


def _joined(before: Made, after: Made) -> Made:
    """Both blocks as one; the rows of the first stay where they are."""
    arrays = {
        name: np.concatenate([getattr(before, name), getattr(after, name)])
        for name in Made.__struct_fields__[3:]
    }
    return msgspec.structs.replace(
        before,
        markets=before.markets + after.markets,
        models=before.models + after.models,
        **arrays,
    )


def together(blocks: Sequence[Made]) -> tuple[Ints, Made] | None:
    """(the hour of each row, all rows as one block); None without any."""
    if not blocks:
        return None
    hours = np.concatenate([np.full(len(made.markets), made.hour) for made in blocks])
    whole = Made(
        hour=blocks[0].hour,
        markets=tuple(market for made in blocks for market in made.markets),
        models=tuple(model for made in blocks for model in made.models),
        **{
            name: np.concatenate([getattr(made, name) for made in blocks])
            for name in Made.__struct_fields__[3:]
        },
    )
    return hours, whole
