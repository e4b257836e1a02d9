"""A surveyed market: figures without a book, young as long as its venue is surveyed."""

import sys

import pytest

from cockpit.core.events import (
    Funding,
    Instrument,
    Link,
    OpenInterest,
    Prices,
    Surveyed,
    Volume,
)
from cockpit.core.units import NS_PER_S
from cockpit.state.store import MarketStore

T0 = 1_760_000_000_000_000_000


def after(seconds):
    return T0 + seconds * NS_PER_S


def said(symbol, at_ns=T0, venue="a"):
    return {"venue": venue, "symbol": symbol, "recv_ns": at_ns}


def live_rate(symbol, rate=1e-5, at_ns=T0):
    return Funding(kind="live", rate=rate, interval_s=3600, **said(symbol, at_ns))


@pytest.fixture
def store():
    """Watches BTC at two venues, and surveys the rest."""
    store = MarketStore([("a", None), ("b", None)], ["BTC"])
    store.survey(True)
    store.apply(Link(venue="a", recv_ns=T0, state="live"))
    return store


def rows(store):
    return {row.symbol: row for row in store.surveyed()}


def test_what_is_not_watched_is_kept_small_and_what_is_watched_is_not_kept_twice(store):
    store.apply_all([live_rate("WIF"), live_rate("BTC"), Prices(mark=2.5, **said("WIF")),
                     OpenInterest(base=4e6, **said("WIF"))])  # fmt: skip
    assert list(rows(store)) == ["WIF"]
    wif = rows(store)["WIF"]
    assert (wif.live.rate, wif.mark, wif.open_interest) == (1e-5, 2.5, 4e6)
    assert not wif.book.is_known
    assert len(wif.settled) == 0
    assert store.market("a", "WIF") is None


def test_what_was_never_said_is_none_and_not_zero(store):
    store.apply(live_rate("WIF"))
    wif = rows(store)["WIF"]
    assert (wif.mark, wif.index, wif.open_interest, wif.predicted) == (None,) * 4
    assert wif.volume_24h_usd is None
    assert wif.age_s("mark", after(1)) is None
    assert wif.is_stale("mark", after(1))


def test_without_a_survey_nothing_unwatched_is_kept():
    store = MarketStore([("a", None)], ["BTC"])
    store.apply(live_rate("WIF"))
    assert store.surveyed() == []


def test_a_survey_that_is_switched_off_forgets_its_markets(store):
    store.apply(live_rate("WIF"))
    store.survey(False)
    assert store.surveyed() == []


def test_a_survey_that_goes_on_keeps_unchanged_figures_young(store):
    store.apply(live_rate("WIF"))
    assert rows(store)["WIF"].is_stale("funding", after(100))
    store.apply(Surveyed(venue="a", recv_ns=after(95), markets=1, period_s=20.0))
    assert not rows(store)["WIF"].is_stale("funding", after(100))
    assert rows(store)["WIF"].age_s("funding", after(100)) == 5.0


def test_it_is_old_after_three_periods_and_not_before_the_floor_of_its_kind(store):
    """Period 60 s: 3 x 60 = 180 s count for a rate, whose floor is 90 s."""
    store.apply_all([live_rate("WIF"), Surveyed(venue="a", recv_ns=T0, markets=1, period_s=60.0)])
    assert not rows(store)["WIF"].is_stale("funding", after(180))
    assert rows(store)["WIF"].is_stale("funding", after(181))


def test_a_survey_says_nothing_of_a_figure_that_was_never_stated(store):
    store.apply_all([live_rate("WIF"), Surveyed(venue="a", recv_ns=T0, markets=1, period_s=20.0)])
    assert rows(store)["WIF"].is_stale("mark", after(1))


def test_a_market_without_figures_grows_old_while_the_others_are_kept_young(store):
    def surveyed(seconds, *silent):
        return Surveyed(venue="a", recv_ns=after(seconds), markets=2, silent=silent)

    store.apply_all([live_rate("WIF"), live_rate("BONK"), surveyed(30)])
    store.apply_all([surveyed(60, "WIF"), surveyed(125, "WIF")])
    wif, bonk = rows(store)["WIF"], rows(store)["BONK"]
    assert wif.age_s("funding", after(125)) == 95.0, "it was read last after 30 s"
    assert wif.is_stale("funding", after(125))
    assert not bonk.is_stale("funding", after(125))
    store.apply(surveyed(130))
    assert wif.age_s("funding", after(130)) == 0.0, "it has the same figures again"


