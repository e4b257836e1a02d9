"""Nado: what REST is asked and what it answers. Nothing here belongs to a connection."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_S
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.decoding import encode, reject
from cockpit.venues.kit.history import FundingHistory, Pages
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Question, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.survey import Survey
from cockpit.venues.nado import mapper
from cockpit.venues.nado import messages as wire
from cockpit.venues.nado.mapper import VENUE, NadoMarket

ARCHIVE = "archive"
"""The indexer has a budget of its own."""
WATCH_S, SURVEY_S = 5.0, 15.0
_ROWS = 1_000
_LISTED = RowReader(VENUE, wire.SymbolRow, "symbol")
_CONTRACTS = RowReader(VENUE, wire.ContractRow, "base_currency")
_PAGES = Pages(
    decoder=wire.FUNDING, rows=lambda answer: answer.funding_rates,
    reader=RowReader(VENUE, wire.FundingRow, "timestamp"), paid=mapper.paid,
)  # fmt: skip
_HISTORY = Plan(newest_first=False, rows=_ROWS, chunk_s=(_ROWS - 2) * HOUR_S, unit_ns=NS_PER_S)


class Rest:
    """The markets by name and by product id, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.listing = Instruments[NadoMarket](mapper.guessed)
        self.survey = Survey(VENUE, self.listing, wants)
        self.products: dict[int, NadoMarket] = {}
        self.spot: set[int] = set()
        """Products that are listed and no perpetuals."""
        self._is_running = True
        self._symbols = Question(
            VENUE, Fetch(name="instruments", path="/gateway/v1/query?type=symbols", weight=2),
            wire.SYMBOLS, Timing(period_s=600), self._on_symbols, check=wire.problem, at_once=True,
        )  # fmt: skip
        self._status = Question(
            VENUE, Fetch(name="status", path="/gateway/v1/query?type=status"), wire.STATUS,
            Timing(period_s=30), self._on_status, check=wire.problem,
        )  # fmt: skip
        self._contracts = Question(
            VENUE, Fetch(name="tickers", path="/archive/v2/contracts", bucket=ARCHIVE),
            wire.CONTRACTS, Timing(period_s=WATCH_S), self._on_contracts, at_once=True,
        )  # fmt: skip
        self._history = FundingHistory(
            VENUE, _HISTORY, self._ask_history, _PAGES, self.listing.markets.get
        )
        self.parts = (self.survey, self._symbols, self._status, self._contracts, self._history)

    def follow(self, wants: Wants, at_ns: int) -> Sequence[Output]:
        """One reading of all contracts serves what is watched and what is surveyed."""
        self.survey.want(wants)
        self._contracts.is_wanted = bool(wants.symbols) or wants.survey
        self._contracts.every(WATCH_S if wants.symbols else SURVEY_S)
        return self._history.want(self.listing.wanted(wants.symbols), at_ns, wants.kept)

    # --- answers ------------------------------------------------------------------------------

    def _on_symbols(self, answer: wire.Answer[wire.Symbols], reply: Reply) -> Sequence[Output]:
        if isinstance(answer.data, msgspec.UnsetType):
            return ()
        return self.listing.read(_LISTED, answer.data.symbols.values(), reply, self._adopt)

    def _adopt(self, row: wire.SymbolRow, at_ns: int) -> Sequence[Output]:
        if row.type != "perp":
            self.spot.add(row.product_id)
            return ()
        native = row.symbol
        coin, contract = mapper.coin_and_contract(native)
        if not (coin and native.isprintable()):
            self.listing.unread([native])
            return [reject(VENUE, at_ns, "instruments: a name is not printable", native)]
        market = self.listing.adopt(native, coin, Unit(price=contract), NadoMarket)
        if market.product_id != row.product_id:
            self.listing.changed()
            self.products.pop(market.product_id, None)
        market.product_id, market.is_live = row.product_id, row.trading_status == "live"
        self.products[row.product_id] = market
        new = mapper.instrument(market, row, at_ns, is_running=self._is_running)
        return self.listing.state(market, new)

    def _on_status(self, answer: wire.Answer[str], reply: Reply) -> Sequence[Output]:
        """An engine that is not active trades nothing, whatever its listing says."""
        self._is_running = answer.data == "active"
        out: list[Output] = []
        for market in self.listing.stated():
            status = mapper.status(market, is_running=self._is_running)
            out += self.listing.amend(market, reply.at_ns, status=status)
        return out

    def _on_contracts(self, answer: Mapping[str, msgspec.Raw], reply: Reply) -> Sequence[Output]:
        rows, unread = _CONTRACTS.read(answer.values(), reply.name, reply.at_ns)
        facts = [fact for row in rows for fact in self._contract(row, reply.at_ns)]
        period_s = WATCH_S if self.survey.wants.symbols else SURVEY_S
        return [*unread.rejects, *facts, *self.survey.read(reply.at_ns, len(rows), period_s)]

    def _contract(self, row: wire.ContractRow, at_ns: int) -> Iterable[Output]:
        market = self.products.get(row.product_id) or self.listing.known(row.base_currency)
        wants = self.survey.wants
        if market is None or not wants.shows(market.symbol):
            return ()
        facts = mapper.figures(market, row, at_ns, is_survey=wants.survey)
        return self.survey.news(market, facts)

    def _ask_history(self, page: Page) -> Fetch:
        """No more rows than the span has hours: the venue charges for what is asked."""
        start_s, end_s = -(-page.start_ns // NS_PER_S), page.end_ns // NS_PER_S
        rows = min(_ROWS, (page.end_ns - page.start_ns) // HOUR_NS + 2)
        asked = {
            "product_id": self.listing.markets[page.key].product_id, "start_time": start_s,
            "end_time": end_s, "limit": rows,
        }  # fmt: skip
        return archive(
            "funding_history", {"funding_rate_history": asked}, 2 + rows // 100, page.key
        )


def archive(name: str, query: Mapping[str, Any], weight: int, key: str) -> Fetch:
    """A question to the indexer, which takes all of them at one address."""
    return Fetch(
        name=name, path="/archive/v1", method="POST", body=encode(query),
        weight=weight, key=key, background=True, bucket=ARCHIVE,
    )  # fmt: skip
