"""How many slices an order should have, and how far apart, for the books that it meets."""

import math

import numpy as np
import pytest

from cockpit.calculators.common.form import FieldError, form_fields, read
from cockpit.calculators.stagger.inputs import Inputs
from cockpit.state.curves import Ring
from tests.calculators.markets import calc, market, saved
from tests.support import AT_NS

BOOK = {"bids": [(99.99, 1000.0), (99.0, 1e6)], "asks": [(100.01, 1000.0), (101.0, 1e6)]}
"""A thousand within ten basis points of the mid."""


def stagger(view, **inputs):
    asked = {"side": "buy", "haircut": False, "jitter": 0, "avoid_stamps_s": 0, **inputs}
    return calc("stagger", view, **asked)


def moments(result):
    return len({leg.not_before_ns for leg in result.plan.legs})


def test_a_slice_takes_a_tenth_of_what_is_near_the_mid():
    result = stagger(saved(market("a", **BOOK)), size=650, slices="auto")
    assert moments(result) == 7
    assert "slices: 7, a tenth of what is shown within 10 bps each" in result.assumed


def test_books_of_all_venues_count():
    view = saved(market("a", **BOOK), market("b", **BOOK))
    assert moments(stagger(view, size=650, slices="auto")) == math.ceil(650 / 200)


def test_no_more_slices_than_books_refill_between():
    result = stagger(
        saved(market("a", **BOOK)), size=5000, slices="auto", horizon_min=1, refill_s=4
    )
    assert moments(result) == 5, "sixty seconds hold five gaps of three half-lives of four"
    assert any("no more fit, books refill by half in 4 s (given)" in x for x in result.assumed)
    assert not any("slices come within" in words for words in result.warnings)


def test_no_slice_is_smaller_than_the_smallest_order():
    thin = market("a", bids=[(99.99, 10.0)], asks=[(100.01, 10.0)], min_notional_usd=400.0)
    assert moments(stagger(saved(thin), size=10, slices="auto", schedule="twap")) == 2


def test_an_order_that_the_book_hardly_feels_goes_at_once():
    assert moments(stagger(saved(market("a", **BOOK)), size=5, slices="auto")) == 1


def test_slices_closer_than_the_refill_are_warned_of_with_both_figures():
    view = saved(market("a", **BOOK))
    hasty = stagger(view, size=100, slices=20, horizon_min=1, refill_s=2)
    assert any(
        "a: slices come within 3 s, its book refills by half in 2 s (given)" in words
        for words in hasty.warnings
    )
    assert not hasty.is_incomplete
    patient = stagger(view, size=100, slices=20, horizon_min=2, refill_s=2)
    assert not any("slices come within" in words for words in patient.warnings)


def test_the_refill_is_measured_where_depth_has_a_history_and_else_assumed():
    view = saved(market("a", **BOOK))
    said = stagger(view, size=100, slices=60, horizon_min=1).warnings
    assert any("in 1.5 s (assumed)" in words for words in said)
    half_s, step_s, rng = 10.0, 5.0, np.random.default_rng(3)
    rho, log = 0.5 ** (step_s / half_s), 0.0
    ring = Ring(720)
    view.market("a", "BTC").depths_usd = ring
    for k in range(720):
        log = rho * log + 0.1 * rng.standard_normal()
        ring.append(AT_NS + k * round(step_s * 1e9), 1e6 * math.exp(log))
    said = stagger(view, size=100, slices=60, horizon_min=1).warnings
    words = next(words for words in said if "(measured)" in words)
    assert float(words.partition("in ")[2].rpartition(" s (")[0].split()[-1]) == pytest.approx(
        half_s, rel=0.35
    )


def test_auto_is_a_word_that_the_field_takes_and_others_do_not():
    assert read(Inputs, {"symbol": "BTC", "side": "buy", "slices": "auto"}).slices is None
    assert read(Inputs, {"symbol": "BTC", "side": "buy"}).slices == 12
    slices = next(field for field in form_fields(Inputs) if field.name == "slices")
    assert slices.expected == "a whole number from 1 up to 500 or auto"
    with pytest.raises(FieldError, match="jitter"):
        read(Inputs, {"symbol": "BTC", "side": "buy", "jitter": "auto"})


def test_a_venue_that_pays_all_the_time_cannot_be_avoided_and_it_is_said():
    view = saved(market("a", **BOOK, interval_s=60))
    result = stagger(view, size=100, slices=4, avoid_stamps_s=30)
    assert moments(result) == 4
    assert "a pays funding every 60 s: its stamps cannot be avoided by 30 s" in result.warnings


def test_an_order_in_dollars_that_no_market_could_hold_is_refused_by_name():
    with pytest.raises(FieldError) as caught:
        stagger(saved(market("a", [(1e-7, 1.0)], [(2e-7, 1.0)])), size_usd=1e17)
    assert caught.value.field == "size_usd"
