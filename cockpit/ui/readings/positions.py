"""What is held, as the panes of POSITIONS show it: rows in groups, in an order that holds still.

Where the trader looks is a `PositionSelection`; everything else is computed from the state, at
most twice a second however many panes ask.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cockpit.analytics.funding.reversion import fit_ar1
from cockpit.analytics.risk.exposure import Leg, room
from cockpit.core.account import short_address
from cockpit.core.units import HOUR_S
from cockpit.portfolio.carry_forecast import expected_usd
from cockpit.portfolio.positions import Portfolio, Row, is_unread, read, waiting_words
from cockpit.state.lookups import borrowed, is_rate_stale
from cockpit.state.view import AccountRead, MarketRead
from cockpit.ui.model.position_selection import Key
from cockpit.ui.model.readings import Readings

REFRESH_NS = 500_000_000
EXPECTED_H = 24


class Safety(NamedTuple):
    """The nearest liquidation of what may be taken for the present, and how much may not.

    `stale` and `unknown` count the legs that are in no way known to be safe, `unread` the accounts
    of which nothing is known at all.
    """

    nearest: Row | None
    known: int
    stale: int
    unknown: int
    unread: int


class Expected(NamedTuple):
    """None where one leg's rate cannot be foreseen; `missing` names the markets, `why` the first's
    reason, and `rest_usd_per_hour` is what all the others bring."""

    usd_per_hour: float | None
    missing: list[str]
    why: str = ""
    rest_usd_per_hour: float = 0.0


def key_of(row: Row) -> Key:
    leg = row.leg
    return row.source, leg.venue, leg.account, leg.pool, leg.symbol


def note_key(row: Row) -> str:
    return "/".join(key_of(row))


def portfolio(readings: Readings) -> Portfolio:
    """Everything that is followed or typed, as it is now."""
    manual = tuple(id(position) for position in readings.view.manual())
    version = (readings.now_ns // REFRESH_NS, readings.ui.frozen, manual)
    return readings.cache.remember(
        "portfolio", version, lambda: read(readings.view, readings.now_ns)
    )


def account_of(readings: Readings, row: Row) -> AccountRead | None:
    """The followed account of a row; None for a typed one."""
    mine = (row.leg.venue, row.leg.account)
    return next((b for b in readings.view.accounts() if (b.venue, b.address) == mine), None)


def why_stale(readings: Readings, book: AccountRead) -> str:
    """Why an account may not be taken for the present, in the venue's words where it said some."""
    if book.reason:
        return book.reason
    venue = readings.view.venue(book.venue)
    if venue is not None and venue.state != "live":
        return f"link {venue.state}"
    return waiting_words(book) if book.status == "waiting" else "not read lately"


def account_name(readings: Readings, row: Row) -> str:
    """The trader's own name for the account, else its address, shortened; its pool if several."""
    leg = row.leg
    book = account_of(readings, row)
    name = (book.name if book else "") or short_address(leg.account)
    if book is None or len(book.margins) < 2 or not leg.pool or name.endswith(f"/{leg.pool}"):
        return name
    return f"{name}/{leg.pool}"


# --- rows ---------------------------------------------------------------------------------------


def rows(readings: Readings) -> list[Row]:
    """Those that pass the filter, in the chosen order, groups together."""
    selection = readings.ui.positions
    by_key = {key_of(row): row for row in portfolio(readings).rows}
    order = [key for key in selection.order if key in by_key]
    known = set(order)
    order += [key for key in by_key if key not in known]
    shown = [by_key[key] for key in order if _passes(readings, by_key[key])]
    groups: dict[str, list[Row]] = {}
    for row in shown:
        groups.setdefault(group_of(readings, row), []).append(row)
    return [row for members in groups.values() for row in members]


def group_of(readings: Readings, row: Row) -> str:
    """The heading under which a row stands; empty where nothing is grouped."""
    match readings.ui.positions.group:
        case "asset":
            return row.leg.symbol
        case "venue":
            return row.leg.venue
        case "account":
            return f"{row.leg.venue} {account_name(readings, row)}"
    return ""


def _passes(readings: Readings, row: Row) -> bool:
    text = readings.ui.positions.filter
    wanted = text.removeprefix("!").casefold()
    said = f"{row.leg.venue}/{row.leg.symbol} {account_name(readings, row)} {row.source}".casefold()
    return not wanted or (wanted in said) is not text.startswith("!")


