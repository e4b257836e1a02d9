"""How answers look: columns line up, the unknown is a dot, warnings come first, legs tell all."""

import numpy as np
import pytest

from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.common.result import Column, Result, Table
from cockpit.calculators.common.words import usd_words
from cockpit.calculators.saved_plans import fill
from cockpit.calculators.stress.calculator import ranked
from cockpit.core.assumptions import Assumption
from cockpit.core.plan import Plan
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.ui.model.answer_table import table_of, view_of_answer
from cockpit.ui.model.calculator_form import Given, compute
from cockpit.ui.model.table import TableCursor, view_of
from cockpit.ui.panes import form_pane
from cockpit.ui.panes.plan import carry_picture, form, legs, picture, result
from cockpit.ui.panes.stress import histogram, stress
from cockpit.ui.panes.table import table_lines
from cockpit.ui.readings import plan_pricing
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import plain
from tests.ui import scenes
from tests.ui.input.test_form_prefill import opened
from tests.ui.scenes import AT_NS

TABLE = Table(
    columns=(Column("venue"), Column("size", "base"), Column("cost", "usd"), Column("odds", "frac"),
             Column("gate")),
    rows=(("bravo", 0.5, 12.25, 0.0105, "spread too small"), ("alphaswap", 12.125, None, -0.2, "")),
)  # fmt: skip


def texts(lines):
    return [plain(line) for line in lines]


def drawn(answered: Table, width: int, height: int, key=None):
    view = view_of(table_of(answered), TableCursor(key=key))
    return table_lines(view, width, height, is_focused=True)


def test_columns_line_up_on_the_decimal_point_and_the_unknown_is_a_dot():
    lines, note = drawn(TABLE, 80, 10)
    head, units, first, second = texts(lines)
    assert note == ""
    assert head.split() == ["venue", "size", "cost", "odds", "gate"]
    assert units.split() == ["coins", "$", "%"]
    assert first.strip("▌ ").split()[1:4] == ["0.500", "12.25", "1.05"]
    assert second.split()[1:4] == ["12.125", "·", "−20.00"]
    assert first.index("0.500") + 1 == second.index("12.125") + 2


def test_columns_that_do_not_fit_are_counted_and_never_cut():
    lines, note = drawn(TABLE, 30, 10)
    assert note == "+2 →"
    assert texts(lines)[2].strip("▌ ").split() == ["bravo", "0.500", "12.25"]


def test_the_row_that_was_chosen_stays_in_sight_however_many_there_are():
    rows = tuple((f"v{i}", float(i), 1.0, 0.0, "") for i in range(20))
    lines, note = drawn(Table(TABLE.columns, rows), 80, 6, key=("v17",))
    assert any("v17" in text for text in texts(lines))
    assert note == "16–19 of 20"


def test_a_carry_shows_every_pair_of_its_coin_and_the_row_of_the_cell_gives_its_legs():
    scene = scenes.live()
    opened(scene, "carry")
    shown = scene.ui.forms.shown
    assert shown is not None
    assert shown.result is not None
    asked = (shown.text("long_venue"), shown.text("short_venue"))
    values = shown.result.values
    assert len(values.pairs) == 3
    assert (values.long_venue, values.short_venue) == asked
    assert shown.result.plan is not None
    assert {leg.venue for leg in shown.result.plan.legs} == set(asked)


def test_a_pair_that_leaves_more_than_the_cell_s_is_named_in_the_verdict():
    scene = scenes.live()
    scene.ui.pinned = ("alphaswap", "charliedex")
    opened(scene, "carry")
    shown = scene.ui.forms.shown
    assert shown is not None
    assert shown.result is not None
    best = shown.result.values.pairs[0]
    assert {best.long_venue, best.short_venue} != {"alphaswap", "charliedex"}
    said = "".join(texts(result.lines(scene, 160, 40)))
    assert f"Best pair of BTC: long on {best.long_venue}, short on {best.short_venue}" in said


def test_warnings_stand_above_the_figures_and_what_cannot_be_done_above_them():
    scene = scenes.live()
    opened(scene, "carry")
    shown = scene.ui.forms.shown
    assert shown is not None
    assert shown.result is not None
    shown.result = Result(
        values=shown.result.values, warnings=("bravo: book is stale",),
        infeasible="margin at bravo", plan=shown.result.plan,
    )  # fmt: skip
    lines = texts(result.lines(scene, 100, 30))
    assert "cannot be done: margin at bravo" in lines[1]
    assert "! bravo: book is stale" in lines[2]


