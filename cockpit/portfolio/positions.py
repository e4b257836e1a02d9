"""Positions over accounts and venues at one moment, with what is lacking in words.

Read from the state. What was read and what was typed stand side by side and say which they are.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cockpit.analytics.risk import exposure as sums
from cockpit.analytics.risk.exposure import Leg, Liquidation, Pool
from cockpit.analytics.risk.margin import Tiers
from cockpit.core.account import Account
from cockpit.core.assumptions import Assumption
from cockpit.core.events import AccountStatus, Margin, Position
from cockpit.core.margins import own_mmf
from cockpit.core.units import hourly
from cockpit.portfolio.margin_rules import MarginRules
from cockpit.state.identity import AssetNames
from cockpit.state.lookups import borrowed, is_rate_stale, listing
from cockpit.state.view import AccountRead, MarketView


@dataclass(frozen=True, slots=True)
class Row:
    """One position: what is computed with, and what is only shown."""

    leg: Leg
    liquidation: Liquidation
    funding_paid_usd: float | None
    leverage: float | None
    margin_mode: Literal["cross", "isolated"] | None
    age_s: float | None
    is_stale: bool
    own_mmf: float | None = None
    funding_accrued_usd: float | None = None
    adl_quantile: int | None = None

    @property
    def source(self) -> Literal["venue", "manual"]:
        return "manual" if self.leg.is_manual else "venue"


@dataclass(frozen=True, slots=True)
class AccountReading:
    """One followed account: whether and when it was read. Its pools' maintenance is computed where
    the venue does not state it. `parts_known` of its `parts_wanted` parts have answered; None where
    it is read in one piece."""

    venue: str
    address: str
    name: str
    status: AccountStatus | Literal["waiting"]
    reason: str
    age_s: float | None
    is_stale: bool
    pools: tuple[Pool, ...]
    parts_known: int | None = None
    parts_wanted: int | None = None

    @property
    def was_never_read(self) -> bool:
        """Whether it may hold something that has not been read once."""
        return self.status == "waiting" or (self.status == "failed" and self.age_s is None)

    @property
    def is_whole(self) -> bool:
        """Whether every part of it has been read, be it long ago."""
        known, wanted = self.parts_known, self.parts_wanted
        return not self.was_never_read and (known is None or wanted is None or known >= wanted)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything that is held, at one moment. `assumptions` are what figures rest on that no venue
    has stated."""

    at_ns: int
    rows: tuple[Row, ...]
    pools: tuple[Pool, ...]
    accounts: tuple[AccountReading, ...]
    warnings: tuple[str, ...]
    assumptions: tuple[Assumption, ...] = ()

    @property
    def incomplete_venues(self) -> frozenset[str]:
        """Where an account has not been read to its end: there may be more than is added up."""
        return frozenset(account.venue for account in self.accounts if not account.is_whole)

    @property
    def is_complete(self) -> bool:
        """Whether every followed account has been read to its end."""
        return not self.incomplete_venues


def read(view: MarketView, now_ns: int, only: Collection[Account] | None = None) -> Portfolio:
    """The followed accounts and the typed positions; of `only` these accounts, if given."""
    books = [b for b in view.accounts() if only is None or Account(b.venue, b.address) in only]
    legs_of = _Legs(view, now_ns)
    found: list[tuple[Leg, Position, AccountRead | None]] = [
        (legs_of.leg(position), position, book) for book in books for position in book.positions
    ]
    if only is None:
        found += [(legs_of.leg(position), position, None) for position in view.manual()]
    legs = [leg for leg, _, _ in found]
    pools = [_pool(book, margin) for book in books for margin in book.margins]
    # What was never read is not nothing: it makes the sums that it belongs to unknown.
    unread = [
        Pool(venue=book.venue, account=book.address, pool="", equity_usd=None)
        for book in books
        if is_unread(book, now_ns)
    ]
    rows = []
    for leg, position, book in found:
        paid = position.funding_paid
        if paid is None and book is not None:
            paid = book.paid_usd(position.pool, position.symbol)
        row = Row(
            leg=leg,
            liquidation=sums.liquidation(leg, sums.pool_of(leg, pools), legs),
            funding_paid_usd=paid,
            leverage=position.leverage,
            margin_mode=position.margin_mode,
            age_s=None if book is None else book.age_s(now_ns),
            is_stale=_is_old(view, leg, now_ns) if book is None else book.is_stale(now_ns),
            funding_accrued_usd=position.funding_accrued_usd,
            adl_quantile=position.adl_quantile,
            own_mmf=own_mmf(position.mmf, listing(view, leg.venue, leg.symbol)),
        )
        rows.append(row)
    return Portfolio(
        at_ns=now_ns,
        rows=tuple(rows),
        pools=(*pools, *unread),
        accounts=tuple(_account(book, pools, legs, now_ns) for book in books),
        warnings=(
            *_untrusted(books, view, now_ns),
            *_lacking(rows, view, now_ns),
            *_broke(pools, legs),
        ),
        assumptions=tuple(legs_of.assumptions),
    )


