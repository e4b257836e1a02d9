"""Every action of the table is real: it has a function, a key, a palette entry and a line of help.

And keys do what the help says, on the running app.
"""

import pytest

from cockpit.core.events import Funding
from cockpit.desk.contract import Watch
from cockpit.terminal.dialogs.base import Dialog
from cockpit.terminal.dialogs.picker import Picker
from cockpit.terminal.dialogs.prompt import Prompt
from cockpit.ui.input import dialog_openers, dispatch
from cockpit.ui.input.keymap import ACTIONS, EVERYWHERE, Action, Keymap
from cockpit.ui.layout.workspaces import WORKSPACES
from cockpit.ui.model.ui_state import SIZES_USD
from cockpit.ui.text.styled import plain
from tests.terminal.seats import Seat

pytestmark = pytest.mark.usefixtures("own_home")
SIZE = (120, 40)


def test_every_action_has_a_function_and_every_function_an_action():
    assert set(dispatch.HANDLERS) == {action.id for action in ACTIONS}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.id)
async def test_an_action_is_reached_by_each_of_its_keys(action, monkeypatch):
    app = Seat()
    done = []
    monkeypatch.setitem(dispatch.HANDLERS, action.id, lambda _, count: done.append(count))
    monkeypatch.setattr(dispatch, "LOCAL", {})
    if action.scope != "everywhere":
        app.ui.focus = action.scope
    async with app.run_test(size=SIZE):
        for key in action.keys:
            app.type(key)
    can_be_done = not dialog_openers.unavailable(action.id, app.readings)
    assert len(done) == (len(action.keys) if can_be_done else 0)


async def test_the_palette_lists_all_that_can_be_done_now_and_nothing_else():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p")
        assert isinstance(app.screen, Picker)
        offered = {choice.id for choice in app.screen._matches}
    for action in ACTIONS:
        can_be_done = (
            not dialog_openers.unavailable(action.id, app.readings) and action.id != "app.palette"
        )
        can_be_done &= action.scope in (EVERYWHERE, "funding")
        assert (action.id in offered) is can_be_done, action.id


async def test_the_help_and_the_palette_know_a_panes_own_keys_and_the_traders():
    own = Action("funding.flip", ("f",), "flip", "turn the table", scope="funding")
    app = Seat()
    app.keymap = Keymap({"view.freeze": "J", "view.unit": ""}, actions=(*ACTIONS, own))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("question_mark")
        listed = {choice.id: choice.keys for choice in app.screen._matches}
        assert (listed["funding.flip"], listed["view.freeze"]) == ("f", "J")
        assert "view.unit" not in listed
        await pilot.press("escape", "tab", "question_mark")
        assert "funding.flip" not in {choice.id for choice in app.screen._matches}
        await pilot.press("escape", "ctrl+p")
        assert "view.unit" in {choice.id for choice in app.screen._matches}


async def test_a_count_is_shown_while_it_is_typed():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("0", "1", "2")
        assert app.workspace._keys._lines[0][0][0] == " 12 "
        app.type("j")
        assert app.workspace._keys._lines[0][0][0] == " tab "


async def test_a_replay_is_not_offered_to_be_recorded():
    app = Seat(mode="REPLAY")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p")
        assert "tape.record" not in {choice.id for choice in app.screen._matches}
        await pilot.press("escape", "R")
        assert app.told == ["a replay is a recording already"]
        assert app.known.tape is None


@pytest.mark.parametrize(("mode", "has", "lacks"), [
    ("LIVE", "record", "next alert"), ("REPLAY", "next alert", "record"),
])  # fmt: skip
async def test_the_key_line_offers_what_can_be_done_now(mode, has, lacks):
    app = Seat(mode=mode)
    async with app.run_test(size=(300, 40)) as pilot:
        await pilot.pause()
        line = plain(app.workspace._keys._lines[0])
        assert f" {has} " in line
        assert f" {lacks} " not in line


