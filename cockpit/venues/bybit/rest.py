"""Bybit v5: what REST is asked and what it answers, and the names that come of the listing.

Nothing here belongs to a connection: it survives a reconnect.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import quote

import msgspec

from cockpit.core.events import Funding, Reject
from cockpit.core.units import NS_PER_MS
from cockpit.venues.bybit import mapper
from cockpit.venues.bybit import messages as wire
from cockpit.venues.bybit.mapper import (
    VENUE,
    BybitMarket,
    initial_tiers,
    maintenance_tiers,
)
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.fields import ms_to_ns
from cockpit.venues.kit.history import FundingHistory, Pages
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Question, Rota, Timing, read
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.survey import Survey

_BANNED_S = 600.0
"""HTTP 403 is the address's ban for ten minutes."""
_TICKERS_S, _SURVEY_S = 60.0, 15.0
_MAX_PAGES = 20
_PRE_LAUNCH = "PreLaunch"
"""The listing names no pre-listings unless it is asked for them with this status."""
_LISTED = RowReader(VENUE, wire.InstrumentRow, "symbol")
_TICKERS = RowReader(VENUE, wire.ListedTicker, "symbol")
_TIERS = RowReader(VENUE, wire.TierRow, "symbol")
_PAGES = Pages(
    decoder=wire.LIST, check=wire.problem, rows=lambda answer: answer.rows,
    reader=RowReader(VENUE, wire.FundingRow, "symbol"), paid=mapper.paid,
)  # fmt: skip
_HISTORY = Plan(newest_first=True, rows=200)
_Answer = wire.Answer[msgspec.Raw]


