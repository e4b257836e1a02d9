"""The JSON shapes that dYdX's REST and its socket share.

Sources: https://docs.dydx.xyz/indexer-client/http and /websockets, and the Indexer's public source
(https://github.com/dydxprotocol/v4-chain/tree/main/indexer).
"""

from decimal import Decimal

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.sim.faces.dydx.profile import BOOK_DEPTH, FINAL_SETTLEMENT, PAUSED, TIERS, tier
from cockpit.sim.faces.kit.candles import length_s
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import iso, trimmed
from cockpit.sim.world.chain import height_at
from cockpit.sim.world.contract import MarketState, TradeTick, VenueWorld, decimal_text
from cockpit.sim.world.past_prices import Candle, candles

RATE_DECIMALS = 20
RESOLUTIONS = ("1MIN", "5MINS", "15MINS", "30MINS", "1HOUR", "4HOURS", "1DAY")
ORACLE_DIGITS = 10
DEFAULT_FUNDING_1H = {"CROSS": "0", "ISOLATED": "0.0000125"}
SETTLED_ORACLE = "0.2063114"
"""A settled market keeps its row, and the oracle price at which positions were closed."""


def plain(text: str) -> str:
    """A decimal without the zeros that the Indexer does not print."""
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def significant(value: float) -> str:
    """A price as oracles carry it: ten digits, no exponent."""
    return plain(f"{Decimal(f'{value:.{ORACLE_DIGITS}g}'):f}")


def rate_text(rate: float) -> str:
    return plain(f"{rate:.{RATE_DECIMALS}f}")


def oracle(state: MarketState) -> str | None:
    if state.mark is not None:
        return significant(state.mark)
    return SETTLED_ORACLE if state.listing.native == FINAL_SETTLEMENT else None


def live_fields(state: MarketState) -> dict[str, Json]:
    """What moves with the market updater's 30 s tick."""
    mark = state.mark or 0.0
    change = mark - state.prev_day_price if state.prev_day_price is not None else 0.0
    rate = state.rate
    if rate is None:
        rate = state.last_payment[1] if state.last_payment else 0.0
    return {
        "priceChange24H": significant(change),
        "volume24H": plain(f"{state.day_volume_base * mark:.4f}"),
        "trades24H": state.day_trades,
        "nextFundingRate": rate_text(rate),
        "openInterest": plain(state.size_text(state.open_interest_lots)),
    }


def status(state: MarketState) -> str:
    if state.listing.native == PAUSED:
        return "PAUSED"
    return "ACTIVE" if state.listing.status == "active" else "FINAL_SETTLEMENT"


