"""Calculators by keys on the running app: from a cell to a plan that is kept, copied and filled."""

import base64

import pytest

from cockpit.calculators.saved_plans import load_all
from cockpit.desk.contract import Cancel, Compute, KeepPlan
from cockpit.desk.stats import Computation
from cockpit.storage import paths
from cockpit.terminal.dialogs.prompt import Prompt
from cockpit.ui.input import form_runner
from cockpit.ui.layout.workspaces import PANES
from cockpit.ui.model.calculator_form import module
from cockpit.ui.text.styled import plain
from tests.terminal.seats import Seat

pytestmark = pytest.mark.usefixtures("own_home", "every_key_computes")
SIZE = (160, 45)


@pytest.fixture
def every_key_computes(monkeypatch):
    """However slow the machine: what is dear is otherwise computed a moment after the key."""
    monkeypatch.setattr(form_runner, "QUICK_MS", float("inf"))


def shown(app: Seat, pane: str) -> str:
    return "\n".join(plain(line) for line in PANES[pane].lines(app.readings, 110, 30))


def kept(app: Seat):
    (plan,) = app.ui.plans.saved
    return plan


@pytest.mark.parametrize("key", ["C", "enter"])
async def test_carry_opens_from_a_cell_with_its_answer(key):
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("j", "l", key)
        assert (app.ui.workspace, app.ui.focus) == ("plan", "form")
        assert "Long ETH on bravo" in shown(app, "result")
        assert "proposed by carry" in shown(app, "legs")


async def test_from_a_cell_to_a_kept_and_copied_hedge_in_four_keys():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("C", "H", "W", "Y")
        assert [type(intent) for intent in app.known.posted] == [KeepPlan]
        (plan,) = load_all(paths.plans_dir())[0]
        assert plan == kept(app)
        assert plan.calculator == "hedge"
        assert {leg.side.value for leg in plan.legs} == {"sell"}
        copied = base64.b64decode(app.kept.sent[-1].partition(";c;")[2].rstrip("\x07")).decode()
        assert copied.splitlines() == (
            (paths.exports_dir() / f"{plan.name}.txt").read_text().splitlines()
        )
        assert copied.startswith("sell ")


async def test_digits_go_into_the_field_while_it_is_edited_and_turn_pages_afterwards():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("C", "j", "j", "j", "enter", "2", "5", "0", "0", "0")
        form = app.ui.forms.opened["carry"]
        assert form.text("notional_usd") == "25000"
        assert form.result is not None
        assert form.result.values.notional_usd == 25_000
        assert app.ui.workspace == "plan"
        app.type("escape", "1")
        assert app.ui.workspace == "markets"


async def test_a_key_that_quits_or_acts_elsewhere_is_only_a_letter_in_a_field():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("C", "enter", "q", "W", "space", "comma")
        assert app.is_running
        assert app.ui.forms.opened["carry"].text("symbol") == "qW ,"
        assert app.ui.plans.saved == ()
        assert not app.ui.frozen


async def test_tab_goes_to_the_next_field_while_typing_and_to_the_next_pane_otherwise():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("C", "enter", "tab")
        form = app.ui.forms.opened["carry"]
        assert form.row().key == "long_venue"
        assert form.entry is not None
        app.type("shift+tab", "escape", "tab")
        assert form.row().key == "symbol"
        assert app.ui.focus == "result"


async def test_pasted_text_goes_into_the_edited_field():
    from textual import events

    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        app.type("C", "j", "j", "j", "enter")
        app.post_message(events.Paste("12345"))
        await pilot.pause()
        assert app.ui.forms.opened["carry"].text("notional_usd") == "12345"


async def test_a_mistake_is_said_in_words_and_nothing_can_be_kept_of_it():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("C", "j", "j", "j", "enter", "x", "escape", "W")
        assert "size in $: expected a number above 0, got 'x'" in shown(app, "result")
        assert "1 to mend" in shown(app, "form")
        assert app.ui.plans.saved == ()
        assert app.told == ["there are no legs to keep: C, H or S proposes some"]


async def test_a_fill_is_marked_with_price_and_size_and_taken_back():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        app.type("C", "W", "tab", "tab", "tab", "F")
        await pilot.pause()
        assert isinstance(app.screen, Prompt)
        price, size = app.screen.text.split()
        leg = kept(app).legs[0]
        assert float(size) == leg.size
        await pilot.press("ctrl+u", *price, "space", *"0.5", "enter")
        (one,) = kept(app).fills
        assert (one.price, one.size) == (float(price), 0.5)
        assert load_all(paths.plans_dir())[0] == [kept(app)]
        assert "unhedged now: +0.5 BTC" in shown(app, "legs")
        app.type("U")
        assert kept(app).fills == ()


async def test_a_fill_that_is_no_number_keeps_the_prompt_open_and_says_why():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        app.type("C", "W", "tab", "tab", "tab", "F")
        await pilot.pause()
        await pilot.press("ctrl+u", *"12", "enter")
        assert isinstance(app.screen, Prompt)
        assert kept(app).fills == ()


async def test_kept_plans_are_there_the_next_time_and_open_with_enter():
    first = Seat()
    async with first.run_test(size=SIZE):
        first.type("C", "W")
    again = Seat()
    async with again.run_test(size=SIZE) as pilot:
        await pilot.pause()
        again.type("5", "shift+tab")
        assert again.ui.focus == "plans"
        assert kept(again).name in shown(again, "plans")
        again.type("enter")
        assert kept(again).name in shown(again, "legs")
        again.type("enter")
        assert "proposed by carry" in shown(again, "legs")


