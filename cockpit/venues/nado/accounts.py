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
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.venues.contract import Fetch, Output, Reply
from cockpit.venues.kit.account_ledger import PAYMENTS_NS
from cockpit.venues.kit.accounts import Accounts, UnreadableError
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.parts import OverHttp
from cockpit.venues.kit.polling import Rota, Timing, read
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.nado import account_messages as wire
from cockpit.venues.nado.account_fills import Fills, Held, read_matches
from cockpit.venues.nado.mapper import VENUE, NadoMarket
from cockpit.venues.nado.messages import X18, problem, whole, x18
from cockpit.venues.nado.rest import archive

_PERIOD_S, _STALE_S = 15.0, 60.0
_ROWS = 100
_SETTLING_NS = 90 * NS_PER_S
_PAYMENTS = RowReader(VENUE, wire.PaymentRow, "product_id")
_DIGEST = 10
"""Characters of an order's digest that tell two fills of one transaction apart."""


class _Part(NamedTuple):
    """One pool as it was read."""

    subaccount: str
    positions: Sequence[Position]
    margin: Margin


@dataclass(slots=True)
class _Round:
    """One reading of an address: its subaccounts by id, and what has come of each."""

    names: Mapping[str, str]
    infos: dict[str, wire.Info] = field(default_factory=dict)
    apart: dict[str, Sequence[wire.IsolatedRow]] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return self.infos.keys() == self.names.keys() == self.apart.keys()

    @property
    def parts(self) -> tuple[int, int]:
        """How many of its questions are answered, and how many there are: the list, both halves of
        each subaccount."""
        return 1 + len(self.infos) + len(self.apart), 1 + 2 * len(self.names)


