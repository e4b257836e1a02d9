"""Aster: accounts by public address, read from the chain's JSON-RPC, which is a host of its own.

| question | says | we emit |
| --- | --- | --- |
| `aster_getBalance` | whether the account is private, wallets by coin, positions | `Position`, `Margin`, `AccountState` |

Privacy is the owner's choice and hides balances and positions alike: such an account is unknown,
never empty. One reading is the whole account. The side of a position is what it says, the sign of
its size counts only where it says BOTH; an account that holds long and short of one market at once
has a pool for each. Equity is the wallets of dollar coins and the unrealised profit; where another
coin lies in the wallet it is not known, because its haircut is not. The venue names neither a
margin nor a price of liquidation, and funding payments are not in these answers. `adl` is the
quantile of a position in the queue of automatic deleveraging: 0 to 4, the highest is closed first.
"""  # noqa: E501 (a table row is one line)

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from cockpit.core.events import Margin, Position, Reject
from cockpit.venues.aster.mapper import VENUE
from cockpit.venues.contract import Fetch, Output, Reply
from cockpit.venues.kit.accounts import Accounts, Followed, UnreadableError
from cockpit.venues.kit.decoding import encode, reject, rejects
from cockpit.venues.kit.fields import Number, Refusal, decoder
from cockpit.venues.kit.instruments import Market
from cockpit.venues.kit.numbers import Odd, finite
from cockpit.venues.kit.parts import Hears
from cockpit.venues.kit.polling import Rota, Timing

CHAIN = "chain"
"""Its host, and its budget."""
DOLLARS = frozenset({"USDT", "USDC", "USD1", "USDF", "U"})
PRIVATE = "its owner keeps it private: balances and positions are not shown"
_PERIOD_S, _STALE_S = 10.0, 60.0
_QUANTILES: Mapping[float | None, int] = {float(number): number for number in range(5)}


class Wallet(Struct, gc=False, frozen=True):
    asset: str
    walletBalance: Number = None


class Held(Struct, gc=False, frozen=True):
    symbol: str
    positionAmount: Number
    positionSide: Literal["BOTH", "LONG", "SHORT"] = "BOTH"
    entryPrice: Number = None
    markPrice: Number = None
    unrealizedProfit: Number = None
    leverage: Number = None
    isolated: bool | None = None
    adl: Number = None


class Product(Struct, gc=False, frozen=True):
    tradingProduct: str = ""
    positions: tuple[Held, ...] = ()


class Balance(Struct, gc=False, frozen=True):
    address: str = ""
    accountPrivacy: Literal["enabled", "disabled"] | None = None
    perpAssets: tuple[Wallet, ...] | None = None
    positions: tuple[Product, ...] | None = None


class Answer(Balance, gc=False, frozen=True):
    """Under HTTP 200 also where it is an error. A balance may come without its wrapper."""

    result: Balance | None = None
    error: Refusal | None = None

    @property
    def balance(self) -> Balance | None:
        told = self.result or self
        return told if told.address and told.accountPrivacy else None


BALANCE = decoder(Answer)


