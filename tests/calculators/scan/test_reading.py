"""Watched and surveyed markets as listings: what a trade costs there, and what is wrong there."""

import pytest
from msgspec.structs import replace

from cockpit.calculators.common.market_data import Fees, Settings
from cockpit.calculators.scan.listing import ScanInputs
from cockpit.calculators.scan.reading import listings_of
from cockpit.calculators.scan.volume_cost import tier_slip_frac
from cockpit.core.assets import AssetRules
from cockpit.core.events import (
    BookSnapshot,
    Funding,
    Instrument,
    Link,
    OpenInterest,
    Prices,
    Surveyed,
    Volume,
)
from cockpit.state.recollection import Recollection, Stated
from cockpit.state.store import MarketStore
from tests.support import AT_NS

S = 10**9
HOUR_NS = 3600 * S
VENUES = ("a", "b", "c", "d")
NO_FEE = Settings(now_ns=AT_NS, own_fees={name: Fees(0.0, 0.0) for name in VENUES})


def surveyed(venue, symbol="WIF", mark=2.0, rate=1e-5, usd=1e8, status="active"):
    said = {"venue": venue, "symbol": symbol, "recv_ns": AT_NS}
    facts = [
        Instrument(native=symbol, base=symbol, quote="USD", max_leverage=10.0, status=status,
                   **said),
        Funding(kind="live", rate=rate, interval_s=3600, next_ns=AT_NS + S, **said),
        Prices(mark=mark, **said),
        OpenInterest(base=1e6, **said),
    ]  # fmt: skip
    return facts if usd is None else [*facts, Volume(usd_24h=usd, **said)]


@pytest.fixture
def store():
    """Two live venues that list WIF, watching BTC alone."""
    store = MarketStore([(name, None) for name in VENUES], ["BTC"])
    store.survey(True)
    for name in VENUES:
        store.apply(Link(venue=name, recv_ns=AT_NS, state="live"))
        store.apply(Surveyed(venue=name, recv_ns=AT_NS, markets=1, period_s=20.0))
    store.apply_all([*surveyed("a"), *surveyed("b")])
    return store


def read(store, settings=NO_FEE, **inputs):
    found = listings_of(store, settings, ScanInputs(**{"usd": 1e4, **inputs}))
    return {listing.venue: listing for listing in found}


def test_a_surveyed_market_costs_what_its_volume_lets_expect():
    """$100m a day: 1 bp of half a spread, and 5 % x sqrt(1e4 / 1e8) = 5 bps of impact."""
    assert tier_slip_frac(1e4, 1e8) == pytest.approx(6e-4)
    assert tier_slip_frac(1e4, 0.0) is None


def test_a_surveyed_market_is_a_listing_without_a_book(store):
    wif = read(store)["a"]
    assert (wif.symbol, wif.asset, wif.hourly, wif.price_usd) == ("WIF", "WIF", 1e-5, 2.0)
    assert (wif.cost_basis, wif.depth_x) == ("tier", None)
    assert (wif.buy_frac, wif.sell_frac) == pytest.approx((6e-4, 6e-4))
    assert (wif.oi_usd, wif.volume_24h_usd, wif.initial_frac) == (2e6, 1e8, 0.1)
    assert wif.clock.next_ns == AT_NS + S
    assert (wif.paid.rates.size, wif.history, wif.gate) == (0, None, None)


def test_a_watched_market_costs_what_its_book_says(store):
    """1e4 USD at 2.00 are 5000 base: bought at 2.01, sold at 1.99, 50 bps each against mid."""
    store.watch(["WIF"])
    store.apply(BookSnapshot(venue="a", symbol="WIF", recv_ns=AT_NS,
                             bids=((1.99, 20_000.0),), asks=((2.01, 15_000.0),)))  # fmt: skip
    wif = read(store)["a"]
    assert wif.cost_basis == "book"
    assert (wif.buy_frac, wif.sell_frac) == pytest.approx((50e-4, 50e-4))
    assert wif.depth_x == pytest.approx(3.0)


def test_of_a_book_that_is_too_short_only_the_touch_is_used_and_its_depth_is_told(store):
    store.watch(["WIF"])
    store.apply(BookSnapshot(venue="a", symbol="WIF", recv_ns=AT_NS,
                             bids=((1.99, 20_000.0),), asks=((2.01, 500.0),)))  # fmt: skip
    wif = read(store)["a"]
    assert wif.cost_basis == "touch"
    assert wif.buy_frac == pytest.approx(50e-4)
    assert wif.depth_x == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Link(venue="a", recv_ns=AT_NS, state="down", reason="refused"), "a is down: refused"),
        (Link(venue="a", recv_ns=AT_NS, state="stale", reason="silent"), "a is stale: silent"),
    ],
    ids=["down", "stale"],
)
def test_a_venue_that_is_not_live_says_so_and_no_other(store, event, words):
    store.apply(event)
    found = read(store)
    assert found["a"].gate == words
    assert found["b"].gate is None


