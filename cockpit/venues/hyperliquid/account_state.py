"""What is told of one Hyperliquid address: its states by dex, its collateral, its payments.

`accounts.py` has signs, units and evidence. Nothing here knows of subscriptions and questions.

An account is read in parts: how it keeps its collateral (its mode), every dex, the spot balances
where they are collateral, and who it is where it holds nothing. Until all of them have answered
once, what is told of it is not the whole of it, and its state says so.

Collateral by the mode of the account [modes]: standard keeps a balance in every dex. Unified keeps
one USDC balance, the spot one, which counts profit and isolated margin; the accounts of the single
dexes then mean nothing. Portfolio margin borrows against other coins too, so that its equity is not
known here.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cockpit.core.account import short_address
from cockpit.core.events import Margin
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Output
from cockpit.venues.hyperliquid import account_messages as wire
from cockpit.venues.hyperliquid.messages import VENUE
from cockpit.venues.kit import numbers
from cockpit.venues.kit.account_ledger import Ledger
from cockpit.venues.kit.decoding import reject, rejects
from cockpit.venues.kit.numbers import finite

FIRST_DEX = ""
UNIFIED, PORTFOLIO = "unifiedAccount", "portfolioMargin"
NO_USDC = "a unified account: its spot balances name no USDC, so its equity is not known"
SHARED = (
    "a unified account: its builders' dexes draw on the same spot balances, "
    "so the equity behind each is not known"
)
BORROWING = "a portfolio-margin account: all its spot balances are collateral, its equity not known"
MISSING = "Hyperliquid has never seen this address"
UNSURE = "empty; an agent (API) wallet looks the same: is this the address of the account itself?"
SPOT_STALE_S = 60
UNASKED = "?"
"""The role of an address that could not be asked for."""
MODE, SPOT, ROLE = "how it keeps its collateral", "its spot balances", "who it is"
OLD_SPOT = f"{SPOT} were not read for {SPOT_STALE_S} s"
OWN_DEX, DEXS = "its positions", "the list of builders' dexes"
"""Parts of an account, in words."""


class Followed:
    """One address, as it was last read. `heard_ns`: when the stream of all its dexes spoke last."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.ledger = Ledger(VENUE, account)
        self.mode: str | None = None
        self.role: str | None = None
        self.heard_ns: int | None = None
        self.dexs: Sequence[str] | None = None
        """Every builder's dex, as the venue or the stream of this account named them."""
        self._was_account = False
        """Whether it ever was more than an address."""
        self._usdc: wire.Balance | None = None
        self._spot_ns: int | None = None
        """When its spot balances were read last."""
        self._margins: dict[str, Margin] = {}
        """By dex, as the dex itself states it."""
        self._isolated_usd: dict[str, float | None] = {}
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

    def _parts(self) -> dict[str, bool]:
        """What the account is read in, and whether it has answered."""
        parts = {MODE: self.mode is not None, OWN_DEX: FIRST_DEX in self._margins}
        parts[DEXS] = self.dexs is not None
        parts |= {f"the dex {dex}": dex in self._margins for dex in self.dexs or () if dex}
        if self.may_be_unified:
            parts[SPOT] = self._spot_ns is not None
        if self.needs_role and not self._was_account:
            parts[ROLE] = self.role is not None
        return parts

    # --- facts --------------------------------------------------------------------------------

    def state(self, dex: str, state: wire.State, at_ns: int) -> Iterator[Output]:
        """One dex. A state that makes no sense leaves what was told before."""
        odd: list[str] = []
        try:
            rows = wire.positions(self.account, dex, state, at_ns, odd)
            margin = wire.margin_of(self.account, dex, state, at_ns, odd)
        except ValueError as error:
            yield self._reject(at_ns, str(error))
            self._lost[dex] = f"not read: {error}"
            return
        self._lost.pop(dex, None)
        self._margins[dex] = margin
        alone = [row.isolated_equity for row in rows if row.margin_mode == "isolated"]
        known = [usd for usd in alone if usd is not None]
        self._isolated_usd[dex] = sum(known) if len(known) == len(alone) else None
        self._is_open[dex] = any(row.size for row in rows)
        yield from self.ledger.whole(dex, rows, at_ns)
        if self._has(dex) or dex in self._told or dex == FIRST_DEX:
            self._told.add(dex)
            yield self._collateral(margin, at_ns)
        if odd:
            yield self._reject(at_ns, f"no number: {', '.join(odd)}")

    def spot(self, usdc: wire.Balance | None, at_ns: int) -> Iterator[Output]:
        """The spot balance, which is the collateral of a unified account."""
        self._usdc, self._spot_ns = usdc, at_ns
        if self.is_unified:
            yield from self._restated(at_ns)
        yield from self.verdict(at_ns)

    def change_mode(self, mode: str, at_ns: int) -> Iterator[Output]:
        """How the account keeps its collateral; figures that meant something else are told anew."""
        before, self.mode = self.is_unified, mode
        if before or self.is_unified:
            yield from self._restated(at_ns)
        yield from self.verdict(at_ns)

    def paid(self, rows: Sequence[wire.PaidRow], unreadable: int, at_ns: int) -> Iterator[Output]:
        for row in rows:
            payment = wire.payment(self.account, row, at_ns)
            if payment is not None:
                yield from self.ledger.payment(payment)
            unreadable += finite(row.usdc) is None
            odd = numbers.Odd()
            odd.number(f"szi of {row.coin:.20}", row.szi)
            odd.number(f"fundingRate of {row.coin:.20}", row.funding_rate)
            yield from rejects(VENUE, at_ns, "account", odd, "")
        if unreadable:
            yield reject(VENUE, at_ns, f"account: {unreadable} unreadable payments")

    def traded(self, rows: Sequence[wire.FillRow], unreadable: int, at_ns: int) -> Iterator[Output]:
        for row in rows:
            fill = wire.fill(self.account, row, at_ns)
            if fill is not None:
                yield from self.ledger.fill(fill)
        if unreadable:
            yield reject(VENUE, at_ns, f"account: {unreadable} unreadable fills")

    def failed(self, dex: str, words: str, at_ns: int) -> Iterator[Output]:
        """A dex could not be read. One in which there was nothing is not missed."""
        if dex == FIRST_DEX or self._has(dex):
            self._lost[dex] = words
        yield from self.verdict(at_ns)

    def verdict(self, at_ns: int) -> Iterator[Output]:
        """What the whole account amounts to, as far as its parts have answered."""
        parts = self._parts()
        missing = [part for part, is_known in parts.items() if not is_known]
        if self._lost:
            dex, words = min(self._lost.items())
            where = f"the dex {dex} was " if dex else ""
            yield from self.ledger.state("failed", at_ns, where + words)
        elif missing:
            count = len(parts) - len(missing), len(parts)
            words = f"reading {count[0]} of {count[1]}: waiting for {', '.join(missing)}"
            yield from self.ledger.state("waiting", at_ns, words, count)
        elif self._is_spot_old(at_ns):
            yield from self.ledger.state("failed", at_ns, OLD_SPOT)
        elif self._has_anything():
            self.role, self._was_account = None, True
            yield from self.ledger.state("read", at_ns, self._reservation())
        elif self.role == UNASKED:
            yield from self.ledger.state("flat", at_ns, UNSURE)
        elif self.role == wire.NO_ACCOUNT and self._was_account:
            yield from self.ledger.missing(at_ns, MISSING)
        elif self.role is not None and self.role.startswith((wire.NO_ACCOUNT, wire.AGENT_OF)):
            words = MISSING if self.role == wire.NO_ACCOUNT else self.role
            yield from self.ledger.state("unknown", at_ns, words)
        else:
            self._was_account = True
            yield from self.ledger.state("flat", at_ns)

    def _reject(self, at_ns: int, problem: str) -> Output:
        return reject(VENUE, at_ns, f"account {short_address(self.account)}: {problem}")

    # --- collateral ---------------------------------------------------------------------------

    def _has_anything(self) -> bool:
        return any(self._has(dex) for dex in self._margins)

    def _has(self, dex: str) -> bool:
        """Whether there is anything in a dex: of a unified account, only positions are in it."""
        if self._is_open.get(dex):
            return True
        if not self.is_unified:
            return dex in self._margins and self._margins[dex].equity != 0.0
        return dex == FIRST_DEX and (self._usdc is None or self._usdc.total != 0.0)

    def _has_builders(self) -> bool:
        return any(is_open and dex for dex, is_open in self._is_open.items())

    def _restated(self, at_ns: int) -> Iterator[Output]:
        """The collateral of every dex again."""
        for dex in sorted(self._told):
            yield replace(self._collateral(self._margins[dex], at_ns), recv_ns=at_ns)

    def _is_spot_old(self, at_ns: int) -> bool:
        """Whether the money of a unified account was read too long ago to stand for that of now."""
        was_read_ns = self._spot_ns if self.mode == UNIFIED else None
        return was_read_ns is not None and at_ns - was_read_ns >= SPOT_STALE_S * NS_PER_S

    def _collateral(self, margin: Margin, at_ns: int) -> Margin:
        """What stands behind a dex, in the mode of the account."""
        dex = margin.pool
        if not self.is_unified:
            return margin
        if dex != FIRST_DEX and not self._is_open[dex]:
            # It has no balance of its own, whatever it says.
            return replace(margin, equity=0.0, available=0.0, cross_equity=0.0)
        usdc = self._usdc if self.mode == UNIFIED and dex == FIRST_DEX else None
        total = None if usdc is None else finite(usdc.total)
        if usdc is None or total is None or self._has_builders() or self._is_spot_old(at_ns):
            return replace(margin, equity=None, available=None, cross_equity=None)
        held, isolated = finite(usdc.hold), self._isolated_usd[dex]
        free = None if held is None else total - held
        cross = None if isolated is None else total - isolated
        return replace(margin, equity=total, available=free, cross_equity=cross)

    def _reservation(self) -> str:
        """What is not known of an account that was read."""
        if self.mode == PORTFOLIO:
            return BORROWING
        if self.mode != UNIFIED:
            return ""
        return SHARED if self._has_builders() else NO_USDC * (self._usdc is None)
