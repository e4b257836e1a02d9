"""A tape on the real screen: held, stepped and turned back with keys."""

from pathlib import Path

from cockpit.config import Config
from cockpit.desk.replay import ReplayEngine
from cockpit.terminal.app import CockpitApp
from cockpit.ui.input import dispatch
from tests.support import until
from tests.terminal.seats import TERMINAL

TAPE = Path(__file__).resolve().parents[1] / "captures" / "bybit.jsonl"


def top_line(app):
    return "".join(segment.text for segment in app.workspace._status.strip(0)._segments)


async def test_a_tape_is_held_stepped_and_turned_back_on_the_screen():
    desk = ReplayEngine([TAPE], speed=1.0, start=None)
    app = CockpitApp(desk, Config(), TERMINAL)

    def press(*keys):
        for key in keys:
            dispatch.press(app, key)

    def stated():
        return desk._run.replay.progress.stated

    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.pause()
        press("space")
        held = stated()
        press("0", "2", "0", ">")
        await until(lambda: stated() == held + 20)
        app._paint()
        assert "HELD" in top_line(app)
        shown = app.readings.view
        press("0", "5", "<")
        await until(lambda: desk.view is not shown)
        app._paint()
        assert app.readings.view is desk.view
        assert stated() == held + 15
        assert app.readings.now_ns == desk.stats().at_ns
