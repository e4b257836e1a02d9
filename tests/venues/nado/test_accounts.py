"""Nado's accounts: whole when every half has answered, received is positive, nothing made up."""

import json
from typing import Any

import pytest

from cockpit.core.events import AccountState, FundingPayment, Margin, Position, Reject
from cockpit.venues.contract import Fetch, Wanted, Wants
from cockpit.venues.nado import SPEC
from cockpit.venues.nado.session import Session
from tests.invariants import Invariants
from tests.support import AT_NS, feed, only, opened, reply, ticks
from tests.venues.nado.samples import answer, symbol_row, symbols, x18

ADDRESS = "0x12a0b4888021576eb10a67616dd3dd3d9ce206b6"
DEFAULT = f"{ADDRESS}64656661756c740000000000"
SECOND = f"{ADDRESS}64656661756c745f31000000"
APART = f"{ADDRESS}00000000000000040069736f"
HOUR_S = 3_600


def wallet(*rows: tuple[str, str, bool]) -> dict[str, Any]:
    return {
        "subaccounts": [
            {"id": "1", "subaccount": one, "address": ADDRESS, "subaccount_name": name,
             "created_at": "1699949771", "isolated": is_isolated}
            for one, name, is_isolated in rows
        ]
    }  # fmt: skip


ONE = ((DEFAULT, "default", False), (APART, "0x00000000000000040069736f", True))
TWO = (*ONE, (SECOND, "default_1", False))


def product(product_id: int, price: float) -> dict[str, Any]:
    risk = {
        "long_weight_initial_x18": x18(0.98), "short_weight_initial_x18": x18(1.02),
        "long_weight_maintenance_x18": x18(0.99), "short_weight_maintenance_x18": x18(1.01),
        "price_x18": x18(price),
    }  # fmt: skip
    return {"product_id": product_id, "oracle_price_x18": x18(price), "risk": risk}


def healths(initial: float, maintenance: float, unweighted: float) -> list[dict[str, str]]:
    return [
        {"assets": x18(value), "liabilities": "0", "health": x18(value)}
        for value in (initial, maintenance, unweighted)
    ]


def balance(product_id: int, amount: Any, v_quote: Any) -> dict[str, Any]:
    figures = {"amount": amount, "v_quote_balance": v_quote, "last_cumulative_funding_x18": "0"}
    return {"product_id": product_id, "balance": figures}


SHORT = balance(2, x18(-0.5), x18(50_600))
"""Half a bitcoin sold at 101,000, and 100 of funding received since."""
FLAT = balance(4, "0", "0")


def info(*balances: Any, equity: float = 10_000.0, **said: Any) -> dict[str, Any]:
    return answer(
        {
            "subaccount": DEFAULT, "exists": True,
            "healths": healths(equity - 1_000, equity - 500, equity),
            "spot_balances": [], "perp_balances": list(balances),
            "perp_products": [product(2, 100_000.0), product(4, 4_000.0)], **said,
        }
    )  # fmt: skip


def apart(*rows: Any) -> dict[str, Any]:
    return answer({"isolated_positions": list(rows)})


def long_ether() -> dict[str, Any]:
    """Two ether bought at 3,900 with 500 set aside."""
    return {
        "subaccount": APART, "quote_balance": {}, "base_balance": balance(4, x18(2), x18(-7_800)),
        "quote_product": {}, "base_product": product(4, 4_000.0),
        "healths": healths(540.0, 620.0, 700.0),
    }  # fmt: skip


def following(account: str = ADDRESS) -> Session:
    session = Session(Wants(accounts=(account,)))
    rows = [symbol_row(native) for native in ("BTC-PERP", "ETH-PERP", "kPEPE-PERP")]
    feed(session, opened(), reply("instruments", symbols(*rows)))
    return session


def said(session: Session, name: str, body: Any, about: str = "", at_ns: int = AT_NS) -> list[Any]:
    key = f"{ADDRESS} {about}" if about else ADDRESS
    outputs = feed(session, reply(name, body, key=key, at_ns=at_ns))
    Invariants("nado").check_all(outputs)
    return outputs


