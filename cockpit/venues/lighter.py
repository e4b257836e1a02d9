"""Lighter: a ZK rollup with hourly funding; its sequencer's blocks are its clock.

Pages: W = https://apidocs.lighter.xyz/docs/websocket-reference, R = https://apidocs.lighter.xyz
(REST schema), F = https://docs.lighter.xyz/perpetual-futures/funding. Rec = mainnet, October 2025.

| channel or endpoint    | kinds              | what it means              | what we emit    | unit | evidence |
| ---------------------- | ------------------ | -------------------------- | --------------- | ---- | -------- |
| order_book/{id}        | subscribed         | the whole book             | BookSnapshot    | base | W, Rec |
|                        | update             | new absolute sizes         | BookDelta/Reset | base | W, Rec |
| trade/{id}             | subscribed, update | fills, liquidations        | Trade           | base | W, Rec |
| market_stats/{id\\|all} | subscribed, update | mark, index, last          | Prices          | quote per base | W, Rec |
|                        |                    | open_interest = base x mark | OpenInterest   | USD, divided by mark | W, Rec |
|                        |                    | current_funding_rate       | Funding live    | percent per hour | W, F, Rec |
|                        |                    | funding_rate, last payment | Funding settled | percent per hour | W, F, Rec |
| height                 | update             | a new block                | Block           | ms   | W |
| ping, pong, shutdown   |                    | keepalive, restart         | Send, Rtt, Restart |   | W |
| error                  |                    | a refusal                  | Reject          |      | W |
| ticker, candle, spot and account channels | all | not used                | nothing         |      | W |
| orderBookDetails       | reply              | listed perps               | Instrument, OpenInterest | base | R |
| fundings               | reply              | payments                   | Funding settled | percent per hour | R |
| funding-rates          | reply (not asked)  | rates of several exchanges | Funding live of `lighter` rows | fraction per 8 h | R |
| other endpoints        | reply              | not used                   | nothing         |      | R |

Rates. `current_funding_rate` (W) is signed percent per hour and estimates the payment at the next
full hour; `funding_rate` (W) is what was paid at `funding_timestamp`, which is the *last* payment.
`fundings` (R) is percent per hour without a sign: `direction` "long" means that longs paid. The
number in `funding-rates` (R) is the hourly fraction times eight.
Sizes. Books and trades count base units; `1000PEPE` and its like (table below) count 1000 coins.
Open interest counts one side: USD in market_stats (W), base units in orderBookDetails (R).
Names. Markets are numbers on the wire. Until metadata names one, the documented mainnet ids are
believed (ETH 0, BTC 1, SOL 2, HYPE 24) and any other id is called `@<id>`.
"""  # noqa: E501

from collections.abc import Iterable, Iterator

import msgspec

from cockpit.core.events import (
    Block, BookDelta, BookReset, BookSnapshot, Funding, Instrument, Levels, OpenInterest, Prices,
    Rtt, Trade,
)  # fmt: skip
from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_MS, NS_PER_S, next_boundary_ns
from cockpit.venues import lighter_wire as wire
from cockpit.venues.books import ChainedBook, Verdict
from cockpit.venues.contract import (
    Closed, Fetch, Frame, Input, LinkSpec, Opened, Output, Reply, Restart, Send, Tick, VenueSpec,
    Wanted, Wants,
)  # fmt: skip
from cockpit.venues.kit import (
    Every, decode, finite, printable, refused, reject, sane_levels, scale_levels, subject,
)  # fmt: skip

__all__ = ["SPEC", "Session"]

SPEC = VenueSpec(
    name="lighter",
    title="Lighter",
    short="LIT",
    links={"main": LinkSpec(url="wss://mainnet.zklighter.elliot.ai/stream?readonly=true")},
    rest_url="https://mainnet.zklighter.elliot.ai",
    chain="lighter",
    kinds=frozenset(
        {Instrument, BookSnapshot, BookDelta, Trade, Funding, OpenInterest, Prices, Block, Rtt}
    ),
    weight_per_minute=60,
    burst=5,
    docs=(
        "https://apidocs.lighter.xyz/docs/websocket-reference",
        "https://apidocs.lighter.xyz",
        "https://docs.lighter.xyz/perpetual-futures/funding",
    ),
    taker_fee=0.0,
    maker_fee=0.0,
    publishes_fees=True,
)

