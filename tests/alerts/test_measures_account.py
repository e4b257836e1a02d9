"""Rules about the trader's own book: what is measured, and what is not because nobody knows it."""

import msgspec
import pytest

from cockpit.alerts.expiry import UNWATCHED_NS, Gone
from cockpit.alerts.measures_account import MOST_DISTANCE, MOST_RATIO
from cockpit.alerts.measures_market import Measures
from cockpit.alerts.rule import DEFAULT_RULES, Kind, Rule
from cockpit.alerts.states import Alert, AlertBook
from cockpit.core.events import (
    AccountState,
    Funding,
    Instrument,
    Link,
    Margin,
    Position,
    Prices,
)
from cockpit.core.units import NS_PER_S
from cockpit.state.store import MarketStore

T0 = 1_760_000_000 * NS_PER_S
V, A = "hyperliquid", "0x" + "ab" * 20
HOURLY = 0.0001


def said(venue=V, at_s=0.0):
    return {"venue": venue, "recv_ns": T0 + round(at_s * NS_PER_S)}


@pytest.fixture
def store():
    """An account on one venue, BTC at 100 $, longs pay 0.01 % an hour."""
    store = MarketStore([(V, None), ("lighter", None)], ["BTC", "ETH"])
    store.follow([(V, A, "")])
    for venue in (V, "lighter"):
        store.apply(Link(state="live", **said(venue)))
        store.apply(Prices(symbol="BTC", mark=100.0, index=100.0, **said(venue)))
        store.apply(Funding(symbol="BTC", kind="live", rate=HOURLY, interval_s=3600, **said(venue)))
        store.apply(
            Instrument(symbol="BTC", native="BTC", base="BTC", quote="USD", mmf=0.05, **said(venue))
        )
    store.apply(AccountState(account=A, state="read", **said()))
    return store


def hold(store, size, venue=V, **more):
    fields = {"symbol": "BTC", "account": A, "mark": 100.0, **said(venue), **more}
    store.apply(Position(size=size, **fields))


def read(store, kind: Kind, at_s=1.0):
    rule = Rule(name="r", kind=kind, threshold=1.0)
    return Measures({}).read(rule, store, T0 + round(at_s * NS_PER_S))


@pytest.mark.parametrize("kind", ["liquidation", "margin", "net_delta", "carry"])
def test_without_a_book_nothing_is_measured(kind):
    assert read(MarketStore([(V, None)], ["BTC"]), kind) == []


def test_the_nearest_liquidation_of_a_market_is_measured_long_and_short(store):
    hold(store, 2.0, liquidation=80.0)
    [long] = read(store, "liquidation")
    assert (long.subject, long.value) == (f"{V}/BTC", pytest.approx(0.2))
    hold(store, -2.0, liquidation=107.0)
    [short] = read(store, "liquidation")
    assert short.value == pytest.approx(0.07)
    assert "short is 7.0% from liquidation" in short.words


def test_a_price_that_is_already_past_its_liquidation_has_no_distance_left(store):
    hold(store, 2.0, liquidation=101.0)
    assert [reading.value for reading in read(store, "liquidation")] == [0.0]


def test_margin_is_maintenance_over_equity_of_the_worst_pool(store):
    for pool, equity, needed in (("0", 1000.0, 100.0), ("1", 1000.0, 450.0)):
        store.apply(Margin(account=A, pool=pool, equity=equity, maintenance=needed, **said()))
    assert [(r.subject, r.value) for r in read(store, "margin")] == [(V, 0.45)]


def test_no_equity_is_a_finite_reading_that_survives_being_kept(store):
    hold(store, 2.0)
    store.apply(Margin(account=A, equity=-5.0, maintenance=10.0, **said()))
    [reading] = read(store, "margin")
    assert reading.value == MOST_RATIO
    rule = Rule(name="thin", kind="margin", threshold=0.7)
    [alert] = AlertBook([rule]).see(rule, [reading], T0)
    assert msgspec.json.decode(msgspec.json.encode(alert), type=Alert) == alert


