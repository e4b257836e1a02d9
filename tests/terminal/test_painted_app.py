"""The running app on an emulated terminal: what is sent, when, and what stands there in the end."""

import random
from dataclasses import dataclass, field

import pytest
from rich.color import ColorSystem
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from cockpit.config import Config
from cockpit.terminal import workspace_screen
from cockpit.terminal.app import CockpitApp
from cockpit.terminal.painted_app import QUERY
from cockpit.terminal.renderer.byte_budget import Budget
from cockpit.terminal.renderer.compositor_adapter import SELF_TEST_FAILED
from cockpit.terminal.renderer.front_buffer import FrontBuffer
from cockpit.terminal.renderer.sgr import Depth
from cockpit.ui.theme.capabilities import Terminal
from cockpit.ui.theme.themes import load_theme, theme_names
from tests.terminal.desks import StillDesk
from tests.terminal.terminals import Emulator

pytestmark = pytest.mark.usefixtures("own_home")
KEYS = ("j", "k", "h", "l", "g", "G", "tab", "shift+tab", "z", "down", "up", "1", "2", "3")


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    """No config and no memory of this machine."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))


@dataclass
class Wire:
    """Stands where the driver's writer stands: a terminal that reads at once, or does not."""

    terminal: Emulator
    backlog: int = 0
    sent: list[str] = field(default_factory=list)
    sent_bytes: int = 0

    def put(self, text: str) -> None:
        self.sent.append(text)
        self.sent_bytes += len(text.encode())
        self.terminal.feed(text.replace(QUERY, ""))


class Watched(CockpitApp):
    """The app with a wire of the test's."""

    def __init__(self, width: int, height: int, *, diff: bool = True) -> None:
        terminal = Terminal(
            color="truecolor",
            color_reason="",
            glyphs="braille",
            glyphs_reason="",
            over_ssh=False,
        )
        self.wire = Wire(Emulator(width, height))
        self.desk = StillDesk()
        super().__init__(self.desk, Config(), terminal, diff=diff)

    @property
    def out(self):
        return self.wire

    def shown(self):
        return self.wire.terminal.cells()

    def wanted(self):
        """The cells of a terminal to which the whole picture was sent."""
        width, height = self.size
        front = FrontBuffer(Depth(ColorSystem.TRUECOLOR))
        front.resize(width, height)
        whole = Emulator(width, height)
        strips = self.screen._compositor.render_strips()
        whole.feed(front.paint((y, 0, strip._segments) for y, strip in enumerate(strips)))
        return whole.cells()


class Question(ModalScreen[None]):
    """A dialog as textual makes them."""

    def compose(self) -> ComposeResult:
        yield Static("漢字 which symbol?")
        yield Input(placeholder="BTC")


def press(app: Watched, key: str) -> None:
    """A key, without the patience of a pilot: five hundred of them must not take a minute."""
    action = app.keymap.find(key, app.ui.focus)
    assert action is not None
    app.do(action.id)


async def test_keys_resizes_and_themes_by_the_hundred_leave_the_picture_of_a_full_repaint():
    seed = random.Random(7)
    app = Watched(120, 40)
    async with app.run_test(size=(120, 40)) as pilot:
        for step in range(500):
            app.desk.stir(seed, 5)
            press(app, seed.choice(KEYS))
            if step % 40 == 39:
                app.wear(load_theme(seed.choice(theme_names())))
            if step % 50 == 49:
                width, height = seed.choice(((80, 24), (200, 60), (120, 40), (60, 15)))
                app.wire.terminal.resize(width, height)
                await pilot.resize_terminal(width, height)
            if step % 25 == 24:
                await pilot.pause()
                app._paint()
                assert app.shown() == app.wanted(), f"after {step + 1} keys"


@pytest.fixture
def busy_machine(monkeypatch):
    """Where a key leaves time for no pane but the focused one."""
    monkeypatch.setattr(workspace_screen, "MOVE_S", 0.0)


