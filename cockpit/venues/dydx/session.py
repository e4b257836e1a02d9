"""What a session of dYdX hears and says. The table of channels is in the package's docstring."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Raw

from cockpit.core.events import Block, Surveyed
from cockpit.core.units import NS_PER_S, hour_floor_ns
from cockpit.venues.contract import Frame, Output, Reply, Wants
from cockpit.venues.dydx import messages as wire
from cockpit.venues.dydx.accounts import Accounts
from cockpit.venues.dydx.books import IndexerBooks
from cockpit.venues.dydx.connection import ACCOUNTS, BLOCKS, MARKETS, TRADES, Connection, key_of
from cockpit.venues.dydx.mapper import ORDERBOOK, VENUE, DydxMarket, Fact, symbol_of, ticker_of
from cockpit.venues.dydx.rest import HISTORY, answer_of, ask_history, ask_markets
from cockpit.venues.dydx.wire_2023 import modern
from cockpit.venues.kit.backfill import Backfill
from cockpit.venues.kit.decoding import BROKEN, decode, reject
from cockpit.venues.kit.dedupe import Unchanged
from cockpit.venues.kit.instruments import ONE, Instruments
from cockpit.venues.kit.numbers import is_nothing, positive
from cockpit.venues.kit.polling import Question, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.sequencing import APPLY, GAP
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.subscriptions import Rules, Subscriptions

BOOKS_A_LINK = 32
CHAIN = "dydx-mainnet-1"
_PAID = RowReader(VENUE, wire.FundingRow, "ticker")
_LISTING_S, _SURVEY_S = 600.0, 30.0
"""The Indexer works its figures out every 30 s."""
_ORACLES_OLD_NS = 60 * NS_PER_S
"""Some of three hundred move with every block."""
_UNUSED_CHANNELS = frozenset({"v4_candles"})
_UNUSED_REPLIES = ("candles", "fills", "height", "open_interest", "time", "trades")
"""A recording may have them."""


class Session(VenueSession):
    """The dYdX Indexer's translator. What is learned about markets outlives a connection."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self.listing = Instruments[DydxMarket]()
        self._connection = Connection()
        # The venue closes a connection that asks for one subject more than twice a second.
        self._keys = Subscriptions(self._connection.encode, Rules(spacing_s=1.0))
        self._books = IndexerBooks(self._keys, self._market)
        timing = Timing(period_s=_SURVEY_S if wants.survey else _LISTING_S)
        self._markets = Question(VENUE, ask_markets, wire.MARKETS, timing, at_once=True)
        self._history = Backfill(HISTORY, ask_history)
        self._accounts = Accounts(wants.accounts, self._terms)
        self.parts = (self._books, self._keys, self._markets, self._history, self._accounts)
        self.answers: Mapping[str, Callable[[Reply], Sequence[Output]]] = {
            **dict.fromkeys(_UNUSED_REPLIES, lambda reply: ()),
            **dict.fromkeys(("instruments", "tickers"), self._on_markets),
            **dict.fromkeys(("account", "funding_payments"), self._on_account),
            "funding_history": self._on_history,
            "book": self._on_book,
        }
        self._said = Unchanged()
        self._followed_wants = wants
        self._symbols = frozenset(wants.symbols)
        self._left_out: list[DydxMarket] = []
        self._unread: list[str] = []
        """Symbols whose rows could not be read since the last whole list."""
        self._was_opened = False
        self._oracles_ns: int | None = None
        """When any oracle was heard last; None where that is too long ago to value accounts by."""

    # --- life -----------------------------------------------------------------------------------

    def follow(self, at_ns: int) -> Sequence[Output]:
        """A book and trades of each wanted market that the connection has room for."""
        self._was_opened = True
        out = self._follow_wants(at_ns) if self._followed_wants != self.wants else []
        watched = list(self._watched())
        served, left_out = watched[:BOOKS_A_LINK], watched[BOOKS_A_LINK:]
        if left_out and left_out != self._left_out:
            reason = f"one connection carries {BOOKS_A_LINK} books: the rest is not watched"
            out.append(reject(VENUE, at_ns, reason, ", ".join(m.native for m in left_out)))
        self._left_out = left_out
        out += self._books.want(served, at_ns)
        keys = [key_of(channel, m.native) for m in served for channel in (ORDERBOOK, TRADES)]
        out += self._accounts.want(self.wants.accounts, at_ns)
        out += self._keys.want([MARKETS, BLOCKS, *keys, *self._accounts.keys()], at_ns)
        payers = {market.native: market.symbol for market in watched}
        return [*out, *self._history.want_markets(payers, at_ns, self.wants.kept)]

    def _follow_wants(self, at_ns: int) -> list[Output]:
        """The watch list is another: ask for the facts that were passed over until now."""
        before, self._symbols = self._symbols, frozenset(self.wants.symbols)
        self._followed_wants = self.wants
        self._said.forget()
        self._markets.every(_SURVEY_S if self.wants.survey else _LISTING_S)
        is_more = self.wants.survey or not self._symbols <= before
        return [self._markets.ask(at_ns)] if is_more else []

    def _watched(self) -> Iterator[DydxMarket]:
        """The wanted markets that are listed and not gone, in the trader's order."""
        for symbol in dict.fromkeys(self.wants.symbols):
            market = self.listing.markets.get(ticker_of(symbol))
            if market is not None and market.instrument is not None and not market.is_gone:
                yield market

    def on_closed(self, link: str) -> None:
        self._connection.forget()
        self._said.forget()
        self._oracles_ns = None

    def on_tick(self, at_ns: int) -> Sequence[Output]:
        """Live rates that were withheld after the hour; oracles that nobody tells any more."""
        held = [market for market in self.listing.markets.values() if market.holds_rate]
        out: list[Output] = [f for m in held if self._shows(m) for f in m.released(at_ns)]
        if self._oracles_ns is None or at_ns - self._oracles_ns < _ORACLES_OLD_NS:
            return out
        self._oracles_ns = None
        return [*out, *self._keys.renew([MARKETS], at_ns)]

    def _shows(self, market: DydxMarket) -> bool:
        """Whether figures of this market are wanted; of a bare recording they all are."""
        is_bare = not (self._was_opened or self._symbols)
        return market.symbol in self._symbols or self.wants.survey or is_bare

    def _market(self, ticker: str) -> DydxMarket:
        market = self.listing.markets.get(ticker)
        if market is None:
            market = self.listing.markets[ticker] = DydxMarket(ticker, symbol_of(ticker))
        return market

    def _terms(self, ticker: str) -> tuple[float | None, float | None, float | None]:
        market = None if self._oracles_ns is None else self.listing.markets.get(ticker)
        return (None, None, None) if market is None else market.terms

    # --- frames ---------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        try:
            message = wire.FRAME.decode(frame.data)
        except BROKEN as error:
            old = decode(wire.FRAME, modern(frame.data))
            if isinstance(old, str):
                return self._stray(str(error) or type(error).__name__, frame)
            message = old
        if isinstance(message, wire.Pong):
            return ()
        verdict = self._connection.judge(message) if self.links else APPLY
        if verdict is APPLY:
            market = self.listing.markets.get(message.id)
            if market is not None and type(message) is wire.Batch and message.channel == ORDERBOOK:
                number = message.message_id
                return self._books.changes(market, number, message.contents, frame.at_ns)
            return self._hear(message, frame)
        if verdict is GAP:
            return [*self._lost(frame.at_ns), *self._hear(message, frame)]
        return ()

    def _hear(self, message: wire.Message, frame: Frame) -> Sequence[Output]:
        channel, at_ns = message.channel, frame.at_ns
        if isinstance(message, wire.Batch | wire.Data):
            contents = message.contents
            updates = contents if isinstance(contents, list) else [contents]
            if channel == ORDERBOOK:
                market = self._market(message.id)
                return self._books.changes(market, message.message_id, updates, at_ns)
            if channel in ACCOUNTS:
                return list(self._accounts.frame(message, frame))
            return [output for part in updates for output in self._said_of(message, part, frame)]
        if isinstance(message, wire.Subscribed):
            self._keys.answered(key_of(channel, message.id))
            if channel == ORDERBOOK:
                return list(self._books.whole(message, at_ns, frame.data))
            if channel in ACCOUNTS:
                return list(self._accounts.frame(message, frame))
            return list(self._said_of(message, message.contents, frame))
        if isinstance(message, wire.Failure):
            refused = reject(VENUE, at_ns, message.message, frame.data)
            return [refused, *self._refused(message, at_ns)]
        return ()

    def _said_of(
        self, message: wire.Message, part: wire.Whole | wire.Update, frame: Frame
    ) -> Iterable[Output]:
        """What a message of the other channels says: the state at the start, or what changed."""
        at_ns = frame.at_ns
        if message.channel == TRADES:
            return self._market(message.id).trades(part, at_ns)
        if message.channel == MARKETS and isinstance(part, wire.Whole):
            return self._listed(part.markets, at_ns)
        if message.channel == MARKETS and isinstance(part, wire.Update):
            rows, oracles = part.trading or {}, part.oracle_prices or {}
            return [*self._rows(rows, at_ns), *self._oracles(oracles, at_ns)]
        if message.channel == BLOCKS:
            return [_block(part, frame)]
        if message.channel in _UNUSED_CHANNELS:
            return ()
        return [reject(VENUE, at_ns, f"unknown channel {message.channel}", frame.data)]

    def _refused(self, message: wire.Failure, at_ns: int) -> Sequence[Output]:
        """The venue said no: at once again if it was a matter of order, soon if of trouble."""
        key, text = key_of(message.channel, message.id), message.message
        if "already subscribed" in text:
            return self._keys.renew([key], at_ns)
        is_lasting = text.startswith("Invalid") or "limit reached" in text
        self._keys.refuse(key, at_ns, 60.0 if is_lasting else 1.0)
        return ()

    def _stray(self, problem: str, frame: Frame) -> Sequence[Output]:
        """A message that did not decode: what can be said of it, and what it may have broken."""
        at_ns = frame.at_ns
        stray = decode(wire.STRAY, frame.data)
        if isinstance(stray, str):
            return [reject(VENUE, at_ns, problem, frame.data)]
        channel, id, out = stray.channel, str(stray.id), list[Output]()
        if stray.message_id is not None and self.links:
            is_gap = self._connection.judge_number(stray.message_id) is GAP
            out += self._lost(at_ns) if is_gap else ()
        if stray.jsonrpc is not None or channel in _UNUSED_CHANNELS:
            return out
        if stray.type not in wire.TYPES:
            problem = f"unknown type {stray.type}"
        elif channel in ACCOUNTS:
            problem = f"account: {problem}"
        out.append(reject(VENUE, at_ns, problem, frame.data))
        if channel == ORDERBOOK:
            return out + self._books.lose(self._market(id), at_ns, "unreadable message")
        if channel == MARKETS or channel in ACCOUNTS:
            out += self._keys.renew([key_of(channel, id)], at_ns)
        return [*out, *self._accounts.misheard(id, at_ns)] if channel in ACCOUNTS else out

    def _lost(self, at_ns: int) -> list[Output]:
        """A message is missing, and it may have been any book's, account's or market's."""
        self._accounts.lost(at_ns)
        out = self._books.lose_all(at_ns, "missing message")
        return out + self._keys.renew([MARKETS, *self._accounts.keys()], at_ns)

    # --- markets --------------------------------------------------------------------------------

    def _listed(self, rows: Mapping[str, Raw], at_ns: int) -> Iterator[Output]:
        """The whole list."""
        if not rows:
            yield reject(VENUE, at_ns, "empty list of markets")
            return
        self.listing.begin()
        self._oracles_ns, self._unread = at_ns, []
        yield from self._rows(rows, at_ns)
        yield from self.listing.end(at_ns)

    def _rows(self, rows: Mapping[str, Raw], at_ns: int) -> Iterator[Output]:
        """Whole or partial rows. One that is nonsense is rejected alone."""
        for ticker, raw in rows.items():
            row = decode(wire.ROW, raw)
            if isinstance(row, str):
                self.listing.unread([ticker])
                self._unread.append(symbol_of(ticker))
                yield reject(VENUE, at_ns, f"market {ticker}: {row}", bytes(raw))
                continue
            market = self.listing.adopt(ticker, symbol_of(ticker), ONE, DydxMarket)
            yield from market.merge(row, at_ns)
            if market.status:
                yield from self.listing.state(market, market.instrument_at(at_ns))
            if self._shows(market):
                facts = market.facts(row, at_ns, survey=self.wants.survey)
                yield from self._news(market, facts)

    def _oracles(self, rows: Mapping[str, wire.OracleRow], at_ns: int) -> Iterator[Output]:
        """New oracle prices. Once the list is known, assets without a market are passed over."""
        if rows:
            self._oracles_ns = at_ns
        for ticker, row in rows.items():
            if self.listing.is_whole and ticker not in self.listing.markets:
                continue
            market, oracle = self._market(ticker), positive(row.oracle_price)
            if oracle is None and not is_nothing(row.oracle_price):
                reason = f"market {ticker}: its oracle price is none"
                yield reject(VENUE, at_ns, reason, str(row.oracle_price))
            if oracle is None or market.is_gone:
                continue
            market.figures["oraclePrice"] = oracle
            if self._shows(market):
                venue_ns = None if row.effective_at is None else wire.ns_of(row.effective_at)
                yield from self._news(market, [market.prices(oracle, at_ns, venue_ns)])

    def _news(self, market: DydxMarket, facts: Iterable[Fact]) -> Iterable[Fact]:
        """Of a market that is only surveyed what has changed alone."""
        is_watched = not self.wants.survey or market.symbol in self._symbols
        return facts if is_watched else self._said.news(facts)

    # --- replies --------------------------------------------------------------------------------

    def _on_markets(self, reply: Reply) -> Sequence[Output]:
        answer, at_ns = answer_of(wire.MARKETS, reply), reply.at_ns
        if isinstance(answer, str) or not answer.markets:
            self._markets.failed(reply)
        if isinstance(answer, str):
            return [reject(VENUE, at_ns, answer, reply.body)]
        out, count = list(self._listed(answer.markets, at_ns)), len(answer.markets)
        if not self.wants.survey:
            return out
        silent = tuple(self._unread)
        told = Surveyed(
            venue=VENUE, recv_ns=at_ns, markets=count, period_s=_SURVEY_S, silent=silent
        )
        return [*out, told]

    def _on_history(self, reply: Reply) -> Sequence[Output]:
        answer, at_ns = answer_of(wire.HISTORY, reply), reply.at_ns
        if isinstance(answer, str):
            self._history.failed(reply.key, at_ns)
            return [reject(VENUE, at_ns, answer, reply.body)]
        rows, unread = _PAID.read(answer.historical_funding, reply.name, reply.at_ns)
        market = self._market(rows[0].ticker if rows else reply.key)
        paid = list(market.settled(rows, at_ns))
        # A row at no possible time still counts: a full page must not look like the last one.
        stamps_ns = [wire.ns_of(row.effective_at) or at_ns for row in rows]
        lost = len(unread.names)
        more = self._history.answered(market.native, stamps_ns, at_ns, unread=lost)
        if not more and max(market.paid_ns, default=at_ns) < hour_floor_ns(at_ns):
            self._history.failed(market.native, at_ns)  # this hour's row is late
        return [*unread.rejects, *paid, *more]

    def _on_book(self, reply: Reply) -> Sequence[Output]:
        answer = answer_of(wire.BOOK, reply)
        if isinstance(answer, str):
            return [reject(VENUE, reply.at_ns, answer, reply.body)]
        # Without a key, as in early recordings, it is about the only one that is watched.
        symbols = self.wants.symbols
        about = reply.key or ticker_of(symbols[0] if len(symbols) == 1 else "")
        return self._books.compared(self._market(about), answer, reply)

    def _on_account(self, reply: Reply) -> Sequence[Output]:
        parents = self._accounts.keys()
        out = self._accounts.reply(reply)
        if self._accounts.keys() != parents:
            self.listing.changed()
        return out


def _block(part: wire.Whole | wire.Update, frame: Frame) -> Output:
    height = part.height if isinstance(part, wire.Whole) else part.block_height
    block_ns = None if part.time is None else wire.ns_of(part.time)
    if height is None or height < 0 or block_ns is None:
        return reject(VENUE, frame.at_ns, "block without height or time", frame.data)
    at_ns = frame.at_ns
    return Block(
        venue=VENUE, recv_ns=at_ns, venue_ns=block_ns, chain=CHAIN, height=height, block_ns=block_ns
    )  # fmt: skip
