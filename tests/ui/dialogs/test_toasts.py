"""Toasts: short, counted, capped; pure, told the time."""

import pytest

from cockpit.ui.dialogs.toasts import LASTS_S, MOST, Toasts
from cockpit.ui.text.styled import plain, width_of
from tests.terminal.seats import Seat


def texts(toasts):
    return [toast.text for toast in toasts.shown]


def test_the_same_words_again_are_counted_not_repeated():
    toasts = Toasts()
    for at_s in range(30):
        toasts.add("link down", "warn", at_s / 10)
    assert texts(toasts) == ["link down"]
    assert "link down (×30)" in plain(toasts.lines(80, 40)[1])


def test_never_more_than_a_few_and_the_newest_stay():
    toasts = Toasts()
    for i in range(40):
        toasts.add(f"alert {i}", "info", 0.0)
    assert texts(toasts) == [f"alert {i}" for i in range(40 - MOST, 40)]


def test_words_go_after_their_time_and_a_repetition_renews_it():
    toasts = Toasts()
    toasts.add("a", "info", 0.0)
    toasts.add("b", "info", 1.0)
    toasts.add("a", "info", 2.0)
    toasts.expire(1.5 + LASTS_S)
    assert texts(toasts) == ["a"]
    toasts.expire(2.0 + LASTS_S)
    assert toasts.lines(80, 40) == []


@pytest.mark.parametrize("room", [8, 20, 40, 79, 200])
@pytest.mark.parametrize("text", ["short", "x" * 500, "漢字 " * 40, "\x1b[31m[red]\n"])
def test_a_box_is_as_wide_as_it_says_and_fits(room, text):
    toasts = Toasts()
    toasts.add(text, "danger", 0.0)
    lines = toasts.lines(room, 40)
    assert len({width_of(line) for line in lines}) == 1
    assert width_of(lines[0]) <= room
    assert len(lines) <= 2 + 3
    assert all(plain(line).isprintable() for line in lines)


def test_long_words_are_broken_between_words():
    toasts = Toasts()
    toasts.add("funding above 100 %: SOL dydx: shorts pay", "warn", 0.0)
    rows = [plain(line).strip("│ ") for line in toasts.lines(30, 40)[1:-1]]
    assert " ".join(rows) == "funding above 100 %: SOL dydx: shorts pay"
    assert len(rows) == 2


def test_a_low_screen_shows_the_newest_and_what_is_dangerous():
    toasts = Toasts()
    for text, tone in (("old", "warn"), ("liquidation near", "danger"), ("new", "info")):
        toasts.add(text, tone, 0.0)
    assert len(toasts.lines(80, 45)) == 2 + 3
    shown = [plain(line).strip("│ ") for line in toasts.lines(80, 24)[1:-1]]
    assert shown == ["liquidation near", "new"]


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_no_toast_covers_the_verdicts_in_the_lowest_frame(own_home, size):
    app = Seat()
    async with app.run_test(size=size) as pilot:
        app.say("one alert " * 30, "warn")
        await pilot.pause()
        box = app.toaster.region
        assert box.y + box.height <= size[1] - 2, "the frame and the key line stay free"
        alerts = app.workspace.told_by()
        is_shown = alerts is not None
        assert is_shown is (size[0] >= 100)
        assert not is_shown or box.y + box.height <= alerts.y, "alerts tell it themselves"


def test_on_a_tiny_screen_a_toast_takes_one_line_and_says_that_it_goes_on():
    toasts = Toasts()
    toasts.add("funding above 100 %: AAVE dydx pays 117.8 % APR, longs pay", "warn", 0.0)
    (line,) = toasts.lines(38, 12)
    assert width_of(line) == 38
    assert plain(line).rstrip().endswith("…")
