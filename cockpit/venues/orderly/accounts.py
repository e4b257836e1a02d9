"""Orderly accounts by public address: positions, margin, funding payments. Read only.

| question | reply | meaning | we emit | evidence |
| --- | --- | --- | --- | --- |
| `accountState` of an address | every account of it | positions, what it is worth | `Position`, `Margin`, `AccountState` | account-state page |
| `fundingPayments` of an account | pages by cursor | what was paid or accrued | `FundingPayment` | funding-payments page |

An address has an account with each brand it uses, and subaccounts: each is a pool of its own, and
one reply tells all of them. Where the service that computes margins is down, its figures are null:
positions are told, the account is not said to be read. Funding is due at its stamp and credited when
the account's profit is settled: until then a payment is `Accrued`, often with a fee of zero. It is
told as paid once it is `Settled`, and asked for until then; what is due stands with the position.
Of a stamp that has passed since the payments were read it is counted by the rate that was settled.
"""  # noqa: E501 (a table row is one line)

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from cockpit.core.events import Position, Reject
from cockpit.core.units import HOUR_NS, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.venues.contract import Fetch, Output, Reply
from cockpit.venues.kit.accounts import Accounts, Followed
from cockpit.venues.kit.decoding import decode, encode, reject, rejects
from cockpit.venues.kit.fields import moment_ns
from cockpit.venues.kit.numbers import Odd
from cockpit.venues.kit.polling import Rota, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.orderly import account_messages as wire
from cockpit.venues.orderly.mapper import VENUE, OrderlyMarket
from cockpit.venues.orderly.messages import problem

BUDGET = "info"
_WEIGHT = 5
_POLL_S, _STALE_S = 10.0, 45.0
_PAID_S = 120.0
_PAGE, _MOST_PAGES = 500, 20
_BACK_NS = 30 * 24 * HOUR_NS
_DUE_NS = 90 * NS_PER_S
"""After a stamp, until its payments can be read."""
_PAYMENTS = RowReader(VENUE, wire.PaymentRow, "symbol")


@dataclass(slots=True)
class _Paid:
    """The payments of one account: from when they are read, and what this reading has found."""

    address: str
    pool: str
    since_ns: int
    pages: int = 0
    begun_ns: int = 0
    due: list[wire.PaymentRow] = field(default_factory=list)
    """What is accrued, as far as this reading is."""
    accrued: Sequence[wire.PaymentRow] = ()
    """The same of the last whole reading, which began at `read_ns`."""
    read_ns: int | None = None
    stamps_ns: dict[str, int] = field(default_factory=dict)
    """Native name -> the newest stamp of which a payment was told."""

    def known_ns(self, native: str) -> int:
        """Until when every stamp of a market is in what was read."""
        read_ns = 0 if self.read_ns is None else self.read_ns - _DUE_NS
        return max(read_ns, self.stamps_ns.get(native, 0))


