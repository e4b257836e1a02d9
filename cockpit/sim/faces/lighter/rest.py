"""Lighter over HTTP: `GET /`, `/info` and `/api/v1/...`.

Sources: https://apidocs.lighter.xyz/reference, the published OpenAPI document
(https://github.com/elliottech/lighter-python), rate limits and error codes of the documentation.
Answers carry every field that the official SDK's models require.

The documented budget is 60 requests a minute for each address. Every client of a loopback
exchange has the same address, so the budget is ten times that, for each User-Agent.
"""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

import msgspec

from cockpit.core.units import HOUR_S, NS_PER_S
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.lighter import accounts
from cockpit.sim.faces.lighter import messages as wire
from cockpit.sim.faces.lighter import rest_market as reads
from cockpit.sim.faces.lighter import rest_public as extras
from cockpit.sim.faces.lighter.params import Query, Refused, choice
from cockpit.sim.faces.lighter.rest_listing import exchange_stats, order_book_details, order_books
from cockpit.sim.world.contract import HttpReply, VenueWorld

REQUESTS = Budgets(points=600, span_s=60.0)
L1_CONTRACT = "0x3B4D794a66304F130a4Db8F2551B0070dfCf5ca7"
LIQUIDITY_POOL = 2**48 - 2
ETHEREUM_BLOCK_S = 12
ETHEREUM_GENESIS_S = 1_438_269_973
NO_API_KEY = 21109, "api key not found"

Row = dict[str, wire.Json]
Answer = Callable[[VenueWorld, Query], Row]