_VENUE = SPEC.name
_DOCUMENTED_IDS = {0: "ETH", 1: "BTC", 2: "SOL", 24: "HYPE"}
_LAST_PERP_ID = 254
_THOUSANDS = {
    "1000BONK": "BONK",
    "1000FLOKI": "FLOKI",
    "1000PEPE": "PEPE",
    "1000SHIB": "SHIB",
    "1000TOSHI": "TOSHI",
}
_UNUSED = frozenset(
    {"ticker", "candle", "mark_price_candle", "spot_market_stats", "bo_market_stats", "user_stats",
     "notification", "pool_data", "pool_info"}
)  # fmt: skip
_EVERYWHERE = ("market_stats/all", "height")
_ALREADY_SUBSCRIBED = 30003
_RETRY_NS = 5 * NS_PER_S
_METADATA_NS = 600 * NS_PER_S
_MAX_MS = 10**13


class _Outbox:
    """What is still to be said, no faster than the venue listens.

    The venue hears 200 messages a minute and 50 unanswered subscribes; 35 + 2.7 a second stays
    below the first, with room for pings.
    """

    MESSAGES, PER_S, IN_FLIGHT = 35.0, 2.7, 35

    def __init__(self) -> None:
        self._queue: dict[str, tuple[str, ...]] = {}
        self.pending: dict[str, int] = {}
        self._left = self.MESSAGES
        self._at_ns = 0

    def ask(self, channel: str, *, again: bool = False) -> None:
        self.pending.pop(channel, None)
        self._queue[channel] = ("unsubscribe", "subscribe") if again else ("subscribe",)

    def leave(self, channel: str) -> None:
        self.pending.pop(channel, None)
        self._queue[channel] = ("unsubscribe",)

    def is_waiting(self, channel: str) -> bool:
        return channel in self.pending or channel in self._queue

    def overdue(self, at_ns: int) -> list[str]:
        return [name for name, since in self.pending.items() if at_ns - since >= _RETRY_NS]

    def drain(self, at_ns: int) -> Iterator[Send]:
        earned = max(0, at_ns - self._at_ns) / NS_PER_S * self.PER_S
        self._left = min(self.MESSAGES, self._left + earned)
        self._at_ns = at_ns
        while self._queue and self._left >= 2.0 and len(self.pending) < self.IN_FLIGHT:
            channel = next(iter(self._queue))
            verbs = self._queue.pop(channel)
            self._left -= len(verbs)
            if "subscribe" in verbs:
                self.pending[channel] = at_ns
            for verb in verbs:
                yield Send(f'{{"type":"{verb}","channel":"{channel}"}}')


