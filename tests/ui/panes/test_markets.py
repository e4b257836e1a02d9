"""What MARKETS says: the heatmap, open interest, health, the log and the status line."""

import pytest

from cockpit.core.events import Funding, Link, Volume
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.contract import Notice
from cockpit.desk.kept_series import Earlier
from cockpit.desk.stats import FeedStats
from cockpit.history.rows import Figures
from cockpit.ui.input.market_selection import sort_rows
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes import status
from cockpit.ui.panes.health import log
from cockpit.ui.panes.markets import health, heatmap, interest
from cockpit.ui.readings.heatmap_cells import cell
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.ui import held, scenes


def text_of(module, scene: Readings, width: int = 120, height: int = 20) -> str:
    return "\n".join(plain(line) for line in module.lines(scene, width, height))


def row_of(module, scene: Readings, start: str, width: int = 120, height: int = 20) -> str:
    """The row that begins with a name."""
    rows = (plain(line)[1:] for line in module.lines(scene, width, height))
    return next(row for row in rows if row.lstrip("▌ ●◐○").startswith(start))


def test_a_cell_is_the_live_rate_as_apr_and_its_colour_who_pays() -> None:
    scene = scenes.live()
    # 0.00125 % an hour is 10.95 % a year; -0.005 % is -43.8 %; 0.01 % per 8 h is 10.95 %.
    assert cell(scene, "alphaswap", "BTC") == ("+10.95", "heat_pos1")
    assert cell(scene, "bravo", "BTC") == ("−43.80", "heat_neg3")
    assert cell(scene, "charliedex", "BTC") == ("+10.95", "heat_pos1")


@pytest.mark.parametrize(
    ("unit", "text"),
    [("hour", "+0.00125"), ("8h", "+0.0100"), ("day", "+0.030"), ("apr", "+10.95")],
)
def test_the_unit_changes_the_figure_and_not_the_colour(unit, text) -> None:
    scene = scenes.live()
    scene.ui.unit = unit
    assert cell(scene, "alphaswap", "BTC") == (text, "heat_pos1")
    assert text in row_of(heatmap, scene, "BTC")


def test_missing_stale_unlisted_and_faulty_are_four_different_cells() -> None:
    scene = scenes.live()
    scene.now_ns = AT_NS + 600 * NS_PER_S
    assert cell(scene, "alphaswap", "BTC") == ("~+10.95", "stale")
    assert cell(scenes.bare(), "alphaswap", "BTC") == ("·", "dim")
    unlisted = scenes.bare(("BTC", "ETH"))
    scenes.link(unlisted, "bravo", "live")
    scenes.speak(unlisted, "bravo", "BTC")
    assert cell(unlisted, "bravo", "ETH") == ("—", "dim")
    broken = scenes.bare()
    scenes.store_of(broken).apply(
        Link(venue="bravo", recv_ns=AT_NS, state="down", reason="of ours", cause="adapter")
    )
    assert cell(broken, "bravo", "BTC") == ("!", "danger")


@pytest.mark.parametrize(
    ("mode", "text"),
    [("predicted", "·"), ("next", "h1 06:40"), ("age", "0.5s"), ("oi", "·"), ("z", "·")],
)
def test_the_cell_says_what_was_asked_for(mode, text) -> None:
    scene = scenes.live()
    scene.ui.cell = mode
    # AT_NS is 08:53:20: the next full hour is 6 min 40 s away.
    assert cell(scene, "alphaswap", "ETH")[0] == text


def test_the_colour_of_a_cell_is_of_what_it_says_and_not_of_who_pays() -> None:
    scene = scenes.live()
    market = scenes.store_of(scene).market("bravo", "BTC")
    assert market is not None
    assert market.open_interest is not None
    market.open_interests.append(AT_NS - HOUR_NS + NS_PER_S, market.open_interest * 1.02)
    market.open_interests.append(AT_NS, market.open_interest)
    # Longs receive 43.8 % a year there: cool, three steps. Open interest fell by 2 %: two steps.
    assert cell(scene, "bravo", "BTC")[1] == "heat_neg3"
    scene.ui.cell = "oi"
    assert cell(scene, "bravo", "BTC") == ("−1.96%", "heat_neg2")
    scene.ui.cell = "change_8h"
    assert cell(scene, "bravo", "BTC") == ("0.00", "heat_0")
    scene.ui.cell = "age"
    assert cell(scene, "bravo", "BTC")[1] == "text"


