"""The smaller parts: questions, the pulse, the listing, accounts, what was said already."""

from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from cockpit.core.events import (
    AccountState,
    Funding,
    Instrument,
    Prices,
    Reject,
    Rtt,
)
from cockpit.venues.contract import MAIN, Fetch, Restart, Send
from cockpit.venues.kit.accounts import Accounts, Followed
from cockpit.venues.kit.decoding import request_number
from cockpit.venues.kit.dedupe import Seen, Unchanged
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.instruments import Instruments, Market, Unit, unscaled
from cockpit.venues.kit.polling import Question, Rota, Timing
from cockpit.venues.kit.settled import SettledRates
from tests.support import AT_NS, only, reply

SECOND_NS = 1_000_000_000
HOUR_NS = 3_600 * SECOND_NS
NUMBERS = msgspec.json.Decoder(list[int])


def at(second: float) -> int:
    return AT_NS + round(second * SECOND_NS)


# --- questions ------------------------------------------------------------------------------------


def question(*, at_once: bool = False) -> Question[list[int]]:
    return Question(
        "tiny",
        lambda: Fetch(name="tickers", path="/tickers"),
        NUMBERS,
        Timing(period_s=60, retry_s=5),
        check=lambda numbers: "is empty" if not numbers else None,
        at_once=at_once,
    )


def test_a_question_is_asked_at_the_first_tick_and_then_every_period() -> None:
    asked = question()
    assert asked.opened(MAIN, AT_NS) == ()
    seconds = [second for second in range(130) if asked.tick(at(second))]
    assert seconds == [0, 60, 120]


def test_a_question_of_the_opening_is_asked_with_every_link_that_opens() -> None:
    asked = question(at_once=True)
    assert len(asked.opened(MAIN, AT_NS)) == 1
    assert asked.tick(at(1)) == ()
    asked.closed(MAIN)
    assert len(asked.opened(MAIN, at(2))) == 1


@pytest.mark.parametrize("body", ["[", '"x"', "[]"])
def test_an_answer_that_says_nothing_is_a_reject_and_asked_for_sooner(body: str) -> None:
    asked = question()
    asked.tick(AT_NS)
    assert isinstance(asked.read(reply("tickers", body, at_ns=at(1))), Reject)
    assert [second for second in range(1, 60) if asked.tick(at(second))] == [6]


def test_a_refusal_is_told_in_the_venues_own_words_where_it_has_some() -> None:
    for body, words in (("[]", "tickers: HTTP 429: is empty"), ("<html>", "tickers: HTTP 429")):
        answer = question().read(reply("tickers", body, status=429))
        assert isinstance(answer, Reject)
        assert answer.reason == words


def test_a_good_answer_is_handed_over() -> None:
    assert question().read(reply("tickers", "[7]")) == [7]


def test_another_period_holds_at_once() -> None:
    asked = question()
    asked.tick(AT_NS)
    asked.every(15)
    assert [second for second in range(1, 40) if asked.tick(at(second))] == [1, 16, 31]


def rota(per_tick: int | None = None) -> Rota[list[int]]:
    return Rota(
        "tiny",
        lambda key: Fetch(name="open_interest", path=f"/{key}", key=key),
        NUMBERS,
        Timing(period_s=10, retry_s=3),
        per_tick=per_tick,
    )


def test_a_rota_asks_those_that_have_waited_longest_within_its_budget() -> None:
    turns = rota(per_tick=2)
    asked = [[f.key for f in only(Fetch, turns.want("abcde", AT_NS))]]
    asked += [[f.key for f in only(Fetch, turns.tick(at(s)))] for s in (1, 2, 3, 10, 11)]
    assert asked == [["a", "b"], ["c", "d"], ["e"], [], ["a", "b"], ["c", "d"]]


def test_one_failed_key_of_a_rota_is_asked_for_sooner_and_alone() -> None:
    turns = rota()
    turns.want("ab", AT_NS)
    assert isinstance(turns.read(reply("open_interest", "", status=500, key="b")), Reject)
    assert [f.key for f in only(Fetch, turns.tick(at(3)))] == ["b"]


