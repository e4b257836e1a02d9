"""Forecasts of many markets while time passes: told what arrives, asked once a minute.

Pure: the caller says what arrived and what time it is, and keeps what is handed back.
"""

from collections.abc import Mapping, Sequence
from operator import is_

import msgspec
import numpy as np

from cockpit.core.outlook import Outlook, Score
from cockpit.forecast.averages import usual_chances, usual_level
from cockpit.forecast.bank import ASKED
from cockpit.forecast.cells import HOUR_NS, Cells, Floats, Ints
from cockpit.forecast.cross import with_others_now
from cockpit.forecast.features import Features, features, with_premium
from cockpit.forecast.labels import SPIKE_FLOOR
from cockpit.forecast.learned import Learned
from cockpit.forecast.learning import Key, Lesson, untaught
from cockpit.forecast.ledger import Ledger, Made, Outcome
from cockpit.forecast.live import Desk, Forecast, Told, desk_of, told, why
from cockpit.forecast.market_past import MarketPast, Payments
from cockpit.forecast.premium_features import HORIZONS_H
from cockpit.forecast.scoreboard import scoreboard
from cockpit.forecast.scores import LATE_NS
from cockpit.forecast.telemetry import with_running_premium
from cockpit.forecast.windows import Windows, latest


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of one market at a minute: payments that arrived since the last, its premium
    (a fraction, NaN is not known), and once of each hour that ended its `FIGURES`.

    `hours` are hours since the epoch, (n,), and `figures` (n, len(FIGURES)).
    """

    venue: str
    symbol: str
    interest_hourly: float
    dampener: float
    paid: Payments | None
    premium: float
    hours: Ints
    figures: Floats


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """Mean premiums of past `hours`, (n,), NaN is not known; `figures` are of the newest of them,
    (m, len(FIGURES)), at most as many as features look back on."""

    hours: Ints
    premium: Floats
    figures: Floats


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one look. `made` are forecasts to be scored, `outcomes` of earlier ones; the
    scores are None while they are as they were."""

    outlooks: tuple[Outlook, ...]
    made: Made | None
    outcomes: tuple[Outcome, ...]
    scores: tuple[Score, ...] | None


class _Stacked(msgspec.Struct, frozen=True, kw_only=True):
    """Windows with their features, the cells that they were made of and the last hour of each."""

    cells: list[Cells]
    ends: Ints
    windows: Windows
    known: Features


