"""What the world, the faces and the host of the built-in exchange agree on.

The world knows no venue: a face file brings a `Profile` (how its venue lists, times and charges)
and a `Face` (how its venue speaks). A face is sans-IO and never imports the venue's adapter.

Prices and sizes are integers in the venue's own ticks and lots, so that a wire string, the truth
and a client's book can be equal to the last digit. A "unit" is what the venue quotes: one coin,
or 1000 of them where `Listing.contract` is 1000.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_S
from cockpit.sim.world.accounts import AccountBook, AccountFill, AccountPlan, FundingPayment
from cockpit.sim.world.addresses import hex_address

Status = Literal["active", "delisted"]
Settled = tuple[int, float, float, float]
"""Stamp in ns, rate per interval, average premium, reference price."""


@dataclass(frozen=True, slots=True)
class FundingRule:
    """A funding formula as data. Rates are fractions; `interest_8h` and `dampener` per 8 h.

    rate = cap(premium + clamp(interest_8h - premium, -dampener, +dampener)) * interval / 8 h,
    with `cap_8h` applied before and `cap` (per interval) after that scaling; None where there is
    none. `steeper` are (premium from which, slope), rising: the part of a premium beyond it counts
    that many times in the first term. Where a premium is not paid in 8 h but in `premium_s`, that
    stands for the 8 h throughout. `quantum` is the step of the published rate per interval
    (truncated towards zero).
    """

    interval_s: int = 3600
    sample_s: float = 60.0
    weighting: Literal["plain", "ramp"] = "plain"
    premium_s: int = 28_800
    interest_8h: float = 0.0
    dampener: float = 0.0
    cap_8h: float | None = None
    cap: float | None = None
    quantum: float | None = None
    impact_notional_usd: float = 10_000.0
    steeper: tuple[tuple[float, float], ...] = ()
    accrual: Literal["interval", "continuous"] = "interval"
    """Whether positions pay at the end of an interval, or all the time at `rate` per interval.

    With "continuous", `settled` still has a row for each interval: its rate at the average premium.
    """


@dataclass(frozen=True, slots=True)
class Listing:
    """One market at one venue, in the venue's own units.

    price = ticks / 10**price_decimals, size = lots / 10**size_decimals, both per `contract` coins.
    `rule` overrides the venue's funding rule for this market.
    """

    symbol: str
    native: str
    market_id: int
    price_decimals: int
    size_decimals: int
    contract: int = 1
    max_leverage: int = 20
    imf: float = 0.05
    mmf: float = 0.03
    min_lots: int = 1
    min_notional_usd: float | None = 10.0
    status: Status = "active"
    rule: FundingRule | None = None
    quote: str = "USD"
    """The coin in which it is quoted; a venue may list several."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One coin of the world: where its price starts and how it moves. `oi_usd` is typical."""

    symbol: str
    price: float
    volatility_annual: float
    oi_usd: float
    depth_usd: float
    """Typical size within 10 bps of mid, one side."""
    premium_bps: float = 0.0
    """Where the premium over the index settles when nothing happens, before venues differ."""
    beta: float = 0.7
    """Correlation of its returns with the market factor."""


@dataclass(frozen=True, slots=True)
class MarginRule:
    """What a venue takes from its accounts and asks of them; prices are the mark's.

    `tiers` are (notional in USD from which, maximum leverage) of a listing, the first from 0, with
    half the initial fraction as maintenance; without it `Listing.mmf` holds for any size. With
    `lifetime_entry` the average entry is that of everything opened, reductions notwithstanding.
    """

    taker_fee: float = 0.0
    tiers: Callable[[Listing], tuple[tuple[float, int], ...]] | None = None
    lifetime_entry: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """A venue as the world sees it. `list_asset` returns None where the venue has no such market.

    `delisted` are listings without books, prices or funding, which the venue still names.
    `book_depth` is how many levels a side the venue publishes (None: all of them).
    """

    name: str
    rule: FundingRule
    list_asset: Callable[[Asset, int], Listing | None]
    chain: str | None = None
    """Whose blocks are told, every `block_s` on average; None: no blocks."""
    block_s: float = 1.0
    block_jitter_frac: float = 0.0
    delisted: tuple[Listing, ...] = ()
    book_depth: int | None = None
    latency_ms: tuple[float, float] = (5.0, 3.0)
    """Mean and spread of the delay between the venue's stamp and the send."""
    crosses: bool = False
    """Whether the venue's published book may cross by itself (an approximate book)."""
    mark: Literal["book", "index"] = "book"
    """"index": the venue margins at its oracle price, so that mark and index are one number."""
    margin: MarginRule | None = None
    accounts: tuple[AccountPlan, ...] = ()
    """Demonstration accounts; where there are any, there is a margin rule."""
    address: Callable[[str], str] = hex_address
    """The address of an owner, in the venue's form."""


