"""Hyperliquid: a perpetuals exchange whose order book is its own chain's state.

Coverage. REST is one URL, `POST /info`; `wss .../ws` carries the channels. Documentation pages are
those of `SPEC.docs`: [subscriptions], [perpetuals] (info endpoint), [funding], [tick] (tick and lot
size), [margin] (margin tiers), [fees], [limits]. REC is a recording, LIB a maintained client.

| channel or endpoint      | message             | meaning                | we emit                   | unit        | evidence            |
|--------------------------|---------------------|------------------------|---------------------------|-------------|---------------------|
| `l2Book`, also REST      | whole book          | 20 levels a side       | BookSnapshot              | base coins  | [subscriptions] REC |
| `bbo`                    | best bid and ask    | touch, at its block    | BookDelta on the ladder   | base coins  | [subscriptions] REC |
| `trades`                 | list of fills       | side: B taker bought   | Trade                     | base coins  | [subscriptions] REC |
| `activeAssetCtx`         | one context         | funding, OI, prices    | Funding live, OpenInterest, Prices | below | [perpetuals] REC |
| `allDexsAssetCtxs`       | contexts by index   | the same, every market | the same, Volume, Surveyed | below      | [subscriptions] REC |
| `metaAndAssetCtxs`       | universe, contexts  | listing, the same      | Instrument, as above      | below       | [perpetuals]        |
| `meta`, `allPerpMetas`   | universe(s)         | listing                | Instrument                | –           | [perpetuals] REC    |
| `predictedFundings`      | forecasts by venue  | `HlPerp` is ours       | Funding predicted         | per interval | [perpetuals]       |
| `fundingHistory`         | rows, oldest first  | what was paid          | Funding settled           | per interval | [perpetuals] REC   |
| `explorerBlock` (blocks) | bare array          | chain's blocks         | Block                     | ms          | LIB, undocumented   |
| `pong`                   | answer to `ping`    | application round trip | Rtt                       | –           | REC                 |
| `error`, `post` error    | a sentence          | request refused        | Reject                    | –           | REC                 |
| `subscriptionResponse`   | echo with defaults  | matched by type, coin  | nothing                   | –           | REC                 |
| account channels and replies | `accounts.py` has their table | |   Position, Margin …      | USD         | [perpetuals] REC    |
| `allMids`, `candle`, `fastAssetCtxs`, `exchangeStatus` and others | – | unused | nothing         | –           | REC                 |

Rates. A context's `funding` is a fraction per hour, accruing now [funding]; its `premium` belongs to
the 8 h formula and is null where there is no book, and then `funding` "0.0" means no market, so
that nothing is said at all. A prediction is per `fundingIntervalHours`, 1 for us where it is
missing. A settled rate is per hour, before 2023-06-08 01:00 UTC per 8 h [REC]. Positive: longs pay.

Survey. One subscription has the contexts of every market, by their places in the listing of their
dex: the validators' own, and those builders' that a wanted market names. A listing is asked for
dex by dex; what is surveyed and not watched is stated when it changes.

Units. Sizes and open interest (one side) are in coins of the market's name [perpetuals], which for
`kPEPE` are thousands of PEPE. Tick follows from the price, lot is 10^-szDecimals [tick];
maintenance is 1/(2 x max leverage) of the first tier [margin].
"""  # noqa: E501

import math
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from cockpit.core import events as facts
from cockpit.core.events import AnyEvent
from cockpit.core.units import NS_PER_MS, ms_to_ns
from cockpit.venues.contract import MAIN, Fetch, Frame, Output, Reply, Wants
from cockpit.venues.hyperliquid import SPEC
from cockpit.venues.hyperliquid import accounts as account
from cockpit.venues.hyperliquid import messages as wire
from cockpit.venues.hyperliquid import rest_messages as rest
from cockpit.venues.hyperliquid.instruments import instrument, size_decimals
from cockpit.venues.hyperliquid.mapper import PerpMarket
from cockpit.venues.hyperliquid.messages import VENUE, dex_of, key_of, name_of
from cockpit.venues.hyperliquid.rest_messages import JSON, ask
from cockpit.venues.kit import decoding, numbers
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.dedupe import Unchanged
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.instruments import Instruments, Unit
from cockpit.venues.kit.polling import Question, Rota, Timing
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.subscriptions import Rules, Subscriptions

