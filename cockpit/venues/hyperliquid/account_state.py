"""What is told of one Hyperliquid address: its states by dex, its collateral, its payments.

`accounts.py` has signs, units and evidence. Nothing here knows of subscriptions and questions.

Collateral by the mode of the account [modes]: standard keeps a balance in every dex. Unified keeps
one USDC balance, the spot one, which counts profit and isolated margin; the accounts of the single
dexes then mean nothing. Portfolio margin borrows against other coins too, so that its equity is not
known here.
"""

from collections.abc import Iterator, Sequence

import msgspec

from cockpit.core.account import short_address
from cockpit.core.events import FundingPayment, Margin
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.venues.contract import Output
from cockpit.venues.hyperliquid import account_messages as wire
from cockpit.venues.hyperliquid.messages import VENUE, name_of
from cockpit.venues.kit import decoding, numbers
from cockpit.venues.kit.account_ledger import Ledger

FIRST_DEX = ""
UNIFIED, PORTFOLIO = "unifiedAccount", "portfolioMargin"
UNREAD = (
    "a unified account: its collateral is in its spot balances, which were not read yet, "
    "so its equity is not known"
)
SHARED = (
    "a unified account: its builders' dexes draw on the same spot balances, "
    "so the equity behind each is not known"
)
BORROWING = (
    "a portfolio-margin account: all its spot balances are collateral, "
    "so its equity is not known here"
)
MISSING = "Hyperliquid has never seen this address"
UNSURE = "empty; an agent (API) wallet looks the same: is this the address of the account itself?"
UNASKED = "?"
"""The role of an address that could not be asked for."""