@dataclass(slots=True)
class MarketState:
    """One market now. `bids` and `asks` map ticks to lots; everything is in the venue's units.

    `premium` is the instant premium as a fraction; `premium_avg` the running mean of the current
    interval; `rate` the live funding rate per interval as the venue would publish it. `settled`
    are (stamp in ns, rate per interval, average premium, reference price), oldest first.
    A delisted market has empty books, and None for every price and rate.

    `bids` and `asks` are what was published level by level. Where `Profile.crosses`, they may
    cross for a moment; `hidden_bids` and `hidden_asks` are then the older levels, which a venue
    that uncrosses leaves out: `ladder` (snapshots) and the truth do, `BookChange`s do not know it.
    """

    venue: str
    listing: Listing
    rule: FundingRule
    bids: dict[int, int] = field(default_factory=dict)
    asks: dict[int, int] = field(default_factory=dict)
    hidden_bids: set[int] = field(default_factory=set)
    hidden_asks: set[int] = field(default_factory=set)
    book_seq: int = 0
    """+1 for every step in which the book changed."""
    mark: float | None = None
    index: float | None = None
    last: float | None = None
    open_interest_lots: int = 0
    premium: float | None = None
    premium_avg: float | None = None
    premium_samples: int = 0
    rate: float | None = None
    next_funding_ns: int | None = None
    funding_index: float = 0.0
    """What one unit long has paid in quote since the world began; payments, or the accrual."""
    settled: list[Settled] = field(default_factory=list)
    prev_day_price: float | None = None
    day_volume_base: float = 0.0
    day_trades: int = 0
    block_height: int = 0

    def price_text(self, ticks: int) -> str:
        """Ticks as the exact decimal, without an exponent, trailing zeros kept."""
        return decimal_text(ticks, self.listing.price_decimals)

    def size_text(self, lots: int) -> str:
        return decimal_text(lots, self.listing.size_decimals)

    def price(self, ticks: int) -> float:
        return float(self.price_text(ticks))

    def size(self, lots: int) -> float:
        return float(self.size_text(lots))

    def texts(self, levels: Iterable[tuple[int, int]]) -> list[list[str]]:
        """[price, size] of each level, as text."""
        return [[self.price_text(ticks), self.size_text(lots)] for ticks, lots in levels]

    def numbers(self, levels: Iterable[tuple[int, int]]) -> list[list[float]]:
        """[price, size] of each level, as numbers."""
        return [[self.price(ticks), self.size(lots)] for ticks, lots in levels]

    def ladder(self, side: Side, depth: int | None = None) -> list[tuple[int, int]]:
        """(ticks, lots), best first, hidden levels left out; `Side.BUY` is the bids."""
        is_bid = side is Side.BUY
        levels, hidden = (self.bids, self.hidden_bids) if is_bid else (self.asks, self.hidden_asks)
        shown = sorted(levels.items(), reverse=is_bid)
        if hidden:
            shown = [level for level in shown if level[0] not in hidden]
        return shown[:depth]

    def best(self, side: Side) -> tuple[int, int] | None:
        """(ticks, lots) of the best level; None on an empty side. Makes no book."""
        levels = self.ladder(side, 1)
        return levels[0] if levels else None

    @property
    def has_book(self) -> bool:
        """Whether there is more to a ladder than the touch, as long as nobody asks for it."""
        return True

    def follow(self, who: object) -> None:
        """Keep the book made for as long as `who` lives: a subscription calls this once."""

    @property
    def last_payment(self) -> Settled | None:
        """The newest row of `settled`; None before the first."""
        return self.settled[-1] if self.settled else None

    def payments(
        self, begin_ns: int = 0, end_ns: int = 2**63 - 1, *, on_the_hour: bool = False
    ) -> list[Settled]:
        """Rows of `settled` with begin <= stamp <= end, newest first.

        `on_the_hour` moves stamps back to the interval's boundary, from where venues that stamp the
        hour count, instead of the moment shortly after it when the payment was made.
        """
        interval_ns = self.rule.interval_s * NS_PER_S
        found = []
        for stamp_ns, rate, premium, price in reversed(self.settled):
            shown_ns = stamp_ns - stamp_ns % interval_ns if on_the_hour else stamp_ns
            if begin_ns <= shown_ns <= end_ns:
                found.append((shown_ns, rate, premium, price))
        return found


