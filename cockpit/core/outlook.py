"""What funding is expected to be, as every reader sees it, and what earlier such words were worth.

Rates are fractions per hour, positive = longs pay; chances 0 to 1. None is not known.
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

Basis = Literal["market", "venue", "reference", "mean", "nothing"]
"""Who speaks: models of the market's own days, of its venue's, the reference's; a plain mean."""

Span = Literal["today", "7d", "all"]
SPANS: Final[tuple[Span, ...]] = ("today", "7d", "all")

PROVEN_N: Final = 200
CONFIDENCE_SDS: Final = 1.96
OLD_S: Final = 3_900.0
"""Forecasts are made once a minute and kept once an hour: an older one is not of now."""


class ExpectedRate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Mean rate of the hours from now to the horizon; `low` and `high` hold it four times of
    five."""

    horizon_h: int
    mean_hourly: float
    low_hourly: float | None = None
    high_hourly: float | None = None


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """One market's forecast. `p_flip` and `p_spike` are chances within 8 h: that funding changes
    its sign, that it leaves its pin further than on 95 % of the last 30 days' hours.

    `days` is how much the speaking model learned from; `reasons` are words, the strongest first.
    """

    venue: str
    symbol: str
    made_ns: int
    basis: Basis
    why: str
    days: float = 0.0
    expected: tuple[ExpectedRate, ...] = ()
    p_flip: float | None = None
    p_spike: float | None = None
    reasons: tuple[str, ...] = ()

    def over(self, horizon_h: int) -> ExpectedRate | None:
        """What is expected over this horizon."""
        return next((one for one in self.expected if one.horizon_h == horizon_h), None)

    def age_s(self, now_ns: int) -> float:
        return (now_ns - self.made_ns) / 1e9


class EventSkill(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How `n` forecasts of an event compare with the historical average's of the same moments.

    `skill` is the share of the average's squared error that was saved (below 0: it was worse);
    `se` its standard error, None while too few days are scored to know one.
    """

    n: int = 0
    happened: int = 0
    skill: float | None = None
    se: float | None = None

    @property
    def low(self) -> float | None:
        """The lower bound of the skill's 95 % interval."""
        if self.skill is None or self.se is None:
            return None
        return self.skill - CONFIDENCE_SDS * self.se

    @property
    def is_proven(self) -> bool:
        return self.n >= PROVEN_N and self.low is not None and self.low > 0


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What one venue's forecasts by one model were worth over a span.

    Levels are means over 8 h: `n` of them are known, off by `mae_bp_h` bps per hour in the mean
    (the average of the day before by `mae_average_bp_h`) and by `mae_usd` USD per 100k held over
    the 8 h. `sign_share` is how often the sign came true; `innovation` the rank correlation of
    forecast and outcome, both less the market's own 7-day mean.
    """

    venue: str
    model: Basis
    span: Span
    n: int
    mae_bp_h: float | None = None
    mae_average_bp_h: float | None = None
    mae_usd: float | None = None
    sign_share: float | None = None
    innovation: float | None = None
    flip: EventSkill = EventSkill()
    spike: EventSkill = EventSkill()

    @property
    def level_beats(self) -> bool | None:
        """Whether its levels were nearer than the average's; None before `PROVEN_N` are known."""
        if self.n < PROVEN_N or self.mae_bp_h is None or self.mae_average_bp_h is None:
            return None
        return self.mae_bp_h < self.mae_average_bp_h


class Outlooks(msgspec.Struct, frozen=True, kw_only=True):
    """The newest forecast of each market by (venue, symbol), and the scores of earlier ones.

    `problem` is a sentence while no forecast can be made, `untaught` one while forecasts are made
    by older models because none could be learned anew.
    """

    markets: Mapping[tuple[str, str], Outlook] = {}
    scores: tuple[Score, ...] = ()
    problem: str = ""
    untaught: str = ""

    def of(self, venue: str, symbol: str) -> Outlook | None:
        return self.markets.get((venue, symbol))

    def score(self, venue: str, model: Basis, span: Span = "all") -> Score | None:
        return next(
            (
                score
                for score in self.scores
                if (score.venue, score.model, score.span) == (venue, model, span)
            ),
            None,
        )


NOTHING_EXPECTED: Final = Outlooks()