@pytest.mark.parametrize("size", [(54, 20), (80, 22), (124, 28)])
def test_panes_are_exactly_as_large_as_asked(size):
    scene = scenes.live()
    for name in ("carry", "hedge", "stagger", "unwind", "margin"):
        opened(scene, name)
        for pane in (form, result, legs):
            lines = pane.lines(scene, *size)
            assert len(lines) == size[1]
            assert {len(text) for text in texts(lines)} == {size[0]}


def test_an_assumed_fee_stands_in_the_form_with_its_value_and_its_source():
    scene = scenes.live()
    opened(scene, "carry")
    shown = scene.ui.forms.shown
    assert shown is not None
    assert shown.result is not None
    shown.shows_all = True
    shown.result = Result(
        values=shown.result.values,
        assumptions=(
            Assumption(
                field="taker_fee",
                place="bravo",
                what="taker fee",
                value=0.0002,
                figure="0.02 %",
                why="the documented base tier",
            ),
            Assumption(what="something else"),
        ),
    )
    lines = texts(form.lines(scene, 90, 34))
    (fee,) = [text for text in lines if text[1:].split()[:1] == ["bravo"]]
    assert "0.02%" in fee
    assert "the documented base tier" in fee
    assert any("something else" in text for text in lines)


def test_a_small_fraction_is_said_in_per_cent_without_an_exponent():
    scene = scenes.live()
    opened(scene, "carry")
    shown = scene.ui.forms.shown
    assert shown is not None
    assert shown.result is not None
    shown.shows_all = True
    shown.result = Result(
        values=shown.result.values,
        assumptions=(Assumption(field="mean_spread_hourly", value=3.91e-5, why="mean"),),
    )
    (row,) = [text for text in texts(form.lines(scene, 90, 34)) if text[1:].startswith(" usual")]
    assert "0.00391%" in row
    assert "e-05" not in row
    assert "mean" in row


def test_a_positions_list_is_said_in_words():
    said = form_pane.brief('[{"venue":"bravo","symbol":"BTC","size":-1.5}]')
    assert said == "1: −1.5 BTC bravo"
    assert form_pane.brief("[broken") == "[broken"


def test_legs_of_a_kept_plan_say_what_is_left_and_what_stands_open():
    scene = scenes.live()
    opened(scene, "carry")
    plan = plan_pricing.proposed(scene, "btc-carry")
    assert plan is not None
    scenes.keep(scene, fill(plan, 0, 64_010.0, 1.0, scene.now_ns))
    text = "\n".join(texts(legs.lines(scene, 120, 20)))
    assert "btc-carry" in text
    assert "unhedged now: +1 BTC ($64,000)" in text
    # 10 USD above the mid of 64,000 and 2 bps of fee on 64,010 USD.
    assert "Cost so far 3.6 bps ($22.80)" in text


def test_a_plan_that_is_kept_while_the_books_are_old_expects_no_price_of_them():
    scene = scenes.live()
    opened(scene, "carry")
    shown = scene.ui.forms.shown
    assert shown is not None
    assert shown.result is not None
    assert shown.result.plan is not None
    leg = shown.result.plan.legs[0]
    assert plan_pricing.expected(scene, leg).mid == 64_000
    assert plan_pricing.likely_price(scene, leg) != leg.limit
    scene.now_ns = AT_NS + 600 * NS_PER_S
    plan = plan_pricing.proposed(scene, "btc-carry")
    assert plan is not None
    assert {(one.mid, one.cost_frac) for one in plan.expected} == {(None, None)}
    assert all(one.fee_frac is not None for one in plan.expected)
    # The touch of ten minutes ago is no price of now; the leg's own limit still is one.
    assert plan_pricing.likely_price(scene, leg) == leg.limit


def test_the_touch_of_an_old_book_is_seen_to_be_old():
    scene = scenes.live()
    opened(scene, "carry")
    row = texts(legs.lines(scene, 140, 20))[2]
    assert "bps" in row
    assert fmt.STALE not in row
    scene.now_ns = AT_NS + 600 * NS_PER_S
    drawn = legs.lines(scene, 140, 20)[2]
    old = [role for text, role in drawn if fmt.STALE in text]
    # The price that the leg would meet, and what its limit leaves beyond it.
    assert old == ["stale", "stale"]


def test_no_legs_say_why():
    scene = scenes.live()
    opened(scene, "carry")
    shown = scene.ui.forms.shown
    assert shown is not None
    assert shown.result is not None
    shown.result = Result(values=shown.result.values, plan=Plan(legs=()))
    assert "no legs" in "\n".join(texts(legs.lines(scene, 80, 10)))
    shown.is_outdated = True
    assert "the inputs must be mended first" in "\n".join(texts(legs.lines(scene, 80, 10)))