def cursor(readings: Readings, shown: Sequence[Row]) -> int:
    """Where the cursor is seen: on its position, else where that was."""
    for i, row in enumerate(shown):
        if key_of(row) == readings.ui.positions.key:
            return i
    return max(0, min(len(shown) - 1, readings.ui.positions.index))


def selected(readings: Readings) -> Row | None:
    """The position under the cursor; None while there is none."""
    shown = rows(readings)
    return shown[cursor(readings, shown)] if shown else None


def chosen(readings: Readings) -> list[Row]:
    """What was marked; without marks the one under the cursor."""
    marked = [
        row for row in portfolio(readings).rows if key_of(row) in readings.ui.positions.chosen
    ]
    under = selected(readings)
    return marked or ([under] if under else [])


def point(readings: Readings, index: int) -> None:
    """Move the cursor to a row; the cursor of the other workspaces goes to the same market."""
    shown = rows(readings)
    selection = readings.ui.positions
    selection.index = max(0, min(len(shown) - 1, index))
    if not shown:
        return
    row = shown[selection.index]
    selection.key = key_of(row)
    symbols, venues = list(readings.symbols), [venue.name for venue in readings.venues]
    if row.leg.symbol in symbols:
        readings.ui.symbol_index = symbols.index(row.leg.symbol)
    if row.leg.venue in venues:
        readings.ui.venue_index = venues.index(row.leg.venue)


# --- figures ------------------------------------------------------------------------------------


def safety(readings: Readings) -> Safety:
    """How near the nearest liquidation is. A stale leg is never counted as safe."""
    all_rows = portfolio(readings).rows
    fresh = [row for row in all_rows if not row.is_stale]
    known = [row for row in fresh if row.liquidation.basis is not None]
    near = [(away, row) for row in known if (away := room_of(row)) is not None]
    return Safety(
        nearest=min(near, key=lambda item: item[0])[1] if near else None,
        known=len(known),
        stale=len(all_rows) - len(fresh),
        unknown=len(fresh) - len(known),
        unread=len(unread(readings)),
    )


def room_of(row: Row) -> float | None:
    """How far the price may move against a position: 0 when it is beyond the liquidation price."""
    return room(row.leg, row.liquidation)


def unread(readings: Readings) -> list[AccountRead]:
    """Followed accounts of which nothing is known yet: what they hold is missing in every sum."""
    return [b for b in readings.view.accounts() if is_unread(b, readings.now_ns)]


def unread_words(readings: Readings) -> str:
    """How many accounts were not read to their end, or how far the only one is; empty for none."""
    books = unread(readings)
    if len(books) == 1 and books[0].parts_wanted is not None:
        return f"reading {books[0].parts_known} of {books[0].parts_wanted}"
    return f"{len(books)} account{'s' * (len(books) > 1)} not read" if books else ""


def rate_is_old(readings: Readings, row: Row) -> bool:
    """Whether the rate behind a row's carry is known, and may not be taken for the present."""
    market = readings.view.market(row.leg.venue, row.leg.symbol)
    if market is None or market.rate() is None:
        return False
    return is_rate_stale(market, readings.now_ns)


def carry_is_old(readings: Readings, rows: Iterable[Row]) -> bool:
    """Whether a sum of what these earn may not be taken for the present."""
    return any(row.is_stale or rate_is_old(readings, row) for row in rows)


def expected_carry(readings: Readings) -> Expected:
    """Mean carry over the next day, each rate reverting as it did for a month.

    A venue that pays less often than hourly, or whose past is too short, is not known to revert.
    """
    usd = 0.0
    why: dict[str, str] = {}
    for row in portfolio(readings).rows:
        leg = row.leg
        if leg.is_spot:
            continue
        market = readings.view.market(leg.venue, leg.symbol)
        received = None if market is None else _expected_usd(readings, market, leg)
        if received is None:
            why.setdefault(f"{leg.venue}/{leg.symbol}", _unforeseen(readings, row, market))
        else:
            usd += received / EXPECTED_H
    return Expected(None if why else usd, list(why), next(iter(why.values()), ""), usd)


def _unforeseen(readings: Readings, row: Row, market: MarketRead | None) -> str:
    from cockpit.ui.readings.funding_rates import MIN_POINTS

    if not is_followed(readings, row):
        return "venue not followed"
    if market is None or market.rate() is None:
        return "no rate yet"
    latest = market.settled.latest
    if latest is not None and latest.interval_s > HOUR_S:
        return f"paid per {latest.interval_s // HOUR_S} h"
    hours = len(market.settled)
    return f"{hours} h of its past read so far" if hours < MIN_POINTS else "no pattern in its past"


