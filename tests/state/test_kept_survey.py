"""Surveyed markets as an earlier run knew them: old, until the survey says them anew."""

import pytest

from cockpit.core.events import Funding, Instrument, Link, OpenInterest, Prices, Surveyed, Volume
from cockpit.core.units import NS_PER_S
from cockpit.state.recollection import Recollection, Stated
from cockpit.state.store import MarketStore

T0 = 1_760_000_000_000_000_000
BEFORE = T0 - 180 * NS_PER_S
RATES = {"live": 1e-5, "predicted": 2e-5}


def said(symbol="WIF", at_ns=T0):
    return {"venue": "a", "symbol": symbol, "recv_ns": at_ns}


def rate(kind, value=None, at_ns=T0, symbol="WIF"):
    value = RATES[kind] if value is None else value
    return Funding(kind=kind, rate=value, interval_s=3600, **said(symbol, at_ns))


def listing(symbol="WIF", **fields):
    return Instrument(native=symbol, base=symbol, quote="USD", **fields, **said(symbol))


def kept(symbol="WIF"):
    return Recollection(
        mark=Stated(2.5, BEFORE), open_interest=Stated(4e6, BEFORE), volume_usd=Stated(7e6, BEFORE),
        live=rate("live", at_ns=BEFORE), predicted=rate("predicted", at_ns=BEFORE),
        listing=listing(symbol, taker_fee=5e-4),
    )  # fmt: skip


@pytest.fixture
def store():
    """Watches BTC, surveys the rest, and remembers WIF and GONE of three minutes ago."""
    store = MarketStore([("a", None)], ["BTC"])
    store.survey(True)
    store.recall_survey({("a", name): kept(name) for name in ("WIF", "GONE", "BTC")})
    return store


def row(store, symbol="WIF"):
    return next((one for one in store.surveyed() if one.symbol == symbol), None)


def test_what_is_remembered_is_there_at_once_and_says_how_old_it_is(store):
    wif = row(store)
    assert (wif.mark, wif.open_interest, wif.volume_24h_usd) == (2.5, 4e6, 7e6)
    assert wif.rate().kind == "predicted"
    assert wif.instrument.taker_fee == 5e-4
    assert wif.age_s("mark", T0) == 180.0
    assert wif.is_kept("mark")
    assert wif.index is None
    assert not wif.is_kept("index")
    assert store.listed("a") == [], "the venue has listed nothing yet"


def test_a_live_link_and_a_survey_make_nothing_young_that_was_not_said_anew(store):
    store.apply_all([Link(venue="a", recv_ns=T0, state="live"), listing(),
                     Surveyed(venue="a", recv_ns=T0, markets=1, period_s=20.0)])  # fmt: skip
    wif = row(store)
    assert all(wif.is_stale(field, T0) for field in ("mark", "funding", "open_interest", "volume"))
    assert wif.age_s("mark", T0) == 180.0


def test_figure_by_figure_the_survey_takes_its_place(store):
    store.apply_all([Link(venue="a", recv_ns=T0, state="live"), listing(),
                     Prices(mark=3.0, **said())])  # fmt: skip
    wif = row(store)
    assert (wif.mark, wif.is_kept("mark"), wif.is_stale("mark", T0)) == (3.0, False, False)
    assert (wif.open_interest, wif.is_kept("open_interest")) == (4e6, True)
    store.apply_all([OpenInterest(base=5e6, **said()), Volume(usd_24h=8e6, **said())])
    assert (wif.is_kept("open_interest"), wif.is_kept("volume")) == (False, False)
    assert wif.instrument.taker_fee is None, "as it is listed now, not as it was"


def test_a_remembered_forecast_never_stands_before_a_rate_of_now(store):
    store.apply_all([Link(venue="a", recv_ns=T0, state="live"), rate("live", 9e-5)])
    assert row(store).rate().rate == 9e-5
    store.apply(rate("predicted", 8e-5))
    assert row(store).rate().rate == 8e-5


def test_a_market_that_is_listed_no_more_is_gone_with_the_next_survey(store):
    store.apply_all([Link(venue="a", recv_ns=T0, state="live"),
                     Surveyed(venue="a", recv_ns=T0, markets=1, period_s=20.0)])  # fmt: skip
    assert row(store, "GONE") is not None, "nobody knows yet what is listed"
    store.apply_all([listing(), Surveyed(venue="a", recv_ns=T0, markets=1, period_s=20.0)])
    assert row(store, "GONE") is None
    assert row(store) is not None


def test_a_market_that_the_list_calls_delisted_is_gone_too(store):
    store.apply_all([Link(venue="a", recv_ns=T0, state="live"), listing(),
                     listing("GONE", status="delisted"),
                     Surveyed(venue="a", recv_ns=T0, markets=1, period_s=20.0)])  # fmt: skip
    assert row(store, "GONE") is None


def test_what_this_run_knows_is_not_replaced_by_what_is_remembered():
    store = MarketStore([("a", None)], ["BTC"])
    store.survey(True)
    store.apply_all([Prices(mark=9.0, **said()), listing()])
    store.recall_survey({("a", "WIF"): kept(), ("a", "GONE"): kept("GONE"), ("b", "WIF"): kept()})
    assert row(store).mark == 9.0
    assert row(store, "GONE") is None, "not listed"


def test_without_a_survey_nothing_is_remembered():
    store = MarketStore([("a", None)], ["BTC"])
    store.recall_survey({("a", "WIF"): kept()})
    store.survey(True)
    assert store.surveyed() == []


def test_a_remembered_market_that_is_watched_and_dropped_again_is_as_old_as_it_was(store):
    store.apply(Link(venue="a", recv_ns=T0, state="live"))
    store.watch(["BTC", "WIF"])
    wif = store.market("a", "WIF")
    assert (wif.mark, wif.age_s("mark", T0), wif.is_kept("mark")) == (2.5, 180.0, True)
    assert wif.is_stale("mark", T0)
    assert wif.instrument.taker_fee == 5e-4
    store.apply(Prices(mark=3.0, **said()))
    assert (wif.is_kept("mark"), wif.is_stale("mark", T0)) == (False, False)
    store.watch(["BTC"])
    back = row(store)
    assert (back.is_kept("mark"), back.is_kept("open_interest")) == (False, True)
    assert back.age_s("open_interest", T0) == 180.0


def test_a_watched_market_is_listed_as_it_was_until_the_venue_says_what_it_lists():
    store = MarketStore([("a", None)], ["BTC", "WIF"])
    for symbol in ("BTC", "WIF"):
        store.market("a", symbol).recall(kept(symbol))
    store.lend({})
    assert store.market("a", "WIF").instrument.taker_fee == 5e-4
    store.apply(listing("BTC"))
    assert store.market("a", "BTC").instrument.taker_fee is None
    assert store.market("a", "WIF").instrument is None, "not in the list of now"


def test_a_watched_market_goes_down_with_its_remembered_figures_still_remembered():
    store = MarketStore([("a", None)], ["WIF"])
    wif = store.market("a", "WIF")
    wif.recall(kept())
    store.apply_all([Link(venue="a", recv_ns=T0, state="live"), Prices(mark=3.0, **said())])
    store.apply(Link(venue="a", recv_ns=T0 + NS_PER_S, state="down", reason="gone"))
    assert (wif.is_kept("mark"), wif.is_kept("open_interest")) == (False, True)
    assert wif.rate().kind == "predicted"