async def test_the_help_lists_every_key_that_is_bound_now():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("question_mark")
        listed = {choice.id: choice for choice in app.screen._matches}
    for action in ACTIONS:
        if action.scope == "everywhere" and not dialog_openers.unavailable(action.id, app.readings):
            assert listed[action.id].note == f"{action.help} · {action.id}"
            assert len(listed[action.id].keys.split()) == len(action.keys)


DOES = [
    ("down", (), ("j",), lambda s: s.symbol == "ETH"),
    ("down twice", (), ("down", "down"), lambda s: s.symbol == "PEPE"),
    ("down stops at the end", (), ("j", "j", "j", "j"), lambda s: s.symbol == "PEPE"),
    ("up stops at the top", (), ("k",), lambda s: s.symbol == "BTC"),
    ("a count", (), ("0", "2", "j"), lambda s: s.symbol == "PEPE"),
    ("a count is used once", (), ("0", "2", "j", "k", "k"), lambda s: s.symbol == "BTC"),
    ("escape drops a count", (), ("0", "2", "escape", "j"), lambda s: s.symbol == "ETH"),
    ("right", (), ("l",), lambda s: s.venue == "bravo"),
    ("right with a count", (), ("0", "9", "right"), lambda s: s.venue == "charliedex"),
    ("left", ("l", "l"), ("h",), lambda s: s.venue == "bravo"),
    ("last", (), ("G",), lambda s: s.symbol == "PEPE"),
    ("the second row", (), ("0", "2", "g"), lambda s: s.symbol == "ETH"),
    ("first", ("G",), ("g",), lambda s: s.symbol == "BTC"),
    ("next symbol", (), ("]",), lambda s: s.symbol == "ETH"),
    ("previous symbol", ("G",), ("[",), lambda s: s.symbol == "ETH"),
    ("next pane", (), ("tab",), lambda s: s.ui.focus == "curves"),
    ("previous pane", (), ("shift+tab",), lambda s: s.ui.focus == WORKSPACES[0].panes[-1]),
    ("zoom", (), ("z",), lambda s: s.ui.zoomed == {"markets"}),
    ("zoom back", ("z",), ("z",), lambda s: not s.ui.zoomed),
    ("escape leaves the zoom", ("z",), ("escape",), lambda s: not s.ui.zoomed),
    ("freeze", (), ("space",), lambda s: s.ui.frozen),
    ("go on", ("space",), ("space",), lambda s: not s.ui.frozen),
    ("unit", (), ("u",), lambda s: s.ui.unit == "hour"),
    ("unit comes round", (), ("u", "u", "u", "u"), lambda s: s.ui.unit == "apr"),
    ("cell", (), ("m",), lambda s: s.ui.cell == "predicted"),
    ("tenor", (), ("n",), lambda s: s.ui.tenor == "1h"),
    ("days", (), ("d",), lambda s: s.ui.span_h == 30 * 24),
    ("days come round", (), ("d", "d"), lambda s: s.ui.span_h == 24),
    ("larger", (), ("+",), lambda s: s.ui.size_usd == 500_000.0),
    ("smaller", (), ("-",), lambda s: s.ui.size_usd == 50_000.0),
    ("the smallest", (), ("0", "9", "-"), lambda s: s.ui.size_usd == SIZES_USD[0]),
    ("layout", (), ("w",), lambda s: s.ui.layout == "wide"),
    ("one pin", (), ("p",), lambda s: s.ui.pinned == ("alphaswap",)),
    ("no pin", ("p",), ("p",), lambda s: s.ui.pinned == ()),
    ("a third pin replaces the first", ("p", "l", "p"), ("l", "p"), lambda s: "charliedex" in
     s.ui.pinned and len(s.ui.pinned) == 2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "keys", "holds"), [d[1:] for d in DOES], ids=[d[0] for d in DOES]
)
async def test_a_key_does_what_the_help_says(before, keys, holds):
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type(*before)
        app.type(*keys)
        assert holds(app.readings)