def test_a_rota_may_ask_more_seldom_from_now_on() -> None:
    asked = rota()
    asked.every(30)
    asked.want(["a"], AT_NS)
    assert [second for second in range(1, 61) if asked.tick(at(second))] == [30, 60]


def test_a_key_that_is_wanted_no_longer_is_not_asked_and_keeps_its_turn() -> None:
    turns = rota()
    turns.want("ab", AT_NS)
    assert turns.want("b", at(1)) == ()
    assert turns.want("ab", at(2)) == ()
    assert len(turns.tick(at(10))) == 2


# --- pulse ----------------------------------------------------------------------------------------


def test_a_pong_is_a_round_trip_and_one_that_was_not_asked_for_says_nothing() -> None:
    pulse = Heartbeat("tiny", lambda at_ns: f"ping {at_ns}", every_s=20)
    pulse.opened(MAIN, AT_NS)
    assert pulse.tick(at(1)) == [Send(f"ping {at(1)}")]
    (rtt,) = only(Rtt, pulse.pong(at(1.25)))
    assert rtt.rtt_ns == SECOND_NS // 4
    assert pulse.pong(at(2)) == ()
    assert [second for second in range(2, 45) if pulse.tick(at(second))] == [21, 41]


def test_a_pong_that_is_slower_than_the_next_ping_answers_the_first() -> None:
    pulse = Heartbeat("tiny", lambda at_ns: "ping", every_s=20)
    pulse.opened(MAIN, AT_NS)
    assert [second for second in range(1, 22) if pulse.tick(at(second))] == [1, 21]
    (rtt,) = only(Rtt, pulse.pong(at(22)))
    assert rtt.rtt_ns == 21 * SECOND_NS
    assert pulse.pong(at(23)) == ()


def test_a_pong_to_a_ping_of_the_link_before_is_no_round_trip() -> None:
    pulse = Heartbeat("tiny", lambda at_ns: "ping")
    pulse.opened(MAIN, AT_NS)
    assert pulse.tick(at(1)) == [Send("ping")]
    pulse.closed(MAIN)
    assert pulse.pong(at(2)) == ()
    pulse.opened(MAIN, at(3))
    assert pulse.pong(at(4)) == ()


def test_a_silent_link_is_restarted_once() -> None:
    pulse = Heartbeat("tiny", None, silence_s=30)
    pulse.opened(MAIN, AT_NS)
    pulse.heard(at(10))
    assert pulse.tick(at(39)) == ()
    assert only(Restart, pulse.tick(at(40)))
    assert pulse.tick(at(41)) == ()


def test_the_pulse_of_another_link_is_its_own() -> None:
    pulse = Heartbeat("tiny", lambda at_ns: "ping", link="prices")
    pulse.opened(MAIN, AT_NS)
    assert pulse.tick(at(1)) == ()
    pulse.opened("prices", at(2))
    assert pulse.tick(at(3)) == [Send("ping", "prices")]


# --- listing --------------------------------------------------------------------------------------


def listed(
    listing: Instruments[Market], native: str, symbol: str, at_ns: int = AT_NS, tick: float = 0.1
) -> list[Instrument]:
    market = listing.adopt(native, symbol, Unit(), Market)
    return listing.state(
        market,
        Instrument(
            venue="tiny", recv_ns=at_ns, symbol=market.symbol, native=native, base="BTC",
            quote="USD", tick=tick,
        ),
    )  # fmt: skip


