"""The first minutes: three lines at the first start, and a tour that any key ends."""

import pytest

from cockpit.ui.help.tour import FIRST_RUN, TOUR
from cockpit.ui.text.styled import plain
from tests.terminal.seats import Seat

pytestmark = pytest.mark.usefixtures("own_home")
SIZE = (120, 40)


def words(app) -> str:
    box = app.guide
    lines = box.pane._lines
    return " ".join(plain(line).strip("│ ") for line in lines)


async def test_the_first_start_says_three_lines_and_a_key_does_what_it_does():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        assert app.is_first_run
        app.guide.welcome()
        await pilot.pause()
        assert app.guide.display
        assert all(text.split()[0] in words(app) for text in FIRST_RUN)
        await pilot.press("j")
        assert not app.guide.display
        assert app.readings.symbol == "ETH"


async def test_on_a_small_terminal_the_welcome_is_two_lines_and_the_table_stays_in_sight():
    app = Seat()
    async with app.run_test(size=(80, 24)) as pilot:
        app.guide.welcome()
        await pilot.pause()
        assert app.guide.region.height == 4
        assert "1-8 workspaces" in words(app)
        await pilot.resize_terminal(*SIZE)
        await pilot.pause()
        assert all(text.split()[0] in words(app) for text in FIRST_RUN)


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (80, 24)])
async def test_the_welcome_lies_over_nothing_and_gives_its_rows_back(size):
    app = Seat()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        before = app.workspace._places
        app.guide.welcome()
        await pilot.pause()
        top = app.guide.region.y
        assert app.guide.region.bottom == size[1] - 1
        assert max(box.y + box.height for box in app.workspace._places.values()) == top
        assert set(app.workspace._places) == set(before), "the same panes, a little lower"
        app.guide.end()
        assert app.workspace._places == before


async def test_a_terminal_without_rows_to_spare_is_told_nothing():
    app = Seat()
    async with app.run_test(size=(38, 8)) as pilot:
        app.guide.welcome()
        await pilot.pause()
        assert not app.guide.display


async def test_who_has_been_here_before_is_not_welcomed_again():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.save_memory()
    again = Seat()
    async with again.run_test(size=SIZE):
        assert not again.is_first_run


async def test_the_tour_goes_through_six_things_and_a_key_ends_it():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        seen = []
        for step in TOUR:
            app.guide.tour()
            await pilot.pause()
            seen.append(app.ui.workspace)
            assert step.text.split(".")[0][:20] in words(app)
        assert seen == ["markets", "funding", "depth", "positions", "plan", "health"]
        before = app.readings.symbol
        await pilot.press("j")
        assert not app.guide.display
        assert app.readings.symbol == before, "the key that ends the tour does nothing else"
        await pilot.press("j")
        assert app.readings.symbol != before


@pytest.mark.parametrize("size", [(200, 60), (80, 24), (38, 8)])
async def test_the_guide_fits_every_screen(size):
    app = Seat()
    async with app.run_test(size=size) as pilot:
        app.guide.welcome()
        await pilot.pause()
        box = app.guide.region
        assert box.x >= 0
        assert box.right <= size[0]
        assert box.bottom <= size[1] - 1


@pytest.mark.parametrize("size", [(200, 60), (80, 24), (38, 8)])
async def test_what_lies_over_the_panes_follows_the_terminals_size(size):
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        app.guide.welcome()
        app.say("a plan was kept", "danger")
        await pilot.pause()
        await pilot.resize_terminal(*size)
        await pilot.pause()
        for box in (app.guide, app.toaster):
            assert box.region.right <= size[0]
            assert box.region.bottom <= size[1] - 1
            assert box.size.height == len(box._lines_of(app.readings, *box.size))
        app.guide.end()
        await pilot.resize_terminal(*SIZE)
        assert not app.guide.display, "what was hidden stays hidden"