class PublicAccounts(Hears):
    """The wanted addresses. `markets` are the listed ones by native name."""

    hears = "account"

    def __init__(self, markets: Mapping[str, Market]) -> None:
        self._markets = markets
        timing = Timing(period_s=_PERIOD_S, retry_s=_PERIOD_S)
        self._rota = Rota(VENUE, _ask, BALANCE, timing, check=_problem, per_tick=1)
        self._accounts = Accounts(VENUE, self._rota, Followed, stale_s=_STALE_S)

    def want(self, addresses: Iterable[str], at_ns: int) -> list[Output]:
        return list(self._accounts.want(addresses, at_ns))

    def tick(self, at_ns: int) -> Sequence[Output]:
        return self._accounts.tick(at_ns)

    def hear(self, reply: Reply) -> list[Output]:
        answer, address, at_ns = self._rota.read(reply), reply.key, reply.at_ns
        if isinstance(answer, Reject):
            return self._accounts.rejected(address, answer)
        followed, balance = self._accounts.followed.get(address), answer.balance
        if followed is None or balance is None:
            return []
        if balance.accountPrivacy == "enabled":
            return [*followed.unknown(at_ns, PRIVATE)]
        try:
            odd = Odd()
            positions = list(self._positions(address, balance, at_ns, odd))
            margin = _margin(address, balance, positions, at_ns)
            if not (balance.perpAssets or positions):
                return [*followed.unknown(at_ns, "the venue shows nothing of it")]
            # The ledger is told last: what it hears is taken for said.
            stated = list(followed.ledger.pools(positions, [margin], at_ns))
        except ValueError as error:
            return self._accounts.rejected(address, reject(VENUE, at_ns, f"account: {error}"))
        stands = followed.read(at_ns, is_flat=not positions)
        return [*stated, *stands, *rejects(VENUE, at_ns, "account", odd, reply.body)]

    def _positions(
        self, address: str, balance: Balance, at_ns: int, odd: Odd
    ) -> Iterator[Position]:
        """The open ones."""
        if balance.positions is None:
            raise UnreadableError("there is no list of positions")
        if balance.address.lower() != address.lower():
            raise UnreadableError("the answer is about another address")
        for product in balance.positions:
            if product.tradingProduct != "perps":
                raise UnreadableError(
                    f"positions in {product.tradingProduct:.40} are not understood"
                )
            for row in product.positions:
                if finite(row.positionAmount) != 0.0:
                    yield self._position(address, row, at_ns, odd)

    def _position(self, address: str, row: Held, at_ns: int, odd: Odd) -> Position:
        market, amount = self._markets.get(row.symbol), finite(row.positionAmount)
        if market is None:
            raise UnreadableError(f"a position in {row.symbol:.40}, which is not listed")
        if amount is None:
            raise UnreadableError(f"size in {market.native} is no number")
        if row.positionSide != "BOTH":
            amount = abs(amount) if row.positionSide == "LONG" else -abs(amount)
        entry, mark = odd.price("entryPrice", row.entryPrice), odd.price("markPrice", row.markPrice)
        unit, quantile = market.unit, odd.number("adl", row.adl)
        return Position(
            venue=VENUE, recv_ns=at_ns, symbol=market.symbol, account=address,
            pool="" if row.positionSide == "BOTH" else row.positionSide,
            size=amount * unit.contract, adl_quantile=_QUANTILES.get(quantile),
            entry=None if entry is None else unit.to_price(entry),
            mark=None if mark is None else unit.to_price(mark),
            upnl=odd.number("unrealizedProfit", row.unrealizedProfit),
            leverage=odd.price("leverage", row.leverage),
            margin_mode=None if row.isolated is None else "isolated" if row.isolated else "cross",
        )  # fmt: skip


def _margin(address: str, balance: Balance, positions: Sequence[Position], at_ns: int) -> Margin:
    """Equity of dollars alone; None where something in it is not known."""
    if balance.perpAssets is None:
        raise UnreadableError("there is no list of wallets")
    equity: float | None = 0.0
    for wallet in balance.perpAssets:
        amount = finite(wallet.walletBalance)
        if amount is None:
            raise UnreadableError(f"the wallet of {wallet.asset:.20} is no number")
        if amount and wallet.asset not in DOLLARS:
            equity = None
        elif equity is not None:
            equity += amount
    for position in positions:
        equity = None if equity is None or position.upnl is None else equity + position.upnl
    return Margin(venue=VENUE, recv_ns=at_ns, account=address, equity=equity)


def _problem(answer: Answer) -> str | None:
    """Why an answer is none. An account that hides may also be refused with an error."""
    if answer.error is not None:
        return answer.error.words
    return "no result" if answer.balance is None else None


def _ask(address: str) -> Fetch:
    asked = {
        "jsonrpc": "2.0", "id": 1, "method": "aster_getBalance", "params": [address, "latest"],
    }  # fmt: skip
    return Fetch(
        name="account", path="/info", method="POST", body=encode(asked),
        key=address, host=CHAIN, bucket=CHAIN,
    )  # fmt: skip
