"""dYdX v4 (dYdX Chain), read through the public Indexer.

| channel or endpoint | kind | means | we emit | unit | evidence |
|---|---|---|---|---|---|
| v4_orderbook | subscribed | whole book, uncrossed there | BookSnapshot | base | [1], recording |
| v4_orderbook | data, batch | absolute sizes, may cross | a BookDelta a frame | base | [1] [2] |
| v4_trades | all | fills, taker's side | Trade | base | [1], recording |
| v4_markets | subscribed | every market's row | Instrument, as below | | [1], recording |
| v4_markets | `trading` | partial rows, merged | Funding live, OpenInterest | h, base | [1] |
| v4_markets | `oraclePrices` | oracle, each block | Prices | USD | [1], recording |
| v4_block_height | all | a block was processed | Block | | [1] |
| perpetualMarkets | instruments | as v4_markets subscribed | the same | | [3], recording |
| historicalFunding | funding_history | paid hours | Funding settled | hour | [3], recording |
| orderbooks | book | the Indexer's own book | nothing, ours is checked | base | [3] |
| accounts | all | `dydx_account.py` has their table | Position, Margin … | USD | [1] [3] |

[1] https://docs.dydx.xyz/indexer-client/websockets
[2] https://docs.dydx.xyz/interaction/data/watch-orderbook
[3] https://docs.dydx.xyz/indexer-client/http
[4] https://docs.dydx.xyz/concepts/trading/funding

Rates [4]: `nextFundingRate` is the mean premium of the running hour so far plus the hourly
interest: a fraction per hour, positive when longs pay. It is `live`; there is no forecast beyond
it, hence no `predicted`. It keeps the last hour's value for a minute or so after the hour: a value
that we know from before the hour is withheld for 90 s. `rate` of the history is what was paid for
the hour that ended at `effectiveAt`.

Sizes are base units. Open interest is `openInterest` (one side, base); `baseOpenInterest` is not
maintained by the Indexer and is ignored. Positions are margined at the oracle price and no other
index is published, so `mark` and `index` are both the oracle [3].

Loss: `message_id` counts every message of a connection, whatever its channel. A number that is
missing may have been any book's, so all are reset and asked for again, the markets too. Numbers
mean something only while all channels are heard: we count on a link whose `Opened` we saw, within
one `connection_id`, and not on a bare tape, which may hold the recording of one channel. What the
Indexer loses itself leaves no hole: one book in turn is compared with REST, and asked for again if
the same levels differ twice.

No `Rtt`: the Indexer answers no application ping, and the time of a fetch includes our own queue.
One connection carries 32 books; of a longer list the first 32 are watched, and a `Reject` says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from cockpit.core import events
from cockpit.core.market import FundingTerms, Side
from cockpit.core.units import NS_PER_S
from cockpit.venues import contract
from cockpit.venues.contract import Fetch, Frame, Input, Output, Reply, Tick, Wanted, Wants
from cockpit.venues.dydx import accounts as account
from cockpit.venues.dydx import messages as wire
from cockpit.venues.dydx.books import Books
from cockpit.venues.dydx.funding_history import History
from cockpit.venues.dydx.instruments import (
    FACTS,
    NAME,
    MarketTable,
    symbol_of,
    ticker_of,
)
from cockpit.venues.dydx.subscriptions import (
    BLOCKS,
    MARKETS,
    ORDERBOOK,
    TRADES,
    Subscriptions,
    key_of,
)
from cockpit.venues.kit import decoding, numbers
from cockpit.venues.kit.sequencing import APPLY, GAP

T = TypeVar("T")

CHAIN = "dydx-mainnet-1"
BOOKS_A_LINK = 32
LISTING_ANSWER_NS = 15 * NS_PER_S
LISTING_RETRY_NS = 5 * NS_PER_S

_FORCED = frozenset({"LIQUIDATED", "DELEVERAGED"})
_UNUSED_CHANNELS = frozenset({"v4_candles"})
_UNUSED_REPLIES = frozenset({"candles", "fills", "height", "open_interest", "time", "trades"})

_KINDS: frozenset[type] = frozenset({
    events.Instrument, events.BookSnapshot, events.BookDelta, events.BookReset, events.Trade,
    events.Funding, events.OpenInterest, events.Prices, events.Block,
})  # fmt: skip

SPEC = contract.VenueSpec(
    name=NAME,
    title="dYdX",
    short="DYX",
    links={contract.MAIN: contract.LinkSpec("wss://indexer.dydx.trade/v4/ws")},
    rest_url="https://indexer.dydx.trade",
    chain=CHAIN,
    kinds=_KINDS | account.KINDS,
    # 100 requests in any 10 s: what the bucket holds and what refills meanwhile stay below it.
    weight_per_minute=480,
    burst=20,
    docs=(
        "https://docs.dydx.xyz/indexer-client/websockets",
        "https://docs.dydx.xyz/indexer-client/http",
        "https://docs.dydx.xyz/interaction/data/watch-orderbook",
        "https://docs.dydx.xyz/concepts/trading/funding",
    ),
    taker_fee=FACTS.taker_fee,
    maker_fee=FACTS.maker_fee,
    facts=FACTS,
    funding_terms=FundingTerms(interest_8h=0.0, dampener_8h=0.0),
    check_address=account.check_address,
    quiet_s=10.0,
)


class Session:
    """The dYdX Indexer's translator. What is learned about markets outlives a connection."""

    def __init__(self, wants: Wants) -> None:
        self._wants = wants
        self._link = Subscriptions()
        self._markets = MarketTable(frozenset(wants.symbols))
        self._accounts = account.Accounts(wants.accounts, self._markets.terms)
        self._listing_due_ns: int | None = None
        self._books = Books(self._link)
        self._histories: dict[str, History] = {}
        self._last_trade_ns: dict[str, int] = {}
        self._left_out: tuple[str, ...] = ()

    def handle(self, input: Input) -> Iterable[Output]:
        if isinstance(input, Frame):
            return self._frame(input)
        if isinstance(input, Tick):
            return self._tick(input.at_ns)
        if isinstance(input, Reply):
            return self._reply(input)
        if isinstance(input, contract.Opened):
            return self._opened(input.at_ns)
        if isinstance(input, contract.Closed):
            return self._closed()
        return self._wanted(input)

    # --- life -----------------------------------------------------------------------------------

    def _opened(self, at_ns: int) -> Iterator[Output]:
        self._books.clear()
        self._accounts.opened(is_open=True)
        self._link.reopen(is_open=True)
        yield self._fetch_listing(at_ns)
        yield from self._subscribe(at_ns)

    def _closed(self) -> Iterator[Output]:
        self._books.clear()
        self._accounts.opened(is_open=False)
        self._link.reopen(is_open=False)
        return iter(())

    def _wanted(self, input: Wanted) -> Iterator[Output]:
        known = set(self._wants.symbols)
        self._wants = input.wants
        self._accounts.want(input.wants.accounts)
        self._markets.wanted = frozenset(input.wants.symbols)
        if self._link.is_open and not known.issuperset(input.wants.symbols):
            yield self._fetch_listing(input.at_ns)  # for the facts that we passed over until now
        yield from self._subscribe(input.at_ns)

    def _tick(self, at_ns: int) -> Iterator[Output]:
        if self._link.is_open:
            yield from self._link.overdue(at_ns)
            yield from self._books.looks(at_ns)
        if self._listing_due_ns is not None and at_ns >= self._listing_due_ns:
            yield self._fetch_listing(at_ns)
        for ticker in self._watched():
            history = self._histories.get(ticker)
            if history is None:
                history = self._histories[ticker] = History(ticker)
            yield from history.due(at_ns)
        yield from self._markets.released(at_ns)
        yield from self._accounts.tick(at_ns)

    def _fetch_listing(self, at_ns: int) -> Fetch:
        self._listing_due_ns = at_ns + LISTING_ANSWER_NS
        return Fetch(name="instruments", path="/v4/perpetualMarkets")

    def _watched(self) -> list[str]:
        """Tickers of the wanted symbols that trade here, in the trader's order."""
        tickers = [ticker_of(symbol) for symbol in dict.fromkeys(self._wants.symbols)]
        return [ticker for ticker in tickers if self._markets.trades(ticker)]

    def _subscribe(self, at_ns: int) -> Iterator[Output]:
        """Bring the subscriptions in line with what is listed and wanted."""
        if not self._link.is_open:
            return
        watched = self._watched()
        tickers, left_out = watched[:BOOKS_A_LINK], tuple(watched[BOOKS_A_LINK:])
        if left_out and left_out != self._left_out:
            reason = f"one connection carries {BOOKS_A_LINK} books: the rest is not watched"
            yield decoding.reject(NAME, at_ns, reason, ", ".join(left_out))
        self._left_out = left_out
        yield from self._books.keep(tickers, at_ns)
        keys = [(MARKETS, ""), (BLOCKS, "")]
        keys += [(channel, ticker) for ticker in tickers for channel in (ORDERBOOK, TRADES)]
        keys += self._accounts.keys()
        yield from self._link.want(keys, at_ns)

    # --- frames ---------------------------------------------------------------------------------

    def _frame(self, frame: Frame) -> Iterable[Output]:
        message = wire.read(frame.data)
        if isinstance(message, str):
            return self._stray(message, frame)
        if isinstance(message, wire.Pong):
            return ()
        verdict = self._link.judge(message)
        if verdict is APPLY:
            if type(message) is wire.Batch and message.channel == ORDERBOOK:
                return self._books.updates(message, message.contents, frame)
            return self._said(message, frame)
        if verdict is GAP:
            return [*self._lost(frame.at_ns), *self._said(message, frame)]
        return ()

    def _said(self, message: wire.Message, frame: Frame) -> Iterable[Output]:
        if isinstance(message, wire.Batch):
            if message.channel == ORDERBOOK:
                return self._books.updates(message, message.contents, frame)
            return self._updates(message, message.contents, frame)
        if isinstance(message, wire.Data):
            return self._updates(message, [message.contents], frame)
        if isinstance(message, wire.Subscribed):
            return self._whole(message, frame)
        if isinstance(message, wire.Failure):
            self._link.refused(key_of(message), message.message, frame.at_ns)
            return (decoding.reject(NAME, frame.at_ns, message.message, frame.data),)
        return ()

    def _updates(
        self, message: wire.Message, updates: list[wire.Update[wire.Change]], frame: Frame
    ) -> Iterator[Output]:
        channel, at_ns = message.channel, frame.at_ns
        if channel == ORDERBOOK:
            yield from self._books.updates(message, updates, frame)
        elif channel == TRADES:
            rows = [r for u in updates if isinstance(u.trades, tuple) for r in u.trades]
            yield from self._trades(message.id, rows, frame)
        elif channel == MARKETS:
            known = len(self._markets)
            for update in updates:
                yield from self._markets.rows(update.trading or {}, at_ns)
                yield from self._markets.oracles(update.oracle_prices or {}, at_ns)
            if len(self._markets) != known:
                yield from self._subscribe(at_ns)
        elif channel == BLOCKS:
            for update in updates:
                yield from self._block(update.block_height, update.time, frame)
        elif channel in account.CHANNELS:
            yield from self._accounts.frame(frame)
        elif channel not in _UNUSED_CHANNELS:
            yield decoding.reject(NAME, at_ns, f"unknown channel {channel}", frame.data)

    def _whole(self, message: wire.Subscribed, frame: Frame) -> Iterator[Output]:
        channel, contents, at_ns = message.channel, message.contents, frame.at_ns
        if channel == ORDERBOOK:
            yield from self._books.whole(message, frame)
            return
        self._link.answered(key_of(message))
        if channel == TRADES:
            newest_ns = self._last_trade_ns.get(message.id, -1)
            rows = [r for r in reversed(contents.trades) if wire.ns_of(r.created_at) > newest_ns]
            rows.sort(key=lambda row: row.created_at)
            yield from self._trades(message.id, rows, frame)
        elif channel == MARKETS:
            yield from self._listed(contents.markets, at_ns)
        elif channel == BLOCKS:
            yield from self._block(contents.height, contents.time, frame)
        elif channel in account.CHANNELS:
            yield from self._accounts.frame(frame)
        elif channel not in _UNUSED_CHANNELS:
            yield decoding.reject(NAME, at_ns, f"unknown channel {channel}", frame.data)

    def _trades(self, ticker: str, rows: list[wire.TradeRow], frame: Frame) -> Iterator[Output]:
        symbol = symbol_of(ticker)
        for row in rows:
            if numbers.positive(row.price) is None or numbers.positive(row.size) is None:
                yield decoding.reject(NAME, frame.at_ns, "insane trade", frame.data)
                continue
            venue_ns = wire.ns_of(row.created_at)
            self._last_trade_ns[ticker] = venue_ns
            yield events.Trade(
                venue=NAME, recv_ns=frame.at_ns, venue_ns=venue_ns, symbol=symbol,
                price=row.price, size=row.size, side=Side.BUY if row.side == "BUY" else Side.SELL,
                liquidation=row.liquidation or row.type in _FORCED,
            )  # fmt: skip

    def _block(
        self, height: int | None, time: wire.Instant | None, frame: Frame
    ) -> Iterator[Output]:
        if height is None or time is None:
            yield decoding.reject(NAME, frame.at_ns, "block without height or time", frame.data)
            return
        block_ns = wire.ns_of(time)
        yield events.Block(
            venue=NAME, recv_ns=frame.at_ns, venue_ns=block_ns, chain=CHAIN, height=height,
            block_ns=block_ns,
        )  # fmt: skip

    def _stray(self, problem: str, frame: Frame) -> Iterator[Output]:
        """A message that did not decode: what can be said of it, and what it may have broken."""
        stray = decoding.decode(wire.STRAY, frame.data)
        if isinstance(stray, str):
            yield decoding.reject(NAME, frame.at_ns, problem, frame.data)
            return
        number = stray.message_id
        if number is not None and self._link.judge_number(number) is GAP:
            yield from self._lost(frame.at_ns)
        if stray.jsonrpc is not None or stray.channel in _UNUSED_CHANNELS:
            return
        if stray.type not in wire.TYPES:
            problem = f"unknown type {stray.type}"
        yield decoding.reject(NAME, frame.at_ns, problem, frame.data)
        if stray.channel == ORDERBOOK:
            yield from self._books.lose(str(stray.id), "unreadable message", frame.at_ns)
        elif stray.channel == MARKETS:
            yield from self._link.again((MARKETS, ""), frame.at_ns)
        elif stray.channel in account.CHANNELS:
            yield from self._link.again((stray.channel, str(stray.id)), frame.at_ns)
            yield from self._accounts.misheard(str(stray.id), frame.at_ns)

    def _lost(self, at_ns: int) -> Iterator[Output]:
        """A message is missing, and it may have been any book's, account's or market's."""
        self._accounts.lost()
        yield from self._books.lose_all("missing message", at_ns)
        for key in [(MARKETS, ""), *self._accounts.keys()]:
            yield from self._link.again(key, at_ns)

    # --- replies --------------------------------------------------------------------------------

    def _reply(self, reply: Reply) -> Iterator[Output]:
        name, at_ns = reply.name, reply.at_ns
        if name in _UNUSED_REPLIES:
            return
        if self._accounts.owns(reply):
            yield from self._accounts.reply(reply)
            yield from self._subscribe(at_ns)
            return
        problem: str
        if name in ("instruments", "tickers"):
            self._listing_due_ns = at_ns + LISTING_RETRY_NS
            answer = _answer(wire.MARKETS, reply)
            if not isinstance(answer, str):
                yield from self._listed(answer.markets, at_ns)
                return
            problem = answer
        elif name == "funding_history":
            history = _answer(wire.HISTORY, reply)
            if not isinstance(history, str):
                yield from self._settled(history.historical_funding, reply)
                return
            problem = history
            if reply.key in self._histories:
                self._histories[reply.key].failed(at_ns)
        elif name == "book":
            book = _answer(wire.BOOK, reply)
            if not isinstance(book, str):
                yield from self._compared(book, reply)
                return
            problem = book
        else:
            problem = f"unknown reply {name}"
        yield decoding.reject(NAME, at_ns, problem, reply.body)

    def _listed(self, rows: Mapping[str, msgspec.Raw], at_ns: int) -> Iterator[Output]:
        if not rows:
            yield decoding.reject(NAME, at_ns, "empty list of markets")
            return
        self._listing_due_ns = None
        yield from self._markets.listed(rows, at_ns)
        yield from self._subscribe(at_ns)

    def _settled(self, rows: list[wire.FundingRow], reply: Reply) -> Iterator[Output]:
        ticker = rows[0].ticker if rows else reply.key
        history = self._histories.get(ticker)
        if history is None:
            history = self._histories[ticker] = History(ticker)
        paid = list(history.settled(rows, reply.at_ns))
        yield from paid
        yield from history.answered(rows, bool(paid), reply.at_ns)

    def _compared(self, rest: wire.Book, reply: Reply) -> Iterator[Output]:
        subject = decoding.subject(reply, self._wants)
        if subject is not None:
            yield from self._books.compared(reply.key or ticker_of(subject), rest, reply)


def _answer(decoder: "msgspec.json.Decoder[T]", reply: Reply) -> T | str:
    """What a reply says, or why it says nothing: in the venue's own words where it has some."""
    problem = decoding.refused(reply)
    if problem is None:
        return decoding.decode(decoder, reply.body)
    body = decoding.decode(wire.REFUSAL, reply.body)
    if isinstance(body, str) or not body.errors:
        return problem
    return f"{problem}: {body.errors[0].get('msg', '')}"
