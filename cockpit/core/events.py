"""Every fact a venue can state.

Events are frozen. They are never changed after creation, because the same object is applied to
the state, written by `decode` and compared by replay. Three rules hold for all of them:

* sizes are in base units and prices in quote per base, also where the venue quotes 1000 coins;
* rates are fractions per `interval_s`, positive when longs pay shorts;
* what the venue did not say is `None`, never zero.

`recv_ns` is when we received it, `venue_ns` when the venue says it happened (only if it said so).
The JSON of an event is tagged with `type`, as `cockpit decode` prints it.
"""

from typing import Final, Literal

import msgspec

from cockpit.core.market import Market, Side

Level = tuple[float, float]
"""(price, size), both positive; size 0 only in a `BookDelta`, where it removes the level."""
Levels = tuple[Level, ...]


class Event(
    msgspec.Struct, frozen=True, kw_only=True, gc=False, tag_field="type", omit_defaults=False
):
    """What every fact carries."""

    venue: str
    recv_ns: int
    venue_ns: int | None = None


class MarketEvent(Event, frozen=True, kw_only=True, gc=False):
    """A fact about one market."""

    symbol: str

    @property
    def market(self) -> Market:
        return Market(self.venue, self.symbol)


class Instrument(MarketEvent, frozen=True, kw_only=True, gc=False, tag="instrument"):
    """What is traded, in base units: `tick` quote per base, `lot` and `min_size` base.

    `contract` is the base units in one of the venue's size units (1000 for 1000PEPE, else 1).
    `mmf` is the maintenance margin fraction of the first tier; fees are fractions of notional.
    `margin_tiers` are (notional in USD from which it counts, maintenance fraction), lowest first;
    empty where the venue states none, or one fraction for every size. `initial_tiers` are the same
    of the initial fraction, one row where it holds for every size, empty where the venue states
    none. Where open interest raises the fraction, `max_leverage` has it as it is now and
    `initial_tiers` as the tier has it.
    `tick` is None where the venue's tick depends on a price that we do not know yet.
    `status` is `active`, `paused` or `delisted`.
    """

    native: str
    base: str
    quote: str
    tick: float | None = None
    lot: float | None = None
    min_size: float | None = None
    min_notional_usd: float | None = None
    contract: float = 1.0
    funding_interval_s: int | None = None
    max_leverage: float | None = None
    mmf: float | None = None
    taker_fee: float | None = None
    maker_fee: float | None = None
    status: Literal["active", "paused", "delisted"] = "active"
    margin_tiers: tuple[tuple[float, float], ...] = ()
    initial_tiers: tuple[tuple[float, float], ...] = ()


class BookSnapshot(MarketEvent, frozen=True, kw_only=True, gc=False, tag="book_snapshot"):
    """The whole book, best first on both sides; replaces whatever was known."""

    bids: Levels
    asks: Levels
    seq: int | None = None


class BookDelta(MarketEvent, frozen=True, kw_only=True, gc=False, tag="book_delta"):
    """Levels that changed, with their new absolute sizes; size 0 removes the level."""

    bids: Levels
    asks: Levels
    seq: int | None = None


class BookReset(MarketEvent, frozen=True, kw_only=True, gc=False, tag="book_reset"):
    """The book is unknown until the next snapshot."""

    reason: str


class Trade(MarketEvent, frozen=True, kw_only=True, gc=False, tag="trade"):
    """A fill. `side` is the taker's."""

    price: float
    size: float
    side: Side
    liquidation: bool = False


FundingKind = Literal["live", "predicted", "settled"]


class Funding(MarketEvent, frozen=True, kw_only=True, gc=False, tag="funding"):
    """A funding rate as a fraction per `interval_s`; positive means that longs pay.

    `live` accrues for the running interval, `predicted` is the venue's own forecast, `settled`
    was paid at `venue_ns`. `next_ns` is the next payment. `premium` is the input of the venue's
    formula that goes with the rate, as a fraction, where the venue publishes it.
    """

    kind: FundingKind
    rate: float
    interval_s: int
    next_ns: int | None = None
    premium: float | None = None


class OpenInterest(MarketEvent, frozen=True, kw_only=True, gc=False, tag="open_interest"):
    """Open contracts counted once (long side), in base units."""

    base: float


class Prices(MarketEvent, frozen=True, kw_only=True, gc=False, tag="prices"):
    """Margin price, reference (oracle) price and last trade; None is "not said", not "gone"."""

    mark: float | None = None
    index: float | None = None
    last: float | None = None


class Volume(MarketEvent, frozen=True, kw_only=True, gc=False, tag="volume"):
    """What was traded in the last 24 hours, as the venue counts it: in USD and in base units.

    None is "not said". Where a venue says only one of them the other is not derived.
    """

    usd_24h: float | None = None
    base_24h: float | None = None


class Surveyed(Event, frozen=True, kw_only=True, gc=False, tag="surveyed"):
    """The figures of all markets of a venue were read as at `recv_ns`: `markets` of them.

    Facts of a survey that have not changed are not stated again; this is what keeps them young.
    `period_s` is how often the venue is surveyed, None where a stream tells changes as they come.
    Of the symbols in `silent` the venue has no figures now: what was stated of them before was not
    read, and grows old.
    """

    markets: int
    period_s: float | None = None
    silent: tuple[str, ...] = ()


class Block(Event, frozen=True, kw_only=True, gc=False, tag="block"):
    """A block of the venue's chain or sequencer. `block_ns` is the block's own time."""

    chain: str
    height: int
    block_ns: int


