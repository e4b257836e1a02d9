"""SCAN: which rows, in which order, and what each says."""

import msgspec
import pytest
from msgspec.structs import replace

from cockpit.desk.stats import Scan
from cockpit.ui.export.writer import table_of
from cockpit.ui.layout.workspaces import PANES
from cockpit.ui.model.table import TableCursor
from cockpit.ui.readings.scan import best_symbols, scan_view, selected
from cockpit.ui.readings.scan_columns import ScanRow
from cockpit.ui.text.styled import plain
from tests.calculators.scan.test_ranking import paid
from tests.support import AT_NS
from tests.ui import scenes
from tests.ui.scanned import LISTINGS, listing, ranking, scanned


def text(scene, pane="scan", width=200, height=20):
    return "\n".join(plain(line) for line in PANES[pane].lines(scene, width, height))


def coins(scene):
    view = scan_view(scene)
    return [] if view is None else [row.symbol for row in view.rows]


def line_of(scene, coin, width=200):
    return next(
        line for line in text(scene, width=width).splitlines()
        if line[3:].lstrip("+* ▌").startswith(coin)
    )  # fmt: skip


def test_the_best_pair_of_each_coin_comes_first_what_is_down_and_unknown_last():
    """Net: WIF 13.45 - 4 = 9.45; SUI three times that less 4.02, but its basis fails no rank."""
    assert coins(scanned()) == ["SUI", "WIF", "PEPE2", "DOGS"]


def test_a_row_says_what_it_leaves_and_why_not():
    scene = scanned()
    wif = line_of(scene, "WIF")
    assert "alphaswap" in wif
    assert "+9.45" in wif
    assert "passes" in wif
    assert "basis 99 bps " in line_of(scene, "SUI")
    assert "charliedex is down" in line_of(scene, "DOGS")


def test_a_gate_that_has_no_room_says_its_first_part_and_no_half_of_a_number():
    scene = scanned()
    slow = [listing("alphaswap", "WIF", 0.0, gate="stale 1234 s: funding of alphaswap")]
    scene.scan = Scan(is_on=True, pairs=ranking(*slow, LISTINGS[1]))
    row = line_of(scene, "WIF", width=80)
    assert "stale 1234 s" in row
    assert "funding" not in row
    assert "stale 1234 s: funding of alphaswap" in text(scene, width=120)


def test_a_pair_that_never_paid_the_other_way_says_so_and_one_without_a_past_a_dot():
    scene = scanned()
    always = paid([3e-5] * 48)
    legs = [replace(LISTINGS[0], paid=paid([0.0] * 48)), replace(LISTINGS[1], paid=always)]
    scene.scan = Scan(is_on=True, pairs=ranking(*legs, *LISTINGS[3:5]))
    since = next(c for c in scan_view(scene).table.columns if c.name == "since")
    cells = {row.symbol: since.cell(row)[0] for row in scan_view(scene).rows}
    assert cells == {"WIF": "none", "SUI": "·"}


def test_without_any_colour_old_rows_failing_ones_and_the_watch_list_are_told_apart():
    """DOGS leaves a lot by figures of a venue that is down; SUI fails, and is watched."""
    scene = scanned()
    scene.view.watch(["SUI"])
    assert "~" in line_of(scene, "DOGS")
    assert "~" not in line_of(scene, "SUI")
    assert "*SUI" in line_of(scene, "SUI")
    assert " WIF" in line_of(scene, "WIF")
    assert "passes" not in line_of(scene, "SUI")


def test_what_is_not_known_is_a_dot_and_never_a_zero():
    pepe = line_of(scanned(), "PEPE2")
    assert "cost unknown" in pepe
    # Net, return, cost, break-even and odds, and nothing of its past.
    assert pepe.count("·") >= 10
    assert " 0 " not in pepe


def test_a_cost_without_a_book_is_marked_and_so_is_what_follows_from_it():
    scene = scanned()
    scene.ui.scan.asset = "WIF"
    rows = [line for line in text(scene).splitlines() if "charliedex" in line]
    assert len(rows) == 2
    assert all(line.count("≈") >= 3 for line in rows), "net, return and cost"
    by_book = next(line for line in text(scene).splitlines() if "bravo" in line and "alpha" in line)
    assert "≈" not in by_book


def test_rows_of_a_venue_that_is_down_are_drawn_as_old():
    scene = scanned()
    view = scan_view(scene)
    down = next(row for row in view.rows if row.symbol == "DOGS")
    sound = next(row for row in view.rows if row.symbol == "WIF")
    net = next(column for column in view.table.columns if column.name == "net")
    assert net.cell(down)[1] == "stale"
    assert net.cell(sound)[1] == "gain"


def test_failing_rows_are_hidden_and_of_each_coin_the_best_that_passes_is_shown():
    scene = scanned()
    scene.ui.scan.hides_failing = True
    assert coins(scene) == ["WIF"]
    assert "failing hidden" in text(scene)
    scene.ui.scan.where = "net>1000"
    assert coins(scene) == []
    assert "no pair holds 'net>1000': :where all shows every pair" in text(scene)


def test_where_keeps_what_was_asked_for():
    scene = scanned()
    scene.ui.scan.where = "venue=charliedex"
    assert coins(scene) == ["WIF", "DOGS"]


