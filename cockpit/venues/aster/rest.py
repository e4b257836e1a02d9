"""Aster: what REST is asked and what it answers. Nothing here belongs to a connection."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from cockpit.core.units import HOUR_S, NS_PER_MS, NS_PER_S
from cockpit.venues.aster import mapper
from cockpit.venues.aster import messages as wire
from cockpit.venues.aster.mapper import VENUE
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.decoding import reject, rejects
from cockpit.venues.kit.dedupe import Unchanged
from cockpit.venues.kit.fields import Rows, moment_ns, told_interval_s
from cockpit.venues.kit.history import FundingHistory, Pages
from cockpit.venues.kit.instruments import Instruments, Market, Unit
from cockpit.venues.kit.numbers import Odd
from cockpit.venues.kit.polling import Question, Rota, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.survey import Survey

API = "/fapi/v3"
_ROWS = 1_000
_LISTED = RowReader(VENUE, wire.SymbolRow, "symbol")
_PERIODS = RowReader(VENUE, wire.FundingInfoRow, "symbol")
_PREMIUMS = RowReader(VENUE, wire.PremiumRow, "symbol")
_TICKERS = RowReader(VENUE, wire.TickerRow, "symbol")
_PAGES = Pages(
    decoder=wire.LIST, rows=lambda answer: answer,
    reader=RowReader(VENUE, wire.FundingRow, "symbol"), paid=mapper.paid,
)  # fmt: skip
_HISTORY = Plan(newest_first=False, rows=_ROWS, chunk_s=(_ROWS - 2) * HOUR_S)
MARK = "mark"
"""Of a market, with its rate: told by a stream, at the venue's own time."""
_TOLD_NS = 10 * NS_PER_S
"""A poll says nothing of a market that a stream told this short a time before."""


