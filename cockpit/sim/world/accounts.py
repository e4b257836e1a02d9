"""Public accounts: what an address holds, and how fills and funding change it.

Money is whole micro-dollars, so that what a venue prints with six decimals adds up exactly. A
ledger's `quote` is deposits and funding less fees and less the signed worth of every fill: with
positions at the mark it is the equity. A size is lots, > 0 long. Funding received is positive.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MICROS = 1_000_000
"""Of a dollar."""
FILLS_KEPT = 2000


@dataclass(frozen=True, slots=True)
class HoldingPlan:
    """A position that somebody likes to have: `usd` signed, its size on average.

    Without `leverage` the venue's own initial fraction counts. `isolated` has a ledger of its own.
    """

    symbol: str
    usd: float
    leverage: int | None = None
    isolated: bool = False
    opened_h: float = 24.0
    """How long ago; 0: it is opened by an act."""
    trade: str = ""
    """The trade of which it is a leg: positions of one trade stand at several venues."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a trader does `at_s` after the world's start.

    Holds `share` of its plan's size in a symbol from then on; or, without a symbol, sends
    `transfer_usd` to the account (< 0: takes it out).
    """

    at_s: float
    symbol: str = ""
    share: float = 1.0
    transfer_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """A demonstration account. Accounts of one `owner` share an address, `number` tells them apart.

    An owner of that name has the same address on every venue with the same form of address.
    """

    owner: str
    number: int = 0
    deposit_usd: float = 0.0
    holdings: tuple[HoldingPlan, ...] = ()
    trade_every_s: float | None = None
    """On average; None: the account only holds."""
    acts: tuple[Act, ...] = ()
    """What it does besides, in order of time."""
    agent_of: str | None = None
    """This address signs for another owner and holds nothing: there is no account."""


@dataclass(slots=True)
class Position:
    """From the first fill until it is flat; what is opened after that is another position."""

    symbol: str
    leverage: int | None
    isolated: bool
    opened_ns: int
    lots: int = 0
    entry_micros: int = 0
    """What the present size cost; the average entry is this by size."""
    quote_micros: int = 0
    """The ledger of an isolated position; 0 of a cross one."""
    most_lots: int = 0
    """The largest it ever was, signed."""
    opened_lots: int = 0
    opened_micros: int = 0
    closed_lots: int = 0
    closed_micros: int = 0
    realized_micros: int = 0
    funding_micros: int = 0
    funding_since_change_micros: int = 0
    cash_micros: int = 0
    """What its fills brought after their fees, and its funding: with its worth at the mark, all
    that it ever won."""
    closed_ns: int | None = None

    @property
    def sign(self) -> int:
        """Of a closed position: what it was."""
        return -1 if (self.lots or self.most_lots) < 0 else 1


@dataclass(frozen=True, slots=True)
class AccountFill:
    """`lots` are signed, > 0 bought; `start_lots` is the position before."""

    account: "Account"
    position: Position
    ticks: int
    lots: int
    start_lots: int
    notional_micros: int
    fee_micros: int
    closed_pnl_micros: int
    trade_id: int
    at_ns: int

    @property
    def cash_micros(self) -> int:
        """What it brought after its fee: a purchase costs."""
        return (-1 if self.lots > 0 else 1) * self.notional_micros - self.fee_micros


@dataclass(frozen=True, slots=True)
class FundingPayment:
    """`micros` > 0 is received; `rate` per interval, `reference` quote per contract."""

    account: "Account"
    position: Position
    at_ns: int
    lots: int
    rate: float
    reference: float
    micros: int

    @property
    def symbol(self) -> str:
        return self.position.symbol


@dataclass(slots=True, eq=False)
class Account:
    """One account as its venue counts them: an address, or a numbered part of one."""

    address: str
    number: int
    quote_micros: int
    created_ns: int
    positions: dict[str, Position] = field(default_factory=dict)
    """Open ones, by symbol."""
    closed: list[Position] = field(default_factory=list)
    """Oldest first."""
    fills: deque[AccountFill] = field(default_factory=lambda: deque(maxlen=FILLS_KEPT))
    payments: list[FundingPayment] = field(default_factory=list)
    transfers: list[tuple[int, int]] = field(default_factory=list)
    """(stamp in ns, micros in), oldest first; what was there at the beginning is none."""
    updated_ns: int = 0

    def trade(
        self,
        plan: HoldingPlan,
        lots: int,
        ticks: int,
        notional_micros: int,
        *,
        fee_micros: int,
        trade_id: int,
        at_ns: int,
    ) -> AccountFill:
        """Buy (lots > 0) or sell. ValueError for a fill that would turn a position over."""
        position = self.positions.get(plan.symbol)
        if position is None:
            position = Position(plan.symbol, plan.leverage, plan.isolated, at_ns)
            self.positions[plan.symbol] = position
        start = position.lots
        if start * lots < 0 and abs(lots) > abs(start):
            raise ValueError("a fill closes a position or opens one, not both")
        if start * lots < 0:
            pnl = self._reduce(position, lots, notional_micros)
        else:
            pnl = 0
            self._add(position, lots, notional_micros)
        position.funding_since_change_micros = 0
        self.quote_micros -= fee_micros
        self.updated_ns = at_ns
        if not position.lots:
            position.closed_ns = at_ns
            self.closed.append(self.positions.pop(plan.symbol))
        fill = AccountFill(
            self, position, ticks, lots, start, notional_micros, fee_micros, pnl, trade_id, at_ns
        )
        position.cash_micros += fill.cash_micros
        self.fills.append(fill)
        return fill

    def _add(self, position: Position, lots: int, notional: int) -> None:
        signed = notional if lots > 0 else -notional
        if position.isolated:
            margin = notional // (position.leverage or 1)
            self.quote_micros -= margin
            position.quote_micros += margin - signed
        else:
            self.quote_micros -= signed
        position.lots += lots
        position.entry_micros += notional
        position.opened_lots += abs(lots)
        position.opened_micros += notional
        if abs(position.lots) > abs(position.most_lots):
            position.most_lots = position.lots

    def _reduce(self, position: Position, lots: int, notional: int) -> int:
        """The profit of what was closed; an isolated position gives its share of margin back."""
        closed, before, sign = abs(lots), abs(position.lots), position.sign
        cost = position.entry_micros * closed // before
        pnl = sign * (notional - cost)
        if position.isolated:
            equity = position.quote_micros + sign * (notional * before // closed)
            share = equity if closed == before else max(0, equity) * closed // before
            position.quote_micros += sign * notional - share
            self.quote_micros += share
        else:
            self.quote_micros += sign * notional
        position.lots += lots
        position.entry_micros -= cost
        position.closed_lots += closed
        position.closed_micros += notional
        position.realized_micros += pnl
        return pnl

    def settle(
        self, symbol: str, at_ns: int, rate: float, reference: float, lots_per_unit: float
    ) -> FundingPayment | None:
        """Pay or receive funding: -size x reference x rate. None without a position."""
        position = self.positions.get(symbol)
        if position is None:
            return None
        micros = round(-position.lots / lots_per_unit * reference * rate * MICROS)
        position.funding_micros += micros
        position.funding_since_change_micros += micros
        position.cash_micros += micros
        if position.isolated:
            position.quote_micros += micros
        else:
            self.quote_micros += micros
        payment = FundingPayment(self, position, at_ns, position.lots, rate, reference, micros)
        self.payments.append(payment)
        return payment

    def transfer(self, micros: int, at_ns: int) -> None:
        """Money that comes (> 0) or goes."""
        self.quote_micros += micros
        self.transfers.append((at_ns, micros))
        self.updated_ns = at_ns

    def funding_micros(self, symbol: str) -> int:
        """All that was ever received for a symbol."""
        return sum(row.micros for row in self.payments if row.symbol == symbol)


class AccountBook:
    """The accounts of one venue, by address (upper or lower case) and number."""

    def __init__(self, accounts: Sequence[Account], agents: dict[str, str] | None = None) -> None:
        self._accounts = tuple(accounts)
        self.agents = agents or {}
        """Address of an agent -> address it signs for."""
        self._by_address: dict[str, list[Account]] = {}
        for account in accounts:
            self._by_address.setdefault(account.address.lower(), []).append(account)
        self.addresses = tuple(dict.fromkeys([*(a.address for a in accounts), *self.agents]))

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts)

    def of(self, address: str) -> list[Account]:
        """All of an address, lowest number first; none of a stranger."""
        return self._by_address.get(address.lower(), [])

    def at(self, address: str, number: int) -> Account | None:
        return next((one for one in self.of(address) if one.number == number), None)

    def numbered(self, number: int) -> Account | None:
        """Where numbers are unique on the venue."""
        return next((one for one in self._accounts if one.number == number), None)
