"""dYdX's `v4_subaccounts` and `v4_parent_subaccounts`: the state once, then what changes in it.

A fill is two messages, in the order of the chain's events: the subaccount's new sizes, with the
averages and sums of before; then the fill with its position. Neither has an equity. Funding is
written down when a subaccount is touched, so it comes with the next fill. Source:
https://docs.dydx.xyz/indexer-client/websockets; fields from the Indexer's source (services/ender).
"""

from typing import NamedTuple

from cockpit.sim.faces.dydx import accounts
from cockpit.sim.faces.dydx import messages as wire
from cockpit.sim.faces.dydx.accounts import Row
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.world.accounts import Account, AccountFill, Position
from cockpit.sim.world.contract import Step, VenueWorld


class OfChild(NamedTuple):
    """Contents of a parent channel, whose envelope names the child."""

    number: int | None
    contents: Json


class Subaccount:
    """One subaccount, or a parent with its children. Of a stranger: `{}` and silence."""

    version = "3.0.0"

    def __init__(self, world: VenueWorld, id_: str, is_parent: bool) -> None:
        self._world = world
        address, _, number = id_.partition("/")
        self._number = int(number)
        self._is_parent = is_parent
        if is_parent:
            self._accounts = accounts.children(world, address, self._number)
        else:
            account = world.accounts.at(address, self._number)
            self._accounts = [] if account is None else [account]
        self._known: dict[int, int] = {}

    def first(self) -> Json:
        if not self._accounts:
            return {}
        self._known = {account.number: account.quote_micros for account in self._accounts}
        if self._is_parent:
            shown = accounts.parent_subaccount(self._world, self._accounts, self._number)
        else:
            shown = accounts.subaccount(self._world, self._accounts[0])
        return {"subaccount": shown, "orders": [], "blockHeight": str(self._world.height)}

    def after(self, step: Step) -> list[Json]:
        contents: list[Json] = []
        for fill in step.fills:
            if fill.account in self._accounts:
                self._known[fill.account.number] = fill.account.quote_micros
                contents += [self._of(fill.account, row) for row in self._fill(fill)]
        if step.flush:
            for account in self._accounts:
                if self._known[account.number] != account.quote_micros:
                    self._known[account.number] = account.quote_micros
                    contents.append(self._of(account, self._settled(account)))
        return contents

    def _of(self, account: Account, contents: Row) -> OfChild:
        return OfChild(account.number if self._is_parent else None, contents)

    def _fill(self, fill: AccountFill) -> list[Row]:
        world, account, position = self._world, fill.account, fill.position
        before = self._update(account, position, fill) | self._profits(position, fill)
        after = self._update(account, position, None)
        block = {"blockHeight": accounts.height(world, fill.at_ns)}
        return [
            {"perpetualPositions": [before], "assetPositions": [_asset(account)]} | block,
            {"fills": [self._fill_row(fill)], "perpetualPositions": [after]}
            | {"orders": [accounts.order_row(self._world, fill)]}
            | block,
        ]

    def _settled(self, account: Account) -> Row:
        rows = [
            self._update(account, position, None) | self._profits(position, None)
            for position in account.positions.values()
        ]
        block = {"blockHeight": str(self._world.height)}
        return {"perpetualPositions": rows, "assetPositions": [_asset(account)]} | block

    def _sums(self, position: Position, without: AccountFill | None) -> tuple[int, int, int, int]:
        """Opened micros and lots, closed micros and lots; as they were before a fill."""
        sums = [
            position.opened_micros, position.opened_lots,
            position.closed_micros, position.closed_lots,
        ]  # fmt: skip
        if without is not None:
            first = 2 if without.start_lots * without.lots < 0 else 0
            sums[first] -= without.notional_micros
            sums[first + 1] -= abs(without.lots)
        return sums[0], sums[1], sums[2], sums[3]

    def _update(self, account: Account, position: Position, without: AccountFill | None) -> Row:
        state = self._world.by_symbol[position.symbol]
        opened, opened_lots, closed, closed_lots = self._sums(position, without)
        exit_ = accounts.average(state, closed, closed_lots)
        return {
            "address": account.address,
            "subaccountNumber": account.number,
            "positionId": accounts.stable_id(account.address, position.symbol, position.opened_ns),
            "market": state.listing.native,
            "side": accounts.side_of(position),
            "status": "OPEN" if position.closed_ns is None else "CLOSED",
            "size": wire.size(state, position.lots),
            "maxSize": wire.size(state, position.most_lots),
            "netFunding": accounts.dollars(position.funding_micros),
            "entryPrice": accounts.text(accounts.average(state, opened, opened_lots)),
            "exitPrice": accounts.text(exit_) if closed_lots else None,
            "sumOpen": wire.size(state, opened_lots),
            "sumClose": wire.size(state, closed_lots),
        }

    def _profits(self, position: Position, without: AccountFill | None) -> Row:
        state = self._world.by_symbol[position.symbol]
        opened, opened_lots, closed, closed_lots = self._sums(position, without)
        entry = accounts.average(state, opened, opened_lots)
        return accounts.profits(
            state, position, entry, accounts.average(state, closed, closed_lots)
        )

    def _fill_row(self, fill: AccountFill) -> Row:
        state = self._world.by_symbol[fill.position.symbol]
        row = accounts.fill_row(self._world, fill)
        kept = (
            "id", "fee", "side", "size", "type", "price", "orderId", "createdAt", "liquidity",
            "clientMetadata", "createdAtHeight",
        )  # fmt: skip
        return {key: row[key] for key in kept} | {
            "eventId": f"{int(row['createdAtHeight']):08x}00000002{fill.trade_id & 0xFFFFFFFF:08x}",
            "clobPairId": str(state.listing.market_id),
            "quoteAmount": accounts.dollars(fill.notional_micros),
            "subaccountId": accounts.stable_id(fill.account.address, fill.account.number),
            "transactionHash": accounts.stable_id(fill.trade_id).replace("-", "").upper() * 2,
            "ticker": state.listing.native,
        }


def _asset(account: Account) -> Row:
    return {
        "address": account.address,
        "subaccountNumber": account.number,
        "positionId": accounts.stable_id(account.address, account.number, "USDC"),
        "assetId": "0",
        "symbol": "USDC",
        "side": "LONG" if account.quote_micros > 0 else "SHORT",
        "size": accounts.dollars(abs(account.quote_micros)),
    }
