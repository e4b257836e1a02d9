"""Trades as they are remembered: which positions belong together, and what their legs traded.

Whoever fills this is `portfolio.trades`; readers of the state find it at `view.trades`.
"""

from collections import deque
from typing import Final, Literal

import msgspec

from cockpit.state.curves import Ring

CLOSED_KEPT: Final = 500
CURVE_SAMPLES: Final = 2_880
"""A day of samples half a minute apart."""
Origin = Literal["found", "made", "plan"]
FillSource = Literal["venue", "seen", "opening"]


class LegKey(msgspec.Struct, frozen=True, order=True, gc=False):
    """One position at one place: what a leg is a part of. What was typed is never what was read."""

    venue: str
    account: str
    pool: str
    symbol: str
    is_typed: bool = False


class LegFill(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A change of a position's size, signed, in base units.

    `venue`: the venue told this fill (`fill` is its number). `seen`: the position changed and
    nobody told why. `opening`: what was held when it was first looked at, at its entry. `mark` is
    what its market stood at then, and `indexes` are those of the symbol by venue: None and empty
    where nobody watched. `reference` is what a trade makes of them. `price` None: not known.
    `fee_usd` is positive when paid.
    """

    at_ns: int
    size: float
    price: float | None
    source: FillSource
    fill: str = ""
    fee_usd: float | None = None
    mark: float | None = None
    indexes: tuple[tuple[str, float], ...] = ()
    reference: float | None = None


class TradeLeg(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The `share` of a position that belongs to a trade, and how it was read last.

    `size` is signed base units of the leg. `opened_ns` is the first fill of the position that the
    trade began with, also where that was closed and opened again meanwhile; None where nobody told
    it.
    """

    key: LegKey
    share: float = 1.0
    size: float
    entry: float | None = None
    opened_ns: int | None = None


class TradeResult(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a trade that is over came to, in USD; None is not known. Costs are negative."""

    total: float | None = None
    directional: float | None = None
    basis: float | None = None
    funding: float | None = None
    fees: float | None = None
    slippage: float | None = None


class TradeRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One trade. `seen_ns` is when it was first seen; `closed_ns` None while any leg is open.

    `watched_s` of its life somebody looked at it, and for `profit_s` of those it was in profit.
    `target_usd` is the profit that the trader waits for.
    """

    id: str
    asset: str
    legs: tuple[TradeLeg, ...]
    name: str = ""
    origin: Origin = "found"
    seen_ns: int
    opened_ns: int | None = None
    target_usd: float | None = None
    watched_s: float = 0.0
    profit_s: float = 0.0
    closed_ns: int | None = None
    result: TradeResult | None = None


LegFills = dict[LegKey, tuple[LegFill, ...]]


class TradeCurve:
    """Samples of one trade in USD: what funding brought, and what prices did."""

    def __init__(self) -> None:
        self.funding_usd = Ring(CURVE_SAMPLES)
        self.price_usd = Ring(CURVE_SAMPLES)


class TradeRecords:
    """Every trade that is open, those that are over (newest last), and the fills of their legs.

    `version` counts changes that are worth keeping over a restart.
    """

    def __init__(self) -> None:
        self.open: dict[str, TradeRecord] = {}
        self.closed: deque[TradeRecord] = deque(maxlen=CLOSED_KEPT)
        self.fills: LegFills = {}
        self.closed_fills: dict[str, LegFills] = {}
        """Id of a trade that is over -> what its legs traded: a position of the same place may be
        opened again."""
        self.curves: dict[str, TradeCurve] = {}
        self.version = 0

    def restore(
        self,
        open_: dict[str, TradeRecord],
        closed: list[TradeRecord],
        fills: LegFills,
        closed_fills: dict[str, LegFills],
    ) -> None:
        """What an earlier run knew."""
        self.open, self.fills, self.closed_fills = open_, fills, closed_fills
        self.closed = deque(closed, maxlen=CLOSED_KEPT)
        self.version += 1
