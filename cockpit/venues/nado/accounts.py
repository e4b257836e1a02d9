"""Nado: accounts by public address, read over REST.

| question | says | we emit |
| --- | --- | --- |
| archive `subaccounts` | every subaccount of a wallet, isolated ones marked | `AccountState` |
| gateway `subaccount_info` | balances and three healths of one | `Position`, `Margin` |
| gateway `isolated_positions` | the positions set apart from one, each a subaccount | the same |
| archive `interest_and_funding` | funding, newest first; received is positive | `FundingPayment` |
| archive `matches` | fills with their fees, newest first | `AccountFill`, entries of positions |

An address may be followed by `/NAME` of one subaccount. A round asks for the list, then for both
halves of every subaccount; the address is read when all have answered, and none of a round that
failed is said to be the whole. The first time it also waits for the matches. Each subaccount is a
pool, and so is each isolated position: it is margined alone, and the same market may be held beside
it.

The unweighted health is the equity. Less the maintenance health it is what must be kept, less the
initial health what is used. The venue names no price of liquidation; it comes when the maintenance
health is below zero. Nor does it name an entry, and its balances do not hold one: entry, profit and
opening come of the matches, without funding and fees, and are not known until those are read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from cockpit.core.events import AccountFill, FundingPayment, Margin, Position, Reject
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Fetch, Output, Reply
from cockpit.venues.kit.account_ledger import PAYMENTS_NS
from cockpit.venues.kit.accounts import Accounts, Followed, UnreadableError
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import reject, rejects
from cockpit.venues.kit.numbers import Odd
from cockpit.venues.kit.parts import OverHttp
from cockpit.venues.kit.polling import Rota, Timing, read
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.nado import account_messages as wire
from cockpit.venues.nado.account_fills import Held, Traded
from cockpit.venues.nado.mapper import VENUE, NadoMarket, scaled
from cockpit.venues.nado.messages import LARGEST, X18, archive, problem, whole, x18

_PERIOD_S, _STALE_S = 15.0, 60.0
_ROWS = 100
_PAYMENTS = Plan(
    newest_first=True, rows=_ROWS, by_cursor=True, depth_s=PAYMENTS_NS // NS_PER_S,
    settling_s=90, retry_s=90,
)  # fmt: skip
_PAID = RowReader(VENUE, wire.PaymentRow, "product_id")
_DIGEST = 10
"""Characters of an order's digest that tell two fills of one transaction apart."""


_Held = tuple[wire.Balance, wire.Product | None]
"""A balance, and what is said of its market."""


class _Pool(NamedTuple):
    """One pool as it was read; `parent` is the subaccount that it was set apart from, or itself."""

    subaccount: str
    parent: str
    name: str
    held: Sequence[_Held]
    healths: Sequence[wire.Health]

    @property
    def is_apart(self) -> bool:
        return self.subaccount != self.parent


@dataclass(slots=True)
class _Round:
    """One reading of an address: its subaccounts by id, and what has come of each."""

    names: Mapping[str, str]
    infos: dict[str, wire.Info] = field(default_factory=dict)
    apart: dict[str, Sequence[wire.IsolatedRow]] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[int, int]:
        """How many of its questions are answered, and how many there are: the list, both halves of
        each subaccount."""
        return 1 + len(self.infos) + len(self.apart), 1 + 2 * len(self.names)


@dataclass(slots=True, eq=False)
class Wallet(Followed):
    """One address. `pools` are those that were stated, by subaccount; `traded` what each of the
    subaccounts traded, with what is set apart from it."""

    payments: Backfill = field(kw_only=True)
    round: _Round | None = None
    pools: dict[str, str] = field(default_factory=dict)
    traded: dict[str, Traded] = field(default_factory=dict)


