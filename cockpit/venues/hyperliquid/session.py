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
| `allDexsAssetCtxs`       | contexts by index   | the same, every market | the same, wanted ones     | below       | [subscriptions] REC |
| `fastAssetCtxs`          | base64 raw DEFLATE  | changed marks and mids | Prices (mark)             | USD         | [subscriptions]     |
| `metaAndAssetCtxs`       | universe, contexts  | listing, the same      | Instrument, as above      | below       | [perpetuals]        |
| `meta`, `allPerpMetas`   | universe(s)         | listing                | Instrument                | –           | [perpetuals] REC    |
| `predictedFundings`      | forecasts by venue  | `HlPerp` is ours       | Funding predicted         | per interval | [perpetuals]       |
| `fundingHistory`         | rows, oldest first  | what was paid          | Funding settled           | per interval | [perpetuals] REC   |
| `explorerBlock` (blocks) | bare array          | chain's blocks         | Block                     | ms          | LIB, undocumented   |
| `pong`                   | answer to `ping`    | application round trip | Rtt                       | –           | REC                 |
| `error`, `post` error    | a sentence          | request refused        | Reject                    | –           | REC                 |
| `subscriptionResponse`   | echo with defaults  | matched by type, coin  | nothing                   | –           | REC                 |
| account channels and replies | `hyperliquid_account.py` has their table | | Position, Margin … | USD    | [perpetuals] REC    |
| `allMids`, `candle`, `exchangeStatus` and others | – | unused           | nothing                   | –           | REC                 |

Rates. A context's `funding` is a fraction per hour, accruing now [funding]; its `premium` belongs to
the 8 h formula and is null where there is no book, and then `funding` "0.0" means no market, so
that nothing is said at all. A prediction is per `fundingIntervalHours`, 1 for us where it is
missing. A settled rate is per hour, before 2023-06-08 01:00 UTC per 8 h [REC]. Positive: longs pay.