def _expected_usd(readings: Readings, market: MarketRead, leg: Leg) -> float | None:
    from cockpit.ui.readings.funding_rates import MIN_POINTS, filled_hours

    latest = market.settled.latest
    if latest is None or latest.interval_s > HOUR_S:
        return None
    version = (len(market.settled), readings.now_ns // (60 * 1_000_000_000))
    fit = readings.cache.remember(
        ("position fit", market.venue, market.symbol),
        version,
        lambda: fit_ar1(filled_hours(readings, market), MIN_POINTS),
    )
    spec = readings.specs.get(market.venue)
    terms = None if spec is None else spec.funding_terms
    if fit is None:
        return None
    return expected_usd(leg, market, terms, fit, readings.now_ns, EXPECTED_H)


def lacking(readings: Readings, row: Row) -> list[str]:
    """Why figures of a row are not known, or not to be trusted, in a few words each."""
    found = lacking_of_its_own(readings, row)
    if row.leverage is None and not row.leg.is_manual:
        found.append("lev: none stated")
    return found


def lacking_of_its_own(readings: Readings, row: Row) -> list[str]:
    """The same without what is true of all rows of a venue: that it states no leverage."""
    leg = row.leg
    reasons = [f"stale: {_why_old(readings, row)}"] if row.is_stale else []
    if row.liquidation.basis is None and not leg.is_manual:
        reasons.append("liq: no margin")
    if room_of(row) == 0:
        reasons.append(f"liq: the mark is beyond it{': a typo?' * leg.is_manual}")
    reasons += _of_the_market(readings, row)
    if leg.is_manual:
        twin = _read_twin(readings, row)
        reasons += [f"same size is read from {twin}: counted twice?"] if twin else []
        reasons += _not_typed(row)
        return reasons
    if leg.entry is None and leg.stated_upnl_usd is None:
        reasons.append("uPnL: no entry")
    if row.funding_paid_usd is None:
        reasons.append("paid: no payment read")
    return reasons


def is_followed(readings: Readings, row: Row) -> bool:
    """Whether the cockpit takes facts from the venue of a row: a typed one may be anywhere."""
    return readings.view.venue(row.leg.venue) is not None


def _why_old(readings: Readings, row: Row) -> str:
    book = account_of(readings, row)
    if book is not None:
        return why_stale(readings, book)
    venue = readings.view.venue(row.leg.venue)
    return f"link {venue.state}" if venue and venue.state != "live" else "its price is old"


def _of_the_market(readings: Readings, row: Row) -> list[str]:
    """What the state of the market keeps from being known."""
    leg = row.leg
    market = readings.view.market(leg.venue, leg.symbol)
    reasons = []
    if not is_followed(readings, row):
        lent = borrowed(readings.view, leg.symbol, readings.now_ns)
        reasons += [f"mark: index of {lent.venue}"] if lent else ["mark: no venue has a price"]
        return reasons if leg.is_spot else [*reasons, "carry: venue not followed"]
    if leg.is_manual and not readings.is_listed(leg.venue, leg.symbol):
        reasons.append(f"{leg.venue} lists no {leg.symbol}")
    elif market is None:
        reasons.append(f"carry: :add {leg.symbol}")
    elif leg.hourly is None:
        reasons.append("carry: no funding rate yet")
    elif rate_is_old(readings, row):
        reasons.append("carry: rate is old")
    return [*reasons, "mark: no price"] if leg.price is None else reasons


def _read_twin(readings: Readings, row: Row) -> str:
    """The account at the same venue that holds exactly what was typed: the same leg, perhaps."""
    for book in readings.view.accounts():
        for position in book.positions:
            same = (book.venue, position.symbol, position.size)
            if same == (row.leg.venue, row.leg.symbol, row.leg.size):
                return book.name or short_address(book.address)
    return ""


def _not_typed(row: Row) -> list[str]:
    leg = row.leg
    blank = {
        "entry": leg.entry is None,
        "liq": row.liquidation.basis is None,
        "lev": row.leverage is None and not leg.is_spot,
        "paid": row.funding_paid_usd is None and not leg.is_spot,
    }
    names = [name for name, is_blank in blank.items() if is_blank]
    return [f"not typed: {', '.join(names)}"] if names else []