class _History:
    """Which settled hours of a market are still to be fetched: windows of at most 100 rows.

    A window is asked again after its last row until a call adds nothing, because the number of
    rows a call may return is not documented.
    """

    ROWS = 100
    DAYS = 30
    AFTER_HOUR_NS = 45 * NS_PER_S
    RETRY_NS = 60 * NS_PER_S

    def __init__(self, at_ns: int) -> None:
        self._next_s = at_ns // HOUR_NS * HOUR_S - self.DAYS * 86_400
        self._end_s: int | None = None
        self._due_ns = at_ns

    def window(self, at_ns: int) -> tuple[int, int] | None:
        """First and last second to ask for now, or None while waiting."""
        if self._end_s is not None or at_ns < self._due_ns:
            return None
        self._end_s = min(self._next_s + self.ROWS * HOUR_S - 1, at_ns // NS_PER_S)
        return self._next_s, self._end_s

    def answered(self, stamps_s: Iterable[int], at_ns: int) -> None:
        if self._end_s is None:
            return
        end_s, self._end_s = self._end_s, None
        is_newest = end_s < self._next_s + self.ROWS * HOUR_S - 1
        last_s = max((s for s in stamps_s if self._next_s <= s <= end_s), default=None)
        if last_s is not None:
            self._next_s = last_s + 1
            is_done = is_newest and last_s + HOUR_S > end_s
        else:
            is_done = is_newest
            if not is_newest:
                self._next_s = end_s + 1
        self._due_ns = (at_ns // HOUR_NS + 1) * HOUR_NS + self.AFTER_HOUR_NS if is_done else at_ns

    def failed(self, at_ns: int) -> None:
        self._end_s = None
        self._due_ns = at_ns + self.RETRY_NS


class _Market:
    """One market id: its name, its place in the chain of book messages, what was said already."""

    KEPT_TRADES = 512

    def __init__(self, market_id: int) -> None:
        self.id = market_id
        self.symbol = _DOCUMENTED_IDS.get(market_id, f"@{market_id}")
        self.contract = 1.0
        self.is_named = False
        self.size_decimals: int | None = None
        self.instrument: Instrument | None = None
        self.history: _History | None = None
        self.settled_ms = 0
        self._by_nonce = ChainedBook()
        self._by_offset = ChainedBook()
        self.is_synced = False
        self._trades: dict[int, None] = {}
        self._liquidations: dict[int, None] = {}

    @property
    def is_tradable(self) -> bool:
        return self.instrument is None or self.instrument.status != "delisted"

    def snapshot(self, book: wire.Book) -> None:
        self._by_nonce.last, self._by_offset.last = book.nonce, book.offset
        self.is_synced = True

    def link(self, book: wire.Book, at_ns: int) -> Verdict:
        """Nonces decide where both ends have them; the recordings of 2025 have offsets only."""
        if not self.is_synced:
            return Verdict.IGNORE
        nonce, offset = book.nonce, book.offset
        if nonce is not None and book.begin_nonce is not None and self._by_nonce.is_synced:
            verdict = self._by_nonce.delta(book.begin_nonce, nonce, at_ns)
        elif offset is not None and self._by_offset.is_synced:
            verdict = self._by_offset.delta(offset - 1, offset, at_ns)
        else:
            verdict = Verdict.GAP
        if verdict is Verdict.APPLY:
            self._by_nonce.last, self._by_offset.last = nonce, offset
        return verdict

    def lose(self) -> bool:
        """Wait for a snapshot; True if there was a book to lose."""
        was_synced, self.is_synced = self.is_synced, False
        return was_synced

    def is_new(self, trade_id: int, *, liquidation: bool) -> bool:
        """False for a fill that was told before: each subscription repeats the last hundred."""
        seen = self._liquidations if liquidation else self._trades
        if trade_id in seen:
            return False
        seen[trade_id] = None
        if len(seen) > self.KEPT_TRADES:
            del seen[next(iter(seen))]
        return True


class Session:
    """See the module docstring for what is read and what is said."""

    def __init__(self, wants: Wants) -> None:
        self._wants = wants
        self._is_open = False
        self._markets: dict[int, _Market] = {}
        self._channels: dict[str, _Market] = {}
        self._outbox = _Outbox()
        self._asked: dict[str, None] = {}
        self._metadata_due_ns = 0
        self._ping = Every(30.0)
        self._pinged_ns: int | None = None

    def handle(self, input: Input) -> Iterator[Output]:
        """Every consequence of one input, in order."""
        match input:
            case Frame():
                return self._frame(input.at_ns, input.data)
            case Reply():
                return self._reply(input)
            case Tick():
                return self._tick(input.at_ns)
            case Opened():
                return self._opened(input.at_ns)
            case Wanted():
                self._wants = input.wants
                return self._subscribe(input.at_ns)
            case Closed():
                self._closed()
        return iter(())

    # --- life ---------------------------------------------------------------------------------

    def _opened(self, at_ns: int) -> Iterator[Output]:
        self._closed()
        self._is_open = True
        yield self._metadata(at_ns)
        yield from self._subscribe(at_ns)

    def _closed(self) -> None:
        self._is_open = False
        self._outbox = _Outbox()
        self._asked = {}
        self._ping.reset()
        self._pinged_ns = None
        for market in self._markets.values():
            market.lose()

    def _tick(self, at_ns: int) -> Iterator[Output]:
        for channel in self._outbox.overdue(at_ns):
            self._outbox.ask(channel, again=True)
        yield from self._outbox.drain(at_ns)
        if not self._is_open:
            return
        if self._ping.due(at_ns):
            self._pinged_ns = at_ns
            yield Send('{"type":"ping"}')
        if at_ns >= self._metadata_due_ns:
            yield self._metadata(at_ns)
        yield from self._fetch_history(at_ns)

    def _metadata(self, at_ns: int) -> Fetch:
        self._metadata_due_ns = at_ns + _METADATA_NS
        return Fetch(name="instruments", path="/api/v1/orderBookDetails?filter=perp")

    def _wanted(self) -> list[_Market]:
        symbols = self._wants.symbols
        return [
            market
            for market in self._markets.values()
            if market.is_named and market.is_tradable and market.symbol in symbols
        ]

    def _is_wanted(self, market: _Market) -> bool:
        return not self._wants.symbols or market.symbol in self._wants.symbols

    def _subscribe(self, at_ns: int) -> Iterator[Output]:
        """Bring the subscriptions in line with what is wanted and known."""
        if not self._is_open:
            return
        wanted = self._wanted()
        target = dict.fromkeys(_EVERYWHERE)
        for market in wanted:
            target |= {_book_channel(market): None, f"trade/{market.id}": None}
            market.history = market.history or _History(at_ns)
        for channel in [name for name in self._asked if name not in target]:
            self._outbox.leave(channel)
        for market in self._markets.values():
            if market.is_synced and _book_channel(market) not in target:
                yield from self._reset(market, at_ns, "not watched any more")
        for channel in target:
            if channel not in self._asked:
                self._outbox.ask(channel)
        self._asked = target
        yield from self._outbox.drain(at_ns)
        yield from self._fetch_history(at_ns)

    def _fetch_history(self, at_ns: int) -> Iterator[Fetch]:
        for market in self._wanted():
            window = market.history.window(at_ns) if market.history else None
            if window is not None:
                yield Fetch(
                    name="funding_history",
                    path=f"/api/v1/fundings?market_id={market.id}&resolution=1h"
                    f"&start_timestamp={window[0]}&end_timestamp={window[1]}"
                    f"&count_back={_History.ROWS}",
                    key=str(market.id),
                    background=True,
                )

    # --- names --------------------------------------------------------------------------------

    def _market(self, text: str) -> _Market | None:
        """The perp market of an id as text; None for anything else."""
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            return None
        market_id = int(text)
        if market_id > _LAST_PERP_ID:
            return None
        market = self._markets.get(market_id)
        if market is None:
            market = self._markets[market_id] = _Market(market_id)
        return market

    def _market_of(self, channel: str) -> _Market | None:
        market = self._channels.get(channel)
        if market is None:
            market = self._market(channel.partition(":")[2])
            if market is not None:
                self._channels[channel] = market
        return market

    def _name(self, market: _Market, native: str, at_ns: int) -> Iterator[Output]:
        """The venue says what an id is called; a guess that held the name gives it up."""
        symbol = _THOUSANDS.get(native, native)
        for other in self._markets.values():
            if other is not market and other.symbol == symbol and not other.is_named:
                yield from self._rename(other, f"@{other.id}", at_ns)
        yield from self._rename(market, symbol, at_ns)
        market.contract = 1000.0 if native in _THOUSANDS else 1.0
        market.is_named = True

    def _rename(self, market: _Market, symbol: str, at_ns: int) -> Iterator[Output]:
        if market.symbol != symbol:
            yield from self._lost(market, at_ns, f"this market is {symbol}")
            market.symbol = symbol
            market.settled_ms = 0

    # --- frames -------------------------------------------------------------------------------

    def _frame(self, at_ns: int, data: str | bytes) -> Iterator[Output]:
        message = decode(wire.MESSAGES, data)
        match message:
            case wire.BookUpdate():
                yield from self._book_update(at_ns, message, data)
            case wire.StatsUpdate() | wire.StatsSubscribed():
                self._outbox.pending.pop("market_stats/all", None)
                yield from self._stats(at_ns, message, data)
            case wire.TradeUpdate() | wire.TradeSubscribed():
                yield from self._trades(at_ns, message, data)
            case wire.HeightUpdate() | wire.HeightSubscribed():
                yield from self._height(at_ns, message, data)
            case wire.BookSubscribed():
                yield from self._book_snapshot(at_ns, message, data)
            case wire.Ping():
                yield Send('{"type":"pong"}')
            case wire.Pong():
                if self._pinged_ns is not None:
                    yield Rtt(venue=_VENUE, recv_ns=at_ns, rtt_ns=at_ns - self._pinged_ns)
                    self._pinged_ns = None
            case wire.Shutdown():
                yield Restart("the venue announces a restart")
            case str():
                yield from self._unread(at_ns, message, data)
