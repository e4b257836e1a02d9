"""POSITIONS by trade: what a pair earned, what endangers it, and what belongs to none."""

import re

import msgspec
import numpy as np
import pytest

from cockpit.alerts.states import Alert
from cockpit.core.events import Link
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.kept_series import Curve, LegMids
from cockpit.ui.panes.positions import positions
from cockpit.ui.readings import trades as trades_read
from cockpit.ui.readings.trade_spread import spread_at
from cockpit.ui.text.styled import plain, width_of
from tests.support import AT_NS
from tests.ui import held, scenes, traded
from tests.ui.scenes import store_of


def text_of(scene, width=198, height=28):
    return "\n".join(plain(line) for line in positions.lines(scene, width, height))


def opened(scene):
    scene.ui.trades.opened = next(iter(store_of(scene).trades.open))
    return scene


def row_of(scene, *words, width=198):
    return next(row for row in text_of(scene, width).splitlines() if all(w in row for w in words))


def test_a_pair_is_one_line_with_its_legs_below():
    scene = traded.pair()
    text = text_of(scene)
    assert "by trade" in text
    assert "· 1 trade ─" in text
    row = row_of(scene, "btc-")
    # 0.5 at 63,000 against 0.5 at 65,000 and one mark: 1,000 $ of basis; two fees of 1.50 $.
    for figure in ("hedged", "+1000.00", "−3.00"):
        assert figure in row, figure
    assert "+0.5000" in row_of(scene, "long", "alphaswap")
    assert "−0.5000" in row_of(scene, "short", "bravo")


def test_an_orphan_is_marked_and_named_with_its_naked_amount():
    scene = traded.orphan()
    row = row_of(scene, "btc-")
    assert "+0.3000" in row
    assert row.split("│")[1].lstrip("▌ ").startswith("!btc")
    assert "nothing hedges 0.3 of it (long)" in text_of(scene)


def test_a_leg_whose_account_is_away_is_shown_stale_and_nothing_is_said_to_be_hedged():
    scene = traded.away()
    assert "n/a" in row_of(scene, "btc-").split()[1]
    assert "~−0.5000" in row_of(scene, "short", "bravo")
    assert "~+1000.00" in row_of(scene, "btc-"), "what it came to is of another moment"
    assert "its account is not read" in text_of(scene)


def test_what_belongs_to_no_trade_says_so_and_how_to_make_one():
    scene = traded.three()
    scene.ui.trades.index = 1
    assert "no trade: ETH alphaswap" in text_of(scene)
    assert "T makes a trade" in text_of(scene)


def test_nothing_held_says_why_nothing_is_here():
    scene = scenes.live()
    scene.ui.positions.group = "trade"
    assert "there is no trade" in text_of(scene)


@pytest.mark.parametrize(
    "make", [traded.pair, traded.orphan, traded.away, traded.many, traded.three]
)
@pytest.mark.parametrize("size", [(198, 58), (118, 30), (80, 22), (60, 13), (38, 6), (20, 3)])
@pytest.mark.parametrize("is_opened", [False, True])
def test_every_size_is_filled_cell_by_cell(make, size, is_opened):
    scene = make()
    if is_opened:
        scene.ui.trades.opened = next(iter(store_of(scene).trades.open))
    lines = positions.lines(scene, *size)
    assert len(lines) == size[1]
    assert {width_of(line) for line in lines} == {size[0]}


def test_the_title_counts_what_needs_the_trader_wherever_the_cursor_is():
    assert "1 trade · 1 in danger" in text_of(traded.orphan())
    assert "1 trade · 1 stale" in text_of(traded.away())
    assert "1 trade · 1 in none" in text_of(traded.three())


def test_without_room_for_all_legs_those_of_the_cursor_are_shown_and_every_trade_is_in_sight():
    scene = traded.many(30)
    folded = text_of(scene, 80, 22)
    assert folded.count("btc-") + folded.count("eth-") + folded.count("pepe-") == 15
    assert folded.count("long  ") == folded.count("short ") == 1
    whole = text_of(scene, 198, 60)
    assert whole.count("long  ") == whole.count("short ") == 15


