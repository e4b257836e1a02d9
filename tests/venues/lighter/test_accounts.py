"""Lighter accounts: pages of an address, signs, what is not said, streams that want a token."""

import pytest

from cockpit.core.events import AccountState, FundingPayment, Margin, Position, Reject
from cockpit.core.units import HOUR_NS
from cockpit.venues.contract import Fetch, Wanted, Wants
from cockpit.venues.lighter import SPEC
from tests.invariants import Invariants
from tests.support import AT_NS, closed, feed, frame, only, opened, reply, ticks
from tests.venues.lighter.samples import (
    L1,
    SECOND,
    SENT_MS,
    account,
    page,
    position,
    sent,
    session,
    stream,
)

HOUR_S = AT_NS // HOUR_NS * 3600
PRIVATE = {"code": 20001, "message": "invalid param : auth required for main accounts"}


def following(*addresses):
    return session("BTC", accounts=addresses)


def read(*accounts, of="1077", **more):
    return feed(following(of), reply("account", page(*accounts, **more), key=of))


def held(outputs):
    return {p.symbol: p.size for p in only(Position, outputs)}


def states(outputs):
    return [said.state for said in only(AccountState, outputs)]


def asked(outputs, prefix=""):
    return [f for f in only(Fetch, outputs) if f.name == "account" and f.key.startswith(prefix)]


# --- complete means every page --------------------------------------------------------------------


def test_an_address_is_read_when_every_page_has_answered():
    """A page that names two of three accounts is not the account: its exposure has another sign."""
    ours = following(L1)
    first = page(account(position("BTC", "0.1")), account(index=1078), total=3, cursor="a/b")
    outputs = feed(ours, reply("account", first, key=L1))
    [said], [fetch] = only(AccountState, outputs), asked(outputs, L1)
    assert (said.state, said.reason) == ("waiting", "reading 2 of 3")
    assert (said.parts_known, said.parts_wanted) == (2, 3)
    assert fetch.path == f"/api/v1/account?by=l1_address&value={L1}&cursor=a%2Fb"
    last = page(account(position("ETH", "5", -1, market_id=0), index=1079), total=3)
    outputs = feed(ours, reply("account", last, key=fetch.key))
    assert (states(outputs), held(outputs)) == (["read"], {"ETH": -5.0})
    assert asked(outputs, L1) == []


def test_a_page_that_failed_leaves_the_address_unread_and_all_of_it_is_read_again():
    ours = following(L1)
    feed(ours, reply("account", page(account(), total=2, cursor="x"), key=L1))
    outputs = feed(ours, reply("account", "busy", status=429, key=f"{L1}&x"))
    assert states(outputs) == ["failed"]
    assert [fetch.key for fetch in asked(feed(ours, *ticks(11)), L1)] == [L1]


def test_fewer_accounts_than_there_are_and_no_next_page_is_not_all():
    assert states(read(account(), of=L1, total=2)) == ["waiting"]
    assert states(read(account(), total=2)) == ["read"], "an index is one account"


def test_without_a_count_the_pages_end_with_the_cursor():
    ours = following(L1)
    first = page(account(), cursor="x") | {"total": None}
    assert states(feed(ours, reply("account", first, key=L1))) == ["waiting"]
    empty = {"code": 200, "accounts": [], "next_cursor": ""}
    assert states(feed(ours, reply("account", empty, key=f"{L1}&x"))) == ["read"]


def test_an_account_that_was_read_once_is_not_unread_while_it_is_read_again():
    ours = following(L1)
    feed(ours, reply("account", page(account()), key=L1))
    again = page(account(), total=2, cursor="x")
    assert states(feed(ours, reply("account", again, key=L1))) == []