def read(session: Session, positions: Any, isolated: Any, at_ns: int = AT_NS) -> list[Any]:
    """One round about a wallet of one subaccount."""
    out = said(session, "account", wallet(*ONE), at_ns=at_ns)
    out += said(session, "subaccount_info", positions, DEFAULT, at_ns)
    return out + said(session, "isolated_positions", isolated, DEFAULT, at_ns)


def states(outputs: list[Any]) -> list[str]:
    """How an account stands, but for how far the reading of it is."""
    told = [event.state for event in only(AccountState, outputs)]
    return [state for state in told if state != "waiting"]


# --- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [ADDRESS, f"{ADDRESS}/default", f"{ADDRESS}/default_1"])
def test_a_wallet_or_one_of_its_subaccounts_can_be_followed(text: str) -> None:
    assert SPEC.check_address is not None
    assert SPEC.check_address(text) is None


@pytest.mark.parametrize("text", ["", "0x12", f"{ADDRESS}/", f"{ADDRESS}/a name too long", DEFAULT])
def test_anything_else_is_refused_in_words(text: str) -> None:
    assert SPEC.check_address is not None
    assert SPEC.check_address(text)


def test_a_wallet_is_asked_for_its_subaccounts_then_for_both_halves_of_each() -> None:
    session = following()
    (asked,) = [f for f in only(Fetch, feed(session, *ticks(16))) if f.name == "account"]
    assert json.loads(asked.body or "") == {"subaccounts": {"address": ADDRESS}}
    fetches = only(Fetch, said(session, "account", wallet(*TWO)))
    assert [(f.name, f.path.rpartition("=")[2]) for f in fetches] == [
        ("subaccount_info", DEFAULT), ("isolated_positions", DEFAULT),
        ("subaccount_info", SECOND), ("isolated_positions", SECOND),
    ]  # fmt: skip


def test_no_account_is_asked_for_before_its_markets_have_names() -> None:
    session = Session(Wants(accounts=(ADDRESS,)))
    asked = only(Fetch, feed(session, opened(), *ticks(5)))
    assert "account" not in {fetch.name for fetch in asked}
    listing = reply("instruments", symbols(symbol_row("BTC-PERP")))
    assert [f.name for f in only(Fetch, feed(session, listing))] == ["account"]


def test_one_subaccount_that_is_named_is_asked_for_alone() -> None:
    session = following(f"{ADDRESS}/default_1")
    fetches = only(Fetch, feed(session, reply("account", wallet(*TWO), key=f"{ADDRESS}/default_1")))
    assert {f.path.rpartition("=")[2] for f in fetches} == {SECOND}


# --- positions and margin -------------------------------------------------------------------------


def test_a_balance_alone_tells_no_entry_and_no_profit() -> None:
    (position,) = only(Position, read(following(), info(SHORT, FLAT), apart()))
    assert (position.symbol, position.size, position.pool) == ("BTC", -0.5, "default")
    assert position.mark == 100_000.0
    assert (position.entry, position.upnl, position.opened_ns) == (None, None, None)
    assert (position.margin_mode, position.mmf) == ("cross", pytest.approx(0.01))
    assert (position.liquidation, position.leverage, position.funding_paid) == (None, None, None)


def test_equity_is_the_unweighted_health_and_the_weights_say_what_must_be_kept() -> None:
    (margin,) = only(Margin, read(following(), info(SHORT), apart()))
    assert (margin.equity, margin.cross_equity) == (10_000.0, 10_000.0)
    assert (margin.used, margin.available, margin.maintenance) == (1_000.0, 9_000.0, 500.0)


def test_equity_may_be_negative_and_nothing_is_available_then() -> None:
    (margin,) = only(Margin, read(following(), info(SHORT, equity=-50.0), apart()))
    assert (margin.equity, margin.available) == (-50.0, 0.0)