def test_an_instrument_is_said_again_only_if_more_than_the_time_differs() -> None:
    listing = Instruments[Market]()
    assert len(listed(listing, "BTC-PERP", "BTC")) == 1
    version = listing.version
    assert listed(listing, "BTC-PERP", "BTC", at(600)) == []
    assert listing.version == version
    assert len(listed(listing, "BTC-PERP", "BTC", at(1200), tick=0.5)) == 1
    assert listing.version > version


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"max_leverage": 0.5}, "a maximum leverage of 0.5"),
        ({"max_leverage": 1e6}, "a maximum leverage of 1e+06"),
        ({"mmf": 1.5}, "a maintenance margin of 1.5"),
        ({"mmf": -0.01, "max_leverage": 0.0}, "leverage of 0 and a maintenance margin of -0.01"),
    ],
)
def test_a_margin_that_no_market_has_is_missing_and_told_once(figures, words) -> None:
    listing = Instruments[Market]()
    market = listing.adopt("BTC-PERP", "BTC", Unit(), Market)
    fair = Instrument(
        venue="tiny", recv_ns=AT_NS, symbol="BTC", native="BTC-PERP", base="BTC", quote="USD",
        max_leverage=50.0, mmf=0.01,
    )  # fmt: skip
    assert listing.state(market, fair) == [fair]
    odd = replace(fair, **figures)
    told, told_odd = listing.state(market, odd)
    assert told == replace(fair, **dict.fromkeys(figures))
    assert isinstance(told_odd, Reject)
    assert words in told_odd.reason
    assert listing.state(market, odd) == []


def test_two_markets_never_share_a_symbol() -> None:
    listing = Instruments[Market]()
    listed(listing, "NEIRO-PERP", "NEIRO")
    (second,) = listed(listing, "NEIROCTO-PERP", "NEIRO")
    assert second.symbol == "NEIROCTO-PERP"
    assert [market.native for market in listing.wanted(["NEIRO"])] == ["NEIRO-PERP"]


def test_a_market_is_gone_when_two_whole_listings_left_it_out() -> None:
    listing = Instruments[Market]()
    for native in ("BTC-PERP", "ETH-PERP"):
        listed(listing, native, native[:3])
    assert listing.end(AT_NS) == []
    said = []
    for turn in (1, 2, 3):
        listing.begin()
        listed(listing, "BTC-PERP", "BTC", at(turn))
        said.append([(event.symbol, event.status) for event in listing.end(at(turn))])
    assert said == [[], [("ETH", "delisted")], []]
    assert list(listing.wanted(["ETH"])) == []


def test_a_market_that_is_gone_gives_its_symbol_to_the_one_that_replaces_it() -> None:
    listing = Instruments[Market]()
    listed(listing, "BTC-OLD", "BTC")
    listing.delisted(listing.markets["BTC-OLD"], at(1))
    (new,) = listed(listing, "BTC-NEW", "BTC", at(2))
    assert new.symbol == "BTC"
    assert [market.native for market in listing.wanted(["BTC"])] == ["BTC-NEW"]


def test_a_market_that_is_renamed_answers_to_its_new_name_only() -> None:
    listing = Instruments[Market]()
    listed(listing, "7", "XRP")
    (renamed,) = listed(listing, "7", "XRPL", at(1))
    assert renamed.symbol == "XRPL"
    assert [list(listing.wanted([name])) for name in ("XRP", "XRPL")] == [
        [], [listing.markets["7"]],
    ]  # fmt: skip
    (other,) = listed(listing, "8", "XRP", at(2))
    assert other.symbol == "XRP"


def test_prices_and_sizes_of_scaled_fractional_and_inverse_contracts() -> None:
    """1000PEPE at 0.0046 is PEPE at 4.6e-6; 500 contracts of 0.01; 6,000 dollars at 60,000."""
    pepe, okx, inverse = Unit(price=1000), Unit(size=0.01), Unit(size=1.0, inverse=True)
    assert pepe.to_price(0.0046) == pytest.approx(4.6e-6)
    assert (pepe.to_size(2.0, 0.0046), pepe.contract) == (2000.0, 1000.0)
    assert (okx.to_price(60_000.0), okx.to_size(500.0, 60_000.0)) == (60_000.0, 5.0)
    assert inverse.to_size(6_000.0, 60_000.0) == pytest.approx(0.1)
    assert inverse.to_levels(((60_000.0, 6_000.0),)) == ((60_000.0, pytest.approx(0.1)),)
    assert Unit().to_levels(((1.0, 2.0),)) == ((1.0, 2.0),)