def test_of_many_addresses_none_fails_because_its_turn_comes_late():
    """Thirty are read every 90 s; one that misses two turns is not read."""
    numbers = [str(number) for number in range(1000, 1030)]
    ours, told = following(*numbers), []
    for second in range(400):
        outputs = feed(ours, *ticks(1, AT_NS + second * SECOND))
        told += states(outputs)
        at_ns = AT_NS + (second + 1) * SECOND
        for fetch in asked(outputs) if second < 200 else []:
            body = page(account(index=int(fetch.key)))
            told += states(feed(ours, reply("account", body, at_ns, key=fetch.key)))
        if second == 200:
            assert told == ["read"] * 30
    assert told[30:] == ["failed"] * 30


# --- figures --------------------------------------------------------------------------------------


def test_no_field_is_taken_for_another_and_the_size_takes_its_sign():
    outputs = read(account(position("BTC", "2", -1)))
    Invariants("lighter").check_all(outputs)
    [btc], [margin] = only(Position, outputs), only(Margin, outputs)
    assert (btc.size, btc.entry, btc.mark, btc.liquidation) == (-2.0, 90.0, 100.0, 55.5)
    assert (btc.upnl, btc.funding_paid, btc.leverage, btc.pool) == (20.5, -3.25, 20.0, "1077")
    assert (margin.equity, margin.available, margin.cross_equity) == (1000.0, 700.0, 900.0)
    assert (margin.used, margin.maintenance) == (300.0, None)


# An account as mainnet answered in 2026. Maintenance of ETH is 1.2 %, of MEGA 20 %.
MIXED = account(
    position(
        "ETH", "2.1940", -1, market_id=0, avg_entry_price="1905.86", position_value="4198.043480",
        unrealized_pnl="-16.592368", liquidation_price="113752.61958393085",
    ),
    position(
        "MEGA", "6443.9", market_id=94, avg_entry_price="0.03488", position_value="225.794256",
        unrealized_pnl="1.058630", liquidation_price="0.029280283485156502", margin_mode=1,
        allocated_margin="73.792252",
    ),
    index=270812, collateral="250101.646925", available_balance="247488.977538",
    total_asset_value="251220.50086300002", cross_asset_value="250016.300132",
    cross_initial_margin_requirement="2827.637933",
    cross_maintenance_margin_requirement="1696.593798",
)  # fmt: skip


def ends_at(position, equity, others, mmf):
    """The price at which equity equals maintenance while everything else stands still."""
    size, mark = position.size, position.mark
    return (equity - size * mark - others) / (abs(size) * mmf - size)


def test_a_live_account_is_liquidated_where_equity_meets_maintenance():
    outputs = read(MIXED, of="270812")
    [eth, mega], [margin] = only(Position, outputs), only(Margin, outputs)
    assert mega.isolated_equity == pytest.approx(73.792252 + 1.058630)
    assert ends_at(mega, mega.isolated_equity, 0.0, 0.2) == pytest.approx(mega.liquidation)
    others = margin.maintenance - 4198.043480 * 0.012
    assert ends_at(eth, margin.cross_equity, others, 0.012) == pytest.approx(eth.liquidation)
    assert margin.used == pytest.approx(2827.637933 + 73.792252 + 1.058630)


def test_what_the_venue_left_empty_is_not_known_and_not_zero():
    bare = {"market_id": 7, "symbol": "BTC", "sign": 1, "position": "2", "margin_mode": None}
    outputs = read({"account_index": 1077, "positions": [bare], "total_asset_value": ""})
    [btc], [margin] = only(Position, outputs), only(Margin, outputs)
    assert btc.size == 2.0
    assert btc.entry is btc.upnl is btc.funding_paid is btc.liquidation is btc.leverage is None
    assert margin.equity is margin.used is margin.available is None


def test_what_is_set_aside_and_not_said_makes_the_sum_unknown():
    alone = position("ETH", "1", market_id=0, margin_mode=1, allocated_margin=None)
    stated = {"cross_initial_margin_requirement": "250.0"}
    [margin] = only(Margin, read(account(position("BTC", "1"), alone, **stated)))
    assert margin.used is None
    alone |= {"allocated_margin": "70", "unrealized_pnl": "-9"}
    [margin] = only(Margin, read(account(position("BTC", "1"), alone, **stated)))
    assert margin.used == 250.0 + 70.0 - 9.0


