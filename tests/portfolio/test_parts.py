"""An account in several parts is not the account until all of them have answered."""

import json

import msgspec

from cockpit.core.events import AccountState, Link, Margin, Position
from cockpit.documents.saved_portfolio import load_portfolio
from cockpit.documents.saved_view import view_of
from cockpit.documents.snapshot import snapshot
from cockpit.portfolio import positions as exposures
from cockpit.state.store import MarketStore

NOW_NS = 1_790_000_000_000_000_000
ADDRESS = "0x" + "ab" * 20


def test_an_account_of_which_two_parts_of_three_were_read_says_so() -> None:
    store = MarketStore([("lighter", None)], ["BTC"])
    store.follow([("lighter", ADDRESS, "")])
    said = {"venue": "lighter", "recv_ns": NOW_NS, "account": ADDRESS}
    store.apply_all(
        [
            Position(symbol="BTC", size=0.1, **said),
            AccountState(
                state="waiting", reason="reading 2 of 3", parts_known=2, parts_wanted=3, **said
            ),
        ]
    )
    (warning, *_) = exposures.read(store, NOW_NS).warnings
    assert warning.endswith(": reading 2 of 3")


def half_read() -> MarketStore:
    """A position and a margin of the first two parts; the third has not answered."""
    store = MarketStore([("lighter", None)], ["BTC"])
    store.follow([("lighter", ADDRESS, "")])
    said = {"venue": "lighter", "recv_ns": NOW_NS}
    mine = {**said, "account": ADDRESS}
    parts = {"parts_known": 2, "parts_wanted": 3}
    store.apply_all(
        [
            Link(state="live", **said),
            Position(symbol="BTC", size=0.1, mark=60_000.0, **mine),
            Margin(equity=50.0, **mine),
            AccountState(state="waiting", reason="reading 2 of 3", **parts, **mine),
        ]
    )
    return store


def test_a_document_says_in_figures_how_many_parts_it_has() -> None:
    document = snapshot(half_read(), NOW_NS, None, [])
    (account,) = document.accounts
    assert (account.state, account.parts_known, account.parts_wanted) == ("waiting", 2, 3)
    assert any(warning.endswith(": reading 2 of 3") for warning in document.warnings)


def test_a_half_account_that_was_saved_is_half_when_it_is_read_back(tmp_path) -> None:
    saved = msgspec.json.encode(snapshot(half_read(), NOW_NS, None, []))
    (again,) = view_of(json.loads(saved)).accounts()
    assert (again.status, again.parts_known, again.parts_wanted) == ("waiting", 2, 3)
    assert again.is_stale(NOW_NS)
    path = tmp_path / "snapshot.json"
    path.write_bytes(saved)
    portfolio = load_portfolio(path)
    (account,) = portfolio.accounts
    assert (account.status, account.parts_known, account.parts_wanted) == ("waiting", 2, 3)
    assert None in [pool.equity_usd for pool in portfolio.pools]