@pytest.mark.parametrize("coins", ["1", "1000", "10000", "1000000"])
@pytest.mark.parametrize("step", ["0.0000001", "0.00000005", "0.000025", "0.0001", "0.1", "2"])
def test_steps_of_markets_that_count_in_thousands_are_whole_decimals(step: str, coins: str) -> None:
    """A limit of 0.0000046388 stands at 46,388 ticks of 1e-10, not at 46,388.000000000005."""
    unit = Unit(price=float(coins))
    tick, lot = unit.tick(step), unit.lot(step)
    assert Decimal(repr(tick)) == Decimal(step) / Decimal(coins)
    assert Decimal(repr(lot)) == Decimal(step) * Decimal(coins)


def test_a_step_of_prices_is_not_of_the_size_of_a_contract() -> None:
    """A contract of 0.01 BTC trades in steps of 0.1 USD a BTC all the same."""
    assert (Unit(size=0.01).tick("0.1"), Unit(size=0.01).lot("1")) == (0.1, 0.01)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1000PEPE", ("PEPE", 1000.0)),
        ("SHIB1000", ("SHIB", 1000.0)),
        ("kBONK", ("BONK", 1000.0)),
        ("k", ("k", 1.0)),
        ("kava", ("kava", 1.0)),
        ("1INCH", ("1INCH", 1.0)),
    ],
)
def test_a_scale_in_a_name_is_a_scale_only_where_it_can_be(
    name: str, expected: tuple[str, float]
) -> None:
    assert unscaled(name, {"k": 1000.0}) == expected


# --- accounts -------------------------------------------------------------------------------------


def states(outputs: object) -> list[str]:
    assert isinstance(outputs, list)
    return [event.state for event in only(AccountState, outputs)]


def test_an_account_is_not_read_until_it_was_and_stale_when_that_is_long_ago() -> None:
    accounts = Accounts("tiny", rota(), Followed, stale_s=60)
    assert len(only(Fetch, accounts.want(["0xab"], AT_NS))) == 1
    account = accounts.followed["0xab"]
    assert account.read_ns is None
    assert states(account.read(at(1), is_flat=False)) == ["read"]
    assert states(accounts.refused("0xab", at(30), "HTTP 500")) == []
    assert states(accounts.tick(at(60))) == []
    assert states(accounts.tick(at(61))) == ["failed"]
    assert states(accounts.tick(at(62))) == []
    assert states(account.read(at(70), is_flat=True)) == ["flat"]


def test_an_account_that_was_never_read_says_at_once_that_it_could_not_be() -> None:
    accounts = Accounts("tiny", rota(), Followed, stale_s=60)
    accounts.want(["0xAB"], AT_NS)
    account = accounts.followed["0xab"]
    assert states(accounts.refused("0xab", at(1), "HTTP 500")) == ["failed"]
    assert states(account.unknown(at(2), "no such account")) == ["unknown"]
    assert states(accounts.refused("0xcd", at(3), "HTTP 500")) == [], "nobody follows it"


def test_an_account_in_parts_says_how_many_have_answered_until_all_of_it_was_read_once() -> None:
    accounts = Accounts("tiny", rota(), Followed, stale_s=60)
    accounts.want(["0xab"], AT_NS)
    account = accounts.followed["0xab"]
    (said,) = account.reading(at(1), (2, 3))
    assert (said.state, said.reason) == ("waiting", "reading 2 of 3")
    assert (said.parts_known, said.parts_wanted) == (2, 3)
    assert states(account.reading(at(2), (2, 3))) == []
    assert states(account.read(at(3), is_flat=False)) == ["read"]
    assert states(account.reading(at(13), (1, 3))) == []


# --- what was said already ------------------------------------------------------------------------


def prices(mark: float, at_ns: int) -> Prices:
    return Prices(venue="tiny", symbol="BTC", recv_ns=at_ns, venue_ns=at_ns, mark=mark)


def test_a_fact_that_differs_in_nothing_but_its_times_is_not_news() -> None:
    said = Unchanged()
    assert len(list(said.news([prices(1.0, AT_NS)]))) == 1
    assert list(said.news([prices(1.0, at(15))])) == []
    assert len(list(said.news([prices(2.0, at(30))]))) == 1
    said.forget()
    assert len(list(said.news([prices(2.0, at(45))]))) == 1