@pytest.mark.parametrize(
    ("changed", "field", "expected"),
    [
        ({"liquidation_price": "0.00"}, "liquidation", None),
        ({"initial_margin_fraction": "2.00"}, "leverage", 50.0),
        ({"initial_margin_fraction": "0.0500"}, "leverage", 20.0),
        ({"symbol": "", "market_id": 99}, "symbol", "@99"),
        ({"symbol": "1000PEPE"}, "size", 2000.0),
        ({"position_value": "-11.675"}, "mark", 11.675 / 2),
        ({"position_value": "1e-300"}, "mark", None),
    ],
)
def test_what_a_position_leaves_open_or_writes_otherwise(changed, field, expected):
    [told] = only(Position, read(account(position("BTC", "2") | changed)))
    assert getattr(told, field) == expected


def test_a_position_in_a_market_from_beyond_the_old_ids_is_held_and_no_account_is_half_of_itself():
    outputs = read(account(position("BTC", "1"), position("SPY", "40", -1, market_id=4095)))
    assert held(outputs) == {"BTC": 1.0, "SPY": -40.0}


@pytest.mark.parametrize("rows", [[position("BTC", "1", market_id="x")], ["?"], [None, [3]]])
def test_a_position_of_which_nobody_knows_the_market_is_not_passed_over(rows):
    """An account without it would have another exposure: nothing is told closed."""
    ours = following("1077")
    feed(ours, reply("account", page(account(position("BTC", "1"))), key="1077"))
    outputs = feed(ours, reply("account", page(account() | {"positions": rows}), key="1077"))
    assert (held(outputs), states(outputs)) == ({}, ["failed"])


def test_an_account_that_does_not_speak_of_positions_closes_none():
    ours = following("1077")
    feed(ours, reply("account", page(account(position("BTC", "1"))), key="1077"))
    silent = account()
    del silent["positions"]
    outputs = feed(ours, reply("account", page(silent), key="1077"))
    assert (held(outputs), states(outputs)) == ({}, ["failed"])


def test_one_odd_figure_of_an_account_costs_that_figure():
    """However it is written: the size of a position alone makes an account unreadable."""
    outputs = read(account(position("BTC", "2", liquidation_price=[]), available_balance={"a": 1}))
    [btc], [margin] = only(Position, outputs), only(Margin, outputs)
    assert (btc.size, btc.liquidation, btc.entry) == (2.0, None, 90.0)
    assert (margin.equity, margin.available, margin.used) == (1000.0, None, None)
    assert (states(outputs), len(only(Reject, outputs))) == (["read"], 2)


def test_every_account_of_an_address_is_a_pool_of_its_own():
    both = account(position("BTC", "1")), account(position("BTC", "2", -1), index=1078)
    outputs = read(*both, of=L1)
    assert [(p.pool, p.size) for p in only(Position, outputs)] == [("1077", 1.0), ("1078", -2.0)]
    assert {margin.account for margin in only(Margin, outputs)} == {L1}


def test_a_row_that_became_flat_was_closed_and_an_account_of_flat_rows_is_flat():
    ours = following("1077")
    feed(ours, reply("account", page(account(position("BTC", "1"))), key="1077"))
    flat = account(position("BTC", "0.00", 0), total_asset_value="0.0")
    outputs = feed(ours, reply("account", page(flat), key="1077"))
    assert (held(outputs), states(outputs)) == ({"BTC": 0.0}, ["flat"])


