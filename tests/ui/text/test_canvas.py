"""Plots: gaps stay gaps, scales are round, and every glyph set draws the same picture."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.ui.panes.plot_frame import Series, dated, framed_plot
from cockpit.ui.text.canvas import Canvas, bar, bar_left, nice_scale, spark, steps
from cockpit.ui.text.styled import plain, width_of
from tests.ui import scenes

GLYPHS = ("braille", "block", "ascii")
HOUR = 3_600_000_000_000


@pytest.mark.parametrize("glyphs", GLYPHS)
def test_a_level_line_is_one_row_of_marks(glyphs) -> None:
    canvas = Canvas(20, 5, glyphs)
    canvas.plot(np.zeros(canvas.dots_wide), 0.0, 1.0, "venue1")
    rows = canvas.lines()
    assert all(width_of(row) == 20 for row in rows)
    assert [plain(row).strip() != "" for row in rows] == [False, False, False, False, True]
    assert {role for _, role in rows[4]} == {"venue1"}


@pytest.mark.parametrize("glyphs", GLYPHS)
def test_a_gap_stays_a_gap(glyphs) -> None:
    canvas = Canvas(20, 3, glyphs)
    values = np.full(canvas.dots_wide, 0.5)
    half = canvas.dots_wide // 4
    values[half:-half] = np.nan
    canvas.plot(values, 0.0, 1.0, "venue1")
    text = max((plain(row) for row in canvas.lines()), key=lambda t: len(t.strip()))
    assert text[5:15].strip() == ""
    assert text[:5].strip() != ""
    assert text[15:].strip() != ""


def test_a_step_is_joined_by_a_riser() -> None:
    canvas = Canvas(4, 5, "ascii")
    canvas.plot(np.array([0.0, 0.0, 1.0, 1.0]), 0.0, 1.0, "venue1")
    assert [plain(row) for row in canvas.lines()] == ["  **", "  * ", "  * ", "  * ", "**  "]


def test_values_outside_the_scale_stay_on_the_edge() -> None:
    canvas = Canvas(4, 3, "ascii")
    canvas.plot(np.array([9.0, 9.0, -9.0, -9.0]), 0.0, 1.0, "venue1")
    rows = [plain(row) for row in canvas.lines()]
    assert rows[0][:2] == "**"
    assert rows[2][2:] == "**"


def test_the_later_series_takes_the_shared_cells() -> None:
    canvas = Canvas(4, 1, "ascii")
    canvas.plot(np.zeros(4), 0.0, 1.0, "venue1")
    canvas.plot(np.array([np.nan, 0.0, 0.0, np.nan]), 0.0, 1.0, "venue2")
    assert canvas.lines() == [[("*", "venue1"), ("++", "venue2"), ("*", "venue1")]]


def test_a_mark_is_drawn_over_the_lines() -> None:
    canvas = Canvas(4, 1, "ascii")
    canvas.plot(np.zeros(4), 0.0, 1.0, "venue1")
    canvas.mark(1, 0.0, 0.0, 1.0, "x", "warn")
    canvas.mark(99, 0.0, 0.0, 1.0, "x", "warn")
    assert canvas.lines() == [[("*", "venue1"), ("x", "warn"), ("**", "venue1")]]


def test_a_sample_holds_for_its_interval_and_not_longer() -> None:
    at = np.array([0, HOUR, 5 * HOUR], dtype=np.int64)
    edges = np.array([-1, 0, HOUR, 2 * HOUR, 3 * HOUR, 5 * HOUR], dtype=np.int64)
    drawn = steps(at, np.array([1.0, 2.0, 3.0]), edges, HOUR)
    np.testing.assert_array_equal(drawn, [np.nan, 1.0, 2.0, 2.0, np.nan, 3.0])
    assert np.isnan(steps(at[:0], np.empty(0), edges, HOUR)).all()


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(1, 20))
def test_a_scale_holds_the_data_and_zero_and_has_round_ticks(one, other, count) -> None:
    low, high = min(one, other), max(one, other)
    bottom, top, ticks = nice_scale(low, high, count)
    slack = (top - bottom) * 1e-6
    assert bottom <= min(low, 0.0) + slack
    assert top >= max(high, 0.0) - slack
    assert 2 <= len(ticks) <= 2 * count + 3
    assert any(tick == 0.0 for tick in ticks)


def test_bars_grow_in_half_cells_and_never_vanish() -> None:
    assert [bar(f, 4) for f in (0.0, 0.001, 0.5, 0.625, 1.0, 7.0)] == [
        "    ", "▌   ", "██  ", "██▌ ", "████", "████",
    ]  # fmt: skip
    assert [bar_left(f, 4) for f in (0.001, 0.625, 1.0)] == ["   ▐", " ▐██", "████"]


def test_a_spark_shows_the_newest_values_between_their_own_bounds() -> None:
    text = spark(np.array([9.0, 1.0, 2.0, np.nan, 3.0]), 4)
    assert len(text) == 4
    assert text[0] < text[1] < text[3]
    assert text[2] == " "
    assert spark(np.array([np.nan]), 3) == "   "


@pytest.mark.parametrize("count", [1, 2])
def test_without_colour_two_lines_are_told_apart_by_their_marks_and_one_stays_fine(count) -> None:
    scene = scenes.live()
    scene.has_colour = False
    names = scenes.VENUES[:count]

    def draw(canvas: Canvas) -> list[Series]:
        for i in range(count):
            canvas.plot(np.full(canvas.dots_wide, 2.0 + i * 4), 0.0, 10.0, f"venue{i + 1}")
        return [Series(name, f"venue{i + 1}", 2.0 + i * 4, "") for i, name in enumerate(names)]

    plot = framed_plot(scene, 80, 11, 0.0, 10.0, (0.0, 10.0), draw)
    rows = [plain(line) for line in plot.lines]
    ends = {name: next(row for row in rows if name in row) for name in names}
    if count == 1:
        assert any("\u2800" <= char <= "\u28ff" for char in ends[names[0]])
    else:
        assert "****" in ends[names[0]]
        assert "* * alphaswap" in ends[names[0]]
        assert "++++" in ends[names[1]]
        assert "+ + bravo" in ends[names[1]]


def test_a_label_has_the_mark_of_its_own_line_whatever_was_drawn_before_it() -> None:
    """As a carry is drawn: where the hold ends, the band's edges, what it costs, what it earns."""
    scene = scenes.live()
    scene.has_colour = False

    def draw(canvas: Canvas) -> list[Series]:
        level = np.ones(canvas.dots_wide)
        canvas.area(np.arange(canvas.dots_wide) == 9, "frame_focus")
        canvas.plot(level * 8, 0.0, 10.0, "dim")
        canvas.plot(level * 6, 0.0, 10.0, "ask")
        canvas.plot(level * 2, 0.0, 10.0, "accent")
        return [Series("earned", "accent", 2.0, "+$2"), Series("cost", "ask", 6.0, "$6")]

    plot = framed_plot(scene, 80, 11, 0.0, 10.0, (0.0, 10.0), draw)
    rows = [plain(line) for line in plot.lines]
    assert next(row for row in rows if "cost" in row).count("*") > 40
    assert "* * cost" in next(row for row in rows if "cost" in row)
    assert "+ + earned" in next(row for row in rows if "earned" in row)
    assert any("....." in row for row in rows)
    assert all("|" in row for row in rows if "+" not in row and "*" not in row and "." not in row)
    assert plot.marks == {"ask": "*", "accent": "+"}


