"""The ranking over columns says what carry says of each pair, one at a time."""

import numpy as np
import pytest
from msgspec.structs import replace

from cockpit.analytics.funding.payments import PaymentClock
from cockpit.calculators.common.paid_history import Paid
from cockpit.calculators.scan.listing import Listing, ScanInputs
from cockpit.calculators.scan.ranking import ScanJob, rank
from tests.calculators.scan.universes import slow, universe
from tests.support import AT_NS

UNIVERSES = 200


def key(row):
    return row.symbol, row.long_venue, row.short_venue


@pytest.mark.parametrize("seed", range(UNIVERSES))
def test_it_equals_a_slow_reference(seed):
    """Same order, same net to a cent, same first failing gate, and the figures behind them."""
    job = universe(seed)
    fast, reference = rank(job).rows(), slow(job)
    assert [key(row) for row in fast] == [pair["key"] for pair in reference]
    for row, pair in zip(fast, reference, strict=True):
        assert row.gate == pair["gate"], key(row)
        assert row.net_usd == pytest.approx(pair["net_usd"], abs=0.005), key(row)
        assert row.breakeven_h == pair["breakeven_h"], key(row)
        assert row.odds == pytest.approx(pair["odds"], abs=1e-9), key(row)
        assert row.net_apr == pytest.approx(pair["apr"], rel=1e-9), key(row)
        assert row.basis_bps == pytest.approx(pair["basis"], abs=1e-6), key(row)
        low, high = pair["range"]
        assert row.basis_low_bps == pytest.approx(low, abs=1e-6), key(row)
        assert row.basis_high_bps == pytest.approx(high, abs=1e-6), key(row)


def test_pairs_that_need_months_to_cover_their_cost_are_found_as_carry_finds_them():
    """A hundredth of the usual rates: what is found lies weeks to years ahead, stamp by stamp."""
    slow_ones = 0
    for seed in range(40):
        job = universe(seed, assets=6, quiet=0.01)
        hours = [row.breakeven_h for row in rank(job).rows()]
        assert hours == [pair["breakeven_h"] for pair in slow(job)], seed
        slow_ones += sum(hour is not None and hour > 720 for hour in hours)
    assert slow_ones > 100


HOUR_NS = 3600 * 10**9
HOUR = AT_NS // HOUR_NS


def listing(venue, hourly, **fields):
    """A sound market of BTC at 100 USD that costs 1 bp a trade and pays as it accrues."""
    return Listing(**{
        "venue": venue, "symbol": "BTC", "asset": "BTC", "hourly": hourly, "price_usd": 100.0,
        "clock": PaymentClock(interval_s=3600, is_continuous=True), "buy_frac": 1e-4,
        "sell_frac": 1e-4, "cost_basis": "book", "depth_x": 50.0, "initial_frac": 0.1,
        "oi_usd": 1e7, "volume_24h_usd": 1e8, **fields,
    })  # fmt: skip


def ranked(*listings, **inputs):
    return rank(ScanJob(listings=listings, inputs=ScanInputs(**inputs), at_ns=AT_NS)).rows()


def paid(rates, ends=HOUR):
    rates = np.array(rates)
    mean = float(np.nanmean(rates))
    return Paid(ends - len(rates) + 1, rates, mean, mean if len(rates) >= 24 else None)


def test_the_pair_is_long_where_funding_is_low_and_its_money_adds_up():
    """Spread 1e-4 an hour, decaying to 0 by 0.95: 1e-4 x 0.95 (1 - 0.95^24) / 0.05 = 13.4521 bps
    of 10 000 USD in a day; four trades of 1 bp are 4 bps; margin is 2 x (0.1 + 0.1) x 10 000."""
    (row,) = ranked(listing("high", 1.2e-4), listing("low", 2e-5))
    assert (row.long_venue, row.short_venue) == ("low", "high")
    assert row.spread_hourly == pytest.approx(1e-4)
    assert row.cost_bps == pytest.approx(4.0)
    assert row.net_usd == pytest.approx(13.4521 - 4.0, abs=1e-3)
    assert row.expected_hourly == pytest.approx(13.4521e-4 / 24, abs=1e-8)
    assert row.net_apr == pytest.approx((13.4521 - 4.0) / 4000 * 365, abs=1e-4)
    assert row.breakeven_h == 5, "0.95 (1 - 0.95^h) / 0.05 passes 4 at h = 5"
    assert row.oi_share == pytest.approx(1e-3)
    assert row.gate is None