class Forecaster:
    """All that is known of the markets, the models that speak, and the ledger of what they said."""

    def __init__(self, reference: Learned | None) -> None:
        self._lesson = untaught(reference)
        self._markets: dict[Key, MarketPast] = {}
        self._desk: Desk | None = None
        self._stacked: _Stacked | None = None
        self._speaking: tuple[tuple[Key, bool], ...] = ()
        self._scored_hour: int | None = None
        self.ledger = Ledger()

    def teach(self, lesson: Lesson) -> None:
        """Speak by these models from now on."""
        self._lesson = lesson
        self._desk = None

    def recall(self, remembered: Mapping[Key, Remembered]) -> None:
        """What history has of markets before this run."""
        for key, one in remembered.items():
            if key in self._markets and len(one.hours):
                self._markets[key].recall_premium(one.hours, one.premium)
                self._markets[key].note(one.hours[-len(one.figures) :], one.figures)

    def hear(self, news: Sequence[News], now_ns: int) -> None:
        """What arrived up to now."""
        for one in news:
            key = (one.venue, one.symbol)
            past = self._markets.get(key)
            if past is None:
                past = MarketPast(one.venue, one.symbol, one.interest_hourly, one.dampener)
                self._markets[key] = past
            past.sample(now_ns, one.premium)
            if len(one.hours):
                past.note(one.hours, one.figures)
            if one.paid is not None and len(one.paid.at_ns):
                past.settle(one.paid)

    def past(self, venue: str, symbol: str) -> MarketPast:
        """What has arrived of a market; KeyError for one that was never heard of."""
        return self._markets[venue, symbol]

    def look(self, now_ns: int, markets: Sequence[Key]) -> Looked:
        """Forecasts of these markets as of now; what falls due of earlier ones."""
        pasts = [self._markets[key] for key in markets if key in self._markets]
        pasts = [past for past in pasts if past.newest_ns is not None]
        if not pasts:
            return Looked(outlooks=(), made=None, outcomes=(), scores=None)
        keys = [(past.venue, past.symbol) for past in pasts]
        hour = now_ns // HOUR_NS
        running = np.array([past.running_premium(now_ns) for past in pasts])
        settled = self._settled(pasts, now_ns)
        windows, known = with_running_premium(settled.windows, running), settled.known
        if windows is not settled.windows:
            known = with_premium(known, windows)
        said = told(windows, known, self._models(keys, windows))
        rows = {key: row for row, key in enumerate(keys)}
        outcomes = self.ledger.settle(said.windows, settled.ends, rows)
        made = self._record(said, keys, settled.ends, now_ns)
        scores = None
        if outcomes or hour != self._scored_hour:
            self._scored_hour = hour
            scores = scoreboard(self.ledger.blocks(), hour)
        return Looked(
            outlooks=tuple(
                outlook(forecast, key, now_ns)
                for forecast, key in zip(said.forecasts, keys, strict=True)
            ),
            made=made,
            outcomes=tuple(outcomes),
            scores=scores,
        )

    def _settled(self, pasts: Sequence[MarketPast], now_ns: int) -> _Stacked:
        """These markets as settlements alone tell them, made anew when one of them settles."""
        cells = [past.cells(now_ns) for past in pasts]
        stacked = self._stacked
        if (
            stacked is None
            or len(cells) != len(stacked.cells)
            or not all(map(is_, cells, stacked.cells))
        ):
            windows = with_others_now(latest(cells), [past.symbol for past in pasts])
            ends = np.array([of.first_hour + len(of.paid) - 1 for of in cells])
            stacked = _Stacked(cells=cells, ends=ends, windows=windows, known=features(windows))
            self._stacked = stacked
        return stacked

    def _models(self, keys: Sequence[Key], windows: Windows) -> Desk:
        last = np.full(len(keys), np.nan)
        if windows.premium is not None:
            last = np.fmax.reduce(windows.premium, axis=1)
        has_premium = (~np.isnan(last)).tolist()
        speaking = tuple(zip(keys, has_premium, strict=True))
        if self._desk is None or speaking != self._speaking:
            self._speaking = speaking
            self._desk = desk_of([self._lesson.speakers(*one) for one in speaking])
        return self._desk

    def _record(self, said: Told, keys: Sequence[Key], ends: Ints, now_ns: int) -> Made | None:
        """The forecasts that will be scored: of markets that settled this very hour, and in time.

        A program that was off for longer had not said it then.
        """
        hour = now_ns // HOUR_NS
        if now_ns - hour * HOUR_NS > LATE_NS:
            return None
        there = self.ledger.markets_of(hour)
        due = [
            row
            for row, (key, forecast) in enumerate(zip(keys, said.forecasts, strict=True))
            if ends[row] == hour
            and said.windows.covered[row, -1] > 0
            and forecast.basis != "nothing"
            and key not in there
        ]
        if not due:
            return None
        assert self._desk is not None
        made = _made(said, self._desk, keys, np.array(due), now_ns)
        self.ledger.add(made)
        return made


def outlook(forecast: Forecast, key: Key, now_ns: int) -> Outlook:
    """A forecast as readers see it."""
    return Outlook(
        venue=key[0],
        symbol=key[1],
        made_ns=now_ns,
        basis=forecast.basis,
        why=why(forecast.basis, forecast.days, forecast.with_premium),
        days=forecast.days,
        expected=forecast.expected,
        p_flip=forecast.p_flip,
        p_spike=forecast.p_spike,
        reasons=tuple(reason.words() for reason in forecast.reasons),
    )


def _made(said: Told, desk: Desk, keys: Sequence[Key], due: Ints, now_ns: int) -> Made:
    situation, values = said.known.situation, said.known.values
    usual_flip, usual_spike = usual_chances(said.windows, situation)
    learned = desk.usual.ask(values).chances
    flip, spike = (learned[:, ASKED.index(event)] for event in ("flip", "spike"))
    threshold = np.maximum(situation.deviation_q95, SPIKE_FLOOR)
    count = len(due)
    forecasts = [said.forecasts[row] for row in due]
    return Made(
        hour=now_ns // HOUR_NS,
        made_ns=np.full(count, now_ns),
        markets=tuple(keys[row] for row in due),
        models=tuple(forecast.basis for forecast in forecasts),
        rate=situation.rate[due],
        usual=situation.mean_7d[due],
        spike_above=threshold[due],
        levels=np.array([_levels(forecast) for forecast in forecasts]),
        average=usual_level(values)[due],
        chances=np.array(
            [[_number(forecast.p_flip), _number(forecast.p_spike)] for forecast in forecasts]
        ),
        usual_chances=np.column_stack(
            [
                np.where(np.isnan(flip), usual_flip, flip)[due],
                np.where(np.isnan(spike), usual_spike, spike)[due],
            ]
        ),
        came=np.full((count, len(HORIZONS_H)), np.nan),
        happened=np.full((count, 2), np.nan),
    )


def _levels(forecast: Forecast) -> list[float]:
    said = {one.horizon_h: one.mean_hourly for one in forecast.expected}
    return [said.get(horizon_h, np.nan) for horizon_h in HORIZONS_H]


def _number(chance: float | None) -> float:
    return np.nan if chance is None else chance