@pytest.mark.parametrize(
    "changed", [{"position": "NaN"}, {"position": "1e300"}, {"position": "5e-324"}, {"sign": 0}]
)
def test_an_impossible_position_closes_nothing_and_the_other_accounts_are_read(changed):
    ours = following(L1)
    feed(ours, reply("account", page(account(position("BTC", "1"))), key=L1))
    broken = account(position("BTC", "1") | changed)
    other = account(position("ETH", "2", market_id=0), index=8)
    outputs = feed(ours, reply("account", page(broken, other), key=L1))
    assert (held(outputs), states(outputs)) == ({"ETH": 2.0}, ["failed"])
    assert [type(o) for o in feed(ours, frame(stream({"7": position("BTC", "1") | changed})))] == [
        Reject
    ]


@pytest.mark.parametrize("number", [str, float])
def test_ids_and_signs_may_come_as_text_or_with_a_point(number):
    row = position("BTC", "1.5")
    row |= {"market_id": number(row["market_id"]), "sign": number(-1)}
    told = account(row)
    told |= {name: number(told[name]) for name in ("account_index", "index") if name in told}
    outputs = feed(following(L1), reply("account", page(told), key=L1))
    assert (held(outputs), states(outputs)) == ({"BTC": -1.5}, ["read"])


# --- streams --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [{"7": position("BTC", "1")}, {"7": [position("BTC", "1")], "8": None}, [position("BTC", "1")]],
)
def test_positions_come_one_or_several_a_market_and_on_either_kind_of_channel(rows):
    message = stream(rows)
    assert held(feed(following("1077"), frame(message))) == {"BTC": 1.0}
    assert held(feed(following("1077"), frame(message | {"channel": "x/1077"}))) == {"BTC": 1.0}
    assert held(feed(following("1077"), frame(message | {"channel": "", "account": 1077})))


def test_an_update_changes_what_it_names_and_a_new_stream_lists_all():
    ours = following("1077")
    both = account(position("BTC", "1"), position("ETH", "2", market_id=0))
    feed(ours, reply("account", page(both), key="1077"))
    assert held(feed(ours, frame(stream(None)))) == {}, "no change"
    assert held(feed(ours, frame(stream({"7": position("BTC", "0.00")})))) == {"BTC": 0.0}
    silent = {"type": "subscribed/account_all", "channel": "account_all:1077", "trades": {}}
    assert feed(ours, frame(silent)) == [], "what does not speak of positions closes none"
    assert held(feed(ours, frame(stream(None, "subscribed")))) == {"ETH": 0.0}


def worth(**stats):
    return frame(
        {
            "type": "update/user_stats", "channel": "user_stats:1077", "stats": stats,
            "timestamp": SENT_MS,
        }
    )  # fmt: skip


def test_worth_streams_apart_for_cross_margin_and_keeps_what_it_does_not_say():
    ours = following("1077")
    newest = account(cross_maintenance_margin_requirement="120.0")
    feed(ours, reply("account", page(newest), key="1077"))
    whole = {"portfolio_value": "1000", "available_balance": "650"}
    cross = {"portfolio_value": "900", "available_balance": "600"}
    [margin] = feed(ours, worth(**whole, cross_stats=cross, total_stats=whole))
    assert (margin.equity, margin.cross_equity, margin.available) == (1000.0, 900.0, 650.0)
    assert margin.used == 300.0 + 100.0, "of the cross positions, and all behind isolated ones"
    assert (margin.maintenance, margin.venue_ns) == (120.0, SENT_MS * 1_000_000)
    nothing = {"portfolio_value": "0.000000", "available_balance": "0.000000"}
    [margin] = feed(ours, worth(**whole, cross_stats=nothing, total_stats=nothing))
    assert (margin.equity, margin.used, margin.cross_equity) == (1000.0, 350.0, None)
    assert feed(ours, worth(available_balance="5")) == []


