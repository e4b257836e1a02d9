"""Orderly accounts by address: one pool a brand, payments once they are settled."""

import json
from typing import Any

import pytest

from cockpit.core.events import (
    AccountState,
    FundingPayment,
    Margin,
    Position,
    Reject,
)
from cockpit.core.units import HOUR_NS
from cockpit.venues.contract import Fetch, Output, Wants
from cockpit.venues.orderly import SPEC
from cockpit.venues.orderly.session import Session
from tests.support import AT_NS, feed, only, opened, reply, ticks
from tests.venues.orderly.samples import HOUR_MS, SECOND_NS, TS_MS, fetches, info, rows

ADDRESS = "0x15f43c2b0f0ca3e0a0c1fd8f9ad6d0d0d0d0cc2a"
STAMP_MS = TS_MS // (8 * HOUR_MS) * 8 * HOUR_MS


def position(symbol: str = "PERP_BTC_USDC", quantity: str = "0.5", **changed: Any) -> Any:
    """The figures of the page's example, but each with a value of its own."""
    return {
        "symbol": symbol, "side": "LONG", "position_qty": quantity, "notional": "21500",
        "average_open_price": "42000", "mark_price": "43000", "unrealized_pnl": "500",
        "unsettled_pnl": "50.5", "imr": "0.05", "mmr": "0.025", "est_liq_price": "38000",
        "leverage": 10, "margin_mode": "CROSS", "updated_at": STAMP_MS, **changed,
    }  # fmt: skip


def account(*positions: Any, brand: str = "woofi_pro", **changed: Any) -> Any:
    return {
        "broker_id": brand, "account_id": f"0x{brand.encode().hex():0<64}", "account_type": "main",
        "account_value": "50000.5", "total_collateral_value": "49500.5",
        "free_collateral": "30000", "positions": list(positions), **changed,
    }  # fmt: skip


def state(*accounts: Any) -> Any:
    return {"success": True, "data": {"address": ADDRESS, "accounts": list(accounts)}, "ts": TS_MS}


def payment(fee: str, status: str = "Settled", stamp_ms: int = STAMP_MS, **changed: Any) -> Any:
    word = "Pay" if float(fee) > 0 else "Receive" if float(fee) < 0 else None
    return {
        "symbol": "PERP_BTC_USDC", "funding_rate": "0.0001", "funding_fee": fee,
        "position_qty": "0.5", "mark_price": "45000.00", "funding_rate_timestamp": stamp_ms,
        "payment_type": word, "funding_status": status, "margin_mode": "CROSS", **changed,
    }  # fmt: skip


def paid(*each: Any, cursor: str | None = None) -> Any:
    return {"success": True, "data": {"rows": list(each), "next_cursor": cursor}, "ts": TS_MS}


def following() -> tuple[Session, list[Output]]:
    session = Session(Wants(accounts=(ADDRESS.upper().replace("X", "x"),)))
    outputs = feed(session, opened(), reply("instruments", rows(info())), *ticks(1))
    return session, outputs


def read(session: Session, *accounts: Any, at_ns: int = AT_NS + SECOND_NS) -> list[Output]:
    return feed(session, reply("account", state(*accounts), at_ns, key=ADDRESS))


def told(outputs: list[Output]) -> list[tuple[str, str]]:
    return [(one.state, one.reason) for one in only(AccountState, outputs)]


def body(fetch: Fetch) -> Any:
    return json.loads(fetch.body or "")


def test_an_address_is_asked_for_in_one_question_of_the_public_pool() -> None:
    _, outputs = following()
    (asked,) = fetches(outputs, "account")
    assert (asked.method, asked.path, asked.bucket) == ("POST", "/v1/public/query", "info")
    assert body(asked) == {"type": "accountState", "address": ADDRESS}


def test_a_solana_address_is_refused_in_words() -> None:
    check = SPEC.check_address
    assert check is not None
    assert check("4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T")
    assert check(ADDRESS) is None