CHAIN = "hyperliquid-l1"
BLOCKS = "blocks"
CHANNELS = ("l2Book", "activeAssetCtx", "bbo", "trades")
PROVEN_BY_DATA = frozenset({"l2Book", "activeAssetCtx"})
"""Subscriptions that speak at once and steadily. The others may be silent: an ack will do."""
ALL_CONTEXTS = key_of("allDexsAssetCtxs")
EXPLORER = key_of("explorerBlock")
DUPLICATE = "Already subscribed: "
"""How the venue refuses a subscription that stands; it quotes the subscription."""
RULES = Rules(operations=1_500, window_s=60.0, refused_s=300.0)
"""The venue takes 2,000 messages a minute."""
PING = '{"method":"ping"}'
POLL_WEIGHT = 20
PREDICTIONS_S = 60.0
LISTING = Timing(period_s=300, retry_s=5)
DEX_RETRY_S = 60.0
"""A builder's dex may not exist; the validators' own does."""
PAGE_ROWS, HOUR_S = 500, 3_600
HISTORY = Plan(newest_first=False, rows=PAGE_ROWS, chunk_s=(PAGE_ROWS - 1) * HOUR_S)
SAME_BLOCKS_NS = 5_000_000_000
REPLIES = (
    "instruments", "tickers", "funding_history", "open_interest", "book", "account", "time",
)  # fmt: skip


