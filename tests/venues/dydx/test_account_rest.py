"""dYdX accounts over REST: read when the channel is silent, refused, and what was paid."""

import json

import pytest

from cockpit.core.events import AccountFill, AccountState, FundingPayment, Margin, Position, Reject
from cockpit.venues.contract import Fetch, Output, Wanted, Wants
from cockpit.venues.dydx.session import Session
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
)
from tests.venues.dydx.messages import connected, envelope, requests
from tests.venues.dydx.test_account import (
    ADDRESS,
    CHANNEL,
    PARENT,
    SECOND,
    account,
    following,
    held,
    oracle,
    payment,
    usdc,
    whole,
)

HOUR = 3600
OTHER = "dydx155va0m7wz5n8zcqscn9afswwt04n4usj46wvp5"


def looks(outputs: list[Output]) -> list[Fetch]:
    return [f for f in only(Fetch, outputs) if f.key.startswith("look/")]


def paid(outputs: list[Output]) -> list[Fetch]:
    return [f for f in only(Fetch, outputs) if f.key.startswith("paid/")]


def reading(account: str = PARENT) -> tuple[Session, Fetch]:
    """A session, and what it asked for first of the payments."""
    session = Session(Wants(accounts=(account,)))
    [fetch] = paid(feed(session, opened()))
    return session, fetch


def parent(*children: dict, number: int = 0) -> dict:
    shown = {"address": ADDRESS, "parentSubaccountNumber": number, "childSubaccounts": children}
    return {"subaccount": shown | {"equity": "1", "freeCollateral": "1"}}


def long(size: str, **changed: object) -> dict:
    return held("BTC-USD", "LONG", size, **changed)


# --- when it is read ----------------------------------------------------------------------------


def test_what_the_channel_does_not_tell_is_read_over_rest():
    session = following()
    assert looks(feed(session, *ticks(14))) == []
    [look] = looks(feed(session, *ticks(4, AT_NS + 14 * SECOND)))
    assert look.path == f"/v4/addresses/{ADDRESS}/parentSubaccountNumber/0"
    body = parent(account(0, long("2"), cash=usdc("3"), equity="203"))
    at_ns = AT_NS + 20 * SECOND
    outputs = feed(session, reply("account", body, at_ns, key=look.key))
    assert [p.size for p in only(Position, outputs)] == [2.0]
    assert [s.state for s in only(AccountState, outputs)] == ["read"]
    assert len(looks(feed(session, *ticks(31, at_ns)))) == 1, "and again, as nobody tells changes"


