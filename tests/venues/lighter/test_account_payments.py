"""Funding payments of Lighter accounts: whose they are, their sign, and who may see them."""

import pytest

from cockpit.core.events import FundingPayment, Position, Reject
from cockpit.core.units import HOUR_NS
from cockpit.venues.contract import Fetch
from tests.support import AT_NS, closed, feed, frame, only, opened, reply, ticks
from tests.venues.lighter.accounts import SECOND, account, body, following, row, stream

HOUR_S = AT_NS // HOUR_NS * 3600
PRIVATE = {"code": 20001, "message": "invalid param : auth required for main accounts"}


def paid(market_id: int = 1, change: str = "-0.25", hours_ago: int = 0, **changed: object) -> dict:
    return {
        "timestamp": HOUR_S - 3600 * hours_ago, "market_id": market_id, "funding_id": 2001,
        "change": change, "rate": "0.0012", "position_size": "0.5", "position_side": "long",
        "discount": "0.000000", **changed,
    }  # fmt: skip


def page(*rows: dict, cursor: str = "") -> dict:
    return {"code": 200, "position_fundings": list(rows), "next_cursor": cursor}


def wanted(outputs: list) -> list[Fetch]:
    return [fetch for fetch in only(Fetch, outputs) if fetch.key.startswith("paid/")]


def shown(*positions: dict):
    """A session that has read account 1077, and the first question about its payments."""
    session = following("1077")
    feed(session, opened(), *ticks(1))
    outputs = feed(session, reply("account", body(account(*positions)), key="1077"), *ticks(1))
    [fetch] = wanted(outputs)
    return session, fetch


def told(outputs: list) -> list[tuple[str, float, float | None]]:
    return [(p.symbol, p.usd, p.size) for p in only(FundingPayment, outputs)]


# --- what a payment says --------------------------------------------------------------------------


def test_received_is_positive_and_a_short_has_a_negative_size():
    session, fetch = shown(row("BTC", "1", market_id=1))
    assert fetch.path == "/api/v1/positionFunding?account_index=1077&limit=100"
    answer = page(paid(), paid(0, "0.75", hours_ago=1, position_side="short"))
    outputs = feed(session, reply("account", answer, key=fetch.key))
    assert told(outputs) == [("ETH", 0.75, -0.5), ("BTC", -0.25, 0.5)], "oldest first"
    assert {(p.account, p.pool) for p in only(FundingPayment, outputs)} == {("1077", "1077")}
    assert [p.venue_ns for p in only(FundingPayment, outputs)] == [
        (HOUR_S - 3600) * SECOND, HOUR_S * SECOND,
    ]  # fmt: skip


def test_a_market_is_called_as_the_rows_of_the_account_call_it():
    session, fetch = shown(row("NVDA", "0.000", market_id=110), row("1000PEPE", "3", market_id=4))
    outputs = feed(session, reply("account", page(paid(110), paid(4), paid(200)), key=fetch.key))
    assert sorted(told(outputs)) == [
        ("@200", -0.25, 0.5),
        ("NVDA", -0.25, 0.5),
        ("PEPE", -0.25, 500.0),
    ]


def test_payments_on_a_spot_market_are_none():
    session, fetch = shown()
    assert feed(session, reply("account", page(paid(2048)), key=fetch.key)) == []


def test_seconds_and_milliseconds_are_told_apart():
    session, fetch = shown()
    answer = page(paid(timestamp=HOUR_S * 1000 + 3))
    [payment] = only(FundingPayment, feed(session, reply("account", answer, key=fetch.key)))
    assert payment.venue_ns == HOUR_S * SECOND + 3_000_000


@pytest.mark.parametrize(
    "histories",
    [{"1": [paid()]}, {"1": paid()}, [paid()], {"1": [paid(timestamp=HOUR_S * 1000 + 2)]}],
)
def test_the_stream_of_an_account_tells_its_payments_once(histories):
    session, fetch = shown()
    message = stream("account_all", {}) | {"funding_histories": histories}
    assert told(feed(session, frame(message))) == [("BTC", -0.25, 0.5)]
    assert feed(session, frame(message)) == []
    assert feed(session, reply("account", page(paid()), key=fetch.key)) == []


