"""Extended: what REST is asked and what it answers. It survives a reconnect."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from cockpit.core.events import Reject, Surveyed
from cockpit.core.units import NS_PER_MS
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.extended import mapper
from cockpit.venues.extended import messages as wire
from cockpit.venues.extended.mapper import VENUE, ExtendedMarket
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import reject, subject
from cockpit.venues.kit.dedupe import Unchanged
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Question, Timing, read
from cockpit.venues.kit.rows import RowReader

_API = "/api/v1/info"
_PERIOD_S = 15.0
_LISTED = RowReader(VENUE, wire.MarketRow, "name")
_PAID = RowReader(VENUE, wire.FundingRow, "m")
_HISTORY = Plan(newest_first=True, rows=1000)


class Rest:
    """The markets by name, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.wants = wants
        self.listing = Instruments[ExtendedMarket]()
        self.said = Unchanged()
        self._watched: tuple[str, ...] = ()
        self._others: set[str] = set()
        """Listed names that are no perpetuals."""
        self._instruments = Question(
            VENUE, self._ask_instruments, wire.MARKETS, Timing(period_s=600.0),
            check=wire.problem, at_once=True,
        )  # fmt: skip
        self._tickers = Question(
            VENUE, self._ask_tickers, wire.MARKETS, Timing(period_s=_PERIOD_S), check=wire.problem
        )
        self._history = Backfill(_HISTORY, _ask_history)
        self.parts = (self._instruments, self._tickers, self._history)
        self.answers: Mapping[str, Callable[[Reply], list[Output]]] = {
            "instruments": self._on_instruments,
            "tickers": self._on_tickers,
            "funding_history": self._on_history,
        }

    def market(self, native: str) -> ExtendedMarket | None:
        """A market by its native name; before the listing is known, by the name alone."""
        market = self.listing.markets.get(native)
        if market is None and not self.listing.is_whole and native not in self._others:
            market = mapper.guessed(native)
            if market is not None:
                self.listing.markets[native] = market
        return market

    def is_other(self, native: str) -> bool:
        """Whether a name is listed, or looks like, something else than a perpetual."""
        return native in self._others or native.endswith("SPOT-USD")

    def follow(self, wants: Wants, at_ns: int) -> list[Output]:
        """Figures of all, or of the watched; settled rates of the watched."""
        if wants != self.wants:
            self.wants = wants
            self.said.forget()
        payers = {m.native: m.symbol for m in self.listing.wanted(wants.symbols)}
        natives = tuple(payers)
        if set(natives) - set(self._watched):
            self._tickers.soon()
        self._watched = natives
        self._tickers.is_wanted = wants.survey or bool(natives)
        return [*self._history.want_markets(payers, at_ns, wants.kept)]

    # --- questions ----------------------------------------------------------------------------

    def _ask_instruments(self) -> Fetch:
        self.listing.begin()
        return Fetch(name="instruments", path=f"{_API}/markets")

    def _ask_tickers(self) -> Fetch:
        """One call for all; the page of all is large, so without a survey only the watched."""
        names = "&".join(f"market={quote(native)}" for native in self._watched)
        query = "" if self.wants.survey else f"?{names}"
        return Fetch(name="tickers", path=f"{_API}/markets{query}")

    # --- answers ------------------------------------------------------------------------------

    def _on_instruments(self, reply: Reply) -> list[Output]:
        answer = self._instruments.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        rows, unread = _LISTED.read(answer.data or (), reply.name, reply.at_ns)
        self.listing.unread(unread.names)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            out += self._adopt(row, reply.at_ns)
        return out + self.listing.end(reply.at_ns)

    def _adopt(self, row: wire.MarketRow, at_ns: int) -> list[Output]:
        native = row.name
        if row.type != "PERPETUAL":
            self._others.add(native)
            return []
        if row.status == "DELISTED":
            return [*self._delisted(native, at_ns)]
        coin = mapper.coin_of(row)
        if coin is None:
            self.listing.unread([native])
            return [reject(VENUE, at_ns, "the names of a market make no sense together", native)]
        market = self.listing.adopt(native, coin[0], Unit(price=coin[1]), ExtendedMarket)
        mapper.adopt_row(market, row)
        return [*self.listing.state(market, mapper.instrument(market, coin[0], row, at_ns))]

    def _delisted(self, native: str, at_ns: int) -> list[Output]:
        """Dead rows stay in the listing, rate and all; those that we never knew are left out."""
        market = self.listing.markets.get(native)
        if market is None:
            return []
        market.status = "DELISTED"
        return [*self.listing.delisted(market, at_ns)]

    def _on_tickers(self, reply: Reply) -> list[Output]:
        answer = self._tickers.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        rows, unread = _LISTED.read(answer.data or (), reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        markets = 0
        for row in rows:
            market = self.listing.markets.get(row.name)
            if market is None or market.has_other_state(row):
                out += self._adopt(row, reply.at_ns)
                market = self.listing.markets.get(row.name)
            if market is None or market.is_halted or not self.wants.shows(market.symbol):
                continue
            markets += 1
            facts = market.stats(row.marketStats, reply.at_ns)
            out += facts if market.symbol in self.wants.symbols else self.said.news(facts)
        if self.wants.survey:
            out.append(
                Surveyed(venue=VENUE, recv_ns=reply.at_ns, markets=markets, period_s=_PERIOD_S)
            )
        return out

    def _on_history(self, reply: Reply) -> list[Output]:
        """A page of settled rates, newest first."""
        answer = read(VENUE, wire.HISTORY, reply, wire.problem)
        if isinstance(answer, Reject):
            self._history.failed(reply.key, reply.at_ns)
            return [answer]
        rows, unread = _PAID.read(answer.data or (), reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        for native in dict.fromkeys(row.m for row in rows):
            market = self.market(native)
            if market is None:
                reason = f"funding_history: unknown market {native}"
                out.append(reject(VENUE, reply.at_ns, reason, reply.body))
            else:
                out += market.payments((row for row in rows if row.m == native), reply.at_ns)
        key = subject(reply, self.wants) or ""
        stamps_ns = [row.T * NS_PER_MS for row in rows]
        lost = len(unread.names)
        return [*out, *self._history.answered(key, stamps_ns, reply.at_ns, unread=lost)]


def _ask_history(page: Page) -> Fetch:
    span = f"startTime={page.start_ns // NS_PER_MS}&endTime={page.end_ns // NS_PER_MS}"
    path = f"{_API}/{quote(page.key)}/funding?{span}&limit={_HISTORY.rows}"
    return Fetch(name="funding_history", path=path, key=page.key, background=True)
