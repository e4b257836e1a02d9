"""Funding payments of Lighter accounts: when to ask for them, and what one row says.

`positionFunding` wants the owner's token of a main account ("auth required for main accounts",
code 20001); public pools show theirs to everybody. So each account is asked once, and one that
refuses is not asked again. `account_all` carries the payments of its account too. `change` is cash
flow: received is positive. The unit of `rate` is not documented, so no rate is told. A market has
only its number here; the rows of positions name it, those of closed positions too.

Private to `lighter_account.py`.
"""

from collections.abc import Iterator
from urllib.parse import quote

from cockpit.core.events import FundingPayment
from cockpit.core.units import HOUR_NS, NS_PER_MS, NS_PER_S
from cockpit.venues.contract import Fetch, Reply
from cockpit.venues.kit.numbers import finite
from cockpit.venues.lighter.account_messages import Answer, PaidRow, native_of
from cockpit.venues.lighter.mapper import VENUE
from cockpit.venues.lighter.markets import LAST_PERP_ID, THOUSANDS, symbol_of

PAID = "paid/"
PAGE = 100
BACK_NS = 24 * HOUR_NS
"""How far back the first look goes: the total since a position was opened stands beside it."""
MOST_PAGES = 20
AFTER_HOUR_NS = 60 * NS_PER_S
RETRY_NS = 300 * NS_PER_S
NOT_ALLOWED = frozenset({20001, 20013})
"""An invalid parameter, the token among them, and an invalid token."""
FIRST_MILLISECONDS = 10**11
_MOST_MILLISECONDS = 10**13
_NEVER_NS = 2**63


class Payments:
    """The accounts of one address whose payments are asked for, by their index."""

    def __init__(self) -> None:
        self._due_ns: dict[int, int] = {}
        self._since_ns: dict[int, int] = {}
        self._pages: dict[int, int] = {}

    def fetch(self, account: str, number: int, at_ns: int) -> Fetch | None:
        """The first page of an account, if it is due."""
        if at_ns < self._due_ns.setdefault(number, at_ns):
            return None
        self._due_ns[number] = at_ns + RETRY_NS
        self._since_ns.setdefault(number, at_ns - BACK_NS)
        self._pages[number] = 1
        return _page(account, number, "")

    def again(self) -> None:
        """The link is new: ask at once, but nobody who has refused."""
        self._due_ns = {n: due for n, due in self._due_ns.items() if due == _NEVER_NS}

    def refused(self, number: int | None, reply: Reply, code: int | None) -> bool:
        """Whether the venue keeps these payments for the owner: then it is not asked again."""
        is_private = reply.status == 401 or code in NOT_ALLOWED
        if number is not None:
            self._due_ns[number] = _NEVER_NS if is_private else reply.at_ns + RETRY_NS
        return is_private

    def answered(self, account: str, number: int, answer: Answer, at_ns: int) -> Fetch | None:
        """The next page, if this one does not reach back to what is known."""
        stamps = [stamp_ns(row) for row in answer.position_fundings or ()]
        since_ns = self._since_ns.get(number, at_ns - BACK_NS)
        pages = self._pages.get(number, MOST_PAGES)
        if answer.next_cursor and stamps and min(stamps) > since_ns and pages < MOST_PAGES:
            self._pages[number] = pages + 1
            return _page(account, number, str(answer.next_cursor))
        self._since_ns[number] = at_ns - HOUR_NS
        self._due_ns[number] = at_ns // HOUR_NS * HOUR_NS + HOUR_NS + AFTER_HOUR_NS
        return None


def _page(account: str, number: int, cursor: str) -> Fetch:
    more = f"&cursor={quote(cursor, safe='')}" if cursor else ""
    return Fetch(
        name="account",
        path=f"/api/v1/positionFunding?account_index={number}&limit={PAGE}{more}",
        key=f"{PAID}{account}/{number}",
        background=True,
    )


def asked_for(key: str) -> tuple[str, int | None]:
    """The account and the index that a page was asked for; nothing without such a key."""
    account, _, number = key.removeprefix(PAID).rpartition("/")
    if not key.startswith(PAID) or not number.isdecimal():
        return "", None
    return account, int(number)


def stamp_ns(row: PaidRow) -> int:
    """When it was paid. ValueError for what is no time."""
    ms = row.timestamp if row.timestamp >= FIRST_MILLISECONDS else row.timestamp * 1000
    if not 0 < ms < _MOST_MILLISECONDS:
        raise ValueError(f"impossible time {row.timestamp} of a payment")
    return ms * NS_PER_MS


def payments(
    account: str, pool: str, rows: list[PaidRow], names: dict[int, str], at_ns: int
) -> Iterator[FundingPayment]:
    """The payments of one account, oldest first. ValueError for what cannot be."""
    for row in sorted(rows, key=lambda row: row.timestamp):
        if not 0 <= row.market_id <= LAST_PERP_ID:
            continue
        native = names.get(row.market_id) or native_of(row.market_id)
        usd, units = finite(row.change), finite(row.position_size)
        if usd is None:
            raise ValueError(f"{native}: impossible payment {row.change}")
        sign = {"long": 1.0, "short": -1.0}.get(row.position_side or "")
        contract = 1000.0 if native in THOUSANDS else 1.0
        yield FundingPayment(
            venue=VENUE,
            recv_ns=at_ns,
            venue_ns=stamp_ns(row),
            symbol=symbol_of(native),
            account=account,
            pool=pool,
            usd=usd,
            size=None if units is None or sign is None else sign * abs(units) * contract,
        )
