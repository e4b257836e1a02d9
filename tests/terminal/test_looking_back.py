"""The screen turned to the past: marked everywhere, still, and live again with one key."""

from cockpit.core.units import NS_PER_S
from cockpit.desk.contract import LookBack
from cockpit.desk.stats import PastMoment
from tests.support import AT_NS
from tests.terminal.seats import KnownDesk, Seat

HOURS_NS = 7800 * NS_PER_S


class RememberingDesk(KnownDesk):
    """Finds every moment at once: the market of now, under the time that was asked for."""

    def post(self, intent):
        super().post(intent)
        if isinstance(intent, LookBack):
            view = self.view.still()
            self.found = PastMoment(asked_ns=intent.at_ns, at_ns=intent.at_ns, view=view)


class PastSeat(Seat):
    def __init__(self):
        super().__init__()
        self.desk = self.known = RememberingDesk()
        self.readings.view = self.known.view


def top_line(app):
    return "".join(segment.text for segment in app.workspace._status.strip(0)._segments)


def frame_style(app):
    """The style of the upper left corner of the upper left pane."""
    panes = [p for p in app.workspace._turns if p.box and p.box.y == 1]
    pane = min(panes, key=lambda p: p.box.x)
    return pane.strip(0)._segments[0].style


async def test_the_screen_turns_to_the_past_and_back():
    app = PastSeat()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        live_frame = frame_style(app)
        app.type("0", "1", "3", "0", "<")
        app._paint()
        app._paint()
        assert "AS OF 06:43, 2 h 10 m ago" in top_line(app)
        assert app.readings.now_ns == AT_NS - HOURS_NS
        assert frame_style(app) != live_frame
        app.known.clock.advance_s(60)
        app._paint()
        assert app.readings.now_ns == AT_NS - HOURS_NS, "the picture stands"
        app.type("G")
        app._paint()
        assert "AS OF" not in top_line(app)
        assert app.readings.now_ns == AT_NS + 60 * NS_PER_S
        assert frame_style(app) == live_frame