def test_an_isolated_position_stands_alone_beside_a_cross_one_of_the_same_market() -> None:
    ether = balance(4, x18(-1), x18(4_050))
    outputs = read(following(), info(ether), apart(long_ether()))
    cross, alone = only(Position, outputs)
    assert (cross.size, cross.pool, cross.margin_mode) == (-1.0, "default", "cross")
    assert (alone.size, alone.pool) == (2.0, "default isolated ETH")
    assert (alone.margin_mode, alone.isolated_equity) == ("isolated", 700.0)
    margins = {margin.pool: margin for margin in only(Margin, outputs)}
    assert sum(margin.equity or 0.0 for margin in margins.values()) == 10_700.0
    assert margins[alone.pool].maintenance == margins[alone.pool].cross_equity == 0.0


def test_an_isolated_position_that_is_closed_leaves_no_equity_behind() -> None:
    session = following()
    read(session, info(SHORT), apart(long_ether()))
    outputs = read(session, info(SHORT), apart(), at_ns=AT_NS + 15 * 10**9)
    closed = [position for position in only(Position, outputs) if position.size == 0.0]
    assert [(p.symbol, p.pool) for p in closed] == [("ETH", "default isolated ETH")]
    margins = {margin.pool: margin.equity for margin in only(Margin, outputs)}
    assert margins == {"default": 10_000.0, "default isolated ETH": 0.0}


def test_sizes_by_the_thousand_are_in_coins() -> None:
    pepe = balance(38, x18(500), x18(-2))
    said_ = info(pepe, perp_products=[product(38, 0.004)])
    (position,) = only(Position, read(following(), said_, apart()))
    assert (position.symbol, position.size) == ("PEPE", 500_000.0)
    assert position.mark == pytest.approx(0.004 / 1000)


# --- half an account is none ----------------------------------------------------------------------


def test_nothing_is_stated_until_every_half_of_every_subaccount_has_answered() -> None:
    session = following()
    said(session, "account", wallet(*TWO))
    for subaccount, name, body in (
        (DEFAULT, "subaccount_info", info(SHORT)),
        (SECOND, "subaccount_info", info()),
        (DEFAULT, "isolated_positions", apart()),
    ):
        outputs = said(session, name, body, subaccount)
        assert only(Position, outputs) == only(Margin, outputs) == states(outputs) == []
    outputs = said(session, "isolated_positions", apart(), SECOND)
    assert len(only(Position, outputs)) == 1
    assert {margin.pool for margin in only(Margin, outputs)} == {"default", "default_1"}
    assert isinstance(outputs[-1], AccountState), "said after its positions and margins"


def test_a_half_that_fails_spoils_the_round() -> None:
    session = following()
    said(session, "account", wallet(*ONE))
    said(session, "subaccount_info", info(SHORT), DEFAULT)
    body = {"status": "failure", "error_code": 1000, "error": "slow down"}
    outputs = said(session, "isolated_positions", body, DEFAULT)
    assert len(only(Reject, outputs)) == 1
    assert states(outputs) == ["failed"]
    assert only(Position, outputs) == []
    assert said(session, "isolated_positions", apart(), DEFAULT) == []


@pytest.mark.parametrize(
    "body",
    [
        info(balance(2, "half", x18(1))), info(balance(999, x18(1), x18(-1))),
        info(SHORT, perp_balances=None), info(SHORT, healths=[]),
        info(balance(2, None, None)), info(SHORT, healths=[{"health": "much"}] * 3),
    ],
)  # fmt: skip
def test_a_position_that_cannot_be_read_is_not_left_out_of_a_whole(body: Any) -> None:
    outputs = read(following(), body, apart())
    assert len(only(Reject, outputs)) == 1
    assert only(Position, outputs) == only(Margin, outputs) == []
    assert states(outputs) == ["failed"]


