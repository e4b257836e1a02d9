"""Lighter's `account_all` and `user_stats`: the state once, then what changes in it.

`account_all` speaks when something happens to the account, `user_stats` as its worth moves. The
trades and payments of an update are the new ones, its positions all of them. Source:
https://apidocs.lighter.xyz/docs/websocket-reference.
"""

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.lighter import accounts
from cockpit.sim.faces.lighter.channels import Cadence, Message, stamp_ms
from cockpit.sim.world.accounts import Account, AccountFill, FundingPayment
from cockpit.sim.world.contract import Step, VenueWorld

FIRST_PAYMENTS = 20


class AccountAll:
    """Everything about one account index."""

    def __init__(self, world: VenueWorld, account: Account) -> None:
        self.name = f"account_all:{account.number}"
        self._world = world
        self._account = account
        self._told: Message = {}

    def first(self) -> Message:
        return self._message("subscribed", [], self._account.payments[-FIRST_PAYMENTS:])

    def after(self, step: Step) -> list[Message]:
        fills = [fill for fill in step.fills if fill.account is self._account]
        payments = [row for row in step.payments if row.account is self._account]
        moved = step.flush and accounts.positions(self._world, self._account) != self._told
        return [self._message("update", fills, payments)] if fills or payments or moved else []

    def _message(
        self, kind: str, fills: list[AccountFill], payments: list[FundingPayment]
    ) -> Message:
        world, account = self._world, self._account
        self._told = accounts.positions(world, account)
        trades = [accounts.trade_row(world, fill) for fill in fills]
        fundings = [accounts.funding_row(world, payment) for payment in payments]
        asset = accounts.asset(account)
        return {
            "account": account.number,
            "channel": self.name,
            **accounts.activity(account, world.now_ns()),
            "assets": {str(asset["asset_id"]): asset},
            "funding_histories": accounts.by_market(fundings),
            "positions": self._told,
            "shares": [],
            "trades": accounts.by_market(trades),
            "type": f"{kind}/account_all",
        }


class UserStats:
    """Collateral, worth and margin of one account index."""

    def __init__(self, world: VenueWorld, account: Account) -> None:
        self.name = f"user_stats:{account.number}"
        self._world = world
        self._account = account
        self._told: Message = {}
        self._cadence = Cadence(NS_PER_S)

    def first(self) -> Message:
        self._told = accounts.stats(self._world, self._account)
        return self._message("subscribed")

    def after(self, step: Step) -> list[Message]:
        if not self._cadence.due(step):
            return []
        stats = accounts.stats(self._world, self._account)
        if stats == self._told:
            return []
        self._told = stats
        return [self._message("update")]

    def _message(self, kind: str) -> Message:
        return {
            "channel": self.name,
            "stats": self._told,
            "timestamp": stamp_ms(self._world),
            "type": f"{kind}/user_stats",
        }
