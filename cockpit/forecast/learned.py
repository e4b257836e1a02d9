"""What a market is forecast with, and from whose rows it was learned.

With 45 days of its own a market has its own models, and its venue's beside them; with fewer its
venue's alone. Until it has half a year the reference coefficients have a voice too, and alone
where there is nothing else. Without any of them a forecast is a plain average, and says so.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec
import numpy as np

from cockpit.forecast.cells import Floats, Ints
from cockpit.forecast.joining import NOBODY, Joined
from cockpit.forecast.levels import Level, LevelModel
from cockpit.forecast.models import EVENT_COLUMNS, EventFit, averaged, fit_events
from cockpit.forecast.training import Rows

Source = Literal["market", "venue", "reference"]

MARKET_DAYS = 45.0
"""Days of rows before a market, or a venue, has models of its own."""

GROWN_DAYS = 180.0
"""Days of its own after which a market no longer listens to the reference."""


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """Models of one source; `known_hour` is the last hour of the rows they learned from, `joined`
    the groups of features that joined ours, by event."""

    source: Source
    known_hour: int
    days: float
    n: int
    events: EventFit
    levels: Mapping[int, LevelModel] = {}
    joined: Joined = NOBODY


def learn_events(
    rows: Rows,
    source: Source,
    columns: Mapping[str, Ints] = EVENT_COLUMNS,
    before: Learned | None = None,
    joined: Joined = NOBODY,
) -> Learned:
    """The models of events that some rows teach. Twice the same rows give the same bytes."""
    return Learned(
        source=source,
        known_hour=int(rows.hours.max()),
        days=rows.days(),
        n=len(rows.hours),
        events=fit_events(rows, columns, before.events if before else None, joined),
        joined=joined,
    )


def heard(
    own: Learned | None, venue: Learned | None, reference: Learned | None, with_premium: bool
) -> tuple[Learned, ...]:
    """Whose models speak: the market's, its venue's, the reference's while the market is young.

    The reference was learned on markets with a premium and misleads those without.
    """
    enough = tuple(
        learned for learned in (own, venue) if learned is not None and learned.days >= MARKET_DAYS
    )
    young = own is None or own.days < GROWN_DAYS
    if reference is None or not young or not with_premium:
        return enough
    return (*enough, reference)


def chance_of(sources: tuple[Learned, ...], name: str, event: str, values: Floats) -> Floats:
    """The chance of an event by the named model of these sources, (rows,)."""
    return averaged(
        [
            learned.events.models[name][event].chance(learned.events.scaling.apply(values))
            for learned in sources
        ]
    )


def level_of(sources: tuple[Learned, ...], horizon_h: int, values: Floats) -> Level | None:
    """The mean of the levels that these sources expect; None where none has any."""
    said = [
        learned.levels[horizon_h].level(values)
        for learned in sources
        if horizon_h in learned.levels
    ]
    if not said:
        return None
    return Level(
        mean=np.mean([level.mean for level in said], axis=0),
        low=np.mean([level.low for level in said], axis=0),
        high=np.mean([level.high for level in said], axis=0),
    )
