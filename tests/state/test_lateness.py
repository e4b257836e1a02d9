"""A figure is as old as the venue's own stamp says; the stamps of all tell our clock's error."""

import pytest

from cockpit.core.events import BookSnapshot, Funding, Link, Prices
from cockpit.core.units import NS_PER_S
from cockpit.documents.snapshot import snapshot
from cockpit.state.store import MarketStore
from cockpit.ui.readings.market_rates import next_payment_s
from tests.support import AT_NS

MINUTE_NS = 60 * NS_PER_S


def store(*venues: str) -> MarketStore:
    made = MarketStore(((name, None) for name in venues), ["BTC"])
    for name in venues:
        made.apply(Link(venue=name, recv_ns=AT_NS, state="live"))
    return made


def stream(view: MarketStore, venue: str, late_ns: int, seconds: int = 20) -> int:
    """A book each second, each stamped `late_ns` before it arrives; the time of the last one."""
    for second in range(seconds):
        recv_ns = AT_NS + second * NS_PER_S
        view.apply(
            BookSnapshot(
                venue=venue, symbol="BTC", recv_ns=recv_ns, venue_ns=recv_ns - late_ns, seq=second,
                bids=((100.0, 1.0),), asks=((101.0, 1.0),),
            )
        )  # fmt: skip
    return recv_ns


def test_a_stream_that_arrives_five_minutes_late_is_five_minutes_old_and_shows_no_book():
    view = store("late", "alpha", "bravo")
    for name in ("alpha", "bravo", "late"):
        now_ns = stream(view, name, 5 * MINUTE_NS if name == "late" else NS_PER_S // 20)
    late, alpha = view.market("late", "BTC"), view.market("alpha", "BTC")
    assert late.age_s("book", now_ns) == pytest.approx(300.0)
    assert late.is_stale("book", now_ns)
    assert not late.book.is_known
    assert (view.venue("late").state, view.venue("alpha").state) == ("stale", "live")
    assert view.venue("late").reason == "messages are 300 s old by the venue's own stamps"
    assert alpha.age_s("book", now_ns) == pytest.approx(0.05)
    assert alpha.book.is_known
    assert view.clock_offset_ns == 0


def test_a_late_stream_that_catches_up_shows_its_book_again():
    view = store("alpha", "bravo")
    stream(view, "bravo", 0)
    stream(view, "alpha", 5 * MINUTE_NS)
    assert not view.market("alpha", "BTC").book.is_known
    stream(view, "alpha", 0)
    assert view.market("alpha", "BTC").book.is_known
    assert view.venue("alpha").state == "live"


@pytest.mark.parametrize("ahead_ns", [90 * NS_PER_S, -90 * NS_PER_S])
def test_a_clock_that_all_venues_disagree_with_alike_is_wrong_and_ages_nothing(ahead_ns):
    view = store("alpha", "bravo")
    for name in ("alpha", "bravo"):
        now_ns = stream(view, name, ahead_ns + NS_PER_S // 10)
    assert view.clock_offset_ns == ahead_ns + NS_PER_S // 10
    market = view.market("alpha", "BTC")
    assert market.age_s("book", now_ns) == 0.0
    assert market.book.is_known
    skew_ms = view.venue("alpha").chain.clock_skew_ms()
    assert skew_ms == pytest.approx(ahead_ns / 1e6, abs=101)
    [words] = [w for w in snapshot(view, now_ns, 5, []).warnings if "clock" in w]
    assert ("ahead of" if ahead_ns > 0 else "behind") in words


def test_one_venue_alone_cannot_blame_the_clock_for_its_delay():
    view = store("alpha")
    now_ns = stream(view, "alpha", MINUTE_NS)
    assert view.clock_offset_ns == 0
    assert view.market("alpha", "BTC").age_s("book", now_ns) == pytest.approx(60.0)


def test_without_a_stamp_the_arrival_counts():
    view = store("alpha")
    view.apply(Prices(venue="alpha", symbol="BTC", recv_ns=AT_NS, venue_ns=None, mark=100.0))
    assert view.market("alpha", "BTC").age_s("mark", AT_NS + NS_PER_S) == 1.0


def test_the_countdown_to_a_payment_runs_by_the_venues_clock():
    view = store("alpha", "bravo")
    now_ns = max(stream(view, name, 90 * NS_PER_S) for name in ("alpha", "bravo"))
    stamp_ns = now_ns + MINUTE_NS
    view.apply(
        Funding(
            venue="alpha", symbol="BTC", recv_ns=now_ns, venue_ns=now_ns - 90 * NS_PER_S,
            kind="live", rate=1e-5, interval_s=3600, next_ns=stamp_ns,
        )
    )  # fmt: skip
    # The venue's clock is 90 s behind ours, so its stamp is a minute and a half farther away.
    assert next_payment_s(view.market("alpha", "BTC"), now_ns) == pytest.approx(150.0)