class AddressReader:
    """The followed addresses."""

    def __init__(self, markets: Mapping[str, OrderlyMarket]) -> None:
        """`markets` are the listed ones by native name."""
        self._markets = markets
        timing = Timing(period_s=_POLL_S, retry_s=_POLL_S)
        self._state = Rota(VENUE, _ask_state, wire.STATE, timing, check=problem)
        self._accounts = Accounts(VENUE, self._state, Followed, stale_s=_STALE_S)
        timing = Timing(period_s=_PAID_S, retry_s=60)
        self._payments = Rota(
            VENUE, self._first_page, wire.PAYMENTS, timing, check=problem, per_tick=1
        )
        self._paid: dict[str, _Paid] = {}
        """By account id."""
        self.parts = (self._accounts, self._payments)
        self.answers = {"account": self._on_state, "funding_payments": self._on_payments}

    def follow(self, addresses: Iterable[str], at_ns: int) -> Sequence[Output]:
        out = self._accounts.want(addresses, at_ns)
        followed = self._accounts.followed
        self._paid = {key: paid for key, paid in self._paid.items() if paid.address in followed}
        return [*out, *self._payments.want(self._paid, at_ns)]

    # --- what stands --------------------------------------------------------------------------

    def _on_state(self, reply: Reply) -> Sequence[Output]:
        address, at_ns = reply.key, reply.at_ns
        followed, told = self._accounts.followed.get(address), decode(wire.STATE, reply.body)
        if followed and not isinstance(told, str) and told.code == wire.NOT_FOUND:
            return followed.unknown(at_ns, "no brand has an account of this address")
        answer = self._state.read(reply)
        if isinstance(answer, Reject):
            return self._accounts.rejected(address, answer)
        if followed is None or answer.data is None:
            return ()
        rows, odd = answer.data.accounts, Odd()
        try:
            held = [one for row in rows for one in self._positions(address, row, at_ns, odd)]
            margins = [wire.margin(address, row, at_ns, odd) for row in rows]
            out: list[Output] = [*followed.ledger.pools(held, margins, at_ns)]
        except ValueError as error:
            unread = reject(VENUE, at_ns, f"account: {error}", reply.body)
            return self._accounts.rejected(address, unread)
        for row in rows:
            new = _Paid(address, row.pool, since_ns=at_ns - _BACK_NS)
            self._paid.setdefault(row.account_id, new)
        out += self._payments.want(self._paid, at_ns)
        out += rejects(VENUE, at_ns, "account", odd, reply.body)
        if any(row.account_value is None for row in rows):
            words = "account: the venue does not tell its margins now"
            return [*out, *self._accounts.refused(address, at_ns, words)]
        return [*out, *followed.read(at_ns, is_flat=not any(one.size for one in held))]

    def _positions(
        self, address: str, row: wire.AccountRow, at_ns: int, odd: Odd
    ) -> Iterator[Position]:
        """With what has accrued on each, once payments were read."""
        paid = self._paid.get(row.account_id)
        for one in row.positions:
            position = wire.position(address, row.pool, one, at_ns, odd)
            accrued = None if paid is None else self._accrued(paid, one, at_ns)
            yield replace(position, funding_accrued_usd=accrued)

    def _stamp_ns(self, native: str, at_ns: int) -> int:
        """The newest stamp of a market; any hour may be one while its interval is not known."""
        market = self._markets.get(native)
        stamp_ns = None if market is None else market.stamp_ns(at_ns)
        return hour_floor_ns(at_ns) if stamp_ns is None else stamp_ns

    def _accrued(self, paid: _Paid, row: wire.PositionRow, at_ns: int) -> float | None:
        """What is due on a position and not credited, USD; 0 where nothing is.

        None before payments were read once, where one cannot be counted, and after a stamp of which
        the rate is not told yet, or the size may be another since.
        """
        if paid.read_ns is None:
            return None
        market = self._markets.get(row.symbol)
        due = [wire.accrued(one, market) for one in paid.accrued if one.symbol == row.symbol]
        known_ns, stamp_ns = paid.known_ns(row.symbol), self._stamp_ns(row.symbol, at_ns)
        if stamp_ns > known_ns and (moment_ns(row.opened_at) or 0) <= stamp_ns:
            # One stamp can be counted; of the size at earlier ones nothing is known.
            is_one = self._stamp_ns(row.symbol, stamp_ns - 1) <= known_ns
            is_same = (moment_ns(row.updated_at) or at_ns) <= stamp_ns
            rate = market.rates.get(stamp_ns) if market and is_one and is_same else None
            due.append(wire.counted(row, rate))
        known = [usd for usd in due if usd is not None]
        return sum(known) if len(known) == len(due) else None

    # --- what was paid ------------------------------------------------------------------------

    def _first_page(self, account_id: str) -> Fetch:
        paid = self._paid[account_id]
        paid.pages, paid.due = 0, []
        return _ask_payments(account_id, paid)

    def _on_payments(self, reply: Reply) -> Sequence[Output]:
        answer, paid, at_ns = self._payments.read(reply), self._paid.get(reply.key), reply.at_ns
        if isinstance(answer, Reject):
            return [answer]
        if paid is None or answer.data is None:
            return ()
        ledger = self._accounts.followed[paid.address].ledger
        page, odd = [], Odd()
        rows, unread = _PAYMENTS.read(answer.data.rows, reply.name, at_ns)
        out: list[Output] = [*unread.rejects]
        for row in sorted(rows, key=lambda row: row.stamp_ns):
            paid.stamps_ns[row.symbol] = max(paid.stamps_ns.get(row.symbol, 0), row.stamp_ns)
            if row.funding_status == "Accrued":
                paid.due.append(row)
                continue
            try:
                page.append(wire.payment(paid.address, paid.pool, row, at_ns, odd))
            except ValueError as error:
                out.append(reject(VENUE, at_ns, f"funding_payments: {error}"))
        out += rejects(VENUE, at_ns, "funding_payments", odd, "")
        ledger.hold(page)
        if paid.pages == 0:
            paid.begun_ns = at_ns
        paid.pages += 1
        more = answer.data.next_cursor if answer.data.rows else None
        if more and paid.pages < _MOST_PAGES:
            return [*out, _ask_payments(reply.key, paid, more)]
        out += ledger.release(paid.pool, at_ns)
        newest_ns = max(paid.stamps_ns.values(), default=paid.since_ns)
        paid.since_ns = min((row.stamp_ns for row in paid.due), default=newest_ns)
        if paid.read_ns is None:
            self._state.soon(paid.address)
        # A reading that was cut off may lack one that is due.
        paid.accrued, paid.read_ns = paid.due, None if more else paid.begun_ns
        return out


def _ask(name: str, key: str, question: dict[str, Any], *, background: bool = False) -> Fetch:
    return Fetch(
        name=name, path="/v1/public/query", method="POST",
        body=encode(question),
        weight=_WEIGHT, key=key, background=background, bucket=BUDGET,
    )  # fmt: skip


def _ask_state(address: str) -> Fetch:
    return _ask("account", address, {"type": "accountState", "address": address})


def _ask_payments(account_id: str, paid: _Paid, cursor: str | None = None) -> Fetch:
    question: dict[str, Any] = {
        "type": "fundingPayments", "address": paid.address, "account_id": account_id,
        "start_time": paid.since_ns // NS_PER_MS, "limit": _PAGE,
    }  # fmt: skip
    if cursor:
        question["cursor"] = cursor
    return _ask("funding_payments", account_id, question, background=True)