class Session(VenueSession):
    """One translator for both links. See `cockpit.venues.contract`."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self.listing = Instruments[PerpMarket]()
        self._markets = self.listing.markets
        self._universes: dict[str, list[PerpMarket | None]] = {}
        """By dex, in the order of its universe; None where a row is no perp that we can read."""
        self._watched: dict[str, PerpMarket] = {}
        self._said = Unchanged()
        self._height, self._height_ns = -1, 0
        self._accounts = account.Accounts()
        self._accounts.want(wants.accounts)
        pulses = [Heartbeat(VENUE, lambda at_ns: PING, link=link) for link in SPEC.links]
        self._pulse = pulses[0]
        self._keys = Subscriptions(wire.command, RULES)
        self._explorer = Subscriptions(wire.command, Rules(), link=BLOCKS)
        self._listings = Rota(VENUE, _ask_listing, JSON, LISTING)
        self._predictions = Question(
            VENUE, partial(ask, "tickers", {"type": "predictedFundings"}, POLL_WEIGHT), JSON,
            Timing(period_s=PREDICTIONS_S),
        )  # fmt: skip
        self._history = Backfill(HISTORY, _ask_history)
        self.parts = (
            *pulses, self._keys, self._explorer, self._listings, self._accounts,
            self._predictions, self._history,
        )  # fmt: skip
        self.answers = dict.fromkeys(REPLIES, self._on_reply)

    # --- life ---------------------------------------------------------------------------------

    def on_closed(self, link: str) -> None:
        if link == BLOCKS:
            self._height = -1
            return
        self._said.forget()
        self._watched = {}
        for dex in self._universes:
            # Places may mean other markets when the link is back.
            self._listings.soon(dex)

    def on_tick(self, at_ns: int) -> Sequence[Output]:
        """A subscription of ladders may end without a word while that of the touch goes on."""
        old = [m for m in self._watched.values() if m.book and m.book.is_outrun(at_ns)]
        out = [reset for m in old for reset in m.lose(at_ns, "no whole book for 30 s")]
        return [*out, *self._keys.renew([key_of("l2Book", m.native) for m in old], at_ns)]

    def follow(self, at_ns: int) -> Sequence[Output]:
        """Only names of the venue's own list are ever sent: one that it does not know may cost the
        connection with all that it carries."""
        self._said.forget()
        out: list[Output] = [*self._explorer.want([EXPLORER], at_ns)]
        if MAIN not in self.links:
            return out
        wanted = {market.native: market for market in self.listing.wanted(self.wants.symbols)}
        for native in sorted(self._watched.keys() - wanted.keys()):
            out += self._watched[native].leave(at_ns)
        for market in wanted.values():
            market.watch()
        self._watched = wanted
        for symbol in self.wants.symbols:
            # A builder's dex is told only as far as it was wanted: ask for it again.
            if dex_of(symbol) and self.listing.native(symbol) is None:
                self._listings.soon(dex_of(symbol))
        out += self._listings.want(dict.fromkeys(["", *map(dex_of, self.wants.symbols)]), at_ns)
        keys = [key_of(channel, native) for native in wanted for channel in CHANNELS]
        self._accounts.want(self.wants.accounts)
        keys += self._accounts.keys()
        out += self._keys.want([ALL_CONTEXTS, *keys] if self.wants.survey else keys, at_ns)
        payers = {native: market.symbol for native, market in wanted.items()}
        out += self._accounts.tick(at_ns)
        return [*out, *self._history.want_markets(payers, at_ns, self.wants.kept)]

    def _market(self, native: str) -> PerpMarket | None:
        """A market by its native name, listed or not; None for what is no perp."""
        market = self.listing.markets.get(native)
        if market is None:
            named = name_of(native)
            if named is not None:
                market = PerpMarket(native, named[0], Unit(price=named[1]))
                self.listing.markets[native] = market
        return market

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        try:
            message = wire.MESSAGE.decode(frame.data)
        except decoding.BROKEN as error:
            return self._strange(frame, str(error) or type(error).__name__)
        if type(message) is wire.Bbo:
            market = self._heard("bbo", message.data.coin)
            return market.touch(message.data, frame.at_ns, frame.data) if market else ()
        if type(message) is wire.L2Book:
            market = self._heard("l2Book", message.data.coin)
            return market.ladder(message.data, frame.at_ns, frame.data) if market else ()
        if type(message) is wire.ActiveAssetCtx:
            market = self._heard("activeAssetCtx", message.data.coin)
            return market.context(message.data.ctx, frame.at_ns) if market else ()
        if type(message) is wire.Trades:
            return self._trades(message.data, frame.at_ns)
        return self._seldom(message, frame)

    def _heard(self, channel: str, coin: str) -> PerpMarket | None:
        """The market of a message, which proves its subscription."""
        if self._keys.waiting:
            self._keys.seen(f"{channel} {coin}")
        return self._markets.get(coin) or self._market(coin)

    def _trades(self, fills: list[wire.WireTrade], at_ns: int) -> Sequence[Output]:
        """Fills, once each: the venue replays recent ones after every subscription."""
        out: list[Output] = []
        market = self._heard("trades", fills[0].coin) if fills else None
        for fill in fills:
            if market is None or market.native != fill.coin:
                market = self._heard("trades", fill.coin)
            if market is not None and market.fills.is_new((fill.time, fill.tid)):
                out.append(market.trade(fill, at_ns))
        return out

    def _seldom(self, message: wire.Message, frame: Frame) -> Sequence[Output]:
        at_ns = frame.at_ns
        match message:
            case list():
                self._explorer.seen(EXPLORER)
                return self._blocks(message, at_ns)
            case wire.AllDexsAssetCtxs():
                return self._survey(message.data.ctxs, at_ns)
            case wire.AllDexs():
                return self._accounts.all_dexs(message.data, at_ns)
            case wire.UserFundings():
                return self._accounts.fundings(message.data, at_ns)
            case wire.UserFills():
                return self._accounts.fills(message.data, at_ns)
            case wire.SubscriptionResponse():
                subscription = message.data.subscription
                is_proof = subscription.type not in PROVEN_BY_DATA
                if message.data.method == "subscribe" and is_proof:
                    self._stands(subscription)
            case wire.Pong() if frame.link == MAIN:
                return self._pulse.pong(at_ns)
            case wire.Error():
                return self._error(message.data, frame)
        return ()

    def _stands(self, subscription: wire.Subscription) -> None:
        keys = self._explorer if subscription.key == EXPLORER else self._keys
        keys.seen(subscription.key)

    def _error(self, text: str, frame: Frame) -> Sequence[Output]:
        """A refusal, which quotes what it is about: a subscription, or the whole command."""
        quoted = decoding.decode(wire.QUOTED, text[max(text.find("{"), 0) :])
        if frame.link == BLOCKS:
            # The block feed is undocumented: where it is refused, we do without.
            self._explorer.refuse(EXPLORER, frame.at_ns)
        elif not isinstance(quoted, str) and text.startswith(DUPLICATE):
            self._stands(quoted)
        elif not isinstance(quoted, str):
            self._keys.refuse((quoted.subscription or quoted).key, frame.at_ns)
        return (decoding.reject(VENUE, frame.at_ns, text, frame.data),)

    def _strange(self, frame: Frame, reason: str) -> Sequence[Output]:
        """What could not be read: a channel without use for us, the greeting, or nonsense."""
        if frame.data in (wire.GREETING, wire.GREETING.encode()):
            return ()
        envelope = decoding.decode(wire.ENVELOPE, frame.data)
        if not isinstance(envelope, str):
            named = envelope.channel
            if named in wire.UNUSED_CHANNELS:
                return ()
            if named in wire.ACCOUNT_CHANNELS:
                return (decoding.reject(VENUE, frame.at_ns, f"account: {reason}"),)
            odd = decoding.decode(wire.ODD, frame.data)
            if not isinstance(odd, str):
                return self._odd(odd, reason, frame)
            is_known = named in wire.READ_CHANNELS
            reason = f"{named}: {reason}" if is_known else f"unknown channel {named}"
        return (decoding.reject(VENUE, frame.at_ns, reason, frame.data),)

    def _odd(self, odd: wire.Odd, reason: str, frame: Frame) -> Sequence[Output]:
        """A message in which a figure is none: what the others say."""
        if isinstance(odd, wire.ActiveAssetCtx):
            market = self._heard("activeAssetCtx", odd.data.coin)
            return () if market is None else market.context(odd.data.ctx, frame.at_ns)
        if isinstance(odd, wire.OddDexsAssetCtxs):
            return self._odd_survey(odd.data, frame)
        rows = [decoding.decode(wire.FILL, raw) for raw in odd.data]
        fills = [row for row in rows if not isinstance(row, str)]
        rejected = decoding.reject(VENUE, frame.at_ns, f"trades: {reason}", frame.data)
        return [*self._trades(fills, frame.at_ns), rejected]

    def _blocks(self, rows: list[wire.BlockRow], at_ns: int) -> Sequence[Output]:
        """Blocks, once each and ascending."""
        out: list[Output] = []
        for row in sorted(rows, key=lambda row: row.height):
            if row.height <= self._height and at_ns - self._height_ns < SAME_BLOCKS_NS:
                continue
            self._height, self._height_ns = row.height, at_ns
            stamp_ns = ms_to_ns(row.block_time)
            out.append(
                facts.Block(
                    venue=VENUE, recv_ns=at_ns, venue_ns=stamp_ns,
                    chain=CHAIN, height=row.height, block_ns=stamp_ns,
                )
            )  # fmt: skip
        return out

    # --- contexts -----------------------------------------------------------------------------

    def _odd_survey(self, data: wire.OddCtxsData, frame: Frame) -> Sequence[Output]:
        """A context that makes no sense keeps its place, which says whose it is."""
        dexs: list[tuple[str, Sequence[wire.ListedCtx[Any] | None]]] = []
        odd: list[Output] = []
        for dex, raws in data.ctxs:
            read = [decoding.decode(wire.CTX, raw) for raw in raws]
            dexs.append((dex, [None if isinstance(ctx, str) else ctx for ctx in read]))
            odd += [
                decoding.reject(VENUE, frame.at_ns, f"context {place} of {dex!r:.20}: {ctx}")
                for place, ctx in enumerate(read)
                if isinstance(ctx, str)
            ]
        return [*odd, *self._survey(dexs, frame.at_ns)]

    def _survey(
        self, dexs: Sequence[tuple[str, Sequence[wire.ListedCtx[Any] | None]]], at_ns: int
    ) -> Sequence[Output]:
        out, silent = list[Output](), list[str]()
        count, is_whole = 0, True
        for dex, ctxs in dexs:
            markets = self._universes.get(dex)
            if markets is None:
                continue
            if len(markets) != len(ctxs):
                # A listing newer than ours: places mean nothing until we know it.
                self._listings.soon(dex)
                is_whole = False
                continue
            count += len(ctxs)
            out += self._contexts(markets, ctxs, at_ns)
            pairs = zip(markets, ctxs, strict=True)
            silent += [m.symbol for m, ctx in pairs if m and (ctx is None or m.is_silent)]
        if self.wants.survey and is_whole and count:
            told = tuple(silent)
            out.append(facts.Surveyed(venue=VENUE, recv_ns=at_ns, markets=count, silent=told))
        return out

    def _contexts(
        self,
        markets: Sequence[PerpMarket | None],
        ctxs: Sequence[wire.ListedCtx[Any] | None],
        at_ns: int,
    ) -> list[Output]:
        """The contexts of one dex, which say by position alone whose they are: equal lengths."""
        out: list[Output] = []
        for market, ctx in zip(markets, ctxs, strict=True):
            if market is None or ctx is None or not self.wants.shows(market.symbol):
                continue
            said = market.context(ctx, at_ns)
            if said and self.wants.survey:
                said = [*said, *market.volume(ctx, at_ns)]
            out += self._news(market, said)
        return out

    def _news(self, market: PerpMarket, said: Iterable[AnyEvent]) -> Iterable[AnyEvent]:
        """What is watched is stated each time, what is surveyed when it changes."""
        return said if market.symbol in self.watched else self._said.news(said)

    # --- replies ------------------------------------------------------------------------------

    def _on_reply(self, reply: Reply) -> Sequence[Output]:
        if self._accounts.owns(reply):
            return self._accounts.reply(reply)
        at_ns = reply.at_ns
        answer = _answer(reply)
        if isinstance(answer, str):
            if reply.name == "instruments":
                self._listings.failed(reply, DEX_RETRY_S if reply.key else None)
            elif reply.name == "funding_history":
                self._history.failed(reply.key, at_ns)
            return [decoding.reject(VENUE, at_ns, answer, reply.body)]
        out: list[Output] = []
        for universe in answer.universes:
            out += self._list(universe, reply)
        for coin, forecast in answer.predictions:
            market = self._market(coin)
            if market and not market.is_dead and self.wants.shows(market.symbol):
                out += self._news(market, [market.prediction(forecast, at_ns)])
        for row in answer.settled or ():
            market = self._market(row.coin)
            out += () if market is None else market.settled(row, at_ns)
        if reply.name == "funding_history" and answer.settled is None:
            self._history.failed(reply.key, at_ns)
            reason = f"{reply.name}: no payments in it"
            out.append(decoding.reject(VENUE, at_ns, reason, reply.body))
        elif answer.settled is not None and reply.name == "funding_history":
            stamps_ns = [ms_to_ns(row.time) for row in answer.settled]
            lost = answer.unreadable
            out += self._history.answered(reply.key, stamps_ns, at_ns, unread=lost)
        market = None if answer.book is None else self._market(answer.book.coin)
        if market is not None and answer.book is not None:
            out += market.ladder(answer.book, at_ns, reply.body)
        if answer.unreadable:
            out.append(decoding.reject(VENUE, at_ns, f"{reply.name}: unreadable rows", reply.body))
        return out

    def _list(self, universe: rest.Universe, reply: Reply) -> list[Output]:
        """One dex. A builder's markets are told only if they are wanted."""
        at_ns, ctxs, dex = reply.at_ns, universe.ctxs, universe.dex
        markets = [None if asset is None else self._market(asset.name) for asset in universe.assets]
        self._universes[dex] = markets
        self.listing.begin()
        self.listing.unread(universe.unread)
        out: list[Output] = []
        for place, (asset, market) in enumerate(zip(universe.assets, markets, strict=True)):
            if asset is None or market is None:
                continue
            ctx = ctxs[place] if ctxs is not None else None
            mark = None if ctx is None else numbers.positive(ctx.mark_px)
            market.mark = mark or market.mark
            is_told = not dex or market.instrument or self.wants.shows(market.symbol)
            if not is_told:
                continue
            decimals = size_decimals(asset)
            if decimals is None:
                self.listing.unread([market.native])
                reason = f"{reply.name}: {market.symbol} in 10^-{asset.sz_decimals!s:.40}"
                out.append(decoding.reject(VENUE, at_ns, reason))
                continue
            self.listing.adopt(market.native, market.symbol, market.unit, PerpMarket)
            new = instrument(market, asset, decimals, universe, at_ns)
            out += self.listing.state(market, new)
        if ctxs is not None:
            if reply.name == "instruments":
                out += self.listing.end(at_ns, lambda native: dex_of(native) == dex)
            out += self._contexts(markets, ctxs, at_ns)
        return out


def _answer(reply: Reply) -> rest.Answer | str:
    """What a reply says, or why it says nothing."""
    reason = decoding.refused(reply)
    if reason is not None:
        return reason
    answer = rest.read(reply.body)
    return f"{reply.name}: {answer}" if isinstance(answer, str) else answer


def _ask_listing(dex: str) -> Fetch:
    question = {"type": "metaAndAssetCtxs"}
    if dex:
        question["dex"] = dex
    return ask("instruments", question, POLL_WEIGHT, key=dex)


def _ask_history(page: Page) -> Fetch:
    start_ms, end_ms = page.start_ns // NS_PER_MS, page.end_ns // NS_PER_MS
    question = {
        "type": "fundingHistory", "coin": page.key, "startTime": start_ms, "endTime": end_ms
    }  # fmt: skip
    rows = min((end_ms - start_ms) // (HOUR_S * 1000) + 1, PAGE_ROWS)
    weight = 20 + math.ceil(rows / 20)
    return ask("funding_history", question, weight, key=page.key, background=True)
