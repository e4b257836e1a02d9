"""`cockpit trades --json`: the one shape of trades. Received is positive, a cost is negative."""

from typing import Literal

import msgspec


class LegFillDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the leg's position: told by the venue, seen, or what was held at first."""

    at_ns: int
    size: float
    price: float | None
    source: Literal["venue", "seen", "opening"]
    id: str | None
    fee_usd: float | None
    mark: float | None
    reference: float | None


class TradeLegDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One leg; `size` is signed base units of the leg, its `share` of the position.

    `fees_usd` is what was paid, negative. `funding_next_usd` is expected at `funding_next_ns`.
    `adl_quantile` is 0 to 4, where the venue tells it; 4 is closed first. `away`: its account
    cannot be read now.
    """

    venue: str
    account: str
    pool: str
    symbol: str
    share: float
    size: float
    entry: float | None
    mark: float | None
    notional_usd: float | None
    funding_paid_usd: float | None
    funding_accrued_usd: float | None
    funding_next_usd: float | None
    funding_next_ns: int | None
    fees_usd: float | None
    liquidation: float | None
    liquidation_distance: float | None
    adl_quantile: int | None
    opened_ns: int | None
    away: bool
    source: Literal["venue", "manual"]
    fills: tuple[LegFillDocument, ...]


class PnlDocument(msgspec.Struct, frozen=True, kw_only=True):
    """USD since the opening. `total` is the sum of the others but `accrued`, which is not paid yet.

    Slippage that was not seen is null, and lies in the basis.
    """

    total: float | None
    directional: float | None
    basis: float | None
    funding: float | None
    accrued: float | None
    fees: float | None
    slippage: float | None
    unexplained: float | None


class SpreadDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Short less long in bps; `exit` is both legs taken at their books, fees in it."""

    entry: float | None
    now: float | None
    exit: float | None


class DangerDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One danger, of a leg (`VENUE/SYMBOL`) or of the trade, and its sentence."""

    kind: str
    leg: str | None
    amount: float | None
    words: str


class TradeDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One trade. `breakeven` is `passed`, `never`, a time in ISO 8601, or null."""

    id: str
    name: str | None
    symbol: str
    origin: Literal["found", "made", "plan"]
    opened_ns: int | None
    seen_ns: int
    legs: tuple[TradeLegDocument, ...]
    net_base: float
    notional_usd: float | None
    pnl_usd: PnlDocument
    spread_bps: SpreadDocument
    carry_usd_per_hour: float | None
    breakeven: str | None
    return_apr: float | None
    equity_apr: float | None
    exit_cost_usd: float | None
    exit_hours: float | None
    watched_h: float
    profit_h: float
    target_usd: float | None
    orphan_base: float | None
    dangers: tuple[DangerDocument, ...]
    warnings: tuple[str, ...]


class OrphanDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to no trade of a position."""

    venue: str
    account: str
    pool: str
    symbol: str
    size: float
    notional_usd: float | None


class ClosedTradeDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A trade that is over, from the journal."""

    id: str
    name: str | None
    symbol: str
    opened_ns: int | None
    closed_ns: int | None
    legs: tuple[str, ...]
    pnl_usd: PnlDocument


class TradesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document."""

    at_ns: int
    trades: tuple[TradeDocument, ...]
    orphans: tuple[OrphanDocument, ...]
    closed: tuple[ClosedTradeDocument, ...]
    warnings: tuple[str, ...]
