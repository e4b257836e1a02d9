"""One asset or two: markets of one name are one asset as far as their prices agree.

Two coins may have one name (NEIRO), and one venue may count a thousand coins as one. Prices decide:
markets whose prices differ by more than 5 %, all through the last minute where its history is
there, are two assets, and nothing adds, hedges, pairs or compares them. Names of price-scaled
markets are made one by their venues' adapters. `AssetRules` overrides in both directions.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from cockpit.core.assets import AssetRules
from cockpit.core.units import NS_PER_S
from cockpit.state.view import MarketRead, MarketView

APART_FRAC = 0.05
WINDOW_NS = 60 * NS_PER_S

Asset = tuple[str, ...]
"""The venues whose markets of a symbol are one asset, in the order of the view."""


def assets_of(view: MarketView, symbol: str) -> tuple[Asset, ...]:
    """The assets that share a symbol, that of the most venues first, then in the order of the view.

    Empty where no venue has the symbol. Where a market has no price, or is not followed, what is
    held there may have one; a market without any is taken for the first asset.
    """
    return _assets_beside(view, symbol, lambda: _held_marks(view))


def _assets_beside(
    view: MarketView, symbol: str, held_marks: Callable[[], Mapping[str, Mapping[str, float]]]
) -> tuple[Asset, ...]:
    venues = [venue.name for venue in view.venues()]
    markets = {
        venue: market for venue in venues if (market := view.market(venue, symbol)) is not None
    }
    prices = {venue: price_of(market) for venue, market in markets.items()}
    if len(markets) < len(venues) or None in prices.values():
        held = held_marks().get(symbol, {})
        known = ((venue, prices.get(venue) or held.get(venue)) for venue in venues)
        prices = {venue: price for venue, price in known if venue in markets or price is not None}
    return _assets(markets, prices, view.asset_rules, symbol)


def assets_among(
    markets: Mapping[str, MarketRead], rules: AssetRules, symbol: str
) -> tuple[Asset, ...]:
    """`assets_of` for these markets of a symbol, by venue: watched, surveyed or both."""
    prices = {venue: price_of(market) for venue, market in markets.items()}
    return _assets(markets, prices, rules, symbol)


def _assets(
    markets: Mapping[str, MarketRead], prices: Mapping[str, float | None], rules: AssetRules,
    symbol: str,
) -> tuple[Asset, ...]:  # fmt: skip
    def have_met(one: str, other: str) -> bool:
        return one in markets and other in markets and _have_met(markets[one], markets[other])

    return partition(prices, have_met, *_named(rules, symbol))


def _held_marks(view: MarketView) -> dict[str, dict[str, float]]:
    """Symbol -> venue -> what an account there has its position marked at."""
    found: dict[str, dict[str, float]] = {}
    for book in view.accounts():
        for position in book.positions:
            if position.mark is not None:
                found.setdefault(position.symbol, {})[position.venue] = position.mark
    return found


def assets_by_price(
    prices: Mapping[str, float | None], rules: AssetRules, symbol: str
) -> tuple[Asset, ...]:
    """`assets_of` where only one price of each venue is known, and no history of it."""
    return partition(prices, lambda one, other: False, *_named(rules, symbol))


def has_rules(rules: AssetRules, symbol: str) -> bool:
    """Whether the trader says anything of the markets of a symbol."""
    return any(any(venues) for venues in _named(rules, symbol))


def asset_of(view: MarketView, venue: str, symbol: str) -> Asset:
    """The asset that a venue's market belongs to; the first one for a venue without that market."""
    found = assets_of(view, symbol)
    return next((asset for asset in found if venue in asset), found[0] if found else ())


def asset_name(view: MarketView, venue: str, symbol: str) -> str:
    """The symbol for the first asset of that name, `SYMBOL@VENUE` for another one."""
    return name_among(assets_of(view, symbol), venue, symbol)


class AssetNames:
    """`asset_name` of many positions at one moment: each symbol is looked at once."""

    def __init__(self, view: MarketView) -> None:
        self._view = view
        self._assets: dict[str, tuple[Asset, ...]] = {}
        self._held_marks = cache(lambda: _held_marks(view))

    def of(self, venue: str, symbol: str) -> str:
        if symbol not in self._assets:
            self._assets[symbol] = _assets_beside(self._view, symbol, self._held_marks)
        return name_among(self._assets[symbol], venue, symbol)


