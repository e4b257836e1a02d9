"""The past that a new world pretends to have had.

Thirty days of funding payments, the day's volume, yesterday's price and the last trades, pushed
through the same formulas as the present.
"""

import math
import random
from collections.abc import Sequence
from zlib import crc32

import numpy as np

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, HOUR_S, HOURS_PER_YEAR, NS_PER_S
from cockpit.sim.world import funding
from cockpit.sim.world.contract import Asset, MarketState, TradeTick
from cockpit.sim.world.market import SETTLEMENT_LAG_NS, LiveMarket

HISTORY_HOURS = 30 * 24
PAST_TRADES = 60


def write_past(
    market: LiveMarket,
    prices: Sequence[float],
    premiums: Sequence[float],
    at_ns: int,
) -> None:
    """Give a market its past.

    `prices` (index, per coin) and `premiums` (fractions) are hourly and end an hour ago.
    """
    state = market.state
    # An impact premium sees nothing of a premium that is smaller than the way into the book.
    blind = (market.half_spread_bps + 0.3) * 1e-4
    state.settled += past_payments(state, prices, premiums, blind, at_ns)
    contract, decimals = state.listing.contract, state.listing.price_decimals
    state.prev_day_price = round(prices[-24] * contract, decimals)


def past_payments(
    state: MarketState,
    prices: Sequence[float],
    premiums: Sequence[float],
    blind: float,
    at_ns: int,
) -> list[tuple[int, float, float, float]]:
    """Payments before `at_ns`, oldest first; `prices` and `premiums` as in `write_past`."""
    rule = state.rule
    contract, decimals = state.listing.contract, state.listing.price_decimals
    seen = [math.copysign(max(0.0, abs(p) - blind), p) for p in premiums]
    hours = max(1, rule.interval_s // HOUR_S)
    boundary_ns = at_ns - at_ns % (rule.interval_s * NS_PER_S)
    end = len(seen) - (at_ns - boundary_ns) // HOUR_NS
    rows = []
    while end >= hours:
        mean = sum(seen[end - hours : end]) / hours
        reference = round(prices[end - 1] * contract, decimals)
        rows.append((boundary_ns + SETTLEMENT_LAG_NS, funding.rate(rule, mean), mean, reference))
        boundary_ns -= rule.interval_s * NS_PER_S
        end -= hours
    return rows[::-1]


def quiet_past(
    state: MarketState, asset: Asset, seed: int, at_ns: int
) -> list[tuple[int, float, float, float]]:
    """Payments of a quiet market before its newest, which it has: the same whenever asked for.

    The coin's prices are the same at every venue, its premium wanders towards that payment's.
    """
    coin = np.random.default_rng([seed, crc32(f"{asset.symbol} {asset.price}".encode())])
    steps = coin.standard_normal(HISTORY_HOURS) * asset.volatility_annual / HOURS_PER_YEAR**0.5
    prices = asset.price * np.exp(-np.cumsum(steps))[::-1]
    own = np.random.default_rng([seed, crc32(f"{state.venue} {asset.symbol}".encode())])
    wander = np.cumsum(own.standard_normal(HISTORY_HOURS)) * 1e-4 * asset.volatility_annual
    newest = state.last_payment[2] if state.last_payment else 0.0
    premiums = newest + wander[::-1] * 0.5 ** (np.arange(HISTORY_HOURS)[::-1] / 200.0)
    return past_payments(state, prices.tolist(), premiums.tolist(), 0.0, at_ns)[:-1]


def write_present(
    market: LiveMarket, mid: float, index: float, at_ns: int, rng: random.Random
) -> None:
    """First prices, and the interval as if it had been watched from its beginning."""
    state, rule = market.state, market.state.rule
    market.price(mid, index, 1.0, 0.0, at_ns)
    elapsed_s = (at_ns // NS_PER_S) % rule.interval_s
    count = int(elapsed_s // rule.sample_s)
    premium = market.instant_premium()
    if premium is not None:
        before = state.settled[-1][2] if state.settled else premium
        market.running.assume((premium + before) / 2, count)
        if not count:
            market.running.add(premium)
    turnover = market.oi_home_lots * rng.uniform(0.8, 2.5)
    listing = state.listing
    state.day_volume_base = turnover / 10**listing.size_decimals * listing.contract
    state.day_trades = rng.randint(400, 90_000)
    market.price(mid, index, 1.0, 0.0, at_ns)


def past_trades(
    market: LiveMarket, first_id: int, at_ns: int, rng: random.Random
) -> list[TradeTick]:
    """Trades of the last minutes, oldest first, at prices about the touch."""
    state = market.state
    ticks = {Side.BUY: min(state.asks), Side.SELL: max(state.bids)}
    stamps = sorted(at_ns - rng.randint(1, 600 * NS_PER_S) for _ in range(PAST_TRADES))
    trades = []
    for number, stamp_ns in enumerate(stamps):
        side = rng.choice((Side.BUY, Side.SELL))
        resting = state.asks if side is Side.BUY else state.bids
        lots = max(state.listing.min_lots, int(resting[ticks[side]] * rng.random()))
        trades.append(
            TradeTick(state.listing.symbol, side, ticks[side], lots, first_id + number, stamp_ns)
        )
    return trades