class Followed:
    """One address, as it was last read. `heard_ns`: when the stream of all its dexes spoke last."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.ledger = Ledger(VENUE, account)
        self.mode: str | None = None
        self.role: str | None = None
        self.heard_ns: int | None = None
        self._was_account = False
        """Whether it ever was more than an address."""
        self._usdc: wire.Balance | None = None
        self._margins: dict[str, Margin] = {}
        """By dex, as the dex itself states it."""
        self._isolated_usd: dict[str, float] = {}
        self._is_open: dict[str, bool] = {}
        """Whether anything was open in a dex when it was last read."""
        self._told: set[str] = set()
        """Dexes whose margin was told."""
        self._lost: dict[str, str] = {}
        """Why a dex in which there was something could not be read this time."""

    @property
    def is_unified(self) -> bool:
        return self.mode in (UNIFIED, PORTFOLIO)

    @property
    def may_be_unified(self) -> bool:
        """Whether its spot balances count, as far as is known."""
        return self.mode is None or self.is_unified

    def is_streamed(self, at_ns: int, patience_s: int) -> bool:
        """Whether the stream of its dexes has spoken lately."""
        return self.heard_ns is not None and at_ns - self.heard_ns < patience_s * NS_PER_S

    @property
    def needs_role(self) -> bool:
        """Whether the account looks flat, as a wallet does that holds nothing itself."""
        return FIRST_DEX in self._margins and not self._has_anything()

    # --- facts --------------------------------------------------------------------------------

    def state(self, dex: str, state: wire.State, at_ns: int) -> Iterator[Output]:
        """One dex. A state that makes no sense leaves what was told before."""
        venue_ns = None if state.time is None else state.time * NS_PER_MS
        try:
            rows = [
                row
                for asset in state.asset_positions
                if (row := wire.position(self.account, dex, asset.position, at_ns, venue_ns))
            ]
            margin = wire.margin_of(self.account, dex, state, at_ns, venue_ns)
        except ValueError as error:
            yield decoding.reject(VENUE, at_ns, f"account {short_address(self.account)}: {error}")
            self._lost[dex] = f"not read: {error}"
            return
        self._lost.pop(dex, None)
        self._margins[dex] = margin
        self._isolated_usd[dex] = sum(row.isolated_equity or 0.0 for row in rows)
        self._is_open[dex] = any(row.size for row in rows)
        yield from self.ledger.whole(dex, rows, at_ns)
        if self._has(dex) or dex in self._told or dex == FIRST_DEX:
            self._told.add(dex)
            yield self._collateral(margin)

    def spot(self, usdc: wire.Balance, at_ns: int) -> Iterator[Output]:
        """The spot balance, which is the collateral of a unified account."""
        self._usdc = usdc
        if self.is_unified:
            yield from self._restated(at_ns)

    def change_mode(self, mode: str, at_ns: int) -> Iterator[Output]:
        """How the account keeps its collateral; figures that meant something else are told anew."""
        before, self.mode = self.is_unified, mode
        if before or self.is_unified:
            yield from self._restated(at_ns)

    def paid(self, rows: Sequence[wire.PaidRow], at_ns: int) -> Iterator[Output]:
        for row in rows:
            named = name_of(row.coin)
            usd = numbers.finite(row.usdc)
            if named is None or usd is None:
                continue
            symbol, contract = named
            size = numbers.finite(row.szi)
            yield from self.ledger.payment(
                FundingPayment(
                    venue=VENUE,
                    recv_ns=at_ns,
                    venue_ns=row.time * NS_PER_MS,
                    symbol=symbol,
                    account=self.account,
                    usd=usd,
                    pool=symbol.rpartition(":")[0],
                    size=None if size is None else size * contract,
                    rate=numbers.finite(row.funding_rate),
                )
            )

    def failed(self, dex: str, words: str, at_ns: int) -> Iterator[Output]:
        """A dex could not be read. One in which there was nothing is not missed."""
        if dex == FIRST_DEX or self._has(dex):
            self._lost[dex] = words
            yield from self.verdict(at_ns)

    def verdict(self, at_ns: int) -> Iterator[Output]:
        """What the whole account amounts to, once its own dex has been asked for."""
        if self._lost:
            dex, words = min(self._lost.items())
            where = f"the dex {dex} was " if dex else ""
            yield from self.ledger.state("failed", at_ns, where + words)
        elif FIRST_DEX not in self._margins:
            return
        elif self._has_anything():
            self.role, self._was_account = None, True
            yield from self.ledger.state("read", at_ns, self._reservation())
        elif self.role == UNASKED:
            yield from self.ledger.state("flat", at_ns, UNSURE)
        elif self.role == wire.NO_ACCOUNT and self._was_account:
            yield from self.ledger.missing(at_ns, MISSING)
        elif self.role == wire.NO_ACCOUNT:
            yield from self.ledger.state("unknown", at_ns, MISSING)
        elif self.role is not None and self.role.startswith(wire.AGENT_OF):
            yield from self.ledger.state("unknown", at_ns, self.role)
        elif self.role is not None:
            self._was_account = True
            yield from self.ledger.state("flat", at_ns)

    # --- collateral ---------------------------------------------------------------------------

    def _has_anything(self) -> bool:
        return any(self._has(dex) for dex in self._margins)

    def _has(self, dex: str) -> bool:
        """Whether there is anything in a dex: of a unified account, only positions are in it."""
        if self._is_open.get(dex):
            return True
        if not self.is_unified:
            return dex in self._margins and bool(self._margins[dex].equity)
        return dex == FIRST_DEX and (self._usdc is None or self._usdc.total != 0.0)

    def _has_builders(self) -> bool:
        return any(is_open and dex for dex, is_open in self._is_open.items())

    def _restated(self, at_ns: int) -> Iterator[Output]:
        """The collateral of every dex again, and what that amounts to."""
        for dex in sorted(self._told):
            yield msgspec.structs.replace(self._collateral(self._margins[dex]), recv_ns=at_ns)
        yield from self.verdict(at_ns)

    def _collateral(self, margin: Margin) -> Margin:
        """What stands behind a dex, in the mode of the account."""
        if not self.is_unified:
            return margin
        if margin.pool != FIRST_DEX and not self._is_open[margin.pool]:
            # It has no balance of its own, whatever it says.
            return msgspec.structs.replace(margin, equity=0.0, available=0.0, cross_equity=0.0)
        usdc = self._usdc if self.mode == UNIFIED and margin.pool == FIRST_DEX else None
        total = None if usdc is None else numbers.finite(usdc.total)
        if usdc is None or total is None or self._has_builders():
            return msgspec.structs.replace(margin, equity=None, available=None, cross_equity=None)
        return msgspec.structs.replace(
            margin,
            equity=total,
            available=total - usdc.hold,
            cross_equity=total - self._isolated_usd[margin.pool],
        )

    def _reservation(self) -> str:
        """What is not known of an account that was read."""
        if self.mode == PORTFOLIO:
            return BORROWING
        if self.mode != UNIFIED:
            return ""
        return SHARED if self._has_builders() else UNREAD * (self._usdc is None)