def test_a_payment_at_the_rate_of_the_one_before_it_is_news() -> None:
    unchanged = Unchanged()
    paid = Funding(
        venue="tiny", symbol="BTC", recv_ns=AT_NS, venue_ns=AT_NS, kind="settled", rate=1e-4,
        interval_s=3_600,
    )  # fmt: skip
    later = msgspec.structs.replace(paid, recv_ns=AT_NS + HOUR_NS, venue_ns=AT_NS + HOUR_NS)
    assert list(unchanged.news([paid, later])) == [paid, later]


def test_a_fill_is_known_until_as_many_as_it_holds_came_after_it() -> None:
    """Of fills 0, 1, 2, … the last three are told again after each: none of them is new. Those
    that came twice as long ago are forgotten."""
    seen = Seen(capacity=3)
    for fill in range(20):
        assert seen.is_new(fill)
        assert not any(seen.is_new(again) for again in range(max(fill - 2, 0), fill + 1))
    assert seen.is_new(20 - 2 * 3)


def test_a_payment_covers_the_time_since_the_one_before_it() -> None:
    """Two hourly payments and, after four hours without one, a third."""
    settled = SettledRates()
    rates = {AT_NS: 1e-4, AT_NS + HOUR_NS: 2e-4, AT_NS + 5 * HOUR_NS: 3e-4}
    facts = list(settled.news("tiny", "BTC", rates, None, at(0)))
    assert [(f.rate, f.interval_s) for f in facts] == [(1e-4, 3600), (2e-4, 3600), (3e-4, 14_400)]
    assert list(settled.news("tiny", "BTC", rates, None, at(9))) == []


@pytest.mark.parametrize(
    ("hours", "interval_h", "covered_h"),
    [
        # One that pays each 4 h, of which two in the middle, or the ones before the newest, are
        # not known: what came after the hole was still the rate of 4 h.
        ((0, 4, 8, 16, 20), 4, (4, 4, 4, 4, 4)),
        ((0, 4, 8, 16), 4, (4, 4, 4, 4)),
        ((0, 8, 16, 32, 40), 8, (8, 8, 8, 8, 8)),
        # From 8 h to 4 h, then to 1 h: the first payment at the new interval is after the new one.
        ((0, 8, 16, 20, 24, 25, 26), 1, (8, 8, 8, 4, 4, 1, 1)),
        ((0, 8, 16, 20), 4, (8, 8, 8, 4)),
        # And back, the listing telling it before or after the first longer one is paid.
        ((0, 4, 8, 16, 24), 8, (4, 4, 4, 8, 8)),
        ((0, 4, 8, 16), 8, (4, 4, 4, 8)),
        # A day has no whole number of 16 hours: others were paid between.
        ((0, 16), 8, (8, 8)),
    ],
)
def test_a_hole_among_the_payments_is_no_interval_and_a_change_of_interval_is_one(
    hours: tuple[int, ...], interval_h: int, covered_h: tuple[int, ...]
) -> None:
    rates = {AT_NS + hour * HOUR_NS: 1e-4 for hour in hours}
    facts = list(SettledRates().news("tiny", "BTC", rates, interval_h * 3600, at(0)))
    assert tuple(fact.interval_s // 3600 for fact in facts) == covered_h


def test_a_payment_whose_time_nothing_tells_is_not_stated_until_something_does() -> None:
    settled = SettledRates()
    assert list(settled.news("tiny", "BTC", {AT_NS: 1e-4}, None, at(0))) == []
    (fact,) = settled.news("tiny", "BTC", {AT_NS: 1e-4}, 28_800, at(1))
    assert isinstance(fact, Funding)
    assert fact.interval_s == 28_800


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), (7, 7), (None, 0), ("", 0), ("x", 0), ("9" * 5000, 0), ("²", 0)],
)
def test_a_request_that_an_answer_names_is_one_of_ours_or_none(
    text: str | int | None, number: int
) -> None:
    assert request_number(text) == number