def test_a_leg_whose_prices_are_old_is_marked_but_not_the_size_that_was_typed():
    scene = scenes.live()
    held.typed(scene, "alphaswap", "BTC", 0.5, entry=63_000.0)
    held.typed(scene, "bravo", "BTC", -0.5, entry=65_000.0)
    traded.found(scene)
    store_of(scene).apply(Link(venue="bravo", recv_ns=AT_NS, state="down", reason="gone"))
    row = row_of(scene, "short", "bravo")
    assert " −0.5000" in row
    assert "~−32.0k" in row
    assert "~" not in row_of(scene, "long", "alphaswap")
    assert "~" in row_of(scene, "btc-")
    assert "bravo/BTC: its prices are" in text_of(scene)


def test_what_is_said_of_several_legs_in_the_same_words_is_said_once():
    text = text_of(traded.pair())
    words = "what its fills slipped by was not seen: it lies in the basis"
    assert f"alphaswap/BTC, bravo/BTC: {words}" in text_of(opened(traded.pair()), 198, 40)
    assert text.count(words) <= 1


def test_sixty_legs_are_walked_and_the_cursor_stays_in_sight():
    scene = traded.many(60)
    for index in (0, 7, 15, 29):
        scene.ui.trades.key, scene.ui.trades.index = "", index
        assert "▌" in text_of(scene, 80, 22), index
        assert f"{index + 1} of 30" in text_of(scene, 198, 22)


def test_an_opened_trade_adds_up_and_tells_what_happened():
    scene = traded.pair()
    scene.ui.trades.opened = next(iter(store_of(scene).trades.open))
    text = text_of(scene, 198, 40)
    for words in ("P&L", "= directional", "+ basis +1000.00", "+ fees −3.00", "accrued, not paid",
                  "spread in", "break-even", "timeline", "bought 0.5 at 63000",
                  "sold 0.5 at 65000"):  # fmt: skip
        assert words in text, words


def test_an_opened_trade_says_that_no_venue_tells_a_place_in_the_queue():
    scene = traded.pair()
    scene.ui.trades.opened = next(iter(store_of(scene).trades.open))
    assert "ADL queue  alphaswap, bravo: not told by public data" in text_of(scene, 198, 40)


def test_a_place_at_the_head_of_the_queue_is_said_and_is_a_danger():
    scene = traded.pair()
    scene.ui.trades.opened = next(iter(store_of(scene).trades.open))
    held.position(scene, "bravo", held.BRAVO, "BTC", -0.5, entry=65_000.0, adl_quantile=4)
    text = text_of(scene, 198, 40)
    assert "ADL queue  bravo 4 of 4 (4 is closed first); alphaswap: not told by public data" in text
    assert "! bravo/BTC: 4 of 4 in the queue of automatic deleveraging" in text


def test_no_part_of_a_profit_is_left_out_where_it_is_narrow():
    scene = traded.pair()
    scene.ui.trades.opened = next(iter(store_of(scene).trades.open))
    text = text_of(scene, 60, 40)
    for part in ("directional", "basis", "funding", "fees", "slippage", "unexplained", "accrued"):
        assert part in text, part


def test_payments_of_one_leg_alone_make_no_curve():
    scene = traded.three()
    scene.ui.trades.opened = next(iter(store_of(scene).trades.open))
    assert "no curve: the payments of alphaswap" in text_of(scene, 198, 50)


def spread_of(scene, width=196, height=34):
    scene.ui.trades.opened = next(iter(store_of(scene).trades.open))
    return text_of(scene, width, height)


def kept(scene, **ago_and_mid):
    """What history has of the pair's mids: (minutes before now, mid) of each venue."""
    pair = (("alphaswap", "BTC"), ("bravo", "BTC"))
    curves = {}
    for venue, points in ago_and_mid.items():
        ago, mids = zip(*points, strict=True)
        stamps = AT_NS - 60 * NS_PER_S * np.array(ago, dtype=np.int64)
        curves[venue, "BTC"] = Curve(stamps, np.array(mids))
    scene.leg_mids = LegMids(
        markets=pair, from_ns=AT_NS - 5 * HOUR_NS, end_ns=AT_NS, step_s=60, mids=curves
    )


def every_minute(mid, first, last):
    return [(ago, mid) for ago in range(first, last, -1)]


def test_the_spread_since_the_opening_is_drawn_against_what_it_was_entered_at():
    scene = traded.pair()
    kept(scene, alphaswap=every_minute(60_000.0, 300, 60), bravo=every_minute(60_600.0, 300, 60))
    text = spread_of(scene)
    # 2,000 of an index of 63,987.2 are 312.6 bps; 600 of a mean of 60,300 are 99.5, the bottom.
    assert "spread at the mids, bps · entered at +312.6" in text
    assert "+99.5 " in text
    assert "+312.6 " in text.split("entered at +312.6", 1)[1]


