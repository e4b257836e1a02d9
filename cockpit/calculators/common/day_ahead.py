"""What a forecast says of a market's next day, where it may be relied upon."""

from typing import Final

from cockpit.analytics.funding.pair_payments import AHEAD_H
from cockpit.core.outlook import OLD_S, Basis, Outlook
from cockpit.state.view import MarketView

MODELS: Final[frozenset[Basis]] = frozenset({"market", "venue", "reference"})
"""Who may be relied upon: a plain mean says no more than the history of what was paid."""


def day_ahead(view: MarketView, venue: str, symbol: str, now_ns: int) -> float | None:
    """Mean rate an hour of the next 24 h; None without a model, and where its rates are known not
    to be nearer than the historical average's."""
    outlook = usable(view, venue, symbol, now_ns)
    said = outlook.over(AHEAD_H) if outlook else None
    return said.mean_hourly if said else None


def usable(view: MarketView, venue: str, symbol: str, now_ns: int) -> Outlook | None:
    outlook = view.outlooks.of(venue, symbol)
    if outlook is None or outlook.basis not in MODELS or outlook.age_s(now_ns) > OLD_S:
        return None
    score = view.outlooks.score(venue, outlook.basis)
    return None if score is not None and score.level_beats is False else outlook