class Rest:
    """The markets by name, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.listing = Instruments[BybitMarket](_guessed)
        self.survey = Survey(VENUE, self.listing, wants)
        self._listings = self._pages = 0
        self._is_guessing = False
        self._instruments = Question(
            VENUE, self._first_page, wire.LIST, Timing(period_s=600),
            check=wire.problem, at_once=True,
        )  # fmt: skip
        self.tickers = Question(
            VENUE, Fetch(name="tickers", path="/v5/market/tickers?category=linear"), wire.LIST,
            Timing(period_s=_TICKERS_S), self._on_tickers, check=wire.problem,
        )  # fmt: skip
        self._tiers = Rota(
            VENUE, _ask_tiers, wire.LIST, Timing(period_s=86_400, retry_s=60), self._on_tiers,
            check=wire.problem, hears="margin_tiers",
        )  # fmt: skip
        self._history = FundingHistory(VENUE, _HISTORY, _ask_history, _PAGES, self.listing.known)
        self.parts = (self.survey, self._instruments, self.tickers, self._tiers, self._history)
        self.answers: Mapping[str, Callable[[Reply], Sequence[Output]]] = {
            "instruments": self._on_instruments,
            "time": _on_time,
        }

    # --- names --------------------------------------------------------------------------------

    def wanted(self) -> Iterator[BybitMarket]:
        """The wanted markets that trade; while no listing can be had, by their likely names."""
        if not self._is_guessing:
            yield from self.listing.wanted(self.survey.wants.symbols)
            return
        for symbol in self.survey.wants.symbols:
            market = self.listing.known(wire.native_without_metadata(symbol))
            if market is not None and not market.is_halted:
                yield market

    def follow(self, at_ns: int) -> list[Output]:
        """Settled funding after each full hour and margin tiers once a day, of what is wanted."""
        wants = self.survey.wants
        self.tickers.every(_SURVEY_S if wants.survey else _TICKERS_S)
        listed = [market for market in self.wanted() if market.instrument is not None]
        tiers = self._tiers.want([market.native for market in listed], at_ns)
        return [*tiers, *self._history.want(listed, at_ns, wants.kept)]

    # --- listing ------------------------------------------------------------------------------

    def _first_page(self) -> Fetch:
        self._pages = 0
        self._listings += 1
        self.listing.begin()
        return self._page()

    def _page(self, status: str = "", cursor: str = "") -> Fetch:
        self._pages += 1
        path = "/v5/market/instruments-info?category=linear&limit=1000"
        path += f"&status={status}" if status else ""
        path += f"&cursor={quote(cursor, safe='%')}" if cursor else ""
        return Fetch(name="instruments", path=path, key=f"{self._listings} {status}")

    def _on_instruments(self, reply: Reply) -> list[Output]:
        answer = self._instruments.read(reply)
        if isinstance(answer, Reject):
            if reply.status == 403:
                self._instruments.failed(reply, _BANNED_S)
            self._guess(not self.listing.stated())
            return [answer]
        self._guess(False)
        page = answer.result or wire.Page[msgspec.Raw]()
        rows, unread = _LISTED.read(page.list, reply.name, reply.at_ns)
        self.listing.unread(unread.names)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            if row.contractType == "LinearPerpetual":
                out += self._adopt(row, reply.at_ns)
        listing, _, status = reply.key.partition(" ")
        if listing and listing != str(self._listings):
            return out
        if page.nextPageCursor and self._pages < _MAX_PAGES:
            return [*out, self._page(status, page.nextPageCursor)]
        if status != _PRE_LAUNCH:
            return [*out, self._page(_PRE_LAUNCH)]
        return out + self.listing.end(reply.at_ns)

    def _guess(self, is_guessing: bool) -> None:
        if is_guessing != self._is_guessing:
            self._is_guessing = is_guessing
            self.listing.changed()

    def _adopt(self, row: wire.InstrumentRow, at_ns: int) -> list[Output]:
        native = row.symbol
        if not all(name and name.isprintable() for name in (native, row.baseCoin, row.quoteCoin)):
            self.listing.unread([native])
            reason = "instruments: a name is empty or not printable"
            return [reject(VENUE, at_ns, reason, native)]
        coin, contract = wire.coin_and_contract(native, row.baseCoin)
        symbol = wire.cross_name(coin, row.settleCoin or row.quoteCoin)
        market = self.listing.adopt(native, symbol, Unit(price=contract), BybitMarket)
        interval_s = market.interval_s
        out: list[Output] = [*self.listing.state(market, mapper.instrument(market, row, at_ns))]
        if market.interval_s != interval_s:
            live = market.live(at_ns, None)
            out += [live] if isinstance(live, Funding) else []
        return out

    # --- other answers ------------------------------------------------------------------------

    def _on_tickers(self, answer: _Answer, reply: Reply) -> Sequence[Output]:
        rows, unread = _TICKERS.read(answer.rows, reply.name, reply.at_ns)
        survey, venue_ms = self.survey, answer.time_ms
        venue_ns = ms_to_ns(venue_ms)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            market = self.listing.known(row["symbol"])
            if market is None or not survey.wants.shows(market.symbol):
                continue
            facts = [*market.ticker(row, venue_ms, reply.at_ns, market.native)]
            if survey.wants.survey:
                facts += market.volume(row, venue_ns, reply.at_ns)
            out += survey.news(market, facts)
        return out + survey.read(reply.at_ns, len(rows), _SURVEY_S, venue_ns)

    def _on_tiers(self, answer: _Answer, reply: Reply) -> Sequence[Output]:
        rows, unread = _TIERS.read(answer.rows, reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        for native in dict.fromkeys(row.symbol for row in rows):
            market = self.listing.known(native)
            tiers = wire.margin_tiers(row for row in rows if row.symbol == native)
            if market is None or not tiers:
                reason = f"margin_tiers: no unit or no market for {native}"
                out.append(reject(VENUE, reply.at_ns, reason, reply.body))
                continue
            market.tiers = tiers
            out += self.listing.amend(
                market, reply.at_ns, mmf=tiers[0][1], margin_tiers=maintenance_tiers(tiers),
                initial_tiers=initial_tiers(tiers),
            )  # fmt: skip
        return out


def _guessed(native: str) -> BybitMarket | None:
    named = wire.name_without_metadata(native)
    return None if named is None else BybitMarket(native, named[0], Unit(price=named[1]))


def _on_time(reply: Reply) -> Sequence[Output]:
    answer = read(VENUE, wire.TIME, reply, wire.problem)
    return [answer] if isinstance(answer, Reject) else ()


def _ask_tiers(native: str) -> Fetch:
    path = f"/v5/market/risk-limit?category=linear&symbol={quote(native)}"
    return Fetch(name="margin_tiers", path=path, key=native, background=True)


def _ask_history(page: Page) -> Fetch:
    """Start and end both: the venue refuses a start alone."""
    query = f"category=linear&symbol={quote(page.key)}&limit={_HISTORY.rows}"
    span = f"startTime={page.start_ns // NS_PER_MS}&endTime={page.end_ns // NS_PER_MS}"
    path = f"/v5/market/funding/history?{query}&{span}"
    return Fetch(name="funding_history", path=path, key=page.key, background=True)
