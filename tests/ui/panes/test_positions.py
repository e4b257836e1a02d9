"""POSITIONS: what is held, what is not known and why, and what is never called safe."""

import re

import msgspec
import pytest

from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.documents.exposure import exposure_document
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes import status
from cockpit.ui.panes.positions import carry_spark, exposure, exposure_history, margins, positions
from cockpit.ui.readings import position_columns
from cockpit.ui.readings import positions as position_readings
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.ui import held, scenes

SIZES = ((198, 28), (118, 14), (80, 22))


def as_document(portfolio):
    """The exposure document as the JSON that a script reads."""
    return msgspec.to_builtins(exposure_document(portfolio))


def text_of(module, scene: Readings, width: int = 198, height: int = 28) -> str:
    return "\n".join(plain(line) for line in module.lines(scene, width, height))


def row_of(scene: Readings, *words: str, width: int = 198) -> str:
    rows = text_of(positions, scene, width).splitlines()
    return next(row for row in rows if all(word in row for word in words))


def test_a_row_says_what_the_venue_said_and_what_follows_from_it() -> None:
    row = row_of(held.hedged(), "alphaswap")
    # 0.5 BTC at 64,000 $: 32,000 $; 500 $ above the entry; funding of 0.00125 % an hour on the
    # index of 63,987.2 $ costs 0.400 $; the price must fall by a fifth to 51,200 $.
    for figure in ("+0.5000", "63000", "64000", "+32.0k", "+500.00", "−0.400", "−12.50", "10x",
                   "51200", "−20.0%", "carry"):  # fmt: skip
        assert figure in row, figure


def test_a_perfectly_hedged_pair_is_net_zero_and_inside_the_band() -> None:
    scene = held.hedged()
    asset = next(r for r in text_of(exposure, scene, 90, 12).splitlines() if "BTC" in r)
    assert asset.split()[1:6] == ["BTC", "0", "0", "64.0k", "0"]
    assert "every asset is inside the band" in text_of(exposure, scene, 90, 12)


def test_what_is_beyond_the_band_is_unhedged() -> None:
    scene = held.hedged()
    held.position(scene, "bravo", held.BRAVO, "BTC", -0.25, entry=65_000.0)
    scene.ui.band_usd = 1_000.0
    # 0.25 BTC of the 16,000 $ long leg are bare: 1,000 $ of them are in the band.
    assert "BTC is $15.0k long beyond the band" in text_of(exposure, scene, 90, 12)


def test_a_figure_that_is_not_known_is_na_with_its_reason_and_never_zero() -> None:
    scene = scenes.live()
    held.follow(scene, ("bravo", held.BRAVO, ""))
    held.position(scene, "bravo", held.BRAVO, "BTC", -1.0)
    row = row_of(scene, "bravo", "BTC", width=230)
    assert row.count("n/a") == 6, row  # entry, uPnL, paid, leverage, liquidation, distance
    assert "liq: no margin" in row
    assert "uPnL: no entry" in row
    assert "1 unknown: not counted as safe" in text_of(carry_spark, scene, 100, 14)


def test_a_position_in_a_market_that_is_not_watched_says_how_to_learn_its_carry() -> None:
    scene = held.hedged()
    held.position(scene, "alphaswap", held.ALPHA, "DOGE", 1000.0, mark=0.2, entry=0.2)
    assert "carry: :add DOGE" in row_of(scene, "DOGE", "alphaswap", width=230)
    assert "without alphaswap/DOGE: no rate" in text_of(carry_spark, scene, 100, 14)


def test_a_stale_leg_is_marked_and_not_counted_as_safe() -> None:
    scene = held.hedged()
    scenes.link(scene, "alphaswap", "down", "connection refused")
    assert "stale: link down" in row_of(scene, "alphaswap", "BTC")
    row = next(line for line in positions.lines(scene, 198, 28) if "alphaswap" in plain(line))
    assert {role for text, role in row if "51200" in text} == {"stale"}
    safety = position_readings.safety(scene)
    assert (safety.stale, safety.known) == (1, 1)
    # The stale leg would be nearer (20 %): the nearest that is known is the other one's.
    assert safety.nearest is not None
    assert safety.nearest.leg.venue == "bravo"
    assert "1 stale: not counted as safe" in text_of(carry_spark, scene, 100, 14)
    assert "~" in text_of(exposure, scene, 90, 12)


def test_margin_is_by_venue_and_the_tightest_is_named() -> None:
    text = text_of(margins, held.hedged(), 100, 12)
    # 640 of 10,000 $ and 1,000 of 20,000 $.
    assert "6.4%" in text
    assert "5.0%" in text
    assert "tightest: alphaswap 6.4%" in text


