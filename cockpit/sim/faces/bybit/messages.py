"""Bybit's linear contracts: how they are listed, and the fields that REST and socket share.

Besides one USDT perpetual for each coin there are the odd ones that a client must tell apart: a
USDC perpetual and a dated future on BTC, a pre-listing without a book, and a closed perpetual.
Sources: https://bybit-exchange.github.io/docs/v5/market/instrument, .../market/tickers,
.../websocket/public/ticker, https://www.bybit.com/en/help-center (funding fee calculation).
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_MS
from cockpit.sim.faces.bybit.profile import CAP, MAJOR_CAP, MAJORS, PRELAUNCH, PROFILE
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import fixed, plain
from cockpit.sim.world.contract import (
    Listing,
    MarketState,
    TradeTick,
    VenueWorld,
    decimal_text,
)
from cockpit.sim.world.past_prices import Candle, price_at

MINUTES = (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)
KLINES_S = {str(minutes): 60 * minutes for minutes in MINUTES} | {"D": 86_400, "W": 604_800}
"""Lengths of candles by their names."""

Kind = Literal["perpetual", "usdc", "future", "prelaunch", "closed"]

PRICE_SCALES = {"BTC": 2, "SOL": 3}
"""Digits after the point on the wire, where there are more than the tick needs."""

SEQ_BASE, UPDATE_BASE = 50_193_540_000, 7_003_000
LAUNCH_MS = 1_585_526_400_000
FUTURE_DELIVERY_MS = 1_806_134_400_000
"""2027-03-27 08:00 UTC."""
CLOSED_MS = 1_725_955_200_000


@dataclass(frozen=True, slots=True)
class Contract:
    """One symbol of the linear category. `state` is the market whose book it shows."""

    native: str
    kind: Kind
    listing: Listing
    state: MarketState | None

    @property
    def base(self) -> str:
        return f"1000{self.listing.symbol}" if self.listing.contract > 1 else self.listing.symbol

    @property
    def scale(self) -> int:
        """Digits after the point of a price on the wire."""
        return PRICE_SCALES.get(self.listing.symbol, self.listing.price_decimals)

    @property
    def interval_s(self) -> int:
        """Seconds between funding payments, 0 where there is none."""
        if self.kind == "future":
            return 0
        return (self.listing.rule or PROFILE.rule).interval_s

    @property
    def open_interest_lots(self) -> int:
        """Counted once. The side shows of a coin hold a part of its main contract's."""
        lots = self.state.open_interest_lots if self.state else 0
        return lots if self.kind == "perpetual" else lots // 8

    def price(self, value: float) -> str:
        return fixed(value, self.scale)

    def ticks(self, ticks: int) -> str:
        extra = self.scale - self.listing.price_decimals
        return decimal_text(ticks * 10**extra, self.scale)

    def size(self, lots: int) -> str:
        return decimal_text(lots, self.listing.size_decimals)

    def ladder(self, side: Side, depth: int | None) -> list[tuple[int, int]]:
        return self.state.ladder(side, depth) if self.state else []

    @property
    def seq(self) -> int:
        """Rises with the book, in jumps; equal for all depths of one moment."""
        return SEQ_BASE + (self.state.book_seq * 16 if self.state else 0)

    @property
    def update_id(self) -> int:
        return UPDATE_BASE + (self.state.book_seq if self.state else 0)


def contracts(world: VenueWorld) -> dict[str, Contract]:
    """Every linear symbol by name, in the venue's order (by name)."""
    found: list[Contract] = [Contract(PRELAUNCH.native, "prelaunch", PRELAUNCH, None)]
    for native, state in world.markets.items():
        if state.listing.status == "delisted":
            found.append(Contract(native, "closed", state.listing, None))
            continue
        found.append(Contract(native, "perpetual", state.listing, state))
        if state.listing.symbol == "BTC":
            found.append(Contract("BTCPERP", "usdc", state.listing, state))
            found.append(Contract("BTC-27MAR27", "future", state.listing, state))
    return {row.native: row for row in sorted(found, key=lambda row: row.native)}


STATUS = {"prelaunch": "PreLaunch", "closed": "Closed"}


