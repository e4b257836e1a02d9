"""What DEPTH says: books, depth in bands, costs, the merged book and the chart."""

import pytest
from msgspec.structs import replace

from cockpit.core.events import BookSnapshot, Link
from cockpit.desk.stats import PastMoment
from cockpit.history.rows import Figures
from cockpit.ui.export.writer import table_of
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.depth import costs, depth_chart, ladders, liquidity, merged
from cockpit.ui.readings.order_books import book_reading, cost, pair_cost_bps, round_trip_bps
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.ui import scenes


def text_of(module, scene: Readings, width: int = 130, height: int = 20) -> str:
    return "\n".join(plain(line) for line in module.lines(scene, width, height))


def row_of(module, scene: Readings, start: str, width: int = 130) -> str:
    rows = (plain(line)[1:] for line in module.lines(scene, width, 20))
    return next(row for row in rows if row.strip().startswith(start))


def with_book(scene: Readings, venue: str, bids, asks) -> None:
    scenes.store_of(scene).apply(
        BookSnapshot(venue=venue, recv_ns=AT_NS, symbol="BTC", bids=bids, asks=asks)
    )


def test_a_lost_book_is_not_shown_and_says_why() -> None:
    text = text_of(ladders, scenes.down(), width=200)
    assert "no book: down: connection refused" in text
    assert "last seen 0.5s" in text


@pytest.mark.parametrize("lost", [scenes.VENUES[0], scenes.VENUES[1]])
def test_every_book_stays_under_its_venue_while_another_one_is_lost(lost) -> None:
    scene = scenes.live()
    scenes.store_of(scene).apply(
        Link(venue=lost, recv_ns=AT_NS, state="down", reason="connection refused")
    )
    lines = [plain(line) for line in ladders.lines(scene, 200, 20)]
    begins = [lines[1].index(name) for name in scenes.VENUES]
    at = scenes.VENUES.index(lost)
    column = slice(begins[at], begins[at + 1])
    assert "no book" in lines[3][column]
    for line in lines[4:-1]:
        assert not line[column].strip(), line


def test_an_old_book_is_dimmed_and_its_age_marked() -> None:
    lines = ladders.lines(scenes.stale(), 200, 20)
    roles = {role for line in lines[2:-1] for text, role in line if text.strip()}
    assert "~10m" in plain(lines[1])
    assert "number" not in roles
    assert "bid" not in roles


def test_no_price_and_no_size_in_a_ladder_is_cut() -> None:
    scene = scenes.live(("PEPE",))
    for width in (40, 62, 80, 120, 200):
        assert "…" not in text_of(ladders, scene, width)


def test_a_one_sided_book_is_called_so() -> None:
    scene = scenes.live()
    with_book(scene, "bravo", (), ((64_001.0, 1.0),))
    assert "one-sided: no bids" in text_of(ladders, scene, 200)
    assert "no bids" in row_of(liquidity, scene, "bravo")


def test_a_crossed_book_is_called_so() -> None:
    scene = scenes.live()
    with_book(scene, "bravo", ((64_010.0, 1.0),), ((64_000.0, 1.0),))
    assert "crossed" in text_of(ladders, scene, 200)
    assert "crossed" in row_of(liquidity, scene, "bravo")


def test_depth_within_a_band_counts_the_levels_inside_it() -> None:
    # 50k each 2 bps: 5 levels within 10 bps, 12 within 25, 25 within 50.
    row = row_of(liquidity, scenes.live(), "alphaswap")
    assert "250k/250k" in row
    assert "600k/600k" in row
    assert "1.25M/1.25M" in row
    assert "80 bps" in row


def test_a_short_book_gives_a_lower_bound_and_says_how_far_it_reaches() -> None:
    scene = scenes.live()
    with_book(scene, "bravo", scenes.levels(64_000.0, -1, 4), scenes.levels(64_000.0, 1, 4))
    row = row_of(liquidity, scene, "bravo")
    assert "≥200k/≥200k" in row
    assert "8 bps" in row
    assert "bravo ends before the edge" in text_of(depth_chart, scene)


def test_a_deep_book_is_read_only_as_far_as_it_matters() -> None:
    scene = scenes.live()
    bids = scenes.levels(64_000.0, -1, 3_000, step_bps=0.5)
    with_book(scene, "bravo", bids, scenes.levels(64_000.0, 1, 3_000, step_bps=0.5))
    book = book_reading(scene, "bravo")
    assert book is not None
    assert book.bid_reach_bps > 50.0
    assert len(book.bids) < 1_000


def test_a_cost_is_the_walk_through_the_book() -> None:
    book = book_reading(scenes.live(), "alphaswap")
    assert book is not None
    # 100k takes the levels at 2 and 4 bps: 3 bps on average, to buy and to sell alike.
    assert cost(book, 1, 100_000.0).bps == pytest.approx(3.0, abs=0.01)
    assert cost(book, -1, 100_000.0).bps == pytest.approx(3.0, abs=0.01)


def test_what_the_visible_book_does_not_hold_has_no_price() -> None:
    scene = scenes.live()
    book = book_reading(scene, "alphaswap")
    assert book is not None
    # 40 levels of 50k.
    asked = cost(book, 1, 4_000_000.0)
    assert asked.bps is None
    assert asked.filled_frac == pytest.approx(0.5)
    scene.ui.size_usd = 4_000_000.0
    assert "thin/thin" in row_of(costs, scene, "alphaswap")
    assert round_trip_bps(scene, "alphaswap") is None