def test_net_delta_is_what_the_legs_of_an_asset_leave_over(store):
    store.set_manual([Position(symbol="BTC", account="manual", size=-1.5, source="manual",
                               **said("lighter"))])  # fmt: skip
    hold(store, 2.0)
    [reading] = read(store, "net_delta")
    assert (reading.subject, reading.value) == ("BTC", pytest.approx(50.0))
    hold(store, 1.5)
    [reading] = read(store, "net_delta")
    assert reading.value == 0.0


def test_a_second_coin_of_a_name_keeps_its_alert_for_as_long_as_it_is_held(store):
    """BTC at 100 $ and another coin of that name at 7 $ at another venue are two assets."""
    for field in ("mark", "index"):
        store.apply(Prices(symbol="BTC", **{field: 7.0}, **said("lighter")))
    store.set_manual([Position(symbol="BTC", account="manual", size=50.0, source="manual",
                               **said("lighter"))])  # fmt: skip
    rule = Rule(name="r", kind="net_delta", threshold=300.0, symbols=("BTC",))
    book, measures = AlertBook([rule]), Measures({})
    [alert] = book.see(rule, measures.read(rule, store, T0), T0)
    assert (alert.subject, alert.symbol) == ("BTC@lighter", "BTC")
    assert list(Gone().look(book.on(), store, T0)) == [], "it is held"


def test_carry_is_of_the_whole_book_and_negative_when_it_costs(store):
    hold(store, 2.0)
    [reading] = read(store, "carry")
    # Two coins of 100 $ at 0.01 % an hour.
    assert (reading.subject, reading.value) == ("book", pytest.approx(-0.02))
    assert "costs $0.02 an hour" in reading.words


def test_coins_that_are_owned_pay_nothing_and_have_no_rate_that_could_be_old(store):
    hold(store, -2.0)
    store.set_manual([Position(symbol="BTC", account="manual", size=2.0, source="manual",
                               **said("spot"))])  # fmt: skip
    [reading] = read(store, "carry")
    assert reading.value == pytest.approx(0.02)


def test_a_billion_coins_are_said_in_digits(store):
    hold(store, 984_852_000.0, mark=4.6e-6)
    [reading] = read(store, "net_delta")
    assert "net long 984852000, $" in reading.words


@pytest.mark.parametrize("kind", ["liquidation", "margin", "net_delta", "carry"])
def test_a_stale_account_is_neither_safe_nor_in_danger(store, kind):
    hold(store, 2.0, liquidation=99.0)
    store.apply(Margin(account=A, equity=10.0, maintenance=9.0, **said()))
    assert len(read(store, kind)) == 1
    store.apply(Link(state="down", **said(at_s=1)))
    assert read(store, kind, at_s=2) == []


def test_a_sum_of_which_a_part_is_not_known_is_not_measured(store):
    hold(store, 2.0)
    hold(store, 1.0, symbol="DOGE", mark=None)
    assert read(store, "carry") == []
    assert [reading.subject for reading in read(store, "net_delta")] == ["BTC"]


def test_not_knowing_does_not_clear_an_alert_about_liquidation(store):
    rule = next(rule for rule in DEFAULT_RULES if rule.kind == "liquidation")
    book, measures = AlertBook([rule]), Measures({})
    hold(store, 2.0, liquidation=95.0)
    book.see(rule, measures.read(rule, store, T0), T0)
    assert len(book.firing()) == 1
    store.apply(Link(state="down", **said(at_s=1)))
    later = T0 + 60 * NS_PER_S
    assert book.see(rule, measures.read(rule, store, later), later) == []
    assert len(book.firing()) == 1


def danger(kind: Kind) -> Rule:
    return next(rule for rule in DEFAULT_RULES if rule.kind == kind)


B = "0x" + "cd" * 20