class PublicAccounts(OverHttp):
    """The wanted addresses. `products` are the listed markets by id."""

    def __init__(self, products: Mapping[int, NadoMarket]) -> None:
        self._products = products
        timing = Timing(period_s=_PERIOD_S, retry_s=_PERIOD_S)
        self._rota = Rota(VENUE, _ask_subaccounts, wire.SUBACCOUNTS, timing)
        self._accounts = Accounts(
            VENUE, self._rota, stale_s=_STALE_S,
            follow=lambda ledger: Wallet(ledger, payments=Backfill(_PAYMENTS, self._ask_payments)),
        )  # fmt: skip
        self.answers: Mapping[str, Callable[[Reply], list[Output]]] = {
            "account": self._on_subaccounts,
            **dict.fromkeys(wire.HALVES, self._on_half),
            "account_payments": self._on_payments,
            "account_fills": self._on_fills,
        }

    def want(self, addresses: Iterable[str], at_ns: int) -> Sequence[Output]:
        return self._accounts.want(addresses, at_ns)

    def tick(self, at_ns: int) -> list[Output]:
        out = list(self._accounts.tick(at_ns))
        for address, wallet in self._accounts.followed.items():
            for subaccount, traded in wallet.traded.items():
                out += traded.tick(address, subaccount, at_ns)
            out += wallet.payments.want((f"{address} {each}" for each in wallet.pools), at_ns)
        return out

    def _about(self, reply: Reply) -> tuple[str, Wallet | None, str]:
        """The address, what is known of it, and the subaccount that an answer is about."""
        address, _, subaccount = reply.key.rpartition(" ")
        return address, self._accounts.followed.get(address), subaccount

    # --- a round ------------------------------------------------------------------------------

    def _on_subaccounts(self, reply: Reply) -> list[Output]:
        answer, wallet = self._rota.read(reply), self._accounts.followed.get(reply.key)
        address, _, name = reply.key.partition("/")
        if isinstance(answer, Reject):
            return self._refused(reply.key, answer)
        if wallet is None:
            return []
        rows = [row for row in answer.subaccounts if row.subaccount.lower().startswith(address)]
        if len(answer.subaccounts) >= _ROWS:
            told = reject(VENUE, reply.at_ns, f"account: {_ROWS} subaccounts, there may be more")
            return self._refused(reply.key, told)
        names = {
            row.subaccount: row.subaccount_name
            for row in rows
            if not row.isolated and name in ("", row.subaccount_name.lower())
        }
        if not names:
            reason = "no such subaccount" if rows else "the venue has no subaccount of it"
            return [*wallet.unknown(reply.at_ns, reason)]
        wallet.round = _Round(names)
        halves = [
            Fetch(
                name=kind, path=f"/gateway/v1/query?type={kind}&subaccount={subaccount}",
                key=f"{reply.key} {subaccount}", weight=weight,
            )
            for subaccount in names
            for kind, weight in (("subaccount_info", 2), ("isolated_positions", 10))
        ]  # fmt: skip
        return [*halves, *wallet.reading(reply.at_ns, wallet.round.parts)]

    def _on_half(self, reply: Reply) -> list[Output]:
        """Balances and healths of a subaccount, or the positions that are set apart from it."""
        address, wallet, subaccount = self._about(reply)
        answer = read(VENUE, wire.HALVES[reply.name], reply, problem)
        if isinstance(answer, Reject):
            return self._refused(address, answer)
        current = None if wallet is None else wallet.round
        if wallet is None or current is None or subaccount not in current.names:
            return []
        if isinstance(answer.data, wire.Info):
            current.infos[subaccount] = answer.data
        elif isinstance(answer.data, wire.IsolatedPositions):
            current.apart[subaccount] = answer.data.isolated_positions
        known, wanted = current.parts
        if known < wanted:
            return [*wallet.reading(reply.at_ns, current.parts)]
        return self._end(address, wallet, current, reply.at_ns)

    def _refused(self, address: str, told: Reject) -> list[Output]:
        wallet = self._accounts.followed.get(address)
        if wallet is not None:
            wallet.round = None
        return self._accounts.rejected(address, told)

    def _end(self, address: str, wallet: Wallet, current: _Round, at_ns: int) -> list[Output]:
        """All of a round has answered: positions, margins, and that they are the whole."""
        wallet.round = None
        try:
            pools = [pool for each in current.names for pool in self._pools(current, each)]
            for each in current.names:
                sizes = {
                    Held(row.product_id, pool.is_apart): amount
                    for pool in pools if pool.parent == each
                    for row, _ in pool.held if (amount := whole(row.balance.amount))
                }  # fmt: skip
                wallet.traded.setdefault(each, Traded()).follow(sizes, at_ns)
            margins = [_margin(address, pool, at_ns) for pool in pools]
            positions = [
                self._position(wallet, pool, margin, held)
                for pool, margin in zip(pools, margins, strict=True)
                for held in pool.held if whole(held[0].balance.amount) != 0
            ]  # fmt: skip
            # The ledger is told last: what it hears is taken for said.
            out: list[Output] = [*wallet.ledger.pools(positions, margins, at_ns)]
        except ValueError as error:
            return self._refused(address, reject(VENUE, at_ns, f"account: {error}"))
        wallet.pools = {pool.subaccount: pool.name for pool in pools}
        if not wallet.ledger.is_known and any(one.is_reading for one in wallet.traded.values()):
            known, wanted = current.parts
            return [*out, *wallet.reading(at_ns, (known, wanted + 1))]
        return [*out, *wallet.read(at_ns, is_flat=not positions)]

    def _pools(self, current: _Round, subaccount: str) -> Iterator[_Pool]:
        """A subaccount, then each position that was set apart from it, in a pool of its own."""
        name, info = current.names[subaccount], current.infos[subaccount]
        products = {row.product_id: row for row in info.perp_products}
        held = [(row, products.get(row.product_id)) for row in info.perp_balances]
        yield _Pool(subaccount, subaccount, name, held, info.healths)
        for apart in current.apart[subaccount]:
            row = apart.base_balance
            pool = _pool_apart(name, self._market(row.product_id))
            alone = [(row, apart.base_product)]
            yield _Pool(apart.subaccount, subaccount, pool, alone, apart.healths)

    def _market(self, product_id: int) -> NadoMarket:
        market = self._products.get(product_id)
        if market is None:
            raise UnreadableError(f"product {product_id} is not listed")
        return market

    def _position(self, wallet: Wallet, pool: _Pool, margin: Margin, held: _Held) -> Position:
        """With what its matches tell of how it was opened, once they do."""
        row, product = held
        market, amount = self._market(row.product_id), whole(row.balance.amount)
        if not amount:
            raise UnreadableError(f"size in {market.native} is no number")
        risk = product.risk if product is not None else wire.Risk()
        weight = whole(
            risk.long_weight_maintenance_x18 if amount > 0 else risk.short_weight_maintenance_x18
        )
        mmf = None if weight is None else abs(X18 - weight) / X18
        opened = wallet.traded[pool.parent].opening(Held(row.product_id, pool.is_apart), amount)
        size, entry = amount / X18 * market.unit.contract, market.price(opened.entry)
        mark = market.price(x18(risk.price_x18))
        return Position(
            venue=VENUE, recv_ns=margin.recv_ns, symbol=market.symbol, account=margin.account,
            pool=pool.name, size=size, entry=entry, mark=mark, opened_ns=opened.opened_ns,
            upnl=None if mark is None or entry is None else size * (mark - entry),
            margin_mode="isolated" if pool.is_apart else "cross",
            isolated_equity=margin.equity if pool.is_apart else None,
            mmf=mmf if mmf is not None and 0 < mmf < 1 else None,
        )  # fmt: skip

    # --- fills --------------------------------------------------------------------------------

    def _on_fills(self, reply: Reply) -> list[Output]:
        """Fills that are news; then the account is read again, because entries follow from them."""
        address, wallet, subaccount = self._about(reply)
        answer, odd = read(VENUE, wire.MATCHES, reply), Odd()
        if isinstance(answer, Reject):
            return [answer]
        if wallet is None or subaccount not in wallet.pools or subaccount not in wallet.traded:
            return []
        name, news = wallet.pools[subaccount], wallet.traded[subaccount].take(answer, odd)
        out: list[Output] = [*rejects(VENUE, reply.at_ns, reply.name, odd, "")]
        for fill in news:
            market = self._products.get(fill.held.product_id)
            if market is None:
                continue
            unit, (index, digest) = market.unit, fill.order
            told = AccountFill(
                venue=VENUE, recv_ns=reply.at_ns, venue_ns=fill.at_ns, symbol=market.symbol,
                account=address, fill=f"{index}-{digest[:_DIGEST]}",
                pool=_pool_apart(name, market) if fill.held.is_isolated else name,
                size=fill.size / X18 * unit.contract, price=unit.to_price(fill.price),
                fee=fill.fee / X18,
            )  # fmt: skip
            out += wallet.ledger.fill(told)
        if news:
            self._rota.soon(address)
        return out

    # --- payments -----------------------------------------------------------------------------

    def _ask_payments(self, page: Page) -> Fetch:
        """The newest first; asked again after each full hour."""
        asked: dict[str, object] = {
            "subaccount": page.key.rpartition(" ")[2], "product_ids": sorted(self._products),
            "limit": _ROWS,
        }  # fmt: skip
        if page.cursor is not None:
            asked["max_idx"] = page.cursor
        return archive("account_payments", {"interest_and_funding": asked}, 5, page.key)

    def _on_payments(self, reply: Reply) -> list[Output]:
        address, wallet, subaccount = self._about(reply)
        answer, at_ns = read(VENUE, wire.PAYMENTS, reply), reply.at_ns
        if wallet is None or subaccount not in wallet.pools:
            return [answer] if isinstance(answer, Reject) else []
        if isinstance(answer, Reject):
            wallet.payments.failed(reply.key, at_ns)
            return [answer]
        rows, unread = _PAID.read(answer.funding_payments, reply.name, at_ns)
        pool, page, odd = wallet.pools[subaccount], list[FundingPayment](), Odd()
        for row in rows:
            market, usd, stamp_ns = (
                self._products.get(row.product_id),
                x18(row.amount),
                row.stamp_ns,
            )
            if stamp_ns < at_ns - PAYMENTS_NS:
                continue
            if market is None or usd is None:
                odd.append("no market or no sum")
                continue
            size = scaled(odd, "a size", row.balance_amount, -LARGEST)
            page.append(
                FundingPayment(
                    venue=VENUE, recv_ns=at_ns, venue_ns=stamp_ns, symbol=market.symbol,
                    account=address, usd=usd, pool=pool,
                    size=None if size is None else size * market.unit.contract,
                )
            )  # fmt: skip
        wallet.ledger.hold(page)
        asked = wallet.payments.answered(
            reply.key, [row.stamp_ns for row in rows], at_ns, answer.cursor, len(unread.names)
        )
        told = () if asked else wallet.ledger.release(pool, at_ns)
        return [*unread.rejects, *rejects(VENUE, at_ns, reply.name, odd, ""), *told, *asked]


def _pool_apart(name: str, market: NadoMarket) -> str:
    return f"{name} isolated {market.symbol}"


def _margin(address: str, pool: _Pool, at_ns: int) -> Margin:
    """Health after weights is what may still be lost: before initial, and before maintenance."""
    initial, maintenance, equity = (x18(health.health) for health in pool.healths)
    if initial is None or maintenance is None or equity is None:
        raise UnreadableError(f"a health of {pool.name} is no number")
    return Margin(
        venue=VENUE, recv_ns=at_ns, account=address, pool=pool.name, equity=equity,
        used=equity - initial, available=max(0.0, initial),
        maintenance=0.0 if pool.is_apart else equity - maintenance,
        cross_equity=0.0 if pool.is_apart else equity,
    )  # fmt: skip


def _ask_subaccounts(address: str) -> Fetch:
    query = {"subaccounts": {"address": address.partition("/")[0]}}
    return replace(archive("account", query, 2, address), background=False)