def test_an_account_that_cannot_be_read_says_so_in_its_own_words() -> None:
    scene = held.hedged()
    held.state(scene, "bravo", held.BRAVO, state="failed", reason="HTTP 500")
    text = text_of(margins, scene, 120, 12)
    assert "HTTP 500" in text
    assert held.BRAVO not in text, "whose it is may be private"


def test_totals_name_carry_leverage_and_concentration() -> None:
    text = text_of(carry_spark, held.hedged(), 100, 14)
    # −0.400 $ of the long leg; the short pays 0.005 % of 31,993.6 $: −1.600 $; −1.9996 in all.
    assert "−2.000 /h" in text
    assert "−47.99 /day" in text
    # Gross 64,000 of 30,000 $ equity; half at each venue, all in one asset.
    assert "2.13x" in text
    assert "venue 0.50" in text
    assert "asset 1.00" in text


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("count", [0, 3, 60])
def test_the_cursor_is_always_seen_and_nothing_is_cut_to_another_number(
    width: int, height: int, count: int
) -> None:
    scene = held.many(count)
    for index in range(0, count, 7):
        position_readings.point(scene, index)
        lines = positions.lines(scene, width, height)
        assert sum("▌" in plain(line) for line in lines) == 1
        assert len(lines) == height
        assert all(len(plain(line)) == width for line in lines)
    assert len(position_readings.rows(scene)) == count


def test_sixty_positions_say_which_of_them_are_shown() -> None:
    scene = held.many(60)
    assert " of 60 " in text_of(positions, scene, 198, 28)


def test_rows_are_grouped_sorted_and_filtered_and_the_cursor_stays_on_its_position() -> None:
    scene = held.many(9)
    shown = position_readings.rows(scene)
    assert [row.leg.symbol for row in shown] == ["BTC"] * 3 + ["ETH"] * 3 + ["PEPE"] * 3
    position_readings.point(scene, 4)
    before = scene.ui.positions.key
    scene.ui.positions.group = "none"
    position_columns.sort_rows(scene, "size", ascending=True)
    sizes = [row.leg.size for row in position_readings.rows(scene)]
    assert sizes == sorted(sizes)
    row = position_readings.selected(scene)
    assert row is not None
    assert position_readings.key_of(row) == before
    scene.ui.positions.filter = "!btc"
    assert {row.leg.symbol for row in position_readings.rows(scene)} == {"ETH", "PEPE"}


def test_what_is_not_known_is_sorted_last_either_way() -> None:
    scene = held.hedged()
    held.position(scene, "bravo", held.BRAVO, "ETH", 1.0)
    scene.ui.positions.group = "none"
    for ascending in (True, False):
        position_columns.sort_rows(scene, "upnl", ascending=ascending)
        assert position_readings.rows(scene)[-1].leg.symbol == "ETH"


def test_the_cursor_of_positions_is_the_cell_that_calculators_begin_with() -> None:
    scene = held.hedged()
    held.position(scene, "bravo", held.BRAVO, "PEPE", 1e9, entry=1e-5)
    index = [row.leg.symbol for row in position_readings.rows(scene)].index("PEPE")
    position_readings.point(scene, index)
    assert (scene.symbol, scene.venue) == ("PEPE", "bravo")


def test_a_typed_position_stands_beside_a_read_one_and_says_what_it_is() -> None:
    scene = held.hedged()
    held.typed(scene, "charliedex", "BTC", -0.1, entry=64_100.0)
    assert "manual" in row_of(scene, "charliedex")
    assert "typed" in row_of(scene, "charliedex")
    assert len(position_readings.rows(scene)) == 3


def test_without_accounts_it_says_what_to_do() -> None:
    text = text_of(positions, scenes.live())
    assert "No account is followed" in text
    assert "[[account]]" in text


@pytest.mark.parametrize(
    ("venue", "symbol", "why"),
    [("charliedex", "BTC", "paid per 8 h"), ("alphaswap", "ETH", "0 h of its past read so far")],
)
def test_the_day_ahead_is_not_foreseen_where_payments_are_rare_or_not_known(
    venue, symbol, why
) -> None:
    assert position_readings.expected_carry(held.hedged()).missing == []
    scene = held.hedged()
    held.typed(scene, venue, symbol, 1.0)
    assert position_readings.expected_carry(scene).usd_per_hour is None
    text = text_of(carry_spark, scene, 100, 14)
    assert f"without {venue}/{symbol}: {why}" in text
    assert "n/a" not in text.split("expected 24 h")[1].splitlines()[0]