def test_a_position_that_closed_in_a_round_that_failed_is_told_closed_by_the_next() -> None:
    session = following()
    read(session, info(SHORT), apart())
    later_ns = AT_NS + 15 * 10**9
    read(
        session,
        info(FLAT),
        apart({**long_ether(), "base_balance": balance(999, "1", "1")}),
        later_ns,
    )
    outputs = read(session, info(FLAT), apart(), later_ns + 10**9)
    assert [(p.symbol, p.size) for p in only(Position, outputs)] == [("BTC", 0.0)]


def test_a_market_that_is_held_twice_is_not_half_of_what_is_held() -> None:
    outputs = read(following(), info(SHORT, balance(2, x18(0.2), x18(0))), apart())
    assert only(Position, outputs) == only(Margin, outputs) == []
    assert states(outputs) == ["failed"]


def test_a_list_of_subaccounts_that_may_be_cut_is_no_whole() -> None:
    rows = [(DEFAULT, "default", False)] * 100
    outputs = said(following(), "account", wallet(*rows))
    assert states(outputs) == ["failed"]
    assert only(Fetch, outputs) == []


def test_until_all_was_read_once_it_is_said_how_many_parts_have_answered() -> None:
    session = following()
    out = said(session, "account", wallet(*TWO))
    for subaccount in (DEFAULT, SECOND):
        out += said(session, "subaccount_info", info(FLAT), subaccount)
        out += said(session, "isolated_positions", apart(), subaccount)
    # The list and two halves of two subaccounts.
    told = [(e.state, e.parts_known, e.parts_wanted) for e in only(AccountState, out)]
    assert told == [
        *(("waiting", known, 5) for known in (1, 2, 3, 4)), ("flat", None, None),
    ]  # fmt: skip
    again = read(session, info(FLAT), apart(), AT_NS + 15 * 10**9)
    assert only(AccountState, again) == []


def test_a_wallet_without_subaccounts_is_unknown_and_one_without_positions_is_flat() -> None:
    assert states(said(following(), "account", wallet())) == ["unknown"]
    assert states(read(following(), info(FLAT), apart())) == ["flat"]


def test_an_account_that_is_not_read_for_a_minute_says_so() -> None:
    session = following()
    read(session, info(FLAT), apart())
    assert states(feed(session, *ticks(61))) == ["failed"]


# --- payments -------------------------------------------------------------------------------------


def paid(hours_ago: int, amount: float, product_id: int = 2) -> dict[str, Any]:
    stamp_s = AT_NS // 10**9 // HOUR_S * HOUR_S - hours_ago * HOUR_S
    return {
        "product_id": product_id, "idx": str(9_000 - hours_ago), "timestamp": str(stamp_s),
        "amount": x18(amount), "balance_amount": x18(-0.5), "rate_x18": x18(0.1),
        "oracle_price_x18": x18(100_000),
    }  # fmt: skip


def payments(*rows: dict[str, Any], more: str | None = None) -> dict[str, Any]:
    return {"interest_payments": [], "funding_payments": list(rows), "next_idx": more}


def test_payments_of_every_subaccount_are_asked_for_once_it_was_read() -> None:
    session = following()
    read(session, info(SHORT), apart(long_ether()))
    asked = [json.loads(f.body or "") for f in only(Fetch, feed(session, *ticks(1)))
             if f.name == "account_payments"]  # fmt: skip
    questions = [question["interest_and_funding"] for question in asked]
    assert [question["subaccount"] for question in questions] == [DEFAULT, APART]
    assert questions[0]["product_ids"] == [2, 4, 38]


def test_what_was_received_is_positive_and_what_was_paid_negative() -> None:
    session = following()
    read(session, info(SHORT), apart())
    outputs = said(session, "account_payments", payments(paid(1, 2.5), paid(2, -1.25)), DEFAULT)
    told = only(FundingPayment, outputs)
    assert [(p.usd, p.size, p.rate, p.symbol, p.pool) for p in told] == [
        (-1.25, -0.5, None, "BTC", "default"), (2.5, -0.5, None, "BTC", "default"),
    ]  # fmt: skip


