"""Lighter accounts: index and L1 address, flat rows, signs, streams that want a token."""

import json

import pytest

from cockpit.core.events import AccountState, Margin, Position, Reject
from cockpit.venues.contract import Send, Wanted, Wants
from cockpit.venues.lighter import SPEC, Session
from tests.invariants import Invariants
from tests.support import (
    AT_NS,
    capture_text,
    closed,
    feed,
    frame,
    needs_captures,
    only,
    opened,
    reply,
    ticks,
)  # fmt: skip
from tests.venues.lighter.accounts import L1, SECOND, account, asked, body, following, row, stream

# --- documented samples -------------------------------------------------------------------------


def test_the_documented_account_is_read_to_the_last_digit():
    """Collateral 9100.242706 and profit 6197.829558 are worth 15298.072264 USD."""
    eth = row(
        "ETH", "18.0193", avg_entry_price="2669.84", position_value="54306.566340",
        unrealized_pnl="6197.829558", liquidation_price="2191.1107231380406", market_id=0,
    )  # fmt: skip
    sample = account(
        eth, available_balance="12582.743947", collateral="9100.242706",
        total_asset_value="15298.072264000002", cross_asset_value=None,
    )  # fmt: skip
    outputs = feed(following("1077"), reply("account", body(sample), key="1077"))
    Invariants("lighter").check_all(outputs)
    [position] = only(Position, outputs)
    assert (position.symbol, position.size, position.entry) == ("ETH", 18.0193, 2669.84)
    assert position.mark == pytest.approx(54306.566340 / 18.0193)
    assert (position.liquidation, position.upnl) == (2191.1107231380406, 6197.829558)
    assert (position.leverage, position.margin_mode, position.pool) == (20.0, "cross", "1077")
    [margin] = only(Margin, outputs)
    assert margin.equity == pytest.approx(9100.242706 + 6197.829558)
    assert margin.available == 12582.743947
    assert margin.used == pytest.approx(54306.566340 * 0.05, rel=1e-6), "5 % of what it is worth"


@needs_captures
def test_the_flat_row_of_the_documented_example_is_no_position():
    outputs = feed(
        Session(Wants()), reply("account", capture_text("lighter/doc_examples/http_account.json"))
    )
    assert only(Position, outputs) == []
    [margin] = only(Margin, outputs)
    assert (margin.account, margin.equity) == ("123456", 0.0)


@needs_captures
def test_the_documented_stream_of_positions_is_read():
    outputs = feed(
        Session(Wants()),
        frame(capture_text("lighter/doc_examples/ws_account_all_positions_update.json")),
    )
    [position] = only(Position, outputs)
    assert (position.account, position.symbol, position.size) == ("1234", "ETH", 1.5)
    assert (position.entry, position.mark, position.liquidation) == (2350.10, 2350.10, 1900.0)
    assert position.leverage == 20.0, "0.0500 is a fraction there, per cent over REST"


@needs_captures
def test_the_documented_stream_of_worth_is_read():
    text = capture_text("lighter/doc_examples/ws_user_stats_update.json")
    [margin] = only(Margin, feed(Session(Wants()), frame(text)))
    assert (margin.account, margin.equity, margin.used) == ("1234", 40.0, 0.0)


# --- figures ------------------------------------------------------------------------------------


def test_no_field_is_taken_for_another_and_the_size_takes_its_sign():
    outputs = feed(following("1077"), reply("account", body(account(row("BTC", "2", -1)))))
    [position] = only(Position, outputs)
    assert (position.size, position.entry, position.mark) == (-2.0, 90.0, 100.0)
    assert (position.liquidation, position.upnl) == (55.5, 20.5)
    [margin] = only(Margin, outputs)
    assert (margin.equity, margin.available, margin.cross_equity) == (1000.0, 700.0, 900.0)
    assert (margin.used, margin.maintenance) == (300.0, None)


def test_what_was_paid_out_is_cash_flow_and_so_negative_when_the_account_paid():
    long, short = row("BTC", "1"), row("ETH", "1", -1, total_funding_paid_out="10.9", market_id=0)
    outputs = feed(following("1077"), reply("account", body(account(long, short))))
    assert {p.symbol: p.funding_paid for p in only(Position, outputs)} == {
        "BTC": -3.25,
        "ETH": 10.9,
    }


def test_the_newest_schema_states_both_requirements():
    isolated = row("BTC", "1", margin_mode=1, allocated_margin="40.0")
    newest = account(
        isolated, cross_initial_margin_requirement="250.0",
        cross_maintenance_margin_requirement="120.0",
    )  # fmt: skip
    outputs = feed(following("1077"), reply("account", body(newest)))
    [position], [margin] = only(Position, outputs), only(Margin, outputs)
    # 250 for cross positions; the isolated one takes its 40 and its profit of 20.5.
    assert (margin.used, margin.maintenance) == (310.5, 120.0)
    assert (position.margin_mode, position.isolated_equity) == ("isolated", 60.5)


