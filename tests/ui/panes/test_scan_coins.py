"""Coins by venues: the rates side by side, as they are now, and what they are not."""

import numpy as np
import pytest
from msgspec.structs import replace

from cockpit.core.events import Funding, Link
from cockpit.desk.stats import Scan
from cockpit.ui.export.writer import table_of
from cockpit.ui.layout.workspaces import PANES
from cockpit.ui.readings.scan import selected
from cockpit.ui.readings.scan_coins import coins_view
from cockpit.ui.text.styled import plain
from tests.calculators.scan.test_ranking import paid
from tests.support import AT_NS
from tests.ui import scenes
from tests.ui.scanned import LISTINGS, listing, ranking, scanned

DAY = np.array([80.0, *[100.0] * 96])
RATES = {"alphaswap": 0.0, "bravo": 1e-4, "charliedex": 5e-5}
EIGHT_H = 8 * 3600


def said(venue, hourly):
    return Funding(
        venue=venue, symbol="WIF", recv_ns=AT_NS, kind="live", rate=hourly * 8, interval_s=EIGHT_H
    )


@pytest.fixture
def scene():
    """WIF at three venues, 100 USD now and 80 a day ago, a tenth more of it open in coins."""
    scene = scanned()
    wif = [
        listing(venue, "WIF", rate, day_prices=DAY, oi_base_day_ago=1e5 / 1.1)
        for venue, rate in RATES.items()
    ]
    rest = (*LISTINGS[3:], listing("bravo", "SOLO", 7e-5))
    scene.scan = Scan(is_on=True, pairs=ranking(*wif, *rest))
    scene.ui.scan.shows_coins = True
    scene.view.survey(True)
    for venue, rate in RATES.items():
        scene.view.apply_all([Link(venue=venue, recv_ns=AT_NS, state="live"), said(venue, rate)])
    return scene


def text(scene, width=200):
    return [plain(line) for line in PANES["scan"].lines(scene, width, 20)]


def line_of(scene, coin):
    return next(line for line in text(scene) if line[3:].lstrip("* ▌").startswith(coin))


def rows(scene):
    return {row.asset: row for row in coins_view(scene).rows}


def test_every_coin_has_a_row_also_that_of_one_venue_alone(scene):
    assert set(rows(scene)) == {"WIF", "SUI", "DOGS", "PEPE2", "SOLO"}
    scene.ui.scan.coins.key = "SOLO"
    assert selected(scene) is None
    assert "makes no pair" in text(scene)[-1]


def test_m_shows_what_venues_paid_on_average_and_marks_that_spread(scene):
    """A day of 2e-5 an hour at alphaswap is 17.52 % a year, of 5e-5 at bravo 43.80; charliedex is
    not known that long."""
    legs = [
        replace(one, paid=paid([rate] * hours))
        for one, rate, hours in zip(LISTINGS[:3], (2e-5, 5e-5, 9e-5), (24, 24, 6), strict=True)
    ]
    scene.scan = Scan(is_on=True, pairs=ranking(*legs, *LISTINGS[3:]))
    scene.ui.scan.span = "1 d"
    wif = line_of(scene, "WIF")
    assert "▼+17.52 " in wif
    assert "▲+43.80 " in wif
    assert "78.84" not in wif
    assert rows(scene)["WIF"].spread == pytest.approx(3e-5)
    assert "what each venue paid on average in 1 d" in text(scene)[0]


def test_at_80_columns_there_are_rates_before_anything_else(scene):
    heads = text(scene, width=80)[1]
    assert all(venue in heads for venue in RATES)


def test_rates_stand_side_by_side_with_their_intervals_the_extremes_marked(scene):
    """1e-4 an hour is 87.60 % a year; it is paid every eight hours."""
    wif = line_of(scene, "WIF")
    assert "▼0.00 8h" in wif
    assert "▲+87.60 8h" in wif
    assert " +43.80 8h" in wif
    assert rows(scene)["WIF"].spread == pytest.approx(1e-4)


def test_a_rate_is_that_of_now_and_marked_where_it_is_old(scene):
    scene.view.apply(said("bravo", 1e-5))
    assert "▲+8.76 8h" in line_of(scene, "WIF")
    scene.view.apply(Link(venue="bravo", recv_ns=AT_NS, state="down", reason="gone"))
    assert "~+8.76 8h" in line_of(scene, "WIF")


def test_a_market_that_fails_a_gate_of_its_own_is_not_the_widest(scene):
    found = rows(scene)["DOGS"]
    assert (found.lowest, found.highest, found.spread) == (None, None, None)