def name_among(found: Sequence[Asset], venue: str, symbol: str) -> str:
    """`asset_name` among these assets of the symbol."""
    mine = next((asset for asset in found[1:] if venue in asset), None)
    return symbol if mine is None else f"{symbol}@{mine[0]}"


def price_of(market: MarketRead) -> float | None:
    """Mark, else index, else the middle of the book."""
    return market.mark or market.index or market.book.mid()


def partition(
    prices: Mapping[str, float | None], have_met: Callable[[str, str], bool],
    same: Sequence[Iterable[str]], apart: Sequence[Sequence[str]],
) -> tuple[Asset, ...]:  # fmt: skip
    """Venues in groups whose prices lie within 5 %, `same` joined and `apart` taken out.

    Prices are cut at their widest gap until every group is narrow enough, so that a coin at another
    price never changes how the others are grouped. Two groups that `have_met` of late are one.
    """
    known = {venue: price for venue, price in prices.items() if price is not None and price > 0}
    ordered = sorted(known, key=known.__getitem__)
    groups = _joined(_cut(ordered, known), have_met)
    for markets in same:
        _join(groups, [venue for venue in markets if venue in prices])
    for markets in apart:
        for venue in list(markets)[1:]:
            if venue in prices and any(venue in group and len(group) > 1 for group in groups):
                for group in groups:
                    group.discard(venue)
                groups.append({venue})
    place = {venue: number for number, venue in enumerate(prices)}
    ranked = sorted(groups, key=lambda group: (-len(group), min(place[v] for v in group)))
    placed = {venue for group in ranked for venue in group}
    unpriced = [venue for venue in prices if venue not in placed]
    if unpriced:
        ranked = ranked or [set()]
        ranked[0].update(unpriced)
    return tuple(tuple(sorted(group, key=place.__getitem__)) for group in ranked)


def _cut(ordered: Sequence[str], prices: Mapping[str, float]) -> list[set[str]]:
    """Lowest price first."""
    if not ordered:
        return []
    if prices[ordered[-1]] <= prices[ordered[0]] * (1 + APART_FRAC):
        return [set(ordered)]
    gaps = [prices[above] / prices[below] for below, above in pairwise(ordered)]
    at = gaps.index(max(gaps)) + 1
    return [*_cut(ordered[:at], prices), *_cut(ordered[at:], prices)]


def _joined(groups: list[set[str]], have_met: Callable[[str, str], bool]) -> list[set[str]]:
    """Neighbours that were one asset within the last minute still are."""
    out = groups[:1]
    for group in groups[1:]:
        if any(have_met(one, other) for one in out[-1] for other in group):
            out[-1] |= group
        else:
            out.append(group)
    return out


def _join(groups: list[set[str]], venues: Sequence[str]) -> None:
    touched = [group for group in groups if group & set(venues)]
    merged = set(venues).union(*touched)
    groups[:] = [group for group in groups if group not in touched]
    if merged:
        groups.append(merged)


def _have_met(one: MarketRead, other: MarketRead) -> bool:
    """Whether their mids were within 5 % at any moment of the last minute that knows both."""
    (at, mids), (other_at, others) = one.mids.read(), other.mids.read()
    common, mine, theirs = np.intersect1d(at, other_at, return_indices=True)
    if not common.size:
        return False
    late = common >= common[-1] - WINDOW_NS
    ratio = mids[mine[late]] / others[theirs[late]]
    wide = np.maximum(ratio, 1 / ratio)
    return bool(np.any(wide[np.isfinite(wide)] <= 1 + APART_FRAC))


def _named(rules: AssetRules, symbol: str) -> tuple[list[list[str]], list[list[str]]]:
    """The venues of the rules that concern a symbol."""
    if not (rules.same or rules.apart):
        return [], []
    found: list[list[list[str]]] = []
    for lists in (rules.same, rules.apart):
        pairs = [[market.partition("/") for market in markets] for markets in lists]
        found.append([[venue for venue, _, name in split if name == symbol] for split in pairs])
    return found[0], found[1]
