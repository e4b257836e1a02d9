"""Lighter accounts as the venue writes them to others: figures of live replies, and every shape."""

import pytest

from cockpit.core.events import AccountState, Margin, Position, Reject
from cockpit.venues.contract import Send, Wanted, Wants
from cockpit.venues.lighter import Session
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.lighter.accounts import L1, SECOND, account, asked, body, following, row, stream

OTHER = "0x" + "ab" * 20


def held(outputs) -> dict[str, float]:
    return {position.symbol: position.size for position in only(Position, outputs)}


def states(outputs) -> list[str]:
    return [said.state for said in only(AccountState, outputs)]


# --- live figures ---------------------------------------------------------------------------------

# Two accounts as mainnet answered in 2026. Maintenance of the markets, from its own metadata: BTC
# and ETH 1.2 %, SUI 6 %, MEGA 20 %.
CROSS = account(
    row(
        "BTC", "3.87333", market_id=1, initial_margin_fraction="33.33", avg_entry_price="64969.5",
        position_value="251677.750743", unrealized_pnl="29.306261", liquidation_price="0",
        total_funding_paid_out="-17.314739",
    ),
    row(
        "SUI", "1382.1", -1, market_id=16, initial_margin_fraction="33.33",
        avg_entry_price="0.75987", position_value="942.882441", unrealized_pnl="107.336382",
        liquidation_price="1252.8958441209281", total_funding_paid_out="10.905219",
    ),
    index=702384, collateral="1837526.962274", available_balance="1753357.208845",
    total_asset_value="1837610.4619429999", cross_asset_value="1837610.4619429999",
    cross_initial_margin_requirement="84253.253098",
    cross_maintenance_margin_requirement="3084.930401",
)  # fmt: skip
MIXED = account(
    row(
        "ETH", "2.1940", -1, market_id=0, initial_margin_fraction="2.00",
        avg_entry_price="1905.86", position_value="4198.043480", unrealized_pnl="-16.592368",
        liquidation_price="113752.61958393085", total_funding_paid_out="8.034270",
    ),
    row(
        "MEGA", "6443.9", market_id=94, initial_margin_fraction="33.33",
        avg_entry_price="0.03488", position_value="225.794256", unrealized_pnl="1.058630",
        liquidation_price="0.029280283485156502", total_funding_paid_out="-0.131240",
        margin_mode=1, allocated_margin="73.792252",
    ),
    index=270812, collateral="250101.646925", available_balance="247488.977538",
    total_asset_value="251220.50086300002", cross_asset_value="250016.300132",
    cross_initial_margin_requirement="2827.637933",
    cross_maintenance_margin_requirement="1696.593798",
)  # fmt: skip


def ends_at(position: Position, equity: float, others: float, mmf: float) -> float:
    """The price at which equity equals maintenance while everything else stands still."""
    size, mark = position.size, position.mark
    return (equity - size * mark - others) / (abs(size) * mmf - size)


def test_a_live_cross_account_is_read_to_the_last_digit():
    outputs = feed(following("702384"), reply("account", body(CROSS)))
    btc, sui = only(Position, outputs)
    assert (btc.size, btc.entry, btc.upnl, btc.liquidation) == (3.87333, 64969.5, 29.306261, None)
    assert (sui.size, sui.entry, sui.upnl) == (-1382.1, 0.75987, 107.336382)
    assert (btc.funding_paid, sui.funding_paid) == (-17.314739, 10.905219)
    assert (btc.mark, sui.mark) == (pytest.approx(64977.1), pytest.approx(0.68221))
    [margin] = only(Margin, outputs)
    assert (margin.equity, margin.cross_equity) == (1837610.4619429999, 1837610.4619429999)
    assert (margin.used, margin.maintenance) == (84253.253098, 3084.930401)
    assert margin.equity - margin.used == pytest.approx(margin.available, abs=1e-5)


def test_the_venue_liquidates_a_cross_position_where_equity_meets_maintenance():
    outputs = feed(following("702384"), reply("account", body(CROSS)))
    _, sui = only(Position, outputs)
    [margin] = only(Margin, outputs)
    others = margin.maintenance - 942.882441 * 0.06
    assert ends_at(sui, margin.cross_equity, others, 0.06) == pytest.approx(
        sui.liquidation, rel=1e-9
    )


