"""Positions and margin as state: last known stays, stale is said, typed and read never mix."""

import pytest

from cockpit.core.account import Account, mask, short_address
from cockpit.core.events import AccountFill, AccountState, FundingPayment, Link, Margin, Position
from cockpit.core.units import HOUR_NS
from cockpit.state.store import MarketStore

S = 1_000_000_000
T0 = 1_760_000_000 * S
V, A = "dydx", "dydx1n56z5fhmemtffzkt2eqyf9kuc7ycjfs86mvqy7"


def at(seconds=0.0):
    return {"venue": V, "recv_ns": T0 + round(seconds * S), "account": A}


def position(size, seconds=0.0, symbol="BTC", pool="0", **more):
    return Position(symbol=symbol, size=size, pool=pool, **at(seconds), **more)


def link(state, seconds=0.0, venue=V):
    return Link(venue=venue, recv_ns=T0 + round(seconds * S), state=state)


@pytest.fixture
def store():
    store = MarketStore([(V, None), ("lighter", None)], ["ETH"])
    store.follow([(V, A, "hedge")])
    store.apply_all([link("live"), AccountState(state="read", **at())])
    return store


def test_an_account_that_never_answered_waits_and_holds_nothing():
    store = MarketStore([(V, None)], [])
    store.follow([(V, A, "")])
    [book] = store.accounts()
    assert (book.status, book.positions, book.margins) == ("waiting", [], [])
    assert book.age_s(T0) is None
    assert book.is_stale(T0)


def test_a_position_in_a_market_that_nobody_watches_is_kept(store):
    store.apply(position(1.5, symbol="DOGE"))
    [book] = store.accounts()
    assert [(p.symbol, p.size) for p in book.positions] == [("DOGE", 1.5)]
    assert store.market(V, "DOGE") is None


def test_a_size_of_zero_closes_one_position_and_no_other(store):
    store.apply_all([position(1), position(2, pool="128"), position(3, symbol="ETH")])
    store.apply(position(0.0, 1))
    [book] = store.accounts()
    assert [(p.pool, p.symbol) for p in book.positions] == [("0", "ETH"), ("128", "BTC")]


def test_margins_are_kept_by_pool_and_the_last_one_counts(store):
    store.apply_all([Margin(equity=e, pool=p, **at()) for e, p in ((1.0, "0"), (2.0, "128"))])
    store.apply(Margin(equity=-5.0, pool="128", **at(1)))
    [book] = store.accounts()
    assert [(m.pool, m.equity) for m in book.margins] == [("0", 1.0), ("128", -5.0)]


def test_a_lost_link_keeps_what_was_read_and_marks_it_stale_in_the_same_call(store):
    store.apply(position(1))
    [book] = store.accounts()
    assert not book.is_stale(T0 + S)
    store.apply(link("down", 2))
    assert book.is_stale(T0 + 2 * S)
    assert [p.size for p in book.positions] == [1.0]
    assert book.age_s(T0 + 5 * S) == 5.0


def test_one_venues_loss_does_not_make_the_accounts_of_another_stale(store):
    store.apply_all([position(1), link("live", venue="lighter"), link("down", 1, "lighter")])
    assert not store.accounts()[0].is_stale(T0 + S)


@pytest.mark.parametrize("state", ["failed", "gone", "unknown"])
def test_an_account_that_cannot_be_read_is_stale_and_says_why(store, state):
    store.apply(position(1))
    store.apply(AccountState(state=state, reason="HTTP 429", **at(1)))
    [book] = store.accounts()
    assert (book.status, book.reason) == (state, "HTTP 429")
    assert book.is_stale(T0 + S)
    assert [p.size for p in book.positions] == [1.0]


def test_an_account_that_was_not_confirmed_for_a_minute_is_stale(store):
    store.apply(position(1))
    [book] = store.accounts()
    assert not book.is_stale(T0 + 60 * S)
    assert book.is_stale(T0 + 61 * S)
    store.apply(Margin(equity=1.0, **at(62)))
    assert not book.is_stale(T0 + 63 * S)


