"""Orderly's markets in its own fields, shared by REST and socket. All figures are JSON numbers.

Beside one shared perpetual for each coin there is a market that a builder lists by himself, with
the builder's name as a suffix, and a dead one, which only the list of prices still names.
Sources: https://orderly.network/docs/build-on-omnichain (restful-api, websocket-api).
"""

from importlib import resources

from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_MS
from cockpit.sim.faces.kit.connection import Json, decode
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.world.contract import Listing, MarketState, TradeTick, VenueWorld, alive

Row = dict[str, Json]

FIXED: dict[str, Row] = decode((resources.files(__package__) / "listing.json").read_bytes(), {})
"""What every row of the listing has alike, majors' and others' fees, and a builder's market, which
stands still."""
TIERS_FROM_USD = 2_000_000.0
"""The notional from which a market asks for more than its base margin."""


def rate(value: float | None) -> float | None:
    return None if value is None else round(value, 8)


def spot(state: MarketState) -> str:
    """The index of a perpetual has the name of the spot market."""
    return f"SPOT{state.listing.native.removeprefix('PERP')}"


# --- the listing -------------------------------------------------------------------------------


def info_rows(world: VenueWorld) -> list[Row]:
    """A builder's row has ticks and an interval of its own."""
    rows = [info(state) for state in alive(world)]
    return [*rows, rows[0] | FIXED["built"] | FIXED["built_rules"]] if rows else rows


def info(state: MarketState) -> Row:
    listing, rule = state.listing, state.rule
    fees = FIXED["major" if listing.max_leverage > 20 else "other"]
    return FIXED["alike"] | fees | {
        "symbol": listing.native, "display_symbol_name": coin(listing),
        "quote_tick": state.price(1), "base_tick": state.size(1),
        "base_min": state.size(listing.min_lots), "base_max": state.size(10**9),
        "min_notional": listing.min_notional_usd, "funding_period": rule.interval_s // HOUR_S,
        "cap_funding": rule.cap, "floor_funding": -(rule.cap or 0.0), "cap_ir": rule.dampener,
        "interest_rate": rule.interest_8h, "floor_ir": -rule.dampener, "base_mmr": listing.mmf,
        "base_imr": listing.imf, "imr_factor": float(f"{listing.imf / TIERS_FROM_USD**0.8:.4g}"),
    }  # fmt: skip


def coin(listing: Listing) -> str:
    return listing.native.removeprefix("PERP_").removesuffix("_USDC")


# --- figures -----------------------------------------------------------------------------------


def futures_rows(world: VenueWorld) -> list[Row]:
    """Also the markets that the listing does not name."""
    rows = [futures(state) for state in world.markets.values()]
    return [*rows, rows[0] | FIXED["built"] | FIXED["built_figures"]] if rows else rows


def futures(state: MarketState) -> Row:
    """A dead market has no figures: they are null, not zero."""
    volume = round(state.day_volume_base / state.listing.contract, 8)
    seen = [p for p in (state.prev_day_price, state.last, state.mark) if p is not None]
    return _paid(state) | {
        "display_symbol_name": coin(state.listing), "broker_id": None,
        "status": "ACTIVE" if state.mark is not None else "REDUCE_ONLY",
        "index_price": state.index, "mark_price": state.mark,
        "open_interest": state.size(state.open_interest_lots), "is_pretge": False,
        "24h_open": state.prev_day_price, "24h_close": state.last,
        "24h_high": max(seen, default=None), "24h_low": min(seen, default=None),
        "24h_volume": volume, "24h_amount": round(volume * (state.mark or 0.0), 6),
    }  # fmt: skip


def day(state: MarketState) -> Row:
    """24 hours, as a topic says them."""
    row, names = futures(state), ("open", "close", "high", "low", "volume", "amount")
    figures = {name: row[f"24h_{name}"] for name in names}
    return figures | {"symbol": state.listing.native, "count": state.day_trades}


def touch(state: MarketState) -> Row:
    """An empty side is null."""
    best = [state.best(side) for side in (Side.BUY, Side.SELL)]
    bid, ask = (state.numbers([at])[0] if at else (None, None) for at in best)
    figures = {"bid": bid[0], "bidSize": bid[1], "ask": ask[0], "askSize": ask[1]}
    return {"symbol": state.listing.native, **figures}


def payment(state: MarketState, stamp_ms: int, paid: float) -> Row:
    return {
        "symbol": state.listing.native, "funding_rate": rate(paid),
        "funding_rate_timestamp": stamp_ms,
        "next_funding_time": stamp_ms + state.rule.interval_s * 1000,
    }  # fmt: skip


def estimate(state: MarketState) -> Row | None:
    native, next_ns = state.listing.native, state.next_funding_ns
    if state.rate is None or next_ns is None:
        return None
    return {"symbol": native, "fundingRate": rate(state.rate), "fundingTs": next_ns // NS_PER_MS}


def _paid(state: MarketState) -> Row:
    paid = state.last_payment
    return {
        "symbol": state.listing.native, "est_funding_rate": rate(state.rate),
        "last_funding_rate": rate(paid[1]) if paid else None,
        "next_funding_time": state.next_funding_ns and state.next_funding_ns // NS_PER_MS,
        "sum_unitary_funding": round(state.funding_index, 8),
    }  # fmt: skip


def fill(state: MarketState, trade: TradeTick) -> Row:
    return {
        "symbol": state.listing.native, "side": trade.side.value.upper(),
        "executed_price": state.price(trade.ticks), "executed_quantity": state.size(trade.lots),
        "executed_timestamp": trade.at_ns // NS_PER_MS,
    }  # fmt: skip


def rates(world: VenueWorld) -> list[Row]:
    return [funding(world, state) for state in alive(world)]


def funding(world: VenueWorld, state: MarketState) -> Row:
    """The estimate as of the last whole minute, and the newest payment."""
    row, interval_ms = _paid(state), state.rule.interval_s * 1000
    next_ms = row["next_funding_time"]
    return row | {
        "est_funding_rate_timestamp": now_ms(world) // 60_000 * 60_000,
        "last_funding_rate_timestamp": None if next_ms is None else next_ms - interval_ms,
    }  # fmt: skip
