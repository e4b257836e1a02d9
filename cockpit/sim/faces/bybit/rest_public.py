"""What stands still on the simulated Bybit: ratios, pools, components, fees, status.

They are there because stock clients ask for them; each has the fields of the documentation.
Source: https://bybit-exchange.github.io/docs/v5/market (long-short-ratio, insurance, adl-alert,
delivery-price, new-delivery-price, iv, index-components, rpi-orderbook, fee-group-info),
.../v5/system-status and .../v5/announcement.
"""

from collections.abc import Callable

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.bybit import messages as wire
from cockpit.sim.faces.bybit.messages import Json
from cockpit.sim.faces.bybit.params import (
    Query,
    category_of,
    contract_of,
    invalid,
    limit_of,
    number_of,
    unknown_symbol,
)
from cockpit.sim.world.contract import VenueWorld

DAY_MS = 86_400_000
PERIODS_MS = {
    "5min": 300_000,
    "15min": 900_000,
    "30min": 1_800_000,
    "1h": 3_600_000,
    "4h": 14_400_000,
    "1d": DAY_MS,
}
POOL_COINS = ("USDT", "USDC")
POOL_BALANCE = "92203504.99632"
EXCHANGES = ("Binance", "Bybit", "Bitget", "GateIO")
RPI_DEPTH = 50


def _now_ms(world: VenueWorld) -> int:
    return world.now_ns() // NS_PER_MS


def _account_ratio(world: VenueWorld, query: Query) -> Json:
    """How many accounts are long and how many short; the two add up to one."""
    contract = contract_of(world, query)
    period_ms = PERIODS_MS.get(query.get("period", ""))
    if period_ms is None:
        raise invalid("period")
    begin_ms, now_ms = number_of(query, "startTime", 0), _now_ms(world)
    end_ms = min(number_of(query, "endTime", now_ms), now_ms)
    rows = []
    newest_ms = end_ms // period_ms * period_ms
    for number in range(limit_of(query, 50, 500)):
        stamp_ms = newest_ms - number * period_ms
        if stamp_ms < max(begin_ms, wire.LAUNCH_MS):
            break
        long = 5000 + (stamp_ms // 300_000 * 7919 + contract.listing.market_id * 31) % 1200
        rows.append(
            {
                "symbol": contract.native,
                "buyRatio": f"{long / 10_000:.4f}",
                "sellRatio": f"{1 - long / 10_000:.4f}",
                "timestamp": str(stamp_ms),
            }
        )
    return {"list": rows, "nextPageCursor": ""}


def _insurance(world: VenueWorld, query: Query) -> Json:
    wanted = query.get("coin")
    rows = [
        {"coin": coin, "symbols": "", "balance": POOL_BALANCE, "value": POOL_BALANCE}
        for coin in POOL_COINS
        if wanted in (None, "", coin)
    ]
    return {"updatedTime": str(_now_ms(world) // DAY_MS * DAY_MS), "list": rows}


def _adl_alert(world: VenueWorld, query: Query) -> Json:
    """No market is near deleveraging."""
    wanted = query.get("symbol")
    if wanted and wanted not in wire.contracts(world):
        raise unknown_symbol(wanted)
    rows = [
        {
            "coin": "USDC" if contract.kind in ("usdc", "future") else "USDT",
            "symbol": contract.native,
            "balance": POOL_BALANCE,
            "maxBalance": POOL_BALANCE,
            "insurancePnlRatio": "-0.3",
            "pnlRatio": "0",
            "adlTriggerThreshold": "10000",
            "adlStopRatio": "-0.25",
        }
        for contract in wire.contracts(world).values()
        if contract.state is not None and wanted in (None, "", contract.native)
    ]
    return {"updatedTime": str(_now_ms(world) // 60_000 * 60_000), "list": rows}


def _deliveries(world: VenueWorld, query: Query) -> Json:
    """Nothing was delivered yet."""
    return {"category": category_of(query), "nextPageCursor": "", "list": []}


def _new_deliveries(world: VenueWorld, query: Query) -> Json:
    return {"category": category_of(query), "list": []}


def _volatility(world: VenueWorld, query: Query) -> Json:
    """Of options, of which there are none."""
    if category_of(query) != "option":
        raise invalid("category")
    return []


def _rpi_book(world: VenueWorld, query: Query) -> Json:
    """The book with a third column for retail orders, which nobody places."""
    contract = contract_of(world, {"category": "linear", **query})
    if contract.state is None:
        raise unknown_symbol(contract.native)
    depth, now_ms = limit_of(query, RPI_DEPTH, RPI_DEPTH), _now_ms(world)
    return {
        "s": contract.native,
        "b": wire.rpi_levels(contract, contract.ladder(Side.BUY, depth)),
        "a": wire.rpi_levels(contract, contract.ladder(Side.SELL, depth)),
        "ts": now_ms,
        "u": contract.update_id,
        "seq": contract.seq,
        "cts": now_ms - 1,
    }


def _index_components(world: VenueWorld, query: Query) -> Json:
    """Equal parts of a few exchanges that all agree."""
    name = query.get("indexName", "")
    contract = wire.contracts(world).get(name)
    if contract is None or contract.state is None or contract.state.index is None:
        raise invalid("indexName")
    price = contract.price(contract.state.index)
    return {
        "indexName": name,
        "lastPrice": price,
        "updateTime": str(_now_ms(world)),
        "components": [
            {
                "exchange": exchange,
                "spotPair": f"{contract.listing.symbol}USDT",
                "equivalentPrice": price,
                "multiplier": str(contract.listing.contract),
                "price": price,
                "weight": str(1 / len(EXCHANGES)),
            }
            for exchange in EXCHANGES
        ],
    }


def _fee_groups(world: VenueWorld, query: Query) -> Json:
    """One group for all contracts, in the fees of its market makers."""
    symbols = [row.native for row in wire.contracts(world).values() if row.state is not None]
    level = {"level": "Pro 1", "takerFeeRate": "0.00028", "makerFeeRate": "0.0001"}
    group = {
        "groupName": "G1(Major Coins)",
        "weightingFactor": 1,
        "symbolsNumbers": len(symbols),
        "symbols": symbols,
        "feeRates": {"pro": [{**level, "makerRebate": ""}], "marketMaker": []},
        "updateTime": str(_now_ms(world) // DAY_MS * DAY_MS),
    }
    return {"list": [group]}


def _nothing(world: VenueWorld, query: Query) -> Json:
    return {"list": []}


def _announcements(world: VenueWorld, query: Query) -> Json:
    if not query.get("locale"):
        raise invalid("locale")
    return {"total": 0, "list": []}


READS: dict[str, Callable[[VenueWorld, Query], Json]] = {
    "/v5/market/account-ratio": _account_ratio,
    "/v5/market/insurance": _insurance,
    "/v5/market/adlAlert": _adl_alert,
    "/v5/market/delivery-price": _deliveries,
    "/v5/market/new-delivery-price": _new_deliveries,
    "/v5/market/historical-volatility": _volatility,
    "/v5/market/rpi_orderbook": _rpi_book,
    "/v5/market/index-price-components": _index_components,
    "/v5/market/fee-group-info": _fee_groups,
    "/v5/system/status": _nothing,
    "/v5/announcements/index": _announcements,
}
