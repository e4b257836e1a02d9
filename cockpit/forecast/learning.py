"""A day's lesson: what all markets that history knows teach, and who then speaks for each."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from cockpit.forecast.cells import Series
from cockpit.forecast.cross import others_of, with_others
from cockpit.forecast.joining import NOBODY, Joined, joining
from cockpit.forecast.learned import MARKET_DAYS, Learned, Source, heard, learn_events
from cockpit.forecast.levels import fit_levels
from cockpit.forecast.models import EVENT_COLUMNS
from cockpit.forecast.training import Rows, rows_of, stacked, thinned

TAUGHT = {name: EVENT_COLUMNS[name] for name in ("history", "ours")}

Key = tuple[str, str]


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """Models by market and by venue, and the reference's beside them."""

    markets: Mapping[Key, Learned]
    venues: Mapping[str, Learned]
    reference: Learned | None

    def speakers(self, market: Key, with_premium: bool) -> tuple[Learned, ...]:
        """Whose models speak for a market, one that history does not know included."""
        return heard(
            self.markets.get(market), self.venues.get(market[0]), self.reference, with_premium
        )


def untaught(reference: Learned | None) -> Lesson:
    """Before anything was learned the reference speaks alone."""
    return Lesson(markets={}, venues={}, reference=reference)


def learn(
    series: Sequence[Series],
    reference: Learned | None,
    tell: Callable[[Series], Series] | None = None,
) -> Lesson:
    """Twice the same series teach the same bytes.

    Groups of features join by all markets of a venue together. `tell` adds what was sampled of one
    market, when its turn comes: a year of it of every market at once would fill the memory.
    """
    markets: dict[Key, Learned] = {}
    venues: dict[str, Learned] = {}
    for venue in dict.fromkeys(one.venue for one in series):
        mine = [one for one in series if one.venue == venue and len(one.at_ns)]
        total = sum(len(one.at_ns) for one in mine)
        of_venue: list[Rows] = []
        days = 0.0
        for one in mine:
            rows = rows_of(with_others(tell(one) if tell else one, others_of(one, series)))
            of_venue.append(thinned(rows, total))
            days = max(days, rows.days())
            if rows.days() >= MARKET_DAYS:
                joined = joining(rows) if len(mine) == 1 else NOBODY
                markets[venue, one.symbol] = _taught(rows, "market", joined)
        if len(of_venue) > 1 and days >= MARKET_DAYS:
            every = stacked(of_venue)
            taught = _taught(every, "venue", joining(every))
            venues[venue] = msgspec.structs.replace(taught, days=days)
    return Lesson(markets=markets, venues=venues, reference=reference)


def _taught(rows: Rows, source: Source, joined: Joined) -> Learned:
    learned = learn_events(rows, source, TAUGHT, joined=joined)
    return msgspec.structs.replace(learned, levels=fit_levels(rows))