def _is_old(view: MarketView, leg: Leg, now_ns: int) -> bool:
    """Whether what a typed position is worth may not be taken for the present."""
    if leg.price is None:
        return False
    market = view.market(leg.venue, leg.symbol)
    if market is not None:
        return market.is_stale("mark", now_ns)
    lent = borrowed(view, leg.symbol, now_ns)
    return lent is not None and lent.is_stale


def is_unread(book: AccountRead, now_ns: int) -> bool:
    """Whether an account may hold something that has not been read once."""
    return book.status == "waiting" or (book.status == "failed" and book.age_s(now_ns) is None)


def is_old(book: AccountRead, now_ns: int) -> bool:
    """Whether what was read of an account may be another by now. One that its venue does not know
    holds nothing, however long ago it said so."""
    return book.status not in ("waiting", "unknown") and book.is_stale(now_ns)


def old_words(book: AccountRead, view: MarketView, now_ns: int) -> str:
    """Since when an account was not read."""
    age_s = book.age_s(now_ns)
    when = "never read" if age_s is None else f"last read {age_s:.0f} s ago"
    venue = view.venue(book.venue)
    link = f" (link {venue.state})" if venue and venue.state != "live" else ""
    return f"stale{link}, {when}"


def waiting_words(book: AccountRead) -> str:
    """How far the reading of an account is that has not come to its end."""
    if book.reason or book.parts_wanted is None:
        return book.reason or "not read yet"
    return f"reading {book.parts_known} of {book.parts_wanted}"


def _account(
    book: AccountRead, pools: Sequence[Pool], legs: Sequence[Leg], now_ns: int
) -> AccountReading:
    return AccountReading(
        venue=book.venue,
        address=book.address,
        name=book.name,
        status=book.status,
        reason=book.reason,
        age_s=book.age_s(now_ns),
        is_stale=book.is_stale(now_ns),
        pools=tuple(
            replace(pool, maintenance_usd=sums.pool_maintenance_usd(pool, legs))
            for pool in pools
            if (pool.venue, pool.account) == (book.venue, book.address)
        ),
        parts_known=book.parts_known,
        parts_wanted=book.parts_wanted,
    )