async def test_real_key_presses_arrive_at_the_table():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "right_square_bracket", "tab", "space", "plus", "u")
        assert (app.readings.symbol, app.ui.focus, app.ui.frozen) == ("PEPE", "curves", True)
        assert (app.ui.size_usd, app.ui.unit) == (500_000.0, "hour")


async def test_a_pair_is_short_where_longs_pay_most():
    app = Seat()
    async with app.run_test(size=SIZE):
        # bravo pays -0.5 bps an hour, charliedex earns 1 bps in eight hours.
        app.type("l", "p", "l", "p")
        assert app.ui.pinned == ("charliedex", "bravo")


async def test_a_frozen_picture_stands_while_the_data_go_on():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("space")
        held = app.readings.view.market("bravo", "BTC").live.rate
        app.known.clock.advance_s(60)
        app.known.view.apply(
            Funding(
                venue="bravo", symbol="BTC", recv_ns=app.known.clock.now_ns(), kind="live",
                rate=0.5, interval_s=3600,
            )
        )  # fmt: skip
        at_ns = app.readings.now_ns
        app.redraw()
        assert app.readings.view.market("bravo", "BTC").live.rate == held
        assert app.readings.now_ns == at_ns
        assert app.known.view.market("bravo", "BTC").live.rate == 0.5
        app.type("space")
        assert app.readings.view.market("bravo", "BTC").live.rate == 0.5
        assert app.readings.now_ns == at_ns + 60 * 10**9


async def test_rows_are_sorted_by_the_cursors_column_and_again_the_other_way_round():
    app = Seat()
    async with app.run_test(size=SIZE):
        for symbol, rate in (("BTC", 3e-6), ("ETH", 9e-6), ("PEPE", -2e-6)):
            app.known.view.apply(
                Funding(
                    venue="alphaswap", symbol=symbol, recv_ns=app.known.clock.now_ns(),
                    kind="live", rate=rate, interval_s=3600,
                )
            )  # fmt: skip
        app.type("s")
        assert list(app.readings.symbols) == ["ETH", "BTC", "PEPE"]
        assert app.readings.symbol == "BTC"
        app.type("s")
        assert list(app.readings.symbols) == ["PEPE", "BTC", "ETH"]
        app.type("a")
        assert list(app.readings.symbols) == ["BTC", "ETH", "PEPE"]


async def test_the_filter_shows_rows_while_typing_and_escape_puts_them_back():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "slash", "p", "e")
        assert isinstance(app.screen, Prompt)
        assert list(app.readings.symbols) == ["PEPE"]
        await pilot.press("escape")
        assert list(app.readings.symbols) == ["BTC", "ETH", "PEPE"]
        assert app.readings.symbol == "ETH"
        await pilot.press("slash", "exclamation_mark", "e", "t", "h", "enter")
        assert list(app.readings.symbols) == ["BTC", "PEPE"]
        await pilot.press("escape")
        assert app.ui.filter == ""


async def test_enter_looks_closer_and_escape_comes_back():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("tab", "tab", "tab")
        assert app.ui.focus == "interest"
        app.type("enter")
        assert app.ui.workspace == "funding"
        app.type("escape")
        assert app.ui.workspace == "markets"


async def test_two_dialogs_never_stand_over_each_other():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("question_mark")
        for action in ("app.help", "app.palette", "app.command", "view.theme", "view.filter"):
            app.do(action)
            await pilot.pause()
        assert sum(isinstance(screen, Dialog) for screen in app.screen_stack) == 1


async def test_keys_in_a_dialog_do_nothing_underneath():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p", "j", "q", "R")
        assert app.readings.symbol == "BTC"
        assert app.known.tape is None
        assert app.is_running


async def test_the_palette_does_what_was_chosen():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p", *"zoom", "enter")
        assert app.ui.zoomed == {"markets"}


async def test_a_verb_of_the_palette_opens_the_command_line_with_it():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p", "colon", *"watch", "enter")
        assert isinstance(app.screen, Prompt)
        assert app.screen.text == "watch "
        await pilot.press(*"eth", "enter")
        assert app.known.posted == [Watch(("ETH",))]
        assert app.readings.symbol == "ETH"
