"""The coins of the long tail: made-up names, plausible figures, and the odd ones of real listings.

A few names are of coins so cheap that venues list them by the thousand. Two names belong to two
different coins each, whose prices are a factor apart: which of them a venue means, only its price
tells.
"""

import math
import random
from collections.abc import Iterator
from zlib import crc32

from cockpit.sim.world.assets import ASSETS
from cockpit.sim.world.contract import Asset, Listing
from cockpit.sim.world.venue import SimVenue

CHEAP = {"SHIB": 8.9e-6, "FLOKI": 4.7e-5, "LUNC": 5.8e-5, "DOGS": 1.3e-4, "TURBO": 2.1e-3}
TWINS = (("NEIRO", 1.6e-3, 1.2e-2), ("ATLAS", 0.42, 3.1))
"""A name, and the prices of the two coins that bear it."""
ONSETS, VOWELS, ENDINGS = "BDFGKLMNPRSTVZ", "AEIOU", "XNRSKT"
LEAST_PRICE, MOST_PRICE = 0.02, 400.0


def quiet_assets(count: int) -> list[tuple[Asset, ...]]:
    """So many coins, always the same; a name with two coins is a tuple of two."""
    rng = random.Random("quiet coins")
    coins: list[tuple[Asset, ...]] = [(_asset(name, price, rng),) for name, price in CHEAP.items()]
    coins += [tuple(_asset(name, price, rng) for price in prices) for name, *prices in TWINS]
    taken = {asset.symbol for asset in ASSETS} | {coin[0].symbol for coin in coins}
    for name in _names(rng):
        if len(coins) >= count:
            break
        if name not in taken:
            taken.add(name)
            spread = rng.uniform(math.log(LEAST_PRICE), math.log(MOST_PRICE))
            coins.append((_asset(name, math.exp(spread), rng),))
    return coins[:count]


def _names(rng: random.Random) -> Iterator[str]:
    while True:
        name = "".join(rng.choice(part) for part in (ONSETS, VOWELS) * rng.randint(1, 2))
        yield name + rng.choice(ENDINGS)


def _asset(symbol: str, price: float, rng: random.Random) -> Asset:
    return Asset(
        symbol=symbol,
        price=float(f"{price:.4g}"),
        volatility_annual=rng.uniform(0.8, 2.2),
        oi_usd=math.exp(rng.uniform(math.log(2e5), math.log(2e7))),
        depth_usd=math.exp(rng.uniform(math.log(8e3), math.log(1.2e5))),
        premium_bps=rng.gauss(0.0, 9.0),
        beta=rng.uniform(0.3, 0.8),
    )


def listings(venue: SimVenue, order: int, count: int, first: int) -> list[tuple[Asset, Listing]]:
    """What a venue lists of the long tail, in its order from number `first` on.

    The odd ones, and nine in ten of the others; of two coins with one name the first at even
    venues, the second at odd ones.
    """
    chosen: list[tuple[Asset, Listing]] = []
    for coins in quiet_assets(count * 5 // 4 + 12):
        asset = coins[order % len(coins)]
        if asset.symbol in venue.live or len(chosen) >= count:
            continue
        is_everywhere = len(coins) > 1 or asset.symbol in CHEAP
        if not is_everywhere and crc32(f"{venue.name} {asset.symbol}".encode()) % 10 == 0:
            continue
        listing = venue.profile.list_asset(asset, first + len(chosen))
        if listing is not None:
            chosen.append((asset, listing))
    return chosen
