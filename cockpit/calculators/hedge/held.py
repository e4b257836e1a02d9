"""What is to be hedged: a size that was typed, or positions, netted symbol by symbol."""

import math
from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple, Protocol

from cockpit.analytics.risk.margin import InitialTiers
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.funding_clock import expected_hourly, funding_price
from cockpit.calculators.common.holdings import Held, hold
from cockpit.calculators.common.market_data import (
    NamedCoin,
    Notes,
    Settings,
    asset_asked,
    known_coin,
    known_venues,
)
from cockpit.calculators.common.positions import PositionInput, read_positions, typed_positions
from cockpit.core.account import Account
from cockpit.core.assumptions import Assumption
from cockpit.core.events import Instrument
from cockpit.portfolio.margin_rules import MarginRules
from cockpit.portfolio.positions import is_old, is_unread, old_words, waiting_words
from cockpit.state.identity import Asset, asset_name, asset_of, price_of
from cockpit.state.view import MarketView


class Asked(Protocol):
    """The fields of the form that say what is held."""

    @property
    def symbol(self) -> str | None: ...
    @property
    def size(self) -> float | None: ...
    @property
    def venue(self) -> str | None: ...
    @property
    def venues(self) -> tuple[str, ...]: ...
    @property
    def hedge_symbol(self) -> str | None: ...
    @property
    def book(self) -> bool: ...
    @property
    def positions(self) -> tuple[dict[str, object], ...] | None: ...
    @property
    def equity_usd(self) -> dict[str, float]: ...
    @property
    def hold_h(self) -> float: ...
    @property
    def phi(self) -> float | None: ...
    @property
    def quote_usd(self) -> dict[str, float]: ...


class Exposure(NamedTuple):
    """One symbol: its net in base units, its price, what it earns over the hold an hour, and where
    it is held.

    `asset` are the venues that have this coin, where two coins have its symbol; `name` then tells
    them apart. `free_usd` by venue is the equity for all symbols that are hedged, the same in each;
    it lacks venues whose equity is not known. NaN is not known.
    """

    symbol: str
    name: str
    asset: Asset
    delta_base: float
    price: float
    carry_usd_per_hour: float
    position_base: Mapping[str, float]
    free_usd: Mapping[str, float]


def exposures(asked: Asked, view: MarketView, settings: Settings, notes: Notes) -> list[Exposure]:
    """Every symbol that is to be hedged. FieldError unless the form says one thing, and enough."""
    sources = (asked.size is not None) + (asked.positions is not None) + asked.book
    if sources != 1:
        raise FieldError("size", "expected one of size, positions, or book=true")
    coin = NamedCoin("", None) if asked.symbol is None else known_coin(view, asked.symbol)
    symbol = coin.symbol or None
    if asked.size is not None:
        if asked.size == 0:
            raise FieldError("size", "expected base units other than 0, negative for a short")
        if symbol is None:
            raise FieldError("symbol", "is needed with size")
        rows = [_typed(asked, symbol, view)]
        if asked.venue is None:
            notes.assume(
                Assumption(
                    field="size",
                    what="a delta without funding of its own; venue says where it is held",
                )
            )
    elif asked.positions is not None:
        rows = typed_positions(asked.positions)
    else:
        rows = [position for position, _ in read_positions(view)]
    held = hold(
        None if asked.book else [row for row in rows if row.venue],
        asked.equity_usd, view, settings, notes, needs_margin=False,
    ).legs  # fmt: skip
    if asked.size is not None and asked.venue is None:
        asset = coin.asset or asset_asked(view, symbol or "", asked.venues)
        price = _price(symbol or "", asset, view)
        name = asset_name(view, asset[0], symbol or "") if asset else symbol or ""
        free = _free(asked, [], view, settings, notes)
        return [Exposure(symbol or "", name, asset, asked.size, price, 0.0, {}, free)]
    coins: dict[str, list[Held]] = {}
    for leg in held:
        is_meant = coin.asset is None or leg.venue in coin.asset
        if symbol in (None, leg.symbol) and is_meant:
            coins.setdefault(leg.asset, []).append(leg)
    if not coins:
        where = "positions" if asked.positions is not None else "book"
        raise FieldError(where, f"there are no positions{f' in {symbol}' if symbol else ''}")
    if len(coins) > 1:
        notes.assume(
            Assumption(
                what="each symbol is hedged in itself",
                why="the target carry is earned where it is cheapest",
            )
        )
    hedged = {name for name, (leg, *_) in coins.items() if asked.hedge_symbol in (None, leg.symbol)}
    tied = [leg for leg in held if not _is_traded(leg, hedged)]
    free = _free(asked, tied, view, settings, notes)
    return [
        _exposure(asked, name, mine, free, view, settings, notes) for name, mine in coins.items()
    ]


