"""Keys of POSITIONS on the running app: type, change and delete, note, mark, and calculate."""

import tomllib

import pytest

from cockpit.intents import Hold
from cockpit.views import holding
from cockpit.views.dialogs.prompt import Prompt
from cockpit.views.workspaces import show
from tests.views import held
from tests.views.seats import Seat

pytestmark = pytest.mark.usefixtures("own_home")
SIZE = (160, 50)


class Trader(Seat):
    """Somebody who holds a hedged pair and sits before POSITIONS."""

    def __init__(self, mode="LIVE"):
        super().__init__(mode=mode)
        scene = held.hedged()
        self.known.view = self.scene.view = scene.view
        show(self.scene, "positions")

    def say_in_prompt(self, text):
        assert isinstance(self.screen, Prompt)
        self.screen._entry.set(text)
        self.screen.press("enter", None)
        return self.screen._problem if isinstance(self.screen, Prompt) else ""


def file_of(home):
    path = home / "config" / "positions.toml"
    return tomllib.loads(path.read_text())["position"] if path.exists() else []


async def test_a_position_is_typed_changed_and_deleted_and_the_file_says_so(own_home):
    app = Trader()
    async with app.run_test(size=SIZE) as pilot:
        app.type("A")
        await pilot.pause()
        assert "venue" in app.say_in_prompt("bybyt BTC -0.5"), "a mistake keeps the prompt open"
        assert app.say_in_prompt("bybit BTC -0.5 64000 liq=80000") == ""
        await pilot.pause()
        first = {"venue": "bybit", "symbol": "BTC", "size": -0.5, "entry": 64000.0,
                 "liquidation": 80000.0}  # fmt: skip
        assert file_of(own_home) == [first]
        app.type("G", "E")
        await pilot.pause()
        assert app.screen.text == "bybit BTC -0.5 64000 liq=80000"
        app.say_in_prompt("bybit BTC -0.75")
        await pilot.pause()
        assert [row["size"] for row in file_of(own_home)] == [-0.75]
        app.type("G", "D")
        await pilot.pause()
        app.say_in_prompt("n")
        await pilot.pause()
        assert len(file_of(own_home)) == 1
        app.type("G", "D")
        await pilot.pause()
        app.say_in_prompt("y")
        await pilot.pause()
        assert file_of(own_home) == []
    assert all(isinstance(intent, Hold) for intent in app.known.posted)


async def test_what_a_venue_says_cannot_be_changed_by_hand():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.type("E", "D")
        assert [text for text in app.told if "read from the venue" in text]
        assert app.known.posted == []


async def test_in_a_demo_nothing_is_written(own_home):
    app = Trader(mode="DEMO")
    async with app.run_test(size=SIZE) as pilot:
        app.type("A")
        await pilot.pause()
        app.say_in_prompt("bybit ETH 2")
        await pilot.pause()
        assert [p.symbol for p in app.known.view.manual()] == ["ETH"]
    assert file_of(own_home) == []


async def test_a_note_stays_with_its_position_over_a_restart():
    app = Trader()
    async with app.run_test(size=SIZE) as pilot:
        app.type("N")
        await pilot.pause()
        app.say_in_prompt("close before the unlock")
        await pilot.pause()
        app.do("app.quit")
    again = Trader()
    assert list(again.scene.holding.notes.values()) == ["close before the unlock"]


async def test_rows_are_marked_and_escape_takes_the_marks_away():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.type("v", "v")
        assert len(app.scene.holding.chosen) == 2
        app.type("escape")
        assert not app.scene.holding.chosen
        app.type("b")
        assert app.scene.holding.group == "venue"


async def test_sorting_and_filtering_are_of_positions_here():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.scene.holding.column = "upnl"
        app.type("s")
        assert app.scene.holding.sort == "upnl"
        app.type("a")
        assert app.scene.holding.sort == ""
        assert app.scene.sort == "listed"


async def test_a_row_is_taken_into_a_stagger_that_closes_it():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.type("j", "S")
        form = app.scene.forms.opened["stagger"]
    # The second row is the short leg on bravo: to close it is to buy it back there.
    assert form.text("symbol") == "BTC"
    assert (form.text("side"), form.text("size"), form.text("venues")) == ("buy", "0.5", "bravo")


async def test_two_marked_legs_are_the_pair_of_a_carry():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.type("v", "v", "C")
        form = app.scene.forms.opened["carry"]
    assert (form.text("long_venue"), form.text("short_venue")) == ("alphaswap", "bravo")
    assert form.text("size") == "0.5"


async def test_enter_goes_to_the_books_of_the_positions_market():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.type("j", "enter")
        assert app.scene.workspace == "depth"
        assert (app.scene.symbol, app.scene.venue) == ("BTC", "bravo")
        assert holding.selected(app.scene) is not None
