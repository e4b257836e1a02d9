"""Orderly: what REST is asked and what it answers, and the markets that come of the listing.

Nothing here belongs to a connection: it survives a reconnect.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from cockpit.core.units import NS_PER_MS
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.fields import Rows
from cockpit.venues.kit.history import FundingHistory, Pages
from cockpit.venues.kit.instruments import Instruments
from cockpit.venues.kit.polling import Question, Says, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.survey import Survey
from cockpit.venues.orderly import mapper
from cockpit.venues.orderly import messages as wire
from cockpit.venues.orderly.mapper import VENUE, OrderlyMarket

_TICKERS_S, _SURVEY_S = 60.0, 15.0
_LISTED = RowReader(VENUE, wire.InfoRow, "symbol")
_FIGURES = RowReader(VENUE, wire.FuturesRow, "symbol")
_NEWEST = RowReader(VENUE, wire.RatesRow, "symbol")
_HISTORY = Plan(newest_first=True, rows=500)
_IS_DOWN = {0: False, 2: True}
_Table = wire.Answer[wire.Table]


def _rows(answer: _Table) -> Rows:
    return answer.data.rows if answer.data is not None else ()


_PAGES = Pages(
    decoder=wire.LIST, check=wire.problem, rows=_rows,
    reader=RowReader(VENUE, wire.PaidRow, "symbol"), paid=mapper.paid,
)  # fmt: skip


class Rest:
    """The markets by name, whether the venue is in maintenance, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.listing = Instruments[OrderlyMarket]()
        self.survey = Survey(VENUE, self.listing, wants)
        self.is_down = False
        self._instruments = _question(
            "instruments", "info", wire.LIST, 600.0, self._on_instruments, at_once=True
        )
        self._system = _question("system", "system_info", wire.SYSTEM, 60.0, self._on_system)
        self._tickers = _question("tickers", "futures", wire.LIST, _TICKERS_S, self._on_tickers)
        self._rates = _question("rates", "funding_rates", wire.LIST, 60.0, self._on_rates)
        self._history = FundingHistory(
            VENUE, _HISTORY, _ask_history, _PAGES, self.listing.markets.get
        )
        self.parts = (
            self.survey, self._instruments, self._system, self._tickers, self._rates,
            self._history,
        )  # fmt: skip

    def follow(self, wants: Wants, at_ns: int) -> Sequence[Output]:
        self.survey.want(wants)
        markets = list(self.followed())
        self._tickers.is_wanted = bool(wants.survey or markets)
        self._rates.is_wanted = bool(markets)
        self._tickers.every(_SURVEY_S if wants.survey else _TICKERS_S)
        return self._history.want(markets, at_ns, wants.kept)

    def followed(self) -> Iterator[OrderlyMarket]:
        """The wanted markets that have a book: also those that may only be reduced."""
        return self.listing.wanted(() if self.is_down else self.survey.wants.symbols)

    def look_again(self) -> None:
        """The next settlement of a followed market is another one: ask what was settled, and
        whether its interval is another too."""
        self._rates.soon()
        self._instruments.soon()

    def maintain(self, status: int, at_ns: int) -> Sequence[Output]:
        """The venue says how it is: all markets are paused while it is in maintenance."""
        is_down = _IS_DOWN.get(status)
        if is_down is None:
            return [reject(VENUE, at_ns, f"system status {status}: expected 0 or 2")]
        if is_down == self.is_down:
            return ()
        self.is_down = is_down
        self.listing.changed()
        out: list[Output] = []
        for market in self.listing.stated():
            now = "paused" if is_down else market.status
            out += self.listing.amend(market, at_ns, status=now)
        return out

    # --- answers ------------------------------------------------------------------------------

    def _on_instruments(self, answer: _Table, reply: Reply) -> Sequence[Output]:
        return self.listing.read(_LISTED, _rows(answer), reply, self._adopt)

    def _adopt(self, row: wire.InfoRow, at_ns: int) -> Sequence[Output]:
        if row.broker_id is not None or not row.symbol.startswith("PERP_"):
            return ()
        name = mapper.named(row.symbol)
        if name is None:
            self.listing.unread([row.symbol])
            return [reject(VENUE, at_ns, f"instruments: no market {row.symbol}")]
        market = self.listing.adopt(row.symbol, *name, OrderlyMarket)
        return self.listing.state(market, mapper.listed(market, row, self.is_down, at_ns))

    def _on_system(self, answer: wire.Answer[wire.SystemStatus], reply: Reply) -> Sequence[Output]:
        return self.maintain(answer.data.status, reply.at_ns) if answer.data else ()

    def _on_tickers(self, answer: _Table, reply: Reply) -> Sequence[Output]:
        """Figures of all markets; of those that are followed, what no stream tells better."""
        survey, at_ns, venue_ns = self.survey, reply.at_ns, answer.venue_ns
        rows, unread = _FIGURES.read(_rows(answer), reply.name, at_ns)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            market = survey.shown(row.symbol)
            if market is None:
                continue
            before_ms = market.told_ms
            facts = market.figures(row, at_ns, venue_ns, is_survey=survey.wants.survey)
            if survey.is_watched(market) and before_ms not in (None, market.told_ms):
                self.look_again()
            out += survey.news(market, facts)
        return out + survey.read(at_ns, len(rows), _SURVEY_S, venue_ns)

    def _on_rates(self, answer: _Table, reply: Reply) -> Sequence[Output]:
        """The newest payment of each followed market, sooner than its history is looked at."""
        return _NEWEST.each(_rows(answer), reply, self._newest)

    def _newest(self, row: wire.RatesRow, at_ns: int) -> Iterable[Output]:
        paid = mapper.newest(row)
        is_followed = any(market.native == row.symbol for market in self.followed())
        if paid is None or not is_followed:
            return ()
        return self._history.payments(row.symbol, [paid], at_ns)


def _question(
    name: str,
    page: str,
    decoder: "msgspec.json.Decoder[wire.Answer[wire.Data]]",
    period_s: float,
    says: Says[wire.Answer[wire.Data]],
    *,
    at_once: bool = False,
) -> Question[wire.Answer[wire.Data]]:
    fetch, timing = Fetch(name=name, path=f"/v1/public/{page}"), Timing(period_s=period_s)
    return Question(VENUE, fetch, decoder, timing, says, check=wire.problem, at_once=at_once)


def _ask_history(page: Page) -> Fetch:
    span = f"start_t={page.start_ns // NS_PER_MS}&end_t={page.end_ns // NS_PER_MS}"
    path = f"/v1/public/funding_rate_history?symbol={page.key}&{span}&size={_HISTORY.rows}"
    return Fetch(name="funding_history", path=path, key=page.key, background=True)