def test_each_brand_is_a_pool_of_its_own_and_all_of_them_make_the_account() -> None:
    session, _ = following()
    outputs = read(
        session,
        account(position()),
        account(position(quantity="-0.25", side="SHORT"), brand="modetrade"),
    )
    long, short = only(Position, outputs)
    assert (long.pool, long.size, short.pool, short.size) == ("woofi_pro", 0.5, "modetrade", -0.25)
    assert (long.entry, long.mark, long.liquidation, long.upnl) == (42000, 43000, 38000, 500)
    assert long.margin_mode == "cross"
    assert long.leverage is None, "the page calls it effective, and contradicts it"
    assert [margin.pool for margin in only(Margin, outputs)] == ["woofi_pro", "modetrade"]
    assert told(outputs) == [("read", "")]


def test_margin_is_equity_and_what_the_positions_take_of_it() -> None:
    """0.05 and 0.025 of 21,500 dollars."""
    session, _ = following()
    (margin,) = only(Margin, read(session, account(position())))
    assert (margin.equity, margin.available, margin.cross_equity) == (50000.5, 30000.0, 50000.5)
    assert (margin.used, margin.maintenance) == (1075.0, 537.5)


def test_isolated_positions_leave_the_cross_equity_unknown() -> None:
    session, _ = following()
    held = (position(), position("PERP_ETH_USDC", "2", margin_mode="ISOLATED"))
    (margin,) = only(Margin, read(session, account(*held)))
    assert margin.cross_equity is None
    assert margin.maintenance == 537.5, "of the cross position alone"


def test_a_position_in_thousands_is_in_coins() -> None:
    session, _ = following()
    row = position("PERP_1000PEPE_USDC", "-300", average_open_price="0.01", est_liq_price="0.02")
    (held,) = only(Position, read(session, account(row)))
    assert (held.symbol, held.size) == ("PEPE", -300_000.0)
    assert (held.entry, held.liquidation) == (0.01 / 1000, 0.02 / 1000)


def test_a_position_in_a_builders_market_is_not_left_out() -> None:
    session, _ = following()
    (held,) = only(Position, read(session, account(position("PERP_AAPL_USDC_mythos", "3"))))
    assert (held.symbol, held.size) == ("PERP_AAPL_USDC_mythos", 3.0)


def test_null_figures_mean_that_margins_are_not_computed_now() -> None:
    """Half an account is not shown as whole: positions yes, read no, and no zero anywhere."""
    session, _ = following()
    nulls = dict.fromkeys(("notional", "mark_price", "unrealized_pnl", "est_liq_price", "mmr"))
    row = account(position(**nulls), account_value=None, free_collateral=None)
    outputs = read(session, row)
    (held,), (margin,) = only(Position, outputs), only(Margin, outputs)
    assert held.size == 0.5
    assert held.mark is held.upnl is held.liquidation is None
    assert margin.equity is margin.available is margin.used is margin.maintenance is None
    ((status, reason),) = told(outputs)
    assert status == "failed"
    assert "does not tell its margins" in reason


def test_an_impossible_position_makes_the_whole_reading_void() -> None:
    session, _ = following()
    outputs = read(session, account(position(), position("PERP_ETH_USDC", "many")))
    assert only(Position, outputs) == only(Margin, outputs) == []
    assert len(only(Reject, outputs)) == 1
    assert [status for status, _ in told(outputs)] == ["failed"]


def test_a_market_that_is_held_twice_is_not_half_of_what_is_held() -> None:
    """Cross and isolated at once: one of them would stand for both."""
    session, _ = following()
    held = position(quantity="0.5"), position(quantity="-0.2", margin_mode="ISOLATED")
    outputs = read(session, account(*held))
    assert only(Position, outputs) == only(Margin, outputs) == []
    ((status, reason),) = told(outputs)
    assert (status, "two positions in BTC" in reason) == ("failed", True)