@pytest.fixture
def two_accounts(store):
    """A second account at the same venue, far from any danger."""
    store.follow([(V, A, ""), (V, B, "")])
    for account in (A, B):
        store.apply(AccountState(account=account, state="read", **said()))
    hold(store, 2.0, liquidation=95.0)
    hold(store, 2.0, account=B, liquidation=50.0)
    store.apply(Margin(account=A, equity=100.0, maintenance=90.0, **said()))
    store.apply(Margin(account=B, equity=100.0, maintenance=10.0, **said()))
    return store


@pytest.mark.parametrize("kind", ["liquidation", "margin"])
def test_an_account_that_cannot_be_read_is_not_made_safe_by_another(two_accounts, kind):
    rule, store, measures = danger(kind), two_accounts, Measures({})
    book = AlertBook([rule])
    assert len(book.see(rule, measures.read(rule, store, T0), T0)) == 1
    store.apply(AccountState(account=A, state="failed", reason="429", **said(at_s=1)))
    later = T0 + 10 * NS_PER_S
    assert book.see(rule, measures.read(rule, store, later), later) == []
    assert len(book.firing()) == 1


@pytest.mark.parametrize("kind", ["net_delta", "carry"])
def test_half_of_a_hedge_is_not_measured_while_the_other_account_was_never_read(store, kind):
    store.follow([(V, A, ""), ("lighter", "7", "")])
    hold(store, 2.0)
    assert read(store, kind) == []
    store.apply(AccountState(account="7", state="flat", **said("lighter")))
    assert len(read(store, kind)) == 1


@pytest.mark.parametrize("kind", ["net_delta", "carry"])
def test_half_of_an_account_is_not_measured_while_its_other_half_is_being_read(store, kind):
    half = {"parts_known": 1, "parts_wanted": 2, "reason": "reading 1 of 2", **said()}
    store.apply(AccountState(account=A, state="waiting", **half))
    hold(store, 2.0)
    assert read(store, kind) == []


@pytest.mark.parametrize("kind", ["liquidation", "margin"])
def test_half_of_an_account_is_neither_safe_nor_in_danger(store, kind):
    hold(store, 2.0, liquidation=99.0)
    store.apply(Margin(account=A, equity=10.0, maintenance=9.5, **said()))
    assert len(read(store, kind)) == 1
    half = {"parts_known": 1, "parts_wanted": 2, "reason": "reading 1 of 2", **said()}
    store.apply(AccountState(account=A, state="waiting", **half))
    assert read(store, kind) == []


def test_a_position_that_no_price_liquidates_is_far_away_and_not_unknown(store):
    # More cash than the position is worth, so that a fall to zero can be paid.
    store.apply(Margin(account=A, equity=1e6, cross_equity=1e6, maintenance=5.0, **said()))
    hold(store, 1.0)
    [reading] = read(store, "liquidation")
    assert reading.value == MOST_DISTANCE
    assert "no price" in reading.words


@pytest.mark.parametrize(
    ("kind", "subject"),
    [("liquidation", f"{V}/BTC"), ("net_delta", "BTC"), ("carry", "book")],
)
def test_a_position_that_was_closed_takes_its_alert_along(store, kind, subject):
    rule = Rule(name="r", kind=kind, threshold={"carry": 0.0}.get(kind, 0.1))
    book, measures, gone = AlertBook([rule]), Measures({}), Gone()
    hold(store, 2.0, liquidation=95.0)
    [alert] = book.see(rule, measures.read(rule, store, T0), T0)
    assert alert.subject == subject
    assert list(gone.look(book.on(), store, T0)) == []
    hold(store, 0.0)
    [(over, words)] = gone.look(book.on(), store, T0)
    assert (over, words) == (alert, f"{subject}: no position any more")


