"""Nado: entries, profits and fees of positions come of the matches of a wallet alone."""

import json
from typing import Any

import pytest

from cockpit.core.events import AccountFill, Position, Reject
from cockpit.venues.contract import Fetch
from cockpit.venues.nado.session import Session
from tests.support import AT_NS, feed, only, ticks
from tests.venues.nado.samples import AT_S, FEE, match, matches, x18
from tests.venues.nado.test_accounts import (
    DEFAULT,
    FLAT,
    SHORT,
    apart,
    balance,
    following,
    info,
    long_ether,
    read,
    said,
    states,
)


def asked(session: Session, at_s: int = 1) -> list[dict[str, Any]]:
    """The questions for matches that a session asks in one tick, so many seconds from now."""
    fetches = only(Fetch, feed(session, *ticks(1, AT_NS + (at_s - 1) * 10**9)))
    return [json.loads(f.body or "")["matches"] for f in fetches if f.name == "account_fills"]


def told(session: Session, *rows: dict[str, Any]) -> list[Any]:
    return said(session, "account_fills", matches(*rows), DEFAULT)


def again(session: Session, positions: Any, isolated: Any = None) -> Position:
    """The position as the next reading has it."""
    outputs = read(session, positions, isolated or apart(), AT_NS + 20 * 10**9)
    return only(Position, outputs)[-1]


def test_matches_of_a_wallet_that_holds_nothing_are_not_asked_for() -> None:
    session = following()
    read(session, info(FLAT), apart())
    assert asked(session) == []


def test_a_first_reading_is_whole_once_its_entries_are_known() -> None:
    session = following()
    assert states(read(session, info(SHORT), apart())) == []
    asked(session)
    told(session, match(900, -0.5, 101_000.0))
    outputs = read(session, info(SHORT), apart(), AT_NS + 20 * 10**9)
    assert states(outputs) == ["read"]


def test_a_first_reading_does_not_wait_for_an_archive_that_does_not_answer() -> None:
    session = following()
    read(session, info(SHORT), apart())
    asked(session)
    refused = {"error": "slow down", "error_code": 1000}
    assert len(only(Reject, said(session, "account_fills", refused, DEFAULT))) == 1
    assert len(asked(session, 17)) == 1
    outputs = read(session, info(SHORT), apart(), AT_NS + 20 * 10**9)
    assert states(outputs) == ["read"]
    assert only(Position, outputs)[0].entry is None


def test_a_fill_is_told_with_its_price_its_fee_and_its_time() -> None:
    session = following()
    read(session, info(SHORT), apart())
    (question,) = asked(session)
    assert question == {"subaccounts": [DEFAULT], "limit": 100}
    (fill,) = only(AccountFill, told(session, match(900, -0.5, 101_000.0)))
    assert (fill.symbol, fill.pool, fill.size) == ("BTC", "default", -0.5)
    assert fill.price == pytest.approx(101_000.0)
    assert fill.fee == pytest.approx(0.5 * 101_000.0 * FEE)
    assert fill.venue_ns == (AT_S - 100) * 10**9


def test_entry_and_profit_are_without_funding_and_fees() -> None:
    session = following()
    read(session, info(SHORT), apart())
    told(session, match(900, -0.5, 101_000.0))
    position = again(session, info(SHORT))
    assert position.entry == pytest.approx(101_000.0)
    # Half a coin sold, which is 1,000 cheaper now.
    assert position.upnl == pytest.approx(500.0)
    assert position.opened_ns == (AT_S - 100) * 10**9


def test_an_account_is_read_again_at_once_when_its_entries_have_become_known() -> None:
    session = following()
    read(session, info(SHORT), apart())
    told(session, match(900, -0.5, 101_000.0))
    fetches = only(Fetch, feed(session, *ticks(1)))
    assert "account" in {fetch.name for fetch in fetches}


def test_what_was_settled_moves_no_entry() -> None:
    """Settlement takes profit out of the balance: by it the position was opened at the price."""
    session = following()
    settled = balance(2, x18(-0.5), x18(50_000))
    read(session, info(settled), apart())
    told(session, match(900, -0.5, 101_000.0))
    assert again(session, info(settled)).entry == pytest.approx(101_000.0)


def test_a_part_that_was_closed_leaves_the_entry_of_the_rest() -> None:
    session = following()
    read(session, info(SHORT), apart())
    # 0.4 at 100,000 and 0.4 at 102,000 are 0.8 at 101,000; then 0.3 are bought back.
    told(
        session, match(800, -0.4, 100_000.0), match(801, -0.4, 102_000.0), match(900, 0.3, 90_000.0)
    )
    assert again(session, info(SHORT)).entry == pytest.approx(101_000.0)


def test_a_position_that_was_turned_over_was_opened_by_what_turned_it() -> None:
    session = following()
    read(session, info(SHORT), apart())
    told(session, match(800, 1.0, 95_000.0), match(900, -1.5, 99_000.0))
    assert again(session, info(SHORT)).entry == pytest.approx(99_000.0)


def test_pages_go_back_until_every_position_has_its_beginning() -> None:
    session = following()
    read(session, info(SHORT), apart())
    asked(session)
    page = [match(index, 0.001 if index % 2 else -0.001, 100_000.0) for index in range(901, 1_001)]
    told(session, *page)
    (question,) = asked(session, 2)
    assert question["idx"] == 901, "from the last of the page, whose transaction may have more"
    told(session, match(901, 0.001, 100_000.0), match(700, -0.5, 101_000.0))
    assert asked(session, 3) == []
    assert again(session, info(SHORT)).opened_ns == (AT_S - 300) * 10**9


