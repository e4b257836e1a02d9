"""What Hyperliquid says about markets and blocks, as facts. Knows nothing of subscriptions."""

import base64
import zlib
from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from cockpit.core.events import (
    AnyEvent,
    Block,
    BookDelta,
    BookReset,
    BookSnapshot,
    Funding,
    FundingKind,
    Instrument,
    OpenInterest,
    Prices,
    Reject,
    Rtt,
    Trade,
)
from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_MS, hourly, ms_to_ns, next_boundary_ns
from cockpit.venues.hyperliquid import messages as wire
from cockpit.venues.hyperliquid.book import CROSSED, TouchedLadder, sides_of
from cockpit.venues.hyperliquid.funding_history import settled_interval_s
from cockpit.venues.hyperliquid.messages import NAME, dex_of, name_of
from cockpit.venues.hyperliquid.rest_messages import Predictions, SettledPage
from cockpit.venues.kit import decoding, numbers

CHAIN = "hyperliquid-l1"
KINDS: frozenset[type] = frozenset({
    Instrument, BookSnapshot, BookDelta, BookReset, Trade, Funding, OpenInterest, Prices,
    Block, Rtt,
})  # fmt: skip
"""What the venue says of markets and of its machinery."""
TRADES_REMEMBERED = 4096
MAX_INFLATED_BYTES = 8 * 2**20
SAME_BLOCKS_NS = 5_000_000_000
MAX_INTERVAL_S = 24 * HOUR_S
MAX_HOURLY = 1.0
MAX_PREMIUM = 1.0
"""No market pays its whole notional in an hour (the documented cap is 4 %), nor trades at twice
its oracle."""
_SIDES = {"B": Side.BUY, "A": Side.SELL}


