"""Keys of POSITIONS on the running app: type, change and delete, note, mark, and calculate."""

import base64
import json
import tomllib

import pytest

from cockpit.desk.contract import Retype
from cockpit.terminal.dialogs.prompt import Prompt
from cockpit.ui.layout.workspaces import show
from cockpit.ui.readings import positions as position_readings
from cockpit.ui.readings.position_columns import sortable
from tests.terminal.seats import Seat
from tests.ui import held, scenes

pytestmark = pytest.mark.usefixtures("own_home")
SIZE = (160, 50)


class Trader(Seat):
    """Somebody who holds a hedged pair and sits before POSITIONS."""

    def __init__(self, mode="LIVE"):
        super().__init__(mode=mode)
        scene = held.hedged()
        self.known.look_at(scene.view)
        self.readings.view = scene.view
        show(self.readings.ui, "positions")

    def say_in_prompt(self, text):
        assert isinstance(self.screen, Prompt)
        self.screen._entry.set(text)
        self.screen.press("enter", None)
        return self.screen._problem if isinstance(self.screen, Prompt) else ""


def file_of(home):
    path = home / "config" / "positions.toml"
    return tomllib.loads(path.read_text()).get("position", []) if path.exists() else []


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
        for answer, left in (("n", 1), ("y", 0)):
            app.type("G", "D")
            await pilot.pause()
            app.say_in_prompt(answer)
            await pilot.pause()
            assert len(file_of(own_home)) == left
    assert all(isinstance(intent, Retype) for intent in app.known.posted)


async def test_what_a_venue_says_cannot_be_changed_by_hand():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.type("E", "D")
        assert [text for text in app.told if "read from the venue" in text]
        assert app.known.posted == []


async def test_what_is_typed_already_is_not_typed_again_and_no_key_works_on_nothing(own_home):
    app = Trader()
    async with app.run_test(size=SIZE) as pilot:
        app.type("A")
        await pilot.pause()
        assert app.say_in_prompt("okx BTC -0.5 account='my desk'") == ""
        await pilot.pause()
        app.type("A")
        await pilot.pause()
        assert "typed already" in app.say_in_prompt("okx btc 1 account='my desk'")
        app.screen.press("escape", None)
        await pilot.pause()
        app.type("G", "E")
        await pilot.pause()
        assert app.screen.text == "okx BTC -0.5 account='my desk'"
        assert app.say_in_prompt(app.screen.text) == "", "as it was is no twin of itself"
    [kept] = file_of(own_home)
    assert kept == {"venue": "okx", "symbol": "BTC", "size": -0.5, "account": "my desk"}


async def test_a_file_that_is_edited_while_the_form_is_open_is_not_overwritten(own_home):
    path = own_home / "config" / "positions.toml"
    app = Trader()
    async with app.run_test(size=SIZE) as pilot:
        app.type("A")
        await pilot.pause()
        app.say_in_prompt("bybit ETH 2")
        await pilot.pause()
        app.type("G", "E")
        await pilot.pause()
        path.write_text(path.read_text().replace("2.0", "3.0"))
        app.say_in_prompt("bybit ETH 5")
        await pilot.pause()
        assert app.told[-1] == "positions.toml was changed meanwhile, and has been read again"
        assert [p.size for p in app.known.view.manual()] == [3.0]


async def test_a_folder_that_cannot_be_written_is_said(own_home):
    (own_home / "config").write_text("a file where the folder should be")
    app = Trader()
    async with app.run_test(size=SIZE) as pilot:
        app.type("A")
        await pilot.pause()
        app.say_in_prompt("bybit ETH 2")
        await pilot.pause()
        assert app.told[-1].startswith("positions.toml: cannot be ")
        assert not app.known.view.manual(), "what is not kept is not shown as kept"


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
    assert list(again.ui.positions.notes.values()) == ["close before the unlock"]


async def test_rows_are_marked_and_escape_takes_the_marks_away():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.type("v", "v")
        assert len(app.ui.positions.chosen) == 2
        app.type("escape")
        assert not app.ui.positions.chosen
        app.type("b")
        assert app.ui.positions.group == "venue"


