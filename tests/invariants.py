"""What must hold for the facts of every venue, whatever it is and whatever it sent.

`Invariants(venue).check(output)` is fed a session's outputs in order and raises `AssertionError`
with the offending fact. It keeps its own books, written without a look at the state package.
"""

import math
from collections import Counter
from collections.abc import Iterable
from typing import get_args

import msgspec

from cockpit.core.events import (
    AccountFill,
    AccountState,
    AnyEvent,
    Block,
    BookDelta,
    BookReset,
    BookSnapshot,
    Event,
    Funding,
    FundingKind,
    FundingPayment,
    Instrument,
    Levels,
    Margin,
    OpenInterest,
    Position,
    Prices,
    Reject,
    Rtt,
    Settlement,
    Surveyed,
    Trade,
    Volume,
)
from cockpit.core.market import Side
from cockpit.core.units import hourly
from cockpit.venues.contract import Fetch, Output, Restart, Send

OLDEST_NS = 1_483_228_800_000_000_000
"""2017: no perpetual venue here is older, so an earlier time is in the wrong unit."""
NEWEST_NS = 4_102_444_800_000_000_000
"""2100: a later time is in the wrong unit."""
DAY_S = 86_400

EVENTS = get_args(AnyEvent)


class Invariants:
    """Checks outputs one by one and keeps the books that they amount to.

    `may_cross` is for recordings of venues or faults that cross by themselves.
    """

    def __init__(self, venue: str, *, may_cross: bool = False) -> None:
        self.venue = venue
        self.counts: Counter[str] = Counter()
        self.books: dict[str, tuple[dict[float, float], dict[float, float]]] = {}
        self._may_cross = may_cross
        self._last_recv_ns = 0

    def check_all(self, outputs: Iterable[Output]) -> "Invariants":
        for output in outputs:
            self.check(output)
        return self

    def check(self, output: Output) -> None:
        self.counts[type(output).__name__] += 1
        if isinstance(output, Send):
            assert output.data, output
            return
        if isinstance(output, Fetch):
            assert output.path.startswith("/"), output
            assert output.name, output
            assert output.weight >= 0, output
            return
        if isinstance(output, Restart):
            assert output.reason, output
            return
        assert isinstance(output, EVENTS), output
        self._check_event(output)

    def _check_event(self, event: Event) -> None:
        assert event.venue == self.venue, event
        assert is_epoch(event.recv_ns), event
        assert event.recv_ns >= self._last_recv_ns, f"received before the fact before it: {event}"
        self._last_recv_ns = event.recv_ns
        assert event.venue_ns is None or is_epoch(event.venue_ns), event
        assert msgspec.json.encode(event), event
        if isinstance(event, BookSnapshot | BookDelta | BookReset):
            self._check_book(event)
        else:
            check_fact(event)

    def _check_book(self, event: BookSnapshot | BookDelta | BookReset) -> None:
        if isinstance(event, BookReset):
            assert event.reason, event
            self.books.pop(event.symbol, None)
            return
        if isinstance(event, BookSnapshot):
            assert prices(event.bids) == sorted(prices(event.bids), reverse=True), event
            assert prices(event.asks) == sorted(prices(event.asks)), event
            self.books[event.symbol] = ({}, {})
        else:
            assert event.symbol in self.books, f"a delta of an unknown book: {event}"
        book = self.books[event.symbol]
        for side, levels in zip(book, (event.bids, event.asks), strict=True):
            for price, size in levels:
                assert is_positive(price), event
                if size == 0.0 and isinstance(event, BookDelta):
                    side.pop(price, None)
                else:
                    assert is_positive(size), event
                    side[price] = size
        bids, asks = book
        if bids and asks and not self._may_cross:
            assert max(bids) < min(asks), f"crossed {max(bids)} >= {min(asks)} after {event}"


def is_amount(value: float) -> bool:
    return math.isfinite(value) and value >= 0.0


