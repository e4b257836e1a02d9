"""What the trader says of names that two coins have, or that one coin has at two prices."""

import msgspec

from cockpit.core.market import Market

Markets = tuple[str, ...]


def listed_symbol(asset: str) -> str:
    """The symbol under which venues list an asset: `NEIRO` of `NEIRO@VENUE`, a second coin of
    that name."""
    return asset.partition("@")[0]


class AssetRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[assets]`: lists of markets as VENUE/SYMBOL that prices have no say in.

    The markets of a list of `same` are one asset at whatever prices. The first of a list of `apart`
    keeps its asset, each of the others is an asset of its own; this wins over `same`. ValueError
    for what is no market, or a list of less than two.
    """

    same: tuple[Markets, ...] = ()
    apart: tuple[Markets, ...] = ()

    def __post_init__(self) -> None:
        for markets in (*self.same, *self.apart):
            for market in markets:
                Market.parse(market)
            if len(markets) < 2:
                raise ValueError(
                    f"expected two markets or more, got {', '.join(markets) or 'none'}"
                )
