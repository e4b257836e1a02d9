"""One venue's part of the state: its links and telemetry, and its markets, watched or surveyed."""

from collections.abc import Sequence

import msgspec

from cockpit.core.events import (
    OWN_FAULTS,
    Funding,
    Instrument,
    Link,
    LinkCause,
    LinkState,
    Surveyed,
)
from cockpit.core.units import NS_PER_S
from cockpit.state.chain import ChainTelemetry
from cockpit.state.curves import PackedSettled
from cockpit.state.market import MarketState
from cockpit.state.pulse import Pulse
from cockpit.state.recollection import Recollection
from cockpit.state.survey import SurveyedMarket, SurveyFact

WORST: tuple[LinkState, ...] = ("down", "connecting", "stale", "live")


class VenueState:
    """Written by the store alone; readers hold it as `VenueRead`."""

    def __init__(self, name: str, chain_name: str | None = None) -> None:
        self.name = name
        self.chain_name = chain_name
        self.chain = ChainTelemetry()
        self.pulse = Pulse()
        self.links: dict[str, Link] = {}
        self.markets: dict[str, MarketState] = {}
        self.instruments: dict[str, Instrument] = {}
        self.last_recv_ns: int | None = None
        self.late_s: float | None = None
        """How late its stream is, where that is too late to be called live."""
        self.surveyed: dict[str, SurveyedMarket] = {}
        """Markets that are not watched, while there is a survey."""
        self.surveyed_ns: int | None = None
        self.survey_period_s: float | None = None
        self.silent: frozenset[str] = frozenset()
        """Symbols of which the last reading had no figures."""
        self._is_recalled = False
        self.put_away: dict[str, PackedSettled] = {}
        """What was paid at markets that are followed no more: a venue is asked for it once."""
        self._late: dict[str, list[Funding]] = {}
        """Payments of theirs that had been asked for, and came after they were put away."""
        self.lent: frozenset[str] = frozenset()
        """Symbols that are followed here for a while, watched or not."""

    @property
    def state(self) -> LinkState:
        """The worst of the essential links; `connecting` before any was tried. A link that brings
        what is long over is stale, however lively it is."""
        states = {link.state for link in self.links.values() if link.essential}
        worst: LinkState = next((state for state in WORST if state in states), "connecting")
        return "stale" if worst == "live" and self.late_s is not None else worst

    @property
    def reason(self) -> str:
        """Why the venue is not live, in words; empty when it is."""
        state = self.state
        for link in self.links.values():
            if link.essential and link.state == state and link.reason:
                return link.reason
        if state == "stale" and self.late_s is not None:
            return f"messages are {self.late_s:.0f} s old by the venue's own stamps"
        return ""

    @property
    def cause(self) -> LinkCause | None:
        """Why the venue is not live; None when it is, or where an old tape does not say."""
        state = self.state
        for link in self.links.values():
            cause = link.cause
            if link.essential and link.state == state and cause is not msgspec.UNSET:
                return cause
        return "late" if state == "stale" and self.late_s is not None else None

    @property
    def is_at_fault(self) -> bool:
        """Whether it is down because the cockpit itself failed."""
        links = [link for link in self.links.values() if link.essential and link.state == "down"]
        return any(link.cause in OWN_FAULTS for link in links)

    def age_s(self, now_ns: int) -> float | None:
        """Seconds since anything arrived from the venue."""
        last = self.last_recv_ns
        return None if last is None else max(0, now_ns - last) / NS_PER_S

    # --- its markets --------------------------------------------------------------------------

    def new_market(self, symbol: str) -> MarketState:
        """A market of which nothing is known."""
        return MarketState(self.name, symbol, self.chain)

    def follow(self, symbols: Sequence[str], lent: frozenset[str], *, is_surveying: bool) -> None:
        """Follow these markets from now on, and those that are `lent`: new ones start with what a
        survey knows of them, dropped ones go on being surveyed or are forgotten."""
        self.lent = lent.difference(symbols)
        kept, self.markets = self.markets, {}
        wanted = dict.fromkeys((*symbols, *sorted(self.lent)))
        for symbol, market in kept.items():
            if symbol not in wanted:
                self.put_away[symbol] = PackedSettled(market.settled)
        if is_surveying:
            for market in kept.values():
                self._keep_surveyed(market)
        for symbol in wanted:
            market = kept.get(symbol) or self.new_market(symbol)
            past = self.put_away.pop(symbol, None)
            if past is not None:
                market.settled = past.unpacked(self.name, symbol)
                for payment in self._late.pop(symbol, ()):
                    market.settled.add(payment)
            if self.instruments:
                market.instrument = self.instruments.get(symbol)
            market.link = self.state
            self.markets[symbol] = market
            surveyed = self.surveyed.pop(symbol, None)
            if surveyed is not None and symbol not in kept:
                surveyed.hand_over(market)

    def paid_late(self, event: Funding) -> None:
        """A payment of a market that is not followed; only of one that was is it kept."""
        if event.symbol in self.put_away:
            self._late.setdefault(event.symbol, []).append(event)

    def _keep_surveyed(self, market: MarketState) -> None:
        """Go on surveying a market that is no longer followed, if the venue ever spoke of it."""
        row = SurveyedMarket(self, market.symbol)
        row.inherit(market)
        if row.is_known:
            self.surveyed[market.symbol] = row

    def survey(self, symbol: str, event: SurveyFact) -> None:
        """What a survey tells of a market that is not followed."""
        row = self.surveyed.get(symbol)
        if row is None:
            row = self.surveyed[symbol] = SurveyedMarket(self, symbol)
        row.take(event)

    def recall(self, symbol: str, past: Recollection) -> None:
        """What an earlier run knew of a market that is not followed, unless this one knows it, or
        knows that it is listed no more."""
        if symbol in self.markets or symbol in self.surveyed or self._is_gone(symbol):
            return
        row = SurveyedMarket(self, symbol)
        row.recall(past)
        if row.is_known:
            self.surveyed[symbol] = row
            self._is_recalled = True

    def listed(self, event: Instrument) -> None:
        """The venue lists a market. With the first one, what earlier runs knew of its list ends."""
        if not self.instruments:
            for market in self.markets.values():
                market.instrument = None
        self.instruments[event.symbol] = event
        market_listed = self.markets.get(event.symbol)
        if market_listed is not None:
            market_listed.instrument = event
            market_listed.version += 1

    def was_surveyed(self, event: Surveyed) -> None:
        """All markets were read but those that are silent. What is only remembered and not listed
        is no market."""
        for symbol in event.silent:
            if symbol in self.surveyed:
                self.surveyed[symbol].fall_silent()
        self.silent = frozenset(event.silent)
        self.surveyed_ns, self.survey_period_s = event.recv_ns, event.period_s
        if self._is_recalled and self.instruments:
            self._is_recalled = False
            self.surveyed = {
                symbol: row
                for symbol, row in self.surveyed.items()
                if not (row.is_past and self._is_gone(symbol))
            }

    def _is_gone(self, symbol: str) -> bool:
        """Whether the venue has said what it lists, and no longer lists this."""
        listed = self.instruments.get(symbol)
        return bool(self.instruments) and (listed is None or listed.status == "delisted")

    def end_survey(self) -> None:
        self.surveyed = {}
        self.surveyed_ns = None
        self.silent = frozenset()

    def watched(self) -> list[MarketState]:
        """In the order of the watch list."""
        return [market for symbol, market in self.markets.items() if symbol not in self.lent]

    def unwatched(self) -> list[MarketState | SurveyedMarket]:
        """Those that are surveyed, then those that are lent."""
        lent = (self.markets[symbol] for symbol in self.lent if symbol in self.markets)
        return [*self.surveyed.values(), *lent]