def test_an_account_that_the_channel_tells_is_read_again_after_the_hour():
    """Funding is in no update until the subaccount is touched, but in what REST says."""
    session = following()
    feed(session, frame(whole(account(0, long("2"), cash=usdc("300")), number=2)))
    outputs = []
    for second, tick in enumerate(ticks(HOUR), start=1):
        outputs += [(tick.at_ns, look) for look in looks(feed(session, tick))]
        if second % 30 == 0:
            feed(session, frame(oracle(2 + second // 30, BTC="100"), tick.at_ns))
    at_ns, look = outputs[0]
    assert (at_ns // SECOND) % HOUR == 120
    body = parent(account(0, long("2", netFunding="-3.25"), cash=usdc("298.5"), equity="498.5"))
    read = feed(session, reply("account", body, at_ns, key=look.key))
    assert [p.funding_paid for p in only(Position, read)] == [-3.25]
    next_number = 3 + HOUR // 30
    moved = frame(oracle(next_number, BTC="101"), at_ns)
    [now] = only(Margin, feed(session, moved, *ticks(1, at_ns)))
    assert now.equity == pytest.approx(298.5 + 2 * 101)


def test_an_answer_that_is_older_than_the_channel_changes_nothing():
    session = following()
    feed(session, frame(whole(account(0, long("2"), cash=usdc("300")))))
    change = {"perpetualPositions": [long("5")], "blockHeight": "1000"}
    feed(session, frame(envelope("channel_data", 4, CHANNEL, PARENT, change)))
    lagging = account(0, long("2"), cash=usdc("300")) | {"latestProcessedBlockHeight": "999"}
    outputs = feed(session, reply("account", parent(lagging), key=f"look/{PARENT}"))
    assert [p.size for p in only(Position, outputs)] == [5.0]
    current = lagging | {"latestProcessedBlockHeight": "1000"}
    outputs = feed(session, reply("account", parent(current), key=f"look/{PARENT}"))
    assert [p.size for p in only(Position, outputs)] == [2.0]


def test_after_a_lost_connection_nothing_is_confirmed_before_it_was_read_again():
    session = following()
    feed(session, frame(whole(account(0, long("2"), cash=usdc("300")))))
    assert only(Margin, feed(session, *ticks(12)))
    feed(session, closed(), opened(AT_NS + 60 * SECOND), frame(connected()))
    outputs = feed(session, *ticks(12, AT_NS + 60 * SECOND))
    assert only(Margin, outputs) == only(Position, outputs) == []
    outputs = feed(session, frame(whole(account(0, cash=usdc("300")), number=1)))
    assert [(p.symbol, p.size) for p in only(Position, outputs)] == [("BTC", 0.0)]


def test_an_account_whose_equity_nobody_can_work_out_is_asked_for_often():
    """Its market has no oracle price here: only the venue's own figure will do."""
    session = following()
    child = account(0, held("DOGE-USD", "LONG", "5"), cash=usdc("9"), equity="10.5")
    feed(session, frame(whole(child)))
    assert len(looks(feed(session, *ticks(31)))) == 1


def test_an_account_that_the_channel_does_not_tell_again_after_a_lost_message_is_asked_for():
    session = following()
    feed(session, frame(whole(account(0, long("2"), cash=usdc("300")))))
    assert looks(feed(session, *ticks(60))) == []
    feed(session, frame(oracle(40, BTC="101"), AT_NS + 60 * SECOND))  # a hole in the numbers
    assert len(looks(feed(session, *ticks(16, AT_NS + 60 * SECOND)))) == 1


def test_an_account_is_not_worth_what_oracles_were_that_nobody_tells_any_more():
    """Oracles move with every block; the account's own channel is silent while nothing happens."""
    session = following()
    feed(session, frame(whole(account(0, long("2"), cash=usdc("300")), number=2)))
    assert only(Margin, feed(session, *ticks(59)))
    later = feed(session, *ticks(60, AT_NS + 59 * SECOND))
    assert only(Margin, later) == only(Position, later) == []
    assert ("subscribe", "v4_markets", "") in requests(later), "they are asked for again"
    assert len(looks(later)) == 1, "and the account over REST"
    now_ns = AT_NS + 120 * SECOND
    told = feed(session, frame(oracle(3, BTC="110"), now_ns), *ticks(1, now_ns))
    assert [m.equity for m in only(Margin, told)] == [300 + 2 * 110.0]


def test_the_oracles_of_the_connection_before_are_not_missed_on_a_new_one():
    session = following()
    again_ns = AT_NS + 600 * SECOND
    feed(session, closed(), opened(again_ns), frame(connected(), again_ns))
    asked = requests(feed(session, *ticks(4, again_ns)))
    assert "v4_markets" not in {channel for _, channel, _ in asked}


# --- what it says -------------------------------------------------------------------------------


def test_one_subaccount_says_nothing_about_the_others_of_its_address():
    session = following(ADDRESS)
    both = {"subaccounts": [account(0, long("2"), cash=usdc("1")), account(128, cash=usdc("3"))]}
    feed(session, reply("account", both, key=f"look/{ADDRESS}"))
    body = {"subaccount": account(128, cash=usdc("4"), equity="4")}
    outputs = feed(session, reply("account", body))
    assert only(Position, outputs) == []
    assert [(m.pool, m.equity) for m in only(Margin, outputs)] == [("128", 4.0)]


def test_a_whole_address_tells_of_one_parent_only_what_is_the_parents():
    session = following(f"{ADDRESS}/1")
    rows = [account(n, cash=usdc(str(n)), equity=str(n)) for n in (0, 1, 128, 129)]
    outputs = feed(session, reply("account", {"subaccounts": rows}))
    assert {m.pool for m in only(Margin, outputs)} == {"1", "129"}


def test_a_bare_recording_of_a_whole_address_is_read_whole():
    rows = [account(n, cash=usdc("1"), equity="1") for n in (0, 1, 130)]
    outputs = feed(Session(Wants()), reply("account", {"subaccounts": rows}))
    assert {(m.account, m.pool) for m in only(Margin, outputs)} == {
        (ADDRESS, "0"), (ADDRESS, "1"), (ADDRESS, "130"),
    }  # fmt: skip


def test_a_subaccount_that_is_listed_no_longer_holds_nothing_any_more():
    session = following(ADDRESS)
    both = {"subaccounts": [account(0, cash=usdc("1")), account(130, long("2"), cash=usdc("3"))]}
    feed(session, reply("account", both, key=f"look/{ADDRESS}"))
    rest = {"subaccounts": [account(0, cash=usdc("1"))]}
    outputs = feed(session, reply("account", rest, key=f"look/{ADDRESS}"))
    assert [(p.pool, p.size) for p in only(Position, outputs)] == [("130", 0.0)]
    assert [m.equity for m in only(Margin, outputs) if m.pool == "130"] == [0.0]


@pytest.mark.parametrize("accounts", [(), (OTHER, ADDRESS), (OTHER, PARENT)])
def test_an_answer_without_a_question_is_about_the_address_in_it(accounts):
    session = Session(Wants(accounts=accounts))
    outputs = feed(
        session, reply("account", {"subaccount": account(0, cash=usdc("4"), equity="4")})
    )
    [margin] = only(Margin, outputs)
    assert margin.account == (accounts[1] if accounts else PARENT)


@pytest.mark.parametrize(
    "body", [{}, {"fills": []}, {"subaccount": None}, {"subaccounts": 3}, {"subaccount": {}}, []]
)
def test_an_answer_about_no_account_does_not_say_that_there_is_none(body):
    session = following()
    feed(session, frame(whole(account(0, long("2"), cash=usdc("300")))))
    outputs = feed(session, reply("account", body, key=f"look/{PARENT}"))
    assert only(Reject, outputs)
    assert only(Position, outputs) == only(AccountState, outputs) == []


def test_what_arrives_late_about_an_account_of_before_is_let_go():
    session = following(ADDRESS)
    feed(session, *ticks(1), Wanted(at_ns=AT_NS, wants=Wants(symbols=("BTC",))))
    body = {"subaccounts": [account(0, long("2"), cash=usdc("1"))]}
    late = [
        reply("account", body, key=f"look/{ADDRESS}"),
        reply("account", page(payment(3, "BTC-USD", "1")), key=f"paid/{ADDRESS}?0&1"),
        frame(whole(account(0, long("2"), cash=usdc("1")), number=3)),
    ]  # fmt: skip
    assert feed(session, *late) == []


# --- what is refused ----------------------------------------------------------------------------


def test_an_address_that_vanished_is_gone_with_all_its_subaccounts():
    session = following(ADDRESS)
    both = {"subaccounts": [account(0, cash=usdc("1")), account(130, long("2"), cash=usdc("3"))]}
    feed(session, reply("account", both, key=f"look/{ADDRESS}"))
    body = {"errors": [{"msg": f"No subaccounts found for address {ADDRESS}"}]}
    outputs = feed(session, reply("account", body, status=404, key=f"look/{ADDRESS}"))
    [state] = only(AccountState, outputs)
    assert (state.state, only(Position, outputs)) == ("gone", [])
    assert only(Margin, feed(session, *ticks(30))) == [], "nor is it confirmed any more"


def test_an_unknown_subaccount_is_a_sentence():
    text = f"No subaccounts found for address {ADDRESS} and parentSubaccountNumber 0"
    body = {"errors": [{"msg": text}]}
    outputs = feed(following(), reply("account", body, status=404, key=f"look/{PARENT}"))
    [state] = only(AccountState, outputs)
    assert (state.state, state.reason) == (
        "unknown", "this address has no subaccount 0 at dYdX (yet)",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (429, {"errors": [{"msg": "Too many requests"}]}, "HTTP 429: Too many requests"),
        (500, {"errors": [{"msg": "Internal Server Error"}]}, "HTTP 500: Internal Server Error"),
        (502, "<html>Bad Gateway</html>", "HTTP 502"),
        (403, {"errors": [{"msg": "Because you appear to be", "code": "GEOBLOCKED"}]}, "Because"),
        (0, "", "no answer"),
    ],
)
def test_trouble_is_told_in_the_venues_own_words(status, body, words):
    text = body if isinstance(body, str) else json.dumps(body)
    outputs = feed(following(), reply("account", text, status=status, key=f"look/{PARENT}"))
    [state] = only(AccountState, outputs)
    assert state.state == "failed"
    assert words in state.reason
    assert "asked again within" in state.reason


def test_trouble_with_a_look_is_none_while_the_channel_tells():
    session = following()
    feed(session, frame(whole(account(0, long("2"), cash=usdc("300")))))
    outputs = feed(session, reply("account", "", status=500, key=f"look/{PARENT}"))
    assert only(AccountState, outputs) == []
    assert only(Reject, outputs)


# --- whole when all parts have answered -----------------------------------------------------------


def said(outputs: list[Output]) -> list[tuple[str, str, int | None, int | None]]:
    states = only(AccountState, outputs)
    return [(one.state, one.reason, one.parts_known, one.parts_wanted) for one in states]


def test_of_a_whole_address_the_first_parent_alone_is_half_of_it():
    """The channel answers at once; that there is a short of 5 ETH beside it only REST tells."""
    session = following(ADDRESS)
    words = "reading 1 of 2: waiting for the list of its subaccounts"
    waiting = ("waiting", words, 1, 2)
    assert said(feed(session, frame(whole(account(0, long("2"), cash=usdc("1")))))) == [waiting]
    rows = [
        account(0, long("2"), cash=usdc("1")),
        account(1, held("ETH-USD", "SHORT", "-5", subaccountNumber=1), cash=usdc("9", number=1)),
    ]
    outputs = feed(session, reply("account", {"subaccounts": rows}, key=f"look/{ADDRESS}"))
    assert {(p.symbol, p.size) for p in only(Position, outputs)} == {("BTC", 2.0), ("ETH", -5.0)}
    assert said(outputs) == [("read", "", 3, 3)]


def test_a_first_parent_without_a_subaccount_is_not_an_unknown_address():
    session = following(ADDRESS)
    missing = envelope("subscribed", 3, CHANNEL, PARENT, {})
    assert [state for state, *_ in said(feed(session, frame(missing)))] == ["waiting"]
    body = {"subaccounts": [account(2, cash=usdc("7"), equity="7")]}
    outputs = feed(session, reply("account", body, key=f"look/{ADDRESS}"))
    assert said(outputs) == [("read", "", 3, 3)]


def test_a_list_that_could_not_be_read_is_said_though_the_first_parent_was():
    session = following(ADDRESS)
    feed(session, frame(whole(account(0, cash=usdc("1")))))
    outputs = feed(session, reply("account", "", status=500, key=f"look/{ADDRESS}"))
    assert [state for state, *_ in said(outputs)] == ["failed"]


def test_after_a_lost_connection_or_message_every_part_has_to_answer_again():
    session = following(ADDRESS)
    rows = [account(0, cash=usdc("1")), account(1, cash=usdc("9", number=1))]
    feed(session, reply("account", {"subaccounts": rows}, key=f"look/{ADDRESS}"))
    feed(session, frame(oracle(40, ETH="11")))  # a hole in the numbers
    again = feed(session, frame(whole(account(0, cash=usdc("1")), number=41)))
    assert said(again) == [("waiting", "reading 2 of 3: waiting for subaccount 1", 2, 3)]
    feed(session, closed(), opened(AT_NS + SECOND), frame(connected()))
    again = feed(session, frame(whole(account(0, cash=usdc("1")), number=1)))
    words = "reading 1 of 3: waiting for the list of its subaccounts, subaccount 1"
    assert said(again) == [("waiting", words, 1, 3)]


# --- funding payments ---------------------------------------------------------------------------


def page(*rows: dict) -> dict:
    return {"fundingPayments": list(rows), "pageSize": 100, "totalResults": 1, "offset": 0}


def full_page(hour: int) -> dict:
    return page(*(payment(hour, f"C{i}-USD", "1") for i in range(100)))


def test_the_start_is_named_as_the_documentation_and_as_the_source_has_it():
    _, fetch = reading()
    assert "&afterOrAt=2025-09-09T08:53:20Z" in fetch.path
    assert "&createdOnOrAfter=2025-09-09T08:53:2" in fetch.path


def test_a_payment_at_no_possible_time_is_told_and_costs_no_other():
    session, first = reading()
    rows = page(payment(3, "BTC-USD", "5"), payment(2, "ETH-USD", "7"))
    rows["fundingPayments"][0]["createdAt"] = "9999-12-31T23:59:59Z"
    outputs = feed(session, reply("account", rows, key=first.key))
    assert [p.usd for p in only(FundingPayment, outputs)] == [7.0]
    assert len(only(Reject, outputs)) == 1


def test_what_was_paid_to_an_account_that_is_followed_again_is_read_anew():
    """What was told of it went with it."""
    session, first = reading()
    feed(session, reply("account", page(payment(3, "BTC-USD", "5")), key=first.key))
    for accounts in ((), (PARENT,)):
        again = feed(session, Wanted(at_ns=AT_NS, wants=Wants(accounts=accounts)))
    [fetch] = paid(again)
    told = feed(session, reply("account", page(payment(3, "BTC-USD", "5")), key=fetch.key))
    assert [payment.usd for payment in only(FundingPayment, told)] == [5.0]


def test_an_indexer_that_heeds_no_page_is_not_asked_for_ever():
    session, first = reading()
    [second] = paid(feed(session, reply("account", full_page(3), key=first.key)))
    assert paid(feed(session, reply("account", full_page(3), key=second.key))) == []


def test_an_indexer_that_heeds_no_start_is_asked_for_a_month():
    session, first = reading()
    rows = full_page(3)
    rows["fundingPayments"][-1]["createdAt"] = "2025-08-31T00:00:00.500Z"
    assert paid(feed(session, reply("account", rows, key=first.key))) == []


def test_a_history_that_broke_off_is_read_to_its_end_the_next_time():
    session, first = reading()
    [second] = paid(feed(session, reply("account", full_page(3), key=first.key)))
    feed(session, reply("account", "", status=429, key=second.key))
    [again] = paid(feed(session, *ticks(301)))
    assert "afterOrAt=2025-10-08T03:00:00Z" in again.path, "what is new comes first"
    [more] = paid(feed(session, reply("account", page(), key=again.key)))
    assert "afterOrAt=2025-09-09T08:5" in more.path
    told = feed(session, reply("account", page(payment(2, "BTC-USD", "5")), key=more.key))
    assert [p.usd for p in only(FundingPayment, told)] == [5.0]


@pytest.mark.parametrize("broken", [{"payment": None}, {"payment": "x"}, {"createdAt": "soon"}])
def test_a_payment_of_nonsense_is_rejected_alone(broken):
    session, fetch = reading()
    rows = page(payment(3, "BTC-USD", "0.5") | broken, payment(2, "ETH-USD", "-0.25"))
    outputs = feed(session, reply("account", rows, key=fetch.key))
    assert [p.usd for p in only(FundingPayment, outputs)] == [-0.25]
    assert len(only(Reject, outputs)) == 1


@pytest.mark.parametrize("number", ["128", 128])
def test_the_child_that_was_paid_may_be_a_word_or_a_number(number):
    rows = page(payment(3, "BTC-USD", "0.5") | {"subaccountNumber": number})
    [told] = only(FundingPayment, feed(following(), reply("funding_payments", rows)))
    assert (told.pool, told.usd, told.rate) == ("128", 0.5, 0.0001)


def test_payments_of_a_whole_address_are_not_those_of_a_part_that_is_followed_too():
    session = Session(Wants(accounts=(ADDRESS, PARENT)))
    feed(session, opened())
    outputs = feed(session, reply("account", full_page(3), key=f"paid/{ADDRESS}?0&1"))
    assert {p.account for p in only(FundingPayment, outputs)} == {ADDRESS}
    assert [fetch.key for fetch in paid(outputs)] == [f"paid/{ADDRESS}?0&2"]


def test_payments_of_nobody_are_a_reject():
    outputs = feed(Session(Wants()), reply("account", page(payment(3, "BTC-USD", "0.5"))))
    assert [type(output) for output in outputs] == [Reject]


# --- what was traded ----------------------------------------------------------------------------


def traded(outputs: list[Output]) -> list[Fetch]:
    return [f for f in only(Fetch, outputs) if f.key.startswith("fills/")]


@needs_captures
def test_the_recorded_fills_are_signed_by_their_side_and_told_once():
    session = Session(Wants(accounts=(PARENT,)))
    [ask] = traded(feed(session, opened()))
    assert ask.path.startswith("/v4/fills/parentSubaccountNumber?")
    body = json.loads(capture_text("dydx/rest_fills.json"))
    outputs = feed(
        session, reply("account", body, key=ask.key), reply("account", body, key=ask.key)
    )
    fills = only(AccountFill, outputs)
    assert len(fills) == len(body["fills"])
    last = fills[-1]
    assert (last.symbol, last.size, last.price, last.fee) == ("BTC", 0.0001, 105_117.0, 0.0)
    assert {f.account for f in fills} == {PARENT}


def test_fills_are_read_page_by_page_until_one_is_not_full():
    session = Session(Wants(accounts=(PARENT,)))
    [first] = traded(feed(session, opened()))
    day = "2025-10-08"
    rows = [
        {
            "id": f"f{n}", "side": "BUY", "size": "1", "price": "2", "market": "BTC-USD",
            "createdAt": f"{day}T10:{59 - n // 2:02}:00Z",
        }
        for n in range(100)
    ]  # fmt: skip
    [second] = traded(feed(session, reply("account", {"fills": rows}, key=first.key)))
    assert "page=2" in second.path
    last = [rows[0] | {"id": "older", "createdAt": f"{day}T08:00:00Z"}]
    outputs = feed(session, reply("account", {"fills": last}, key=second.key))
    assert traded(outputs) == []
    [fill] = only(AccountFill, outputs)
    assert fill.fee is None, "a fee that is not said is not 0"
