"""What a desk reaches of what is wanted: asked by commands that answer once and leave."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cockpit.core.errors import InputError, NoVenueError
from cockpit.core.names import did_you_mean

if TYPE_CHECKING:
    from cockpit.desk.contract import Desk
    from cockpit.desk.stats import DeskStats
    from cockpit.state.view import MarketView


def unlisted(view: "MarketView", wanted: Sequence[str]) -> list[str]:
    """A sentence for each wanted symbol that no venue lists, once every venue's list is in.

    A venue that is not reached may list any of them: then nothing can be said. InputError if
    nobody lists any of them: there is nothing left to answer.
    """
    listed: set[str] = set()
    for venue in view.venues():
        instruments = view.listed(venue.name)
        if not instruments:
            return []
        listed.update(instrument.symbol for instrument in instruments)
    sentences = [
        f"{symbol}: no venue lists it{did_you_mean(symbol, listed)}"
        for symbol in wanted
        if symbol not in listed
    ]
    if sentences and len(sentences) == len(wanted):
        raise InputError("; ".join(sentences))
    return sentences


def unreachable(view: "MarketView") -> dict[str, str]:
    """Venue -> reason, for every venue that is not live."""
    return {
        venue.name: venue.reason or venue.state for venue in view.venues() if venue.state != "live"
    }


def require_any(view: "MarketView") -> None:
    """NoVenueError with every venue's reason where none is live."""
    missing = unreachable(view)
    if len(missing) == len(view.venues()):
        reasons = "; ".join(f"{venue}: {reason}" for venue, reason in missing.items())
        raise NoVenueError(f"no venue could be reached: {reasons}")


def is_listing(view: "MarketView") -> bool:
    """Whether every venue has told its markets."""
    return all(view.listed(venue.name) for venue in view.venues())


def missing(desk: "Desk") -> dict[str, str]:
    """Venue -> reason, for every venue that is away or has never told its markets."""
    return unreachable(desk.view) | unanswered(desk.view, desk.stats())


def unanswered(view: "MarketView", stats: "DeskStats") -> dict[str, str]:
    """Venue -> why it is live and its list of markets is not in: what it refused, for how long.

    Without the list nothing of the venue is known, and a limit of requests is no fault of a link.
    """
    found = {}
    for venue in view.venues():
        if venue.state != "live" or view.listed(venue.name):
            continue
        wire = stats.venues.get(venue.name)
        why = [f"last refused: {venue.chain.last_reject}"] if venue.chain.last_reject else []
        if wire is not None and wire.blocked_s > 0:
            why.append(f"it refuses requests for {wire.blocked_s:.0f} s more")
        elif wire is not None and wire.is_refusing:
            # Between the end of a block and the next try.
            why.append("it refuses requests")
        found[venue.name] = "has not told its markets" + (f" ({'; '.join(why)})" if why else "")
    return found
