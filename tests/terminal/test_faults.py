"""A fault of the program costs what it is in, and never the screen."""

import logging

import pytest

from cockpit.terminal.faults import Faults
from cockpit.ui.input.host import PromptSpec
from cockpit.ui.layout.workspaces import PANES
from cockpit.ui.model.calculator_form import module
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import Line, plain
from tests.terminal.seats import Seat
from tests.ui import scenes

pytestmark = pytest.mark.usefixtures("own_home")


def broken(readings: Readings, width: int, height: int) -> list[Line]:
    raise ValueError("no row\nof that name")


def test_a_pane_that_cannot_be_drawn_says_so_and_is_logged_once(caplog) -> None:
    drawn = Faults().guarded(broken, "depth")
    readings = scenes.live()
    with caplog.at_level(logging.ERROR):
        first, again = drawn(readings, 80, 5), drawn(readings, 80, 5)
    assert plain(first[0]) == "depth failed: ValueError: no row of that name; the log has more"
    assert again == first
    assert len(caplog.records) == 1


def failing(*_: object) -> None:
    raise ZeroDivisionError("division by zero")


async def test_a_calculator_that_fails_costs_its_answer_and_the_keys_go_on(monkeypatch) -> None:
    monkeypatch.setattr(module("hedge"), "compute", failing)
    app = Seat()
    async with app.run_test(size=(160, 45)):
        app.type("C", "H")
        assert "ZeroDivisionError" in "\n".join(map(plain, app.toaster.toasts.lines(150, 40)))
        app.type("1")
        assert app.ui.workspace == "markets"
        app.type("C")
        assert PANES["result"].lines(app.readings, 110, 30)


async def test_a_fault_in_what_a_dialog_does_costs_neither_the_dialog_nor_the_screen() -> None:
    app = Seat()
    async with app.run_test(size=(160, 45)) as pilot:
        app.ask(PromptSpec(mark=":", title="command", hint="", change=failing, done=failing))
        await pilot.pause()
        await pilot.press("a")
        assert any("key a failed: ZeroDivisionError" in text for text in app.told)
        await pilot.press("enter")
        assert any("command failed: ZeroDivisionError" in text for text in app.told)
        assert app.screen is app.workspace
        await pilot.press("2")
        assert app.ui.workspace == "depth"


async def test_a_desk_that_cannot_be_started_is_told_of(monkeypatch) -> None:
    app = Seat()

    async def refused() -> None:
        raise PermissionError(13, "Permission denied", "/state/tapes")

    monkeypatch.setattr(app.known, "start", refused)
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        # Without it nothing would ever move, and nothing would say why.
        assert any("the desk failed: PermissionError" in text for text in app.told)
