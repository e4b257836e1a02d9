"""What keys do, with nothing that draws: handlers hand over data."""

import subprocess
import sys

import msgspec
import pytest

from cockpit.alerts.rule import Rule
from cockpit.alerts.service import Alerting
from cockpit.core.account import hex_address_problem
from cockpit.desk.contract import Acknowledge, FollowAccount, Mute, Record, Retype, Watch
from cockpit.portfolio.manual import Entry
from cockpit.ui.input import alert_actions, command_line
from cockpit.ui.input.host import PickerSpec, PromptSpec
from tests.ui import held, scenes
from tests.ui.crowd import crowd
from tests.ui.input.hosts import PlainHost

pytestmark = pytest.mark.usefixtures("own_home")


def test_handlers_import_no_toolkit():
    code = (
        "import sys, cockpit.ui.input.dispatch, cockpit.ui.input.command_line\n"
        "print([m for m in ('textual', 'rich', 'cockpit.terminal') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_cursor_moves_and_the_screen_is_asked_to_show_it():
    host = PlainHost()
    host.press("j")
    assert host.readings.symbol == "ETH"
    assert host.redraws == 1


def test_a_key_that_means_nothing_here_changes_nothing():
    host = PlainHost()
    host.press("f12")
    assert (host.redraws, host.dialogs) == (0, [])


def test_the_filter_is_a_prompt_whose_answer_is_undone_by_escape():
    host = PlainHost()
    host.press("j", "/")
    (prompt,) = host.dialogs
    assert isinstance(prompt, PromptSpec)
    prompt.change("pepe")
    assert list(host.readings.symbols) == ["PEPE"]
    prompt.done(None)
    assert host.readings.symbol == "ETH"
    assert host.ui.filter == ""


def test_a_mistake_on_the_command_line_is_said_and_nothing_is_posted():
    host = PlainHost()
    host.press(":")
    (prompt,) = host.dialogs
    assert "did you mean 'ETH'" in prompt.accept("add ETHH")
    prompt.done(None)
    assert host.desk.posted == []


def test_a_symbol_that_is_added_on_the_command_line_is_posted_to_the_desk():
    host = PlainHost(scenes.live(("BTC", "ETH")))
    host.press(":")
    (prompt,) = host.dialogs
    assert prompt.accept("drop ETH") == ""
    prompt.done("drop ETH")
    assert host.desk.posted == [Watch(("BTC",))]
    assert host.remembered.commands == ["drop ETH"]


def test_the_palette_does_what_is_chosen_in_it():
    host = PlainHost()
    host.press("ctrl+p")
    (picker,) = host.dialogs
    assert isinstance(picker, PickerSpec)
    assert "view.unit" in {choice.id for choice in picker.choices}
    picker.done("app.quit")
    assert host.left_with == 0


def test_a_theme_is_worn_while_it_is_under_the_cursor_and_no_longer_after_escape():
    host = PlainHost()
    host.press("t")
    (picker,) = host.dialogs
    other = next(choice.id for choice in picker.choices if choice.id != "dark")
    picker.preview(other)
    assert host.worn.name == other
    picker.done(None)
    assert host.worn.name == "dark"


def test_a_typed_position_is_posted_and_a_mistake_keeps_the_prompt_open():
    host = PlainHost()
    host.press("4", "A")
    (prompt,) = host.dialogs
    assert prompt.accept("nonsense") != ""
    assert host.desk.posted == []
    assert prompt.accept("bravo BTC 0.5 64000") == ""
    typed = Entry(venue="bravo", symbol="BTC", size=0.5, entry=64_000.0)
    assert host.desk.posted == [Retype(None, typed)]


def test_a_position_is_deleted_only_after_a_yes():
    host = PlainHost(held.hedged())
    held.typed(host.readings, "charliedex", "ETH", 2.0)
    host.press("4", "G", "D")
    (prompt,) = host.dialogs
    assert prompt.accept("perhaps") == "y deletes, n keeps"
    assert prompt.accept("n") == ""
    assert host.desk.posted == []
    assert prompt.accept("y") == ""
    assert host.desk.posted == [Retype(Entry(venue="charliedex", symbol="ETH", size=2.0), None)]


def test_every_verb_reads_its_words_without_a_screen():
    host = PlainHost()
    for verb in command_line.VERBS:
        for choice in command_line.complete(host, f"{verb.name} "):
            command_line.check(host, choice.id)
    assert host.desk.posted == []


def test_recording_is_asked_of_the_desk_in_a_folder_of_its_own(own_home):
    host = PlainHost()
    host.press("R")
    (record,) = host.desk.posted
    assert isinstance(record, Record)
    assert record.folder.startswith(str(own_home / "state" / "tapes"))
    assert host.said == [], "the desk answers"


def test_an_alert_is_acknowledged_and_its_rule_muted_by_intents():
    host = PlainHost()
    rule = Rule(name="funding is paid", kind="funding_level", threshold=1e-6)
    host.desk.alerting = Alerting((rule,), host.desk.view, host.desk.clock, {})
    host.desk.alerting.look()
    alert_actions.refresh(host)
    host.ui.focus = "alerts"
    alert = host.ui.alerts.selected
    host.press("A", "M")
    assert host.desk.posted == [Acknowledge(alert.rule, alert.subject), Mute(rule.name)]


ADDRESS = "0x" + "12" * 20


def following(host: PlainHost) -> PlainHost:
    """Of the scene's venues the first shows accounts by public address."""
    spec = host.readings.specs["alphaswap"]
    readable = msgspec.structs.replace(spec, check_address=hex_address_problem)
    host.readings.specs["alphaswap"] = readable
    return host


def test_an_address_typed_is_followed_at_once() -> None:
    host = following(PlainHost())
    command_line.run(host, f"account alpha {ADDRESS.upper().replace('X', 'x')}")
    assert host.desk.posted == [FollowAccount("alphaswap", ADDRESS)]
    assert host.ui.workspace == "positions"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("account alpha", "write :account VENUE ADDRESS"),
        ("account alpha 0x12", "expected 40"),
        ("account bravo " + ADDRESS, "bravo does not show accounts by public address"),
    ],
)
def test_an_address_that_cannot_be_followed_is_one_sentence(line, words) -> None:
    host = following(PlainHost())
    assert words in command_line.check(host, line)
    assert host.desk.posted == []


def test_a_key_that_means_nothing_says_so_once() -> None:
    host = PlainHost()
    host.press("y", "y")
    assert host.said == [("y does nothing here; ? lists the keys of this pane", "info")]


def test_a_key_of_another_pane_says_which() -> None:
    host = PlainHost()
    host.press("F")
    assert host.said == [("F is filled in legs and does nothing here", "info")]


@pytest.mark.parametrize(("width", "first"), [(200, "lines"), (60, "ladders")])
def test_c_turns_to_the_view_of_books_that_this_width_does_not_show(width, first) -> None:
    # Four venues: 200 columns hold five ladders, 60 hold one, which is less than a third of them.
    host = PlainHost(crowd(4))
    host.pane_size = (width, 40)
    host.press("c")
    assert host.ui.books == first
    assert host.said[-1][0].startswith("books as")
    host.ui.focus = "depth"
    host.press("c")
    assert len(host.said) == 1, "who looks at the books sees it"