def check_fact(event: Event) -> None:
    """What must hold for a fact on its own."""
    if isinstance(event, Instrument):
        _check_instrument(event)
    elif isinstance(event, Trade):
        assert is_positive(event.price), event
        assert is_positive(event.size), event
        assert event.side in (Side.BUY, Side.SELL), event
    elif isinstance(event, Funding):
        assert event.kind in get_args(FundingKind), event
        assert 0 < event.interval_s <= DAY_S, event
        assert abs(hourly(event.rate, event.interval_s)) <= 1.0, event
        assert event.next_ns is None or is_epoch(event.next_ns), event
        assert event.premium is None or abs(event.premium) <= 1.0, event
        if event.kind == "settled":
            assert event.venue_ns is not None, f"settled at no time: {event}"
    elif isinstance(event, OpenInterest):
        assert math.isfinite(event.base), event
        assert event.base >= 0.0, event
    elif isinstance(event, Prices):
        said = [p for p in (event.mark, event.index, event.last) if p is not None]
        assert said, f"prices without a price: {event}"
        assert all(map(is_positive, said)), event
    elif isinstance(event, Volume):
        assert all(v is None or is_amount(v) for v in (event.usd_24h, event.base_24h)), event
    elif isinstance(event, Surveyed):
        assert event.markets >= 0, event
        assert event.period_s is None or event.period_s > 0.0, event
    elif isinstance(event, Block):
        assert event.chain, event
        assert event.height >= 0, event
        assert is_epoch(event.block_ns), event
    elif isinstance(event, Settlement):
        assert event.stage in ("posted", "proven", "final"), event
        assert is_epoch(event.at_ns), event
    elif isinstance(event, Position):
        assert event.account, event
        assert math.isfinite(event.size), event
        for usd in (event.upnl, event.funding_paid, event.funding_accrued_usd):
            assert usd is None or math.isfinite(usd), event
        assert event.adl_quantile is None or 0 <= event.adl_quantile <= 4, event
        prices_said = (event.entry, event.mark, event.liquidation, event.leverage)
        assert all(is_positive(p) for p in prices_said if p is not None), event
    elif isinstance(event, Margin):
        assert event.account, event
        for usd in (event.equity, event.used, event.available, event.maintenance):
            assert usd is None or math.isfinite(usd), event
    elif isinstance(event, AccountState):
        assert event.account, event
        assert event.reason or event.state in ("read", "flat"), event
    elif isinstance(event, FundingPayment):
        assert event.venue_ns is not None, f"paid at no time: {event}"
        assert math.isfinite(event.usd), event
    elif isinstance(event, AccountFill):
        assert event.venue_ns is not None, f"traded at no time: {event}"
        assert math.isfinite(event.size), event
        assert event.size, event
        assert is_positive(event.price), event
        assert event.fill, event
    elif isinstance(event, Rtt):
        assert 0 <= event.rtt_ns < 3600 * 1_000_000_000, event
    elif isinstance(event, Reject):
        assert event.reason, event
        assert event.data.isprintable(), event
        assert event.reason.isprintable(), event


def _check_instrument(event: Instrument) -> None:
    assert event.symbol, event
    assert event.native, event
    assert event.base, event
    assert event.quote, event
    assert event.status in ("active", "paused", "delisted"), event
    assert is_positive(event.contract), event
    for number in (event.tick, event.lot, event.min_size, event.min_notional_usd):
        assert number is None or is_positive(number), event
    assert event.max_leverage is None or 1.0 <= event.max_leverage <= 1000.0, event
    assert event.mmf is None or 0.0 < event.mmf < 1.0, event
    for fee in (event.taker_fee, event.maker_fee):
        assert fee is None or abs(fee) <= 0.01, event
    assert event.funding_interval_s is None or 0 < event.funding_interval_s <= DAY_S, event


def prices(levels: Levels) -> list[float]:
    return [price for price, _ in levels]


def is_epoch(at_ns: int) -> bool:
    """Whether this is nanoseconds since the epoch, and not some other unit."""
    return OLDEST_NS <= at_ns <= NEWEST_NS


def is_positive(number: float) -> bool:
    return math.isfinite(number) and number > 0.0
