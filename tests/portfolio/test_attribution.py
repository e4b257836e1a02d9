"""Exposure through time: what was known is kept, what was not is a gap, jumps have a cause."""

import math

import pytest

from cockpit.core.events import (
    AccountState,
    Funding,
    FundingPayment,
    Instrument,
    Link,
    Margin,
    Position,
    Prices,
)
from cockpit.core.units import NS_PER_S
from cockpit.portfolio.attribution import Tracker
from cockpit.state.store import MarketStore

T0 = 1_760_000_000 * NS_PER_S
V, A = "lighter", "1077"


class Book:
    """An account that is looked at every five seconds."""

    def __init__(self) -> None:
        self.second = 0
        self.store = MarketStore([(V, None)], ["BTC"])
        self.store.follow([(V, A, "")])
        self.store.apply(Link(state="live", **self.said()))
        self.store.apply(AccountState(account=A, state="read", **self.said()))
        listing = {"native": "1", "base": "BTC", "quote": "USD", "mmf": 0.05}
        self.store.apply(Instrument(symbol="BTC", **listing, **self.said()))
        self.tracker = Tracker(self.store, self.store.exposure)

    def said(self):
        return {"venue": V, "recv_ns": T0 + self.second * NS_PER_S}

    def price(self, mark):
        self.store.apply(Prices(symbol="BTC", mark=mark, index=mark, **self.said()))

    def rate(self, rate):
        self.store.apply(
            Funding(symbol="BTC", kind="live", rate=rate, interval_s=3600, **self.said())
        )

    def hold(self, size, **more):
        self.store.apply(Position(symbol="BTC", account=A, size=size, **more, **self.said()))

    def margin(self, equity, maintenance):
        self.store.apply(Margin(account=A, equity=equity, maintenance=maintenance, **self.said()))

    def look(self):
        self.tracker.look(T0 + self.second * NS_PER_S)
        self.second += 5

    def jumps(self, figure):
        return [jump for jump in self.store.exposure.jumps if jump.figure == figure]


@pytest.fixture
def book():
    book = Book()
    book.price(100.0)
    book.rate(0.0001)
    book.hold(2.0)
    book.margin(1000.0, 10.0)
    book.look()
    return book


def test_a_sample_is_net_carry_and_margin_ratio(book):
    history = book.store.exposure
    assert history.net_usd.read()[1].tolist() == [200.0]
    assert history.carry_usd_per_hour.read()[1].tolist() == pytest.approx([-0.02])
    assert history.margin_ratio.read()[1].tolist() == pytest.approx([0.01])


def test_a_fill_explains_a_jump_of_net_and_of_carry(book):
    book.hold(3.0)
    book.look()
    [net], [carry] = book.jumps("net"), book.jumps("carry")
    assert (net.cause, net.before, net.after) == ("fill", 200.0, 300.0)
    assert (net.subject, net.words) == ("lighter/BTC", "filled +1")
    assert carry.cause == "fill"


def test_a_small_fill_in_a_hedged_book_is_told_and_a_small_move_of_the_mark_is_not(book):
    """Gross is 20,000 $ and net 200 $: 100 $ more are half a hundredth of gross."""
    book.hold(102.0)
    short = {"venue": V, "recv_ns": T0, "symbol": "BTC", "account": "desk", "source": "manual"}
    book.store.set_manual([Position(size=-98.0, **short)])
    book.look()
    book.store.exposure.jumps.clear()
    book.price(100.5)
    book.look()
    assert book.jumps("net") == []
    book.hold(103.0)
    book.look()
    [net] = book.jumps("net")
    assert (net.cause, net.words) == ("fill", "filled +1")


def test_a_rate_explains_a_jump_of_carry_alone(book):
    book.rate(-0.0001)
    book.look()
    [carry] = book.jumps("carry")
    assert carry.cause == "funding"
    # 0.01 % an hour is 87.6 % a year.
    assert carry.words == "rate +87.6% to -87.6% APR"
    assert book.jumps("net") == []


def test_a_mark_explains_a_jump_of_net(book):
    book.price(110.0)
    book.look()
    [net] = book.jumps("net")
    assert (net.cause, net.words) == ("mark", "mark +10.00%")


def test_a_figure_that_only_drifts_does_not_jump(book):
    for step in range(10):
        book.price(100.0 + 0.05 * step)
        book.look()
    assert not book.store.exposure.jumps


@pytest.mark.parametrize(
    ("equity", "paid", "cause"), [(250.0, 0.0, "transfer"), (250.0, -750.0, "funding")]
)
def test_a_margin_ratio_jumps_for_money_that_moved_or_funding_that_was_paid(
    book, equity, paid, cause
):
    book.store.apply(FundingPayment(symbol="BTC", account=A, usd=-1.0, **book.said()))
    book.look()
    book.store.apply(FundingPayment(symbol="BTC", account=A, usd=paid, **book.said()))
    book.margin(equity, 10.0)
    book.look()
    [ratio] = book.jumps("ratio")
    assert ratio.cause == cause
    assert (ratio.before, ratio.after) == (pytest.approx(0.01), pytest.approx(0.04))


def test_payments_that_are_read_for_the_first_time_explain_nothing(book):
    """They were paid long ago: what moved the ratio just now is the money that left."""
    book.store.apply(FundingPayment(symbol="BTC", account=A, usd=-750.0, **book.said()))
    book.margin(250.0, 10.0)
    book.look()
    [ratio] = book.jumps("ratio")
    assert ratio.cause == "transfer"


def test_what_is_stale_is_a_gap_and_its_return_is_no_jump(book):
    book.store.apply(Link(state="down", **book.said()))
    book.look()
    book.store.apply(Link(state="live", **book.said()))
    book.price(150.0)
    book.look()
    nets = book.store.exposure.net_usd.read()[1].tolist()
    assert [math.isnan(net) for net in nets] == [False, True, False]
    assert not book.store.exposure.jumps


def test_while_an_account_is_away_the_worst_margin_is_not_that_of_the_others(book):
    """One account stands at 80 % and one at 1 %: the first does not get safer by being unread."""
    second = {"venue": "dydx", "recv_ns": T0}
    book.store = MarketStore([(V, None), ("dydx", None)], ["BTC"])
    book.store.follow([(V, A, ""), ("dydx", "dydx1a", "")])
    for said, account, maintenance in (
        (book.said(), A, 10.0),
        (second, "dydx1a", 800.0),
    ):
        book.store.apply(Link(state="live", **said))
        book.store.apply(AccountState(account=account, state="read", **said))
        margin = {"equity": 1000.0, "maintenance": maintenance}
        book.store.apply(Margin(account=account, **margin, **said))
    book.tracker = Tracker(book.store, book.store.exposure)
    book.look()
    book.store.apply(Link(state="down", **second))
    book.look()
    before, after = book.store.exposure.margin_ratio.read()[1].tolist()
    assert before == pytest.approx(0.8)
    assert math.isnan(after)
    assert not book.store.exposure.jumps


def test_nothing_is_recorded_while_nothing_is_followed():
    store = MarketStore([(V, None)], ["BTC"])
    Tracker(store, store.exposure).look(T0)
    assert len(store.exposure) == 0


# --- markets of what is held ----------------------------------------------------------------------
