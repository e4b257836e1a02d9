"""The coins of the world: plausible prices, volatilities, open interest and depth.

Nothing here is a quotation. Start prices keep away from powers of ten, because venues which list
prices by significant figures would change their tick there.
"""

from collections.abc import Sequence

from cockpit.core.errors import InputError
from cockpit.core.names import did_you_mean
from cockpit.sim.world.contract import Asset


def _coin(
    symbol: str,
    price: float,
    volatility: float,
    oi_musd: float,
    depth_kusd: float,
    premium_bps: float,
    beta: float,
) -> Asset:
    return Asset(symbol, price, volatility, oi_musd * 1e6, depth_kusd * 1e3, premium_bps, beta)


ASSETS: tuple[Asset, ...] = (
    #     symbol         price   vol   OI M$  depth k$  premium bps  beta
    _coin("BTC", 86_420.0, 0.46, 2_900, 9_000, 3.0, 0.93),
    _coin("ETH", 2_872.0, 0.64, 1_900, 6_500, 2.0, 0.90),
    _coin("SOL", 131.40, 0.78, 640, 2_600, -3.5, 0.85),
    _coin("HYPE", 34.150, 0.92, 520, 1_300, 9.0, 0.62),
    _coin("XRP", 2.1630, 0.80, 310, 1_100, 5.5, 0.74),
    _coin("DOGE", 0.14820, 0.90, 150, 720, 7.0, 0.78),
    _coin("BNB", 867.00, 0.55, 120, 700, 1.0, 0.72),
    _coin("AVAX", 13.620, 0.93, 62, 360, -6.5, 0.77),
    _coin("LINK", 12.910, 0.88, 70, 380, 4.0, 0.78),
    _coin("SUI", 1.5580, 1.02, 92, 420, -4.5, 0.74),
    _coin("ADA", 0.41700, 0.90, 54, 330, 6.5, 0.76),
    _coin("LTC", 83.200, 0.76, 38, 260, 2.5, 0.68),
    _coin("ARB", 0.21400, 1.05, 30, 170, -7.5, 0.76),
    _coin("OP", 0.31500, 1.08, 24, 140, -2.0, 0.75),
    _coin("AAVE", 178.30, 0.95, 44, 240, 11.0, 0.72),
    _coin("UNI", 6.1400, 1.00, 36, 210, 4.5, 0.71),
    _coin("NEAR", 1.8700, 1.06, 28, 160, -11.0, 0.73),
    _coin("TIA", 0.61300, 1.25, 21, 110, -16.0, 0.66),
    _coin("PEPE", 0.0000046300, 1.30, 48, 230, 13.0, 0.68),
    _coin("WIF", 0.37200, 1.40, 19, 95, 21.0, 0.64),
    _coin("ENA", 0.27600, 1.28, 40, 180, 17.0, 0.66),
    _coin("FARTCOIN", 0.32800, 1.75, 34, 120, 8.0, 0.55),
    _coin("BONK", 0.0000096200, 1.35, 22, 110, 6.0, 0.66),
    _coin("ZEC", 417.00, 1.60, 85, 260, -9.0, 0.45),
)
"""Largest first: a venue that lists N markets lists the first N that it has."""

DEFAULT_SYMBOLS = tuple(asset.symbol for asset in ASSETS[:20])


def pick(symbols: Sequence[str]) -> tuple[Asset, ...]:
    """The named coins, in the catalogue's order. InputError with the nearest name if unknown."""
    known = {asset.symbol: asset for asset in ASSETS}
    for symbol in symbols:
        if symbol not in known:
            raise InputError(
                f"the built-in exchange does not trade {symbol!r}{did_you_mean(symbol, known)}; "
                f"it has {', '.join(known)}"
            )
    return tuple(asset for asset in ASSETS if asset.symbol in set(symbols))
