"""Orderly: its one socket, and what is asked beside it; the package says what each topic means."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from cockpit.core.units import NS_PER_MS
from cockpit.venues.contract import Fetch, Frame, Output, Reply, Send, Wants
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.books import Books
from cockpit.venues.kit.decoding import decode, encode, reject, request_number
from cockpit.venues.kit.fields import Rows, ms_to_ns
from cockpit.venues.kit.figures import Figures
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.history import FundingHistory, Pages
from cockpit.venues.kit.instruments import Instruments
from cockpit.venues.kit.numbers import sane_book
from cockpit.venues.kit.polling import Question, Says, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.sequencing import APPLY, GAP
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.statements import delta, snapshot, trade
from cockpit.venues.kit.subscriptions import Operation, Rules, State, Subscriptions, fitting
from cockpit.venues.kit.survey import Survey
from cockpit.venues.orderly import accounts, mapper
from cockpit.venues.orderly import messages as wire
from cockpit.venues.orderly.mapper import VENUE, OrderlyMarket, named

_TOPICS = 100
"""On one connection."""
_OF_ALL = ("markprices", "indexprices")
_MAINTENANCE = "maintenance_status"
_BOOK = "orderbookupdate"
_KINDS = (_BOOK, "trade", "estfundingrate", "openinterest")
_UNUSED = frozenset({
    "ticker", "tickers", "bbo", "bbos", "kline", "liquidation", "traders_open_interests",
    "announcement", "price_changes", "markprice", "indexprice",
})  # fmt: skip
_PRICES = RowReader(VENUE, wire.PriceRow, "symbol")
_STATUSES = RowReader(VENUE, wire.SystemStatus, "status")
_TICKERS_S, _SURVEY_S = 60.0, 15.0
_LISTED = RowReader(VENUE, wire.InfoRow, "symbol")
_FIGURES = RowReader(VENUE, wire.FuturesRow, "symbol")
_NEWEST = RowReader(VENUE, wire.RatesRow, "symbol")
_HISTORY = Plan(newest_first=True, rows=500)
_IS_DOWN = {0: False, 2: True}
_Table = wire.Answer[wire.Table]
_Says = Callable[[Any, OrderlyMarket, wire.Envelope, Frame], Sequence[Output]]
_SaysRow = Callable[[Any, wire.Envelope, Frame], Sequence[Output]]
_PING, _PONG = '{"event":"ping"}', '{"event":"pong"}'


def _rows(answer: _Table) -> Rows:
    return answer.data.rows if answer.data is not None else ()


_PAGES = Pages(
    decoder=wire.LIST, check=wire.problem, rows=_rows,
    reader=RowReader(VENUE, wire.PaidRow, "symbol"), paid=mapper.paid,
)  # fmt: skip


def _encode(operation: Operation, topics: Sequence[str], request: int) -> str:
    asked = {"id": str(request), "event": operation, "topic": topics[0]}
    return encode(asked)


def _ask_book(topic: str) -> Send:
    asked = {"type": "orderbook", "symbol": topic.partition("@")[0]}
    return Send(encode({"id": "book", "event": "request", "params": asked}))


class Session(VenueSession):
    """Orderly's translator; the contract says what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self.listing = Instruments[OrderlyMarket]()
        self._survey = Survey(VENUE, self.listing, wants)
        self._is_down = False
        self._instruments = _question(
            "instruments", "info", wire.LIST, 600.0, self._on_instruments, at_once=True
        )
        self._system = _question("system", "system_info", wire.SYSTEM, 60.0, self._on_system)
        self._tickers = _question("tickers", "futures", wire.LIST, _TICKERS_S, self._on_tickers)
        self._rates = _question("rates", "funding_rates", wire.LIST, 60.0, self._on_rates)
        self._history = FundingHistory(
            VENUE, _HISTORY, _ask_history, _PAGES, self.listing.markets.get
        )
        self._priced: dict[str, OrderlyMarket] = {}
        """The markets that are followed, by their name and by the spot name of their index."""
        self._topics = Subscriptions(_encode, Rules(refused_s=300.0))
        self._books = Books(VENUE, self._topics, request=_ask_book, quiet_s=30.0)
        self._pulse = Heartbeat(VENUE, lambda at_ns: _PING, every_s=10, silence_s=35)
        self._accounts = accounts.AddressReader(self.listing.markets)
        self.parts = (
            self._pulse, self._books, self._topics, self._survey, self._instruments,
            self._system, self._tickers, self._rates, self._history, *self._accounts.parts,
        )  # fmt: skip
        self.answers = self._accounts.answers
        self._of_market: Mapping[str, tuple[msgspec.json.Decoder[Any], _Says]] = {
            _BOOK: (wire.BOOK, self._change), "orderbook": (wire.BOOK, self._whole),
            "trade": (wire.TRADE, self._trade), "estfundingrate": (wire.RATE, self._rate),
            "openinterest": (wire.INTEREST, self._interest),
        }  # fmt: skip
        """What tells of one market, by the end of its topic."""
        self._of_all: Mapping[str, tuple[RowReader[Any], _SaysRow]] = {
            **dict.fromkeys(_OF_ALL, (_PRICES, self._price)),
            _MAINTENANCE: (
                _STATUSES, lambda row, _, frame: self._maintain(row.status, frame.at_ns)
            ),
        }  # fmt: skip
        """What tells of all in a list, by its topic."""

    def follow(self, at_ns: int) -> Sequence[Output]:
        """Four topics a followed market, as many as the connection has room for."""
        self._survey.want(self.wants)
        markets = list(self._followed_markets())
        self._tickers.is_wanted = bool(self.wants.survey or markets)
        self._rates.is_wanted = bool(markets)
        self._tickers.every(_SURVEY_S if self.wants.survey else _TICKERS_S)
        polls = [
            *self._history.want(markets, at_ns, self.wants.kept),
            *self._accounts.follow(self.wants.accounts, at_ns),
        ]
        groups = {market: [f"{market.native}@{kind}" for kind in _KINDS] for market in markets}
        served = fitting(groups, _TOPICS - len(_OF_ALL) - 1)
        out: list[Output] = []
        if left := len(markets) - len(served):
            words = f"{left} markets left out: a connection carries {_TOPICS} topics"
            out.append(reject(VENUE, at_ns, words))
        self._priced = {market.native: market for market in served}
        self._priced |= {f"SPOT{m.native.removeprefix('PERP')}": m for m in served}
        out += self._books.want(
            {topics[0]: market.symbol for market, topics in served.items()}, at_ns
        )
        topics = [topic for group in served.values() for topic in group]
        out += self._topics.want([*topics, *(_OF_ALL if served else ()), _MAINTENANCE], at_ns)
        return [*out, *self._books.ask(at_ns), *polls]

    def _followed_markets(self) -> Iterator[OrderlyMarket]:
        """The wanted markets that have a book: also those that may only be reduced."""
        return self.listing.wanted(() if self._is_down else self._survey.wants.symbols)

    def _look_again(self) -> None:
        """The next settlement of a followed market is another one: ask what was settled, and
        whether its interval is another too."""
        self._rates.soon()
        self._instruments.soon()

    def _maintain(self, status: int, at_ns: int) -> Sequence[Output]:
        """The venue says how it is: all markets are paused while it is in maintenance."""
        is_down = _IS_DOWN.get(status)
        if is_down is None:
            return [reject(VENUE, at_ns, f"system status {status}: expected 0 or 2")]
        if is_down == self._is_down:
            return ()
        self._is_down = is_down
        self.listing.changed()
        out: list[Output] = []
        for market in self.listing.stated():
            now = "paused" if is_down else market.status
            out += self.listing.amend(market, at_ns, status=now)
        return out

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        envelope = decode(wire.ENVELOPE, frame.data)
        if isinstance(envelope, str):
            return [reject(VENUE, frame.at_ns, envelope, frame.data)]
        topic = envelope.topic
        if envelope.event or not topic:
            return self._answer(envelope, frame)
        self._topics.seen(topic)
        kind = topic.rpartition("@")[2]
        if kind in self._of_market:
            return self._read(kind, envelope, frame)
        if kind in self._of_all:
            return self._list(kind, envelope, frame)
        if kind.partition("_")[0] in _UNUSED or kind in _UNUSED:
            return ()
        return [reject(VENUE, frame.at_ns, f"unknown topic {topic}", frame.data)]

    def _answer(self, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """An answer to a request of ours, or a ping. A refusal names no event."""
        request, event, at_ns = request_number(envelope.id), envelope.event, frame.at_ns
        if envelope.success is False:
            words = f"{event or 'request'} refused: {envelope.errorMsg or 'without a reason'}"
            again = self._topics.refused(request, at_ns)
            return [reject(VENUE, at_ns, words, frame.data), *again]
        if event == "ping":
            return [Send(_PONG, frame.link)]
        if event == "pong":
            return self._pulse.pong(at_ns)
        if event in ("subscribe", "unsubscribe"):
            return self._topics.acknowledged(request, at_ns)
        if event == "request":
            return self._read("orderbook", envelope, frame)
        return [reject(VENUE, at_ns, f"unknown message {event or '(no topic, no event)'}")]

    def _read(self, kind: str, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """What is told of one market; nothing where it is not ours to tell (a builder's market, or
        no listing yet). A change of a book that makes no sense leaves a hole in it."""
        decoder, says = self._of_market[kind]
        data = decode(decoder, envelope.data)
        if isinstance(data, str):
            problem = data
        elif envelope.topic and envelope.topic.partition("@")[0] != data.symbol:
            problem = f"it speaks of {data.symbol}"
        else:
            market = self.listing.markets.get(data.symbol)
            if market is not None:
                return says(data, market, envelope, frame)
            if not self.listing.is_whole or named(data.symbol) is None:
                return ()
            problem = "unknown market"
        words = f"{envelope.topic or envelope.event}: {problem}"
        lost = self._books.lose(envelope.topic, frame.at_ns, "a change made no sense")
        return [reject(VENUE, frame.at_ns, words, frame.data), *lost]

    def _list(self, topic: str, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """What is told of all markets, or of the venue, row by row."""
        raws, (reader, says) = decode(wire.ROWS, envelope.data), self._of_all[topic]
        if isinstance(raws, str):
            return [reject(VENUE, frame.at_ns, f"{topic}: {raws}", frame.data)]
        rows, unread = reader.read(raws, topic, frame.at_ns)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            out += says(row, envelope, frame)
        return out

    # --- books --------------------------------------------------------------------------------

    def _change(
        self, data: wire.Book, market: OrderlyMarket, envelope: wire.Envelope, frame: Frame
    ) -> Sequence[Output]:
        feed = self._books.feeds.get(envelope.topic)
        if feed is None or not feed.is_stated:
            return ()
        at_ns, ts_ms, feed.heard_ns = frame.at_ns, envelope.ts, frame.at_ns
        if ts_ms is None or data.prevTs is None:
            words = "a change without its stamps"
            lost = self._books.lose(envelope.topic, at_ns, words)
            return [reject(VENUE, at_ns, f"{envelope.topic}: {words}", frame.data), *lost]
        verdict = feed.chain.delta(data.prevTs, ts_ms, at_ns)
        if verdict is APPLY:
            book = (data.bids, data.asks)
            return (delta(VENUE, market, book, ts_ms, ts_ms * NS_PER_MS, at_ns),)
        return self._books.gap(feed, at_ns, f"gap before {ts_ms}") if verdict is GAP else ()

    def _whole(
        self, data: wire.Book, market: OrderlyMarket, envelope: wire.Envelope, frame: Frame
    ) -> Sequence[Output]:
        """A whole book, unless what stands is newer: of a stream that nobody asks for, but a
        recording may have, or as it was requested, of use only where its changes are heard."""
        feed, at_ns = self._books.feeds.get(f"{market.native}@{_BOOK}"), frame.at_ns
        if feed is None:
            return ()
        if envelope.event and self._topics.state(feed.key) is not State.STANDING:
            return ()
        ts_ms = data.ts if envelope.event else envelope.ts
        if ts_ms is not None and ts_ms < (feed.chain.last or 0):
            return ()
        bids, asks = tuple(sorted(data.bids, reverse=True)), tuple(sorted(data.asks))
        if ts_ms is None or not sane_book(bids, asks):
            words = f"book of {market.native} has no stamp, is crossed or has an empty level"
            lost = self._books.lose(feed.key, at_ns, "a whole book made no sense")
            return [reject(VENUE, at_ns, words, frame.data), *lost]
        feed.is_stated, feed.heard_ns = True, at_ns
        feed.chain.snapshot(ts_ms)
        return (snapshot(VENUE, market, (bids, asks), ts_ms, ts_ms * NS_PER_MS, at_ns),)

    # --- figures ------------------------------------------------------------------------------

    def _trade(
        self, fill: wire.Trade, market: OrderlyMarket, envelope: wire.Envelope, frame: Frame
    ) -> Sequence[Output]:
        level, venue_ns, is_buy = (fill.price, fill.size), ms_to_ns(envelope.ts), fill.side == "BUY"
        return (trade(VENUE, market, level, venue_ns, frame.at_ns, is_buy=is_buy),)

    def _rate(
        self, row: wire.EstimatedRate, market: OrderlyMarket, envelope: wire.Envelope, frame: Frame
    ) -> Sequence[Output]:
        market.told_ns["rate"] = frame.at_ns
        now_ms = envelope.ts or frame.at_ns // NS_PER_MS
        if market.learn_next(row.fundingTs, now_ms):
            self._look_again()
        said = Figures(VENUE, market, frame.at_ns, ms_to_ns(envelope.ts))
        said.moment(row.fundingTs)
        market.live(said, row.fundingRate, now_ms)
        return said

    def _interest(
        self, row: wire.Interest, market: OrderlyMarket, envelope: wire.Envelope, frame: Frame
    ) -> Sequence[Output]:
        market.told_ns["interest"] = frame.at_ns
        said = Figures(VENUE, market, frame.at_ns, ms_to_ns(envelope.ts))
        said.interest(row.openInterest)
        return said

    def _price(self, row: wire.PriceRow, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        market, is_index = self._priced.get(row.symbol), envelope.topic == "indexprices"
        if market is None:
            return ()
        if market.price(row.price) is not None:
            market.told_ns["index" if is_index else "mark"] = frame.at_ns
        said = Figures(VENUE, market, frame.at_ns, ms_to_ns(envelope.ts))
        said.prices(*((None, row.price) if is_index else (row.price,)))
        return said

    # --- replies ------------------------------------------------------------------------------

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
        return self.listing.state(market, mapper.listed(market, row, self._is_down, at_ns))

    def _on_system(self, answer: wire.Answer[wire.SystemStatus], reply: Reply) -> Sequence[Output]:
        return self._maintain(answer.data.status, reply.at_ns) if answer.data else ()

    def _on_tickers(self, answer: _Table, reply: Reply) -> Sequence[Output]:
        """Figures of all markets; of those that are followed, what no stream tells better."""
        survey, at_ns, venue_ns = self._survey, reply.at_ns, answer.venue_ns
        rows, unread = _FIGURES.read(_rows(answer), reply.name, at_ns)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            market = survey.shown(row.symbol)
            if market is None:
                continue
            before_ms = market.told_ms
            facts = market.figures(row, at_ns, venue_ns, is_survey=survey.wants.survey)
            if survey.is_watched(market) and before_ms not in (None, market.told_ms):
                self._look_again()
            out += survey.news(market, facts)
        return out + survey.read(at_ns, len(rows), _SURVEY_S, venue_ns)

    def _on_rates(self, answer: _Table, reply: Reply) -> Sequence[Output]:
        """The newest payment of each followed market, sooner than its history is looked at."""
        return _NEWEST.each(_rows(answer), reply, self._newest)

    def _newest(self, row: wire.RatesRow, at_ns: int) -> Iterable[Output]:
        paid = mapper.newest(row)
        is_followed = any(market.native == row.symbol for market in self._followed_markets())
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
