"""Aster: what REST is asked and what it answers. Nothing here belongs to a connection."""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

from msgspec.structs import replace

from cockpit.core.events import Event, Reject
from cockpit.core.units import HOUR_S, NS_PER_MS
from cockpit.venues.aster import mapper
from cockpit.venues.aster import messages as wire
from cockpit.venues.aster.mapper import VENUE, AsterMarket
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import reject, rejects
from cockpit.venues.kit.dedupe import Unchanged
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Question, Rota, Timing, read
from cockpit.venues.kit.rows import RowReader

API = "/fapi/v3"
_ROWS = 1_000
_LISTED = RowReader(VENUE, wire.SymbolRow, "symbol")
_PERIODS = RowReader(VENUE, wire.FundingInfoRow, "symbol")
_PREMIUMS = RowReader(VENUE, wire.PremiumRow, "symbol")
_TICKERS = RowReader(VENUE, wire.TickerRow, "symbol")
_PAID = RowReader(VENUE, wire.FundingRow, "symbol")
_HISTORY = Plan(newest_first=False, rows=_ROWS, chunk_s=(_ROWS - 2) * HOUR_S)
_TOLD_MS = 10_000
"""A poll says nothing of a market that a stream told this short a time before."""


class Rest:
    """The markets, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.wants = wants
        self.listing = Instruments[AsterMarket]()
        self.marks_said, self._tickers_said = Unchanged(), Unchanged()
        self._intervals_s: dict[str, int | None] = {}
        self._symbols = Question(
            VENUE, self._ask_symbols, wire.LISTING, Timing(period_s=600), at_once=True
        )
        self._info = Question(
            VENUE, lambda: Fetch(name="funding_info", path=f"{API}/fundingInfo"),
            wire.LIST, Timing(period_s=600), at_once=True,
        )  # fmt: skip
        self._premium = Question(
            VENUE, lambda: Fetch(name="premium", path=f"{API}/premiumIndex"),
            wire.LIST, Timing(period_s=30),
        )  # fmt: skip
        self._tickers = Question(
            VENUE, lambda: Fetch(name="tickers", path=f"{API}/ticker/24hr", weight=40),
            wire.LIST, Timing(period_s=20),
        )  # fmt: skip
        self._watched, self._others = (
            Rota(VENUE, _ask_interest, wire.INTEREST, timing, per_tick=4)
            for timing in (
                Timing(period_s=10, retry_s=30), Timing(period_s=150, retry_s=300),
            )
        )  # fmt: skip
        self._history = Backfill(_HISTORY, self._ask_history)
        self.parts = (
            self._symbols, self._info, self._premium, self._tickers, self._watched, self._others,
            self._history,
        )  # fmt: skip
        self.answers: Mapping[str, Callable[[Reply], list[Output]]] = {
            "instruments": self._on_symbols, "funding_info": self._on_info,
            "premium": self._on_premium, "tickers": self._on_tickers,
            "open_interest": self._on_interest, "funding_history": self._on_history,
        }  # fmt: skip

    def follow(self, wants: Wants, at_ns: int) -> list[Output]:
        """Interest is asked market by market: of those watched often, of the others in turn."""
        if wants != self.wants:
            self.wants = wants
            self.forget()
        self._premium.is_wanted = bool(wants.symbols) or wants.survey
        self._tickers.is_wanted = wants.survey
        payers = {market.native: market.symbol for market in self.listing.wanted(wants.symbols)}
        others = [
            market.native
            for market in self.listing.markets.values()
            if wants.survey and not market.is_halted and market.symbol not in wants.symbols
        ]
        out = [*self._watched.want(list(payers), at_ns), *self._others.want(others, at_ns)]
        return [*out, *self._history.want_markets(payers, at_ns, wants.kept)]

    def forget(self) -> None:
        """A connection closed, or other markets are wanted: all of it is news."""
        self.marks_said.forget()
        self._tickers_said.forget()
        for market in self.listing.markets.values():
            market.told_ms = 0

    def shown(self, native: str) -> AsterMarket | None:
        """A market that trades and whose figures are wanted. Names of markets that are gone stay
        in what the venue says of all, with a rate and a price."""
        market = self.listing.markets.get(native)
        if market is None or market.is_halted or not self.wants.shows(market.symbol):
            return None
        return market

    def news(
        self, market: AsterMarket, facts: Iterable[Event], said: Unchanged
    ) -> Iterable[Output]:
        """All that is said of a watched market; of another one only what changed."""
        shown: Iterable[Output] = facts if market.symbol in self.wants.symbols else said.news(facts)  # type: ignore[assignment]
        return shown

    # --- listing ------------------------------------------------------------------------------

    def _ask_symbols(self) -> Fetch:
        self.listing.begin()
        return Fetch(name="instruments", path=f"{API}/exchangeInfo")

    def _on_symbols(self, reply: Reply) -> list[Output]:
        answer = self._symbols.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        rows, unread = _LISTED.read(answer.symbols, reply.name, reply.at_ns)
        self.listing.unread(unread.names)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            if row.contractType in ("PERPETUAL", ""):
                out += self._adopt(row, reply.at_ns)
        return out + self.listing.end(reply.at_ns)

    def _adopt(self, row: wire.SymbolRow, at_ns: int) -> list[Output]:
        named = mapper.names(row)
        if isinstance(named, str):
            self.listing.unread([row.symbol])
            return [reject(VENUE, at_ns, f"instruments: {named}")]
        coin, symbol, contract = named
        market = self.listing.adopt(row.symbol, symbol, Unit(price=contract), AsterMarket)
        market.interval_s = self._intervals_s.get(row.symbol)
        return [*self.listing.state(market, mapper.instrument(market, row, coin, at_ns))]

    def _on_info(self, reply: Reply) -> list[Output]:
        """How often each market pays, of markets that are gone as well."""
        answer = self._info.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        rows, unread = _PERIODS.read(answer, reply.name, reply.at_ns)
        known_s = self._intervals_s
        self._intervals_s = {
            row.symbol: mapper.interval_s(row.fundingIntervalHours) for row in rows
        } | {name: known_s[name] for name in unread.names if name in known_s}
        out: list[Output] = [*unread.rejects]
        for market in self.listing.markets.values():
            old, market.interval_s = market.instrument, self._intervals_s.get(market.native)
            if old is not None:
                new = replace(old, recv_ns=reply.at_ns, funding_interval_s=market.interval_s)
                out += self.listing.state(market, new)
        return out

    # --- figures ------------------------------------------------------------------------------

    def _on_premium(self, reply: Reply) -> list[Output]:
        """What the streams say as well: it counts where they were silent."""
        answer = self._premium.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        rows, unread = _PREMIUMS.read(answer, reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            market = self.shown(row.symbol)
            if market is not None and row.time - market.told_ms >= _TOLD_MS:
                facts = mapper.marked(market, mapper.of_premium(row), reply.at_ns, row.symbol)
                out += self.news(market, facts, self.marks_said)
        return out

    def _on_tickers(self, reply: Reply) -> list[Output]:
        """Of a survey; those that are watched have a stream."""
        answer = self._tickers.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        rows, unread = _TICKERS.read(answer, reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            market = self.shown(row.symbol)
            if market is not None and market.symbol not in self.wants.symbols:
                out += self._tickers_said.news(mapper.traded(market, row, reply.at_ns))
        return out

    def _on_interest(self, reply: Reply) -> list[Output]:
        market = self.listing.markets.get(reply.key)
        is_watched = market is not None and market.symbol in self.wants.symbols
        answer = (self._watched if is_watched else self._others).read(reply)
        if isinstance(answer, Reject):
            return [answer]
        market = self.shown(answer.symbol)
        return [] if market is None else [mapper.interest(market, answer, reply.at_ns, reply.body)]

    # --- history ------------------------------------------------------------------------------

    def _ask_history(self, page: Page) -> Fetch:
        """Both ends belong to the page."""
        span = f"startTime={-(-page.start_ns // NS_PER_MS)}&endTime={page.end_ns // NS_PER_MS}"
        path = f"{API}/fundingRate?symbol={quote(page.key)}&{span}&limit={_ROWS}"
        return Fetch(name="funding_history", path=path, key=page.key, background=True)

    def _on_history(self, reply: Reply) -> list[Output]:
        """A page of payments, oldest first."""
        answer = read(VENUE, wire.LIST, reply)
        market = self.listing.markets.get(reply.key)
        if isinstance(answer, Reject):
            self._history.failed(reply.key, reply.at_ns)
            return [answer]
        if market is None:
            return [reject(VENUE, reply.at_ns, f"unknown market {reply.key}", reply.body)]
        rows, unread = _PAID.read(answer, reply.name, reply.at_ns)
        paid, odd = mapper.payments(market, rows, reply.at_ns)
        stamps_ns = [row.fundingTime * NS_PER_MS for row in rows]
        lost = len(unread.names)
        more = self._history.answered(reply.key, stamps_ns, reply.at_ns, unread=lost)
        return [
            *unread.rejects,
            *paid,
            *rejects(VENUE, reply.at_ns, reply.name, odd, reply.body),
            *more,
        ]


def _ask_interest(native: str) -> Fetch:
    path = f"{API}/openInterest?symbol={quote(native)}"
    return Fetch(name="open_interest", path=path, key=native)