@pytest.mark.parametrize("text", ["", "0", "0.00", None])
def test_no_liquidation_price_is_none(text):
    sample = account(row("BTC", "1", liquidation_price=text))
    [position] = only(Position, feed(following("1077"), reply("account", body(sample))))
    assert position.liquidation is None


def test_a_thousand_pepe_are_told_per_coin():
    pepe = row(
        "1000PEPE", "3", avg_entry_price="0.009", position_value="0.03", liquidation_price="0.005"
    )
    [position] = only(Position, feed(following("1077"), reply("account", body(account(pepe)))))
    assert (position.symbol, position.size) == ("PEPE", 3000.0)
    assert position.mark == pytest.approx(0.00001)
    assert position.entry == pytest.approx(0.000009)
    assert position.liquidation == pytest.approx(0.000005)


def test_every_account_of_an_address_is_a_pool_of_its_own():
    both = body(account(row("BTC", "1")), account(row("BTC", "2", -1), index=1078))
    outputs = feed(following(L1), reply("account", both, key=L1))
    assert [(p.pool, p.size) for p in only(Position, outputs)] == [("1077", 1.0), ("1078", -2.0)]
    assert {m.account for m in only(Margin, outputs)} == {L1}


def test_a_row_that_became_flat_was_closed():
    session = following("1077")
    feed(session, reply("account", body(account(row("BTC", "1"), row("ETH", "1", market_id=0)))))
    flat = row("BTC", "0.00", position_value="-0.000000")
    outputs = feed(session, reply("account", body(account(flat, row("ETH", "1", market_id=0)))))
    assert [(p.symbol, p.size) for p in only(Position, outputs)] == [("BTC", 0.0), ("ETH", 1.0)]


def test_an_update_changes_what_it_names_and_a_new_stream_lists_all():
    session = following("1077")
    feed(session, reply("account", body(account(row("BTC", "1"), row("ETH", "2", market_id=0)))))
    update = stream("account_all", {"7": row("BTC", "0.00")})
    assert [(p.symbol, p.size) for p in only(Position, feed(session, frame(update)))] == [
        ("BTC", 0.0)
    ]
    new = stream("account_all", {"7": row("BTC", "3")}, "subscribed")
    told = [(p.symbol, p.size) for p in only(Position, feed(session, frame(new)))]
    assert told == [("ETH", 0.0), ("BTC", 3.0)]


def test_negative_equity_and_markets_that_nobody_follows_are_told():
    sample = account(row("NVDA", "5", market_id=88), total_asset_value="-12.5")
    outputs = feed(following("1077"), reply("account", body(sample)))
    assert [p.symbol for p in only(Position, outputs)] == ["NVDA"]
    assert [m.equity for m in only(Margin, outputs)] == [-12.5]


# --- asking -------------------------------------------------------------------------------------


def test_an_opened_link_asks_at_once_and_every_ten_seconds():
    session = following("1077")
    [fetch] = asked(feed(session, opened(), *ticks(1)))
    assert fetch.path == "/api/v1/account?by=index&value=1077"
    feed(session, reply("account", body(account()), at_ns=AT_NS + SECOND, key="1077"))
    assert len(asked(feed(session, *ticks(10, AT_NS + SECOND)))) == 1


def test_an_l1_address_is_asked_for_by_its_kind_and_its_accounts_are_listened_to():
    session = following(L1)
    [fetch] = asked(feed(session, opened(), *ticks(1)))
    assert fetch.path == f"/api/v1/account?by=l1_address&value={L1}"
    outputs = feed(session, reply("account", body(account()), key=L1), *ticks(1))
    sent = {json.loads(s.data)["channel"] for s in only(Send, outputs)}
    assert {"account_all/1077", "user_stats/1077"} <= sent


def test_a_stream_that_wants_a_token_is_asked_for_once_and_polling_goes_on():
    session = following("1077")
    feed(session, opened(), *ticks(1))
    refusal = {"error": {"code": 20013, "message": "invalid auth"}}
    outputs = feed(session, frame(refusal), reply("account", body(account()), key="1077"))
    assert len(only(Reject, outputs)) == 1
    later = feed(session, *ticks(60))
    assert [s for s in only(Send, later) if "account_all" in s.data] == []
    assert asked(later)