@pytest.mark.usefixtures("busy_machine")
@pytest.mark.parametrize("toast", ["", "recording into a folder"])
async def test_a_turn_to_another_workspace_leaves_no_row_of_the_one_before(toast):
    app = Watched(120, 40)
    async with app.run_test(size=(120, 40)) as pilot:
        app._paint()
        await pilot.pause()
        assert "open interest" in app.wire.terminal.text()
        if toast:
            app.say(toast)
            await pilot.pause()
        covered = [y for y in range(40) if app.workspace._is_covered(y)]
        press(app, "2")
        # The next beat of the clock has not come: a busy machine may be seconds late with it.
        rows = app.wire.terminal.text().splitlines()
        shown = "\n".join(row for y, row in enumerate(rows) if y not in covered)
        assert "DEPTH" in rows[0]
        for title in ("open interest", "funding curves", "alerts", "health · "):
            assert title not in shown


async def test_with_time_enough_a_turn_to_another_workspace_is_one_whole_picture(monkeypatch):
    monkeypatch.setattr(workspace_screen, "MOVE_S", 60.0)
    app = Watched(120, 40)
    async with app.run_test(size=(120, 40)) as pilot:
        app._paint()
        await pilot.pause()
        press(app, "2")
        shown = app.wire.terminal.text()
        for title in ("books", "consolidated", "liquidity", "depth through time", "cost"):
            assert title in shown


async def test_a_thin_link_shows_nothing_of_the_workspace_before_while_the_next_comes_in_parts():
    app = Watched(120, 40)
    async with app.run_test(size=(120, 40)) as pilot:
        app._paint()
        await pilot.pause()
        assert "open interest" in app.wire.terminal.text()
        app.clock.window = 500
        press(app, "2")
        shown = app.wire.terminal.text()
        assert "DEPTH" in shown.splitlines()[0]
        for title in ("open interest", "funding curves", "alerts", "health · "):
            assert title not in shown
        for _ in range(200):
            app._paint()
            app._settle(0.0, 0)
            await pilot.pause()
        assert app.shown() == app.wanted()


async def test_a_dialog_stays_where_the_workspace_under_it_turns_on_a_thin_link():
    app = Watched(120, 40)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.push_screen(Question())
        await pilot.pause()
        app.clock.window = 500
        press(app, "2")
        assert "which symbol?" in app.wire.terminal.text()


@pytest.mark.usefixtures("busy_machine")
async def test_what_a_workspace_showed_an_hour_ago_is_not_shown_again_at_the_turn_back_to_it():
    app = Watched(120, 40)
    async with app.run_test(size=(120, 40)) as pilot:
        app._paint()
        await pilot.pause()
        assert "100." in app.workspace._panes["depth"].strip(3).text
        press(app, "4")
        press(app, "1")
        assert app.workspace._panes["depth"].strip(3) is None
        app._paint()
        await pilot.pause()
        assert app.shown() == app.wanted()


async def test_a_dialog_opens_and_closes_without_a_trace():
    app = Watched(80, 24)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.push_screen(Question())
        await pilot.pause()
        await pilot.press(*"eth")
        assert "漢字" in app.wire.terminal.text()
        assert app.shown() == app.wanted()
        app.desk.stir(random.Random(1), 50)
        app._paint()
        await pilot.pause()
        assert app.shown() == app.wanted()
        app.pop_screen()
        await pilot.pause()
        assert "漢字" not in app.wire.terminal.text()
        assert app.shown() == app.wanted()


async def test_a_toast_comes_and_goes_without_a_trace_while_the_panes_go_on():
    app = Watched(120, 40)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.say("recording into a folder")
        await pilot.pause()
        assert "recording into a folder" in app.wire.terminal.text()
        app.desk.stir(random.Random(3), 100)
        press(app, "j")
        press(app, "2")
        app._paint()
        await pilot.pause()
        assert "recording into a folder" in app.wire.terminal.text()
        assert app.shown() == app.wanted()
        app.toaster.toasts.expire(1e12)
        app.toaster._show()
        await pilot.pause()
        assert "recording into a folder" not in app.wire.terminal.text()
        assert app.shown() == app.wanted()