@pytest.mark.parametrize(
    ("monte_carlo", "errors", "words"),
    [
        ("no", {}, "they are switched off"),
        ("true", {"positions": "there are none"}, "has to be mended first"),
        ("true", {"monte_carlo": "the worker died"}, "could be drawn: the worker died"),
        ("true", {}, "begin with the next change"),
    ],
)
def test_where_no_futures_are_drawn_the_reason_is_the_true_one(monte_carlo, errors, words):
    scene = scenes.live()
    stress = scene.ui.forms.open("stress")
    stress.given["monte_carlo"] = Given(monte_carlo, "typed")
    stress.errors.update(errors)
    assert words in " ".join(texts(histogram.lines(scene, 120, 12)))


def test_while_a_number_is_typed_the_last_whole_answer_stands_dim():
    scene = scenes.live()
    opened(scene, "carry")
    shown = scene.ui.forms.shown
    assert shown is not None
    shown.cursor = [row.key for row in shown.rows()].index("notional_usd")
    shown.edit()
    shown.type("1", "1")
    shown.type("e", "e")
    compute(shown, scene.view, Settings(now_ns=AT_NS))
    assert shown.is_outdated
    for pane in (result, picture):
        drawn = pane.lines(scene, 120, 30)
        inside = {role for line in drawn[1:-1] for text, role in line if text.strip("│ ")}
        assert inside == {"dim"}
    # What is wrong is said beside what is typed, by its label, and nowhere else meanwhile.
    assert "expected a number above 0" in "".join(texts(form.lines(scene, 120, 30)))
    assert "expected a number" not in "".join(texts(result.lines(scene, 120, 30)))


@pytest.mark.parametrize("height", [12, 16, 22])
def test_the_worst_scenario_stays_in_sight_wherever_the_cursor_is(height):
    scene = scenes.live()
    opened(scene, "stress")
    asked = scene.ui.forms.opened["stress"]
    assert asked.result is not None
    view = view_of_answer(asked)
    for place in (0, 5, len(view.rows) - 1):
        view.go(place)
        rows = texts(stress.lines(scene, 100, height))
        worst = asked.result.values.worst.replace("_", " ")
        assert any(worst in row and "Worst is" not in row for row in rows)
        assert any(row.startswith("│▌") for row in rows)


def test_assumptions_that_differ_by_venue_alone_are_one_sentence():
    scene = scenes.live()
    opened(scene, "carry")
    shown = scene.ui.forms.shown
    assert shown is not None
    assert shown.result is not None
    shown.result = Result(
        values=shown.result.values,
        assumptions=tuple(
            Assumption(field="taker_fee", place=venue, what="taker fee", value=fee, why="base tier")
            for venue, fee in (("alphaswap", 0.00045), ("bravo", 0.0002))
        ),
    )
    said = "".join(texts(form.lines(scene, 100, 30)))
    assert "taker fee: alphaswap 0.045%, bravo 0.02%; base tier" in said


@pytest.mark.parametrize("columns", [40, 181, 300])
def test_a_carry_s_picture_begins_with_its_first_stamp_and_ends_with_its_last(columns):
    """Nanoseconds of today are beyond a float's digits: the first column must not be the last."""
    at = np.arange(AT_NS + 1, AT_NS + 213 * HOUR_NS, 2 * HOUR_NS, dtype=np.int64)
    found = carry_picture.places(at, columns)
    assert (found[0], found[-1]) == (0, len(at) - 1)
    assert (np.diff(found) >= 0).all()


def test_the_bars_of_a_scenario_are_its_parts_and_their_sum():
    scene = scenes.live()
    opened(scene, "stress")
    drawn = texts(stress.lines(scene, 130, 48))
    asked = scene.ui.forms.opened["stress"]
    assert asked.result is not None
    row = ranked(asked.result.values)[0]
    sums = [text for text in drawn if text.startswith("│ = result")]
    assert len(sums) == 1
    assert usd_words(row.pnl_usd) in sums[0]
    named = [text for text in drawn if text.startswith("│ liquidation") and "scenario" not in text]
    # A part of nothing is left out; one that is not known is there and empty.
    assert bool(named) is (row.liquidation_usd != 0)


def test_help_that_has_no_room_beside_its_field_is_seen_to_go_on():
    scene = scenes.live()
    opened(scene, "carry")
    shown = scene.ui.forms.shown
    assert shown is not None
    shown.shows_all = True
    low = texts(form.lines(scene, 80, 12))
    row = next(text for text in low if "long on" in text)
    assert row.rstrip("│ ").endswith("…")
