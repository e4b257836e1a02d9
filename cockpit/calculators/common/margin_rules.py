"""Which margin rules hold for a market: the trader's, the venue's own, or the documented table."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cockpit.analytics.risk.exposure import SPOT
from cockpit.analytics.risk.margin import Tiers, build_tiers
from cockpit.core.events import Instrument
from cockpit.core.margins import SAME, Tier, VenueMargin
from cockpit.venues.kit.facts import documented_margins

UNKNOWN_TIERS = build_tiers([0.0], [math.nan])


class MarginRule(NamedTuple):
    """`imf_frac` and `liquidation_fee` are NaN where nothing is known, `funding_cap_hourly` inf.

    `note` says what was taken on trust, None if the venue stated everything itself.
    """

    tiers: Tiers
    imf_frac: float
    liquidation_fee: float
    funding_cap_hourly: float
    note: str | None


OWNED = MarginRule(build_tiers([0.0], [0.0]), 0.0, 0.0, math.inf, None)
"""Of coins that are owned outright: nothing has to stand behind them."""


class MarginRules:
    """The documented tables with the trader's own in their place."""

    def __init__(self, own: Mapping[str, VenueMargin]) -> None:
        """`own` by venue, as the configuration has them."""
        self._own = own
        self._documented = documented_margins()

    def price_of(self, venue: str) -> str:
        """`mark` or `index`: what the venue values positions at."""
        return self._table(venue).price

    def rule(
        self,
        venue: str,
        symbol: str,
        listed: Instrument | None,
        mmf: float | None,
        leverage: float | None,
    ) -> MarginRule:
        """`mmf` and `leverage` are what the trader says of this position; they win."""
        if venue == SPOT:
            return OWNED
        table = self._table(venue)
        name = f"{venue}/{symbol}"
        tiers = table.tiers_of(symbol)
        stated = listed.mmf if listed else None
        top = listed.max_leverage if listed else None
        fee = math.nan if table.liquidation_fee is None else table.liquidation_fee
        if mmf is not None:
            ladder, note = build_tiers([0.0], [mmf]), f"{name}: maintenance {mmf:.4g} as given"
        elif tiers and venue in self._own:
            ladder, note = _ladder(tiers), f"{name}: margin tiers of the configuration"
        elif listed is not None and listed.margin_tiers:
            ladder, note = build_tiers(*zip(*listed.margin_tiers, strict=True)), None
        elif tiers and (stated is None or abs(tiers[0].mmf - stated) <= SAME):
            # A documented first tier that differs from the listing's is out of date.
            ladder = _ladder(tiers)
            note = f"{name}: documented margin tiers, an estimate ({table.source})"
            if len(tiers) == 1:
                note = None if stated is not None else f"{note}; the lowest only, larger cost more"
        elif stated is not None:
            ladder, note = build_tiers([0.0], [stated]), None
        else:
            return MarginRule(UNKNOWN_TIERS, _imf(leverage, top), fee, math.inf, None)
        if top is None and tiers:
            top = tiers[0].max_leverage
        cap, room = table.funding_cap_of_margin, _imf(None, top) - float(ladder.mmf_frac[0])
        cap_hourly = cap * room if cap is not None and room > 0 else math.inf
        return MarginRule(ladder, _imf(leverage, top), fee, cap_hourly, note)

    def _table(self, venue: str) -> VenueMargin:
        return self._own.get(venue) or self._documented.get(venue) or VenueMargin()


def _ladder(tiers: Sequence[Tier]) -> Tiers:
    return build_tiers([t.over_usd for t in tiers], [t.mmf for t in tiers])


def _imf(leverage: float | None, top: float | None) -> float:
    """The initial fraction at the leverage that was chosen, else at the highest allowed."""
    chosen = leverage or top
    return 1 / chosen if chosen else math.nan