def test_a_group_says_its_sums_under_their_columns() -> None:
    scene = held.hedged()
    scene.ui.positions.group = "asset"
    lines = [plain(line) for line in positions.lines(scene, 200, 20)]
    head = next(line for line in lines if "uPnL $" in line)
    group = next(line for line in lines if line[1:].startswith(" BTC ") and "legs" in line)
    rows = [r for r in position_readings.portfolio(scene).rows if r.leg.symbol == "BTC"]
    upnl = sum(r.leg.upnl_usd for r in rows)
    at = head.index("uPnL $") + len("uPnL $")
    assert group[:at].split()[-1] == fmt.signed(upnl)
    assert group[at - 1] != " "


def test_exposure_through_time_is_drawn_with_its_jumps() -> None:
    from cockpit.state.exposure_history import Jump

    scene = held.hedged()
    history = scene.view.exposure
    for second in range(0, 600, 5):
        net = 0.0 if second < 300 else 16_000.0
        history.append(AT_NS - HOUR_NS // 6 + second * NS_PER_S, net, -2.0, None)
    history.jumps.append(
        Jump(at_ns=AT_NS - 300 * NS_PER_S, figure="net", before=0.0, after=16_000.0, cause="fill",
             subject="bravo/BTC", words="filled +0.25")
    )  # fmt: skip
    text = text_of(exposure_history, scene, 198, 20)
    assert "+$16000" in text
    assert "bravo/BTC filled +0.25" in text
    assert "▲" in text.splitlines()[0]
    assert "not known in this time" in text, "the margin ratio never was"


def test_an_account_that_was_never_read_makes_its_sums_unknown_and_not_smaller() -> None:
    scene = held.hedged()
    accounts = [(b.venue, b.address, b.name) for b in scene.view.accounts()]
    scenes.store_of(scene).follow([*accounts, ("alphaswap", "0x" + "c3" * 20, "")])
    assert as_document(position_readings.portfolio(scene))["total"]["equity_usd"] is None
    assert position_readings.safety(scene).unread == 1
    text = text_of(positions, scene, 160, 12)
    assert "1 account not read: not counted as safe" in text
    # Net is known of what was read, and marked as not the whole.
    assert re.search(r"net +~", text_of(carry_spark, scene, 100, 14))


def half_read(**more: object) -> Readings:
    """The hedge, but the short leg's account has told two parts of three."""
    scene = held.hedged()
    parts = {"state": "waiting", "parts_known": 2, "parts_wanted": 3, **more}
    held.state(scene, "bravo", held.BRAVO, **parts)
    return scene


@pytest.mark.parametrize("reason", ["", "reading 2 of 3: waiting for subaccount 1"])
def test_an_account_that_was_read_in_part_says_how_far_wherever_it_stands(reason: str) -> None:
    scene = half_read(reason=reason)
    assert "stale: reading 2 of 3" in row_of(scene, "bravo", "BTC", width=260)
    assert "reading 2 of 3: not counted as safe" in text_of(carry_spark, scene, 160, 14)
    assert "equity: reading 2 of 3" in text_of(carry_spark, scene, 160, 14)
    assert "bravo:0xb2b2…b2b2 reading 2 of 3" in text_of(margins, scene, 160, 12)
    for venue, address in (("alphaswap", held.ALPHA), ("bravo", held.BRAVO)):
        held.position(scene, venue, address, "BTC", 0.0)
    assert "reading 2 of 3" in text_of(positions, scene, 160, 12)


def test_while_an_account_is_unread_no_asset_is_said_to_be_inside_the_band() -> None:
    scene = held.hedged()
    accounts = [(b.venue, b.address, b.name) for b in scene.view.accounts()]
    scenes.store_of(scene).follow([*accounts, ("alphaswap", "0x" + "c3" * 20, "")])
    text = text_of(exposure, scene, 90, 12)
    assert "every asset" not in text
    assert "1 inside the band  1 account not read" in text


@pytest.mark.parametrize("width", [200, 120, 90, 80, 70])
def test_the_nearest_liquidation_outlives_the_coin_and_venues_that_are_not_down(width) -> None:
    # The coin stands in every pane too, what is left to liquidation does not.
    assert "liq" in plain(status.lines(held.hedged(), width, 1)[0])


def test_a_carry_that_is_not_known_is_named_at_every_width() -> None:
    scene = held.hedged()
    held.typed(scene, "binance", "BTC", 1.0, entry=60_000.0)
    for width in (200, 120, 80):
        line = plain(status.lines(scene, width, 1)[0])
        assert "carry n/a" in line, line


def test_the_status_line_marks_sums_that_may_lack_what_an_unread_account_holds() -> None:
    assert fmt.STALE not in plain(status.lines(held.hedged(), 200, 1)[0])
    scene = held.hedged()
    accounts = [(b.venue, b.address, b.name) for b in scene.view.accounts()]
    scenes.store_of(scene).follow([*accounts, ("alphaswap", "0x" + "c3" * 20, "")])
    line = plain(status.lines(scene, 200, 1)[0])
    assert re.search(rf"carry {fmt.STALE}\S+/h", line)


# --- what no address shows ------------------------------------------------------------------------


def test_a_leg_at_a_venue_that_is_not_followed_is_worth_the_index_of_one_that_is() -> None:
    scene = held.hedged()
    held.typed(scene, "binance", "BTC", -0.5, entry=64_000.0, liquidation=80_000.0)
    row = row_of(scene, "binance", width=260)
    assert "mark: index of alphaswap" in row
    assert "carry: venue not followed" in row
    # The index is 63,987.2 $: half a bitcoin is 31,993.6 $, and 12.8 $ a coin were made.
    assert "−32.0k" in row
    assert "+6.40" in row
    assert "+25.0%" in row
    total = as_document(position_readings.portfolio(scene))["total"]
    assert total["net_usd"] == pytest.approx(-31_993.6)
    assert total["funding_usd_per_hour"] is None
    # What the pair earns is still said, beside the reason.
    text = text_of(carry_spark, scene, 100, 16)
    assert "−2.000 /h" in text
    assert "without binance/BTC: no rate" in text


def test_coins_that_are_owned_hedge_a_short_and_have_no_funding_and_no_end() -> None:
    scene = scenes.live()
    held.typed(scene, "bravo", "BTC", -0.5, entry=65_000.0, liquidation=83_200.0)
    pays = as_document(position_readings.portfolio(scene))["total"]["funding_usd_per_hour"]
    held.typed(scene, "spot", "BTC", 0.5, entry=60_000.0)
    document = as_document(position_readings.portfolio(scene))
    assert document["assets"][0]["net_base"] == 0.0
    assert document["total"]["funding_usd_per_hour"] == pays
    assert document["not_counted_as_safe"] == {"stale": 0, "unknown": 0, "unread_accounts": 0}
    row = row_of(scene, "spot")
    assert row.count("none") == 2
    assert "not typed" not in row
    margin = text_of(margins, scene, 120, 12)
    assert "bravo: typed positions only, no account is read" in margin
    assert "1 not known" in margin, "of coins nothing is to be known"


def test_a_typed_position_whose_price_went_stale_is_stale_and_not_safe() -> None:
    scene = scenes.live()
    held.typed(scene, "bravo", "BTC", -0.5, entry=65_000.0, liquidation=83_200.0)
    assert position_readings.safety(scene).known == 1
    scenes.link(scene, "bravo", "stale")
    scene.now_ns += NS_PER_S
    assert "stale: link stale" in row_of(scene, "bravo", "manual", width=230)
    assert position_readings.safety(scene).known == 0
    document = as_document(position_readings.portfolio(scene))
    assert document["nearest_liquidation"] is None
    assert document["not_counted_as_safe"]["stale"] == 1
    assert "1 stale: not counted as safe" in text_of(carry_spark, scene, 100, 14)


def test_a_short_whose_liquidation_price_lies_below_the_mark_has_no_room_left() -> None:
    scene = held.hedged()
    held.typed(scene, "charliedex", "BTC", -0.1, entry=64_000.0, liquidation=60_000.0)
    row = row_of(scene, "charliedex", width=260)
    assert "beyond" in row
    assert "the mark is beyond it: a typo?" in row
    assert "nearest liquidation beyond BTC charliedex" in text_of(carry_spark, scene, 100, 14)


def test_the_same_size_read_and_typed_asks_whether_it_is_counted_twice() -> None:
    scene = held.hedged()
    held.typed(scene, "alphaswap", "BTC", 0.5, entry=63_000.0)
    assert "same size is read from carry: counted twice?" in row_of(scene, "manual", width=260)


def test_a_typed_symbol_that_its_venue_does_not_list_says_so() -> None:
    scene = held.hedged()
    held.typed(scene, "alphaswap", "BTCUSDT", 0.5)
    assert "alphaswap lists no BTCUSDT" in row_of(scene, "BTCUSDT", "manual", width=260)
    # Its value is missing in every sum, and the totals say whose.
    text = text_of(carry_spark, scene, 100, 16)
    assert "net, gross: no price of alphaswap/BTCUSDT" in text
    assert "~n/a" not in text


def test_an_account_that_owes_is_named_and_its_ratio_is_beyond_every_number() -> None:
    scene = held.hedged()
    held.margin(scene, "bravo", held.BRAVO, -250.0, used=3_200.0, maintenance=1_000.0)
    document = as_document(position_readings.portfolio(scene))
    [bravo] = [venue for venue in document["venues"] if venue["venue"] == "bravo"]
    assert bravo["margin_ratio"] is None
    assert any("equity is not positive (-250.00 USD)" in words for words in document["warnings"])
    text = text_of(margins, scene, 100, 12)
    assert "−250" in text
    assert "tightest: bravo >999%" in text


def test_a_marked_position_that_is_gone_is_no_longer_marked() -> None:
    scene = held.hedged()
    held.typed(scene, "bravo", "ETH", 1.0, entry=3_000.0)
    gone = next(row for row in position_readings.rows(scene) if row.source == "manual")
    scene.ui.positions.chosen = frozenset({position_readings.key_of(gone)})
    assert "1 marked" in text_of(positions, scene)
    scenes.store_of(scene).set_manual(())
    assert "marked" not in text_of(positions, scene)


# --- on a narrow terminal -------------------------------------------------------------------------


def test_columns_that_have_no_room_are_counted_and_the_arrows_bring_each_into_view() -> None:
    scene = held.hedged()
    seen = set()
    for name in position_columns.sortable():
        scene.ui.positions.column = name
        columns = position_columns.columns_for(76, name)
        left_out = position_columns.hidden(columns)
        assert f"+{left_out} →" in text_of(positions, scene, 80, 22)
        assert name in {column.id for column, _ in columns}
        assert {"symbol", "venue"} <= {column.id for column, _ in columns}
        seen |= {column.id for column, _ in columns}
    assert seen >= set(position_columns.sortable())
    assert "→" not in text_of(positions, scene, 198, 22)


def test_prices_of_one_asset_stand_with_their_points_above_each_other() -> None:
    scene = held.many(9)
    lines = text_of(positions, scene).splitlines()
    rows = [row for row in lines if " BTC " in row and "legs" not in row]
    assert len(rows) == 3
    assert len({row.index("64640") for row in rows}) == 1


def test_a_note_is_read_at_the_bottom_where_its_column_has_no_room() -> None:
    scene = held.hedged()
    row = position_readings.selected(scene)
    assert row is not None
    scene.ui.positions.notes[position_readings.note_key(row)] = "close before the unlock\x1b[2J"
    bottom = text_of(positions, scene, 80, 22).splitlines()[-1]
    assert "close before the unlock" in bottom
    assert "\x1b" not in bottom


def test_the_screen_and_the_document_say_the_same() -> None:
    scene = held.hedged()
    document = as_document(position_readings.portfolio(scene))
    near, on_screen = document["nearest_liquidation"], position_readings.safety(scene).nearest
    assert on_screen is not None
    assert (near["venue"], near["symbol"]) == (on_screen.leg.venue, on_screen.leg.symbol)
    text = text_of(carry_spark, scene, 100, 14)
    assert f"{document['total']['leverage']:.2f}x" in text
    assert f"{abs(document['total']['funding_usd_per_hour']):.3f} /h" in text
    # One venue has half of it: as spread as over two; one asset is all there is.
    assert document["total"]["venue_concentration"] == pytest.approx(0.5)
    assert "venue 0.50, as 2.0 equal   asset 1.00, as 1.0 equal" in text


def test_a_sum_of_carry_at_an_old_rate_is_seen_to_be_old_wherever_it_stands():
    # Prices and accounts are of this moment, both rates ten minutes old.
    scene = held.old_rates()
    assert not any(row.is_stale for row in position_readings.portfolio(scene).rows)
    scene.ui.positions.group = "asset"
    heading = next(
        plain(line) for line in positions.lines(scene, 198, 28) if "2 legs" in plain(line)
    )
    assert heading.count(fmt.STALE) == 1
    asset = next(
        plain(line) for line in exposure.lines(scene, 90, 12) if plain(line)[2:].startswith("BTC")
    )
    assert asset.count(fmt.STALE) == 1
    now, ahead = (plain(line) for line in carry_spark.lines(scene, 90, 20)[1:3])
    assert fmt.STALE in now
    assert fmt.STALE in ahead
    assert re.search(r"carry ~[−+]\$", text_of(status, scene, 198, 1))
    fresh = held.hedged()
    assert fmt.STALE not in text_of(exposure, fresh)
    assert fmt.STALE not in text_of(status, fresh, 198, 1)