def test_each_row_has_its_own_countdown_and_each_rate_its_interval() -> None:
    scene = scenes.live()
    for venue in scenes.VENUES:
        scenes.store_of(scene).apply(
            Funding(
                venue=venue, recv_ns=AT_NS, symbol="ETH", kind="live", rate=0.0, interval_s=14_400,
                next_ns=AT_NS + 2 * HOUR_NS,
            )
        )  # fmt: skip
    assert "06:40" in row_of(heatmap, scene, "BTC", width=200)
    row = row_of(heatmap, scene, "ETH", width=200)
    assert "2:00:00" in row
    assert row.count(" h4 ") == 3


def test_a_row_has_the_price_and_all_of_its_volume_or_a_lower_bound() -> None:
    scene = scenes.live()
    for venue, usd in (("alphaswap", 2e9), ("bravo", 5e8)):
        scenes.store_of(scene).apply(Volume(venue=venue, recv_ns=AT_NS, symbol="BTC", usd_24h=usd))
    row = row_of(heatmap, scene, "BTC", width=200)
    assert " 64000 " in row
    assert "≥2.50B" in row
    assert "≥" not in row_of(heatmap, scene, "ETH", width=200)


def test_the_price_has_its_change_of_a_day_where_that_is_kept() -> None:
    scene = scenes.live()
    assert "%" not in row_of(heatmap, scene, "BTC", width=200).split("│")[2]
    scene.day_ago = Earlier(
        at_ns=AT_NS - 24 * HOUR_NS, figures={("alphaswap", "BTC"): Figures(mark=62_500.0)}
    )
    # From 62,500 to 64,000.
    assert "+2.40%" in row_of(heatmap, scene, "BTC", width=200)


def test_columns_without_room_are_counted() -> None:
    scene = scenes.live()
    # Spread and pair fit beside three venues; mark, its day, next, volume, the mean do not.
    assert "+5 columns" in plain(heatmap.lines(scene, 60, 12)[0])
    assert "columns" not in plain(heatmap.lines(scene, 120, 12)[0])


def test_while_history_loads_the_verdict_says_so_and_never_never() -> None:
    scene = scenes.live()
    assert "history" not in plain(heatmap.lines(scene, 160, 12)[-1])
    scene.ui.symbol_index = 1
    assert "history 0 of 30 d" in plain(heatmap.lines(scene, 160, 12)[-1])
    assert "never" not in plain(heatmap.lines(scene, 160, 12)[-1])


def test_a_venue_whose_chain_is_late_is_not_green() -> None:
    scene = scenes.live()
    assert "●" in row_of(health, scene, "alphaswap")
    # A block a second until AT_NS, then none for eleven: later than ten of them.
    scene.now_ns = AT_NS + 11 * NS_PER_S
    assert "◐" in row_of(health, scene, "alphaswap")
    assert "no new block" in text_of(health, scene)
    assert "◐ 3 late" in plain(status.lines(scene, 200, 1)[0])
    assert "◐alphaswap" in text_of(heatmap, scene, width=160)


def test_change_compares_with_what_was_paid_then() -> None:
    scene = scenes.live()
    scene.ui.cell = "change_8h"
    # In the last day the paid rate was the live one.
    assert cell(scene, "alphaswap", "BTC")[0] == "0.00"
    assert cell(scene, "alphaswap", "ETH")[0] == "·"