async def test_sorting_and_filtering_are_of_positions_here():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.ui.positions.column = "upnl"
        app.type("s")
        assert app.ui.positions.sort == "upnl"
        app.type("a")
        assert app.ui.positions.sort == ""
        assert app.ui.sort == "listed"


async def test_a_row_is_taken_into_a_stagger_that_closes_it():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.type("j", "S")
        form = app.ui.forms.opened["stagger"]
    # The second row is the short leg on bravo: to close it is to buy it back there.
    assert form.text("symbol") == "BTC"
    assert (form.text("side"), form.text("size"), form.text("venues")) == ("buy", "0.5", "bravo")


async def test_two_marked_legs_are_the_pair_of_a_carry():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.type("v", "v", "C")
        form = app.ui.forms.opened["carry"]
    assert (form.text("long_venue"), form.text("short_venue")) == ("alphaswap", "bravo")
    assert form.text("size") == "0.5"


async def test_enter_goes_to_the_books_of_the_positions_market():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.type("j", "enter")
        assert app.ui.workspace == "depth"
        assert (app.readings.symbol, app.readings.venue) == ("BTC", "bravo")
        assert position_readings.selected(app.readings) is not None


# --- into a calculator ----------------------------------------------------------------------------


def legs_in(form):
    return [(p["venue"], p["symbol"], p["size"]) for p in json.loads(form.text("positions"))]


async def taken(name, *keys):
    """The form that these keys open; ETH is held as well as the pair in BTC."""
    app = Trader()
    held.typed(app.readings, "bravo", "ETH", 3.0, entry=3_000.0)
    async with app.run_test(size=SIZE) as pilot:
        app.type(*keys)
        await pilot.pause()
        form = app.ui.forms.opened[name]
        assert not form.errors, form.errors
    return form


@pytest.mark.parametrize("keys", [("j", "H"), ("j", "0", "1", "H"), ("j", "v", "H")])
async def test_a_leg_is_hedged_by_its_size_and_venue(keys):
    form = await taken("hedge", *keys)
    assert (form.text("symbol"), form.text("size"), form.text("venue")) == ("BTC", "-0.5", "bravo")
    assert form.text("positions") == form.text("book") == ""


@pytest.mark.parametrize("keys", [("0", "2", "H"), ("v", "v", "H")])
async def test_an_assets_net_is_hedged_by_a_count_of_two_or_by_its_marked_legs(keys):
    form = await taken("hedge", *keys)
    assert legs_in(form) == [("alphaswap", "BTC", 0.5), ("bravo", "BTC", -0.5)]
    assert form.text("size") == form.text("book") == ""


async def test_the_whole_book_is_hedged_by_a_count_of_three():
    form = await taken("hedge", "0", "3", "H")
    assert form.text("book") == "true"
    assert form.text("size") == form.text("positions") == form.text("symbol") == ""


@pytest.mark.parametrize(
    ("keys", "legs"),
    [
        (("X",), [("alphaswap", "BTC", 0.5)]),
        (("0", "2", "X"), [("alphaswap", "BTC", 0.5), ("bravo", "BTC", -0.5)]),
        (("G", "v", "k", "X"), [("bravo", "ETH", 3.0)]),
    ],
)
async def test_stress_is_of_the_leg_of_its_asset_or_of_what_is_marked(keys, legs):
    assert legs_in(await taken("stress", *keys)) == legs


async def test_stress_of_everything_stands_on_the_accounts_that_are_read():
    form = await taken("stress", "0", "3", "X")
    assert form.text("positions") == "", "the form takes all that is held"
    assert not [key for key in form.given if key.startswith("equity_usd")], "and assumes no equity"


async def test_a_count_does_not_change_what_is_marked():
    app = Trader()
    async with app.run_test(size=SIZE):
        app.type("v", "0", "2", "S")
        assert len(app.ui.positions.chosen) == 1


@pytest.mark.parametrize("keys", [("v", "v", "S"), ("0", "2", "S")])
async def test_legs_on_both_sides_of_an_asset_are_closed_together(keys):
    form = await taken("unwind", *keys)
    assert legs_in(form) == [("alphaswap", "BTC", 0.5), ("bravo", "BTC", -0.5)]
    assert form.text("symbol") == ""