def _typed(asked: Asked, symbol: str, view: MarketView) -> PositionInput:
    venue = known_venues(view, [asked.venue], "venue")[0] if asked.venue else ""
    return PositionInput(venue=venue, symbol=symbol, size=asked.size or 0.0)


def _exposure(
    asked: Asked, name: str, mine: Sequence[Held], free_usd: Mapping[str, float],
    view: MarketView, settings: Settings, notes: Notes,
) -> Exposure:  # fmt: skip
    position: dict[str, float] = {}
    for leg in mine:
        position[leg.venue] = position.get(leg.venue, 0.0) + leg.size
    return Exposure(
        symbol=mine[0].symbol,
        name=name,
        asset=asset_of(view, mine[0].venue, mine[0].symbol),
        delta_base=sum(leg.size for leg in mine),
        price=mine[0].price,
        carry_usd_per_hour=sum(_carry(asked, leg, settings, notes) for leg in mine),
        position_base=position,
        free_usd=free_usd,
    )


def _carry(asked: Asked, leg: Held, settings: Settings, notes: Notes) -> float:
    """USD an hour over the hold, at the rate and the price that a trade on its market counts with:
    so a position that is closed leaves nothing."""
    if leg.market is None:
        return leg.carry_usd_per_hour
    rate = expected_hourly(leg.market, asked.hold_h, asked.phi, settings, notes)
    price = funding_price(leg.market)
    usd = leg.reference if price is None else price * asked.quote_usd.get(leg.venue, 1.0)
    return -leg.size * usd * rate


def _is_traded(leg: Held, hedged: Set[str]) -> bool:
    """Whether a position's size may change in the hedge: its margin then counts with its trades."""
    return leg.asset in hedged and leg.market is not None and leg.market.book.is_known


def _free(
    asked: Asked, tied: Sequence[Held], view: MarketView, settings: Settings, notes: Notes
) -> dict[str, float]:
    """Equity by venue, less the initial margin of what is held there and cannot be traded; all
    that is hedged shares the rest."""
    free = dict(asked.equity_usd)
    stated: dict[str, float] = {}
    for book in view.accounts():
        if book.venue not in free and is_unread(book, settings.here_ns):
            notes.assume(
                Assumption(
                    place=str(Account(book.venue, book.address)),
                    what=waiting_words(book),
                    why="what was read of its equity is all of it",
                )
            )
        elif book.venue not in free and not asked.book and is_old(book, settings.here_ns):
            name, words = Account(book.venue, book.address), old_words(book, view, settings.here_ns)
            notes.lack(f"{name}: {words}, so its equity may be another by now")
        for margin in book.margins:
            equity = margin.equity if margin.cross_equity is None else margin.cross_equity
            if equity is not None:
                stated[margin.venue] = stated.get(margin.venue, 0.0) + equity
    free = {**stated, **free}
    for leg in tied:
        if leg.venue in free:
            free[leg.venue] -= leg.initial_usd
    return {venue: usd for venue, usd in free.items() if not math.isnan(usd)}


def _price(symbol: str, asset: Asset, view: MarketView) -> float:
    """The first price that any venue of the asset states."""
    for venue in asset:
        market = view.market(venue, symbol)
        price = None if market is None else price_of(market)
        if price is not None:
            return price
    return math.nan


def initial_tiers(
    venue: str, symbol: str, view: MarketView, settings: Settings, notes: Notes
) -> InitialTiers:
    """The initial margin of a market at its highest leverage; NaN if not known."""
    market = view.market(venue, symbol)
    listed: Instrument | None = market.instrument if market else None
    rules = MarginRules(settings.own_margins)
    rule = rules.rule(venue, symbol, listed, None, None)
    for note in rule.notes:
        notes.assume(note)
    return rule.initial