async def test_keys_that_outrun_the_answer_keep_what_was_just_typed(monkeypatch):
    monkeypatch.setattr(form_runner, "QUICK_MS", -1.0)
    monkeypatch.setattr(form_runner, "TYPED", float("inf"))
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("C", "j", "j", "j", "enter", "9", "0", "0", "0", "escape", "W")
        assert kept(app).inputs["notional_usd"] == "9000"
        assert {round(leg.size * 64_000, -3) for leg in kept(app).legs} == {9_000.0}


async def test_a_kept_plan_is_deleted_after_asking():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        app.type("C", "W", "shift+tab")
        assert app.ui.focus == "plans"
        app.type("D")
        await pilot.pause()
        await pilot.press("n", "enter")
        assert len(list(paths.plans_dir().iterdir())) == 1, "asked, and kept"
        app.type("D")
        await pilot.pause()
        await pilot.press("y", "enter")
        assert app.ui.plans.saved == ()
        assert list(paths.plans_dir().iterdir()) == []
        assert "proposed by carry" in shown(app, "legs")


async def test_a_beat_that_comes_after_the_screen_has_gone_draws_nothing():
    app = Seat()
    async with app.run_test(size=SIZE):
        assert app.screen_stack
    assert app.may_draw() is False


async def test_the_next_symbol_takes_the_open_form_along():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("C", "j", "j", "j", "enter", "2", "5", "0", "0", "0", "escape")
        form = app.ui.forms.opened["carry"]
        assert form.text("symbol") == "BTC"
        app.type("]")
        assert form.text("symbol") == "ETH"
        assert form.text("notional_usd") == "25000", "what was typed stays"
        assert form.result is not None
        assert form.result.values.symbol == "ETH"
        app.type("[")
        assert form.text("symbol") == "BTC"


async def test_a_symbol_that_was_typed_is_not_taken_along():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("C", "enter", "E", "T", "H", "escape", "]", "]")
        assert app.ui.forms.opened["carry"].text("symbol") == "ETH"
        assert app.readings.symbol not in ("BTC", "ETH")


async def test_stress_of_the_cells_pair_follows_the_cell():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("X", "]")
        form = app.ui.forms.opened["stress"]
        assert '"ETH"' in form.text("positions")
        assert '"BTC"' not in form.text("positions")


async def test_a_plan_is_kept_under_a_name_of_the_traders_own():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        app.type("C", ":")
        await pilot.pause()
        await pilot.press(*"keep", "space", *"monday", "enter")
        assert kept(app).name == "monday"
        assert (paths.plans_dir() / "monday.json").exists()


async def test_any_calculator_opens_from_the_command_line():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        app.type(":")
        await pilot.pause()
        await pilot.press(*"calc", "space", *"slippage", "enter")
        assert app.ui.forms.chosen == "slippage"
        assert "slippage · result" in shown(app, "result")


async def test_stress_answers_at_once_and_leaves_the_futures_to_another_process():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("X")
        assert app.ui.workspace == "stress"
        assert "half filled flip" in shown(app, "stress")
        (asked,) = app.known.posted
        assert isinstance(asked, Compute)
        number = asked.number
        app.known.computed = Computation(number=number, state="running", done=400, asked=2000)
        app.redraw()
        assert "400 of 2000" in shown(app, "histogram")
        futures = asked.function(asked.job._replace(grid=asked.job.grid._replace(paths=500)), going)
        app.known.computed = Computation(number=number, state="done", result=futures)
        app.redraw()
        assert "500 paths" in shown(app, "histogram")
        assert "VaR 99" in shown(app, "histogram")


def going(done: int, asked: int) -> bool:
    return True


async def test_escape_stops_the_futures_and_then_goes_back():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("X", "escape")
        assert isinstance(app.known.posted[-1], Cancel)
        assert app.ui.workspace == "stress"
        app.type("escape")
        assert app.ui.workspace == "markets"


async def test_an_answer_to_an_older_question_is_not_shown():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("X", "X")
        first, *_ = [post for post in app.known.posted if isinstance(post, Compute)]
        app.known.computed = Computation(number=first.number, state="failed", error="old")
        app.redraw()
        assert app.ui.forms.opened["stress"].errors == {}


async def test_a_failure_over_there_is_said_here():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("X")
        (asked,) = [post for post in app.known.posted if isinstance(post, Compute)]
        app.known.computed = Computation(number=asked.number, state="failed", error="no memory")
        app.redraw()
        assert "random futures: no memory" in shown(app, "stress")


async def test_the_plan_workspace_answers_for_the_cell_before_anything_was_asked():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("5")
        assert "Long BTC on bravo" in shown(app, "result")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_warnings_and_the_sentence_stand_above_the_fold_at_every_size(size):
    app = Seat()
    async with app.run_test(size=size) as pilot:
        app.known.clock.advance_s(3600)
        app.type("C", "tab")
        await pilot.pause()
        width, height = app.workspace._panes["result"].size
        lines = [plain(line) for line in PANES["result"].lines(app.readings, width, height)]
        assert len(lines) == height
        form = app.ui.forms.opened["carry"]
        assert form.result is not None
        assert form.result.warnings
        assert form.result.warnings[0].split()[0] in lines[1]
        assert any(module("carry").verdict(form.result)[:20] in line for line in lines)
