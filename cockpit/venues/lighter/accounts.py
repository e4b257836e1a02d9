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

from cockpit.core.account import hex_address_problem, normal_address, short_address
from cockpit.core.events import FundingPayment, Margin, Position
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.venues.contract import Fetch, Frame, Output, Reply
from cockpit.venues.kit import accounts
from cockpit.venues.kit.account_ledger import failure
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import decode, refused, reject
from cockpit.venues.kit.polling import Rota, Timing
from cockpit.venues.kit.subscriptions import Rules, Subscriptions
from cockpit.venues.lighter import account_messages as wire
from cockpit.venues.lighter.mapper import VENUE
from cockpit.venues.lighter.markets import LAST_PERP_ID
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
_NOT_FOUND, _NO_L1_ADDRESS = 21100, 21103
_NOT_ALLOWED = frozenset({20001, 20013})
"""An invalid parameter, the token among them, and an invalid token."""
_MAX_INDEX_CHARS = 18
_PAID = "paid/"
_PAYMENTS = Plan(
    newest_first=True, rows=10**9, depth_s=86_400, settling_s=60, retry_s=300, per_tick=1
)
"""A day back: the total since a position was opened stands beside it. No page is full, because it
is a cursor that leads to the next."""


def check_address(text: str) -> str | None:
    """What is wrong with an account index or an L1 address, or None."""
    if text.isascii() and text.isdigit():
        if len(text) <= _MAX_INDEX_CHARS:
            return None
        return f"{short_address(text)!r} is too long for an account index"
    if text.lower().startswith("0x"):
        return hex_address_problem(text)
    return f"{short_address(text)!r} is neither an account index nor 0x and 40 hexadecimal digits"


