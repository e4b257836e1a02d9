"""An account in several parts is not the account until all of them have answered."""

from cockpit.core.events import AccountState, Position
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