def instrument(contract: Contract) -> Json:
    """A row of instruments-info; `fundingInterval` is in minutes."""
    listing, is_usdc = contract.listing, contract.kind in ("usdc", "future")
    cap = MAJOR_CAP if listing.symbol in MAJORS else CAP
    quote = "USDC" if is_usdc else "USDT"
    delivery = {"future": FUTURE_DELIVERY_MS, "closed": CLOSED_MS}.get(contract.kind, 0)
    qty_step = contract.size(1)
    return {
        "symbol": contract.native,
        "symbolId": listing.market_id,
        "contractType": "LinearFutures" if contract.kind == "future" else "LinearPerpetual",
        "status": STATUS.get(contract.kind, "Trading"),
        "baseCoin": contract.base,
        "quoteCoin": quote,
        "launchTime": str(LAUNCH_MS),
        "deliveryTime": str(delivery),
        "deliveryFeeRate": "0.0005" if contract.kind == "future" else "",
        "priceScale": str(contract.scale),
        "leverageFilter": {
            "minLeverage": "1",
            "maxLeverage": f"{listing.max_leverage}.00",
            "leverageStep": "0.01",
        },
        "priceFilter": {
            "minPrice": contract.ticks(1),
            "maxPrice": contract.ticks(19_999_998),
            "tickSize": contract.ticks(1),
        },
        "lotSizeFilter": {
            "maxOrderQty": contract.size(1_190_000),
            "minOrderQty": contract.size(listing.min_lots),
            "qtyStep": qty_step,
            "postOnlyMaxOrderQty": contract.size(1_190_000),
            "maxMktOrderQty": contract.size(500_000),
            "minNotionalValue": "5",
        },
        "unifiedMarginTrade": True,
        "fundingInterval": contract.interval_s // 60,
        "settleCoin": quote,
        "copyTrading": "both" if contract.kind == "perpetual" else "none",
        "upperFundingRate": "" if contract.kind == "future" else str(cap),
        "lowerFundingRate": "" if contract.kind == "future" else str(-cap),
        "isPreListing": contract.kind == "prelaunch",
        "preListingInfo": _pre_listing() if contract.kind == "prelaunch" else None,
        "riskParameters": {"priceLimitRatioX": "0.01", "priceLimitRatioY": "0.02"},
        "displayName": "",
        "symbolType": "",
        "forbidUplWithdrawal": False,
    }


def _pre_listing() -> Json:
    day_ms = 86_400_000
    begins = (0, 3_000_000, 3_300_000, 3_600_000)
    names = ("CallAuction", "CallAuctionNoCancel", "CrossMatching", "ContinuousTrading")
    ends = [str(FUTURE_DELIVERY_MS + begin + day_ms) for begin in begins[1:]] + [""]
    return {
        "curAuctionPhase": "NotStarted",
        "phases": [
            {"phase": name, "startTime": str(FUTURE_DELIVERY_MS + begin + day_ms), "endTime": end}
            for name, begin, end in zip(names, begins, ends, strict=True)
        ],
        "auctionFeeInfo": {
            "auctionFeeRate": "0",
            "takerFeeRate": "0.001",
            "makerFeeRate": "0.0004",
        },
        "skipCallAuction": False,
    }


def rate(value: float) -> str:
    """Up to eight decimals, no trailing zeros: '0.0001'."""
    return plain(value, 8)