class Accounts:
    """All followed addresses, and the accounts that they stand for."""

    def __init__(self) -> None:
        self._rota = Rota(
            VENUE, _ask_account, wire.ANSWER, Timing(period_s=_POLL_S, retry_s=_POLL_S)
        )
        self._addresses = accounts.Accounts(VENUE, self._rota, retry_s=_POLL_S, stale_s=_STALE_S)
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
        message, at_ns = decode(wire.MESSAGE, frame.data), frame.at_ns
        if isinstance(message, str):
            return [reject(VENUE, at_ns, f"account: {message}", frame.data)]
        number, listed = message.number, message.positions
        address = None if number is None else self._owners.get(number)
        if number is None or address is None:
            return ()
        if message.stats is not None:
            margin = wire.margin_of_stats(address, number, message.stats, at_ns)
            return () if margin is None else [self._merged(number, margin)]
        if listed is UNSET:
            return ()
        ledger, pool = self._addresses.followed[address].ledger, str(number)
        try:
            rows = self._positions(address, number, wire.rows_of(listed), at_ns)
        except ValueError as error:
            return [reject(VENUE, at_ns, f"account: {error}", frame.data)]
        out: list[Output] = []
        if message.type.startswith("subscribed/"):
            out += ledger.whole(pool, rows, at_ns)
        else:
            out += [fact for row in rows for fact in ledger.change(row)]
        paid = wire.rows_of(message.funding_histories)
        return out + self._paid(address, pool, paid, at_ns, frame.data)

    def _merged(self, number: int, margin: Margin) -> Margin:
        """The stream does not say what must be kept: that stands as the venue stated it last."""
        shown = self._shown.get(number)
        if shown is not None and margin.maintenance is None:
            margin = replace(margin, maintenance=shown.maintenance)
        return margin

    def _positions(
        self, address: str, number: int, rows: Sequence[wire.PositionRow], at_ns: int
    ) -> list[Position]:
        """ValueError if one of them cannot be: then none of them is believed."""
        told = []
        for row in rows:
            position = wire.position(address, number, row, at_ns)
            if position is not None:
                self._names[row.market_id] = row.native
                told.append(position)
        return told

    def _paid(
        self, address: str, pool: str, rows: list[wire.PaidRow], at_ns: int, data: str | bytes
    ) -> list[Output]:
        """Payments, the oldest first and once: stream and history may stamp the same hour
        milliseconds apart."""
        ledger, out = self._addresses.followed[address].ledger, list[Output]()
        for row in sorted(rows, key=lambda row: row.timestamp):
            if not 0 <= row.market_id <= LAST_PERP_ID:
                continue
            native = self._names.get(row.market_id) or guessed_name(row.market_id)
            try:
                payment = wire.payment(address, pool, native, row, at_ns)
            except ValueError as error:
                out.append(reject(VENUE, at_ns, f"funding payments: {error}", data))
                continue
            if any(ledger.payment(replace(payment, venue_ns=_hour_ns(payment)))):
                out.append(payment)
        return out

    # --- replies ------------------------------------------------------------------------------

    def on_reply(self, reply: Reply) -> Sequence[Output]:
        """A page of the accounts of one address, or a page of payments."""
        answer = decode(wire.ANSWER, reply.body)
        if reply.key.startswith(_PAID):
            return self._on_payments(reply, answer)
        address, _, cursor = reply.key.partition("&")
        address = address or self._named_in(answer)
        at_ns, problem = reply.at_ns, refused(reply)
        if address not in self._addresses.followed:
            return [reject(VENUE, at_ns, problem, reply.body)] if problem else ()
        if isinstance(answer, str):
            return self._failed(address, problem or f"account: {answer}", reply)
        if answer.code == _NO_L1_ADDRESS:
            return self._addresses.unknown(
                address, at_ns, "Lighter does not take this for an L1 address"
            )
        if reply.status == 404 or answer.code == _NOT_FOUND or (_is_empty(answer) and not cursor):
            what = "account with this index" if address.isdigit() else "account of this address"
            return self._addresses.unknown(address, at_ns, f"Lighter has no {what} (yet)")
        if problem or answer.code not in (None, 200):
            words = f"{problem or 'account'}: {answer.code or ''} {answer.message or ''}"
            return self._failed(address, words.rstrip(" :"), reply)
        if answer.accounts is None:
            return self._failed(address, "account: no accounts in it", reply)
        return self._read(address, cursor, answer, answer.accounts, reply)

    def _named_in(self, answer: wire.Answer | str) -> str:
        """Whom a reply without a key is about: the only followed one, or whom its body names."""
        followed = list(self._addresses.followed)
        rows = [] if isinstance(answer, str) else answer.accounts or []
        named = [name for r in rows for name in (str(r.number), normal_address(r.l1_address or ""))]
        return next((n for n in named if n in followed), followed[0] if len(followed) == 1 else "")

    def _failed(self, address: str, problem: str, reply: Reply) -> Sequence[Output]:
        rejected = reject(VENUE, reply.at_ns, problem, reply.body)
        return [rejected, *self._addresses.refused(address, reply.at_ns, problem)]

    def _read(
        self,
        address: str,
        cursor: str,
        answer: wire.Answer,
        rows: Sequence[wire.AccountRow],
        reply: Reply,
    ) -> Sequence[Output]:
        """A page; one account that cannot be believed keeps what was read of it last."""
        at_ns, out = reply.at_ns, list[Output]()
        followed = self._addresses.followed[address]
        reading = self._readings.setdefault(address, {})
        if not cursor:
            reading.clear()
        problem = ""
        for row in rows:
            number = row.number
            try:
                if number is None:
                    raise ValueError("an account without an index")
                positions = self._positions(address, number, row.positions or (), at_ns)
            except ValueError as error:
                problem = f"account: {error}"
                out.append(reject(VENUE, at_ns, problem, reply.body))
                continue
            self._owners[number] = address
            margin = self._shown[number] = wire.margin_of(address, number, row, at_ns)
            reading[number] = margin.equity == 0.0 and not any(p.size for p in positions)
            out += [*followed.ledger.whole(str(number), positions, at_ns), margin]
        out += self._listen(at_ns)
        if problem:
            followed.standing = accounts.Standing.REFUSED
            return [*out, *followed.ledger.state("failed", at_ns, failure(problem, _POLL_S))]
        more, total = str(answer.next_cursor or ""), answer.total
        is_short = total is not None and len(reading) < total
        if rows and more and more != cursor and (is_short or total is None):
            out.append(_ask_page(address, more))
        elif not is_short or address.isdigit():
            return [*out, *self._addresses.read(address, at_ns, is_flat=all(reading.values()))]
        parts = len(reading), max(total or 0, len(reading) + 1)
        return [*out, *self._addresses.reading(address, at_ns, parts)]

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
        rows = answer.position_fundings
        facts = self._paid(address, pool, rows, at_ns, reply.body)
        stamps_ns = [stamp for row in rows if (stamp := row.stamp_ns) is not None]
        oldest_ns = at_ns - _PAYMENTS.depth_s * NS_PER_S
        is_over = not facts or min(stamps_ns, default=0) <= oldest_ns
        cursor = None if is_over else str(answer.next_cursor or "")
        return [*facts, *self._payments.answered(reply.key, stamps_ns, at_ns, cursor)]


def _hour_ns(payment: FundingPayment) -> int:
    stamp_ns = payment.venue_ns or payment.recv_ns
    return (stamp_ns + HOUR_NS // 2) // HOUR_NS * HOUR_NS


def _is_empty(answer: wire.Answer) -> bool:
    return answer.accounts == [] or (answer.accounts is None and answer.total == 0)


def _ask_account(address: str) -> Fetch:
    by = "index" if address.isdigit() else "l1_address"
    return Fetch(name="account", path=f"/api/v1/account?by={by}&value={address}", key=address)


def _ask_page(address: str, cursor: str) -> Fetch:
    first = _ask_account(address)
    path = f"{first.path}&cursor={quote(cursor, safe='')}"
    return Fetch(name="account", path=path, key=f"{address}&{cursor}")


def _ask_payments(page: Page) -> Fetch:
    number = page.key.rpartition("/")[2]
    more = f"&cursor={quote(page.cursor, safe='')}" if page.cursor else ""
    path = f"/api/v1/positionFunding?account_index={number}&limit=100{more}"
    return Fetch(name="account", path=path, key=page.key, background=True)