async def test_a_frame_waits_for_a_key_that_is_on_its_way_and_loses_nothing(monkeypatch):
    app = Watched(120, 40)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app._paint()
        monkeypatch.setattr(app, "is_key_waiting", lambda _: True)
        app.desk.stir(random.Random(4), 100)
        before = len(app.wire.sent)
        app._paint()
        assert len(app.wire.sent) == before
        monkeypatch.undo()
        for pane in app.workspace._all:
            pane.hurry()
        app._paint()
        assert len(app.wire.sent) > before
        assert app.shown() == app.wanted()


async def test_turning_to_another_workspace_lays_nothing_out_anew(monkeypatch):
    app = Watched(200, 60)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        laid_out = []
        monkeypatch.setattr(
            app.workspace, "_refresh_layout", lambda *args, **_: laid_out.append(args)
        )
        for key in ("2", "3", "7", "1"):
            press(app, key)
            app._paint()
            await pilot.pause()
        assert not laid_out
        assert app.shown() == app.wanted()


async def test_a_cursor_key_is_echoed_at_once_and_costs_little():
    app = Watched(200, 60)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        before = len(app.wire.sent)
        press(app, "j")
        echo = "".join(app.wire.sent[before:])
        assert "ETH" in app.wire.terminal.screen.display[0]
        assert 0 < len(echo) < 2500


async def test_while_the_terminal_does_not_read_nothing_is_sent_and_then_all_that_changed():
    app = Watched(120, 40)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.wire.backlog = 5
        before = len(app.wire.sent)
        press(app, "j")
        app.desk.stir(random.Random(2), 100)
        app._paint()
        await pilot.pause()
        assert len(app.wire.sent) == before
        app.wire.backlog = 0
        app.may_draw()
        await pilot.pause()
        assert app.shown() == app.wanted()


async def test_a_frame_asks_only_a_terminal_that_answers():
    app = Watched(80, 24)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        draw_a_frame(app, "j")
        assert not any(QUERY in text for text in app.wire.sent)
        app.clock.answered(0.0)
        draw_a_frame(app, "k")
        assert sum(text.count(QUERY) for text in app.wire.sent) == 1


async def test_ctrl_l_sends_every_cell_again():
    app = Watched(80, 24)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.wire.terminal.feed("\x1b[2J somebody else wrote here")
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert app.shown() == app.wanted()


async def test_on_a_thin_link_a_picture_comes_in_pieces_and_comes_whole():
    app = Watched(120, 40)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.clock.window = 600
        before = len(app.wire.sent)
        press(app, "2")
        await pilot.pause()
        assert "DEPTH" in app.wire.terminal.screen.display[0]
        assert sum(map(len, app.wire.sent[before:])) < 4_000
        for _ in range(60):
            app.may_draw()
            await pilot.pause()
        assert app.shown() == app.wanted()
        assert max(map(len, app.wire.sent[before:])) < 2_500


def test_the_textual_that_is_installed_passes_the_self_test():
    assert Watched(80, 24).drawing_problem == ""


async def test_an_unknown_textual_is_drawn_the_plain_way_and_the_screen_says_so(monkeypatch):
    monkeypatch.setattr("cockpit.terminal.painted_app.self_test", lambda app: SELF_TEST_FAILED)
    app = Watched(80, 24)
    assert app.readings.problem == SELF_TEST_FAILED
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j")
        assert app.readings.symbol == "ETH"


async def test_drawn_the_plain_way_a_key_is_answered_in_the_status_line_too(monkeypatch):
    app = Watched(120, 40, diff=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        asked = []
        monkeypatch.setattr(
            app.workspace._pane_host, "refresh", lambda *regions: asked.extend(regions)
        )
        press(app, "j")
        assert any(region.y == 0 for region in asked)


@pytest.mark.parametrize("size", [(12, 3), (20, 4), (400, 100)])
async def test_no_size_is_too_small_or_too_large(size):
    app = Watched(*size)
    async with app.run_test(size=size) as pilot:
        await pilot.press("tab", "z", "j")
        await pilot.pause()
        assert app.shown() == app.wanted()


def draw_a_frame(app: Watched, key: str) -> None:
    """One beat at a time when a frame is due, and something to draw in it."""
    app.clock._next_s = 0.0
    app.clock.budget = Budget()
    assert app.may_draw()
    press(app, key)