async def test_of_a_marked_pair_and_another_asset_the_pair_is_closed_and_that_is_said():
    app = Trader()
    held.typed(app.readings, "bravo", "ETH", 3.0, entry=3_000.0)
    async with app.run_test(size=SIZE):
        app.type("v", "v", "v", "g", "S")
        form = app.ui.forms.opened["unwind"]
        assert {symbol for _, symbol, _ in legs_in(form)} == {"BTC"}
        assert app.told == ["unwind is of one asset: BTC"]


async def test_a_leg_is_the_side_of_a_carry_that_is_held_already():
    form = await taken("carry", "j", "C")
    assert (form.text("short_venue"), form.text("size")) == ("bravo", "0.5")
    assert form.text("long_venue") not in ("", "bravo")


# --- where nobody looks into the book -------------------------------------------------------------


async def taken_from_binance(*keys):
    app = Trader()
    held.typed(app.readings, "binance", "BTC", -0.2, entry=64_000.0)
    async with app.run_test(size=SIZE) as pilot:
        app.type("G", *keys)
        await pilot.pause()
    return app


async def test_a_leg_elsewhere_is_hedged_at_the_price_that_the_table_has():
    app = await taken_from_binance("H")
    form = app.ui.forms.opened["hedge"]
    assert not form.errors
    [leg] = json.loads(form.text("positions"))
    assert (leg["venue"], leg["size"], leg["mark"]) == ("binance", -0.2, pytest.approx(63_987.2))
    assert form.text("venue") == form.text("size") == ""


async def test_a_leg_elsewhere_has_no_book_to_be_closed_on_and_says_so():
    app = await taken_from_binance("S")
    assert app.told == ["binance is not followed: there is no book to close BTC on"]
    assert app.ui.workspace == "positions"
    assert "stagger" not in app.ui.forms.opened


async def test_closing_an_asset_is_of_the_legs_that_have_a_book():
    """What is at binance cannot be closed from here."""
    app = await taken_from_binance("0", "2", "S")
    form = app.ui.forms.opened["unwind"]
    assert legs_in(form) == [("alphaswap", "BTC", 0.5), ("bravo", "BTC", -0.5)]


async def test_a_carry_leaves_a_leg_elsewhere_to_its_own():
    app = await taken_from_binance("C")
    form = app.ui.forms.opened["carry"]
    assert "binance" not in (form.text("long_venue"), form.text("short_venue"))
    assert not form.errors


async def test_a_stale_leg_is_taken_with_a_warning():
    app = Trader()
    scenes.link(app.readings, "alphaswap", "down", "connection refused")
    async with app.run_test(size=SIZE):
        app.type("g", "X")
    assert app.told == ["alphaswap/BTC is stale: what was last read"]
    assert app.ui.workspace == "stress"


async def test_the_arrows_reach_every_column_also_on_a_narrow_terminal():
    app = Trader()
    async with app.run_test(size=(80, 24)):
        names = [app.ui.positions.column]
        for _ in range(20):
            app.type("l")
            names.append(app.ui.positions.column)
    assert list(dict.fromkeys(names)) == sortable()


@pytest.mark.parametrize("keys", [("E",), ("D",), ("N",)])
async def test_keys_on_an_empty_table_say_that_there_is_nothing(keys):
    app = Seat(mode="LIVE")
    show(app.ui, "positions")
    async with app.run_test(size=SIZE):
        app.type("v", "s", "a", "b", "g", "G", "j", "l", *keys)
        assert "there is no position" in app.told[-1]


async def test_the_table_is_written_as_files_and_copied_to_the_clipboard(own_home):
    app = Trader()
    async with app.run_test(size=SIZE) as pilot:
        app.type("W")
        await pilot.pause()
        (path,) = own_home.rglob("*positions*.json")
        sizes = [row["size"] for row in json.loads(path.read_text())["rows"]]
        app.type("Y")
        await pilot.pause()
        copied = [text for text in app.kept.sent if text.startswith("\x1b]52;c;")]
    assert sizes == [0.5, -0.5]
    text = base64.b64decode(copied[0].removeprefix("\x1b]52;c;").rstrip("\x07\x1b\\")).decode()
    assert "alphaswap" in text
    assert "51200" in text.replace(",", "")