class Rest:
    """The markets, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.listing = Instruments[Market]()
        self.survey = Survey(VENUE, self.listing, wants)
        self._last_said = Unchanged()
        """Of polled last prices: mark and index are told by themselves."""
        self._intervals_s: dict[str, int | None] = {}
        self._symbols = Question(
            VENUE, Fetch(name="instruments", path=f"{API}/exchangeInfo"), wire.LISTING,
            Timing(period_s=600), self._on_symbols, at_once=True,
        )  # fmt: skip
        self._info = Question(
            VENUE, Fetch(name="funding_info", path=f"{API}/fundingInfo"), wire.LIST,
            Timing(period_s=120), self._on_info, at_once=True,
        )  # fmt: skip
        self._premium = Question(
            VENUE, Fetch(name="premium", path=f"{API}/premiumIndex"), wire.LIST,
            Timing(period_s=30), lambda rows, reply: _PREMIUMS.each(rows, reply, self._premium_row),
        )  # fmt: skip
        self._tickers = Question(
            VENUE, Fetch(name="tickers", path=f"{API}/ticker/24hr", weight=40), wire.LIST,
            Timing(period_s=20), lambda rows, reply: _TICKERS.each(rows, reply, self._ticker_row),
        )  # fmt: skip
        self._watched, self._others = (
            Rota(VENUE, _ask_interest, wire.INTEREST, timing, self._on_interest, per_tick=4)
            for timing in (
                Timing(period_s=10, retry_s=30), Timing(period_s=150, retry_s=300),
            )
        )  # fmt: skip
        self._history = FundingHistory(
            VENUE, _HISTORY, _ask_history, _PAGES, self.listing.markets.get
        )
        self.parts = (
            self._symbols, self._info, self._premium, self._tickers, self._watched, self._others,
            self._history,
        )  # fmt: skip
        self.answers = {"open_interest": self._hear_interest}

    def follow(self, wants: Wants, at_ns: int) -> list[Output]:
        """Interest is asked market by market: of those watched often, of the others in turn."""
        if wants != self.survey.wants:
            self.survey.want(wants)
            self.forget()
        self._premium.is_wanted = bool(wants.symbols) or wants.survey
        self._tickers.is_wanted = wants.survey
        markets = list(self.listing.wanted(wants.symbols))
        others = [
            market.native
            for market in self.listing.markets.values()
            if wants.survey and not market.is_halted and market.symbol not in wants.symbols
        ]
        out = [*self._watched.want([market.native for market in markets], at_ns)]
        out += self._others.want(others, at_ns)
        return [*out, *self._history.want(markets, at_ns, wants.kept)]

    def forget(self) -> None:
        """A connection closed, or other markets are wanted: all of it is news."""
        self.survey.forget()
        self._last_said.forget()

    # --- listing ------------------------------------------------------------------------------

    def _on_symbols(self, answer: wire.Listing, reply: Reply) -> Sequence[Output]:
        return self.listing.read(_LISTED, answer.symbols, reply, self._adopt)

    def _adopt(self, row: wire.SymbolRow, at_ns: int) -> Sequence[Output]:
        if row.contractType not in ("PERPETUAL", ""):
            return ()
        named = mapper.names(row)
        if isinstance(named, str):
            self.listing.unread([row.symbol])
            return [reject(VENUE, at_ns, f"instruments: {named}")]
        coin, symbol, contract = named
        market = self.listing.adopt(row.symbol, symbol, Unit(price=contract), Market)
        every_s = self._intervals_s.get(row.symbol)
        return self.listing.state(market, mapper.instrument(market, row, coin, every_s, at_ns))

    def _on_info(self, answer: Rows, reply: Reply) -> Sequence[Output]:
        """How often each market pays, of markets that are gone as well."""
        rows, unread = _PERIODS.read(answer, reply.name, reply.at_ns)
        known_s, odd = self._intervals_s, Odd()
        self._intervals_s = {
            row.symbol: told_interval_s(odd, f"interval of {row.symbol}", row.fundingIntervalHours)
            for row in rows
        }
        self._intervals_s |= {name: known_s[name] for name in unread.names if name in known_s}
        out: list[Output] = [*unread.rejects, *rejects(VENUE, reply.at_ns, reply.name, odd, "")]
        for market in self.listing.markets.values():
            every_s = self._intervals_s.get(market.native)
            out += self.listing.amend(market, reply.at_ns, funding_interval_s=every_s)
        return out

    # --- figures ------------------------------------------------------------------------------

    def _premium_row(self, row: wire.PremiumRow, at_ns: int) -> Iterable[Output]:
        """What the streams say as well: it counts where they were silent."""
        market = self.survey.shown(row.s)
        if market is None or market.is_told(MARK, moment_ns(row.E) or at_ns, _TOLD_NS):
            return ()
        return self.survey.news(market, mapper.marked(market, row, at_ns))

    def _ticker_row(self, row: wire.TickerRow, at_ns: int) -> Iterable[Output]:
        """Of a survey; those that are watched have a stream."""
        market = self.survey.shown(row.s)
        if market is None or self.survey.is_watched(market):
            return ()
        return self._last_said.news(mapper.traded(market, row, at_ns))

    def _hear_interest(self, reply: Reply) -> Sequence[Output]:
        market = self.listing.markets.get(reply.key)
        is_watched = market is not None and self.survey.is_watched(market)
        return (self._watched if is_watched else self._others).hear(reply)

    def _on_interest(self, answer: wire.Interest, reply: Reply) -> Sequence[Output]:
        market = self.survey.shown(answer.symbol)
        return () if market is None else mapper.interest(market, answer, reply.at_ns)


def _ask_history(page: Page) -> Fetch:
    """Both ends belong to the page."""
    span = f"startTime={-(-page.start_ns // NS_PER_MS)}&endTime={page.end_ns // NS_PER_MS}"
    path = f"{API}/fundingRate?symbol={quote(page.key)}&{span}&limit={_ROWS}"
    return Fetch(name="funding_history", path=path, key=page.key, background=True)


def _ask_interest(native: str) -> Fetch:
    path = f"{API}/openInterest?symbol={quote(native)}"
    return Fetch(name="open_interest", path=path, key=native)
