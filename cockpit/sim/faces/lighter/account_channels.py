"""Lighter's `account_all` and `user_stats`: the state once, then what changes in it.

`account_all` speaks when something happens to the account, `user_stats` as its worth moves. The
trades and payments of an update are the new ones, its positions all of them. The venue answers for
an account that holds nothing as for any other. Source:
https://apidocs.lighter.xyz/docs/websocket-reference.
"""

from collections.abc import Iterable, Sequence

from cockpit.sim.faces.kit.channels import Cadence
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.lighter import accounts
from cockpit.sim.faces.lighter.channels import Message, stamp_ms
from cockpit.sim.world.accounts import AccountFill, FundingPayment
from cockpit.sim.world.contract import Step, VenueWorld

FIRST_PAYMENTS = 20
STATS_MS = 1000


class AccountAll:
    """Everything about one account index."""

    def __init__(self, world: VenueWorld, index: int) -> None:
        self._index = index
        self._world = world
        self._account = world.accounts.numbered(index)
        self._known: dict[str, Json] = {}

    def first(self) -> Iterable[Message]:
        payments = self._account.payments[-FIRST_PAYMENTS:] if self._account else []
        yield self._message("subscribed", [], payments)

    def after(self, step: Step) -> Iterable[Message]:
        if self._account is None:
            return
        fills = [fill for fill in step.fills if fill.account is self._account]
        payments = [row for row in step.payments if row.account is self._account]
        moved = step.flush and accounts.positions(self._world, self._account) != self._known
        if fills or payments or moved:
            yield self._message("update", fills, payments)

    def _message(
        self, kind: str, fills: Sequence[AccountFill], payments: Sequence[FundingPayment]
    ) -> Message:
        world, account = self._world, self._account
        self._known = accounts.positions(world, account) if account else {}
        trades = [accounts.trade_row(world, fill) for fill in fills]
        fundings = [accounts.funding_row(world, payment) for payment in payments]
        assets = [accounts.asset(account)] if account else []
        return {
            "account": self._index,
            "channel": f"account_all:{self._index}",
            **accounts.activity(account.fills if account else (), world.now_ns()),
            "assets": {str(asset["asset_id"]): asset for asset in assets},
            "funding_histories": accounts.by_market(fundings),
            "positions": self._known,
            "shares": [],
            "trades": accounts.by_market(trades),
            "type": f"{kind}/account_all",
        }


class UserStats:
    """Collateral, worth and margin of one account index."""

    def __init__(self, world: VenueWorld, index: int) -> None:
        self._index = index
        self._world = world
        self._account = world.accounts.numbered(index)
        self._known: Json = {}
        self._cadence = Cadence(STATS_MS)

    def first(self) -> Iterable[Message]:
        self._known = accounts.stats(self._world, self._account)
        yield self._message("subscribed")

    def after(self, step: Step) -> Iterable[Message]:
        if not self._cadence.due(step):
            return
        self._cadence.mark(step.at_ns)
        stats = accounts.stats(self._world, self._account)
        if stats != self._known:
            self._known = stats
            yield self._message("update")

    def _message(self, kind: str) -> Message:
        return {
            "channel": f"user_stats:{self._index}",
            "stats": self._known,
            "timestamp": stamp_ms(self._world),
            "type": f"{kind}/user_stats",
        }
