"""What Lighter lists, in its own ticks, lots and margin fractions.

Sources: https://apidocs.lighter.xyz (orderBookDetails) and https://docs.lighter.xyz (trading:
funding, contract specifications). Price and size decimals of a market add up to the six decimals
of its quote, so that price times size is always exact on the wire.
"""

import math

from cockpit.sim.world.contract import Asset, FundingRule, Listing, MarginRule, Profile
from cockpit.sim.world.demonstration import demonstration_accounts

QUOTE_DECIMALS = 6
RULE = FundingRule(
    interval_s=3600,
    sample_s=60.0,
    weighting="plain",
    interest_8h=0.0001,
    dampener=0.0005,
    cap_8h=0.04,
    quantum=1e-6,
    impact_notional_usd=10_000.0,
)
THOUSANDS = frozenset({"PEPE", "BONK", "SHIB", "FLOKI"})
"""Listed per 1000 coins, with the number before the name."""
_FIRST = (
    "ETH BTC SOL DOGE PEPE WIF WLD XRP LINK AVAX NEAR DOT TON TAO POL TRUMP SUI SHIB BONK FLOKI "
    "BERA FARTCOIN AI16Z POPCAT HYPE BNB JUP AAVE MKR ENA UNI APT SEI KAITO IP LTC CRV PENDLE ONDO "
    "ADA"
)
MARKET_IDS = {symbol: market_id for market_id, symbol in enumerate(_FIRST.split())}
FIRST_FREE_ID = 120
PRICE_DECIMALS = {"BTC": 1, "ETH": 2, "SOL": 3, "XRP": 6, "LINK": 5, "HYPE": 4, "BNB": 4}
MARGIN = (
    # typical open interest in USD at least, then initial, maintenance and close-out fractions
    (1e9, 0.02, 0.012, 0.008),
    (2e8, 0.04, 0.024, 0.016),
    (5e7, 0.05, 0.03, 0.02),
    (0.0, 0.1, 0.06, 0.04),
)
CLOSEOUT = {imf: closeout for _, imf, _, closeout in MARGIN}
MIN_NOTIONAL_USD = 10.0


def list_asset(asset: Asset, index: int) -> Listing:
    """Six significant digits of price, never more than six decimals."""
    contract = 1000 if asset.symbol in THOUSANDS else 1
    price = asset.price * contract
    decimals = max(0, min(QUOTE_DECIMALS, 5 - math.floor(math.log10(price))))
    decimals = PRICE_DECIMALS.get(asset.symbol, decimals)
    imf, mmf = next((imf, mmf) for least, imf, mmf, _ in MARGIN if asset.oi_usd >= least)
    size_decimals = QUOTE_DECIMALS - decimals
    return Listing(
        symbol=asset.symbol,
        native=asset.symbol if contract == 1 else f"{contract}{asset.symbol}",
        market_id=MARKET_IDS.get(asset.symbol, FIRST_FREE_ID + index),
        price_decimals=decimals,
        size_decimals=size_decimals,
        contract=contract,
        max_leverage=round(1 / imf),
        imf=imf,
        mmf=mmf,
        min_lots=_min_lots(MIN_NOTIONAL_USD / price * 10**size_decimals),
        min_notional_usd=MIN_NOTIONAL_USD,
    )


def _min_lots(lots: float) -> int:
    """The next of 1, 2, 5, 10, 20, …: minimum sizes are round numbers."""
    power = int(10.0 ** math.floor(math.log10(max(lots, 1.0))))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= lots)


PROFILE = Profile(
    name="lighter",
    chain="lighter",
    block_s=0.162,
    block_jitter_frac=0.3,
    rule=RULE,
    list_asset=list_asset,
    delisted=(
        Listing("AI16Z", "AI16Z", 22, 5, 1, imf=0.1, mmf=0.06, status="delisted"),
        Listing("MKR", "MKR", 28, 2, 4, imf=0.1, mmf=0.06, status="delisted"),
    ),
    latency_ms=(8.0, 4.0),
    margin=MarginRule(),
    accounts=demonstration_accounts(__package__),
)