def test_costs_contain_the_taker_fee_and_say_where_it_is_assumed() -> None:
    scene = scenes.live()
    assert "7.50/7.50" in row_of(costs, scene, "alphaswap")
    assert "5.00/5.00" in row_of(costs, scene, "bravo")
    assert "?4.5" in row_of(costs, scene, "alphaswap")
    assert "?" not in row_of(costs, scene, "bravo")
    assert "cheapest at 100k: buy bravo 5.00, sell bravo 5.00 bps" in text_of(costs, scene)


def test_a_fee_that_nobody_knows_does_not_make_a_book_thin() -> None:
    scene = scenes.bare()
    scenes.link(scene, "alphaswap", "live")
    scenes.speak(scene, "alphaswap", "BTC")
    assert "thin" not in text_of(costs, scene)
    listed = scene.view.market("alphaswap", "BTC").instrument
    scenes.store_of(scene).apply(replace(listed, taker_fee=None))
    del scene.specs["alphaswap"]
    assert "·/·" in row_of(costs, scene, "alphaswap")
    assert "thin" not in text_of(costs, scene)


def of_the_past(**figures) -> Readings:
    """A moment of which bands are kept, and no levels."""
    scene = scenes.live()
    scene.moment = PastMoment(
        asked_ns=AT_NS,
        at_ns=AT_NS,
        view=scene.view,
        figures={("alphaswap", "BTC"): Figures(mid=64_000.0, spread_bps=1.0, **figures)},
    )
    return scene


def test_of_the_past_a_cost_is_what_it_was_at_most_without_a_fee() -> None:
    """50k within 10 bps, 100k within 25, 300k within 50, each side seen as far as 60 bps."""
    bands = {
        f"{side}{bps}_usd": usd
        for side in ("bid", "ask")
        for bps, usd in ((10, 5e4), (25, 1e5), (50, 3e5))
    }
    scene = of_the_past(**bands, bid_covered_bps=60.0, ask_covered_bps=60.0)
    row = row_of(costs, scene, "alphaswap")
    # 100k: half of it within 10 bps, half within 25: at most 17.5 on the average.
    assert "≤17.5/≤17.5" in row
    # 50k within 10.
    assert "≤10.0/≤10.0" in row
    assert "thin/thin" in row, "500k were not there"
    assert "4.5" not in row.split("≤")[0], "fees are of now"
    assert "then at most" in text_of(costs, scene)
    assert "nothing of it is kept" in row_of(costs, scene, "bravo")


def test_what_a_book_that_was_not_seen_far_held_is_not_known() -> None:
    bands = {f"{side}{bps}_usd": 5e4 for side in ("bid", "ask") for bps in (10, 25, 50)}
    scene = of_the_past(**bands, bid_covered_bps=60.0, ask_covered_bps=8.0)
    # To buy 100k asks are known as far as 8 bps; to sell, bids of 50k were all there was.
    assert "·/thin" in row_of(costs, scene, "alphaswap")


def test_a_pair_pays_both_legs_in_and_out() -> None:
    # alphaswap 3 + 3 + 2 x 4.5, bravo 3 + 3 + 2 x 2.
    assert pair_cost_bps(scenes.live(), "alphaswap", "bravo") == pytest.approx(25.0, abs=0.02)


def test_the_traders_own_size_has_its_column() -> None:
    scene = scenes.live()
    scene.ui.size_usd = 250_000.0
    head = plain(costs.lines(scene, 130, 12)[1])
    assert [word for word in head.split() if word != "│"] == [
        "fee", "10.0k", "50.0k", "100k", "250k", "500k", "1.00M",
    ]  # fmt: skip
    assert "250k" in plain(costs.lines(scene, 60, 12)[1])


def test_the_merged_book_sorts_by_price_after_fees() -> None:
    scene = scenes.live()
    first = plain(merged.lines(scene, 70, 20)[1])
    # Equal prices everywhere: the lowest fee is best on both sides.
    best_bid, best_ask = 64_000 * (1 - 2e-4) * (1 - 2e-4), 64_000 * (1 + 2e-4) * (1 + 2e-4)
    assert first.count("bra") == 2
    assert f"{best_bid:.1f}" in first
    assert f"{best_ask:.1f}" in first


def test_venues_crossed_after_fees_are_pointed_out() -> None:
    scene = scenes.live()
    with_book(scene, "bravo", ((64_200.0, 1.0),), ((64_210.0, 1.0),))
    text = text_of(merged, scene, 90)
    assert "crossed after fees" in text
    assert "sell bravo" in text


def test_a_venue_without_a_fresh_book_is_left_out_by_name() -> None:
    assert "without bravo" in text_of(merged, scenes.down(), 110)
    assert "no fresh book" in text_of(merged, scenes.stale(), 110)


@pytest.mark.parametrize("width", [102, 118])
def test_the_mid_of_a_coin_worth_a_millionth_is_whole(width) -> None:
    scene = scenes.live()
    scene.ui.symbol_index = 2
    # The mid is 0.00001, the tick 1e-10: half of it needs an eleventh decimal.
    assert "0.00001000000" in text_of(liquidity, scene, width)


@pytest.mark.parametrize("pane", ["depth", "costs", "liquidity"])
def test_old_depth_is_said_to_be_old_also_in_a_file(pane):
    names = table_of(scenes.live(), pane, ()).columns
    at = names.index("stale")
    assert {row[at] for row in table_of(scenes.live(), pane, ()).rows} == {False}
    assert {row[at] for row in table_of(scenes.stale(), pane, ()).rows} == {True}