def test_two_coins_of_one_name_never_make_a_pair():
    rows = ranked(
        listing("a", 0.0), listing("b", 1e-4), listing("c", 5e-3, asset="BTC@c"),
        listing("d", -5e-3, asset="BTC@c"),
    )  # fmt: skip
    assert [key(row) for row in rows] == [("BTC@c", "d", "c"), ("BTC", "a", "b")]


def test_rows_of_a_market_that_is_down_say_so_and_sink_and_move_nothing_else():
    sound = [listing("a", 0.0), listing("b", 1e-4), listing("c", 3e-4)]
    before = ranked(*sound)
    down = listing("x", 9e-3, gate="x is down: connection refused")
    rows = ranked(*sound, down)
    assert rows[:3] == before
    assert {row.gate for row in rows[3:]} == {"x is down: connection refused"}
    assert {row.short_venue for row in rows[3:]} == {"x"}


def test_what_is_not_known_is_none_and_ranks_behind_what_is():
    rows = ranked(
        listing("a", 0.0), listing("b", 5e-5),
        listing("c", 9e-4, asset="OTHER", buy_frac=None, cost_basis=None, depth_x=None),
        listing("d", 0.0, asset="OTHER", oi_usd=None, volume_24h_usd=None),
    )  # fmt: skip
    assert [row.symbol for row in rows] == ["BTC", "OTHER"]
    other = rows[1]
    assert (other.cost_bps, other.net_usd, other.net_apr, other.odds) == (None,) * 4
    assert (other.oi_usd, other.oi_share, other.volume_24h_usd, other.depth_x) == (None,) * 4
    assert (other.half_life_h, other.sign_share, other.history) == (None,) * 3
    assert other.gate == "cost unknown"
    assert other.spread_hourly == pytest.approx(9e-4)


def test_the_cost_is_only_as_good_as_that_of_its_worse_leg():
    (row,) = ranked(listing("a", 0.0), listing("b", 1e-4, cost_basis="tier", depth_x=None))
    assert row.cost_basis == "tier"


def test_what_was_paid_is_averaged_over_the_last_days_and_its_sign_is_counted():
    """Four days: three of -1e-5 an hour, then one of +3e-5. The last day is 3e-5, three days are
    (3 - 1 - 1) / 3 e-5; four are no week. A quarter has today's sign, for 24 hours."""
    spreads = [-1e-5] * 72 + [3e-5] * 24
    (row,) = ranked(
        listing("a", 0.0, paid=paid([0.0] * 96), history="kept"),
        listing("b", 1e-4, paid=paid(spreads), history="fetched"),
    )
    assert row.realised.d1 == pytest.approx(3e-5)
    assert row.realised.d3 == pytest.approx(1e-5 / 3)
    assert (row.realised.d7, row.realised.d30) == (None, None)
    assert row.sign_share == pytest.approx(0.25)
    assert row.sign_h == 24
    assert row.history == "fetched", "one leg is not of what is kept"
    assert row.half_life_h is None, "four days are too few for a fit"


def test_nothing_listed_is_no_row():
    assert ranked() == []
    assert ranked(listing("a", 0.0)) == []


def test_the_first_day_is_that_of_the_forecasts_where_both_venues_have_one():
    """Both forecasts make 3e-4 an hour of a spread that is 1e-4 now: 24 x 3e-4 = 72 bps, and a cost
    of 4 bps is covered after two hours. With one forecast alone nothing changes."""
    legs = listing("a", 0.0), listing("b", 1e-4)
    (plain,) = ranked(*legs)
    (told,) = ranked(replace(legs[0], ahead_hourly=-1e-4), replace(legs[1], ahead_hourly=2e-4))
    assert told.net_usd == pytest.approx(72.0 - 4.0)
    assert told.breakeven_h == 2
    assert told.spread_hourly == plain.spread_hourly
    assert ranked(legs[0], replace(legs[1], ahead_hourly=2e-4)) == [plain]