Units. Sizes and open interest (one side) are in coins of the market's name [perpetuals], which for
`kPEPE` are thousands of PEPE. Tick follows from the price, lot is 10^-szDecimals [tick];
maintenance is 1/(2 x max leverage) of the first tier [margin].
"""  # noqa: E501

from collections.abc import Iterable, Iterator, Sequence

from cockpit.core.events import Rtt
from cockpit.core.market import FundingTerms
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import (
    MAIN,
    Frame,
    Input,
    LinkSpec,
    Opened,
    Output,
    Reply,
    Send,
    Tick,
    VenueSpec,
    Wanted,
    Wants,
)
from cockpit.venues.hyperliquid import accounts as account
from cockpit.venues.hyperliquid import mapper as feed
from cockpit.venues.hyperliquid import messages as wire
from cockpit.venues.hyperliquid.account_messages import CHANNELS as ACCOUNT_CHANNELS
from cockpit.venues.hyperliquid.funding_history import History
from cockpit.venues.hyperliquid.instruments import FACTS, Listing
from cockpit.venues.hyperliquid.messages import NAME, dex_of
from cockpit.venues.hyperliquid.rest_messages import (
    Answer,
    Book,
    Metas,
    Predictions,
    SettledPage,
    ask,
    read,
)
from cockpit.venues.kit import decoding, polling

BLOCKS = "blocks"
DOCS = "https://hyperliquid.gitbook.io/hyperliquid-docs"
SPEC = VenueSpec(
    name=NAME,
    title="Hyperliquid",
    short="HYP",
    links={
        MAIN: LinkSpec("wss://api.hyperliquid.xyz/ws"),
        BLOCKS: LinkSpec("wss://rpc.hyperliquid.xyz/ws", telemetry=True),
    },
    rest_url="https://api.hyperliquid.xyz",
    chain=feed.CHAIN,
    kinds=feed.KINDS | account.KINDS,
    # 1200 in any minute: what the bucket holds and what refills meanwhile stay below it.
    weight_per_minute=900,
    burst=300,
    docs=(
        f"{DOCS}/for-developers/api/websocket/subscriptions",
        f"{DOCS}/for-developers/api/info-endpoint/perpetuals",
        f"{DOCS}/trading/funding",
        f"{DOCS}/for-developers/api/tick-and-lot-size",
        f"{DOCS}/trading/margin-tiers",
        f"{DOCS}/trading/fees",
        f"{DOCS}/for-developers/api/rate-limits-and-user-limits",
    ),
    taker_fee=FACTS.taker_fee,
    maker_fee=FACTS.maker_fee,
    facts=FACTS,
    funding_terms=FundingTerms(interest_8h=1e-4, dampener_8h=5e-4, cap=0.04),
    check_address=account.check_address,
)

CHANNELS = ("l2Book", "activeAssetCtx", "bbo", "trades")
PROVEN_BY_DATA = frozenset({"l2Book", "activeAssetCtx"})
"""Subscriptions that speak at once and steadily. The others may be silent: an ack will do."""
EXPLORER = ("explorerBlock", "")
RESUBSCRIBE_NS = 5 * NS_PER_S
DUPLICATE = "Already subscribed: "
"""How the venue refuses a subscription that stands; it quotes the subscription."""
PING = '{"method":"ping"}'
PING_S = 20.0
POLL_WEIGHT = 20
PREDICTIONS_S = 60.0
METAS_NS = 300 * NS_PER_S
METAS_RETRY_NS = 5 * NS_PER_S
DEX_RETRY_NS = 60 * NS_PER_S
"""A builder's dex may not exist; the validators' own does."""
METAS_ANSWER_NS = 30 * NS_PER_S
"""Universes that were asked for and never answered, not even with a failure, are asked again."""
REPLIES = frozenset(
    {"instruments", "tickers", "funding_history", "open_interest", "book", "account", "time"}
)


class Session:
    """One translator for both links. See `cockpit.venues.contract`."""

    def __init__(self, wants: Wants) -> None:
        self._feed = feed.Feed(frozenset(wants.symbols))
        self._accounts = account.Accounts(wants.accounts)
        self._listing = Listing()
        self._histories: dict[str, History] = {}
        self._metas_due_ns: dict[str, int] = {}
        """By dex."""
        self._open: set[str] = set()
        self._awaiting: dict[tuple[str, str], int] = {}
        """(channel, native) of subscriptions that nothing has answered yet -> when sent."""
        self._ping_sent_ns: int | None = None
        self._pings = polling.Every(PING_S)
        self._predictions = polling.Every(PREDICTIONS_S)

    def handle(self, input: Input) -> Iterable[Output]:
        """Every consequence of one input, in order."""
        if isinstance(input, Frame):
            return self._frame(input)
        if isinstance(input, Tick):
            return self._tick(input.at_ns)
        if isinstance(input, Reply):
            return self._reply(input)
        if isinstance(input, Opened):
            return self._opened(input)
        if isinstance(input, Wanted):
            return self._wanted(input)
        self._forget(input.link)
        return ()

    # --- life ---------------------------------------------------------------------------------

    def _opened(self, opened: Opened) -> Iterator[Output]:
        self._forget(opened.link)
        self._open.add(opened.link)
        if opened.link == BLOCKS:
            yield self._subscribe(EXPLORER, opened.at_ns)
        else:
            self._metas_due_ns.clear()
            yield from self._ask_metas(opened.at_ns)
            yield from self._resubscribe(opened.at_ns)
            yield from self._accounts.opened(opened.at_ns)

    def _forget(self, link: str) -> None:
        """All that belongs to a connection. What REST has taught us stays true without it."""
        self._open.discard(link)
        if link == BLOCKS:
            self._feed.forget_blocks()
            self._awaiting.pop(EXPLORER, None)
            return
        self._accounts.closed()
        self._feed.forget_books()
        self._awaiting = {key: at for key, at in self._awaiting.items() if key == EXPLORER}
        self._ping_sent_ns = None
        self._pings.reset()
        self._predictions.reset()

    def _wanted(self, wanted: Wanted) -> Iterator[Output]:
        before, self._feed.symbols = self._feed.symbols, frozenset(wanted.wants.symbols)
        for symbol in self._feed.symbols - before:
            # A builder's dex is told only as far as it was wanted: ask for it again.
            if dex_of(symbol):
                self._metas_due_ns.pop(dex_of(symbol), None)
        if MAIN in self._open:
            yield from self._ask_metas(wanted.at_ns)
            yield from self._resubscribe(wanted.at_ns)
        yield from self._accounts.want(wanted.wants.accounts, wanted.at_ns)

    def _ask_metas(self, at_ns: int) -> Iterator[Output]:
        """The universes that we need: the validators' own and those of wanted builders' markets."""
        for dex in sorted({"", *map(dex_of, self._feed.symbols)}):
            if at_ns >= self._metas_due_ns.get(dex, at_ns):
                self._metas_due_ns[dex] = at_ns + METAS_ANSWER_NS
                question = {"type": "metaAndAssetCtxs"}
                if dex:
                    question["dex"] = dex
                yield ask("instruments", question, POLL_WEIGHT, key=dex)

    def _tracked(self) -> set[str]:
        """Native names of the wanted markets that trade."""
        natives = self._listing.natives
        return {natives[symbol] for symbol in self._feed.symbols if symbol in natives}

    def _resubscribe(self, at_ns: int) -> Iterator[Output]:
        """Bring the subscriptions in line with what is wanted.

        Only names of the venue's own list are ever sent: one that it does not know may cost the
        connection with all that it carries.
        """
        before, tracked = self._feed.watched, self._tracked()
        for coin in sorted(before - tracked):
            for channel in CHANNELS:
                self._awaiting.pop((channel, coin), None)
                yield Send(wire.command("unsubscribe", channel, coin))
        yield from self._feed.watch(tracked, at_ns)
        for coin in sorted(tracked - before):
            for channel in CHANNELS:
                yield self._subscribe((channel, coin), at_ns)

    def _subscribe(self, key: tuple[str, str], at_ns: int) -> Send:
        self._awaiting[key] = at_ns
        return Send(wire.command("subscribe", *key), BLOCKS if key == EXPLORER else MAIN)

    def _tick(self, at_ns: int) -> Iterator[Output]:
        if self._open and self._pings.due(at_ns):
            if MAIN in self._open:
                self._ping_sent_ns = at_ns
            for link in sorted(self._open):
                yield Send(PING, link)
        for key, sent_ns in list(self._awaiting.items()):
            if at_ns - sent_ns >= RESUBSCRIBE_NS:
                yield self._subscribe(key, at_ns)
        if MAIN not in self._open:
            return
        yield from self._ask_metas(at_ns)
        yield from self._accounts.tick(at_ns)
        if self._predictions.due(at_ns):
            yield ask("tickers", {"type": "predictedFundings"}, POLL_WEIGHT)
        for coin in sorted(self._tracked()):
            history = self._histories.get(coin)
            if history is None:
                history = self._histories[coin] = History(coin, at_ns)
            page = history.fetch(at_ns)
            if page is not None:
                yield page

    # --- frames -------------------------------------------------------------------------------

    def _frame(self, frame: Frame) -> Sequence[Output]:
        try:
            message = wire.MESSAGE.decode(frame.data)
        except decoding.BROKEN as error:
            return self._strange(frame, str(error) or type(error).__name__)
        if type(message) is wire.Bbo:
            self._answered("bbo", message.data.coin)
            return self._feed.touch(message.data, frame.at_ns, frame.data)
        if type(message) is wire.L2Book:
            self._answered("l2Book", message.data.coin)
            return self._feed.ladder(message.data, frame.at_ns, frame.data)
        if type(message) is wire.ActiveAssetCtx:
            self._answered("activeAssetCtx", message.data.coin)
            return self._feed.context(message.data.coin, message.data.ctx, frame.at_ns)
        if type(message) is wire.Trades:
            if self._awaiting:
                for coin in {fill.coin for fill in message.data}:
                    self._answered("trades", coin)
            return self._feed.trades(message.data, frame.at_ns)
        return self._seldom(message, frame)

    def _answered(self, channel: str, coin: str) -> None:
        if self._awaiting:
            self._awaiting.pop((channel, coin), None)

    def _seldom(self, message: wire.Message, frame: Frame) -> Sequence[Output]:
        at_ns = frame.at_ns
        match message:
            case list():
                self._awaiting.pop(EXPLORER, None)
                return self._feed.blocks(message, at_ns)
            case wire.AllDexsAssetCtxs():
                return list(self._all_contexts(message.data, at_ns))
            case wire.FastAssetCtxs():
                return self._feed.fast(message.data, at_ns)
            case wire.SubscriptionResponse():
                subscription = message.data.subscription
                is_proof = subscription.type not in PROVEN_BY_DATA
                if message.data.method == "subscribe" and is_proof:
                    self._answered(subscription.type, subscription.coin)
                return ()
            case wire.Pong():
                return self._pong(frame)
            case wire.Error():
                return self._error(message.data, frame)
            case wire.Post():
                response = message.data.response
                if response.type == "error":
                    return (decoding.reject(NAME, at_ns, str(response.payload), frame.data),)
        return ()

    def _all_contexts(self, data: wire.AllCtxsData, at_ns: int) -> Iterator[Output]:
        for dex, ctxs in data.ctxs:
            coins = self._listing.coins.get(dex)
            if coins is None:
                continue
            if len(coins) == len(ctxs):
                yield from self._feed.contexts(coins, ctxs, at_ns)
            else:
                # A listing newer than ours: positions mean nothing until we know it.
                self._metas_due_ns[dex] = min(at_ns, self._metas_due_ns.get(dex, at_ns))

    def _error(self, text: str, frame: Frame) -> Sequence[Output]:
        if frame.link == BLOCKS:
            # The block feed is undocumented: where it is refused, we do without.
            self._awaiting.pop(EXPLORER, None)
        elif text.startswith(DUPLICATE):
            standing = decoding.decode(wire.SUBSCRIPTION, text[len(DUPLICATE) :])
            if not isinstance(standing, str):
                self._awaiting.pop((standing.type, standing.coin), None)
        return (decoding.reject(NAME, frame.at_ns, text, frame.data),)

    def _pong(self, frame: Frame) -> Sequence[Output]:
        if frame.link != MAIN or self._ping_sent_ns is None:
            return ()
        rtt_ns = frame.at_ns - self._ping_sent_ns
        self._ping_sent_ns = None
        return (Rtt(venue=NAME, recv_ns=frame.at_ns, rtt_ns=rtt_ns),)

    def _strange(self, frame: Frame, reason: str) -> Sequence[Output]:
        """What could not be read: a channel without use for us, the greeting, or nonsense."""
        if frame.data in (wire.GREETING, wire.GREETING.encode()):
            return ()
        envelope = decoding.decode(wire.ENVELOPE, frame.data)
        if not isinstance(envelope, str):
            if envelope.channel in ACCOUNT_CHANNELS:
                return self._accounts.frame(frame)
            if envelope.channel in wire.UNUSED_CHANNELS:
                return ()
            is_unknown = "$.channel" in reason
            named = envelope.channel
            reason = f"unknown channel {named}" if is_unknown else f"{named}: {reason}"
        return (decoding.reject(NAME, frame.at_ns, reason, frame.data),)

    # --- replies ------------------------------------------------------------------------------

    def _reply(self, reply: Reply) -> Iterator[Output]:
        at_ns = reply.at_ns
        if self._accounts.owns(reply):
            yield from self._accounts.reply(reply)
            return
        answer = self._answer(reply)
        history = self._histories.get(reply.key) if reply.name == "funding_history" else None
        if isinstance(answer, str):
            yield decoding.reject(NAME, at_ns, answer, reply.body)
            if reply.name == "instruments":
                retry_ns = DEX_RETRY_NS if reply.key else METAS_RETRY_NS
                self._metas_due_ns[reply.key] = at_ns + retry_ns
            if history is not None:
                history.failed(at_ns)
            return
        match answer:
            case Metas():
                yield from self._metas(answer, reply)
            case Predictions():
                yield from self._feed.predictions(answer, at_ns)
            case SettledPage():
                yield from self._feed.settled(answer, at_ns)
                if history is not None:
                    history.answered(answer.rows[-1].time if answer.rows else None, at_ns)
            case Book():
                yield from self._feed.ladder(answer.data, at_ns, reply.body)
        if answer.unreadable:
            yield decoding.reject(NAME, at_ns, f"{reply.name}: unreadable rows", reply.body)

    def _answer(self, reply: Reply) -> Answer | str:
        """What a reply says, or why it says nothing."""
        if reply.name not in REPLIES:
            return f"unknown reply {reply.name}"
        reason = decoding.refused(reply)
        if reason is not None:
            return reason
        answer = read(reply.body)
        return f"{reply.name}: {answer}" if isinstance(answer, str) else answer

    def _metas(self, answer: Metas, reply: Reply) -> Iterator[Output]:
        self._metas_due_ns[reply.key] = reply.at_ns + METAS_NS
        for universe in answer.universes:
            self._metas_due_ns[universe.dex] = reply.at_ns + METAS_NS
            yield from self._listing.learn(universe, self._feed.symbols, reply.at_ns)
            if universe.ctxs is not None:
                coins = self._listing.coins[universe.dex]
                yield from self._feed.contexts(coins, universe.ctxs, reply.at_ns)
        if MAIN in self._open:
            yield from self._resubscribe(reply.at_ns)
