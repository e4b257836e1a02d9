"""A saved snapshot as a portfolio: `cockpit exposure --view FILE` computes on it.

What stood for something at that moment (prices, liquidation prices, maintenance) is taken as it was
saved; sums are made anew, so that a selection of accounts adds up.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

import msgspec

from cockpit.analytics.risk.exposure import Basis, Leg, Liquidation, Pool
from cockpit.core.account import Account, normal_address
from cockpit.core.errors import InputError
from cockpit.portfolio.positions import Document, Portfolio, Row
from cockpit.storage.reading import read_utf8


class SavedPosition(msgspec.Struct, frozen=True):
    """One object of `positions`."""

    venue: str
    account: str
    symbol: str
    size: float
    entry: float | None = None
    mark: float | None = None
    upnl_usd: float | None = None
    funding_usd_per_hour: float | None = None
    funding_paid_usd: float | None = None
    liquidation: float | None = None
    liquidation_basis: Basis | None = None
    leverage: float | None = None
    margin_mode: str | None = None
    source: Literal["venue", "manual"] = "venue"
    pool: str = ""
    age_s: float | None = None
    stale: bool = False


class SavedPool(msgspec.Struct, frozen=True):
    """One of `accounts[].pools`."""

    pool: str = ""
    equity_usd: float | None = None
    used_usd: float | None = None
    available_usd: float | None = None
    maintenance_usd: float | None = None


class SavedAccount(msgspec.Struct, frozen=True):
    """One of `accounts`."""

    venue: str
    account: str
    state: str = "read"
    age_s: float | None = None
    pools: list[SavedPool] = []

    def known_pools(self) -> list[SavedPool]:
        """An account that had not been read has one of which nothing is known."""
        if self.state in ("waiting", "failed") and self.age_s is None and not self.pools:
            return [SavedPool()]
        return self.pools


class SavedView(msgspec.Struct, frozen=True):
    """As much of a snapshot (or of an exposure document) as positions need."""

    at_ns: int
    positions: list[SavedPosition]
    accounts: list[dict[str, Any]] = []
    warnings: list[str] = []


def load_portfolio(path: Path, only: Collection[Account] | None = None) -> Portfolio:
    """The positions of a saved document; of `only` these accounts, if given.

    InputError names the file and what is wrong with it, or the account that it does not have.
    """
    try:
        view = msgspec.json.decode(read_utf8(path), type=SavedView)
        accounts = msgspec.convert(view.accounts, list[SavedAccount])
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", str(error)) from None
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise InputError(
            f"{path}: is not a saved snapshot ({error}); write one with `cockpit snapshot --json`"
        ) from None
    chosen = [row for row in view.positions if only is None or _account(row) in only]
    held = [account for account in accounts if only is None or _account(account) in only]
    there = {*map(_account, chosen), *map(_account, held)}
    for account in only or ():
        if account not in there:
            raise InputError(f"{path}: has no account {account}; take the snapshot with it")
    return Portfolio(
        at_ns=view.at_ns,
        rows=tuple(_row(row) for row in chosen),
        pools=tuple(_pool(account, pool) for account in held for pool in account.known_pools()),
        accounts=tuple(_documents(view, only)),
        warnings=tuple(view.warnings),
    )


def _account(item: SavedPosition | SavedAccount) -> Account:
    return Account(item.venue, normal_address(item.account))


def _documents(view: SavedView, only: Collection[Account] | None) -> list[Document]:
    return [
        row
        for row in view.accounts
        if only is None or Account(row["venue"], normal_address(row["account"])) in only
    ]


def _pool(account: SavedAccount, pool: SavedPool) -> Pool:
    return Pool(
        venue=account.venue,
        account=account.account,
        pool=pool.pool,
        equity_usd=pool.equity_usd,
        used_usd=pool.used_usd,
        available_usd=pool.available_usd,
        maintenance_usd=pool.maintenance_usd,
    )


def _row(row: SavedPosition) -> Row:
    """The rate is what was paid on the whole position, so that the hour comes out as saved."""
    hourly = None
    if row.funding_usd_per_hour is not None and row.mark and row.size:
        hourly = -row.funding_usd_per_hour / (row.size * row.mark)
    leg = Leg(
        venue=row.venue,
        account=row.account,
        pool=row.pool,
        symbol=row.symbol,
        size=row.size,
        price=row.mark,
        entry=row.entry,
        stated_upnl_usd=row.upnl_usd,
        reference=row.mark,
        hourly=hourly,
        stated_liquidation=row.liquidation,
        pool_price=row.mark,
        is_manual=row.source == "manual",
    )
    distance = row.liquidation / row.mark - 1 if row.liquidation and row.mark else None
    return Row(
        leg=leg,
        liquidation=Liquidation(row.liquidation, distance, row.liquidation_basis),
        funding_paid_usd=row.funding_paid_usd,
        leverage=row.leverage,
        margin_mode=row.margin_mode,
        age_s=row.age_s,
        is_stale=row.stale,
    )