def test_price_and_open_interest_have_their_day(scene):
    """Three venues of 1e7 USD, which are 1e5 coins each: 10 % more; 100 USD after 80."""
    row = rows(scene)["WIF"]
    assert row.price_change == pytest.approx(0.25)
    assert (row.oi_usd, row.volume_usd) == (3e7, 3e8)
    assert row.oi_change == pytest.approx(0.1)
    wif = line_of(scene, "WIF")
    assert "+25.0" in wif
    assert "+10.0" in wif
    assert rows(scene)["SUI"].oi_change is None, "of one market no day is kept"


def test_the_price_is_of_a_sound_market_also_where_an_old_one_is_larger(scene):
    down = listing("bravo", "WIF", 1e-4, price_usd=50.0, oi_usd=9e7, gate="bravo is down: refused")
    alone = replace(down, symbol="SOLO", asset="SOLO")
    scene.scan = Scan(is_on=True, pairs=ranking(listing("alphaswap", "WIF", 0.0), down, alone))
    assert rows(scene)["WIF"].price == 100.0
    assert " 100" in line_of(scene, "WIF")
    assert "(50" in line_of(scene, "SOLO"), "nobody else has one: it is told as what it is"


def test_a_sum_that_lacks_a_market_is_a_lower_bound_and_no_growth(scene):
    pairs = ranking(
        listing("alphaswap", "WIF", 0.0, oi_base_day_ago=1e5),
        listing("bravo", "WIF", 1e-4, oi_usd=None),
    )
    scene.scan = Scan(is_on=True, pairs=pairs)
    row = rows(scene)["WIF"]
    assert (row.oi_usd, row.is_whole, row.oi_change) == (1e7, False, None)
    assert "≥10.0M" in line_of(scene, "WIF")


def test_a_sum_is_of_the_sound_markets_and_tells_that_one_is_down(scene):
    down = listing(
        "bravo", "WIF", 1e-4, oi_usd=9e7, oi_base_day_ago=9e5, gate="bravo is down: refused"
    )
    alone = replace(down, symbol="SOLO", asset="SOLO")
    sound = listing("alphaswap", "WIF", 0.0, oi_base_day_ago=1e5 / 1.1)
    scene.scan = Scan(is_on=True, pairs=ranking(sound, down, alone))
    row = rows(scene)["WIF"]
    assert (row.oi_usd, row.volume_usd, row.is_whole, row.oi_change) == (1e7, 1e8, False, None)
    assert "≥10.0M" in line_of(scene, "WIF")
    assert "≥100M" in line_of(scene, "WIF")
    solo = rows(scene)["SOLO"]
    assert (solo.oi_usd, solo.is_sound, solo.is_whole) == (9e7, False, True)
    assert "(90.0M)" in line_of(scene, "SOLO"), "nobody else has it: it is told as what it is"


def test_the_watch_list_is_marked_and_the_pair_of_a_coin_is_its_best(scene):
    scene.view.watch(["WIF"])
    assert "*WIF" in line_of(scene, "WIF")
    scene.ui.scan.coins.key = "WIF"
    assert selected(scene).venues == ("alphaswap", "bravo")


def test_another_coin_of_a_watched_name_is_marked_as_in_the_pairs(scene):
    other = listing("bravo", "WIF", 1e-4, asset="WIF@bravo")
    scene.scan = Scan(is_on=True, pairs=ranking(*LISTINGS, other))
    scene.view.watch(["WIF"])
    assert "*WIF@bravo" in line_of(scene, "WIF@bravo")


def test_what_is_written_is_what_was_ranked(scene):
    table = table_of(scene, "scan", ())
    found = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert found["WIF"]["bravo_hourly"] == 1e-4
    assert found["WIF"]["bravo_interval_s"] == 3600
    assert found["WIF"]["price_change_24h_frac"] == pytest.approx(0.25)
    assert found["SOLO"]["alphaswap_hourly"] is None
    scene.ui.scan.span = "7 d"
    columns = table_of(scene, "scan", ()).columns
    assert "bravo_paid_7d" in columns, "a mean is not called a rate of now"
    assert "spread_paid_7d" in columns
    assert "bravo_hourly" not in columns


def test_nothing_ranked_yet_says_so():
    scene = scenes.live()
    scene.ui.workspace, scene.ui.scan.shows_coins = "scan", True
    assert "every venue is being asked" in text(scene)[2]
