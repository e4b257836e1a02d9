"""Lighter: a ZK rollup with hourly funding; its sequencer's blocks are its clock.

Pages: W = https://apidocs.lighter.xyz/docs/websocket-reference, R = https://apidocs.lighter.xyz
(REST schema), F = https://docs.lighter.xyz/trading/funding. Rec = mainnet, October 2025.

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
| ticker, candle and spot channels, other endpoints | all | not used | nothing                 |      | W, R |
| account channels, account | all             | `lighter_account.py` has their table | Position, Margin … | | W, R |
| orderBookDetails       | reply              | listed perps               | Instrument, OpenInterest | base | R |
| fundings               | reply              | payments                   | Funding settled | percent per hour | R |
| funding-rates          | reply (not asked)  | rates of several exchanges | Funding live of `lighter` rows | fraction per 8 h | R |

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

from cockpit.core import events
from cockpit.core.market import FundingTerms
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import (
    Closed,
    Fetch,
    Frame,
    Input,
    LinkSpec,
    Opened,
    Output,
    Reply,
    Restart,
    Send,
    Tick,
    VenueSpec,
    Wanted,
    Wants,
)  # fmt: skip
from cockpit.venues.kit.decoding import decode, printable, refused, reject, subject
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.polling import Every
from cockpit.venues.kit.sequencing import APPLY, GAP
from cockpit.venues.lighter import accounts as account
from cockpit.venues.lighter import mapper as facts
from cockpit.venues.lighter import messages as wire
from cockpit.venues.lighter.markets import History, Market, Markets, Outbox, symbol_of

FACTS = venue_facts("cockpit.venues.lighter")

SPEC = VenueSpec(
    name=facts.VENUE,
    title="Lighter",
    short="LIT",
    links={"main": LinkSpec(url="wss://mainnet.zklighter.elliot.ai/stream?readonly=true")},
    rest_url="https://mainnet.zklighter.elliot.ai",
    chain="lighter",
    kinds=facts.KINDS | account.KINDS,
    weight_per_minute=54,
    burst=5,
    docs=("https://apidocs.lighter.xyz", "https://docs.lighter.xyz/trading/funding"),
    taker_fee=FACTS.taker_fee,
    maker_fee=FACTS.maker_fee,
    facts=FACTS,
    funding_terms=FundingTerms(interest_8h=1e-4, dampener_8h=5e-4, cap_8h=0.04),
    publishes_fees=True,
    check_address=account.check_address,
)

_VENUE = SPEC.name
_EVERYWHERE = ("market_stats/all", "height")
_ALREADY_SUBSCRIBED = 30003
_RETRY_NS = 5 * NS_PER_S
_METADATA_NS = 600 * NS_PER_S


class Session:
    """See the module docstring for what is read and what is said."""

    def __init__(self, wants: Wants) -> None:
        self._wants, self._symbols = wants, frozenset(wants.symbols)
        self._is_open = False
        self._markets = Markets()
        self._outbox = Outbox()
        self._accounts = account.Accounts(wants.accounts)
        self._metadata_due_ns = 0
        self._ping = Every(30.0)
        self._pinged_ns: int | None = None

    def handle(self, input: Input) -> Iterable[Output]:
        """Every consequence of one input, in order."""
        if isinstance(input, Frame):
            return self._frame(input.at_ns, input.data)
        match input:
            case Reply() if self._accounts.owns(input):
                return self._accounts.reply(input)
            case Reply():
                return self._reply(input)
            case Tick():
                return self._tick(input.at_ns)
            case Opened():
                return self._opened(input.at_ns)
            case Wanted():
                self._wants, self._symbols = input.wants, frozenset(input.wants.symbols)
                self._accounts.want(input.wants.accounts)
                return self._subscribe(input.at_ns)
            case Closed():
                self._closed()
        return ()

    # --- life ---------------------------------------------------------------------------------

    def _opened(self, at_ns: int) -> Iterator[Output]:
        self._closed()
        self._is_open = True
        yield self._metadata(at_ns)
        yield from self._subscribe(at_ns)

    def _closed(self) -> None:
        self._is_open = False
        self._outbox = Outbox()
        self._accounts.closed()
        self._ping.reset()
        self._pinged_ns = None
        for market in self._markets:
            market.lose()

    def _tick(self, at_ns: int) -> Iterator[Output]:
        self._outbox.overdue_again(at_ns)
        yield from self._outbox.drain(at_ns)
        if not self._is_open:
            return
        if self._ping.due(at_ns):
            self._pinged_ns = at_ns
            yield Send('{"type":"ping"}')
        if at_ns >= self._metadata_due_ns:
            yield self._metadata(at_ns)
        yield from self._accounts.tick(at_ns)
        yield from self._fetch_history(at_ns)

    def _metadata(self, at_ns: int) -> Fetch:
        self._metadata_due_ns = at_ns + _METADATA_NS
        return Fetch(name="instruments", path="/api/v1/orderBookDetails?filter=perp")

    def _is_wanted(self, market: Market) -> bool:
        return not self._symbols or market.symbol in self._symbols

    def _subscribe(self, at_ns: int) -> Iterator[Output]:
        """Bring the subscriptions in line with what is wanted and known."""
        if not self._is_open:
            return
        target = list(_EVERYWHERE)
        for market in self._markets.wanted(self._wants.symbols):
            target += [f"order_book/{market.id}", f"trade/{market.id}"]
            market.history = market.history or History(at_ns)
        for channel in self._outbox.aim(tuple(target)):
            left = self._markets.of(channel.replace("/", ":"))
            if left is not None and left.lose():
                yield facts.reset(left, at_ns, "not watched any more")
        yield from self._outbox.drain(at_ns)
        yield from self._fetch_history(at_ns)

    def _fetch_history(self, at_ns: int) -> Iterator[Fetch]:
        for market in self._markets.wanted(self._wants.symbols):
            fetch = market.history.fetch(market.id, at_ns) if market.history else None
            if fetch is not None:
                yield fetch

    def _name(self, market: Market, native: str, at_ns: int) -> Iterator[Output]:
        """A book that was told under another name is lost with that name."""
        for renamed, symbol in self._markets.name(market, printable(native)):
            yield from self._lost(renamed, at_ns, f"this market is {symbol}")
            renamed.symbol = symbol
            renamed.settled_ns = 0

    # --- frames -------------------------------------------------------------------------------

    def _frame(self, at_ns: int, data: str | bytes) -> Iterable[Output]:
        message = wire.read(data)
        if type(message) is wire.BookUpdate:
            return self._change(at_ns, message, data)
        match message:
            case wire.AllStatsUpdate() | wire.StatsUpdate() | wire.StatsSubscribed():
                return self._stats(at_ns, message, data)
            case wire.TradeUpdate() | wire.TradeSubscribed():
                return self._trades(at_ns, message, data)
            case wire.HeightUpdate() | wire.HeightSubscribed():
                self._outbox.heard("height")
                return facts.checked(facts.block(message, at_ns), at_ns, "height", data)
            case wire.BookSubscribed():
                return self._book(at_ns, message, data)
            case wire.Ping():
                return (Send('{"type":"pong"}'),)
            case wire.Pong():
                return self._pong(at_ns)
            case wire.Shutdown():
                return (Restart("the venue announces a restart"),)
            case str():
                return self._unread(at_ns, message, data)
        return ()

    def _pong(self, at_ns: int) -> Iterator[Output]:
        if self._pinged_ns is not None:
            yield events.Rtt(venue=_VENUE, recv_ns=at_ns, rtt_ns=at_ns - self._pinged_ns)
            self._pinged_ns = None

    def _change(self, at_ns: int, message: wire.BookUpdate, data: str | bytes) -> Iterable[Output]:
        market = self._markets.of(message.channel)
        if market is None:
            return facts.unnamed(at_ns, message.channel, data)
        verdict = market.link(message.order_book, at_ns)
        if verdict is APPLY:
            return (facts.delta(market, message, at_ns),)
        if verdict is GAP:
            return self._lost(market, at_ns, "messages are missing")
        return ()

    def _book(
        self, at_ns: int, message: wire.BookSubscribed, data: str | bytes
    ) -> Iterable[Output]:
        market = self._markets.of(message.channel)
        if market is None:
            return facts.unnamed(at_ns, message.channel, data)
        if market.is_behind(message.order_book):
            return ()
        market.start(message.order_book)
        self._outbox.heard(f"order_book/{market.id}")
        return (facts.snapshot(market, message, at_ns),)

    def _lost(self, market: Market, at_ns: int, reason: str) -> Iterator[Output]:
        """The only way back to a book is to leave it and come again."""
        if market.lose():
            yield facts.reset(market, at_ns, reason)
            self._outbox.again(f"order_book/{market.id}")
            yield from self._outbox.drain(at_ns)

    def _trades(
        self, at_ns: int, message: wire.TradeUpdate | wire.TradeSubscribed, data: str | bytes
    ) -> Iterator[Output]:
        market = self._markets.of(message.channel)
        if market is None:
            yield from facts.unnamed(at_ns, message.channel, data)
            return
        if isinstance(message, wire.TradeSubscribed):
            self._outbox.heard(f"trade/{market.id}")
        yield from facts.checked(facts.trades(market, message, at_ns), at_ns, "trade", data)

    def _stats(
        self,
        at_ns: int,
        message: wire.AllStatsUpdate | wire.StatsUpdate | wire.StatsSubscribed,
        data: str | bytes,
    ) -> list[Output]:
        scope = message.channel.partition(":")[2]
        if isinstance(message, wire.StatsSubscribed):
            self._outbox.heard(f"market_stats/{scope}")
        rows = wire.stats_rows(message)
        if isinstance(rows, str):
            return [reject(_VENUE, at_ns, f"market_stats: {rows}", data)]
        out: list[Output] = []
        venue_ns = facts.stamp_ns(message.timestamp)
        is_named, is_exact = False, isinstance(message, wire.AllStatsUpdate)
        for text, row in rows.items():
            market = self._markets.get(text)
            if market is None:
                out += facts.unnamed(at_ns, f"market_stats:{text}", data)
                continue
            if row.symbol and not market.is_named:
                out += self._name(market, row.symbol, at_ns)
                is_named = True
            if scope == "all" and not self._is_wanted(market):
                continue
            try:
                told = row if is_exact else facts.figures(row)
                out += facts.stats(market, told, at_ns, venue_ns)
            except ValueError as error:
                out.append(reject(_VENUE, at_ns, f"market_stats {text}: {error}", data))
        if is_named:
            out += self._subscribe(at_ns)
        return out

    def _unread(self, at_ns: int, reason: str, data: str | bytes) -> Iterator[Output]:
        """A message that is no known one: an error, one we do not use, or one that is broken."""
        envelope = decode(wire.ENVELOPES, data)
        if isinstance(envelope, str):
            yield reject(_VENUE, at_ns, reason, data)
        elif envelope.error is not None:
            yield from self._refused(at_ns, envelope.error, data)
        elif (kind := envelope.type.rpartition("/")[2]) in wire.USED:
            yield reject(_VENUE, at_ns, f"{envelope.type}: {reason}", data)
            market = self._markets.of(envelope.channel)
            if kind == "order_book" and market is not None:
                yield from self._lost(market, at_ns, "unreadable message")
        elif kind in account.CHANNELS:
            yield from self._accounts.frame(at_ns, data)
        elif not wire.is_unused(envelope):
            named = envelope.channel or envelope.type
            yield reject(_VENUE, at_ns, f"unknown channel {named}" if named else reason, data)

    def _refused(self, at_ns: int, error: wire.Refusal, data: str | bytes) -> Iterator[Output]:
        """The venue's own words. "Already subscribed" also means that no snapshot will come."""
        text = error.message or ""
        yield reject(_VENUE, at_ns, f"{error.code}: {text}", data)
        channel = text.rpartition(" : ")[2].replace(":", "/", 1)
        if error.code == _ALREADY_SUBSCRIBED and self._outbox.is_pending(channel):
            self._outbox.again(channel)
            yield from self._outbox.drain(at_ns)

    # --- replies ------------------------------------------------------------------------------

    def _reply(self, reply: Reply) -> Iterator[Output]:
        answer = decode(wire.ANSWERS, reply.body)
        problem = refused(reply)
        if isinstance(answer, str):
            yield from self._failed(reply, problem or f"{reply.name}: {answer}")
        elif problem or answer.code not in (None, 200):
            words = f"{answer.code or ''} {answer.message or ''}"
            yield from self._failed(reply, f"{problem or reply.name}: {words}".rstrip(" :"))
        elif answer.order_book_details:
            yield from self._details(reply.at_ns, answer.order_book_details)
        elif reply.name == "instruments" and not answer.order_books:
            yield from self._failed(reply, "instruments: no markets in it")
        elif answer.funding_rates is not None:
            yield from self._rates(reply.at_ns, answer.funding_rates)
        elif answer.fundings is not None or reply.name == "funding_history":
            yield from self._payments(reply, answer)

    def _failed(self, reply: Reply, reason: str) -> Iterator[Output]:
        yield reject(_VENUE, reply.at_ns, reason, reply.body)
        if reply.name == "instruments":
            self._metadata_due_ns = reply.at_ns + _RETRY_NS
        elif reply.name == "funding_history":
            market = self._markets.get(reply.key)
            if market is not None and market.history is not None:
                market.history.failed(reply.at_ns, reply.status)

    def _details(self, at_ns: int, rows: tuple[wire.Details, ...]) -> Iterator[Output]:
        for row in rows:
            market = self._markets.get(str(row.market_id))
            if market is None or row.market_type not in (None, "perp"):
                continue
            try:
                yield from self._name(market, row.symbol, at_ns)
                listed = facts.instrument(market, row, at_ns)
            except ValueError as error:
                yield reject(_VENUE, at_ns, f"{row.symbol}: {error}", msgspec.json.encode(row))
                continue
            market.size_decimals = row.size_decimals
            known = market.instrument
            if known is None or msgspec.structs.replace(known, recv_ns=at_ns) != listed:
                market.instrument = listed
                yield listed
            interest = facts.listed_interest(market, row, at_ns)
            if interest is not None and self._is_wanted(market):
                yield interest
        yield from self._subscribe(at_ns)

    def _payments(self, reply: Reply, answer: wire.Answer) -> Iterator[Output]:
        """Payments of one market, which only the request named. Other resolutions are not used."""
        named = subject(reply, self._wants)
        market = self._markets.get(named or "")
        symbol = market.symbol if market is not None else named and symbol_of(named)
        rows = answer.fundings or ()
        if symbol is None:
            yield reject(_VENUE, reply.at_ns, "funding_history: of which market?", reply.body)
        elif answer.resolution == "1h":
            told = facts.payments(symbol, rows, reply.at_ns)
            yield from facts.checked(told, reply.at_ns, "funding_history", reply.body)
        if market is not None and market.history is not None:
            market.history.answered([row.timestamp for row in rows], reply.at_ns)
            yield from self._fetch_history(reply.at_ns)

    def _rates(self, at_ns: int, rows: tuple[wire.Rate, ...]) -> Iterator[Output]:
        """Current rates of several exchanges; ours are the hourly fraction times eight."""
        for row in rows:
            market = self._markets.get(str(row.market_id))
            if market is None or row.exchange != _VENUE:
                continue
            if row.symbol and not market.is_named:
                yield from self._name(market, row.symbol, at_ns)
            if market.is_tradable and self._is_wanted(market):
                try:
                    yield facts.live(market, row.rate / 8.0, at_ns, None)
                except ValueError as error:
                    text = msgspec.json.encode(row)
                    yield reject(_VENUE, at_ns, f"funding_rates: {error}", text)
