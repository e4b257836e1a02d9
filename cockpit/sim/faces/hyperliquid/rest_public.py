"""Hyperliquid's smaller public reads: tokens, validators, outcomes, lending, annotations.

Stock clients have a method for each. Nothing of it moves; what the venue lists and this exchange
does not have is an empty list.
Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint and
https://github.com/nktkas/hyperliquid (shapes of undocumented reads).
"""

from collections.abc import Callable

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.hyperliquid import messages as wire
from cockpit.sim.faces.hyperliquid import static
from cockpit.sim.faces.hyperliquid.messages import Json
from cockpit.sim.faces.hyperliquid.params import Request, Unprocessable, text_of, user_of
from cockpit.sim.world.contract import VenueWorld

VALIDATORS = 24
"""As many as take turns to propose blocks."""
STAKE = 1_000_000_000_000
SUPPLY = "596000000.0"
DAY_MS = 86_400_000


def _token_details(world: VenueWorld, request: Request) -> Json:
    wanted = text_of(request, "tokenId")
    for token in static.spot_meta()["tokens"]:
        if token["tokenId"] == wanted:
            price = next(
                (
                    static.SPOT_PRICES[pair["name"]]
                    for pair in static.spot_meta()["universe"]
                    if pair["tokens"][0] == token["index"]
                ),
                "1.0",
            )
            return {
                "name": token["name"],
                "maxSupply": SUPPLY,
                "totalSupply": SUPPLY,
                "circulatingSupply": SUPPLY,
                "szDecimals": token["szDecimals"],
                "weiDecimals": token["weiDecimals"],
                "midPx": price,
                "markPx": price,
                "prevDayPx": price,
                "genesis": None,
                "deployer": None,
                "deployGas": None,
                "deployTime": None,
                "seededUsdc": "0.0",
                "nonCirculatingUserBalances": [],
                "futureEmissions": "0.0",
            }
    raise Unprocessable


def _largest_market_orders(world: VenueWorld, request: Request) -> Json:
    """Notional in USD by coin, as its leverage allows."""
    return [
        [250_000 * state.listing.max_leverage, state.listing.native]
        for state in wire.universe(world)
    ]


def _validator_summaries(world: VenueWorld, request: Request) -> Json:
    stats = {"uptimeFraction": "1.0", "predictedApr": "0.0215", "nSamples": 1440}
    return [
        {
            "validator": wire.address(seat),
            "signer": wire.address(seat),
            "name": f"Validator {seat + 1}",
            "description": "",
            "nRecentBlocks": 90_000 + seat,
            "stake": STAKE // (seat + 1),
            "isJailed": False,
            "unjailableAfter": None,
            "isActive": True,
            "commission": "0.04",
            "stats": [[period, stats] for period in ("day", "week", "month")],
        }
        for seat in range(VALIDATORS)
    ]


def _aligned_quote(world: VenueWorld, request: Request) -> Json:
    """No quote token has that status."""
    if not isinstance(request.get("token"), int):
        raise Unprocessable
    return None


def _reserve() -> Json:
    return {
        "borrowYearlyRate": "0.05",
        "supplyYearlyRate": "0.0",
        "balance": "0.0",
        "utilization": "0.0",
        "oraclePx": "1.0",
        "ltv": "0.0",
        "totalSupplied": "0.0",
        "totalBorrowed": "0.0",
    }


def _reserve_of(world: VenueWorld, request: Request) -> Json:
    if request.get("token") != 0:
        raise Unprocessable
    return _reserve()


def _annotation(world: VenueWorld, request: Request) -> Json:
    coin = text_of(request, "coin")
    return {"category": "indices", "description": ""} if coin == static.HIP3_COIN else None


def _leading_vaults(world: VenueWorld, request: Request) -> Json:
    user_of(request)
    return []


def _pair_auction(world: VenueWorld, request: Request) -> Json:
    """As for a new dex, a Dutch auction that nobody has taken part in."""
    begin_ms = world.now_ns() // NS_PER_MS // DAY_MS * DAY_MS
    return {
        "startTimeSeconds": begin_ms // 1000,
        "durationSeconds": DAY_MS // 1000,
        "startGas": "500.0",
        "currentGas": None,
        "endGas": "500.0",
    }


def _none(world: VenueWorld, request: Request) -> Json:
    return []


READS: dict[str, Callable[[VenueWorld, Request], Json]] = {
    "tokenDetails": _token_details,
    "maxMarketOrderNtls": _largest_market_orders,
    "validatorSummaries": _validator_summaries,
    "alignedQuoteTokenInfo": _aligned_quote,
    "allBorrowLendReserveStates": lambda world, request: [[0, _reserve()]],
    "borrowLendReserveState": _reserve_of,
    "outcomeMeta": lambda world, request: {"outcomes": [], "questions": []},
    "perpAnnotation": _annotation,
    "perpConciseAnnotations": lambda world, request: [[static.HIP3_COIN, {"category": "indices"}]],
    "leadingVaults": _leading_vaults,
    "spotPairDeployAuctionStatus": _pair_auction,
    "gossipRootIps": _none,
    "validatorL1Votes": _none,
}