class PublicAccounts(OverHttp):
    """The wanted addresses. `products` are the listed markets by id."""

    def __init__(self, products: Mapping[int, NadoMarket]) -> None:
        self._products = products
        timing = Timing(period_s=_PERIOD_S, retry_s=_PERIOD_S)
        self._rota = Rota(VENUE, _ask_subaccounts, wire.SUBACCOUNTS, timing)
        self._accounts = Accounts(VENUE, self._rota, retry_s=_PERIOD_S, stale_s=_STALE_S)
        self._rounds: dict[str, _Round] = {}
        self._pools: dict[str, dict[str, str]] = {}
        """Address -> subaccount -> pool, of those that were stated."""
        self._due_ns: dict[tuple[str, str], int] = {}
        """When the payments of a subaccount are asked for next."""
        self._fills = Fills()
        self.answers: Mapping[str, Callable[[Reply], list[Output]]] = {
            "account": self._on_subaccounts,
            **dict.fromkeys(wire.HALVES, self._on_half),
            "account_payments": self._on_payments,
            "account_fills": self._on_fills,
        }

    def want(self, addresses: Iterable[str], at_ns: int) -> list[Output]:
        out = list(self._accounts.want(addresses, at_ns))
        for kept in (self._rounds, self._pools):
            for address in kept.keys() - self._accounts.followed.keys():
                del kept[address]
        self._fills.keep(self._accounts.followed)
        return out

    def tick(self, at_ns: int) -> list[Output]:
        out = list(self._accounts.tick(at_ns))
        due = [
            (address, subaccount)
            for address, pools in self._pools.items()
            for subaccount in pools
            if at_ns >= self._due_ns.get((address, subaccount), 0)
        ]
        asked = [self._ask_payments(*which, at_ns) for which in due]
        return [*out, *self._fills.tick(at_ns), *asked]

    # --- a round ------------------------------------------------------------------------------

    def _on_subaccounts(self, reply: Reply) -> list[Output]:
        answer = self._rota.read(reply)
        address, _, name = reply.key.partition("/")
        if isinstance(answer, Reject):
            return self._refused(reply.key, answer)
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
            return list(self._accounts.unknown(reply.key, reply.at_ns, reason))
        current = self._rounds[reply.key] = _Round(names)
        halves = [
            Fetch(
                name=kind, path=f"/gateway/v1/query?type={kind}&subaccount={subaccount}",
                key=f"{reply.key} {subaccount}", weight=weight,
            )
            for subaccount in names
            for kind, weight in (("subaccount_info", 2), ("isolated_positions", 10))
        ]  # fmt: skip
        return [*halves, *self._accounts.reading(reply.key, reply.at_ns, current.parts)]

    def _on_half(self, reply: Reply) -> list[Output]:
        """Balances and healths of a subaccount, or the positions that are set apart from it."""
        address, _, subaccount = reply.key.rpartition(" ")
        answer = read(VENUE, wire.HALVES[reply.name], reply, problem)
        current = self._rounds.get(address)
        if isinstance(answer, Reject):
            return self._refused(address, answer)
        if current is None:
            return []
        if isinstance(answer.data, wire.Info):
            current.infos[subaccount] = answer.data
        elif isinstance(answer.data, wire.IsolatedPositions):
            current.apart[subaccount] = answer.data.isolated_positions
        return self._end(address, current, reply.at_ns)

    def _refused(self, address: str, told: Reject) -> list[Output]:
        self._rounds.pop(address, None)
        return self._accounts.rejected(address, told)

    def _end(self, address: str, current: _Round, at_ns: int) -> list[Output]:
        """Once all of a round has answered: positions, margins, and that they are the whole."""
        followed = self._accounts.followed.get(address)
        if followed is None:
            return []
        if not current.is_whole:
            return list(self._accounts.reading(address, at_ns, current.parts))
        del self._rounds[address]
        for subaccount in current.names:
            self._fills.follow(address, subaccount, _sizes(current, subaccount), at_ns)
        try:
            parts = [
                part
                for each in current.names
                for part in self._parts(address, current, each, at_ns)
            ]
        except UnreadableError as error:
            return self._refused(address, reject(VENUE, at_ns, f"account: {error}"))
        # The ledger is told only now: what it hears is taken for said.
        before, pools = self._pools.get(address, {}), {p.subaccount: p.margin.pool for p in parts}
        nothing = Margin(
            venue=VENUE, recv_ns=at_ns, account=address, equity=0.0, used=0.0, available=0.0,
            maintenance=0.0, cross_equity=0.0,
        )  # fmt: skip
        parts += [
            _Part(subaccount, (), replace(nothing, pool=pool))
            for subaccount, pool in before.items()
            if subaccount not in pools
        ]
        out: list[Output] = []
        for part in parts:
            out += followed.ledger.whole(part.margin.pool, part.positions, at_ns)
            out.append(part.margin)
        self._pools[address] = pools
        if not followed.ledger.is_known and self._fills.is_reading(address):
            known, wanted = current.parts
            return [*out, *self._accounts.reading(address, at_ns, (known, wanted + 1))]
        is_flat = not any(part.positions for part in parts)
        return [*out, *self._accounts.read(address, at_ns, is_flat=is_flat)]

    def _parts(self, address: str, current: _Round, subaccount: str, at_ns: int) -> Iterator[_Part]:
        """A subaccount, then each position that was set apart from it, in a pool of its own."""
        name, info = current.names[subaccount], current.infos[subaccount]
        products = {row.product_id: row for row in info.perp_products}
        rows = []
        for row in info.perp_balances:
            if whole(row.balance.amount) != 0:
                product = products.get(row.product_id)
                position = self._position(address, name, row, product, at_ns)
                rows.append(self._opened(subaccount, row, position))
        yield _Part(subaccount, rows, _margin(address, name, info.healths, at_ns))
        for apart in current.apart[subaccount]:
            balance = apart.base_balance
            pool = _pool_apart(name, self._market(balance.product_id))
            margin = _margin(address, pool, apart.healths, at_ns)
            rows = []
            if whole(balance.balance.amount) != 0:
                position = self._position(address, pool, balance, apart.base_product, at_ns)
                position = replace(position, margin_mode="isolated", isolated_equity=margin.equity)
                rows = [self._opened(subaccount, balance, position)]
            alone = replace(margin, maintenance=0.0, cross_equity=0.0)
            yield _Part(apart.subaccount, rows, alone)

    def _market(self, product_id: int) -> NadoMarket:
        market = self._products.get(product_id)
        if market is None:
            raise UnreadableError(f"product {product_id} is not listed")
        return market

    def _position(
        self, address: str, pool: str, row: wire.Balance, product: wire.Product | None, at_ns: int
    ) -> Position:
        market = self._market(row.product_id)
        amount = x18(row.balance.amount)
        if not amount:
            raise UnreadableError(f"size in {market.native} is no number")
        risk = product.risk if product is not None else wire.Risk()
        price = x18(risk.price_x18)
        weight = whole(
            risk.long_weight_maintenance_x18 if amount > 0 else risk.short_weight_maintenance_x18
        )
        mmf = None if weight is None else abs(X18 - weight) / X18
        unit = market.unit
        return Position(
            venue=VENUE, recv_ns=at_ns, symbol=market.symbol, account=address, pool=pool,
            size=amount * unit.contract,
            mark=unit.to_price(price) if price is not None and price > 0 else None,
            margin_mode="cross",
            mmf=mmf if mmf is not None and 0 < mmf < 1 else None,
        )  # fmt: skip

    def _opened(self, subaccount: str, row: wire.Balance, position: Position) -> Position:
        """With what its matches tell of how it was opened; as it is while they do not."""
        held = Held(row.product_id, position.margin_mode == "isolated")
        amount = whole(row.balance.amount) or 0
        told = self._fills.opening(position.account, subaccount, held, amount)
        if told is None:
            return position
        entry = self._market(row.product_id).unit.to_price(told.entry)
        upnl = None if position.mark is None else position.size * (position.mark - entry)
        return replace(position, entry=entry, upnl=upnl, opened_ns=told.opened_ns)

    # --- fills --------------------------------------------------------------------------------

    def _on_fills(self, reply: Reply) -> list[Output]:
        """Fills that are news; then the account is read again, because entries follow from them."""
        address, _, subaccount = reply.key.rpartition(" ")
        followed = self._accounts.followed.get(address)
        name = self._pools.get(address, {}).get(subaccount)
        answer = read(VENUE, wire.MATCHES, reply)
        if isinstance(answer, Reject):
            return [answer]
        if followed is None or name is None:
            return []
        out: list[Output] = []
        rows = []
        for row in read_matches(answer):
            if isinstance(row, str):
                out.append(reject(VENUE, reply.at_ns, f"account_fills: {row}"))
            else:
                rows.append(row)
        news = self._fills.take(address, subaccount, rows)
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
            out += followed.ledger.fill(told)
        if news:
            self._rota.soon(address)
        return out

    # --- payments -----------------------------------------------------------------------------

    def _ask_payments(
        self, address: str, subaccount: str, at_ns: int, max_idx: str | int | None = None
    ) -> Fetch:
        """One page, the newest first; asked again after each full hour."""
        self._due_ns[address, subaccount] = (at_ns // HOUR_NS + 1) * HOUR_NS + _SETTLING_NS
        asked = {"subaccount": subaccount, "product_ids": sorted(self._products), "limit": _ROWS}
        if max_idx is not None:
            asked["max_idx"] = max_idx
        key = f"{address} {subaccount}"
        return archive("account_payments", {"interest_and_funding": asked}, 5, key)

    def _on_payments(self, reply: Reply) -> list[Output]:
        address, _, subaccount = reply.key.rpartition(" ")
        followed, pool = self._accounts.followed.get(address), self._pools.get(address, {})
        answer = read(VENUE, wire.PAYMENTS, reply)
        if isinstance(answer, Reject):
            self._due_ns[address, subaccount] = reply.at_ns + _SETTLING_NS
            if followed is not None:
                followed.ledger.drop(pool.get(subaccount, ""))
            return [answer]
        if followed is None or subaccount not in pool:
            return []
        rows, unread = _PAYMENTS.read(answer.funding_payments, reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        page = []
        is_end = answer.next_idx is None
        for row in rows:
            market, usd = self._products.get(row.product_id), x18(row.amount)
            stamp_ns = row.timestamp * NS_PER_S
            if stamp_ns < reply.at_ns - PAYMENTS_NS:
                is_end = True
                break
            if market is None or usd is None:
                out.append(reject(VENUE, reply.at_ns, "account_payments: no market or no sum"))
                continue
            size = x18(row.balance_amount)
            if size is None and row.balance_amount not in (None, ""):
                out.append(reject(VENUE, reply.at_ns, "account_payments: a size is none"))
            page.append(
                FundingPayment(
                    venue=VENUE, recv_ns=reply.at_ns, venue_ns=stamp_ns, symbol=market.symbol,
                    account=address, usd=usd, pool=pool[subaccount],
                    size=None if size is None else size * market.unit.contract,
                )
            )  # fmt: skip
        is_news = followed.ledger.hold(page)
        if is_end or not is_news:
            return [*out, *followed.ledger.release(pool[subaccount])]
        return [*out, self._ask_payments(address, subaccount, reply.at_ns, answer.next_idx)]


def _sizes(current: _Round, subaccount: str) -> dict[Held, int]:
    """The open positions of a subaccount and of those set apart from it, of 1e-18."""
    rows = [(row, False) for row in current.infos[subaccount].perp_balances]
    rows += [(row.base_balance, True) for row in current.apart[subaccount]]
    return {
        Held(row.product_id, is_isolated): amount
        for row, is_isolated in rows
        if (amount := whole(row.balance.amount))
    }


def _pool_apart(name: str, market: NadoMarket) -> str:
    return f"{name} isolated {market.symbol}"


def _margin(address: str, pool: str, healths: Sequence[wire.Health], at_ns: int) -> Margin:
    """Health after weights is what may still be lost: before initial, and before maintenance."""
    initial, maintenance, equity = (x18(health.health) for health in healths)
    if initial is None or maintenance is None or equity is None:
        raise UnreadableError(f"a health of {pool} is no number")
    return Margin(
        venue=VENUE, recv_ns=at_ns, account=address, pool=pool, equity=equity,
        used=equity - initial, available=max(0.0, initial), maintenance=equity - maintenance,
        cross_equity=equity,
    )  # fmt: skip


def _ask_subaccounts(address: str) -> Fetch:
    query = {"subaccounts": {"address": address.partition("/")[0]}}
    return replace(archive("account", query, 2, address), background=False)