def test_a_closed_position_and_a_brand_that_is_gone_are_told_closed() -> None:
    session, _ = following()
    read(session, account(position()), account(position(), brand="modetrade"))
    outputs = read(session, account(), at_ns=AT_NS + 12 * SECOND_NS)
    assert sorted((one.pool, one.size) for one in only(Position, outputs)) == [
        ("modetrade", 0.0),
        ("woofi_pro", 0.0),
    ]
    assert told(outputs) == [("flat", "")]


def test_a_brand_that_is_gone_has_no_equity_any_longer() -> None:
    session, _ = following()
    read(session, account(position()), account(position(), brand="modetrade"))
    outputs = read(session, account(position()), at_ns=AT_NS + 12 * SECOND_NS)
    equity = {margin.pool: margin.equity for margin in only(Margin, outputs)}
    assert equity == {"woofi_pro": 50000.5, "modetrade": 0.0}


def test_an_address_that_nobody_knows_is_unknown_and_not_failed() -> None:
    session, _ = following()
    refusal = {"success": False, "code": "ADDRESS_NOT_FOUND", "message": "", "ts": TS_MS}
    outputs = feed(session, reply("account", refusal, status=404, key=ADDRESS))
    assert [status for status, _ in told(outputs)] == ["unknown"]


def test_a_refused_reading_is_told_at_once_and_asked_again() -> None:
    session, _ = following()
    later = AT_NS + SECOND_NS
    outputs = feed(session, reply("account", "busy", later, status=503, key=ADDRESS))
    assert [status for status, _ in told(outputs)] == ["failed"]
    assert fetches(feed(session, *ticks(11, later)), "account")


# --- payments ----------------------------------------------------------------------------------


def asked_payments(outputs: list[Output]) -> Fetch:
    (fetch,) = fetches(outputs, "funding_payments")
    return fetch


def test_payments_are_asked_for_of_each_account_thirty_days_back() -> None:
    session, _ = following()
    asked = body(asked_payments(read(session, account())))
    assert (asked["type"], asked["account_id"]) == ("fundingPayments", account()["account_id"])
    assert asked["start_time"] == TS_MS + 1000 - 30 * 24 * HOUR_MS


def test_a_payment_that_cannot_be_read_costs_no_other() -> None:
    session, _ = following()
    asked = asked_payments(read(session, account(position())))
    rows_ = payment("10.5") | {"funding_rate_timestamp": "soon"}, payment("-2.25")
    outputs = feed(session, reply(asked.name, paid(*rows_), key=asked.key))
    assert [one.usd for one in only(FundingPayment, outputs)] == [2.25]
    assert len(only(Reject, outputs)) == 1


def test_received_is_positive_and_accrued_is_not_told_until_it_is_settled() -> None:
    session, _ = following()
    asked = asked_payments(read(session, account(position())))
    rows_ = (
        payment("0", "Accrued", STAMP_MS),
        payment("10.5", stamp_ms=STAMP_MS - 8 * HOUR_MS),
        payment("-2.25", stamp_ms=STAMP_MS - 16 * HOUR_MS),
    )
    outputs = feed(session, reply(asked.name, paid(*rows_), key=asked.key))
    assert [(one.usd, one.pool) for one in only(FundingPayment, outputs)] == [
        (2.25, "woofi_pro"),
        (-10.5, "woofi_pro"),
    ]
    later = feed(session, *ticks(121, AT_NS + SECOND_NS))
    again = asked_payments(later)
    assert body(again)["start_time"] == STAMP_MS, "from the one that waits"
    (settled,) = feed(
        session, reply(again.name, paid(payment("1.5")), AT_NS + 123 * SECOND_NS, key=again.key)
    )
    assert isinstance(settled, FundingPayment)
    assert settled.usd == -1.5


def accrued(outputs: list[Output]) -> list[float | None]:
    return [one.funding_accrued_usd for one in only(Position, outputs)]