def test_a_stream_that_wants_a_token_is_asked_for_once_a_link_and_polling_goes_on():
    ours = following(L1)
    outputs = feed(ours, reply("account", page(account()), key=L1))
    assert {
        f'{{"type":"subscribe","channel":"{c}/1077"}}' for c in ("account_all", "user_stats")
    } <= {*sent(outputs)}
    later = feed(ours, frame({"error": {"code": 20013, "message": "invalid auth"}}), *ticks(60))
    assert not any("1077" in data for data in sent(later))
    assert len(asked(later, L1)) == 6
    assert any("1077" in data for data in sent(feed(ours, closed(), opened())))


def test_an_account_that_is_not_followed_any_more_is_left_and_not_told():
    ours = following("1077")
    outputs = feed(ours, Wanted(at_ns=AT_NS, wants=Wants(symbols=("BTC",))))
    assert '{"type":"unsubscribe","channel":"account_all/1077"}' in sent(outputs)
    late = reply("account", page(account(position("BTC", "2"))), key="1077")
    message = frame(stream({"7": position("BTC", "3")}))
    assert feed(ours, late, message) == []
    feed(ours, Wanted(at_ns=AT_NS, wants=Wants(accounts=("1077",))))
    assert held(feed(ours, message)) == {"BTC": 3.0}


def test_many_accounts_stay_below_the_venues_limit_of_one_call_a_second():
    crowd = [str(1000 + i) for i in range(10)]
    assert len(asked(feed(following(*crowd), *ticks(60)))) <= 20


# --- what is no account, and what fails -----------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "status", "state", "words"),
    [
        ({"code": 21100, "message": "account not found"}, 400, "unknown", "with this index (yet)"),
        ({"code": 200, "total": 0, "accounts": []}, 200, "unknown", "with this index (yet)"),
        ({"code": 21103, "message": "invalid"}, 400, "unknown", "with this index (yet)"),
        ({"code": 23000, "message": "Too Many!"}, 429, "failed", "HTTP 429: 23000 Too Many!"),
        ("<html>CloudFront</html>", 200, "failed", "account"),
        ({"code": 20001, "message": "invalid param"}, 200, "failed", "20001 invalid param"),
        ({"code": 200, "accounts": None}, 200, "failed", "no accounts in it"),
        ("", 0, "failed", "no answer"),
    ],
)
def test_an_account_that_is_none_or_cannot_be_read_is_said_in_words(answer, status, state, words):
    ours = following("1077")
    [said] = only(AccountState, feed(ours, reply("account", answer, status=status, key="1077")))
    assert said.state == state
    assert words in said.reason
    assert asked(feed(ours, *ticks(11)))


def test_an_account_that_vanished_keeps_what_was_read_and_says_so():
    ours = following("1077")
    feed(ours, reply("account", page(account(position("BTC", "1"))), key="1077"))
    outputs = feed(ours, reply("account", {"code": 21100, "message": "gone"}, key="1077"))
    assert (states(outputs), held(outputs)) == (["gone"], {})


@pytest.mark.parametrize(
    ("text", "words"),
    [("0x15f4", "expected 40"), ("-5", "neither"), ("1077x", "neither"), ("9" * 30, "neither")],
)
def test_an_address_of_the_wrong_form_is_a_sentence(text, words):
    assert words in SPEC.check_address(text)
    assert SPEC.check_address("1077") is SPEC.check_address(L1) is None


# --- payments -------------------------------------------------------------------------------------


def paid(market_id=1, change="-0.25", hours_ago=0, **changed):
    return {
        "timestamp": HOUR_S - 3600 * hours_ago, "market_id": market_id, "change": change,
        "position_size": "0.5", "position_side": "long", **changed,
    }  # fmt: skip


def payments(*rows, cursor=""):
    return {"code": 200, "position_fundings": list(rows), "next_cursor": cursor}


def shown(*positions):
    """A session that has read account 1077, and its first question about payments."""
    ours = following("1077")
    outputs = feed(ours, reply("account", page(account(*positions)), key="1077"))
    [fetch] = asked(outputs, "paid/")
    return ours, fetch