def test_what_is_said_of_a_silent_market_is_as_young_as_it_is(store):
    store.apply_all([live_rate("WIF"), Prices(mark=2.5, **said("WIF", after(60)))])
    store.apply(Surveyed(venue="a", recv_ns=after(60), markets=1, silent=("WIF",)))
    wif = rows(store)["WIF"]
    assert (wif.age_s("mark", after(61)), wif.age_s("funding", after(61))) == (1.0, 61.0)


def test_everything_surveyed_is_stale_while_the_link_is_not_live(store):
    store.apply(live_rate("WIF"))
    assert not rows(store)["WIF"].is_stale("funding", after(1))
    store.apply(Link(venue="a", recv_ns=after(1), state="down", reason="gone"))
    assert rows(store)["WIF"].is_stale("funding", after(1))
    assert rows(store)["WIF"].link == "down"


def test_a_market_that_is_watched_leaves_the_survey_and_comes_back_with_its_figures(store):
    store.apply_all([live_rate("WIF"), Instrument(native="WIF", base="WIF", quote="USD",
                                                  **said("WIF"))])  # fmt: skip
    store.watch(["BTC", "WIF"])
    assert rows(store) == {}
    store.apply_all([live_rate("WIF", 3e-5, after(10)), Volume(usd_24h=7e6, **said("WIF"))])
    store.watch(["BTC"])
    wif = rows(store)["WIF"]
    assert wif.live.rate == 3e-5
    assert wif.volume_24h_usd == 7e6
    assert wif.age_s("funding", after(12)) == 2.0
    assert wif.instrument.native == "WIF"
    assert len(store.surveyed()) == 1, "the venue that never spoke of it has no row"


def test_a_market_that_is_watched_from_now_on_begins_with_what_the_survey_told(store):
    store.apply_all([live_rate("WIF"), Volume(usd_24h=7e6, **said("WIF")),
                     Surveyed(venue="a", recv_ns=after(20), markets=1, period_s=20.0)])  # fmt: skip
    store.watch(["BTC", "WIF"])
    wif = store.market("a", "WIF")
    assert (wif.live.rate, wif.volume_24h_usd, wif.mark) == (1e-5, 7e6, None)
    assert wif.age_s("funding", after(25)) == 5.0
    assert wif.age_s("mark", after(25)) is None
    assert not wif.is_stale("volume", after(25))


def test_volume_is_the_venues_figure_else_its_base_units_at_the_mark(store):
    store.apply_all([Volume(usd_24h=5e6, base_24h=1.0, **said("BTC")),
                     Volume(base_24h=100.0, **said("WIF"))])  # fmt: skip
    assert store.market("a", "BTC").volume_24h_usd == 5e6
    assert rows(store)["WIF"].volume_24h_usd is None
    store.apply(Prices(mark=2.5, **said("WIF")))
    assert rows(store)["WIF"].volume_24h_usd == 250.0


def test_a_still_picture_is_not_changed_by_what_comes_later(store):
    store.apply(live_rate("WIF"))
    picture = store.still()
    store.apply(live_rate("WIF", 9e-5, after(1)))
    wif = rows(picture)["WIF"]
    assert wif.live.rate == 1e-5
    store.apply(Link(venue="a", recv_ns=after(1), state="down", reason="gone"))
    assert (rows(store)["WIF"].link, wif.link) == ("down", "live")
    assert wif.age_s("funding", after(3)) == 3.0


def test_fourteen_venues_of_250_markets_take_less_than_15_megabytes():
    """Counted by the allocator: rows with every figure stated, facts included."""
    import tracemalloc

    tracemalloc.start()
    venues = [f"v{n}" for n in range(14)]
    store = MarketStore([(name, None) for name in venues], ["BTC"])
    store.survey(True)
    before, _ = tracemalloc.get_traced_memory()
    for venue in venues:
        for n in range(250):
            at = said(sys.intern(f"COIN{n}"), T0, venue)
            store.apply_all([
                Funding(kind="live", rate=n * 1e-7, interval_s=3600, **at),
                Funding(kind="predicted", rate=n * 1e-7, interval_s=3600, **at),
                Prices(mark=n + 0.5, index=n + 0.25, **at),
                OpenInterest(base=n * 1.5, **at),
                Volume(usd_24h=n * 1e3 + 0.5, **at),
            ])  # fmt: skip
    after_all, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(store.surveyed()) == 3500
    assert after_all - before < 15e6
