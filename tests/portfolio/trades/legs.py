"""Accounts, markets and fills for tests of trades, in few words."""

from cockpit.core.events import (
    AccountFill,
    AccountState,
    Funding,
    FundingPayment,
    Instrument,
    Link,
    Position,
    Prices,
)
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.state.store import MarketStore

T0 = 1_760_000_400 * NS_PER_S // HOUR_NS * HOUR_NS
"""A full hour."""
A, B = "0x" + "a" * 40, "0x" + "b" * 40
VENUES = ("hyperliquid", "lighter", "dydx", "aster")


def store(*accounts: tuple[str, str], symbols: tuple[str, ...] = ("BTC",)) -> MarketStore:
    """Followed accounts of live venues; none of them has answered yet."""
    view = MarketStore([(venue, None) for venue in VENUES], symbols)
    view.follow((venue, address, "") for venue, address in accounts)
    view.apply_all([Link(venue=venue, recv_ns=T0, state="live") for venue in VENUES])
    return view


def read(venue: str, account: str, at_ns: int = T0, state: str = "read") -> AccountState:
    reason = "" if state in ("read", "flat") else "no answer"
    return AccountState(venue=venue, recv_ns=at_ns, account=account, state=state, reason=reason)


def holds(venue: str, account: str, size: float, at_ns: int = T0, **more: object) -> Position:
    row = {"symbol": "BTC", "pool": "", "entry": 100.0} | more
    return Position(venue=venue, recv_ns=at_ns, account=account, size=size, **row)


def fill(
    venue: str, account: str, number: str, size: float, price: float, at_ns: int, **more: object
) -> AccountFill:
    row = {"symbol": "BTC", "pool": "", "fee": 0.0} | more
    return AccountFill(
        venue=venue, recv_ns=at_ns, venue_ns=at_ns, account=account, fill=number, size=size,
        price=price, **row,
    )  # fmt: skip


def paid(venue: str, account: str, usd: float, at_ns: int, symbol: str = "BTC") -> FundingPayment:
    return FundingPayment(
        venue=venue, recv_ns=at_ns, venue_ns=at_ns, symbol=symbol, account=account, usd=usd
    )


def market(
    venue: str, mark: float, index: float, at_ns: int = T0, symbol: str = "BTC", fee: float = 0.0
) -> list[object]:
    """A market that is listed and priced."""
    listed = Instrument(
        venue=venue, recv_ns=at_ns, symbol=symbol, native=symbol, base=symbol, quote="USDC",
        taker_fee=fee,
    )  # fmt: skip
    return [listed, Prices(venue=venue, recv_ns=at_ns, symbol=symbol, mark=mark, index=index)]


def settled(venue: str, rate: float, at_ns: int, interval_s: int = 3600) -> Funding:
    return Funding(
        venue=venue, recv_ns=at_ns, venue_ns=at_ns, symbol="BTC", kind="settled", rate=rate,
        interval_s=interval_s,
    )  # fmt: skip


def live(venue: str, rate: float, next_ns: int, at_ns: int, interval_s: int = 3600) -> Funding:
    return Funding(
        venue=venue, recv_ns=at_ns, symbol="BTC", kind="live", rate=rate, interval_s=interval_s,
        next_ns=next_ns,
    )  # fmt: skip
