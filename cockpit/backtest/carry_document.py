"""The document of `backtest carry`, field by field; USD, received positive, null: not known."""

import msgspec


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What trading came to. `gross_usd` is before costs; `costs_usd` positive.

    `apr_on_margin` is net a year over both legs' margin, whether in a position or not; `sharpe`
    is of daily net, a year; `turnover` is traded USD over notional; `paid_share` the share of
    trades that ended above zero.
    """

    trades: int
    net_usd: float
    gross_usd: float
    costs_usd: float
    apr_on_margin: float | None
    sharpe: float | None
    sharpe_se: float | None
    max_drawdown_usd: float
    turnover: float
    paid_share: float | None
    worst_usd: float | None


class Placebo(msgspec.Struct, frozen=True, kw_only=True):
    """The same trades at random times of their weeks; the share of draws that earned as much."""

    draws: int
    p_value: float | None
    mean_net_usd: float | None


class LegDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's side of all trades of one asset; `unpaid_usd` is what was missed at stamps
    by late and partial fills (negative: what was spared)."""

    venue: str
    symbol: str
    funding_usd: float
    price_usd: float | None
    fees_usd: float
    impact_usd: float
    missed_usd: float
    liquidated: int
    fill_fraction: float
    settle_delay_s: float


class CarryDocument(Result, frozen=True, kw_only=True):
    """`warnings` say what the answer lacks, `notes` what to know beside it. `is_incomplete`: rows
    were there and could not be used, or a history has gaps; holes of a file are as it is."""

    at_2x_costs: Result
    always: Result
    never: Result
    placebo: Placebo
    legs: list[LegDocument]
    verdict: list[str]
    warnings: list[str]
    notes: list[str]
    is_incomplete: bool
