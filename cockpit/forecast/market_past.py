"""What has arrived of one market: its settlements, and the figures of the hours they ended."""

import msgspec
import numpy as np

from cockpit.forecast.cells import (
    HOUR_NS,
    HOUR_S,
    TELEMETRY_H,
    WINDOW_H,
    Cells,
    Floats,
    Ints,
    Series,
    cells_of,
    hour_of,
)
from cockpit.forecast.hour_figures import FIGURES
from cockpit.forecast.telemetry import joined, mean_before

RUNNING_NS = 600 * 1_000_000_000
"""So long after a settlement its own premium stands; then that of the last hour up to now."""

KEPT_H = WINDOW_H + 24
FIGURES_H = TELEMETRY_H + 24
MINUTES = 180
RATE, INTERVAL, PREMIUM = 0, 1, 2
SAMPLED_PREMIUM = FIGURES.index("premium")


class Payments(msgspec.Struct, frozen=True, kw_only=True):
    """Settlements in any order, (n,): rates are fractions per interval, `premium` NaN where the
    venue does not say it."""

    at_ns: Ints
    rate: Floats
    interval_s: Floats
    premium: Floats


class MarketPast:
    """Thirty days of one market. `interest_hourly` and `dampener` as in `Series`."""

    def __init__(self, venue: str, symbol: str, interest_hourly: float, dampener: float) -> None:
        self.venue = venue
        self.symbol = symbol
        self._interest_hourly = interest_hourly
        self._dampener = dampener
        self._at_ns: Ints = np.empty(0, dtype=np.int64)
        self._rows: Floats = np.empty((0, 3))
        self._figure_hours: Ints = np.empty(0, dtype=np.int64)
        self._figures: Floats = np.empty((0, len(FIGURES)))
        self._minute_ns: Ints = np.empty(0, dtype=np.int64)
        self._premium: Floats = np.empty(0)
        self._cells: Cells | None = None

    @property
    def newest_ns(self) -> int | None:
        """When the newest settlement was paid."""
        return int(self._at_ns[-1]) if len(self._at_ns) else None

    def settle(self, paid: Payments) -> None:
        """Settlements that arrived now; of two of one hour the later word wins."""
        new = np.full((len(paid.at_ns), self._rows.shape[1]), np.nan)
        new[:, RATE], new[:, INTERVAL], new[:, PREMIUM] = paid.rate, paid.interval_s, paid.premium
        at_ns = np.concatenate([self._at_ns, paid.at_ns])
        rows = np.concatenate([self._rows, new])
        hours = hour_of(at_ns)
        order = np.argsort(hours, kind="stable")
        hours, at_ns, rows = hours[order], at_ns[order], rows[order]
        same = np.flatnonzero(hours[1:] == hours[:-1]) + 1
        for place in same:
            # The word that came first may hold what the later one does not say.
            rows[place] = np.where(np.isnan(rows[place]), rows[place - 1], rows[place])
        last = np.ones(len(hours), dtype=bool)
        last[same - 1] = False
        kept = last & (hours > hours[-1] - KEPT_H)
        is_newer = self.newest_ns is None or at_ns[-1] > self._at_ns[-1]
        self._at_ns, self._rows = at_ns[kept], rows[kept]
        if is_newer:
            self._fill_premium()
        self._cells = None

    def note(self, hours: Ints, figures: Floats) -> None:
        """Figures (n, len(FIGURES)) of hours that have ended; what is known of one stays."""
        new = ~np.isin(hours, self._figure_hours)
        hours = np.concatenate([self._figure_hours, hours[new]])
        figures = np.concatenate([self._figures, figures[new]])
        order = np.argsort(hours, kind="stable")
        order = order[hours[order] > hours.max(initial=0) - FIGURES_H]
        self._figure_hours, self._figures = hours[order], figures[order]
        self._fill_premiums()
        self._cells = None

    def sample(self, at_ns: int, premium: float) -> None:
        """The venue's live premium at this minute, a fraction; NaN is not known."""
        if np.isnan(premium):
            return
        self._minute_ns = np.append(self._minute_ns[-MINUTES + 1 :], at_ns)
        self._premium = np.append(self._premium[-MINUTES + 1 :], premium)

    def recall_premium(self, hours: Ints, premium: Floats) -> None:
        """Mean premiums of past hours, (n,), for settlements that do not say theirs."""
        said = joined(hour_of(self._at_ns), hours, premium)
        stated = self._rows[:, PREMIUM]
        self._rows[:, PREMIUM] = np.where(np.isnan(stated), said, stated)
        self._cells = None

    def _fill_premium(self) -> None:
        """A settlement without a premium has the mean of its hour, where that was heard."""
        self._fill_premiums()
        if not np.isnan(self._rows[-1, PREMIUM]):
            return
        end_ns = int(hour_of(self._at_ns[-1:])[0]) * HOUR_NS
        inside = (self._minute_ns > end_ns - HOUR_NS) & (self._minute_ns <= end_ns)
        if inside.any():
            self._rows[-1, PREMIUM] = self._premium[inside].mean()

    def _fill_premiums(self) -> None:
        self.recall_premium(self._figure_hours, self._figures[:, SAMPLED_PREMIUM])

    def series(self) -> Series:
        """The settlements with what was known at each."""
        premium = self._rows[:, PREMIUM]
        known = joined(hour_of(self._at_ns), self._figure_hours, self._figures)
        figures = {name: known[:, place] for place, name in enumerate(FIGURES[:SAMPLED_PREMIUM])}
        return Series(
            venue=self.venue,
            symbol=self.symbol,
            at_ns=self._at_ns,
            rate=self._rows[:, RATE],
            interval_s=self._rows[:, INTERVAL],
            premium=None if np.isnan(premium).all() else premium,
            telemetry={
                name: values for name, values in figures.items() if not np.isnan(values).all()
            },
            interest_hourly=self._interest_hourly,
            dampener=self._dampener,
        )

    def cells(self, now_ns: int) -> Cells:
        """The grid up to this hour, as settlements tell it; up to the hour before while the
        settlement of this one may still be on its way."""
        hour = now_ns // HOUR_NS
        newest_ns = self.newest_ns
        has_settled = newest_ns is not None and int(hour_of(np.array([newest_ns]))[0]) >= hour
        if not has_settled and now_ns - hour * HOUR_NS <= RUNNING_NS:
            hour -= 1
            now_ns = (hour + 1) * HOUR_NS - 1
        if newest_ns is not None:
            # What has arrived is known, also where the venue's clock is ahead of ours.
            now_ns = max(now_ns, newest_ns)
        cells = self._cells
        if cells is None or cells.first_hour + len(cells.paid) - 1 < hour:
            cells = self._cells = cells_of(self.series(), now_ns)
        return cells

    def running_premium(self, now_ns: int) -> float:
        """Mean premium of the hour up to now, in place of the last settlement's once that is ten
        minutes old; NaN before, and where no minute of it is known."""
        newest_ns = self.newest_ns
        if newest_ns is None or now_ns - newest_ns <= RUNNING_NS:
            return np.nan
        return float(mean_before(np.array([now_ns]), self._minute_ns, self._premium, HOUR_S)[0])