def test_change_of_open_interest_is_over_the_last_hour() -> None:
    scene = scenes.live()
    scene.ui.cell = "oi"
    market = scenes.store_of(scene).market("bravo", "BTC")
    assert market is not None
    assert market.open_interest is not None
    market.open_interests.append(AT_NS - HOUR_NS + NS_PER_S, market.open_interest / 1.25)
    market.open_interests.append(AT_NS, market.open_interest)
    assert cell(scene, "bravo", "BTC")[0] == "+25.00%"


def test_a_row_ends_with_the_widest_spread_the_pair_and_the_weighted_rate() -> None:
    row = row_of(heatmap, scenes.live(), "BTC")
    # 10.95 less -43.80; open interest 900, 400, 200 weighs 10.95, -43.80, 10.95.
    weighted = (900 * 10.95 - 400 * 43.80 + 200 * 10.95) / 1500
    assert "54.75" in row
    assert "/bra" in row
    assert f"{weighted:+.2f}".replace("-", "−") in row


def test_a_stale_rate_is_never_compared() -> None:
    scene = scenes.live()
    scenes.link(scene, "bravo", "stale", "no message for 15 s")
    row = row_of(heatmap, scene, "BTC")
    assert "~−43.80" in row
    assert "54.75" not in row
    assert "0.00" in row


def test_the_verdict_says_the_pair_and_what_it_costs() -> None:
    text = text_of(heatmap, scenes.live(), width=160)
    # Costs: fees 4.5 + 2 bps in and out; books step 2 bps per 50k, so 100k costs 3 bps a side.
    assert "long bravo −43.80" in text
    assert "25.0 bps of costs at 100k" in text


def test_a_pinned_pair_is_kept_even_where_it_pays() -> None:
    scene = scenes.live()
    scene.ui.pinned = ("bravo", "charliedex")
    assert "−54.75" in row_of(heatmap, scene, "BTC")


def test_with_a_pinned_pair_no_row_speaks_of_another_pair() -> None:
    scene = scenes.down()
    scene.ui.pinned = ("alphaswap", "bravo")
    lines = [plain(line) for line in heatmap.lines(scene, 90, 20)]
    assert "alp−bra" in lines[1]
    assert "○*bravo" in lines[1]
    row = next(line for line in lines if line[1:].lstrip(" ▌").startswith("BTC"))
    assert row.split("│")[2].split()[:2] == ["·", "·"]
    assert "no fresh rate at bravo" in lines[-1]


def test_venues_that_do_not_fit_are_counted() -> None:
    scene = scenes.live()
    assert "+1 →" in plain(heatmap.lines(scene, 45, 12)[0])
    assert "→" not in plain(heatmap.lines(scene, 80, 12)[0])


def test_rows_stay_where_they_are_until_they_are_sorted_again() -> None:
    scene = scenes.live()
    sort_rows(scene, "name", ascending=True)
    assert list(scene.symbols) == ["BTC", "ETH", "PEPE"]
    scene.ui.order = ("PEPE", "BTC")
    assert list(scene.symbols) == ["PEPE", "BTC", "ETH"]
    sort_rows(scene, "listed")
    assert list(scene.symbols) == ["BTC", "ETH", "PEPE"]


def test_a_filter_hides_rows_and_says_how_to_get_them_back() -> None:
    scene = scenes.live()
    scene.ui.filter = "pe"
    assert list(scene.symbols) == ["PEPE"]
    scene.ui.filter = "xyz"
    assert scene.symbol is None
    assert "clear the filter" in text_of(heatmap, scene)


def test_open_interest_is_shared_out_among_fresh_venues_alone() -> None:
    scene = scenes.live()
    assert "60%" in row_of(interest, scene, "alphaswap")
    assert "1.50B in all" in text_of(interest, scene)
    scenes.link(scene, "bravo", "stale", "silence")
    assert "~400M" in row_of(interest, scene, "bravo")
    assert "1.10B in all" in text_of(interest, scene)


def test_a_venue_that_is_down_says_why_and_what_is_missing() -> None:
    text = text_of(health, scenes.down(), width=140)
    assert "down: connection refused" in text
    assert "bravo: no depth is shown, no rate is compared" in text