@dataclass(frozen=True, slots=True)
class BookChange:
    """A level with its new absolute size; 0 lots removes it."""

    symbol: str
    side: Side
    ticks: int
    lots: int


@dataclass(frozen=True, slots=True)
class TradeTick:
    """A fill in the world. `side` is the taker's."""

    symbol: str
    side: Side
    ticks: int
    lots: int
    trade_id: int
    at_ns: int
    liquidation: bool = False


@dataclass(frozen=True, slots=True)
class BlockTick:
    """A block of this venue's chain."""

    height: int
    block_ns: int


@dataclass(slots=True)
class Step:
    """What happened at one venue since the step before.

    `flush` is the last step before a pause: every face sends all that it holds back, whatever its
    cadence, so that a client which has read everything equals the truth. While the world is
    paused steps go on, empty, so that heartbeats do. A venue whose sequencer stands still gets no
    step at all.
    """

    at_ns: int
    books: list[BookChange] = field(default_factory=list)
    trades: list[TradeTick] = field(default_factory=list)
    blocks: list[BlockTick] = field(default_factory=list)
    prices: set[str] = field(default_factory=set)
    """Symbols whose mark, index, last, OI or funding changed (not every step)."""
    settled: list[str] = field(default_factory=list)
    """Symbols whose funding was paid in this step."""
    fills: list[AccountFill] = field(default_factory=list)
    """Of public accounts, in order."""
    payments: list[FundingPayment] = field(default_factory=list)
    """Funding that public accounts paid or received."""
    flush: bool = False


class VenueWorld(Protocol):
    """The part of the world that one venue's faces may read."""

    name: str
    profile: Profile
    markets: Mapping[str, MarketState]
    """By native name, delisted included, in listing order."""
    by_symbol: Mapping[str, MarketState]
    accounts: AccountBook
    height: int
    block_ns: int

    def now_ns(self) -> int:
        """The world's time as this venue's clock shows it (clock-skew fault included)."""
        ...

    def recent_trades(self, symbol: str, count: int) -> list[TradeTick]:
        """Newest last."""
        ...


def alive(world: VenueWorld) -> Iterator[MarketState]:
    """The markets that have figures."""
    return (state for state in world.markets.values() if state.mark is not None)


@dataclass(frozen=True, slots=True)
class CloseConnection:
    """A face's answer that ends the connection."""

    code: int
    reason: str


Outgoing = str | bytes | CloseConnection


class Face(Protocol):
    """One client connection, in one venue's dialect.

    All methods are called in order on one loop. What they return is sent in order.
    """

    def __init__(self, world: VenueWorld, path: str) -> None:
        """`path` with its query. May raise `UpgradeRefused`."""
        ...

    def on_open(self) -> list[Outgoing]:
        """What the venue says first."""
        ...

    def on_frame(self, data: str | bytes) -> list[Outgoing]:
        """The client's message; answers now. What must come later is returned by `on_step`."""
        ...

    def on_step(self, step: Step) -> list[Outgoing]:
        """What the venue pushes after a step, at the venue's own cadence (on world time)."""
        ...


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An HTTP answer. `headers` beyond Content-Type and Content-Length."""

    status: int
    body: str
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class UpgradeRefused(Exception):
    """Raised by a face that does not open at this path: the handshake gets an HTTP answer."""

    def __init__(self, reply: HttpReply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class FaceModule(Protocol):
    """What `cockpit.sim.faces.<venue>` supplies."""

    PROFILE: Profile
    WS_PATHS: Mapping[str, str]
    """Link name -> path, as the ready line prints it.

    A socket opens at such a path and at every path below it (`/stream`, `/stream/BTC`): what lies
    below is the face's to read, or to refuse.
    """
    Face: type[Face]

    @staticmethod
    def on_http(
        world: VenueWorld, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> HttpReply:
        """Answer one request; `target` is path and query. Unknown paths get the venue's 404."""
        ...


def decimal_text(units: int, decimals: int) -> str:
    """12345, 2 -> '123.45'; exact, no exponent, trailing zeros kept."""
    if decimals <= 0:
        return str(units * 10 ** (-decimals))
    sign, digits = ("-", -units) if units < 0 else ("", units)
    whole, part = divmod(digits, 10**decimals)
    return f"{sign}{whole}.{part:0{decimals}d}"