def test_all_pairs_of_a_coin_are_its_own_and_no_other_coins_of_that_name():
    scene = scanned()
    other = (listing("bravo", "WIF", 0.0, asset="WIF@bravo"),
             listing("charliedex", "WIF", 8e-4, asset="WIF@bravo"))  # fmt: skip
    scene.scan = Scan(is_on=True, pairs=ranking(*LISTINGS[:3], *other))
    assert coins(scene) == ["WIF@bravo", "WIF"]
    scene.ui.scan.asset = "WIF"
    assert coins(scene) == ["WIF"] * 3
    scene.ui.scan.asset = "WIF@bravo"
    assert coins(scene) == ["WIF@bravo"]


def test_a_pair_that_has_just_begun_to_pass_is_marked_for_a_minute():
    scene = scanned()
    key = ("WIF", "alphaswap", "bravo")
    scene.ui.scan.passing_ns = {key: AT_NS - 59 * 10**9}
    assert line_of(scene, "WIF")[2] == "+"
    scene.ui.scan.passing_ns = {key: AT_NS - 61 * 10**9}
    assert line_of(scene, "WIF")[2] == " "
    scene.ui.scan.passing_ns = {key: 0}
    assert line_of(scene, "WIF")[2] == " ", "it passed from the beginning"


def test_rows_in_view_show_the_figures_of_now_in_the_order_of_the_ranking():
    scene = scanned()
    now = ranking(*LISTINGS[:2], listing("alphaswap", "SUI", 0.0), listing("bravo", "SUI", 0.0))
    scene.ui.scan.renewed = {now.key(place): (now, place) for place in range(len(now))}
    assert coins(scene)[0] == "SUI"
    assert "−4.00" in line_of(scene, "SUI"), "it pays nothing now"
    other_size = msgspec.structs.replace(scene.scan.pairs, inputs=ranking(usd=5e5).inputs)
    scene.scan = Scan(is_on=True, pairs=other_size)
    assert "−4.00" not in line_of(scene, "SUI"), "figures of another size are not mixed in"


def test_a_ranking_of_another_size_or_an_old_one_is_said_to_be():
    scene = scanned()
    assert "old" not in text(scene)
    scene.now_ns = AT_NS + 60 * 10**9
    assert "60s old" in text(scene)
    scene.ui.size_usd = 1e6
    assert "ranking …" in text(scene)


@pytest.mark.parametrize(
    ("scan", "words"),
    [
        (Scan(), "No pair is ranked yet"),
        (Scan(problem="disk \x1b[2J gone"), "Nothing could be ranked: disk [2J gone"),
    ],
)
def test_before_anything_is_ranked_it_says_why(scan, words):
    scene = scenes.live()
    scene.scan = scan
    assert words in text(scene)


def test_at_80_columns_there_is_the_pair_what_it_leaves_and_the_gate():
    wif = line_of(scanned(), "WIF", width=80)
    assert all(word in wif for word in ("alphaswap", "bravo", "+9.45", "passes"))
    assert "→" in text(scanned(), width=80).splitlines()[0]


def test_the_pair_under_the_cursor_is_told_in_full():
    scene = scanned()
    words = text(scene, "scan_pair", height=10)
    assert "Fails: basis 99 bps, 20 are allowed." in words
    assert "Nothing is known yet of what this pair has paid" in words
    scene.ui.scan.cursor = TableCursor(column="net", sort="coin", ascending=False)
    assert selected(scene).symbol == "WIF"
    assert "Passes every gate." in text(scene, "scan_pair", height=10)


def test_what_has_no_room_beside_the_pair_is_counted_and_no_figure_is_cut():
    """Columns end after 8, 21, 32, 43, 49, 59, 72 and 81 cells; a frame leaves 78 of 80."""
    head, long, *_ = text(scanned(), "scan_pair", width=80, height=10).splitlines()[1:]
    assert "+5 columns" in text(scanned(), "scan_pair", width=80, height=10)
    assert "price" in head
    assert "oi" not in head
    assert "…" not in long
    assert "columns" not in text(scanned(), "scan_pair", height=10)


def test_the_coins_of_the_best_pairs_are_those_that_are_known():
    assert best_symbols(ranking(), 9) == ("SUI", "WIF", "DOGS")
    assert best_symbols(ranking(), 1) == ("SUI",)


def test_a_row_knows_its_pair_whichever_way_round():
    pairs = ranking()
    keys = {ScanRow(pairs, place).key for place in range(len(pairs))}
    assert ("WIF", "alphaswap", "bravo") in keys
    assert len(keys) == len(pairs)


def test_what_is_written_to_a_file_are_the_rows_in_view_with_every_figure_of_the_document():
    scene = scanned()
    scene.ui.scan.hides_failing = True
    table = table_of(scene, "scan", [])
    (row,) = [dict(zip(table.columns, cells, strict=True)) for cells in table.rows]
    assert (row["symbol"], row["long_venue"], row["gate"]) == ("WIF", "alphaswap", None)
    assert row["net_usd"] == pytest.approx(9.452, abs=1e-3)
    assert row["realised_7d"] is None