def told(outputs):
    return [(p.symbol, p.usd, p.size) for p in only(FundingPayment, outputs)]


def test_received_is_positive_and_a_short_has_a_negative_size():
    ours, fetch = shown(position("BTC", "1", market_id=1), position("1000PEPE", "3", market_id=4))
    assert fetch.path == "/api/v1/positionFunding?account_index=1077&limit=100"
    rows = paid(), paid(4, "0.75", 1, position_side="short"), paid(2048), paid(200, hours_ago=2)
    outputs = feed(ours, reply("account", payments(*rows), key=fetch.key))
    assert told(outputs) == [("@200", -0.25, 0.5), ("PEPE", 0.75, -500.0), ("BTC", -0.25, 0.5)]
    assert {(p.account, p.pool) for p in only(FundingPayment, outputs)} == {("1077", "1077")}


@pytest.mark.parametrize("stamp", [HOUR_S, HOUR_S * 1000 + 2], ids=["seconds", "milliseconds"])
def test_stream_and_history_tell_a_payment_once(stamp):
    ours, fetch = shown()
    message = stream({}) | {"funding_histories": {"1": paid(timestamp=stamp)}}
    assert len(told(feed(ours, frame(message), frame(message)))) == 1
    assert told(feed(ours, reply("account", payments(paid()), key=fetch.key))) == []


@pytest.mark.parametrize("broken", [{"change": "much"}, {"change": None}, {"timestamp": -5}])
def test_an_impossible_payment_costs_itself(broken):
    ours, fetch = shown()
    rows = payments(paid() | broken, paid(hours_ago=1))
    outputs = feed(ours, reply("account", rows, key=fetch.key))
    assert len(told(outputs)) == 1
    assert only(Reject, outputs)


@pytest.mark.parametrize(("answer", "status"), [(PRIVATE, 400), (PRIVATE, 200), ({}, 401)])
def test_payments_that_are_for_the_owner_are_asked_for_once_and_in_silence(answer, status):
    ours, fetch = shown()
    assert feed(ours, reply("account", answer, status=status, key=fetch.key)) == []
    assert asked(feed(ours, *ticks(7200), closed(), opened(), *ticks(60)), "paid/") == []


def test_payments_that_could_not_be_read_are_asked_for_again_after_five_minutes():
    ours, fetch = shown()
    outputs = feed(ours, reply("account", {"code": 23000}, status=429, key=fetch.key))
    assert len(only(Reject, outputs)) == 1
    assert asked(feed(ours, *ticks(299)), "paid/") == []
    assert asked(feed(ours, *ticks(2, AT_NS + 299 * SECOND)), "paid/") == [fetch]


def test_pages_are_turned_until_a_day_is_known_and_then_each_hour():
    ours, fetch = shown()
    first = payments(paid(), paid(hours_ago=20), cursor="x=")
    [second] = asked(feed(ours, reply("account", first, key=fetch.key)), "paid/")
    assert second.path.endswith("&limit=100&cursor=x%3D")
    last = payments(paid(hours_ago=21), paid(hours_ago=30), cursor="y")
    assert asked(feed(ours, reply("account", last, key=second.key)), "paid/") == []
    left_s = HOUR_S + 3600 + 60 - AT_NS // SECOND
    assert asked(feed(ours, *ticks(left_s - 1)), "paid/") == []
    assert asked(feed(ours, *ticks(1, AT_NS + (left_s - 1) * SECOND)), "paid/") == [fetch]


def test_many_accounts_are_asked_for_payments_one_a_second():
    ours = following(L1)
    many = page(*(account(index=1000 + i) for i in range(5)))
    first = asked(feed(ours, reply("account", many, key=L1)), "paid/")
    each = [len(asked(feed(ours, tick), "paid/")) for tick in ticks(5)]
    assert [len(first), *each] == [1, 1, 1, 1, 1, 0]
