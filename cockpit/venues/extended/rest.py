"""Extended: what REST is asked and what it answers. It survives a reconnect."""

from collections.abc import Sequence
from urllib.parse import quote

from cockpit.core.units import HOUR_S, NS_PER_MS
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.extended import mapper
from cockpit.venues.extended import messages as wire
from cockpit.venues.extended.mapper import VENUE, ExtendedMarket
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.fields import Rows
from cockpit.venues.kit.history import FundingHistory, Pages
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Question, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.survey import Survey

_API = "/api/v1/info"
_PERIOD_S = 15.0
_LISTED = RowReader(VENUE, wire.MarketRow, "name")
_PAGES = Pages(
    decoder=wire.LIST, check=wire.problem, rows=lambda answer: answer.data or (),
    reader=RowReader(VENUE, wire.FundingRow, "m"), paid=mapper.paid,
)  # fmt: skip
_HISTORY = Plan(newest_first=True, rows=1000)
_Answer = wire.Answer[Rows]


class Rest:
    """The markets by name, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.listing = Instruments[ExtendedMarket](mapper.guessed)
        self.survey = Survey(VENUE, self.listing, wants)
        self._watched: tuple[str, ...] = ()
        self._instruments = Question(
            VENUE, Fetch(name="instruments", path=f"{_API}/markets"), wire.LIST,
            Timing(period_s=600.0), self._on_instruments, check=wire.problem, at_once=True,
        )  # fmt: skip
        self._tickers = Question(
            VENUE, self._ask_tickers, wire.LIST, Timing(period_s=_PERIOD_S), self._on_tickers,
            check=wire.problem, hears="tickers",
        )  # fmt: skip
        self.history = FundingHistory(
            VENUE, _HISTORY, _ask_history, _PAGES, self.listing.known, lambda market: HOUR_S
        )
        self.parts = (self.survey, self._instruments, self._tickers, self.history)

    def is_other(self, native: str) -> bool:
        """Whether a name is listed, or looks like, something else than a perpetual."""
        return native in self.listing.others or native.endswith("SPOT-USD")

    def follow(self, wants: Wants, at_ns: int) -> Sequence[Output]:
        """Figures of all, or of the watched; settled rates of the watched."""
        self.survey.want(wants)
        markets = list(self.listing.wanted(wants.symbols))
        natives = tuple(market.native for market in markets)
        if set(natives) - set(self._watched):
            self._tickers.soon()
        self._watched = natives
        self._tickers.is_wanted = wants.survey or bool(natives)
        return self.history.want(markets, at_ns, wants.kept)

    def _ask_tickers(self) -> Fetch:
        """One call for all; the page of all is large, so without a survey only the watched."""
        names = "&".join(f"market={quote(native)}" for native in self._watched)
        query = "" if self.survey.wants.survey else f"?{names}"
        return Fetch(name="tickers", path=f"{_API}/markets{query}")

    # --- answers ------------------------------------------------------------------------------

    def _on_instruments(self, answer: _Answer, reply: Reply) -> Sequence[Output]:
        return self.listing.read(_LISTED, answer.data or (), reply, self._adopt)

    def _adopt(self, row: wire.MarketRow, at_ns: int) -> Sequence[Output]:
        native = row.name
        if row.type != "PERPETUAL":
            self.listing.others.add(native)
            return ()
        if row.status == "DELISTED":
            return self._delisted(native, at_ns)
        coin = mapper.coin_of(row)
        if coin is None:
            self.listing.unread([native])
            return [reject(VENUE, at_ns, "the names of a market make no sense together", native)]
        market = self.listing.adopt(native, coin[0], Unit(price=coin[1]), ExtendedMarket)
        mapper.adopt_row(market, row)
        return self.listing.state(market, mapper.instrument(market, coin[0], row, at_ns))

    def _delisted(self, native: str, at_ns: int) -> Sequence[Output]:
        """Dead rows stay in the listing, rate and all; those that we never knew are left out."""
        market = self.listing.markets.get(native)
        if market is None:
            return ()
        market.status = "DELISTED"
        return self.listing.delisted(market, at_ns)

    def _on_tickers(self, answer: _Answer, reply: Reply) -> Sequence[Output]:
        rows, unread = _LISTED.read(answer.data or (), reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        markets = 0
        for row in rows:
            market = self.listing.markets.get(row.name)
            if market is None or market.has_other_state(row):
                out += self._adopt(row, reply.at_ns)
            market = self.survey.shown(row.name)
            if market is not None:
                markets += 1
                out += self.survey.news(market, market.stats(row.marketStats, reply.at_ns))
        return out + self.survey.read(reply.at_ns, markets, _PERIOD_S)


def _ask_history(page: Page) -> Fetch:
    span = f"startTime={page.start_ns // NS_PER_MS}&endTime={page.end_ns // NS_PER_MS}"
    path = f"{_API}/{quote(page.key)}/funding?{span}&limit={_HISTORY.rows}"
    return Fetch(name="funding_history", path=path, key=page.key, background=True)
