"""The one place where facts become state.

`apply` is the single writer and runs on the event loop, so there are no locks. It does the least
that can be done per message: bands, ladders and curves are computed when somebody looks. Each
market counts its changes in `version`; a reader compares with the version it last drew.
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, get_args

from cockpit.core.assets import AssetRules
from cockpit.core.events import (
    AccountFill,
    AccountState,
    AnyEvent,
    BookReset,
    Event,
    Funding,
    FundingPayment,
    Instrument,
    Link,
    Margin,
    MarketEvent,
    Position,
    Reject,
    Rtt,
    Surveyed,
)
from cockpit.core.margins import VenueMargin
from cockpit.core.outlook import NOTHING_EXPECTED
from cockpit.core.units import NS_PER_S
from cockpit.state.accounts import AccountBook, AccountEvent, Accounts
from cockpit.state.clock_offset import clock_offset_ns
from cockpit.state.exposure_history import ExposureHistory
from cockpit.state.intake import Intake
from cockpit.state.market import MarketState
from cockpit.state.passing import Passing
from cockpit.state.recollection import Recollection
from cockpit.state.survey import SurveyedMarket, SurveyFact
from cockpit.state.trades import TradeRecords
from cockpit.state.venue import VenueState
from cockpit.state.view import VenueRead

LATE_NS: Final = 15 * NS_PER_S
"""A stream that is later than this is not live: what it shows is long over."""


def _ignore(event: Event) -> None:
    """Of a kind of which nothing is kept."""


class MarketStore:
    """The state of every watched market. Implements `MarketView`."""

    def __init__(self, venues: Iterable[tuple[str, str | None]], symbols: Sequence[str]) -> None:
        """`venues` are (name, chain) in the order of the screen; `symbols` what is watched.

        An empty `symbols` watches whatever arrives.
        """
        self._venues = {name: VenueState(name, chain) for name, chain in venues}
        self._symbols = list(symbols)
        self._open = not symbols
        self._lent: Mapping[str, frozenset[str]] = {}
        self._is_surveying = False
        self._accounts = Accounts()
        self.exposure = ExposureHistory()
        self.trades = TradeRecords()
        self.asset_rules = AssetRules()
        self.own_margins: Mapping[str, VenueMargin] = {}
        self.own_taker_fees: Mapping[str, float] = {}
        self.version = 0
        self.clock_offset_ns = 0
        """This machine's clock minus the venues', as their stamps tell it; 0 where they do not."""
        self.outlooks = NOTHING_EXPECTED
        self.passing = Passing()
        for venue in self._venues.values():
            for symbol in self._symbols:
                venue.markets[symbol] = venue.new_market(symbol)
        self._seldom: dict[type, Callable[[VenueState, Any], None]] = {
            BookReset: self._on_reset,
            Surveyed: self._on_surveyed,
            Instrument: self._on_instrument,
            Rtt: self._on_rtt,
            Link: self._on_link,
            Reject: self._on_reject,
            **dict.fromkeys(
                (Position, Margin, AccountState, FundingPayment, AccountFill), self._on_account
            ),
        }
        self._intake = Intake(self._venues, self._unwatched, self._judge_lateness)
        self._handlers: dict[type, Callable[[Any], None]] = {
            **dict.fromkeys(get_args(AnyEvent), _ignore),
            **dict.fromkeys(self._seldom, self._on_seldom),
            **self._intake.handlers,
        }

    # --- writing ------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """One fact. Facts of unknown venues and unwatched markets change nothing."""
        self.apply_all((event,))

    def apply_all(self, events: Iterable[Event]) -> None:
        """`apply` for each, without the calls in between."""
        handlers = self._handlers
        self.version += 1
        for event in events:
            handlers[type(event)](event)

    def _judge_lateness(self) -> None:
        """Set the clocks right against each other, and call stale what arrives too late."""
        offset_ns = clock_offset_ns(venue.chain for venue in self._venues.values())
        self.set_clock(offset_ns)
        for venue in self._venues.values():
            newest = venue.chain.newest_latency_ns()
            late_ns = 0 if newest is None else newest - offset_ns
            was_late = venue.late_s is not None
            venue.late_s = late_ns / NS_PER_S if late_ns > LATE_NS else None
            if was_late != (venue.late_s is not None):
                self._turn(venue)

    def set_clock(self, offset_ns: int) -> None:
        """This machine's clock is so far ahead of the venues'; the next stamp tells it anew."""
        self.clock_offset_ns = offset_ns
        for venue in self._venues.values():
            venue.chain.agreed_offset_ns = offset_ns

    def watch(self, symbols: Sequence[str]) -> None:
        """Change the watch list: new symbols start empty, dropped ones are forgotten."""
        self._symbols = list(symbols)
        self._open = not symbols
        self._follow()

    def lend(self, symbols: Mapping[str, frozenset[str]]) -> None:
        """By venue, the markets to follow beside the watch list; those from before are not any
        more. They read like surveyed ones, of which a book is known."""
        self._lent = symbols
        if not self._open:
            self._follow()

    def _follow(self) -> None:
        for venue in self._venues.values():
            lent = frozenset() if self._open else self._lent.get(venue.name, frozenset())
            venue.follow(self._symbols, lent, is_surveying=self._is_surveying)
        self.version += 1

    def survey(self, is_on: bool) -> None:
        """Keep the figures of markets that are not watched, or forget them."""
        self._is_surveying = is_on
        if not is_on:
            for venue in self._venues.values():
                venue.end_survey()
        self.version += 1

    def recall_survey(self, found: Mapping[tuple[str, str], Recollection]) -> None:
        """What an earlier run knew, by (venue, symbol), of markets that are surveyed: it is old
        until the survey says it anew."""
        if not self._is_surveying:
            return
        for (name, symbol), past in found.items():
            venue = self._venues.get(name)
            if venue is not None:
                venue.recall(symbol, past)
        self.version += 1

    def follow(self, accounts: Iterable[tuple[str, str, str]]) -> None:
        """The accounts to follow, as (venue, address, name), in the order of the screen."""
        self._accounts.follow(accounts)
        self.version += 1

    def set_manual(self, positions: Sequence[Position]) -> None:
        """What the trader typed; it is never mixed with what was read."""
        self._accounts.manual = tuple(positions)
        self.version += 1

    def sample(self, now_ns: int) -> None:
        """Append the present of every market to its rings; called every few seconds."""
        for venue in self._venues.values():
            venue.pulse.sample(now_ns, venue.chain, venue.state)
            for market in venue.markets.values():
                market.sample(now_ns)

    def take_in(self, venue: str, symbol: str) -> None:
        """Have a market of which no fact has come yet, where everything is watched."""
        state = self._venues.get(venue)
        if state is not None and symbol not in state.markets:
            if self._open:
                self._taken_in(state, symbol)
            self.version += 1

    def _unwatched(self, venue: VenueState, event: MarketEvent) -> MarketState | None:
        """What to do with a fact of a market that is not watched: take the market in, if everything
        is; else keep what a survey tells, and what was paid."""
        if self._open:
            return self._taken_in(venue, event.symbol)
        if isinstance(event, Funding) and event.kind == "settled":
            venue.paid_late(event)
        elif self._is_surveying and isinstance(event, SurveyFact):
            venue.survey(event.symbol, event)
        return None

    def _taken_in(self, venue: VenueState, symbol: str) -> MarketState:
        market = venue.markets[symbol] = venue.new_market(symbol)
        market.link = venue.state
        market.instrument = venue.instruments.get(symbol)
        if symbol not in self._symbols:
            self._symbols.append(symbol)
        return market

    def _on_seldom(self, event: Event) -> None:
        venue = self._venues.get(event.venue)
        if venue is not None:
            venue.last_recv_ns = event.recv_ns
            self._seldom[type(event)](venue, event)
            self._intake.heard(event.recv_ns)

    def _on_reset(self, venue: VenueState, event: BookReset) -> None:
        venue.chain.gaps += 1
        market = venue.markets.get(event.symbol) or self._unwatched(venue, event)
        if market is not None:
            market.raw_book.clear()
            market.version += 1

    def _on_surveyed(self, venue: VenueState, event: Surveyed) -> None:
        venue.was_surveyed(event)

    def _on_instrument(self, venue: VenueState, event: Instrument) -> None:
        venue.listed(event)

    def _on_rtt(self, venue: VenueState, event: Rtt) -> None:
        venue.chain.rtt_ns = event.rtt_ns

    def _on_reject(self, venue: VenueState, event: Reject) -> None:
        venue.chain.rejects += 1
        venue.chain.last_reject = event.reason

    def _on_account(self, venue: VenueState, event: AccountEvent) -> None:
        self._accounts.apply(event)

    def _on_link(self, venue: VenueState, event: Link) -> None:
        """When an essential link leaves `live`, its books and the freshness of all figures go."""
        before = venue.links.get(event.link)
        venue.links[event.link] = event
        if not event.essential:
            return
        fresh_start = before is None or before.state in ("down", "connecting")
        if event.state == "live" and fresh_start:
            venue.chain.connected()
            venue.late_s = None
        self._turn(venue)

    def _turn(self, venue: VenueState) -> None:
        """What a venue's state means for its accounts and markets."""
        state = venue.state
        self._accounts.link(venue.name, state)
        for market in venue.markets.values():
            if state == "live":
                market.connected()
            else:
                market.disconnected(state)

    # --- reading: MarketView ------------------------------------------------------------------

    def venues(self) -> Sequence[VenueRead]:
        return list(self._venues.values())

    def venue(self, name: str) -> VenueRead | None:
        return self._venues.get(name)

    def symbols(self) -> Sequence[str]:
        return self._symbols

    def market(self, venue: str, symbol: str) -> MarketState | None:
        state = self._venues.get(venue)
        return state.markets.get(symbol) if state else None

    def markets(self) -> Sequence[MarketState]:
        """Every watched market, by venue, then by symbol, in the order of the screen."""
        return [market for venue in self._venues.values() for market in venue.watched()]

    def surveyed(self) -> Sequence[MarketState | SurveyedMarket]:
        """Every market that is not watched, by venue: surveyed, or lent."""
        return [market for venue in self._venues.values() for market in venue.unwatched()]

    def listed(self, venue: str) -> Sequence[Instrument]:
        """Everything the venue lists, watched or not."""
        state = self._venues.get(venue)
        return list(state.instruments.values()) if state else []

    def accounts(self) -> Sequence[AccountBook]:
        """Every followed account, read or not."""
        return self._accounts.books()

    def manual(self) -> Sequence[Position]:
        """Positions that the trader typed."""
        return self._accounts.manual

    def still(self) -> "MarketStore":
        """A copy that no later fact changes: a picture to be looked at in peace.

        Facts never change, so they are shared; the copy costs some ten milliseconds.
        """
        facts: list[object] = [self.outlooks]
        for venue in self._venues.values():
            facts += [*venue.instruments.values(), *venue.links.values()]
        return copy.deepcopy(self, {id(fact): fact for fact in facts})
