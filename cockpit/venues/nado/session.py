"""Nado: what is subscribed and asked, and what frames and replies say."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from cockpit.core import events
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_MS, NS_PER_S
from cockpit.venues.contract import Fetch, Frame, Output, Reply, Wants
from cockpit.venues.kit import decoding, numbers, polling
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.damage import Damage
from cockpit.venues.kit.fields import moment_ns
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.history import FundingHistory, Pages
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.joined import Change, JoinedBooks
from cockpit.venues.kit.polling import Question, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.statements import trade
from cockpit.venues.kit.subscriptions import Operation, Rules, Subscriptions
from cockpit.venues.kit.survey import Survey
from cockpit.venues.nado import mapper
from cockpit.venues.nado import messages as wire
from cockpit.venues.nado.accounts import PublicAccounts
from cockpit.venues.nado.mapper import VENUE, NadoMarket

_DEPTH = 100
"""Levels a side: the most that a reading of a book gives."""
_ALL_RATES = "funding_rate"
"""A stream without a product is of all; it shows a survey that the link lives."""
_UNUSED_STREAMS = frozenset({
    "best_bid_offer", "all_bbo", "fill", "position_change", "order_update", "liquidation",
    "latest_candlestick", "funding_payment", "funding_rate",
})  # fmt: skip
_WATCH_S, _SURVEY_S = 5.0, 15.0
_ROWS = 1_000
_LISTED = RowReader(VENUE, wire.SymbolRow, "symbol")
_CONTRACTS = RowReader(VENUE, wire.ContractRow, "base_currency")
_PAGES = Pages(
    decoder=wire.FUNDING, rows=lambda answer: answer.funding_rates,
    reader=RowReader(VENUE, wire.FundingRow, "timestamp"), paid=mapper.paid,
)  # fmt: skip
_HISTORY = Plan(newest_first=False, rows=_ROWS, chunk_s=(_ROWS - 2) * HOUR_S, unit_ns=NS_PER_S)


def _encode(operation: Operation, keys: Sequence[str], request: int) -> str:
    kind, _, product_id = keys[0].partition(".")
    stream = {"type": kind, "product_id": int(product_id) if product_id else None}
    return decoding.encode({"method": operation, "stream": stream, "id": request})


def _ping(at_ns: int) -> str:
    asked = {"method": "ping", "id": 0, "client_time": str(at_ns // NS_PER_MS)}
    return decoding.encode(asked)


def _ask_book(key: str) -> Fetch:
    query = f"type=market_liquidity&product_id={key.partition('.')[2]}&depth={_DEPTH}"
    return Fetch(name="book", path=f"/gateway/v1/query?{query}", key=key)


class Session(VenueSession):
    """Nado's translator; the contract says what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self.listing = Instruments[NadoMarket](mapper.guessed)
        self._survey = Survey(VENUE, self.listing, wants)
        self._products: dict[int, NadoMarket] = {}
        self._spot: set[int] = set()
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
            VENUE, Fetch(name="tickers", path="/archive/v2/contracts", bucket=wire.ARCHIVE),
            wire.CONTRACTS, Timing(period_s=_WATCH_S), self._on_contracts, at_once=True,
        )  # fmt: skip
        self._history = FundingHistory(
            VENUE, _HISTORY, self._ask_history, _PAGES, self.listing.markets.get
        )
        self._keys = Subscriptions(_encode, Rules())
        self._books = JoinedBooks(VENUE, self._keys, _ask_book, depth=_DEPTH)
        self._damage = Damage(VENUE, self._books.renew_all)
        self._pulse = Heartbeat(VENUE, _ping, every_s=20)
        self._accounts = PublicAccounts(self._products)
        self.parts = (
            self._damage, self._pulse, self._keys, self._books, self._survey, self._symbols,
            self._status, self._contracts, self._history, self._accounts,
        )  # fmt: skip
        self.answers = {**self._accounts.answers, "book": self._on_book}

    def follow(self, at_ns: int) -> Sequence[Output]:
        markets = list(self.listing.wanted(self.wants.symbols))
        books = {f"book_depth.{market.product_id}": market for market in markets}
        out = self._books.want(books, at_ns)
        keys = [key for book in books for key in (book, f"trade.{book.partition('.')[2]}")]
        out += self._keys.want([*keys, _ALL_RATES] if self.wants.survey else keys, at_ns)
        self._survey.want(self.wants)
        # One reading of all contracts serves what is watched and what is surveyed.
        self._contracts.is_wanted = bool(self.wants.symbols) or self.wants.survey
        self._contracts.every(_WATCH_S if self.wants.symbols else _SURVEY_S)
        out += self._history.want(markets, at_ns, self.wants.kept)
        # A position in a market that is not listed yet could not be named.
        accounts = self.wants.accounts if self.listing.is_whole else ()
        return [*out, *self._accounts.want(accounts, at_ns)]

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        try:
            message = wire.STREAM.decode(frame.data)
        except decoding.BROKEN:
            return self._slow(frame)
        market = self._products.get(message.product_id)
        if type(message) is wire.Rate:
            return self._rate(message, market, frame)
        if market is None and message.product_id in self._spot:
            return ()
        if market is None:
            return [self._damage.reject(frame, f"product {message.product_id} is not listed")]
        if type(message) is wire.Fill:
            return self._fill(message, market, frame.at_ns)
        key = f"book_depth.{message.product_id}"
        if self._keys.waiting:
            self._keys.seen(key)
        feed, time_ns = self._books.feeds.get(key), message.max_timestamp
        if feed is None:
            return ()
        bids, asks = wire.levels(message.bids), wire.levels(message.asks)
        if bids is None or asks is None:
            lost = self._books.lose(feed, frame.at_ns, "a message made no sense")
            return [self._damage.reject(frame, f"levels of {market.native} are no figures"), *lost]
        change = Change(message.last_max_timestamp, time_ns, bids, asks, time_ns)
        return self._books.delta(feed, change, frame.at_ns)

    def _rate(
        self, message: wire.Rate, market: NadoMarket | None, frame: Frame
    ) -> Sequence[Output]:
        """The running rates of all markets; one is stated where its next payment is known."""
        if self._keys.waiting:
            self._keys.seen(_ALL_RATES)
        if market is None or not self.wants.shows(market.symbol):
            return ()
        if market.next_ns is None or market.next_ns <= frame.at_ns:
            return ()
        return [*self._survey.news(market, mapper.live(market, message, frame.at_ns))]

    def _fill(self, fill: wire.Fill, market: NadoMarket, at_ns: int) -> Sequence[Output]:
        """Both quantities are of this match; were one that of the order, it would be the larger."""
        if self._keys.waiting:
            self._keys.seen(f"trade.{fill.product_id}")
        price, size = wire.x18(fill.price), wire.x18(min(fill.taker_qty, fill.maker_qty))
        if price is None or size is None:
            return [decoding.reject(VENUE, at_ns, f"a trade of {market.native} has no figures")]
        level, venue_ns, is_buy = (price, size), fill.timestamp, fill.is_taker_buyer
        return (trade(VENUE, market, level, venue_ns, at_ns, is_buy=is_buy),)

    def _slow(self, frame: Frame) -> Sequence[Output]:
        """Answers to requests of ours, streams that are not used, and everything damaged."""
        envelope = decoding.decode(wire.ENVELOPE, frame.data)
        if isinstance(envelope, str):
            return [self._damage.reject(frame, envelope)]
        request, at_ns = envelope.id or 0, frame.at_ns
        if envelope.error is not None:
            again = self._keys.refused(request, at_ns)
            return [decoding.reject(VENUE, at_ns, f"refused: {envelope.error}", frame.data), *again]
        if envelope.type in _UNUSED_STREAMS:
            return ()
        if envelope.type or envelope.result is msgspec.UNSET:
            reason = f"a message of {envelope.type or 'no type'} makes no sense"
            return [self._damage.reject(frame, reason)]
        if isinstance(envelope.result, dict):
            return self._pong(envelope.result, at_ns)
        return [*self._keys.acknowledged(request, at_ns), *self._books.tick(at_ns)]

    def _pong(self, result: dict[str, Any], at_ns: int) -> Sequence[Output]:
        """The round trip, and what the venue's clock said on the way."""
        venue_ns = moment_ns(result.get("server_time"))
        return [replace(rtt, venue_ns=venue_ns) for rtt in self._pulse.pong(at_ns)]

    # --- replies ------------------------------------------------------------------------------

    def _on_symbols(self, answer: wire.Answer[wire.Symbols], reply: Reply) -> Sequence[Output]:
        if isinstance(answer.data, msgspec.UnsetType):
            return ()
        return self.listing.read(_LISTED, answer.data.symbols.values(), reply, self._adopt)

    def _adopt(self, row: wire.SymbolRow, at_ns: int) -> Sequence[Output]:
        if row.type != "perp":
            self._spot.add(row.product_id)
            return ()
        native = row.symbol
        coin, contract = mapper.coin_and_contract(native)
        if not (coin and native.isprintable()):
            self.listing.unread([native])
            return [decoding.reject(VENUE, at_ns, "instruments: a name is not printable", native)]
        market = self.listing.adopt(native, coin, Unit(price=contract), NadoMarket)
        if market.product_id != row.product_id:
            self.listing.changed()
            self._products.pop(market.product_id, None)
        market.product_id, market.is_live = row.product_id, row.trading_status == "live"
        self._products[row.product_id] = market
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
        period_s = _WATCH_S if self.wants.symbols else _SURVEY_S
        return [*unread.rejects, *facts, *self._survey.read(reply.at_ns, len(rows), period_s)]

    def _contract(self, row: wire.ContractRow, at_ns: int) -> Iterable[Output]:
        market = self._products.get(row.product_id) or self.listing.known(row.base_currency)
        wants = self.wants
        if market is None or not wants.shows(market.symbol):
            return ()
        facts = mapper.figures(market, row, at_ns, is_survey=wants.survey)
        return self._survey.news(market, facts)

    def _ask_history(self, page: Page) -> Fetch:
        """No more rows than the span has hours: the venue charges for what is asked."""
        start_s, end_s = -(-page.start_ns // NS_PER_S), page.end_ns // NS_PER_S
        rows = min(_ROWS, (page.end_ns - page.start_ns) // HOUR_NS + 2)
        asked = {
            "product_id": self.listing.markets[page.key].product_id, "start_time": start_s,
            "end_time": end_s, "limit": rows,
        }  # fmt: skip
        return wire.archive(
            "funding_history", {"funding_rate_history": asked}, 2 + rows // 100, page.key
        )

    def _on_book(self, reply: Reply) -> Sequence[Output]:
        answer = polling.read(VENUE, wire.LIQUIDITY, reply, wire.problem)
        if isinstance(answer, events.Reject):
            return [answer]
        feed, book = self._books.feeds.get(reply.key), answer.data
        if feed is None or isinstance(book, msgspec.UnsetType):
            return ()
        bids, asks = wire.levels(book.bids), wire.levels(book.asks)
        if bids is None or asks is None or not numbers.sane_book(bids, asks):
            reason = f"book of {feed.market.native} is crossed, unordered or has an empty level"
            return [decoding.reject(VENUE, reply.at_ns, reason, reply.body)]
        whole = Change(book.timestamp, book.timestamp, bids, asks, book.timestamp)
        return self._books.snapshot(feed, whole, reply.at_ns)