def test_behind_an_isolated_position_stand_what_was_set_aside_and_its_own_profit():
    outputs = feed(following("270812"), reply("account", body(MIXED)))
    eth, mega = only(Position, outputs)
    [margin] = only(Margin, outputs)
    assert mega.isolated_equity == pytest.approx(73.792252 + 1.058630)
    assert ends_at(mega, mega.isolated_equity, 0.0, 0.2) == pytest.approx(
        mega.liquidation, rel=1e-7
    )
    others = margin.maintenance - 4198.043480 * 0.012
    assert ends_at(eth, margin.cross_equity, others, 0.012) == pytest.approx(eth.liquidation)
    assert (eth.margin_mode, mega.margin_mode) == ("cross", "isolated")


def test_a_main_account_and_a_sub_account_of_one_address_are_pools_apart():
    sub = account(
        row("NVDA", "0.000", market_id=110, position_value="-0.000000"), index=281_474_976_627_905,
        collateral="0.000000", total_asset_value="0", cross_asset_value="0",
    )  # fmt: skip
    outputs = feed(following(L1), reply("account", body(MIXED, sub), key=L1))
    pools = {margin.pool: margin.equity for margin in only(Margin, outputs)}
    assert pools == {"270812": 251220.50086300002, "281474976627905": 0.0}
    assert states(outputs) == ["read"]


# --- shapes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "positions",
    [
        {"7": row("BTC", "1")},
        {"7": [row("BTC", "1")]},
        [row("BTC", "1")],
        {"7": row("BTC", "1"), "8": None, "9": []},
    ],
)
def test_positions_come_one_or_several_a_market(positions):
    message = stream("account_all", positions) | {"funding_histories": None, "trades": None}
    assert held(feed(following("1077"), frame(message))) == {"BTC": 1.0}


@pytest.mark.parametrize("nothing", [None, [], {}])
def test_a_new_stream_without_positions_says_that_all_are_closed(nothing):
    session = following("1077")
    feed(session, reply("account", body(account(row("BTC", "1")))))
    assert held(feed(session, frame(stream("account_all", nothing)))) == {}, "an update: no change"
    told = feed(session, frame(stream("account_all", nothing, "subscribed")))
    assert held(told) == {"BTC": 0.0}


def test_a_message_that_does_not_speak_of_positions_closes_none():
    session = following("1077")
    feed(session, reply("account", body(account(row("BTC", "1")))))
    message = {"type": "subscribed/account_all", "channel": "account_all:1077", "trades": {}}
    assert feed(session, frame(message)) == []


def test_a_channel_may_be_written_as_it_is_subscribed_to():
    message = stream("account_all", {"7": row("BTC", "1")}) | {"channel": "account_all/1077"}
    [position] = only(Position, feed(following("1077"), frame(message)))
    assert (position.account, position.pool) == ("1077", "1077")


def test_a_message_without_a_channel_names_its_account():
    message = stream("account_all", {"7": row("BTC", "1")}) | {"account": 1077}
    del message["channel"]
    assert held(feed(following("1077"), frame(message))) == {"BTC": 1.0}


def test_a_public_pool_is_read_from_its_own_stream():
    pool = 281_474_976_710_654
    message = stream("pool_data", {"7": row("BTC", "2", -1)}) | {"channel": f"pool_data:{pool}"}
    assert held(feed(following(str(pool)), frame(message))) == {"BTC": -2.0}


def test_a_short_may_be_worth_less_than_nothing_and_is_marked_above_it():
    short = row("SNDK", "0.0071", -1, position_value="-11.675", avg_entry_price="1644.40")
    [position] = only(Position, feed(following("1077"), reply("account", body(account(short)))))
    assert position.size == -0.0071
    assert position.mark == pytest.approx(11.675 / 0.0071)


@pytest.mark.parametrize("sign", [0, 1, -1, None])
def test_a_flat_row_needs_no_sign(sign):
    flat = row("BTC", "0.00000", sign)
    outputs = feed(following("1077"), reply("account", body(account(flat))))
    assert only(Position, outputs) == only(Reject, outputs) == []


