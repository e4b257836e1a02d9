"""What a venue's folder supplies, and what it may say and hear.

It has two public names, `SPEC` in its `__init__.py` and `Session` in its `session.py`. A session is
a pure function with memory: it is handed inputs one at a time and yields outputs. It opens no
socket, reads no clock, starts no task and writes no log, so that a recording of its inputs replays
to the same outputs, bit for bit.

One `Session` object lives as long as its driver. It hears `Closed` when a link is gone and must
then forget all that belonged to that link, so that the next `Opened` starts clean.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, Protocol

import msgspec

from cockpit.core.events import (
    AccountState,
    AnyEvent,
    BookDelta,
    BookReset,
    BookSnapshot,
    Funding,
    Instrument,
    LinkCause,
    Margin,
    OpenInterest,
    Position,
    Prices,
    Reject,
    Rtt,
    Surveyed,
    Trade,
    Volume,
)
from cockpit.core.margins import VenueMargin
from cockpit.core.market import FundingTerms

AddressCheck = Callable[[str], str | None]
"""What is wrong with a public address, in words; None if nothing is."""
MAIN = "main"
"""The name of a venue's link when there is only one."""
MARKET_DATA: frozenset[type] = frozenset(
    {
        Instrument, BookSnapshot, BookDelta, BookReset, Trade, Funding, OpenInterest, Prices,
        Volume, Surveyed, Rtt,
    }
)  # fmt: skip
"""Kinds of facts for `VenueSpec.kinds`: what every venue says of its markets."""
ACCOUNT_DATA: frozenset[type] = frozenset({Position, Margin, AccountState})
"""What every venue says of which accounts are read; payments and fills not every one tells."""


class KeptSpan(msgspec.Struct, frozen=True, kw_only=True):
    """Every payment of a market with `from_ns` <= stamp <= `to_ns` is known already; `to_ns` is the
    stamp of the newest."""

    from_ns: int
    to_ns: int


class Wants(msgspec.Struct, frozen=True, kw_only=True):
    """All that a session knows of the world: what the trader watches.

    `symbols` (cross-venue names) are the markets whose books, trades and history are followed.
    `survey` asks for the rates, prices, open interest and volume of every listed market beside
    them. `accounts` are public addresses in the venue's own form. `depth` is levels a side. `kept`
    maps a symbol to the settled funding that need not be asked for again.
    """

    symbols: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    depth: int = 20
    survey: bool = False
    kept: dict[str, KeptSpan] = {}

    def shows(self, symbol: str) -> bool:
        """Whether the figures of this market are wanted: it is watched, or all are surveyed."""
        return self.survey or symbol in self.symbols


# --- inputs -----------------------------------------------------------------------------------


class Opened(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="opened"):
    """A link is connected, or polling began."""

    at_ns: int
    link: str = MAIN


class Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="frame", gc=False):
    """One WebSocket message, untouched."""

    at_ns: int
    data: str | bytes
    link: str = MAIN


class Reply(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="reply", gc=False):
    """The answer to a `Fetch`: `name` and `key` come back unchanged.

    `status` 0 means that no answer came after retries. A reply may arrive that was not asked for
    (an edited tape): a session accepts any reply whose name it knows.
    """

    at_ns: int
    name: str
    status: int
    body: str = ""
    key: str = ""


class Tick(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="tick", gc=False):
    """Once a second: a session's only sense of time."""

    at_ns: int


class Wanted(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="wanted"):
    """The watch list changed."""

    at_ns: int
    wants: Wants


class Closed(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="closed"):
    """The link is gone: why, and the same in words. Tapes of before have the words alone."""

    at_ns: int
    link: str = MAIN
    reason: str = ""
    cause: LinkCause | msgspec.UnsetType = msgspec.UNSET


Input = Opened | Frame | Reply | Tick | Wanted | Closed

# --- outputs ----------------------------------------------------------------------------------


class Send(msgspec.Struct, frozen=True):
    """A frame to write to a link. Dropped if the link is not open."""

    data: str
    link: str = MAIN


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP request to make, relative to `SPEC.rest_url`.

    `name` is one of `instruments, tickers, funding_history, open_interest, book, account, time`
    or the venue's own word. `key` says what it is about where the reply does not (a native
    symbol); it comes back in the `Reply`. `weight` is the venue's cost of the call, spent from the
    limit that `bucket` names in `SPEC.limits`, or from the venue's common budget if it is empty. A
    `background` fetch (history) waits behind every other one. `host` names a root of `SPEC.hosts`;
    empty, or unknown there, it is `SPEC.rest_url`.
    """

    name: str
    path: str
    method: str = "GET"
    body: str | None = None
    weight: int = 1
    key: str = ""
    background: bool = False
    bucket: str = ""
    host: str = ""


class Restart(msgspec.Struct, frozen=True, tag_field="type", tag="restart"):
    """I am lost on this link: drop it and connect again."""

    reason: str
    link: str = MAIN


Output = AnyEvent | Send | Fetch | Restart


class LinkSpec(msgspec.Struct, frozen=True):
    """One WebSocket of a venue.

    A `telemetry` link carries timing only: its loss does not touch the books, and its reads are
    never coalesced, because that would shift the very times it is there to measure.
    `queries` are the dialects of a venue that speaks several, each as the query that asks for it,
    the preferred one first: where the upgrade is refused with HTTP 400 the next is asked for.
    `compressed` links offer permessage-deflate, for venues that refuse a client which does not.
    """

    url: str
    telemetry: bool = False
    queries: tuple[str, ...] = ("",)
    compressed: bool = False


class Limit(msgspec.Struct, frozen=True):
    """A REST budget of its own: `weight` may be spent in every `per_s` seconds."""

    weight: int
    per_s: float


class FeeTier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an account of this tier pays, as fractions of notional; a rebate is negative."""

    name: str
    taker: float
    maker: float