class Settlement(Event, frozen=True, kw_only=True, gc=False, tag="settlement"):
    """A step of a batch towards finality on its base layer."""

    chain: str
    stage: Literal["posted", "proven", "final"]
    ref: str
    at_ns: int


class Position(MarketEvent, frozen=True, kw_only=True, gc=False, tag="position"):
    """A position of a public address. `size` is signed; 0 says that it was closed.

    `pool` is the margin account of the address that stands behind it, where the venue has several
    (a subaccount, a builder's dex). `liquidation` is the venue's own figure: None where it names
    none. `upnl` is USD. `funding_paid` is USD since the position was opened; received is positive.
    `funding_accrued_usd` was due at a stamp and is not credited yet, where a venue does so apart.
    `opened_ns` is when it was opened, where the venue says it.
    `leverage` is what the trader chose. `isolated_equity` is the USD that stands behind this
    position alone at `mark`: what was set aside for it and its own profit. `mmf` is the maintenance
    fraction of this position's lowest tier, where the venue tells it with the position: it may be
    another than the listing's (an account with terms of its own, a listing that changed since).
    `adl_quantile` is its place in the queue of those that the venue closes when its insurance is
    spent, 0 to 4, where 4 is closed first; None where the venue does not tell.
    `source` tells what was read at a venue from what the trader typed.
    """

    account: str
    size: float
    entry: float | None = None
    mark: float | None = None
    liquidation: float | None = None
    upnl: float | None = None
    funding_paid: float | None = None
    funding_accrued_usd: float | None = None
    opened_ns: int | None = None
    pool: str = ""
    leverage: float | None = None
    margin_mode: Literal["cross", "isolated"] | None = None
    isolated_equity: float | None = None
    mmf: float | None = None
    adl_quantile: int | None = None
    source: Literal["venue", "manual"] = "venue"


class Margin(Event, frozen=True, kw_only=True, gc=False, tag="margin"):
    """Collateral of one pool of a public address, in USD. Equity may be negative.

    `cross_equity` stands behind the positions that are not isolated, and `maintenance` is what
    those must keep; None where the venue does not say.
    """

    account: str
    equity: float | None
    used: float | None = None
    available: float | None = None
    pool: str = ""
    maintenance: float | None = None
    cross_equity: float | None = None


AccountStatus = Literal["read", "flat", "unknown", "gone", "failed", "waiting"]


class AccountState(Event, frozen=True, kw_only=True, gc=False, tag="account_state"):
    """Whether an address could be read, and in words why not.

    `read` it was, `flat` it was and holds nothing, `unknown` the venue has no such account, `gone`
    it had one and has none now, `failed` it could not be read this time, `waiting` a first reading
    has not come to its end. Stated when it changes. `parts_known` of the `parts_wanted` parts of
    the account (subaccounts, pages, pools) have answered; None where it is read in one piece.
    """

    account: str
    state: AccountStatus
    reason: str = ""
    parts_known: int | None = None
    parts_wanted: int | None = None


class FundingPayment(MarketEvent, frozen=True, kw_only=True, gc=False, tag="funding_payment"):
    """Funding settled on a position at `venue_ns`: USD, received is positive."""

    account: str
    usd: float
    pool: str = ""
    size: float | None = None
    rate: float | None = None


class AccountFill(MarketEvent, frozen=True, kw_only=True, gc=False, tag="account_fill"):
    """A trade of a public address at `venue_ns`; `size` is signed, bought is positive.

    `fill` is the venue's own number of it. `fee` is USD, paid is positive and a rebate negative;
    None where the venue does not say it in dollars. `before` is the position before it, signed.
    """

    account: str
    fill: str
    size: float
    price: float
    fee: float | None = None
    pool: str = ""
    before: float | None = None


class Rtt(Event, frozen=True, kw_only=True, gc=False, tag="rtt"):
    """Application ping to pong."""

    rtt_ns: int


LinkState = Literal["connecting", "live", "stale", "down"]


LinkCause = Literal[
    "address", "unreachable", "refused", "timeout", "tls", "proxy", "protocol",
    "closed", "lost", "frame_size", "no_pong", "silence", "late", "restart",
    "adapter", "driver",
]  # fmt: skip
"""Why a link is not live: it could not be made (the first line), it ended or says nothing of
now (the second), or the cockpit itself failed (`OWN_FAULTS`)."""
OWN_FAULTS: Final[frozenset[LinkCause]] = frozenset({"adapter", "driver"})


class Link(Event, frozen=True, kw_only=True, gc=False, tag="link"):
    """The state of one connection, stated by the wire, not by the venue.

    `essential` is False for a telemetry link, whose loss says nothing about the books. `cause`
    is why it is not live, UNSET where it is or where an old tape does not say; `reason` is the same
    for people.
    """

    link: str = "main"
    state: LinkState
    reason: str = ""
    essential: bool = True
    cause: LinkCause | msgspec.UnsetType = msgspec.UNSET


class Reject(Event, frozen=True, kw_only=True, gc=False, tag="reject"):
    """A message that we did not understand: why, and its first bytes. Counted and kept."""

    reason: str
    data: str = ""


AnyEvent = (
    Instrument
    | BookSnapshot
    | BookDelta
    | BookReset
    | Trade
    | Funding
    | OpenInterest
    | Prices
    | Volume
    | Surveyed
    | Block
    | Settlement
    | Position
    | Margin
    | AccountState
    | FundingPayment
    | AccountFill
    | Rtt
    | Link
    | Reject
)