def test_a_position_that_nobody_sees_is_not_closed(store):
    rule = danger("liquidation")
    book, gone = AlertBook([rule]), Gone()
    hold(store, 2.0, liquidation=95.0)
    book.see(rule, Measures({}).read(rule, store, T0), T0)
    store.apply(Link(state="down", **said(at_s=1)))
    assert list(gone.look(book.on(), store, T0 + 3600 * NS_PER_S)) == []
    # After a restart nothing was read yet.
    fresh = MarketStore([(V, None)], ["BTC"])
    fresh.follow([(V, A, "")])
    assert list(Gone().look(book.on(), fresh, T0)) == []


def test_a_market_that_was_dropped_takes_its_alert_along_after_a_minute(store):
    rule = Rule(name="r", kind="funding_level", threshold=0.1)
    book, gone = AlertBook([rule]), Gone()
    book.see(rule, Measures({}).read(rule, store, T0), T0)
    store.watch(["ETH"])
    minute = T0 + UNWATCHED_NS
    assert list(gone.look(book.on(), store, T0)) == []
    assert list(gone.look(book.on(), store, minute - 1)) == []
    found = [words for _, words in gone.look(book.on(), store, minute)]
    assert found == [f"{V}/BTC: not watched any more", "lighter/BTC: not watched any more"]
    store.watch(["BTC"])
    assert list(gone.look(book.on(), store, minute)) == []
    store.watch(["ETH"])
    assert list(gone.look(book.on(), store, minute)) == [], "the minute begins again"


@pytest.mark.parametrize("kind", ["liquidation", "margin", "net_delta", "carry"])
def test_the_default_rules_tell_of_a_book_in_danger_and_of_its_rescue(store, kind):
    """1,000 coins of 100 $ that pay 100 $ an hour, with 6,000 $ behind them; then only 5 coins."""
    rule = danger(kind)
    book, measures = AlertBook([rule]), Measures({})
    happened = []
    for second in range(240):
        size, liquidation = (1000.0, 96.0) if second < 120 else (5.0, 20.0)
        at = said(at_s=second)
        hold(store, size, liquidation=liquidation, **at)
        store.apply(Margin(account=A, equity=6000.0, maintenance=5.0 * size, **at))
        store.apply(Funding(symbol="BTC", kind="live", rate=0.001, interval_s=3600, **at))
        now_ns = at["recv_ns"]
        happened += book.see(rule, measures.read(rule, store, now_ns), now_ns)
    # Five coins still pay half a dollar: the book is not rescued from costing money.
    over = [] if kind == "carry" else ["cleared"]
    assert [alert.happening for alert in happened] == ["fired", *over]


def test_an_alert_about_half_of_an_asset_is_over_when_it_is_one_again(store):
    """In a crash Lighter's mark was half as high again, so that its BTC was another asset."""
    store.follow([(V, A, ""), ("lighter", A, "")])
    store.apply(Prices(symbol="BTC", mark=150.0, index=150.0, **said("lighter")))
    hold(store, 2.0, venue="lighter", mark=150.0)
    store.apply(AccountState(account=A, state="read", **said("lighter")))
    rule = Rule(name="r", kind="net_delta", threshold=100.0)
    book, gone = AlertBook([rule]), Gone()
    [fired] = book.see(rule, Measures({}).read(rule, store, T0), T0)
    assert fired.subject == "BTC@lighter"
    assert list(gone.look(book.on(), store, T0)) == []
    store.apply(Prices(symbol="BTC", mark=100.0, index=100.0, **said("lighter", 1.0)))
    hold(store, 2.0, venue="lighter", mark=100.0)
    [reading] = Measures({}).read(rule, store, T0 + NS_PER_S)
    assert reading.subject == "BTC"
    assert list(gone.look(book.on(), store, T0 + NS_PER_S)) == []
    later_ns = T0 + NS_PER_S + UNWATCHED_NS
    store.apply(Link(state="down", **said("lighter", 2.0)))
    assert list(Gone().look(book.on(), store, later_ns)) == [], "nobody knows its price now"
    store.apply(Link(state="live", **said("lighter", 3.0)))
    [(over, words)] = gone.look(book.on(), store, later_ns)
    assert (over, words) == (fired, "BTC@lighter: one asset with the others of its name again")
