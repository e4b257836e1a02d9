"""Per cent, a wrong time and another rate at the stamp are told from what is right."""

import pytest

from cockpit.core.events import Funding
from cockpit.verify.rates import LiveBecomesSettled, RateIsFraction, StampOnInterval
from tests.support import AT_NS
from tests.verify.hearing import S, hear

HOUR = 3600 * S
STAMP_NS = (AT_NS // HOUR + 1) * HOUR


def funding(rate, symbol="BTC", kind="live", interval_s=3600, at_ns=AT_NS, **more):
    return Funding(
        venue="v", symbol=symbol, recv_ns=at_ns, kind=kind, rate=rate, interval_s=interval_s, **more
    )


def told(judge, *facts):
    for fact in facts:
        hear(judge, fact)
    return judge.finding()


def test_usual_rates_are_fractions_whatever_their_interval():
    rates = (funding(1.25e-5), funding(1e-4, "ETH", interval_s=8 * 3600), funding(-3e-4, "DOGE"))
    assert told(RateIsFraction(), *rates).verdict == "confirmed"


def test_the_same_rates_in_per_cent_are_contradicted_with_the_figure():
    """0.00125 % an hour is 1.25e-5; read as a fraction it would be 1100 % a year."""
    found = told(RateIsFraction(), funding(1.2e-3), funding(1.6e-3, "ETH"))
    assert found.verdict == "contradicted"
    assert "1.40e-03" in found.why, "the median of 1.2e-3 and 1.6e-3"


def test_one_wild_market_is_no_unit_but_no_cap_allows_five_per_cent_an_hour():
    calm = [funding(1.25e-5, symbol) for symbol in ("BTC", "ETH")]
    assert told(RateIsFraction(), *calm, funding(0.02, "WIF")).verdict == "confirmed"
    found = told(RateIsFraction(), *calm, funding(0.05, "WIF"))
    assert (found.verdict, "WIF" in found.why) == ("contradicted", True)


@pytest.mark.parametrize("rates", [(), (0.0,), (1.25e-7, 1.25e-7)])
def test_no_rate_and_rates_too_near_zero_tell_no_unit(rates):
    facts = [funding(rate, f"M{number}") for number, rate in enumerate(rates)]
    assert told(RateIsFraction(), *facts).verdict == "not seen"


@pytest.mark.parametrize(
    ("next_ns", "verdict"),
    [
        (STAMP_NS, "confirmed"),
        (None, "not seen"),
        (STAMP_NS + 600 * S, "contradicted"),  # ten minutes after the hour
        (STAMP_NS - HOUR, "contradicted"),  # paid long ago
        (STAMP_NS + 2 * HOUR, "contradicted"),  # more than an interval ahead
        (STAMP_NS // 1000, "contradicted"),  # another unit
    ],
)
def test_a_next_payment_lies_on_its_interval_and_ahead(next_ns, verdict):
    assert told(StampOnInterval(), funding(1e-5, next_ns=next_ns)).verdict == verdict


def test_rates_whose_every_payment_time_was_dropped_contradict_it():
    assert told(StampOnInterval(), *[funding(1e-5)] * 5).verdict == "contradicted"
    assert told(StampOnInterval(), *[funding(1e-5, kind="settled")] * 9).verdict == "not seen"


def test_a_stamp_that_has_just_passed_is_not_wrong_yet():
    late = funding(1e-5, at_ns=STAMP_NS + 20 * S, next_ns=STAMP_NS)
    assert told(StampOnInterval(), late).verdict == "confirmed"


def live_then(paid, *, late_s=1, before_s=10):
    return (
        funding(2e-5, at_ns=STAMP_NS - before_s * S, next_ns=STAMP_NS),
        funding(3e-5, at_ns=STAMP_NS + 5 * S, next_ns=STAMP_NS + HOUR),
        funding(paid, kind="settled", at_ns=STAMP_NS + 90 * S, venue_ns=STAMP_NS + late_s * S),
    )


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (live_then(2e-5), "confirmed"),
        (live_then(2.1e-5), "confirmed"),  # the last seconds moved it by 5 %
        (live_then(3e-5), "contradicted"),  # what is live now was settled before it ran
        (live_then(2e-3), "contradicted"),
        (live_then(2e-5, before_s=600), "not seen"),  # ten minutes before proves nothing
        (live_then(3e-5, late_s=-3600), "not seen"),  # the payment before
    ],
)
def test_what_was_live_at_the_stamp_is_what_was_settled(facts, verdict):
    assert told(LiveBecomesSettled(), *facts).verdict == verdict


def test_a_rate_per_eight_hours_that_settles_per_hour_is_the_same_rate_by_the_hour():
    before = funding(8e-5, interval_s=8 * 3600, at_ns=STAMP_NS - S, next_ns=STAMP_NS)
    paid = funding(1e-5, kind="settled", at_ns=STAMP_NS + S, venue_ns=STAMP_NS)
    assert told(LiveBecomesSettled(), before, paid).verdict == "confirmed"
