"""Extended's rows: listing with figures, levels, trades and payments, shared by REST and socket.

Beside the world's markets there are rows that a client must tell apart: a spot market, one that is
listed and does not trade yet (an equity outside its hours), and dead ones that still show a rate.
Source: https://api.docs.extended.exchange.
"""

import tomllib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from importlib import resources

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS, next_boundary_ns
from cockpit.sim.faces.extended.profile import cap_pct
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import fixed, trimmed
from cockpit.sim.world.contract import MarketState, TradeTick, VenueWorld
from cockpit.sim.world.past_prices import Candle

FIRST_TRADE_ID = 2_104_498_546_882_383_895
"""Ids are beyond what a double holds."""
EQUITY, SPOT = "GILD_24_5", "BTCSPOT"
FIXED: dict[str, Json] = tomllib.loads((resources.files(__package__) / "listing.toml").read_text())
"""What rows have alike, from its file."""


def exact(value: float | None) -> str:
    """Every digit of a number and no exponent; "0" where there is none."""
    return "0" if value is None else f"{Decimal(repr(value)):f}"


def markets(world: VenueWorld) -> Iterator[Json]:
    """Every row of the listing."""
    for state in world.markets.values():
        yield market(world, state)
    silent = _stats(nextFundingRate=0)
    yield _row(SPOT, type="SPOT", uiName="wBTC/USDC", marketStats=silent)
    yield _row(
        EQUITY, uiName="GILD-USD", category="RWA", subCategory="Equity", isOffHours=True,
        status="PRELISTED", referenceMarket="us_equity", marketStats=silent,
    )  # fmt: skip


def market(world: VenueWorld, state: MarketState) -> Json:
    """A row; the tick and its like are those of the listing."""
    listing = state.listing
    (tier,), risk = FIXED["config"]["riskFactorConfig"], 1 / listing.max_leverage
    own = {
        "minPriceChange": state.price_text(1), "minOrderSizeChange": state.size_text(1),
        "minOrderSize": state.size_text(listing.min_lots),
        "maxLeverage": f"{listing.max_leverage}.00",
        "hourlyFundingRateCap": f"{cap_pct(listing.symbol):g}",
        "riskFactorConfig": [tier | {"riskFactor": f"{risk:g}"}],
    }  # fmt: skip
    return _row(
        listing.native.removesuffix("-USD"),
        uiName=f"k{listing.symbol}-USD" if listing.contract > 1 else listing.native,
        status="ACTIVE" if listing.status == "active" else "DELISTED",
        assetPrecision=listing.size_decimals,
        marketStats=stats(world, state),
        tradingConfig=FIXED["config"] | own,
    )


def _row(asset: str, **own: Json) -> Json:
    row = FIXED["row"] | {
        "name": f"{asset}-USD", "uiName": asset, "assetName": asset, "description": asset,
        "tradingConfig": FIXED["config"], **own,
    }  # fmt: skip
    digits = row["assetPrecision"] + 1
    on_chain = {
        "type": "STARKX", "collateralId": "0x1", "collateralResolution": 1_000_000,
        "syntheticId": f"0x{f'{asset}-{digits}'.encode().hex():0<30}",
        "syntheticResolution": 10**digits,
    }  # fmt: skip
    return {**row, "active": row["status"] == "ACTIVE", "l2Config": on_chain}


def _stats(**figures: str | int) -> dict[str, Json]:
    texts = (
        "dailyVolume", "dailyVolumeBase", "dailyPriceChange", "dailyPriceChangePercentage",
        "dailyLow", "dailyHigh", "lastPrice", "askPrice", "bidPrice", "markPrice", "indexPrice",
        "fundingRate", "nextFundingRate", "openInterest", "openInterestBase",
    )  # fmt: skip
    return {**dict.fromkeys(texts, "0"), **figures}


def stats(world: VenueWorld, state: MarketState) -> Json:
    """A market's figures. A dead one keeps a rate and a time, and nothing else."""
    if state.mark is None or state.index is None or state.rate is None:
        hour_ms = next_boundary_ns(world.now_ns(), 3600) // NS_PER_MS
        return _stats(fundingRate="0.000013", nextFundingRate=hour_ms)
    last = state.last if state.last is not None else state.mark
    before = state.prev_day_price if state.prev_day_price is not None else last
    base = state.day_volume_base / state.listing.contract
    coins = float(state.size_text(state.open_interest_lots))
    bid, ask = state.best(Side.BUY), state.best(Side.SELL)
    return _stats(
        dailyVolume=fixed(base * last, 6), dailyVolumeBase=exact(base),
        dailyPriceChange=exact(last - before),
        dailyPriceChangePercentage=fixed(last / before - 1, 4),
        dailyLow=exact(min(last, before)), dailyHigh=exact(max(last, before)),
        lastPrice=exact(last), markPrice=exact(state.mark), indexPrice=exact(state.index),
        bidPrice=state.price_text(bid[0]) if bid else "0",
        askPrice=state.price_text(ask[0]) if ask else "0",
        fundingRate=fixed(state.rate, 6),
        nextFundingRate=(state.next_funding_ns or 0) // NS_PER_MS,
        openInterest=fixed(coins * state.mark, 6),
        openInterestBase=state.size_text(state.open_interest_lots),
    )  # fmt: skip


def price(state: MarketState, ticks: int) -> str:
    """Without trailing zeros: "224.1" beside a tick of 0.01."""
    return trimmed(ticks, state.listing.price_decimals)


def size(state: MarketState, lots: int) -> str:
    return trimmed(lots, state.listing.size_decimals)


def levels(state: MarketState, rows: Iterable[tuple[int, int]]) -> Json:
    """Of a whole book."""
    return [{"q": size(state, lots), "p": price(state, ticks)} for ticks, lots in rows]


def changes(state: MarketState, rows: Iterable[tuple[int, int, int]]) -> Json:
    """`q` is what was added or taken away, `c` what stands there now."""
    return [
        {"q": size(state, more), "p": price(state, ticks), "c": size(state, lots)}
        for ticks, lots, more in rows
    ]


def candle(state: MarketState, row: Candle) -> Json:
    prices = zip("ohlc", row[1:5], strict=True)
    told = {name: price(state, ticks) for name, ticks in prices}
    return {**told, "v": size(state, row.lots), "T": row.begin_ns // NS_PER_MS}


def fills(state: MarketState, trades: Iterable[TradeTick]) -> Json:
    return [
        {
            "i": FIRST_TRADE_ID + trade.trade_id,
            "m": state.listing.native,
            "S": "BUY" if trade.side is Side.BUY else "SELL",
            "tT": "LIQUIDATION" if trade.liquidation else "TRADE",
            "T": trade.at_ns // NS_PER_MS,
            "p": state.price_text(trade.ticks),
            "q": state.size_text(trade.lots),
        }
        for trade in trades
    ]


def interest(state: MarketState, at_ns: int) -> Json:
    """Of now, in dollars and in coins: the world keeps no record of it."""
    coins = float(state.size_text(state.open_interest_lots))
    worth = fixed(coins * (state.mark or 0.0), 16)
    return {"i": worth, "I": fixed(coins, 16), "t": at_ns // NS_PER_MS}


def payment(state: MarketState, rate: float, at_ns: int) -> Json:
    return {"m": state.listing.native, "f": fixed(rate, 6), "T": at_ns // NS_PER_MS}
