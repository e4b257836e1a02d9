"""What dYdX lists, in its own ticks, lots, margin tiers and funding rules.

Sources: https://docs.dydx.xyz/concepts/trading/funding and /margin, and the chain's genesis
(https://github.com/dydxprotocol/v4-chain, protocol/testing/genesis.sh).
"""

import math
from functools import partial

from cockpit.sim.world.addresses import bech32_address
from cockpit.sim.world.contract import Asset, FundingRule, Listing, MarginRule, Profile
from cockpit.sim.world.demonstration import demonstration_accounts

BOOK_DEPTH = 100


def _rule(imf: float, mmf: float, impact_usd: float, interest_8h: float = 0.0) -> FundingRule:
    return FundingRule(
        interval_s=3600,
        sample_s=60.0,
        weighting="plain",
        interest_8h=interest_8h,
        cap_8h=6 * (imf - mmf),
        quantum=0.000000125,
        impact_notional_usd=impact_usd,
    )


TIERS: dict[str, tuple[float, float, float, str, str]] = {
    # Initial and maintenance fraction, impact notional, OI caps in USD. The caps lie above the
    # world's open interest, which is that of all venues together, so that margin is the base one.
    "large": (0.02, 0.012, 10_000.0, "0", "0"),
    "mid": (0.05, 0.03, 5_000.0, "1000000000", "2500000000"),
    "small": (0.1, 0.05, 5_000.0, "500000000", "1000000000"),
    "tail": (0.2, 0.1, 2_500.0, "200000000", "400000000"),
    "isolated": (0.05, 0.03, 2_500.0, "1000000000", "2000000000"),
}
TIER_OF = dict.fromkeys(("BTC", "ETH"), "large")
TIER_OF |= dict.fromkeys(("SOL", "XRP", "DOGE", "BNB", "LINK", "AVAX", "ADA"), "mid")
TIER_OF |= dict.fromkeys(("BONK", "WIF", "ENA"), "tail")
TIER_OF |= dict.fromkeys(("HYPE", "FARTCOIN", "ZEC"), "isolated")
_GENESIS = (
    "BTC ETH LINK MATIC CRV SOL ADA AVAX FIL LTC DOGE ATOM DOT UNI BCH TRX NEAR MKR XLM ETC COMP "
    "WLD APE APT ARB BLUR LDO OP PEPE SEI SHIB SUI XRP TIA"
)
PAIR_IDS = {symbol: pair_id for pair_id, symbol in enumerate(_GENESIS.split())}
PAIR_IDS |= {"JUP": 35, "AAVE": 36, "BNB": 37, "BONK": 47, "WIF": 65}
FIRST_FREE_ID = 200
FINAL_SETTLEMENT = "MATIC-USD"
PAUSED = "AART,raydium,F3nefJBcejYbtdREjui1T9DPh5dBgpkKq7u2GAAMXs5B-USD"


def tier(symbol: str) -> str:
    return TIER_OF.get(symbol, "small")


def list_asset(asset: Asset, index: int) -> Listing:
    """Ticks of about 1e-4 to 1e-5 of the price, and lots of a few dollars, as the venue has them.

    There is no market of 1000 coins: a cheap coin has a lot of many coins instead.
    """
    magnitude = math.floor(math.log10(asset.price))
    imf, mmf, impact_usd, _, _ = TIERS[tier(asset.symbol)]
    interest_8h = 0.0001 if tier(asset.symbol) == "isolated" else 0.0
    return Listing(
        symbol=asset.symbol,
        native=f"{asset.symbol}-USD",
        market_id=PAIR_IDS.get(asset.symbol, FIRST_FREE_ID + index),
        price_decimals=max(0, 4 - magnitude),
        size_decimals=min(4, magnitude) if asset.price >= 1000 else magnitude - 1,
        max_leverage=round(1 / imf),
        imf=imf,
        mmf=mmf,
        min_notional_usd=None,
        rule=_rule(imf, mmf, impact_usd, interest_8h),
    )


PROFILE = Profile(
    name="dydx",
    chain="dydx-mainnet-1",
    block_s=0.65,
    block_jitter_frac=0.15,
    rule=_rule(0.02, 0.012, 10_000.0),
    list_asset=list_asset,
    delisted=(
        Listing("MATIC", FINAL_SETTLEMENT, 3, 5, -1, imf=0.1, mmf=0.05, status="delisted"),
        Listing(
            PAUSED.removesuffix("-USD"), PAUSED, 150, 6, 1, imf=0.05, mmf=0.03, status="delisted"
        ),
    ),
    book_depth=BOOK_DEPTH,
    latency_ms=(60.0, 25.0),
    crosses=True,
    mark="index",
    margin=MarginRule(taker_fee=0.0005, lifetime_entry=True),
    accounts=demonstration_accounts(__package__),
    address=partial(bech32_address, "dydx"),
)
