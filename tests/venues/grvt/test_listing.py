"""GRVT's listing: names, thousands, states of a market, margin rules."""

from typing import Any

import pytest

from cockpit.core.events import Instrument, OpenInterest, Reject
from cockpit.venues.contract import Fetch, Wants
from cockpit.venues.grvt.session import Session
from tests.support import feed, frame, only, opened, reply
from tests.venues.grvt.samples import native, row, ticker


def listed(*rows: Any) -> tuple[Session, list[Instrument]]:
    session = Session(Wants(symbols=("BTC", "NVDA")))
    feed(session, opened())
    return session, only(Instrument, feed(session, reply("instruments", {"result": list(rows)})))


def bracket(floor: str, maintenance: str, initial: str, leverage: str) -> dict[str, Any]:
    return {
        "tier": 1, "notional_floor": floor, "notional_cap": "1.0",
        "maintenance_margin_rate": maintenance, "initial_margin_rate": initial,
        "max_leverage": leverage, "cumulative_maintenance_amount": "0.0",
    }  # fmt: skip


def rules(session: Session, *brackets: Any) -> list[Any]:
    body = {"max_position_size": "1000.0", "risk_brackets": list(brackets)}
    return feed(session, reply("margin_rules", body, key=native("BTC")))


@pytest.mark.parametrize(
    ("base", "symbol", "contract"),
    [
        ("KPEPE", "PEPE", 1000.0), ("KBONK", "BONK", 1000.0), ("KSHIB", "SHIB", 1000.0),
        ("KAITO", "KAITO", 1.0), ("KAS", "KAS", 1.0), ("KSM", "KSM", 1.0), ("K", "K", 1.0),
    ],
)  # fmt: skip
def test_only_a_measured_k_is_a_thousand(base: str, symbol: str, contract: float) -> None:
    _, (told,) = listed(row(base))
    assert (told.symbol, told.base, told.contract) == (symbol, symbol, contract)


def test_what_is_no_perpetual_is_left_out_and_its_frames_are_no_nonsense() -> None:
    session, told = listed(row("BTC"), row("ETH", kind="SPOT_SWAP"))
    assert [event.symbol for event in told] == ["BTC"]
    assert feed(session, frame(ticker(native("ETH")))) == []


def test_a_row_whose_names_disagree_costs_itself() -> None:
    session = Session(Wants())
    feed(session, opened())
    rows = [row("BTC"), row("ETH", quote="USDC"), {"instrument": 7}]
    outputs = feed(session, reply("instruments", {"result": rows}))
    assert [event.symbol for event in only(Instrument, outputs)] == ["BTC"]
    assert len(only(Reject, outputs)) == 2


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("ACTIVE", "active"), ("UNSPECIFIED", "active"), (None, "active"),
        ("REDUCE_ONLY", "paused"), ("MAINTENANCE", "paused"), ("HALTED", "paused"),
        ("PENDING", "paused"), ("A NEW ONE", "paused"), ("CLOSED", "delisted"),
        ("DELISTED", "delisted"),
    ],
)  # fmt: skip
def test_a_state_that_is_not_known_to_trade_is_a_pause(status: str | None, meaning: str) -> None:
    _, (told,) = listed(row("BTC", status=status))
    assert told.status == meaning


def test_no_room_between_cap_and_floor_is_the_end() -> None:
    gone = row("BTC", adjusted_funding_rate_cap="0.0", adjusted_funding_rate_floor="0.0")
    _, (told,) = listed(gone)
    assert told.status == "delisted"


def test_a_share_outside_its_hours_is_paused_and_its_figures_go_on() -> None:
    session, _ = listed(row("NVDA"))
    outputs = feed(session, frame(ticker(native("NVDA"), session="CLOSE")))
    assert [event.status for event in only(Instrument, outputs)] == ["paused"]
    assert only(OpenInterest, outputs)
    opened_again = feed(session, frame(ticker(native("NVDA"), session="PRE_MARKET")))
    assert [event.status for event in only(Instrument, opened_again)] == ["active"]


def test_a_ticker_tells_a_halt_before_the_listing_does() -> None:
    session, _ = listed(row("BTC"))
    outputs = feed(session, frame(ticker(status="HALTED")))
    assert [event.status for event in only(Instrument, outputs)] == ["paused"]


def test_margin_rules_are_fractions_by_notional() -> None:
    session, _ = listed(row("BTC"))
    first, second = (
        bracket("0.0", "0.01", "0.02", "50"), bracket("1000000.0", "0.02", "0.04", "25"),
    )  # fmt: skip
    (told,) = only(Instrument, rules(session, first, second))
    assert (told.mmf, told.max_leverage) == (0.01, 50.0)
    assert told.margin_tiers == ((0.0, 0.01), (1_000_000.0, 0.02))
    assert told.initial_tiers == ((0.0, 0.02), (1_000_000.0, 0.04))
    assert only(Instrument, rules(session, first, second)) == []


@pytest.mark.parametrize(
    "odd",
    [
        bracket("0.0", "0.02", "0.04", "25"), bracket("1000.0", "5", "10", "0.1"),
        bracket("1000.0", "0.04", "0.02", "50"), bracket("x", "0.02", "0.04", "25"),
    ],
)  # fmt: skip
def test_margin_rules_that_make_no_sense_are_not_known(odd: dict[str, Any]) -> None:
    session, _ = listed(row("BTC"))
    first = bracket("0.0", "0.01", "0.02", "50")
    rules(session, first)
    outputs = rules(session, first, odd)
    assert len(only(Reject, outputs)) == 1
    assert [event.mmf for event in only(Instrument, outputs)] == [None]


def test_margin_rules_are_asked_of_watched_markets_alone() -> None:
    session = Session(Wants(symbols=("BTC",), survey=True))
    rows = {"result": [row("BTC"), row("ETH")]}
    outputs = feed(session, opened(), reply("instruments", rows))
    asked = [fetch.key for fetch in only(Fetch, outputs) if fetch.name == "margin_rules"]
    assert asked == [native("BTC")]


def test_a_refusal_is_told_in_the_words_of_the_venue() -> None:
    session = Session(Wants())
    feed(session, opened())
    body = {"request_id": 1, "code": 1006, "message": "too many", "status": 429}
    (told,) = feed(session, reply("instruments", body, status=429))
    assert isinstance(told, Reject)
    assert "1006: too many" in told.reason
