"""`--for` waits for every part of an account, not for the first that answers."""

import msgspec
import pytest

from cockpit.cli import exposure, snapshot
from cockpit.config import Config, Follow
from cockpit.core.events import AccountState, FundingPayment, Instrument, Link, Margin, Position
from cockpit.desk.live import Engine
from cockpit.portfolio import positions

ADDRESS = "0x" + "ab" * 20
HALF = {"state": "waiting", "reason": "reading 2 of 3", "parts_known": 2, "parts_wanted": 3}


@pytest.fixture
def engine(own_home) -> Engine:
    """It follows one account; nothing is connected, the test says what was heard."""
    config = Config()
    watch = msgspec.structs.replace(config.watch, venues=("lighter",), symbols=("BTC",))
    follow = Follow(venue="lighter", address=ADDRESS)
    engine = Engine(msgspec.structs.replace(config, watch=watch, account=(follow,)))
    said = {"venue": "lighter", "recv_ns": engine.clock.now_ns()}
    engine.view.apply_all(
        [
            Link(state="live", **said),
            Instrument(
                symbol="BTC", native="1", base="BTC", quote="USD", status="delisted", **said
            ),
            Margin(account=ADDRESS, equity=50.0, **said),
        ]
    )
    return engine


def hear(engine: Engine, **said: object) -> None:
    at_ns = engine.clock.now_ns()
    engine.view.apply(AccountState(venue="lighter", account=ADDRESS, recv_ns=at_ns, **said))


@pytest.mark.parametrize("command", [exposure, snapshot])
def test_an_account_of_which_two_parts_of_three_answered_is_waited_for(engine, command) -> None:
    assert not command.is_complete(engine)
    hear(engine, **HALF)
    assert not command.is_complete(engine)
    hear(engine, state="flat", parts_known=3, parts_wanted=3)
    assert command.is_complete(engine)


def test_when_time_is_up_the_missing_part_is_a_warning(engine) -> None:
    hear(engine, **HALF)
    warnings = positions.read(engine.view, engine.clock.now_ns()).warnings
    assert "lighter:0xabab…abab: reading 2 of 3" in warnings


def test_what_a_position_was_paid_is_waited_for_apart(engine) -> None:
    at_ns = engine.clock.now_ns()
    held = {"venue": "lighter", "symbol": "BTC", "account": ADDRESS, "recv_ns": at_ns}
    engine.view.apply(Position(size=1.0, mark=50.0, **held))
    hear(engine, state="read", parts_known=3, parts_wanted=3)
    assert not exposure.has_payments(engine)
    engine.view.apply(FundingPayment(usd=-1.5, venue_ns=at_ns, **held))
    assert exposure.has_payments(engine)


def test_a_position_that_was_typed_is_told_no_payments_and_not_waited_for(engine) -> None:
    engine.view.set_manual(
        [
            Position(
                venue="lighter", symbol="BTC", account="mine", size=1.0,
                recv_ns=engine.clock.now_ns(), source="manual",
            )
        ]
    )  # fmt: skip
    assert exposure.has_payments(engine)