def asked_payments(session: Session, seconds: int = 1) -> list[dict[str, Any]]:
    """The questions for payments of the next seconds."""
    fetches = only(Fetch, feed(session, *ticks(seconds)))
    return [
        json.loads(f.body or "")["interest_and_funding"]
        for f in fetches if f.name == "account_payments"
    ]  # fmt: skip


def test_pages_go_back_until_what_is_known_and_no_payment_is_told_twice() -> None:
    session = following()
    read(session, info(SHORT), apart())
    asked_payments(session)
    outputs = said(session, "account_payments", payments(paid(1, 1.0), more="8990"), DEFAULT)
    (fetch,) = only(Fetch, outputs)
    assert json.loads(fetch.body or "")["interest_and_funding"]["max_idx"] == "8990"
    assert only(FundingPayment, outputs) == [], "a part of what was paid is no sum"
    again = said(session, "account_payments", payments(paid(1, 1.0), more="8990"), DEFAULT)
    assert only(Fetch, again) == []
    assert [payment.usd for payment in only(FundingPayment, again)] == [1.0]
    assert said(session, "account_payments", payments(paid(1, 1.0), more="8990"), DEFAULT) == []


def test_a_page_that_is_refused_leaves_no_part_of_what_was_paid() -> None:
    session = following()
    read(session, info(SHORT), apart())
    asked_payments(session)
    said(session, "account_payments", payments(paid(1, 1.0), more="8990"), DEFAULT)
    said(session, "account_payments", "no page", DEFAULT)
    (anew,) = asked_payments(session, 91)
    assert "max_idx" not in anew, "it begins with the first page again"
    later_ns = AT_NS + 91 * 10**9
    newest = payments(paid(1, 1.0), more="8990")
    outputs = said(session, "account_payments", newest, DEFAULT, later_ns)
    assert only(FundingPayment, outputs) == []
    assert len(only(Fetch, outputs)) == 1
    whole = payments(paid(1, 1.0), paid(2, 0.5))
    outputs = said(session, "account_payments", whole, DEFAULT, later_ns)
    assert [payment.usd for payment in only(FundingPayment, outputs)] == [0.5, 1.0]


def test_payments_are_asked_for_again_after_each_hour_from_the_newest_on() -> None:
    session = following()
    read(session, info(SHORT), apart())
    asked_payments(session)
    said(session, "account_payments", payments(paid(1, 1.0)), DEFAULT)
    over_s = HOUR_S - AT_NS // 10**9 % HOUR_S
    assert asked_payments(session, over_s + 80) == []
    feed(session, *ticks(15, AT_NS + (over_s + 80) * 10**9))
    at_ns = AT_NS + (over_s + 95) * 10**9
    page = payments(paid(0, 2.0), paid(1, 1.0), more="8990")
    outputs = said(session, "account_payments", page, DEFAULT, at_ns)
    assert [payment.usd for payment in only(FundingPayment, outputs)] == [2.0]
    assert only(Fetch, outputs) == [], "the page reaches what is known"


def test_a_wallet_that_is_followed_again_is_told_what_it_was_paid_again() -> None:
    session = following()
    for _ in range(2):
        feed(session, Wanted(at_ns=AT_NS, wants=Wants(accounts=(ADDRESS,))))
        read(session, info(SHORT), apart())
        asked_payments(session)
        outputs = said(session, "account_payments", payments(paid(1, 1.0)), DEFAULT)
        assert [payment.usd for payment in only(FundingPayment, outputs)] == [1.0]
        feed(session, Wanted(at_ns=AT_NS, wants=Wants()))


def test_payments_of_more_than_a_month_ago_end_the_pages() -> None:
    session = following()
    read(session, info(SHORT), apart())
    asked_payments(session)
    old = payments(paid(1, 1.0), paid(32 * 24, 1.0), more="1")
    outputs = said(session, "account_payments", old, DEFAULT)
    assert len(only(FundingPayment, outputs)) == 1
    assert only(Fetch, outputs) == []