def test_a_page_without_a_key_is_of_the_only_followed_account():
    outputs = feed(following("1077"), reply("account", page(paid())))
    [payment] = only(FundingPayment, outputs)
    assert (payment.account, payment.pool) == ("1077", "1077")


@pytest.mark.parametrize("broken", [{"change": "much"}, {"change": None}, {"timestamp": -5}])
def test_an_impossible_payment_is_a_reject(broken):
    session, fetch = shown()
    outputs = feed(session, reply("account", page(paid() | broken), key=fetch.key))
    assert only(FundingPayment, outputs) == []
    assert len(only(Reject, outputs)) == 1
    message = stream("account_all", {}) | {"funding_histories": {"1": [paid() | broken]}}
    assert len(only(Reject, feed(session, frame(message)))) == 1


# --- when they are asked for ----------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "status"), [(PRIVATE, 400), (PRIVATE, 200), ({}, 401)])
def test_payments_that_are_for_the_owner_are_asked_for_once_and_in_silence(answer, status):
    session, fetch = shown()
    assert feed(session, reply("account", answer, status=status, key=fetch.key)) == []
    assert wanted(feed(session, *ticks(7200))) == []
    assert wanted(feed(session, closed(), opened(), *ticks(60))) == []


@pytest.mark.parametrize(
    ("answer", "status"), [("<html>busy</html>", 500), ({"code": 23000}, 429), ("", 0)]
)
def test_payments_that_could_not_be_read_are_asked_for_again_after_five_minutes(answer, status):
    session, fetch = shown()
    outputs = feed(session, reply("account", answer, status=status, key=fetch.key))
    assert len(only(Reject, outputs)) == 1
    assert wanted(feed(session, *ticks(299))) == []
    assert wanted(feed(session, *ticks(2, AT_NS + 299 * SECOND))) == [fetch]


def test_what_is_paid_on_the_hour_is_asked_for_a_minute_after_it():
    session, fetch = shown()
    feed(session, reply("account", page(paid()), key=fetch.key))
    left_s = HOUR_S + 3600 - AT_NS // SECOND
    assert wanted(feed(session, *ticks(left_s + 59))) == []
    assert wanted(feed(session, *ticks(2, AT_NS + (left_s + 59) * SECOND))) == [fetch]


def test_pages_are_turned_until_a_day_is_known():
    session, fetch = shown()
    first = page(paid(), paid(hours_ago=20), cursor="x=")
    [second] = wanted(feed(session, reply("account", first, key=fetch.key)))
    assert second.path.endswith("&limit=100&cursor=x%3D")
    last = page(paid(hours_ago=21), paid(hours_ago=30), cursor="y")
    assert wanted(feed(session, reply("account", last, key=second.key))) == []


def test_an_account_that_was_never_shown_is_not_asked_what_it_was_paid():
    session = following("1077")
    outputs = feed(session, opened(), *ticks(5))
    refusal = {"code": 21100, "message": "account not found"}
    outputs += feed(session, reply("account", refusal, status=400, key="1077"), *ticks(5))
    assert wanted(outputs) == []


def test_many_accounts_are_asked_one_a_second():
    crowd = [str(1000 + i) for i in range(5)]
    session = following(*crowd)
    feed(session, opened(), *ticks(1))
    for name in crowd:
        feed(session, reply("account", body(account(index=int(name))), key=name))
    asked = [len(wanted(feed(session, tick))) for tick in ticks(6, AT_NS + SECOND)]
    assert asked == [1, 1, 1, 1, 1, 0]


def test_payments_do_not_disturb_positions():
    session, fetch = shown(row("BTC", "1", market_id=1))
    outputs = feed(session, reply("account", PRIVATE, status=400, key=fetch.key))
    assert only(Position, outputs) == []