def market_row(state: MarketState) -> dict[str, Json]:
    listing = state.listing
    isolated = listing.native == PAUSED or tier(listing.symbol) == "isolated"
    kind = "ISOLATED" if isolated else "CROSS"
    caps = TIERS["isolated" if isolated else tier(listing.symbol)]
    live = live_fields(state)
    resolution = -listing.size_decimals - 6
    return {
        "clobPairId": str(listing.market_id),
        "ticker": listing.native,
        "status": status(state),
        "oraclePrice": oracle(state),
        "priceChange24H": live["priceChange24H"],
        "volume24H": live["volume24H"],
        "trades24H": live["trades24H"],
        "nextFundingRate": live["nextFundingRate"],
        "initialMarginFraction": plain(f"{listing.imf:.6f}"),
        "maintenanceMarginFraction": plain(f"{listing.mmf:.6f}"),
        "openInterest": live["openInterest"],
        "atomicResolution": resolution,
        "quantumConversionExponent": -9,
        "tickSize": decimal_text(1, listing.price_decimals),
        "stepSize": decimal_text(1, listing.size_decimals),
        "stepBaseQuantums": 1_000_000,
        "subticksPerTick": 10 ** (15 + resolution - listing.price_decimals),
        "marketType": kind,
        "openInterestLowerCap": caps[3],
        "openInterestUpperCap": caps[4],
        # Known to disagree with openInterest by no fixed factor: whoever reads it must notice.
        "baseOpenInterest": plain(state.size_text(state.open_interest_lots * 19 // 10)),
        "defaultFundingRate1H": DEFAULT_FUNDING_1H[kind],
    }


def price(state: MarketState, ticks: int) -> str:
    return trimmed(ticks, state.listing.price_decimals)


def size(state: MarketState, lots: int) -> str:
    return trimmed(lots, state.listing.size_decimals)


def book(state: MarketState) -> dict[str, Json]:
    """Up to 100 levels a side as objects, uncrossed."""
    return {
        name: [
            {"price": price(state, ticks), "size": size(state, lots)}
            for ticks, lots in state.ladder(side, BOOK_DEPTH)
        ]
        for name, side in (("bids", Side.BUY), ("asks", Side.SELL))
    }


def trade_id(world: VenueWorld, trade: TradeTick) -> str:
    """Block, transaction and event of a fill, each as eight hex digits."""
    return f"{height_at(world, trade.at_ns):08x}00000002{trade.trade_id & 0xFFFFFFFF:08x}"


def trade_update(world: VenueWorld, state: MarketState, trade: TradeTick) -> dict[str, Json]:
    """A fill as the socket pushes it: without a height."""
    return {
        "id": trade_id(world, trade),
        "size": size(state, trade.lots),
        "price": price(state, trade.ticks),
        "side": trade.side.value.upper(),
        "createdAt": iso(trade.at_ns),
        "type": "LIQUIDATED" if trade.liquidation else "LIMIT",
    }


def trade_row(world: VenueWorld, state: MarketState, trade: TradeTick) -> dict[str, Json]:
    row = trade_update(world, state, trade)
    return {key: row[key] for key in ("id", "side", "size", "price", "type", "createdAt")} | {
        "createdAtHeight": str(min(height_at(world, trade.at_ns), world.height))
    }


def trade_rows(world: VenueWorld, state: MarketState, limit: int) -> dict[str, Json]:
    recent = world.recent_trades(state.listing.symbol, limit)
    return {"trades": [trade_row(world, state, trade) for trade in reversed(recent)]}


def candle_rows(
    world: VenueWorld,
    state: MarketState,
    resolution: str,
    most: int,
    begin_ns: int | None = None,
    end_ns: int | None = None,
) -> list[dict[str, Json]]:
    """Newest first; the newest of a span that has more."""
    interval_s = length_s(resolution)
    assert interval_s is not None
    now_ns = world.now_ns()
    rows = candles(state, interval_s, now_ns, begin_ns, end_ns or now_ns, most)
    return [candle_row(state, resolution, row) for row in reversed(rows)]


def candle_row(state: MarketState, resolution: str, row: Candle) -> dict[str, Json]:
    return {
        "startedAt": iso(row.begin_ns),
        "ticker": state.listing.native,
        "resolution": resolution,
        "low": price(state, row.low),
        "high": price(state, row.high),
        "open": price(state, row.open),
        "close": price(state, row.close),
        "baseTokenVolume": size(state, row.lots),
        "usdVolume": plain(f"{row.worth(state.listing):.4f}"),
        "trades": row.trades,
        "startingOpenInterest": size(state, state.open_interest_lots),
        "orderbookMidPriceOpen": price(state, row.open),
        "orderbookMidPriceClose": price(state, row.close),
    }


def effective_ns(stamp_ns: int) -> int:
    """When a payment took effect: the first block after the hour, 0.1 to 1.3 s late."""
    hour = hour_floor_ns(stamp_ns)
    if stamp_ns - hour > NS_PER_S:
        return stamp_ns
    return hour + (100 + hour // HOUR_NS * 7919 % 1200) * NS_PER_MS


def funding_rows(world: VenueWorld, state: MarketState) -> list[tuple[int, int, dict[str, Json]]]:
    """(effective ns, height, row), newest first."""
    rows = []
    now_ns = world.now_ns()
    for stamp_ns, rate, _, reference in reversed(state.settled):
        at_ns = effective_ns(stamp_ns)
        if at_ns > now_ns:
            continue
        height = min(height_at(world, at_ns), world.height)
        row = {
            "ticker": state.listing.native,
            "rate": rate_text(rate),
            "price": significant(reference),
            "effectiveAtHeight": str(height),
            "effectiveAt": iso(at_ns),
        }
        rows.append((at_ns, height, row))
    return rows