class _Legs:
    """Positions at the prices and under the margin rules of their markets."""

    def __init__(self, view: MarketView, now_ns: int) -> None:
        self._view, self._now_ns = view, now_ns
        self._names = AssetNames(view)
        self._rules = MarginRules(view.own_margins)
        self._tiers: dict[tuple[str, str, float | None], Tiers | None] = {}
        self.assumptions: dict[Assumption, None] = {}

    def leg(self, position: Position) -> Leg:
        """A position at the prices of its market, where that is followed, else at its own.

        A typed one at a venue that is not followed is worth what a followed one says of its asset.
        """
        view, now_ns = self._view, self._now_ns
        market = view.market(position.venue, position.symbol)
        price, reference, rate = position.mark, position.mark, None
        if market is not None:
            if market.mark is not None and (price is None or not market.is_stale("mark", now_ns)):
                price = market.mark
            rate = market.rate()
            reference = market.index if market.index is not None else price
        elif price is None and view.venue(position.venue) is None:
            lent = borrowed(view, position.symbol, now_ns)
            price = reference = None if lent is None else lent.price
        return Leg(
            venue=position.venue,
            account=position.account,
            pool=position.pool,
            symbol=position.symbol,
            size=position.size,
            price=price,
            entry=position.entry,
            stated_upnl_usd=position.upnl,
            reference=reference,
            hourly=None if rate is None else hourly(rate.rate, rate.interval_s),
            tiers=self._tiers_of(position),
            stated_liquidation=position.liquidation,
            isolated_equity=position.isolated_equity,
            pool_price=position.mark,
            is_manual=position.source == "manual",
            coin=self._names.of(position.venue, position.symbol),
        )

    def _tiers_of(self, position: Position) -> Tiers | None:
        """Each market's rule is made once, and what it takes on trust is kept."""
        venue, symbol = position.venue, position.symbol
        listed = listing(self._view, venue, symbol)
        own = own_mmf(position.mmf, listed)
        key = (venue, symbol, own)
        if key not in self._tiers:
            rule = self._rules.rule(venue, symbol, listed, own, None)
            is_known = not math.isnan(rule.tiers.mmf_frac[0])
            self._tiers[key] = rule.tiers if is_known else None
            if is_known and own is None:
                self.assumptions |= dict.fromkeys(rule.maintenance_notes)
        return self._tiers[key]


def _pool(book: AccountRead, margin: Margin) -> Pool:
    return Pool(
        venue=book.venue,
        account=book.address,
        pool=margin.pool,
        equity_usd=margin.equity,
        used_usd=margin.used,
        available_usd=margin.available,
        maintenance_usd=margin.maintenance,
        cross_equity_usd=margin.cross_equity,
    )


def _untrusted(books: Sequence[AccountRead], view: MarketView, now_ns: int) -> list[str]:
    """Accounts that may not be taken for the present, each with its reason."""
    found = []
    for book in books:
        name = str(Account(book.venue, book.address))
        if book.status == "waiting":
            found.append(f"{name}: {waiting_words(book)}")
        elif book.reason:
            found.append(f"{name}: {book.reason}")
        if is_old(book, now_ns):
            found.append(f"{name}: {old_words(book, view, now_ns)}")
    return found


def _lacking(rows: Sequence[Row], view: MarketView, now_ns: int) -> list[str]:
    """Figures that are missing or old, and what follows from that."""
    found: dict[str, None] = {}
    for row in rows:
        name = f"{row.leg.venue}/{row.leg.symbol}"
        market = view.market(row.leg.venue, row.leg.symbol)
        if row.leg.price is None:
            found[f"{name}: no price, so its value is not known"] = None
        if row.leg.is_manual and view.venue(row.leg.venue) is None:
            if not row.leg.is_spot:
                lent = borrowed(view, row.leg.symbol, now_ns)
                at = f"priced at {lent.venue}'s index, " if lent else ""
                found[f"{name}: its venue is not followed: {at}its carry is not known"] = None
        elif market is None:
            found[f"{name}: not watched: its funding rate, and so its carry, is not known"] = None
        elif row.leg.carry_usd_per_hour is None:
            found[f"{name}: no funding rate yet, so its carry is not known"] = None
        elif is_rate_stale(market, now_ns):
            found[f"{name}: its funding rate is old"] = None
        if row.leg.is_manual and row.is_stale:
            found[f"{name}: its price is old"] = None
        if row.liquidation.basis is None and not row.leg.is_manual:
            found[f"{name}: its margin is not known, and so not its liquidation price"] = None
    return list(found)


def _broke(pools: Sequence[Pool], legs: Sequence[Leg]) -> list[str]:
    """Accounts that owe; an empty one owes nothing unless a position stands on it."""
    return [
        f"{Account(pool.venue, pool.account)}: equity is not positive ({pool.equity_usd:.2f} USD)"
        for pool in pools
        if pool.equity_usd is not None
        and (pool.equity_usd < 0 or (pool.equity_usd == 0 and _stands_on(pool, legs)))
    ]


def _stands_on(pool: Pool, legs: Sequence[Leg]) -> bool:
    return any(sums.pool_of(leg, [pool]) is not None for leg in legs)