def with_payments(*rows_: Any, cursor: str | None = None) -> Session:
    """A session that has read these payments a second after the account."""
    session, _ = following()
    asked = asked_payments(read(session, account(position())))
    answer = paid(*rows_, cursor=cursor)
    feed(session, reply(asked.name, answer, AT_NS + SECOND_NS, key=asked.key))
    return session


def test_what_has_accrued_stands_with_the_position_once_payments_were_read() -> None:
    session, _ = following()
    asked = asked_payments(read(session, account(position())))
    assert accrued(read(session, account(position()))) == [None]
    fee = payment("4.5", "Accrued")
    # Eight-hourly, and no fee yet: half a bitcoin x 45,000 x a basis point are to be paid.
    later = payment("0", "Accrued", STAMP_MS - 8 * HOUR_MS)
    feed(session, reply(asked.name, paid(fee, later), AT_NS + SECOND_NS, key=asked.key))
    (usd,) = accrued(read(session, account(position())))
    assert usd == pytest.approx(-4.5 - 2.25)
    none_due = with_payments(payment("10.5"))
    assert accrued(read(none_due, account(position()))) == [0.0]


@pytest.mark.parametrize("changed", [{"funding_rate": None}, {"mark_price": "x"}])
def test_an_accrued_payment_without_a_fee_that_cannot_be_counted_is_not_known(changed: Any) -> None:
    session = with_payments(payment("0", "Accrued", **changed), payment("1.0", "Accrued"))
    assert accrued(read(session, account(position()))) == [None]


def settled(stamp_ms: int, rate: float, interval_h: int = 8) -> Any:
    """The newest settlement of bitcoin as the venue tells it of all markets."""
    row = {
        "symbol": "PERP_BTC_USDC", "last_funding_rate": rate,
        "last_funding_rate_timestamp": stamp_ms,
        "next_funding_time": stamp_ms + interval_h * HOUR_MS,
    }  # fmt: skip
    return rows(row)


NEXT_NS = (STAMP_MS + 8 * HOUR_MS) * 10**6
"""The next settlement of an eight-hourly market."""


def with_rate(stamp_ms: int, rate: float, **listed: Any) -> Session:
    """A session that has read payments, and then the rate of a settlement of a followed market."""
    session = Session(Wants(symbols=("BTC",), accounts=(ADDRESS,)))
    feed(session, opened(), reply("instruments", rows(info(**listed))), *ticks(1))
    asked = asked_payments(read(session, account(position())))
    answer = paid(payment("4.5", "Accrued"))
    feed(session, reply(asked.name, answer, AT_NS + SECOND_NS, key=asked.key))
    feed(session, reply("rates", settled(stamp_ms, rate), at_ns=stamp_ms * 10**6 + SECOND_NS))
    return session