class Feed:
    """Translates data messages. Every `raw` is only quoted where a message makes no sense."""

    def __init__(self, symbols: frozenset[str]) -> None:
        self.symbols = symbols
        """What is wanted of feeds for all; empty means every market of the validators' dex."""
        self.watched: set[str] = set()
        """Native names whose ladders were asked for."""
        self._unwatched: set[str] = set()
        self._books: dict[str, TouchedLadder] = {}
        self._dead: set[str] = set()
        self._trades: OrderedDict[tuple[int, str, int], None] = OrderedDict()
        self._height = -1
        self._height_at_ns = 0

    def forget_books(self) -> None:
        """The connection is gone, and with it everything that was asked for on it."""
        self._books.clear()
        self.watched = set()
        self._unwatched.clear()

    def forget_blocks(self) -> None:
        self._height = -1

    def watch(self, coins: set[str], at_ns: int) -> list[AnyEvent]:
        """Take over what is asked for from now on; books that nobody updates become unknown.

        Book messages of dropped markets may still be on their way, and are not listened to.
        """
        dropped, self.watched = self.watched - coins, coins
        self._unwatched = (self._unwatched | dropped) - coins
        resets: list[AnyEvent] = []
        for coin in sorted(dropped):
            named = name_of(coin)
            if named is not None and self._books.pop(coin, None) is not None:
                reset = BookReset(venue=NAME, recv_ns=at_ns, symbol=named[0], reason="unwatched")
                resets.append(reset)
        return resets

    def wants(self, coin: str) -> bool:
        """Whether a market of a feed for all is for us; builders' ones only if asked for."""
        named = name_of(coin)
        if named is None:
            return False
        return named[0] in self.symbols or not (self.symbols or dex_of(coin))

    # --- books and trades ---------------------------------------------------------------------

    def ladder(self, data: wire.BookData, at_ns: int, raw: str | bytes) -> Sequence[AnyEvent]:
        """A whole book. A crossed one is skipped: the next message is the whole book again."""
        named = name_of(data.coin)
        if named is None or data.coin in self._unwatched:
            return ()
        symbol, contract = named
        sides = sides_of(data.levels, contract)
        if isinstance(sides, str):
            return (decoding.reject(NAME, at_ns, f"{symbol}: {sides}", raw),)
        time = data.time
        book = self._books.get(data.coin) or self._book(data.coin)
        shown = book.ladder(time, *sides, at_ns)
        if shown is None:
            return ()
        return (
            BookSnapshot(
                venue=NAME,
                recv_ns=at_ns,
                venue_ns=None if time is None else time * NS_PER_MS,
                symbol=symbol,
                bids=shown[0],
                asks=shown[1],
            ),
        )

    def touch(self, data: wire.BboData, at_ns: int, raw: str | bytes) -> Sequence[AnyEvent]:
        """The best levels. Where no ladder was asked for, they are all the book there is."""
        named = name_of(data.coin)
        if named is None or data.coin in self._unwatched:
            return ()
        symbol, contract = named
        best_bid, best_ask = data.bbo
        bid = ask = None
        if best_bid is not None:
            bid = (best_bid.px / contract, best_bid.sz * contract)
        if best_ask is not None:
            ask = (best_ask.px / contract, best_ask.sz * contract)
        if bid and ask and bid[0] >= ask[0]:
            return (decoding.reject(NAME, at_ns, f"{symbol}: {CROSSED}", raw),)
        book = self._books.get(data.coin) or self._book(data.coin)
        change = book.touch(data.time, bid, ask, at_ns)
        if change is None or not (book.has_ladder or data.coin not in self.watched):
            return ()
        return (
            (BookDelta if book.has_ladder else BookSnapshot)(
                venue=NAME,
                recv_ns=at_ns,
                venue_ns=data.time * NS_PER_MS,
                symbol=symbol,
                bids=change[0],
                asks=change[1],
            ),
        )

    def _book(self, coin: str) -> TouchedLadder:
        book = self._books.get(coin)
        if book is None:
            book = self._books[coin] = TouchedLadder()
        return book

    def trades(self, fills: list[wire.WireTrade], at_ns: int) -> Sequence[AnyEvent]:
        """Fills, once each: the venue replays recent ones after every subscription.

        A replayed fill is as true as a new one and keeps its own time, which may be long ago.
        """
        out: list[AnyEvent] = []
        for fill in fills:
            named = name_of(fill.coin)
            key = (fill.time, fill.coin, fill.tid)
            if named is None or key in self._trades:
                continue
            self._trades[key] = None
            if len(self._trades) > TRADES_REMEMBERED:
                self._trades.popitem(last=False)
            symbol, contract = named
            out.append(
                Trade(
                    venue=NAME,
                    recv_ns=at_ns,
                    venue_ns=fill.time * NS_PER_MS,
                    symbol=symbol,
                    price=fill.px / contract,
                    size=fill.sz * contract,
                    side=_SIDES[fill.side],
                )
            )
        return out

    # --- contexts -----------------------------------------------------------------------------

    def context(self, coin: str, ctx: wire.Ctx, at_ns: int) -> Sequence[AnyEvent]:
        """Live funding, open interest and prices of one market; nothing if it is dead."""
        named = name_of(coin)
        if named is None:
            return ()
        symbol, contract = named
        premium = numbers.finite(ctx.premium)
        mark = numbers.positive(ctx.mark_px)
        if premium is None or mark is None:
            self._dead.add(coin)
            return ()
        self._dead.discard(coin)
        next_ns = next_boundary_ns(at_ns, HOUR_S)
        rate = self._rate("live", symbol, ctx.funding, HOUR_S, at_ns, next_ns, premium=premium)
        oracle = numbers.positive(ctx.oracle_px)
        index = None if oracle is None else oracle / contract
        prices = Prices(venue=NAME, recv_ns=at_ns, symbol=symbol, mark=mark / contract, index=index)
        units = numbers.finite(ctx.open_interest)
        if units is None or units < 0.0:
            return rate, prices
        base = units * contract
        interest = OpenInterest(venue=NAME, recv_ns=at_ns, symbol=symbol, base=base)
        return rate, interest, prices

    def contexts(
        self, coins: Sequence[str | None], ctxs: Sequence[wire.Ctx | None], at_ns: int
    ) -> list[AnyEvent]:
        """The contexts of one dex, which say by position alone whose they are: equal lengths."""
        out: list[AnyEvent] = []
        for coin, ctx in zip(coins, ctxs, strict=True):
            if coin is not None and ctx is not None and self.wants(coin):
                out.extend(self.context(coin, ctx, at_ns))
        return out

    def fast(self, packed: str, at_ns: int) -> Sequence[AnyEvent]:
        """Marks that changed: JSON, raw DEFLATE, base64."""
        try:
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            text = inflater.decompress(base64.b64decode(packed, validate=True), MAX_INFLATED_BYTES)
        except (ValueError, zlib.error) as error:
            return (decoding.reject(NAME, at_ns, f"fastAssetCtxs: {error}", packed),)
        if not inflater.eof:
            return (decoding.reject(NAME, at_ns, "fastAssetCtxs: cut short or too large", packed),)
        changed = decoding.decode(wire.FAST, text)
        if isinstance(changed, str):
            return (decoding.reject(NAME, at_ns, f"fastAssetCtxs: {changed}", text),)
        out: list[AnyEvent] = []
        for coin, ctx in changed.items():
            if ctx.mid_px is None:
                self._dead.add(coin)
            elif ctx.mid_px is not msgspec.UNSET:
                self._dead.discard(coin)
            named = name_of(coin)
            mark = None if ctx.mark_px is msgspec.UNSET else numbers.positive(ctx.mark_px)
            if named is None or mark is None or coin in self._dead or not self.wants(coin):
                continue
            price = mark / named[1]
            out.append(Prices(venue=NAME, recv_ns=at_ns, symbol=named[0], mark=price))
        return out

    # --- rates --------------------------------------------------------------------------------

    def predictions(self, answer: Predictions, at_ns: int) -> list[AnyEvent]:
        """The venue's own forecasts of wanted markets. An interval that is not said is an hour."""
        out: list[AnyEvent] = []
        for coin, forecast in answer.by_coin:
            named = name_of(coin)
            if named is None or coin in self._dead or not self.wants(coin):
                continue
            hours = forecast.funding_interval_hours
            interval_s = HOUR_S if hours is None else round(hours * HOUR_S)
            next_ms = forecast.next_funding_time
            next_ns = None if next_ms is None else ms_to_ns(next_ms)
            out.append(
                self._rate("predicted", named[0], forecast.funding_rate, interval_s, at_ns, next_ns)
            )
        return out

    def settled(self, page: SettledPage, at_ns: int) -> list[AnyEvent]:
        """What was paid, oldest first."""
        out: list[AnyEvent] = []
        for row in page.rows:
            named = name_of(row.coin)
            if named is None:
                continue
            stamp_ns = ms_to_ns(row.time)
            out.append(
                self._rate(
                    "settled",
                    named[0],
                    row.funding_rate,
                    settled_interval_s(stamp_ns),
                    at_ns,
                    venue_ns=stamp_ns,
                    premium=numbers.finite(row.premium),
                )
            )
        return out

    def _rate(
        self,
        kind: FundingKind,
        symbol: str,
        rate: float | None,
        interval_s: int,
        at_ns: int,
        next_ns: int | None = None,
        *,
        venue_ns: int | None = None,
        premium: float | None = None,
    ) -> Funding | Reject:
        sane = numbers.finite(rate)
        is_sane = (
            sane is not None
            and 0 < interval_s <= MAX_INTERVAL_S
            and abs(hourly(sane, interval_s)) <= MAX_HOURLY
            and (premium is None or abs(premium) <= MAX_PREMIUM)
        )
        if sane is None or not is_sane:
            reason = f"{symbol}: {kind} funding {rate} per {interval_s} s"
            return decoding.reject(NAME, at_ns, reason)
        return Funding(
            venue=NAME,
            recv_ns=at_ns,
            venue_ns=venue_ns,
            symbol=symbol,
            kind=kind,
            rate=sane,
            interval_s=interval_s,
            next_ns=next_ns,
            premium=premium,
        )

    # --- chain --------------------------------------------------------------------------------

    def blocks(self, rows: list[wire.BlockRow], at_ns: int) -> Sequence[AnyEvent]:
        """Blocks, once each and ascending."""
        out: list[AnyEvent] = []
        for row in sorted(rows, key=lambda row: row.height):
            if row.height <= self._height and at_ns - self._height_at_ns < SAME_BLOCKS_NS:
                continue
            self._height, self._height_at_ns = row.height, at_ns
            block_ns = ms_to_ns(row.block_time)
            out.append(
                Block(
                    venue=NAME,
                    recv_ns=at_ns,
                    venue_ns=block_ns,
                    chain=CHAIN,
                    height=row.height,
                    block_ns=block_ns,
                )
            )
        return out