def test_while_one_leg_was_not_seen_the_spread_has_a_gap():
    scene = traded.pair()
    kept(scene, alphaswap=every_minute(60_000.0, 300, 0), bravo=every_minute(60_600.0, 90, 60))
    edges = AT_NS - 60 * NS_PER_S * np.arange(100, 50, -1, dtype=np.int64)
    found = spread_at(scene, trades_read.trades(scene).trades[0], edges)
    # Unknown before 90 minutes ago; the last row, of 61, is held a step and a minute and a quarter.
    assert np.isnan(found[:10]).all()
    assert np.isnan(found[42:]).all()
    assert found[10:42] == pytest.approx(600 / 60_300 * 1e4)


def test_what_was_read_of_another_trade_is_not_its_spread():
    scene = traded.pair()
    kept(scene, alphaswap=every_minute(1.0, 300, 60), bravo=every_minute(2.0, 300, 60))
    scene.leg_mids = msgspec.structs.replace(scene.leg_mids, markets=(("bravo", "BTC"),))
    assert "nothing is kept of it yet" in spread_of(scene)


def test_a_leg_where_nobody_looks_has_no_curve_and_says_so():
    scene = scenes.live()
    held.typed(scene, "spot", "BTC", 0.5, entry=63_000.0)
    held.typed(scene, "bravo", "BTC", -0.5, entry=65_000.0)
    traded.found(scene)
    assert "no curve: spot/BTC is not followed" in spread_of(scene)


@pytest.mark.parametrize(("width", "height"), [(198, 40), (78, 34), (60, 40)])
def test_the_curve_of_the_spread_stands_beside_that_of_the_profit_or_below(width, height):
    scene = traded.pair()
    kept(scene, alphaswap=every_minute(60_000.0, 300, 60), bravo=every_minute(60_600.0, 300, 60))
    text = spread_of(scene, width, height)
    assert "spread at the mids" in text


def test_alerts_and_notes_of_a_trade_stand_in_it():
    scene = traded.pair()
    id = next(iter(store_of(scene).trades.open))
    scene.ui.trades.opened = id
    scene.ui.positions.notes[f"venue/bravo/{held.BRAVO}//BTC"] = "leave before Friday"
    scene.ui.alerts.history = (
        Alert(
            at_ns=scene.now_ns, rule="r", kind="orphan", happening="fired", severity="danger",
            subject=id, venue=None, symbol="BTC", value=0.6, words="nothing hedges 0.3 BTC long",
        ),
    )  # fmt: skip
    text = text_of(scene, 198, 40)
    assert "bravo: leave before Friday" in text
    assert "nothing hedges 0.3 BTC long" in text


def test_an_opened_trade_whose_account_is_away_has_no_figure_of_now():
    scene = traded.away()
    scene.ui.trades.opened = next(iter(store_of(scene).trades.open))
    assert "+ basis ~+1000.00" in text_of(scene, 198, 40)


def test_the_carry_of_a_trade_at_old_rates_is_seen_to_be_old():
    scene = traded.found(held.old_rates())
    assert not any(leg.is_stale for leg in trades_read.selected(scene).trade.legs)
    lines = text_of(scene).splitlines()
    rows = [line for line in lines if "long " in line or "short" in line or "btc-" in line]
    # The trade and both of its legs: the carry alone.
    assert [row.count("~") for row in rows] == [1, 1, 1]
    text = text_of(opened(scene))
    assert re.search(r"carry ~[+−]", text)
    fresh = text_of(traded.pair())
    assert "~" not in fresh


def test_leaving_a_trade_costs_the_trader_s_own_tier():
    base, own = traded.pair(), traded.pair()
    # 4.5 bps by the listing and 2 by the other; 1 bp each by his tiers: 4.5 bps of 32,000 USD less.
    store_of(own).own_taker_fees = {"alphaswap": 0.0001, "bravo": 0.0001}
    cost, cheaper = (trades_read.selected(scene).trade.exit_cost_usd for scene in (base, own))
    assert cost - cheaper == pytest.approx(32_000 * 4.5e-4, rel=1e-3)