def ticker(contract: Contract, world: VenueWorld) -> dict[str, str]:
    """The fields of a live ticker; nothing for a contract that does not trade.

    `openInterest` and its value count both sides, the single ones count one.
    """
    state = contract.state
    if state is None or state.mark is None or state.index is None:
        return {}
    now_ns = world.now_ns()
    last = state.last if state.last is not None else state.mark
    before = state.prev_day_price if state.prev_day_price is not None else last
    hour_ago = price_at(state, now_ns - HOUR_NS, now_ns) if state.has_book else None
    lots, lot = contract.open_interest_lots, 10**contract.listing.size_decimals
    volume = state.day_volume_base / contract.listing.contract
    bid, ask = state.best(Side.BUY), state.best(Side.SELL)
    shown = {
        "symbol": contract.native,
        "tickDirection": direction(world.recent_trades(contract.listing.symbol, 20)),
        "price24hPcnt": f"{last / before - 1:.6f}",
        "lastPrice": contract.price(last),
        "prevPrice24h": contract.price(before),
        "highPrice24h": contract.price(max(last, before)),
        "lowPrice24h": contract.price(min(last, before)),
        "prevPrice1h": contract.price(hour_ago if hour_ago is not None else last),
        "markPrice": contract.price(state.mark),
        "indexPrice": contract.price(state.index),
        "openInterest": contract.size(2 * lots),
        "openInterestValue": f"{2 * lots / lot * state.mark:.2f}",
        "singleOpenInterest": contract.size(lots),
        "singleOpenInterestValue": f"{lots / lot * state.mark:.2f}",
        "turnover24h": f"{volume * last:.4f}",
        "volume24h": f"{volume:.4f}",
        "bid1Price": contract.ticks(bid[0]) if bid else "",
        "bid1Size": contract.size(bid[1]) if bid else "",
        "ask1Price": contract.ticks(ask[0]) if ask else "",
        "ask1Size": contract.size(ask[1]) if ask else "",
    }
    if contract.kind == "future":
        shown["deliveryTime"] = "2027-03-27T08:00:00Z"
        shown["basisRate"] = f"{state.mark / state.index - 1:.8f}"
        shown["deliveryFeeRate"] = "0.0005"
        shown["predictedDeliveryPrice"] = "0.00"
        return shown
    if state.rate is not None and state.next_funding_ns is not None:
        cap = MAJOR_CAP if contract.listing.symbol in MAJORS else CAP
        shown["nextFundingTime"] = str(state.next_funding_ns // NS_PER_MS)
        shown["fundingRate"] = rate(state.rate)
        shown["fundingIntervalHour"] = str(contract.interval_s // HOUR_S)
        shown["fundingCap"] = str(cap)
    return shown


def direction(fills: Iterable[TradeTick]) -> str:
    """How the last price came about."""
    name, before = "ZeroPlusTick", None
    for fill in fills:
        if before is not None and fill.ticks != before:
            name = "PlusTick" if fill.ticks > before else "MinusTick"
        elif before is not None and not name.startswith("Zero"):
            name = f"Zero{name}"
        before = fill.ticks
    return name


def side_name(side: Side) -> str:
    return "Buy" if side is Side.BUY else "Sell"


def trade_uuid(trade_id: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"trade {trade_id}"))


def levels(contract: Contract, rows: Iterable[tuple[int, int]]) -> list[list[str]]:
    """[price, size] texts; a size of zero removes the level and is '0'."""
    return [[contract.ticks(ticks), contract.size(lots) if lots else "0"] for ticks, lots in rows]


def kline(contract: Contract, row: Candle) -> list[str]:
    """Start, open, high, low, close, volume, turnover."""
    prices = [contract.ticks(ticks) for ticks in (row.open, row.high, row.low, row.close)]
    volume = contract.size(row.lots)
    turnover = f"{float(volume) * float(prices[-1]):.4f}"
    return [str(row.begin_ns // NS_PER_MS), *prices, volume, turnover]


def full_ticker(contract: Contract, world: VenueWorld) -> Json:
    """A row of the REST tickers: all fields are always there, empty or '0' where none applies."""
    live = ticker(contract, world)
    live.pop("tickDirection", None)
    return {
        "symbol": contract.native,
        **dict.fromkeys(REST_FIELDS, ""),
        "nextFundingTime": "0",
        **live,
        "deliveryTime": str(FUTURE_DELIVERY_MS) if contract.kind == "future" else "0",
        "preOpenPrice": "",
        "preQty": "",
        "curPreListingPhase": "NotStarted" if contract.kind == "prelaunch" else "",
    }


REST_FIELDS = (
    "lastPrice",
    "indexPrice",
    "markPrice",
    "prevPrice24h",
    "price24hPcnt",
    "highPrice24h",
    "lowPrice24h",
    "prevPrice1h",
    "openInterest",
    "openInterestValue",
    "singleOpenInterest",
    "singleOpenInterestValue",
    "turnover24h",
    "volume24h",
    "fundingRate",
    "fundingIntervalHour",
    "fundingCap",
    "predictedDeliveryPrice",
    "basisRate",
    "deliveryFeeRate",
    "ask1Size",
    "bid1Price",
    "ask1Price",
    "bid1Size",
)


def risk_tiers(contract: Contract) -> list[Json]:
    """Two tiers: twice the margins beyond the first, which is larger for the majors."""
    leverage = contract.listing.max_leverage
    first_usd = 2_000_000 if contract.listing.symbol in MAJORS else 200_000
    tiers = []
    for number, share in enumerate((1, 2)):
        margin = share / leverage
        deduction = first_usd * (margin / 2 - 0.5 / leverage)
        tiers.append(
            {
                "id": contract.listing.market_id * 100 + number + 1,
                "symbol": contract.native,
                "riskLimitValue": str(first_usd * (1 + 4 * number)),
                "maintenanceMargin": f"{margin / 2:.6f}".rstrip("0"),
                "initialMargin": f"{margin:.6f}".rstrip("0"),
                "isLowestRisk": 1 - number,
                "maxLeverage": f"{leverage / share:.2f}",
                "mmDeduction": f"{deduction:.2f}" if number else "",
            }
        )
    return tiers