def test_a_page_that_matches_of_spot_markets_fill_is_not_the_last() -> None:
    session = following()
    read(session, info(SHORT), apart())
    asked(session)
    page = [match(index, 0.1, 100_000.0) for index in range(901, 1_001)]
    for row in page:
        row["pre_balance"] = {"base": {"spot": {}}, "quote": None}
    assert told(session, *page) == []
    (question,) = asked(session, 2)
    assert question["idx"] == 901
    told(session, match(700, -0.5, 101_000.0))
    assert again(session, info(SHORT)).entry == pytest.approx(101_000.0)


def test_matches_that_the_archive_does_not_have_yet_leave_the_entry_unknown() -> None:
    session = following()
    read(session, info(SHORT), apart())
    asked(session)
    told(session, match(900, -0.2, 101_000.0))
    position = again(session, info(SHORT))
    assert (position.entry, position.upnl) == (None, None)
    assert len(asked(session, 40)) == 1
    told(session, match(900, -0.2, 101_000.0), match(901, -0.3, 101_000.0))
    assert again(session, info(SHORT)).entry == pytest.approx(101_000.0)


def test_a_position_that_closed_is_asked_for_until_the_fill_that_closed_it_is_told() -> None:
    session = following()
    read(session, info(SHORT), apart())
    asked(session)
    told(session, match(900, -0.5, 101_000.0))
    read(session, info(FLAT), apart(), AT_NS + 20 * 10**9)
    assert len(asked(session, 21)) == 1
    assert told(session, match(900, -0.5, 101_000.0)) == []
    assert len(asked(session, 40)) == 1
    (fill,) = only(AccountFill, told(session, match(910, 0.5, 99_000.0)))
    assert fill.size == 0.5
    assert asked(session, 60) == []


def test_an_isolated_position_has_its_own_matches() -> None:
    session = following()
    ether = balance(4, x18(-1), x18(4_050))
    read(session, info(ether), apart(long_ether()))
    fills = only(
        AccountFill,
        told(session, match(900, -1, 4_050.0, 4), match(901, 2, 3_900.0, 4, is_isolated=True)),
    )
    assert [(fill.pool, fill.size) for fill in fills] == [
        ("default", -1.0), ("default isolated ETH", 2.0),
    ]  # fmt: skip
    cross, alone = only(Position, read(session, info(ether), apart(long_ether())))
    assert (cross.entry, alone.entry) == (pytest.approx(4_050.0), pytest.approx(3_900.0))
    assert alone.upnl == pytest.approx(200.0)


def test_fills_by_the_thousand_are_in_coins() -> None:
    session = following()
    pepe = info(balance(38, x18(500), x18(-2)))
    read(session, pepe, apart())
    (fill,) = only(AccountFill, told(session, match(900, 500, 0.004, 38)))
    assert fill.size == 500_000.0
    assert fill.price == pytest.approx(0.004 / 1000)


def test_what_was_changed_by_no_match_has_no_entry_and_is_not_asked_for_without_end() -> None:
    """Liquidations and transfers of positions are no matches."""
    session = following()
    read(session, info(SHORT), apart())
    count = 0
    for second in range(1, 1_000, 20):
        count += len(asked(session, second))
        told(session, match(900, -1, 101_000.0))
    assert count == 20
    assert again(session, info(SHORT)).entry is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_filled": "0"}, {"base_filled": "half"}, {"fee": None},
        {"quote_filled": x18(-50_000)}, {"submission_idx": "899"},
    ],
)  # fmt: skip
def test_a_match_that_cannot_be_is_counted_and_none_of_the_others_is_lost(wrong: Any) -> None:
    session = following()
    read(session, info(SHORT), apart())
    body = matches(match(900, -0.5, 101_000.0), match(901, -0.1, 101_000.0))
    body["matches"][1] |= wrong
    outputs = said(session, "account_fills", body, DEFAULT)
    assert len(only(Reject, outputs)) == 1
    assert [fill.size for fill in only(AccountFill, outputs)] == [-0.1]


def test_a_match_of_a_spot_market_is_none_of_a_position() -> None:
    session = following()
    read(session, info(SHORT), apart())
    spot = match(900, 1.0, 100_000.0, 1) | {"pre_balance": {"base": {"spot": {}}, "quote": None}}
    assert told(session, spot) == []


def test_the_price_of_a_documented_match_is_that_of_its_maker() -> None:
    """0.724 bought at 27,540 with a fee of 3 basis points, from the page of the venue."""
    session = following()
    held = info(balance(2, "723999999999999999", "0"))
    read(session, held, apart())
    row = match(563_011, 1.0, 1.0) | {
        "base_filled": "723999999999999999", "quote_filled": "-19944943483044913474043",
        "fee": "5983483044913474042",
    }  # fmt: skip
    body = {"matches": [row], "txs": [{"submission_idx": "563011", "timestamp": "1679728127"}]}
    (fill,) = only(AccountFill, said(session, "account_fills", body, DEFAULT))
    assert fill.price == pytest.approx(27_540.0, abs=1e-9)
    assert fill.fee == pytest.approx(5.983483044913474)
