"""Paradex's fields: a market as listed, its summary, its funding, its levels and its trades.

Figures are text, stamps are numbers (ms). An option shares the lists with the perpetuals; the one
of each kind that is made up here has the fields of recorded ones.
"""

import tomllib
from collections.abc import Iterator
from importlib import resources

from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_MS, NS_PER_S
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import now_ms, plain, trimmed
from cockpit.sim.world.contract import MarketState, TradeTick, VenueWorld
from cockpit.sim.world.followers import Levels
from cockpit.sim.world.past_prices import Candle

RATE_DECIMALS, SHORT_DECIMALS, INDEX_DECIMALS, HOURLY_DECIMALS = 14, 8, 18, 12


def alive(world: VenueWorld) -> Iterator[MarketState]:
    """The markets that trade; one that has ended is not named any more."""
    return (state for state in world.markets.values() if state.listing.status == "active")


FIXED: dict[str, Json] = tomllib.loads((resources.files(__package__) / "listing.toml").read_text())
"""What never changes, from its file."""


def _options(table: str) -> list[dict[str, Json]]:
    return [FIXED[table]["alike"] | own for own in FIXED[table]["own"]]


OPTIONS: dict[str, Json] = {row["symbol"]: FIXED["common"] | row for row in _options("listed")}


def market(state: MarketState) -> Json:
    """A row of the listing."""
    listing, rule, alike = state.listing, state.rule, FIXED["perpetual"]
    margin = alike["delta1_cross_margin_params"] | {"imf_base": plain(listing.imf, 6)}
    own = {
        "symbol": listing.native, "base_currency": listing.native.partition("-")[0],
        "order_size_increment": trimmed(1, listing.size_decimals),
        "price_tick_size": trimmed(1, listing.price_decimals),
        "min_notional": plain(listing.min_notional_usd or 0.0, 2),
        "max_funding_rate": plain(rule.cap or 0.0, 4), "clamp_rate": plain(rule.dampener, 8),
        "funding_period_hours": rule.interval_s // HOUR_S, "delta1_cross_margin_params": margin,
    }  # fmt: skip
    return FIXED["common"] | alike | own


def summary(state: MarketState, world: VenueWorld) -> Json:
    """A market's figures; the touch makes no book."""
    usd = state.day_volume_base * (state.index or 0.0) / state.listing.contract
    before = state.prev_day_price
    change = "" if before is None or state.mark is None else plain(state.mark / before - 1, 6)
    return FIXED["perpetual_summary"] | _touches(state) | {
        "symbol": state.listing.native, "mark_price": _price(state.mark),
        "last_traded_price": _price(state.last), "volume_24h": plain(usd, 9),
        "total_volume": plain(usd * 400, 9),
        "created_at": now_ms(world), "underlying_price": _price(state.index),
        "open_interest": state.size_text(state.open_interest_lots),
        "funding_rate": "" if state.rate is None else plain(state.rate, RATE_DECIMALS),
        "price_change_rate_24h": change, "external_fair_price": _price(state.index),
    }  # fmt: skip


def touch(state: MarketState, world: VenueWorld) -> Json:
    own = {"market": state.listing.native, "seq_no": state.book_seq}
    return own | _touches(state) | {"last_updated_at": now_ms(world)}


def hourly(state: MarketState, world: VenueWorld) -> Json:
    """The venue's own row among those that compare venues: per hour, whatever the period."""
    rate = (state.rate or 0.0) / (state.rule.interval_s / HOUR_S)
    return {
        "symbol": state.listing.native, "asset_kind": "PERP", "source": "PARADEX",
        "hourly_funding_rate": plain(rate, HOURLY_DECIMALS), "last_updated_at": now_ms(world),
    }  # fmt: skip


def option_summaries(world: VenueWorld) -> list[Json]:
    """The options' figures: the dated one has neither a price nor funding."""
    return [row | {"created_at": now_ms(world)} for row in _options("summary")]


def funding(state: MarketState, at_ns: int, now_ns: int) -> Json:
    """The rate, the premium and the index at a time."""
    rate, price, index = _accrual(state, at_ns, now_ns)
    hours = state.rule.interval_s // HOUR_S
    return {
        "market": state.listing.native, "funding_index": plain(index, INDEX_DECIMALS),
        "funding_premium": plain(rate * price, INDEX_DECIMALS),
        "funding_rate": plain(rate, RATE_DECIMALS), "funding_rate_8h": _cut(rate * 8 / hours),
        "funding_period_hours": hours, "created_at": at_ns // NS_PER_MS,
    }  # fmt: skip


def _accrual(state: MarketState, at_ns: int, now_ns: int) -> tuple[float, float, float]:
    """Rate and spot price at a time, and the index, which rose at the rate of each period."""
    rate, price, index = state.rate or 0.0, state.index or 0.0, state.funding_index
    later_ns, period_ns = now_ns, state.rule.interval_s * NS_PER_S
    for stamp_ns, paid, _, reference in reversed(state.settled):
        if stamp_ns <= at_ns:
            break
        index -= rate * price * (later_ns - stamp_ns) / period_ns
        rate, price, later_ns = paid, reference, stamp_ns
    return rate, price, index - rate * price * (later_ns - at_ns) / period_ns


def book_levels(state: MarketState, bids: Levels, asks: Levels) -> list[Json]:
    """Levels as the socket has them."""
    return [
        {"side": word, "price": price, "size": size}
        for word, levels in (("BUY", bids), ("SELL", asks))
        for price, size in state.texts(levels)
    ]


def trade(state: MarketState, fill: TradeTick) -> Json:
    stamp_ms = fill.at_ns // NS_PER_MS
    return {
        "id": f"{stamp_ms}2017{fill.trade_id:011d}", "market": state.listing.native,
        "side": "BUY" if fill.side is Side.BUY else "SELL", "size": state.size_text(fill.lots),
        "price": state.price_text(fill.ticks), "created_at": stamp_ms,
        "trade_type": "LIQUIDATION" if fill.liquidation else "FILL",
    }  # fmt: skip


def kline(state: MarketState, row: Candle) -> list[float]:
    """Time in ms, open, high, low, close, volume."""
    scale, volume = 10**state.listing.price_decimals, state.size(row.lots)
    return [row.begin_ns // NS_PER_MS, *(ticks / scale for ticks in row[1:5]), volume]


def _touches(state: MarketState) -> dict[str, Json]:
    """The best price and size of each side, blank on an empty one."""
    row: dict[str, Json] = {}
    for name, side in (("bid", Side.BUY), ("ask", Side.SELL)):
        best = state.best(side)
        row[name], row[f"{name}_size"] = state.texts([best])[0] if best else ("", "")
    return row


def _price(price: float | None) -> str:
    return "" if price is None else plain(price, SHORT_DECIMALS)


def _cut(rate: float) -> str:
    """Cut off, not rounded."""
    return trimmed(int(rate * 10**SHORT_DECIMALS), SHORT_DECIMALS)