def test_a_stream_that_speaks_makes_polling_slower():
    session = following("1077")
    feed(session, opened(), *ticks(1))
    feed(session, frame(stream("account_all", {"7": row("BTC", "1")}, "subscribed")))
    feed(session, reply("account", body(account(row("BTC", "1"))), key="1077"))
    assert asked(feed(session, *ticks(29))) == []
    assert len(asked(feed(session, *ticks(2, AT_NS + 29 * SECOND)))) == 1


def test_many_accounts_stay_below_the_venues_limit_of_one_call_a_second():
    crowd = [str(1000 + i) for i in range(10)]
    session = following(*crowd)
    feed(session, opened(), *ticks(1))
    for name in crowd:
        feed(session, reply("account", body(account(index=int(name))), key=name))
    assert len(asked(feed(session, *ticks(59)))) <= 20


def test_a_new_link_listens_anew_and_an_account_not_followed_is_not_asked_for():
    session = following("1077", "1078")
    feed(session, opened(), *ticks(1), closed())
    feed(session, Wanted(at_ns=AT_NS, wants=Wants(symbols=("BTC",), accounts=("1078",))))
    outputs = feed(session, opened(), *ticks(1, AT_NS + SECOND))
    assert [fetch.key for fetch in asked(outputs)] == ["1078"]
    listened = [s.data for s in only(Send, outputs) if "account_all" in s.data]
    assert listened == ['{"type":"subscribe","channel":"account_all/1078"}']


# --- what is no account, and what fails -----------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"code": 21100, "message": "account not found"}, 200),
        ({"code": 21100, "message": "account not found"}, 400),
        ({"code": 200, "total": 0, "accounts": []}, 200),
        ({"code": 404, "message": "not found"}, 404),
    ],
)
def test_an_account_that_does_not_exist_is_said_in_words(answer, status):
    outputs = feed(following("1077"), reply("account", answer, status=status, key="1077"))
    [said] = only(AccountState, outputs)
    assert said.state == "unknown"
    assert said.reason == "Lighter has no account with this index (yet)"


def test_an_account_that_vanished_keeps_what_was_read_and_says_so():
    session = following("1077")
    feed(session, reply("account", body(account(row("BTC", "1"))), key="1077"))
    outputs = feed(session, reply("account", {"code": 21100, "message": "gone"}, key="1077"))
    assert [s.state for s in only(AccountState, outputs)] == ["gone"]
    assert only(Position, outputs) == []


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (
            {"code": 23000, "message": "Too Many Requests!"},
            429,
            "HTTP 429: 23000 Too Many Requests!",
        ),
        ("<html>CloudFront</html>", 500, "HTTP 500"),
        ("<html>CloudFront</html>", 200, "account"),
        ({"code": 20001, "message": "invalid param"}, 200, "20001 invalid param"),
        ("", 0, "no answer"),
    ],
)
def test_an_account_that_cannot_be_read_is_a_state_a_reject_and_asked_again(answer, status, words):
    session = following("1077")
    feed(session, opened(), *ticks(1))
    outputs = feed(session, reply("account", answer, status=status, key="1077"))
    [said] = only(AccountState, outputs)
    assert said.state == "failed"
    assert words in said.reason
    assert len(only(Reject, outputs)) == 1
    assert asked(feed(session, *ticks(11)))


@pytest.mark.parametrize(
    "changed", [{"position": "NaN"}, {"position": "1e300"}, {"sign": 0}, {"position": "much"}]
)
def test_an_impossible_position_rejects_the_account_and_closes_nothing(changed):
    session = following("1077")
    feed(session, reply("account", body(account(row("BTC", "1"))), key="1077"))
    broken = account(row("BTC", "1") | changed)
    outputs = feed(session, reply("account", body(broken), key="1077"))
    assert only(Position, outputs) == []
    assert only(Reject, outputs)
    assert only(
        Reject, feed(session, frame(stream("account_all", {"7": row("BTC", "1") | changed})))
    )


def test_an_account_without_anything_is_flat():
    empty = account(total_asset_value="0.000000", available_balance="0.000000")
    [said] = only(AccountState, feed(following("1077"), reply("account", body(empty), key="1077")))
    assert said.state == "flat"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0x15f4", "expected 40"),
        ("-5", "neither an account index nor"),
        ("1077x", "neither an account index nor"),
        ("9" * 30, "too long"),
        ("dydx1n56z5fhmemtffzkt2eqyf9kuc7ycjfs86mvqy7", "neither an account index nor"),
        ("", "neither"),
    ],
)
def test_an_address_of_the_wrong_form_is_a_sentence(text, words):
    assert words in SPEC.check_address(text)


@pytest.mark.parametrize("text", ["0", "1077", L1])
def test_an_index_and_an_l1_address_are_both_good(text):
    assert SPEC.check_address(text) is None
