"""Scenes with forecasts and scores: one venue proven, one that fails, one without a model."""

from cockpit.core.outlook import EventSkill, ExpectedRate, Outlook, Outlooks, Score
from cockpit.ui.model.readings import Readings
from tests.support import AT_NS
from tests.ui.scenes import live, store_of

GOOD = Score(
    venue="alphaswap", model="market", span="all", n=812, mae_bp_h=0.0515, mae_average_bp_h=0.07,
    mae_usd=4.12, sign_share=0.93, innovation=0.11,
    flip=EventSkill(n=812, happened=90, skill=0.21, se=0.04),
    spike=EventSkill(n=800, happened=70, skill=0.05, se=0.06),
)  # fmt: skip
BAD = Score(
    venue="bravo", model="reference", span="all", n=640, mae_bp_h=0.09, mae_average_bp_h=0.06,
    mae_usd=7.2, sign_share=0.5, innovation=-0.01,
    flip=EventSkill(n=640, happened=31, skill=-0.12, se=0.05), spike=EventSkill(),
)  # fmt: skip
YOUNG = Score(venue="alphaswap", model="market", span="today", n=9, mae_bp_h=0.04, mae_usd=3.2)


def outlook(venue, basis="market", p_flip=0.12, **changes):
    """Expected of 8 h and of 24 h, in APR: +17.52 (within +8.76 and +26.28), +8.76."""
    said = {
        "why": "learned from the market's own 60 days",
        "days": 60.0,
        "expected": (
            ExpectedRate(horizon_h=8, mean_hourly=2e-5, low_hourly=1e-5, high_hourly=3e-5),
            ExpectedRate(horizon_h=24, mean_hourly=1e-5, low_hourly=-1e-5, high_hourly=4e-5),
        ),
        "p_spike": 0.08,
        "reasons": ("premium 3.1 bps above the pin's edge",),
    }
    return Outlook(venue=venue, symbol="BTC", made_ns=AT_NS, basis=basis, p_flip=p_flip,
                   **{**said, **changes})  # fmt: skip


def expecting(*outlooks: Outlook, scores=(), problem="") -> Readings:
    scene = live()
    store_of(scene).outlooks = Outlooks(
        markets={(one.venue, one.symbol): one for one in outlooks}, scores=scores, problem=problem
    )
    return scene


def forecast() -> Readings:
    """alphaswap by its own models, bravo by ones that fail, charliedex by a plain mean."""
    plain_mean = outlook(
        "charliedex", basis="mean", p_flip=None, p_spike=None, reasons=(),
        why="a plain mean: too little is known for a model",
        expected=(ExpectedRate(horizon_h=8, mean_hourly=1.25e-5),),
    )  # fmt: skip
    return expecting(
        outlook("alphaswap"), outlook("bravo", basis="reference", p_flip=0.004), plain_mean,
        scores=(YOUNG, GOOD, BAD),
    )  # fmt: skip