def test_what_the_venue_left_empty_is_not_known_and_not_zero():
    bare = {"market_id": 7, "symbol": "BTC", "sign": 1, "position": "2", "margin_mode": None}
    sample = {"account_index": 1077, "positions": [bare], "total_asset_value": ""}
    outputs = feed(following("1077"), reply("account", body(sample)))
    [position], [margin] = only(Position, outputs), only(Margin, outputs)
    assert position.size == 2.0
    assert position.entry is position.upnl is position.funding_paid is position.liquidation is None
    assert position.mark is position.leverage is None
    assert margin.equity is margin.used is margin.available is None


def test_a_market_without_a_name_is_called_by_its_number():
    outputs = feed(
        following("1077"),
        reply("account", body(account(row("", "1", market_id=1), row(None, "2", market_id=99)))),
    )
    assert held(outputs) == {"BTC": 1.0, "@99": 2.0}


@pytest.mark.parametrize(
    ("written", "leverage"), [("100.00", 1.0), ("2.00", 50.0), ("1.00", 100.0), ("0.0500", 20.0)]
)
def test_initial_margin_is_per_cent_and_what_is_below_one_a_fraction(written, leverage):
    sample = account(row("BTC", "1", initial_margin_fraction=written))
    [position] = only(Position, feed(following("1077"), reply("account", body(sample))))
    assert position.leverage == leverage


def test_equity_that_is_not_stated_is_collateral_margin_set_aside_and_profit():
    # The sum that live replies of accounts with isolated positions agree with.
    alone = row("ETH", "1", market_id=0, margin_mode=1, allocated_margin="70", unrealized_pnl="-9")
    sample = account(row("BTC", "1"), alone, total_asset_value=None)
    [margin] = only(Margin, feed(following("1077"), reply("account", body(sample))))
    assert margin.equity == 950.0 + 20.5 + 70.0 - 9.0
    unknown = account(row("BTC", "1", unrealized_pnl=None), total_asset_value=None)
    [margin] = only(Margin, feed(following("1077"), reply("account", body(unknown))))
    assert margin.equity is None


def test_worth_streams_apart_for_cross_margin_and_all_of_it():
    whole = {"portfolio_value": "1000", "available_balance": "650"}
    cross = {"portfolio_value": "900", "available_balance": "600"}
    message = {
        "type": "update/user_stats", "channel": "user_stats:1077",
        "stats": whole | {"cross_stats": cross, "total_stats": whole},
    }  # fmt: skip
    [margin] = only(Margin, feed(following("1077"), frame(message)))
    assert (margin.equity, margin.cross_equity, margin.available) == (1000.0, 900.0, 650.0)
    assert margin.used == 300.0 + 100.0, "of the cross positions, and all behind isolated ones"


def test_the_documented_example_of_worth_whose_parts_are_zero_is_worth_its_whole():
    nothing = {"portfolio_value": "0.000000", "available_balance": "0.000000"}
    stats = {"portfolio_value": "15000.00", "available_balance": "2000.00"}
    message = {
        "type": "update/user_stats", "channel": "user_stats:10",
        "stats": stats | {"cross_stats": nothing, "total_stats": nothing},
    }  # fmt: skip
    [margin] = only(Margin, feed(following("10"), frame(message)))
    assert (margin.equity, margin.used, margin.cross_equity) == (15000.0, 13000.0, None)


# --- whose it is ----------------------------------------------------------------------------------


def test_a_reply_without_a_key_belongs_to_whom_its_body_names():
    session = following(L1, "5")
    ours = account(row("BTC", "1"), l1_address=L1.upper().replace("0X", "0x"))
    theirs = account(row("ETH", "2"), index=5, l1_address=OTHER)
    outputs = feed(session, reply("account", body(ours, theirs)))
    assert {p.symbol: p.account for p in only(Position, outputs)} == {"BTC": L1, "ETH": "5"}
    assert {said.account for said in only(AccountState, outputs)} == {L1, "5"}


def test_an_address_with_more_accounts_than_a_page_is_read_to_the_end():
    session = following(L1)
    first = body(account(row("BTC", "1"))) | {"total": 2, "next_cursor": "a/b"}
    [fetch] = asked(feed(session, reply("account", first, key=L1)))
    assert fetch.path == f"/api/v1/account?by=l1_address&value={L1}&cursor=a%2Fb"
    last = body(account(row("ETH", "1"), index=1078)) | {"total": 2, "next_cursor": ""}
    outputs = feed(session, reply("account", last, key=fetch.key))
    assert [p.pool for p in only(Position, outputs)] == ["1078"]
    assert asked(outputs) == []