def test_counts_are_whole_numbers() -> None:
    row = row_of(health, scenes.down(), "alphaswap")
    assert row.rstrip(" │").split()[-1] == "1"


def test_the_log_has_the_newest_first_and_counts_the_older_ones() -> None:
    scene = scenes.live()
    scene.notices = [Notice(AT_NS + i, "bravo", f"event {i}") for i in range(20)]
    lines = log.lines(scene, 80, 7)
    assert "event 19" in plain(lines[1])
    assert "+15 older" in plain(lines[0])


def test_the_status_line_keeps_what_matters_at_any_width() -> None:
    scene = scenes.down()
    scene.detail = "2025-10-09 1x 42%"
    for width in (60, 80, 120, 200):
        line = plain(status.lines(scene, width, 1)[0])
        for word in ("MARKETS", "DEMO", "READ-ONLY", "08:53:20Z", "worst"):
            assert word in line, (width, line)
    assert "2 live" in line
    assert "1 down" in line
    assert "alphaswap" in line


def test_the_status_line_says_when_it_records_or_stands_still() -> None:
    scene = scenes.live()
    assert "REC" not in plain(status.lines(scene, 80, 1)[0])
    scene.feed = FeedStats(messages_per_s=1.0, coalescing=False, recording=True)
    scene.ui.frozen = True
    line = plain(status.lines(scene, 80, 1)[0])
    assert "REC" in line
    assert "FROZEN 08:53" in line
    scene.clock_ns = scene.now_ns + 90 * NS_PER_S
    line = plain(status.lines(scene, 200, 1)[0])
    # The picture is of 08:53:20; the clock has gone on.
    assert "FROZEN since 08:53:20" in line
    assert "08:54:50Z" in line


def test_carry_and_delta_appear_once_they_are_known() -> None:
    scene = scenes.live()
    assert "carry" not in plain(status.lines(scene, 160, 1)[0])
    # 0.42 BTC at 64,000 $; funding is paid on the index, 63,987.2 $, at −0.005 % an hour: the
    # short pays 1.34 $.
    held.typed(scene, "bravo", "BTC", -0.42, liquidation=70_400.0)
    line = plain(status.lines(scene, 160, 1)[0])
    assert "carry −$1.34/h" in line
    assert "Δ −$26.9k" in line
    assert "liq 10.0% BTC bra" in line


def test_carry_and_delta_stay_at_any_size() -> None:
    scene = scenes.live()
    held.typed(scene, "bravo", "BTC", -0.42, liquidation=70_400.0)
    for width in (40, 60, 80, 100, 120, 160, 200):
        line = plain(status.lines(scene, width, 1)[0])
        assert "MARKETS" in line, width
        assert "DEMO" in line, width
        assert "●3" in line.replace(" ", ""), width
        assert ("−$1.34/h" in line and "−$26.9k" in line) or width <= 60, line
    # Whole dollars, and two figures of the delta, where there is no room for more.
    assert "−$1/h Δ−$27k" in plain(status.lines(scene, 40, 1)[0])


def test_the_nearest_liquidation_says_whose_it_is_at_80_columns_too() -> None:
    scene = scenes.live()
    held.typed(scene, "bravo", "BTC", -0.42, liquidation=70_400.0)
    assert "liq10% BTC" in plain(status.lines(scene, 80, 1)[0])


def test_80_columns_keep_the_promises_also_while_frozen_and_recording() -> None:
    scene = scenes.live()
    held.typed(scene, "bravo", "BTC", -0.42, liquidation=70_400.0)
    scene.ui.frozen = True
    scene.feed = FeedStats(messages_per_s=1.0, coalescing=False, recording=True)
    line = plain(status.lines(scene, 80, 1)[0])
    for words in ("READ-ONLY", "FROZEN", "REC", "age", "−$1.34/h", "Δ−$26.9k", "08:53:20Z"):
        assert words in line, line
