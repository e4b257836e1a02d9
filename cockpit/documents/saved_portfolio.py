"""A saved snapshot as a portfolio: `cockpit exposure --view FILE` computes on it.

What stood for something at that moment (prices, liquidation prices, maintenance) is taken as it was
saved; sums are made anew, so that a selection of accounts adds up.
"""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from cockpit.analytics.risk.exposure import Leg, Liquidation, Pool
from cockpit.core.account import Account, normal_address
from cockpit.core.assets import AssetRules
from cockpit.core.assumptions import Assumption
from cockpit.core.errors import InputError
from cockpit.core.validation import sentence
from cockpit.documents.schema_account import (
    AccountDocument,
    HeldDocument,
    PoolDocument,
    PositionDocument,
)
from cockpit.portfolio.positions import AccountReading, Portfolio, Row
from cockpit.state.identity import Asset, assets_by_price, has_rules, name_among
from cockpit.storage.reading import read_utf8


def load_portfolio(
    path: Path, only: Collection[Account] | None = None, rules: AssetRules | None = None
) -> Portfolio:
    """The positions of a saved document; of `only` these accounts, if given. `rules` are what the
    trader says of names that two coins share.

    InputError names the file and what is wrong with it, or the account that it does not have.
    """
    try:
        view = msgspec.json.decode(read_utf8(path), type=HeldDocument)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", str(error)) from None
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise InputError(
            f"{path}: is not a saved snapshot ({sentence(error)}); "
            "write one with `cockpit snapshot --json`"
        ) from None
    chosen = [row for row in view.positions if only is None or _account(row) in only]
    held = [account for account in view.accounts if only is None or _account(account) in only]
    there = {*map(_account, chosen), *map(_account, held)}
    for account in only or ():
        if account not in there:
            raise InputError(f"{path}: has no account {account}; take the snapshot with it")
    readings = [_reading(account) for account in held]
    return Portfolio(
        at_ns=view.at_ns,
        rows=tuple(_row(row, coin) for row, coin in _coins(view, chosen, rules or AssetRules())),
        pools=tuple(pool for account in readings for pool in _known_pools(account)),
        accounts=tuple(readings),
        warnings=view.warnings,
        assumptions=tuple(Assumption(what=words) for words in view.assumptions),
    )


def _coins(
    view: HeldDocument, rows: Sequence[PositionDocument], rules: AssetRules
) -> Iterator[tuple[PositionDocument, str]]:
    """Each position with the name of its asset: as it was saved, unless the rules say something of
    the symbol; where it was not saved, as the document's markets have it."""
    found: dict[str, tuple[Asset, ...]] = {}
    for row in rows:
        name = row.asset
        if name is None or has_rules(rules, row.symbol):
            if row.symbol not in found:
                found[row.symbol] = assets_by_price(_prices(view, row.symbol), rules, row.symbol)
            name = name_among(found[row.symbol], row.venue, row.symbol)
        yield row, name


def _prices(view: HeldDocument, symbol: str) -> dict[str, float | None]:
    """By venue; None where something is held and no price is saved."""
    held = {row.venue: None for row in view.positions if row.symbol == symbol}
    markets = [market for market in view.markets if market.symbol == symbol]
    return {**held, **{market.venue: market.mark or market.index for market in markets}}


def _account(item: PositionDocument | AccountDocument) -> Account:
    name = item.account
    if name is None:
        name = item.source if isinstance(item, PositionDocument) else ""
    return Account(item.venue, normal_address(name))


def _reading(account: AccountDocument) -> AccountReading:
    return AccountReading(
        venue=account.venue,
        address=account.account,
        name=account.name or "",
        status=account.state,
        reason=account.reason or "",
        age_s=account.age_s,
        is_stale=account.stale,
        pools=tuple(_pool(account, pool) for pool in account.pools),
        parts_known=account.parts_known,
        parts_wanted=account.parts_wanted,
    )


def _known_pools(account: AccountReading) -> tuple[Pool, ...]:
    """An account that had not been read to its end has one more, of which nothing is known."""
    if not account.was_never_read:
        return account.pools
    unread = Pool(venue=account.venue, account=account.address, pool="", equity_usd=None)
    return (*account.pools, unread)


def _pool(account: AccountDocument, pool: PoolDocument) -> Pool:
    return Pool(
        venue=account.venue,
        account=account.account,
        pool=pool.pool,
        equity_usd=pool.equity_usd,
        used_usd=pool.used_usd,
        available_usd=pool.available_usd,
        maintenance_usd=pool.maintenance_usd,
        cross_equity_usd=pool.cross_equity_usd,
    )


def _row(row: PositionDocument, coin: str) -> Row:
    """The rate is what was paid on the whole position, so that the hour comes out as saved."""
    hourly = None
    if row.funding_usd_per_hour is not None and row.mark and row.size:
        hourly = -row.funding_usd_per_hour / (row.size * row.mark)
    leg = Leg(
        venue=row.venue,
        account=row.account or row.source,
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
        coin=coin,
    )
    distance = row.liquidation / row.mark - 1 if row.liquidation and row.mark else None
    return Row(
        leg=leg,
        liquidation=Liquidation(row.liquidation, distance, row.liquidation_basis),
        funding_paid_usd=row.funding_paid_usd,
        funding_accrued_usd=row.funding_accrued_usd,
        leverage=row.leverage,
        margin_mode=row.margin_mode,
        adl_quantile=row.adl_quantile,
        age_s=row.age_s,
        is_stale=row.stale,
    )
