"""A figure that changed is bright for 400 ms, and only then."""

from cockpit.core.events import BookSnapshot
from cockpit.ui.model.recent_changes import RecentChanges
from cockpit.ui.panes.depth import ladders
from tests.ui import scenes

MS = 1_000_000


def test_at_first_sight_nothing_is_fresh():
    assert RecentChanges().of("book", {1: "2.50"}, 0) == set()


def test_a_change_is_fresh_for_400_ms():
    fresh = RecentChanges()
    fresh.of("book", {1: "2.50", 2: "7.00"}, 0)
    assert fresh.of("book", {1: "2.60", 2: "7.00"}, 200 * MS) == {1}
    assert fresh.of("book", {1: "2.60", 2: "7.00"}, 500 * MS) == {1}
    assert fresh.of("book", {1: "2.60", 2: "7.00"}, 600 * MS) == set()


def test_what_appears_is_fresh_and_what_is_gone_is_forgotten():
    fresh = RecentChanges()
    fresh.of("book", {1: "2.50"}, 0)
    assert fresh.of("book", {3: "1.00"}, 100 * MS) == {3}
    assert fresh.of("book", {1: "2.50"}, 200 * MS) == {1}


def test_books_do_not_share_their_memory():
    fresh = RecentChanges()
    fresh.of("one", {1: "2.50"}, 0)
    fresh.of("other", {1: "9.00"}, 0)
    assert fresh.of("one", {1: "2.50"}, 100 * MS) == set()


def test_after_looking_elsewhere_everything_is_seen_for_the_first_time():
    fresh = RecentChanges()
    fresh.of("book", {1: "2.50"}, 0)
    assert fresh.of("book", {1: "9.00"}, 3_000 * MS) == set()


def bright(scene) -> list[str]:
    return [
        text.strip()
        for line in ladders.lines(scene, 160, 20)
        for text, role in line
        if role == "fresh"
    ]


def test_in_a_ladder_the_size_that_changed_is_bright_and_settles():
    scene, venue = scenes.live(), scenes.VENUES[0]
    bids, asks = scenes.levels(scenes.MIDS["BTC"], -1), scenes.levels(scenes.MIDS["BTC"], 1)
    assert bright(scene) == []
    scene.now_ns += 200 * MS
    changed = (bids[0], (bids[1][0], 77.7), *bids[2:])
    said = {"venue": venue, "recv_ns": scene.now_ns, "symbol": "BTC"}
    scenes.store_of(scene).apply(BookSnapshot(bids=changed, asks=asks, **said))
    assert bright(scene) == ["77.7"]
    scene.now_ns += 400 * MS
    assert bright(scene) == []