def test_payments_are_summed_once_each_and_none_is_not_zero(store):
    [book] = store.accounts()
    assert book.paid_usd("0", "BTC") is None
    for hour, usd in ((0, -1.5), (1, 0.5), (0, -1.5)):
        paid_ns = T0 - T0 % HOUR_NS + hour * HOUR_NS
        store.apply(FundingPayment(symbol="BTC", usd=usd, pool="0", venue_ns=paid_ns, **at()))
    assert book.paid_usd("0", "BTC") == -1.0
    assert book.paid_usd("0", "BTC", T0 + S) == 0.5
    assert book.paid_usd("128", "BTC") is None


def test_what_the_trader_typed_is_kept_apart_from_what_was_read(store):
    typed = position(7, source="manual")
    store.set_manual([typed])
    store.apply(position(1))
    assert [p.size for p in store.manual()] == [7.0]
    assert [p.size for p in store.accounts()[0].positions] == [1.0]


def test_a_replay_takes_in_the_accounts_that_speak():
    store = MarketStore([(V, None)], [])
    store.apply(position(1))
    assert [book.address for book in store.accounts()] == [A]


def test_followed_accounts_keep_what_is_known_and_forget_who_is_left(store):
    store.apply(position(1))
    store.follow([("lighter", "1077", ""), (V, A, "renamed")])
    first, second = store.accounts()
    assert (first.address, second.name) == ("1077", "renamed")
    assert [p.size for p in second.positions] == [1.0]
    store.follow([])
    assert store.accounts() == []


def test_a_still_picture_of_the_state_does_not_follow_later_facts(store):
    store.apply(position(1))
    still = store.still()
    store.apply(position(0.0, 1))
    assert [p.size for p in still.accounts()[0].positions] == [1.0]


def test_every_account_fact_counts_as_a_change(store):
    before = store.version
    store.apply(position(1))
    assert store.version == before + 1


@pytest.mark.parametrize(
    ("address", "short"),
    [
        ("0x12abcdef0123456789abcdef0123456789ab9f3c", "0x12ab…9f3c"),
        (A, "dydx1n…vqy7"),
        (A + "/0", "dydx1n…vqy7/0"),
        ("1077", "1077"),
    ],
)
def test_addresses_are_shown_short(address, short):
    assert short_address(address) == short
    assert str(Account(V, address)) == f"{V}:{short}"


def test_no_address_survives_in_a_text_that_is_logged():
    text = f'{{"user":"0x12abcdef0123456789abcdef0123456789ab9f3c","id":"{A}/0"}}'
    assert mask(text) == '{"user":"0x12ab…9f3c","id":"dydx1n…vqy7/0"}'


@pytest.mark.parametrize("text", ["", "lighter", "lighter:", ":1077", "1077"])
def test_an_account_without_a_venue_or_an_address_is_no_account(text):
    with pytest.raises(ValueError, match="VENUE:ADDRESS"):
        Account.parse(text)


def test_an_account_is_the_same_in_capital_letters():
    assert Account.parse(f"dydx:{A.upper()}/0") == Account("dydx", A + "/0")


def test_fills_are_kept_by_their_number_and_come_oldest_first(store):
    def fill(number, minutes, **more):
        stamp = T0 + minutes * 60 * S
        row = {"symbol": "BTC", "pool": "0", "size": 1.0, "price": 9.0, **at(3)} | more
        return AccountFill(fill=number, venue_ns=stamp, **row)

    store.apply_all([fill("b", 2), fill("a", 1), fill("b", 2), fill("c", 3, symbol="ETH")])
    [book] = store.accounts()
    assert [row.fill for row in book.fills("0", "BTC")] == ["a", "b"]
    assert book.fills("1", "BTC") == []
    assert book.read_ns == T0, "a fill is no reading of what is held"


def test_payments_of_a_market_come_oldest_first_and_from_a_time_on(store):
    def paid(hour, usd):
        return FundingPayment(
            symbol="BTC", pool="0", usd=usd, **at(5) | {"venue_ns": T0 + hour * HOUR_NS}
        )

    store.apply_all([paid(2, 3.0), paid(1, 2.0), paid(3, 4.0)])
    [book] = store.accounts()
    assert [row.usd for row in book.payments("0", "BTC")] == [2.0, 3.0, 4.0]
    assert [row.usd for row in book.payments("0", "BTC", T0 + 2 * HOUR_NS)] == [3.0, 4.0]