def remembered(seconds=180):
    """WIF at c, as an earlier run knew it: everything that a row needs."""
    then_ns = AT_NS - seconds * S
    listing, live, prices, interest, volume = surveyed("c")
    return Recollection(
        mark=Stated(prices.mark, then_ns), open_interest=Stated(interest.base, then_ns),
        volume_usd=Stated(volume.usd_24h, then_ns), live=replace(live, recv_ns=then_ns),
        listing=listing,
    )  # fmt: skip


def test_a_remembered_market_has_all_its_figures_and_says_how_old_they_are(store):
    """The link is being made: that is no news. With the mark of now, the rate is still old."""
    store.apply(Link(venue="c", recv_ns=AT_NS, state="connecting"))
    store.recall_survey({("c", "WIF"): remembered()})
    wif = read(store)["c"]
    assert (wif.hourly, wif.price_usd, wif.oi_usd, wif.initial_frac) == (1e-5, 2.0, 2e6, 0.1)
    assert (wif.buy_frac, wif.cost_basis) == (pytest.approx(6e-4), "tier")
    assert wif.gate == "kept, 3 min old: mark of c"
    store.apply(Link(venue="c", recv_ns=AT_NS, state="live"))
    listing, _, prices, interest, volume = surveyed("c")
    store.apply_all([listing, prices])
    assert read(store)["c"].gate == "kept, 3 min old: funding of c"
    store.apply(surveyed("c")[1])
    assert read(store)["c"].gate == "kept, 3 min old: open interest of c"
    store.apply_all([interest, volume])
    assert read(store)["c"].gate is None


def test_a_remembered_market_of_a_venue_that_is_down_says_that(store):
    store.apply(Link(venue="c", recv_ns=AT_NS, state="down", reason="refused"))
    store.recall_survey({("c", "WIF"): remembered()})
    assert read(store)["c"].gate == "c is down: refused"


def test_a_survey_that_stopped_is_stale_in_its_rate(store):
    store.apply(Surveyed(venue="b", recv_ns=AT_NS + 300 * S, markets=1, period_s=20.0))
    late = Settings(now_ns=AT_NS + 300 * S, own_fees=NO_FEE.own_fees)
    found = read(store, late)
    assert found["a"].gate == "stale 300 s: mark of a"
    assert found["b"].gate is None


def test_a_market_without_volume_says_so_and_has_no_cost(store):
    store.apply_all(surveyed("c", usd=None))
    found = read(store)
    assert found["c"].gate == "volume unknown: c states none"
    assert (found["c"].buy_frac, found["c"].cost_basis) == (None, None)
    assert found["a"].gate is None


def test_a_fee_that_nobody_knows_is_a_gate_and_no_zero(store):
    wif = read(store, Settings(now_ns=AT_NS))["a"]
    assert wif.gate == "fee unknown: set taker_fee.a"
    assert (wif.buy_frac, wif.sell_frac) == (None, None)


def test_two_coins_of_one_name_are_two_assets_whichever_venues_watch_them(store):
    store.apply_all([*surveyed("c", mark=9.0), *surveyed("d", mark=9.1)])
    found = read(store)
    assert {venue: listing.asset for venue, listing in found.items()} == {
        "a": "WIF", "b": "WIF", "c": "WIF@c", "d": "WIF@c",
    }  # fmt: skip
    store.asset_rules = AssetRules(same=(("a/WIF", "c/WIF"),))
    assert read(store)["c"].asset == "WIF"


def test_a_delisted_market_is_no_listing_and_a_coin_of_one_venue_alone_is_one(store):
    """It makes no pair, and has its rate in the table of coins."""
    store.apply_all([*surveyed("c", "SOLO"), *surveyed("d", status="delisted")])
    found = read(store)
    assert {venue: listing.asset for venue, listing in found.items()} == {
        "a": "WIF", "b": "WIF", "c": "SOLO",
    }  # fmt: skip


def test_what_was_paid_at_a_market_that_nobody_looks_at_any_more_still_counts(store):
    """Otherwise a row would change its place because the trader scrolled on."""
    store.lend({"a": frozenset({"WIF"})})
    for hour in range(30):
        at_ns = AT_NS // HOUR_NS * HOUR_NS - hour * HOUR_NS
        rate = 2e-5 * (1 + hour % 3)
        store.apply(Funding(venue="a", symbol="WIF", recv_ns=AT_NS, venue_ns=at_ns,
                            kind="settled", rate=rate, interval_s=3600))  # fmt: skip
    followed = read(store)["a"]
    store.lend({})
    later = read(store)["a"]
    assert later.history == followed.history == "fetched"
    assert later.paid.first == followed.paid.first
    assert later.paid.rates.tolist() == followed.paid.rates.tolist()
