"""Paradex: what REST is asked and what it answers, and the names that come of the listing.

Nothing here belongs to a connection: it survives a reconnect.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from cockpit.core.events import Reject
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.facts import in_maintenance
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Question, Timing, read
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.survey import Survey
from cockpit.venues.paradex import mapper
from cockpit.venues.paradex import messages as wire
from cockpit.venues.paradex.funding_index import SPAN_NS, SPAN_S, WINDOW_NS
from cockpit.venues.paradex.mapper import FACTS, VENUE, ParadexMarket

_SURVEY_S = 20.0
_STATE_S, _MAINTENANCE_STATE_S = 60.0, 15.0
_READ_NS = 60 * NS_PER_S
"""So much after a reading is read with it: the next page begins there."""
_LISTED = RowReader(VENUE, wire.MarketRow, "symbol")
_SUMMARIES = RowReader(VENUE, wire.Summary, "symbol")
_PAID = RowReader(VENUE, wire.FundingRow, "market")
_HISTORY = Plan(newest_first=True, rows=2, every_s=SPAN_S, chunk_s=SPAN_S, unit_ns=1)
"""A page is the span between two readings and has one row."""


class Rest:
    """The markets by name, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.listing = Instruments[ParadexMarket](_guessed)
        self.survey = Survey(VENUE, self.listing, wants)
        self._status: mapper.Status = "active"
        self._instruments = Question(
            VENUE, Fetch(name="instruments", path="/v1/markets"), wire.RESULTS,
            Timing(period_s=600), self._on_instruments, at_once=True,
        )  # fmt: skip
        self._state = Question(
            VENUE, Fetch(name="system_state", path="/v1/system/state"), wire.SYSTEM,
            Timing(period_s=_STATE_S), self._on_state,
        )  # fmt: skip
        self._summaries = Question(
            VENUE, Fetch(name="tickers", path="/v1/markets/summary?market=ALL"),
            wire.RESULTS, Timing(period_s=_SURVEY_S), self._on_survey,
        )  # fmt: skip
        self._summaries.is_wanted = False
        self._history = Backfill(_HISTORY, _ask_history)
        self.parts = (
            self.survey, self._instruments, self._state, self._summaries, self._history,
        )  # fmt: skip
        self.answers = {"funding_history": self._on_history}

    def tick(self, at_ns: int) -> None:
        """Look closer at the engine in a planned window."""
        is_planned = in_maintenance(FACTS, at_ns)
        self._state.every(_MAINTENANCE_STATE_S if is_planned else _STATE_S)

    def follow(self, wants: Wants, at_ns: int) -> Sequence[Output]:
        """The survey, and the past of what is wanted."""
        self._summaries.is_wanted = wants.survey
        payers = {m.native: m.symbol for m in self.listing.wanted(wants.symbols)}
        return self._history.want_markets(payers, at_ns, wants.kept)

    # --- answers ------------------------------------------------------------------------------

    def _on_instruments(self, answer: wire.Results, reply: Reply) -> Sequence[Output]:
        return self.listing.read(_LISTED, answer.results, reply, self._adopt)

    def _adopt(self, row: wire.MarketRow, at_ns: int) -> Sequence[Output]:
        if row.asset_kind != "PERP" or row.trading_mode == "RFQ_ONLY":
            return ()
        names = (row.symbol, row.base_currency, row.quote_currency)
        if not all(name and name.isprintable() for name in names):
            reason = "instruments: a name is empty or not printable"
            self.listing.unread([row.symbol])
            return [reject(VENUE, at_ns, reason, row.symbol)]
        coin, contract = wire.coin_and_contract(row.base_currency)
        symbol = coin if row.quote_currency == "USD" else f"{coin}:{row.quote_currency}"
        market = self.listing.adopt(row.symbol, symbol, Unit(price=contract), ParadexMarket)
        return self.listing.state(market, mapper.instrument(market, row, self._status, at_ns))

    def _on_state(self, answer: wire.SystemState, reply: Reply) -> Sequence[Output]:
        """While the engine only cancels or only takes makers, nothing can be hedged here."""
        self._status = "active" if answer.status == "ok" else "paused"
        out: list[Output] = []
        for market in self.listing.stated():
            out += self.listing.amend(market, reply.at_ns, status=self._status)
        return out

    def _on_survey(self, answer: wire.Results, reply: Reply) -> Sequence[Output]:
        rows, unread = _SUMMARIES.read(answer.results, reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        count = 0
        for row in rows:
            market = self.listing.known(row.symbol)
            if market is None:
                continue
            count += 1
            is_told = self.survey.is_watched(market) and market.is_streamed
            if self.survey.wants.shows(market.symbol) and not is_told:
                facts = market.summary(row, row.venue_ns, reply.at_ns)
                out += self.survey.news(market, facts)
        return out + self.survey.read(reply.at_ns, count, _SURVEY_S)

    def _on_history(self, reply: Reply) -> Sequence[Output]:
        native, _, hour = reply.key.partition(" ")
        answer = read(VENUE, wire.RESULTS, reply)
        if isinstance(answer, Reject):
            self._history.failed(native, reply.at_ns)
            return [answer]
        rows, unread = _PAID.read(answer.results, reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        for name in dict.fromkeys(row.market for row in rows):
            mine = [row for row in rows if row.market == name]
            out += self._paid(name, mine, reply)
        read_ns = [int(hour) + _READ_NS] if answer.results and hour.isdecimal() else []
        return [*out, *self._history.answered(native, read_ns, reply.at_ns)]

    def _paid(self, native: str, rows: Sequence[wire.FundingRow], reply: Reply) -> Iterator[Output]:
        market = self.listing.known(native)
        rates, is_whole = ({}, False) if market is None else market.index.read(rows)
        if not is_whole:
            reason = f"funding_history: {native} is unknown or its index is no number"
            yield reject(VENUE, reply.at_ns, reason, reply.body)
        if any(abs(rate) >= 1.0 for rate in rates.values()):
            yield reject(VENUE, reply.at_ns, "the funding index rose by more than the price")
        if market is not None:
            paid = {end_ns: rate for end_ns, rate in rates.items() if abs(rate) < 1.0}
            yield from market.settled_rates.news(
                VENUE, market.symbol, paid, SPAN_S, reply.at_ns, dict.fromkeys(paid, SPAN_S)
            )


def _ask_history(page: Page) -> Fetch:
    """The reading that lies in the page."""
    hour_ns = page.end_ns // SPAN_NS * SPAN_NS
    span = f"start_at={hour_ns // NS_PER_MS}&end_at={(hour_ns + WINDOW_NS) // NS_PER_MS}"
    path = f"/v1/funding/data?market={quote(page.key)}&{span}&page_size=1"
    return Fetch(
        name="funding_history", path=path, key=f"{page.key} {hour_ns}", background=True,
        bucket="history",
    )  # fmt: skip


def _guessed(native: str) -> ParadexMarket | None:
    base = wire.base_of(native)
    if base is None:
        return None
    coin, contract = wire.coin_and_contract(base)
    return ParadexMarket(native, coin, Unit(price=contract))
