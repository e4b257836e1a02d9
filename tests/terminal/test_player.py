"""A tape on the real screen: held, stepped and turned back with keys; also over a live desk."""

from pathlib import Path

from cockpit import config
from cockpit.config import Config
from cockpit.desk.live import Engine
from cockpit.desk.replay import ReplayEngine
from cockpit.desk.tape_over_live import TapeOverLive
from cockpit.desk.trader_files import TraderPaths
from cockpit.terminal.app import CockpitApp
from cockpit.ui.input import dispatch
from cockpit.ui.input.tape_actions import read_replay
from cockpit.wire.endpoints import Endpoint
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
        await until(lambda: desk.stats().playback.state == "paused")
        assert stated() == held + 20
        # The line is drawn twice a second.
        await until(lambda: "HELD" in top_line(app))
        shown = app.readings.view
        press("0", "5", "<")
        await until(lambda: desk.view is not shown)
        app._paint()
        assert app.readings.view is desk.view
        assert stated() == held + 15
        assert app.readings.now_ns == desk.stats().at_ns


async def test_a_tape_over_a_live_desk_wears_other_frames_and_says_that_live_goes_on(tmp_path):
    nowhere = Endpoint(rest_url="http://127.0.0.1:9", ws_urls={"main": "ws://127.0.0.1:9"})
    given = config.load(None, {"watch.symbols": ["BTC"], "watch.venues": ["bybit"]}, environ={})
    live = Engine(given, endpoints={"bybit": nowhere})
    app = CockpitApp(TapeOverLive(live, given, TraderPaths(), tmp_path), given, TERMINAL)

    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.pause()
        read_replay(app, [str(TAPE)])()
        app.redraw()
        app._paint()
        assert " REPLAY " in top_line(app)
        assert "live goes on" in top_line(app)
        assert app.palette.is_past
        assert app.readings.view is not live.view
        assert app.readings.now_ns < live.clock.now_ns()

        dispatch.press(app, "G")
        app.redraw()
        app._paint()
        assert " LIVE " in top_line(app)
        assert not app.palette.is_past
        assert app.readings.view is live.view


async def test_a_tape_is_opened_from_the_past_or_a_held_picture_and_is_neither(tmp_path):
    given = config.load(None, {"watch.symbols": ["BTC"], "watch.venues": ["bybit"]}, environ={})
    nowhere = Endpoint(rest_url="http://127.0.0.1:9", ws_urls={"main": "ws://127.0.0.1:9"})
    live = Engine(given, endpoints={"bybit": nowhere})
    app = CockpitApp(TapeOverLive(live, given, TraderPaths(), tmp_path), given, TERMINAL)

    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.pause()
        dispatch.press(app, "space")
        assert app.ui.frozen
        read_replay(app, [str(TAPE)])()
        app.redraw()
        assert not app.ui.frozen
        assert app.readings.mode == "REPLAY"