def on_http(
    world: VenueWorld, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> HttpReply:
    """Answer one request; `code` 200 stands in the body, too. Errors: `{"code","message"}`."""
    url = urlsplit(target)
    if REQUESTS.of(world, headers).take(world.now_ns()) < 0:
        return _reply(429, {"code": 23000, "message": "Too Many Requests!"})
    if url.path in ("", "/"):
        now_s = world.now_ns() // NS_PER_S
        return _reply(200, {"status": 200, "network_id": 1, "timestamp": now_s})
    if url.path == "/info":
        return _reply(200, {"contract_address": L1_CONTRACT})
    name = url.path.removeprefix("/api/v1/")
    if name in ERRORS:
        return _refuse(*ERRORS[name])
    answer = ANSWERS.get(name)
    if answer is None or method != "GET" or name == url.path:
        return _reply(404, {"code": 404, "message": "not found"})
    try:
        return _reply(200, {"code": 200} | answer(world, dict(parse_qsl(url.query))))
    except Refused as refused:
        return _refuse(refused.code, refused.message)


def _reply(status: int, body: wire.Json) -> HttpReply:
    return HttpReply(status, msgspec.json.encode(body).decode())


def _refuse(code: int, message: str) -> HttpReply:
    return _reply(400, {"code": code, "message": message})


def _asset_details(world: VenueWorld, query: Query) -> Row:
    usdc = {
        "asset_id": 3,
        "symbol": "USDC",
        "l1_decimals": 6,
        "decimals": 6,
        "min_transfer_amount": "1.000000",
        "min_withdrawal_amount": "1.000000",
        "margin_mode": "enabled",
        "index_price": "1.000000",
        "l1_address": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
        "global_supply_cap": "0",
        "liquidation_fee": "0",
        "liquidation_threshold": "0",
        "loan_to_value": "0",
        "price_decimals": 6,
        "total_supplied": "0",
        "user_supply_cap": "0",
        "liquidation_factor": "0",
        "multiplier": "1",
    }
    return {"asset_details": [usdc]}


def _layer1_basic_info(world: VenueWorld, query: Query) -> Row:
    newest = (world.now_ns() // NS_PER_S - ETHEREUM_GENESIS_S) // ETHEREUM_BLOCK_S
    return {
        "l1_providers": [{"chainId": 1, "networkId": 1, "latestBlockNumber": newest}],
        "l1_providers_health": True,
        "validator_info": [{"address": L1_CONTRACT, "is_active": True}],
        "contract_addresses": [{"name": "zklighter", "address": L1_CONTRACT}],
        "latest_l1_generic_block": newest,
        "latest_l1_governance_block": newest,
        "latest_l1_desert_block": newest,
    }


def _withdrawal_delay(world: VenueWorld, query: Query) -> Row:
    return {"seconds": reads.VERIFIED_AFTER_NS // NS_PER_S}


def _market_price_charts(world: VenueWorld, query: Query) -> Row:
    """What each market cost at every hour of the last day."""
    now_s = world.now_ns() // NS_PER_S
    charts = []
    for state in world.markets.values():
        asked = {
            "market_id": str(state.listing.market_id),
            "resolution": "1h",
            "start_timestamp": str(now_s - 24 * HOUR_S),
            "end_timestamp": str(now_s),
        }
        rows = _rows(reads.candles(world, asked)["c"])
        prices = [f"{row['c']:.{state.listing.price_decimals}f}" for row in rows]
        charts.append({"market_id": state.listing.market_id, "prices": prices})
    return {"resolution": "1h", "price_charts": charts}


def _rows(body: wire.Json) -> list[Row]:
    return body if isinstance(body, list) else []


def _system_config(world: VenueWorld, query: Query) -> Row:
    """The venue's own accounts are the last indexes; none of them is shown here."""
    return {
        "liquidity_pool_index": LIQUIDITY_POOL,
        "staking_pool_index": LIQUIDITY_POOL - 1,
        "funding_fee_rebate_account_index": 1,
        "fee_collector_account_index": 0,
        "liquidity_pool_cooldown_period": 300_000,
        "staking_pool_lockup_period": 0,
        "max_integrator_perps_maker_fee": 1_000,
        "max_integrator_perps_taker_fee": 1_000,
        "max_integrator_spot_maker_fee": 10_000,
        "max_integrator_spot_taker_fee": 10_000,
    }


def _public_pools_metadata(world: VenueWorld, query: Query) -> Row:
    return {"public_pools": []}


def _execute_stats(world: VenueWorld, query: Query) -> Row:
    return {"period": choice(query, "period", ("d", "w", "m", "q", "y", "all")), "result": []}


def _transactions(world: VenueWorld, query: Query) -> Row:
    """Blocks here are empty."""
    return {"txs": []}


def _announcement(world: VenueWorld, query: Query) -> Row:
    return {"announcements": []}


ANSWERS: Mapping[str, Answer] = {
    **extras.ANSWERS,
    "account": accounts.account,
    "accountMetadata": accounts.account_metadata,
    "accountsByL1Address": accounts.accounts_by_l1_address,
    "announcement": _announcement,
    "assetDetails": _asset_details,
    "block": reads.block,
    "blockTxs": _transactions,
    "blocks": reads.blocks,
    "candles": reads.candles,
    "candlesticks": reads.candlesticks,
    "currentHeight": reads.current_height,
    "executeStats": _execute_stats,
    "exchangeMetrics": reads.exchange_metrics,
    "exchangeStats": exchange_stats,
    "funding-rates": reads.funding_rates,
    "fundings": reads.fundings,
    "layer1BasicInfo": _layer1_basic_info,
    "markPriceCandles": reads.mark_candles,
    "marketPriceCharts": _market_price_charts,
    "orderBookDetails": order_book_details,
    "orderBookOrders": reads.order_book_orders,
    "orderBooks": order_books,
    "positionFunding": accounts.position_funding,
    "publicPoolsMetadata": _public_pools_metadata,
    "recentTrades": reads.recent_trades,
    "systemConfig": _system_config,
    "trades": reads.recent_trades,
    "txs": _transactions,
    "withdrawalDelay": _withdrawal_delay,
}
ERRORS: Mapping[str, tuple[int, str]] = {
    "apikeys": NO_API_KEY,
    "nextNonce": accounts.NO_ACCOUNT,
    "sendTx": (20001, "invalid param "),
    "sendTxBatch": (20001, "invalid param "),
    **dict.fromkeys(
        (
            "accountActiveOrders",
            "accountInactiveOrders",
            "accountLimits",
            "accountTxs",
            "liquidations",
            "pnl",
        ),
        accounts.NO_AUTH,
    ),
}