def test_a_full_hour_that_is_no_stamp_of_the_market_changes_nothing() -> None:
    session = with_payments(payment("4.5", "Accrued"))
    for hours in range(1, 7):
        at_ns = (AT_NS // HOUR_NS + hours) * HOUR_NS + SECOND_NS
        assert accrued(read(session, account(position()), at_ns=at_ns)) == [-4.5]


def test_after_a_stamp_whose_rate_nobody_tells_what_has_accrued_is_unknown() -> None:
    session = with_payments(payment("4.5", "Accrued"))
    assert accrued(read(session, account(position()), at_ns=NEXT_NS - 1)) == [-4.5]
    assert accrued(read(session, account(position()), at_ns=NEXT_NS + SECOND_NS)) == [None]


def test_after_a_stamp_its_rate_is_counted_until_the_payment_is_told() -> None:
    session = with_rate(NEXT_NS // 10**6, 0.0002)
    # Half a bitcoin x 43,000 x 2 basis points are to be paid beside the 4.5 of before.
    (usd,) = accrued(read(session, account(position()), at_ns=NEXT_NS + 30 * SECOND_NS))
    assert usd == pytest.approx(-4.5 - 4.3)
    opened_later = position(opened_at=NEXT_NS // 10**6 + 5_000)
    assert accrued(read(session, account(opened_later), at_ns=NEXT_NS + 30 * SECOND_NS)) == [-4.5]


def test_a_size_that_may_have_changed_since_the_stamp_is_not_counted_with() -> None:
    session = with_rate(NEXT_NS // 10**6, 0.0002)
    changed = position(updated_at=NEXT_NS // 10**6 + 5_000)
    assert accrued(read(session, account(changed), at_ns=NEXT_NS + 30 * SECOND_NS)) == [None]
    before = position(updated_at=NEXT_NS // 10**6 - 5_000)
    assert accrued(read(session, account(before), at_ns=NEXT_NS + 30 * SECOND_NS)) != [None]


def test_of_two_stamps_that_were_not_told_nothing_is_counted() -> None:
    session = with_rate(NEXT_NS // 10**6 + 8 * HOUR_MS, 0.0002)
    at_ns = NEXT_NS + 8 * HOUR_NS + 30 * SECOND_NS
    assert accrued(read(session, account(position()), at_ns=at_ns)) == [None]


def test_a_payment_without_a_fee_of_a_four_hourly_market_is_counted_by_what_was_settled() -> None:
    """What a payment's own rate is per is doubtful there, and another here."""
    session = with_rate(STAMP_MS, 0.00003, funding_period=4)
    (asked,) = fetches(feed(session, *ticks(121, AT_NS + SECOND_NS)), "funding_payments")
    due = paid(payment("0", "Accrued", funding_rate="0.00006"))
    feed(session, reply(asked.name, due, AT_NS + 122 * SECOND_NS, key=asked.key))
    (usd,) = accrued(read(session, account(position()), at_ns=AT_NS + 123 * SECOND_NS))
    assert usd == pytest.approx(-0.5 * 45_000 * 0.00003)


def test_payments_of_a_stamp_are_read_within_minutes_and_not_taken_for_read_before() -> None:
    """A reading a minute after the stamp may be too early for its payments."""
    session = with_payments(payment("4.5", "Accrued"))
    for seconds, due in ((60, [None]), (180, [-4.5])):
        at_ns = NEXT_NS + seconds * SECOND_NS
        turn = asked_payments(read(session, account(position()), at_ns=at_ns))
        answer = paid(payment("4.5", "Accrued"))
        feed(session, reply(turn.name, answer, at_ns + SECOND_NS, key=turn.key))
        held = read(session, account(position()), at_ns=at_ns + 10 * SECOND_NS)
        assert accrued(held) == due
        assert fetches(held, "funding_payments") == []


def test_payments_that_were_not_read_to_their_end_tell_nothing_of_what_has_accrued() -> None:
    session = with_payments(payment("4.5", "Accrued"), cursor="bmV4dA==")
    assert accrued(read(session, account(position()))) == [None]


def test_pages_are_read_to_their_end_and_a_payment_is_told_once() -> None:
    session, _ = following()
    asked = asked_payments(read(session, account(position())))
    first = feed(session, reply(asked.name, paid(payment("1"), cursor="bmV4dA=="), key=asked.key))
    (more,) = fetches(first, "funding_payments")
    assert body(more)["cursor"] == "bmV4dA=="
    assert only(FundingPayment, first) == [], "a part of what was paid is no sum"
    last = feed(session, reply(more.name, paid(payment("1")), key=more.key))
    assert [payment.usd for payment in only(FundingPayment, last)] == [-1.0]


@pytest.mark.parametrize("word", ["Receive", "Other"])
def test_a_fee_whose_word_contradicts_its_sign_is_not_believed(word: str) -> None:
    session, _ = following()
    asked = asked_payments(read(session, account(position())))
    rows_ = paid(payment("10.5", payment_type=word))
    outputs = feed(session, reply(asked.name, rows_, key=asked.key))
    assert only(FundingPayment, outputs) == []
    assert len(only(Reject, outputs)) == 1
