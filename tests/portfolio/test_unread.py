"""What an account that was not read to its end does to the sums that it belongs to."""

from cockpit.core.events import AccountState, Funding, Link, Margin, Position, Prices
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
    document = exposure_document(portfolio)
    assert document.not_counted_as_safe.unread_accounts == 1
    # The one bitcoin that was read may be a leg of more: no sum is said to be all of it.
    assert [document.total.is_complete, *(a.is_complete for a in document.assets)] == [False] * 2
    assert [venue.is_complete for venue in document.venues] == [False]
    store.apply(AccountState(account=A, state="read", **said))
    document = exposure_document(read(store, T0))
    assert document.total.equity_usd == 50.0
    assert document.total.is_complete
    assert all(row.is_complete for row in (*document.assets, *document.venues))


def test_a_venue_is_complete_while_an_account_elsewhere_is_still_read() -> None:
    store = MarketStore([("hyperliquid", None), ("lighter", None)], ["BTC"])
    store.follow([("hyperliquid", A, ""), ("lighter", A, "")])
    for venue, state in (("hyperliquid", "read"), ("lighter", "waiting")):
        said = {"venue": venue, "recv_ns": T0, "account": A}
        store.apply(Position(symbol="BTC", size=1.0, mark=100.0, **said))
        store.apply(Margin(equity=50.0, **said))
        store.apply(AccountState(state=state, **said))
    document = exposure_document(read(store, T0))
    assert {v.venue: v.is_complete for v in document.venues} == {
        "hyperliquid": True, "lighter": False,
    }  # fmt: skip
    # An asset is held over venues: what is missing at one is missing in its net.
    assert not document.assets[0].is_complete
    assert not document.total.is_complete


def test_the_carry_of_an_old_prediction_is_said_to_be_so_beside_a_live_rate_of_now() -> None:
    store = MarketStore([("lighter", None)], ["BTC"])
    said = {"venue": "lighter", "recv_ns": T0}
    rate = {"symbol": "BTC", "rate": 1e-4, "interval_s": 3600}
    store.apply(Link(state="live", **said))
    store.set_manual([Position(symbol="BTC", account="m", size=1.0, source="manual", **said)])
    store.apply(Prices(symbol="BTC", mark=100.0, index=100.0, **said))
    store.apply(Funding(kind="predicted", **rate, **said))
    now = {"venue": "lighter", "recv_ns": T0 + 600 * NS_PER_S}
    store.apply(Funding(kind="live", **rate, **now))
    assert "lighter/BTC: its funding rate is old" in read(store, now["recv_ns"]).warnings
    store.apply(Funding(kind="predicted", **rate, **now))
    assert "lighter/BTC: its funding rate is old" not in read(store, now["recv_ns"]).warnings