def test_the_accounts_of_an_address_that_are_only_listed_are_listened_to():
    session = following(L1)
    listed = {"code": 200, "l1_address": L1, "sub_accounts": [{"index": 10}, {"index": 11}, {}]}
    feed(session, opened())
    outputs = feed(session, reply("account", listed, key=L1), *ticks(1))
    assert states(outputs) == []
    sent = {send.data for send in only(Send, outputs) if "user_stats" in send.data}
    assert sent == {f'{{"type":"subscribe","channel":"user_stats/{n}"}}' for n in (10, 11)}
    message = stream("account_all", {"7": row("BTC", "1")}) | {"channel": "account_all:11"}
    [position] = only(Position, feed(session, frame(message)))
    assert (position.account, position.pool) == (L1, "11")


def test_an_account_that_is_not_followed_any_more_is_left_and_not_told():
    session = following("1077")
    feed(session, opened(), *ticks(1), reply("account", body(account(row("BTC", "1"))), key="1077"))
    feed(session, Wanted(at_ns=AT_NS, wants=Wants(symbols=("BTC",), accounts=())))
    late = reply("account", body(account(row("BTC", "2"))), key="1077")
    message = frame(stream("account_all", {"7": row("BTC", "3")}))
    assert feed(session, late, message) == []
    sent = [s.data for s in only(Send, feed(session, *ticks(1))) if "account_all" in s.data]
    assert sent == ['{"type":"unsubscribe","channel":"account_all/1077"}']
    feed(session, Wanted(at_ns=AT_NS, wants=Wants(symbols=("BTC",), accounts=("1077",))))
    assert held(feed(session, message)) == {"BTC": 3.0}, "until it is followed again"


def test_the_streams_of_many_accounts_are_asked_for_a_few_a_second():
    session = following(L1)
    many = body(*(account(index=1000 + i) for i in range(10)))
    feed(session, opened(), *ticks(1), reply("account", many, key=L1))
    sent = [
        sum("user_stats" in send.data for send in only(Send, feed(session, tick)))
        for tick in ticks(5, AT_NS + SECOND)
    ]
    assert sum(sent) == 10
    assert max(sent) <= 4


# --- what cannot be read --------------------------------------------------------------------------


def test_an_account_of_which_something_is_impossible_is_not_fresh():
    session = following("1077")
    feed(session, reply("account", body(account(row("BTC", "1"))), key="1077"))
    outputs = feed(session, reply("account", body(account(row("BTC", "NaN"))), key="1077"))
    assert only(Position, outputs) == []
    [said] = only(AccountState, outputs)
    assert said.state == "failed"
    assert "impossible position" in said.reason


def test_the_other_accounts_of_an_address_are_read_all_the_same():
    outputs = feed(
        following(L1),
        reply("account", body(account(row("BTC", "x")), account(row("ETH", "2"), index=8)), key=L1),
    )
    assert held(outputs) == {"ETH": 2.0}
    assert states(outputs) == ["failed"]


@pytest.mark.parametrize("answer", [{}, {"code": 200}, {"code": 200, "accounts": None}])
def test_an_answer_without_accounts_is_a_failure_and_no_empty_account(answer):
    outputs = feed(following("1077"), reply("account", answer, key="1077"))
    assert states(outputs) == ["failed"]
    assert len(only(Reject, outputs)) == 1


def test_no_account_at_all_is_said_so():
    nothing = {"code": 200, "total": 0, "accounts": None}
    assert states(feed(following("1077"), reply("account", nothing, key="1077"))) == ["unknown"]


def test_an_address_that_the_venue_does_not_take_is_said_in_words():
    refusal = {"code": 21103, "message": "invalid account l1 address"}
    [said] = only(AccountState, feed(following(L1), reply("account", refusal, status=400, key=L1)))
    assert (said.state, said.reason) == ("unknown", "Lighter does not take this for an L1 address")


def test_an_unknown_account_that_nobody_asked_for_is_not_passed_over_in_silence():
    refusal = {"code": 21100, "message": "account not found"}
    [said] = feed(Session(Wants()), reply("account", refusal, status=400))
    assert isinstance(said, Reject)
