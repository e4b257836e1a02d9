"""A day's lesson: what all markets that history knows teach, and who then speaks for each."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from cockpit.forecast.cells import Series
from cockpit.forecast.learned import MARKET_DAYS, Learned, Source, heard, learn_events
from cockpit.forecast.levels import fit_levels
from cockpit.forecast.models import EVENT_COLUMNS
from cockpit.forecast.training import Rows, pooled, rows_of

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
    series: Sequence[Series], reference: Learned | None, pause: Callable[[], None] | None = None
) -> Lesson:
    """Twice the same series teach the same bytes. `pause` is called between markets."""
    markets: dict[Key, Learned] = {}
    venues: dict[str, Learned] = {}
    for venue in dict.fromkeys(one.venue for one in series):
        of_venue: list[Rows] = []
        for one in series:
            if one.venue != venue or not len(one.at_ns):
                continue
            rows = rows_of(one)
            of_venue.append(rows)
            if rows.days() >= MARKET_DAYS:
                markets[venue, one.symbol] = _taught(rows, "market")
            if pause is not None:
                pause()
        if len(of_venue) > 1:
            every = pooled(of_venue)
            days = max(rows.days() for rows in of_venue)
            if days >= MARKET_DAYS:
                venues[venue] = msgspec.structs.replace(_taught(every, "venue"), days=days)
    return Lesson(markets=markets, venues=venues, reference=reference)


def _taught(rows: Rows, source: Source) -> Learned:
    learned = learn_events(rows, source, TAUGHT)
    return msgspec.structs.replace(learned, levels=fit_levels(rows))
