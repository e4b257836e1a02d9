"""Twelve and fourteen venues: every one can be reached at every size, and full plots say so."""

import pytest

from cockpit.ui.layout.workspaces import PANES, WORKSPACES, boxes, show
from cockpit.ui.panes.depth import depth_chart, depth_history, ladders
from cockpit.ui.panes.funding import term_plot
from cockpit.ui.panes.markets import curves
from cockpit.ui.text.styled import plain
from tests.ui.crowd import crowd, name_of

PER_VENUE = (
    "funding", "depth", "interest", "health", "liquidity", "costs", "terms", "premium",
    "links", "pulse", "outlook",
)  # fmt: skip
SIZES = ((200, 60), (120, 40), (80, 24))


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("count", [12, 14])
def test_the_arrows_bring_every_venue_into_every_table(count, size) -> None:
    scene = crowd(count)
    for workspace in WORKSPACES:
        for pane in set(workspace.panes) & set(PER_VENUE):
            show(scene.ui, workspace.id)
            scene.ui.focus = pane
            for number in range(count):
                scene.ui.venue_index = number
                box = boxes(scene, *size, "auto")[pane]
                text = "\n".join(map(plain, PANES[pane].lines(scene, box.width, box.height)))
                name = name_of(number)
                assert name in text or scene.short(name) in text, (workspace.id, pane, name)


@pytest.mark.parametrize("pane", [curves, term_plot])
def test_a_full_plot_takes_cursor_pins_and_the_largest_and_counts(pane) -> None:
    scene = crowd(14)
    scene.ui.venue_index = 0
    scene.ui.pinned = (name_of(1), name_of(2))
    lines = pane.lines(scene, 130, 24)
    assert "6 of 14" in plain(lines[0])
    drawn = {role for line in lines[1:-1] for text, role in line if role.startswith("venue")}
    # Open interest grows with the number: the last three of fourteen have most.
    assert drawn == {f"venue{number + 1}" for number in (0, 1, 2, 11, 12, 13)}


def test_a_full_chart_of_depth_counts_too() -> None:
    assert "6 of 14" in plain(depth_chart.lines(crowd(14), 130, 24)[0])


@pytest.mark.parametrize("pane", [curves, term_plot, depth_chart, depth_history])
def test_a_narrow_full_plot_still_says_of_what_coin_and_of_how_many(pane) -> None:
    head = plain(pane.lines(crowd(14), 46, 12)[0])
    assert "6 of 14" in head
    assert "BTC" in head


def test_tables_that_scroll_say_which_venues_they_show() -> None:
    scene = crowd(14)
    assert "1–5 of 14" in plain(PANES["health"].lines(scene, 80, 8)[0])
    scene.ui.venue_index = 13
    assert "10–14 of 14" in plain(PANES["health"].lines(scene, 80, 8)[0])


def test_where_few_ladders_fit_each_venue_is_a_line_with_what_my_size_costs() -> None:
    scene = crowd(14)
    text = [plain(line) for line in ladders.lines(scene, 120, 20)]
    row = next(line for line in text if "venueb" in line)
    # Levels of 50k each 2 bps: two of them within 5 bps, five within 10, twelve within 25.
    assert row.split()[2:5] == ["63987", "64013", "4.00"]
    assert "100k/100k" in row
    assert "250k/250k" in row
    assert "600k/600k" in row
    # 100k takes the levels at 2 and 4 bps, 3 on average, and 4 of fee.
    assert "7.00/7.00" in row
    scene.ui.books = "ladders"
    assert "63987│64013" in "".join(map(plain, ladders.lines(scene, 120, 20)))


def test_three_venues_stay_ladders_until_the_trader_wants_lines() -> None:
    scene = crowd(3)
    assert "63987│64013" in "".join(map(plain, ladders.lines(scene, 120, 20)))
    scene.ui.books = "lines"
    assert "100k/100k" in "".join(map(plain, ladders.lines(scene, 120, 20)))


def test_at_80_columns_all_venues_have_a_line_and_the_cursors_every_column() -> None:
    scene = crowd(10)
    scene.ui.venue_index = 7
    lines = [plain(line) for line in PANES["links"].lines(scene, 80, 21)]
    text = "\n".join(lines)
    for head in ("state", "p99 ms", "skew ms", "budget", "messages", "height"):
        assert head in text, head
    for number in range(10):
        assert name_of(number) in text
    # Once among all, once in each of the two tables of its own.
    assert text.count(name_of(7)) == 3
    assert text.count(name_of(6)) == 1
    assert "need more room" not in lines[0]


def test_links_by_name_are_those_that_say_more_than_one_live_link() -> None:
    text = "\n".join(plain(line) for line in PANES["links"].lines(crowd(12), 200, 30))
    assert "every venue: one link, live" in text
    assert "main live" not in text
