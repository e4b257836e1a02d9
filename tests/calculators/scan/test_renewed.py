"""Rows in view are priced anew between two rankings: as the ranking would, from the same past."""

import numpy as np
import pytest
from msgspec.structs import replace

from cockpit.calculators.common.paid_history import NOTHING
from cockpit.calculators.scan.listing import NO_PRICES, ScanInputs
from cockpit.calculators.scan.packed import pack, unpacked
from cockpit.calculators.scan.ranking import ScanJob, rank, renew
from tests.calculators.scan.test_ranking import listing, paid
from tests.calculators.scan.universes import universe
from tests.support import AT_NS


def without_past(job, pairs):
    """Two listings for each pair as they are read between two rankings: with nothing kept."""
    by_name = {(one.asset, one.venue): one for one in job.listings}
    found = tuple(
        replace(
            by_name[pairs.symbol_of(place), venue], paid=NOTHING, history=None, day_prices=NO_PRICES
        )
        for place in range(len(pairs))
        for venue in pairs.venues_of(place)
    )
    return replace(job, listings=found)


@pytest.mark.parametrize("seed", range(40))
def test_while_nothing_moves_the_figures_are_those_of_the_ranking(seed):
    job = universe(seed)
    pairs = rank(job)
    again = renew(pairs, range(len(pairs)), without_past(job, pairs))
    assert again.rows() == pairs.rows()


def test_a_spread_that_turns_is_the_other_way_round_with_the_same_past():
    """A month at +3e-5 an hour for the short of b; now a pays 4e-5 more than b."""
    long, short = listing("a", 0.0, paid=paid([0.0] * 720)), listing("b", 1e-4)
    short = replace(short, paid=paid([3e-5, 1e-5] * 360), day_prices=np.array([125.0, 80.0] * 48))
    long = replace(long, day_prices=np.full(96, 100.0))
    pairs = rank(ScanJob(listings=(long, short), inputs=ScanInputs(), at_ns=AT_NS))
    turned = replace(long, hourly=1.4e-4)
    now = renew(
        pairs, [0], ScanJob(listings=(turned, short), inputs=pairs.inputs, at_ns=pairs.at_ns)
    )
    row = now.row(0)
    assert (row.long_venue, row.short_venue) == ("b", "a")
    assert row.spread_hourly == pytest.approx(4e-5)
    assert row.realised.d1 == pytest.approx(-2e-5), "it has paid the other way"
    assert row.sign_share == 0.0
    # 125 / 100 and 80 / 100 the one way are 100 / 125 and 100 / 80 the other.
    assert (row.basis_low_bps, row.basis_high_bps) == pytest.approx((-2000.0, 2500.0))
    assert now.key(0) == pairs.key(0)


def test_a_packed_listing_is_the_same_listing():
    job = universe(3)
    for one, other in zip(job.listings, unpacked([pack(job.listings)]), strict=True):
        assert np.array_equal(one.paid.rates, other.paid.rates, equal_nan=True)
        assert np.array_equal(one.day_prices, other.day_prices, equal_nan=True)
        rest = [replace(each, paid=NOTHING, day_prices=NO_PRICES) for each in (one, other)]
        assert rest[0] == rest[1]
        assert one.paid[2:] == other.paid[2:]
