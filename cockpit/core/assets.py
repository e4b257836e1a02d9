"""What the trader says of names that two coins have, or that one coin has at two prices."""

import msgspec

Markets = tuple[str, ...]


class AssetRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[assets]`: lists of markets as VENUE/SYMBOL that prices have no say in.

    The markets of a list of `same` are one asset at whatever prices. The first of a list of `apart`
    keeps its asset, each of the others is an asset of its own; this wins over `same`.
    """

    same: tuple[Markets, ...] = ()
    apart: tuple[Markets, ...] = ()
