"""What an account that was not read to its end does to the sums that it belongs to."""

from cockpit.core.events import AccountState, Link, Margin, Position
from cockpit.core.units import NS_PER_S
from cockpit.documents.exposure import exposure_document
from cockpit.portfolio.positions import read
from cockpit.state.store import MarketStore

T0 = 1_760_000_000 * NS_PER_S
A = "0x" + "ab" * 20


def test_half_an_account_makes_the_equity_unknown_and_says_what_is_missing() -> None:
    said = {"venue": "hyperliquid", "recv_ns": T0}
    store = MarketStore([("hyperliquid", None)], ["BTC"])
    store.follow([("hyperliquid", A, "")])
    store.apply(Link(state="live", **said))
    reason = "reading 1 of 2: waiting for the dex xyz"
    parts = {"parts_known": 1, "parts_wanted": 2, "reason": reason}
    store.apply(Position(symbol="BTC", account=A, size=1.0, mark=100.0, **said))
    store.apply(Margin(account=A, equity=50.0, **said))
    store.apply(AccountState(account=A, state="waiting", **parts, **said))
    portfolio = read(store, T0)
    assert any(warning.endswith(reason) for warning in portfolio.warnings)
    assert exposure_document(portfolio).total.equity_usd is None
    assert exposure_document(portfolio).not_counted_as_safe.unread_accounts == 1
    store.apply(AccountState(account=A, state="read", **said))
    assert exposure_document(read(store, T0)).total.equity_usd == 50.0