class Fees(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fee schedule as documented at `source` on `date`, the base tier first."""

    tiers: tuple[FeeTier, ...]
    source: str
    date: datetime.date


class Maintenance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A planned window: on `weekdays` (0 is Monday) at `at_utc` ("04:30") for `minutes`."""

    weekdays: tuple[int, ...]
    at_utc: str
    minutes: int
    source: str
    date: datetime.date


class Stack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The layers that a venue runs on and shares with others: sequencer, data, settlement."""

    layers: tuple[str, ...]
    source: str
    date: datetime.date


class MarginTable(VenueMargin, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Documented margin rules and the date on which they were read."""

    date: datetime.date


IncidentKind = Literal["api_down", "exchange_down", "chain_halt", "rollback"]


class Incident(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One public outage, [from, to] in UTC; `exact` False where sources give times only roughly."""

    from_: datetime.datetime = msgspec.field(name="from")
    to: datetime.datetime
    exact: bool
    kind: IncidentKind
    what: str
    source: str

    @property
    def from_ns(self) -> int:
        return round(self.from_.timestamp()) * 1_000_000_000

    @property
    def to_ns(self) -> int:
        return round(self.to.timestamp()) * 1_000_000_000


class VenueFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a venue from its documentation alone: its `venue.toml`.

    `colour` is which of a theme's `venue1`, `venue2`, ... is this venue's, whatever else is shown.
    `spec` is read by `kit.facts.venue_spec`.
    """

    colour: int | None = None
    spec: dict[str, Any] = {}
    fees: Fees | None = None
    margin: MarginTable | None = None
    maintenance: tuple[Maintenance, ...] = ()
    stack: Stack | None = None
    incident: tuple[Incident, ...] = ()

    @property
    def taker_fee(self) -> float | None:
        """Of the base tier, as a fraction."""
        return self.fees.tiers[0].taker if self.fees is not None else None

    @property
    def maker_fee(self) -> float | None:
        """Of the base tier, as a fraction; negative is a rebate."""
        return self.fees.tiers[0].maker if self.fees is not None else None


class VenueSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the driver, the config and the screen must know about a venue without asking it: the
    `[spec]` of its `venue.toml`, and what its code knows (`kinds`, `check_address`).

    `rest_url` and the links are mainnet's; `Fetch.path` is relative to the root of that host.
    `hosts` are further roots by name, for a venue that answers some questions elsewhere; where
    another address than mainnet's is given, that serves all of them. A refusal by one holds up all.
    `weight_per_minute` is the venue's REST budget for one address; `burst` how much of it may be
    spent at once. `quiet_s` is how long a healthy main link may be without a data message.
    `check_address` says what is wrong with a public address, None if nothing is; a venue without
    it reads no accounts. `short` is a name of three small letters for narrow columns: capitals are
    coins. Where `publishes_fees` is false, the documented fees are an assumption and said so.
    `funding_terms` are those of an ordinary (crypto, cross-margined) market.
    `limits` are REST budgets that some endpoints have beside the common one. `ban_statuses` are
    the HTTP statuses that say that our address is refused for a while, where `ban_words` (in lower
    case) stand in the body if the status alone may mean something else. `note` is a sentence for
    the trader about what is special here. `facts` is what the folder's `venue.toml` documents.
    """

    name: str
    title: str
    short: str
    links: Mapping[str, LinkSpec]
    rest_url: str
    chain: str | None = None
    kinds: frozenset[type]
    weight_per_minute: int
    burst: int
    docs: tuple[str, ...]
    publishes_fees: bool = False
    funding_terms: FundingTerms | None = None
    check_address: AddressCheck | None = None
    quiet_s: float = 15.0
    max_frame_bytes: int = 16 * 2**20
    limits: Mapping[str, Limit] = {}
    hosts: Mapping[str, str] = {}
    ban_statuses: frozenset[int] = frozenset()
    ban_words: str = ""
    note: str = ""
    facts: VenueFacts = VenueFacts()

    @property
    def taker_fee(self) -> float | None:
        """Of the documented base tier, as a fraction."""
        return self.facts.taker_fee

    @property
    def maker_fee(self) -> float | None:
        """Of the documented base tier, as a fraction; negative is a rebate."""
        return self.facts.maker_fee


class Session(Protocol):
    """One venue's translator."""

    def __init__(self, wants: Wants) -> None: ...

    def handle(self, input: Input) -> Iterable[Output]:
        """Every consequence of one input, in order. Never raises on what a venue sends."""
        ...


__all__ = [
    "ACCOUNT_DATA",
    "MAIN",
    "MARKET_DATA",
    "Closed",
    "FeeTier",
    "Fees",
    "Fetch",
    "Frame",
    "Incident",
    "Input",
    "Limit",
    "LinkSpec",
    "Maintenance",
    "MarginTable",
    "Opened",
    "Output",
    "Reject",
    "Reply",
    "Restart",
    "Send",
    "Session",
    "Stack",
    "Tick",
    "VenueFacts",
    "VenueSpec",
    "Wanted",
    "Wants",
]
