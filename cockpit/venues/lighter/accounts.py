"""Lighter accounts by index or L1 address: positions, margin, funding payments. Read only.

| channel or endpoint      | kinds              | what it means               | what we emit     | evidence |
| ------------------------ | ------------------ | --------------------------- | ---------------- | -------- |
| account                  | reply, pages       | every account of an address | Position, Margin, AccountState | R, documented example, live replies of 2026 |
| positionFunding          | reply, pages       | what was paid, newest first | FundingPayment   | R |
| account_all/{index}      | subscribed, update | positions, or those changed | Position         | W |
|                          |                    | payments                    | FundingPayment   | W |
| account_all_positions, pool_data | (not subscribed) | the same              | Position …       | W, documented example |
| user_stats/{index}       | subscribed, update | what an account is worth    | Margin           | W, documented example |

W and R as in the package. Each account of an address is a pool of its own, named by its index: the
first is the main account, sub-accounts and public pools count down from 2^48 - 2. An address is
read when all of its accounts were: a page names how many there are and leads to the next. The
streams may want a token, which the cockpit does not have: they are asked for once a connection, and
polling goes on without them. `position` is unsigned. `liquidation_price` is "" or "0" where there
is none; where there is one, equity equals maintenance there (of an isolated position: what was set
aside and its own profit), as the live replies bear out to the last digit. `total_asset_value` is
collateral, what was set aside and unrealised profit. `total_funding_paid_out` is cash flow, negative
when the account paid, whatever its name says: one client watched 52 positions over a settlement,
every long that paid went down and every short that was paid went up; no source shows the contrary.

`positionFunding` wants the owner's token of a main account (code 20001); public pools show theirs to
everybody. So each account is asked once, and one that refuses is not asked again. `change` is cash
flow: received is positive. The unit of `rate` is not documented, so no rate is told. A market has
only its number there; the rows of positions name it, those of closed positions too.
"""  # noqa: E501 (a table row is one line)

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from msgspec import UNSET
from msgspec.structs import replace

from cockpit.core.account import normal_address
from cockpit.core.events import FundingPayment, Margin
from cockpit.core.units import HOUR_NS, hour_floor_ns
from cockpit.venues.contract import Fetch, Frame, Output, Reply
from cockpit.venues.kit import accounts
from cockpit.venues.kit.account_ledger import checked
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import decode, refused, reject, rejects
from cockpit.venues.kit.numbers import Odd
from cockpit.venues.kit.polling import Rota, Timing
from cockpit.venues.kit.subscriptions import Rules, Subscriptions
from cockpit.venues.lighter import account_messages as wire
from cockpit.venues.lighter.mapper import VENUE, stamp_ns
from cockpit.venues.lighter.messages import encode
from cockpit.venues.lighter.wire_2025 import guessed_name

CHANNELS = frozenset({"account_all", "account_all_positions", "pool_data", "user_stats"})
_STREAMS = ("account_all", "user_stats")
_NEVER_S = 10.0**9
_RULES = Rules(operations=8, window_s=1.0, patience_s=_NEVER_S)
"""One address may own 64 accounts, and what is refused is refused without its name."""
_POLL_S, _POLL_EACH_S = 10.0, 3.0
"""Between two readings of an account; the venue hears one call a second in all."""
_STALE_S = 60.0
_NO_ACCOUNT = frozenset({21100, 21103})
"""Not found; no L1 address of an account."""
_NOT_ALLOWED = frozenset({20001, 20013})
"""An invalid parameter, the token among them, and an invalid token."""
_PAID = "paid/"
_PAYMENTS = Plan(
    newest_first=True, rows=10**9, depth_s=86_400, settling_s=60, retry_s=300, per_tick=1
)
"""A day back: the total since a position was opened stands beside it. No page is full, because it
is a cursor that leads to the next."""