@pytest.mark.parametrize("glyphs", GLYPHS)
def test_a_line_of_nothing_known_takes_no_mark(glyphs) -> None:
    canvas = Canvas(8, 4, glyphs)
    canvas.plot(np.full(canvas.dots_wide, np.nan), 0.0, 1.0, "gain")
    canvas.plot(np.zeros(canvas.dots_wide), 0.0, 1.0, "accent")
    assert canvas.marks == {"accent": "*"}


def test_the_first_of_a_month_is_not_written_over_by_the_next_day() -> None:
    """30 days on 78 columns: 2.6 a day, so `1 Nov` reaches over the second and the third."""
    end_ns = int(datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()) * 10**9
    text = plain(dated(end_ns - 720 * HOUR, end_ns, 0, 78))
    assert text.split()[:4] == ["1", "Nov", "04", "06"]


def test_lines_that_lie_on_each_other_take_turns() -> None:
    canvas = Canvas(12, 1, "ascii")
    canvas.plot(np.zeros(12), 0.0, 1.0, "venue1")
    canvas.plot(np.zeros(12), 0.0, 1.0, "venue2")
    assert [role for _, role in canvas.lines()[0]] == ["venue2", "venue1", "venue2", "venue1"]
    canvas.plot(np.zeros(12), 0.0, 1.0, "venue3")
    assert {role for _, role in canvas.lines()[0]} == {"venue1", "venue2", "venue3"}
