"""Every market as the ranking saw it: what the table of coins by venues is of."""

from itertools import pairwise

import numpy as np
import pytest

from cockpit.calculators.scan.columns import columns_of
from cockpit.calculators.scan.day_past import LOOKS, change_frac, looks_ns
from cockpit.calculators.scan.listed import listed_markets
from cockpit.calculators.scan.listing import ScanInputs
from cockpit.calculators.scan.ranking import ScanJob, rank
from tests.calculators.scan.test_ranking import HOUR, listing, paid
from tests.support import AT_NS

MINUTE_NS = 60 * 10**9


def listed(*listings):
    return listed_markets(listings, columns_of(listings, AT_NS, 24), AT_NS)


def test_means_of_what_was_paid_are_of_hours_most_of_which_are_known():
    """Forty days: 2e-5 an hour until yesterday, 5e-5 since; the other has twenty hours of a day."""
    whole = listing("a", 0.0, paid=paid([2e-5] * 39 * 24 + [5e-5] * 24))
    late = listing("b", 0.0, paid=paid([3e-5] * 20, HOUR - 2))
    found = listed(whole, late, listing("c", 0.0))
    assert found.figure("paid_1d")[:2] == pytest.approx([5e-5, 3e-5])
    assert found.figure("paid_3d")[0] == pytest.approx((2 * 2e-5 + 5e-5) / 3)
    assert found.figure("paid_30d")[0] == pytest.approx((29 * 2e-5 + 5e-5) / 30)
    assert np.isnan(found.figure("paid_3d")[1:]).all()
    assert np.isnan(found.figure("paid_1d")[2])


def test_a_coin_of_one_venue_alone_is_listed_and_makes_no_pair():
    job = ScanJob(
        listings=(listing("a", 1e-5, asset="SOLO"), listing("a", 0.0), listing("b", 1e-4)),
        inputs=ScanInputs(), at_ns=AT_NS,
    )  # fmt: skip
    pairs = rank(job)
    assert len(pairs) == 1
    assert [pairs.listed.assets[place] for place in pairs.listed.asset] == ["SOLO", "BTC", "BTC"]
    assert pairs.listed.figure("hourly").tolist() == [1e-5, 0.0, 1e-4]


def test_changes_are_since_a_day_ago_of_the_price_and_of_base_units():
    """100 USD now and 80 then is +25 %. 1e7 USD of interest are 1e5 base: half of what was, so that
    a price that rises does not look like money that comes in."""
    day = np.array([80.0, *[90.0] * 96])
    found = listed(listing("a", 0.0, day_prices=day, oi_base_day_ago=2e5), listing("b", 0.0))
    assert found.figure("price_change_frac")[0] == pytest.approx(0.25)
    assert found.figure("oi_change_frac")[0] == pytest.approx(-0.5)
    assert np.isnan(found.figure("price_change_frac")[1])
    assert np.isnan(found.figure("oi_change_frac")[1])


def test_what_is_not_known_is_nan_and_from_nothing_nothing_has_grown():
    (only,) = listed(listing("a", None, clock=None, oi_usd=None, price_usd=None)).figures
    assert np.isnan(only[[0, 1, 2, 3]]).all()
    assert np.isnan(change_frac(np.array([1.0]), np.array([0.0]))).all()
    assert len(listed()) == 0


def test_the_day_is_looked_at_on_full_quarters_of_an_hour_its_ends_included():
    looks = looks_ns(AT_NS + MINUTE_NS)
    assert len(looks) == LOOKS
    assert {after - before for before, after in pairwise(looks)} == {15 * MINUTE_NS}
    assert looks[-1] % (15 * MINUTE_NS) == 0
    assert 0 <= AT_NS + MINUTE_NS - looks[-1] < 15 * MINUTE_NS
    assert looks[-1] - looks[0] == 24 * 60 * MINUTE_NS