class Accounts:
    """All followed addresses, and the accounts that they stand for."""

    def __init__(self) -> None:
        self._rota = Rota(
            VENUE, _ask_account, wire.ANSWER, Timing(period_s=_POLL_S, retry_s=_POLL_S)
        )
        self._addresses = accounts.Accounts(VENUE, self._rota, accounts.Followed, stale_s=_STALE_S)
        self._keys = Subscriptions(encode, _RULES)
        self._payments = Backfill(_PAYMENTS, _ask_payments)
        self.parts = (self._addresses, self._keys, self._payments)
        self._owners: dict[int, str] = {}
        """The followed address of each account."""
        self._shown: dict[int, Margin] = {}
        """The accounts that were read, so that they exist, as they were stated last."""
        self._readings: dict[str, dict[int, bool]] = {}
        """What the pages of a reading have shown so far: account -> whether it is flat."""
        self._names: dict[int, str] = {}
        """What the venue calls the markets that an account has ever traded."""

    def follow(self, addresses: Iterable[str], at_ns: int) -> list[Output]:
        """Read these and no others."""
        wanted = list(dict.fromkeys(map(normal_address, addresses)))
        owners = {n: address for n, address in self._owners.items() if address in wanted}
        self._owners = owners | {int(a): a for a in wanted if a.isdigit()}
        self._shown = {n: margin for n, margin in self._shown.items() if n in self._owners}
        self._rota.every(max(_POLL_S, _POLL_EACH_S * len(wanted)))
        return [*self._addresses.want(wanted, at_ns), *self._listen(at_ns)]

    def _listen(self, at_ns: int) -> list[Output]:
        streams = [f"{stream}:{number}" for number in self._owners for stream in _STREAMS]
        paid = [f"{_PAID}{self._owners[number]}/{number}" for number in self._shown]
        return [*self._keys.want(streams, at_ns), *self._payments.want(paid, at_ns)]

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        """A message of an account channel; one about nobody who is followed says nothing."""
        message, at_ns, odd = decode(wire.MESSAGE, frame.data), frame.at_ns, Odd()
        if isinstance(message, str):
            return [reject(VENUE, at_ns, f"account: {message}", frame.data)]
        number = -1 if message.number is None else message.number
        address, out = self._owners.get(number), list[Output]()
        if address is None:
            return ()
        if message.stats is not None:
            shown = self._shown.get(number)
            margin = wire.margin_of_stats(address, message, shown, at_ns, odd)
            out += [] if margin is None else [margin]
        elif message.positions is not UNSET:
            ledger, venue_ns = self._addresses.followed[address].ledger, stamp_ns(message.timestamp)
            try:
                rows = wire.positions_of(message.positions)
                held = checked(
                    wire.position(address, number, row, at_ns, odd, venue_ns) for row in rows
                )
            except ValueError as error:
                return [reject(VENUE, at_ns, f"account: {error}", frame.data)]
            self._names.update({row["market_id"]: wire.name_of(row) for row in rows})
            if message.type.startswith("subscribed/"):
                out += ledger.whole(str(number), held, at_ns)
            else:
                out += [fact for position in held for fact in ledger.change(position)]
            paid = wire.rows_of(message.funding_histories, odd)
            out += self._paid(address, str(number), paid, at_ns, odd)
        return [*out, *rejects(VENUE, at_ns, "account", odd, frame.data)]

    def _paid(
        self, address: str, pool: str, rows: list[wire.Row], at_ns: int, odd: Odd
    ) -> list[FundingPayment]:
        """Payments, the oldest first and once: stream and history may stamp the same hour
        milliseconds apart."""
        ledger, out = self._addresses.followed[address].ledger, list[FundingPayment]()
        for row in rows:
            name = self._names.get(row["market_id"]) or guessed_name(row["market_id"])
            payment = wire.payment(address, pool, name, row, at_ns, odd)
            if payment is not None:
                hour_ns = hour_floor_ns((payment.venue_ns or at_ns) + HOUR_NS // 2)
                of_hour = replace(payment, venue_ns=hour_ns)
                if not ledger.is_paid(of_hour):
                    out += [payment for _ in ledger.payment(of_hour)]
        return sorted(out, key=lambda payment: payment.venue_ns or 0)

    # --- replies ------------------------------------------------------------------------------

    def on_reply(self, reply: Reply) -> Sequence[Output]:
        """A page of the accounts of one address, or a page of payments."""
        answer, problem, at_ns = decode(wire.ANSWER, reply.body), refused(reply), reply.at_ns
        if reply.key.startswith(_PAID):
            return self._on_payments(reply, answer)
        address, _, cursor = reply.key.partition("&")
        if address not in self._addresses.followed:
            return [reject(VENUE, at_ns, problem, reply.body)] if problem else ()
        if isinstance(answer, str):
            problem = problem or f"account: {answer}"
        elif _is_none(reply, answer) and not cursor:
            what = "account with this index" if address.isdigit() else "account of this address"
            followed = self._addresses.followed[address]
            return followed.unknown(at_ns, f"Lighter has no {what} (yet)")
        elif problem or answer.code not in (None, 200):
            problem = f"{problem or 'account'}: {answer.code or ''} {answer.message or ''}"
        elif answer.accounts is None:
            problem = "account: no accounts in it"
        else:
            return self._read(address, cursor, answer, reply)
        rejected = reject(VENUE, at_ns, problem.rstrip(" :"), reply.body)
        return [rejected, *self._addresses.refused(address, at_ns, problem.rstrip(" :"))]

    def _read(
        self, address: str, cursor: str, answer: wire.Answer, reply: Reply
    ) -> Sequence[Output]:
        """A page; one account that cannot be believed keeps what was read of it last."""
        at_ns, out, odd, problem = reply.at_ns, list[Output](), Odd(), ""
        followed = self._addresses.followed[address]
        reading = self._readings.get(address, {}) if cursor else dict[int, bool]()
        self._readings[address] = reading
        for row in answer.accounts or ():
            try:
                number, rows = wire.account_of(row), wire.positions_of(row.get("positions", UNSET))
                held = checked(wire.position(address, number, each, at_ns, odd) for each in rows)
            except ValueError as error:
                problem = f"account: {error}"
                out.append(reject(VENUE, at_ns, problem, reply.body))
                continue
            self._owners[number] = address
            self._names.update({each["market_id"]: wire.name_of(each) for each in rows})
            margin = self._shown[number] = wire.margin_of(address, row, held, at_ns, odd)
            reading[number] = margin.equity == 0.0 and not any(each.size for each in held)
            out += [*followed.ledger.whole(str(number), held, at_ns), margin]
        out += [*rejects(VENUE, at_ns, "account", odd, reply.body), *self._listen(at_ns)]
        if problem:
            followed.read_ns = None
            return [*out, *self._addresses.refused(address, at_ns, problem)]
        more, total = str(answer.next_cursor or ""), answer.total
        is_short = total is not None and len(reading) < total
        if answer.accounts and more and more != cursor and (is_short or total is None):
            out.append(_ask_account(address, more))
        elif not is_short or address.isdigit():
            return [*out, *followed.read(at_ns, is_flat=all(reading.values()))]
        parts = len(reading), max(total or 0, len(reading) + 1)
        return [*out, *followed.reading(at_ns, parts)]

    def _on_payments(self, reply: Reply, answer: wire.Answer | str) -> Sequence[Output]:
        """A page of payments, or the word that they are not for everybody."""
        at_ns, (address, _, pool) = reply.at_ns, reply.key.removeprefix(_PAID).rpartition("/")
        if address not in self._addresses.followed:
            return ()
        if isinstance(answer, str) or answer.position_fundings is None:
            code = None if isinstance(answer, str) else answer.code
            words = f"funding payments: {answer if isinstance(answer, str) else answer.message}"
            is_private = reply.status == 401 or code in _NOT_ALLOWED
            self._payments.failed(reply.key, at_ns, _NEVER_S if is_private else None)
            return () if is_private else [reject(VENUE, at_ns, refused(reply) or words, reply.body)]
        odd = Odd()
        rows = wire.rows_of(answer.position_fundings, odd)
        paid = self._paid(address, pool, rows, at_ns, odd)
        stamps_ns = [payment.venue_ns for payment in paid if payment.venue_ns is not None]
        cursor = str(answer.next_cursor or "")
        again = self._payments.answered(reply.key, stamps_ns, at_ns, cursor)
        return [*paid, *rejects(VENUE, at_ns, "funding payments", odd, reply.body), *again]


def _is_none(reply: Reply, answer: wire.Answer) -> bool:
    """Whether the venue says that there is no such account."""
    is_empty = answer.accounts == [] or answer.total == 0
    return reply.status == 404 or answer.code in _NO_ACCOUNT or is_empty


def _ask_account(address: str, cursor: str = "") -> Fetch:
    by = "index" if address.isdigit() else "l1_address"
    path, key = f"/api/v1/account?by={by}&value={address}", address
    if cursor:
        path, key = f"{path}&cursor={quote(cursor, safe='')}", f"{address}&{cursor}"
    return Fetch(name="account", path=path, key=key)


def _ask_payments(page: Page) -> Fetch:
    number = page.key.rpartition("/")[2]
    more = f"&cursor={quote(page.cursor, safe='')}" if page.cursor else ""
    path = f"/api/v1/positionFunding?account_index={number}&limit=100{more}"
    return Fetch(name="account", path=path, key=page.key, background=True)
