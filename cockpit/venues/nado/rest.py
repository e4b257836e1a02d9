"""Nado: what REST is asked and what it answers. Nothing here belongs to a connection."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from cockpit.core.events import Reject, Surveyed
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_S
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.dedupe import Unchanged
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Question, Timing, read
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.nado import mapper
from cockpit.venues.nado import messages as wire
from cockpit.venues.nado.mapper import VENUE, NadoMarket

ARCHIVE = "archive"
"""The indexer has a budget of its own."""
WATCH_S, SURVEY_S = 5.0, 15.0
_ROWS = 1_000
_LISTED = RowReader(VENUE, wire.SymbolRow, "symbol")
_CONTRACTS = RowReader(VENUE, wire.ContractRow, "base_currency")
_PAID = RowReader(VENUE, wire.FundingRow, "timestamp")
_HISTORY = Plan(newest_first=False, rows=_ROWS, chunk_s=(_ROWS - 2) * HOUR_S, unit_ns=NS_PER_S)


class Rest:
    """The markets by name and by product id, and every poll."""

    def __init__(self, wants: Wants) -> None:
        self.wants = wants
        self.listing = Instruments[NadoMarket]()
        self.products: dict[int, NadoMarket] = {}
        self.said = Unchanged()
        self._is_running = True
        self._symbols = Question(
            VENUE, self._ask_symbols, wire.SYMBOLS, Timing(period_s=600),
            check=wire.problem, at_once=True,
        )  # fmt: skip
        self._status = Question(
            VENUE, _ask_status, wire.STATUS, Timing(period_s=30), check=wire.problem
        )
        self._contracts = Question(
            VENUE, _ask_contracts, wire.CONTRACTS, Timing(period_s=WATCH_S), at_once=True
        )
        self._history = Backfill(_HISTORY, self._ask_history)
        self.parts = (self._symbols, self._status, self._contracts, self._history)
        self.answers: Mapping[str, Callable[[Reply], list[Output]]] = {
            "instruments": self._on_symbols, "status": self._on_status,
            "tickers": self._on_contracts, "funding_history": self._on_history,
        }  # fmt: skip

    def follow(self, wants: Wants, at_ns: int) -> list[Output]:
        """One reading of all contracts serves what is watched and what is surveyed."""
        if wants != self.wants:
            self.wants = wants
            self.said.forget()
        self._contracts.is_wanted = bool(wants.symbols) or wants.survey
        self._contracts.every(WATCH_S if wants.symbols else SURVEY_S)
        payers = {m.native: m.symbol for m in self.listing.wanted(wants.symbols)}
        return list(self._history.want_markets(payers, at_ns, wants.kept))

    # --- listing ------------------------------------------------------------------------------

    def _ask_symbols(self) -> Fetch:
        self.listing.begin()
        return Fetch(name="instruments", path="/gateway/v1/query?type=symbols", weight=2)

    def _on_symbols(self, reply: Reply) -> list[Output]:
        answer = self._symbols.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        if isinstance(answer.data, msgspec.UnsetType):
            return []
        rows, unread = _LISTED.read(answer.data.symbols.values(), reply.name, reply.at_ns)
        self.listing.unread(unread.names)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            if row.type == "perp":
                out += self._adopt(row, reply.at_ns)
        return out + self.listing.end(reply.at_ns)

    def _adopt(self, row: wire.SymbolRow, at_ns: int) -> list[Output]:
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
        return [*self.listing.state(market, new)]

    def _on_status(self, reply: Reply) -> list[Output]:
        """An engine that is not active trades nothing, whatever its listing says."""
        answer = self._status.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        self._is_running = answer.data == "active"
        out: list[Output] = []
        for market in self.listing.markets.values():
            old = market.instrument
            if old is not None and old.status != "delisted":
                status = mapper.status(market, is_running=self._is_running)
                out += self.listing.state(market, replace(old, recv_ns=reply.at_ns, status=status))
        return out

    # --- figures ------------------------------------------------------------------------------

    def _on_contracts(self, reply: Reply) -> list[Output]:
        answer = self._contracts.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        wants, at_ns = self.wants, reply.at_ns
        rows, unread = _CONTRACTS.read(answer.values(), reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            market = self.products.get(row.product_id) or self._unlisted(row)
            if market is None or not wants.shows(market.symbol):
                continue
            facts = [*mapper.figures(market, row, at_ns, market.native)]
            if wants.survey:
                facts.append(mapper.volume(market, row, at_ns))
            out += facts if market.symbol in wants.symbols else self.said.news(facts)
        if wants.survey:
            period_s = WATCH_S if wants.symbols else SURVEY_S
            out.append(Surveyed(venue=VENUE, recv_ns=at_ns, markets=len(rows), period_s=period_s))
        return out

    def _unlisted(self, row: wire.ContractRow) -> NadoMarket | None:
        """Before the listing is known a market goes by its name alone."""
        native = row.base_currency
        if self.listing.is_whole or not native.endswith("-PERP") or not native.isprintable():
            return None
        coin, contract = mapper.coin_and_contract(native)
        return NadoMarket(native, coin, Unit(price=contract)) if coin else None

    # --- history ------------------------------------------------------------------------------

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

    def _on_history(self, reply: Reply) -> list[Output]:
        """A page of hourly rates, oldest first."""
        answer = read(VENUE, wire.FUNDING, reply)
        market = self.listing.markets.get(reply.key)
        if isinstance(answer, Reject):
            self._history.failed(reply.key, reply.at_ns)
            return [answer]
        if market is None:
            return [reject(VENUE, reply.at_ns, f"unknown market {reply.key}", reply.body)]
        rows, unread = _PAID.read(answer.funding_rates, reply.name, reply.at_ns)
        facts = mapper.payments(market, rows, reply.at_ns)
        stamps_ns = [row.timestamp * NS_PER_S for row in rows]
        lost = len(unread.names)
        more = self._history.answered(reply.key, stamps_ns, reply.at_ns, unread=lost)
        more = [*unread.rejects, *more]
        if isinstance(facts, str):
            return [reject(VENUE, reply.at_ns, f"funding_history: {facts}", reply.body), *more]
        return [*facts, *more]


def archive(name: str, query: Mapping[str, Any], weight: int, key: str) -> Fetch:
    """A question to the indexer, which takes all of them at one address."""
    return Fetch(
        name=name, path="/archive/v1", method="POST", body=msgspec.json.encode(query).decode(),
        weight=weight, key=key, background=True, bucket=ARCHIVE,
    )  # fmt: skip


def _ask_status() -> Fetch:
    return Fetch(name="status", path="/gateway/v1/query?type=status")


def _ask_contracts() -> Fetch:
    return Fetch(name="tickers", path="/archive/v2/contracts", bucket=ARCHIVE)
